"""What a heat map shows and how: which quantities, on which scale, how much of a gate is saturated."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from engine import format_number, quantity

if TYPE_CHECKING:
    from engine import Run

    from .veil import Veil

__all__ = [
    "GATES",
    "SATURATION",
    "Scale",
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

_GROUPS: Final = {"lstm": ("f", "i", "g", "o", "c", "h"), "rnn": ("z", "h")}
GATES: Final = frozenset("fio")
"""The quantities that open and close between 0 and 1."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The colour scale of one quantity: ``"unit"`` or ``"signed"``, and its ends."""

    kind: str
    low: float
    high: float


def group_names(run: Run) -> tuple[str, ...]:
    """Return the quantities that have a row group, in order of computation."""
    return _GROUPS[run.cell]


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

    What is bounded by one has fixed limits; anything else has the largest size among the steps
    that are shown, so that no limit tells of a veiled step.

    Parameters
    ----------
    run : Run
        Whose numbers.
    name : str
        The quantity.
    last : int
        The last step shown.
    """
    if quantity(name, run.cell).scale == "unit":
        return Scale("unit", 0.0, 1.0)
    bounded = name in {"g", "tanh_c"} or (name == "h" and _squashes(run))
    if bounded:
        return Scale("signed", -1.0, 1.0)
    shown = np.abs(run.grid(name)[:last])
    known = shown[np.isfinite(shown)]
    largest = float(known.max()) if known.size else 0.0
    limit = _rounded_up(largest) if largest > 0.0 else 1.0
    return Scale("signed", -limit, limit)


def _squashes(run: Run) -> bool:
    return run.cell == "lstm" or run.network.activation in {"tanh", "sigmoid"}


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
