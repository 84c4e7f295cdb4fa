"""What keeps an experiment from running, in sentences."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from .activations import ACTIVATIONS
from .cells import CELLS, VARIANTS, Cell
from .experiment import LIMITS, MERGES
from .initializers import INITS, parameter_shapes
from .losses import LOSSES, READOUTS
from .resolve import CELLS_WITH, apply_settings, fits, places, set_up, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .experiment import Experiment, Lane, Loss, Network
    from .resolve import Setup

__all__ = ["find_problems"]


@lru_cache(maxsize=16)
def find_problems(experiment: Experiment) -> tuple[str, ...]:
    """Say, a sentence each, what keeps an experiment from running.

    Examples
    --------
    >>> from engine import Experiment, Input, Lane, Network
    >>> find_problems(Experiment((Lane("a", Network(hidden=0)),), Input.zeros(3)))
    ('a network has 1 to 128 units, not 0',)
    """
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
    sound: list[Lane] = []
    for lane in experiment.lanes:
        found = list(_network_problems(experiment, lane))
        yield from found
        if not sane and not found:
            sound.append(lane)
            yield from _free_problems(_bare(experiment, lane))
            yield from _loss_problems(experiment.loss, _bare(experiment, lane))
    if not sane:
        yield from _change_problems(experiment, sound)


def _bare(experiment: Experiment, lane: Lane) -> Setup:
    """Set a lane up with nothing but its settings changed."""
    return set_up(replace(experiment, changes=settings_of(experiment)), lane)


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
    tail = f"a number beyond {LIMITS.max_magnitude:.0e} or not a number"
    if _wild(experiment.input.values):
        yield f"the input has {tail}"
    if _wild(experiment.loss.target):
        yield f"the loss's target has {tail}"
    if _wild((tuple(change.value for change in experiment.changes),)):
        yield f"a change sets {tail}"
    for lane in experiment.lanes:
        network = lane.network
        settings = (network.scale, network.spectral_radius or 0.0, network.forget_bias or 0.0)
        if _wild((settings,)) or any(_wild(rows) for _, rows in network.weights):
            yield f"the network of lane “{lane.name}” has {tail}"


@lru_cache(maxsize=64)
def _wild(rows: tuple[tuple[float, ...], ...]) -> bool:
    """Tell whether a number is none or too large; kept, for a control moves few of the numbers at a time."""
    return any(not math.isfinite(v) or abs(v) > LIMITS.max_magnitude for row in rows for v in row)


def _network_problems(experiment: Experiment, lane: Lane) -> Iterator[str]:
    mine = [c for c in settings_of(experiment) if c.target.lane in (None, lane.name)]
    settled, _, truncate = apply_settings(
        replace(experiment, input=experiment.input.resized(1)),
        lane,
        [c for c in mine if c.target.name != "steps"],
    )
    net = settled.network
    shape = [*_cell_problems(net), *_size_problems(net, experiment.steps)]
    yield from shape
    if truncate is not None and truncate < 1:
        yield "a window of BPTT has 1 step or more"
    if not shape:
        yield from _weight_problems(net, experiment.input.size)


def _cell_problems(net: Network) -> Iterator[str]:
    if net.cell not in CELLS:
        yield f"no cell is called “{net.cell}”; write rnn, lstm or gru"
        return
    if net.activation not in ACTIVATIONS:
        yield f"no activation is called “{net.activation}”; write one of {', '.join(ACTIVATIONS)}"
    elif net.cell == "lstm" and net.activation != "tanh":
        yield "an LSTM's activations are fixed: leave `activation` out"
    elif net.cell == "gru" and net.activation != "tanh":
        yield "a GRU's activations are fixed: leave `activation` out"
    if net.variant and net.cell != "lstm":
        yield "`variant` belongs to the LSTM: leave it out"
    elif net.variant and net.variant not in VARIANTS:
        yield f"no variant is called “{net.variant}”; write one of {', '.join(filter(None, VARIANTS))}"
    if net.reset not in ("after", "before"):
        yield f"`reset` is after or before, not “{net.reset}”"
    elif net.reset != "after" and net.cell != "gru":
        yield "`reset` belongs to the GRU: leave it out"
    if net.init not in INITS:
        yield f"no initialization is called “{net.init}”; write one of {', '.join(INITS)}"
    if net.forget_bias is not None:
        if net.cell == "rnn":
            yield "a plain cell has no forget gate: leave `forget_bias` out"
        elif net.cell == "gru":
            yield "a GRU has no forget gate: leave `forget_bias` out"
        elif net.variant in VARIANTS and "f" not in Cell("lstm", variant=net.variant).gates:
            yield f"an LSTM with {net.variant} has no forget bias: leave `forget_bias` out"
    if net.cell != "rnn" and net.spectral_radius is not None:
        yield f"`spectral_radius` belongs to the plain cell; use `scale` for {_article(net.cell)}"
    if net.spectral_radius is not None and net.spectral_radius < 0:
        yield "a spectral radius is 0 or more"


def _article(cell: str) -> str:
    return {"lstm": "an LSTM", "gru": "a GRU"}[cell]


def _size_problems(net: Network, steps: int) -> Iterator[str]:
    if not 1 <= net.hidden <= LIMITS.max_hidden:
        yield f"a network has 1 to {LIMITS.max_hidden} units, not {net.hidden}"
    if net.outputs is not None and not 1 <= net.outputs <= LIMITS.max_outputs:
        yield f"a read-out has 1 to {LIMITS.max_outputs} outputs, not {net.outputs}"
    if not 1 <= net.layers <= LIMITS.max_layers:
        yield f"a network has 1 to {LIMITS.max_layers} layers, not {net.layers}"
    if net.embedding is not None and not 1 <= net.embedding <= LIMITS.max_embedding:
        yield f"an embedding has 1 to {LIMITS.max_embedding} entries, not {net.embedding}"
    if net.merge not in MERGES:
        yield f"no merge is called “{net.merge}”; write one of {', '.join(MERGES)}"
    if net.readout not in READOUTS:
        yield f"no read-out is called “{net.readout}”; write one of {', '.join(READOUTS)}"
    elif net.readout != "linear" and net.outputs is None:
        yield f"a {net.readout} needs a read-out: say how many `outputs`"
    if net.initial not in ("zero", "learned"):
        yield f"initial states are zero or learned, not “{net.initial}”"
    if not 0.0 <= net.dropout < 1.0:
        yield f"dropout is a share from 0 to below 1, not {net.dropout:g}"
    states = steps * net.hidden * net.layers * len(net.directions)
    if states > LIMITS.max_states:
        yield f"steps times units of all layers come to {states}; a run keeps at most {LIMITS.max_states}"


def _weight_problems(net: Network, inputs: int) -> Iterator[str]:
    shapes = parameter_shapes(net, inputs)
    for name, rows in net.weights:
        if name not in shapes:
            yield f"no parameter is called {name}; write one of {', '.join(shapes)}"
            continue
        wanted = shapes[name] if len(shapes[name]) == 2 else (1, *shapes[name])
        if {len(row) for row in rows} != {wanted[1]} or len(rows) != wanted[0]:
            found = f"{len(rows)} x {len(rows[0]) if rows else 0}"
            yield f"{name} has {wanted[0]} x {wanted[1]} numbers here, not {found}"


def _free_problems(setup: Setup) -> Iterator[str]:
    free, net = setup.source.free, setup.lane.network
    if free is None:
        return
    if free.steps < 1 or not 0.0 <= free.temperature <= LIMITS.max_magnitude:
        yield "free running has 1 step or more, at a temperature of 0 or more"
    if net.bidirectional:
        yield "a bidirectional network reads the future, so it cannot run free"
    says = net.outputs or net.width
    if says != setup.x.shape[2]:
        yield f"what is fed back has {says} entries, but the network reads {setup.x.shape[2]}"
    elif net.readout == "softmax" and not setup.source.labels:
        yield "a softmax is fed back as a token: give the input as tokens"


def _loss_problems(loss: Loss, setup: Setup) -> Iterator[str]:
    steps, net = setup.x.shape[0], setup.lane.network
    size = net.outputs or net.width
    what = "the read-out" if net.outputs else "h"
    if loss.kind not in LOSSES:
        yield f"no loss is called “{loss.kind}”; write one of {', '.join(LOSSES)}"
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
    if loss.kind in ("cross-entropy", "binary-cross-entropy"):
        yield from _entropy_problems(loss, net, size)
    elif any(len(row) not in (1, size) for row in loss.target):
        yield f"a target has 1 number or {size}, as many as {what} has"
    if loss.at is not None and not loss.steps(steps):
        yield "no judged step lies within the sequence"


def _entropy_problems(loss: Loss, net: Network, size: int) -> Iterator[str]:
    if net.outputs is None:
        yield f"{loss.kind} needs a read-out: write readout: {{outputs: 3}}"
    elif loss.kind == "cross-entropy":
        if net.readout == "sigmoid":
            yield "cross-entropy reads a softmax; of a sigmoid write binary-cross-entropy"
        if any(len(row) != 1 or not 1 <= row[0] <= size or row[0] != round(row[0]) for row in loss.target):
            yield f"the target of cross-entropy is a class number from 1 to {size}"
    else:
        if net.readout == "softmax":
            yield "binary-cross-entropy reads a sigmoid; of a softmax write cross-entropy"
        if any(len(row) not in (1, size) or not all(0 <= v <= 1 for v in row) for row in loss.target):
            yield f"the target of binary-cross-entropy is 1 number or {size}, each from 0 to 1"


def _change_problems(experiment: Experiment, sound: list[Lane]) -> Iterator[str]:
    names = [lane.name for lane in experiment.lanes]
    for change in experiment.changes:
        target = change.target
        if target.lane is not None and target.lane not in names:
            yield f"{target}: no lane is called “{target.lane}”; the lanes are {', '.join(names)}"
            continue
        lanes = [lane for lane in experiment.lanes if target.lane in (None, lane.name)]
        if target.kind == "setting":
            if not any(CELLS_WITH.get(target.name, lane.network.cell) == lane.network.cell for lane in lanes):
                yield f"{target}: no lane has this setting"
            continue
        # What is wrong with a lane itself was said; only of sound ones can be told whether a place is there.
        setups = [_bare(experiment, lane) for lane in lanes if lane in sound]
        fitting = [setup for setup in setups if fits(target, setup.lane.network)]
        if setups and not fitting:
            yield f"{target}: no lane's network has this place"
        for setup in fitting:
            for span, (word, low, high) in zip(target.index, places(target, setup), strict=True):
                if span is not None and not (low <= span.first and span.last <= high):
                    yield f"{target}: {word} {span} does not exist; here they run from {low} to {high}"
