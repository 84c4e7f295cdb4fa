"""The stage's widget by its public doors: pointer, layout, lanes, overflow, and what it costs at rest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

import engine
from app.stage.compose import VIEWS
from app.stage.cursor import Cursor
from app.stage.marks import HeatMap, Mark, Node, Panel, Slots, Text
from app.stage.overlay import outline
from app.stage.plain import font_of
from app.stage.veil import Veil
from app.stage.view import StageView
from app.theme import DARK, LIGHT, lettering, load_fonts

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

WORDS = ("the", "hot", "dog", "was", "good", "but", "the", "bun", "was", "cold", "</s>")


def some_runs(*cells: str, steps: int = 11, units: int = 8, **plain: object) -> tuple[engine.Run, ...]:
    lanes = []
    for cell in cells or ("lstm",):
        if cell == "lstm":
            lanes.append(engine.Lane("LSTM", engine.Network(hidden=units, forget_bias=2.0, seed=1)))
        else:
            settings = {"init": "gaussian", "spectral_radius": 0.9, **plain}
            network = engine.Network(cell="rnn", hidden=units, seed=1, **settings)  # type: ignore[arg-type]
            lanes.append(engine.Lane("plain", network))
    return engine.run(engine.Experiment(tuple(lanes), engine.Input.tokens((WORDS * 20)[:steps])))


@pytest.fixture
def stage(qtbot: QtBot) -> StageView:
    load_fonts()
    view = StageView()
    qtbot.addWidget(view)
    view.resize(900, 760)
    view.set_runs(some_runs())
    view.show()
    return view


def middle(mark: Mark) -> QPoint:
    x, y, width, height = mark.rect
    return QPoint(round(x + width / 2), round(y + height / 2))


def cell_of(stage: StageView, quantity: str, unit: int, step: int) -> QPoint:
    drawn = next(m for m in stage.marks() if isinstance(m, HeatMap) and m.quantity == quantity)
    return middle(drawn.part(unit - 1, step - 1))


def move(stage: StageView, at: QPoint, buttons: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
    where = QPointF(at)
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        where,
        QPointF(stage.mapToGlobal(at)),
        Qt.MouseButton.NoButton,
        buttons,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(stage, event)


# ------------------------------------------------------------------------------------------- pointer


def test_a_click_on_a_column_moves_the_cursor_and_names_the_column(stage: StageView, qtbot: QtBot) -> None:
    seen: list[object] = []
    stage.cursor_moved.connect(lambda cursor: seen.append((cursor.step, cursor.unit)))
    stage.node_clicked.connect(seen.append)
    qtbot.mouseClick(stage, Qt.MouseButton.LeftButton, pos=cell_of(stage, "c", 5, 7))
    assert seen == [(7, 5), "step-7"]


def test_a_click_on_a_node_names_it_and_leaves_the_step(stage: StageView, qtbot: QtBot) -> None:
    node = next(m for m in stage.marks() if isinstance(m, Node) and m.node == "forget-product")
    with qtbot.waitSignal(stage.node_clicked) as blocker:
        qtbot.mouseClick(stage, Qt.MouseButton.LeftButton, pos=middle(node))
    assert blocker.args == ["forget-product"]
    assert stage.cursor_now().step == 1


def test_a_press_let_go_elsewhere_is_no_click(stage: StageView, qtbot: QtBot) -> None:
    node = next(m for m in stage.marks() if isinstance(m, Node) and m.node == "forget-product")
    heard: list[str] = []
    stage.node_clicked.connect(heard.append)
    qtbot.mousePress(stage, Qt.MouseButton.LeftButton, pos=middle(node))
    qtbot.mouseRelease(stage, Qt.MouseButton.LeftButton, pos=QPoint(4, 4))
    assert heard == []


def test_dragging_scrubs_through_the_steps(stage: StageView, qtbot: QtBot) -> None:
    seen: list[int] = []
    stage.cursor_moved.connect(lambda cursor: seen.append(cursor.step))
    qtbot.mousePress(stage, Qt.MouseButton.LeftButton, pos=cell_of(stage, "f", 1, 2))
    for step in (3, 4, 5, 4):
        move(stage, cell_of(stage, "f", 1, step), Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(stage, Qt.MouseButton.LeftButton, pos=cell_of(stage, "f", 1, 4))
    assert seen == [2, 3, 4, 5, 4]


@pytest.mark.parametrize("view", ["gates", "gradient"])
def test_the_cursor_is_one_in_all_views(stage: StageView, qtbot: QtBot, view: str) -> None:
    stage.set_view(view)
    drawn = [m for m in stage.marks() if isinstance(m, HeatMap) and m.quantity]
    qtbot.mouseClick(stage, Qt.MouseButton.LeftButton, pos=middle(drawn[0].part(2, 8)))
    stage.set_view("cell")
    assert stage.cursor_now().step == 9
    drawn = next(m for m in stage.marks() if isinstance(m, HeatMap) and m.quantity == "c")
    column = drawn.part(2, 8).rect
    frames = [m for m in stage.marks() if isinstance(m, Panel) and m.border == stage.theme().text]
    assert any(abs(m.rect[0] - column[0]) <= 2.0 and m.rect[3] > column[3] for m in frames)


def test_hovering_shows_value_formula_and_numbers(stage: StageView) -> None:
    (run,) = stage.runs()
    move(stage, cell_of(stage, "c", 4, 6))
    card = stage.card()
    assert card is not None
    worked = engine.arithmetic(run, "c", 6, 4)
    assert card.numbers == worked.plain
    assert card.formula == "cₜ = fₜ ⊙ cₜ₋₁ + iₜ ⊙ gₜ"
    assert "unit 4" in card.place
    assert "t = 6" in card.place
    assert "“but”" in card.place
    texts = " ".join(m.text for m in stage.shown_card_marks() if isinstance(m, Text))
    assert card.value in texts


def test_a_slot_of_a_gate_has_a_card_too(stage: StageView) -> None:
    slots = next(m for m in stage.marks() if isinstance(m, Slots))
    part = slots.parts()[2]
    move(stage, middle(part))
    card = stage.card()
    assert card is not None
    assert card.numbers == engine.arithmetic(stage.runs()[0], part.quantity or "", 1, 3).plain


@pytest.mark.parametrize("size", [(900, 820), (880, 620), (760, 480), (560, 420)])
@pytest.mark.parametrize("view", VIEWS)
def test_a_card_stays_inside_the_stage_and_off_its_mark(
    stage: StageView, size: tuple[int, int], view: str
) -> None:
    stage.resize(*size)
    stage.set_view(view)
    maps = [m for m in stage.marks() if isinstance(m, HeatMap) and m.quantity]
    for drawn in maps:
        rows, columns = drawn.values.shape
        for row, column in ((0, 0), (0, columns - 1), (rows - 1, 0), (rows - 1, columns - 1)):
            at = middle(drawn.part(row, column))
            move(stage, at)
            panel = stage.shown_card_marks()[0].rect
            assert panel[0] >= 0
            assert panel[1] >= 0
            assert panel[0] + panel[2] <= size[0]
            assert panel[1] + panel[3] <= size[1]
            inside_x = panel[0] <= at.x() < panel[0] + panel[2]
            assert not (inside_x and panel[1] <= at.y() < panel[1] + panel[3])
            for mark in stage.shown_card_marks()[1:]:
                assert isinstance(mark, Text)
                assert mark.rect[0] + mark.rect[2] <= panel[0] + panel[2]


@pytest.mark.parametrize("view", ["gates", "gradient"])
def test_a_card_leaves_words_beside_it_readable(stage: StageView, view: str) -> None:
    stage.set_view(view)
    for drawn in [m for m in stage.marks() if isinstance(m, HeatMap) and m.quantity]:
        rows, columns = drawn.values.shape
        for row, column in ((0, 0), (0, columns - 1), (rows // 2, columns // 2), (rows - 1, 3)):
            move(stage, middle(drawn.part(row, column)))
            x, y, width, height = stage.shown_card_marks()[0].rect
            covered = [
                mark.text
                for mark in stage.marks()
                if isinstance(mark, Text)
                and ink(mark)[0] < x + width
                and x < ink(mark)[2]
                and ink(mark)[1] < y + height
                and y < ink(mark)[3]
            ]
            # The gradient's card is taller than its heat map: some words it has to cover.
            assert len(covered) <= (0 if view == "gates" else 4), (row, column, covered)


def test_the_hovered_cell_has_an_outline_and_other_marks_have_none(stage: StageView) -> None:
    drawn = next(m for m in stage.marks() if isinstance(m, HeatMap) and m.quantity == "c")
    cell = drawn.part(3, 5)
    found = outline(cell, stage.marks(), DARK)
    assert [m.border for m in found if isinstance(m, Panel)] == [DARK.panel, DARK.text]
    for mark in found:
        assert mark.rect[0] <= cell.rect[0]
        assert mark.rect[1] <= cell.rect[1]
    slots = next(m for m in stage.marks() if isinstance(m, Slots))
    assert outline(slots.parts()[0], stage.marks(), DARK) == ()
    assert outline(None, stage.marks(), DARK) == ()
    before = stage.grab().toImage()
    move(stage, middle(cell))
    assert stage.grab().toImage() != before


def test_leaving_closes_the_card(stage: StageView) -> None:
    move(stage, cell_of(stage, "c", 4, 6))
    assert stage.card() is not None
    QApplication.sendEvent(stage, QEvent(QEvent.Type.Leave))
    assert stage.card() is None


def test_tabs_choose_the_view(stage: StageView, qtbot: QtBot) -> None:
    tab = next(m for m in stage.marks() if m.node == "view:gradient")
    with qtbot.waitSignal(stage.view_changed) as blocker:
        qtbot.mouseClick(stage, Qt.MouseButton.LeftButton, pos=middle(tab))
    assert blocker.args == ["gradient"]
    assert stage.view() == "gradient"


def test_an_unknown_view_is_refused(stage: StageView) -> None:
    with pytest.raises(ValueError, match="spectrum"):
        stage.set_view("spectrum")


# ------------------------------------------------------------------------------------- what is shown


def test_title_and_quoted_input(stage: StageView) -> None:
    texts = [m.text for m in stage.marks() if isinstance(m, Text)]
    assert "LSTM · 8 units" in texts
    assert any(text.startswith("“the hot dog") for text in texts)


def test_two_lanes_can_be_switched_and_share_the_gradient_chart(stage: StageView, qtbot: QtBot) -> None:
    stage.set_runs(some_runs("rnn", "lstm"))
    stage.set_cursor(replace(stage.cursor_now(), lane="plain"))
    assert {m.quantity for m in stage.marks() if isinstance(m, HeatMap) and m.quantity} == {"z", "h"}
    chip = next(m for m in stage.marks() if m.node == "lane:LSTM")
    qtbot.mouseClick(stage, Qt.MouseButton.LeftButton, pos=middle(chip))
    assert stage.cursor_now().lane == "LSTM"
    assert {m.quantity for m in stage.marks() if isinstance(m, HeatMap) and m.quantity} == set("figoch")
    stage.set_view("gradient")
    assert {m.lane for m in stage.marks() if isinstance(m, HeatMap) and m.lane} == {"plain", "LSTM"}
    assert "Plain vs LSTM · 8 units" in [m.text for m in stage.marks() if isinstance(m, Text)]


def test_other_runs_keep_the_cursor_where_they_allow_it(stage: StageView) -> None:
    stage.set_cursor(Cursor(step=9, unit=8))
    stage.set_runs(some_runs(steps=4, units=3))
    assert (stage.cursor_now().step, stage.cursor_now().unit) == (4, 3)


def test_without_runs_there_is_nothing_to_hear_or_move(stage: StageView, qtbot: QtBot) -> None:
    stage.set_runs(())
    qtbot.keyClick(stage, Qt.Key.Key_Right)
    qtbot.keyClick(stage, Qt.Key.Key_Space)
    assert not stage.player.playing
    assert stage.accessibleDescription() == ""
    assert not stage.grab().isNull()


def test_numbers_that_left_the_range_are_said_on_the_stage_and_aloud(stage: StageView) -> None:
    stage.set_runs(some_runs("rnn", steps=200, activation="identity", spectral_radius=90.0))
    (run,) = stage.runs()
    assert run.left_range is not None
    sentence = run.left_range.sentence
    for view in VIEWS:
        stage.set_view(view)
        texts = [m.text for m in stage.marks() if isinstance(m, Text)]
        assert sentence in texts
        said = "no finite gradient" if view == "gradient" else "hatched: no number"
        assert any(said in text for text in texts)
        assert any("on a log scale" in text for text in texts) is (view != "gradient")
        assert sentence in stage.accessibleDescription()
        assert not stage.grab().isNull()


def test_a_veil_before_that_place_does_not_tell_of_it(stage: StageView) -> None:
    stage.set_veil(Veil(after=3))
    stage.set_runs(some_runs("rnn", steps=200, activation="identity", spectral_radius=90.0))
    assert not any("left the range" in m.label + getattr(m, "text", "") for m in stage.marks())
    assert "left the range" not in stage.accessibleDescription()


@pytest.mark.parametrize("size", [(560, 420), (560, 700), (760, 480), (880, 620), (900, 820), (1900, 1300)])
@pytest.mark.parametrize(
    ("cells", "steps", "units"),
    [(("lstm",), 4, 1), (("rnn",), 11, 8), (("rnn", "lstm"), 50, 32), (("lstm",), 200, 128)],
)
def test_every_mark_lies_inside_and_no_text_is_cut(
    stage: StageView, size: tuple[int, int], cells: tuple[str, ...], steps: int, units: int
) -> None:
    stage.resize(*size)
    stage.set_runs(some_runs(*cells, steps=steps, units=units))
    for view in VIEWS:
        stage.set_view(view)
        for mark in stage.marks():
            x, y, width, height = mark.rect
            assert x >= -0.5, mark
            assert y >= -0.5, mark
            assert x + width <= size[0] + 0.5, mark
            assert y + height <= size[1] + 0.5, mark
            if isinstance(mark, Text) and view != "cell":
                font, _ = font_of(mark.size, mark.weight, mark.italic, mark.mono)
                assert lettering.advance(mark.text, font) <= mark.rect[2] + 2.0, mark.text


def ink(mark: Text) -> tuple[float, float, float, float]:
    """Return where a text is really painted: left, top, right, bottom."""
    font, _ = font_of(mark.size, mark.weight, mark.italic, mark.mono)
    width, (x, y, room, height) = lettering.advance(mark.text, font), mark.rect
    left = x + {"left": 0.0, "centre": (room - width) / 2, "right": room - width}[mark.align]
    return left, y + height / 2 - 0.4 * mark.size, left + width, y + height / 2 + 0.4 * mark.size


@pytest.mark.parametrize("size", [(560, 420), (624, 560), (760, 480), (880, 620), (900, 820), (1900, 1300)])
@pytest.mark.parametrize("view", ["gates", "gradient"])
def test_no_text_lies_on_another(stage: StageView, size: tuple[int, int], view: str) -> None:
    stage.resize(*size)
    stage.set_view(view)
    for cells, steps, step in ((("lstm",), 4, 2), (("rnn",), 11, 9), (("rnn", "lstm"), 50, 12)):
        stage.set_runs(some_runs(*cells, steps=steps, units=16))
        stage.set_cursor(replace(stage.cursor_now(), step=step))
        texts = [m for m in stage.marks() if isinstance(m, Text)]
        head = f"t = {step}"
        card = next(
            (
                m.rect
                for m in stage.marks()
                if type(m) is Mark and m.label.startswith(f"{head}: ") and not m.node
            ),
            None,
        )
        if card is not None:
            # The card of numbers is opaque: of its rows only the head is compared with the rest.
            inside = [
                m
                for m in texts
                if card[0] <= m.rect[0]
                and m.rect[0] + m.rect[2] <= card[0] + card[2] + 1
                and card[1] <= m.rect[1]
                and m.rect[1] + m.rect[3] <= card[1] + card[3] + 1
            ]
            texts = [m for m in texts if m not in inside or m.text == head]
        boxes = [(ink(m), m.text) for m in texts]
        for k, (one, name) in enumerate(boxes):
            for other, its in boxes[k + 1 :]:
                apart = (
                    one[2] <= other[0] + 0.5
                    or other[2] <= one[0] + 0.5
                    or one[3] <= other[1]
                    or other[3] <= one[1]
                )
                assert apart, (name, its)


def test_both_themes_draw_in_their_own_colours(stage: StageView) -> None:
    for theme in (DARK, LIGHT):
        stage.set_theme(theme)
        assert stage.grab().toImage().pixelColor(5, 400).name() == theme.panel.lower()


def test_a_larger_text_size_enlarges_everything(stage: StageView) -> None:
    stage.set_zoom(1.5)
    widest = max(m.rect[0] + m.rect[2] for m in stage.marks())
    assert widest <= 900 / 1.5 + 0.5
    step = cell_of(stage, "c", 1, 6)
    move(stage, QPoint(round(step.x() * 1.5), round(step.y() * 1.5)))
    card = stage.card()
    assert card is not None
    assert "t = 6" in card.place


# ------------------------------------------------------------------------------------------- playing


def test_playing_stops_at_the_end_and_no_timer_is_left(stage: StageView, qtbot: QtBot) -> None:
    stage.player.set_speed(4.0)
    stage.set_cursor(Cursor(step=10))
    stage.player.play()
    qtbot.waitUntil(lambda: not stage.player.playing, timeout=5000)
    assert (stage.cursor_now().step, stage.cursor_now().phase) == (11, 5.0)


def test_playing_stops_at_the_last_step_the_veil_shows(stage: StageView) -> None:
    stage.set_veil(Veil(after=3))
    stage.player.play()
    stage.player.tick(60_000.0)
    assert not stage.player.playing
    assert stage.cursor_now().step == 3


def test_backwards_it_plays_to_the_first_step(stage: StageView) -> None:
    stage.set_cursor(replace(stage.cursor_now(), step=4, backward=True))
    stage.player.play()
    stage.player.tick(60_000.0)
    assert not stage.player.playing
    assert (stage.cursor_now().step, stage.cursor_now().phase) == (1, 5.0)


@pytest.mark.parametrize(("view", "end"), [("gates", 11), ("plot", 11), ("gradient", 1)])
@pytest.mark.parametrize("backward", [False, True])
def test_a_view_of_one_pass_plays_its_own_way_and_leaves_the_cells(
    stage: StageView, view: str, end: int, backward: bool
) -> None:
    stage.set_cursor(replace(stage.cursor_now(), step=4, backward=backward))
    stage.set_view(view)
    stage.player.play()
    stage.player.tick(60_000.0)
    assert (stage.cursor_now().step, stage.cursor_now().backward) == (end, backward)
    stage.play_from_start()
    assert stage.cursor_now().step == 12 - end
    stage.player.pause()


def test_touching_a_column_stops_playing(stage: StageView, qtbot: QtBot) -> None:
    stage.player.play()
    qtbot.mouseClick(stage, Qt.MouseButton.LeftButton, pos=cell_of(stage, "c", 5, 7))
    assert not stage.player.playing


def test_the_cursor_tells_only_of_changes(stage: StageView) -> None:
    seen: list[Cursor] = []
    stage.cursor_moved.connect(seen.append)
    stage.set_cursor(stage.cursor_now())
    assert seen == []
    stage.set_cursor(Cursor(step=99, unit=99))
    assert [(c.step, c.unit) for c in seen] == [(11, 8)]
