"""What can be written into the log: frozen events, one payload type per kind.

The log outlives the program. A later version may add kinds and fields, never change the meaning of one: a
kind that this version does not know is read as `Unknown`, such a field is kept in `Payload.extra`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar

from .json_text import Json  # noqa: TC001 - rows.py reads the annotations


@dataclass(frozen=True)
class Payload:
    """What an event of one kind says."""

    kind: ClassVar[str] = ""
    extra: tuple[tuple[str, Json], ...] = field(default=(), kw_only=True)
    """Fields of a later version, by name."""


@dataclass(frozen=True)
class Started(Payload):
    """A session began.

    Parameters
    ----------
    queue
        Full names of its questions.
    mode
        ``study``, ``bank`` or ``concept``.
    subject
        The id of the bank or concept, or empty.
    """

    kind: ClassVar[str] = "started"
    queue: tuple[str, ...]
    mode: str = "study"
    subject: str = ""


@dataclass(frozen=True)
class Shown(Payload):
    """A question was shown, ready to be answered: at first, for a second try, or as a sibling variant.

    Parameters
    ----------
    question
        Full name.
    text
        SHA-256 (hex) of its text as asked; the text itself is kept beside the log.
    position
        Its place in the queue, from 0.
    variant, attempt
        As in `app.tutor.session.QuestionState`, from 1.
    seed, draws, order
        The variant: its seed, the drawn values, the order in which options are shown.
    hints, explains, varies
        What the question offers, so that a session can be resumed before its bank is read.
    """

    kind: ClassVar[str] = "shown"
    question: str
    text: str
    position: int
    variant: int = 1
    attempt: int = 1
    seed: int = 0
    draws: tuple[tuple[str, float], ...] = ()
    order: tuple[int, ...] = ()
    hints: int = 0
    explains: bool = False
    varies: bool = False


@dataclass(frozen=True)
class Hinted(Payload):
    """A hint was read.

    Parameters
    ----------
    question
        Full name.
    hint
        Its number, from 1.
    """

    kind: ClassVar[str] = "hinted"
    question: str
    hint: int


@dataclass(frozen=True)
class Answered(Payload):
    """An answer was checked.

    Parameters
    ----------
    question, text, variant, attempt, seed, draws, order
        As in `Shown`: an answer can be understood without the events before it.
    answer
        What the learner gave, raw: `content.answers.answer_to_data` of it.
    credit, right, misconceptions
        The verdict.
    hints
        Hints of this variant read before.
    certainty
        ``guess``, ``think-so``, ``certain``, or None.
    numbers
        Numbers the verdict rests on, by name, as they were computed then.
    seconds
        Time from showing to checking, or None if unknown.
    """

    kind: ClassVar[str] = "answered"
    question: str
    text: str
    answer: Json
    credit: float
    right: bool
    variant: int = 1
    attempt: int = 1
    seed: int = 0
    draws: tuple[tuple[str, float], ...] = ()
    order: tuple[int, ...] = ()
    hints: int = 0
    certainty: str | None = None
    misconceptions: tuple[str, ...] = ()
    numbers: tuple[tuple[str, float], ...] = ()
    seconds: float | None = None


@dataclass(frozen=True)
class Retracted(Payload):
    """A checked answer was taken back.

    Parameters
    ----------
    question
        Full name.
    answered
        The uuid of the event that it takes back.
    """

    kind: ClassVar[str] = "retracted"
    question: str
    answered: str


@dataclass(frozen=True)
class Explained(Payload):
    """The learner said what decided it.

    Parameters
    ----------
    question
        Full name.
    choice
        The stage node clicked, or the number of the reason chosen (from 0) as text.
    right
        Whether it was accepted.
    """

    kind: ClassVar[str] = "explained"
    question: str
    choice: str
    right: bool


@dataclass(frozen=True)
class Flagged(Payload):
    """A question was flagged, or its flag taken away.

    Parameters
    ----------
    question, text
        As in `Shown`.
    flagged
        False takes the flag away.
    note
        What the learner wrote about it.
    """

    kind: ClassVar[str] = "flagged"
    question: str
    text: str
    flagged: bool = True
    note: str = ""


@dataclass(frozen=True)
class Finished(Payload):
    """A session ended.

    Parameters
    ----------
    completed
        False if it was left with questions to go.
    """

    kind: ClassVar[str] = "finished"
    completed: bool = True


@dataclass(frozen=True)
class Unknown(Payload):
    """An event of a later version, or one whose fields do not fit: kept, and otherwise ignored.

    Parameters
    ----------
    name
        Its kind.
    content
        The whole payload.
    """

    name: str
    content: Json


KINDS: dict[str, type[Payload]] = {
    payload.kind: payload
    for payload in (Started, Shown, Hinted, Answered, Retracted, Explained, Flagged, Finished)
}
"""The payload of every kind that this version knows."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID in its usual spelling."""
    return _UUID.fullmatch(text) is not None


@dataclass(frozen=True)
class Event:
    """One line of the log.

    Parameters
    ----------
    uuid
        Its name, made before it is written: writing it twice is writing it once.
    session
        The uuid of the session it belongs to.
    at
        When, with the time zone of the learner's clock (whole minutes).
    payload
        What happened.
    versions
        Versions of what took part, by name: the program, the bank.

    Raises
    ------
    ValueError
        If `uuid` or `session` is no UUID in its usual spelling, or `at` has no time zone.
    """

    uuid: str
    session: str
    at: datetime
    payload: Payload
    versions: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        for name in (self.uuid, self.session):
            if not is_uuid(name):
                raise ValueError(f"{name!r} is no UUID in its usual spelling")
        if self.at.utcoffset() is None:
            raise ValueError("an event needs a time zone")

    @property
    def kind(self) -> str:
        """The name of its kind."""
        return self.payload.name if isinstance(self.payload, Unknown) else self.payload.kind

    @property
    def utc(self) -> datetime:
        """When, in UTC."""
        return self.at.astimezone(UTC)
