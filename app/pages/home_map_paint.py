"""How the concept map looks: cells with their bars, headings, and the lines to what a concept stands on."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from app.theme import Theme, mix, number_font, text_font
from app.widgets.painting import Body, draw_body, draw_text, scaled, text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.controllers.home import Tally

    from .home_map_layout import Heading, Point

__all__ = [
    "CELL_RADIUS",
    "CellLook",
    "cell_room",
    "draw_bar",
    "draw_cell",
    "draw_heading",
    "draw_route",
    "title_font",
    "title_lines",
    "words",
]

CELL_RADIUS: Final = 8.0
_PAD: Final = 8.0
_BAR: Final = 4.0
_MOST_SEGMENTS: Final = 10
_WORD: Final = re.compile(r"[^\s-]+-?\s*|-\s*")


@dataclass(frozen=True)
class CellLook:
    """How one cell stands out: picked, stood on directly or not, under the pointer, with focus, small."""

    picked: bool = False
    direct: bool = False
    indirect: bool = False
    hovered: bool = False
    focused: bool = False
    small: bool = False


def title_font(small: bool = False) -> QFont:
    """Return the font of a cell's title."""
    return text_font(scaled(11 if small else 12), 500)


def words(title: str) -> tuple[str, ...]:
    """Return the parts of a title that stay together; a hyphen may end a line."""
    return tuple(_WORD.findall(title))


def cell_room() -> float:
    """Return the room beside a cell's title, left and right together."""
    return 2 * scaled(_PAD)


@lru_cache(maxsize=512)
def _wrapped(title: str, px: int, width: int, most: int) -> tuple[str, ...]:
    metrics = QFontMetricsF(text_font(px, 500))
    lines = [""]
    for part in words(title):
        longer = lines[-1] + part
        if lines[-1] and len(lines) < most and metrics.horizontalAdvance(longer.rstrip()) > width:
            lines.append(part)
        else:
            lines[-1] = longer
    return tuple(line.rstrip() for line in lines)


def _fits(lines: tuple[str, ...], font: QFont, width: float) -> bool:
    return all(text_width(line, font) <= width + 0.5 for line in lines)


def title_lines(
    title: str, width: float, small: bool = False, most: int = 2
) -> tuple[tuple[str, ...], QFont]:
    """Break a title into two lines, in the smaller size if need be, or else into up to `most`.

    Returns
    -------
    tuple
        The lines, of which the last may still be too long, and the font.
    """
    for count in range(min(2, most), most + 1):
        for size in (small, True):
            font = title_font(size)
            lines = _wrapped(title, font.pixelSize(), math.ceil(width), count)
            if _fits(lines, font, width):
                return lines, font
    return lines, font


def draw_cell(
    painter: QPainter, rect: QRectF, title: str, tally: Tally, look: CellLook, theme: Theme
) -> None:
    """Draw one concept.

    Parameters
    ----------
    painter : QPainter
        Antialiasing.
    rect : QRectF
        The cell.
    title : str
        Of the concept.
    tally : Tally
        Its questions; without any, the cell is faint and has no bar.
    look : CellLook
        How it stands out.
    theme : Theme
        For the colours.
    """
    stands_out = look.picked or look.direct or look.indirect or look.hovered
    line = theme.line
    if look.picked or look.direct:
        line = theme.text
    elif look.indirect or look.hovered:
        line = mix(theme.line, theme.text, 0.4)
    fill = mix(theme.card, theme.text, 0.1) if look.picked else theme.hover if look.hovered else theme.card
    if not tally.questions and not stands_out:
        fill = mix(theme.panel, theme.card, 0.4)
    if look.focused:
        draw_body(painter, rect.adjusted(-4, -4, 4, 4), CELL_RADIUS + 4, Body(line=theme.text, width=2.0))
    draw_body(painter, rect, CELL_RADIUS, Body(fill, line, 2.0 if look.picked else 1.0))

    inner = rect.adjusted(scaled(_PAD), scaled(6), -scaled(_PAD), 0)
    colour = theme.text if tally.questions else theme.dim
    # Without a bar there is room for a third line, if they stand a little closer.
    lines, font = title_lines(title, inner.width(), look.small, 2 if tally.questions else 3)
    pitch = scaled(13 if len(lines) > 2 else 14)
    for place, text in enumerate(lines):
        at = QRectF(inner.left(), inner.top() + place * pitch, inner.width(), pitch)
        draw_text(painter, at, text, font, colour, Qt.AlignmentFlag.AlignLeft)
    if tally.questions:
        _draw_count(painter, rect, tally, theme)


def _draw_count(painter: QPainter, rect: QRectF, tally: Tally, theme: Theme) -> None:
    """Draw the bar at the cell's foot and, right of it, how many are right out of how many."""
    font = number_font(scaled(10))
    said = f"{tally.right}/{tally.questions}" if tally.answered else f"{tally.questions}"
    room = max(text_width(said, font), text_width("0/0", font))
    middle = rect.bottom() - scaled(8.5)
    right = rect.right() - scaled(_PAD)
    at = QRectF(right - room, middle - scaled(7), room, scaled(14))
    draw_text(painter, at, said, font, theme.dim, Qt.AlignmentFlag.AlignRight)
    left = rect.left() + scaled(_PAD)
    width = right - room - scaled(6) - left
    draw_bar(painter, QRectF(left, round(middle - scaled(_BAR) / 2), width, scaled(_BAR)), tally, theme)


def draw_bar(painter: QPainter, rect: QRectF, tally: Tally, theme: Theme) -> None:
    """Draw a bar in parts: right ones filled, wrong ones striped, the rest the empty track.

    A few questions have a part each, so that they can be counted; many share one bar.
    """
    counts = (tally.right, tally.wrong, tally.new)
    if tally.questions <= _MOST_SEGMENTS:
        parts = [(1 / tally.questions, kind) for kind, count in enumerate(counts) for _ in range(count)]
    else:
        parts = [(count / tally.questions, kind) for kind, count in enumerate(counts) if count]
    gap = min(2.0, rect.width() / tally.questions / 3) if len(parts) > 1 else 0.0
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    radius = rect.height() / 2
    x = rect.left()
    for share, kind in parts:
        whole = share * (rect.width() + gap)
        part = QRectF(x, rect.top(), max(1.0, whole - gap), rect.height())
        if kind == 1:
            _draw_stripes(painter, part, theme.wrong)
        else:
            painter.setBrush(QColor(theme.right if kind == 0 else mix(theme.line, theme.text, 0.12)))
            painter.drawRoundedRect(part, min(radius, part.width() / 2), radius)
        x += whole
    painter.restore()


def _draw_stripes(painter: QPainter, part: QRectF, colour: str) -> None:
    """Fill with upright stripes: wrong must not look like right where colours cannot be told apart."""
    step, width = scaled(4), scaled(2)
    count = max(1, int((part.width() + step - width) // step))
    start = part.left() + (part.width() - (count * step - (step - width))) / 2
    for k in range(count):
        painter.fillRect(QRectF(start + k * step, part.top(), width, part.height()), QColor(colour))


def draw_heading(painter: QPainter, heading: Heading, title: str, said: str, theme: Theme) -> None:
    """Draw a chapter's title and what is said of its questions, one below the other or in a line."""
    left, top, width, height = heading.box
    font, small = text_font(scaled(13), 600), text_font(scaled(11))
    align = Qt.AlignmentFlag.AlignLeft
    if heading.above:
        wide = text_width(title, font)
        rect = QRectF(left, top, width, height - scaled(6))
        written = wide + scaled(14) + text_width(said, small)
        painter.fillRect(
            QRectF(left, top + 1, written, height - scaled(6)), theme.panel
        )  # lines pass behind it
        draw_text(painter, rect, title, font, theme.text, align)
        draw_text(painter, rect.adjusted(wide + scaled(10), 0, 0, 0), said, small, theme.dim, align)
        return
    middle = top + height / 2
    draw_text(painter, QRectF(left, middle - scaled(18), width, scaled(18)), title, font, theme.text, align)
    draw_text(painter, QRectF(left, middle + scaled(1), width, scaled(16)), said, small, theme.dim, align)


def draw_route(painter: QPainter, corners: Sequence[Point], strong: bool, theme: Theme) -> None:
    """Draw a line with rounded corners; a strong one leads from what is needed directly."""
    colour = theme.text if strong else mix(theme.line, theme.text, 0.3)
    pen = QPen(QColor(colour), 2.0 if strong else 1.0)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(_rounded([QPointF(*corner) for corner in corners], 6.0))


def _rounded(points: Sequence[QPointF], radius: float) -> QPainterPath:
    path = QPainterPath(points[0])
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        into, out = _length(before, corner), _length(corner, after)
        if min(into, out) < 0.01:
            continue
        reach = min(radius, into / 2, out / 2)
        path.lineTo(corner + (before - corner) * (reach / into))
        path.quadTo(corner, corner + (after - corner) * (reach / out))
    path.lineTo(points[-1])
    return path


def _length(one: QPointF, other: QPointF) -> float:
    return math.hypot(one.x() - other.x(), one.y() - other.y())
