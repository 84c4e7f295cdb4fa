"""A factor per step, where there is one: a straight line through the logarithm of a norm."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Decay", "fit_decay", "half_life"]

MIN_POINTS = 4
MIN_R2 = 0.95
FLAT = 0.02
"""Decades: norms that stay this close to the line count as straight, with no variance to explain."""


@dataclass(frozen=True)
class Decay:
    """What a gradient is multiplied by at each step on its way back.

    Attributes
    ----------
    factor : float
        Norm at a step over the norm one step later, of the fitted line.
    r2 : float
        Share of the variance of the log norm that the line explains.
    """

    factor: float
    r2: float

    @property
    def half_life(self) -> float | None:
        """Steps back after which half is left; None where nothing is lost."""
        return half_life(self.factor)


def half_life(factor: float) -> float | None:
    """Count the steps in which a constant ``factor`` leaves one half; None unless 0 < factor < 1."""
    return math.log(0.5) / math.log(factor) if 0.0 < factor < 1.0 else None


def fit_decay(norms: NDArray[np.float64]) -> Decay | None:
    """Fit a straight line to log10 of the norms by least squares.

    Parameters
    ----------
    norms : ndarray
        (N,), at successive steps in order of time.

    Returns
    -------
    Decay or None
        None where fewer than four steps are there, where a norm is 0 or not finite, or where no line fits
        (R2 below 0.95 and some point more than 0.02 decades off): there is no constant factor.
    """
    if len(norms) < MIN_POINTS or not np.all(np.isfinite(norms)) or not np.all(norms > 0.0):
        return None
    y = np.log10(norms)
    t = np.arange(len(y), dtype=np.float64)
    slope, level = np.polyfit(t, y, 1)
    rest = y - (slope * t + level)
    variance = float(np.sum((y - y.mean()) ** 2))
    r2 = 1.0 - float(np.sum(rest**2)) / variance if variance > 0.0 else 1.0
    if r2 < MIN_R2 and float(np.max(np.abs(rest))) > FLAT:
        return None
    return Decay(float(10.0**-slope), max(r2, 0.0))
