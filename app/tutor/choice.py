"""Which question comes next: wrong ones first, then new ones as they are taught, then the longest unseen.

What counts as wrong is the last *first* answer to a question. A second try comes after a hint, and a sibling
variant after the solution: being right then does not show that the question is known, so it comes back.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from .attempts import Certainty, latest_by_question, scored

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from content.model import Bank

    from .attempts import Attempt

SESSION_LENGTH = 20
"""How many questions a session has unless the learner says otherwise."""


class Reason(StrEnum):
    """Why a question comes now; in the order of their turn."""

    CERTAIN_AND_WRONG = "certain-and-wrong"
    WRONG = "wrong"
    NEW = "new"
    SEEN_LONG_AGO = "seen-long-ago"


_TURN = {reason: turn for turn, reason in enumerate(Reason)}


@dataclass(frozen=True)
class Candidate:
    """A question that can be asked.

    Parameters
    ----------
    name
        Full name, ``bank-id/question-id``.
    concept
        Its primary concept.
    also
        The other concepts it touches.
    """

    name: str
    concept: str
    also: tuple[str, ...] = ()

    @property
    def bank(self) -> str:
        """The id of its bank."""
        return self.name.partition("/")[0]


@dataclass(frozen=True)
class Choice:
    """A question to ask, and why."""

    question: str
    reason: Reason


def candidates(banks: Iterable[Bank]) -> tuple[Candidate, ...]:
    """Return every question of the banks, in the order of the banks."""
    return tuple(
        Candidate(f"{bank.id}/{question.id}", question.concept, question.also)
        for bank in banks
        for question in bank.questions
    )


def next_question(
    questions: Sequence[Candidate], attempts: Sequence[Attempt], concept_order: Sequence[str]
) -> Choice | None:
    """Return the question to ask now, or None if there is no question at all.

    Parameters
    ----------
    questions
        What can be asked, in the order of the banks.
    attempts
        Every attempt, the oldest first.
    concept_order
        The ids of the concepts as they are taught. Questions of other concepts come after them.
    """
    return next(iter(plan_session(questions, attempts, concept_order, length=1)), None)


def plan_session(
    questions: Sequence[Candidate],
    attempts: Sequence[Attempt],
    concept_order: Sequence[str],
    *,
    length: int = SESSION_LENGTH,
    bank: str | None = None,
    concept: str | None = None,
) -> tuple[Choice, ...]:
    """Return the queue of a session: each question once, and no more than `length` of them.

    The order: certain and wrong, then otherwise wrong (both the oldest first), then never asked (by concept
    as taught, within it as in the bank), then right (the longest unseen first). The question that was
    answered last is not the first one again, unless it is the only one.

    Parameters
    ----------
    questions, attempts, concept_order
        As in `next_question`.
    length
        The most questions to ask, at least 1.
    bank
        Ask only questions of the bank of this id.
    concept
        Ask only questions that touch this concept; among new ones, first those whose primary concept it is.

    Raises
    ------
    ValueError
        If `length` is below 1.
    """
    if length < 1:
        raise ValueError(f"a session needs at least one question, not {length}")
    outcomes = latest_by_question(scored(attempts))
    last_seen = {name: place for place, name in enumerate(attempt.question for attempt in attempts)}
    taught = {name: place for place, name in enumerate(concept_order)}
    if concept is not None:
        taught[concept] = -1
    asked_for = [question for question in questions if _fits(question, bank, concept)]

    def turn(item: tuple[int, Candidate]) -> tuple[int, int, int]:
        in_bank, question = item
        outcome = outcomes.get(question.name)
        reason = _reason(outcome)
        if reason is Reason.NEW:
            return _TURN[reason], taught.get(question.concept, len(taught)), in_bank
        return _TURN[reason], last_seen[question.name], in_bank

    ordered = [question for _, question in sorted(enumerate(asked_for), key=turn)]
    if len(ordered) > 1 and attempts and ordered[0].name == attempts[-1].question:
        ordered[0], ordered[1] = ordered[1], ordered[0]
    return tuple(Choice(q.name, _reason(outcomes.get(q.name))) for q in ordered[:length])


def _fits(question: Candidate, bank: str | None, concept: str | None) -> bool:
    return bank in (None, question.bank) and concept in (None, question.concept, *question.also)


def _reason(outcome: Attempt | None) -> Reason:
    if outcome is None:
        return Reason.NEW
    if outcome.right:
        return Reason.SEEN_LONG_AGO
    return Reason.CERTAIN_AND_WRONG if outcome.certainty is Certainty.CERTAIN else Reason.WRONG
