"""The stage as a page uses it: the picture, the transport under it, and room for a question's controls."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRectF, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from app.theme import DARK, Theme

from .plot_tab import PlotTab
from .transport import Transport
from .view import StageView

if TYPE_CHECKING:
    from engine import Run

    from .cursor import Cursor
    from .veil import Veil

__all__ = ["StagePanel"]

_RADIUS = 14.0
_AROUND = 48
"""What the transport cannot use of the width."""
_ROOM = (620.0, 470.0)
"""Pixels at zoom 1 below which the stage is not magnified further."""


class StagePanel(QWidget):
    """A `StageView` with a `Transport` and a slot for control sliders, on the stage's ground.

    Attributes
    ----------
    view : StageView
        The picture; runs, cursor, veil and view are set on it.
    transport : Transport
        The controls of playing.
    """

    decided_requested = Signal()
    """The user asks, by key or by button, to be taken to what decided the question."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = DARK
        self._controls: QWidget | None = None
        self._beside: bool | None = None
        self._decided = False
        self._zoom = self._magnified = 1.0
        self.view = StageView(self)
        self.plot = PlotTab(self.view)
        self.transport = Transport(self)
        self._foot = QGridLayout()
        self._foot.setContentsMargins(19, 0, 19, 0)
        self._foot.setHorizontalSpacing(24)
        self._foot.setVerticalSpacing(8)
        self._foot.addWidget(self.transport, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(5, 6, 5, 12)
        column.setSpacing(8)
        column.addWidget(self.view, 1)
        column.addLayout(self._foot)
        # What stands beside each other now must not keep the stage from becoming narrower.
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
        self.setMinimumSize(562, 500)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._wire()
        self._follow(self.view.cursor_now())

    def _wire(self) -> None:
        self.view.installEventFilter(self)
        view, transport = self.view, self.transport
        transport.first_clicked.connect(lambda: view.step(1 - view.cursor_now().step))
        transport.back_clicked.connect(lambda: view.step(-1))
        transport.on_clicked.connect(lambda: view.step(1))
        transport.play_clicked.connect(view.player.toggle)
        transport.speed_clicked.connect(view.player.cycle_speed)
        transport.backward_toggled.connect(self._turn)
        transport.decided_clicked.connect(self._ask_decided)
        view.cursor_moved.connect(self._follow)
        view.view_changed.connect(lambda name: transport.set_direction_shown(name == "cell"))
        view.part_changed.connect(self._show_plot)
        view.decided_requested.connect(self._ask_decided)
        view.player.playing_changed.connect(transport.set_playing)
        view.player.speed_changed.connect(transport.set_speed)

    def _follow(self, cursor: Cursor) -> None:
        self.transport.set_position(cursor.step, self.view.last_step())
        self.transport.set_backward(cursor.backward)

    def _turn(self, backward: bool) -> None:
        self.view.player.pause()
        self.view.set_cursor(replace(self.view.cursor_now(), backward=backward))

    def _ask_decided(self) -> None:
        if self._decided:
            self.decided_requested.emit()

    def set_decided_available(self, available: bool) -> None:
        """Say whether there is a deciding place to go to; before, neither key nor button does anything."""
        self._decided = available
        self.transport.set_decided_available(available)

    def set_controls(self, controls: QWidget | None) -> None:
        """Put a question's controls beside the transport, or take them away.

        The panel owns the widget from then on; an earlier one is deleted.
        """
        if self._controls is not None:
            self._foot.removeWidget(self._controls)
            self._controls.setParent(None)
            self._controls.deleteLater()
        self._controls = controls
        self._beside = None
        if controls is not None:
            controls.setParent(self)
            controls.show()
        self._arrange()

    def _arrange(self) -> None:
        """Set the controls beside the transport, or below it where the stage is narrow."""
        self.transport.set_compact(self.transport.wordy_width() > self.width() - _AROUND)
        if self._controls is None:
            return
        needed = self.transport.sizeHint().width()
        self.transport.setMinimumWidth(needed)
        beside = self.width() - needed - 62 >= max(self._controls.sizeHint().width(), 240)
        if beside is self._beside:
            return
        self._beside = beside
        self._foot.removeWidget(self._controls)
        self._foot.addWidget(self._controls, 0 if beside else 1, 1 if beside else 0)
        self._foot.setColumnStretch(1, 1 if beside else 0)
        self._foot.setColumnStretch(0, 0 if beside else 1)

    def event(self, event: QEvent) -> bool:
        """Arrange the foot when something in it wants another size."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._arrange()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange the foot for the new width."""
        self._arrange()

    def set_runs(self, runs: tuple[Run, ...]) -> None:
        """Show other runs, one per lane."""
        self.view.set_runs(runs)
        self._show_plot()

    def set_veil(self, veil: Veil) -> None:
        """Hide other things."""
        self.view.set_veil(veil)
        self.plot.set_veil(self.view.veil())

    def _show_plot(self, *_: object) -> None:
        """Let the plot show the layer and direction that the stage shows."""
        self.plot.set_veil(self.view.veil())
        self.plot.set_runs(self.view.runs())

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.view.set_theme(theme)
        self.transport.set_theme(theme)
        self._magnify()
        self.update()

    def set_zoom(self, zoom: float) -> None:
        """Draw everything larger by a factor, as far as there is room for it."""
        self._zoom = zoom
        self._magnify()

    def _magnify(self) -> None:
        room = min(self.view.width() / _ROOM[0], self.view.height() / _ROOM[1])
        zoom = max(1.0, min(self._zoom, room))
        if zoom != self._magnified:
            self._magnified = zoom
            self.view.set_zoom(zoom)
        self.plot.set_look(self._theme, zoom)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Magnify as far as the stage's new size allows."""
        if watched is self.view and event.type() == QEvent.Type.Resize:
            self._magnify()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the stage's ground: a panel with round corners."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.line), 1.0))
        painter.setBrush(QColor(self._theme.panel))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
        painter.end()
