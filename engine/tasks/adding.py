"""The adding problem: keep two numbers among many and add them up. Its two forms must not be mixed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from .base import Array, Baseline, Batch, Flags, Task, last_step, marked_at, require, share, within

if TYPE_CHECKING:
    from engine.draws import Draws

__all__ = ["Adding", "PlainAdding"]


@dataclass(frozen=True)
class Adding(Task):
    r"""The adding problem as it was first set (Hochreiter and Schmidhuber 1997, experiment 4).

    Each step brings a number from U(-1, 1) and a marker. Two numbers are marked by 1: one of the first ten
    (:math:`X_1`) and one of the first T/2 - 1 that are then unmarked (:math:`X_2`); the first and the last
    marker are -1, the others 0. Should the first number get marked, it is set to 0. The target at the last
    step is

    .. math:: 0.5 + (X_1 + X_2) / 4 \in [0, 1].

    Attributes
    ----------
    length : int
        T, from 20. Each sequence has T to T + T/10 steps, each length as likely.

    Notes
    -----
    Whoever always says 0.5 has a mean squared error of :math:`\frac{1}{16} (\frac13 + \frac13) = 1/24 =
    .0417` while both numbers are there. With probability :math:`p = \frac{1}{10} + \frac{9}{10}
    \frac{1}{T/2 - 1}` one of them is 0, so the figure is :math:`(2 - p) / 48`. It cannot be compared with
    that of :class:`PlainAdding`, which has another target.

    Examples
    --------
    >>> from engine.draws import Draws
    >>> batch = Adding(100).batch(8, Draws(0, "adding"))
    >>> batch.x.shape[1:], batch.judged.sum(axis=0).tolist()
    ((8, 2), [1, 1, 1, 1, 1, 1, 1, 1])
    """

    length: int = 100
    name: ClassVar[str] = "adding"
    loss: ClassVar[str] = "squared-error"
    measure: ClassVar[str] = "share of the sequences whose error is below 0.04"

    def __post_init__(self) -> None:
        require(self.length >= 20, "the adding problem of 1997 needs at least 20 steps")

    @property
    def inputs(self) -> int:
        """A number and a marker."""
        return 2

    @property
    def outputs(self) -> int:
        """One number."""
        return 1

    @property
    def baseline(self) -> Baseline:
        """What the constant 0.5 gets."""
        rare = 0.1 + 0.9 / (self.length // 2 - 1)
        # |X1 + X2| < 0.16 for two uniform numbers (a triangle's middle), or for one.
        near = (1.0 - rare) * (0.16 - 0.16**2 / 4.0) + rare * 0.16
        return Baseline(
            (2.0 - rare) / 48.0, near, 0.0, "always 0.5, the mean: the loss is the variance of (X1 + X2) / 4"
        )

    def batch(self, size: int, draws: Draws) -> Batch:
        """Draw sequences of T to 1.1 T steps."""
        lengths = draws.integers(self.length, self.length + self.length // 10 + 1, size)
        steps, columns = int(lengths.max()), np.arange(size)
        mask = within(steps, lengths)
        first = draws.integers(0, 10, size)
        # Of the first T/2 numbers without X1; those from X1 on move up by one place.
        second = draws.integers(0, self.length // 2 - 1, size)
        second += second >= first
        values = np.where(mask, draws.uniform(-1.0, 1.0, steps, size), 0.0)
        marker = np.zeros((steps, size))
        marker[0] = -1.0
        marker[lengths - 1, columns] = -1.0
        marker[first, columns] = 1.0
        marker[second, columns] = 1.0
        values[0, marker[0] == 1.0] = 0.0
        target = np.zeros((steps, size, 1))
        total = values[first, columns] + values[second, columns]
        target[lengths - 1, columns, 0] = 0.5 + total / 4.0
        return Batch(np.stack([values, marker], axis=2), target, marked_at(steps, lengths - 1), mask)

    def score(self, y: Array, batch: Batch) -> float:
        """Share of the sequences whose error is below 0.04."""
        return share(_near(y, batch, 0.04), batch)


@dataclass(frozen=True)
class PlainAdding(Task):
    r"""The adding problem with a plain sum: the form that most papers since 2011 use.

    Each step brings a number from U(low, high) and a marker, 1 at one step of each half and 0 elsewhere. The
    target at the last step is :math:`X_1 + X_2`. With U(0, 1) it is the form of Le, Jaitly and Hinton (2015)
    and Arjovsky, Shah and Bengio (2016).

    Attributes
    ----------
    length : int
        Number of steps T, from 2; all sequences are of the same length.
    low, high : float
        Range of the numbers.

    Notes
    -----
    The constant low + high, the mean, has the mean squared error :math:`2 (high - low)^2 / 12`: 1/6 = .1667
    on U(0, 1), 2/3 on U(-1, 1). Adding up only the second number, with the mean of the first, has half of it.

    Examples
    --------
    >>> round(PlainAdding(50).baseline.loss, 4), round(PlainAdding(50, low=-1.0).baseline.loss, 4)
    (0.1667, 0.6667)
    """

    length: int = 100
    low: float = 0.0
    high: float = 1.0
    name: ClassVar[str] = "plain-adding"
    loss: ClassVar[str] = "squared-error"
    measure: ClassVar[str] = "share of the sequences whose error is below 0.04"

    def __post_init__(self) -> None:
        require(self.length >= 2, "adding two numbers needs at least 2 steps")
        require(self.low < self.high, "the numbers need a range: low below high")

    @property
    def inputs(self) -> int:
        """A number and a marker."""
        return 2

    @property
    def outputs(self) -> int:
        """One number."""
        return 1

    @property
    def baseline(self) -> Baseline:
        """What the constant low + high gets."""
        width = self.high - self.low
        reach = min(0.04 / width, 1.0)  # of the sum of two U(0, 1), around its mean
        return Baseline(
            width * width / 6.0,
            2.0 * reach - reach * reach,
            0.0,
            "always low + high, the mean: the loss is the variance of X1 + X2",
        )

    def batch(self, size: int, draws: Draws) -> Batch:
        """Draw sequences of T steps."""
        half, columns = self.length // 2, np.arange(size)
        first = draws.integers(0, half, size)
        second = draws.integers(half, self.length, size)
        values = draws.uniform(self.low, self.high, self.length, size)
        marker = np.zeros((self.length, size))
        marker[first, columns] = 1.0
        marker[second, columns] = 1.0
        target = np.zeros((self.length, size, 1))
        target[-1, :, 0] = values[first, columns] + values[second, columns]
        return Batch(np.stack([values, marker], axis=2), target, last_step(self.length, size))

    def score(self, y: Array, batch: Batch) -> float:
        """Share of the sequences whose error is below 0.04."""
        return share(_near(y, batch, 0.04), batch)


def _near(y: Array, batch: Batch, error: float) -> Flags:
    return np.asarray(np.abs(y - batch.target)[:, :, 0] < error)
