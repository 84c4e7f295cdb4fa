"""Cross-sections of bundles: a bundle of strands as one image, straight or bent, without stroking a line.

Stroking is what costs time in a raster painter. A straight bundle looks the same all along, so its
cross-section, stretched, is the whole of it; and in a corner all strands share one centre, so every pixel's
colour depends on its distance from there alone. The colour of a pixel is the share of it that each strand
covers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from .marks import CASING, Strand

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .routes import Arc

_FINE = 16
"""Samples per device pixel in the table that corners look their distances up in."""


@dataclass(frozen=True, eq=False)
class Section:
    """Where which colour lies across a bundle, in device pixels from its middle.

    Parameters
    ----------
    low, high
        Edges of the strands (and of the casing, if any, which comes first), shape ``(n,)``.
    tones
        Premultiplied blue, green, red, alpha in 0..255 that each one adds where it lies, shape ``(n, 4)``.
    reach
        Half of the width in which there may be colour.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    tones: NDArray[np.float64]
    reach: float

    def pixels(self, middles: NDArray[np.float64]) -> NDArray[np.uint32]:
        """Return the premultiplied ARGB pixels whose middles lie at the given places, shape ``(m,)``."""
        left, right = (middles - 0.5)[:, None], (middles + 0.5)[:, None]
        covered = np.maximum(np.minimum(right, self.high) - np.maximum(left, self.low), 0.0)
        colours = np.minimum(np.maximum(covered @ self.tones, 0.0), 255.0)
        packed: NDArray[np.uint32] = np.rint(colours).astype(np.uint8).view("<u4")[:, 0].astype(np.uint32)
        return packed

    def table(self) -> NDArray[np.uint32]:
        """Return finely sampled pixels from ``-reach - 1`` to ``reach + 1``."""
        count = int(np.ceil((2 * self.reach + 2) * _FINE)) + 1
        return self.pixels(np.arange(count) / _FINE - self.reach - 1.0)


def section(strands: tuple[Strand, ...], span: float, scale: float, casing: str | None = None) -> Section:
    """Return the cross-section of a bundle at a number of device pixels per pixel."""
    ground = np.zeros(4) if casing is None else _channels(casing) * CASING
    middles = [strand.offset * scale for strand in strands]
    halves = [strand.width * scale / 2 for strand in strands]
    tones = [_channels(strand.colour) - ground for strand in strands]
    if casing is not None:
        middles, halves, tones = [0.0, *middles], [span * scale / 2, *halves], [ground, *tones]
    low, high = np.subtract(middles, halves), np.add(middles, halves)
    reach = max([span * scale / 2, *(-low), *high]) + 1.0
    return Section(low, high, np.array(tones).reshape(-1, 4), reach)


@lru_cache(maxsize=1024)
def _channels(colour: str) -> NDArray[np.float64]:
    value = int(colour[1:], 16)
    return np.array([value & 255, value >> 8 & 255, value >> 16 & 255, 255.0])


def first_pixel(edge: float) -> int:
    """Return the first pixel whose middle is not before the edge."""
    return math.ceil(edge - 0.5)


def corner(reach: float, arc: Arc) -> tuple[tuple[int, int], NDArray[np.intp]]:
    """Return a quarter turn of a bundle: for every pixel the place in the section's table.

    Parameters
    ----------
    reach
        Of the section.
    arc
        The middle line's whole corner, in device pixels.

    Returns
    -------
    (x, y), places
        Place of the upper left pixel, and what to look up in :meth:`Section.table`, shape
        ``(height, width)``; places beyond its ends have no colour.
    """
    outer = arc.radius + reach
    (cx, cy), middle = arc.centre, arc.start + arc.sweep / 2
    x_ends = (cx, cx + outer) if np.cos(middle) > 0 else (cx - outer, cx)
    y_ends = (cy, cy + outer) if np.sin(middle) > 0 else (cy - outer, cy)
    x0, x1 = (first_pixel(edge) for edge in x_ends)
    y0, y1 = (first_pixel(edge) for edge in y_ends)
    distance = np.hypot(np.arange(x0, x1) + 0.5 - cx, (np.arange(y0, y1) + 0.5 - cy)[:, None])
    across = (arc.radius - distance) * (1.0 if arc.sweep > 0 else -1.0)
    return (x0, y0), np.rint((across + reach + 1.0) * _FINE).astype(np.intp)
