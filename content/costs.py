"""How long an expression would take to compute, told from its parts before anything is computed.

The figures are seconds on a slow laptop core, good to a factor of three; they only keep a file from asking
for minutes of work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .syntax import Changed, Expression, Jacobian, Node, children

if TYPE_CHECKING:
    from engine import Experiment

MAX_SECONDS = 0.5
"""The most that a run of a question's experiment, or one of its expressions, may take."""

_STEP = 60e-6
_RUN_RATE = 3e9
_JACOBIAN_RATE = 1e10
_GATES = 4


def run_seconds(experiment: Experiment) -> float:
    """Estimate a run with its gradients, all lanes together."""
    size = experiment.input.size
    products = sum(lane.network.hidden * (lane.network.hidden + size) for lane in experiment.lanes)
    forward = experiment.steps * (_STEP * len(experiment.lanes) + 2 * _GATES * products / _RUN_RATE)
    return 2 * forward


def expression_seconds(expression: Expression, experiment: Experiment) -> float:
    """Estimate one expression, the run on the stage not included."""
    changed, jacobians = _count(expression.root)
    widest = max((lane.network.hidden for lane in experiment.lanes), default=0)
    jacobian = experiment.steps * (_STEP + 2 * _GATES * widest**3 / _JACOBIAN_RATE)
    return changed * run_seconds(experiment) + jacobians * jacobian


def _count(root: Node) -> tuple[int, int]:
    changed = jacobians = 0
    waiting = [root]
    while waiting:
        node = waiting.pop()
        changed += isinstance(node, Changed)
        jacobians += isinstance(node, Jacobian)
        waiting.extend(children(node))
    return changed, jacobians
