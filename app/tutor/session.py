"""The states of one question and of a queue of them, and the steps between them.

::

    PREDICT --check--> RUN --watched--> EXPLAIN_SELF --explain--> EXPLAINED --leave--> NEXT
       ^                |  `--watched (no explain step)--------------^
       |                |
       +-- retract, try_again, sibling (each says from where)

Every step returns a new state; a step that is not allowed raises `InvalidStepError` and changes nothing.
The properties `can_...` tell beforehand, for buttons.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .attempts import Certainty

_SEED_BYTES = 6  # so that every reader of JSON, also one that only has doubles, reads the seed exactly


class Phase(StrEnum):
    """Where the learner is in one question."""

    PREDICT = "predict"
    """Nothing is committed: choose, take back, ask for hints, say how sure."""
    RUN = "run"
    """The answer is checked and kept, and it is open whether to try again; then the run is shown."""
    EXPLAIN_SELF = "explain-self"
    """The learner says what decided it."""
    EXPLAINED = "explained"
    """The program says what decided it; every control is free."""
    NEXT = "next"
    """Left for the next question; no way back."""


class InvalidStepError(Exception):
    """A step that the state does not allow."""


@dataclass(frozen=True)
class Result:
    """What came of a checked answer.

    Parameters
    ----------
    event
        The uuid of the event that recorded it (what a retraction names).
    right
        Whether it was right.
    credit
        0 to 1.
    """

    event: str
    right: bool
    credit: float


@dataclass(frozen=True)
class QuestionState:
    """One question since it was shown.

    Parameters
    ----------
    question
        Full name, ``bank-id/question-id``.
    hints
        How many hints it has.
    explains
        Whether it asks the learner to explain.
    varies
        Whether it has parameters, so that there are sibling variants.
    retries
        Whether it may be tried again as often as one likes, as a goal may whose run says what was missing.
    phase
        Where the learner is.
    variant
        1 for the variant first shown, then counted on.
    attempt
        Number of the answer being given, or of the one given last; 1 is the scored one.
    second_try
        Whether this variant is being tried for the second time, or for a later one.
    hints_seen
        Hints of this variant that were read.
    choices
        What was chosen and not taken back since the last check, the current choice last. Any hashable value.
    certainty
        How sure the learner says to be.
    result
        What came of the answer; None while predicting.
    """

    question: str
    hints: int = 0
    explains: bool = False
    varies: bool = False
    retries: bool = False
    phase: Phase = Phase.PREDICT
    variant: int = 1
    attempt: int = 1
    second_try: bool = False
    hints_seen: int = 0
    choices: tuple[object, ...] = ()
    certainty: Certainty | None = None
    result: Result | None = None

    # ------------------------------------------------------------------------------------------ predicting

    @property
    def choice(self) -> object | None:
        """The current choice, or None."""
        return self.choices[-1] if self.choices else None

    @property
    def can_take_back(self) -> bool:
        """Whether there is a choice to take back."""
        return self.phase is Phase.PREDICT and bool(self.choices)

    @property
    def can_hint(self) -> bool:
        """Whether there is another hint to read before answering."""
        return self.phase is Phase.PREDICT and self.hints_seen < self.hints

    @property
    def can_check(self) -> bool:
        """Whether there is a choice to check."""
        return self.phase is Phase.PREDICT and bool(self.choices)

    def choose(self, choice: object) -> QuestionState:
        """Choose; choosing the same again changes nothing."""
        self._need(self.phase is Phase.PREDICT, "choose")
        if self.choices and self.choices[-1] == choice:
            return self
        return replace(self, choices=(*self.choices, choice))

    def take_back(self) -> QuestionState:
        """Return to the choice before, or to none."""
        self._need(self.can_take_back, "take back")
        return replace(self, choices=self.choices[:-1])

    def say_certainty(self, certainty: Certainty | None) -> QuestionState:
        """Say how sure; None says nothing."""
        self._need(self.phase is Phase.PREDICT, "say how sure")
        return replace(self, certainty=certainty)

    def hint(self) -> QuestionState:
        """Read the next hint, number `hints_seen` of the new state."""
        self._need(self.can_hint, "read a hint")
        return replace(self, hints_seen=self.hints_seen + 1)

    def check(self, result: Result) -> QuestionState:
        """Commit the choice. The event must have been stored before this is called."""
        self._need(self.can_check, "check")
        return replace(self, phase=Phase.RUN, result=result)

    # ---------------------------------------------------------------------------------------- after the check

    def watched(self) -> QuestionState:
        """Have no other try, and see what happened."""
        self._need(self.phase is Phase.RUN, "end the run")
        return replace(self, phase=Phase.EXPLAIN_SELF if self.explains else Phase.EXPLAINED)

    def explain(self) -> QuestionState:
        """Take the learner's explanation, right or wrong."""
        self._need(self.phase is Phase.EXPLAIN_SELF, "explain")
        return replace(self, phase=Phase.EXPLAINED)

    def leave(self) -> QuestionState:
        """Leave the question for the next one."""
        self._need(self.phase is Phase.EXPLAINED, "leave")
        return replace(self, phase=Phase.NEXT)

    # ------------------------------------------------------------------------------------------ and once more

    @property
    def can_try_again(self) -> bool:
        """Whether this variant may be tried again: wrong, and before anything tells the right answer.

        Once, with a hint; as often as one likes where the question `retries`.
        """
        has_a_try_left = self.retries or (not self.second_try and self.hints > 0)
        return self.phase is Phase.RUN and self._is_wrong and has_a_try_left

    @property
    def can_take_sibling(self) -> bool:
        """Whether another variant may be tried: after a wrong answer, if the question has parameters."""
        return (
            self.phase in (Phase.RUN, Phase.EXPLAIN_SELF, Phase.EXPLAINED) and self._is_wrong and self.varies
        )

    @property
    def can_retract(self) -> bool:
        """Whether the checked answer may be taken back, so that it does not count."""
        return self.phase in (Phase.RUN, Phase.EXPLAIN_SELF, Phase.EXPLAINED)

    def try_again(self) -> QuestionState:
        """Try the same variant once more, with one more hint if one is left."""
        self._need(self.can_try_again, "try again")
        return replace(
            self._afresh(),
            attempt=self.attempt + 1,
            second_try=True,
            hints_seen=min(self.hints_seen + 1, self.hints),
        )

    def sibling(self) -> QuestionState:
        """Try the next variant of the question, its hints unread."""
        self._need(self.can_take_sibling, "take a sibling variant")
        return replace(
            self._afresh(), variant=self.variant + 1, attempt=self.attempt + 1, second_try=False, hints_seen=0
        )

    def retract(self) -> QuestionState:
        """Take the checked answer back: it stays in the log and is not scored; the attempt is given again."""
        self._need(self.can_retract, "retract")
        return self._afresh()

    def _afresh(self) -> QuestionState:
        return replace(self, phase=Phase.PREDICT, choices=(), certainty=None, result=None)

    @property
    def _is_wrong(self) -> bool:
        return self.result is not None and not self.result.right

    def _need(self, allowed: bool, step: str) -> None:
        if not allowed:
            raise InvalidStepError(f"cannot {step} in phase {self.phase} of {self.question}")


@dataclass(frozen=True)
class Session:
    """A queue of questions and the place in it.

    Parameters
    ----------
    uuid
        Its name in the log.
    queue
        Full names of the questions, at least one.
    position
        0 for the first question.
    """

    uuid: str
    queue: tuple[str, ...]
    position: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.position < len(self.queue):
            raise ValueError(f"position {self.position} lies outside a queue of {len(self.queue)}")

    @property
    def question(self) -> str:
        """Full name of the current question."""
        return self.queue[self.position]

    @property
    def is_last(self) -> bool:
        """Whether no question comes after the current one."""
        return self.position == len(self.queue) - 1

    def advance(self) -> Session:
        """Go to the next question.

        Raises
        ------
        InvalidStepError
            If there is none.
        """
        if self.is_last:
            raise InvalidStepError(f"the session {self.uuid} has no question after {self.question}")
        return replace(self, position=self.position + 1)

    def seed(self, variant: int) -> int:
        """Return the seed of a variant of the current question; the same session draws the same again."""
        return variant_seed(self.uuid, self.question, variant)


def variant_seed(session: str, question: str, variant: int) -> int:
    """Derive the seed of a variant from what names it, so that a resumed session draws the same numbers.

    Parameters
    ----------
    session, question
        The session's uuid and the question's full name.
    variant
        1 for the first variant shown, then counted on.

    Returns
    -------
    int
        0 to 2**48 - 1: the first six bytes, big end first, of the SHA-256 of the three, joined by zero bytes.
    """
    key = "\0".join((session, question, str(variant))).encode()
    return int.from_bytes(hashlib.sha256(key).digest()[:_SEED_BYTES], "big")
