"""The controls under the stage: play, step, the step's number, speed, direction."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QSizePolicy, QWidget

from app.theme import DARK, Theme, number_font, text_font

__all__ = ["Transport", "TransportButton"]


class TransportButton(QAbstractButton):
    """A button that paints itself: a sign of playing, or a short text.

    Parameters
    ----------
    shape : str
        One of ``first``, ``back``, ``play``, ``pause``, ``on``; or nothing, for a text.
    round_face : bool
        Whether it stands on a disc in the accent colour, as the play button does.
    """

    def __init__(self, shape: str = "", *, round_face: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shape = shape
        self._round = round_face
        self._theme = DARK
        self._mono = False
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_shape(self, shape: str) -> None:
        """Show another sign."""
        self._shape = shape
        self.update()

    def set_mono(self, mono: bool) -> None:
        """Write the text in the typeface of numbers."""
        self._mono = mono
        self.updateGeometry()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Return 44 pixels for the disc, 32 for a sign, and what a text needs."""
        if self._round:
            return QSize(44, 44)
        if self._shape:
            return QSize(32, 32)
        return QSize(round(QFontMetricsF(self._font()).horizontalAdvance(self.text())) + 20, 28)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Brighten under the pointer."""
        self.update()
        super().enterEvent(event)

    def _font(self) -> QFont:
        return number_font(12) if self._mono else text_font(12, 500)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint face, sign or text, and the focus ring."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        over = self.underMouse() and self.isEnabled()
        painter.setPen(Qt.PenStyle.NoPen)
        face = box.adjusted(5, 5, -5, -5) if self._round else box.adjusted(1, 1, -1, -1)
        ink = theme.text if self.isEnabled() else theme.faint
        if self._round:
            painter.setBrush(QColor(theme.text if self.isEnabled() else theme.faint))
            painter.drawEllipse(face)
            ink = theme.panel
        elif self.isChecked():
            painter.setBrush(QColor(theme.chosen))
            painter.drawRoundedRect(face, 7, 7)
        elif over:
            painter.setBrush(QColor(theme.hover))
            painter.drawRoundedRect(face, 7, 7)
        if not self._shape and not self._mono:
            painter.setPen(QPen(QColor(theme.line), 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
        if self._shape:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(ink))
            painter.drawPath(_sign(self._shape, box.center(), 1.1 if self._round else 0.92))
        else:
            painter.setPen(QColor(ink))
            painter.setFont(self._font())
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.text())
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            ring = box.adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(
                ring, ring.height() / 2 if self._round else 8, ring.height() / 2 if self._round else 8
            )
        painter.end()


def _sign(shape: str, middle: QPointF, size: float) -> QPainterPath:
    """Return a sign of playing around its middle; at size 1 it is 14 pixels high."""
    path = QPainterPath()

    def triangle(dx: float, right: bool) -> None:
        tip, base = (5.5, -5.0) if right else (-5.5, 5.0)
        points = ((base, -6.5), (tip, 0.0), (base, 6.5))
        path.addPolygon(QPolygonF([middle + QPointF(dx + x, y) * size for x, y in points]))
        path.closeSubpath()

    def bar(x: float, width: float) -> None:
        path.addRect(QRectF(middle + QPointF(x, -6.5) * size, middle + QPointF(x + width, 6.5) * size))

    if shape == "play":
        triangle(1.2, right=True)
    elif shape == "on":
        triangle(0.0, right=True)
    elif shape == "back":
        triangle(0.0, right=False)
    elif shape == "first":
        triangle(1.6, right=False)
        bar(-6.6, 2.4)
    else:
        bar(-5.0, 3.6)
        bar(1.4, 3.6)
    return path


class Transport(QWidget):
    """Play, step back and on, back to the start; the step, the speed, the direction of the pass.

    It shows what it is told and asks for what is clicked; it knows no run.
    """

    first_clicked = Signal()
    back_clicked = Signal()
    play_clicked = Signal()
    on_clicked = Signal()
    speed_clicked = Signal()
    backward_toggled = Signal(bool)
    decided_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playing = False
        self._first = self._button("first", self.tr("to the first step"), self.first_clicked)
        self._back = self._button("back", self.tr("one step back"), self.back_clicked)
        self._play = self._button("play", self.tr("play"), self.play_clicked, round_face=True)
        self._on = self._button("on", self.tr("one step on"), self.on_clicked)
        self._step = QLabel()
        self._step.setFont(number_font(13))
        self._step.setTextFormat(Qt.TextFormat.PlainText)
        self._speed = self._button("", "", self.speed_clicked)
        self._speed.set_mono(True)
        self._direction = TransportButton(parent=self)
        self._direction.setCheckable(True)
        self._direction.toggled.connect(self._on_direction)
        self._decided = self._button("", self.tr("what decided it"), self.decided_clicked)
        self._decided.setText(self.tr("What decided it"))
        policy = self._decided.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the sliders beside it stay where they are when it comes
        self._decided.setSizePolicy(policy)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for button in (self._first, self._back, self._play, self._on):
            row.addWidget(button)
        row.addSpacing(10)
        row.addWidget(self._step)
        row.addWidget(self._speed)
        for button in (self._direction, self._decided):
            row.addSpacing(4)
            row.addWidget(button)
        row.addStretch(1)
        self.set_speed(1.0)
        self.set_position(1, 1)
        self.set_backward(False)
        self.set_decided_available(False)
        self.set_theme(DARK)

    def _button(self, shape: str, name: str, signal: object, *, round_face: bool = False) -> TransportButton:
        button = TransportButton(shape, round_face=round_face, parent=self)
        self._name(button, name)
        button.clicked.connect(partial(_emit, signal))
        return button

    def _name(self, button: TransportButton, name: str) -> None:
        button.setAccessibleName(name)
        button.setToolTip(name)

    def _on_direction(self, backward: bool) -> None:
        self._show_direction(backward)
        self.backward_toggled.emit(backward)

    def _show_direction(self, backward: bool) -> None:
        text = self.tr("Backward pass") if backward else self.tr("Forward pass")
        self._direction.setText(text)
        self._name(self._direction, self.tr("{shown}; switch the direction").format(shown=text))
        self._direction.updateGeometry()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        for button in self.findChildren(TransportButton):
            button.set_theme(theme)
        colours = self._step.palette()
        colours.setColor(self._step.foregroundRole(), QColor(theme.text))
        self._step.setPalette(colours)

    def set_playing(self, playing: bool) -> None:
        """Show whether it plays."""
        self._playing = playing
        self._play.set_shape("pause" if playing else "play")
        self._name(self._play, self.tr("pause") if playing else self.tr("play"))

    def set_position(self, step: int, last: int) -> None:
        """Show the current step; `last` is the last one that can be reached."""
        self._step.setMinimumWidth(self._step.fontMetrics().horizontalAdvance(f"t = {max(last, step)}"))
        self._step.setText(f"t = {step}")
        self._step.setAccessibleName(self.tr("step {step}").format(step=step))

    def set_speed(self, speed: float) -> None:
        """Show the speed."""
        text = f"{speed:g}×"
        self._speed.setText(text)
        self._speed.updateGeometry()
        self._name(self._speed, self.tr("speed {speed}; change it").format(speed=text))

    def set_backward(self, backward: bool) -> None:
        """Show the direction of the pass, without asking for it."""
        blocked = self._direction.blockSignals(True)
        self._direction.setChecked(backward)
        self._direction.blockSignals(blocked)
        self._show_direction(backward)

    def set_decided_available(self, available: bool) -> None:
        """Show or hide the button that leads to what decided the question."""
        self._decided.setVisible(available)


def _emit(signal: object, *_: object) -> None:
    """Pass a click on without its argument."""
    signal.emit()  # type: ignore[attr-defined] # a bound signal
