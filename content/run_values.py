"""Numbers taken out of a run, checked to be numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .arithmetic import OUT_OF_RANGE
from .functions import Axis, Floats, Value, wrap
from .syntax import Entry, ExpressionError

if TYPE_CHECKING:
    from engine import Run


def parameter(node: Entry, run: Run) -> Floats:
    """Return a weight or bias of a run's layer, or its gradient, as packed by PyTorch: gate below gate.

    Raises
    ------
    ExpressionError
        For one that this network does not have.
    """
    part = node.part or "ih"
    name = f"{node.kind}_{part}" if part in ("y", "e") else f"{node.kind}_{part}{run.ending}"
    if name not in run.parameters:
        raise ExpressionError(f"this network has no {node.spelling}", node.offset)
    data = np.asarray(run.weight_gradient(name) if node.gradient else run.parameters[name], dtype=np.float64)
    if node.kind == "bias" and not node.part and not node.gradient:
        # Only the sum of both biases enters the equations; it is what the screen shows as the bias.
        other = np.array(run.parameters[f"bias_hh{run.ending}"])
        if run.cell == "gru" and run.network.reset == "after":
            # But for a GRU's candidate: there the second one stands inside the bracket that r scales.
            other[run.network.recurrence.rows("n", run.units)] = 0.0
        data = data + other
    return data


def read(data: Floats, axes: tuple[Axis, ...], run: Run, offset: int) -> Value:
    """Take numbers out of a run; where they left the range, say at which step they did."""
    if not np.all(np.isfinite(data)):
        left = run.left_range
        raise ExpressionError(left.sentence if left is not None else OUT_OF_RANGE, offset)
    return wrap(data, axes)
