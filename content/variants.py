"""A question with drawn values: what is actually asked, the same for the same seed for ever."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from .draws import Stream
from .experiments import build_experiment
from .expressions import ExpressionError, Scope, evaluate_condition, evaluate_number
from .texts import render
from .tolerance import accepts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine import Experiment, Run

    from .model import Draws, Question

MAX_TRIES = 200


class VariantError(ValueError):
    """No variant of a question could be drawn; the message says why."""


@dataclass(frozen=True)
class Variant:
    """A question, the drawn values and the order of its options.

    Attributes
    ----------
    question : Question
        What was drawn from.
    seed : int
        The seed of this variant.
    draws : tuple of (str, float)
        A value for every parameter, in their order.
    order : tuple of int
        The options in the order shown, as places in `question.options`.
    experiment : Experiment or None
        The experiment with the drawn values put in.
    """

    question: Question
    seed: int
    draws: Draws
    order: tuple[int, ...]
    experiment: Experiment | None

    @cached_property
    def scope(self) -> Scope:
        """What this variant's expressions read; its runs are computed when first asked for, then kept."""
        return Scope(dict(self.draws), self.experiment)

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs, one per lane; empty without an experiment."""
        return () if self.experiment is None else self.scope.runs

    def text(self, markdown: str) -> str:
        """Return a text of the question with its numbers computed.

        Raises
        ------
        ExpressionError
            For a number that cannot be computed.
        """
        return render(markdown, self.scope)

    def key_value(self) -> float:
        """Return the right number of a numeric question.

        Raises
        ------
        ValueError
            For a question of another kind.
        ExpressionError
            For a key that cannot be computed.
        """
        if self.question.answer is None:
            raise ValueError(f"{self.question.id} is not answered by a number")
        return evaluate_number(self.question.answer.value, self.scope)


def draw(question: Question, seed: int) -> Variant:
    """Draw a variant.

    The values come from the stream named `("parameters", question.id, seed)`, one `below(len(values))` per
    parameter in their order; values that are refused are drawn again from the same stream. The order of the
    options comes from the stream `("order", question.id, seed)`, so it does not depend on refused draws.

    Parameters
    ----------
    question : Question
        What to draw from.
    seed : int
        Any integer.

    Returns
    -------
    Variant
        Equal for equal arguments.

    Raises
    ------
    VariantError
        When none of `MAX_TRIES` draws may be asked; see `refusal`.
    """
    stream = Stream("parameters", question.id, seed)
    order = Stream("order", question.id, seed).permutation(len(question.options))
    refused: dict[Draws, str] = {}
    for _ in range(MAX_TRIES if question.parameters else 1):
        draws = tuple((p.name, p.values[stream.below(len(p.values))]) for p in question.parameters)
        if draws in refused:
            continue
        variant, reason = _judged(question, seed, draws, order)
        if variant is not None:
            return variant
        refused[draws] = reason
    first = next(iter(refused.values()))
    raise VariantError(f"no values of {question.id} can be asked: {first}")


def restore(question: Question, seed: int, draws: Draws, order: tuple[int, ...]) -> Variant:
    """Return the variant of stored values, without judging them.

    Raises
    ------
    ValueError
        If the experiment cannot be built from these values.
    """
    experiment = None if question.experiment is None else build_experiment(question.experiment, draws)
    return Variant(question, seed, draws, order, experiment)


def refusal(variant: Variant) -> str | None:
    """Tell why a variant must not be asked.

    It must not if it fails the question's `where`, or if 0 or a diagnosed wrong number counts as the key.

    Parameters
    ----------
    variant : Variant
        Any.

    Returns
    -------
    str or None
        A sentence, or None if it may be asked.
    """
    question, scope = variant.question, variant.scope
    try:
        if question.where is not None and not evaluate_condition(question.where, scope):
            return f"{question.where} does not hold"
        if question.answer is None:
            return None
        key = variant.key_value()
        if accepts(question.answer, key, 0.0):
            return "0 would count as the right number"
        for diagnosis in question.diagnose:
            value = evaluate_number(diagnosis.value, scope)
            if accepts(question.answer, key, value):
                return f"the wrong number {diagnosis.value} would count as the right one"
    except ExpressionError as error:
        return error.message
    return None


def _judged(
    question: Question, seed: int, draws: Draws, order: tuple[int, ...]
) -> tuple[Variant | None, str]:
    """Return the variant, or None and the reason why it must not be asked."""
    try:
        variant = restore(question, seed, draws, order)
    except ValueError as error:
        return None, str(error)
    reason = refusal(variant)
    return (variant, "") if reason is None else (None, reason)


@dataclass(frozen=True)
class Survey:
    """Which values of the parameters can be asked.

    Attributes
    ----------
    total : int
        How many combinations of values there are.
    accepted : tuple of Variant
        Those that may be asked, with seed 0 and the options as written.
    refused : tuple of (Draws, str)
        Those that may not, with the reason.
    """

    total: int
    accepted: tuple[Variant, ...]
    refused: tuple[tuple[Draws, str], ...]

    @property
    def looked_at(self) -> int:
        """How many combinations were looked at; fewer than `total` where those are too many."""
        return len(self.accepted) + len(self.refused)


def all_draws(question: Question, limit: int) -> Survey:
    """Go through the combinations of a question's values.

    Parameters
    ----------
    question : Question
        With or without parameters; without there is one combination.
    limit : int
        So many are looked at, at most; of more combinations so many are drawn, each once.

    Returns
    -------
    Survey
        In the order of the combinations.
    """
    total = math.prod(len(parameter.values) for parameter in question.parameters)
    order = tuple(range(len(question.options)))
    accepted: list[Variant] = []
    refused: list[tuple[Draws, str]] = []
    for draws in combinations(question, limit):
        variant, reason = _judged(question, 0, draws, order)
        if variant is not None:
            accepted.append(variant)
        else:
            refused.append((draws, reason))
    return Survey(total, tuple(accepted), tuple(refused))


def combinations(question: Question, limit: int) -> Iterator[Draws]:
    """Go through the combinations of a question's values without judging them.

    Parameters
    ----------
    question : Question
        Without parameters it has one combination, of nothing.
    limit : int
        Of more combinations so many are drawn, each once, the same ones each time.

    Yields
    ------
    tuple of (str, float)
        The last parameter changes fastest.
    """
    total = math.prod(len(parameter.values) for parameter in question.parameters)
    names = [parameter.name for parameter in question.parameters]
    values = [parameter.values for parameter in question.parameters]
    if total <= limit:
        for combination in itertools.product(*values):
            yield tuple(zip(names, combination, strict=True))
        return
    stream = Stream("survey", question.id)
    chosen: set[int] = set()
    while len(chosen) < limit:
        chosen.add(stream.below(total))
    for number in sorted(chosen):
        combination_: list[float] = []
        rest = number
        for column in reversed(values):
            rest, place = divmod(rest, len(column))
            combination_.append(column[place])
        yield tuple(zip(names, reversed(combination_), strict=True))


def _combinations(question: Question, total: int, limit: int) -> Iterator[Draws]:
    return combinations(question, min(total, limit))
