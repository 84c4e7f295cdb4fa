"""The loop of studying through the controller's public door, without a window."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.controllers import Journal, LibraryController, StudyController
from app.storage import Answered, Explained, Finished, Hinted, Retracted, Shown, Started, Store, StoreError
from app.storage.errors import FullError
from app.tutor.attempts import Certainty
from app.tutor.choice import Reason
from app.tutor.session import Phase
from content import concepts
from content.answers import ChoiceAnswer, NumberAnswer, SettingsAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOP = Path(__file__).parents[1] / "data" / "banks" / "loop"
CHOICE, NUMBER, SEVERAL, GOAL = (
    f"loop/{name}" for name in ("which-change", "two-steps-back", "what-holds", "hold-it")
)


class Table:
    """A desk with a log, a library and a controller; it can be left and sat down at again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.moments = itertools.count()
        self.names = itertools.count(1)
        self.failures: list[tuple[str, str]] = []
        self.refusals: list[str] = []
        self.sit_down()

    def sit_down(self) -> None:
        self.store = Store.open(self.folder / "log.sqlite", now=self.now()).store
        library = LibraryController(
            concepts.load(), shipped=LOOP, own=self.folder / "own", cache=self.folder / "cache"
        )
        self.study = StudyController(Journal(self.store, self.now, self.uuid), library)
        self.study.failed.connect(lambda sentence, advice: self.failures.append((sentence, advice)))
        self.study.refused.connect(self.refusals.append)

    def now(self) -> datetime:
        return datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=next(self.moments))

    def uuid(self) -> str:
        return f"00000000-0000-4000-8000-{next(self.names):012d}"

    def payloads(self, kind: type) -> list[object]:
        return [event.payload for event in self.store.events() if isinstance(event.payload, kind)]


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    table = Table(tmp_path)
    yield table
    table.store.close()


def wrong_option(study: StudyController) -> int:
    assert study.card is not None
    return next(option.index for option in study.card.options if not option.correct)


def right_option(study: StudyController) -> int:
    assert study.card is not None
    return next(option.index for option in study.card.options if option.correct)


def test_a_right_answer_goes_from_prediction_to_explanation(table: Table) -> None:
    study = table.study
    assert study.begin((CHOICE, NUMBER))
    assert study.phase is Phase.PREDICT
    assert not study.can_check
    study.say_certainty(Certainty.CERTAIN)
    study.choose_option(right_option(study))
    study.check()
    assert study.phase is Phase.EXPLAIN_SELF
    assert study.verdict is not None
    assert study.verdict.right
    study.explain_node("forget-product")
    assert study.phase is Phase.EXPLAINED
    assert study.explanation is not None
    assert study.explanation.right
    study.go_on()
    assert study.session is not None
    assert study.session.question == NUMBER
    (answered,) = table.payloads(Answered)
    assert isinstance(answered, Answered)
    assert (answered.right, answered.credit, answered.attempt) == (True, 1.0, 1)
    assert answered.certainty == "certain"
    kinds = [type(event.payload) for event in table.store.events()]
    assert kinds == [Started, Shown, Answered, Explained, Shown]


def test_the_answer_is_in_the_log_before_the_verdict_is_shown(table: Table) -> None:
    study = table.study
    study.begin((CHOICE,))
    study.choose_option(wrong_option(study))
    seen: list[int] = []
    study.state_changed.connect(lambda: seen.append(len(table.payloads(Answered))))
    study.check()
    assert seen[0] == 1


def test_an_answer_that_cannot_be_written_is_no_answer(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    study = table.study
    study.begin((CHOICE,))
    study.choose_option(right_option(study))

    def full(*_args: object, **_more: object) -> int:
        raise FullError(table.folder)

    with monkeypatch.context() as patch:
        patch.setattr(Store, "append", full)
        study.check()
    assert study.phase is Phase.PREDICT
    assert study.verdict is None
    assert len(table.failures) == 1
    assert issubclass(FullError, StoreError)
    study.check()
    assert study.verdict is not None


def test_a_wrong_answer_may_be_tried_again_with_a_hint(table: Table) -> None:
    study = table.study
    study.begin((CHOICE,))
    study.choose_option(wrong_option(study))
    study.check()
    assert study.phase is Phase.RUN
    study.try_again()
    assert study.phase is Phase.PREDICT
    assert len(study.hints) == 1
    study.choose_option(right_option(study))
    study.check()
    assert [(a.attempt, a.right) for a in table.payloads(Answered)] == [(1, False), (2, True)]  # type: ignore[attr-defined]
    assert [h.hint for h in table.payloads(Hinted)] == [1]  # type: ignore[attr-defined]
    assert {c.question: c.reason for c in study.plan()}[CHOICE] is Reason.WRONG


def test_certain_and_wrong_comes_back_first(table: Table) -> None:
    study = table.study
    for name, certainty in [(CHOICE, Certainty.GUESS), (SEVERAL, Certainty.CERTAIN), (NUMBER, None)]:
        study.begin((name,))
        study.say_certainty(certainty)
        if name == NUMBER:
            study.choose(NumberAnswer("12345"))
        else:
            study.choose_option(wrong_option(study))
        study.check()
    reasons = [(c.question, c.reason) for c in study.plan()]
    assert reasons[0] == (SEVERAL, Reason.CERTAIN_AND_WRONG)
    assert reasons[1] == (CHOICE, Reason.WRONG)


def test_a_text_that_is_no_number_is_no_attempt(table: Table) -> None:
    study = table.study
    study.begin((NUMBER,))
    study.choose(NumberAnswer("about a half"))
    study.check()
    assert study.phase is Phase.PREDICT
    assert table.payloads(Answered) == []
    assert len(table.refusals) == 1


def test_another_variant_has_other_numbers_and_a_resumed_one_the_same(table: Table) -> None:
    study = table.study
    study.begin((NUMBER,))
    assert study.variant is not None
    first = study.variant
    study.choose(NumberAnswer("12345"))
    study.check()
    study.another_variant()
    second = study.variant
    assert second.seed != first.seed
    table.store.close()
    table.sit_down()
    point = table.study.resume_point()
    assert point is not None
    assert table.study.resume(point)
    assert table.study.variant is not None
    assert table.study.variant.draws == second.draws


def test_a_goal_is_judged_by_the_run_of_the_settings(table: Table) -> None:
    study = table.study
    study.begin((GOAL,))
    assert not study.can_check
    study.set_control(0, 1.0)
    study.check()
    assert study.verdict is not None
    assert not study.verdict.right
    assert "twenty equal factors" in study.verdict.feedback[0].text
    study.try_again()
    study.set_control(0, 3.0)
    assert study.answer == SettingsAnswer((3.0,))
    study.check()
    assert study.verdict is not None
    assert study.verdict.right


def test_taking_back_returns_to_the_choice_before(table: Table) -> None:
    study = table.study
    study.begin((GOAL,))
    study.set_control(0, 1.0)
    study.set_control(0, 2.0)
    study.take_back()
    assert study.answer == SettingsAnswer((1.0,))
    assert study.card is not None
    assert study.playground.value(study.card.controls[0].target) == pytest.approx(1.0)


def test_a_withdrawn_answer_does_not_count(table: Table) -> None:
    study = table.study
    study.begin((CHOICE,))
    study.choose_option(wrong_option(study))
    study.check()
    study.take_back()
    assert study.phase is Phase.PREDICT
    assert study.verdict is None
    assert len(table.payloads(Retracted)) == 1
    assert {c.question: c.reason for c in study.plan()}[CHOICE] is Reason.NEW


def test_controls_that_wait_for_the_answer_do_not_move_before_it(table: Table) -> None:
    study = table.study
    study.begin((CHOICE,))
    assert study.card is not None
    target = study.card.controls[0].target
    before = study.playground.value(target)
    study.set_control(0, 5.0)
    assert study.playground.value(target) == before
    study.choose_option(right_option(study))
    study.check()
    study.set_control(0, 5.0)
    assert study.playground.value(target) == pytest.approx(5.0)
    study.playground.reset()
    assert study.playground.value(target) == before


def test_a_session_is_taken_up_where_it_was_left(table: Table) -> None:
    study = table.study
    study.begin((CHOICE, SEVERAL, GOAL))
    study.choose_option(right_option(study))
    study.check()
    study.go_on()
    study.go_on()
    study.choose_option(wrong_option(study))
    study.check()
    was = (study.phase, study.verdict, study.answer)
    table.store.close()
    table.sit_down()
    point = table.study.resume_point()
    assert point is not None
    assert point.session.position == 1
    assert table.study.resume(point)
    again = table.study
    assert again.session is not None
    assert again.session.question == SEVERAL
    assert (again.phase, again.verdict, again.answer) == was


def test_a_wrong_answer_that_may_be_tried_again_is_taken_up_as_that(table: Table) -> None:
    table.study.begin((CHOICE,))
    table.study.choose_option(wrong_option(table.study))
    table.study.check()
    assert not table.study.is_open
    table.store.close()
    table.sit_down()
    point = table.study.resume_point()
    assert point is not None
    assert table.study.resume(point)
    assert (table.study.phase, table.study.is_open) == (Phase.RUN, False)
    table.study.try_again()
    assert (table.study.phase, len(table.study.hints)) == (Phase.PREDICT, 1)


def test_the_end_of_the_queue_ends_the_session(table: Table) -> None:
    study = table.study
    said: list[object] = []
    study.finished.connect(said.append)
    study.begin((CHOICE,))
    study.choose_option(right_option(study))
    study.check()
    study.explain_node("cell-sum")
    assert study.explanation is not None
    assert not study.explanation.right
    study.go_on()
    assert len(said) == 1
    assert (said[0].questions, said[0].answered, said[0].right) == (1, 1, 1)  # type: ignore[attr-defined]
    assert study.card is None
    assert table.payloads(Finished) == [Finished(completed=True)]
    assert study.resume_point() is None


def test_a_question_that_is_gone_is_passed_over(table: Table) -> None:
    assert table.study.begin(("loop/gone", CHOICE))
    assert table.study.session is not None
    assert table.study.session.question == CHOICE


def test_choosing_in_a_multiple_choice_turns_on_and_off(table: Table) -> None:
    study = table.study
    study.begin((SEVERAL,))
    study.choose_option(0)
    study.choose_option(2)
    assert study.answer == ChoiceAnswer(frozenset({0, 2}))
    study.choose_option(2)
    study.choose_option(0)
    assert not study.can_check
