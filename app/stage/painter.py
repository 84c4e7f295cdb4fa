"""The fast painter: marks to pixels, with everything that does not change kept as an image.

Strands are never stroked here: a straight bundle is its stretched cross-section, a corner an image looked up
by distance (see ``sections``). Texts, nodes and slots are kept as sprites. Images are laid on whole device
pixels, so all is sharp at every scale factor. The plain painter in ``plain`` gives the same picture by
strokes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPolygonF, QTransform

from .heat import heat_image
from .marks import DIM, HeatMap, Mark, Node, Rect, Slots, Strands, Text
from .paint_cache import PaintCache
from .plain import Snap, draw, draw_levels, draw_mark, draw_still, draw_tracks, faded_node, nearest, split
from .routes import Arc, Piece, Straight, pieces
from .sections import Section, corner, first_pixel, section

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from numpy.typing import NDArray

    from app.theme import Theme

_LAYER_PAYS = 8
"""Fewest unchanged marks that are worth an image of their own."""


def _image(pixels: NDArray[np.uint32]) -> QImage:
    """Return an image with its own copy of premultiplied ARGB pixels, shape ``(height, width)``."""
    height, width = pixels.shape
    flat = np.ascontiguousarray(pixels)
    return QImage(flat.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied).copy()


@dataclass(frozen=True, eq=False)
class _Bundle:
    """A bundle ready to be laid down at one scale and origin."""

    chain: tuple[Piece, ...]
    section: Section
    whole: tuple[tuple[QRect, QImage], ...]


def paint(
    painter: QPainter,
    marks: Iterable[Mark],
    theme: Theme,
    cache: PaintCache | None = None,
    ground: str | None = None,
) -> None:
    """Paint marks in their order.

    Parameters
    ----------
    painter
        An active painter. Its transform may scale (equally both ways) and move.
    marks
        What to draw.
    theme
        Gives the colours of heat maps.
    cache
        What is kept between frames of one widget. Without it, or when the painter is turned or skewed, every
        mark is stroked and filled afresh: use that for export.
    ground
        Colour that lies under all marks, when it is one: what stands still is then kept with it as one
        opaque image, which is faster to lay down than a transparent one. It is filled only under the marks.
    """
    transform = painter.deviceTransform()
    upright = transform.m12() == 0.0 and transform.m21() == 0.0 and transform.isAffine()
    if cache is None or not upright or not math.isclose(transform.m11(), transform.m22(), rel_tol=1e-6):
        draw(painter, marks, theme)
        return
    painter.save()
    _Fast(painter, theme, cache, transform).run(tuple(marks), ground)
    painter.restore()


class _Fast:
    """One frame. The painter works in device pixels, in the caller's units what is stroked."""

    def __init__(self, painter: QPainter, theme: Theme, cache: PaintCache, transform: QTransform) -> None:
        self.painter = painter
        self.theme = theme
        self.cache = cache
        self.scale = transform.m11()
        self.dx, self.dy = transform.dx(), transform.dy()
        self.origin = (self.scale, round(self.dx % 1.0, 3), round(self.dy % 1.0, 3))
        self.own = painter.worldTransform()
        self.device = transform.inverted()[0] * self.own
        self.snap = Snap(painter)
        self.opacity = painter.opacity()

    def run(self, marks: tuple[Mark, ...], ground: str | None) -> None:
        """Draw all marks, those at the front that did not change since the last frame as one image."""
        standing = self.cache.standing(marks)
        self.painter.setWorldTransform(self.device)
        if standing >= _LAYER_PAYS:
            box = self._around(marks[:standing])
            key = (self.origin, box.width(), box.height(), ground, self.theme.name)
            image = self.cache.layer(
                key, marks[:standing], lambda: self._layer(marks[:standing], box, ground)
            )
            self.painter.drawImage(box.topLeft(), image)
            marks = marks[standing:]
        elif ground is not None and marks:
            self.painter.fillRect(self._around(marks), QColor(ground))
        self._draw(marks)

    def _around(self, marks: tuple[Mark, ...]) -> QRect:
        """Return the device pixels around the marks, with room for what juts out."""
        scale, margin = self.scale, 8.0
        left = min(mark.rect[0] for mark in marks) - margin
        top = min(mark.rect[1] for mark in marks) - margin
        right = max(mark.rect[0] + mark.rect[2] for mark in marks) + margin
        bottom = max(mark.rect[1] + mark.rect[3] for mark in marks) + margin
        x, y = math.floor(left * scale + self.dx), math.floor(top * scale + self.dy)
        return QRect(x, y, math.ceil(right * scale + self.dx) - x, math.ceil(bottom * scale + self.dy) - y)

    def _layer(self, marks: tuple[Mark, ...], box: QRect, ground: str | None) -> QImage:
        """Paint marks into an image of their own."""
        opaque, clear = QImage.Format.Format_RGB32, QImage.Format.Format_ARGB32_Premultiplied
        image = QImage(box.size(), clear if ground is None else opaque)
        image.fill(QColor(ground or "#00000000"))
        brush = QPainter(image)
        transform = QTransform(self.scale, 0, 0, self.scale, self.dx - box.x(), self.dy - box.y())
        brush.setWorldTransform(transform)
        inner = _Fast(brush, self.theme, self.cache, transform)
        brush.setWorldTransform(inner.device)
        inner._draw(marks)
        brush.end()
        return image

    def _draw(self, marks: tuple[Mark, ...]) -> None:
        painter = self.painter
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for mark in marks:
            if isinstance(mark, Strands):
                self._strands(mark)
            elif isinstance(mark, Slots):
                self._slots(mark)
            elif isinstance(mark, HeatMap):
                self._heat_map(mark)
            elif isinstance(mark, Text | Node):
                self._sprite_mark(mark)
            else:
                painter.setWorldTransform(self.own)
                draw_mark(painter, mark, self.theme, self.snap)
                painter.setWorldTransform(self.device)

    # -- sprites --

    def _sprite(
        self, key: Hashable, rect: Rect, margin: float, body: Callable[[QPainter], None], *alive: object
    ) -> tuple[QPoint, QImage]:
        """Return an image of what ``body`` draws in ``rect``, and its place in device pixels."""
        scale = self.scale
        left = math.floor((rect[0] - margin) * scale + self.dx)
        top = math.floor((rect[1] - margin) * scale + self.dy)

        def make() -> tuple[QImage, int]:
            width = math.ceil((rect[0] + rect[2] + margin) * scale + self.dx) - left
            height = math.ceil((rect[1] + rect[3] + margin) * scale + self.dy) - top
            image = QImage(max(1, width), max(1, height), QImage.Format.Format_ARGB32_Premultiplied)
            image.fill(0)
            brush = QPainter(image)
            brush.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            brush.setWorldTransform(QTransform(scale, 0, 0, scale, self.dx - left, self.dy - top))
            body(brush)
            brush.end()
            return image, image.sizeInBytes()

        return QPoint(left, top), self.cache.get((self.origin, rect, key), make, alive)

    def _sprite_mark(self, mark: Text | Node) -> None:
        if isinstance(mark, Node):
            mark = faded_node(mark)
        if isinstance(mark, Text):
            key: Hashable = (
                mark.text,
                mark.colour,
                mark.size,
                mark.weight,
                mark.italic,
                mark.mono,
                mark.align,
            )
            margin = 4.0
        else:
            key = (
                mark.sign,
                mark.border,
                mark.fill,
                mark.colour,
                mark.size,
                mark.round,
                mark.radius,
                mark.border_width,
            )
            margin = 1.0
        place, image = self._sprite(
            key, mark.rect, margin, lambda brush: draw_still(brush, mark, Snap(brush))
        )
        if mark.lit < 1.0:
            self.painter.setOpacity(self.opacity * (DIM + (1 - DIM) * mark.lit))
            self.painter.drawImage(place, image)
            self.painter.setOpacity(self.opacity)
        else:
            self.painter.drawImage(place, image)

    def _slots(self, mark: Slots) -> None:
        slots, look = mark.slots, (mark.signed, mark.track, mark.chosen_colour, mark.gap)
        place, tracks = self._sprite(
            (id(slots), look, "tracks"),
            mark.rect,
            6.0,
            lambda brush: draw_tracks(brush, mark, Snap(brush)),
            slots,
        )
        self.painter.drawImage(place, tracks)
        place, levels = self._sprite(
            (id(slots), look, "levels"), mark.rect, 0.0, lambda brush: draw_levels(brush, mark, 1.0), slots
        )
        if mark.lit < 1.0:
            self.painter.setOpacity(self.opacity * DIM)
            self.painter.drawImage(place, levels)
            self.painter.setOpacity(self.opacity)
        if mark.lit >= 1.0:
            self.painter.drawImage(place, levels)
        elif mark.lit > 0.0:
            _, top, _, height = mark.rect
            low, high = (0.5 - mark.lit / 2, 0.5 + mark.lit / 2) if mark.signed else (1 - mark.lit, 1.0)
            first = nearest((top + low * height) * self.scale + self.dy) - place.y()
            last = nearest((top + high * height) * self.scale + self.dy) - place.y()
            part = QRect(0, first, levels.width(), last - first)
            self.painter.drawImage(place + part.topLeft(), levels, part)

    def _heat_map(self, mark: HeatMap) -> None:
        left, top, _, _ = mark.rect
        column, row = math.floor(left * self.scale + self.dx), math.floor(top * self.scale + self.dy)

        def make() -> tuple[tuple[QPoint, QImage], int]:
            (x, y), pixels = heat_image(mark, self.theme, self.scale, (self.dx - column, self.dy - row))
            return (QPoint(x, y), _image(pixels)), pixels.nbytes

        look = (mark.scale, mark.low, mark.high, mark.role, mark.gap, mark.row_gap, self.theme.name)
        key = ("heat", self.origin, mark.rect, mark.values.shape, mark.values.tobytes(), look)
        place, image = self.cache.get(key, make)
        if mark.lit < 1.0:
            self.painter.setOpacity(self.opacity * (DIM + (1 - DIM) * mark.lit))
        self.painter.drawImage(place + QPoint(column, row), image)
        self.painter.setOpacity(self.opacity)

    # -- strands --

    def _strands(self, mark: Strands) -> None:
        if not mark.strands and mark.casing is None:
            return
        # Where a bundle lies is kept in device pixels, so the whole offset counts, not its fraction alone.
        offset = (self.scale, self.dx, self.dy)
        key = (offset, id(mark.strands), mark.route, mark.radius, mark.span, mark.casing)
        bundle: _Bundle = self.cache.get(key, lambda: self._bundle(mark), (mark.strands,))
        painter = self.painter
        if mark.lit >= 1.0 or mark.lit <= 0.0:
            painter.setOpacity(self.opacity * (1.0 if mark.lit > 0.0 else DIM))
            for target, image in bundle.whole:
                painter.drawImage(target, image)
            painter.setOpacity(self.opacity)
            return
        bright, dim = split(mark, bundle.chain)
        painter.setOpacity(self.opacity * DIM)
        self._part(bundle, dim)
        painter.setOpacity(self.opacity)
        self._part(bundle, bright)

    def _bundle(self, mark: Strands) -> tuple[_Bundle, int]:
        scale, strands = self.scale, mark.strands
        look = (scale, id(strands), mark.span, mark.casing)
        cross: Section = self.cache.get(
            ("section", look), lambda: (section(strands, mark.span, scale, mark.casing), 4000), (strands,)
        )
        route = tuple((x * scale + self.dx, y * scale + self.dy) for x, y in mark.route)
        chain = pieces(route, mark.radius * scale)
        whole = tuple(self._laid(piece, cross, look, strands) for piece in chain)
        return _Bundle(chain, cross, whole), 2000

    def _laid(self, piece: Piece, cross: Section, look: Hashable, strands: object) -> tuple[QRect, QImage]:
        """Return the image of a whole piece and where it goes; like pieces share one image."""
        x, y = piece.centre if isinstance(piece, Arc) else piece.start
        column, row = math.floor(x), math.floor(y)
        across = (round(x - column, 3), round(y - row, 3))
        kept = (strands,)
        if isinstance(piece, Arc):
            near = replace(piece, centre=(x - column, y - row))

            def make() -> tuple[tuple[QPoint, QImage], int]:
                table = self.cache.get(("table", look), lambda: (cross.table(), 8000), kept)
                (left, top), pixels = corner(table, cross.reach, near)
                return (QPoint(left, top), _image(pixels)), pixels.nbytes

            shape = (round(piece.radius, 3), round(piece.start, 3), piece.sweep > 0)
            place, image = self.cache.get(("corner", look, across, shape), make, kept)
            return QRect(place + QPoint(column, row), image.size()), image
        target = _stretch(piece, cross.reach)
        dx, dy = piece.direction
        if dy == 0:
            middles = (np.arange(float(target.height())) + (target.y() + 0.5 - y)) * dx
        else:
            middles = (np.arange(float(target.width())) + (target.x() + 0.5 - x)) * -dy

        def strip() -> tuple[QImage, int]:
            pixels = cross.pixels(middles)
            return _image(pixels[:, None] if dy == 0 else pixels[None, :]), pixels.nbytes

        return target, self.cache.get(("straight", look, across[1 if dy == 0 else 0], dx, dy), strip, kept)

    def _part(self, bundle: _Bundle, chain: tuple[Piece, ...]) -> None:
        """Lay down a part of a bundle: whole pieces from the kept images, the cut ones with a cut edge."""
        kept = dict(zip(bundle.chain, bundle.whole, strict=True))
        for piece in chain:
            if piece in kept:
                self.painter.drawImage(*kept[piece])
                continue
            if isinstance(piece, Straight):
                source = next(
                    old for old in bundle.chain if isinstance(old, Straight) and _within(piece, old)
                )
                image = kept[source][1]
                self.painter.drawImage(_stretch(piece, bundle.section.reach), image)
                continue
            arc = next(old for old in bundle.chain if isinstance(old, Arc) and old.centre == piece.centre)
            target, image = kept[arc]
            self.painter.save()
            self.painter.setClipPath(_wedge(piece, piece.radius + bundle.section.reach))
            self.painter.drawImage(target, image)
            self.painter.restore()


def _within(part: Straight, whole: Straight) -> bool:
    (x0, y0), (x1, y1) = whole.start, whole.end
    x, y = (part.start[0] + part.end[0]) / 2, (part.start[1] + part.end[1]) / 2
    return min(x0, x1) - 1e-6 <= x <= max(x0, x1) + 1e-6 and min(y0, y1) - 1e-6 <= y <= max(y0, y1) + 1e-6


def _stretch(piece: Straight, reach: float) -> QRect:
    """Return the whole device pixels that a straight piece covers."""
    (x0, y0), (x1, y1) = piece.start, piece.end
    if piece.direction[1] == 0:
        left, right = first_pixel(min(x0, x1)), first_pixel(max(x0, x1))
        top, bottom = math.floor(y0 - reach), math.ceil(y0 + reach)
    else:
        left, right = math.floor(x0 - reach), math.ceil(x0 + reach)
        top, bottom = first_pixel(min(y0, y1)), first_pixel(max(y0, y1))
    return QRect(left, top, right - left, bottom - top)


def _wedge(arc: Arc, outer: float) -> QPainterPath:
    """Return the sector of a part of a corner."""
    far = replace(arc, radius=outer * 1.5)
    path = QPainterPath()
    middle = QPointF(*arc.centre)
    path.addPolygon(
        QPolygonF(
            [middle, QPointF(*far.point(arc.start)), QPointF(*far.point(arc.start + arc.sweep)), middle]
        )
    )
    return path


__all__ = ["PaintCache", "paint"]
