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

from .marks import CASING
from .strand import StrandRow, channels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .routes import Arc
    from .strand import Strand

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


def pixels(sections: Sequence[Section], middles: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Return the premultiplied ARGB pixels of sections of as many strands each, shape ``(sections, m)``.

    Parameters
    ----------
    sections
        At least one.
    middles
        Where the pixels' middles lie, shape ``(m,)``.
    """
    # Pixels come last, in long rows: numpy is slow at many short ones.
    covered = np.minimum(middles + 0.5, np.array([each.high for each in sections])[:, :, None])
    covered -= np.maximum(middles - 0.5, np.array([each.low for each in sections])[:, :, None])
    np.maximum(covered, 0.0, out=covered)
    colours = np.array([each.tones.T for each in sections]) @ covered
    np.minimum(np.maximum(colours, 0.0, out=colours), 255.0, out=colours)
    channels_last = np.rint(colours, out=colours).astype(np.uint8).transpose(0, 2, 1)
    packed: NDArray[np.uint32] = np.ascontiguousarray(channels_last).view("<u4")[..., 0]
    return packed


@lru_cache(maxsize=64)
def table_places(reach: float) -> NDArray[np.float64]:
    """Return where the table that corners look their pixels up in has its samples, shape ``(m,)``.

    They are close together, from ``-reach - 1`` to ``reach + 1``.
    """
    count = int(np.ceil((2 * reach + 2) * _FINE)) + 1
    return np.arange(count) / _FINE - reach - 1.0


def section(strands: Sequence[Strand], span: float, scale: float, casing: str | None = None) -> Section:
    """Return the cross-section of a bundle at a number of device pixels per pixel."""
    if isinstance(strands, StrandRow) and casing is None:
        return sections([strands], span, scale)[0]
    middles = np.array([strand.offset * scale for strand in strands])
    halves = np.array([strand.width * scale / 2 for strand in strands])
    tones = np.array([channels(strand.colour) for strand in strands]).reshape(-1, 4)
    if casing is not None:
        ground = channels(casing) * CASING
        middles, halves = np.concatenate(([0.0], middles)), np.concatenate(([span * scale / 2], halves))
        tones = np.concatenate((ground[None], tones - ground))
    low, high = middles - halves, middles + halves
    reach = span * scale / 2
    if low.size:
        reach = max(reach, -float(low.min()), float(high.max()))
    return Section(low, high, tones, reach + 1.0)


def sections(rows: Sequence[StrandRow], span: float, scale: float) -> list[Section]:
    """Return the cross-sections of bundles of as many strands each, without casings; see `section`."""
    middles = np.array([row.offsets for row in rows]) * scale
    halves = np.array([row.widths for row in rows]) * scale / 2
    low, high = middles - halves, middles + halves
    reach = np.full(len(rows), span * scale / 2)
    if middles.size:
        reach = np.maximum(reach, np.maximum(-low.min(axis=1), high.max(axis=1)))
    return [
        Section(a, b, row.channels, r)
        for a, b, row, r in zip(low, high, rows, (reach + 1.0).tolist(), strict=True)
    ]


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
        Place of the upper left pixel, and what to look up in :func:`table_places`, shape
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
