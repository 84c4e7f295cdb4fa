"""From an experiment's description to the arrays of each lane, or to sentences that say why it cannot run."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .activations import ACTIVATIONS
from .experiment import LIMITS, Change, Experiment, Lane, Loss, Network
from .initializers import GATES, INITS, draw_parameters, gate_rows, parameter_shapes, spectral_radius
from .losses import KINDS
from .targets import Span, Target
from .trace import Held, HeldValues

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Setup", "current_value", "find_problems", "set_up"]

Array = NDArray[np.float64]

_CELLS_WITH = {"forget_bias": "lstm", "spectral_radius": "rnn"}


@dataclass(frozen=True, eq=False)
class Setup:
    """One lane, ready to run.

    Attributes
    ----------
    lane : Lane
        With changed settings put in.
    parameters : dict of ndarray
        Under PyTorch's names.
    x : ndarray
        (T, 1, I).
    h0, c0 : ndarray
        Initial states, (1, H).
    held : mapping
        Gates and states of steps 1..T that are fixed.
    """

    lane: Lane
    parameters: dict[str, Array]
    x: Array
    h0: Array
    c0: Array
    held: Held


def set_up(experiment: Experiment, lane: Lane) -> Setup:
    """Apply the changes that concern a lane and draw its weights.

    Raises
    ------
    ValueError
        If :func:`find_problems` has anything to say that makes the arrays impossible.
    """
    mine = [change for change in experiment.changes if change.target.lane in (None, lane.name)]
    lane, values = _apply_settings(experiment, lane, mine)
    network = lane.network
    x = np.array(values, dtype=np.float64)[:, np.newaxis, :]
    parameters = draw_parameters(network, x.shape[2])
    states = {"h": np.zeros((1, network.hidden)), "c": np.zeros((1, network.hidden))}
    held: dict[str, HeldValues] = {}
    for change in mine:
        if _fits_cell(change.target, network):
            _apply(change, network, parameters, x, states, held)
    return Setup(lane, parameters, x, states["h"], states["c"], held)


def _apply_settings(
    experiment: Experiment, lane: Lane, changes: list[Change]
) -> tuple[Lane, tuple[tuple[float, ...], ...]]:
    network = lane.network
    source = experiment.input
    for change in changes:
        if change.target.kind != "setting":
            continue
        name, value = change.target.name, change.value
        if name == "steps":
            source = source.resized(round(value))
        elif _CELLS_WITH.get(name, network.cell) == network.cell:
            network = _with_setting(network, name, value)
    return Lane(lane.name, network), source.values


def _with_setting(network: Network, name: str, value: float) -> Network:
    match name:
        case "hidden":
            return replace(network, hidden=round(value))
        case "seed":
            return replace(network, seed=round(value))
        case "scale":
            return replace(network, scale=value)
        case "spectral_radius":
            return replace(network, spectral_radius=value)
        case _:
            return replace(network, forget_bias=value)


def _fits_cell(target: Target, network: Network) -> bool:
    """Tell whether a lane's cell has such a place at all."""
    if target.kind == "setting":
        return False
    if target.kind == "force" or (target.kind == "state" and target.name == "c") or target.gate:
        return network.cell == "lstm"
    if target.name == "y":
        return network.outputs is not None
    if target.kind == "bias":
        return (target.name == "") == (network.cell == "rnn")
    return True


def _apply(
    change: Change,
    network: Network,
    parameters: dict[str, Array],
    x: Array,
    states: dict[str, Array],
    held: dict[str, HeldValues],
) -> None:
    target, value = change.target, change.value
    first, second = target.index
    if target.kind == "weight":
        row, column = _entry(target, network)
        parameters[_weight_name(target)][row, column] = value
    elif target.kind == "bias":
        _set_bias(target, network, parameters, value)
    elif target.kind == "input":
        x[_rows(first), 0, _rows(second)] = value
    elif target.kind == "state" and first is not None and first.first == 0:
        states[target.name][0, _rows(second)] = value
        if first.last > 0:
            _hold(
                held,
                target.name,
                x.shape[0],
                network.hidden,
                _rows(Span(1, first.last)),
                _rows(second),
                value,
            )
    elif target.kind == "state":
        _hold(held, target.name, x.shape[0], network.hidden, _rows(first), _rows(second), value)
    else:
        _hold(held, target.name, x.shape[0], network.hidden, _rows(second), _rows(first), value)


def _rows(span: Span | None) -> slice:
    return slice(None) if span is None else slice(span.first - 1, span.last)


def _weight_name(target: Target) -> str:
    return "weight_y" if target.name == "y" else f"weight_{target.name}_l0"


def _entry(target: Target, network: Network) -> tuple[int, int]:
    row, column = target.index
    assert row is not None
    assert column is not None
    start = gate_rows(network, target.gate).start if target.gate else 0
    return start + row.first - 1, column.first - 1


def _bias_rows(target: Target, network: Network) -> slice:
    start = 0 if target.name in ("", "y") else gate_rows(network, target.name).start
    span = target.index[0]
    assert span is not None
    return slice(start + span.first - 1, start + span.last)


def _set_bias(target: Target, network: Network, parameters: dict[str, Array], value: float) -> None:
    rows = _bias_rows(target, network)
    if target.name == "y":
        parameters["bias_y"][rows] = value
    else:
        parameters["bias_ih_l0"][rows] = value - parameters["bias_hh_l0"][rows]


def _hold(
    held: dict[str, HeldValues], name: str, steps: int, units: int, at: slice, which: slice, value: float
) -> None:
    entry = held.get(name)
    if entry is None:
        entry = held[name] = HeldValues(np.zeros((steps, units), dtype=np.bool_), np.zeros((steps, units)))
    entry.mask[at, which] = True
    entry.values[at, which] = value


def current_value(experiment: Experiment, target: Target) -> float | None:
    """Say what a place holds now; see :meth:`Experiment.value_of`."""
    for lane in experiment.lanes:
        if target.lane not in (None, lane.name):
            continue
        value = _value_in(experiment, lane, target)
        if value is not None:
            return value
    return None


def _value_in(experiment: Experiment, lane: Lane, target: Target) -> float | None:
    setup = set_up(experiment, lane)
    network = setup.lane.network
    if target.kind == "setting":
        return _setting_value(setup, target.name)
    if not _fits_cell(target, network) or tuple(_misplaced(target, setup)):
        return None
    first, second = target.index
    if target.kind == "weight":
        return float(setup.parameters[_weight_name(target)][_entry(target, network)])
    if target.kind == "bias":
        rows = _bias_rows(target, network)
        if target.name == "y":
            return _one(setup.parameters["bias_y"][rows])
        return _one(setup.parameters["bias_ih_l0"][rows] + setup.parameters["bias_hh_l0"][rows])
    if target.kind == "input":
        return _one(setup.x[_rows(first), 0, _rows(second)])
    if target.kind == "state" and first is not None and first.first == 0:
        return _one((setup.h0 if target.name == "h" else setup.c0)[0, _rows(second)])
    entry = setup.held.get(target.name)
    if entry is None:
        return None
    at, which = (first, second) if target.kind == "state" else (second, first)
    place = (_rows(at), _rows(which))
    return _one(entry.values[place]) if bool(entry.mask[place].all()) else None


def _setting_value(setup: Setup, name: str) -> float | None:
    network = setup.lane.network
    if name == "steps":
        return float(setup.x.shape[0])
    if _CELLS_WITH.get(name, network.cell) != network.cell:
        return None
    if name == "spectral_radius":
        return spectral_radius(setup.parameters["weight_hh_l0"])
    if name == "forget_bias":
        rows = gate_rows(network, "f")
        return _one(setup.parameters["bias_ih_l0"][rows] + setup.parameters["bias_hh_l0"][rows])
    return float(getattr(network, name))


def _one(values: Array) -> float | None:
    flat = np.ravel(values)
    return float(flat[0]) if flat.size and bool(np.all(flat == flat[0])) else None


def find_problems(experiment: Experiment) -> tuple[str, ...]:
    """Say, a sentence each, what keeps an experiment from running."""
    return tuple(dict.fromkeys(_problems(experiment)))


def _problems(experiment: Experiment) -> Iterator[str]:
    if not experiment.lanes:
        yield "an experiment needs a network"
    if len(experiment.lanes) > LIMITS.max_lanes:
        yield f"at most {LIMITS.max_lanes} lanes, not {len(experiment.lanes)}"
    names = [lane.name for lane in experiment.lanes]
    if len(set(names)) < len(names):
        yield "two lanes bear the same name"
    sane = [*_input_problems(experiment), *_number_problems(experiment)]
    yield from sane
    for lane in experiment.lanes:
        found = list(_network_problems(experiment, lane))
        yield from found
        if not sane and not found:
            setup = set_up(replace(experiment, changes=_settings_of(experiment)), lane)
            yield from _loss_problems(experiment.loss, setup)
    if not sane:
        yield from _change_problems(experiment)


def _settings_of(experiment: Experiment) -> tuple[Change, ...]:
    return tuple(change for change in experiment.changes if change.target.kind == "setting")


def _input_problems(experiment: Experiment) -> Iterator[str]:
    source = experiment.input
    if not source.values:
        yield "the input has no steps"
        return
    if not 1 <= experiment.steps <= LIMITS.max_steps or source.steps > LIMITS.max_steps:
        yield f"a run has 1 to {LIMITS.max_steps} steps, not {max(experiment.steps, source.steps)}"
    if len({len(row) for row in source.values}) > 1:
        yield "every step of the input needs the same number of entries"
    if not 1 <= source.size <= LIMITS.max_inputs:
        yield f"an input vector has 1 to {LIMITS.max_inputs} entries, not {source.size}"


def _number_problems(experiment: Experiment) -> Iterator[str]:
    def wild(rows: tuple[tuple[float, ...], ...]) -> bool:
        return any(not math.isfinite(v) or abs(v) > LIMITS.max_magnitude for row in rows for v in row)

    tail = f"a number beyond {LIMITS.max_magnitude:.0e} or not a number"
    if wild(experiment.input.values):
        yield f"the input has {tail}"
    if wild(experiment.loss.target):
        yield f"the loss's target has {tail}"
    if wild((tuple(change.value for change in experiment.changes),)):
        yield f"a change sets {tail}"
    for lane in experiment.lanes:
        network = lane.network
        settings = (network.scale, network.spectral_radius or 0.0, network.forget_bias or 0.0)
        if wild((settings,)) or any(wild(rows) for _, rows in network.weights):
            yield f"the network of lane “{lane.name}” has {tail}"


def _network_problems(experiment: Experiment, lane: Lane) -> Iterator[str]:
    network, _ = _apply_settings(
        replace(experiment, input=experiment.input.resized(1)),
        lane,
        [
            c
            for c in _settings_of(experiment)
            if c.target.lane in (None, lane.name) and c.target.name != "steps"
        ],
    )
    net = network.network
    if net.cell not in GATES:
        yield f"no cell is called “{net.cell}”; write rnn or lstm"
        return
    if net.activation not in ACTIVATIONS:
        yield f"no activation is called “{net.activation}”; write one of {', '.join(ACTIVATIONS)}"
    elif net.cell == "lstm" and net.activation != "tanh":
        yield "an LSTM's activations are fixed: leave `activation` out"
    if net.init not in INITS:
        yield f"no initialization is called “{net.init}”; write one of {', '.join(INITS)}"
    if not 1 <= net.hidden <= LIMITS.max_hidden:
        yield f"a network has 1 to {LIMITS.max_hidden} units, not {net.hidden}"
        return
    if net.outputs is not None and not 1 <= net.outputs <= LIMITS.max_outputs:
        yield f"a read-out has 1 to {LIMITS.max_outputs} outputs, not {net.outputs}"
        return
    if net.cell == "rnn" and net.forget_bias is not None:
        yield "a plain cell has no forget gate: leave `forget_bias` out"
    if net.cell == "lstm" and net.spectral_radius is not None:
        yield "`spectral_radius` belongs to the plain cell; use `scale` for an LSTM"
    if net.spectral_radius is not None and net.spectral_radius < 0:
        yield "a spectral radius is 0 or more"
    shapes = parameter_shapes(net, experiment.input.size)
    for name, rows in net.weights:
        if name not in shapes:
            yield f"no parameter is called {name}; write one of {', '.join(shapes)}"
            continue
        wanted = shapes[name] if len(shapes[name]) == 2 else (1, *shapes[name])
        if {len(row) for row in rows} != {wanted[1]} or len(rows) != wanted[0]:
            found = f"{len(rows)} x {len(rows[0]) if rows else 0}"
            yield f"{name} has {wanted[0]} x {wanted[1]} numbers here, not {found}"


def _loss_problems(loss: Loss, setup: Setup) -> Iterator[str]:
    steps, net = setup.x.shape[0], setup.lane.network
    size = net.outputs or net.hidden
    what = "the read-out" if net.outputs else "h"
    if loss.kind not in KINDS:
        yield f"no loss is called “{loss.kind}”; write one of {', '.join(KINDS)}"
        return
    if loss.at is not None and (not loss.at or len(set(loss.at)) < len(loss.at) or min(loss.at) < 1):
        yield "the loss's steps are different numbers from 1"
        return
    if loss.kind == "half-squared-norm":
        if loss.target:
            yield "half-squared-norm takes no target; write squared-error"
        return
    if not loss.target:
        yield f"{loss.kind} needs a target"
        return
    count = 1 if loss.at is None else len(loss.at)
    if len(loss.target) not in (1, count):
        yield f"the loss has {count} judged steps and {len(loss.target)} targets"
    if loss.kind == "cross-entropy":
        if net.outputs is None:
            yield "cross-entropy needs a read-out: write readout: {outputs: 3}"
        elif any(len(row) != 1 or not 1 <= row[0] <= size or row[0] != round(row[0]) for row in loss.target):
            yield f"the target of cross-entropy is a class number from 1 to {size}"
    elif any(len(row) not in (1, size) for row in loss.target):
        yield f"a target has 1 number or {size}, as many as {what} has"
    if loss.at is not None and not loss.steps(steps):
        yield "no judged step lies within the sequence"


def _change_problems(experiment: Experiment) -> Iterator[str]:
    names = [lane.name for lane in experiment.lanes]
    for change in experiment.changes:
        target = change.target
        if target.lane is not None and target.lane not in names:
            yield f"{target}: no lane is called “{target.lane}”; the lanes are {', '.join(names)}"
            continue
        lanes = [lane for lane in experiment.lanes if target.lane in (None, lane.name)]
        if target.kind == "setting":
            if not any(
                _CELLS_WITH.get(target.name, lane.network.cell) == lane.network.cell for lane in lanes
            ):
                yield f"{target}: no lane has this setting"
            continue
        fitting = [lane for lane in lanes if lane.network.cell in GATES and _fits_cell(target, lane.network)]
        if not fitting:
            yield f"{target}: no lane's network has this place"
        for lane in fitting:
            if list(_network_problems(experiment, lane)):
                continue
            setup = set_up(replace(experiment, changes=_settings_of(experiment)), lane)
            yield from _misplaced(target, setup)


def _misplaced(target: Target, setup: Setup) -> Iterator[str]:
    """Say where a target's numbers leave the lane's arrays."""
    net, steps = setup.lane.network, setup.x.shape[0]
    units = ("unit", 1, net.hidden)
    if target.kind == "weight":
        rows, columns = setup.parameters[_weight_name(target)].shape
        bounds = (("row", 1, net.hidden if target.gate else rows), ("column", 1, columns))
    elif target.kind == "bias":
        bounds = (("unit", 1, net.outputs or 0) if target.name == "y" else units, units)
    elif target.kind == "input":
        bounds = (("step", 1, steps), ("entry", 1, setup.x.shape[2]))
    elif target.kind == "state":
        bounds = (("step", 0, steps), units)
    else:
        bounds = (units, ("step", 1, steps))
    for span, (word, low, high) in zip(target.index, bounds, strict=True):
        if span is not None and not (low <= span.first and span.last <= high):
            yield f"{target}: {word} {span} does not exist; here they run from {low} to {high}"
