"""How far a number may lie from the key of a numeric question."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .model import NumericAnswer

DEFAULT_RELATIVE = 0.01

# What rounding to float64 may add to a difference that sits exactly on the edge.
_SLACK = 1e-9


def margin(answer: NumericAnswer, key: float) -> float:
    """Return how far from the key a number may lie.

    Parameters
    ----------
    answer : NumericAnswer
        Its `relative`, `absolute` or `digits` says how; without any of them it is 1 % of the key. `digits`
        are significant ones: half a unit of the last of them, as rounding leaves it. The widest counts.
    key : float
        The right number.

    Returns
    -------
    float
        Never negative.
    """
    margins: list[float] = []
    if answer.absolute is not None:
        margins.append(answer.absolute)
    if answer.digits is not None:
        leading = math.floor(math.log10(abs(key))) if key else 0
        margins.append(0.5 * 10.0 ** (leading - answer.digits + 1))
    if answer.relative is not None or not margins:
        margins.append((DEFAULT_RELATIVE if answer.relative is None else answer.relative) * abs(key))
    return max(margins)


def accepts(answer: NumericAnswer, key: float, value: float) -> bool:
    """Tell whether a number counts as the key."""
    allowed = margin(answer, key)
    return abs(value - key) <= allowed + _SLACK * (allowed + 1e-3 * abs(key))
