"""The words in a GRU's cell: its letters and numbers, and backwards what every node does."""

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
    from .geometry_gru import GruPlan

__all__ = ["letters", "notes"]


def letters(drawing: Drawing, plan: GruPlan, flows: Flows, unit: int, above: str, theme: Theme) -> None:
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
    k, half = plan.type, plan.wires.span / 2
    tall, inset = 22.0 * k, 8.0
    size = 15.0 if plan.u < 0.95 else 17.0
    wide = plan.plate_left - plan.left - inset - 2.0
    at_left, at_right = plan.left + inset, plan.right - inset - wide
    over = plan.y_state - half - tall - 2.0
    hue = theme.role("h")
    letter(drawing, flows.earlier("h"), (at_left, over, wide, tall), hue, size, "left")
    letter(drawing, "hₜ", (at_right, over, wide, tall), hue, size, "right")
    if not drawing.backward:
        for t, x, align in ((flows.before, at_left, "left"), (flows.step, at_right, "right")):
            values = flows.value("h", t).values
            if values is None:
                continue
            text = number(float(values[unit - 1]))
            needed = max(wide, text_width(text, 11.0 * k, mono=True) + 4.0)  # a number is never cut
            left = x if align == "left" else x + wide - needed
            place = (left, over - 13.0 * k, needed, 14.0 * k)
            drawing.text(text, place, theme.dim, 11.0, mono=True, align=align)
    low = plan.plate_bottom + 3.0
    tail = plan.bottom - low
    x_label = plan.x_down + plan.wires.x_span / 2 + 8.0
    end = plan.x_read - half - 100.0 * k
    split = plan.x_reset - plan.gate_width / 2
    token(drawing, flows, (x_label, low, split - 6.0 - x_label, tail), size, theme)
    legend(drawing, flows.run.units, (split, low, end - split, tail), theme)
    if above:
        edge = plan.x_read - half - 8.0
        drawing.text(above, (edge - 90.0 * k, low, 90.0 * k, tail), theme.dim, 12.0, align="right")
    if drawing.backward:
        return
    row = plan.y_state - half - 6.0 - 16.0 * k
    said = tr("hidden state, read from the end") if is_reverse(flows.run) else tr("hidden state")
    room = text_width(said, 11.0 * k) + 4.0
    drawing.text(said, (plan.plate_left + 14.0, row, room, 16.0 * k), theme.dim, 11.0)
    if flows.run.units > 1:
        left = plan.plate_left + 24.0 + room
        numbers_of(
            drawing, flows.run.units, unit, (left, row, plan.plate_right - 14.0 - left, 16.0 * k), theme
        )


def notes(drawing: Drawing, plan: GruPlan, flows: Flows, theme: Theme, *, after: bool) -> None:
    """Write what every node does on the way back, wherever there is room for it.

    Parameters
    ----------
    drawing, plan, flows, theme
        As the cell has them.
    after
        Whether the reset gate acts after the matrix.
    """
    k, half, gap = plan.type, plan.wires.span / 2, 6.0
    row = plan.y_state - half - 6.0 - 16.0 * k

    def note(text: str, x: float, y: float, align: str, colour: str | None = None) -> None:
        wide = text_width(text, 11.0 * k) + 4.0
        left = x if align == "left" else x - wide if align == "right" else x - wide / 2
        drawing.text(text, (left, y, wide, 15.0 * k), colour or theme.dim, 11.0, align=align)

    earlier = flows.earlier("h")
    note(tr("direct copy: only × zₜ"), plan.plate_left + 14.0, row, "left", theme.gradient)
    note(tr("copies"), plan.x_candidate - plan.node - gap, row, "right")
    beside = plan.x_down + half + gap
    if beside + text_width(tr("adds"), 11.0 * k) + 8.0 <= plan.x_update - plan.node:
        note(tr("adds"), beside, plan.y_state + half + 5.0, "left")
    between = (plan.y_state + half + plan.y_product - half) / 2 - 7.5 * k
    if plan.y_product - plan.y_state - 2 * half >= 17.0 * k:
        note(f"× {earlier}", plan.x_update + half + gap, between, "left")
    level = plan.gate_top - 3.0 - 15.0 * k
    start = plan.x_candidate + max(half, plan.node) + 4.0
    if start + text_width("× (1 − zₜ)", 11.0 * k) + 4.0 <= plan.x_read - half:
        note("× (1 − zₜ)", start, level, "left")
    above = plan.y_product - half - 3.0 - 15.0 * k
    if above >= plan.y_state + half + 2.0:
        note("× nₜ", plan.x_candidate - plan.node - gap, above, "right")
    inside = plan.x_recurrent - plan.x_reset - plan.gate_width / 2 - plan.node
    factor = "qₜ" if after else earlier
    high = plan.y_row - half - 4.0 - 15.0 * k
    if inside >= text_width(f"× {factor}", 11.0 * k) and high >= level - 30.0:
        note(f"× {factor}", plan.x_recurrent - plan.node - 2.0, high, "right")
    note("× rₜ", plan.x_recurrent + half + gap, plan.y_row + plan.node + 4.0, "left")
    if after:
        note(tr("copies"), plan.x_join, plan.y_row - plan.node - 4.0 - 15.0 * k, "centre")
