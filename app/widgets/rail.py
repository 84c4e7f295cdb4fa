"""The rail at the left: where one can go, and where one is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.theme import draw_icon, text_font
from app.theme.icons import MARK

from .painting import Body, begin, body_rect, draw_body, draw_ring, draw_text, scaled, text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Rail", "RailEntry"]

_WIDTH: Final = 60.0
_LABEL_PX: Final = 10
_LABEL_WEIGHT: Final = 500


@dataclass(frozen=True, slots=True)
class RailEntry:
    """A place one can go: its key, its icon's name, its word, and whether it stands at the foot."""

    key: str
    icon: str
    label: str
    at_foot: bool = False


class _RailButton(QPushButton):
    def __init__(self, entry: RailEntry, parent: QWidget) -> None:
        super().__init__(entry.label, parent)
        self._entry = entry
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        width = text_width(self.text(), text_font(scaled(_LABEL_PX), _LABEL_WEIGHT)) + 2
        return QSize(round(max(scaled(_WIDTH - 9), width)), round(scaled(48)))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = begin(self)
        focused, here = self.hasFocus(), self.isChecked()
        over = (self.underMouse() or self.isDown()) and self.isEnabled()
        rect = body_rect(self, focused)
        if here or over:
            draw_body(painter, rect, 8, Body(theme.chosen if here else theme.hover))
        if focused:
            draw_ring(painter, self, 8, theme)
        ink = theme.text if here or over else theme.dim
        if not self.isEnabled():
            ink = theme.faint
        side, middle = scaled(20), self.width() / 2
        draw_icon(painter, self._entry.icon, ink, QRectF(middle - side / 2, scaled(7), side, side))
        words = QRectF(0, scaled(29), self.width(), scaled(14))
        draw_text(painter, words, self.text(), text_font(scaled(_LABEL_PX), _LABEL_WEIGHT), ink)
        painter.end()


class Rail(QWidget):
    """A column of places with the mark on top.

    Tab enters it at the place one is at; up and down go to the next.

    Parameters
    ----------
    entries : sequence of RailEntry
        From top to bottom; those at the foot follow the free room.
    current : str
        Key of the first place.
    parent : QWidget, optional
        Owner.

    Attributes
    ----------
    chosen : Signal(str)
        Key of the place the learner goes to; setting by code is silent.
    """

    chosen = Signal(str)

    def __init__(
        self, entries: Sequence[RailEntry], current: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Places"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._buttons = {entry.key: _RailButton(entry, self) for entry in entries}
        self._column = QVBoxLayout(self)
        self._column.setSpacing(12)
        for entry in entries:
            if not entry.at_foot:
                self._column.addWidget(self._buttons[entry.key])
        self._column.addStretch(1)
        for entry in entries:
            if entry.at_foot:
                self._column.addWidget(self._buttons[entry.key])
        self._group = QButtonGroup(self)
        for place, button in enumerate(self._buttons.values()):
            self._group.addButton(button, place)
        self._group.idClicked.connect(self._on_clicked)
        self._current = ""
        self.set_current(current)
        self._lay_out()

    def current(self) -> str:
        """Return the key of where one is, or an empty text."""
        return self._current

    def set_current(self, key: str) -> None:
        """Mark where one is, without a signal."""
        self._current = key
        if key in self._buttons:
            self._buttons[key].setChecked(True)
            for other, button in self._buttons.items():
                # Qt makes the checked one the only stop for Tab, but not before the first visit.
                stop = Qt.FocusPolicy.StrongFocus if other == key else Qt.FocusPolicy.ClickFocus
                button.setFocusPolicy(stop)

    def button(self, key: str) -> QPushButton:
        """Return the button of a place."""
        return self._buttons[key]

    def _on_clicked(self, place: int) -> None:
        key = list(self._buttons)[place]
        if key != self._current:
            self._current = key
            self.chosen.emit(key)

    def _lay_out(self) -> None:
        self._column.setContentsMargins(4, round(scaled(56)), 5, 12)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return the width of the widest word, at least that of the pictures."""
        widest = max((button.sizeHint().width() for button in self._buttons.values()), default=0)
        return QSize(max(round(scaled(_WIDTH)), widest + 9), super().sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        """Follow the text scale."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_column"):
            self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground, the line at its right, and the mark."""
        painter, theme = begin(self)
        painter.fillRect(self.rect(), QColor(theme.panel))
        painter.setPen(QPen(QColor(theme.line), 1))
        edge = self.width() - 0.5
        painter.drawLine(QPointF(edge, 0), QPointF(edge, self.height()))
        side = scaled(26)
        draw_icon(painter, MARK, theme.text, QRectF((self.width() - 1 - side) / 2, scaled(13), side, side))
        painter.end()
