"""What the veil hides is nowhere: not in marks, cards, names for screen readers, descriptions or pixels."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QMouseEvent
from PySide6.QtWidgets import QApplication

import engine
from app.stage.compose import VIEWS
from app.stage.cursor import Cursor
from app.stage.marks import HeatMap, Mark, Slots, Strands, Text
from app.stage.veil import Veil
from app.stage.view import StageView

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

WORDS = ("the", "hot", "dog", "was", "good", "but", "the", "bun", "was", "cold", "</s>")
NAME = QAccessible.Text.Name


def runs(forget_bias: float = 1.0) -> tuple[engine.Run, ...]:
    network = engine.Network(hidden=5, seed=3, forget_bias=forget_bias)
    return engine.run(engine.Experiment((engine.Lane("LSTM", network),), engine.Input.tokens(WORDS)))


@pytest.fixture
def stage(qtbot: QtBot) -> StageView:
    view = StageView()
    qtbot.addWidget(view)
    view.resize(860, 700)
    view.set_runs(runs())
    view.set_cursor(Cursor(step=3, unit=2))
    view.show()
    return view


def everything_said(stage: StageView) -> list[str]:
    said = [stage.accessibleDescription()]
    for mark in stage.marks():
        said.append(mark.label)
        if isinstance(mark, Text):
            said.append(mark.text)
        if not isinstance(mark, HeatMap):
            said += [part.label for part in mark.parts()]
    interface = QAccessible.queryAccessibleInterface(stage)
    said += [interface.child(k).text(NAME) for k in range(interface.childCount())]
    return [text for text in said if text]


def sweep(stage: StageView) -> list[Mark]:
    """Move the pointer over the whole stage and return every mark whose card opened."""
    found = []
    for x in range(6, stage.width(), 23):
        for y in range(6, stage.height(), 17):
            where = QPointF(x, y)
            event = QMouseEvent(
                QMouseEvent.Type.MouseMove,
                where,
                QPointF(stage.mapToGlobal(QPoint(x, y))),
                Qt.MouseButton.NoButton,
                Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier,
            )
            QApplication.sendEvent(stage, event)
            card = stage.card()
            if card is not None:
                found.append((card, x, y))
    return found  # type: ignore[return-value] # cards with their places


@pytest.mark.parametrize("view", VIEWS)
def test_no_mark_lies_beyond_the_last_step_shown(stage: StageView, view: str) -> None:
    stage.set_veil(Veil(after=3))
    stage.set_view(view)
    for mark in stage.marks():
        if mark.value is not None:
            assert mark.step is not None
            assert mark.step <= 3, mark
        for part in mark.parts():
            assert part.step is None or part.step <= 3, part
        if isinstance(mark, HeatMap) and mark.quantity:
            assert mark.values.shape[1] <= 3


@pytest.mark.parametrize("view", VIEWS)
def test_two_runs_that_differ_only_behind_the_veil_look_and_sound_the_same(
    stage: StageView, view: str
) -> None:
    network = engine.Network(hidden=5, seed=3)
    pairs = []
    for word in ("cold", "warm"):
        words = (*WORDS[:9], word, WORDS[10])
        # One token more in the vocabulary would change the weights: both know both words.
        known = engine.Input.tokens((*words, "cold", "warm"))
        order = sorted(set(known.labels))
        rows = tuple(tuple(float(w == o) for o in order) for w in words)
        data = engine.Input(rows, ())
        (run,) = engine.run(engine.Experiment((engine.Lane("LSTM", network),), data))
        stage.set_runs((run,))
        stage.set_veil(Veil(after=9))
        stage.set_view(view)
        stage.set_cursor(Cursor(step=9))
        pairs.append((everything_said(stage), stage.grab().toImage()))
    assert pairs[0][0] == pairs[1][0]
    assert pairs[0][1] == pairs[1][1]
    stage.set_veil(Veil())
    assert everything_said(stage) != pairs[1][0]


@pytest.mark.parametrize("view", VIEWS)
def test_two_runs_that_differ_only_in_a_veiled_gate_sound_the_same_of_it(stage: StageView, view: str) -> None:
    stage.set_veil(Veil(quantities=frozenset({"f"})))
    stage.set_view(view)
    for mark in stage.marks():
        for one in (mark, *mark.parts()):
            assert not (one.quantity in {"f", "z_f"} and one.value is not None), one
    assert not any("forget gate 0" in text or "mean f" in text for text in everything_said(stage))


def test_the_pointer_finds_nothing_of_a_veiled_gate(stage: StageView) -> None:
    veil = Veil(after=6, quantities=frozenset({"f"}))
    stage.set_veil(veil)
    (run,) = stage.runs()
    hidden = {engine.arithmetic(run, "f", t, u).plain for t in range(1, 12) for u in range(1, 6)}
    for view in VIEWS:
        stage.set_view(view)
        for card, x, y in sweep(stage):  # type: ignore[misc] # cards with their places
            assert card.numbers not in hidden, (x, y)
            assert "f₃" not in card.numbers
            # c and its terms would show f as a factor.
            assert not card.numbers.startswith("c")
            for t in range(7, 12):
                assert f"t = {t} " not in card.place + " "


def test_gradients_wait_for_the_answer(stage: StageView) -> None:
    stage.set_veil(Veil(after=5))
    stage.set_cursor(Cursor(step=5, backward=True))
    for view in VIEWS:
        stage.set_view(view)
        for mark in stage.marks():
            for one in (mark, *mark.parts()):
                assert not ((one.quantity or "").startswith("grad(") and one.value is not None), one


def test_a_veiled_view_shows_one_sentence(stage: StageView) -> None:
    stage.set_veil(Veil(views=frozenset({"cell"})))
    assert not [m for m in stage.marks() if isinstance(m, (HeatMap, Slots, Strands)) and m.quantity]
    assert "hidden for now" in everything_said(stage)
    assert "hidden for now" in stage.accessibleDescription()


def test_a_card_open_on_what_is_veiled_now_is_closed(stage: StageView) -> None:
    stage.set_view("gates")
    drawn = next(m for m in stage.marks() if isinstance(m, HeatMap) and m.quantity == "f")
    x, y, width, height = drawn.part(1, 1).rect
    where = QPointF(x + width / 2, y + height / 2)
    event = QMouseEvent(
        QMouseEvent.Type.MouseMove,
        where,
        where,
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(stage, event)
    assert stage.card() is not None
    stage.set_veil(Veil(quantities=frozenset({"f"})))
    assert stage.card() is None


def test_keys_and_clicks_do_not_go_behind_the_veil(stage: StageView, qtbot: QtBot) -> None:
    stage.set_veil(Veil(after=4))
    qtbot.keyClick(stage, Qt.Key.Key_End)
    assert stage.cursor_now().step == 4
    qtbot.keyClick(stage, Qt.Key.Key_Right)
    assert stage.cursor_now().step == 4
    drawn = next(m for m in stage.marks() if isinstance(m, HeatMap) and m.quantity == "c")
    right_of_it = QPoint(round(drawn.rect[0] + drawn.rect[2] + 60), round(drawn.rect[1] + 4))
    heard: list[str] = []
    stage.node_clicked.connect(heard.append)
    qtbot.mouseClick(stage, Qt.MouseButton.LeftButton, pos=right_of_it)
    assert stage.cursor_now().step == 4
    assert heard == []


# --------------------------------------------------------------------------------------- what is heard


def test_children_are_named_with_their_values(stage: StageView) -> None:
    interface = QAccessible.queryAccessibleInterface(stage)
    names = [interface.child(k).text(NAME) for k in range(interface.childCount())]
    value = engine.arithmetic(stage.runs()[0], "c", 3, 2).plain.split("= ")[-1]
    assert f"cell state, unit 2 at t = 3: {value}" in names
    assert all(names)


def test_the_description_follows_the_cursor(stage: StageView) -> None:
    stage.set_cursor(Cursor(step=5, unit=4))
    said = stage.accessibleDescription()
    assert said.startswith("unit 4 at t = 5: ")
    value = engine.arithmetic(stage.runs()[0], "h", 5, 4).plain.split("= ")[-1]
    assert f"hidden state {value}" in said


def test_children_lie_on_the_stage_and_know_their_parent(stage: StageView) -> None:
    interface = QAccessible.queryAccessibleInterface(stage)
    assert interface.role() == QAccessible.Role.Graphic
    assert "LSTM" in interface.text(NAME)
    for k in range(interface.childCount()):
        child = interface.child(k)
        assert child.isValid()
        assert interface.indexOfChild(child) == k
        assert interface.rect().adjusted(-1, -1, 1, 1).contains(child.rect())
        assert child.childCount() == 0
    assert interface.child(interface.childCount()) is None


def test_the_focused_child_is_the_mark_in_focus(stage: StageView, qtbot: QtBot) -> None:
    with qtbot.waitActive(stage):
        stage.activateWindow()
    stage.setFocus()
    qtbot.waitUntil(stage.hasFocus)
    qtbot.keyClick(stage, Qt.Key.Key_Tab)
    interface = QAccessible.queryAccessibleInterface(stage)
    child = interface.focusChild()
    mark = stage.focused_mark()
    assert mark is not None
    assert child.text(NAME) == mark.label
    assert child.state().focused


def test_a_stage_that_is_gone_says_nothing(qtbot: QtBot) -> None:
    view = StageView()
    view.set_runs(runs())
    interface = QAccessible.queryAccessibleInterface(view)
    child = interface.child(0)
    assert child.text(NAME)
    view.deleteLater()
    del view
    gc.collect()
    QApplication.sendPostedEvents(None, 52)  # DeferredDelete
    qtbot.wait(1)
    assert child.text(NAME) == ""
