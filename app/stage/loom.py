"""Bundles of strands as images: made once, found again by content, scale and place.

A straight bundle is its stretched cross-section, a corner an image looked up by distance (see ``sections``).
When the numbers change all bundles of a picture change at once, so their pixels are made together: a few
large steps of arithmetic instead of many small ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage

from .marks import Mark, Strands
from .routes import Arc, Piece, Straight, on_pixels, pieces
from .sections import Section, corner, first_pixel, laid_over, pixels, section, sections, shared, table_places
from .strand import StrandRow

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from numpy.typing import NDArray

    from .marks import Point
    from .paint_cache import PaintCache

__all__ = ["Bundle", "Loom", "image_of", "stretch"]

_LINE, _TABLE, _SECTION, _BUNDLE = 200, 8000, 4000, 2000
"""About how many bytes each kind of thing takes."""
_AT_ONCE = 1000
"""Pixels that are made in one step: more would not stay in the processor's cache."""


def image_of(pixels: NDArray[np.uint32]) -> QImage:
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


class Loom:
    """The images of bundles for one place on one device.

    Parameters
    ----------
    cache
        Where they are kept.
    scale, dx, dy
        Device pixels per pixel, and where the marks' origin lies in device pixels.
    """

    def __init__(self, cache: PaintCache, scale: float, dx: float, dy: float) -> None:
        self.cache = cache
        self.scale, self.dx, self.dy = scale, dx, dy
        self._coming: tuple[Strands, ...] = ()

    def expect(self, marks: Iterable[Mark]) -> None:
        """Say which marks will be asked for next: the first that is not kept makes what all of them need."""
        self._coming = tuple(mark for mark in marks if isinstance(mark, Strands))

    def bundle(self, mark: Strands) -> Bundle:
        """Return a bundle's pieces as images, each with its place."""
        # Where a bundle lies is kept in device pixels, so the whole offset counts, not its fraction alone.
        offset = (self.scale, self.dx, self.dy)
        key = (offset, id(mark.strands), mark.route, mark.radius, mark.span, mark.casing, mark.forks)
        found: Bundle = self.cache.get(key, lambda: self._bundle(mark), (mark.strands,))
        return found

    def _look(self, mark: Strands) -> tuple[object, ...]:
        return (self.scale, id(mark.strands), mark.span, mark.casing)

    def _section(self, mark: Strands) -> Section:
        found: Section = self.cache.get(
            ("section", self._look(mark)),
            lambda: (section(mark.strands, mark.span, self.scale, mark.casing), _SECTION),
            (mark.strands,),
        )
        return found

    def _lying(self, mark: Strands, cross: Section) -> tuple[_Lying, ...]:
        comb = cross.comb if mark.forks else None
        return _lying(mark.route, mark.radius, self.scale, self.dx, self.dy, cross.reach, comb)

    def _bundle(self, mark: Strands) -> tuple[Bundle, int]:
        if self._coming:
            coming, self._coming = self._coming, ()
            self._weave(coming)
        cross = self._section(mark)
        lying = self._lying(mark, cross)
        whole = tuple((piece.target, self._laid(piece, cross, mark)) for piece in lying)
        return Bundle(tuple(each.piece for each in lying), cross.reach, whole), _BUNDLE

    def _laid(self, lying: _Lying, cross: Section, mark: Strands) -> QImage:
        """Return the image of a whole piece; like pieces share one."""
        kept, look = (mark.strands,), self._look(mark)

        def make() -> tuple[QImage, int]:
            place = ("row", look, lying.sampled)
            row = self.cache.get(place, lambda: (pixels([cross], lying.samples)[0], _LINE), kept)
            if lying.corner is not None:
                found = row.take(lying.corner, mode="clip")
                if lying.shared is not None:
                    at, straight = lying.shared
                    flat = found.reshape(-1)
                    flat[at] = laid_over(flat[at], row.take(straight, mode="clip"))
            else:
                # A piece that runs the other way, or across, shows the same pixels in another order.
                found = row[::-1] if lying.turned else row
                found = found[:, None] if lying.upright else found[None, :]
            return image_of(found), found.nbytes

        image: QImage = self.cache.get((look, lying.shape), make, kept)
        return image

    def _cut(self, marks: Iterable[Strands]) -> None:
        """Make the cross-sections of all bundles that are not kept, those of like bundles together."""
        groups: dict[tuple[float, int], dict[Hashable, StrandRow]] = {}
        for mark in marks:
            place = ("section", self._look(mark))
            if isinstance(mark.strands, StrandRow) and mark.casing is None and place not in self.cache:
                groups.setdefault((mark.span, len(mark.strands)), {})[place] = mark.strands
        for (span, _), group in groups.items():
            made = sections(list(group.values()), span, self.scale)
            for (key, strands), cross in zip(group.items(), made, strict=True):
                self.cache.put(key, cross, _SECTION, (strands,))

    def _weave(self, marks: Iterable[Strands]) -> None:
        """Make the pixels of all bundles that are not kept, those of like bundles together."""
        groups: dict[Hashable, tuple[NDArray[np.float64], dict[Hashable, tuple[Section, Strands]]]] = {}
        seen: dict[object, tuple[Section, set[Hashable]]] = {}
        marks = [mark for mark in marks if mark.strands or mark.casing is not None]
        self._cut(marks)
        for mark in marks:
            look = self._look(mark)
            if look not in seen:
                seen[look] = (self._section(mark), set())
            cross, done = seen[look]
            for lying in self._lying(mark, cross):
                if lying.sampled in done:
                    continue
                done.add(lying.sampled)
                place = ("row", look, lying.sampled)
                if place not in self.cache:
                    _, group = groups.setdefault((lying.sampled, len(cross.low)), (lying.samples, {}))
                    group[place] = (cross, mark)
        for samples, group in groups.values():
            size = _TABLE if len(samples) > _LINE else _LINE
            together = max(1, _AT_ONCE // len(samples))
            wanted = list(group.items())
            for some in (wanted[k : k + together] for k in range(0, len(wanted), together)):
                rows = pixels([cross for _, (cross, _) in some], samples)
                for (key, (_, mark)), row in zip(some, rows, strict=True):
                    self.cache.put(key, row, size, (mark.strands,))


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
    samples, sampled
        Where on the cross-section its pixels lie, in rising order, and what tells these places from others.
    upright, turned
        Whether a straight piece's pixels are one below the other, and whether they come in falling order.
    corner
        Of a corner: for each pixel, which of the samples it shows, shape ``(height, width)``.
    shared
        Of a fork's first corner: the pixels in which it is one with what it leaves, and the samples of that.
    """

    piece: Piece
    target: QRect
    shape: Hashable
    samples: NDArray[np.float64]
    sampled: Hashable
    upright: bool = False
    turned: bool = False
    corner: NDArray[np.intp] | None = None
    shared: tuple[NDArray[np.intp], NDArray[np.intp]] | None = None


@lru_cache(maxsize=1024)
def _lying(
    route: tuple[Point, ...],
    radius: float,
    scale: float,
    dx: float,
    dy: float,
    reach: float,
    comb: tuple[float, float] | None,
) -> tuple[_Lying, ...]:
    """Return the pieces of a route as they lie on a device; ``comb`` is for a fork's first corner."""
    chain = pieces(*on_pixels(route, radius, scale, dx, dy))
    return tuple(_lie(piece, reach, None if index else comb) for index, piece in enumerate(chain))


def _lie(piece: Piece, reach: float, comb: tuple[float, float] | None) -> _Lying:
    x, y = piece.centre if isinstance(piece, Arc) else piece.start
    column, row = math.floor(x), math.floor(y)
    across = (round(x - column, 3), round(y - row, 3))
    if isinstance(piece, Arc):
        near = replace(piece, centre=(x - column, y - row))
        (left, top), places = corner(reach, near)
        target = QRect(left + column, top + row, places.shape[1], places.shape[0])
        shape = (across, round(piece.radius, 3), round(piece.start, 3), piece.sweep > 0, comb)
        fork = None if comb is None else shared(reach, near, comb)
        return _Lying(piece, target, shape, table_places(reach), reach, corner=places, shared=fork)
    target = stretch(piece, reach)
    along, down = piece.direction
    upright = down == 0
    count, start = (
        (target.height(), target.y() + 0.5 - y) if upright else (target.width(), target.x() + 0.5 - x)
    )
    middles = np.arange(float(count)) + start
    turned = (along if upright else -down) < 0
    if turned:
        middles = -middles[::-1]
    place = across[1 if upright else 0]
    sampled = (float(middles[0]), len(middles)) if count else ()
    return _Lying(piece, target, (place, along, down), middles, sampled, upright, turned)


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
