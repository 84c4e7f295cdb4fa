"""Small parts of Home: grounds, a bar of answers, and the key to the map's marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.controllers.home import Tally
from app.theme import mix, text_font
from app.widgets.painting import Body, begin, draw_body, draw_text, scaled, text_width

from . import home_words
from .home_map_paint import draw_bar

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent

    from app.theme import Theme

__all__ = ["MapLegend", "Panel", "PanelKind", "TallyBar", "has_focus"]

PanelKind = Literal["panel", "card", "foot"]
"""A surface of the page; a surface on one; a strip along the page's foot."""

_RADIUS: Final = 14.0


def has_focus(whole: QWidget) -> bool:
    """Tell whether something within a widget is what the keys go to in its window."""
    focus: QWidget | None = whole.window().focusWidget()
    return focus is not None and whole.isAncestorOf(focus)


class Panel(QWidget):
    """A ground for other widgets.

    Parameters
    ----------
    kind : {"panel", "card", "foot"}
        How it looks.
    parent : QWidget, optional
        Owner.
    """

    def __init__(self, kind: PanelKind = "panel", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind: PanelKind = kind

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground."""
        painter, theme = begin(self)
        rect = QRectF(self.rect())
        if self._kind == "foot":
            painter.fillRect(rect, theme.panel)
            painter.fillRect(QRectF(0, 0, rect.width(), 1), theme.line)
        else:
            fill, radius = (theme.panel, _RADIUS) if self._kind == "panel" else (theme.card, 10.0)
            draw_body(painter, rect, radius, Body(fill, theme.line))
        painter.end()


class TallyBar(QWidget):
    """The bar of right, wrong and unanswered questions, as in the map; the words stand elsewhere."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tally = Tally()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_tally(self, tally: Tally) -> None:
        """Show these numbers."""
        self._tally = tally
        self.setAccessibleName(home_words.answers(tally))
        self.update()

    def sizeHint(self) -> QSize:
        """Return a short bar."""
        return QSize(round(scaled(140)), round(scaled(6)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bar."""
        if not self._tally.questions:
            return
        painter, theme = begin(self)
        high = scaled(4)
        draw_bar(painter, QRectF(0, (self.height() - high) / 2, self.width(), high), self._tally, theme)
        painter.end()


class MapLegend(QWidget):
    """What the marks of the map mean, in as many lines as are needed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries = (
            ("right", self.tr("right at the first answer")),
            ("wrong", self.tr("wrong")),
            ("new", self.tr("not answered yet")),
            ("none", self.tr("no questions in your banks")),
            ("picked", self.tr("picked, and what it stands on")),
        )
        self.setAccessibleName(self.tr("Key: {0}").format(", ".join(text for _, text in self._entries)))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _places(self, width: float) -> list[tuple[float, float]]:
        """Return the left and top of each entry."""
        x = y = 0.0
        places = []
        font = text_font(scaled(11))
        for _, text in self._entries:
            wide = scaled(30) + text_width(text, font)
            if x and x + wide > width:
                x, y = 0.0, y + scaled(20)
            places.append((x, y))
            x += wide + scaled(22)
        return places

    def hasHeightForWidth(self) -> bool:
        """Say that narrow keys are tall."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of all lines."""
        return round(self._places(width)[-1][1] + scaled(18))

    def sizeHint(self) -> QSize:
        """Return room for one line."""
        return QSize(round(scaled(760)), round(scaled(18)))

    def minimumSizeHint(self) -> QSize:
        """Return room for the longest entry."""
        return QSize(round(scaled(220)), round(scaled(18)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take the height of another width."""
        super().resizeEvent(event)
        self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the text scale."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange):
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw each mark as it looks in the map, and its words."""
        painter, theme = begin(self)
        font = text_font(scaled(11))
        for (kind, text), (x, y) in zip(self._entries, self._places(self.width()), strict=True):
            mark = QRectF(x, y + scaled(2), scaled(20), scaled(14))
            _draw_mark(painter, kind, mark, theme)
            at = QRectF(x + scaled(30), y, text_width(text, font) + 2, scaled(18))
            draw_text(painter, at, text, font, theme.dim, Qt.AlignmentFlag.AlignLeft)
        painter.end()


def _draw_mark(painter: QPainter, kind: str, rect: QRectF, theme: Theme) -> None:
    if kind == "picked":
        draw_body(painter, rect, 4.0, Body(line=theme.text, width=2.0))
        return
    if kind == "none":
        draw_body(painter, rect, 4.0, Body(line=mix(theme.line, theme.text, 0.12)))
        draw_text(painter, rect, "Aa", text_font(scaled(9), 500), theme.dim)
        return
    tally = {"right": Tally(1, 1, 0), "wrong": Tally(1, 0, 1)}.get(kind, Tally(1))
    high = scaled(4)
    at = QRectF(rect.left(), round(rect.center().y() - high / 2), rect.width(), high)
    draw_bar(painter, at, tally, theme)
