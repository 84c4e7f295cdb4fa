"""How long an expression would take to compute, told from its parts before anything is computed.

The figures are seconds on a slow laptop core, good to a factor of three; they only keep a file from asking
for minutes of work.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine import LIMITS, parse_target

from .syntax import Changed, Contribution, Expression, Jacobian, Node, Number, Wrong, children

if TYPE_CHECKING:
    from engine import Experiment, Network

MAX_SECONDS = 0.5
"""The most that a run of a question's experiment, or one of its expressions, may take."""

_STEP = 60e-6
_RUN_RATE = 3e9
_JACOBIAN_RATE = 1e10
_SHARE_RATE = 5e7
_GATES = 4
_WRONG_RUNS = 2  # a wrong model runs step by step what the right one runs at once

_GROWING = {"steps": LIMITS.max_steps, "hidden": LIMITS.max_hidden, "layers": LIMITS.max_layers}


def run_seconds(experiment: Experiment) -> float:
    """Estimate a run with its gradients, all lanes together."""
    networks = _networks(experiment)
    passes = sum(network.layers * len(network.directions) for network in networks)
    products = sum(_products(network, experiment.input.size) for network in networks)
    steps = experiment.steps + (0 if experiment.input.free is None else experiment.input.free.steps)
    forward = steps * (_STEP * passes + 2 * _GATES * products / _RUN_RATE)
    return 2 * forward


def _networks(experiment: Experiment) -> list[Network]:
    """Return the networks of the lanes, those settings put in that make them larger."""
    networks = [lane.network for lane in experiment.lanes]
    for change in experiment.changes:
        name = change.target.name
        if change.target.kind != "setting" or name not in ("hidden", "layers"):
            continue
        size, lane = round(change.value), change.target.lane
        networks = [
            (replace(network, hidden=size) if name == "hidden" else replace(network, layers=size))
            if lane in (None, each.name)
            else network
            for network, each in zip(networks, experiment.lanes, strict=True)
        ]
    return networks


def _products(network: Network, inputs: int) -> int:
    """Count the multiplications of one gate at one step, all layers and directions together."""
    size = network.embedding or inputs
    above = (network.layers - 1) * (network.hidden + network.width)
    return network.hidden * len(network.directions) * (network.hidden + size + above)


def expression_seconds(expression: Expression, experiment: Experiment) -> float:
    """Estimate one expression, the run on the stage not included."""
    return _seconds(expression.root, experiment)


def _seconds(node: Node, experiment: Experiment) -> float:
    own = 0.0
    match node:
        case Changed():
            changed = _changed(node, experiment)
            return run_seconds(changed) + _seconds(node.value, experiment) + _seconds(node.body, changed)
        case Wrong():
            own = _WRONG_RUNS * run_seconds(experiment)
        case Jacobian():
            widest = max((network.hidden for network in _networks(experiment)), default=0)
            own = experiment.steps * (_STEP + 2 * _GATES * widest**3 / _JACOBIAN_RATE)
        case Contribution():
            rows = max((network.hidden for network in _networks(experiment)), default=0)
            columns = max(2 * rows, experiment.input.size, *(n.embedding or 0 for n in _networks(experiment)))
            own = experiment.steps * (_STEP + _GATES * rows * columns / _SHARE_RATE)
        case _:
            pass
    return own + sum(_seconds(child, experiment) for child in children(node))


def _changed(node: Changed, experiment: Experiment) -> Experiment:
    """Return the experiment with a change that may make it larger; by the most, where that is computed."""
    target = parse_target(node.target)
    if target.kind != "setting" or target.name not in _GROWING:
        return experiment
    most = _GROWING[target.name]
    value = node.value.value if isinstance(node.value, Number) else most
    return experiment.changed(target, max(1, min(round(min(value, most)), most)))
