"""From an answer to a verdict: credit, what to say about it, and the right answer in words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import engine

from .answers import (
    Answer,
    AnswerError,
    ChoiceAnswer,
    NumberAnswer,
    SettingsAnswer,
    answer_from_data,
    answer_to_data,
)
from .expressions import ExpressionError, Scope, evaluate_condition, evaluate_number
from .near_misses import describe_miss
from .numbers import parse_number
from .texts import format_number, render
from .tolerance import accepts, margin

if TYPE_CHECKING:
    from engine import Experiment

    from .model import Control, Goal, NumericAnswer, Option
    from .variants import Variant

__all__ = [
    "Answer",
    "AnswerError",
    "ChoiceAnswer",
    "Feedback",
    "NumberAnswer",
    "SettingsAnswer",
    "Verdict",
    "answer_from_data",
    "answer_to_data",
    "grade",
    "key_text",
    "with_settings",
]


@dataclass(frozen=True)
class Feedback:
    """One thing said about an answer.

    Attributes
    ----------
    text : str
        Markdown, its numbers computed.
    option : int or None
        The option it is about, as a place in `question.options`.
    misconception : str or None
        The wrong idea that the answer points to.
    """

    text: str
    option: int | None = None
    misconception: str | None = None


@dataclass(frozen=True)
class Verdict:
    """What an answer is worth.

    Attributes
    ----------
    credit : float
        From 0 to 1.
    right : bool
        Whether nothing was wrong with it.
    feedback : tuple of Feedback
        In the order of the options; may be empty.
    key_text : str
        The right answer in Markdown.
    """

    credit: float
    right: bool
    feedback: tuple[Feedback, ...]
    key_text: str


def grade(variant: Variant, answer: Answer) -> Verdict:
    """Grade an answer.

    Parameters
    ----------
    variant : Variant
        What was asked.
    answer : Answer
        Of the kind the question asks for.

    Returns
    -------
    Verdict
        See the functions below for how each kind is graded.

    Raises
    ------
    AnswerError
        For an answer of another kind, with options that are not there or settings out of range.
    NumberError
        For a typed text that is no number; it is no attempt either.
    ExpressionError
        For a question whose key or texts cannot be computed; the checker finds those.
    """
    match variant.question.kind, answer:
        case "single-choice", ChoiceAnswer():
            return _single_choice(variant, answer)
        case "multiple-choice", ChoiceAnswer():
            return _multiple_choice(variant, answer)
        case "numeric", NumberAnswer():
            return _numeric(variant, answer)
        case "make-it-happen", SettingsAnswer():
            return _settings(variant, answer)
    raise AnswerError(f"{variant.question.id} is not answered this way")


def key_text(variant: Variant) -> str:
    """Return the right answer of a variant in Markdown, its numbers computed.

    Raises
    ------
    ExpressionError
        For numbers that cannot be computed.
    """
    question = variant.question
    if question.answer is not None:
        return _number_text(question.answer, variant.key_value())
    if question.goal is not None:
        return _settings_text(question.goal, question.answer_controls)
    texts = [variant.text(option.text).strip() for option in question.options if option.correct]
    if question.kind == "single-choice":
        return "".join(texts)
    return "\n".join(f"- {text}" for text in texts) if texts else "None of the statements."


# -- choices


def _check_options(variant: Variant, answer: ChoiceAnswer) -> None:
    if not all(0 <= option < len(variant.question.options) for option in answer.options):
        raise AnswerError("there is no such option")


def _about(variant: Variant, place: int) -> Feedback:
    option = variant.question.options[place]
    return Feedback(variant.text(option.why), place, option.misconception)


def _single_choice(variant: Variant, answer: ChoiceAnswer) -> Verdict:
    """Give 1 for the right option and 0 for another one, with what the question says about the chosen one."""
    _check_options(variant, answer)
    if len(answer.options) != 1:
        raise AnswerError("choose one option")
    (place,) = answer.options
    right = variant.question.options[place].correct
    return Verdict(float(right), right, _said([_about(variant, place)]), key_text(variant))


def _multiple_choice(variant: Variant, answer: ChoiceAnswer) -> Verdict:
    """Give the share of right options found less the share of wrong options chosen, never below 0.

    Choosing all, none, or any number by chance earns nothing on average (before the bound at 0), however many
    of the options are right.
    """
    _check_options(variant, answer)
    options = variant.question.options
    credit = max(0.0, _share(options, answer, correct=True) - _share(options, answer, correct=False))
    wrong = [i for i, option in enumerate(options) if option.correct != (i in answer.options)]
    about = wrong or [i for i, option in enumerate(options) if option.correct]
    return Verdict(
        credit if wrong else 1.0, not wrong, _said([_about(variant, i) for i in about]), key_text(variant)
    )


def _share(options: tuple[Option, ...], answer: ChoiceAnswer, *, correct: bool) -> float:
    places = [i for i, option in enumerate(options) if option.correct is correct]
    if not places:
        # Without right options, having found them all is no merit that wrong ones could be set against.
        return float(correct)
    return len(answer.options.intersection(places)) / len(places)


def _said(feedback: list[Feedback]) -> tuple[Feedback, ...]:
    return tuple(one for one in feedback if one.text.strip() or one.misconception is not None)


# -- numbers


def _numeric(variant: Variant, answer: NumberAnswer) -> Verdict:
    """Give 1 within the tolerance; else say which diagnosed number is nearest, or how the number differs."""
    numeric = variant.question.answer
    if numeric is None:
        raise AnswerError(f"{variant.question.id} has no key")
    value = parse_number(answer.text)
    key = variant.key_value()
    if accepts(numeric, key, value):
        return Verdict(1.0, True, (), key_text(variant))
    said = _diagnosed(variant, numeric, value) or Feedback(describe_miss(numeric, key, value))
    return Verdict(0.0, False, (said,), key_text(variant))


def _diagnosed(variant: Variant, numeric: NumericAnswer, value: float) -> Feedback | None:
    found: list[tuple[float, int]] = []
    for place, diagnosis in enumerate(variant.question.diagnose):
        wrong = evaluate_number(diagnosis.value, variant.scope)
        if accepts(numeric, wrong, value):
            found.append((abs(value - wrong), place))
    if not found:
        return None
    diagnosis = variant.question.diagnose[min(found)[1]]
    return Feedback(variant.text(diagnosis.why), None, diagnosis.misconception)


def _number_text(numeric: NumericAnswer, key: float) -> str:
    """Write the key with one digit more than the tolerance asks for."""
    if key == round(key) and abs(key) < 1e7:
        text = format_number(key, "d")
    else:
        allowed = margin(numeric, key)
        digits = math.ceil(math.log10(abs(key) / allowed)) + 1 if allowed > 0 else 6
        text = format_number(key, f".{min(max(digits, 2), 8)}g")
    return f"{text} {numeric.unit}" if numeric.unit else text


# -- settings


def with_settings(variant: Variant, values: tuple[float, ...]) -> Experiment:
    """Return the experiment with the controls that are the answer set to these values.

    Parameters
    ----------
    variant : Variant
        Of a make-it-happen question.
    values : tuple of float
        One per such control, in their order.

    Raises
    ------
    AnswerError
        For too many or too few values, values out of a control's range, or a variant without an experiment.
    """
    controls = variant.question.answer_controls
    experiment = variant.experiment
    if experiment is None or len(values) != len(controls):
        raise AnswerError(f"{len(controls)} settings are needed, not {len(values)}")
    for control, value in zip(controls, values, strict=True):
        # A slider's own arithmetic may end a hair beyond its end.
        slack = 1e-9 * max(1.0, abs(control.low), abs(control.high))
        if not control.low - slack <= value <= control.high + slack:
            raise AnswerError(f"{_label(control)} goes from {control.low:g} to {control.high:g}")
        experiment = experiment.changed(engine.parse_target(control.target, control.lane), value)
    return experiment


def _settings(variant: Variant, answer: SettingsAnswer) -> Verdict:
    """Give 1 if the goal holds in the run with these settings; else the hints whose conditions hold there."""
    goal = variant.question.goal
    if goal is None:
        raise AnswerError(f"{variant.question.id} has no goal")
    scope = Scope(dict(variant.draws), with_settings(variant, answer.values))
    try:
        right = evaluate_condition(goal.expression, scope)
    except ExpressionError as error:
        # Settings may drive the numbers out of range; then the goal is not met, and that is worth saying.
        said = Feedback(f"The goal is not met: {error.message}.")
        return Verdict(0.0, False, (said,), key_text(variant))
    if right:
        return Verdict(1.0, True, (), key_text(variant))
    hints = [hint for hint in variant.question.hints if hint.when is not None and _holds(hint.when, scope)]
    feedback = tuple(Feedback(render(hint.say, scope)) for hint in hints)
    missed = Feedback("With these settings the goal is not met.")
    return Verdict(0.0, False, feedback or (missed,), key_text(variant))


def _holds(condition: str, scope: Scope) -> bool:
    try:
        return evaluate_condition(condition, scope)
    except ExpressionError:
        return False


def _label(control: Control) -> str:
    return control.label or engine.parse_target(control.target).label


def _settings_text(goal: Goal, controls: tuple[Control, ...]) -> str:
    if not goal.passes:
        return f"Settings for which `{goal.expression}` holds."
    pairs = zip(controls, goal.passes[0], strict=True)
    *others, last = (_setting(_label(control), value) for control, value in pairs)
    return f"For example {', '.join(others)} and {last}." if others else f"For example {last}."


def _setting(label: str, value: float) -> str:
    if len(label) == 1 and label.isascii() and label.isalpha():
        return f"${label} = {format_number(value, in_math=True)}$"
    return f"{label}\u00a0=\u00a0{format_number(value)}"
