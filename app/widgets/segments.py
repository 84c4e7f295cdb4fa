"""A choice of one out of few, side by side: how sure one is, which view is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QSizePolicy, QWidget

from app.theme import mix, text_font

from .painting import Body, begin, body_rect, draw_body, draw_ring, draw_text, scaled, text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QFont, QPaintEvent

__all__ = ["SegmentStyle", "SegmentedControl"]

SegmentStyle = Literal["pills", "tabs"]


class _Segment(QRadioButton):
    """One of the choices; a radio button in all but its looks, so arrow keys work as everywhere."""

    def __init__(self, text: str, style: SegmentStyle, parent: QWidget) -> None:
        super().__init__(text, parent)
        self._style = style
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Fixed)

    def _font(self) -> QFont:
        return text_font(scaled(12), 600 if self.isChecked() else 500)

    def sizeHint(self) -> QSize:
        """Return room for the text at its boldest, so that nothing moves when it is chosen."""
        width = text_width(self.text(), text_font(scaled(12), 600))
        return QSize(round(width + scaled(32)), round(scaled(28)))

    def minimumSizeHint(self) -> QSize:
        """Return room for the text and little around it."""
        width = text_width(self.text(), text_font(scaled(12), 600))
        return QSize(round(width + scaled(14)), round(scaled(28)))

    def hitButton(self, pos: QPoint) -> bool:
        """Take clicks anywhere, not only where a radio button has its circle."""
        return self.rect().contains(pos)

    def changeEvent(self, event: QEvent) -> None:
        """Take another size with another text scale."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the pill or tab."""
        painter, theme = begin(self)
        focused, chosen, over = self.hasFocus(), self.isChecked(), self.underMouse() and self.isEnabled()
        rect = body_rect(self, focused)
        pills = self._style == "pills"
        radius = rect.height() / 2 if pills else 8.0
        if chosen:
            line = theme.text if pills else ""
            draw_body(painter, rect, radius, Body(mix(theme.card, theme.text, 0.22), line))
        elif pills:
            draw_body(painter, rect, radius, Body(theme.hover if over else "", theme.line))
        elif over:
            draw_body(painter, rect, radius, Body(theme.hover))
        if focused:
            draw_ring(painter, self, self.height() / 2 if pills else 8.0, theme)
        if self.isEnabled():
            colour = theme.text if chosen or over else theme.dim
        else:
            colour = theme.dim if chosen else theme.faint
        draw_text(painter, QRectF(self.rect()), self.text(), self._font(), colour)
        painter.end()


class SegmentedControl(QWidget):
    """A row of choices of which at most one is chosen.

    Arrow keys move the choice; Tab enters and leaves the row as a whole.

    Parameters
    ----------
    labels : sequence of str
        The choices.
    style : {"pills", "tabs"}
        Outlined and apart, or bare with the chosen one on a ground.
    current : int or None
        What is chosen at first; None for nothing yet.
    name : str
        What is chosen here, for screen readers.
    parent : QWidget, optional
        Owner.

    Attributes
    ----------
    chosen : Signal(int)
        The learner chose; setting by code is silent.
    """

    chosen = Signal(int)

    def __init__(
        self,
        labels: Sequence[str],
        style: SegmentStyle = "pills",
        current: int | None = None,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._segments = [_Segment(label, style, self) for label in labels]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8 if style == "pills" else 4)
        self._group = QButtonGroup(self)
        for place, segment in enumerate(self._segments):
            row.addWidget(segment)
            self._group.addButton(segment, place)
        self._silent = False
        self._group.idToggled.connect(self._on_toggled)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.set_current(current)

    def current(self) -> int | None:
        """Return the place of what is chosen, from 0, or None."""
        place = self._group.checkedId()
        return place if place >= 0 else None

    def set_current(self, place: int | None) -> None:
        """Choose, or take the choice back, without a signal."""
        self._silent = True
        if place is not None:
            self._segments[place].setChecked(True)
        elif (checked := self._group.checkedButton()) is not None:
            self._group.setExclusive(False)  # an exclusive button cannot be unchecked
            checked.setChecked(False)
            self._group.setExclusive(True)
        self._silent = False

    def choose(self, place: int) -> None:
        """Choose as the learner does, with a signal; for keys that the page binds."""
        self._segments[place].click()

    def segment(self, place: int) -> QRadioButton:
        """Return one of the buttons, to disable it or to put the focus there."""
        return self._segments[place]

    def _on_toggled(self, place: int, on: bool) -> None:
        if on and not self._silent:
            self.chosen.emit(place)
