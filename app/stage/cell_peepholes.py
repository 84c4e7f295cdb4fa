"""The peepholes of an LSTM: thin strands from the cell state down to the mixing blocks of the gates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .geometry import GATES, whole

if TYPE_CHECKING:
    from .cell_flows_lstm import LstmFlows
    from .drawing import Drawing
    from .geometry import LstmPlan
    from .marks import Point

__all__ = ["Peephole", "draw_peephole", "peepholes"]


class Peephole:
    """Where one gate's peephole leaves the line of the cell state, and how it gets to the gate.

    Attributes
    ----------
    gate : str
        The letter.
    leaves : float
        Where on the line.
    route : tuple of Point
        From the line's lower edge to the mixing block.
    bend, share : float
        Radius of its corners, and its width as a share of a whole bundle's.
    """

    def __init__(self, gate: str, plan: LstmPlan) -> None:
        x = plan.x_gate[GATES.index(gate)]
        between = plan.x_gate[1] - plan.x_gate[0] - plan.gate_width
        span = min(0.4 * between, 0.4 * plan.wires.span)
        half = plan.wires.span / 2
        top, low = plan.y_c + half, plan.mix_top + whole(plan.mix_height / 2)
        edge = x - plan.gate_width / 2
        # Between two gates, but never so far from its own that it meets the number beside the plate.
        aside = edge - whole(min(between / 2, 22.0 * plan.u))
        self.gate = gate
        self.share = span / plan.wires.span
        self.bend = min(span / 2 + 4.0 * plan.u, edge - aside)
        self.leaves = aside
        down: tuple[Point, ...] = ((aside, top), (aside, low), (edge, low))
        if gate == "i":
            # What it reads is the old state: it leaves before the × and passes over the forget gate's wire.
            self.leaves = whole(plan.x_gate[0] - plan.node - span / 2 - 5.0 * plan.u)
            level = whole(plan.gate_top - 5.0 * plan.u - span / 2 - 2.0)
            down = ((self.leaves, top), (self.leaves, level), (aside, level), (aside, low), (edge, low))
        self.route = down


def peepholes(flows: LstmFlows, plan: LstmPlan) -> dict[str, Peephole]:
    """Return the peepholes that a cell has, by gate."""
    return {gate: Peephole(gate, plan) for gate in flows.run.network.recurrence.peepholes}


def draw_peephole(drawing: Drawing, flows: LstmFlows, peephole: Peephole, stage: int, start: float) -> float:
    """Draw one peephole; return the reading of the clock at its end."""
    back, gate = drawing.backward, peephole.gate
    flow = flows.peeped(gate) if back else flows.value("c", flows.step if gate == "o" else flows.before)
    drawing.clearing(peephole.route, peephole.bend, peephole.share * drawing.wires.span)
    return drawing.wire(flow, peephole.route, peephole.bend, stage, start, spoken=back, narrow=peephole.share)
