"""Warnings from the rules for writing items (Haladyna, Downing and Rodriguez 2002); none of them is an error.

A question may dismiss a warning by its name, with a reason.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .reader import choose_advice
from .rules import Found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import Question

LONGEST_STEM = 60
LONGEST_KEY = 1.25
LEAST_DIFFERENCE = 10

RULES = ("long-key", "all-or-none", "long-stem", "slider-outside", "visible-key")
"""What can be dismissed."""

_ALL_OR_NONE = re.compile(
    r"\b(all|none|both|neither)\s+(of\s+)?(the\s+)?(above|others?|these)\b", re.IGNORECASE
)


def style_warnings(question: Question) -> Iterator[Found]:
    """Find what makes an item weaker than it need be."""
    if question.kind in ("single-choice", "multiple-choice"):
        yield from _options(question)
    words = len(re.sub(r"\$[^$]*\$", "formula", re.sub(r"<<[^>]*>>", "0", question.stem)).split())
    if words > LONGEST_STEM:
        yield _warning(
            "stem", "long-stem", f"the stem has {words} words", f"Say it in at most {LONGEST_STEM}."
        )


def _options(question: Question) -> Iterator[Found]:
    for i, option in enumerate(question.options):
        if _ALL_OR_NONE.search(option.text[:500]):
            yield _warning(
                f"options[{i}].text",
                "all-or-none",
                "the option speaks of the other options",
                "Say what it claims itself.",
            )
    right = [_shown_length(option.text) for option in question.options if option.correct]
    wrong = [_shown_length(option.text) for option in question.options if not option.correct]
    if question.kind == "single-choice" and right and wrong and right[0] > max(wrong):
        mean = sum(wrong) / len(wrong)
        if right[0] > LONGEST_KEY * mean and right[0] - max(wrong) >= LEAST_DIFFERENCE:
            place = next(i for i, option in enumerate(question.options) if option.correct)
            yield _warning(
                f"options[{place}].text",
                "long-key",
                f"the right option is the longest, {right[0] / mean:.1f} times the mean of the others",
                "Shorten it or say more in the others.",
            )


def _shown_length(text: str) -> int:
    """About how many signs stand on the screen."""
    computed = re.sub(r"<<[^>]*>>", "0.00", text)
    return len(re.sub(r"\\[A-Za-z]+", "x", computed).translate(str.maketrans("", "", "${}^_\\ ")))


def _warning(path: str, rule: str, message: str, advice: str) -> Found:
    return Found(path, message, advice, severity="warning", rule=rule)


def without_dismissed(question: Question, found: Iterator[Found]) -> Iterator[Found]:
    """Leave out what the question dismisses, and name dismissals of nothing known."""
    dismissed = {dismissal.rule for dismissal in question.dismiss}
    yield from (each for each in found if not each.rule or each.rule not in dismissed)
    for i, dismissal in enumerate(question.dismiss):
        if dismissal.rule not in RULES:
            yield Found(
                f"dismiss[{i}].rule",
                f'no warning is called "{dismissal.rule}"',
                choose_advice(dismissal.rule, RULES),
            )
