"""The curves of a picture as strokes: colour, width, and the places they run through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from app.theme import Theme, mix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .plot_model import Picture, PlotCurve

__all__ = ["Stroke", "strokes"]

Array = NDArray[np.float64]

_THIN: Final = 0.38
"""How much of the lane's colour the curves around the strong one have."""


@dataclass(frozen=True, eq=False)
class Stroke:
    """One colour and width, and where it runs: NaN lifts the pen.

    Attributes
    ----------
    x, y : ndarray, shape (n,)
        Places on the axes.
    colour : str
        As ``#rrggbb``.
    width : float
        In pixels.
    """

    x: Array
    y: Array
    colour: str
    width: float


def strokes(picture: Picture, hues: Mapping[str, str], theme: Theme, zoom: float) -> list[Stroke]:
    """Return what is to be drawn, from the back to the front; the thin curves of a lane are one stroke."""
    made: list[Stroke] = []
    for lane, hue in hues.items():
        if thin := [c for c in picture.curves if c.lane == lane and not c.strong]:
            x, y = _joined(picture, thin)
            made.append(Stroke(x, y, mix(theme.panel, hue, _THIN), 1.0))
    for curve in picture.strong:
        x, y = _joined(picture, [curve])
        made.append(Stroke(x, y, hues[curve.lane], 2.0 * zoom))
    return made


def _joined(picture: Picture, curves: list[PlotCurve]) -> tuple[Array, Array]:
    """Return curves one after the other, with a gap after each."""
    gap = np.array([np.nan])
    x = [part for curve in curves for part in (curve.steps.astype(np.float64), gap)]
    y = [part for curve in curves for part in (picture.axis.place(curve.values), gap)]
    # A place for the pen to be lifted at; only y says that it is.
    across = np.concatenate(x)
    return np.where(np.isnan(across), 0.0, across), np.concatenate(y)
