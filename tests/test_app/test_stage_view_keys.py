"""The stage from the keyboard: every key of the table, the walk through the marks, and the way out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

import engine
from app.stage.cursor import Cursor
from app.stage.keys import STAGE_KEYS, Action, stage_help
from app.stage.marks import Text
from app.stage.view import StageView

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier


class Desk(QWidget):
    """A stage between two fields, as on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.before, self.stage, self.after = QLineEdit(), StageView(), QLineEdit()
        row = QHBoxLayout(self)
        for widget in (self.before, self.stage, self.after):
            row.addWidget(widget)
        lanes = (
            engine.Lane("LSTM", engine.Network(hidden=4, seed=1)),
            engine.Lane("plain", engine.Network(cell="rnn", hidden=4, seed=1)),
        )
        self.stage.set_runs(engine.run(engine.Experiment(lanes, engine.Input.noise(9, 2))))
        self.stage.set_cursor(Cursor(step=5, unit=2))


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    found = Desk()
    qtbot.addWidget(found)
    found.resize(1100, 700)
    with qtbot.waitActive(found):
        found.show()
        found.activateWindow()
    found.stage.setFocus(Qt.FocusReason.OtherFocusReason)
    qtbot.waitUntil(found.stage.hasFocus)
    return found


EFFECTS = {
    Action.BACK: lambda c: replace(c, step=4),
    Action.ON: lambda c: replace(c, step=6),
    Action.SUB_BACK: lambda c: replace(c, phase=4.0),
    Action.SUB_ON: lambda c: replace(c, step=6, phase=1.0),
    Action.FIRST: lambda c: replace(c, step=1),
    Action.LAST: lambda c: replace(c, step=9),
    Action.UNIT_UP: lambda c: replace(c, unit=1),
    Action.UNIT_DOWN: lambda c: replace(c, unit=3),
    Action.DIRECTION: lambda c: replace(c, backward=True),
    Action.LANE: lambda c: replace(c, lane="plain"),
}


@pytest.mark.parametrize("row", [r for r in STAGE_KEYS if r.action in EFFECTS], ids=lambda r: r.shown)
def test_keys_that_move_the_cursor(desk: Desk, qtbot: QtBot, row: object) -> None:
    before = desk.stage.cursor_now()
    for key in row.keys:  # type: ignore[attr-defined] # a StageKey
        desk.stage.set_cursor(before)
        qtbot.keyClick(desk.stage, key, SHIFT if row.shift else NONE)  # type: ignore[attr-defined]
        assert desk.stage.cursor_now() == EFFECTS[row.action](before)  # type: ignore[attr-defined, no-untyped-call]


def test_space_plays_and_pauses(desk: Desk, qtbot: QtBot) -> None:
    qtbot.keyClick(desk.stage, Qt.Key.Key_Space)
    assert desk.stage.player.playing
    qtbot.keyClick(desk.stage, Qt.Key.Key_Space)
    assert not desk.stage.player.playing


def test_brackets_change_the_speed(desk: Desk, qtbot: QtBot) -> None:
    qtbot.keyClick(desk.stage, Qt.Key.Key_BracketRight)
    assert desk.stage.player.speed == 2.0
    qtbot.keyClick(desk.stage, Qt.Key.Key_BracketLeft)
    qtbot.keyClick(desk.stage, Qt.Key.Key_BracketLeft)
    assert desk.stage.player.speed == 0.5


def test_numbers_choose_the_view_and_those_without_a_view_do_nothing(desk: Desk, qtbot: QtBot) -> None:
    for key, view in ((Qt.Key.Key_3, "gradient"), (Qt.Key.Key_2, "gates"), (Qt.Key.Key_8, "gates")):
        qtbot.keyClick(desk.stage, key)
        assert desk.stage.view() == view


def test_d_asks_for_what_decided_it(desk: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.stage.decided_requested):
        qtbot.keyClick(desk.stage, Qt.Key.Key_D)


def test_keys_with_ctrl_or_alt_belong_to_the_page(desk: Desk, qtbot: QtBot) -> None:
    before = desk.stage.cursor_now()
    for modifier in (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier):
        for key in (Qt.Key.Key_Right, Qt.Key.Key_D, Qt.Key.Key_1):
            qtbot.keyClick(desk.stage, key, modifier)
    assert desk.stage.cursor_now() == before


def test_help_lists_every_key_with_a_meaning() -> None:
    listed = stage_help()
    assert {row.shown for row in STAGE_KEYS} <= {shown for shown, _ in listed}
    assert all(meaning for _, meaning in listed)
    assert {row.action for row in STAGE_KEYS} == set(Action)


# ---------------------------------------------------------------------------------------------- the walk


def walked(desk: Desk, qtbot: QtBot, *, back: bool = False) -> list[str]:
    """Press Tab until the stage has lost the focus; the names heard on the way."""
    names: list[str] = []
    for _ in range(200):
        if back:
            qtbot.keyClick(desk.stage, Qt.Key.Key_Backtab, SHIFT)
        else:
            qtbot.keyClick(desk.stage, Qt.Key.Key_Tab)
        if not desk.stage.hasFocus():
            return names
        mark = desk.stage.focused_mark()
        assert mark is not None
        names.append(mark.node or mark.label)
    pytest.fail("the focus never left the stage")


@pytest.mark.parametrize("view", ["cell", "gates", "gradient"])
def test_tab_visits_each_mark_once_and_leaves(desk: Desk, qtbot: QtBot, view: str) -> None:
    desk.stage.set_view(view)
    names = walked(desk, qtbot)
    assert desk.after.hasFocus()
    chips = [name for name in names if name.startswith(("view:", "lane:"))]
    assert len(chips) == len(set(chips)) >= 3
    assert names[-len(chips) :] == chips
    assert len(names) > len(chips)


def test_in_the_cell_nodes_come_first_in_order_of_computation(desk: Desk, qtbot: QtBot) -> None:
    names = walked(desk, qtbot)
    assert names[:3] == ["mix-f", "forget-sigmoid", "forget-product"]
    assert names.index("cell-sum") < names.index("output-product")
    assert names.index("output-product") < names.index("step-5")


def test_shift_tab_walks_the_other_way_and_leaves_in_front(desk: Desk, qtbot: QtBot) -> None:
    onwards = walked(desk, qtbot)
    desk.after.setFocus()
    qtbot.keyClick(desk.after, Qt.Key.Key_Backtab, SHIFT)
    assert desk.stage.hasFocus()
    last = desk.stage.focused_mark()
    assert last is not None
    back = [last.node or last.label, *walked(desk, qtbot, back=True)]
    assert back == onwards[::-1]
    assert desk.before.hasFocus()


def test_the_mark_in_focus_is_told(desk: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.stage.mark_focused) as blocker:
        qtbot.keyClick(desk.stage, Qt.Key.Key_Tab)
    assert blocker.args[0].node == "mix-f"


def test_enter_pins_the_arithmetic_and_clicks_the_node_and_escape_closes(desk: Desk, qtbot: QtBot) -> None:
    stage = desk.stage
    for _ in range(2):
        qtbot.keyClick(stage, Qt.Key.Key_Tab)
    with qtbot.waitSignal(stage.node_clicked) as blocker:
        qtbot.keyClick(stage, Qt.Key.Key_Return)
    assert blocker.args == ["forget-sigmoid"]
    card = stage.card()
    assert card is not None
    assert card.numbers == engine.arithmetic(stage.runs()[0], "f", 5, 2).plain
    assert any(isinstance(m, Text) and m.text == card.value for m in stage.shown_card_marks())
    qtbot.keyClick(stage, Qt.Key.Key_Right)
    moved = stage.card()
    assert moved is not None
    assert moved.numbers == engine.arithmetic(stage.runs()[0], "f", 6, 2).plain
    qtbot.keyClick(stage, Qt.Key.Key_Escape)
    assert stage.card() is None
    assert stage.focused_mark() is not None


def test_a_product_shows_its_own_term(desk: Desk, qtbot: QtBot) -> None:
    for _ in range(3):
        qtbot.keyClick(desk.stage, Qt.Key.Key_Tab)
    qtbot.keyClick(desk.stage, Qt.Key.Key_Return)
    card = desk.stage.card()
    assert card is not None
    run = desk.stage.runs()[0]
    kept = float(run.at("f", 5, 2)) * float(run.at("c", 4, 2))
    assert float(card.value.replace("−", "-")) == pytest.approx(kept, rel=0.01)


def test_after_escape_the_next_tab_leaves(desk: Desk, qtbot: QtBot) -> None:
    qtbot.keyClick(desk.stage, Qt.Key.Key_Tab)
    qtbot.keyClick(desk.stage, Qt.Key.Key_Escape)
    assert desk.stage.focused_mark() is None
    qtbot.keyClick(desk.stage, Qt.Key.Key_Tab)
    assert desk.after.hasFocus()


def test_enter_on_a_tab_chooses_the_view(desk: Desk, qtbot: QtBot) -> None:
    desk.after.setFocus()
    qtbot.keyClick(desk.after, Qt.Key.Key_Backtab, SHIFT)
    mark = desk.stage.focused_mark()
    assert mark is not None
    target = (mark.node or "").split(":")[1]
    qtbot.keyClick(desk.stage, Qt.Key.Key_Return)
    assert (mark.node or "").startswith(("view:", "lane:"))
    assert target in (desk.stage.view(), desk.stage.cursor_now().lane)


def test_the_focus_is_visible(desk: Desk, qtbot: QtBot) -> None:
    plain = desk.stage.grab().toImage()
    qtbot.keyClick(desk.stage, Qt.Key.Key_Tab)
    ringed = desk.stage.grab().toImage()
    assert plain != ringed
    mark = desk.stage.focused_mark()
    assert mark is not None
    x, y, width, _ = mark.rect
    colour = ringed.pixelColor(round(x + width / 2), round(y - 4))
    assert colour.name() == desk.stage.theme().text.lower()
