"""Colours of a heat map's cells, and the finished image of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.theme import Theme, signed_lut, unit_lut, viridis_lut

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .marks import HeatMap


def hatched(mark: HeatMap) -> NDArray[np.bool_]:
    """Return which cells are no colour's: not finite, or outside the limits of a log scale.

    A magnitude of exactly zero is below every limit of a log scale.
    """
    values = mark.values
    if mark.scale != "log":
        return np.asarray(~np.isfinite(values))
    size = np.abs(values)
    inside = np.isfinite(values) & (size >= 10.0**mark.low) & (size <= 10.0**mark.high)
    return np.asarray(~inside)


def cell_colours(mark: HeatMap, theme: Theme) -> NDArray[np.uint32]:
    """Return one opaque ARGB pixel per cell, shape as ``values``; hatched ones have the neutral ground."""
    values = np.where(np.isfinite(mark.values), mark.values, 0.0)
    outside = hatched(mark)
    if mark.scale == "log":
        with np.errstate(divide="ignore"):
            place = (np.log10(np.abs(values)) - mark.low) / (mark.high - mark.low)
        table = viridis_lut()
    elif mark.scale == "unit":
        place = (values - mark.low) / (mark.high - mark.low)
        table = unit_lut(theme, mark.role)
    else:
        place = 0.5 + values / (2.0 * mark.high)
        table = signed_lut(theme)
    index = np.rint(np.clip(place, 0.0, 1.0) * 255.0).astype(np.intp)
    ground = np.uint32(0xFF000000) | np.uint32(int(theme.neutral[1:], 16))
    return np.where(outside, ground, table[index])


def heat_image(
    mark: HeatMap, theme: Theme, scale: float, origin: tuple[float, float]
) -> tuple[tuple[int, int], NDArray[np.uint32]]:
    """Return the whole heat map in device pixels.

    Parameters
    ----------
    mark
        The heat map.
    theme
        Gives the colours.
    scale, origin
        Device pixels per pixel, and where the caller's origin lies in device pixels.

    Returns
    -------
    (x, y), image
        Place of the upper left pixel, and premultiplied ARGB, shape ``(height, width)``; gaps are clear.
    """
    rows, columns = mark.values.shape
    left, top, width, height = mark.rect
    x, across, blank_across = _places(left * scale + origin[0], width * scale, columns, mark.gap * scale)
    y, down, blank_down = _places(top * scale + origin[1], height * scale, rows, mark.row_gap * scale)
    image = cell_colours(mark, theme)[down][:, across]
    outside = hatched(mark)
    if outside.any():
        line = np.uint32(0xFF000000) | np.uint32(int(theme.faint[1:], 16))
        pitch = max(3, round(5 * scale))
        slant = (np.arange(len(down))[:, None] + np.arange(len(across))[None, :]) % pitch < max(
            1, round(scale)
        )
        image = np.where(outside[down][:, across] & slant, line, image)
    image[blank_down, :] = 0
    image[:, blank_across] = 0
    return (x, y), np.ascontiguousarray(image)


def _places(
    start: float, size: float, cells: int, gap: float
) -> tuple[int, NDArray[np.intp], NDArray[np.bool_]]:
    """Return the first pixel, the cell of every pixel, and which pixels lie in a gap."""
    pitch = size / cells
    edges = np.floor(start + np.arange(cells + 1) * pitch + 0.5).astype(np.intp)
    ends = np.floor(start + np.arange(1, cells + 1) * pitch - gap + 0.5).astype(np.intp)
    first, count = int(edges[0]), max(1, int(edges[-1] - edges[0]))
    pixels = np.arange(first, first + count)
    place = np.clip(np.searchsorted(edges, pixels, side="right") - 1, 0, cells - 1)
    return first, place, np.asarray(pixels >= np.maximum(ends, edges[:-1] + 1)[place])
