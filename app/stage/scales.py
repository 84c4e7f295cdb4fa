"""What a heat map shows and how: which quantities, on which scale, how much of a gate is saturated."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from engine import format_number, heat_quantities, quantity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine import Run

    from .veil import Veil

__all__ = [
    "SATURATION",
    "Scale",
    "explodes",
    "group_names",
    "hidden",
    "last_visible",
    "limit_text",
    "percent_text",
    "saturation",
    "scale_of",
]

SATURATION: Final = (0.1, 0.9)
"""Below the first a gate counts as saturated to the left, above the second to the right
(Karpathy, Johnson and Fei-Fei 2015, figure 3)."""

_LEAST: Final = 1e-3
"""No limit of a bounded state is below this."""
_LARGE: Final = 1000.0
"""Only numbers beyond this are ever shown by the power of ten they have."""
_LOST: Final = 0.01
"""What is below this share of a linear scale's end has no colour to the eye."""
_FAINTEST: Final = 0.12
"""Strength of the colour of the smallest sizes of a scale of powers: their sign is still to be seen."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The colour scale of one quantity.

    Attributes
    ----------
    kind : str
        ``"unit"`` or ``"signed"``.
    low, high : float
        Its ends.
    floor : int or None
        For a signed scale of powers: the exponent of ten at which colour begins, on either side of zero.
        None: the scale is linear.
    """

    kind: str
    low: float
    high: float
    floor: int | None = None

    def placed(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what is to be coloured on a linear scale with these ends; what is no number stays none."""
        if self.floor is None:
            return values
        top = math.log10(self.high)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = (np.log10(np.abs(values)) - self.floor) / (top - self.floor)
        strength = _FAINTEST + (1.0 - _FAINTEST) * np.clip(share, 0.0, 1.0)
        known = np.where(values == 0.0, 0.0, np.sign(values) * strength)
        return np.where(np.isfinite(values), known * self.high, values)


def group_names(run: Run) -> tuple[str, ...]:
    """Return the quantities that have a row group, in order of computation."""
    return tuple(known.name for known in heat_quantities(run.network.recurrence))


def hidden(run: Run, veil: Veil, name: str, t: int | None = None) -> bool:
    """Whether a quantity is veiled, at a step if one is given.

    In a plain cell the pre-activation tells the state, so it is hidden with it.
    """
    if run.cell == "rnn" and name == "z" and veil.hides(quantity="h"):
        return True
    return veil.hides(quantity=name, t=t)


def last_visible(run: Run, veil: Veil) -> int:
    """Return the last step of a run that the veil shows, 0 if it shows none."""
    return next((t for t in range(run.steps, 0, -1) if not veil.hides(t=t)), 0)


def scale_of(run: Run, name: str, last: int) -> Scale:
    """Return the scale of a quantity.

    A gate's and the candidate's limits are fixed. Anything else has the largest size among the steps that
    are shown, so that no limit tells of a veiled step. Where it explodes, so that most steps would be without
    colour, the scale is of powers.

    Parameters
    ----------
    run : Run
        Whose numbers.
    name : str
        The quantity.
    last : int
        The last step shown.
    """
    known_as = quantity(name, run.network.recurrence)
    if known_as.scale == "unit":
        return Scale("unit", 0.0, 1.0)
    if known_as.bounded and name != "h":
        return Scale("signed", -1.0, 1.0)
    shown = np.abs(run.grid(name)[:last])
    known = shown[np.isfinite(shown)]
    largest = float(known.max()) if known.size else 0.0
    if largest == 0.0:
        return Scale("signed", -1.0, 1.0)
    # What is left of a rounding error must not look like a signal.
    limit = _rounded_up(max(largest, _LEAST) if known_as.bounded else largest)
    floor = None
    if explodes(shown):
        smallest = math.floor(math.log10(float(_peaks(shown).min())))
        floor = min(smallest, math.ceil(math.log10(limit)) - 1)
    return Scale("signed", -limit, limit, floor)


def explodes(sizes: NDArray[np.float64]) -> bool:
    """Whether a linear scale would show the largest steps alone and leave most others without colour.

    Parameters
    ----------
    sizes : ndarray, shape (T, H)
        None below zero; what is not finite is passed over.
    """
    peaks = _peaks(sizes)
    if not peaks.size:
        return False
    largest = float(peaks.max())
    return largest >= _LARGE and float(np.median(peaks)) < _LOST * largest


def _peaks(sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the largest finite number of each step that has one above zero."""
    peaks = np.where(np.isfinite(sizes), sizes, -1.0).max(axis=1, initial=-1.0)
    return np.asarray(peaks[peaks > 0.0])


def _rounded_up(value: float) -> float:
    """Round up to two figures, so that the limit can be printed as it is."""
    unit = 10.0 ** (math.floor(math.log10(value)) - 1)
    up = math.ceil(value / unit - 1e-9) * unit
    return up if math.isfinite(up) else value


def saturation(run: Run, name: str, last: int) -> tuple[float, float]:
    """Return the shares of a gate's entries below and above the limits among the steps 1..`last`."""
    shown = run.grid(name)[:last]
    if shown.size == 0:
        return 0.0, 0.0
    return float(np.mean(shown < SATURATION[0])), float(np.mean(shown > SATURATION[1]))


def limit_text(value: float) -> str:
    """Return a limit of two figures without the zeros that say nothing."""
    text = format_number(value)
    return text.rstrip("0").rstrip(".") if "." in text and "·" not in text else text


def percent_text(share: float) -> str:
    """Return a share as a whole percentage; what is neither nothing nor all never reads 0 % or 100 %."""
    whole = round(100.0 * share)
    if whole == 0 and share > 0.0:
        return "<1 %"
    if whole == 100 and share < 1.0:
        return ">99 %"
    return f"{whole} %"
