"""The plot: what it shows and hides, how one moves in it, and that pyqtgraph comes late and goes quietly."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

import engine
from app.stage.cursor import Cursor
from app.stage.plot import PlotView, plot_help
from app.stage.plot_axes import Range, linear_axis, power_axis
from app.stage.plot_model import MOST_UNITS, PlotChoice, build, plot_quantities
from app.stage.veil import Veil
from app.stage.veiled import hidden_sentence
from app.theme import DARK, LIGHT, Theme, load_fonts

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

ROOT = Path(__file__).resolve().parents[2]
WORDS = ("the", "hot", "dog", "was", "good", "but", "the", "bun", "was", "cold", "</s>")
OPEN = Veil()


def lstm(hidden: int = 8, name: str = "LSTM") -> engine.Lane:
    return engine.Lane(name, engine.Network(hidden=hidden, forget_bias=2.0, seed=1))


def plain(hidden: int = 8, radius: float = 0.9, activation: str = "tanh") -> engine.Lane:
    network = engine.Network(
        cell="rnn", hidden=hidden, seed=1, init="gaussian", spectral_radius=radius, activation=activation
    )
    return engine.Lane("plain", network)


def runs(*lanes: engine.Lane, steps: int = 11) -> tuple[engine.Run, ...]:
    return engine.run(engine.Experiment(lanes or (lstm(),), engine.Input.tokens((WORDS * 100)[:steps])))


def exploding() -> tuple[engine.Run, ...]:
    lane = plain(4, 60.0, "identity")
    return engine.run(engine.Experiment((lane,), engine.Input.noise(300, 4, 1)))


@pytest.fixture
def plot(qtbot: QtBot) -> PlotView:
    load_fonts()
    view = PlotView()
    qtbot.addWidget(view)
    view.resize(900, 640)
    view.set_runs(runs())
    view.show()
    return view


def place(plot: PlotView, step: float, share: float = 0.5) -> QPoint:
    """Return where a step is on the area, at a share of the plot's height from above."""
    rect, (x, _) = plot.area.plot_rect(), plot.area.window_now()
    across = rect.left() + (step - x.low) / x.size * rect.width()
    return QPoint(round(across), round(rect.top() + share * rect.height()))


def move(plot: PlotView, at: QPoint) -> None:
    area = plot.area
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(at),
        QPointF(area.mapToGlobal(at)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(area, event)


def wheel(plot: PlotView, at: QPoint, notches: int) -> None:
    event = QWheelEvent(
        QPointF(at),
        QPointF(plot.area.mapToGlobal(at)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(plot.area, event)


def steps_heard(plot: PlotView) -> list[int]:
    seen: list[int] = []
    plot.cursor_moved.connect(lambda cursor: seen.append(cursor.step))
    return seen


def count_colour(image: QImage, colour: str, left: int = 0, right: int | None = None) -> int:
    """Count the pixels of just that colour between two columns."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1) & 0xFFFFFF
    return int(np.count_nonzero(pixels[:, left:right] == QColor(colour).rgb() & 0xFFFFFF))


# ------------------------------------------------------------------------------------- what is shown


def test_a_state_is_shown_from_its_initial_value_on(plot: PlotView) -> None:
    plot.set_cursor(Cursor(step=4, unit=3))
    (curve,) = plot.shown_values()
    assert (curve.lane, curve.quantity, curve.unit) == ("LSTM", "c", 3)
    assert list(curve.steps) == list(range(12))
    np.testing.assert_array_equal(curve.values, runs()[0].states("c")[:, 2])


def test_a_gate_is_shown_from_the_first_step_on(plot: PlotView) -> None:
    plot.set_choice(PlotChoice("f"))
    (curve,) = plot.shown_values()
    assert list(curve.steps) == list(range(1, 12))
    np.testing.assert_array_equal(curve.values, runs()[0].grid("f")[:, 0])


def test_every_quantity_of_both_cells_can_be_shown(plot: PlotView) -> None:
    both = runs(lstm(), plain())
    plot.set_runs(both)
    names = {q.name for run in both for q in run.quantities()}
    assert {q.name for q in plot_quantities(both, OPEN)} == names
    for name in sorted(names):
        for drawn in ("unit", "all", "norm"):
            for log in (False, True):
                plot.set_choice(PlotChoice(name, drawn, log))
                assert plot.choice().quantity == name
                assert not plot.grab().isNull()
    assert plot.area.curve_count() > 0


def test_the_norm_is_the_engines(plot: PlotView) -> None:
    plot.set_choice(PlotChoice("grad(c)", "norm"))
    (curve,) = plot.shown_values()
    assert curve.unit is None
    np.testing.assert_array_equal(curve.values, runs()[0].norms("grad(c)"))


def test_all_units_are_drawn_with_the_chosen_one_strong(plot: PlotView) -> None:
    plot.set_choice(PlotChoice("h", "all"))
    plot.set_cursor(Cursor(unit=5))
    shown = plot.shown_values()
    assert sorted(curve.unit or 0 for curve in shown) == list(range(1, 9))
    assert [curve.unit for curve in shown if curve.strong] == [5]
    assert shown[-1].strong, "the strong one lies over the others"
    assert plot.area.curve_count() == 2, "the thin ones of a lane are one stroke"


@pytest.mark.parametrize("unit", [1, 2, 77, 128])
def test_of_a_large_layer_a_few_units_are_drawn_and_it_is_said(unit: int) -> None:
    picture = build(runs(lstm(128)), PlotChoice("c", "all"), Cursor(unit=unit), OPEN)
    assert len(picture.curves) == MOST_UNITS
    assert [curve.unit for curve in picture.curves if curve.strong] == [unit]
    assert any("32 of 128" in note for note in picture.notes)


def test_a_log_axis_shows_sizes_and_says_so() -> None:
    run = runs()[0]
    picture = build((run,), PlotChoice("c", log=True), Cursor(unit=2), OPEN)
    np.testing.assert_array_equal(picture.curves[0].values, np.abs(run.states("c")[:, 1]))
    assert picture.symbol == "|cₜ|"
    assert "absolute value" in picture.words
    assert "log scale" in picture.words
    assert any("exactly 0" in note and "t = 0" in note for note in picture.notes)
    gate = build((run,), PlotChoice("f", log=True), Cursor(), OPEN)
    assert "absolute" not in gate.words
    assert not gate.notes


def test_a_lane_without_the_quantity_is_named() -> None:
    both = runs(lstm(), plain())
    picture = build(both, PlotChoice("f"), Cursor(), OPEN)
    assert [curve.lane for curve in picture.curves] == ["LSTM"]
    assert picture.notes == ("Plain has no forget gate",)
    shared = build(both, PlotChoice("h"), Cursor(), OPEN)
    assert [curve.lane for curve in shared.curves] == ["LSTM", "plain"]
    assert not shared.notes


def test_another_network_keeps_the_wish(plot: PlotView) -> None:
    plot.set_choice(PlotChoice("f"))
    plot.set_runs(runs(plain()))
    assert plot.choice().quantity == "h"
    plot.set_runs(runs())
    assert plot.choice().quantity == "f"


def test_numbers_that_left_the_range_leave_a_gap_and_a_sentence(plot: PlotView) -> None:
    broken = exploding()
    plot.set_runs(broken)
    plot.set_choice(PlotChoice("h", log=False))
    (curve,) = plot.shown_values()
    assert not np.isfinite(curve.values).all()
    found = broken[0].left_range
    assert found is not None
    assert plot.notes() == (found.sentence,)
    assert found.sentence in plot.area.accessibleDescription()
    assert not plot.grab().isNull()


def test_an_explosion_is_logarithmic_until_the_learner_says_otherwise(plot: PlotView, qtbot: QtBot) -> None:
    plot.set_runs(exploding())
    plot.set_choice(PlotChoice("h"))
    assert plot.choice().log is True
    qtbot.mouseClick(plot.controls.button("Linear"), Qt.MouseButton.LeftButton)
    assert plot.choice().log is False
    plot.set_choice(PlotChoice("h"))
    plot.set_runs(runs())
    assert plot.choice().log is False


def test_a_veiled_explosion_is_not_felt_by_the_axis() -> None:
    picture = build(exploding(), PlotChoice("h"), Cursor(), Veil(after=3))
    assert picture.choice.log is False


def test_a_norm_too_large_for_a_number_is_not_blamed_on_a_later_step() -> None:
    broken = exploding()
    picture = build(broken, PlotChoice("h", "norm"), Cursor(), OPEN)
    first = int(np.flatnonzero(~np.isfinite(picture.curves[0].values))[0])
    found = broken[0].left_range
    assert found is not None
    if first < found.t:
        assert any(f"t = {first}.." in note for note in picture.notes)


def test_one_step_and_one_unit_are_enough(plot: PlotView) -> None:
    plot.set_runs(runs(lstm(1), steps=1))
    for name in ("x", "f", "c", "loss", "grad(c)"):
        plot.set_choice(PlotChoice(name, "all", log=True))
        assert not plot.grab().isNull()


def test_the_longest_and_widest_run_can_be_shown(plot: PlotView) -> None:
    plot.set_runs(runs(lstm(128), plain(128), steps=1000))
    plot.set_choice(PlotChoice("h", "all"))
    assert not plot.grab().isNull()
    assert len(plot.shown_values()) == 2 * MOST_UNITS


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_lanes_have_their_colours_in_both_themes(plot: PlotView, theme: Theme) -> None:
    plot.set_theme(theme)
    plot.set_runs(runs(lstm(), plain()))
    plot.set_choice(PlotChoice("h"))
    image = plot.area.grab().toImage()
    assert count_colour(image, theme.cell) > 50
    assert count_colour(image, theme.below) > 50
    assert count_colour(image, theme.panel) > image.width() * image.height() // 2


def test_one_lane_has_the_colour_of_its_quantity(plot: PlotView) -> None:
    plot.set_choice(PlotChoice("f"))
    assert count_colour(plot.area.grab().toImage(), DARK.forget) > 50


def test_nothing_to_show_is_no_mistake(plot: PlotView, qtbot: QtBot) -> None:
    plot.set_runs(())
    assert plot.shown_values() == ()
    assert plot.area.accessibleName() == "plot, empty"
    qtbot.mouseClick(plot.area, Qt.MouseButton.LeftButton, pos=QPoint(300, 300))
    qtbot.keyClick(plot.area, Qt.Key.Key_Right)
    assert not plot.grab().isNull()


# ------------------------------------------------------------------------------------------ the veil


def test_hidden_steps_are_neither_values_nor_pixels_nor_felt_by_the_axis(plot: PlotView) -> None:
    plot.set_veil(Veil(after=4))
    (curve,) = plot.shown_values()
    assert list(curve.steps) == [0, 1, 2, 3, 4]
    image = plot.area.grab().toImage()
    edge = place(plot, 4.6).x()
    assert count_colour(image, DARK.cell, edge) == 0
    assert count_colour(image, DARK.cell, 0, edge) > 20
    whole = runs()[0].states("c")[:5, 0]
    assert build(runs(), PlotChoice("c"), Cursor(), Veil(after=4)).axis == linear_axis([whole], "signed")


def test_hidden_steps_are_said_to_be_hidden(plot: PlotView) -> None:
    plot.set_veil(Veil(after=4))
    assert hidden_sentence() in plot.area.accessibleDescription()


def test_hidden_quantities_are_not_offered(plot: PlotView) -> None:
    plot.set_choice(PlotChoice("f"))
    plot.set_veil(Veil(quantities=frozenset({"f"}), views=frozenset({"gradient"})))
    names = {q.name for q in plot_quantities(runs(), Veil(quantities=frozenset({"f"})))}
    assert not names & {"f", "z_f"}
    box = plot.controls.quantity_box()
    offered = {box.itemData(k) for k in range(box.count())}
    assert "c" in offered
    assert not {name for name in offered if name and name.startswith("grad(")}
    assert plot.choice().quantity == "c"
    plot.set_veil(OPEN)
    assert plot.choice().quantity == "f", "the wish is kept until it can be shown"


def test_the_pre_activation_of_a_hidden_state_is_hidden_with_it() -> None:
    names = {q.name for q in plot_quantities(runs(plain()), Veil(quantities=frozenset({"h"})))}
    assert not names & {"h", "z"}


def test_a_hidden_view_shows_nothing_and_says_so(plot: PlotView, qtbot: QtBot) -> None:
    seen = steps_heard(plot)
    plot.set_veil(Veil(views=frozenset({"plot"})))
    assert plot.shown_values() == ()
    assert not plot.controls.isVisible()
    assert hidden_sentence() in plot.area.accessibleName()
    assert hidden_sentence() in plot.area.accessibleDescription()
    assert count_colour(plot.area.grab().toImage(), DARK.cell) == 0
    qtbot.mouseClick(plot.area, Qt.MouseButton.LeftButton, pos=QPoint(400, 300))
    qtbot.keyClick(plot.area, Qt.Key.Key_Right)
    assert seen == []


def test_the_cursor_does_not_go_where_the_veil_is(plot: PlotView, qtbot: QtBot) -> None:
    plot.set_veil(Veil(after=4))
    qtbot.mouseClick(plot.area, Qt.MouseButton.LeftButton, pos=place(plot, 9))
    assert plot.cursor_now().step == 4
    qtbot.keyClick(plot.area, Qt.Key.Key_Right)
    assert plot.cursor_now().step == 4


# --------------------------------------------------------------------------------------- the pointer


def test_a_click_goes_to_the_nearest_step(plot: PlotView, qtbot: QtBot) -> None:
    seen = steps_heard(plot)
    qtbot.mouseClick(plot.area, Qt.MouseButton.LeftButton, pos=place(plot, 7.3))
    assert seen == [7]
    assert plot.cursor_now() == Cursor(step=7)
    assert "t = 7: LSTM" in plot.area.accessibleDescription()


def test_the_initial_state_is_shown_but_the_cursor_stays_on_steps(plot: PlotView, qtbot: QtBot) -> None:
    plot.set_cursor(Cursor(step=5))
    qtbot.mouseClick(plot.area, Qt.MouseButton.LeftButton, pos=place(plot, 0))
    assert plot.cursor_now().step == 1


def test_setting_the_cursor_is_silent(plot: PlotView) -> None:
    seen = steps_heard(plot)
    plot.set_cursor(Cursor(step=6, unit=2))
    assert seen == []
    assert "t = 6" in plot.area.accessibleDescription()


def test_dragging_scrubs_while_all_is_in_sight(plot: PlotView, qtbot: QtBot) -> None:
    seen = steps_heard(plot)
    qtbot.mousePress(plot.area, Qt.MouseButton.LeftButton, pos=place(plot, 3))
    for step in (4, 5, 4):
        move(plot, place(plot, step))
    qtbot.mouseRelease(plot.area, Qt.MouseButton.LeftButton, pos=place(plot, 4))
    assert seen == [3, 4, 5, 4]
    assert plot.area.is_whole()


def test_the_wheel_zooms_around_the_pointer(plot: PlotView) -> None:
    before, at = plot.area.window_now()[0], place(plot, 6.0, 0.3)
    wheel(plot, at, 2)
    after = plot.area.window_now()[0]
    assert after.size < before.size
    assert abs(place(plot, 6.0).x() - at.x()) <= 1
    assert plot.controls.button("Show all").isEnabled()


def test_one_cannot_get_lost(plot: PlotView, qtbot: QtBot) -> None:
    whole = plot.area.window_now()
    wheel(plot, place(plot, 6), 60)
    x, y = plot.area.window_now()
    assert x.size >= 4.0 - 1e-9
    assert y.size > 0.0
    at = place(plot, (x.low + x.high) / 2 + 0.4)
    qtbot.mousePress(plot.area, Qt.MouseButton.LeftButton, pos=at)
    for far in (QPoint(5000, 5000), QPoint(-9000, -9000)):
        move(plot, at + far)
        for now, all_of_it in zip(plot.area.window_now(), whole, strict=True):
            assert now.low >= all_of_it.low - 1e-9
            assert now.high <= all_of_it.high + 1e-9
    qtbot.mouseRelease(plot.area, Qt.MouseButton.LeftButton, pos=at)
    wheel(plot, plot.area.plot_rect().center().toPoint(), -200)
    assert plot.area.is_whole()


def test_zoomed_in_a_drag_moves_the_window_and_a_click_the_cursor(plot: PlotView, qtbot: QtBot) -> None:
    plot.set_cursor(Cursor(step=1))
    wheel(plot, place(plot, 6), 3)
    seen, before = steps_heard(plot), plot.area.window_now()[0]
    qtbot.mousePress(plot.area, Qt.MouseButton.LeftButton, pos=place(plot, 7))
    move(plot, place(plot, 6))
    qtbot.mouseRelease(plot.area, Qt.MouseButton.LeftButton, pos=place(plot, 7))
    assert seen == []
    after = plot.area.window_now()[0]
    assert after.low == pytest.approx(before.low + 1.0, abs=0.05)
    assert after.size == pytest.approx(before.size)
    qtbot.mouseClick(plot.area, Qt.MouseButton.LeftButton, pos=place(plot, 7))
    assert seen == [7]


def test_zoomed_in_the_cursor_can_still_be_dragged(plot: PlotView, qtbot: QtBot) -> None:
    plot.set_cursor(Cursor(step=6))
    wheel(plot, place(plot, 6), 3)
    seen, before = steps_heard(plot), plot.area.window_now()
    qtbot.mousePress(plot.area, Qt.MouseButton.LeftButton, pos=place(plot, 6))
    move(plot, place(plot, 7))
    qtbot.mouseRelease(plot.area, Qt.MouseButton.LeftButton, pos=place(plot, 7))
    assert seen == [7]
    assert plot.area.window_now() == before


def test_a_double_click_shows_all_again(plot: PlotView, qtbot: QtBot) -> None:
    wheel(plot, place(plot, 6), 5)
    qtbot.mouseDClick(plot.area, Qt.MouseButton.LeftButton, pos=place(plot, 6))
    assert plot.area.is_whole()
    assert not plot.controls.button("Show all").isEnabled()


def test_there_is_no_menu(plot: PlotView) -> None:
    at = place(plot, 5)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, plot.area.mapToGlobal(at))
    QApplication.sendEvent(plot.area, event)
    assert QApplication.activePopupWidget() is None


def test_new_numbers_leave_the_steps_looked_at(plot: PlotView) -> None:
    wheel(plot, place(plot, 6), 3)
    before = plot.area.window_now()[0]
    plot.set_runs(runs(lstm(name="LSTM", hidden=6)))
    assert plot.area.window_now()[0].size == pytest.approx(before.size)
    assert plot.area.window_now()[0].low == pytest.approx(before.low)
    plot.set_runs(runs(steps=40))
    x = plot.area.window_now()[0]
    assert x.low >= -1.0
    assert x.high <= 41.0


# -------------------------------------------------------------------------------------- the keyboard


def test_arrow_keys_step_and_change_the_unit(plot: PlotView, qtbot: QtBot) -> None:
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Down):
        qtbot.keyClick(plot.area, key)
    assert plot.cursor_now() == Cursor(step=2, unit=2)
    assert [curve.unit for curve in plot.shown_values()] == [2]
    qtbot.keyClick(plot.area, Qt.Key.Key_Up)
    qtbot.keyClick(plot.area, Qt.Key.Key_Up)
    assert plot.cursor_now().unit == 1


def test_keys_zoom_and_show_all(plot: PlotView, qtbot: QtBot) -> None:
    before = plot.area.window_now()[0].size
    qtbot.keyClick(plot.area, Qt.Key.Key_Plus)
    assert plot.area.window_now()[0].size < before
    qtbot.keyClick(plot.area, Qt.Key.Key_Minus)
    assert plot.area.window_now()[0].size == pytest.approx(before)
    qtbot.keyClick(plot.area, Qt.Key.Key_Plus)
    qtbot.keyClick(plot.area, Qt.Key.Key_R)
    assert plot.area.is_whole()
    assert all(shown and meaning for shown, meaning in plot_help())


def test_a_window_follows_the_cursor_that_leaves_it(plot: PlotView, qtbot: QtBot) -> None:
    plot.set_cursor(Cursor(step=2))
    for _ in range(4):
        qtbot.keyClick(plot.area, Qt.Key.Key_Plus)
    for _ in range(9):
        qtbot.keyClick(plot.area, Qt.Key.Key_Right)
        x, step = plot.area.window_now()[0], plot.cursor_now().step
        assert x.low <= step <= x.high
    assert plot.cursor_now().step == 11


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Home, Qt.Key.Key_3, Qt.Key.Key_L])
def test_keys_of_the_stage_are_left_to_it(plot: PlotView, qtbot: QtBot, key: Qt.Key) -> None:
    heard: list[int] = []

    class Around(PlotView):
        def keyPressEvent(self, event: object) -> None:
            heard.append(event.key())  # type: ignore[attr-defined] # a key event

    around = Around()
    qtbot.addWidget(around)
    plot.setParent(around)
    plot.show()
    qtbot.keyClick(plot.area, key)
    assert heard == [key]
    qtbot.keyClick(plot.area, Qt.Key.Key_Right)
    assert heard == [key]


def test_the_quantity_is_chosen_from_the_keyboard(plot: PlotView, qtbot: QtBot) -> None:
    heard: list[str] = []
    plot.choice_changed.connect(lambda choice: heard.append(choice.quantity))
    box = plot.controls.quantity_box()
    assert box.accessibleName()
    assert "cell state" in box.currentText()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert heard == ["tanh_c"]
    assert {curve.quantity for curve in plot.shown_values()} == {"tanh_c"}


def test_the_buttons_choose_what_is_drawn_and_the_axis(plot: PlotView, qtbot: QtBot) -> None:
    qtbot.mouseClick(plot.controls.button("All units"), Qt.MouseButton.LeftButton)
    assert plot.choice() == PlotChoice("c", "all", log=False)
    qtbot.mouseClick(plot.controls.button("Log"), Qt.MouseButton.LeftButton)
    assert plot.choice() == PlotChoice("c", "all", log=True)
    qtbot.keyClick(plot.controls.button("Log"), Qt.Key.Key_Left)
    qtbot.mouseClick(plot.controls.button("Norm"), Qt.MouseButton.LeftButton)
    assert plot.choice() == PlotChoice("c", "norm", log=False)
    plot.set_cursor(Cursor(unit=4))
    qtbot.mouseClick(plot.controls.button("Unit 4"), Qt.MouseButton.LeftButton)
    assert plot.choice() == PlotChoice("c", log=False)


def test_the_loss_is_one_number_and_offers_no_units(plot: PlotView) -> None:
    plot.set_choice(PlotChoice("loss", "norm"))
    (curve,) = plot.shown_values()
    assert curve.unit is None
    np.testing.assert_array_equal(curve.values, runs()[0].states("loss")[:, 0])
    assert not plot.controls.button("Norm").isEnabled()


# ------------------------------------------------------------------------------------ sizes and axes


@pytest.mark.parametrize("width", [420, 560, 760, 1600])
@pytest.mark.parametrize("zoom", [0.9, 1.6])
def test_the_controls_fit_into_the_width(plot: PlotView, width: int, zoom: float) -> None:
    plot.set_zoom(zoom)
    plot.resize(max(width, plot.minimumSizeHint().width()), 640)
    QApplication.processEvents()
    for text in ("All units", "Norm", "Linear", "Log", "Show all"):
        button = plot.controls.button(text)
        corner = button.mapTo(plot, QPoint(0, 0))
        assert corner.x() >= 0
        assert corner.x() + button.width() <= plot.width()
    assert plot.area.rect().contains(plot.area.plot_rect().toAlignedRect())


def test_a_window_zoomed_by_a_factor_keeps_a_place() -> None:
    whole = Range(0.0, 10.0)
    nearer = whole.zoomed(0.5, 4.0, whole, 1.0)
    assert nearer == Range(2.0, 7.0)
    assert whole.zoomed(2.0, 4.0, whole, 1.0) == whole
    assert nearer.moved(100.0, whole) == Range(5.0, 10.0)


@given(
    st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=12),
    st.integers(2, 12),
    st.booleans(),
)
def test_axes_take_any_numbers_and_name_few_ticks(values: list[float], most: int, log: bool) -> None:
    line = np.abs(np.array(values)) if log else np.array(values)
    axis = power_axis([line]) if log else linear_axis([line], "signed")
    places = axis.place(line)
    known = np.isfinite(line) & (line > 0.0) if log else np.isfinite(line)
    assert (np.isfinite(places) == known).all()
    assert (places[known] >= axis.whole.low).all()
    assert (places[known] <= axis.whole.high).all()
    ticks = axis.ticks(axis.whole, most)
    assert 1 <= len(ticks) <= most + 1
    assert len({text for _, text in ticks}) == len(ticks)


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [(-2, 0, {"0.01", "0.1", "1"}), (-9, -8, {"10⁻⁹", "10⁻⁸"})],
)
def test_few_decades_have_ticks_between_them(low: int, high: int, texts: set[str]) -> None:
    axis = power_axis([np.array([10.0**low, 10.0**high])])
    assert texts <= {text for _, text in axis.ticks(axis.whole, 12)}


# ------------------------------------------------------------------------------- pyqtgraph comes late

_SHOWN = """
import sys
from PySide6.QtWidgets import QApplication
application = QApplication([])
import engine
from app.stage.plot import PlotView
view = PlotView()
network = engine.Network(hidden=4, seed=1)
view.set_runs(engine.run(engine.Experiment((engine.Lane("a", network),), engine.Input.noise(9, 2))))
assert "pyqtgraph" not in sys.modules, "imported before anything is shown"
view.resize(700, 500)
view.show()
view.grab()
assert "pyqtgraph" in sys.modules
assert view.area.curve_count() == 1
{end}
"""


@pytest.mark.parametrize(
    "end",
    [
        "application.processEvents()",
        "from PySide6.QtCore import QMetaObject, Qt\n"
        "QMetaObject.invokeMethod(application, 'quit', Qt.ConnectionType.QueuedConnection)\n"
        "sys.exit(application.exec())",
        "view.close(); view.deleteLater(); del view; application.processEvents()",
    ],
    ids=["left open", "quit", "closed"],
)
def test_a_process_that_showed_a_plot_ends_well(end: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _SHOWN.replace("{end}", end)],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_LOGGING_RULES": "*.debug=false"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    heard = [line for line in done.stderr.splitlines() if "This plugin does not support" not in line]
    assert done.returncode == 0, done.stderr
    assert heard == []


def test_many_plots_come_and_go(qtbot: QtBot) -> None:
    before = len(QApplication.allWidgets())
    for _ in range(5):
        view = PlotView()
        view.set_runs(runs())
        view.show()
        view.grab()
        view.close()
        view.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        qtbot.wait(1)
    assert len(QApplication.allWidgets()) <= before
