"""The plain recurrent cell: one step, all wires, left to right.

The joint bus of h and x runs into one mixing block, one strand per unit leaves it, the activation bends
every one of them, and what comes out is h: it forks to the next step and to whatever reads it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from engine import format_number

from .cell_flows import Flows, above_words, is_read
from .cell_gate import MIXED, mixed_back
from .cell_parts import captions, hand_over, legend, letter, numbers_of, sentence_plate, token
from .drawing import Drawing, Frame, Still
from .geometry import RnnPlan, rnn_plan
from .strands import Flow, number, tr
from .timeline import text_width

if TYPE_CHECKING:
    from app.theme import Theme
    from engine import Run

    from .cursor import Cursor
    from .marks import Mark
    from .veil import Veil

INPUTS, ACTIVATION, OUTPUT = 0, 1, 4


def layout(
    runs: tuple[Run, ...], cursor: Cursor, veil: Veil, size: tuple[float, float], theme: Theme
) -> tuple[Mark, ...]:
    """Return the marks of the chosen lane's cell; see :func:`app.stage.cell_lstm.layout`.

    A plain cell has no cell state: of the five sub-steps it uses inputs, gates (its activation) and output.
    """
    run = next((run for run in runs if run.name == cursor.lane), runs[0])
    return frame(run, cursor, veil, size, theme).marks


def frame(run: Run, cursor: Cursor, veil: Veil, size: tuple[float, float], theme: Theme) -> Frame:
    """Return the marks of one run's cell, told apart by whether they move; see `layout`."""
    step = max(0, min(cursor.step, run.steps))
    unit = max(1, min(cursor.unit, run.units))
    return _still(run, step, unit, cursor.backward, veil, size, theme).at(cursor)


@lru_cache(maxsize=8)
def _still(
    run: Run, step: int, unit: int, backward: bool, veil: Veil, size: tuple[float, float], theme: Theme
) -> Still:
    plan = rnn_plan(*size, run.units, run.inputs)
    drawing = Drawing(theme, run.name, plan.wires, backward, plan.type)
    box = (
        plan.plate_left,
        plan.plate_top,
        plan.plate_right - plan.plate_left,
        plan.plate_bottom - plan.plate_top,
    )
    if veil.hides(view="cell", t=step) or (backward and veil.hides(quantity="grad(h)", t=step)):
        sentence_plate(drawing, box, theme)
        return drawing.done()
    drawing.plate(box)
    _Cell(drawing, plan, Flows(run, step, veil, theme, backward=backward), backward, theme).draw(unit)
    return drawing.done()


class _Cell:
    """Draws the parts of one cell."""

    def __init__(self, drawing: Drawing, plan: RnnPlan, flows: Flows, backward: bool, theme: Theme) -> None:
        self.drawing = drawing
        self.plan = plan
        self.flows = flows
        self.backward = backward
        self.theme = theme

    def draw(self, unit: int) -> None:
        """Draw everything, from the ground up."""
        self.wires()
        self.blocks(unit)
        self.letters(unit)
        if self.backward:
            self.factors()

    def h_before(self) -> Flow:
        """Return what the wire from the step before carries."""
        if self.backward:
            return self.flows.pulled(("",), "weight_hh")
        return self.flows.value("h", self.flows.before)

    def wires(self) -> None:
        """Draw all bundles."""
        plan, flows, wire, back = self.plan, self.flows, self.drawing.wire, self.backward
        wire(self.h_before(), ((plan.left, plan.y_h), (plan.mix_left, plan.y_h)), 0.0, INPUTS)
        rise = ((plan.x_riser, plan.bottom), (plan.x_riser, plan.y_x), (plan.mix_left, plan.y_x))
        wire(flows.into_input(("",)) if back else flows.value(flows.reads), rise, plan.x_bend, INPUTS)
        between = ((plan.mix_left + plan.mix_width, plan.y), (plan.gate_left, plan.y))
        wire(flows.value("grad(z)" if back else "z"), between, 0.0, ACTIVATION)
        leave = plan.x_read - plan.bend
        emitted = flows.into_output() if back else flows.value("h")
        start = ((plan.gate_left + plan.gate_width, plan.y), (leave, plan.y))
        out = wire(emitted, start, 0.0, OUTPUT)
        hand_over(self.drawing, flows, plan, plan.y, emitted, (OUTPUT, out))

    def blocks(self, unit: int) -> None:
        """Draw the mixing block and the activation with its slots."""
        plan, theme, run, flows = self.plan, self.theme, self.flows.run, self.flows
        back, k = self.backward, plan.type
        tall = plan.mix_height
        self.drawing.box(
            mixed_back(self.drawing, plan.mix_width) if back else MIXED,
            (plan.mix_left, plan.y - tall / 2, plan.mix_width, tall),
            theme.line,
            "mix",
            tr("W and U mix x and h"),
            (ACTIVATION, 0.0),
            size=12.0,
            colour=theme.dim,
            fill=theme.panel,
        )
        name = run.network.activation
        top = plan.y - plan.gate_height / 2
        clock = plan.gate_left - plan.mix_left - plan.mix_width
        self.drawing.box(
            "",
            (plan.gate_left, top, plan.gate_width, plan.gate_height),
            theme.text,
            "tanh",
            tr("activation: {name} of the pre-activation").format(name=name),
            (ACTIVATION, clock),
            radius=10.0,
            border_width=1.6,
            fill=theme.panel,
        )
        pad, head, tail = 0.08 * plan.gate_width, 25.0 * k, 22.0 * k
        inner = plan.gate_width - 2 * pad
        slots = (plan.gate_left + pad, top + head, inner, plan.gate_height - head - tail - 3.0)
        flow = flows.value("h")
        one_sided = name in ("sigmoid", "relu")
        self.drawing.slots(
            flow, slots, unit, "tanh", (ACTIVATION, clock, clock + slots[3]), signed=not one_sided
        )
        row = (plan.gate_left + pad, top + 4.0, inner, head - 6.0)
        self.drawing.text(f"{name}′" if back else name, row, theme.dim, 12.0, mono=True)
        letter(self.drawing, "hₜ", row, theme.role("h"), 15.0, "right")
        foot_row = (plan.gate_left + pad, top + plan.gate_height - tail + 1.0, inner, tail - 4.0)
        shown = "" if flow.values is None else number(float(flow.values[unit - 1]))
        known = None if back else (ACTIVATION, clock + slots[3])
        captions(self.drawing, tr("activation"), shown, foot_row, theme, known)

    def letters(self, unit: int) -> None:
        """Write the letters of the wires and the chosen unit's numbers."""
        plan, flows, theme = self.plan, self.flows, self.theme
        k = plan.type
        size, tall, inset = (15.0 if plan.u < 0.95 else 17.0), 22.0 * k, 8.0
        wide = plan.plate_left - plan.left - inset - 2.0
        at_left, at_right = plan.left + inset, plan.right - inset - wide
        half = plan.wires.span / 2
        rows = (
            (flows.earlier("h"), plan.y_h, at_left, "left", flows.before),
            ("hₜ", plan.y, at_right, "right", flows.step),
        )
        for text, y, x, align, t in rows:
            above = y - half - tall - 2.0
            letter(self.drawing, text, (x, above, wide, tall), theme.role("h"), size, align)
            flow = flows.value("h", t)
            if flow.values is not None and not self.backward:
                shown = number(float(flow.values[unit - 1]))
                if text_width(shown, 11.0 * k, mono=True) > wide and "·" in shown:
                    shown = format_number(float(flow.values[unit - 1]), 1)  # clear of the plate's edge
                needed = max(wide, text_width(shown, 11.0 * k, mono=True) + 4.0)  # a number is never cut
                left = x if align == "left" else x + wide - needed
                place = (left, above - 13.0 * k, needed, 14.0 * k)
                known = self.drawing.end(OUTPUT) if t == flows.step else None
                self.drawing.text(shown, place, theme.dim, 11.0, mono=True, align=align, at=known)
        low = plan.plate_bottom + 3.0
        x_label = plan.x_riser + plan.wires.x_span / 2 + 8.0
        room = plan.mix_left + plan.mix_width - x_label
        after = token(self.drawing, flows, (x_label, low, room, plan.bottom - low), size, theme) + 14.0
        end = plan.x_read - half - 100.0 * k if is_read(self.flows) else plan.right
        legend(self.drawing, flows.run.units, (after, low, end - after, plan.bottom - low), theme)
        if not self.backward:
            middle = (plan.mix_left + plan.mix_width + plan.gate_left) / 2
            place = (middle - 24.0, plan.y - half - tall - 2.0, 48.0, tall)
            letter(self.drawing, "zₜ", place, theme.dim, 15.0, "centre")
            flow = flows.value("z")
            if flow.values is not None:
                place = (middle - 30.0 * k, place[1] - 13.0 * k, 60.0 * k, 14.0 * k)
                shown = number(float(flow.values[unit - 1]))
                at = (ACTIVATION, 0.0)
                self.drawing.text(shown, place, theme.dim, 11.0, mono=True, align="centre", at=at)
        if is_read(self.flows):
            words = above_words(flows)
            edge = plan.x_read - half - 8.0
            place = (edge - 90.0 * k, low, 90.0 * k, plan.bottom - low)
            self.drawing.text(words, place, theme.dim, 12.0, align="right")
        if flows.run.units > 1 or self.backward:
            width = plan.plate_right - plan.plate_left - 28.0
            place = (plan.plate_left + 14.0, plan.plate_top + 9.0, width, 16.0 * k)
            numbers_of(self.drawing, flows.run.units, unit, place, theme)

    def factors(self) -> None:
        """Write what every block does on the way back."""
        plan, dim = self.plan, self.theme.dim
        below = plan.y + max(plan.mix_height, plan.gate_height) / 2 + 6.0
        above = plan.y - plan.wires.span / 2 - 5.0 - 15.0 * plan.type
        mixes, between = plan.mix_left + plan.mix_width / 2, plan.mix_left + plan.mix_width
        notes = [
            (tr("mixes by Wᵀ and Uᵀ"), mixes, plan.y + plan.mix_height / 2 + 6.0),
            (tr("multiplies by its slope"), plan.gate_left + plan.gate_width / 2, below),
            (tr("δ = ∂L/∂z"), (between + plan.gate_left) / 2, above),
        ]
        if is_read(self.flows):
            notes.append((tr("adds"), plan.x_read - plan.bend, above))
        for text, x, y in notes:
            wide = text_width(text, 11.0 * plan.type) + 4.0
            self.drawing.text(text, (x - wide / 2, y, wide, 15.0 * plan.type), dim, 11.0, align="centre")
