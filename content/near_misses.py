"""What can honestly be said about a wrong number that no diagnosis fits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .tolerance import accepts, margin

if TYPE_CHECKING:
    from collections.abc import Callable

    from .model import NumericAnswer

_MOST_PLACES = 6
_CLOSE = 5.0


def describe_miss(answer: NumericAnswer, key: float, value: float) -> str:
    """Say how a wrong number differs from the key, without giving the key away.

    Parameters
    ----------
    answer : NumericAnswer
        Whose tolerance decides what counts as equal.
    key, value : float
        The right number, not 0, and the wrong one.

    Returns
    -------
    str
        One or two sentences; each of them is true of these two numbers.
    """

    def fits(other: float) -> bool:
        return math.isfinite(other) and accepts(answer, key, other)

    if value == 0:
        return "The right number is not 0."
    if fits(-value):
        return "The size is right, but the sign is not."
    if (places := _shifted_places(fits, value)) is not None:
        return f"The digits are right, but {_point(places)}."
    if (places := _shifted_places(fits, -value)) is not None:
        return f"The digits are right, but the sign is not, and {_point(places)}."
    if fits(1.0 / value):
        return "That is one divided by the right number."
    if abs(value - key) <= _CLOSE * margin(answer, key):
        if value.is_integer() and key.is_integer():
            return "Close, but not the right number."  # a count: no rounding on the way could be to blame
        return "Close, but outside the tolerance. Keep more digits on the way and round only at the end."
    if value * key < 0:
        return "The sign is not right, and neither is the size."
    if key > 0:  # and so is the value: where nobody doubted the sign, it is not praised
        return f"The number is too {'large' if value > key else 'small'}."
    further = abs(value) > abs(key)
    return f"The sign is right, but the number is too {'far from' if further else 'close to'} 0."


def _shifted_places(fits: Callable[[float], bool], value: float) -> int | None:
    """Return how many places the point stands too far right (left: negative), if that is all."""
    for places in range(1, _MOST_PLACES + 1):
        if fits(value / 10.0**places):
            return places
        if fits(value * 10.0**places):
            return -places
    return None


def _point(places: int) -> str:
    count = abs(places)
    factor = 10**count
    return (
        f"the point is off by {count} place{'s' if count > 1 else ''}: "
        f"the number is {factor} times too {'large' if places > 0 else 'small'}"
    )
