"""How a state answers to an earlier one: Jacobians through time and the direct path of the cell state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .factors import arrive, factors, step_back
from .unroll import as_dtype

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .trace import ForwardTrace

__all__ = ["direct_products", "jacobians_back"]

Array = NDArray[np.float64]


def jacobians_back(
    trace: ForwardTrace,
    p: Mapping[str, Array],
    name: str,
    end: int,
    *,
    using: Mapping[str, Array] | None = None,
) -> Iterator[tuple[int, Array]]:
    r"""Give the Jacobians of one state at step ``end`` with respect to the same state at earlier steps.

    For the plain cell it is the product of :math:`\operatorname{diag}(\phi'(z_s)) U` over s = t+1..T, the
    later step to the left (Pascanu, Mikolov and Bengio 2013, equation 5).

    Parameters
    ----------
    trace : ForwardTrace
        With a batch of one sequence.
    p : mapping
        Its parameters, under the short names.
    name : str
        ``"h"``, or ``"c"`` of an LSTM.
    end : int
        Step from 0 to T.
    using : mapping or None
        Other factors than those of the trace.

    Yields
    ------
    t : int
        ``end``, ``end - 1``, ..., 0.
    jacobian : ndarray
        (H, H), an array of its own; entry [i, j] is the derivative of unit i at ``end`` by unit j at ``t``.

    Raises
    ------
    KeyError
        If the cell has no such state.
    ValueError
        If the trace has more than one sequence.

    Notes
    -----
    Everything between is recomputed. For an LSTM, :math:`\partial h_T/\partial h_t` holds :math:`c_t`, and
    :math:`\partial c_T/\partial c_t` lets :math:`h_t = o_t \tanh c_t` follow where t >= 1 (the initial states
    h_0 and c_0 are independent). So both agree with the dL/dh_t and dL/dc_t of
    :func:`engine.backprop.backpropagate`.
    """
    if name != "h" and (name != "c" or trace.c is None):
        raise KeyError(name)
    if trace.batch != 1:
        raise ValueError(f"a Jacobian is that of one sequence, not of {trace.batch}")
    p = as_dtype(p, trace.h.dtype)
    k = factors(trace) if using is None else using
    units = trace.units
    eye = np.eye(units, dtype=trace.h.dtype)
    # Each unit of the end is a loss of its own: H gradients go back side by side, as a batch would.
    of_h = eye if name == "h" else np.zeros_like(eye)
    of_c = None if trace.c is None else (eye if name == "c" else np.zeros_like(eye))
    dz = np.empty((units, trace.z.shape[2]), dtype=trace.h.dtype)
    dq = None if trace.q is None else np.empty_like(eye)
    for t in range(end, 0, -1):
        with np.errstate(all="ignore"):
            if of_c is not None:
                of_c = arrive(trace, k, p, t - 1, of_h, of_c)
        yield t, (of_h if name == "h" or of_c is None else of_c).copy()
        with np.errstate(all="ignore"):
            of_h, of_c = step_back(trace, k, p, t - 1, of_h, of_c, dz, dq)
    yield 0, (of_h if name == "h" or of_c is None else of_c).copy()


def direct_products(trace: ForwardTrace, end: int) -> Array:
    r"""Product of the forget gates alone, :math:`\prod_{s=t+1}^{T} f_s`, for every t from 0 to ``end``.

    Of a GRU it is the product of the update gates :math:`z_s`, by which h_t is copied.

    Parameters
    ----------
    trace : ForwardTrace
        With a batch of one sequence.
    end : int
        Step T from 0 to the last.

    Returns
    -------
    ndarray
        (end + 1, H), row t; the last row is 1. Where the state is held at a step, nothing passes it.

    Raises
    ------
    KeyError
        If the cell has no direct path.
    """
    kept = factors(trace)[{"rnn": "", "lstm": "c_c", "gru": "h_h"}[trace.cell.kind]][:end, 0]
    products = np.ones((end + 1, trace.units), dtype=trace.h.dtype)
    with np.errstate(all="ignore"):
        products[:end] = np.cumprod(kept[::-1], axis=0)[::-1]
    return products
