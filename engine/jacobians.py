"""How a state answers to an earlier one: Jacobians through time and the direct path of the cell state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .activations import ACTIVATIONS
from .backprop import free, local_slopes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .trace import ForwardTrace

__all__ = ["direct_products", "jacobians_back"]

Array = NDArray[np.float64]


def jacobians_back(
    trace: ForwardTrace, parameters: Mapping[str, Array], name: str, end: int, *, activation: str = "tanh"
) -> Iterator[tuple[int, Array]]:
    r"""Give the Jacobians of one state at step ``end`` with respect to the same state at earlier steps.

    Parameters
    ----------
    trace : ForwardTrace
        With a batch of one sequence.
    parameters : mapping
        Under PyTorch's names.
    name : str
        ``"h"``, or ``"c"`` of an LSTM.
    end : int
        Step from 0 to T.

    Yields
    ------
    t : int
        ``end``, ``end - 1``, ..., 0.
    jacobian : ndarray
        (H, H); entry [i, j] is the derivative of unit i at ``end`` by unit j at ``t``.

    Notes
    -----
    Everything between is recomputed. For an LSTM, :math:`\partial h_T/\partial h_t` holds :math:`c_t`, and
    :math:`\partial c_T/\partial c_t` lets :math:`h_t = o_t \tanh c_t` follow where t >= 1 (the initial states
    h_0 and c_0 are independent). So both agree with the dL/dh_t and dL/dc_t of
    :func:`engine.backprop.backpropagate`.
    """
    if trace.cell == "rnn":
        yield from _back_rnn(trace, parameters, end, activation)
    else:
        yield from _back_lstm(trace, parameters, name, end)


def _back_rnn(
    trace: ForwardTrace, parameters: Mapping[str, Array], end: int, activation: str
) -> Iterator[tuple[int, Array]]:
    computed = ACTIVATIONS[activation].apply(trace.z)
    slope = ACTIVATIONS[activation].slope(trace.z, computed)
    slope = (slope * free(trace.held, "h", trace.steps, trace.units))[:, 0]
    product = np.eye(trace.units)
    yield end, product
    for t in range(end, 0, -1):
        with np.errstate(all="ignore"):
            product = (product * slope[t - 1]) @ parameters["weight_hh_l0"]
        yield t - 1, product


def _back_lstm(
    trace: ForwardTrace, parameters: Mapping[str, Array], name: str, end: int
) -> Iterator[tuple[int, Array]]:
    assert trace.c is not None
    assert trace.tanh_c is not None
    steps, units = trace.steps, trace.units
    i, f, g, o = (trace.gates[key][:, 0] for key in "ifgo")
    c, tanh_c = trace.c[:, 0], trace.tanh_c[:, 0]
    slopes = {key: value[:, 0] for key, value in local_slopes(trace).items()}
    open_h = free(trace.held, "h", steps, units)[:, 0]
    open_c = free(trace.held, "c", steps, units)[:, 0]
    of_h = np.eye(units) if name == "h" else np.zeros((units, units))
    of_c = np.zeros((units, units)) if name == "h" else np.eye(units)
    yield end, np.eye(units)
    for t in range(end, 0, -1):
        row = t - 1
        with np.errstate(all="ignore"):
            into_h = of_h * open_h[row]
            into_c = (of_c + into_h * (o[row] * (1.0 - tanh_c[row] ** 2))) * open_c[row]
            dz = np.concatenate(
                [
                    into_c * (g[row] * slopes["i"][row]),
                    into_c * (c[row] * slopes["f"][row]),
                    into_c * (i[row] * slopes["g"][row]),
                    into_h * (tanh_c[row] * slopes["o"][row]),
                ],
                axis=1,
            )
            of_h = dz @ parameters["weight_hh_l0"]
            of_c = into_c * f[row]
            if name == "h" or t == 1:
                yield t - 1, of_h if name == "h" else of_c
                continue
            through_h = of_h * (open_h[row - 1] * o[row - 1] * (1.0 - tanh_c[row - 1] ** 2))
            yield t - 1, of_c + through_h


def direct_products(trace: ForwardTrace, end: int) -> Array:
    r"""Product of the forget gates alone, :math:`\prod_{s=t+1}^{T} f_s`, for every t from 0 to ``end``.

    Returns
    -------
    ndarray
        (end + 1, H), row t; the last row is 1. Where the cell state is held at a step, nothing passes it.
    """
    f = trace.gates["f"][:end, 0] * free(trace.held, "c", trace.steps, trace.units)[:end, 0]
    products = np.ones((end + 1, trace.units))
    products[:end] = np.cumprod(f[::-1], axis=0)[::-1]
    return products
