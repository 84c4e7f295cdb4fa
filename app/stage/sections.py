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

    @property
    def comb(self) -> tuple[float, float] | None:
        """The middle of the first strand and the least distance of neighbours; nothing without strands."""
        middles = (self.low + self.high) / 2
        if len(middles) < 2:
            return (round(float(middles[0]), 3), 2 * self.reach + 1.0) if len(middles) else None
        return round(float(middles[0]), 3), round(float(np.diff(middles).min()), 3)


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


def across(offsets: NDArray[np.float64], scale: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where strands lie across a bundle in device pixels, and by what their widths are multiplied.

    Neighbours are a whole number of pixels apart and every strand has its middle on that of a pixel, so that
    strands of one width look alike and thin ones are sharp. Where there is not room for that, nothing moves.

    Parameters
    ----------
    offsets
        In pixels from the middle line, in rising order, shape ``(bundles, n)``.
    scale
        Device pixels per pixel.
    """
    fit = np.full(len(offsets), scale)
    if offsets.shape[1] > 1:
        apart = np.diff(offsets, axis=1).min(axis=1) * scale
        dense = apart < 2.0
        fit = np.where(dense, scale, scale * np.floor(apart + 1e-6) / apart)
    else:
        dense = np.zeros(len(offsets), dtype=bool)
    places = offsets * fit[:, None]
    return np.where(dense[:, None], places, np.floor(places + 1e-6) + 0.5), fit


def section(strands: Sequence[Strand], span: float, scale: float, casing: str | None = None) -> Section:
    """Return the cross-section of a bundle at a number of device pixels per pixel."""
    if isinstance(strands, StrandRow) and casing is None:
        return sections([strands], span, scale)[0]
    middles, fit = across(np.array([[strand.offset for strand in strands]]), scale)
    middles, halves = middles[0], np.array([strand.width for strand in strands]) * fit[0] / 2
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
    middles, fit = across(np.array([row.offsets for row in rows]), scale)
    halves = np.array([row.widths for row in rows]) * fit[:, None] / 2
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
    corner_at, right, down = _around(reach, arc)
    bent = (arc.radius - np.hypot(right, down)) * math.copysign(1.0, arc.sweep)
    return corner_at, np.rint((bent + reach + 1.0) * _FINE).astype(np.intp)


def shared(reach: float, arc: Arc, comb: tuple[float, float]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where a bundle that bends away from a like one, which runs straight on, is on the same strand.

    Parameters
    ----------
    reach, arc
        As for `corner`.
    comb
        The middle of the first strand and the distance of neighbours.

    Returns
    -------
    pixels, places
        Numbers of the corner's pixels, row by row, and what of the straight one lies there, shape ``(m,)``.
    """
    _, right, down = _around(reach, arc)
    side = math.copysign(1.0, arc.sweep)
    bent = (arc.radius - np.hypot(right, down)) * side
    straight = (arc.radius - right * math.cos(arc.start) - down * math.sin(arc.start)) * side
    first, apart = comb
    same = np.rint((bent - first) / apart) == np.rint((straight - first) / apart)
    pixels = np.flatnonzero(same & (np.abs(bent) <= reach))
    places = np.rint((straight + reach + 1.0) * _FINE).astype(np.intp)
    return pixels, places.ravel()[pixels]


def laid_over(above: NDArray[np.uint32], below: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return what must lie on premultiplied pixels for both together to be as strong as the stronger one.

    Both are of one colour; painted twice, the soft edges of a strand would add up.
    """
    channels = above.view("<u1").reshape(-1, 4).astype(np.float64)
    strong, under = channels[:, 3], (below >> 24).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = 255.0 * (strong - under) / (255.0 - under) / strong
    share = np.where((strong > under) & (under < 255.0), share, 0.0)
    rest: NDArray[np.uint32] = np.rint(channels * share[:, None]).astype(np.uint8).view("<u4")[:, 0]
    return rest


def _around(reach: float, arc: Arc) -> tuple[tuple[int, int], NDArray[np.float64], NDArray[np.float64]]:
    """Return a corner's upper left pixel, and how far right of and below its centre the pixels are."""
    outer = arc.radius + reach
    (cx, cy), middle = arc.centre, arc.start + arc.sweep / 2
    x_ends = (cx, cx + outer) if np.cos(middle) > 0 else (cx - outer, cx)
    y_ends = (cy, cy + outer) if np.sin(middle) > 0 else (cy - outer, cy)
    x0, x1 = (first_pixel(edge) for edge in x_ends)
    y0, y1 = (first_pixel(edge) for edge in y_ends)
    right, down = np.arange(float(x0), float(x1)) + 0.5 - cx, np.arange(float(y0), float(y1)) + 0.5 - cy
    return (x0, y0), right, down[:, None]
