"""A slider with its name, its value in figures, and a way to type the value exactly."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QSlider, QWidget

from app.theme import mix, number_font, text_font

from .painting import Body, begin, draw_body, draw_text, scaled, text_width

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LabeledSlider", "plain_number"]

_HANDLE: Final = 7.0  # radius at text scale 1
_POSITIONS: Final = 10_000  # of Qt's slider, which knows whole numbers only
_FINE: Final = 10.0


def plain_number(text: str) -> float:
    """Read a decimal number with point or comma, and − as well as -.

    Raises
    ------
    ValueError
        If it is not a finite number.
    """
    value = float(text.strip().replace("−", "-").replace(",", "."))
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _decimals(step: float) -> int:
    """Return how many decimal places a step needs, at most 6."""
    return next((k for k in range(7) if math.isclose(step, round(step, k), abs_tol=1e-12)), 6)


class _Track(QSlider):
    """The line and its handle: Qt's slider to screen readers and to the focus, painted anew."""

    def __init__(self, owner: LabeledSlider) -> None:
        super().__init__(Qt.Orientation.Horizontal, owner)
        self._owner = owner
        self.setRange(0, _POSITIONS)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def fraction(self) -> float:
        low, high = self._owner.range()
        return (self._owner.value() - low) / (high - low)

    def _to(self, event: QMouseEvent) -> None:
        radius = scaled(_HANDLE)
        place = (event.position().x() - radius) / max(1.0, self.width() - 2 * radius)
        low, high = self._owner.range()
        self._owner.move_to(low + min(1.0, max(0.0, place)) * (high - low))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not self._owner.is_locked():
            self.setSliderDown(True)
            self._to(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._to(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.setSliderDown(False)
            self._owner.finish()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._owner.begin_typing()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the page scrolls; a value changed in passing would be a trap

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._owner.take_key(event):
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if not event.isAutoRepeat():
            self._owner.finish()
        super().keyReleaseEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = begin(self)
        locked = self._owner.is_locked()
        radius, middle = scaled(_HANDLE), self.height() / 2
        line = QRectF(0, middle - 2, self.width(), 4)
        draw_body(painter, line, 2, Body(theme.line))
        at = radius + self.fraction() * (self.width() - 2 * radius)
        if not locked:
            line.setRight(at)
            draw_body(painter, line, 2, Body(theme.text))
        colour = theme.faint if locked else theme.text
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.panel))  # a gap, so that the handle reads on its line
        painter.drawEllipse(QPointF(at, middle), radius + 1.5, radius + 1.5)
        over = self.underMouse() and not locked
        painter.setBrush(QColor(mix(colour, theme.background, 0.12) if over else colour))
        painter.drawEllipse(QPointF(at, middle), radius - 0.5, radius - 0.5)
        if self.hasFocus():
            side = radius + 3
            ring = QRectF(at - side, middle - side, 2 * side, 2 * side)
            draw_body(painter, ring, side, Body(line=theme.text, width=2))
        painter.end()


class LabeledSlider(QWidget):
    """A number on a line.

    Arrow keys go by one step, with Shift by a tenth of one, Page Up and Down by ten steps, Home
    and End to the ends. Enter or a double click lets one type any number of the range exactly.

    Parameters
    ----------
    label : str
        What it is.
    low, high, step : float
        The range, and the distance of two values that dragging can reach.
    value : float
        The first value.
    show : callable, optional
        Puts a value into figures; without it, as many decimal places as the step has.
    parent : QWidget, optional
        Owner.

    Attributes
    ----------
    value_changed : Signal(float)
        At every change by the learner, also while dragging.
    edit_finished : Signal(float)
        When the handle or key is let go, or a number was typed, if the value is another by then.

    Raises
    ------
    ValueError
        If the range is empty or the step is not above 0.
    """

    value_changed = Signal(float)
    edit_finished = Signal(float)

    def __init__(
        self,
        label: str,
        low: float,
        high: float,
        step: float,
        value: float,
        show: Callable[[float], str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        if not (low < high and step > 0):
            raise ValueError(f"no slider from {low} to {high} by {step}")
        self._label, self._show = label, show
        self._low, self._high, self._step = low, high, step
        self._value = self._settled = min(high, max(low, value))
        self._locked = False
        self.track = _Track(self)
        self._editor: QLineEdit | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusProxy(self.track)
        self._tell()

    # What it holds

    def value(self) -> float:
        """Return the value."""
        return self._value

    def set_value(self, value: float) -> None:
        """Set the value, brought into the range, without a signal."""
        before = self._value
        self._value = self._settled = min(self._high, max(self._low, value))
        if self._value != before:
            self._tell()

    def range(self) -> tuple[float, float]:
        """Return the lowest and highest value."""
        return self._low, self._high

    def is_locked(self) -> bool:
        """Return whether it cannot be moved now."""
        return self._locked

    def set_locked(self, locked: bool) -> None:
        """Keep it from being moved; it stays readable, and in the order of Tab."""
        if locked == self._locked:
            return
        self._locked = locked
        self.track.setCursor(Qt.CursorShape.ArrowCursor if locked else Qt.CursorShape.PointingHandCursor)
        self._tell()

    def value_text(self) -> str:
        """Return the value in figures."""
        if self._show:
            return self._show(self._value)
        places = _decimals(self._step)
        if not math.isclose(self._value, round(self._value, places), abs_tol=1e-12):
            return f"{self._value:z.6g}".replace("-", "−")
        return f"{self._value:z.{places}f}".replace("-", "−")

    def _tell(self) -> None:
        said = f"{self._label}: {self.value_text()}"
        self.track.setAccessibleName(said + (f", {self.tr('locked')}" if self._locked else ""))
        share = (self._value - self._low) / (self._high - self._low)
        self.track.blockSignals(True)
        self.track.setValue(round(share * _POSITIONS))
        self.track.blockSignals(False)
        self.track.update()
        self.update()

    # What is done with it

    def move_to(self, value: float) -> None:
        """Go to the step nearest to a value, as dragging does."""
        steps = round((value - self._low) / self._step)
        self._set(self._low + steps * self._step)

    def _set(self, value: float) -> None:
        value = min(self._high, max(self._low, float(f"{value:.12g}")))
        if value != self._value and not self._locked:
            self._value = value
            self._tell()
            self.value_changed.emit(value)

    def finish(self) -> None:
        """End an edit: the value is what the learner means."""
        if self._value != self._settled:
            self._settled = self._value
            self.edit_finished.emit(self._value)

    def take_key(self, event: QKeyEvent) -> bool:
        """Do what a key says; False if it says nothing to a slider."""
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        signs = {Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1}
        pages = {Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10}
        key = Qt.Key(event.key())
        if key in signs and fine:
            self._set(self._value + signs[key] * self._step / _FINE)
        elif key in signs or key in pages:
            self._by_steps(signs.get(key) or pages[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._set(self._low if key == Qt.Key.Key_Home else self._high)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.begin_typing()
        else:
            return False
        return True

    def _by_steps(self, count: int) -> None:
        """Go some steps on; from between two steps, first to the next one that way."""
        place = (self._value - self._low) / self._step
        start = math.floor(place + 1e-9) if count > 0 else math.ceil(place - 1e-9)
        self._set(self._low + (start + count) * self._step)

    def begin_typing(self) -> None:
        """Open a field over the figures, with the value selected."""
        if self._locked or self._editor is not None:
            return
        editor = QLineEdit(f"{self._value:.12g}", self)
        editor.setFont(number_font(scaled(12)))
        editor.setAlignment(Qt.AlignmentFlag.AlignRight)
        editor.setAccessibleName(self._label)
        width = min(self.width(), round(scaled(110)))
        editor.setGeometry(self.width() - width, 0, width, self.height())
        editor.editingFinished.connect(self._take_typed)
        editor.installEventFilter(self)
        self._editor = editor
        editor.show()
        editor.selectAll()
        editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what is typed with Enter, leave the value as it was with Escape.

        Neither key goes on to the page, where it would mean something else.
        """
        pressed = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if isinstance(event, QKeyEvent) and pressed:
            if event.key() == Qt.Key.Key_Escape:
                self._close_editor()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take_typed()
                return True
        return False

    def _take_typed(self) -> None:
        if self._editor is None:
            return
        try:
            typed = plain_number(self._editor.text())
        except ValueError:
            self._close_editor()
            return
        self._close_editor()
        self._set(typed)
        self.finish()

    def _close_editor(self) -> None:
        editor, self._editor = self._editor, None
        if editor is not None:
            had_focus = editor.hasFocus()
            editor.hide()
            editor.deleteLater()
            if had_focus:
                self.track.setFocus(Qt.FocusReason.OtherFocusReason)

    # How it looks

    def sizeHint(self) -> QSize:
        """Return room for the words above a line of some length."""
        return QSize(round(scaled(170)), round(scaled(40)))

    def minimumSizeHint(self) -> QSize:
        """Return room for name and value side by side."""
        words = text_width(self._label, text_font(scaled(12), 500))
        figures = text_width(self.value_text(), number_font(scaled(12)))
        return QSize(round(words + figures + scaled(16)), round(scaled(40)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the line at the bottom."""
        super().resizeEvent(event)
        tall = round(scaled(22))
        self.track.setGeometry(0, self.height() - tall, self.width(), tall)

    def changeEvent(self, event: QEvent) -> None:
        """Take another size with another text scale."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Let the value be typed."""
        self.begin_typing()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw name and value."""
        painter, theme = begin(self)
        upper = QRectF(0, 0, self.width(), self.height() - scaled(20))
        figures = self.value_text()
        value_width = text_width(figures, number_font(scaled(12)))
        words = upper.adjusted(0, 0, -value_width - scaled(8), 0)
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        draw_text(painter, words, self._label, text_font(scaled(12), 500), theme.dim, left)
        ink = theme.dim if self._locked else theme.text
        draw_text(painter, upper, figures, number_font(scaled(12)), ink, right)
        painter.end()
