"""The words in an LSTM's cell: its letters and numbers, and backwards what every node does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .cell_parts import band_half, delta, foot, letter, numbers_of, over_band
from .order import is_reverse
from .strands import number, tr
from .timeline import text_width

if TYPE_CHECKING:
    from app.theme import Theme

    from .cell_flows import Flows
    from .drawing import Drawing
    from .geometry import LstmPlan

__all__ = ["letters", "notes"]

_MADE_IN: Final = {"c": 2, "h": 4}
"""The sub-step that gives a state."""


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
    above_c, above_h = max(0.0, over_band(plan, plan.y_c) - tall), plan.y_h - half - tall - 4.0
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
                known = drawing.end(_MADE_IN[name]) if t == flows.step else None
                drawing.text(text, place, theme.dim, 11.0, mono=True, align=align, at=known)
    foot(drawing, plan, flows, (plan.x_riser, plan.x_gate[1]), size, above, theme)
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


def notes(drawing: Drawing, plan: LstmPlan, flows: Flows, unit: int, theme: Theme) -> None:
    """Write what every node does on the way back, and whose the numbers on the gates are."""
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
    direct = tr("direct path: only × fₜ") if forgets else tr("direct path: unchanged (fₜ = 1)")
    note(direct, plan.plate_left + 14.0, row, "left", theme.gradient)
    if forgets:
        note(f"× {flows.earlier('c')}", x_f + half + gap, plan.y_product - 7.5 * k, "left")
    if "i" in cell.gates:
        note("× gₜ", x_i - half - gap, level, "right")
        note("× iₜ", x_g + half + gap, level, "left")
    if cell.variant == "coupled":
        apart = x_i - x_f - plan.gate_width
        if apart >= text_width("× −1", 11.0 * k) + 4.0:
            note(
                "× −1",
                (x_f + x_i) / 2,
                plan.gate_top + plan.gate_height / 2 - half - 3.0 - 15.0 * k,
                "centre",
            )
    copies, adds = tr("copies"), tr("adds")
    begin = plan.x_sum + plan.node + gap
    note(copies, begin, row, "left")
    note(adds, plan.x_output - plan.bend, row, "centre")
    left = begin + text_width(copies, 11.0 * k) + 16.0
    right = plan.x_output - plan.bend - text_width(adds, 11.0 * k) / 2 - 44.0
    numbers_of(drawing, flows.run.units, unit, (left, row, right - left, 15.0 * k), theme)
    if not cell.peepholes:  # they pass there
        delta(drawing, plan, x_f if "f" in cell.gates else x_i if "i" in cell.gates else x_g, theme)
    if "o" not in cell.gates:
        return
    emitted = "cₜ" if cell.variant == "no-output-activation" else "tanh cₜ"
    apart = (x_o - x_g) - 2 * (half + gap)
    if cell.peepholes or apart < text_width(f"× iₜ× {emitted}", 11.0 * k) + 12.0:
        return  # without this one the other would be taken for the gate's
    note(f"× {emitted}", x_o - half - gap, level, "right")
    # Above the wire of the output gate, and where that is beside the tanh, left of it.
    over = plan.y_product - half - 3.0 - 15.0 * k
    pill = cell.variant != "no-output-activation" and over < plan.tanh_top + plan.tanh_height + 2.0
    if over >= band_half(plan) + plan.y_c:
        note(
            "× oₜ",
            plan.x_output - (plan.tanh_width / 2 if pill else max(half, plan.node)) - gap,
            over,
            "right",
        )
