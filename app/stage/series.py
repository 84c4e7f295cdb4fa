"""Axes and lines of one number per step: what a chart needs before anything is placed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

__all__ = [
    "LogAxis",
    "exact_zeros",
    "log_axis",
    "power_of_ten",
    "ranges_text",
    "step_ticks",
    "stretches_of",
]

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_STEP_SIZES = (1, 5, 10, 20, 25, 50, 100, 200, 250, 500)


@dataclass(frozen=True, slots=True)
class LogAxis:
    """A logarithmic axis between two powers of ten.

    Attributes
    ----------
    low, high : int
        The exponents at its ends, `low` below `high`.
    """

    low: int
    high: int

    def place(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where positive values stand, 0 at the low end, 1 at the high end; may lie outside."""
        return (np.log10(values) - self.low) / (self.high - self.low)

    def ticks(self, most: int) -> tuple[int, ...]:
        """Return at most `most` exponents (at least two) at equal distances, the highest end included."""
        span = self.high - self.low
        for step in (1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300):
            if span // step + 1 <= max(most, 2):
                return tuple(range(self.high, self.low - 1, -step))[::-1]
        return (self.low, self.high)


def log_axis(lines: Iterable[NDArray[np.float64]], least: int = 2) -> LogAxis:
    """Return the axis that holds every positive finite number of `lines`.

    Parameters
    ----------
    lines : iterable of ndarray, shape (n,)
        Values; zeros, infinities and NaN have no place on such an axis and are passed over.
    least : int
        The fewest decades it spans.
    """
    known = [line[np.isfinite(line) & (line > 0.0)] for line in lines]
    together = np.concatenate(known) if known else np.empty(0)
    if together.size == 0:
        return LogAxis(-least, 0)
    low = math.floor(math.log10(float(together.min())))
    high = math.ceil(math.log10(float(together.max())))
    if high - low < least:
        # The room goes below: norms near one are read against the axis' upper end.
        low = high - least
    return LogAxis(low, high)


def exact_zeros(values: NDArray[np.float64]) -> tuple[slice, ...]:
    """Return the stretches where `values` is exactly zero, which no log axis can show."""
    return stretches_of(values == 0.0)


def stretches_of(mask: NDArray[np.bool_]) -> tuple[slice, ...]:
    """Return the unbroken stretches where `mask` holds, shape (n,)."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False]))))
    return tuple(slice(int(a), int(b)) for a, b in edges.reshape(-1, 2))


def ranges_text(stretches: Sequence[slice], first: int = 1) -> str:
    """Say stretches of steps in words: ``t = 1..4, 7``.

    Parameters
    ----------
    stretches : sequence of slice
        As from `exact_zeros`.
    first : int
        The step that index 0 stands for.
    """
    said = [
        f"{s.start + first}" if s.stop - s.start == 1 else f"{s.start + first}..{s.stop - 1 + first}"
        for s in stretches
    ]
    shown = said if len(said) <= 3 else [*said[:2], "…", said[-1]]
    return "t = " + ", ".join(shown)


def step_ticks(steps: int, most: int) -> tuple[int, ...]:
    """Return the steps worth a label, at most about `most`: 1, round numbers, and the last one."""
    if steps <= most:
        return tuple(range(1, steps + 1))
    size = next((s for s in _STEP_SIZES if steps / s + 1 <= most), _STEP_SIZES[-1])
    inner = [t for t in range(size, steps, size) if t > 1 and steps - t >= 0.6 * size]
    if inner and inner[0] - 1 < 0.6 * size:
        inner = inner[1:]
    return (1, *inner, steps)


def power_of_ten(exponent: int) -> str:
    """Return ``10⁻⁸`` for -8."""
    return "10" + str(exponent).translate(_SUPERSCRIPTS)
