"""Whether the engine agrees with the author's key, over every variant that can be asked.

Single and multiple choice: an option's `holds` must be true exactly if the option is correct. Numbers: the
author's `expect`, found by other means, must come out. Make-it-happen: the listed settings must pass and
fail as listed, the start and the corners of the sliders must fail, and so must nearly all settings taken at
random.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .examination import Examination, KeyCheck, Timer, for_draws
from .experiments import ExperimentError
from .expressions import ExpressionError, evaluate_condition, evaluate_number
from .goals import examine_goal
from .rules import Found, texts_of
from .texts import find_fields, format_number
from .tolerance import accepts
from .variants import Variant, combinations, restore

if TYPE_CHECKING:
    from .model import Draws, Expectation, Option, Question

MAX_DRAWS = 200
KEPT_SAMPLES = 5


def total_draws(question: Question) -> int:
    """How many combinations of parameter values there are."""
    return math.prod(len(parameter.values) for parameter in question.parameters)


def examine(question: Question, name: str, timer: Timer) -> tuple[KeyCheck, Examination]:
    """Compare a question's key with what the engine computes.

    Parameters
    ----------
    question : Question
        That loaded without a problem.
    name : str
        Its full name.
    timer : Timer
        When its time is over, what was not looked at leaves the key undecided.

    Returns
    -------
    tuple
        What the engine says of the key; and what was found on the way, with a few variants for further looks.
    """
    work = Examination(question, timer)
    for draws in combinations(question, MAX_DRAWS):
        # The first draw is always looked at, so that something is said however slow the run.
        if work.looked_at and (timer.over or len(work.found) >= 20):
            break
        work.looked_at += 1
        _examine_draw(work, draws)
    _survivors(work)
    _expectations(work)
    reason = _reason(work)
    if question.goal is not None and work.asked:
        reason = examine_goal(work, question.goal) or reason
    looked = work.looked_at
    if not reason and looked < min(total_draws(question), MAX_DRAWS):
        reason = f"time was over after {looked} of {total_draws(question)} draws"
    errors = any(found.severity == "error" for found in work.found)
    verdict = "contradicted" if work.contradicted else "undecided" if reason or errors else "confirmed"
    if verdict == "undecided" and not reason:
        reason = "the question has problems"
    return KeyCheck(name, verdict, reason, total_draws(question), looked, len(work.asked)), work


def _examine_draw(work: Examination, draws: Draws) -> None:
    question = work.question
    try:
        variant = restore(question, 0, draws, tuple(range(len(question.options))))
    except ExperimentError as error:
        work.note(
            Found(
                f"experiment.{error.path}",
                f"{error.message}{for_draws(draws)}",
                "Change the expression or the draws.",
            )
        )
        return
    if question.where is not None:
        holds = _condition(work, variant, "where", question.where)
        if not holds:
            return
    if variant.experiment is not None and draws:
        problems = variant.experiment.problems()
        if problems:
            work.note(
                Found(
                    "experiment",
                    f"the experiment cannot run{for_draws(draws)}: {problems[0]}",
                    "Change its numbers or the draws.",
                )
            )
            return
    work.held += 1
    if not _may_be_asked(work, variant):
        return
    work.asked.append(draws)
    if len(work.samples) < KEPT_SAMPLES:
        work.samples.append(variant)
    _options(work, variant)
    _texts(work, variant)


def _number(work: Examination, variant: Variant, path: str, text: str) -> float | None:
    try:
        return evaluate_number(text, variant.scope)
    except ExpressionError as error:
        work.note(_trouble(path, text, error, variant.draws))
        return None


def _condition(work: Examination, variant: Variant, path: str, text: str) -> bool | None:
    try:
        return evaluate_condition(text, variant.scope)
    except ExpressionError as error:
        work.note(_trouble(path, text, error, variant.draws))
        return None


def _trouble(path: str, text: str, error: ExpressionError, draws: Draws) -> Found:
    return Found(
        path,
        f"{error.message}{for_draws(draws)}",
        "Change the expression, the experiment or the draws.",
        text[error.offset : error.offset + 40],
        offset=error.offset,
    )


def _may_be_asked(work: Examination, variant: Variant) -> bool:
    """Whether the tolerance tells the key from 0 and from every diagnosed number."""
    answer = work.question.answer
    if answer is None:
        return True
    key = _number(work, variant, "answer.value", answer.value)
    if key is None:
        return False
    apart = True
    if accepts(answer, key, 0.0):
        work.collisions["0"] = work.collisions.get("0", 0) + 1
        apart = False
    for i, diagnosis in enumerate(work.question.diagnose):
        value = _number(work, variant, f"diagnose[{i}].value", diagnosis.value)
        if value is None:
            return False
        if accepts(answer, key, value):
            work.collisions[diagnosis.value] = work.collisions.get(diagnosis.value, 0) + 1
            apart = False
    return apart


def _survivors(work: Examination) -> None:
    """Enough draws must be left when those that collide are thrown away."""
    asked, held = len(work.asked), work.held
    if any(found.severity == "error" for found in work.found):
        return
    path = "parameters" if work.question.parameters else ""
    if held == 0:
        work.note(
            Found(
                "where",
                f"none of {work.looked_at} draws satisfies it",
                "Widen the parameters or the condition.",
            )
        )
    elif asked < held / 2 or asked == 0:
        names = " and ".join(sorted(work.collisions)[:3])
        left = "no draw is" if asked == 0 else f"only {asked} of {held} draws are"
        what = f"{left} left, since the tolerance also accepts {names}"
        if not work.question.parameters:
            path, what = "answer", f"the tolerance also accepts {names}"
        work.note(Found(path, what, "Narrow the tolerance, or change the parameters with where."))


def _options(work: Examination, variant: Variant) -> None:
    for i, option in enumerate(work.question.options):
        if option.holds is None:
            continue
        holds = _condition(work, variant, f"options[{i}].holds", option.holds)
        if holds is not None and holds != option.correct:
            work.contradict(_option_contradicted(i, option, variant.draws))


def _option_contradicted(i: int, option: Option, draws: Draws) -> Found:
    said = "correct, but what it holds is false" if option.correct else "wrong, but what it holds is true"
    return Found(
        f"options[{i}].holds",
        f"option {i + 1} is {said}{for_draws(draws)}",
        "Change the key, the expression or the draws.",
    )


def _texts(work: Examination, variant: Variant) -> None:
    for path, text in texts_of(work.question):
        for each in find_fields(text):
            try:
                format_number(
                    evaluate_number(each.expression, variant.scope), each.format, in_math=each.in_math
                )
            except ExpressionError as error:
                work.note(_trouble(path, text, error.shifted(each.expression_at), variant.draws))
    for i, hint in enumerate(work.question.hints):
        if hint.when is not None:
            _condition(work, variant, f"hints[{i}].when", hint.when)


def _expectations(work: Examination) -> None:
    for i, expectation in enumerate(work.question.expect):
        draws = tuple(
            (parameter.name, dict(expectation.draw)[parameter.name]) for parameter in work.question.parameters
        )
        path = f"expect[{i}]"
        try:
            variant = restore(work.question, 0, draws, ())
        except ExperimentError as error:
            work.note(Found(path, f"{error.message}{for_draws(draws)}", "Change the draw."))
            continue
        value = _number(work, variant, f"{path}.value", expectation.value)
        if value is not None and not _agrees(expectation, value):
            work.contradict(
                Found(
                    f"{path}.equals",
                    f"the engine gives {value:.8g}{for_draws(draws)}, not {expectation.equals:.8g}",
                    "Find out which of the two is wrong.",
                )
            )


def _agrees(expectation: Expectation, value: float) -> bool:
    allowed = max(expectation.relative * abs(expectation.equals), expectation.absolute or 0.0)
    return abs(value - expectation.equals) <= allowed


def _reason(work: Examination) -> str:
    """Why the key would be undecided, from what the author left out; empty if nothing is missing."""
    question = work.question
    if question.options:
        silent = [str(i + 1) for i, option in enumerate(question.options) if option.holds is None]
        return f"no holds at option {', '.join(silent)}" if silent else ""
    if question.answer is not None:
        key = "".join(question.answer.value.split())
        named = any("".join(expectation.value.split()) == key for expectation in question.expect)
        return "" if named else "no expect for the key's expression"
    return ""
