"""Tasks about series: a wave to continue, a window to look through, bits that depend on older bits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from .base import Array, Baseline, Batch, Task, explained, require

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.draws import Draws

__all__ = ["Sine", "TwoLags", "WindowedAverage"]


@dataclass(frozen=True)
class Sine(Task):
    r"""The next value of a sine wave of unknown phase and period. A teaching task, of no one paper.

    .. math:: x_t = \sin(2 \pi t / P + \varphi), \qquad \text{target}_t = x_{t+1}

    Attributes
    ----------
    length : int
        Number of steps T.
    shortest, longest : float
        The period P is drawn evenly between these, in steps; above 2, or the wave could not be told from a
        slower one.

    Notes
    -----
    The phase is uniform, so the constant 0 has the mean squared error 1/2 at every step, whatever the
    period. Saying the last value again has 1 - cos(2 pi / P): :meth:`repetition`. Two values and the
    period's cosine settle the next one, :math:`x_{t+1} = 2 \cos(2 \pi / P)\, x_t - x_{t-1}`.

    Examples
    --------
    >>> Sine().baseline.loss, round(Sine.repetition(20.0), 4)
    (0.5, 0.0489)
    """

    length: int = 50
    shortest: float = 10.0
    longest: float = 30.0
    name: ClassVar[str] = "sine"
    loss: ClassVar[str] = "squared-error"
    measure: ClassVar[str] = (
        "share of the variance that is explained (below 0 where it is worse than the constant 0)"
    )

    def __post_init__(self) -> None:
        require(self.length >= 1, "a wave has at least 1 step")
        require(2.0 < self.shortest <= self.longest, "a period is more than 2 steps, shortest before longest")

    @property
    def inputs(self) -> int:
        """One value."""
        return 1

    @property
    def outputs(self) -> int:
        """One value."""
        return 1

    @property
    def baseline(self) -> Baseline:
        """What the constant 0 gets."""
        return Baseline(0.5, 0.0, 0.0, "always 0: the mean square of a sine")

    @staticmethod
    def repetition(period: float) -> float:
        """Mean squared error of saying the last value again."""
        return 1.0 - math.cos(2.0 * math.pi / period)

    def batch(self, size: int, draws: Draws) -> Batch:
        """Draw waves of T steps."""
        step = 2.0 * np.pi / draws.uniform(self.shortest, self.longest, size)
        phase = draws.uniform(0.0, 2.0 * np.pi, size)
        wave = np.sin(np.arange(1, self.length + 2)[:, np.newaxis] * step + phase)[:, :, np.newaxis]
        return Batch(wave[:-1], wave[1:], np.ones((self.length, size), dtype=np.bool_))

    def score(self, y: Array, batch: Batch) -> float:
        """Share of the variance that is explained."""
        return explained(y, batch, self.baseline.loss)


@dataclass(frozen=True)
class WindowedAverage(Task):
    r"""The mean of the inputs around each step, future ones too: what only a bidirectional net can say.

    .. math:: \text{target}_t = \frac{1}{n} \sum_{k = t - \text{past}}^{t + \text{future}} x_k, \qquad
        n = \text{past} + 1 + \text{future}

    with x drawn from U(-1, 1), and 0 before the first step and behind the last. The idea is that of
    Schuster and Paliwal (1997).

    Attributes
    ----------
    length : int
        Number of steps T.
    past, future : int
        How far the window reaches.

    Notes
    -----
    Each number in the window brings a variance of :math:`1 / (3 n^2)`. The constant 0 pays for all of them;
    a net that reads forward pays for those to come at least, whatever it does: :attr:`causal`. At both ends
    the window holds fewer; the figures here count them exactly.

    Examples
    --------
    >>> task = WindowedAverage(60)
    >>> round(task.baseline.loss, 4), round(task.causal, 4)
    (0.0356, 0.0195)
    """

    length: int = 60
    past: int = 3
    future: int = 5
    name: ClassVar[str] = "windowed-average"
    loss: ClassVar[str] = "squared-error"
    measure: ClassVar[str] = (
        "share of the variance that is explained (below 0 where it is worse than the constant 0)"
    )

    def __post_init__(self) -> None:
        require(self.length >= 1, "a series has at least 1 step")
        require(self.past >= 0 and self.future >= 0, "a window reaches 0 or more steps back and ahead")

    @property
    def inputs(self) -> int:
        """One value."""
        return 1

    @property
    def outputs(self) -> int:
        """One value."""
        return 1

    @property
    def width(self) -> int:
        """Number n of steps in the window."""
        return self.past + 1 + self.future

    @property
    def baseline(self) -> Baseline:
        """What the constant 0 gets."""
        loss = self._variance(self.past) + self._variance(self.future) + 1.0 / (3.0 * self.width**2)
        return Baseline(loss, 0.0, 0.0, "always 0: the variance of the mean")

    @property
    def causal(self) -> float:
        """The mean squared error that no net goes below which has not read the future."""
        return self._variance(self.future)

    def _variance(self, reach: int) -> float:
        """Variance that the numbers up to ``reach`` steps away on one side bring, mean over the steps."""
        inside = sum(min(reach, step) for step in range(self.length))
        return inside / self.length / (3.0 * self.width**2)

    def batch(self, size: int, draws: Draws) -> Batch:
        """Draw series of T steps."""
        x = draws.uniform(-1.0, 1.0, self.length, size)
        padded = np.zeros((self.length + self.past + self.future, size))
        padded[self.past : self.past + self.length] = x
        windows = np.lib.stride_tricks.sliding_window_view(padded, self.width, axis=0)
        target = windows.mean(axis=2)[:, :, np.newaxis]
        return Batch(x[:, :, np.newaxis], target, np.ones((self.length, size), dtype=np.bool_))

    def score(self, y: Array, batch: Batch) -> float:
        """Share of the variance that is explained."""
        return explained(y, batch, self.baseline.loss)


@dataclass(frozen=True)
class TwoLags(Task):
    r"""Bits that depend on two older ones, with known floors for each memory span.

    The inputs are fair coins, and

    .. math:: P(y_t = 1) = \tfrac12 + \tfrac12 x_{t-3} - \tfrac14 x_{t-8}.

    Made to show truncated backpropagation at work: whoever has found neither dependency, the first, or
    both, stands at one of three losses (after the toy series of the blog R2RT, 2016).

    Attributes
    ----------
    length : int
        Number of steps T of a stream. The bits before its first step were drawn too, and not shown.
    first, second : int
        The two lags.

    Notes
    -----
    Floors in nats, by arithmetic: none H(5/8) = .6616; first (H(3/8) + H(7/8)) / 2 = .5192; both
    (H(1/2) + H(1/4) + H(1) + H(3/4)) / 4 = .4545, with H(p) the entropy of a bit that is 1 with probability
    p. They hold where the older bits were shown: from the step after the longer lag on.

    Examples
    --------
    >>> {name: round(loss, 4) for name, loss in TwoLags().floors.items()}
    {'none': 0.6616, 'first': 0.5192, 'both': 0.4545}
    """

    length: int = 100
    first: int = 3
    second: int = 8
    name: ClassVar[str] = "two-lags"
    loss: ClassVar[str] = "binary-cross-entropy"
    measure: ClassVar[str] = "share of the bits foretold right; 3/4 at best"

    def __post_init__(self) -> None:
        require(self.length >= 1, "a stream has at least 1 step")
        require(self.first >= 0 and self.second >= 0, "a lag is 0 or more")
        require(self.first != self.second, "two lags differ")

    @property
    def inputs(self) -> int:
        """One bit."""
        return 1

    @property
    def outputs(self) -> int:
        """One bit."""
        return 1

    @property
    def floors(self) -> Mapping[str, float]:
        """The loss of who knows neither dependency (``none``), the ``first`` alone, or ``both``; in nats."""
        chance = {bits: 0.5 + 0.5 * bits[0] - 0.25 * bits[1] for bits in product((0, 1), repeat=2)}
        first = [(chance[bit, 0] + chance[bit, 1]) / 2.0 for bit in (0, 1)]
        return MappingProxyType(
            {
                "none": _entropy(sum(chance.values()) / 4.0),
                "first": sum(map(_entropy, first)) / 2.0,
                "both": sum(map(_entropy, chance.values())) / 4.0,
            }
        )

    @property
    def baseline(self) -> Baseline:
        """What one gets who knows how often the bit is 1."""
        floors = self.floors
        return Baseline(floors["none"], 0.625, floors["both"], "always 1 with probability 5/8, the mean")

    def batch(self, size: int, draws: Draws) -> Batch:
        """Draw streams of T steps."""
        before = max(self.first, self.second)
        x = draws.integers(0, 2, before + self.length, size).astype(np.float64)
        near = x[before - self.first : before - self.first + self.length]
        far = x[before - self.second : before - self.second + self.length]
        y = draws.unit(self.length, size) < 0.5 + 0.5 * near - 0.25 * far
        every = np.ones((self.length, size), dtype=np.bool_)
        return Batch(x[before:, :, np.newaxis], y.astype(np.float64)[:, :, np.newaxis], every)

    def score(self, y: Array, batch: Batch) -> float:
        """Share of the bits foretold right."""
        return float(((y > 0.0) == (batch.target > 0.5))[:, :, 0][batch.judged].mean())


def _entropy(p: float) -> float:
    """Entropy in nats of a bit that is 1 with probability p."""
    return -sum(q * math.log(q) for q in (p, 1.0 - p) if q > 0.0)
