"""A card that says what became of an answer, gives a hint, or adds a remark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.theme import Theme, draw_icon, text_font

from .math_text import MathText, PictureLoader
from .painting import CARD_RADIUS, Body, begin, draw_body, draw_text, scaled

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from .text_store import TextStore

__all__ = ["FeedbackCard", "FeedbackKind"]

FeedbackKind = Literal["right", "partly", "wrong", "hint", "note"]

_ICONS: Final[dict[FeedbackKind, str]] = {
    "right": "check",
    "partly": "circle-alert",
    "wrong": "x",
    "hint": "lightbulb",
    "note": "info",
}


def _colour(kind: FeedbackKind, theme: Theme) -> str:
    colours = {"right": theme.right, "partly": theme.cell, "wrong": theme.wrong, "hint": theme.text}
    return colours.get(kind, theme.dim)


class FeedbackCard(QWidget):
    """A tinted card with a title and a text.

    Parameters
    ----------
    store : TextStore
        For the text.
    kind : {"right", "partly", "wrong", "hint", "note"}
        Gives the colour and the mark; the word is the title's business.
    title : str
        A short plain text.
    text : str
        Markdown; may be empty.
    pictures : callable, optional
        As in `MathText`.
    parent : QWidget, optional
        Owner.
    """

    def __init__(
        self,
        store: TextStore,
        kind: FeedbackKind,
        title: str,
        text: str = "",
        pictures: PictureLoader | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kind: FeedbackKind = kind
        self._title = title
        self.body = MathText(store, text, px=13, pictures=pictures, parent=self)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.body)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.set_content(kind, title, text)

    def kind(self) -> FeedbackKind:
        """Return what kind of card it is."""
        return self._kind

    def title(self) -> str:
        """Return the title."""
        return self._title

    def set_content(self, kind: FeedbackKind, title: str, text: str = "") -> None:
        """Show another message."""
        self._kind, self._title = kind, title
        self.body.set_text(text)
        self.body.setVisible(bool(text))
        self.setAccessibleName(f"{title}. {self.body.spoken()}" if text else title)
        self._lay_out()
        self.update()

    def _lay_out(self) -> None:
        pad = round(scaled(16))
        spare = round(self.body.leading()) if self.body.text() else 0
        self._column.setContentsMargins(pad, round(scaled(38)), pad, max(0, round(scaled(14)) - spare))
        self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the text scale."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_column"):
            self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground, the mark and the title."""
        painter, theme = begin(self)
        colour = _colour(self._kind, theme)
        plain = self._kind in ("hint", "note")
        body = Body(theme.card, theme.line) if plain else Body(theme.tint(colour), colour)
        draw_body(painter, QRectF(self.rect()), CARD_RADIUS, body)
        pad, side = scaled(16), scaled(15)
        line = QRectF(pad, scaled(11), self.width() - 2 * pad, scaled(20))
        mark = QRectF(line.left(), line.center().y() - side / 2, side, side)
        draw_icon(painter, _ICONS[self._kind], colour, mark)
        left = Qt.AlignmentFlag.AlignLeft
        ink = theme.text if plain else colour
        words = line.adjusted(side + scaled(8), 0, 0, 0)
        draw_text(painter, words, self._title, text_font(scaled(13), 600), ink, left)
        painter.end()
