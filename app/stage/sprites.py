"""Images that the fast painter lays down: made once, found again by content, scale and place.

Strands are never stroked here (see ``loom``). Texts, nodes and slots are kept as sprites. Images are laid on
whole device pixels, so all is sharp at every scale factor.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage, QPainter, QTransform

from .heat import heat_image
from .loom import Loom, image_of
from .marks import DIM, HeatMap, Mark, Node, Rect, Slots, Strands, Text
from .plain import Snap, draw_levels, draw_still, draw_tracks, faded_node

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from PySide6.QtCore import QRect

    from app.theme import Theme

    from .loom import Bundle
    from .paint_cache import PaintCache

__all__ = ["Images"]


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
        self.loom = Loom(cache, self.scale, self.dx, self.dy)
        self._origin = (self.scale, round(self.dx % 1.0, 3), round(self.dy % 1.0, 3))

    def warm(self, mark: Mark) -> None:
        """Make the images of a mark, if it has any, so that it can be laid down at once."""
        if isinstance(mark, Strands):
            bundle = self.loom.bundle(mark)
            if mark.lit < 1.0:
                self.dimmed(bundle)
        elif isinstance(mark, Slots):
            self.slots(mark)
        elif isinstance(mark, HeatMap):
            self.heat_map(mark)
        elif isinstance(mark, Text | Node):
            self.still(mark)

    def dimmed(self, bundle: Bundle) -> tuple[tuple[QRect, QImage], ...]:
        """Return the images of a bundle in the colours of what is not active: opaque, so that none add up."""
        key = ("dim", id(bundle), self.theme.name)
        found: tuple[tuple[QRect, QImage], ...] = self.cache.get(
            key, lambda: (self._dimmed(bundle), 0), (bundle,)
        )
        return found

    def _dimmed(self, bundle: Bundle) -> tuple[tuple[QRect, QImage], ...]:
        return tuple((target, self._dim_image(image)) for target, image in bundle.whole)

    def _dim_image(self, image: QImage) -> QImage:
        """Return an image with its colours faded into the cell's ground; like pieces share one."""

        def make() -> tuple[QImage, int]:
            faded = image.copy()
            brush = QPainter(faded)
            brush.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceAtop)
            ground = QColor(self.theme.card)
            ground.setAlphaF(1.0 - DIM)
            brush.fillRect(faded.rect(), ground)
            brush.end()
            return faded, faded.sizeInBytes()

        dim: QImage = self.cache.get(("dim", id(image), self.theme.name), make, (image,))
        return dim

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
        # Most are the same objects as in the last picture; those that are not may still look the same.
        key = (id(mark), self.scale, self.dx, self.dy)
        found: tuple[QPoint, QImage] = self.cache.get(key, lambda: (self._still(mark), 200), (mark,))
        return found

    def _still(self, mark: Text | Node) -> tuple[QPoint, QImage]:
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
            return (QPoint(x, y), image_of(pixels)), pixels.nbytes

        look = (mark.scale, mark.low, mark.high, mark.role, mark.gap, mark.row_gap, self.theme.name)
        key = ("heat", self._origin, mark.rect, id(mark.values), look)
        place, image = self.cache.get(key, make, (mark.values,))
        return place + QPoint(column, row), image
