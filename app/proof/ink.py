"""Pictures as numbers: how much is drawn where, and whether two pictures differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QPixmap

__all__ = ["changed", "ink", "pixels", "thinnest"]

_SEEN = 12
"""Steps of 255 by which a colour must differ from its ground to be seen."""


def pixels(picture: QImage | QPixmap) -> NDArray[np.int16]:
    """Return blue, green and red of a picture, shape ``(height, width, 3)``."""
    image = picture if isinstance(picture, QImage) else picture.toImage()
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 4].reshape(image.height(), image.width(), 4)[:, :, :3].astype(np.int16)


def ink(seen: NDArray[np.int16]) -> float:
    """Return the share of a picture, 0 to 1, that differs from its most frequent colour."""
    return float(inked(seen).mean()) if seen.size else 0.0


def inked(seen: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Return where a picture differs from its most frequent colour, shape ``(height, width)``."""
    # The ground is far more frequent than anything else: some of the pixels tell it.
    some = seen.reshape(-1, 3)[:: max(1, seen.shape[0] * seen.shape[1] // 20_000)].astype(np.int64)
    colours, counts = np.unique(some @ (1, 1 << 8, 1 << 16), return_counts=True)
    ground = int(colours[counts.argmax()])
    return differ(seen, np.array([ground & 255, ground >> 8 & 255, ground >> 16 & 255], dtype=np.int16))


def differ(one: NDArray[np.int16], other: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Return where one can see a difference between two pictures, or a picture and a colour."""
    apart = np.abs(one - other) > _SEEN
    return np.asarray(apart[..., 0] | apart[..., 1] | apart[..., 2])


def thinnest(seen: NDArray[np.int16], count: int = 3) -> float:
    """Return the least share of ink in a row or column of a picture that is cut into so many of each."""
    drawn = inked(seen)
    parts = (*np.array_split(drawn, count, axis=0), *np.array_split(drawn, count, axis=1))
    return min(float(part.mean()) for part in parts)


def changed(before: NDArray[np.int16], after: NDArray[np.int16]) -> float:
    """Return the share of a picture, 0 to 1, that another one of the same size shows differently."""
    return float(differ(before, after).mean()) if before.shape == after.shape else 1.0
