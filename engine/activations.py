"""Activation functions and their slopes, written as functions of the *output* where that is exact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ACTIVATIONS", "Activation", "sigmoid"]

Array = NDArray[np.float64]


def sigmoid(z: Array) -> Array:
    r"""Logistic sigmoid :math:`\sigma(z) = 1 / (1 + e^{-z})`, without overflow at either end.

    Parameters
    ----------
    z : ndarray
        Any shape.

    Returns
    -------
    ndarray
        Values strictly between 0 and 1 as far as float64 can tell, same shape.
    """
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, e) / (1.0 + e)


@dataclass(frozen=True, eq=False, repr=False)
class Activation:
    """A squashing function with its slope.

    Attributes
    ----------
    name : str
        As written in a bank.
    symbol : str
        LaTeX of the function.
    apply : callable
        ``z -> a``.
    slope : callable
        ``(z, a) -> da/dz``.
    gamma : float
        Largest slope, the gamma of Pascanu, Mikolov and Bengio (2013), section 2.1.
    """

    name: str
    symbol: str
    apply: Callable[[Array], Array]
    slope: Callable[[Array, Array], Array]
    gamma: float


def _tanh(z: Array) -> Array:
    return np.asarray(np.tanh(z))


def _relu(z: Array) -> Array:
    return np.maximum(z, 0.0)


def _identity(z: Array) -> Array:
    return z


ACTIVATIONS: dict[str, Activation] = {
    "tanh": Activation("tanh", r"\tanh", _tanh, lambda z, a: 1.0 - a * a, 1.0),
    "sigmoid": Activation("sigmoid", r"\sigma", sigmoid, lambda z, a: a * (1.0 - a), 0.25),
    "relu": Activation("relu", r"\mathrm{ReLU}", _relu, lambda z, a: (z > 0.0).astype(a.dtype), 1.0),
    "identity": Activation("identity", "", _identity, lambda z, a: np.ones_like(a), 1.0),
}
