"""Where a card goes: inside the stage, beside what it speaks of, and off words where that can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .marks import Rect

__all__ = ["beside"]

Array = NDArray[np.float64]

_GAPS: Final = (12.0, 24.0, 40.0, 64.0, 96.0, 136.0)
_SHIFTS: Final = (0.0, -0.12, 0.12, -0.25, 0.25, -0.38, 0.38, -0.5, 0.5, -0.8, 0.8)
"""How far a card may slide along its mark, in its own lengths."""
_AWAY: Final = 8.0
"""What a pixel between mark and card costs, in square pixels of covered words."""
_COVERED: Final = 400.0
"""What it costs to touch a word at all: half a word is as unreadable as none."""
_SLID: Final = 40.0
_NEVER: Final = 1e9


def beside(mark: Rect, size: tuple[float, float], area: Rect, words: Sequence[Rect]) -> tuple[float, float]:
    """Return the upper left corner of a card.

    Parameters
    ----------
    mark : Rect
        What it speaks of; covered only where the area leaves no other place.
    size : (float, float)
        Of the card.
    area : Rect
        Where it must stay.
    words : sequence of Rect
        What should stay readable.

    Returns
    -------
    (float, float)
        Right of the mark if that is as good as any place, else left, below or above; near, but rather
        further away than over words.
    """
    x, y, w, h = mark
    width, height = size
    left, top, across, down = area
    low = np.array((left + 4.0, top + 4.0))
    high = np.maximum(np.array((left + across - width - 4.0, top + down - height - 4.0)), low)
    middle = (x + w / 2 - width / 2, y + h / 2 - height / 2)
    corners: list[tuple[float, float]] = []
    likes: list[float] = []
    for gap in _GAPS:
        for shift in _SHIFTS:
            aside, along = middle[1] + shift * height, middle[0] + shift * width
            corners += [(x + w + gap, aside), (x - gap - width, aside)]
            corners += [(along, y + h + gap), (along, y - gap - height)]
            likes += [_SLID * abs(shift) + side for side in range(4)]
    placed = np.clip(np.array(corners), low, high)
    between = np.maximum(np.array((x, y)) - placed - size, placed - np.array((x + w, y + h)))
    cost = np.array(likes) + _AWAY * np.hypot(*np.maximum(between, 0.0).T)
    boxes = np.column_stack((placed, np.full((len(placed), 2), size)))
    cost += np.where(_overlaps(boxes, np.array([mark]))[:, 0] > 0.0, _NEVER, 0.0)
    if words:
        covered = _overlaps(boxes, np.array(words))
        cost += covered.sum(axis=1) + _COVERED * (covered > 0.0).sum(axis=1)
    best = placed[int(np.argmin(cost))]
    return float(best[0]), float(best[1])


def _overlaps(boxes: Array, others: Array) -> Array:
    """Return how much of each of some boxes lies on each of others, shape ``(boxes, others)``."""
    a, b = boxes[:, None, :], others[None, :, :]
    wide = np.minimum(a[..., 0] + a[..., 2], b[..., 0] + b[..., 2]) - np.maximum(a[..., 0], b[..., 0])
    high = np.minimum(a[..., 1] + a[..., 3], b[..., 1] + b[..., 3]) - np.maximum(a[..., 1], b[..., 1])
    return np.asarray(np.maximum(wide, 0.0) * np.maximum(high, 0.0))
