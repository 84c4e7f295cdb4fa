"""The GRU's cell: one step, all wires.

On top the hidden state's line, from the state before to the new one: a × keeps what the update gate says, a
+ adds the rest of the candidate. Below it, from the left: the update gate; the reset gate; the × at which it
acts on what the candidate hears of the past, before or after the matrix; the candidate.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING

from engine import quantity

from .cell_bus import Tap, draw_bus
from .cell_flows import above_words, is_read
from .cell_flows_gru import GruFlows
from .cell_gate import MIXED, MIXED_EARLY, gate_box, mixed_back, mixing_block, roomy
from .cell_gru_words import letters, notes
from .cell_parts import direct_band, hand_over, sentence_plate
from .drawing import Drawing, Frame, Still
from .geometry_gru import GruPlan, gru_plan
from .strands import Flow, tr
from .timeline import text_width

if TYPE_CHECKING:
    from app.theme import Theme
    from engine import Run

    from .cursor import Cursor
    from .marks import Mark, Point
    from .veil import Veil

__all__ = ["frame", "layout"]

INPUTS, GATING, CANDIDATE, PRODUCTS, OUTPUT = range(5)

_NODE = {"z": "update-sigmoid", "r": "reset-sigmoid", "n": "candidate-tanh"}


def layout(
    runs: tuple[Run, ...], cursor: Cursor, veil: Veil, size: tuple[float, float], theme: Theme
) -> tuple[Mark, ...]:
    """Return the marks of the chosen lane's cell; see :func:`app.stage.cell_lstm.layout`.

    Of the five sub-steps the third makes the candidate, the fourth the two products.
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
    plan = gru_plan(*size, run.units, run.inputs, early=run.network.reset == "before")
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
    _Cell(drawing, plan, GruFlows(run, step, veil, theme, backward=backward), backward, theme).draw(unit)
    return drawing.done()


class _Cell:
    """Draws the parts of one cell."""

    def __init__(
        self, drawing: Drawing, plan: GruPlan, flows: GruFlows, backward: bool, theme: Theme
    ) -> None:
        self.drawing = drawing
        self.plan = plan
        self.flows = flows
        self.backward = backward
        self.theme = theme
        self.after = flows.run.network.reset == "after"

    def draw(self, unit: int) -> None:
        """Draw everything, from the ground up."""
        if self.backward:
            self.direct_band()
        forked = self.state_in()
        self.buses(forked)
        self.gates(unit)
        self.row()
        self.products(forked)
        self.state_out()
        words = above_words(self.flows) if is_read(self.flows) else ""
        letters(self.drawing, self.plan, self.flows, unit, words, self.theme, after=self.after)
        if self.backward:
            notes(self.drawing, self.plan, self.flows, unit, self.theme, after=self.after)

    def value(self, name: str) -> Flow:
        """Return a quantity forwards, its gradient backwards."""
        return self.flows.value(f"grad({name})" if self.backward else name)

    def title(self, name: str) -> str:
        """Return a quantity's name."""
        return tr(quantity(name, self.flows.run.network.recurrence).title)

    # -- what comes in --

    def direct_band(self) -> None:
        """Lay a band under the hidden state's line: the one path that meets no matrix."""
        plan = self.plan
        direct_band(self.drawing, plan, plan.y_state, (PRODUCTS, plan.x_candidate - plan.x_update))

    def state_in(self) -> float:
        """Draw the state before, up to where a copy of it goes down to the bus; return the clock there."""
        plan, flows = self.plan, self.flows
        fork = plan.x_down - plan.bend
        flow = flows.into_state_before() if self.backward else flows.value("h", flows.before)
        return self.drawing.wire(flow, ((plan.left, plan.y_state), (fork, plan.y_state)), 0.0, INPUTS)

    def buses(self, forked: float) -> None:
        """Run h and x side by side below the row, and peel both off where they are read."""
        plan, wires = self.plan, self.plan.wires
        floor = plan.mix_top + plan.mix_height
        aside = -(wires.joint - wires.span) / 2, (wires.joint - wires.x_span) / 2
        both = (("z", plan.x_update), ("r", plan.x_reset))
        low = floor if self.after else plan.y_row
        join = floor if self.after else plan.y_row + plan.one_height / 2
        h_taps = [Tap(gate, x, aside[0], floor) for gate, x in both]
        h_taps.append(Tap("n", plan.x_recurrent - aside[0], aside[0], low))
        x_taps = [Tap(gate, x, aside[1], floor, crosses=True) for gate, x in both]
        x_taps.append(Tap("n", plan.x_join - aside[1], aside[1], join))
        down = (
            (plan.x_down - plan.bend, plan.y_state),
            (plan.x_down, plan.y_state),
            (plan.x_down, plan.y_h),
            (plan.x_update - plan.bus_bend, plan.y_h),
        )
        rise = (
            (plan.x_down, plan.bottom),
            (plan.x_down, plan.y_x),
            (plan.x_update - plan.bus_bend, plan.y_x),
        )
        for name, start, taps, span, clock in (
            ("h", down, h_taps, wires.span, forked),
            ("x", rise, x_taps, wires.x_span, 0.0),
        ):
            draw_bus(
                self.drawing,
                partial(self.bus_flow, name),
                start,
                taps,
                bend=plan.bend if name == "h" else span / 2 + round(5.0 * plan.u),
                tap_bend=plan.bus_bend,
                span=span,
                stage=INPUTS,
                clock=clock,
                leaves=INPUTS if name == "h" else None,
            )

    def bus_flow(self, name: str, gates: tuple[str, ...]) -> Flow:
        """Return what a piece of the bus carries, from the gates that it leads to."""
        if not self.backward:
            flows = self.flows
            return flows.value("h", flows.before) if name == "h" else flows.value(flows.reads)
        if name == "x" and len(gates) == 3:
            return self.flows.into_input(gates)
        return self.flows.pulled(gates, "weight_hh" if name == "h" else "weight_ih")

    # -- gates and candidate --

    def gates(self, unit: int) -> None:
        """Draw the update gate and the reset gate with their mixing blocks, and the candidate."""
        plan, theme = self.plan, self.theme
        recurrence = self.flows.run.network.recurrence
        titles = {"z": tr("update"), "r": tr("reset"), "n": tr("candidate")}
        named = roomy(self.drawing, plan.gate_width, tuple(titles.values()))
        foot = plan.gate_top + plan.gate_height
        for gate, x in (("z", plan.x_update), ("r", plan.x_reset), ("n", plan.x_candidate)):
            left, signed = x - plan.gate_width / 2, gate == "n"
            stage, clock = (CANDIDATE, 0.0) if signed else (GATING, 0.0)
            if signed:
                clock = self.row_clock()[2]
            else:
                clock = self.drawing.wire(
                    self.value(f"z_{gate}"), ((x, plan.mix_top), (x, foot)), 0.0, stage, 0.0
                )
                mixing_block(
                    self.drawing,
                    mixed_back(self.drawing, plan.gate_width) if self.backward else MIXED,
                    (left, plan.mix_top, plan.gate_width, plan.mix_height),
                    f"mix-{gate}",
                    tr("{gate}: W and U mix x and h").format(gate=titles[gate]),
                    (GATING, 0.0),
                    theme,
                )
            known = quantity(gate, recurrence)
            squash = "tanh" if signed else "σ"
            sign = f"{squash}′" if self.backward else squash
            gate_box(
                self.drawing,
                (left, plan.gate_top, plan.gate_width, plan.gate_height),
                self.flows.value(gate),
                unit,
                sign=sign,
                symbol=known.label,
                title=titles[gate] if named else "",
                hue=theme.role(known.role),
                node=_NODE[gate],
                label=tr("{title}: {squash} of the pre-activation").format(title=titles[gate], squash=squash),
                at=(stage, clock),
                signed=signed,
                theme=theme,
            )

    def row_clock(self) -> tuple[float, float, float]:
        """Return when colour reaches the × of the reset, what joins it, and the candidate."""
        plan = self.plan
        meet = plan.x_recurrent - plan.x_reset - plan.gate_width / 2
        join = meet + plan.x_join - plan.x_recurrent
        return meet, join, join + plan.x_candidate - plan.gate_width / 2 - plan.x_join

    def row(self) -> None:
        """Draw how the reset gate acts on what the candidate hears of the past, and what x adds to it."""
        plan, flows, wire, y = self.plan, self.flows, self.drawing.wire, self.plan.y_row
        meet, join, _ = self.row_clock()
        past, here, edge = plan.x_recurrent, plan.x_join, plan.x_candidate - plan.gate_width / 2
        wire(self.value("r"), ((plan.x_reset + plan.gate_width / 2, y), (past, y)), 0.0, CANDIDATE)
        blocks = (
            ("U·h+b", past, "mix-q", tr("recurrent part of the candidate: U mixes h")),
            ("W·x+b", here, "mix-n", tr("candidate: W mixes x")),
        )
        if self.after:
            rise = plan.mix_top - y
            wire(self.value("q"), ((past, plan.mix_top), (past, y)), 0.0, GATING)
            wire(flows.of_input(), ((here, plan.mix_top), (here, y)), 0.0, CANDIDATE, max(0.0, join - rise))
            for text, x, node, label in blocks:
                rect = (x - plan.mix_width / 2, plan.mix_top, plan.mix_width, plan.mix_height)
                shown = ("Uᵀ(r⊙δ)" if node == "mix-q" else "Wᵀδ") if self.backward else text
                mixing_block(self.drawing, shown, rect, node, label, (GATING, 0.0), self.theme)
            wire(flows.reset_part(), ((past, y), (here, y)), 0.0, CANDIDATE, meet)
            wire(self.value("z_n"), ((here, y), (edge, y)), 0.0, CANDIDATE, join)
            sign = tr("candidate sum: what the reset gate lets through plus what comes from x")
            self.node("+", (here, y), "n", "candidate-sum", sign, (CANDIDATE, join))
        else:
            half = plan.early_width / 2
            wire(self.value("q"), ((past, y), (here - half, y)), 0.0, CANDIDATE, meet)
            wire(self.value("z_n"), ((here + half, y), (edge, y)), 0.0, CANDIDATE, join)
            rect = (here - half, y - plan.one_height / 2, plan.early_width, plan.one_height)
            mixing_block(
                self.drawing,
                mixed_back(self.drawing, plan.early_width) if self.backward else MIXED_EARLY,
                rect,
                "mix-n",
                tr("candidate: W and U mix x and q, which is r ⊙ h"),
                (CANDIDATE, join),
                self.theme,
            )
        said = tr("reset product: the recurrent part times the reset gate")
        if not self.after:
            said = tr("reset product: the old hidden state times the reset gate")
        self.node("×", (past, y), "r", "reset-product", said, (CANDIDATE, meet))

    # -- the new state --

    def products(self, forked: float) -> None:
        """Draw what is kept of the old state, and what is taken of the candidate."""
        plan, flows, wire, back = self.plan, self.flows, self.drawing.wire, self.backward
        y, side, keep, add = plan.y_state, plan.y_product, plan.x_update, plan.x_candidate
        fork = plan.x_down - plan.bend
        split = side + plan.bend
        stem = wire(self.value("z"), ((keep, plan.gate_top), (keep, split)), 0.0, PRODUCTS)
        kept = flows.back_to_keep() if back else flows.value("z")
        met = wire(kept, ((keep, split), (keep, y)), 0.0, PRODUCTS, stem, spoken=back)
        passing = flows.direct_out() if back else flows.value("h", flows.before)
        wire(passing, ((fork, y), (keep, y)), 0.0, INPUTS, forked, spoken=back)
        one = plan.x_one - plan.one_width / 2
        turned = flows.back_to_rest(turned=True) if back else flows.value("z")
        turn = wire(
            turned,
            ((keep, split), (keep, side), (one, side)),
            plan.bend,
            PRODUCTS,
            stem,
            spoken=back,
            leaves=PRODUCTS,
        )
        rest = flows.back_to_rest() if back else flows.complement("z")
        taken = wire(rest, ((one + plan.one_width, side), (add, side)), 0.0, PRODUCTS, turn)
        wire(
            self.value("n"),
            ((add, plan.gate_top), (add, side)),
            0.0,
            PRODUCTS,
            max(0.0, taken - (plan.gate_top - side)),
        )
        minus = ("× −1", "× −1") if back else ("1 − zₜ", "1−zₜ")
        fits = text_width(minus[0], 11.0 * plan.type, mono=True) + 8.0 <= plan.one_width
        self.drawing.box(
            minus[0 if fits else 1],
            (one, side - plan.one_height / 2, plan.one_width, plan.one_height),
            self.theme.dim,
            "complement",
            tr("1 minus the update gate: the share of the candidate"),
            (PRODUCTS, turn),
            size=11.0,
        )
        copied = flows.into_sum() if back else None
        old = copied or flows.product(
            tr("kept of the hidden state, zₜ·{before}").format(before=flows.earlier("h")),
            "z",
            ("h", flows.before),
        )
        arrived = wire(old, ((keep, y), (add, y)), 0.0, OUTPUT)
        new = copied or flows.new_part()
        wire(new, ((add, side), (add, y)), 0.0, OUTPUT, max(0.0, arrived - (side - y)))
        said = tr("keep product: the old hidden state times the update gate")
        self.node("×", (keep, y), "z", "keep-product", said, (PRODUCTS, met))
        said = tr("new product: the candidate times 1 minus the update gate")
        self.node("×", (add, side), "n", "new-product", said, (PRODUCTS, taken))
        said = tr("sum: what is kept of the old hidden state plus what is new")
        self.node("+", (add, y), "h", "state-sum", said, (OUTPUT, arrived))

    def state_out(self) -> None:
        """Draw where the new state goes."""
        plan, flows, wire, back = self.plan, self.flows, self.drawing.wire, self.backward
        y, leave = plan.y_state, plan.x_read - plan.bend
        start = plan.x_candidate - plan.x_update
        emitted = flows.into_output() if back else flows.value("h")
        out = wire(emitted, ((plan.x_candidate, y), (leave, y)), 0.0, OUTPUT, start)
        hand_over(self.drawing, flows, plan, y, emitted, (OUTPUT, out))

    def node(self, sign: str, centre: Point, of: str, name: str, label: str, at: tuple[int, float]) -> None:
        """Draw a × or +, in the hue of a quantity."""
        hue = self.theme.role(quantity(of, self.flows.run.network.recurrence).role)
        self.drawing.disc(sign, centre, self.plan.node, hue, name, label, at)
