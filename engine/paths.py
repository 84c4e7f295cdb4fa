"""Which way a gradient came: dL/dh_t and dL/dc_t split into vectors that sum to the whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .factors import factors
from .unroll import as_dtype

if TYPE_CHECKING:
    from .trace import ForwardTrace, GradientTrace

__all__ = ["paths"]

Array = NDArray[np.float64]
Parameters = Mapping[str, Array]


def paths(
    trace: ForwardTrace,
    p: Parameters,
    gradient: GradientTrace,
    *,
    using: Mapping[str, Array] | None = None,
) -> dict[str, dict[str, Array]]:
    r"""Split the gradient of each state by the way it came.

    Parameters
    ----------
    trace : ForwardTrace
        The forward pass.
    p : mapping
        Its parameters, under the short names.
    gradient : GradientTrace
        Of :func:`engine.backprop.backpropagate`.
    using : mapping or None
        Other factors than those of the trace, if the gradient came from others.

    Returns
    -------
    dict of dict of ndarray
        ``"h"`` and, for an LSTM, ``"c"``; in each a vector for every step from 0 to T, (T+1, B, H), by key:

        ``"above"``
            from the loss of this step or the next layer (of c: through h_t);
        ``"c"``
            of an LSTM's c: from c_{t+1}, times f_{t+1}, the direct path;
        ``"h"``
            of a GRU's h: from h_{t+1}, times z_{t+1}, the direct copy; with padding, of the other cells too,
            what padded steps carry back;
        ``"i", "f", "g", "o"`` or ``"r", "z", "n"``
            from that gate's pre-activation of step t+1, which read h_t (of c: through h_t). A peephole's
            share belongs to its gate: i and f of step t+1, o of step t;
        ``"z"``
            of the plain cell: from z_{t+1};
        ``"end"``
            only where something came into the last state from later.

        In each the vectors sum to ``gradient.h`` or ``gradient.c``. Nothing comes from later across a cut.
    """
    p = as_dtype(p, trace.h.dtype)
    cell, units = trace.cell, trace.units
    k = factors(trace) if using is None else using
    uncut = np.ones((trace.steps, 1, 1), dtype=trace.h.dtype)
    uncut[list(gradient.cuts)] = 0.0

    def from_next(values: Array) -> Array:
        table = np.zeros_like(trace.h)
        table[:-1] = values * uncut
        return table

    with np.errstate(all="ignore"):
        of_h: dict[str, Array] = {"above": gradient.above}
        for gate in cell.gates:
            share = gradient.block(gate) @ p["weight_hh"][cell.rows(gate, units)]
            if gate == "n":
                assert gradient.q is not None
                after = cell.reset == "after"
                rows = cell.rows("n", units)
                share = gradient.q @ p["weight_hh"][rows] if after else gradient.q * k["q_h"]
            of_h[gate or "z"] = from_next(share)
        if "h_h" in k:
            of_h["h"] = from_next(gradient.h[1:] * k["h_h"])
        if gradient.end_h is not None:
            of_h["end"] = np.zeros_like(trace.h)
            of_h["end"][-1] = gradient.end_h
        if gradient.c is None:
            return {"h": of_h}
        of_c = {key: np.zeros_like(trace.h) for key in of_h}
        for key, share in of_h.items():
            of_c[key][1:] = share[1:] * k["h_c"]
        of_c["c"] = from_next(gradient.c[1:] * k["c_c"])
        for gate in cell.peepholes:
            share = gradient.block(gate) * p[f"weight_c{gate}"]
            if gate == "o":
                of_c["o"][1:] += share
            else:
                of_c[gate] += from_next(share)
        if gradient.end_c is not None:
            of_c.setdefault("end", np.zeros_like(trace.h))[-1] += gradient.end_c
        # A gate that a variant lacks passes nothing; the reader still finds it.
        for table in (of_h, of_c):
            table.update({gate: np.zeros_like(trace.h) for gate in cell.values if gate not in table})
        return {"h": of_h, "c": of_c}
