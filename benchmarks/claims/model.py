"""A published result and its rerun: who claimed what, how it is measured, what would confirm it."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Claim", "Figure", "Figures", "Spread", "Verdict", "spread"]


@dataclass(frozen=True)
class Figure:
    """One measured number of a claim.

    Attributes
    ----------
    name : str
        Key in what the claim's function returns.
    what : str
        What it is, as it stands in the table.
    published : str
        The figure of the source for the same thing; empty where it prints none.
    form : str
        Format specification of a number.
    never : str
        What stands for inf: "not within 9,600". Empty where inf cannot come.
    """

    name: str
    what: str
    published: str = ""
    form: str = ".3g"
    never: str = ""

    def text(self, spread: Spread) -> str:
        """Write median and range."""
        return spread.text(self.form, self.never or "inf")


@dataclass(frozen=True)
class Spread:
    """Median and range over seeds; of what was never reached, inf."""

    median: float
    low: float
    high: float
    values: tuple[float, ...]

    def share(self, holds: Callable[[float], bool]) -> float:
        """Share of the seeds whose value passes a test."""
        return sum(map(holds, self.values)) / len(self.values)

    def tally(self, holds: Callable[[float], bool] = math.isfinite) -> str:
        """Say in how many of the seeds a test passes: “4 of 5”. Without a test: where it was reached."""
        return f"{sum(map(holds, self.values))} of {len(self.values)}"

    def text(self, form: str, never: str = "never") -> str:
        """Write median and range: “0.47 (0.46 to 0.49)”."""
        median, low, high = (
            never if value == math.inf else format(value, form)
            for value in (self.median, self.low, self.high)
        )
        return median if low == high else f"{median} ({low} to {high})"


def spread(values: Sequence[float]) -> Spread:
    """Median and range of at least one number.

    Between a finite number and inf the median is inf: what half of the seeds never reached was not reached.
    """
    return Spread(statistics.median(values), min(values), max(values), tuple(values))


Figures = dict[str, Spread]
"""What all seeds gave, by the figures' names."""


@dataclass(frozen=True)
class Verdict:
    """Whether it reproduces.

    Attributes
    ----------
    word : str
        ``yes``, ``in part`` or ``no``.
    why : str
        A sentence with the numbers that decide it.
    """

    word: str
    why: str


@dataclass(frozen=True)
class Claim:
    """A published result and its rerun.

    Attributes
    ----------
    name : str
        For the command line.
    title : str
        In the table.
    source : str
        Paper, and the table or figure in it.
    setting : str
        Ours, in a line.
    figures : tuple of Figure
        What is measured.
    measure : callable
        Of a seed and of the effort (1 in earnest, less to try the machinery); pure. Gives every figure.
    judge : callable
        Of the spreads of all figures. What counts as a success is fixed here, before the run.
    claimed : str
        What the source says.
    scaled : str
        How ours differs from it, and what counts as a success.
    seeds : int
        How many by default.
    weight : float
        About how many seconds a seed takes: long ones begin first.
    """

    name: str
    title: str
    source: str
    setting: str
    figures: tuple[Figure, ...]
    measure: Callable[[int, float], Mapping[str, float]]
    judge: Callable[[Figures], Verdict]
    claimed: str
    scaled: str
    seeds: int = 5
    weight: float = 10.0
