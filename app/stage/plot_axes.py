"""What a curve is read against: ranges to zoom and pan in, axes that place numbers and name their ticks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from .series import log_axis, power_of_ten

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Axis", "LinearAxis", "PowerAxis", "Range", "Tick", "linear_axis", "power_axis", "step_range"]

Array = NDArray[np.float64]
Tick = tuple[float, str]
"""A place on an axis, and what stands there."""

_NICE: Final = (1.0, 2.0, 5.0)
_DIGITS: Final = ((1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 3, 5), (1, 2, 5), (1,))
_STRIDES: Final = (1, 2, 3, 5, 10, 20, 50, 100, 200)
_MARGIN: Final = 0.06


@dataclass(frozen=True, slots=True)
class Range:
    """A stretch of an axis, `low` below `high`."""

    low: float
    high: float

    @property
    def size(self) -> float:
        """How long it is."""
        return self.high - self.low

    def within(self, whole: Range) -> Range:
        """Return it pushed, and if need be cut, into another range."""
        if self.size >= whole.size * (1.0 - 1e-9):  # rounding must not leave a sliver out
            return whole
        low = min(max(self.low, whole.low), whole.high - self.size)
        return Range(low, low + self.size)

    def moved(self, by: float, whole: Range) -> Range:
        """Return it shifted as far as the whole allows."""
        return Range(self.low + by, self.high + by).within(whole)

    def zoomed(self, factor: float, around: float, whole: Range, least: float) -> Range:
        """Return it made longer or shorter while one place stays where it is.

        Parameters
        ----------
        factor : float
            Below 1 shows less, and so shows it larger.
        around : float
            The place that stays.
        whole : Range
            Nothing outside is ever shown.
        least : float
            The shortest it may become.
        """
        size = min(max(self.size * factor, min(least, whole.size)), whole.size)
        share = (around - self.low) / self.size
        low = around - share * size
        return Range(low, low + size).within(whole)

    def refitted(self, before: Range, now: Range, least: float) -> Range:
        """Return it for another whole: all of it if it was all, else what is left of it."""
        if self == before or self.low >= now.high or self.high <= now.low:
            return now
        middle = (self.low + self.high) / 2
        size = min(max(self.size, min(least, now.size)), now.size)
        return Range(middle - size / 2, middle + size / 2).within(now)


class Axis(Protocol):
    """Where numbers stand, and what is written beside them."""

    @property
    def whole(self) -> Range:
        """All that can be shown, in places."""

    @property
    def least(self) -> float:
        """The shortest range worth showing."""

    @property
    def exponent(self) -> int:
        """The power of ten that every number beside the axis is to be multiplied by."""

    def place(self, values: Array) -> Array:
        """Return where numbers stand; NaN for those that have no place."""

    def ticks(self, shown: Range, most: int) -> tuple[Tick, ...]:
        """Return at most about `most` ticks of the range shown."""


@dataclass(frozen=True, slots=True)
class LinearAxis:
    """Numbers at equal distances, divided by a power of ten where they are far from 1."""

    whole: Range
    exponent: int = 0

    @property
    def least(self) -> float:
        """The shortest range worth showing."""
        return self.whole.size / 200.0

    def place(self, values: Array) -> Array:
        """Return where numbers stand; NaN for those that have no place."""
        return np.where(np.isfinite(values), values, np.nan) / 10.0**self.exponent

    def ticks(self, shown: Range, most: int) -> tuple[Tick, ...]:
        """Return ticks at 1, 2 or 5 times a power of ten."""
        power = math.floor(math.log10(shown.size / max(most, 1)))
        steps = ((digit, e) for e in range(power, power + 3) for digit in _NICE)
        digit, power = next((d, e) for d, e in steps if shown.size / (d * 10.0**e) <= most)
        step = digit * 10.0**power
        count = range(math.ceil(shown.low / step - 1e-9), math.floor(shown.high / step + 1e-9) + 1)
        decimals = max(0, -power)
        return tuple((k * step, f"{k * step:z.{decimals}f}".replace("-", "−")) for k in count)


@dataclass(frozen=True, slots=True)
class PowerAxis:
    """The logarithm of positive numbers; places are exponents of ten."""

    low: int
    high: int

    @property
    def whole(self) -> Range:
        """All that can be shown, a little beyond the powers of ten at the ends."""
        margin = 0.03 * (self.high - self.low)
        return Range(self.low - margin, self.high + margin)

    @property
    def least(self) -> float:
        """The shortest range worth showing: about a factor of three."""
        return 0.5

    @property
    def exponent(self) -> int:
        """Always 0: the ticks bear their own powers."""
        return 0

    def place(self, values: Array) -> Array:
        """Return where numbers stand; NaN for those that have no place."""
        shown = np.isfinite(values) & (values > 0.0)
        return np.log10(np.where(shown, values, np.nan))

    def ticks(self, shown: Range, most: int) -> tuple[Tick, ...]:
        """Return ticks at powers of ten, and between them where few powers are shown."""
        first, last = math.ceil(shown.low - 1e-9), math.floor(shown.high + 1e-9)
        if shown.size >= 2.5:
            for stride in _STRIDES:
                powers = [e for e in range(first, last + 1) if e % stride == 0]
                if len(powers) <= max(most, 2):
                    break
            return tuple((float(e), power_of_ten(e)) for e in powers)
        for digits in _DIGITS:
            found = [
                (e + math.log10(d), self._text(d, e))
                for e in range(math.floor(shown.low), math.floor(shown.high) + 1)
                for d in digits
                if shown.low <= e + math.log10(d) <= shown.high
            ]
            if len(found) <= max(most, 2):
                break
        return tuple(found)

    def _text(self, digit: int, exponent: int) -> str:
        if self.low >= -3 and self.high <= 4:
            return f"{digit * 10.0**exponent:.{max(0, -exponent)}f}"
        return power_of_ten(exponent) if digit == 1 else f"{digit}·{power_of_ten(exponent)}"


def linear_axis(lines: Iterable[Array], scale: str) -> LinearAxis:
    """Return the axis that holds every finite number, and zero.

    Parameters
    ----------
    lines : iterable of ndarray, shape (n,)
        The numbers shown, no others: an axis must not tell of what is hidden.
    scale : str
        As `engine.Quantity.scale`; ``"unit"`` always spans 0 to 1.
    """
    finite = [line[np.isfinite(line)] for line in lines]
    together = np.concatenate([np.zeros(1), *finite])
    low, high = float(together.min()), float(together.max())
    if scale == "unit":
        low, high = min(low, 0.0), max(high, 1.0)
    largest = max(-low, high)
    if largest == 0.0:
        low, high, largest = (-1.0, 1.0, 1.0) if scale == "signed" else (0.0, 1.0, 1.0)
    exponent = 0
    if not 1e-2 <= largest < 1e4:
        exponent = max(math.floor(math.log10(largest)), -300)
    low, high = low / 10.0**exponent, high / 10.0**exponent
    margin = _MARGIN * (high - low)
    return LinearAxis(Range(low - margin, high + margin), exponent)


def power_axis(lines: Iterable[Array]) -> PowerAxis:
    """Return the logarithmic axis that holds every positive finite number, between two powers of ten."""
    found = log_axis(lines, least=1)
    return PowerAxis(found.low, found.high)


def step_range(first: int, steps: int) -> Range:
    """Return the range of all steps, with room for the first and the last dot."""
    margin = max(0.4, 0.015 * (steps - first))
    return Range(first - margin, steps + margin)
