"""What Home says is counted from the banks and the log: every number here was put there by a test."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from app.controllers import Journal, LibraryController, StudyController
from app.controllers.home import HomeSummary, Plan, Tally, request_for, summarize
from app.storage import Answered, Finished, Json, Retracted, Shown, Started, Store
from content import concepts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

QUESTION = """
  - id: {name}
    kind: numeric
    concept: {concept}
    also: [{also}]
    bloom: apply
    stem: What is $h_2$?
    experiment:
      network:
        {{cell: rnn, activation: identity, hidden: 1,
         weights: {{weight_hh_l0: [[0.5]], weight_ih_l0: [[1]], bias_ih_l0: [0]}}}}
      input: {{values: [1, 0]}}
    answer: {{value: "h[2]", relative: 0.01}}
    expect: [{{value: "h[2]", equals: 0.5}}]
    explanation: It is halved once.
"""


def write_bank(path: Path, bank: str, *questions: tuple[str, str, str], title: str = "") -> Path:
    """Write a bank; a question is its id, its concept, and the others it touches."""
    path.parent.mkdir(parents=True, exist_ok=True)
    head = (
        f"format: 1\nbank: {{id: {bank}, title: {title or bank.title()}, language: en, license: CC-BY-4.0, "
        "authors: [A teacher]}\nquestions:"
    )
    body = "".join(
        QUESTION.format(name=name, concept=concept, also=also) for name, concept, also in questions
    )
    path.write_text(head + body, encoding="utf-8")
    return path


class Desk:
    """A log, a library of a few questions, and the study controller."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        write_bank(
            folder / "shipped" / "basic.yaml",
            "basic",
            ("keep", "forget-gate", "cell-state"),
            ("half", "forget-gate", ""),
            ("open", "input-gate", ""),
        )
        self._moments, self._names = itertools.count(), itertools.count(1)
        self.store = Store.open(folder / "log.sqlite", now=self.now()).store
        self.library = LibraryController(
            concepts.load(), shipped=folder / "shipped", own=folder / "own", cache=None
        )
        self.journal = Journal(self.store, self.now, self.uuid)
        self.study = StudyController(self.journal, self.library)

    def now(self) -> datetime:
        return datetime(2026, 3, 1, 9, tzinfo=UTC) + timedelta(seconds=next(self._moments))

    def uuid(self) -> str:
        return f"00000000-0000-4000-8000-{next(self._names):012d}"

    def answer(self, question: str, right: bool, attempt: int = 1) -> str:
        """Write an answer of a finished session to the log; return its name there."""
        session = self.journal.new_session()
        given = Answered(question, "0" * 64, Json.of({}), credit=float(right), right=right, attempt=attempt)
        names = self.journal.write(session, Started((question,)), given, Finished())
        return names[1]

    def summary(self) -> HomeSummary:
        return summarize(self.library, self.study, self.journal)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.store.close()


def test_before_the_first_answer_everything_is_new(desk: Desk) -> None:
    summary = desk.summary()
    assert summary.tally == Tally(questions=3)
    assert summary.plan == Plan(new=3)
    assert summary.resume is None
    assert summary.hour == 9


def test_right_and_wrong_answers_are_counted_once_for_their_primary_concept(desk: Desk) -> None:
    desk.answer("basic/keep", right=True)
    desk.answer("basic/half", right=False)
    summary = desk.summary()
    assert summary.tally == Tally(3, right=1, wrong=1)
    assert summary.plan == Plan(wrong=1, new=1, seen=1)
    assert summary.concepts["forget-gate"].tally == Tally(2, right=1, wrong=1)
    assert summary.concepts["input-gate"].tally == Tally(1)
    cell = summary.concepts["cell-state"]
    assert (cell.tally, cell.touching, cell.can_be_studied) == (Tally(), 1, True)
    assert not summary.concepts["gru"].can_be_studied


def test_the_last_first_answer_counts_and_not_a_second_try(desk: Desk) -> None:
    desk.answer("basic/keep", right=False)
    desk.answer("basic/keep", right=True, attempt=2)
    assert desk.summary().tally == Tally(3, wrong=1)
    desk.answer("basic/keep", right=True)
    assert desk.summary().tally == Tally(3, right=1)


def test_an_answer_taken_back_does_not_count(desk: Desk) -> None:
    event = desk.answer("basic/keep", right=False)
    desk.journal.write(desk.journal.new_session(), Retracted("basic/keep", event))
    assert desk.summary().tally == Tally(3)


def test_answers_to_questions_that_are_gone_are_not_counted(desk: Desk) -> None:
    desk.answer("another-bank/keep", right=True)
    desk.answer("basic/no-longer-there", right=False)
    assert desk.summary().tally == Tally(3)


def test_every_concept_of_the_map_has_counts(desk: Desk) -> None:
    assert set(desk.library.concept_order()) <= set(desk.summary().concepts)


def test_a_session_that_was_left_is_found_again(desk: Desk) -> None:
    desk.study.begin(("basic/keep", "basic/open", "basic/half"))
    assert desk.study.session is not None
    session = desk.study.session.uuid
    desk.study.leave()
    desk.journal.write(session, Shown("basic/open", "0" * 64, 1))
    resume = desk.summary().resume
    assert resume is not None
    assert (resume.number, resume.of) == (2, 3)
    assert (resume.concept, resume.bank) == ("Input gate", "Basic")


def test_a_session_that_is_open_is_where_to_go_on_too(desk: Desk) -> None:
    desk.study.begin(("basic/keep", "basic/open"))
    resume = desk.summary().resume
    assert resume is not None
    assert (resume.number, resume.of) == (1, 2)


def test_going_on_passes_over_questions_whose_bank_is_gone(desk: Desk) -> None:
    path = write_bank(desk.folder / "extra.yaml", "extra", ("one", "gru", ""))
    desk.library.open(path)
    desk.study.begin(("extra/one", "basic/open"))
    desk.study.leave()
    desk.library.forget(path)
    resume = desk.summary().resume
    assert resume is not None
    assert resume.number == 2


def test_a_file_is_told_with_its_origin_and_what_forgetting_it_takes_along(desk: Desk) -> None:
    own = write_bank(desk.folder / "own" / "mine.yaml", "mine", ("a", "gru", ""))
    one = write_bank(desk.folder / "one.yaml", "one", ("a", "gru", ""))
    write_bank(desk.folder / "course" / "first.yaml", "first", ("a", "gru", ""))
    write_bank(desk.folder / "course" / "second.yaml", "second", ("a", "gru", ""))
    desk.library.open(one)
    desk.library.open(desk.folder / "course")
    files = {file.bank_id: file for file in desk.summary().files}
    assert files["basic"].origin == "shipped"
    assert files["basic"].root is None
    assert (files["mine"].origin, files["mine"].root, files["mine"].path) == ("own", None, own)
    assert (files["one"].origin, files["one"].root, files["one"].together) == ("opened", one, 1)
    assert (files["second"].root, files["second"].together) == (desk.folder / "course", 2)


def test_a_file_of_which_nothing_could_be_read_is_there_with_its_problems(desk: Desk) -> None:
    broken = desk.folder / "broken.yaml"
    broken.write_text("format: 1\nbank: [a, b\n", encoding="utf-8")
    desk.library.open(broken)
    summary = desk.summary()
    file = summary.files[-1]
    assert (file.bank_id, file.title, file.tally) == ("", "broken.yaml", Tally())
    assert file.problems
    assert file.root == broken
    assert summary.problems == len(file.problems)
    assert summary.banks == 1


def test_good_questions_of_a_bank_with_problems_can_be_studied(desk: Desk) -> None:
    path = write_bank(desk.folder / "half.yaml", "halfway", ("a", "gru", ""), ("b", "no-such-idea", ""))
    desk.library.open(path)
    file = next(file for file in desk.summary().files if file.bank_id == "halfway")
    assert file.tally == Tally(1)
    assert file.problems
    assert request_for(desk.study, bank="halfway").queue == ("halfway/a",)


def test_requests_name_what_they_study(desk: Desk) -> None:
    desk.answer("basic/half", right=False)
    desk.answer("basic/open", right=True)
    every = request_for(desk.study)
    assert every == (("basic/half", "basic/keep", "basic/open"), "study", "")
    concept = request_for(desk.study, concept="cell-state")
    assert concept == (("basic/keep",), "concept", "cell-state")
    assert request_for(desk.study, bank="basic")[1:] == ("bank", "basic")
    assert request_for(desk.study, concept="gru").queue == ()
