"""Routes of bundles: a chain of horizontal and vertical pieces with round corners, and how to cut it."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .marks import Point, Rect


@dataclass(frozen=True)
class Straight:
    """A straight piece of the middle line from ``start`` to ``end``."""

    start: Point
    end: Point

    @property
    def length(self) -> float:
        """Length in pixels."""
        return abs(self.end[0] - self.start[0]) + abs(self.end[1] - self.start[1])

    @property
    def direction(self) -> Point:
        """Unit vector of travel; ``(1, 0)`` for a piece without length."""
        dx, dy = self.end[0] - self.start[0], self.end[1] - self.start[1]
        length = abs(dx) + abs(dy)
        return (dx / length, dy / length) if length else (1.0, 0.0)

    def cut(self, low: float, high: float) -> Straight:
        """Return the part between two distances from the start."""
        (x, y), (dx, dy) = self.start, self.direction
        return Straight((x + dx * low, y + dy * low), (x + dx * high, y + dy * high))

    def shifted(self, offset: float) -> Straight:
        """Return the piece moved to its right-hand side."""
        dx, dy = self.direction
        move = (-dy * offset, dx * offset)
        return Straight(
            (self.start[0] + move[0], self.start[1] + move[1]), (self.end[0] + move[0], self.end[1] + move[1])
        )


@dataclass(frozen=True)
class Arc:
    """A round corner of the middle line.

    Angles are in radians from the x axis towards the y axis (clockwise on screen); ``sweep`` is positive for
    a turn to the right-hand side.
    """

    centre: Point
    radius: float
    start: float
    sweep: float

    @property
    def length(self) -> float:
        """Length in pixels."""
        return self.radius * abs(self.sweep)

    def cut(self, low: float, high: float) -> Arc:
        """Return the part between two distances from the start."""
        share = self.sweep / self.length
        return Arc(self.centre, self.radius, self.start + share * low, share * (high - low))

    def shifted(self, offset: float) -> Arc:
        """Return the concentric arc at an offset to the right-hand side."""
        return Arc(self.centre, self.radius - offset * math.copysign(1.0, self.sweep), self.start, self.sweep)

    def point(self, angle: float) -> Point:
        """Return the point of the arc at an angle."""
        return (
            self.centre[0] + self.radius * math.cos(angle),
            self.centre[1] + self.radius * math.sin(angle),
        )


Piece = Straight | Arc


@lru_cache(maxsize=1024)
def pieces(route: tuple[Point, ...], radius: float) -> tuple[Piece, ...]:
    """Return the pieces of the middle line of a route.

    Parameters
    ----------
    route
        Corner points; neighbours share x or y.
    radius
        Radius of the corners. The caller leaves room for it: every end piece is at least as long, every
        other at least twice as long.
    """
    found: list[Piece] = []
    start = route[0]
    for before, corner, after in zip(route, route[1:], route[2:], strict=False):
        into, out = Straight(before, corner).direction, Straight(corner, after).direction
        turn = into[0] * out[1] - into[1] * out[0]
        if turn == 0:
            continue
        entry = (corner[0] - into[0] * radius, corner[1] - into[1] * radius)
        side = math.copysign(radius, turn)
        centre = (entry[0] - into[1] * side, entry[1] + into[0] * side)
        found.append(Straight(start, entry))
        angle = math.atan2(entry[1] - centre[1], entry[0] - centre[0])
        found.append(Arc(centre, radius, angle, math.copysign(math.pi / 2, turn)))
        start = (corner[0] + out[0] * radius, corner[1] + out[1] * radius)
    found.append(Straight(start, route[-1]))
    return tuple(piece for piece in found if piece.length > 1e-6)


@lru_cache(maxsize=1024)
def on_pixels(
    route: tuple[Point, ...], radius: float, scale: float, dx: float, dy: float
) -> tuple[tuple[Point, ...], float]:
    """Return a route in device pixels with its corners on their edges, and its radius there.

    So like bundles lie alike on the pixels, and strands of one value look the same wherever they run.

    Parameters
    ----------
    route, radius
        In pixels.
    scale, dx, dy
        Device pixels per pixel, and where the origin lies in device pixels.
    """
    moved = tuple(
        (float(math.floor(x * scale + dx + 0.5)), float(math.floor(y * scale + dy + 0.5))) for x, y in route
    )
    # Rounding may leave a piece a little less room than its corner had.
    runs = [abs(x1 - x0) + abs(y1 - y0) for (x0, y0), (x1, y1) in itertools.pairwise(moved)]
    if len(runs) > 1:
        runs[1:-1] = [run / 2 for run in runs[1:-1]]
        return moved, min(radius * scale, *runs)
    return moved, radius * scale


def length(chain: tuple[Piece, ...]) -> float:
    """Return the length of a chain of pieces."""
    return sum(piece.length for piece in chain)


@lru_cache(maxsize=1024)
def reach(route: tuple[Point, ...], radius: float) -> float:
    """Return the length of the middle line of a route."""
    return length(pieces(route, radius))


def cut(chain: tuple[Piece, ...], low: float, high: float) -> tuple[Piece, ...]:
    """Return what lies between two distances from the start."""
    found: list[Piece] = []
    passed = 0.0
    for piece in chain:
        here = piece.length
        first, last = max(0.0, low - passed), min(here, high - passed)
        if last - first > 1e-6:
            found.append(piece if first == 0.0 and last == here else piece.cut(first, last))
        passed += here
    return tuple(found)


@lru_cache(maxsize=1024)
def bounds(route: tuple[Point, ...], span: float) -> Rect:
    """Return the box around a bundle of the given width."""
    half = span / 2
    xs: list[float] = []
    ys: list[float] = []
    for (x0, y0), (x1, y1) in itertools.pairwise(route):
        aside, above = (0.0, half) if y0 == y1 else (half, 0.0)
        xs += [min(x0, x1) - aside, max(x0, x1) + aside]
        ys += [min(y0, y1) - above, max(y0, y1) + above]
    return (min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
