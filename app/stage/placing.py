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
        best: tuple[float, Rect] | None = None
        for k in known[:: max(1, len(known) // 24)]:
            at = float(x[k])
            x0 = min(max(at - width / 2, left), left + across - width)
            near = np.isfinite(y) & (x >= x0 - 4.0) & (x <= x0 + width + 4.0)
            near[k] = True
            level = float(y[k]) - height / 2
            for place, y0, dislike in (
                (x0, float(np.min(y[near])) - height - _CLEAR, 0.0),
                (x0, float(np.max(y[near])) + _CLEAR, 0.0),
                (at - width - 8.0, level, 0.3),
                (at + 8.0, level, 0.3),
            ):
                rect = (place, min(max(y0, top), top + down - height), width, height)
                outside = max(left - place, 0.0) + max(place + width - left - across, 0.0)
                cost = self._cost(rect) + abs(at - goal) / across + dislike + 0.05 * abs(rect[1] - y0)
                if outside == 0.0 and (best is None or cost < best[0]):
                    best = (cost, rect)
        rect = best[1] if best is not None else (left, top, width, height)
        self._taken.append(rect)
        return rect

    def near(self, x: float, size: tuple[float, float]) -> Rect:
        """Return the best place to the left or right of `x`, for a card; it is not taken.

        The nearer the better, but a line or a name under the card counts more.
        """
        found = enumerate(self._sides(x, size))
        return min((self._cost(rect) + 0.01 * away, order, rect) for order, (away, rect) in found)[2]

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
        return self._hits(rect) == 0

    def _hits(self, rect: Rect) -> int:
        x, y, width, height = rect
        across = np.abs(self._x - (x + width / 2)) <= width / 2 + _CLEAR
        down = np.abs(self._y - (y + height / 2)) <= height / 2 + 1.0
        return int(np.count_nonzero(across & down))

    def _cost(self, rect: Rect) -> float:
        x, y, width, height = rect
        cost = 0.6 * self._hits(rect)
        for other in self._taken:
            wide = min(x + width, other[0] + other[2]) - max(x, other[0]) + 6.0
            high = min(y + height, other[1] + other[3]) - max(y, other[1]) + 1.0
            if wide > 0.0 and high > 0.0:
                cost += 20.0 + wide * high / 10.0
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
