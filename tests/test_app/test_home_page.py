"""Home as the learner has it: read, clicked, and driven by keys."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.controllers import Journal, LibraryController, StudyController
from app.pages.concept_map import standing_on
from app.pages.home import HomePage
from app.storage import Answered, Finished, Json, Started, Store
from app.theme import DARK, LIGHT
from app.theme.style import apply
from content import concepts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

QUESTION = """
  - id: {name}
    kind: numeric
    concept: {concept}
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


def write_bank(path: Path, bank: str, **questions: str) -> Path:
    """Write a bank; a question is its id and its concept, with - for _."""
    path.parent.mkdir(parents=True, exist_ok=True)
    head = (
        f"format: 1\nbank: {{id: {bank}, title: {bank.title()}, language: en, license: CC-BY-4.0, "
        "authors: [A teacher]}\nquestions:"
    )
    body = [
        QUESTION.format(name=name, concept=concept.replace("_", "-")) for name, concept in questions.items()
    ]
    path.write_text(head + "".join(body), encoding="utf-8")
    return path


class Desk:
    """A page with everything below it."""

    def __init__(self, folder: Path, qtbot: QtBot, shipped: bool = True) -> None:
        apply(QApplication.instance(), DARK)  # type: ignore[arg-type]  # qtbot made a QApplication
        self.folder = folder
        (folder / "shipped").mkdir()
        if shipped:
            write_bank(
                folder / "shipped" / "basic.yaml",
                "basic",
                keep="forget_gate",
                half="forget_gate",
                open="gate",
            )
        self._moments, self._names = itertools.count(), itertools.count(1)
        self.store = Store.open(folder / "log.sqlite", now=self.now()).store
        self.library = LibraryController(
            concepts.load(), shipped=folder / "shipped", own=folder / "own", cache=None
        )
        self.journal = Journal(self.store, self.now, self.uuid)
        self.study = StudyController(self.journal, self.library)
        self.page = HomePage(self.library, self.study, self.journal)
        qtbot.addWidget(self.page)
        self.asked: list[tuple[tuple[str, ...], str, str]] = []
        self.page.study_requested.connect(lambda request: self.asked.append(tuple(request)))
        self.page.resize(1220, 720)
        self.page.show()
        qtbot.waitExposed(self.page)
        self.page.activateWindow()

    def now(self) -> datetime:
        return datetime(2026, 3, 1, 9, tzinfo=UTC) + timedelta(seconds=next(self._moments))

    def uuid(self) -> str:
        return f"00000000-0000-4000-8000-{next(self._names):012d}"

    def answer(self, question: str, right: bool) -> None:
        session = self.journal.new_session()
        given = Answered(question, "0" * 64, Json.of({}), credit=float(right), right=right)
        self.journal.write(session, Started((question,)), given, Finished())

    def heard(self, concept: str) -> str:
        """Return what a screen reader says of a concept."""
        whole = QAccessible.queryAccessibleInterface(self.page.map)
        ids = [name for chapter in self.library.concepts.chapters for name in chapter.concepts]
        return whole.child(ids.index(concept)).text(QAccessible.Text.Name)

    def click(self, concept: str) -> None:
        QTest.mouseClick(
            self.page.map, Qt.MouseButton.LeftButton, pos=self.page.map.cell_rect(concept).center()
        )


@pytest.fixture
def desk(tmp_path: Path, qtbot: QtBot) -> Iterator[Desk]:
    desk = Desk(tmp_path, qtbot)
    yield desk
    desk.store.close()


@pytest.fixture
def empty(tmp_path: Path, qtbot: QtBot) -> Iterator[Desk]:
    desk = Desk(tmp_path, qtbot, shipped=False)
    yield desk
    desk.store.close()


# ------------------------------------------------------------------------------------------- what to do now


def test_enter_studies_what_the_headline_says(desk: Desk) -> None:
    header = desk.page.header
    assert header.headline.text() == "3 new questions are waiting"
    assert header.session.text() == "This session asks 3 new questions."
    QTest.keyClick(desk.page, Qt.Key.Key_Return)
    assert desk.asked == [(("basic/open", "basic/keep", "basic/half"), "study", "")]


def test_wrong_answers_are_to_be_put_right_first(desk: Desk) -> None:
    desk.answer("basic/half", right=False)
    desk.answer("basic/open", right=True)
    desk.page.refresh()
    assert desk.page.header.headline.text() == "1 to put right, 1 new question"
    assert desk.page.header.session.text() == (
        "This session asks 3 questions: 1 to put right, 1 new, 1 to see again."
    )
    QTest.mouseClick(desk.page.header.primary, Qt.MouseButton.LeftButton)
    assert desk.asked[0][0][0] == "basic/half"


def test_when_all_is_right_the_longest_unseen_comes_first(desk: Desk) -> None:
    for name in ("basic/half", "basic/keep", "basic/open"):
        desk.answer(name, right=True)
    desk.page.refresh()
    assert desk.page.header.headline.text() == (
        "Everything answered right once; the longest unseen comes first"
    )
    desk.page.study_now()
    assert desk.asked[0][0][0] == "basic/half"


def test_a_long_library_says_how_long_a_session_is(desk: Desk) -> None:
    write_bank(desk.folder / "long.yaml", "long", **{f"q{k}": "gru" for k in range(25)})
    desk.library.open(desk.folder / "long.yaml")
    assert desk.page.header.headline.text() == "28 new questions are waiting"
    assert desk.page.header.session.text() == "This session asks 20 new questions; at most 20 at a time."


def test_a_session_that_was_left_is_gone_on_with(desk: Desk, qtbot: QtBot) -> None:
    desk.study.begin(("basic/keep", "basic/open"))
    desk.study.leave()
    desk.page.refresh()
    header = desk.page.header
    assert header.headline.text() == "Go on where you were: question 1 of 2"
    assert header.place.text() == "Forget gate, in “Basic”"
    assert header.primary.text() == "Go on"
    with qtbot.waitSignal(desk.page.resume_requested):
        QTest.keyClick(desk.page, Qt.Key.Key_Enter)
    assert not desk.asked
    QTest.mouseClick(header.again, Qt.MouseButton.LeftButton)
    assert len(desk.asked) == 1


def test_a_new_session_is_not_offered_twice(desk: Desk) -> None:
    assert not desk.page.header.again.isVisible()
    assert not desk.page.header.folder.isVisible()


def test_the_menu_opens_a_file_or_a_folder(desk: Desk, qtbot: QtBot) -> None:
    file, folder = desk.page.header.menu.actions()
    with qtbot.waitSignal(desk.page.open_bank_requested):
        file.trigger()
    with qtbot.waitSignal(desk.page.open_folder_requested):
        folder.trigger()


def test_without_any_bank_the_page_says_what_to_do(empty: Desk, qtbot: QtBot) -> None:
    header = empty.page.header
    assert header.headline.text() == "There are no questions yet"
    assert not header.open.isVisible()
    assert empty.page.banks.empty.isVisible()
    with qtbot.waitSignal(empty.page.open_bank_requested):
        QTest.keyClick(empty.page, Qt.Key.Key_Return)
    with qtbot.waitSignal(empty.page.open_folder_requested):
        QTest.mouseClick(header.folder, Qt.MouseButton.LeftButton)
    assert not empty.asked


def test_the_page_counts_anew_when_it_is_shown_again(desk: Desk) -> None:
    desk.page.hide()
    desk.answer("basic/keep", right=True)
    desk.page.show()
    assert desk.page.header.headline.text() == "2 new questions are waiting"
    assert "1 right" in desk.heard("forget-gate")


# -------------------------------------------------------------------------------------------------- the map


def test_every_concept_is_heard_with_its_counts_and_what_it_stands_on(desk: Desk) -> None:
    desk.answer("basic/keep", right=True)
    desk.answer("basic/half", right=False)
    desk.page.refresh()
    whole = QAccessible.queryAccessibleInterface(desk.page.map)
    assert whole.childCount() == len(desk.library.concepts.concepts)
    assert desk.heard("forget-gate") == (
        "Forget gate, The LSTM. 2 questions: 1 right, 1 wrong. Stands on: Analog gates."
    )
    assert "None of your banks has a question" in desk.heard("gru")
    assert "1 right, 1 wrong" in desk.page.map.tip("forget-gate")


def test_a_click_picks_a_concept_and_tells_of_it(desk: Desk) -> None:
    desk.click("forget-gate")
    strip = desk.page.strip
    assert strip.isVisible()
    assert strip.title.text() == "Forget gate"
    assert "2 questions: not answered yet." in strip.counts.text()
    assert "Stands on: Analog gates." in strip.counts.text()
    QTest.mouseClick(strip.study, Qt.MouseButton.LeftButton)
    assert desk.asked == [(("basic/keep", "basic/half"), "concept", "forget-gate")]


def test_what_is_told_of_a_concept_is_said_too(desk: Desk) -> None:
    said: list[str] = []
    desk.page.announcer.announced.connect(lambda text, _urgent: said.append(text))
    desk.click("gate")
    assert len(said) == 1
    assert "1 question: not answered yet." in said[0]


def test_a_concept_without_questions_cannot_be_studied(desk: Desk) -> None:
    desk.click("sequential-data")
    assert desk.page.strip.isVisible()
    assert not desk.page.strip.study.isVisible()


def test_keys_move_in_the_grid_and_pick(desk: Desk) -> None:
    view = desk.page.map
    view.setFocus()
    chapters = desk.library.concepts.chapters
    assert view.current_concept() == chapters[0].concepts[0]
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert view.current_concept() == chapters[1].concepts[1]
    QTest.keyClick(view, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert view.current_concept() == chapters[-1].concepts[-1]
    QTest.keyClick(view, Qt.Key.Key_Home)
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert view.current_concept() == chapters[-1].concepts[0]
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert view.picked_concept() == chapters[-1].concepts[0]
    assert not desk.asked


def test_the_column_is_kept_through_a_shorter_chapter(desk: Desk) -> None:
    view = desk.page.map
    view.setFocus()
    chapters = desk.library.concepts.chapters
    QTest.keyClick(view, Qt.Key.Key_End)
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert view.current_concept() == chapters[1].concepts[-1]
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert view.current_concept() == chapters[2].concepts[7]


def test_enter_on_the_picked_concept_leads_to_studying_it(desk: Desk) -> None:
    view = desk.page.map
    view.setFocus()
    view.pick("gate")
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert desk.page.strip.study.hasFocus()
    QTest.keyClick(desk.page.strip.study, Qt.Key.Key_Return)
    assert desk.asked == [(("basic/open",), "concept", "gate")]


def test_escape_takes_the_pick_back_wherever_the_focus_is(desk: Desk) -> None:
    for widget in (desk.page.map, desk.page.strip.study, desk.page):
        desk.page.map.pick("gate")
        widget.setFocus()
        QTest.keyClick(widget, Qt.Key.Key_Escape)
        assert desk.page.map.picked_concept() == ""
        assert not desk.page.strip.isVisible()


def test_the_screen_reader_follows_the_keys(desk: Desk) -> None:
    view = desk.page.map
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Right)
    whole = QAccessible.queryAccessibleInterface(view)
    assert whole.focusChild().text(QAccessible.Text.Name).startswith("Order and context")
    view.pick("gate")
    index = view.picked_item()
    assert whole.child(index).state().selected
    assert whole.indexOfChild(whole.child(index)) == index
    centre = whole.child(index).rect().center()
    assert whole.childAt(centre.x(), centre.y()) is whole.child(index)


def test_what_is_picked_stays_in_view_above_the_strip(desk: Desk) -> None:
    desk.page.resize(1000, 500)
    view = desk.page.map
    for concept in ("gru", "sequential-data"):
        view.pick(concept)
        QApplication.processEvents()
        rect = view.cell_rect(concept)
        top = view.mapTo(desk.page, rect.topLeft()).y()
        assert top >= 0
        assert top + rect.height() <= desk.page.strip.y()


def test_what_a_concept_stands_on_is_followed_to_the_ground() -> None:
    known = concepts.load()
    direct, indirect = standing_on(known, "forget-gate")
    assert direct == {"analog-gate"}
    assert {"gate", "cell-state", "sigmoid"} <= indirect
    assert "forget-gate" not in direct | indirect
    assert standing_on(known, "") == (frozenset(), frozenset())


def test_a_wrong_answer_does_not_look_like_a_right_one_without_colours(desk: Desk) -> None:
    def grey(right: bool) -> list[int]:
        desk.answer("basic/open", right=right)
        desk.page.refresh()
        rect = desk.page.map.cell_rect("gate")
        shot = desk.page.map.grab(rect).toImage().convertToFormat(QImage.Format.Format_Grayscale8)
        return [shot.pixel(x, y) & 255 for y in range(shot.height()) for x in range(shot.width())]

    def changes(shot: list[int]) -> int:
        return sum(abs(a - b) > 30 for a, b in itertools.pairwise(shot))

    right, wrong = grey(right=True), grey(right=False)
    assert changes(wrong) > changes(right) + 20  # stripes


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("scale", [1.0, 1.6])
@pytest.mark.parametrize("width", [840, 1220, 1940])
def test_nothing_needs_scrolling_sideways(desk: Desk, theme: object, scale: float, width: int) -> None:
    apply(QApplication.instance(), theme, scale)  # type: ignore[arg-type]  # qtbot made a QApplication
    desk.page.resize(width, 700)
    desk.page.map.pick("constant-error-carousel")
    QApplication.processEvents()
    body = desk.page.area.widget()
    assert body is not None
    assert body.width() <= desk.page.area.viewport().width()
    assert desk.page.width() == width
    assert desk.page.minimumSizeHint().width() <= width
    image = QImage(desk.page.size(), QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    desk.page.render(painter, QPoint(0, 0))
    painter.end()
    apply(QApplication.instance(), DARK)  # type: ignore[arg-type]  # qtbot made a QApplication


# ------------------------------------------------------------------------------------------------ the banks


def test_a_bank_is_listed_with_its_counts_and_can_be_studied(desk: Desk) -> None:
    desk.answer("basic/keep", right=True)
    desk.page.refresh()
    (row,) = desk.page.banks.rows
    assert row.title.text() == "Basic"
    assert row.note.text() == "3 questions: 1 right, 2 not answered yet"
    assert not row.remove.isVisible()
    QTest.mouseClick(row.study, Qt.MouseButton.LeftButton)
    assert desk.asked[0][1:] == ("bank", "basic")


def test_an_opened_bank_comes_and_goes_at_once(desk: Desk) -> None:
    path = write_bank(desk.folder / "extra.yaml", "extra", one="gru")
    desk.library.open(path)
    assert [row.title.text() for row in desk.page.banks.rows] == ["Basic", "Extra"]
    assert "1 question" in desk.heard("gru")
    QTest.mouseClick(desk.page.banks.rows[1].remove, Qt.MouseButton.LeftButton)
    assert [row.title.text() for row in desk.page.banks.rows] == ["Basic"]
    assert path.exists()


def test_leaving_a_folder_out_says_that_all_of_it_goes(desk: Desk) -> None:
    write_bank(desk.folder / "course" / "a.yaml", "a", one="gru")
    write_bank(desk.folder / "course" / "b.yaml", "b", one="gru")
    desk.library.open(desk.folder / "course")
    name = desk.page.banks.rows[1].remove.accessibleName()
    assert "course" in name
    assert "2 files" in name


def test_problems_are_shown_on_demand_and_can_be_copied(desk: Desk) -> None:
    path = write_bank(desk.folder / "broken.yaml", "broken", good="gru", bad="no-such-idea")
    desk.library.open(path)
    row = desk.page.banks.row_of(path)
    assert row is not None
    assert row.trouble.text() == "× 1 error"
    assert row.note.text() == "1 question: not answered yet"
    QTest.keyClick(row.problems_button, Qt.Key.Key_Return)
    assert row.problems is not None
    (problem,) = desk.library.problems
    shown = row.problems.toPlainText()
    assert f"broken.yaml:{problem.place.line}:{problem.place.column}" in shown
    assert "no-such-idea" in shown
    copy = row.copy_button()
    assert copy is not None
    QTest.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == str(problem)
    QTest.mouseClick(row.study, Qt.MouseButton.LeftButton)
    assert desk.asked == [(("broken/good",), "bank", "broken")]
    QTest.keyClick(row.problems_button, Qt.Key.Key_Return)
    assert row.problems is None


def test_problems_stay_shown_while_the_file_is_mended(desk: Desk) -> None:
    path = write_bank(desk.folder / "broken.yaml", "broken", good="gru", bad="no-such-idea", worse="nor-this")
    desk.library.open(path)
    desk.page.show_banks()
    before = desk.page.banks.row_of(path)
    assert before is not None
    assert before.problems is not None
    write_bank(path, "broken", good="gru", bad="no-such-idea")
    desk.library.reload()
    after = desk.page.banks.row_of(path)
    assert after is not None
    assert after.problems is not None
    assert "nor-this" not in after.problems.toPlainText()


def test_a_file_that_gives_nothing_is_still_listed(desk: Desk) -> None:
    path = desk.folder / "nothing.yaml"
    path.write_text("format: 1\nbank: [a, b\n", encoding="utf-8")
    desk.library.open(path)
    row = desk.page.banks.rows[-1]
    assert row.title.text() == "nothing.yaml"
    assert not row.study.isVisible()
    assert row.remove.isVisible()
    desk.page.show_problems(path)
    assert row.problems is not None
    assert row.problems_button.hasFocus()


def test_enter_while_reading_problems_does_not_begin_a_session(desk: Desk) -> None:
    path = write_bank(desk.folder / "broken.yaml", "broken", bad="no-such-idea")
    desk.library.open(path)
    desk.page.show_problems(path)
    row = desk.page.banks.row_of(path)
    assert row is not None
    assert row.problems is not None
    row.problems.setFocus()
    QTest.keyClick(row.problems, Qt.Key.Key_Return)
    assert not desk.asked


def test_the_page_scrolls_by_keys(desk: Desk) -> None:
    desk.page.setFocus()
    desk.page.resize(1220, 500)
    QApplication.processEvents()
    QTest.keyClick(desk.page, Qt.Key.Key_PageDown)
    assert desk.page.area.verticalScrollBar().value() > 0
    QTest.keyClick(desk.page, Qt.Key.Key_PageUp)
    assert desk.page.area.verticalScrollBar().value() == 0


def test_tab_goes_through_the_page_from_top_to_bottom(desk: Desk) -> None:
    path = write_bank(desk.folder / "extra.yaml", "extra", one="gru")
    desk.library.open(path)
    desk.click("gate")
    page = desk.page
    page.header.primary.setFocus()
    passed = []
    for _ in range(9):
        passed.append(page.window().focusWidget())
        QTest.keyClick(page.window().focusWidget(), Qt.Key.Key_Tab)
    first, second = page.banks.rows
    assert passed == [
        page.header.primary,
        page.header.open,
        page.header.banks,
        page.map,
        page.strip.study,
        page.strip.close_button,
        first.study,
        second.study,
        second.remove,
    ]
    assert page.banks.folder.hasFocus()


def test_the_card_at_the_top_leads_to_the_banks(desk: Desk) -> None:
    QTest.mouseClick(desk.page.header.banks, Qt.MouseButton.LeftButton)
    top = desk.page.banks.mapTo(desk.page, QPoint(0, 0)).y()
    assert top < desk.page.height() - 100
    assert desk.page.banks.folder.hasFocus()


def test_the_folder_of_own_banks_can_be_shown(desk: Desk, qtbot: QtBot) -> None:
    assert str(desk.folder / "own") in desk.page.banks.place.text()
    with qtbot.waitSignal(desk.page.show_folder_requested) as caught:
        QTest.mouseClick(desk.page.banks.folder, Qt.MouseButton.LeftButton)
    assert caught.args == [desk.folder / "own"]
