"""Images that the fast painter lays down: made once, found again by content, scale and place.

Strands are never stroked here: a straight bundle is its stretched cross-section, a corner an image looked up
by distance (see ``sections``). Texts, nodes and slots are kept as sprites. Images are laid on whole device
pixels, so all is sharp at every scale factor.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPainter, QTransform

from .heat import heat_image
from .marks import HeatMap, Mark, Node, Point, Rect, Slots, Strands, Text
from .plain import Snap, draw_levels, draw_still, draw_tracks, faded_node
from .routes import Arc, Piece, Straight, pieces
from .sections import Section, corner, first_pixel, section

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from numpy.typing import NDArray

    from app.theme import Theme

    from .paint_cache import PaintCache

__all__ = ["Bundle", "Images", "stretch"]


def _image(pixels: NDArray[np.uint32]) -> QImage:
    """Return an image with its own copy of premultiplied ARGB pixels, shape ``(height, width)``."""
    height, width = pixels.shape
    flat = np.ascontiguousarray(pixels)
    return QImage(flat.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied).copy()


@dataclass(frozen=True, eq=False)
class Bundle:
    """A bundle ready to be laid down at one scale and origin."""

    chain: tuple[Piece, ...]
    reach: float
    whole: tuple[tuple[QRect, QImage], ...]


class Images:
    """The images of marks for one place on one device.

    Parameters
    ----------
    theme
        Gives the colours of heat maps.
    cache
        Where they are kept.
    transform
        From the marks' pixels to the device's; it scales and moves, nothing else.
    """

    def __init__(self, theme: Theme, cache: PaintCache, transform: QTransform) -> None:
        self.theme = theme
        self.cache = cache
        self.scale = transform.m11()
        self.dx, self.dy = transform.dx(), transform.dy()
        self._origin = (self.scale, round(self.dx % 1.0, 3), round(self.dy % 1.0, 3))

    def warm(self, mark: Mark) -> None:
        """Make the images of a mark, if it has any, so that it can be laid down at once."""
        if isinstance(mark, Strands):
            self.bundle(mark)
        elif isinstance(mark, Slots):
            self.slots(mark)
        elif isinstance(mark, HeatMap):
            self.heat_map(mark)
        elif isinstance(mark, Text | Node):
            self.still(mark)

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

        return QPoint(left, top), self.cache.get((self._origin, rect, key), make, alive)

    def still(self, mark: Text | Node) -> tuple[QPoint, QImage]:
        """Return the place and the image of a text, or of a node as far as it is lit."""
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
            return self._sprite(key, mark.rect, 4.0, lambda brush: draw_still(brush, mark, Snap(brush)))
        node = faded_node(mark)
        key = (
            node.sign,
            node.border,
            node.fill,
            node.colour,
            node.size,
            node.round,
            node.radius,
            node.border_width,
        )
        return self._sprite(key, node.rect, 1.0, lambda brush: draw_still(brush, node, Snap(brush)))

    def slots(self, mark: Slots) -> tuple[tuple[QPoint, QImage], tuple[QPoint, QImage]]:
        """Return place and image of the empty slots, and of all their levels."""
        slots, look = mark.slots, (mark.signed, mark.track, mark.chosen_colour, mark.gap)
        bare = tuple((slot.chosen, slot.level is None and slot.value is not None) for slot in slots)
        tracks = self._sprite(
            (bare, look, "tracks"), mark.rect, 6.0, lambda brush: draw_tracks(brush, mark, Snap(brush))
        )
        levels = self._sprite(
            (id(slots), look, "levels"), mark.rect, 0.0, lambda brush: draw_levels(brush, mark, 1.0), slots
        )
        return tracks, levels

    def heat_map(self, mark: HeatMap) -> tuple[QPoint, QImage]:
        """Return place and image of a heat map; it stays the same as long as its numbers do."""
        left, top, _, _ = mark.rect
        column, row = math.floor(left * self.scale + self.dx), math.floor(top * self.scale + self.dy)

        def make() -> tuple[tuple[QPoint, QImage], int]:
            (x, y), pixels = heat_image(mark, self.theme, self.scale, (self.dx - column, self.dy - row))
            return (QPoint(x, y), _image(pixels)), pixels.nbytes

        look = (mark.scale, mark.low, mark.high, mark.role, mark.gap, mark.row_gap, self.theme.name)
        key = ("heat", self._origin, mark.rect, id(mark.values), look)
        place, image = self.cache.get(key, make, (mark.values,))
        return place + QPoint(column, row), image

    # -- strands --

    def bundle(self, mark: Strands) -> Bundle:
        """Return a bundle's pieces as images, each with its place."""
        # Where a bundle lies is kept in device pixels, so the whole offset counts, not its fraction alone.
        offset = (self.scale, self.dx, self.dy)
        key = (offset, id(mark.strands), mark.route, mark.radius, mark.span, mark.casing)
        found: Bundle = self.cache.get(key, lambda: self._bundle(mark), (mark.strands,))
        return found

    def _bundle(self, mark: Strands) -> tuple[Bundle, int]:
        scale, strands = self.scale, mark.strands
        look = (scale, id(strands), mark.span, mark.casing)
        cross: Section = self.cache.get(
            ("section", look), lambda: (section(strands, mark.span, scale, mark.casing), 4000), (strands,)
        )
        lying = _lying(mark.route, mark.radius, scale, self.dx, self.dy, cross.reach)
        whole = tuple(self._laid(piece, cross, look, strands) for piece in lying)
        return Bundle(tuple(each.piece for each in lying), cross.reach, whole), 2000

    def _laid(self, lying: _Lying, cross: Section, look: Hashable, strands: object) -> tuple[QRect, QImage]:
        """Return the image of a whole piece and where it goes; like pieces share one image."""
        kept = (strands,)

        def make() -> tuple[QImage, int]:
            if isinstance(lying.piece, Arc):
                table = self.cache.get(("table", look), lambda: (cross.table(), 8000), kept)
                pixels = table.take(lying.samples, mode="clip")
            else:
                pixels = cross.pixels(lying.samples)
                pixels = pixels[:, None] if lying.piece.direction[1] == 0 else pixels[None, :]
            return _image(pixels), pixels.nbytes

        return lying.target, self.cache.get((look, lying.shape), make, kept)


@dataclass(frozen=True, eq=False)
class _Lying:
    """A piece of a route on the pixels of a device, whatever runs along it.

    Attributes
    ----------
    piece
        In device pixels.
    target
        The whole pixels that it covers.
    shape
        The same for pieces whose images are the same.
    samples
        Where on the cross-section a straight piece's pixels lie; in the table of the section a corner's.
    """

    piece: Piece
    target: QRect
    shape: Hashable
    samples: NDArray[Any]


@lru_cache(maxsize=1024)
def _lying(
    route: tuple[Point, ...], radius: float, scale: float, dx: float, dy: float, reach: float
) -> tuple[_Lying, ...]:
    """Return the pieces of a route as they lie on a device."""
    moved = tuple((x * scale + dx, y * scale + dy) for x, y in route)
    return tuple(_lie(piece, reach) for piece in pieces(moved, radius * scale))


def _lie(piece: Piece, reach: float) -> _Lying:
    x, y = piece.centre if isinstance(piece, Arc) else piece.start
    column, row = math.floor(x), math.floor(y)
    across = (round(x - column, 3), round(y - row, 3))
    if isinstance(piece, Arc):
        (left, top), samples = corner(reach, replace(piece, centre=(x - column, y - row)))
        target = QRect(left + column, top + row, samples.shape[1], samples.shape[0])
        return _Lying(
            piece, target, (across, round(piece.radius, 3), round(piece.start, 3), piece.sweep > 0), samples
        )
    target = stretch(piece, reach)
    along, down = piece.direction
    if down == 0:
        middles = (np.arange(float(target.height())) + (target.y() + 0.5 - y)) * along
    else:
        middles = (np.arange(float(target.width())) + (target.x() + 0.5 - x)) * -down
    return _Lying(piece, target, (across[1 if down == 0 else 0], along, down), middles)


def stretch(piece: Straight, reach: float) -> QRect:
    """Return the whole device pixels that a straight piece covers."""
    (x0, y0), (x1, y1) = piece.start, piece.end
    if piece.direction[1] == 0:
        left, right = first_pixel(min(x0, x1)), first_pixel(max(x0, x1))
        top, bottom = math.floor(y0 - reach), math.ceil(y0 + reach)
    else:
        left, right = math.floor(x0 - reach), math.ceil(x0 + reach)
        top, bottom = first_pixel(min(y0, y1)), first_pixel(max(y0, y1))
    return QRect(left, top, right - left, bottom - top)
