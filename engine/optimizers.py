"""How gradients become steps: optimizers as frozen settings with a pure state, and schedules of the rate.

Formulas and defaults are PyTorch's, so that the same gradients give the same numbers there. Nothing is
changed in place: an update returns new arrays, and an old state stays good for going back to.

Examples
--------
>>> import numpy as np
>>> adam = Adam()
>>> parameters = {"w": np.array([1.0, -2.0])}
>>> state = adam.init(parameters)
>>> for _ in range(3):
...     gradients = {"w": 2.0 * parameters["w"]}
...     parameters, state = adam.update(parameters, gradients, state, rate=0.1)
>>> np.round(parameters["w"], 4).tolist(), state.step
([0.7016, -1.7006], 3)

A rate that rises over ten updates, then falls along a cosine:

>>> schedule = WarmUp(10, Cosine(0.1, steps=100))
>>> [round(schedule(step), 3) for step in (1, 10, 60, 110)]
[0.01, 0.1, 0.052, 0.0]
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from typing import TypeAlias

__all__ = [
    "OPTIMIZERS",
    "SGD",
    "Adam",
    "Constant",
    "Cosine",
    "Exponential",
    "Momentum",
    "Optimizer",
    "OptimizerState",
    "RMSProp",
    "Schedule",
    "StepDecay",
    "WarmUp",
]

Array = NDArray[np.float64]
Arrays: TypeAlias = Mapping[str, Array]


@dataclass(frozen=True, eq=False)
class OptimizerState:
    """What an optimizer remembers between updates.

    Attributes
    ----------
    step : int
        Updates made so far.
    memory : mapping of str to (mapping of str to ndarray)
        By what is remembered (``momentum``, ``mean``, ``square``), then by parameter.
    """

    step: int = 0
    memory: Mapping[str, Arrays] = field(default_factory=dict)


class Optimizer(Protocol):
    """What every optimizer can do."""

    def init(self, parameters: Arrays) -> OptimizerState:
        """Give the state before the first update."""

    def update(
        self, parameters: Arrays, gradients: Arrays, state: OptimizerState, rate: float
    ) -> tuple[dict[str, Array], OptimizerState]:
        """Make one update.

        Parameters
        ----------
        parameters, gradients : mapping of str to ndarray
            Same names, same shapes.
        state : OptimizerState
            After the previous update.
        rate : float
            Learning rate of this update.

        Returns
        -------
        parameters, state
            New ones; what was handed in is unchanged.
        """


@dataclass(frozen=True)
class SGD:
    r"""Plain gradient descent: :math:`\theta \leftarrow \theta - \eta\, g`.

    Examples
    --------
    >>> import numpy as np
    >>> new, _ = SGD().update({"w": np.array([1.0])}, {"w": np.array([4.0])}, OptimizerState(), rate=0.25)
    >>> new["w"].tolist()
    [0.0]
    """

    def init(self, parameters: Arrays) -> OptimizerState:
        """Nothing to remember."""
        return OptimizerState()

    def update(
        self, parameters: Arrays, gradients: Arrays, state: OptimizerState, rate: float
    ) -> tuple[dict[str, Array], OptimizerState]:
        """Make one update."""
        with np.errstate(all="ignore"):
            moved = {name: value - rate * gradients[name] for name, value in parameters.items()}
        return moved, OptimizerState(state.step + 1)


@dataclass(frozen=True)
class Momentum:
    r"""Gradient descent with momentum (Polyak 1964) or Nesterov's (1983; Sutskever et al. 2013).

    .. math:: b \leftarrow \mu\, b + g, \qquad \theta \leftarrow \theta - \eta\, b,

    and with Nesterov's :math:`\theta \leftarrow \theta - \eta\, (g + \mu\, b)`. As in PyTorch the rate
    stands outside the sum, so that a change of the rate acts at once.

    Attributes
    ----------
    momentum : float
        :math:`\mu`.
    nesterov : bool
        Look ahead.
    """

    momentum: float = 0.9
    nesterov: bool = False

    def init(self, parameters: Arrays) -> OptimizerState:
        """No motion yet."""
        return OptimizerState(0, {"momentum": _zeros(parameters)})

    def update(
        self, parameters: Arrays, gradients: Arrays, state: OptimizerState, rate: float
    ) -> tuple[dict[str, Array], OptimizerState]:
        """Make one update."""
        moved: dict[str, Array] = {}
        motion: dict[str, Array] = {}
        with np.errstate(all="ignore"):
            for name, value in parameters.items():
                g = gradients[name]
                b = motion[name] = self.momentum * state.memory["momentum"][name] + g
                moved[name] = value - rate * (g + self.momentum * b if self.nesterov else b)
        return moved, OptimizerState(state.step + 1, {"momentum": motion})


@dataclass(frozen=True)
class RMSProp:
    r"""Each entry divided by the root of its recent mean square (Tieleman and Hinton 2012).

    .. math:: v \leftarrow \alpha\, v + (1 - \alpha)\, g^2, \qquad
        \theta \leftarrow \theta - \eta\, g / (\sqrt v + \epsilon)

    Attributes
    ----------
    alpha : float
        How much of the old mean square is kept.
    epsilon : float
        Keeps the divisor from 0.
    """

    alpha: float = 0.99
    epsilon: float = 1e-8

    def init(self, parameters: Arrays) -> OptimizerState:
        """No mean square yet."""
        return OptimizerState(0, {"square": _zeros(parameters)})

    def update(
        self, parameters: Arrays, gradients: Arrays, state: OptimizerState, rate: float
    ) -> tuple[dict[str, Array], OptimizerState]:
        """Make one update."""
        moved: dict[str, Array] = {}
        square: dict[str, Array] = {}
        with np.errstate(all="ignore"):
            for name, value in parameters.items():
                g = gradients[name]
                v = square[name] = self.alpha * state.memory["square"][name] + (1.0 - self.alpha) * (g * g)
                moved[name] = value - rate * (g / (np.sqrt(v) + self.epsilon))
        return moved, OptimizerState(state.step + 1, {"square": square})


@dataclass(frozen=True)
class Adam:
    r"""Mean of the gradient over the root of its mean square, as if both had not started at 0.

    .. math::

        m &\leftarrow \beta_1 m + (1 - \beta_1)\, g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2 \\
        \theta &\leftarrow \theta
        - \frac{\eta}{1 - \beta_1^k} \, \frac{m}{\sqrt{v} / \sqrt{1 - \beta_2^k} + \epsilon}

    at the k-th update (Kingma and Ba 2015).

    Attributes
    ----------
    beta1, beta2 : float
        How much of the old means is kept.
    epsilon : float
        Keeps the divisor from 0.
    """

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def init(self, parameters: Arrays) -> OptimizerState:
        """No means yet."""
        return OptimizerState(0, {"mean": _zeros(parameters), "square": _zeros(parameters)})

    def update(
        self, parameters: Arrays, gradients: Arrays, state: OptimizerState, rate: float
    ) -> tuple[dict[str, Array], OptimizerState]:
        """Make one update."""
        step = state.step + 1
        pace = rate / (1.0 - self.beta1**step)
        root = math.sqrt(1.0 - self.beta2**step)
        moved: dict[str, Array] = {}
        mean: dict[str, Array] = {}
        square: dict[str, Array] = {}
        with np.errstate(all="ignore"):
            for name, value in parameters.items():
                g = gradients[name]
                m = mean[name] = self.beta1 * state.memory["mean"][name] + (1.0 - self.beta1) * g
                v = square[name] = self.beta2 * state.memory["square"][name] + (1.0 - self.beta2) * (g * g)
                moved[name] = value - pace * (m / (np.sqrt(v) / root + self.epsilon))
        return moved, OptimizerState(step, {"mean": mean, "square": square})


OPTIMIZERS: Mapping[str, type[SGD] | type[Momentum] | type[RMSProp] | type[Adam]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "rmsprop": RMSProp,
    "adam": Adam,
}
"""The optimizers by the names used in files."""


def _zeros(parameters: Arrays) -> dict[str, Array]:
    return {name: np.zeros_like(value) for name, value in parameters.items()}


# --------------------------------------------------------------- schedules


class Schedule(Protocol):
    """The learning rate of each update."""

    def __call__(self, step: int) -> float:
        """Give the rate of an update, counted from 1."""


@dataclass(frozen=True)
class Constant:
    """Always the same rate."""

    rate: float

    def __call__(self, step: int) -> float:
        """Give the rate of an update, counted from 1."""
        return self.rate


@dataclass(frozen=True)
class StepDecay:
    r"""The rate times ``factor`` once in n updates: :math:`\eta\, \gamma^{\lfloor (k-1) / n \rfloor}`.

    Examples
    --------
    >>> [StepDecay(0.8, every=2, factor=0.5)(step) for step in range(1, 6)]
    [0.8, 0.8, 0.4, 0.4, 0.2]
    """

    rate: float
    every: int
    factor: float = 0.1

    def __call__(self, step: int) -> float:
        """Give the rate of an update, counted from 1."""
        return float(self.rate * self.factor ** ((step - 1) // self.every))


@dataclass(frozen=True)
class Exponential:
    r"""The rate times ``factor`` after every update: :math:`\eta\, \gamma^{k - 1}`."""

    rate: float
    factor: float

    def __call__(self, step: int) -> float:
        """Give the rate of an update, counted from 1."""
        return float(self.rate * self.factor ** (step - 1))


@dataclass(frozen=True)
class Cosine:
    r"""Half a cosine from ``rate`` down to ``least`` in ``steps`` updates, and there it stays.

    .. math:: \eta_k = \eta_{\min} + \tfrac12 (\eta - \eta_{\min})
        \left(1 + \cos\left(\pi\, \min\left(\tfrac{k - 1}{n}, 1\right)\right)\right)

    (Loshchilov and Hutter 2017, without restarts).
    """

    rate: float
    steps: int
    least: float = 0.0

    def __call__(self, step: int) -> float:
        """Give the rate of an update, counted from 1."""
        part = min((step - 1) / self.steps, 1.0)
        return self.least + (self.rate - self.least) * (1.0 + math.cos(math.pi * part)) / 2.0


@dataclass(frozen=True)
class WarmUp:
    """A rate that rises evenly over ``steps`` updates, then follows another schedule from its start.

    Attributes
    ----------
    steps : int
        Update k of them has k/steps of the rate that the schedule starts with.
    then : callable
        The schedule that follows; its update 1 is the one after the rise.
    """

    steps: int
    then: Schedule

    def __call__(self, step: int) -> float:
        """Give the rate of an update, counted from 1."""
        if step <= self.steps:
            return self.then(1) * step / self.steps
        return self.then(step - self.steps)
