"""The plain painter: every mark stroked and filled with a :class:`QPainter`, without any cache.

It serves vector export, and it is the yardstick: the fast painter must give the same picture. It also paints
the sprites that the fast painter keeps.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from functools import cache
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from app.theme import Theme, lettering, mix, number_font, text_font

from .heat import FALLING, RISING, cell_colours, hatch_colour, places
from .marks import CASING, DIM, Dots, Hatch, HeatMap, Line, Mark, Node, Panel, Slots, Strands, Text, Veiled
from .routes import Arc, Piece, cut, length, on_pixels, pieces
from .sections import across

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .marks import Point

_MANY = 16
"""Fewest strokes of one line that are drawn as one path."""


@cache
def pen(colour: str, width: float, alpha: float = 1.0, dash: tuple[float, ...] = ()) -> QPen:
    """Return a pen with flat ends; ``dash`` in pixels."""
    tone = QColor(colour)
    tone.setAlphaF(alpha)
    made = QPen(tone, width)
    made.setCapStyle(Qt.PenCapStyle.FlatCap)
    made.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if dash:
        made.setDashPattern([part / max(width, 0.1) for part in dash])
    return made


def nearest(edge: float) -> int:
    """Return the nearest pixel edge; halves always go up, so that whole shifts change nothing."""
    return math.floor(edge + 0.5)


class Snap:
    """Moves edges onto whole device pixels, so that one-pixel lines are sharp at every scale factor."""

    def __init__(self, painter: QPainter) -> None:
        transform = painter.deviceTransform()
        self.scale = transform.m11()
        self.dx, self.dy = transform.dx(), transform.dy()

    def x(self, value: float) -> float:
        """Return the nearest pixel edge across."""
        return (nearest(value * self.scale + self.dx) - self.dx) / self.scale

    def y(self, value: float) -> float:
        """Return the nearest pixel edge down."""
        return (nearest(value * self.scale + self.dy) - self.dy) / self.scale

    def width(self, value: float) -> float:
        """Return a line width of whole device pixels, at least one."""
        return max(1, round(value * self.scale)) / self.scale

    def rect(self, rect: tuple[float, float, float, float]) -> QRectF:
        """Return the box with its edges on pixels."""
        left, top = self.x(rect[0]), self.y(rect[1])
        return QRectF(left, top, self.x(rect[0] + rect[2]) - left, self.y(rect[1] + rect[3]) - top)


def draw(painter: QPainter, marks: Iterable[Mark], theme: Theme) -> None:
    """Stroke and fill the marks in their order.

    Parameters
    ----------
    painter
        An active painter on any device; its transform may scale and move, not turn.
    marks
        What to draw.
    theme
        Gives the colours of heat maps.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    snap = Snap(painter)
    for mark in marks:
        draw_mark(painter, mark, theme, snap)
    painter.restore()


def draw_mark(painter: QPainter, mark: Mark, theme: Theme, snap: Snap) -> None:
    """Draw one mark."""
    if isinstance(mark, Strands):
        _strands(painter, mark, theme, snap)
    elif isinstance(mark, Slots):
        _slots(painter, mark, snap)
    elif isinstance(mark, HeatMap):
        _heat_map(painter, mark, theme, snap)
    else:
        faded = mark.lit < 1.0
        if isinstance(mark, Node):
            draw_still(painter, faded_node(mark), snap)
            return
        if faded:
            painter.save()
            painter.setOpacity(painter.opacity() * (DIM + (1 - DIM) * mark.lit))
        draw_still(painter, mark, snap)
        if faded:
            painter.restore()


def faded_node(mark: Node) -> Node:
    """Return the node in the colours of how far it is lit, on an opaque ground."""
    if mark.lit >= 1.0:
        return mark
    strength = DIM + (1 - DIM) * mark.lit
    return replace(
        mark,
        lit=1.0,
        border=mix(mark.fill, mark.border, strength),
        colour=mix(mark.fill, mark.colour, strength),
    )


def draw_still(painter: QPainter, mark: Mark, snap: Snap) -> None:
    """Draw a mark that fades as a whole, at full strength."""
    if isinstance(mark, Text):
        draw_text(painter, mark, snap)
    elif isinstance(mark, Panel):
        _box(painter, snap, mark.rect, mark.fill, mark.border, mark.border_width, mark.radius, mark.dashed)
    elif isinstance(mark, Node):
        _node(painter, mark, snap)
    elif isinstance(mark, Line):
        _line(painter, mark, snap)
    elif isinstance(mark, Dots):
        _dots(painter, mark)
    elif isinstance(mark, Hatch):
        _hatch(painter, mark, snap)
    elif isinstance(mark, Veiled):
        _veiled(painter, mark, snap)


# -- text --


@cache
def font_of(size: float, weight: int, italic: bool, mono: bool) -> tuple[QFont, QFontMetricsF]:
    """Return a font and its metrics; how wide a text is in it, `lettering.advance` says."""
    font = number_font(size, weight, italic) if mono else text_font(size, weight, italic)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font, QFontMetricsF(font)


def draw_text(painter: QPainter, mark: Text, snap: Snap) -> None:
    """Draw a line of text with its baseline on a whole device pixel; what is too long is elided."""
    font, metrics = font_of(mark.size, mark.weight, mark.italic, mark.mono)
    left, top, width, height = mark.rect
    text = lettering.elided(mark.text, font, width + 2.0)
    spare = width - lettering.advance(text, font)
    shift = {"left": 0.0, "centre": spare / 2, "right": spare}[mark.align]
    baseline = snap.y(top + (height + metrics.ascent() - metrics.descent()) / 2)
    painter.setPen(QColor(mark.colour))
    lettering.write(painter, left + shift, baseline, text, font)


# -- boxes --


def _box(
    painter: QPainter,
    snap: Snap,
    rect: tuple[float, float, float, float],
    fill: str | None,
    border: str | None,
    border_width: float,
    radius: float,
    dashed: bool = False,
) -> None:
    box = snap.rect(rect)
    painter.setBrush(QColor(fill) if fill else Qt.BrushStyle.NoBrush)
    if border is None:
        painter.setPen(Qt.PenStyle.NoPen)
    else:
        width = snap.width(border_width)
        painter.setPen(pen(border, width, 1.0, (4.0, 3.0) if dashed else ()))
        box = box.adjusted(width / 2, width / 2, -width / 2, -width / 2)
    if radius > 0:
        painter.drawRoundedRect(box, radius, radius)
    else:
        painter.drawRect(box)


def _node(painter: QPainter, mark: Node, snap: Snap) -> None:
    x, y, width, height = mark.rect
    if mark.round:
        painter.setPen(pen(mark.border, mark.border_width))
        painter.setBrush(QColor(mark.fill))
        inset = mark.border_width / 2
        painter.drawEllipse(QRectF(x, y, width, height).adjusted(inset, inset, -inset, -inset))
        _sign(painter, mark)
        return
    _box(painter, snap, mark.rect, mark.fill, mark.border, mark.border_width, mark.radius)
    if mark.sign:
        named = Text(
            rect=mark.rect,
            text=mark.sign,
            colour=mark.colour,
            size=mark.size,
            mono=True,
            align="centre",
        )
        draw_text(painter, named, snap)


def _sign(painter: QPainter, mark: Node) -> None:
    """Draw × and + as strokes: centred to the pixel in every font and export."""
    x, y, width, height = mark.rect
    middle = QPointF(x + width / 2, y + height / 2)
    arm = max(4.4, 0.135 * width)
    painter.setPen(pen(mark.colour, max(1.6, 0.045 * width)))
    turns = (math.pi / 4, -math.pi / 4) if mark.sign == "×" else (0.0, math.pi / 2)
    for turn in turns:
        step = QPointF(arm * math.cos(turn), arm * math.sin(turn))
        painter.drawLine(middle - step, middle + step)


def _line(painter: QPainter, mark: Line, snap: Snap) -> None:
    runs, width = _unbroken(mark.points), mark.width
    if not mark.closed and all(_level(run) for run in runs):
        width = snap.width(width)
        runs = [_sharp(run, width, snap) for run in runs]
    painter.setPen(pen(mark.colour, width, mark.opacity, mark.dash))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if len(runs) >= _MANY and not mark.closed and mark.opacity == 1.0 and not mark.dash and _apart(runs):
        # Hundreds of ticks, such as those of saturated cells: as one path they take a fifth of the time.
        path = QPainterPath()
        for run in runs:
            path.moveTo(*run[0])
            for x, y in run[1:]:
                path.lineTo(x, y)
        painter.drawPath(path)
        return
    for run in runs:
        polygon = QPolygonF([QPointF(x, y) for x, y in run])
        if mark.closed and len(run) > 2:
            fill = QColor(mark.fill) if mark.fill else None
            if fill is not None:
                fill.setAlphaF(mark.opacity)
            painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
            painter.drawPolygon(polygon)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        elif len(run) > 1:
            painter.drawPolyline(polygon)


def _unbroken(points: tuple[Point, ...]) -> list[list[Point]]:
    """Return the stretches between points that are not finite; none is empty."""
    runs: list[list[Point]] = []
    run: list[Point] = []
    for point in points:
        if isfinite(point[0]) and isfinite(point[1]):
            run.append(point)
        elif run:
            runs.append(run)
            run = []
    if run:
        runs.append(run)
    return runs


def _level(run: list[Point]) -> bool:
    """Whether a stretch is one straight piece, across or down."""
    return len(run) == 2 and (run[0][0] == run[1][0]) != (run[0][1] == run[1][1])


def _sharp(run: list[Point], width: float, snap: Snap) -> list[Point]:
    """Return a level stretch where a pen of whole device pixels covers whole ones."""
    (x0, y0), (x1, y1) = run
    half = width / 2
    if x0 == x1:
        x = snap.x(x0 - half) + half
        return [(x, snap.y(y0)), (x, snap.y(y1))]
    y = snap.y(y0 - half) + half
    return [(snap.x(x0), y), (snap.x(x1), y)]


def _apart(runs: list[list[Point]]) -> bool:
    """Whether no stretch begins where the one before it ends."""
    return all(run[-1] != after[0] for run, after in itertools.pairwise(runs))


def _dots(painter: QPainter, mark: Dots) -> None:
    painter.setBrush(QColor(mark.fill) if mark.fill else Qt.BrushStyle.NoBrush)
    painter.setPen(pen(mark.border, mark.border_width) if mark.border else Qt.PenStyle.NoPen)
    for x, y in mark.points:
        if math.isfinite(x) and math.isfinite(y):
            painter.drawEllipse(QPointF(x, y), mark.radius, mark.radius)


def _hatch(painter: QPainter, mark: Hatch, snap: Snap) -> None:
    box = snap.rect(mark.rect)
    painter.save()
    if mark.radius > 0:
        clip = QPainterPath()
        clip.addRoundedRect(box, mark.radius, mark.radius)
        painter.setClipPath(clip, Qt.ClipOperation.IntersectClip)
    else:
        painter.setClipRect(box, Qt.ClipOperation.IntersectClip)
    painter.setPen(pen(mark.colour, 1.0, 0.7))
    step, rise = 5.0, box.height()
    x = box.left() - rise
    while x < box.right():
        foot, head = (x + rise, x) if mark.falling else (x, x + rise)
        painter.drawLine(QPointF(foot, box.bottom()), QPointF(head, box.top()))
        x += step
    painter.restore()


def _veiled(painter: QPainter, mark: Veiled, snap: Snap) -> None:
    if mark.fill or mark.border:
        _box(painter, snap, mark.rect, mark.fill, mark.border, 1.0, mark.radius)
    x, y, width, height = mark.rect
    first = (x, y, width, 20.0)
    lines = [Text(rect=first, text=mark.text, colour=mark.colour, size=mark.size, weight=500, align="centre")]
    if mark.detail:
        lines.append(
            Text(
                rect=(x, y, width, 18.0), text=mark.detail, colour=mark.detail_colour, size=11, align="centre"
            )
        )
    top = y + (height - sum(line.rect[3] for line in lines)) / 2
    for line in lines:
        placed = Text(
            rect=(x, top, width, line.rect[3]),
            text=line.text,
            colour=line.colour,
            size=line.size,
            weight=line.weight,
            align="centre",
        )
        draw_text(painter, placed, snap)
        top += line.rect[3]


# -- strands and slots --


def split(mark: Strands, chain: tuple[Piece, ...]) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return the part of the chain in full colour and the dim rest."""
    if mark.lit >= 1.0:
        return chain, ()
    if mark.lit <= 0.0:
        return (), chain
    whole = length(chain)
    reach = whole * mark.lit
    if mark.backward:
        return cut(chain, whole - reach, whole), cut(chain, 0.0, whole - reach)
    return cut(chain, 0.0, reach), cut(chain, reach, whole)


def _strands(painter: QPainter, mark: Strands, theme: Theme, snap: Snap) -> None:
    route, radius = on_pixels(mark.route, mark.radius, snap.scale, snap.dx, snap.dy)
    bright, dim = split(mark, pieces(route, radius))
    strands = mark.strands
    places, fit = across(np.array([[strand.offset for strand in strands]]), snap.scale)
    painter.save()
    # What is snapped is known in device pixels.
    painter.translate(-snap.dx / snap.scale, -snap.dy / snap.scale)
    painter.scale(1.0 / snap.scale, 1.0 / snap.scale)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for chain, strength in ((dim, DIM), (bright, 1.0)):
        if not chain:
            continue
        if mark.casing is not None:
            painter.setPen(pen(mark.casing, mark.span * snap.scale, CASING))
            painter.drawPath(_path(chain, 0.0))
        for strand, place in zip(strands, places[0].tolist(), strict=True):
            painter.setPen(pen(mix(theme.card, strand.colour, strength), strand.width * float(fit[0])))
            painter.drawPath(_path(chain, place))
    painter.restore()


def _path(chain: tuple[Piece, ...], offset: float) -> QPainterPath:
    path = QPainterPath()
    for piece in chain:
        if isinstance(piece, Arc):
            arc = piece.shifted(offset)
            if path.isEmpty():
                path.moveTo(QPointF(*arc.point(arc.start)))
            (cx, cy), radius = arc.centre, arc.radius
            box = QRectF(cx - radius, cy - radius, 2 * radius, 2 * radius)
            path.arcTo(box, -math.degrees(arc.start), -math.degrees(arc.sweep))
        else:
            line = piece.shifted(offset)
            if path.isEmpty():
                path.moveTo(QPointF(*line.start))
            path.lineTo(QPointF(*line.end))
    return path


def _slots(painter: QPainter, mark: Slots, snap: Snap) -> None:
    draw_tracks(painter, mark, snap)
    painter.save()
    opacity = painter.opacity()
    if mark.lit < 1.0:
        painter.setOpacity(opacity * DIM)
        draw_levels(painter, mark, 1.0)
        painter.setOpacity(opacity)
    if mark.lit > 0.0:
        draw_levels(painter, mark, mark.lit)
    painter.restore()


def draw_tracks(painter: QPainter, mark: Slots, snap: Snap) -> None:
    """Draw the empty slots, the middle line of signed ones, and the mark of the chosen unit."""
    painter.setPen(Qt.PenStyle.NoPen)
    for index, slot in enumerate(mark.slots):
        x, y, width, height = mark.slot_rect(index)
        painter.setBrush(QColor(mark.track))
        radius = min(2.0, width / 3)
        painter.drawRoundedRect(QRectF(x, y, width, height), radius, radius)
        if slot.level is None and slot.value is not None:
            _hatch(painter, Hatch(rect=(x, y, width, height), colour=mark.chosen_colour), snap)
            painter.setPen(Qt.PenStyle.NoPen)
        if slot.chosen:
            painter.setBrush(QColor(mark.chosen_colour))
            mark_width = max(2.0, min(width, 14.0))
            painter.drawRoundedRect(
                QRectF(x + (width - mark_width) / 2, y + height + 2.5, mark_width, 2.0), 1.0, 1.0
            )


def draw_levels(painter: QPainter, mark: Slots, lit: float) -> None:
    """Fill the slots up to their level, none above ``lit``."""
    painter.setPen(Qt.PenStyle.NoPen)
    colour = None
    half = mark.rect[3] / 2
    for index, slot in enumerate(mark.slots):
        if slot.level is None:
            continue
        x, y, width, height = mark.slot_rect(index)
        if mark.signed:
            rise = min(abs(slot.level), lit) * half
            y += half - rise if slot.level >= 0 else half
        else:
            rise = min(max(slot.level, 0.0), lit) * height
            y += height - rise
        if rise <= 0:
            continue
        if slot.colour != colour:
            colour = slot.colour
            painter.setBrush(QColor(colour))
        radius = min(2.0, width / 3, rise / 2)
        painter.drawRoundedRect(QRectF(x, y, width, rise), radius, radius)
    for index, slot in enumerate(mark.slots):
        if slot.tick is not None and abs(slot.tick) <= lit:
            _tick(painter, mark, index, slot.tick)


def _tick(painter: QPainter, mark: Slots, index: int, level: float) -> None:
    """Draw a line across a slot at a level, on a border of the slots' ground: it is seen on any colour."""
    x, y, width, height = mark.slot_rect(index)
    middle = y + height / 2 * (1.0 - level) if mark.signed else y + height * (1.0 - level)
    middle = min(max(middle, y + 1.0), y + height - 1.0)
    for tall, colour in ((4.0, mark.track), (2.0, mark.chosen_colour)):
        painter.fillRect(QRectF(x - 1.0, middle - tall / 2, width + 2.0, tall), QColor(colour))


# -- heat maps --


def _heat_map(painter: QPainter, mark: HeatMap, theme: Theme, snap: Snap) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    if mark.lit < 1.0:
        painter.setOpacity(painter.opacity() * (DIM + (1 - DIM) * mark.lit))
    colours, where = cell_colours(mark, theme), places(mark)
    across, down = (snap.width(gap) if gap > 0.0 else 0.0 for gap in (mark.gap, mark.row_gap))
    rows, columns = mark.values.shape
    for row in range(rows):
        for column in range(columns):
            box = snap.rect(mark.cell_rect(row, column))
            box.setWidth(max(box.width() - across, 1.0 / snap.scale))
            box.setHeight(max(box.height() - down, 1.0 / snap.scale))
            painter.fillRect(box, QColor.fromRgb(int(colours[row, column])))
            place = int(where[row, column])
            if not place:
                continue
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            spot, colour = (box.x(), box.y(), box.width(), box.height()), hatch_colour(place, theme)
            if place in RISING:
                _hatch(painter, Hatch(rect=spot, colour=colour), snap)
            if place in FALLING:
                _hatch(painter, Hatch(rect=spot, colour=colour, falling=True), snap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.restore()
