"""Numbers taken out of a run, checked to be numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .arithmetic import OUT_OF_RANGE
from .functions import Axis, Floats, Value, wrap
from .syntax import Entry, ExpressionError

if TYPE_CHECKING:
    from engine import Run

_PARAMETER_NAMES = {"hh": "weight_hh_l0", "ih": "weight_ih_l0", "y": "weight_y"}
_BIAS_NAMES = {"ih": "bias_ih_l0", "hh": "bias_hh_l0", "y": "bias_y"}


def parameter(node: Entry, run: Run) -> Floats:
    """Return a weight or bias of a run, or its gradient, as packed by PyTorch: all gates below each other.

    Raises
    ------
    ExpressionError
        For one that this network does not have.
    """
    source = run.weight_gradient if node.gradient else run.parameters.__getitem__
    if node.kind == "weight":
        name = _PARAMETER_NAMES[node.part]
    elif node.part:
        name = _BIAS_NAMES[node.part]
    else:
        name = _BIAS_NAMES["ih"]
    if name not in run.parameters:
        raise ExpressionError(f"this network has no {node.spelling}", node.offset)
    data = np.asarray(source(name), dtype=np.float64)
    other = _BIAS_NAMES["hh"]
    if node.kind == "bias" and not node.part and not node.gradient and other in run.parameters:
        # Only the sum of both biases enters the equations; it is what the screen shows as the bias.
        data = data + np.asarray(run.parameters[other])
    return data


def read(data: Floats, axes: tuple[Axis, ...], run: Run, offset: int) -> Value:
    """Take numbers out of a run; where they left the range, say at which step they did."""
    if not np.all(np.isfinite(data)):
        left = run.left_range
        raise ExpressionError(left.sentence if left is not None else OUT_OF_RANGE, offset)
    return wrap(data, axes)
