"""Finding a free place in a plot for a card: clear of lines and words."""

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
        """Remember a line that nothing should lie on; its points may be NaN."""
        fine, line = _fine(x, y)
        known = np.isfinite(line)
        self._x = np.concatenate((self._x, fine[known]))
        self._y = np.concatenate((self._y, line[known]))

    def take(self, rect: Rect) -> None:
        """Remember a place where words stand."""
        self._taken.append(rect)

    def near(self, x: float, size: tuple[float, float]) -> Rect:
        """Return the best place to the left or right of `x`, for a card.

        The nearer the better, but a line or words under the card count more.
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
