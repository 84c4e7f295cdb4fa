"""What is known of one answer that the learner gave."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime


class Certainty(StrEnum):
    """How sure the learner said to be; the values are what the log keeps."""

    GUESS = "guess"
    THINK_SO = "think-so"
    CERTAIN = "certain"


@dataclass(frozen=True)
class Attempt:
    """One checked answer that was not taken back.

    Parameters
    ----------
    uuid
        The name of the event that recorded it.
    session
        The session it was given in.
    question
        Full name of the question, ``bank-id/question-id``.
    at
        When, in UTC.
    number
        1 for the first answer since the question was shown; a second try or a sibling variant counts on.
    variant
        1 for the variant first shown, 2 for its sibling, and so on.
    credit
        0 to 1.
    right
        Whether the verdict called it right.
    hints
        How many hints of this variant had been read.
    certainty
        How sure the learner said to be, or None.
    misconceptions
        The wrong ideas that the verdict named.
    """

    uuid: str
    session: str
    question: str
    at: datetime
    number: int
    variant: int
    credit: float
    right: bool
    hints: int = 0
    certainty: Certainty | None = None
    misconceptions: tuple[str, ...] = ()

    @property
    def is_first(self) -> bool:
        """Whether this is a first answer; only those are scored, as later ones come after help."""
        return self.number == 1


def scored(attempts: Iterable[Attempt]) -> tuple[Attempt, ...]:
    """Return the attempts that count for a score, in their order."""
    return tuple(attempt for attempt in attempts if attempt.is_first)


def latest_by_question(attempts: Iterable[Attempt]) -> Mapping[str, Attempt]:
    """Return the last of the attempts at each question, by the order given."""
    return {attempt.question: attempt for attempt in attempts}
