"""From an experiment's description to the arrays of each lane, and what a place in them holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .initializers import draw_parameters, gate_rows, spectral_radius
from .trace import HeldValues

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .experiment import Change, Experiment, Input, Lane, Network
    from .targets import Span, Target
    from .trace import Held

__all__ = [
    "CELLS_WITH",
    "Setup",
    "apply_settings",
    "current_value",
    "fits",
    "places",
    "set_up",
    "settings_of",
]

Array = NDArray[np.float64]

CELLS_WITH = {"forget_bias": "lstm", "spectral_radius": "rnn"}


@dataclass(frozen=True, eq=False, repr=False)
class Setup:
    """One lane, ready to run.

    Attributes
    ----------
    lane : Lane
        With changed settings put in.
    parameters : mapping of str to ndarray
        Under PyTorch's names; read-only.
    x : ndarray
        (T, 1, I); read-only.
    states : mapping of str to ndarray
        Initial states that are set, (1, H), by name as :func:`engine.network.forward` takes them.
    held : mapping
        By (layer, direction): gates and states of steps 1..T that are fixed, in the order of time.
    truncate : int or None
        Window of BPTT.
    source : Input
        The input, its length changed; ``x`` is 0 where the lane is to read what it says itself.
    """

    lane: Lane
    parameters: Mapping[str, Array]
    x: Array
    states: Mapping[str, Array]
    held: Mapping[tuple[int, str], Held]
    truncate: int | None
    source: Input


@lru_cache(maxsize=16)
def set_up(experiment: Experiment, lane: Lane) -> Setup:
    """Apply the changes that concern a lane and draw its weights.

    What was set up is kept for a while: a run, its controls and its checks ask for the same.

    Raises
    ------
    ValueError
        If :func:`engine.problems.find_problems` has anything to say that makes the arrays impossible.
    """
    mine = [change for change in experiment.changes if change.target.lane in (None, lane.name)]
    lane, source, truncate = apply_settings(experiment, lane, mine)
    network = lane.network
    x = np.zeros((source.steps, 1, source.size))
    x[: len(source.values), 0] = source.values
    parameters = draw_parameters(network, x.shape[2])
    states: dict[str, Array] = {}
    held: dict[tuple[int, str], dict[str, HeldValues]] = {}
    for change in mine:
        if fits(change.target, network):
            _apply(change, network, parameters, x, states, held)
    for array in (*parameters.values(), x):
        array.flags.writeable = False
    return Setup(lane, parameters, x, states, held, truncate, source)


def settings_of(experiment: Experiment) -> tuple[Change, ...]:
    """Changes of settings, which act before all others."""
    return tuple(change for change in experiment.changes if change.target.kind == "setting")


def apply_settings(
    experiment: Experiment, lane: Lane, changes: list[Change]
) -> tuple[Lane, Input, int | None]:
    """Put changed settings into a lane, the input and the window of BPTT."""
    network = lane.network
    source, truncate = experiment.input, experiment.truncate
    for change in changes:
        if change.target.kind != "setting":
            continue
        name, value = change.target.name, change.value
        if name == "steps":
            source = source.resized(round(value))
        elif name == "truncate":
            truncate = round(value)
        elif CELLS_WITH.get(name, network.cell) == network.cell:
            network = _with_setting(network, name, value)
    return replace(lane, network=network), source, truncate


def _with_setting(network: Network, name: str, value: float) -> Network:
    match name:
        case "hidden":
            return replace(network, hidden=round(value))
        case "seed":
            return replace(network, seed=round(value))
        case "layers":
            return replace(network, layers=round(value))
        case "scale":
            return replace(network, scale=value)
        case "spectral_radius":
            return replace(network, spectral_radius=value)
        case _:
            return replace(network, forget_bias=value)


def fits(target: Target, network: Network) -> bool:
    """Tell whether a lane's network has such a place at all."""
    if target.kind == "setting" or target.layer > network.layers:
        return False
    if target.direction not in network.directions:
        return False
    cell = network.recurrence
    match target.kind:
        case "force":
            return target.name in {"lstm": "ifgo", "gru": "rzn", "rnn": ""}[cell.kind]
        case "state":
            return target.name == "h" or cell.kind == "lstm"
        case "bias":
            if target.name == "y":
                return network.outputs is not None
            if target.name == "hn":
                return cell.kind == "gru"
            return target.name in cell.gates
        case "weight":
            if target.name == "y":
                return network.outputs is not None
            if target.name == "e":
                return network.embedding is not None
            if target.name in ("ci", "cf", "co"):
                return target.name[1] in cell.peepholes
            return not target.gate or target.gate in cell.gates
    return True


def ending(target: Target) -> str:
    """PyTorch's ending of the parameters of a target's layer and direction."""
    return f"_l{target.layer - 1}" + ("_reverse" if target.direction == "reverse" else "")


def weight_name(target: Target) -> str:
    """Name of the parameter that a weight target lies in."""
    if target.name in ("y", "e"):
        return f"weight_{target.name}"
    return f"weight_{target.name}{ending(target)}"


def _apply(
    change: Change,
    network: Network,
    parameters: dict[str, Array],
    x: Array,
    states: dict[str, Array],
    held: dict[tuple[int, str], dict[str, HeldValues]],
) -> None:
    target, value = change.target, change.value
    first, second = target.index
    if target.kind == "weight":
        parameters[weight_name(target)][_entry(target, network)] = value
    elif target.kind == "bias":
        _set_bias(target, network, parameters, value)
    elif target.kind == "input":
        x[_rows(first), 0, _rows(second)] = value
    elif target.kind == "state":
        assert first is not None
        initial = 0 if target.direction == "forward" else x.shape[0] + 1
        if initial in first:
            name = f"{target.name}0{ending(target)}"
            if name not in states:
                learned = parameters.get(name, np.zeros(network.hidden))
                states[name] = np.array(learned, dtype=np.float64)[np.newaxis, :]
            states[name][0, _rows(second)] = value
        low, high = max(first.first, 1), min(first.last, x.shape[0])
        if low <= high:
            _hold(held, target, x.shape[0], network.hidden, slice(low - 1, high), _rows(second), value)
    else:
        _hold(held, target, x.shape[0], network.hidden, _rows(second), _rows(first), value)


def _rows(span: Span | None) -> slice:
    return slice(None) if span is None else slice(span.first - 1, span.last)


def _entry(target: Target, network: Network) -> tuple[int, ...]:
    row, column = target.index
    assert row is not None
    if column is None:
        return (row.first - 1,)
    start = gate_rows(network, target.gate).start if target.gate else 0
    return start + row.first - 1, column.first - 1


def _bias_rows(target: Target, network: Network) -> slice:
    gate = "n" if target.name == "hn" else target.name
    start = 0 if gate in ("", "y") else gate_rows(network, gate).start
    span = target.index[0]
    assert span is not None
    return slice(start + span.first - 1, start + span.last)


def _apart(target: Target, network: Network) -> bool:
    """Tell whether this bias does not add to its twin: b_hn stands inside the bracket that r scales."""
    return target.name == "n" and network.cell == "gru" and network.reset == "after"


def _set_bias(target: Target, network: Network, parameters: dict[str, Array], value: float) -> None:
    rows = _bias_rows(target, network)
    if target.name == "y":
        parameters["bias_y"][rows] = value
    elif target.name == "hn":
        parameters[f"bias_hh{ending(target)}"][rows] = value
    elif _apart(target, network):
        parameters[f"bias_ih{ending(target)}"][rows] = value
    else:
        other = parameters[f"bias_hh{ending(target)}"][rows]
        parameters[f"bias_ih{ending(target)}"][rows] = value - other


def _bias_now(target: Target, setup: Setup) -> Array:
    network = setup.lane.network
    rows = _bias_rows(target, network)
    if target.name == "y":
        return setup.parameters["bias_y"][rows]
    own = setup.parameters[f"bias_ih{ending(target)}"][rows]
    other = setup.parameters[f"bias_hh{ending(target)}"][rows]
    if target.name == "hn":
        return other
    return own if _apart(target, network) else own + other


def _hold(
    held: dict[tuple[int, str], dict[str, HeldValues]],
    target: Target,
    steps: int,
    units: int,
    at: slice,
    which: slice,
    value: float,
) -> None:
    entries = held.setdefault((target.layer, target.direction), {})
    entry = entries.get(target.name)
    if entry is None:
        entry = HeldValues(np.zeros((steps, units), dtype=np.bool_), np.zeros((steps, units)))
        entries[target.name] = entry
    entry.mask[at, which] = True
    entry.values[at, which] = value


def current_value(experiment: Experiment, target: Target) -> float | None:
    """Say what a place holds now; see :meth:`engine.Experiment.value_of`."""
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
    if not fits(target, network) or any(
        span is not None and not (low <= span.first and span.last <= high)
        for span, (_, low, high) in zip(target.index, places(target, setup), strict=True)
    ):
        return None
    first, second = target.index
    if target.kind == "weight":
        return float(setup.parameters[weight_name(target)][_entry(target, network)])
    if target.kind == "bias":
        return _one(_bias_now(target, setup))
    if target.kind == "input":
        return _one(setup.x[_rows(first), 0, _rows(second)])
    initial = 0 if target.direction == "forward" else setup.x.shape[0] + 1
    if target.kind == "state" and first is not None and initial in first:
        name = f"{target.name}0{ending(target)}"
        state = setup.states.get(name, setup.parameters.get(name, np.zeros(network.hidden)))
        return _one(state.reshape(-1)[_rows(second)])
    entry = setup.held.get((target.layer, target.direction), {}).get(target.name)
    if entry is None:
        return None
    at, which = (first, second) if target.kind == "state" else (second, first)
    place = (_rows(at), _rows(which))
    return _one(entry.values[place]) if bool(entry.mask[place].all()) else None


def _setting_value(setup: Setup, name: str) -> float | None:
    network = setup.lane.network
    if name == "steps":
        return float(setup.x.shape[0])
    if name == "truncate":
        return None if setup.truncate is None else float(setup.truncate)
    if CELLS_WITH.get(name, network.cell) != network.cell:
        return None
    if name == "spectral_radius":
        return spectral_radius(setup.parameters["weight_hh_l0"])
    if name == "forget_bias":
        if "f" not in network.recurrence.gates:
            return None
        rows = gate_rows(network, "f")
        return _one(setup.parameters["bias_ih_l0"][rows] + setup.parameters["bias_hh_l0"][rows])
    return float(getattr(network, name))


def _one(values: Array) -> float | None:
    flat = np.ravel(values)
    return float(flat[0]) if flat.size and bool(np.all(flat == flat[0])) else None


def places(target: Target, setup: Setup) -> tuple[tuple[str, int, int], tuple[str, int, int]]:
    """Give the words for a target's two numbers, and from where to where each may run in a lane."""
    net, steps = setup.lane.network, setup.x.shape[0]
    units = ("unit", 1, net.hidden)
    match target.kind:
        case "weight":
            shape = setup.parameters[weight_name(target)].shape
            if len(shape) == 1:
                return units, units
            return ("row", 1, net.hidden if target.gate else shape[0]), ("column", 1, shape[1])
        case "bias":
            return (("unit", 1, net.outputs or 0) if target.name == "y" else units), units
        case "input":
            # What a lane says itself is not there to be set.
            return ("step", 1, len(setup.source.values)), ("entry", 1, setup.x.shape[2])
        case "state":
            first = 0 if target.direction == "forward" else 1
            return ("step", first, steps + first), units
    return units, ("step", 1, steps)
