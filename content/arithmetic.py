"""Operators between values: arithmetic, comparison and conditions, elementwise, with finite results only."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

import numpy as np

from .functions import Array, Axis, Floats, Value, floats_of, wrap
from .syntax import ExpressionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

OUT_OF_RANGE = "the value left the range of numbers"

_ARITHMETIC: dict[str, Callable[[Floats, Floats], Floats]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "**": np.power,
}
_COMPARE: dict[str, Callable[[Floats, Floats], NDArray[np.bool_]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def finite(value: Value, offset: int) -> Value:
    """Return a value that is finite throughout; anything else is an error."""
    data = value.data if isinstance(value, Array) else value
    if not np.all(np.isfinite(data)):
        raise ExpressionError(OUT_OF_RANGE, offset)
    return value


def axes_of(left: Value, right: Value) -> tuple[Axis, ...]:
    """Return the axes of what two values of fitting shapes give together."""
    if isinstance(left, Array):
        return left.axes
    return right.axes if isinstance(right, Array) else ()


def check_shapes(left: NDArray[np.generic], right: NDArray[np.generic], offset: int) -> None:
    """See to it that two arrays have one shape, or one of them is a number."""
    if left.ndim and right.ndim and left.shape != right.shape:
        sizes = [" by ".join(str(size) for size in data.shape) for data in (left, right)]
        raise ExpressionError(f"{sizes[0]} numbers do not fit {sizes[1]}", offset)


def conditions_of(value: Value, offset: int) -> NDArray[np.bool_]:
    """Return the conditions of a value as an array; numbers are an error."""
    data = value.data if isinstance(value, Array) else np.asarray(value)
    if data.dtype != np.bool_:
        raise ExpressionError("a condition is needed here, such as f[3, 5] > 0.9", offset)
    return np.asarray(data, dtype=np.bool_)


def combine(sign: str, left: Value, right: Value, offset: int) -> Value:
    """Join two values by `+ - * /` or `**`.

    Parameters
    ----------
    sign : str
        The operator.
    left, right : Value
        Numbers, or arrays of one shape.
    offset : int
        Where the operator stands, for errors.

    Raises
    ------
    ExpressionError
        For a division by zero, a root of a negative number and a result that is not finite.
    FunctionError
        For conditions.
    """
    a, b = floats_of(left), floats_of(right)
    check_shapes(a, b, offset)
    if (sign == "/" and np.any(b == 0)) or (sign == "**" and np.any((a == 0) & (b < 0))):
        raise ExpressionError("division by zero", offset)
    if sign == "**" and np.any((a < 0) & (b != np.round(b))):
        raise ExpressionError("a negative number has no such power", offset)
    return finite(wrap(np.asarray(_ARITHMETIC[sign](a, b)), axes_of(left, right)), offset)


def compare(sign: str, left: Value, right: Value, offset: int) -> Value:
    """Compare two values elementwise; errors as `combine`."""
    a, b = floats_of(left), floats_of(right)
    check_shapes(a, b, offset)
    return wrap(np.asarray(_COMPARE[sign](a, b)), axes_of(left, right))
