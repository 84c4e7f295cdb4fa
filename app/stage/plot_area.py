"""The plot itself: a window onto the curves that one pans and zooms, and a cursor that one drags."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from app.theme import DARK, Theme, text_font

from .plot_axes import Range, step_range
from .plot_overlay import HEADING, READOUT, Overlay, paint_overlay
from .plot_strokes import strokes
from .series import step_ticks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .plot_axes import Tick
    from .plot_canvas import Canvas
    from .plot_model import Picture

__all__ = ["PlotArea"]

_GUTTER: Final = 56.0
_FOOT: Final = 46.0
_STEPS: Final = 4.0
"""The fewest steps worth a window of their own."""
_NOTCH: Final = 0.8
"""What one notch of the wheel leaves of the range."""
_NEAR: Final = 7.0
_TICK_SIZES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500)


class _Glass(QWidget):
    """A transparent sheet over the curves, on which the area paints."""

    def __init__(self, area: PlotArea) -> None:
        super().__init__(area)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what the area says."""
        area = self.parentWidget()
        assert isinstance(area, PlotArea)
        painter = QPainter(self)
        area.paint_over(painter)
        painter.end()


class PlotArea(QWidget):
    """Curves, axes and cursor of one picture.

    A wheel zooms around the pointer (over one axis: that axis only), a double click shows all again. A
    click goes to a step. Dragging the cursor, or in the numbers of the steps, scrubs; elsewhere it moves
    the window, or scrubs too while all is shown and there is nowhere to move to.
    """

    step_chosen = Signal(int)
    """The pointer asks for a step."""
    window_changed = Signal()
    """Another part of the curves is seen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: Picture | None = None
        self._hues: Mapping[str, str] = {}
        self._labels: Mapping[str, str] = {}
        self._theme = DARK
        self._zoom = 1.0
        self._step = 1
        self._token = ""
        self._canvas: Canvas | None = None
        self._glass = _Glass(self)
        self._whole = (Range(0.0, 1.0), Range(0.0, 1.0))
        self._window = self._whole
        self._ring = False
        self._pressed: QPointF | None = None
        self._held = self._window
        self._mode = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(280, 200)

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(860, 560)

    # -- what is shown --

    def set_picture(self, picture: Picture, hues: Mapping[str, str], labels: Mapping[str, str]) -> None:
        """Show another picture; the steps looked at stay, and the values if they are of the same kind."""
        before = self._picture
        self._picture, self._hues, self._labels = picture, hues, labels
        same = before is not None and before.choice == picture.choice
        whole = (step_range(picture.first, picture.steps), picture.axis.whole)
        x, y = self._window
        x = x.refitted(self._whole[0], whole[0], _STEPS) if before is not None else whole[0]
        y = y.refitted(self._whole[1], whole[1], picture.axis.least) if same else whole[1]
        self._whole = whole
        self._window = (x, y)
        self._draw()

    def set_cursor(self, step: int, token: str) -> None:
        """Move the cursor; a window that it would leave moves along."""
        moved, self._step, self._token = step != self._step, step, token
        x, y = self._window
        if moved and not x.low <= step <= x.high:
            edge = x.high - 0.15 * x.size if step > x.high else x.low + 0.15 * x.size
            self._set_window((x.moved(step - edge, self._whole[0]), y))
        self._glass.update()

    def set_look(self, theme: Theme, zoom: float) -> None:
        """Draw in other colours, and everything larger by a factor."""
        self._theme, self._zoom = theme, zoom
        self._draw()

    def window_now(self) -> tuple[Range, Range]:
        """Return the steps and the places on the axis of values that are seen."""
        return self._window

    def is_whole(self) -> bool:
        """Whether everything is in the window."""
        return self._window == self._whole

    def show_all(self) -> None:
        """Show everything again."""
        self._set_window(self._whole)

    def zoom_by(self, factor: float) -> None:
        """Zoom the steps around the cursor; for the keyboard."""
        x, y = self._window
        around = min(max(float(self._step), x.low), x.high)
        self._set_window((x.zoomed(factor, around, self._whole[0], _STEPS), y))

    def curve_count(self) -> int:
        """Return how many curves pyqtgraph draws now, 0 before the area was first shown."""
        return self._canvas.curve_count() if self._canvas is not None else 0

    def plot_rect(self) -> QRectF:
        """Return where the curves are."""
        zoom = self._zoom
        right = 14.0 * zoom
        if shown := [text for text in self._labels.values() if text]:
            metrics = QFontMetricsF(text_font(12.0 * zoom, 600))
            widest = max(float(metrics.horizontalAdvance(text + " ↑")) for text in shown)
            right = min(max(widest + 14.0 * zoom, right), 0.24 * self.width())
        top = (HEADING + READOUT) * zoom
        width = max(self.width() - _GUTTER * zoom - right, 40.0)
        return QRectF(_GUTTER * zoom, top, width, max(self.height() - top - _FOOT * zoom, 40.0))

    def place_of(self, step: int, value_place: float) -> QPointF:
        """Return where a step and a place on the axis of values are on the widget."""
        return QPointF(self._overlay().across(step), self._overlay().down(value_place))

    # -- drawing --

    def showEvent(self, event: QShowEvent) -> None:
        """Bring in pyqtgraph when there is first something to be seen: it is slow to import."""
        if self._canvas is None:
            from .plot_canvas import Canvas

            self._canvas = Canvas(self)
            self._glass.raise_()
            self._draw()
        super().showEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out for the new size."""
        self._glass.setGeometry(self.rect())
        self._draw()
        super().resizeEvent(event)

    def event(self, event: QEvent) -> bool:
        """Draw anew on a screen of another density: pens are in its pixels."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._draw()
        return super().event(event)

    def _draw(self) -> None:
        self._glass.update()
        canvas, picture = self._canvas, self._picture
        if canvas is None or picture is None:
            return
        canvas.view.setVisible(picture.quantity is not None)
        canvas.dress(self._theme, self._zoom)
        canvas.place(QRectF(self.rect()), self.plot_rect(), _GUTTER * self._zoom, _FOOT * self._zoom)
        canvas.take(strokes(picture, self._hues, self._theme, self._zoom))
        self._show_window()

    def _set_window(self, window: tuple[Range, Range]) -> None:
        if window != self._window:
            self._window = window
            self._show_window()
            self.window_changed.emit()

    def _show_window(self) -> None:
        if self._canvas is not None and self._picture is not None:
            x, y = self._window
            plot = self.plot_rect()
            y_ticks = self._picture.axis.ticks(y, max(2, int(plot.height() / (36.0 * self._zoom))))
            self._canvas.show_window(x, y, _step_ticks(x, self._picture, plot.width() / self._zoom), y_ticks)
        self._glass.update()

    def _overlay(self) -> Overlay:
        assert self._picture is not None
        return Overlay(
            picture=self._picture,
            theme=self._theme,
            hues=self._hues,
            labels=self._labels,
            plot=self.plot_rect(),
            x=self._window[0],
            y=self._window[1],
            size=(float(self.width()), float(self.height())),
            zoom=self._zoom,
            step=self._step,
            token=self._token,
            axis_name=self.tr("step t"),
            ring=self._ring and self.hasFocus(),
        )

    def paint_over(self, painter: QPainter) -> None:
        """Paint names, cursor and veil."""
        if self._picture is not None:
            paint_overlay(painter, self._overlay())

    # -- pointer --

    def _step_at(self, x: float) -> int:
        assert self._picture is not None
        plot, shown = self.plot_rect(), self._window[0]
        step = round(shown.low + (x - plot.left()) / plot.width() * shown.size)
        # Not beyond the window, which would then run after the pointer.
        step = min(max(step, math.ceil(shown.low)), math.floor(shown.high))
        return min(max(step, 1), max(self._picture.last, 1))

    def _grip(self, at: QPointF) -> str:
        """Return what a drag that begins here does: ``"scrub"``, ``"pan"`` or nothing."""
        if self._picture is None or self._picture.quantity is None:
            return ""
        plot = self.plot_rect()
        if not plot.left() - 8.0 <= at.x() <= plot.right() + 8.0 or at.y() < HEADING * self._zoom:
            return ""
        on_cursor = abs(at.x() - self._overlay().across(self._step)) <= _NEAR * self._zoom
        if on_cursor or not plot.top() <= at.y() <= plot.bottom() or self.is_whole():
            return "scrub"
        return "pan"

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the cursor or of the window."""
        if event.button() != Qt.MouseButton.LeftButton or not (grip := self._grip(event.position())):
            super().mousePressEvent(event)
            return
        self._set_ring(False)
        self._pressed, self._held, self._mode = event.position(), self._window, grip
        if grip == "scrub":
            self.step_chosen.emit(self._step_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub or pan while a button is held; else show what a drag would do."""
        at = event.position()
        if self._pressed is None:
            shapes = {"scrub": Qt.CursorShape.SizeHorCursor, "pan": Qt.CursorShape.OpenHandCursor}
            self.setCursor(shapes.get(self._grip(at), Qt.CursorShape.ArrowCursor))
            return
        if self._mode == "scrub":
            self.step_chosen.emit(self._step_at(at.x()))
            return
        by = at - self._pressed
        if self._mode == "pan" and by.manhattanLength() >= QApplication.startDragDistance():
            self._mode = "panning"
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        if self._mode == "panning":
            plot, (x, y) = self.plot_rect(), self._held
            self._set_window(
                (
                    x.moved(-by.x() / plot.width() * x.size, self._whole[0]),
                    y.moved(by.y() / plot.height() * y.size, self._whole[1]),
                )
            )

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go; a press that moved nothing was a click on a step."""
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            super().mouseReleaseEvent(event)
            return
        if self._mode == "pan":
            self.step_chosen.emit(self._step_at(event.position().x()))
        self._pressed, self._mode = None, ""
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show everything again."""
        if event.button() == Qt.MouseButton.LeftButton and self._grip(event.position()):
            self.show_all()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer; over the numbers of one axis, or with Shift, one direction only."""
        notches = (event.angleDelta().y() or event.angleDelta().x()) / 120.0
        if self._picture is None or self._picture.quantity is None or not notches:
            super().wheelEvent(event)
            return
        factor, at, plot = _NOTCH**notches, event.position(), self.plot_rect()
        only_x = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier) or at.y() > plot.bottom()
        only_y = not only_x and at.x() < plot.left()
        x, y = self._window
        if not only_y:
            share = min(max((at.x() - plot.left()) / plot.width(), 0.0), 1.0)
            x = x.zoomed(factor, x.low + share * x.size, self._whole[0], _STEPS)
        if not only_x:
            share = min(max((plot.bottom() - at.y()) / plot.height(), 0.0), 1.0)
            y = y.zoomed(factor, y.low + share * y.size, self._whole[1], self._picture.axis.least)
        self._set_window((x, y))
        event.accept()

    # -- focus --

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring when the focus came by the keyboard."""
        self._set_ring(
            event.reason()
            in (
                Qt.FocusReason.TabFocusReason,
                Qt.FocusReason.BacktabFocusReason,
                Qt.FocusReason.ShortcutFocusReason,
            )
        )
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self._glass.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Give the pointer its own shape back."""
        self.unsetCursor()
        super().leaveEvent(event)

    def _set_ring(self, ring: bool) -> None:
        self._ring = ring
        self._glass.update()

    def show_ring(self) -> None:
        """Show that keys are heard here; a key was pressed."""
        self._set_ring(True)


def _step_ticks(shown: Range, picture: Picture, width: float) -> tuple[Tick, ...]:
    """Return ticks at round numbers of steps; with all steps in sight also at the first and the last."""
    room = 8.0 * max(len(str(picture.steps)), 2) + 28.0
    most = max(2, int(width / room))
    low, high = max(picture.first, math.ceil(shown.low)), min(picture.steps, math.floor(shown.high))
    if low == 1 and high == picture.steps:
        steps = step_ticks(picture.steps, most)
    else:
        size = next((s for s in _TICK_SIZES if (high - low) / s + 1 <= most), 1000)
        steps = tuple(t for t in range(low, high + 1) if t % size == 0)
    return tuple((float(t), str(t)) for t in steps)
