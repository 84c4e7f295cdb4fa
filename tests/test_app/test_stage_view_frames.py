"""Frames of the moving stage: only what changed is painted anew, and what is got ready changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtGui import QImage, QPainter, QPaintEvent

import engine
from app.stage import cell_lstm
from app.stage.ahead import PORTION_MS, Ahead
from app.stage.animation import following
from app.stage.compose import VIEWS
from app.stage.cursor import Cursor
from app.stage.marks import HeatMap, Mark, Slots, Strands
from app.stage.painter import PaintCache, paint, prepare
from app.stage.veil import OPEN
from app.stage.view import StageView
from app.theme import DARK, load_fonts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot


def runs(*cells: str) -> tuple[engine.Run, ...]:
    lanes = tuple(
        engine.Lane(cell, engine.Network(cell=cell, hidden=6, seed=1, init="gaussian", outputs=2))
        for cell in cells
    )
    return engine.run(engine.Experiment(lanes, engine.Input.noise(6, 3, 1)))


class Watched(StageView):
    """A stage that remembers how much of it each frame painted."""

    def __init__(self) -> None:
        super().__init__()
        self.areas: list[int] = []

    def paintEvent(self, event: QPaintEvent) -> None:
        self.areas.append(event.rect().width() * event.rect().height())
        super().paintEvent(event)


@pytest.fixture
def stage(qtbot: QtBot) -> Watched:
    load_fonts()
    view = Watched()
    qtbot.addWidget(view)
    view.resize(760, 640)
    view.set_runs(runs("lstm"))
    view.show()
    qtbot.waitExposed(view)
    QCoreApplication.processEvents()
    return view


def pixels(image: QImage) -> NDArray[np.int16]:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), dtype=np.uint8)
    return flat.reshape(image.height(), image.bytesPerLine() // 4, 4)[:, : image.width(), :3].astype(np.int16)


def on_screen(view: StageView) -> NDArray[np.int16]:
    """Return what has been painted into the window, frame upon frame."""
    QCoreApplication.sendPostedEvents()
    return pixels(view.screen().grabWindow(view.winId()).toImage())


def fresh(view: StageView, qtbot: QtBot) -> NDArray[np.int16]:
    """Return the picture of a new stage that shows the same."""
    other = StageView()
    qtbot.addWidget(other)
    other.resize(view.size())
    other.set_runs(view.runs())
    other.set_view(view.view())
    other.set_cursor(view.cursor_now())
    return pixels(other.grab().toImage())


@pytest.mark.parametrize("backward", [False, True])
def test_frame_upon_frame_is_the_picture_of_its_last_moment(
    stage: Watched, qtbot: QtBot, backward: bool
) -> None:
    stage.set_cursor(Cursor(step=3, phase=0.0, backward=backward))
    for phase in (0.3, 0.6, 0.95, 1.2, 1.7, 2.3, 2.9, 3.4, 4.1, 4.8, 5.0):
        stage.set_cursor(replace(stage.cursor_now(), phase=phase))
        shown = on_screen(stage)
        assert np.array_equal(shown, fresh(stage, qtbot)), phase
    stage.set_cursor(replace(stage.cursor_now(), step=4, phase=0.2))
    assert np.array_equal(on_screen(stage), fresh(stage, qtbot))


def test_what_is_got_ready_changes_no_pixel(stage: Watched, qtbot: QtBot) -> None:
    stage.player.moved.disconnect()
    stage.player.play()
    for step, phase in ((2, 0.0), (2, 1.0), (2, 1.1), (2, 2.05), (2, 3.0), (2, 4.5), (3, 0.0), (3, 0.4)):
        stage.set_cursor(replace(stage.cursor_now(), step=step, phase=phase))
        QCoreApplication.sendPostedEvents()
        qtbot.wait(60)
        assert np.array_equal(on_screen(stage), fresh(stage, qtbot)), (step, phase)
    stage.player.pause()


def test_inside_a_step_only_the_moving_part_is_painted(stage: Watched) -> None:
    whole = stage.width() * stage.height()
    stage.set_cursor(Cursor(step=2, phase=0.2))
    on_screen(stage)
    stage.areas.clear()
    stage.set_cursor(replace(stage.cursor_now(), phase=0.4))
    on_screen(stage)
    assert stage.areas
    assert max(stage.areas) < 0.5 * whole


@pytest.mark.parametrize("view", [view for view in VIEWS if view != "cell"])
def test_a_view_without_motion_paints_nothing_inside_a_step(stage: Watched, view: str) -> None:
    stage.set_view(view)
    stage.set_cursor(Cursor(step=2, phase=0.2))
    on_screen(stage)
    stage.areas.clear()
    stage.set_cursor(replace(stage.cursor_now(), phase=1.4))
    on_screen(stage)
    assert stage.areas == []


@pytest.mark.parametrize("view", VIEWS)
def test_what_does_not_follow_the_cursor_is_the_same_from_step_to_step(stage: Watched, view: str) -> None:
    stage.set_view(view)
    stage.set_cursor(Cursor(step=2))
    before = [m for m in stage.marks() if isinstance(m, HeatMap)]
    stage.set_cursor(Cursor(step=3))
    after = [m for m in stage.marks() if isinstance(m, HeatMap)]
    assert before
    assert all(one.values is other.values for one, other in zip(before, after, strict=True))


def test_the_stage_at_rest_comes_to_rest(stage: Watched, qtbot: QtBot) -> None:
    stage.set_cursor(Cursor(step=2))
    ahead = stage.findChild(Ahead)
    assert ahead is not None
    qtbot.waitUntil(lambda: ahead.busy, timeout=2000)
    qtbot.waitUntil(lambda: not ahead.busy, timeout=5000)
    stage.areas.clear()
    qtbot.wait(250)
    assert not ahead.busy
    assert stage.areas == []


def test_a_hidden_stage_gets_nothing_ready(stage: Watched) -> None:
    stage.set_cursor(Cursor(step=2))
    on_screen(stage)
    stage.hide()
    ahead = stage.findChild(Ahead)
    assert ahead is not None
    assert not ahead.busy


@pytest.mark.parametrize(
    ("cursor", "playing", "goal"),
    [
        (Cursor(2, 0.0), True, Cursor(2, 1.0)),
        (Cursor(2, 4.3), True, Cursor(3, 0.0)),
        (Cursor(6, 4.3), True, Cursor(6, 5.0)),
        (Cursor(3, 4.3, backward=True), True, Cursor(2, 0.0, backward=True)),
        (Cursor(2, 5.0), False, Cursor(3, 5.0)),
        (Cursor(2, 5.0, backward=True), False, Cursor(1, 5.0, backward=True)),
        (Cursor(6, 5.0), False, Cursor(6, 5.0)),
    ],
)
def test_where_the_picture_next_changes_as_a_whole(cursor: Cursor, playing: bool, goal: Cursor) -> None:
    assert following(cursor, 6, playing) == goal


def test_work_ahead_is_done_in_portions_and_stops_by_itself(qtbot: QtBot, qapp: object) -> None:
    done: list[int] = []
    now = [0.0]

    def work() -> Iterator[None]:
        for number in range(10):
            done.append(number)
            now[0] += PORTION_MS / 1000.0  # each piece uses up a portion
            yield

    stage = StageView()
    qtbot.addWidget(stage)
    ahead = Ahead(stage, clock=lambda: now[0])
    ahead.begin(work())
    QTimer.singleShot(0, lambda: done.append(-1))
    assert done == []
    qtbot.waitUntil(lambda: len(done) == 11, timeout=2000)
    qtbot.waitUntil(lambda: not ahead.busy, timeout=2000)
    # Something else had its turn in between.
    assert done.index(-1) < 10
    ahead.begin(work())
    ahead.stop()
    assert not ahead.busy
    qtbot.wait(20)
    assert len(done) == 11


def test_after_preparing_every_image_is_there(stage: Watched) -> None:
    (run,) = stage.runs()
    cache, area = PaintCache(), (0.0, 0.0, 600.0, 440.0)
    frame = cell_lstm.frame(run, Cursor(3, 1.3), OPEN, (600.0, 440.0), DARK)
    image = QImage(600, 440, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    for _ in prepare(frame.marks, DARK, cache, painter.deviceTransform(), DARK.panel, area, frame.standing):
        pass
    before = cache.size
    paint(painter, frame.marks, DARK, cache, DARK.panel, area, frame.standing)
    painter.end()
    assert before > 0
    assert cache.size == before
    assert any(isinstance(mark, Strands | Slots) for mark in frame.marks)


def test_a_changed_mark_is_another_one_of_the_same_kind() -> None:
    mark = Mark(rect=(1.0, 2.0, 3.0, 4.0), label="one", step=3)
    other = mark.with_(lit=0.5)
    assert (other.lit, other.label, other.step) == (0.5, "one", 3)
    assert mark.lit == 1.0
    assert other == replace(mark, lit=0.5)
