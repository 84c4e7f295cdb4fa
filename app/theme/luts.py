"""Look-up tables from a value's place in 0..255 to a pixel, for heat maps and strands."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .tokens import Theme

__all__ = ["signed_lut", "unit_lut", "viridis_lut"]

# Every fifth of the 256 colours of viridis (S. van der Walt and N. Smith, CC0); a straight line
# between neighbours misses the others by no more than one level of 255.
_VIRIDIS: Final = """
    440154 46085c 471063 481769 481d6f 482475 472a7a 46307e 453781 433d84 414287 3f4889 3d4e8a
    3a538b 38598c 355e8d 33638d 31688e 2e6d8e 2c718e 2a768e 297b8e 27808e 25848e 23898e 218e8d
    20928c 1f978b 1e9c89 1fa188 21a585 24aa83 28ae80 2eb37c 35b779 3dbc74 46c06f 50c46a 5ac864
    65cb5e 70cf57 7cd250 89d548 95d840 a2da37 b0dd2f bddf26 cae11f d8e219 e5e419 f1e51d fde725
"""


def _table(stops: list[str], places: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Join colours (``rrggbb``) at places in 0..255 by straight lines; returns (256,) ARGB."""
    at = np.arange(256.0)
    red, green, blue = (
        np.rint(np.interp(at, places, [int(stop[k : k + 2], 16) for stop in stops])).astype(np.uint32)
        for k in (0, 2, 4)
    )
    table: NDArray[np.uint32] = (
        np.uint32(0xFF000000) | (red << np.uint32(16)) | (green << np.uint32(8)) | blue
    )
    table.setflags(write=False)
    return table


@cache
def signed_lut(theme: Theme) -> NDArray[np.uint32]:
    """Return the table for values of either sign: 0 is most negative, 127.5 is zero, 255 most positive.

    Returns
    -------
    ndarray of uint32, shape (256,)
        Opaque ARGB pixels, read-only.
    """
    colours = (theme.below, theme.neutral, theme.above)
    return _table([colour[1:] for colour in colours], np.array([0.0, 127.5, 255.0]))


@cache
def unit_lut(theme: Theme, role: str) -> NDArray[np.uint32]:
    """Return the table for values in 0..1 of a gate: from neutral to the gate's hue.

    Parameters
    ----------
    theme : Theme
        Where the colours are from.
    role : str
        A role as in `Theme.role`.

    Returns
    -------
    ndarray of uint32, shape (256,)
        Opaque ARGB pixels, read-only.
    """
    return _table([theme.neutral[1:], theme.role(role)[1:]], np.array([0.0, 255.0]))


@cache
def viridis_lut() -> NDArray[np.uint32]:
    """Return the table for magnitudes on a log scale; dark is small, in both themes.

    Returns
    -------
    ndarray of uint32, shape (256,)
        Opaque ARGB pixels, read-only.
    """
    return _table(_VIRIDIS.split(), np.arange(0.0, 256.0, 5.0))
