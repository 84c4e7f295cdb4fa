"""The fast painter: marks to pixels, with everything that does not change kept as an image.

Single marks are images of their own (see ``sprites``); the marks at the front that stand still are together
one image, a layer. The plain painter in ``plain`` gives the same picture by strokes.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPolygonF, QTransform

from .loom import Bundle, stretch
from .marks import DIM, HeatMap, Mark, Node, Rect, Slots, Strands, Text
from .paint_cache import Layer, PaintCache
from .plain import Snap, draw, draw_mark, nearest, split
from .routes import Arc, Piece, Straight
from .sprites import Images

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.theme import Theme

__all__ = ["PaintCache", "paint", "prepare"]

_LAYER_PAYS = 8
"""Fewest unchanged marks that are worth an image of their own."""
_AT_A_TIME = 12
"""Marks that are put into a layer before whoever prepares it may stop for a while."""


def paint(
    painter: QPainter,
    marks: Iterable[Mark],
    theme: Theme,
    cache: PaintCache | None = None,
    ground: str | None = None,
    area: Rect | None = None,
    standing: int | None = None,
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
        opaque image, which is faster to lay down than a transparent one.
    area
        What the ground covers; without it, what is under the marks.
    standing
        How many marks at the front will be the same objects in the next frame too, where that is known;
        else those count that were the same in the last frame.
    """
    transform = painter.deviceTransform()
    if cache is None or not _upright(transform):
        draw(painter, marks, theme)
        return
    painter.save()
    _Fast(painter, Images(theme, cache, transform)).run(tuple(marks), ground, area, standing)
    painter.restore()


def prepare(
    marks: tuple[Mark, ...],
    theme: Theme,
    cache: PaintCache,
    transform: QTransform,
    ground: str,
    area: Rect,
    standing: int,
) -> Iterator[None]:
    """Make what `paint` will need for a frame, a little at each step; stop at any time.

    Parameters
    ----------
    marks, theme, cache, ground, area, standing
        What `paint` will be given.
    transform
        The device transform of its painter.
    """
    if not _upright(transform):
        return
    images = Images(theme, cache, transform)
    for mark in marks:
        images.warm(mark)
        yield
    key, front = _layer_key(images, ground, area), marks[:standing]
    if standing >= _LAYER_PAYS and cache.layer(key, front) is None:
        layer = _new_layer(images, front, ground, area)
        for start in range(0, standing, _AT_A_TIME):
            _fill(layer, images, front[start : start + _AT_A_TIME])
            yield
        cache.keep_layer(key, layer)


def _upright(transform: QTransform) -> bool:
    """Whether a transform only moves, and scales equally both ways."""
    level = transform.m12() == 0.0 and transform.m21() == 0.0 and transform.isAffine()
    return level and math.isclose(transform.m11(), transform.m22(), rel_tol=1e-6)


# -- layers --


def _layer_key(images: Images, ground: str | None, area: Rect | None) -> tuple[object, ...]:
    return (images.scale, images.dx, images.dy, ground, area, images.theme.name)


def _new_layer(images: Images, marks: tuple[Mark, ...], ground: str | None, area: Rect | None) -> Layer:
    """Return a layer with nothing on it but the ground."""
    box = _device(images, area) if area is not None else _around(images, marks)
    opaque, clear = QImage.Format.Format_RGB32, QImage.Format.Format_ARGB32_Premultiplied
    image = QImage(box.size(), clear if ground is None else opaque)
    image.fill(QColor(ground or "#00000000"))
    return Layer(marks, box, image)


def _fill(layer: Layer, images: Images, marks: tuple[Mark, ...]) -> None:
    """Paint marks into a layer."""
    brush = QPainter(layer.image)
    brush.setWorldTransform(
        QTransform(images.scale, 0, 0, images.scale, images.dx - layer.box.x(), images.dy - layer.box.y())
    )
    shift = QTransform.fromTranslate(-layer.box.x(), -layer.box.y())
    _Fast(brush, images, shift).draw(marks)
    brush.end()


def _around(images: Images, marks: tuple[Mark, ...]) -> QRect:
    """Return the device pixels around the marks, with room for what juts out."""
    margin = 8.0
    left = min(mark.rect[0] for mark in marks) - margin
    top = min(mark.rect[1] for mark in marks) - margin
    right = max(mark.rect[0] + mark.rect[2] for mark in marks) + margin
    bottom = max(mark.rect[1] + mark.rect[3] for mark in marks) + margin
    return _device(images, (left, top, right - left, bottom - top))


def _device(images: Images, rect: Rect) -> QRect:
    """Return the device pixels that a rectangle touches."""
    left, top, width, height = rect
    x, y = math.floor(left * images.scale + images.dx), math.floor(top * images.scale + images.dy)
    right = math.ceil((left + width) * images.scale + images.dx)
    return QRect(x, y, right - x, math.ceil((top + height) * images.scale + images.dy) - y)


class _Fast:
    """One frame. The painter works in device pixels, in the caller's units what is stroked."""

    def __init__(self, painter: QPainter, images: Images, shift: QTransform | None = None) -> None:
        self.painter = painter
        self.images = images
        self.scale, self.dx, self.dy = images.scale, images.dx, images.dy
        self.own = painter.worldTransform()
        self.device = shift or painter.deviceTransform().inverted()[0] * self.own
        self.snap = Snap(painter)
        self.opacity = painter.opacity()

    def run(
        self, marks: tuple[Mark, ...], ground: str | None, area: Rect | None, standing: int | None
    ) -> None:
        """Draw all marks, those at the front that stand still as one image."""
        cache = self.images.cache
        if standing is None:
            standing = cache.standing(marks)
        self.painter.setWorldTransform(self.device)
        if standing >= _LAYER_PAYS:
            key, front = _layer_key(self.images, ground, area), marks[:standing]
            layer = cache.layer(key, front)
            if layer is None and cache.wanted(front):
                layer = _new_layer(self.images, front, ground, area)
                _fill(layer, self.images, front)
                cache.keep_layer(key, layer)
            if layer is not None:
                self.painter.drawImage(layer.box.topLeft(), layer.image)
                self.draw(marks[standing:])
                return
        if ground is not None and (marks or area is not None):
            box = _device(self.images, area) if area is not None else _around(self.images, marks)
            self.painter.fillRect(box, QColor(ground))
        self.draw(marks)

    def draw(self, marks: tuple[Mark, ...]) -> None:
        """Draw marks one by one."""
        painter = self.painter
        painter.setWorldTransform(self.device)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        self.images.loom.expect(marks)
        for mark in marks:
            if isinstance(mark, Strands):
                self._strands(mark)
            elif isinstance(mark, Slots):
                self._slots(mark)
            elif isinstance(mark, HeatMap):
                self._faded(mark, *self.images.heat_map(mark))
            elif isinstance(mark, Text):
                self._faded(mark, *self.images.still(mark))
            elif isinstance(mark, Node):
                painter.drawImage(*self.images.still(mark))
            elif type(mark) is not Mark:
                painter.setWorldTransform(self.own)
                draw_mark(painter, mark, self.images.theme, self.snap)
                painter.setWorldTransform(self.device)

    def _faded(self, mark: Mark, place: QPoint, image: QImage) -> None:
        """Lay down an image as strong as the mark is lit."""
        if mark.lit < 1.0:
            self.painter.setOpacity(self.opacity * (DIM + (1 - DIM) * mark.lit))
            self.painter.drawImage(place, image)
            self.painter.setOpacity(self.opacity)
        else:
            self.painter.drawImage(place, image)

    def _slots(self, mark: Slots) -> None:
        tracks, (place, levels) = self.images.slots(mark)
        self.painter.drawImage(*tracks)
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

    # -- strands --

    def _strands(self, mark: Strands) -> None:
        if not mark.strands and mark.casing is None:
            return
        bundle = self.images.loom.bundle(mark)
        painter = self.painter
        if mark.lit >= 1.0 or mark.lit <= 0.0:
            for target, image in bundle.whole if mark.lit > 0.0 else self.images.dimmed(bundle):
                painter.drawImage(target, image)
            return
        bright, dim = split(mark, bundle.chain)
        self._part(bundle, dim, self.images.dimmed(bundle))
        self._part(bundle, bright, bundle.whole)

    def _part(
        self, bundle: Bundle, chain: tuple[Piece, ...], whole: tuple[tuple[QRect, QImage], ...]
    ) -> None:
        """Lay down a part of a bundle: whole pieces from the kept images, the cut ones with a cut edge."""
        kept = dict(zip(bundle.chain, whole, strict=True))
        for piece in chain:
            if piece in kept:
                self.painter.drawImage(*kept[piece])
                continue
            if isinstance(piece, Straight):
                source = next(
                    old for old in bundle.chain if isinstance(old, Straight) and _within(piece, old)
                )
                self.painter.drawImage(stretch(piece, bundle.reach), kept[source][1])
                continue
            arc = next(old for old in bundle.chain if isinstance(old, Arc) and old.centre == piece.centre)
            target, image = kept[arc]
            self.painter.save()
            clip = _wedge(piece, piece.radius + bundle.reach)
            self.painter.setClipPath(clip, Qt.ClipOperation.IntersectClip)
            self.painter.drawImage(target, image)
            self.painter.restore()


def _within(part: Straight, whole: Straight) -> bool:
    (x0, y0), (x1, y1) = whole.start, whole.end
    x, y = (part.start[0] + part.end[0]) / 2, (part.start[1] + part.end[1]) / 2
    return min(x0, x1) - 1e-6 <= x <= max(x0, x1) + 1e-6 and min(y0, y1) - 1e-6 <= y <= max(y0, y1) + 1e-6


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
