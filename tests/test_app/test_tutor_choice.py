"""Which question comes next: wrong ones, then new ones as they are taught, then the longest unseen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tutor.attempts import Attempt, Certainty
from app.tutor.choice import Candidate, Reason, candidates, next_question, plan_session
from content.model import Bank, BankHeader, Question

START = datetime(2026, 1, 1, tzinfo=UTC)
ORDER = ("recurrence", "gates", "gradient")
QUESTIONS = (
    Candidate("memory/forget", "gates", ("gradient",)),
    Candidate("memory/carousel", "gradient", ("gates",)),
    Candidate("basics/unroll", "recurrence"),
    Candidate("basics/share", "recurrence"),
    Candidate("basics/odd", "not-in-the-map"),
)


def history(
    *given: tuple[str, bool] | tuple[str, bool, Certainty] | tuple[str, bool, None, int],
) -> list[Attempt]:
    made = []
    for place, (question, right, *more) in enumerate(given):
        certainty = more[0] if more else None
        number = more[1] if len(more) > 1 else 1
        assert isinstance(number, int)
        made.append(
            Attempt(
                uuid=str(place),
                session="s",
                question=question,
                at=START + timedelta(minutes=place),
                number=number,
                variant=1,
                credit=float(right),
                right=right,
                certainty=certainty if isinstance(certainty, Certainty) else None,
            )
        )
    return made


def names(attempts: list[Attempt], **scope: str | int) -> list[str]:
    return [choice.question for choice in plan_session(QUESTIONS, attempts, ORDER, **scope)]  # type: ignore[arg-type]  # str for names, int for length


def test_a_beginner_meets_the_concepts_as_they_are_taught_and_a_bank_in_its_order() -> None:
    assert names([]) == ["basics/unroll", "basics/share", "memory/forget", "memory/carousel", "basics/odd"]
    assert {choice.reason for choice in plan_session(QUESTIONS, [], ORDER)} == {Reason.NEW}


def test_the_order_of_the_reasons() -> None:
    attempts = history(
        ("basics/unroll", True),
        ("memory/forget", False, Certainty.GUESS),
        ("basics/share", False, Certainty.CERTAIN),
        ("basics/odd", True),
    )
    assert [(c.question, c.reason) for c in plan_session(QUESTIONS, attempts, ORDER)] == [
        ("basics/share", Reason.CERTAIN_AND_WRONG),
        ("memory/forget", Reason.WRONG),
        ("memory/carousel", Reason.NEW),
        ("basics/unroll", Reason.SEEN_LONG_AGO),
        ("basics/odd", Reason.SEEN_LONG_AGO),
    ]


def test_of_two_wrong_ones_the_older_comes_first() -> None:
    attempts = history(("memory/forget", False), ("basics/unroll", False), ("basics/share", True))
    assert names(attempts)[:2] == ["memory/forget", "basics/unroll"]


def test_being_right_at_last_counts() -> None:
    attempts = history(("memory/forget", False, Certainty.CERTAIN), ("memory/forget", True))
    assert plan_session(QUESTIONS, attempts, ORDER)[-1].question == "memory/forget"


def test_being_right_only_after_a_hint_does_not_count() -> None:
    attempts = history(("memory/forget", False), ("memory/forget", True, None, 2), ("basics/odd", True))
    choice = next_question(QUESTIONS, attempts, ORDER)
    assert choice is not None
    assert (choice.question, choice.reason) == ("memory/forget", Reason.WRONG)


def test_the_question_just_answered_is_not_the_next_one() -> None:
    attempts = history(("basics/unroll", False, Certainty.CERTAIN))
    assert names(attempts)[:2] == ["basics/share", "basics/unroll"]


def test_unless_it_is_the_only_one() -> None:
    attempts = history(("basics/unroll", False))
    only = plan_session(QUESTIONS[2:3], attempts, ORDER)
    assert [choice.question for choice in only] == ["basics/unroll"]


def test_a_bank_is_studied_alone() -> None:
    assert names([], bank="memory") == ["memory/forget", "memory/carousel"]


def test_a_concept_begins_with_the_questions_that_are_about_it() -> None:
    assert names([], concept="gradient") == ["memory/carousel", "memory/forget"]
    assert names([], concept="gates") == ["memory/forget", "memory/carousel"]


def test_no_question_no_choice() -> None:
    assert next_question((), [], ORDER) is None
    assert names([], bank="no-such-bank") == []


def test_a_session_without_questions_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        plan_session(QUESTIONS, [], ORDER, length=0)


def test_the_banks_give_the_candidates() -> None:
    question = Question("forget", "numeric", "gates", "apply", "?", also=("gradient",))
    bank = Bank(BankHeader("memory", "Memory"), Path("memory.yaml"), (question,))
    assert candidates([bank]) == QUESTIONS[:1]


answers = st.lists(
    st.tuples(
        st.sampled_from([q.name for q in QUESTIONS]), st.booleans(), st.sampled_from([None, *Certainty])
    ),
    max_size=12,
)


@given(answers, st.integers(1, 7))
def test_a_queue_asks_each_question_once_and_begins_with_the_next_one(
    given_answers: list[tuple[str, bool, Certainty]], length: int
) -> None:
    attempts = history(*given_answers)
    queue = plan_session(QUESTIONS, attempts, ORDER, length=length)
    asked = [choice.question for choice in queue]
    assert len(asked) == len(set(asked)) == min(length, len(QUESTIONS))
    assert queue[0] == next_question(QUESTIONS, attempts, ORDER)
    if attempts:
        assert asked[0] != attempts[-1].question
    # Whatever is asked was not left behind for something of a later turn, but for the one just answered.
    turns = [list(Reason).index(choice.reason) for choice in queue[2:]]
    assert turns == sorted(turns)
