"""From an experiment as written to one the engine runs, once the parameters are drawn."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import engine

from .expressions import ExpressionError, Scope, evaluate_number, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import Draws, ExperimentSpec, InputSpec, LaneSpec, LossSpec, NetworkSpec, Number

_LARGEST_SEED = 2**53


class ExperimentError(ValueError):
    """An experiment that cannot be built for these draws.

    Parameters
    ----------
    message : str
        A sentence for the author.
    path : str
        The field of the experiment it is about, such as `input.values[3][1]`; empty for the whole.
    """

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.path = path


def build_experiment(spec: ExperimentSpec, draws: Draws = ()) -> engine.Experiment:
    """Build the engine's experiment.

    Parameters
    ----------
    spec : ExperimentSpec
        As written.
    draws : tuple of (name, value)
        The drawn parameters.

    Returns
    -------
    engine.Experiment
        It may still have `problems()`, for instance sizes that do not fit.

    Raises
    ------
    ExperimentError
        For an expression without a finite value, a count that is not a whole number within the engine's
        limits, or a place that is none.
    """
    numbers = _Numbers(draws)
    lanes = tuple(
        engine.Lane(lane.name, _network(lane, numbers, _lane_path(spec, lane))) for lane in spec.lanes
    )
    given = _free(spec.input, _input(spec.input, numbers), numbers)
    loss = _loss(spec.loss, given.steps, numbers) if spec.loss is not None else engine.Loss()
    window = None
    if spec.truncate is not None:
        window = numbers.whole(spec.truncate, "truncate", 1, engine.LIMITS.max_steps)
    return engine.Experiment(lanes, given, loss, tuple(_changes(spec, numbers)), window)


def _lane_path(spec: ExperimentSpec, lane: LaneSpec) -> str:
    single = len(spec.lanes) == 1 and lane.name == lane.network.cell
    return "network" if single else f"lanes.{lane.name}"


class _Numbers:
    """Turns written numbers into numbers for one draw."""

    def __init__(self, draws: Draws) -> None:
        self._scope = Scope(dict(draws))

    def real(self, written: Number, path: str) -> float:
        if not isinstance(written, str):
            return float(written)
        try:
            return evaluate_number(parse(written), self._scope)
        except ExpressionError as error:
            raise ExperimentError(f"{written!r} has no value here: {error.message}", path) from None

    def optional(self, written: Number | None, path: str) -> float | None:
        return None if written is None else self.real(written, path)

    def whole(self, written: Number, path: str, low: int, high: int) -> int:
        value = self.real(written, path)
        if value != round(value) or not low <= value <= high:
            raise ExperimentError(f"{value:g} is not a whole number from {low} to {high}", path)
        return int(value)

    def rows(self, written: tuple[tuple[Number, ...], ...], path: str) -> tuple[tuple[float, ...], ...]:
        return tuple(
            tuple(self.real(number, f"{path}[{i}][{j}]") for j, number in enumerate(row))
            for i, row in enumerate(written)
        )


def _network(lane: LaneSpec, numbers: _Numbers, path: str) -> engine.Network:
    written: NetworkSpec = lane.network
    return engine.Network(
        cell=written.cell,
        hidden=numbers.whole(written.hidden, f"{path}.hidden", 1, engine.LIMITS.max_hidden),
        activation=written.activation,
        init=written.init,
        scale=numbers.real(written.scale, f"{path}.scale"),
        spectral_radius=numbers.optional(written.spectral_radius, f"{path}.spectral_radius"),
        forget_bias=numbers.optional(written.forget_bias, f"{path}.forget_bias"),
        seed=numbers.whole(written.seed, f"{path}.seed", 0, _LARGEST_SEED),
        weights=tuple((name, numbers.rows(rows, f"{path}.weights.{name}")) for name, rows in written.weights),
        outputs=written.outputs,
        variant=written.variant,
        reset=written.reset,
        layers=numbers.whole(written.layers, f"{path}.layers", 1, engine.LIMITS.max_layers),
        bidirectional=written.bidirectional,
        merge=written.merge,
        readout=written.readout,
        embedding=None
        if written.embedding is None
        else numbers.whole(written.embedding, f"{path}.embedding", 1, engine.LIMITS.max_embedding),
        initial=written.initial,
    )


def _input(written: InputSpec, numbers: _Numbers) -> engine.Input:
    if written.kind == "values":
        return engine.Input(numbers.rows(written.values, "input.values"))
    if written.kind == "tokens":
        return engine.Input.tokens(written.tokens)
    most = engine.LIMITS.max_steps
    if written.kind == "zeros":
        return engine.Input.zeros(numbers.whole(written.length, "input.zeros", 1, most))
    path = f"input.{written.kind}"
    length = numbers.whole(written.length, f"{path}.length", 1, most)
    if written.kind == "impulse":
        at = numbers.whole(written.at, f"{path}.at", 1, length)
        return engine.Input.impulse(at, numbers.real(written.value, f"{path}.value"), length)
    size = numbers.whole(written.size, f"{path}.size", 1, engine.LIMITS.max_inputs)
    return engine.Input.noise(length, size, numbers.whole(written.seed, f"{path}.seed", 0, _LARGEST_SEED))


def _free(written: InputSpec, given: engine.Input, numbers: _Numbers) -> engine.Input:
    if written.free is None:
        return given
    steps = numbers.whole(written.free.steps, "input.free.steps", 1, engine.LIMITS.max_steps)
    temperature = numbers.real(written.free.temperature, "input.free.temperature")
    seed = numbers.whole(written.free.seed, "input.free.seed", 0, _LARGEST_SEED)
    return replace(given, free=engine.Free(steps, temperature, seed))


def _loss(written: LossSpec, steps: int, numbers: _Numbers) -> engine.Loss:
    if written.at == "last":
        at: tuple[int, ...] | None = None
    elif isinstance(written.at, str):
        at = tuple(range(1, steps + 1))
    else:
        at = written.at
    return engine.Loss(written.kind, at, numbers.rows(written.target, "loss.target"))


def _changes(spec: ExperimentSpec, numbers: _Numbers) -> Iterator[engine.Change]:
    for index, change in enumerate(spec.changes):
        path = f"interventions[{index}]"
        try:
            target = engine.parse_target(change.target)
        except engine.TargetError as error:
            raise ExperimentError(error.message, f"{path}.set") from None
        yield engine.Change(target, numbers.real(change.value, f"{path}.value"))
