"""The words in an LSTM's cell: its letters and numbers, and backwards what every node does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .cell_parts import legend, letter, numbers_of, token
from .order import is_reverse
from .strands import number, tr
from .timeline import text_width

if TYPE_CHECKING:
    from app.theme import Theme

    from .cell_flows import Flows
    from .drawing import Drawing
    from .geometry import LstmPlan

__all__ = ["letters", "notes"]


def letters(drawing: Drawing, plan: LstmPlan, flows: Flows, unit: int, above: str, theme: Theme) -> None:
    """Write the letters of the wires, and the chosen unit's numbers beside those of the states.

    Parameters
    ----------
    drawing, plan, flows, theme
        As the cell has them.
    unit
        The chosen unit.
    above
        What the wire upwards leads to; empty without one.
    """
    k = plan.type
    half, tall = plan.wires.span / 2, 22.0 * k
    size = 15.0 if plan.u < 0.95 else 17.0
    inset = 8.0
    wide = plan.plate_left - plan.left - inset - 2.0
    at_left, at_right = plan.left + inset, plan.right - inset - wide
    above_c, above_h = plan.y_c - half - tall - 2.0, plan.y_h - half - tall - 2.0
    for name, y in (("c", above_c), ("h", above_h)):
        hue = theme.role(name)
        letter(drawing, flows.earlier(name), (at_left, y, wide, tall), hue, size, "left")
        letter(drawing, f"{name}ₜ", (at_right, y, wide, tall), hue, size, "right")
    if not drawing.backward:
        below = plan.y_c + half + 3.0
        places = (
            ("c", flows.before, at_left, below, "left"),
            ("c", flows.step, at_right, below, "right"),
            ("h", flows.before, at_left, above_h - 13.0 * k, "left"),
            ("h", flows.step, at_right, above_h - 13.0 * k, "right"),
        )
        for name, t, x, y, align in places:
            flow = flows.value(name, t)
            if flow.values is not None:
                text = number(float(flow.values[unit - 1]))
                needed = max(wide, text_width(text, 11.0 * k, mono=True) + 4.0)  # a number is never cut
                left = x if align == "left" else x + wide - needed
                place = (left, y, needed, 14.0 * k)
                drawing.text(text, place, theme.dim, 11.0, mono=True, align=align)
    low = plan.plate_bottom + 3.0
    x_label = plan.x_riser + plan.wires.x_span / 2 + 8.0
    token(drawing, flows, (x_label, low, plan.x_gate[1] - x_label, plan.bottom - low), size, theme)
    end = plan.x_read - half - 100.0 * k
    legend(
        drawing,
        flows.run.units,
        (plan.x_gate[1], low, end - plan.x_gate[1], plan.bottom - low),
        theme,
    )
    if above:
        edge = plan.x_read - half - 8.0
        place = (edge - 90.0 * k, low, 90.0 * k, plan.bottom - low)
        drawing.text(above, place, theme.dim, 12.0, align="right")
    if drawing.backward:
        return
    row = plan.y_c - half - 6.0 - 16.0 * k
    said = tr("cell state, read from the end") if is_reverse(flows.run) else tr("cell state")
    room = max(90.0 * k, text_width(said, 11.0 * k) + 4.0)
    drawing.text(said, (plan.plate_left + 14.0, row, room, 16.0 * k), theme.dim, 11.0)
    if flows.run.units > 1:
        left = plan.plate_left + 24.0 + room
        place = (left, row, plan.plate_right - 14.0 - left, 16.0 * k)
        numbers_of(drawing, flows.run.units, unit, place, theme)


def notes(drawing: Drawing, plan: LstmPlan, flows: Flows, theme: Theme) -> None:
    """Write what every node does on the way back."""
    cell, half = flows.run.network.recurrence, plan.wires.span / 2
    x_f, x_i, x_g, x_o = plan.x_gate
    k = plan.type
    gap, row = 6.0, plan.y_c - half - 6.0 - 16.0 * k

    def note(text: str, x: float, y: float, align: str, colour: str | None = None) -> None:
        wide = text_width(text, 11.0 * k) + 4.0
        left = x if align == "left" else x - wide if align == "right" else x - wide / 2
        drawing.text(text, (left, y, wide, 15.0 * k), colour or theme.dim, 11.0, align=align)

    level = plan.gate_top - 4.0 - 15.0 * k
    forgets = cell.variant != "no-forget-gate"
    direct = tr("direct path: only × fₜ") if forgets else tr("direct path: as it is")
    note(direct, plan.plate_left + 14.0, row, "left", theme.gradient)
    if forgets:
        note(f"× {flows.earlier('c')}", x_f + half + gap, plan.y_product - 7.5 * k, "left")
    if "i" in cell.gates:
        note("× gₜ", x_i - half - gap, level, "right")
        note("× iₜ", x_g + half + gap, level, "left")
    note(tr("copies"), plan.x_sum + plan.node + gap, row, "left")
    note(tr("adds"), plan.x_output - plan.bend, row, "centre")
    if "o" not in cell.gates:
        return
    emitted = "cₜ" if cell.variant == "no-output-activation" else "tanh cₜ"
    apart = (x_o - x_g) - 2 * (half + gap)
    if not cell.peepholes and apart >= text_width(f"× iₜ× {emitted}", 11.0 * k) + 12.0:
        note(f"× {emitted}", x_o - half - gap, level, "right")
    beside = plan.y_product - plan.node - 15.0 * k
    if beside >= plan.tanh_top + plan.tanh_height - 4.0:
        note("× oₜ", plan.x_output - half - gap, beside, "right")
