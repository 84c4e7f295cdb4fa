"""Putting names beside lines, clear of all lines and of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .marks import Rect

__all__ = ["Placer"]

Array = NDArray[np.float64]

_SPACING = 3.0
_CLEAR = 3.0


class Placer:
    """Finds free places in a plot.

    Parameters
    ----------
    area : Rect
        Where everything must stay.
    """

    def __init__(self, area: Rect) -> None:
        self._area = area
        self._x: Array = np.empty(0)
        self._y: Array = np.empty(0)
        self._taken: list[Rect] = []

    def keep_clear(self, x: Array, y: Array) -> None:
        """Remember a line that names should not lie on; its points may be NaN."""
        fine, line = _fine(x, y)
        known = np.isfinite(line)
        self._x = np.concatenate((self._x, fine[known]))
        self._y = np.concatenate((self._y, line[known]))

    def beside(self, x: Array, y: Array, size: tuple[float, float], wish: float) -> Rect:
        """Return a place beside a line and take it.

        Parameters
        ----------
        x, y : ndarray, shape (n,)
            The line; NaN where there is none.
        size : (float, float)
            Of the name.
        wish : float
            How far along the line it would best stand, 0..1.
        """
        left, top, across, down = self._area
        width, height = size
        x, y = _fine(x, y)
        known = np.flatnonzero(np.isfinite(y))
        goal = float(x[known[0]] + wish * (x[known[-1]] - x[known[0]]))
        found: list[Rect] = []
        dislikes: list[float] = []
        for k in known[:: max(1, len(known) // 24)]:
            at = float(x[k])
            x0 = min(max(at - width / 2, left), left + across - width)
            near = np.isfinite(y) & (x >= x0 - 4.0) & (x <= x0 + width + 4.0)
            near[k] = True
            level, course = float(y[k]) - height / 2, y[near]
            for place, y0, dislike in (
                (x0, float(course.min()) - height - _CLEAR, 0.0),
                (x0, float(course.max()) + _CLEAR, 0.0),
                (at - width - 8.0, level, 0.3),
                (at + 8.0, level, 0.3),
            ):
                if place < left or place + width > left + across:
                    continue
                held = min(max(y0, top), top + down - height)
                found.append((place, held, width, height))
                dislikes.append(abs(at - goal) / across + dislike + 0.05 * abs(held - y0))
        rect: Rect = (left, top, width, height)
        if found:
            costs = self._costs(np.array(found)) + dislikes
            rect = found[int(np.argmin(costs))]
        self._taken.append(rect)
        return rect

    def near(self, x: float, size: tuple[float, float]) -> Rect:
        """Return the best place to the left or right of `x`, for a card; it is not taken.

        The nearer the better, but a line or a name under the card counts more.
        """
        found = list(self._sides(x, size))
        costs = self._costs(np.array([rect for _, rect in found])) + [0.01 * away for away, _ in found]
        return found[int(np.argmin(costs))][1]

    def _sides(self, x: float, size: tuple[float, float]) -> Iterator[tuple[float, Rect]]:
        left, top, across, down = self._area
        width, height = size
        free = False
        for away in (12.0, 60.0, 120.0, 180.0, 240.0, 300.0):
            for side in (x - away - width, x + away):
                if left <= side <= left + across - width:
                    free = True
                    for y in (top + down - height - 6.0, top + (down - height) / 2, top + 6.0):
                        yield away, (side, max(y, top), width, height)
        if not free:
            yield 0.0, (min(max(x - width / 2, left), left + max(across - width, 0.0)), top, width, height)

    def is_clear(self, rect: Rect) -> bool:
        """Whether no line runs through a place."""
        return int(self._hits(np.array([rect]))[0]) == 0

    def _hits(self, rects: Array) -> NDArray[np.intp]:
        """Return how many points of lines lie in each of some places, shape ``(n,)``."""
        x, y, width, height = rects.T[:, :, np.newaxis]
        across = np.abs(self._x - (x + width / 2)) <= width / 2 + _CLEAR
        down = np.abs(self._y - (y + height / 2)) <= height / 2 + 1.0
        return np.asarray(np.sum(across & down, axis=1))

    def _costs(self, rects: Array) -> Array:
        x, y, width, height = rects.T
        cost: Array = 0.6 * self._hits(rects).astype(np.float64)
        for other in self._taken:
            wide = np.minimum(x + width, other[0] + other[2]) - np.maximum(x, other[0]) + 6.0
            high = np.minimum(y + height, other[1] + other[3]) - np.maximum(y, other[1]) + 1.0
            cost += np.where((wide > 0.0) & (high > 0.0), 20.0 + wide * high / 10.0, 0.0)
        return cost


def _fine(x: Array, y: Array) -> tuple[Array, Array]:
    """Return a line in points a few pixels apart; NaN next to what is NaN."""
    if len(x) < 2:
        return x, y
    fine = np.arange(float(x[0]), float(x[-1]) + 0.5, _SPACING)
    with np.errstate(invalid="ignore"):
        between = np.interp(fine, x, y)
    # A known point with an unknown neighbour still counts.
    nearest = np.clip(np.searchsorted(x, fine), 0, len(x) - 1)
    alone = ~np.isfinite(between) & np.isfinite(y[nearest]) & (np.abs(x[nearest] - fine) <= _SPACING)
    return fine, np.where(alone, y[nearest], between)
