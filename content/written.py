"""Whether what an author wrote as expressions, places and experiments can be read at all, without running it.

This is part of loading: a question whose expressions do not parse is left out of its bank. What they
compute is the business of `content.check`.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import engine

from .costs import MAX_SECONDS, expression_seconds, run_seconds
from .experiments import ExperimentError, build_experiment
from .expressions import ExpressionError, Scope, evaluate_condition, parse
from .reader import choose_advice
from .readings import names_used, quantities_used
from .rules import Found, texts_of
from .texts import find_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import Draws, ExperimentSpec, InputSpec, NetworkSpec, Number, Question
    from .syntax import Expression

MAX_NUMBERS = 500_000
"""The most input numbers, and tenths of weights, of all experiments of one bank together."""

_WEIGHT_SHARE = 0.1  # weights are drawn as whole arrays, inputs become one Python number each

_TRIED_DRAWS = 200


@dataclass
class Workload:
    """What the experiments of one bank have cost so far; it bounds the work that a file can ask for."""

    numbers: float = 0.0
    checked: dict[tuple[int, Draws], tuple[tuple[Found, ...], engine.Experiment | None]] = field(
        default_factory=dict
    )


def expressions_of(question: Question) -> Iterator[tuple[str, str]]:
    """Every expression over the run, with its path below the question; those within texts not included."""
    if question.where is not None:
        yield "where", question.where
    if question.answer is not None:
        yield "answer.value", question.answer.value
    for i, diagnosis in enumerate(question.diagnose):
        yield f"diagnose[{i}].value", diagnosis.value
    for i, option in enumerate(question.options):
        if option.holds is not None:
            yield f"options[{i}].holds", option.holds
    if question.goal is not None:
        yield "goal", question.goal.expression
    for i, hint in enumerate(question.hints):
        if hint.when is not None:
            yield f"hints[{i}].when", hint.when
    for i, expectation in enumerate(question.expect):
        yield f"expect[{i}].value", expectation.value


def unreadable(question: Question, workload: Workload) -> Iterator[Found]:
    """Find what cannot be read in a question's expressions, computed texts, places and experiment."""
    found = False
    for each in _expressions(question):
        found = True
        yield each
    yield from _controls(question)
    if question.experiment is not None and not found:
        yield from _experiment(question, question.experiment, workload)


def _expressions(question: Question) -> Iterator[Found]:
    for path, text in expressions_of(question):
        try:
            yield from _names(question, path, parse(text), 0, text)
        except ExpressionError as error:
            yield _found(path, text, error, "")
    for path, text in texts_of(question):
        try:
            for each in find_fields(text):
                yield from _names(question, path, each.expression, each.expression_at, text)
        except ExpressionError as error:
            yield _found(path, text, error, "See docs/bank-format.md for what can be computed.")


def _found(path: str, text: str, error: ExpressionError, advice: str) -> Found:
    return Found(path, error.message, advice, text[error.offset : error.offset + 40], offset=error.offset)


def _names(question: Question, path: str, expression: Expression, start: int, text: str) -> Iterator[Found]:
    known = {parameter.name for parameter in question.parameters}
    for name in sorted(names_used(expression) - known):
        at = max(text.find(name, start), 0)
        advice = (
            choose_advice(name, known)
            if known
            else "Add it under parameters, or write a quantity of the run."
        )
        yield Found(path, f'"{name}" is neither a parameter nor a quantity', advice, name, offset=at)
    if question.experiment is None:
        scope = Scope(dict.fromkeys(known, 1.0))
        for reading in sorted(quantities_used(expression, scope), key=lambda each: each.name):
            yield Found(
                path, f'"{reading.name}" needs an experiment', "Add the field experiment.", offset=start
            )


def _controls(question: Question) -> Iterator[Found]:
    for i, control in enumerate(question.controls):
        if control.target in ("rate", "clip", "activation", "cell"):
            yield Found(
                f"controls[{i}].set",
                f"a control of {control.target} is not part of this version",
                "Leave it out.",
            )
            continue
        try:
            engine.parse_target(control.target)
        except engine.TargetError as error:
            yield Found(f"controls[{i}].set", error.message, "Write for example bias.f[5].")


def _experiment(question: Question, spec: ExperimentSpec, workload: Workload) -> Iterator[Found]:
    draws = sample_draw(question)
    if draws is None:
        yield Found("where", "no draw satisfies it", "Widen the parameters or the condition.")
        return
    key = (id(spec), draws if spec.name is None else ())
    if key not in workload.checked:
        workload.numbers += numbers_of(spec)
        if workload.numbers > MAX_NUMBERS:
            found = Found(
                "experiment",
                "the experiments of this bank hold too many inputs and weights together",
                "Make them smaller or split the bank.",
            )
            workload.checked[key] = (found,), None
        else:
            workload.checked[key] = try_experiment(spec, draws)
    problems, experiment = workload.checked[key]
    yield from problems
    if experiment is not None:
        yield from _too_slow(question, experiment)


def _too_slow(question: Question, experiment: engine.Experiment) -> Iterator[Found]:
    if run_seconds(experiment) > MAX_SECONDS:
        yield Found(
            "experiment", "running this experiment takes too long", "Use fewer steps, units or lanes."
        )
        return
    shorter = "Use fewer steps or units, or fewer Jacobians and changes."
    for path, text in expressions_of(question):
        if expression_seconds(parse(text), experiment) > MAX_SECONDS:
            yield Found(path, "computing this expression takes too long", shorter)
    for path, text in texts_of(question):
        if sum(expression_seconds(each.expression, experiment) for each in find_fields(text)) > MAX_SECONDS:
            yield Found(path, "computing the numbers of this text takes too long", shorter)


def sample_draw(question: Question) -> Draws | None:
    """Return the first draw that satisfies `where`; None if none of the first 200 does."""
    names = [parameter.name for parameter in question.parameters]
    combinations = itertools.product(*(parameter.values for parameter in question.parameters))
    for values in itertools.islice(combinations, _TRIED_DRAWS):
        draws = tuple(zip(names, values, strict=True))
        if question.where is None:
            return draws
        try:
            if evaluate_condition(question.where, Scope(dict(draws))):
                return draws
        except ExpressionError:
            return draws  # a condition on the run: the checker looks into it
    return None


def numbers_of(spec: ExperimentSpec) -> float:
    """Count the inputs, and tenths of weights; an expression counts as the most it may give."""
    size, numbers = _input_numbers(spec.input)
    return numbers + _WEIGHT_SHARE * sum(_weights(lane.network, size) for lane in spec.lanes)


def _weights(written: NetworkSpec, inputs: int) -> int:
    """Count a network's weights as if each cell had four gates."""
    limits = engine.LIMITS
    hidden = _at_most(written.hidden, limits.max_hidden)
    layers = _at_most(written.layers, limits.max_layers)
    size = inputs if written.embedding is None else _at_most(written.embedding, limits.max_embedding)
    directions = 2 if written.bidirectional else 1
    looked_up = 0 if written.embedding is None else inputs * size
    above = (layers - 1) * (hidden + directions * hidden)
    return looked_up + 4 * hidden * directions * (hidden + size + above)


def _at_most(written: Number, most: int) -> int:
    return most if isinstance(written, str) else min(int(written), most)


def _input_numbers(written: InputSpec) -> tuple[int, int]:
    """Return the entries of one step, and the numbers of the whole input."""
    if written.kind == "values":
        return len(written.values[0]), sum(len(row) for row in written.values)
    if written.kind == "tokens":
        return len(set(written.tokens)), len(written.tokens) * len(set(written.tokens))
    length = engine.LIMITS.max_steps if isinstance(written.length, str) else int(written.length)
    size = engine.LIMITS.max_inputs if isinstance(written.size, str) else int(written.size)
    return (size, length * size) if written.kind == "noise" else (1, length)


def try_experiment(spec: ExperimentSpec, draws: Draws) -> tuple[tuple[Found, ...], engine.Experiment | None]:
    """Build an experiment for one draw: what keeps it from running, or the experiment."""
    drawn = ", ".join(f"{name} = {value:g}" for name, value in draws)
    for_draw = f" (for {drawn})" if drawn else ""
    try:
        experiment = build_experiment(spec, draws)
    except ExperimentError as error:
        advice = "See the experiments in docs/bank-format.md."
        return (Found(f"experiment.{error.path}", f"{error.message}{for_draw}", advice),), None
    advice = "Change its sizes, places or numbers."
    found = tuple(
        Found("experiment", f"the experiment cannot run: {problem}{for_draw}", advice)
        for problem in experiment.problems()
    )
    return found, None if found else experiment
