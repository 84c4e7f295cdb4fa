"""Plain words of the chrome: path, counts, small headings."""

from __future__ import annotations

import math
from typing import Literal

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.theme import number_font, text_font, text_scale, theme_of

__all__ = ["Label", "LabelTone"]

LabelTone = Literal["text", "dim", "faint", "right", "wrong"]


class Label(QLabel):
    """A label that follows the text scale and the theme.

    Parameters
    ----------
    text : str
        Plain text, never taken for HTML.
    px : float
        Size at text scale 1.
    weight : int
        400 to 700.
    tone : {"text", "dim", "faint", "right", "wrong"}
        Which of the theme's colours.
    mono : bool
        Whether it is a number, in JetBrains Mono.
    wrap : bool
        Whether it may take several lines.
    parent : QWidget, optional
        Owner.
    """

    def __init__(
        self,
        text: str = "",
        *,
        px: float = 13,
        weight: int = 400,
        tone: LabelTone = "text",
        mono: bool = False,
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._px, self._weight, self._mono = px, weight, mono
        self._tone: LabelTone = tone
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        if wrap:
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)

    def set_tone(self, tone: LabelTone) -> None:
        """Choose another of the theme's colours."""
        self._tone = tone
        self.update()

    def tone(self) -> LabelTone:
        """Return which of the theme's colours it has."""
        return self._tone

    def label_font(self) -> QFont:
        """Return the font it is drawn in.

        It is not the widget's own: Qt does not tell a widget with a font of its own that the
        application's font, and with it the text scale, has changed.
        """
        make = number_font if self._mono else text_font
        return make(self._px * text_scale(), self._weight)

    def _flags(self) -> int:
        wrap = int(Qt.TextFlag.TextWordWrap) if self.wordWrap() else 0
        return int(self.alignment()) | wrap

    def _size(self, width: float) -> QSize:
        room = QRectF(0, 0, width, 1e6)
        size = QFontMetricsF(self.label_font()).boundingRect(room, self._flags(), self.text()).size()
        return QSize(math.ceil(size.width()), math.ceil(size.height()))

    def hasHeightForWidth(self) -> bool:
        """Say whether it may take several lines."""
        return self.wordWrap()

    def heightForWidth(self, width: int) -> int:
        """Return the height of all lines."""
        return self._size(width).height() if self.wordWrap() else -1

    def sizeHint(self) -> QSize:
        """Return room for the text, in lines of some forty characters if it may wrap."""
        return self._size(24 * self._px * text_scale() if self.wordWrap() else 1e6)

    def minimumSizeHint(self) -> QSize:
        """Return room for the text, or for one line of it if it may wrap."""
        return QSize(40, self._size(1e6).height()) if self.wordWrap() else self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        """Take another size with another text scale."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text."""
        painter = QPainter(self)
        painter.setFont(self.label_font())
        painter.setPen(QColor(getattr(theme_of(self.palette()), self._tone)))
        painter.drawText(QRectF(self.rect()), self._flags(), self.text())
        painter.end()
