"""Shapes that the controls share: bodies, focus rings, and sizes that follow the text scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen

from app.theme import Theme, lettering, text_scale, theme_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

__all__ = [
    "CARD_RADIUS",
    "Body",
    "begin",
    "body_rect",
    "draw_body",
    "draw_ring",
    "draw_text",
    "scaled",
    "text_width",
]

CARD_RADIUS: Final = 10.0
_RING: Final = 2.0
_GAP: Final = 2.0


@dataclass(frozen=True, slots=True)
class Body:
    """How a rounded body looks; an empty colour is not drawn."""

    fill: str = ""
    line: str = ""
    width: float = 1.0
    dashed: bool = False


def scaled(px: float) -> float:
    """Return a length that grows with the text."""
    return px * text_scale()


def begin(widget: QWidget) -> tuple[QPainter, Theme]:
    """Return an antialiasing painter on a widget, and the theme of its palette."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return painter, theme_of(widget.palette())


def body_rect(widget: QWidget, focused: bool, above: float = 0.0) -> QRectF:
    """Return where a control's body goes; `above` is what it leaves free at its upper edge.

    The ring takes its room from the body, not from around it: so controls stand exactly where
    their layout puts them, and nothing moves when the focus does.
    """
    inset = _RING + _GAP if focused else 0.0
    return QRectF(widget.rect()).adjusted(inset, above + inset, -inset, -inset)


def draw_body(painter: QPainter, rect: QRectF, radius: float, body: Body) -> None:
    """Draw a rounded body whose line lies wholly inside `rect`."""
    pen = QPen(Qt.PenStyle.NoPen)
    half = 0.0
    if body.line:
        pen = QPen(QColor(body.line), body.width)
        if body.dashed:
            pen.setDashPattern([4, 3])
        half = body.width / 2
    painter.setPen(pen)
    painter.setBrush(QColor(body.fill) if body.fill else QBrush())
    painter.drawRoundedRect(rect.adjusted(half, half, -half, -half), radius - half, radius - half)


def draw_ring(painter: QPainter, widget: QWidget, radius: float, theme: Theme, above: float = 0.0) -> None:
    """Draw the focus ring along a widget's edge, around a body inset by `body_rect`."""
    rect = QRectF(widget.rect()).adjusted(0.0, above, 0.0, 0.0)
    draw_body(painter, rect, min(radius + _RING, rect.height() / 2), Body(line=theme.text, width=_RING))


def draw_text(
    painter: QPainter,
    rect: QRectF,
    text: str,
    font: QFont,
    colour: str,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignCenter,
) -> None:
    """Draw one line of text, shortened with an ellipsis if it is too long.

    Vertically it is the middle between baseline and capital height that is centred, as the eye
    does, and the baseline lies on a device pixel.
    """
    metrics = QFontMetricsF(font)
    shown = lettering.elided(text, font, rect.width() + 0.5)
    width = lettering.advance(shown, font)
    x = rect.left()
    if align & Qt.AlignmentFlag.AlignHCenter:
        x += (rect.width() - width) / 2
    elif align & Qt.AlignmentFlag.AlignRight:
        x = rect.right() - width
    baseline = round(rect.center().y() + metrics.capHeight() / 2)
    painter.setPen(QColor(colour))
    lettering.write(painter, x, baseline, shown, font)


def text_width(text: str, font: QFont) -> float:
    """Return the width of one line of text."""
    return lettering.advance(text, font)
