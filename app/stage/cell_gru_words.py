"""The words in a GRU's cell: its letters and numbers, and backwards what every node does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .cell_parts import delta, foot, letter, numbers_of, over_band
from .order import is_reverse
from .strands import number, tr
from .timeline import text_width

if TYPE_CHECKING:
    from app.theme import Theme

    from .cell_flows import Flows
    from .drawing import Drawing
    from .geometry_gru import GruPlan

__all__ = ["letters", "notes"]


_MADE_IN: Final = 4
"""The sub-step that gives the state."""


def letters(
    drawing: Drawing, plan: GruPlan, flows: Flows, unit: int, above: str, theme: Theme, *, after: bool
) -> None:
    """Write the letters of the wires, and the chosen unit's numbers beside those of the states.

    Parameters
    ----------
    drawing, plan, flows, theme
        As the cell has them.
    unit
        The chosen unit.
    above
        What the wire upwards leads to; empty without one.
    after
        Whether the reset gate acts after the matrix.
    """
    k, half = plan.type, plan.wires.span / 2
    tall, inset = 22.0 * k, 8.0
    size = 15.0 if plan.u < 0.95 else 17.0
    wide = plan.plate_left - plan.left - inset - 2.0
    at_left, at_right = plan.left + inset, plan.right - inset - wide
    over = max(13.0 * k, over_band(plan, plan.y_state) - tall)
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
            known = drawing.end(_MADE_IN) if t == flows.step else None
            drawing.text(text, place, theme.dim, 11.0, mono=True, align=align, at=known)
    foot(drawing, plan, flows, (plan.x_down, plan.x_reset - plan.gate_width / 2 - 6.0), size, above, theme)
    # The wire from there has the letter that the formulas have.
    if after and plan.x_recurrent - plan.x_reset - plan.gate_width / 2 - half >= 24.0 * k:
        place = (plan.x_recurrent - half - 4.0 - 20.0 * k, plan.mix_top - 21.0 * k, 20.0 * k, 16.0 * k)
        letter(drawing, "qₜ", place, theme.role("h"), 13.0, "right")
    elif not after and plan.x_join - plan.early_width / 2 - plan.x_recurrent - plan.node >= 17.0 * k:
        place = (plan.x_recurrent + plan.node + 1.0, plan.y_row - half - 4.0 - 16.0 * k, 18.0 * k, 16.0 * k)
        letter(drawing, "qₜ", place, theme.role("h"), 13.0, "left")
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


def notes(drawing: Drawing, plan: GruPlan, flows: Flows, unit: int, theme: Theme, *, after: bool) -> None:
    """Write what every node does on the way back, wherever there is room for it, and whose the numbers are.

    Parameters
    ----------
    drawing, plan, flows, unit, theme
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
    direct, copies = tr("direct path: only × zₜ"), tr("copies")
    note(direct, plan.plate_left + 14.0, row, "left", theme.gradient)
    left, right = plan.plate_left + 24.0 + text_width(direct, 11.0 * k), plan.x_candidate - plan.node - gap
    if plan.x_candidate + plan.node + gap + text_width(copies, 11.0 * k) + 8.0 <= plan.plate_right:
        note(copies, plan.x_candidate + plan.node + gap, row, "left")
    else:
        note(copies, right, row, "right")
        right -= text_width(copies, 11.0 * k) + 16.0
    numbers_of(drawing, flows.run.units, unit, (left, row, right - left, 15.0 * k), theme)
    # Of the update gate's pre-activation: z alone is the gate here.
    delta(drawing, plan, plan.x_update, theme, "zᶻ")
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
