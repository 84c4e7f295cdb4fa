"""Colours of a heat map's cells, and the finished image of it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from app.theme import Theme, signed_lut, unit_lut, viridis_lut

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .marks import HeatMap


INSIDE, BELOW, ABOVE, NO_NUMBER = range(4)
"""Where a cell's number lies: on the colour scale, below or above a log scale's limits, or nowhere."""
RISING, FALLING = (BELOW, NO_NUMBER), (ABOVE, NO_NUMBER)
"""What is hatched from below left to above right, and the other way; what is no number, both ways."""


def places(mark: HeatMap) -> NDArray[np.int8]:
    """Return where each cell's number lies, shape as ``values``: one of the four places above.

    A magnitude of exactly zero is below every limit of a log scale.
    """
    values = mark.values
    found = np.zeros(values.shape, dtype=np.int8)
    if mark.scale == "log":
        size = np.abs(values)
        found[size < 10.0**mark.low] = BELOW
        found[size > 10.0**mark.high] = ABOVE
    found[~np.isfinite(values)] = NO_NUMBER
    return found


def hatch_colour(place: int, theme: Theme) -> str:
    """Return the colour of the lines over what has a place outside the scale."""
    return f"#{int(viridis_lut()[150]) & 0xFFFFFF:06X}" if place == ABOVE else theme.faint


def cell_colours(mark: HeatMap, theme: Theme) -> NDArray[np.uint32]:
    """Return one opaque ARGB pixel per cell, shape as ``values``.

    What is above a log scale has the colour of its upper end, what is below it or no number the neutral
    ground; all three are hatched.
    """
    return _coloured(mark, theme, places(mark))


def _coloured(mark: HeatMap, theme: Theme, where: NDArray[np.int8]) -> NDArray[np.uint32]:
    outside = bool(where.any())
    values = np.where(where == NO_NUMBER, 0.0, mark.values) if outside else mark.values
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
    index = np.rint(np.minimum(np.maximum(place, 0.0), 1.0) * 255.0).astype(np.intp)
    colours = table[index]
    if outside:
        colours[(where == BELOW) | (where == NO_NUMBER)] = 0xFF000000 | int(theme.neutral[1:], 16)
    return colours


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
    x, across = _places(left * scale + origin[0], width * scale, columns, mark.gap * scale)
    y, down = _places(top * scale + origin[1], height * scale, rows, mark.row_gap * scale)
    where = places(mark)
    cells = np.zeros((rows + 1, columns + 1), dtype=np.uint32)  # the last row and column are the gaps'
    cells[:rows, :columns] = _coloured(mark, theme, where)
    image = cells.take(across, axis=1).take(down, axis=0)
    if where.any():
        hatches = np.zeros((rows + 1, columns + 1), dtype=np.int8)
        hatches[:rows, :columns] = where
        where = hatches.take(across, axis=1).take(down, axis=0)
        pitch, thick = max(3, round(5 * scale)), max(1, round(scale))
        row, column = np.arange(len(down))[:, None], np.arange(len(across))[None, :]
        for slant, hatched in (((row + column), RISING), ((column - row), FALLING)):
            on = slant % pitch < thick
            for place in hatched:
                line = np.uint32(0xFF000000) | np.uint32(int(hatch_colour(place, theme)[1:], 16))
                image = np.where((where == place) & on, line, image)
    return (x, y), image


@lru_cache(maxsize=64)
def _places(start: float, size: float, cells: int, gap: float) -> tuple[int, NDArray[np.intp]]:
    """Return the first pixel, and the cell of every pixel; in a gap that is the one after the last."""
    pitch = size / cells
    edges = np.floor(start + np.arange(cells + 1) * pitch + 0.5).astype(np.intp)
    # A gap is the same number of pixels everywhere, and at least one, wherever its edges fall.
    ends = edges[1:] - (max(1, round(gap)) if gap > 0.0 else 0)
    first, count = int(edges[0]), max(1, int(edges[-1] - edges[0]))
    pixels = np.arange(first, first + count)
    place = np.clip(np.searchsorted(edges, pixels, side="right") - 1, 0, cells - 1)
    return first, np.where(pixels >= np.maximum(ends, edges[:-1] + 1)[place], cells, place)
