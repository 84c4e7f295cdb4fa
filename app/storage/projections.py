"""What follows from the log. Pure functions over events in the order of writing; nothing of it is stored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.tutor.attempts import Attempt, Certainty
from app.tutor.session import Phase, QuestionState, Result, Session
from content.answers import AnswerError, answer_from_data

from .events import Answered, Explained, Finished, Flagged, Hinted, Retracted, Shown, Started

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from content.answers import Answer

    from .events import Event


@dataclass(frozen=True)
class ResumePoint:
    """Where an unfinished session was left.

    Parameters
    ----------
    session
        Its uuid, its queue and the place in it.
    state
        The state of the current question, or None if none was shown yet. What was chosen but not checked is
        not in the log; a run that was playing plays again.
    shown
        How the current question was last shown: its text, seed and draws.
    answered
        The answer whose result `state` has, if it has one.
    started
        The event that began the session.
    at
        The moment of its last event, in UTC.
    """

    session: Session
    state: QuestionState | None
    shown: Shown | None
    answered: Answered | None
    started: Started
    at: datetime


def attempts(events: Iterable[Event]) -> tuple[Attempt, ...]:
    """Return every checked answer that was not taken back, in the order they were given."""
    listed = list(events)
    retracted = {event.payload.answered for event in listed if isinstance(event.payload, Retracted)}
    return tuple(
        _attempt(event, event.payload)
        for event in listed
        if isinstance(event.payload, Answered) and event.uuid not in retracted
    )


def flags(events: Iterable[Event]) -> dict[str, Flagged]:
    """Return the flag of each question that has one now, by the question's full name."""
    found: dict[str, Flagged] = {}
    for event in events:
        if isinstance(event.payload, Flagged):
            found.pop(event.payload.question, None)
            if event.payload.flagged:
                found[event.payload.question] = event.payload
    return found


def answer_of(answered: Answered) -> Answer | None:
    """Return what the learner gave, or None if it is of a kind this version does not know."""
    try:
        return answer_from_data(answered.answer.value)
    except AnswerError:
        return None


def resume_point(events: Sequence[Event]) -> ResumePoint | None:
    """Return where to go on, or None if the session begun last was finished or there was none."""
    begun = next((event for event in reversed(events) if isinstance(event.payload, Started)), None)
    if begun is None or not isinstance(begun.payload, Started):
        return None
    own = [event for event in events if event.session == begun.session]
    if not begun.payload.queue or any(isinstance(event.payload, Finished) for event in own):
        return None
    queue = begun.payload.queue
    point = ResumePoint(Session(begun.session, queue), None, None, None, begun.payload, begun.utc)
    for event in own:
        point = replace(_after(point, event), at=event.utc)
    return point


def _attempt(event: Event, answered: Answered) -> Attempt:
    return Attempt(
        uuid=event.uuid,
        session=event.session,
        question=answered.question,
        at=event.utc,
        number=answered.attempt,
        variant=answered.variant,
        credit=answered.credit,
        right=answered.right,
        hints=answered.hints,
        certainty=_certainty(answered),
        misconceptions=answered.misconceptions,
    )


def _certainty(answered: Answered) -> Certainty | None:
    try:
        return Certainty(answered.certainty) if answered.certainty is not None else None
    except ValueError:  # a word of a later version
        return None


def _after(point: ResumePoint, event: Event) -> ResumePoint:
    """Return the point moved on by one event; one of another question moves nothing."""
    payload = event.payload
    if isinstance(payload, Shown):
        return _after_shown(point, payload)
    state = point.state
    if state is None or getattr(payload, "question", None) != state.question:
        return point
    match payload:
        case Hinted():
            return replace(point, state=replace(state, hints_seen=max(state.hints_seen, payload.hint)))
        case Answered():
            return replace(point, state=_answered_state(state, event.uuid, payload), answered=payload)
        case Retracted() if state.can_retract and state.result and state.result.event == payload.answered:
            return replace(point, state=state.retract(), answered=None)
        case Explained() if state.result is not None:
            return replace(point, state=replace(state, phase=Phase.EXPLAINED))
        case _:
            return point


def _after_shown(point: ResumePoint, shown: Shown) -> ResumePoint:
    if not 0 <= shown.position < len(point.session.queue):
        return point
    if point.shown is not None and point.state is not None and _is_same(point.shown, shown):
        if point.shown.attempt == shown.attempt:
            return point  # shown once more after a crash
        state = replace(point.state, attempt=shown.attempt, second_try=True)
        state = replace(state, phase=Phase.PREDICT, choices=(), certainty=None, result=None)
    else:
        state = QuestionState(
            shown.question,
            hints=shown.hints,
            explains=shown.explains,
            varies=shown.varies,
            variant=shown.variant,
            attempt=shown.attempt,
        )
    session = replace(point.session, position=shown.position)
    return replace(point, session=session, state=state, shown=shown, answered=None)


def _is_same(one: Shown, other: Shown) -> bool:
    """Whether both showed the same: a bank that was edited in between, say, asks something else."""
    return (one.position, one.question, one.text, one.variant, one.seed) == (
        other.position,
        other.question,
        other.text,
        other.variant,
        other.seed,
    )


def _answered_state(state: QuestionState, uuid: str, answered: Answered) -> QuestionState:
    answer = answer_of(answered)
    return replace(
        state,
        phase=Phase.RUN,
        choices=() if answer is None else (answer,),
        certainty=_certainty(answered),
        result=Result(uuid, answered.right, answered.credit),
    )
