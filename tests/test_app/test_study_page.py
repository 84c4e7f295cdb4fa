"""The study page in the real window, driven by keys and the mouse."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from app import paths
from app.pages.fitted_scroll import FADE, FittedScroll
from app.program import Program
from app.storage import Answered, Explained
from app.tutor.session import Phase
from app.widgets import FeedbackCard, Label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

LOOP = Path(__file__).parents[1] / "data" / "banks" / "loop"
CHOICE, NUMBER, SEVERAL, GOAL = (
    f"loop/{name}" for name in ("which-change", "two-steps-back", "what-holds", "hold-it")
)


LONG = f"""
format: 1
bank: {{id: long, title: Long words, language: en, license: CC0-1.0, authors: [Ada]}}
questions:
  - id: one
    kind: multiple-choice
    concept: state-update
    bloom: apply
    stem: {"How does the state of a step come about? " * 3}
    options:
      - {{text: From input and state, correct: true, why: "{"Both are weighted and added. " * 8}"}}
      - text: From the input alone
        misconception: tanh-is-a-gate
        why: {"That would be no recurrence. " * 8}
      - text: From the state alone
        misconception: tanh-is-a-gate
        why: {"Then nothing would ever enter. " * 8}
    explain:
      ask: What is added?
      options:
        - {{text: Two weighted shares, correct: true, why: One of each.}}
        - {{text: Two states, why: There is one state before.}}
    explanation: Both are weighted.
"""


@pytest.fixture
def program(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Program]:
    program = Program(qapp, paths.profile(tmp_path / "profile"), shipped=LOOP)
    program.themes.set_reduced_motion(True)
    program.window.resize(1280, 720)
    program.show()
    qtbot.waitExposed(program.window)
    yield program
    program.close()
    QApplication.sendPostedEvents(None, 52)  # deferred deletes: the window goes with its program
    qapp.processEvents()


def ask(program: Program, *names: str) -> None:
    assert program.study.begin(names)
    program.window.go_to("study")
    QApplication.processEvents()


def focus(program: Program) -> QWidget:
    widget = program.window.focusWidget()
    assert widget is not None
    return widget


def press(qtbot: QtBot, program: Program, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    qtbot.keyClick(focus(program), key, modifier or Qt.KeyboardModifier.NoModifier)
    QApplication.processEvents()


def answers(program: Program) -> list[Answered]:
    return [e.payload for e in program.store.events() if isinstance(e.payload, Answered)]


def place_of(program: Program, *, correct: bool) -> int:
    card = program.study.card
    assert card is not None
    return next(place for place, option in enumerate(card.options) if option.correct is correct)


def test_a_question_goes_all_the_way_by_keys_alone(qtbot: QtBot, program: Program) -> None:
    ask(program, CHOICE)
    right = place_of(program, correct=True)
    press(qtbot, program, Qt.Key.Key_H)
    press(qtbot, program, Qt.Key(Qt.Key.Key_1 + right))
    press(qtbot, program, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    press(qtbot, program, Qt.Key.Key_Return)
    (answered,) = answers(program)
    assert (answered.right, answered.certainty, answered.hints) == (True, "certain", 1)
    column = program.window.study_page.column
    assert column.aftermath is not None
    assert column.aftermath.shown() == ("hint-1", "verdict", "ask")
    press(qtbot, program, Qt.Key.Key_F6)
    stage = program.window.study_page.stage
    assert stage.hasFocus()
    program.window.study_page.stage.set_view("cell")
    QApplication.processEvents()
    for _ in range(80):
        mark = stage.focused_mark()
        if mark is not None and mark.node == "forget-product":
            break
        press(qtbot, program, Qt.Key.Key_Tab)
        assert stage.hasFocus(), "the walk left the stage without passing the forget product"
    press(qtbot, program, Qt.Key.Key_Return)
    assert program.study.phase is Phase.EXPLAINED
    assert column.aftermath.shown() == ("hint-1", "verdict", "explained", "why")
    press(qtbot, program, Qt.Key.Key_Return)
    assert program.study.card is None
    assert program.window.page == "home"


def test_the_stage_is_veiled_until_the_answer(qtbot: QtBot, program: Program) -> None:
    ask(program, CHOICE)
    stage = program.window.study_page.stage
    assert all(mark.step is None or mark.value is None or mark.step <= 3 for mark in stage.marks())
    assert stage.last_step() == 3
    press(qtbot, program, Qt.Key(Qt.Key.Key_1 + place_of(program, correct=True)))
    press(qtbot, program, Qt.Key.Key_Return)
    assert stage.last_step() == 11
    assert stage.view() == "gradient"


def test_the_run_stays_hidden_while_the_same_may_be_tried_again(qtbot: QtBot, program: Program) -> None:
    ask(program, CHOICE)
    page = program.window.study_page
    view = page.stage.view()
    press(qtbot, program, Qt.Key(Qt.Key.Key_1 + place_of(program, correct=False)))
    press(qtbot, program, Qt.Key.Key_Return)
    assert (page.stage.last_step(), page.stage.view()) == (3, view)
    (said,) = [card.body.text() for card in page.column.findChildren(FeedbackCard) if card.isVisible()]
    assert program.study.verdict is not None
    idea = program.study.misconception(program.study.verdict.feedback[0].misconception or "")
    assert idea is not None
    assert said == f"*Misconception: “{idea.statement}”*"
    assert program.study.verdict.feedback[0].text.strip() not in said
    assert all(slider.is_locked() for slider in page.controls.sliders)
    press(qtbot, program, Qt.Key.Key_D)
    assert page.stage.last_step() == 3
    qtbot.mouseClick(page.column.secondary, Qt.MouseButton.LeftButton)
    assert program.study.phase is Phase.EXPLAIN_SELF
    assert page.stage.last_step() == 11
    assert not program.study.state.can_try_again  # type: ignore[union-attr]  # there is a question
    assert not any(slider.is_locked() for slider in page.controls.sliders)


def test_a_second_try_is_opened_by_its_check(qtbot: QtBot, program: Program) -> None:
    ask(program, CHOICE)
    stage = program.window.study_page.stage
    for shown in (3, 11):
        press(qtbot, program, Qt.Key(Qt.Key.Key_1 + place_of(program, correct=False)))
        press(qtbot, program, Qt.Key.Key_Return)
        assert stage.last_step() == shown
        if program.study.phase is Phase.RUN:
            press(qtbot, program, Qt.Key.Key_Return)
            assert program.study.phase is Phase.PREDICT
            assert len(program.study.hints) == 1
    assert [(a.attempt, a.right) for a in answers(program)] == [(1, False), (2, False)]
    assert program.study.phase is Phase.EXPLAIN_SELF


def test_the_run_of_a_goal_is_open_and_the_next_try_begins_where_it_ended(
    qtbot: QtBot, program: Program
) -> None:
    ask(program, GOAL)
    page = program.window.study_page
    (slider,) = page.controls.sliders
    assert focus(program) is slider.track
    press(qtbot, program, Qt.Key.Key_PageUp)
    there = slider.value()
    page.column.go()
    assert not answers(program)[0].right
    assert page.stage.last_step() == page.stage.runs()[0].steps
    page.column.go()
    assert program.study.phase is Phase.PREDICT
    assert slider.value() == pytest.approx(there)
    assert not program.study.can_check
    press(qtbot, program, Qt.Key.Key_PageUp)
    program.study.take_back()
    assert page.controls.sliders[0].value() == pytest.approx(there)


def test_enter_by_habit_neither_skips_the_explaining_nor_answers_it(qtbot: QtBot, program: Program) -> None:
    ask(program, CHOICE)
    press(qtbot, program, Qt.Key(Qt.Key.Key_1 + place_of(program, correct=True)))
    press(qtbot, program, Qt.Key.Key_Return)
    page = program.window.study_page
    assert focus(program) is page.column.primary
    press(qtbot, program, Qt.Key.Key_Return)
    assert program.study.phase is Phase.EXPLAIN_SELF
    assert (page.stage.hasFocus(), page.stage.view()) == (True, "cell")
    qtbot.mouseClick(page.column.secondary, Qt.MouseButton.LeftButton)
    assert program.study.phase is Phase.EXPLAINED
    assert program.study.explanation is None
    assert focus(program) is page.column.primary


def test_a_reason_is_chosen_and_then_given(qtbot: QtBot, program: Program, tmp_path: Path) -> None:
    (tmp_path / "long.yaml").write_text(LONG, encoding="utf-8")
    program.window.open_bank(tmp_path / "long.yaml")
    ask(program, "long/one")
    column = program.window.study_page.column
    assert program.study.card is not None
    assert program.study.card.explain is not None
    reasons = program.study.card.explain.options
    assert reasons
    for place, option in enumerate(program.study.card.options):
        if option.correct:
            press(qtbot, program, Qt.Key(Qt.Key.Key_1 + place))
    press(qtbot, program, Qt.Key.Key_Return)
    assert program.study.phase is Phase.EXPLAIN_SELF
    press(qtbot, program, Qt.Key.Key_Return)
    assert column.aftermath is not None
    assert column.aftermath.reasons is not None
    assert focus(program) is column.aftermath.reasons.cards[0].button
    right = next(place for place, reason in enumerate(reasons) if reason.correct)
    for place in (1 - right, right):
        press(qtbot, program, Qt.Key(Qt.Key.Key_1 + place))
        assert program.study.phase is Phase.EXPLAIN_SELF
        assert column.aftermath.reasons.chosen() == {place}
    press(qtbot, program, Qt.Key.Key_Return)
    assert program.study.explanation is not None
    assert program.study.explanation.right
    explained = [e.payload for e in program.store.events() if isinstance(e.payload, Explained)]
    assert [(one.choice, one.right) for one in explained] == [(str(right), True)]


def test_a_long_verdict_is_shown_from_its_beginning_and_no_line_breaks_anew(
    qtbot: QtBot, program: Program, tmp_path: Path
) -> None:
    (tmp_path / "long.yaml").write_text(LONG, encoding="utf-8")
    program.window.open_bank(tmp_path / "long.yaml")
    ask(program, "long/one")
    column = program.window.study_page.column
    qtbot.wait(60)
    assert column.options is not None
    widths = {column.options.width()}
    press(qtbot, program, Qt.Key(Qt.Key.Key_1 + place_of(program, correct=False)))
    press(qtbot, program, Qt.Key.Key_Return)
    qtbot.wait(60)
    widths.add(column.options.width())
    assert len(widths) == 1
    verdict = next(one for one in column.findChildren(FeedbackCard) if one.isVisible())
    area = column.findChild(FittedScroll)
    assert isinstance(area, FittedScroll)
    assert area.verticalScrollBar().maximum() > 0
    top = verdict.mapTo(area.viewport(), QPoint(0, 0)).y()
    assert 0 <= top < area.viewport().height() // 2


def test_tab_goes_from_the_answers_to_the_buttons_below_them(qtbot: QtBot, program: Program) -> None:
    ask(program, SEVERAL, CHOICE)
    column = program.window.study_page.column
    press(qtbot, program, Qt.Key.Key_1)
    program.study.check()
    while program.study.phase is not Phase.PREDICT:
        program.study.go_on()
    QApplication.processEvents()
    assert column.options is not None
    wanted = [card.button for card in column.options.cards]
    wanted[0].setFocus()
    visited = []
    for _ in range(len(wanted) + 3):
        visited.append(focus(program))
        press(qtbot, program, Qt.Key.Key_Tab)
    assert visited[: len(wanted)] == wanted
    assert visited[-2:] == [column.primary, column.secondary]


def test_a_question_without_a_network_says_so(qtbot: QtBot, program: Program, tmp_path: Path) -> None:
    (tmp_path / "long.yaml").write_text(LONG, encoding="utf-8")
    program.window.open_bank(tmp_path / "long.yaml")
    ask(program, "long/one", CHOICE)
    page = program.window.study_page
    said = [one for one in page.findChildren(Label) if one.isVisible() and "No network" in one.text()]
    assert (len(said), page.panel.isVisible()) == (1, False)
    press(qtbot, program, Qt.Key.Key_1)
    program.study.check()
    program.study.go_on()
    program.study.go_on()
    assert (said[0].isVisible(), page.panel.isVisible()) == (False, True)


def test_a_wrong_answer_hides_what_would_be_right_while_it_may_be_tried_again(
    qtbot: QtBot, program: Program
) -> None:
    ask(program, CHOICE)
    wrong = place_of(program, correct=False)
    press(qtbot, program, Qt.Key(Qt.Key.Key_1 + wrong))
    press(qtbot, program, Qt.Key.Key_Return)
    column = program.window.study_page.column
    assert column.options is not None
    assert [card.verdict() for card in column.options.cards].count("wrong") == 1
    assert not {"right", "missed", "passed"} & {card.verdict() for card in column.options.cards}
    qtbot.mouseClick(column.primary, Qt.MouseButton.LeftButton)
    assert program.study.phase is Phase.PREDICT
    assert column.options.chosen() == frozenset()
    assert column.options.cards[wrong].verdict() == "none"
    press(qtbot, program, Qt.Key(Qt.Key.Key_1 + place_of(program, correct=True)))
    press(qtbot, program, Qt.Key.Key_Return)
    assert [a.right for a in answers(program)] == [False, True]


def test_a_number_is_typed_and_a_wrong_text_is_said_beside_it(qtbot: QtBot, program: Program) -> None:
    ask(program, NUMBER)
    field = program.window.study_page.column.number
    assert field is not None
    qtbot.keyClicks(focus(program), "1h2")
    press(qtbot, program, Qt.Key.Key_Return)
    assert field.problem()
    assert program.study.hints == ()  # in a field, typing is typing
    assert answers(program) == []
    field.edit.selectAll()
    assert program.study.variant is not None
    qtbot.keyClicks(focus(program), f"{program.study.variant.key_value():.4f}")
    press(qtbot, program, Qt.Key.Key_Return)
    assert [a.right for a in answers(program)] == [True]


def test_several_are_chosen_with_the_mouse(qtbot: QtBot, program: Program) -> None:
    ask(program, SEVERAL)
    column, card = program.window.study_page.column, program.study.card
    assert column.options is not None
    assert card is not None
    for place, option in enumerate(card.options):
        if option.correct:
            qtbot.mouseClick(column.options.cards[place], Qt.MouseButton.LeftButton, pos=QPoint(80, 15))
    qtbot.mouseClick(column.primary, Qt.MouseButton.LeftButton)
    assert [(a.right, a.credit) for a in answers(program)] == [(True, 1.0)]


def test_a_goal_is_reached_with_the_slider(qtbot: QtBot, program: Program) -> None:
    ask(program, GOAL)
    page = program.window.study_page
    (slider,) = page.controls.sliders
    slider.setFocus()
    for _ in range(3):
        press(qtbot, program, Qt.Key.Key_PageUp)
    assert slider.value() == pytest.approx(3.0)
    page.column.go()
    assert [a.right for a in answers(program)] == [True]


def test_nothing_chosen_is_said_and_not_checked(qtbot: QtBot, program: Program) -> None:
    ask(program, CHOICE)
    press(qtbot, program, Qt.Key.Key_Return)
    assert answers(program) == []
    aftermath = program.window.study_page.column.aftermath
    assert aftermath is not None
    assert aftermath.shown() == ("reminder",)


def test_the_button_is_filled_once_there_is_an_answer_to_check(qtbot: QtBot, program: Program) -> None:
    column = program.window.study_page.column
    ask(program, CHOICE)
    assert not column.primary.is_ready()
    press(qtbot, program, Qt.Key.Key_1)
    assert column.primary.is_ready()
    program.study.take_back()
    assert not column.primary.is_ready()
    ask(program, NUMBER)
    assert column.number is not None
    assert not column.primary.is_ready()
    qtbot.keyClicks(column.number.edit, "2")
    assert column.primary.is_ready()


def test_where_several_can_be_chosen_a_misconception_bears_its_letter(qtbot: QtBot, program: Program) -> None:
    ask(program, SEVERAL)
    card = program.study.card
    assert card is not None
    wrong = [option.letter for option in card.options if not option.correct]
    for option in (one for one in card.options if not one.correct):
        press(qtbot, program, Qt.Key(Qt.Key.Key_1 + card.options.index(option)))
    press(qtbot, program, Qt.Key.Key_Return)
    column = program.window.study_page.column
    (said,) = [one.body.text() for one in column.findChildren(FeedbackCard) if one.isVisible()]
    (letter,) = wrong
    lettered, idea = said.partition(f"**{letter}**")[2].split("\n\n")[:2]
    assert lettered.strip()
    assert idea.startswith("*Misconception: “")


def test_the_place_is_cut_only_where_it_has_no_room(program: Program) -> None:
    ask(program, CHOICE)
    column = program.window.study_page.column
    place = next(one for one in column.findChildren(Label) if one.accessibleName())
    assert place.text() == place.accessibleName()
    whole = place.sizeHint().width()
    assert whole <= place.width()
    # As narrow as it can be and still hold it, and then a little narrower.
    column.setFixedWidth(column.width() - (place.width() - whole))
    QApplication.processEvents()
    assert place.text() == place.accessibleName()
    column.setFixedWidth(column.width() - 12)
    QApplication.processEvents()
    assert place.text().endswith("…")
    assert place.sizeHint().width() <= place.width()


def test_what_opens_leaves_the_question_in_sight_as_far_as_it_can(
    qtbot: QtBot, program: Program, tmp_path: Path
) -> None:
    (tmp_path / "long.yaml").write_text(LONG, encoding="utf-8")
    program.window.open_bank(tmp_path / "long.yaml")
    program.window.resize(1280, 600)
    ask(program, "long/one")
    qtbot.wait(60)
    column = program.window.study_page.column
    press(qtbot, program, Qt.Key(Qt.Key.Key_1 + place_of(program, correct=False)))
    press(qtbot, program, Qt.Key.Key_Return)
    qtbot.wait(60)
    area = column.findChild(FittedScroll)
    assert isinstance(area, FittedScroll)
    verdict = next(one for one in column.findChildren(FeedbackCard) if one.isVisible())
    bottom = verdict.mapTo(area.viewport(), QPoint(0, verdict.height())).y()
    assert area.verticalScrollBar().value() > 0
    assert bottom == pytest.approx(area.viewport().height() - FADE, abs=FADE)


def test_controls_are_locked_before_and_alive_after(qtbot: QtBot, program: Program) -> None:
    ask(program, CHOICE)
    page = program.window.study_page
    assert all(slider.is_locked() for slider in page.controls.sliders)
    press(qtbot, program, Qt.Key(Qt.Key.Key_1 + place_of(program, correct=True)))
    press(qtbot, program, Qt.Key.Key_Return)
    assert not any(slider.is_locked() for slider in page.controls.sliders)
    before = page.stage.runs()[0].at("f", 5, 5)
    page.controls.sliders[0].setFocus()
    press(qtbot, program, Qt.Key.Key_End)
    after = page.stage.runs()[0].at("f", 5, 5)
    assert after > before
    assert after > 0.99


def test_the_question_does_not_move_when_it_is_checked(qtbot: QtBot, program: Program) -> None:
    program.window.resize(1440, 1200)
    ask(program, CHOICE)
    column = program.window.study_page.column
    assert column.options is not None
    first = column.options.cards[0]
    press(qtbot, program, Qt.Key(Qt.Key.Key_1 + place_of(program, correct=False)))
    press(qtbot, program, Qt.Key.Key_H)
    before = first.mapTo(program.window, QPoint(0, 0)).y()
    press(qtbot, program, Qt.Key.Key_Return)
    for _ in range(8):
        assert first.mapTo(program.window, QPoint(0, 0)).y() == before
        qtbot.wait(10)


def test_below_the_width_for_two_the_stage_stands_under_the_question(program: Program) -> None:
    ask(program, CHOICE)
    page = program.window.study_page
    assert page.is_wide
    program.window.resize(1024, 700)
    QApplication.processEvents()
    assert not page.is_wide
    column_end = page.column.mapTo(program.window, QPoint(0, page.column.height())).y()
    assert page.panel.mapTo(program.window, QPoint(0, 0)).y() >= column_end


def test_a_theme_change_reaches_every_widget(program: Program) -> None:
    ask(program, CHOICE)
    for mode in ("light", "dark"):
        program.themes.set_mode(mode)
        QApplication.processEvents()
        expected = program.themes.theme.background
        for widget in (program.window, program.window.rail, program.window.study_page.column):
            assert widget.palette().window().color().name().lower() == expected.lower()
        assert program.window.study_page.stage.theme() is program.themes.theme


def test_the_window_comes_back_as_it_was(qapp: QApplication, program: Program, tmp_path: Path) -> None:
    program.window.resize(790, 640)  # the offscreen screen has 800 x 800
    program.themes.set_mode("light")
    program.themes.set_text_scale(1.2)
    program.close()
    again = Program(qapp, paths.profile(tmp_path / "profile"), shipped=LOOP)
    assert (again.window.width(), again.window.height()) == (790, 640)
    assert (again.themes.mode, again.themes.text_scale) == ("light", pytest.approx(1.2))
    again.themes.set_mode("dark")
    again.themes.set_text_scale(1.0)
    again.close()


def test_the_verdict_is_announced(qtbot: QtBot, program: Program) -> None:
    said: list[tuple[str, bool]] = []
    program.window.announcer.announced.connect(lambda text, urgent: said.append((text, urgent)))
    ask(program, CHOICE)
    press(qtbot, program, Qt.Key(Qt.Key.Key_1 + place_of(program, correct=True)))
    press(qtbot, program, Qt.Key.Key_Return)
    assert any(text.startswith("Right") and urgent for text, urgent in said)


def test_the_plot_waits_for_the_answer_and_then_follows_the_cursor(qtbot: QtBot, program: Program) -> None:
    ask(program, CHOICE)
    page = program.window.study_page
    page.stage.setFocus()
    press(qtbot, program, Qt.Key.Key_4)
    assert page.stage.view() == "plot"
    plot = page.panel.plot.plot
    assert plot is not None
    assert plot.isVisible()
    assert plot.shown_values() == ()
    page.column.focus_answer()
    press(qtbot, program, Qt.Key(Qt.Key.Key_1 + place_of(program, correct=True)))
    press(qtbot, program, Qt.Key.Key_Return)
    assert not plot.isVisible()  # the reveal is another view
    page.stage.set_view("plot")
    (curve,) = plot.shown_values()
    run = page.stage.runs()[0]
    assert curve.unit is not None
    assert curve.at(5) == run.at(curve.quantity, 5, curve.unit)
    page.stage.set_cursor(page.stage.cursor_now().moved(7, 11))
    assert plot.cursor_now().step == 7
    page.controls.sliders[0].setFocus()
    press(qtbot, program, Qt.Key.Key_End)
    (moved,) = plot.shown_values()
    assert list(moved.values) != list(curve.values)
