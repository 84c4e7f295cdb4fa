"""The LSTM cell: one step, all wires.

Left to right in order of computation. On top the cell state's line with its × and its +; below it the three
gates and the candidate; at the bottom one joint bus of h and x that forks into four mixing blocks. The
strands of every fork peel off the strands they copy, so a wire can be followed from end to end. What a
variant lacks is not drawn: at its place stands what takes its place.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING

from engine import quantity

from .cell_bus import Tap, draw_bus
from .cell_flows import above_words, is_read
from .cell_flows_lstm import LstmFlows
from .cell_gate import MIXED, absent_gate, gate_box, mixed_back, mixing_block, roomy
from .cell_lstm_words import letters, notes
from .cell_parts import direct_band, hand_over, sentence_plate
from .cell_peepholes import draw_peephole, peepholes
from .drawing import Drawing, Frame, Still
from .geometry import GATES, LstmPlan, lstm_plan
from .routes import reach
from .strands import Flow, tr
from .timeline import text_width

if TYPE_CHECKING:
    from app.theme import Theme
    from engine import Run

    from .cursor import Cursor
    from .marks import Mark, Point
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
    flows = LstmFlows(run, step, veil, theme, backward=backward)
    _Cell(drawing, plan, flows, backward, theme).draw(unit)
    return drawing.done()


class _Cell:
    """Draws the parts of one cell."""

    def __init__(
        self, drawing: Drawing, plan: LstmPlan, flows: LstmFlows, backward: bool, theme: Theme
    ) -> None:
        self.drawing = drawing
        self.plan = plan
        self.flows = flows
        self.backward = backward
        self.theme = theme
        self.cell = flows.run.network.recurrence
        self.computed = tuple(gate for gate in GATES if gate in self.cell.gates)
        self.peepholes = peepholes(flows, plan)

    def draw(self, unit: int) -> None:
        """Draw everything, from the ground up."""
        if self.backward:
            self.direct_band()
        self.buses()
        self.gates(unit)
        self.tap()
        self.cell_line()
        for gate in ("f", "i"):
            if gate in self.peepholes:
                draw_peephole(self.drawing, self.flows, self.peepholes[gate], INPUTS, 0.0)
        self.output()
        words = above_words(self.flows) if is_read(self.flows) else ""
        letters(self.drawing, self.plan, self.flows, unit, words, self.theme)
        if self.backward:
            notes(self.drawing, self.plan, self.flows, unit, self.theme)

    @property
    def coupled(self) -> bool:
        """Whether the forget gate is 1 minus the input gate."""
        return self.cell.variant == "coupled"

    @property
    def squashed(self) -> bool:
        """Whether the cell state goes through tanh on its way out."""
        return self.cell.variant != "no-output-activation"

    def value(self, name: str, t: int | None = None) -> Flow:
        """Return a quantity forwards, its gradient backwards."""
        return self.flows.value(f"grad({name})" if self.backward else name, t)

    # -- wires --

    def direct_band(self) -> None:
        """Lay a band under the cell state's line: the one path that meets no matrix."""
        direct_band(self.drawing, self.plan, self.plan.y_c, (CELL_STATE, self.plan.right - self.plan.left))

    def buses(self) -> None:
        """Run h and x side by side, and peel both off to every mixing block.

        On its way up x passes over h, on cleared ground.
        """
        plan, wires = self.plan, self.plan.wires
        places = dict(zip(GATES, plan.x_gate, strict=True))
        floor = plan.mix_top + plan.mix_height
        last = self.computed[-1]
        begin = places[self.computed[0]] - plan.bus_bend
        rise = ((plan.x_riser, plan.bottom), (plan.x_riser, plan.y_x), (begin, plan.y_x))
        for name, start, offset, span in (
            ("h", ((plan.left, plan.y_h), (begin, plan.y_h)), -(wires.joint - wires.span) / 2, wires.span),
            ("x", rise, (wires.joint - wires.x_span) / 2, wires.x_span),
        ):
            taps = [
                Tap(gate, places[gate], offset, floor, crosses=name == "x" and gate != last)
                for gate in self.computed
            ]
            draw_bus(
                self.drawing,
                partial(self.bus_flow, name),
                start,
                taps,
                bend=wires.x_span / 2 + round(5.0 * plan.u),
                tap_bend=plan.bus_bend,
                span=span,
                stage=INPUTS,
            )

    def bus_flow(self, name: str, gates: tuple[str, ...]) -> Flow:
        """Return what a piece of the bus carries, from the gates that it leads to."""
        flows = self.flows
        if not self.backward:
            return flows.value("h", flows.before) if name == "h" else flows.value(flows.reads)
        if name == "x" and gates == self.computed:
            return flows.into_input(gates)
        return flows.pulled(gates, "weight_hh" if name == "h" else "weight_ih")

    # -- gates --

    def gates(self, unit: int) -> None:
        """Draw mixing block, pre-activation and gate of all four, or what stands in their place."""
        plan = self.plan
        titles = {"f": tr("forget"), "i": tr("input"), "g": tr("candidate"), "o": tr("output")}
        named = roomy(self.drawing, plan.gate_width, tuple(titles.values()))
        foot = plan.gate_top + plan.gate_height
        for x, gate in zip(plan.x_gate, GATES, strict=True):
            left, clock = x - plan.gate_width / 2, 0.0
            rect = (left, plan.gate_top, plan.gate_width, plan.gate_height)
            # A peephole of the output gate reads the new cell state: that gate comes after it.
            stage = SQUASH if gate == "o" and gate in self.peepholes else GATING
            if gate in self.computed:
                clock = self.drawing.wire(
                    self.value(f"z_{gate}"), ((x, plan.mix_top), (x, foot)), 0.0, stage, 0.0
                )
                self.mixing(gate, left, titles[gate])
            elif self.coupled:
                clock = self.coupling()
            else:
                self.absent(gate, rect)
                continue
            sign, operand, node, label = self.squashing(gate, titles[gate])
            gate_box(
                self.drawing,
                rect,
                self.flows.value(gate),
                unit,
                sign=sign,
                operand=operand,
                symbol=f"{gate}ₜ",
                title=titles[gate] if named else "",
                hue=self.theme.role(gate),
                node=node,
                label=label,
                at=(stage, clock),
                signed=gate == "g",
                theme=self.theme,
            )

    def mixing(self, gate: str, left: float, title: str) -> None:
        """Draw the block in which h and x are mixed, and with peepholes c is weighed."""
        plan, text, size = self.plan, MIXED, None
        peephole = gate in self.cell.peepholes
        label = tr("{gate}: W and U mix x and h").format(gate=title)
        if peephole:
            seen = "cₜ" if gate == "o" else self.flows.earlier("c")
            label = tr("{gate}: W and U mix x and h; a peephole adds each unit's own {c}, weighed").format(
                gate=title, c=seen
            )
            size = 10.0
            texts = (f"W·x+U·h+w⊙{seen}+b", f"…+w⊙{seen}", "+w⊙c")
            fitting = (
                t for t in texts if text_width(t, 10.0 * plan.type, mono=True) <= plan.gate_width - 4.0
            )
            text = next(fitting, "+w⊙c")
        mixing_block(
            self.drawing,
            mixed_back(self.drawing, plan.gate_width, peephole=peephole) if self.backward else text,
            (left, plan.mix_top, plan.gate_width, plan.mix_height),
            f"mix-{gate}",
            label,
            (GATING, 0.0),
            self.theme,
            size=None if self.backward else size,
        )

    def squashing(self, gate: str, title: str) -> tuple[str, tuple[str, str], str, str]:
        """Return what makes a gate: a sign (backwards a slope), what it is applied to, identifier, words."""
        if gate == "f" and self.coupled:
            said = tr("forget: 1 minus the input gate")
            return "1 −", ("iₜ", self.theme.role("i")), "complement", said
        squash = "tanh" if gate == "g" else "σ"
        if gate == "g" and self.cell.variant == "no-input-activation":
            said = tr("candidate: the pre-activation itself; this variant does not squash it")
            return "=", ("zᵍₜ", self.theme.dim), _NODE[gate], said
        said = tr("{title}: {squash} of the pre-activation").format(title=title, squash=squash)
        return (f"{squash}′" if self.backward else squash), ("", ""), _NODE[gate], said

    def coupling(self) -> float:
        """Draw the input gate's way to the forget gate, which is the rest of it; return the clock there."""
        plan, flows = self.plan, self.flows
        y = plan.gate_top + plan.gate_height / 2
        x_f, x_i = plan.x_gate[:2]
        half = plan.gate_width / 2
        flow = flows.coupled_back() if self.backward else flows.value("i")
        through = plan.mix_top - plan.gate_top
        return self.drawing.wire(
            flow, ((x_i - half, y), (x_f + half, y)), 0.0, GATING, max(0.0, through), spoken=self.backward
        )

    def absent(self, gate: str, rect: tuple[float, float, float, float]) -> None:
        """Say that there is no such gate, and what stands in its place."""
        known = quantity(gate, self.cell)
        whys = {"f": tr("no forget gate"), "i": tr("no input gate"), "o": tr("no output gate")}
        absent_gate(
            self.drawing,
            rect,
            f"{gate}ₜ = 1",
            whys[gate],
            self.theme.role(gate),
            tr(known.meaning),
            self.theme,
        )

    # -- the cell state --

    def cell_line(self) -> None:
        """Draw the cell state's line with what is multiplied into it and added to it."""
        plan, flows, y = self.plan, self.flows, self.plan.y_c
        x_f, add, back = plan.x_gate[0], plan.x_sum, self.backward
        wire = self.drawing.wire
        forgets = "f" in self.computed or self.coupled
        meet = self.old_state(x_f if forgets else add)
        arrived = meet
        if forgets:
            up = ((x_f, plan.gate_top), (x_f, y))
            wire(self.value("f"), up, 0.0, CELL_STATE, max(0.0, meet - (plan.gate_top - y)))
            kept = flows.into_sum() if back else flows.kept()
            arrived = wire(kept, ((x_f, y), (add, y)), 0.0, CELL_STATE, meet)
            said = tr("forget product: the old cell state times the forget gate")
            self.node("×", (x_f, y), "f", "forget-product", said, meet)
        self.written(arrived)
        fork = plan.x_output - plan.bend
        new = flows.value("grad(c)" if back else "c")
        clock, start = arrived, add
        if "o" in self.peepholes:
            start = self.peepholes["o"].leaves
            clock = wire(new, ((add, y), (start, y)), 0.0, CELL_STATE, clock)
            draw_peephole(self.drawing, flows, self.peepholes["o"], CELL_STATE, clock)
        rest = flows.past_peephole() if back and start != add else new
        clock = wire(rest, ((start, y), (fork, y)), 0.0, CELL_STATE, clock, spoken=back or start == add)
        onward = flows.along_in() if back else new
        wire(onward, ((fork, y), (plan.right, y)), 0.0, CELL_STATE, clock, spoken=back)
        label = tr("sum: what is kept plus what is written")
        self.node("+", (add, y), "c", "cell-sum", label, arrived)

    def old_state(self, end: float) -> float:
        """Draw the old cell state up to where it is used, with what peeps at it; return the clock there."""
        plan, flows, y, back = self.plan, self.flows, self.plan.y_c, self.backward
        clock, start = 0.0, plan.left
        early = sorted(
            (hole for gate, hole in self.peepholes.items() if gate != "o"), key=lambda hole: hole.leaves
        )
        for index, hole in enumerate(early):
            gates = tuple(other.gate for other in early[index:])
            flow = flows.along_out(gates) if back else flows.value("c", flows.before)
            clock = self.drawing.wire(
                flow, ((start, y), (hole.leaves, y)), 0.0, INPUTS, clock, spoken=back or not index
            )
            start = hole.leaves
        flow = flows.direct_out() if back else flows.value("c", flows.before)
        return self.drawing.wire(
            flow, ((start, y), (end, y)), 0.0, CELL_STATE, clock, spoken=back or not early
        )

    def written(self, arrived: float) -> None:
        """Draw what is written into the cell state: the candidate, times the input gate if there is one."""
        plan, flows, y, back = self.plan, self.flows, self.plan.y_c, self.backward
        _, x_i, x_g, _ = plan.x_gate
        add, side, wire = plan.x_sum, plan.y_product, self.drawing.wire
        if "i" not in self.computed:
            route = ((x_g, plan.gate_top), (x_g, side), (add, side), (add, y))
            whole = reach(route, plan.bend)
            wire(self.value("g"), route, plan.bend, CELL_STATE, max(0.0, arrived - whole))
            return
        joined = 0.0
        for name, x in (("i", x_i), ("g", x_g)):
            flow = self.value(name)
            if back and name == "i" and self.coupled:
                flow = flows.written_back()
            joined = wire(flow, ((x, plan.gate_top), (x, side), (add, side)), plan.bend, CELL_STATE)
        flow = flows.into_sum() if back else flows.written()
        wire(flow, ((add, side), (add, y)), 0.0, CELL_STATE, max(joined, arrived - (side - y)))
        label = tr("input product: the candidate times the input gate")
        self.node("×", (add, side), "i", "input-product", label, joined)

    def tap(self) -> None:
        """Draw the tap of the cell state through tanh, under the line that it leaves."""
        plan, flows, x = self.plan, self.flows, self.plan.x_output
        wire, back = self.drawing.wire, self.backward
        fork, foot = x - plan.bend, plan.tanh_top + plan.tanh_height
        if not self.squashed:
            flow = self.value("tanh_c") if back else flows.value("c")
            route = ((fork, plan.y_c), (x, plan.y_c), (x, plan.y_product))
            wire(flow, route, plan.bend, SQUASH, spoken=back, leaves=CELL_STATE)
            return
        flow = flows.through_tanh() if back else flows.value("c")
        route = ((fork, plan.y_c), (x, plan.y_c), (x, plan.tanh_top))
        clock = wire(flow, route, plan.bend, SQUASH, spoken=back, leaves=CELL_STATE)
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
        met = 0.0
        if "o" in self.computed:
            x_o = plan.x_gate[3]
            met = wire(self.value("o"), ((x_o, plan.gate_top), (x_o, side), (x, side)), plan.bend, OUTPUT)
            label = tr("output product: tanh of the cell state times the output gate")
            if not self.squashed:
                label = tr("output product: the cell state times the output gate")
            self.node("×", (x, side), "o", "output-product", label, met, OUTPUT)
        leave = plan.x_read - plan.bend
        emitted = flows.into_output() if back else flows.value("h")
        out = wire(emitted, ((x, side), (x, plan.y_h), (leave, plan.y_h)), plan.bend, OUTPUT, met)
        hand_over(self.drawing, flows, plan, plan.y_h, emitted, (OUTPUT, out))

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
