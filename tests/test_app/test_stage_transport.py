"""The transport and the panel: buttons do what the keys do, and show what the stage does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget

import engine
from app.stage.cursor import Cursor
from app.stage.panel import StagePanel
from app.stage.transport import TransportButton
from app.stage.veil import Veil
from app.theme import DARK, LIGHT, load_fonts, text_font
from app.theme.style import BASE_PX

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def panel(qtbot: QtBot) -> StagePanel:
    load_fonts()
    found = StagePanel()
    qtbot.addWidget(found)
    found.resize(900, 760)
    network = engine.Network(hidden=4, seed=1)
    found.view.set_runs(engine.run(engine.Experiment((engine.Lane("a", network),), engine.Input.noise(9, 2))))
    found.view.set_cursor(Cursor(step=5))
    found.show()
    return found


def button(panel: StagePanel, name: str) -> TransportButton:
    for found in panel.transport.findChildren(TransportButton):
        if found.accessibleName().startswith(name):
            return found
    raise LookupError(name)


def click(panel: StagePanel, name: str, qtbot: QtBot) -> None:
    qtbot.mouseClick(button(panel, name), Qt.MouseButton.LeftButton)


def shown_step(panel: StagePanel) -> str:
    return next(label.text() for label in panel.transport.findChildren(QLabel))


def test_steps_by_button(panel: StagePanel, qtbot: QtBot) -> None:
    click(panel, "one step on", qtbot)
    assert panel.view.cursor_now().step == 6
    click(panel, "one step back", qtbot)
    click(panel, "one step back", qtbot)
    assert panel.view.cursor_now().step == 4
    assert shown_step(panel) == "t = 4"
    click(panel, "to the first step", qtbot)
    assert panel.view.cursor_now().step == 1
    assert shown_step(panel) == "t = 1"


def test_the_play_button_follows_the_stage(panel: StagePanel, qtbot: QtBot) -> None:
    click(panel, "play", qtbot)
    assert panel.view.player.playing
    click(panel, "pause", qtbot)
    assert not panel.view.player.playing
    qtbot.keyClick(panel.view, Qt.Key.Key_Space)
    assert button(panel, "pause")
    panel.view.player.tick(60_000.0)
    assert button(panel, "play")


def test_a_click_on_the_speed_goes_round(panel: StagePanel, qtbot: QtBot) -> None:
    shown = []
    for _ in range(5):
        click(panel, "speed", qtbot)
        shown.append(button(panel, "speed").text())
    assert shown == ["2×", "4×", "0.25×", "0.5×", "1×"]
    assert panel.view.player.speed == 1.0


def test_the_direction_is_one_with_the_key(panel: StagePanel, qtbot: QtBot) -> None:
    click(panel, "backward pass", qtbot)
    assert panel.view.cursor_now().backward
    assert button(panel, "backward pass").isChecked()
    assert not button(panel, "forward pass").isChecked()
    qtbot.keyClick(panel.view, Qt.Key.Key_B)
    assert not panel.view.cursor_now().backward
    assert button(panel, "forward pass").isChecked()
    click(panel, "forward pass", qtbot)
    assert not panel.view.cursor_now().backward


@pytest.mark.parametrize("view", ["gates", "gradient", "plot"])
def test_the_direction_is_offered_only_where_the_picture_has_two(
    panel: StagePanel, qtbot: QtBot, view: str
) -> None:
    def places() -> list[int]:
        return [button(panel, name).x() for name in ("play", "speed")]

    panel.transport.layout().activate()
    before, width = places(), panel.transport.sizeHint().width()
    panel.view.set_view(view)
    panel.transport.layout().activate()
    assert not button(panel, "forward pass").isVisible()
    assert (places(), panel.transport.sizeHint().width()) == (before, width)
    qtbot.keyClick(panel.view, Qt.Key.Key_B)
    assert not panel.view.cursor_now().backward
    panel.view.set_view("cell")
    assert button(panel, "forward pass").isVisible()


def test_the_text_grows_with_the_setting(panel: StagePanel, qapp: QApplication) -> None:
    def heights() -> list[int]:
        names = ("speed", "forward pass", "what decided it")
        return [button(panel, name).sizeHint().height() for name in names]

    def width() -> int:
        return panel.transport.sizeHint().width()

    # An earlier test's window may have left its style sheet, under which Qt keeps this change to itself; the
    # program gives font and sheet anew together.
    before = qapp.font(), qapp.styleSheet()
    qapp.setStyleSheet("")
    try:
        qapp.setFont(text_font(BASE_PX))
        qapp.processEvents()
        small = (width(), heights())
        qapp.setFont(text_font(BASE_PX * 1.4))
        qapp.processEvents()
        assert width() > small[0]
        assert all(tall > 1.3 * short for tall, short in zip(heights(), small[1], strict=True))
    finally:
        qapp.setFont(before[0])
        qapp.setStyleSheet(before[1])


def test_where_there_is_little_room_the_directions_are_arrows(panel: StagePanel, qapp: QApplication) -> None:
    before = qapp.font()
    try:
        qapp.setFont(text_font(BASE_PX * 1.4))
        panel.resize(562, 500)
        for _ in range(3):
            qapp.processEvents()
        assert button(panel, "forward pass").text() == "→"
        assert panel.transport.sizeHint().width() <= panel.transport.width()
        panel.resize(1100, 760)
        for _ in range(3):
            qapp.processEvents()
        assert button(panel, "forward pass").text() == "Forward"
    finally:
        qapp.setFont(before)


def test_what_decided_it_is_there_only_when_allowed(panel: StagePanel, qtbot: QtBot) -> None:
    heard: list[bool] = []
    panel.decided_requested.connect(lambda: heard.append(True))
    assert not button(panel, "what decided it").isVisible()
    qtbot.keyClick(panel.view, Qt.Key.Key_D)
    assert heard == []
    panel.set_decided_available(True)
    click(panel, "what decided it", qtbot)
    qtbot.keyClick(panel.view, Qt.Key.Key_D)
    assert heard == [True, True]
    panel.set_decided_available(False)
    assert not button(panel, "what decided it").isVisible()


def test_every_button_has_a_name_and_is_reached_by_tab(panel: StagePanel) -> None:
    for found in panel.transport.findChildren(TransportButton):
        assert found.accessibleName()
        assert found.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_space_on_a_button_presses_that_button(panel: StagePanel, qtbot: QtBot) -> None:
    qtbot.keyClick(button(panel, "one step on"), Qt.Key.Key_Space)
    assert panel.view.cursor_now().step == 6
    assert not panel.view.player.playing


def test_the_step_stays_before_the_veil(panel: StagePanel, qtbot: QtBot) -> None:
    panel.view.set_veil(Veil(after=3))
    click(panel, "one step on", qtbot)
    assert shown_step(panel) == "t = 3"


@pytest.mark.parametrize(("width", "beside"), [(1100, True), (600, False)])
def test_controls_stand_beside_the_transport_or_below_it(panel: StagePanel, width: int, beside: bool) -> None:
    controls = QWidget()
    controls.setMinimumSize(320, 40)
    panel.set_controls(controls)
    panel.resize(width, 760)
    panel.layout().activate()
    assert panel.width() == width
    assert controls.isVisible()
    assert (controls.geometry().left() >= panel.transport.geometry().right()) is beside
    assert controls.geometry().right() <= width
    panel.set_controls(None)
    assert not controls.isVisible()


@pytest.mark.parametrize("size", [(562, 500), (760, 560), (1400, 1000)])
def test_nothing_in_the_foot_overlaps(panel: StagePanel, size: tuple[int, int]) -> None:
    panel.set_decided_available(True)
    panel.resize(*size)
    panel.layout().activate()
    panel.transport.layout().activate()
    parts = [
        w for w in panel.transport.findChildren(QWidget) if w.isVisible() and w.parent() is panel.transport
    ]
    for k, one in enumerate(parts):
        assert panel.transport.rect().contains(one.geometry()), one.accessibleName()
        for other in parts[k + 1 :]:
            assert not one.geometry().intersects(other.geometry())
    assert panel.view.geometry().bottom() < panel.transport.geometry().top()


def test_each_sign_looks_different_and_follows_the_theme(panel: StagePanel) -> None:
    images = []
    for theme in (DARK, LIGHT):
        panel.set_theme(theme)
        for shape in ("first", "back", "on", "play", "pause"):
            sample = button(panel, "one step on")
            sample.set_shape(shape)
            images.append(bytes(sample.grab().toImage().constBits()))
    assert len(set(images)) == 10
