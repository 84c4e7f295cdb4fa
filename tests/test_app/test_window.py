"""The window around the pages: going about, opening banks, messages, looks, and trouble with the log."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel

from app import paths
from app import program as program_module
from app.pages.help_dialog import HelpDialog
from app.pages.keys import QUESTION_KEYS, question_action, question_help
from app.pages.preferences import PreferencesDialog
from app.pages.trouble import TroubleDialog
from app.program import Program
from app.stage.keys import STAGE_KEYS, action_for, stage_help
from app.storage import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

DATA = Path(__file__).parents[1] / "data" / "banks"
LOOP = DATA / "loop"


@pytest.fixture
def program(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Program]:
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    program = Program(qapp, paths.profile(tmp_path / "profile"), shipped=shipped)
    program.show()
    qtbot.waitExposed(program.window)
    yield program
    program.close()
    QApplication.sendPostedEvents(None, 52)  # deferred deletes: the window goes with its program
    qapp.processEvents()


def drop(program: Program, *files: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPointF(50, 50).toPoint(), Qt.DropAction.CopyAction, data, buttons, keys)
    QApplication.sendEvent(program.window, enter)
    if enter.isAccepted():
        event = QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, buttons, keys)
        QApplication.sendEvent(program.window, event)


def test_a_bank_dropped_on_the_window_can_be_studied_and_is_remembered(
    program: Program, qapp: QApplication, tmp_path: Path
) -> None:
    assert program.study.plan() == ()
    drop(program, LOOP / "loop.yaml")
    assert [bank.id for bank in program.library.banks] == ["loop"]
    program.window.study_now()
    assert program.window.page == "study"
    program.close()
    again = Program(qapp, paths.profile(tmp_path / "profile"), shipped=tmp_path / "shipped")
    assert [bank.id for bank in again.library.banks] == ["loop"]
    again.close()


def test_something_else_dropped_is_not_taken(program: Program, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("hello", "utf-8")
    drop(program, note)
    assert program.library.banks == ()


def test_a_broken_bank_says_so_and_leaves_the_rest(program: Program, tmp_path: Path) -> None:
    program.window.open_bank(LOOP / "loop.yaml")
    broken = tmp_path / "broken.yaml"
    broken.write_text("format: 1\nbank: {id: x\nquestions: [", "utf-8")
    program.window.open_bank(broken)
    assert "broken.yaml" in program.window.banner.message()
    assert [bank.id for bank in program.library.banks] == ["loop"]
    problems = program.library.problems_of(broken)
    assert problems
    assert all(problem.place.line >= 1 for problem in problems)


def test_opening_a_bank_again_reads_it_again(program: Program, tmp_path: Path) -> None:
    copy = tmp_path / "mine.yaml"
    shutil.copy(LOOP / "loop.yaml", copy)
    program.window.open_bank(copy)
    before = len(program.library.banks[0].questions)
    text = copy.read_text("utf-8")
    copy.write_text(text[: text.index("  - id: what-holds")], "utf-8")
    program.window.open_bank(copy)
    assert len(program.library.opened) == 1
    assert len(program.library.banks[0].questions) == before - 2


def test_home_in_the_middle_of_a_session_and_back(program: Program) -> None:
    program.window.open_bank(LOOP)
    program.window.study_now()
    assert program.study.card is not None
    name = program.study.card.name
    program.window.go_to("home")
    assert program.window.page == "home"
    program.window.resume()
    assert program.window.page == "study"
    assert program.study.card is not None
    assert program.study.card.name == name


def test_the_study_page_is_there_only_with_a_question(program: Program) -> None:
    assert not program.window.rail.button("study").isEnabled()
    program.window.go_to("study")
    assert program.window.page == "home"


def test_the_list_of_keys_is_the_tables(qtbot: QtBot, program: Program) -> None:
    dialog = HelpDialog(program.window)
    qtbot.addWidget(dialog)
    texts = {label.text() for label in dialog.findChildren(QLabel)}
    for shown, meaning in (*question_help(), *stage_help()):
        assert shown in texts
        assert meaning in texts
    assert len(question_help()) == len(QUESTION_KEYS)


def test_every_key_of_the_tables_means_its_action() -> None:
    for row in QUESTION_KEYS:
        for key in row.keys:
            assert question_action(QKeyEvent(QKeyEvent.Type.KeyPress, key, row.modifiers)) is row.action
    for stage_row in STAGE_KEYS:
        modifiers = Qt.KeyboardModifier.ShiftModifier if stage_row.shift else Qt.KeyboardModifier.NoModifier
        for key in stage_row.keys:
            assert action_for(QKeyEvent(QKeyEvent.Type.KeyPress, key, modifiers)) is stage_row.action


def test_looks_take_effect_at_once(qtbot: QtBot, program: Program) -> None:
    dialog = PreferencesDialog(program.themes, program.window)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.theme.choose(2)
    assert program.themes.mode == "light"
    dialog.theme.choose(1)
    assert program.themes.mode == "dark"
    before = QFontMetrics(program.window.home.font()).height()
    dialog.text_size.setFocus()
    qtbot.keyClick(dialog.text_size.track, Qt.Key.Key_End)
    assert program.themes.text_scale == pytest.approx(1.6)
    assert QFontMetrics(program.window.home.font()).height() > before
    program.themes.set_text_scale(1.0)
    dialog.motion.choose(1)
    assert program.themes.reduced_motion


def test_a_second_program_with_the_same_profile_says_what_to_do(
    program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(TroubleDialog, "exec", lambda self: shown.append(self.accessibleName()) or 0)
    monkeypatch.setattr(program_module, "make_application", lambda _name: QApplication.instance())
    assert program_module.run_window(tmp_path / "profile", (), study=False) == 1
    assert "already running" in shown[0]
    assert "--profile" in capsys.readouterr().err


def test_a_damaged_log_is_kept_and_told(qapp: QApplication, tmp_path: Path) -> None:
    folder = tmp_path / "hurt"
    folder.mkdir()
    (folder / "log.sqlite").write_bytes(b"this is not a database, whatever its name says" * 50)
    hurt = Program(qapp, paths.profile(folder), shipped=LOOP)
    assert hurt.window.banner.message()
    assert list(folder.glob("log.damaged-*.sqlite"))
    hurt.close()
    with Store.open(folder / "log.sqlite", now=datetime(2026, 1, 1, tzinfo=UTC)).store as store:
        assert store.events() == ()


def test_enter_alone_begins_to_study(qtbot: QtBot, program: Program) -> None:
    program.window.open_bank(LOOP)
    program.window.go_to("home")
    QApplication.processEvents()
    focus = program.window.focusWidget()
    assert focus is not None
    qtbot.keyClick(focus, Qt.Key.Key_Return)
    assert program.window.page == "study"
    assert program.study.card is not None


def test_a_fresh_window_has_its_keyboard_on_the_page(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    fresh = Program(qapp, paths.profile(tmp_path / "fresh"), shipped=LOOP)
    fresh.show()
    qtbot.waitExposed(fresh.window)
    qapp.processEvents()
    focus = fresh.window.focusWidget()
    assert focus is not None
    qtbot.keyClick(focus, Qt.Key.Key_Return)
    assert fresh.study.card is not None
    fresh.close()
    QApplication.sendPostedEvents(None, 52)
    qapp.processEvents()
