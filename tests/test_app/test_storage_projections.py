"""What follows from the log: the attempts that count, the flags, and where to go on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.storage import (
    Answered,
    Event,
    Explained,
    Finished,
    Flagged,
    Hinted,
    Json,
    Payload,
    Retracted,
    Shown,
    Started,
    Unknown,
)
from app.storage.projections import answer_of, attempts, flags, resume_point
from app.tutor.attempts import Certainty
from app.tutor.session import Phase, QuestionState, Result, Session
from content.answers import ChoiceAnswer, NumberAnswer, answer_to_data

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 1, 31, 17, 45, tzinfo=UTC)
QUEUE = ("bank/a", "bank/b", "bank/c")
CHOICE = ChoiceAnswer(frozenset({1}))
DATA = Json.of(answer_to_data(CHOICE))


class Log:
    """Writes events as the program would."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.session = 0

    def add(self, payload: Payload) -> str:
        if isinstance(payload, Started):
            self.session += 1
        number = len(self.events) + 1
        uuid = str(UUID(int=number))
        session = str(UUID(int=1000 + self.session))
        self.events.append(Event(uuid, session, NOW + timedelta(seconds=number), payload))
        return uuid


def answered(question: str, right: bool = False, **more: object) -> Answered:
    return replace(Answered(question, "", DATA, float(right), right), **more)  # type: ignore[arg-type]  # any field


def test_an_attempt_says_what_the_event_said() -> None:
    log = Log()
    log.add(Started(QUEUE))
    uuid = log.add(
        answered("bank/a", certainty="certain", hints=2, attempt=2, variant=3, misconceptions=("leaky",))
    )
    (attempt,) = attempts(log.events)
    assert (attempt.uuid, attempt.session) == (uuid, log.events[0].session)
    assert attempt.at == NOW + timedelta(seconds=2)
    assert (attempt.question, attempt.right, attempt.credit) == ("bank/a", False, 0.0)
    assert (attempt.number, attempt.variant, attempt.hints) == (2, 3, 2)
    assert attempt.certainty is Certainty.CERTAIN
    assert attempt.misconceptions == ("leaky",)
    assert not attempt.is_first


def test_retracted_answers_do_not_count() -> None:
    log = Log()
    log.add(Started(QUEUE))
    first = log.add(answered("bank/a"))
    log.add(Retracted("bank/a", first))
    second = log.add(answered("bank/a", right=True))
    assert [attempt.uuid for attempt in attempts(log.events)] == [second]


def test_what_a_later_version_says_is_passed_over() -> None:
    log = Log()
    log.add(Started(QUEUE))
    log.add(Unknown("regraded", Json.of({"question": "bank/a"})))
    log.add(answered("bank/a", certainty="with all my heart", answer=Json.of({"kind": "drawing"})))
    assert attempts(log.events)[0].certainty is None
    payload = log.events[-1].payload
    assert isinstance(payload, Answered)
    assert answer_of(payload) is None
    assert answer_of(answered("bank/a")) == CHOICE


def test_a_flag_stands_until_it_is_taken_away() -> None:
    log = Log()
    log.add(Started(QUEUE))
    log.add(Flagged("bank/a", "", note="odd"))
    log.add(Flagged("bank/b", ""))
    log.add(Flagged("bank/b", "", flagged=False))
    assert {question: flag.note for question, flag in flags(log.events).items()} == {"bank/a": "odd"}


# ----------------------------------------------------------------------------------------- going on


def test_there_is_nothing_to_go_on_with() -> None:
    log = Log()
    assert resume_point(log.events) is None
    log.add(Started(QUEUE))
    log.add(Finished(completed=False))
    assert resume_point(log.events) is None
    log.add(Started(()))
    assert resume_point(log.events) is None


def test_a_session_begun_and_not_shown_goes_on_at_its_first_question() -> None:
    log = Log()
    log.add(Started(QUEUE, "concept", "gates"))
    point = resume_point(log.events)
    assert point is not None
    assert point.session == Session(log.events[0].session, QUEUE)
    assert (point.state, point.shown, point.answered) == (None, None, None)
    assert (point.started.mode, point.started.subject) == ("concept", "gates")
    assert point.at == log.events[-1].utc


def test_only_the_session_begun_last_is_gone_on_with() -> None:
    log = Log()
    log.add(Started(QUEUE))
    log.add(Shown("bank/a", "", 0))
    log.add(Started(QUEUE[1:]))
    point = resume_point(log.events)
    assert point is not None
    assert point.session.queue == QUEUE[1:]
    log.add(Finished())
    assert resume_point(log.events) is None


def test_an_answer_is_there_again_with_its_result() -> None:
    log = Log()
    log.add(Started(QUEUE))
    log.add(Shown("bank/a", "hash", 0, seed=7, hints=2, explains=True, varies=True))
    log.add(Hinted("bank/a", 1))
    uuid = log.add(
        answered("bank/a", certainty="guess", seed=7, answer=Json.of({"kind": "number", "text": "0,5"}))
    )
    point = resume_point(log.events)
    assert point is not None
    assert point.state == QuestionState(
        "bank/a",
        hints=2,
        explains=True,
        varies=True,
        phase=Phase.RUN,
        hints_seen=1,
        choices=(NumberAnswer("0,5"),),
        certainty=Certainty.GUESS,
        result=Result(uuid, right=False, credit=0.0),
    )
    assert point.shown == log.events[1].payload
    assert point.answered == log.events[-1].payload


def test_events_out_of_place_move_nothing() -> None:
    log = Log()
    log.add(Started(QUEUE))
    log.add(Hinted("bank/a", 1))
    log.add(Shown("bank/b", "", 1))
    before = resume_point(log.events)
    log.add(Hinted("bank/a", 1))
    log.add(Explained("bank/b", "forget-product", True))
    log.add(Retracted("bank/b", str(UUID(int=5))))
    log.add(Shown("bank/x", "", 99))
    log.add(Shown("bank/b", "", 1))
    after = resume_point(log.events)
    assert before is not None
    assert after == replace(before, at=log.events[-1].utc)


def test_a_question_that_was_edited_meanwhile_is_asked_afresh() -> None:
    log = Log()
    log.add(Started(QUEUE))
    log.add(Shown("bank/a", "old", 0, hints=1))
    log.add(Hinted("bank/a", 1))
    log.add(answered("bank/a"))
    log.add(Shown("bank/a", "new", 0, hints=3))
    point = resume_point(log.events)
    assert point is not None
    assert point.state == QuestionState("bank/a", hints=3)
    assert point.shown == log.events[-1].payload
    assert point.answered is None


Walk = list[str]
walks = st.lists(
    st.sampled_from(["hint", "wrong", "right", "watched", "explain", "leave", "again", "sibling", "retract"]),
    max_size=40,
)


@given(walks, st.integers(0, 2), st.booleans(), st.booleans())
def test_a_session_killed_anywhere_goes_on_where_it_was(
    walk: Walk, hints: int, explains: bool, varies: bool
) -> None:
    """Walk through a session as the program does, and after each step read the log as the next start does."""
    log = Log()
    log.add(Started(QUEUE))
    session = Session(log.events[0].session, QUEUE)

    def shown(state: QuestionState) -> QuestionState:
        log.add(
            Shown(
                state.question,
                "",
                session.position,
                state.variant,
                state.attempt,
                session.seed(state.variant),
                hints=hints,
                explains=explains,
                varies=varies,
            )
        )
        return state

    def fresh() -> QuestionState:
        return shown(QuestionState(session.question, hints, explains, varies))

    def check(state: QuestionState, right: bool) -> QuestionState:
        uuid = log.add(answered(state.question, right, variant=state.variant, attempt=state.attempt))
        return state.choose(CHOICE).check(Result(uuid, right, float(right)))

    def hint(state: QuestionState) -> QuestionState:
        log.add(Hinted(state.question, state.hints_seen + 1))
        return state.hint()

    def again(state: QuestionState) -> QuestionState:
        after = shown(state.try_again())
        if after.hints_seen > state.hints_seen:
            log.add(Hinted(after.question, after.hints_seen))
        return after

    def explain(state: QuestionState) -> QuestionState:
        log.add(Explained(state.question, "forget-product", True))
        return state.explain()

    def retract(state: QuestionState) -> QuestionState:
        assert state.result is not None
        log.add(Retracted(state.question, state.result.event))
        return state.retract()

    steps: dict[str, tuple[Callable[[QuestionState], bool], Callable[[QuestionState], QuestionState]]] = {
        "hint": (lambda s: s.can_hint, hint),
        "wrong": (lambda s: s.phase is Phase.PREDICT, lambda s: check(s, False)),
        "right": (lambda s: s.phase is Phase.PREDICT, lambda s: check(s, True)),
        "watched": (lambda s: s.phase is Phase.RUN, QuestionState.watched),
        "explain": (lambda s: s.phase is Phase.EXPLAIN_SELF, explain),
        "leave": (lambda s: s.phase is Phase.EXPLAINED, QuestionState.leave),
        "again": (lambda s: s.can_try_again, again),
        "sibling": (lambda s: s.can_take_sibling, lambda s: shown(s.sibling())),
        "retract": (lambda s: s.can_retract, retract),
    }
    state = fresh()
    for name in walk:
        allowed, step = steps[name]
        if not allowed(state):
            continue
        state = step(state)
        if state.phase is Phase.NEXT:
            if session.is_last:
                log.add(Finished())
                assert resume_point(log.events) is None
                return
            session = session.advance()
            state = fresh()
        point = resume_point(log.events)
        assert point is not None
        assert point.session == session
        assert point.shown is not None
        assert point.shown.seed == session.seed(state.variant)
        # That the run was watched is not in the log: it plays again.
        before_explained = state.phase in (Phase.RUN, Phase.EXPLAIN_SELF)
        unlogged = before_explained or (state.phase is Phase.EXPLAINED and not explains)
        assert point.state == (replace(state, phase=Phase.RUN) if unlogged else state)
    scored = [attempt.uuid for attempt in attempts(log.events)]
    gone = {event.payload.answered for event in log.events if isinstance(event.payload, Retracted)}
    assert scored == [e.uuid for e in log.events if isinstance(e.payload, Answered) and e.uuid not in gone]
