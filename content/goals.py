"""Whether a goal is reached as its author says, not by accident, nor by pushing sliders to their ends."""

from __future__ import annotations

import contextlib
import itertools
from typing import TYPE_CHECKING

from .draws import Stream
from .examination import Examination, for_draws
from .expressions import Scope, evaluate_condition
from .grader import with_settings
from .rules import Found
from .variants import Variant, restore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import Draws, Goal, Question

MAX_SAMPLE = 2000
MAX_LUCK = 0.05
"""The share of settings taken at random that may reach a goal."""


def examine_goal(work: Examination, goal: Goal) -> str:
    """Try the listed settings, the corners and a sample; returns why the key is undecided, or nothing."""
    if not any(found.severity == "error" for found in work.found):
        for draws in work.asked:
            for path, values, wanted in _listed(work.question, goal):
                if work.timer.over:
                    return "time was over before all listed settings were tried"
                _try(work, goal, draws, path, values, wanted=wanted)
    return "" if work.contradicted or work.found else _sample(work, goal)


def _listed(question: Question, goal: Goal) -> Iterator[tuple[str, tuple[float, ...], bool]]:
    yield "start", goal.start, False
    for i, values in enumerate(goal.passes):
        yield f"passes[{i}]", values, True
    for i, values in enumerate(goal.fails):
        yield f"fails[{i}]", values, False
    for corner in itertools.product(*((control.low, control.high) for control in question.answer_controls)):
        yield "controls", corner, False


def _try(
    work: Examination, goal: Goal, draws: Draws, path: str, values: tuple[float, ...], *, wanted: bool
) -> None:
    said = ", ".join(f"{value:g}" for value in values)
    try:
        reached = _reached(restore(work.question, 0, draws, ()), goal, values)
    except ValueError as error:
        # Where the numbers leave the range nothing is reached; a setting that should pass must not do so.
        if wanted or path == "start":
            work.note(
                Found(
                    path,
                    f"the goal has no value at {said}{for_draws(draws)}: {error}",
                    "Change the goal or the numbers.",
                )
            )
        return
    if reached and not wanted:
        where = {
            "start": "the start already reaches the goal",
            "controls": f"the corner {said} of the sliders reaches the goal",
        }
        work.contradict(
            Found(
                path,
                f"{where.get(path, f'{said} reaches the goal')}{for_draws(draws)}",
                "Give the goal two sides, or change the numbers.",
            )
        )
    elif wanted and not reached:
        work.contradict(
            Found(
                path, f"{said} does not reach the goal{for_draws(draws)}", "Change the goal or these numbers."
            )
        )


def _reached(variant: Variant, goal: Goal, values: tuple[float, ...]) -> bool:
    return evaluate_condition(goal.expression, Scope(dict(variant.draws), with_settings(variant, values)))


def _sample(work: Examination, goal: Goal) -> str:
    """Try settings at random, the same ones each time."""
    question = work.question
    stream = Stream("goal sample", question.id)
    variants = [restore(question, 0, draws, ()) for draws in work.asked]
    tried = reached = 0
    for number in range(MAX_SAMPLE):
        if work.timer.over:
            break
        values = tuple(
            control.low
            + control.step * stream.below(int((control.high - control.low) / control.step + 1e-9) + 1)
            for control in question.answer_controls
        )
        with contextlib.suppress(ValueError):  # no value there: not reached
            reached += _reached(variants[number % len(variants)], goal, values)
        tried += 1
    if tried and reached >= MAX_LUCK * tried and reached > 1:
        work.contradict(
            Found(
                "goal",
                f"{reached} of {tried} settings taken at random reach the goal",
                "Narrow the goal or widen the ranges: under 5 % may.",
            )
        )
    if tried < MAX_SAMPLE:
        work.note(
            Found(
                "goal",
                f"time sufficed for {tried} of {MAX_SAMPLE} random settings",
                severity="note",
                rule="few-samples",
            )
        )
    return "" if tried >= min(100, MAX_SAMPLE) else "time was over before 100 random settings were tried"
