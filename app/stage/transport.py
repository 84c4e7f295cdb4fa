"""The controls under the stage: play, step, the step's number, speed, direction."""

from __future__ import annotations

import math
from functools import partial

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
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
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QLabel, QSizePolicy, QWidget

from app.theme import DARK, Theme, number_font, text_font, text_scale

__all__ = ["Direction", "Transport", "TransportButton"]


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
        self._framed = not shape
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
        self._framed = self._framed and not mono
        self.updateGeometry()

    def set_framed(self, framed: bool) -> None:
        """Draw a frame around a text, or leave it to what the button is a part of."""
        self._framed = framed
        self.update()

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
        return QSize(self.width_for(self.text()), round(28 * text_scale()))

    def width_for(self, text: str) -> int:
        """Return the width that a text needs."""
        around = 12 if self._mono else 24
        return math.ceil(QFontMetricsF(self._font()).horizontalAdvance(text)) + around

    def changeEvent(self, event: QEvent) -> None:
        """Take another size with another text scale."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Brighten under the pointer."""
        self.update()
        super().enterEvent(event)

    def _font(self) -> QFont:
        # Not the widget's own font: Qt would not tell it that the text scale has changed.
        size = 12.0 * text_scale()
        return number_font(size) if self._mono else text_font(size, 500)

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
        if self._framed:
            painter.setPen(QPen(QColor(theme.line), 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
        if self._shape:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(ink))
            painter.drawPath(_sign(self._shape, box.center(), 1.1 if self._round else 0.92))
        else:
            quiet = self.isCheckable() and not self.isChecked() and not over
            painter.setPen(QColor(theme.dim if quiet else ink))
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


class _Step(QLabel):
    """The number of the step; as wide as the last one needs."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = DARK
        self._widest = ""
        self.setTextFormat(Qt.TextFormat.PlainText)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.update()

    def set_last(self, last: int) -> None:
        """Keep room for the number of the last step."""
        self._widest = f"t = {last}"
        self.updateGeometry()

    def _drawn_in(self) -> QFont:
        return number_font(13.0 * text_scale())

    def sizeHint(self) -> QSize:
        """Return room for the last step's number."""
        metrics = QFontMetricsF(self._drawn_in())
        return QSize(math.ceil(metrics.horizontalAdvance(self._widest)), math.ceil(metrics.height()))

    def minimumSizeHint(self) -> QSize:
        """Return the same: a number is never cut."""
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        """Take another size with another text scale."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the number."""
        painter = QPainter(self)
        painter.setFont(self._drawn_in())
        painter.setPen(QColor(self._theme.text))
        painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.end()


class Direction(QWidget):
    """The choice between the forward and the backward pass: two buttons in one frame, one of them chosen."""

    chosen = Signal(bool)
    """The user chose the backward pass, or the forward one."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = DARK
        self._ways = (TransportButton(parent=self), TransportButton(parent=self))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        group = QButtonGroup(self)
        names = (self.tr("forward pass"), self.tr("backward pass"))
        for number, (button, name) in enumerate(zip(self._ways, names, strict=True)):
            button.setCheckable(True)
            button.set_framed(False)
            button.setAccessibleName(name)
            button.setToolTip(name)
            button.clicked.connect(partial(self.chosen.emit, bool(number)))
            group.addButton(button)
            row.addWidget(button)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._ways[0].setChecked(True)
        self.set_compact(False)

    def show_backward(self, backward: bool) -> None:
        """Show which pass it is, without asking for it."""
        self._ways[backward].setChecked(True)

    def set_compact(self, compact: bool) -> None:
        """Write arrows instead of words."""
        words = ("→", "←") if compact else (self.tr("Forward"), self.tr("Backward"))
        for button, word in zip(self._ways, words, strict=True):
            button.setText(word)
            button.updateGeometry()

    def saved(self) -> int:
        """Return how much narrower it is now than in words."""
        words = (self.tr("Forward"), self.tr("Backward"))
        return sum(
            button.width_for(word) - button.sizeHint().width()
            for button, word in zip(self._ways, words, strict=True)
        )

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the frame around both."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.line), 1.0))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
        painter.end()


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
        self._step = _Step()
        self._speed = self._button("", "", self.speed_clicked)
        self._speed.set_mono(True)
        self._direction = Direction(self)
        self._direction.chosen.connect(self.backward_toggled)
        self._decided = self._button("", self.tr("what decided it"), self.decided_clicked)
        self._decided.setText(self.tr("What decided it"))
        for part in (self._direction, self._decided):
            policy = part.sizePolicy()
            policy.setRetainSizeWhenHidden(True)  # the sliders beside it stay where they are when it comes
            part.setSizePolicy(policy)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self._tail = QHBoxLayout()
        self._tail.setSpacing(8)
        for button in (self._first, self._back, self._play, self._on):
            row.addWidget(button)
        row.addSpacing(8)
        row.addWidget(self._step)
        row.addSpacing(6)  # "t = 1" and "1×" must not read as one number
        row.addWidget(self._speed)
        row.addSpacing(6)
        self._tail.addWidget(self._direction)
        self._tail.addWidget(self._decided)
        row.addLayout(self._tail)
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

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        for button in self.findChildren(TransportButton):
            button.set_theme(theme)
        self._direction.set_theme(theme)
        self._step.set_theme(theme)

    def set_playing(self, playing: bool) -> None:
        """Show whether it plays."""
        self._playing = playing
        self._play.set_shape("pause" if playing else "play")
        self._name(self._play, self.tr("pause") if playing else self.tr("play"))

    def set_position(self, step: int, last: int) -> None:
        """Show the current step; `last` is the last one that can be reached."""
        self._step.set_last(max(last, step))
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
        self._direction.show_backward(backward)

    def set_direction_shown(self, shown: bool) -> None:
        """Offer the choice of the pass, or do not where the view shows only one."""
        self._direction.setVisible(shown)
        # Its room stays; where it is away, that is at the end and not between the others.
        self._tail.removeWidget(self._direction)
        self._tail.insertWidget(0 if shown else 1, self._direction)

    def set_compact(self, compact: bool) -> None:
        """Say the directions by arrows alone, where words have no room."""
        self._direction.set_compact(compact)

    def wordy_width(self) -> int:
        """Return the width that it wants when the directions are said in words."""
        return self.sizeHint().width() + self._direction.saved()

    def set_decided_available(self, available: bool) -> None:
        """Show or hide the button that leads to what decided the question."""
        self._decided.setVisible(available)


def _emit(signal: object, *_: object) -> None:
    """Pass a click on without its argument."""
    signal.emit()  # type: ignore[attr-defined] # a bound signal
