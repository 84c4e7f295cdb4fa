"""The LSTM cell: one step, all wires.

Left to right in order of computation. On top the cell state's line with its × and its +; below it the three
gates and the candidate; at the bottom one joint bus of h and x that forks into four mixing blocks. The
strands of every fork peel off the strands they copy, so a wire can be followed from end to end.
"""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import TYPE_CHECKING

from app.theme import Theme, mix

from .cell_flows import Flows, has_read_out, judged
from .cell_parts import captions, legend, letter, sentence_plate, token
from .drawing import Drawing, Frame, Still
from .geometry import GATES, LstmPlan, lstm_plan
from .marks import Mark, Panel, Point
from .routes import length, pieces
from .strands import Flow, number, tr
from .timeline import text_width

if TYPE_CHECKING:
    from engine import Run

    from .cursor import Cursor
    from .veil import Veil

INPUTS, GATING, CELL_STATE, SQUASH, OUTPUT = range(5)

_NODE = {"f": "forget-sigmoid", "i": "input-sigmoid", "g": "candidate-tanh", "o": "output-sigmoid"}


def layout(
    runs: tuple[Run, ...], cursor: Cursor, veil: Veil, size: tuple[float, float], theme: Theme
) -> tuple[Mark, ...]:
    """Return the marks of the chosen lane's cell.

    Parameters
    ----------
    runs
        One run per lane; the cursor's lane is shown, or the first. It is an LSTM's.
    cursor
        Step, moment within the step, direction, and the unit whose numbers are printed.
    veil
        What is hidden.
    size
        Width and height of the place, in pixels.
    theme
        Gives the colours.
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
    """Draw one step; what only the moment within the step changes is put in later."""
    plan = lstm_plan(*size, run.units, run.inputs)
    drawing = Drawing(theme, run.name, plan.wires, backward, plan.type)
    box = (
        plan.plate_left,
        plan.plate_top,
        plan.plate_right - plan.plate_left,
        plan.plate_bottom - plan.plate_top,
    )
    if veil.hides(view="cell", t=step) or (backward and veil.hides(quantity="grad(c)", t=step)):
        sentence_plate(drawing, box, theme)
        return drawing.done()
    drawing.plate(box)
    flows = Flows(run, step, veil, theme)
    _Cell(drawing, plan, flows, backward, theme).draw(unit)
    return drawing.done()


class _Cell:
    """Draws the parts of one cell."""

    def __init__(self, drawing: Drawing, plan: LstmPlan, flows: Flows, backward: bool, theme: Theme) -> None:
        self.drawing = drawing
        self.plan = plan
        self.flows = flows
        self.backward = backward
        self.theme = theme

    def draw(self, unit: int) -> None:
        """Draw everything, from the ground up."""
        if self.backward:
            self.direct_band()
        self.buses()
        self.gates(unit)
        self.tap()
        self.cell_line()
        self.output()
        self.letters(unit)
        if self.backward:
            self.factors()

    def value(self, name: str, t: int | None = None) -> Flow:
        """Return a quantity forwards, its gradient backwards."""
        return self.flows.value(f"grad({name})" if self.backward else name, t)

    # -- wires --

    def direct_band(self) -> None:
        """Lay a band under the cell state's line: the one path that meets no matrix."""
        plan = self.plan
        half = plan.wires.span / 2 + 3.0 * plan.u
        rect = (plan.left, plan.y_c - half, plan.right - plan.left, 2 * half)
        ground = Panel(rect=rect, fill=mix(self.theme.card, self.theme.gradient, 0.2), radius=half / 2)
        self.drawing.add(ground, CELL_STATE, 0.0, plan.right - plan.left)

    def buses(self) -> None:
        """Run h and x side by side, and peel both off to every mixing block.

        On its way up x passes over h, on cleared ground.
        """
        plan, wires = self.plan, self.plan.wires
        # Backwards every strand here is another, and all are wide: thinner ones keep the crossings legible.
        thin = 0.62 if self.backward else 1.0
        for name, y, offset, matrix in (
            ("h", plan.y_h, -(wires.joint - wires.span) / 2, "weight_hh_l0"),
            ("x", plan.y_x, (wires.joint - wires.x_span) / 2, "weight_ih_l0"),
        ):
            routes = self.bus_routes(name, y)
            bend = wires.x_span / 2 + round(5.0 * plan.u)
            clocks = [0.0]
            for route in routes:
                clocks.append(clocks[-1] + length(pieces(route, bend)))
            floor = plan.mix_top + plan.mix_height
            ups = tuple(((x - plan.bus_bend, y), (x + offset, y), (x + offset, floor)) for x in plan.x_gate)
            radius = plan.bus_bend + offset
            if name == "x":
                for up in ups[:-1]:
                    self.drawing.clearing(up, radius, wires.x_span)
            for index, (route, clock) in enumerate(zip(routes, clocks, strict=False)):
                flow = self.bus_flow(name, GATES[index:], matrix)
                self.drawing.wire(flow, route, bend, INPUTS, clock, spoken=index == 0, thin=thin)
            for up, gate, clock in zip(ups, GATES, clocks[1:], strict=True):
                self.drawing.wire(
                    self.bus_flow(name, (gate,), matrix),
                    up,
                    radius,
                    INPUTS,
                    clock,
                    spoken=self.backward,
                    thin=thin,
                )

    def bus_routes(self, name: str, y: float) -> tuple[tuple[Point, ...], ...]:
        """Return the pieces of a bus, each up to where the next tap leaves it."""
        plan = self.plan
        stops = [x - plan.bus_bend for x in plan.x_gate]
        first: tuple[Point, ...] = ((plan.left, y), (stops[0], y))
        if name == "x":
            first = ((plan.x_riser, plan.bottom), (plan.x_riser, y), (stops[0], y))
        return (first, *(((a, y), (b, y)) for a, b in itertools.pairwise(stops)))

    def bus_flow(self, name: str, gates: tuple[str, ...], matrix: str) -> Flow:
        """Return what a piece of the bus carries."""
        if not self.backward:
            return self.flows.value(name, self.flows.step - 1 if name == "h" else None)
        if name == "x" and gates == GATES:
            return self.flows.value("grad(x)")
        return self.flows.pulled(gates, matrix)

    def gates(self, unit: int) -> None:
        """Draw mixing block, pre-activation and gate of all four."""
        plan = self.plan
        titles = {"f": tr("forget"), "i": tr("input"), "g": tr("candidate"), "o": tr("output")}
        roomy = plan.gate_width * 0.8 >= text_width(titles["g"] + " ", 11.0 * plan.type) + 33.0 * plan.type
        for x, gate in zip(plan.x_gate, GATES, strict=True):
            left, hue = x - plan.gate_width / 2, self.theme.role(gate)
            foot = plan.gate_top + plan.gate_height
            flow = self.flows.value(gate)
            clock = self.drawing.wire(
                self.value(f"z_{gate}"), ((x, plan.mix_top), (x, foot)), 0.0, GATING, 0.0
            )
            mixing = "Wᵀ·" if self.backward else "W·[h,x]+b"
            self.drawing.box(
                mixing,
                (left, plan.mix_top, plan.gate_width, plan.mix_height),
                self.theme.line,
                f"mix-{gate}",
                tr("{gate}: the matrix mixes h and x into one number per unit").format(gate=titles[gate]),
                (GATING, 0.0),
                size=11.0 if plan.gate_width > 74 else 10.0,
                colour=self.theme.dim,
                fill=self.theme.panel,
            )
            squash = "tanh" if gate == "g" else "σ"
            self.drawing.box(
                "",
                (left, plan.gate_top, plan.gate_width, plan.gate_height),
                hue,
                _NODE[gate],
                tr("{title}: {squash} of the pre-activation").format(title=titles[gate], squash=squash),
                (GATING, clock),
                radius=10.0,
                border_width=1.6,
                fill=self.theme.panel,
            )
            pad = max(8.0, 0.1 * plan.gate_width)
            k = plan.type
            # Where the slots would be left no height, the number under them gives way: hovering tells it.
            numbered = plan.gate_height >= 66.0 * k
            head, tail = 23.0 * k, 21.0 * k if numbered else 6.0
            inner = plan.gate_width - 2 * pad
            slots = (left + pad, plan.gate_top + head, inner, plan.gate_height - head - tail - 3.0)
            self.drawing.slots(
                flow, slots, unit, _NODE[gate], (GATING, clock, clock + slots[3]), signed=gate == "g"
            )
            row = (left + pad, plan.gate_top + 4.0, inner, head - 6.0)
            self.drawing.text(squash, row, self.theme.dim, 11.0, mono=True)
            letter(self.drawing, f"{gate}ₜ", row, hue, 15.0, "right")
            foot_row = (left + pad, foot - tail + 1.0, inner, tail - 4.0)
            shown = "" if flow.values is None else number(float(flow.values[unit - 1]))
            if numbered:
                captions(self.drawing, titles[gate] if roomy else "", shown, foot_row, self.theme)

    def cell_line(self) -> None:
        """Draw the cell state's line with what is multiplied into it and added to it."""
        plan, flows, y = self.plan, self.flows, self.plan.y_c
        x_f, x_i, x_g, _ = plan.x_gate
        add = plan.x_sum
        wire = self.drawing.wire
        back = self.backward
        meet = wire(
            flows.value("c", flows.step - 1) if not back else flows.direct_out(),
            ((plan.left, y), (x_f, y)),
            0,
            2,
        )
        up = ((x_f, plan.gate_top), (x_f, y))
        wire(self.value("f"), up, 0.0, CELL_STATE, max(0.0, meet - (plan.gate_top - y)))
        side = plan.y_product
        joined = 0.0
        for name, x in (("i", x_i), ("g", x_g)):
            joined = wire(
                self.value(name), ((x, plan.gate_top), (x, side), (add, side)), plan.bend, CELL_STATE
            )
        joined = max(joined, meet)
        kept = flows.into_sum() if back else flows.kept()
        written = flows.into_sum() if back else flows.written()
        arrived = wire(kept, ((x_f, y), (add, y)), 0.0, CELL_STATE, meet)
        wire(written, ((add, side), (add, y)), 0.0, CELL_STATE, max(joined, arrived - (side - y)))
        fork = plan.x_output - plan.bend
        new = flows.value("grad(c)" if back else "c")
        clock = wire(new, ((add, y), (fork, y)), 0.0, CELL_STATE, arrived)
        wire(
            flows.direct_in() if back else new,
            ((fork, y), (plan.right, y)),
            0.0,
            CELL_STATE,
            clock,
            spoken=back,
        )
        self.node(
            "×",
            (x_f, y),
            "f",
            "forget-product",
            tr("forget product: the old cell state times the forget gate"),
            meet,
        )
        self.node(
            "×",
            (add, side),
            "i",
            "input-product",
            tr("input product: the candidate times the input gate"),
            joined,
        )
        self.node("+", (add, y), "c", "cell-sum", tr("sum: what is kept plus what is written"), arrived)

    def tap(self) -> None:
        """Draw the tap of the cell state through tanh, under the line that it leaves."""
        plan, flows, x = self.plan, self.flows, self.plan.x_output
        wire, back = self.drawing.wire, self.backward
        fork, foot = x - plan.bend, plan.tanh_top + plan.tanh_height
        flow = flows.through_tanh() if back else flows.value("c")
        route = ((fork, plan.y_c), (x, plan.y_c), (x, plan.tanh_top))
        clock = wire(flow, route, plan.bend, SQUASH, spoken=back)
        squashed = self.value("tanh_c")
        wire(squashed, ((x, foot), (x, plan.y_product)), 0.0, SQUASH, clock + plan.tanh_height)
        self.drawing.box(
            "tanh′" if back else "tanh",
            (x - plan.tanh_width / 2, plan.tanh_top, plan.tanh_width, plan.tanh_height),
            self.theme.dim,
            "output-tanh",
            tr("tanh of the cell state"),
            (SQUASH, clock),
        )

    def output(self) -> None:
        """Draw the output gate's product, and where h goes."""
        plan, flows, x, side = self.plan, self.flows, self.plan.x_output, self.plan.y_product
        wire, back = self.drawing.wire, self.backward
        x_o = plan.x_gate[3]
        met = wire(self.value("o"), ((x_o, plan.gate_top), (x_o, side), (x, side)), plan.bend, OUTPUT)
        leave = plan.x_read - plan.bend
        emitted = flows.into_output() if back else flows.value("h")
        out = wire(emitted, ((x, side), (x, plan.y_h), (leave, plan.y_h)), plan.bend, OUTPUT, met)
        onward = flows.from_next() if back else emitted
        if self.read():
            route = ((leave, plan.y_h), (plan.x_read, plan.y_h), (plan.x_read, plan.bottom))
            wire(flows.from_loss() if back else emitted, route, plan.bend, OUTPUT, out, spoken=back)
        wire(onward, ((leave, plan.y_h), (plan.right, plan.y_h)), 0.0, OUTPUT, out, spoken=back)
        self.node(
            "×",
            (x, side),
            "o",
            "output-product",
            tr("output product: tanh of the cell state times the output gate"),
            met,
            OUTPUT,
        )

    def read(self) -> bool:
        """Whether h is read here by something above the cell, or, backwards, by the loss itself."""
        run = self.flows.run
        return has_read_out(run) or (self.backward and judged(run, self.flows.step))

    def node(
        self,
        sign: str,
        centre: Point,
        role: str,
        name: str,
        label: str,
        clock: float,
        stage: int = CELL_STATE,
    ) -> None:
        """Draw a × or +."""
        self.drawing.disc(sign, centre, self.plan.node, self.theme.role(role), name, label, (stage, clock))

    # -- words --

    def letters(self, unit: int) -> None:
        """Write the letters of the wires, and the chosen unit's numbers beside those of the states."""
        plan, flows, theme = self.plan, self.flows, self.theme
        k = plan.type
        half, tall = plan.wires.span / 2, 22.0 * k
        size = 15.0 if plan.u < 0.95 else 17.0
        inset = 8.0
        wide = plan.plate_left - plan.left - inset - 2.0
        at_left, at_right = plan.left + inset, plan.right - inset - wide
        above_c, above_h = plan.y_c - half - tall - 2.0, plan.y_h - half - tall - 2.0
        letter(self.drawing, "cₜ₋₁", (at_left, above_c, wide, tall), theme.role("c"), size, "left")
        letter(self.drawing, "cₜ", (at_right, above_c, wide, tall), theme.role("c"), size, "right")
        letter(self.drawing, "hₜ₋₁", (at_left, above_h, wide, tall), theme.role("h"), size, "left")
        letter(self.drawing, "hₜ", (at_right, above_h, wide, tall), theme.role("h"), size, "right")
        if not self.backward:
            below = plan.y_c + half + 3.0
            places = (
                ("c", flows.step - 1, at_left, below, "left"),
                ("c", flows.step, at_right, below, "right"),
                ("h", flows.step - 1, at_left, above_h - 13.0 * k, "left"),
                ("h", flows.step, at_right, above_h - 13.0 * k, "right"),
            )
            for name, t, x, y, align in places:
                flow = flows.value(name, t)
                if flow.values is not None:
                    text = number(float(flow.values[unit - 1]))
                    needed = max(wide, text_width(text, 11.0 * k, mono=True) + 4.0)  # a number is never cut
                    left = x if align == "left" else x + wide - needed
                    place = (left, y, needed, 14.0 * k)
                    self.drawing.text(text, place, theme.dim, 11.0, mono=True, align=align)
        low = plan.plate_bottom + 3.0
        x_label = plan.x_riser + plan.wires.x_span / 2 + 8.0
        token(self.drawing, flows, (x_label, low, plan.x_gate[1] - x_label, plan.bottom - low), size, theme)
        legend(
            self.drawing,
            (plan.x_gate[1], low, plan.x_read - half - 100.0 * k - plan.x_gate[1], plan.bottom - low),
            theme,
        )
        if self.read():
            words = tr("from the loss") if self.backward else tr("to yₜ")
            edge = plan.x_read - half - 8.0
            self.drawing.text(
                words, (edge - 90.0 * k, low, 90.0 * k, plan.bottom - low), theme.dim, 12.0, align="right"
            )
        row = plan.y_c - half - 6.0 - 16.0 * k
        if not self.backward:
            place = (plan.plate_left + 14.0, row, 90.0 * k, 16.0 * k)
            self.drawing.text(tr("cell state"), place, theme.dim, 11.0)
            if flows.run.units > 1:
                words = tr("numbers: unit {k}").format(k=unit)
                place = (plan.plate_right - 14.0 - 120.0 * k, row, 120.0 * k, 16.0 * k)
                self.drawing.text(words, place, theme.dim, 11.0, align="right")

    def factors(self) -> None:
        """Write what every node does on the way back."""
        plan, theme, half = self.plan, self.theme, self.plan.wires.span / 2
        x_f, x_i, x_g, x_o = plan.x_gate
        k = plan.type
        gap, row = 6.0, plan.y_c - half - 6.0 - 16.0 * k

        def note(text: str, x: float, y: float, align: str, colour: str | None = None) -> None:
            wide = text_width(text, 11.0 * k) + 4.0
            left = x if align == "left" else x - wide if align == "right" else x - wide / 2
            self.drawing.text(text, (left, y, wide, 15.0 * k), colour or theme.dim, 11.0, align=align)

        level = plan.gate_top - 4.0 - 15.0 * k
        note(tr("direct path: only × fₜ"), plan.plate_left + 14.0, row, "left", theme.gradient)
        note("× cₜ₋₁", x_f + half + gap, plan.y_product - 7.5 * k, "left")
        note("× gₜ", x_i - half - gap, level, "right")
        note("× iₜ", x_g + half + gap, level, "left")
        note(tr("copies"), plan.x_sum + plan.node + gap, row, "left")
        apart = (x_o - x_g) - 2 * (half + gap)
        if apart >= text_width("× iₜ× tanh cₜ", 11.0 * k) + 12.0:
            note("× tanh cₜ", x_o - half - gap, level, "right")
        beside = plan.y_product - plan.node - 15.0 * k
        if beside >= plan.tanh_top + plan.tanh_height - 4.0:
            note("× oₜ", plan.x_output - half - gap, beside, "right")
        note(tr("adds"), plan.x_output - plan.bend, row, "centre")
