"""How far along one is, as a thin line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QWidget

from .painting import Body, begin, draw_body

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

__all__ = ["ProgressLine"]


class ProgressLine(QProgressBar):
    """A line of four pixels, filled up to what is done.

    Parameters
    ----------
    name : str
        What goes on, for screen readers.
    parent : QWidget, optional
        Owner.
    """

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setTextVisible(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_progress(0, 1)

    def set_progress(self, done: int, total: int) -> None:
        """Show `done` out of `total`; a total of 0 shows an empty line."""
        self.setRange(0, max(1, total))
        self.setValue(min(max(0, done), max(1, total)))

    def sizeHint(self) -> QSize:
        """Return a line."""
        return QSize(200, 4)

    def minimumSizeHint(self) -> QSize:
        """Return a short line."""
        return QSize(40, 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line and its filled part."""
        painter, theme = begin(self)
        rect = QRectF(self.rect())
        draw_body(painter, rect, 2, Body(theme.line))
        share = self.value() / self.maximum()
        if share > 0:
            rect.setWidth(max(4.0, rect.width() * share))
            draw_body(painter, rect, 2, Body(theme.text))
        painter.end()
