"""Text in which raised and lowered figures, the minus and the bars of a norm are fit to be read.

JetBrains Mono gives each raised figure a whole cell, so that 10⁻¹² falls apart, has none of the raised
letters, and a minus no longer than its hyphen. So in numbers what is raised or lowered is Inter's, closed up,
and the minus is a stroke as wide as the plus. Neither typeface has a sign of transposition; it is a small
raised capital. The two bars of ‖ melt into one at 11 pixels in either typeface: they are strokes on whole
device pixels.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from .fonts import NUMBER_FAMILY, text_font

__all__ = ["advance", "elided", "write"]

_SMALL: Final = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻₀₁₂₃₄₅₆₇₈₉₊₋ᵉᶜᶠᵍʰⁱᵏⁿᵒʳʸᶻₖₜ"
_IN_NUMBERS: Final = re.compile(f"[{_SMALL}]+|−|‖|ᵀ")
_IN_WORDS: Final = re.compile("‖|ᵀ")
_MINUS: Final = (0.07, 0.46, 0.33, 0.08)
"""Where a minus begins, its length, its height above the baseline and its thickness, in sizes of type."""
_RAISED: Final = (0.72, 0.33)
"""The size of a raised capital and how far it is raised, in sizes of type."""
_BARS: Final = (0.08, 0.26, 0.78, 0.2)
"""Where the first bar of a norm begins, the distance of the two, and how far they reach up and down."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is drawn in one go, and where it begins."""

    text: str
    font: QFont
    x: float
    rise: float = 0.0


def _plain(text: str, font: QFont) -> bool:
    """Whether a text is drawn as its typeface has it."""
    search = _IN_NUMBERS if font.family() == NUMBER_FAMILY else _IN_WORDS
    return search.search(text) is None


@lru_cache(maxsize=1024)
def _made(text: str, name: str, hinting: QFont.HintingPreference) -> tuple[tuple[_Piece, ...], float]:
    font = QFont()
    font.fromString(name)
    font.setHintingPreference(hinting)  # which a font's name does not tell
    numbers = font.family() == NUMBER_FAMILY
    found: list[_Piece] = []
    x, start = 0.0, 0

    def add(part: str, own: QFont, wide: float | None = None, rise: float = 0.0) -> None:
        nonlocal x
        if part:
            found.append(_Piece(part, own, x, rise))
            x += QFontMetricsF(own).horizontalAdvance(part) if wide is None else wide

    for special in (_IN_NUMBERS if numbers else _IN_WORDS).finditer(text):
        add(text[start : special.start()], font)
        part, start = special[0], special.end()
        if part == "−":
            add(part, font)
        elif part == "‖":
            add(part, font, (0.6 if numbers else 0.5) * font.pixelSize())
        elif part == "ᵀ":
            capital = QFont(font)
            capital.setPixelSize(round(_RAISED[0] * font.pixelSize()))
            add("T", capital, rise=_RAISED[1] * font.pixelSize())
        else:
            small = text_font(font.pixelSize(), font.weight(), font.italic())
            small.setHintingPreference(hinting)
            add(part, small)
    add(text[start:], font)
    return tuple(found), x


def _pieces(text: str, font: QFont) -> tuple[tuple[_Piece, ...], float]:
    """Return the pieces of a text, and how wide they are together."""
    return _made(text, font.toString(), font.hintingPreference())


def advance(text: str, font: QFont) -> float:
    """Return how wide a text is."""
    if _plain(text, font):
        return float(QFontMetricsF(font).horizontalAdvance(text))
    return _pieces(text, font)[1]


def elided(text: str, font: QFont, room: float) -> str:
    """Return a text, cut short with an ellipsis where it is wider than there is room."""
    if advance(text, font) <= room:
        return text
    return QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, room)


def write(painter: QPainter, x: float, baseline: float, text: str, font: QFont) -> None:
    """Draw a text in the colour of the painter's pen."""
    if _plain(text, font):
        painter.setFont(font)
        painter.drawText(QPointF(x, baseline), text)
        return
    for piece in _pieces(text, font)[0]:
        left = x + piece.x
        if piece.text == "−":
            _minus(painter, left, baseline, font)
        elif piece.text == "‖":
            _bars(painter, left, baseline, font)
        else:
            painter.setFont(piece.font)
            painter.drawText(QPointF(left, baseline - piece.rise), piece.text)


def _minus(painter: QPainter, x: float, baseline: float, font: QFont) -> None:
    size = font.pixelSize()
    begin, long, above, thick = (share * size for share in _MINUS)
    scale, _, dy = _device(painter)
    thick = max(1, round(thick * scale)) / scale
    top = (math.floor((baseline - above - thick / 2) * scale + dy + 0.5) - dy) / scale
    painter.fillRect(QRectF(x + begin, top, long, thick), painter.pen().color())


def _bars(painter: QPainter, x: float, baseline: float, font: QFont) -> None:
    size = font.pixelSize()
    begin, between, up, down = (share * size for share in _BARS)
    scale, dx, _ = _device(painter)
    thick = max(1, round(0.08 * size * scale)) / scale
    between = max(2 * round(thick * scale), round(between * scale)) / scale
    left = (math.floor((x + begin) * scale + dx + 0.5) - dx) / scale
    for at in (left, left + between):
        painter.fillRect(QRectF(at, baseline - up, thick, up + down), painter.pen().color())


def _device(painter: QPainter) -> tuple[float, float, float]:
    """Return device pixels per pixel, and where the painter's origin lies in them."""
    transform = painter.deviceTransform()
    return transform.m11() or 1.0, transform.dx(), transform.dy()
