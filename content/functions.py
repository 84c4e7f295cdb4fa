"""The functions of the expression language over numbers and arrays of numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

Floats: TypeAlias = NDArray[np.float64]


class FunctionError(ValueError):
    """A function that has no value for what it was given; the message says why."""


@dataclass(frozen=True)
class Axis:
    """One axis of an array: what is counted along it, and which number its first entry has on screen."""

    kind: str
    """`step`, `unit`, `row` (of a matrix) or `column`."""
    first: int = 1


@dataclass(frozen=True)
class Array:
    """Numbers or conditions with the meaning of their axes."""

    data: NDArray[np.float64] | NDArray[np.bool_]
    axes: tuple[Axis, ...]


Value: TypeAlias = float | bool | Array
"""What an expression can be worth; a number of no axis is always a plain `float` or `bool`."""


def wrap(data: Floats | NDArray[np.bool_], axes: tuple[Axis, ...]) -> Value:
    """Give an array its axes; one number alone becomes a plain one."""
    if data.ndim > 0:
        return Array(data, axes)
    return bool(data) if data.dtype == np.bool_ else float(data)


def floats_of(value: Value) -> Floats:
    """Return the numbers of a value as an array.

    Raises
    ------
    FunctionError
        For a condition.
    """
    data = value.data if isinstance(value, Array) else np.asarray(value)
    if data.dtype == np.bool_:
        raise FunctionError("a number is needed here, this is true or false")
    return np.asarray(data, dtype=np.float64)


def _elementwise(function: Callable[[Floats], Floats]) -> Callable[[Value], Value]:
    def apply(value: Value) -> Value:
        result = np.asarray(function(floats_of(value)))
        return wrap(result, value.axes if isinstance(value, Array) else ())

    return apply


def _logarithm(function: Callable[[Floats], Floats], name: str) -> Callable[[Value], Value]:
    def apply(value: Value) -> Value:
        data = floats_of(value)
        if np.any(data <= 0):
            raise FunctionError(f"{name} is taken of positive numbers only")
        return _elementwise(function)(value)

    return apply


def _root(value: Value) -> Value:
    if np.any(floats_of(value) < 0):
        raise FunctionError("sqrt is taken of numbers from 0 on only")
    return _elementwise(np.sqrt)(value)


def _reducing(function: Callable[[Floats], np.float64]) -> Callable[[Value], Value]:
    return lambda value: float(function(floats_of(value)))


def _extreme(function: Callable[[Floats], np.float64], name: str) -> Callable[..., Value]:
    def apply(*values: Value) -> Value:
        if len(values) > 1 and any(isinstance(value, Array) for value in values):
            raise FunctionError(f"{name} of several values takes single numbers")
        return float(function(np.concatenate([floats_of(value).ravel() for value in values])))

    return apply


def _norm(value: Value) -> Value:
    """Take the length of a vector; of steps by units the length at every step; of a matrix Frobenius'."""
    data = floats_of(value)
    if isinstance(value, Array) and tuple(axis.kind for axis in value.axes) == ("step", "unit"):
        return Array(np.asarray(np.linalg.norm(data, axis=1)), value.axes[:1])
    return float(np.linalg.norm(data))


def _argmax(value: Value) -> Value:
    data = floats_of(value)
    if data.ndim > 1:
        raise FunctionError("argmax is taken of one row of numbers: name a step or a unit")
    if not isinstance(value, Array):
        return 1.0
    return float(np.argmax(data) + value.axes[0].first)


def _count(value: Value) -> Value:
    data = value.data if isinstance(value, Array) else np.asarray(value)
    if data.dtype != np.bool_:
        raise FunctionError("count takes a condition, such as count(f[1..T, 5] > 0.9)")
    return float(np.count_nonzero(data))


def _slope(value: Value) -> Value:
    """Take the slope of the best straight line (least squares) through evenly spaced numbers."""
    data = floats_of(value)
    if data.ndim != 1 or data.size < 2:
        raise FunctionError("slope is taken of one row of two or more numbers")
    places = np.arange(data.size, dtype=np.float64)
    places -= places.mean()
    return float(places @ (data - data.mean()) / (places @ places))


def _half_life(value: Value) -> Value:
    """Tell after how many steps a constant factor has halved what it multiplies: ln(1/2) / ln(factor)."""
    if isinstance(value, Array) or not 0 < floats_of(value) < 1:
        raise FunctionError("half_life is taken of one factor per step, between 0 and 1")
    return math.log(0.5) / math.log(float(value))


def _square(value: Value, name: str) -> Floats:
    data = np.atleast_2d(floats_of(value))
    if data.shape[0] != data.shape[1]:
        raise FunctionError(f"{name} is taken of a square matrix, this is {data.shape[0]} by {data.shape[1]}")
    return data


def _spectral_radius(value: Value) -> Value:
    return float(np.abs(np.linalg.eigvals(_square(value, "spectral_radius"))).max())


def _singular_values(value: Value) -> Value:
    """List the singular values from the largest down."""
    data = np.atleast_2d(floats_of(value))
    found = np.asarray(np.linalg.svd(data, compute_uv=False), dtype=np.float64)
    return Array(found, (Axis("row"),)) if found.size > 1 else float(found[0])


@dataclass(frozen=True)
class Function:
    """A function and how many values it takes at most."""

    apply: Callable[..., Value]
    most: int = 1


FUNCTIONS: dict[str, Function] = {
    "abs": Function(_elementwise(np.abs)),
    "log10": Function(_logarithm(np.log10, "log10")),
    "log": Function(_logarithm(np.log, "log")),
    "exp": Function(_elementwise(np.exp)),
    "sqrt": Function(_root),
    "min": Function(_extreme(np.min, "min"), 8),
    "max": Function(_extreme(np.max, "max"), 8),
    "mean": Function(_reducing(np.mean)),
    "sum": Function(_reducing(np.sum)),
    "norm": Function(_norm),
    "argmax": Function(_argmax),
    "count": Function(_count),
    "slope": Function(_slope),
    "half_life": Function(_half_life),
    "spectral_radius": Function(_spectral_radius),
    "singular_values": Function(_singular_values),
}
