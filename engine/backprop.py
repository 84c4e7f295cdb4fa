"""Backpropagation through time (Werbos 1990), with every intermediate gradient kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .activations import ACTIVATIONS
from .trace import ForwardTrace, GradientTrace, Held

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["backpropagate", "local_slopes"]

Array = NDArray[np.float64]


def backpropagate(
    trace: ForwardTrace, parameters: Mapping[str, Array], dv: Array, *, activation: str = "tanh"
) -> GradientTrace:
    r"""Carry the derivative of the loss back through all steps.

    For the plain cell, with :math:`\delta_t = \partial L/\partial z_t`,

    .. math::

        \frac{\partial L}{\partial h_t} = \frac{\partial L_t}{\partial h_t} + W_{hh}^\top \delta_{t+1}, \qquad
        \delta_t = \phi'(z_t) \odot \frac{\partial L}{\partial h_t};

    for the LSTM

    .. math::

        \frac{\partial L}{\partial c_t} = f_{t+1} \odot \frac{\partial L}{\partial c_{t+1}}
        + o_t \odot (1 - \tanh^2 c_t) \odot \frac{\partial L}{\partial h_t}

    and the gates' derivatives from it (Greff et al. 2017, section II.C, without peepholes). An entry that an
    intervention holds passes nothing on to what it would have been computed from.

    Parameters
    ----------
    trace : ForwardTrace
        Of the same parameters.
    parameters : mapping
        Under PyTorch's names.
    dv : ndarray
        dL/dy (T, B, O) where the trace has a read-out, else the losses' own dL/dh (T, B, H).
    activation : str
        Of the plain cell.
    """
    with np.errstate(all="ignore"):
        loss_h = np.zeros_like(trace.h)
        loss_h[1:] = dv if trace.y is None else dv @ parameters["weight_y"]
        if trace.cell == "rnn":
            gradient = _back_rnn(trace, parameters, loss_h, activation)
        else:
            gradient = _back_lstm(trace, parameters, loss_h)
        weights = _weight_gradients(trace, gradient["z"])
        if trace.y is not None:
            weights["weight_y"] = np.tensordot(dv, trace.h[1:], axes=((0, 1), (0, 1)))
            weights["bias_y"] = dv.sum(axis=(0, 1))
        return GradientTrace(
            x=gradient["z"] @ parameters["weight_ih_l0"],
            z=gradient["z"],
            h=gradient["h"],
            loss_h=loss_h,
            gates={name: gradient[name] for name in trace.gates},
            weights=weights,
            c=gradient.get("c"),
            tanh_c=gradient.get("tanh_c"),
            y=dv if trace.y is not None else None,
        )


def free(held: Held, name: str, steps: int, units: int) -> Array:
    """Give 1 where an entry of steps 1..T is computed and 0 where it is held, (T, 1, H)."""
    entry = held.get(name)
    if entry is None:
        return np.ones((steps, 1, units))
    return (~entry.mask).astype(np.float64)[:, np.newaxis, :]


def local_slopes(trace: ForwardTrace) -> dict[str, Array]:
    """Give the slope of each gate at its pre-activation, 0 where the gate is held; each (T, B, H).

    LSTM only: a(1 - a) for the sigmoid gates i, f, o and 1 - g**2 for the candidate.
    """
    slopes = {}
    for name, a in trace.gates.items():
        slope = 1.0 - a * a if name == "g" else a * (1.0 - a)
        slopes[name] = slope * free(trace.held, name, trace.steps, trace.units)
    return slopes


def _back_rnn(
    trace: ForwardTrace, parameters: Mapping[str, Array], loss_h: Array, activation: str
) -> dict[str, Array]:
    recurrent = parameters["weight_hh_l0"]
    # The slope belongs to what was computed, not to what an intervention put in its place.
    computed = ACTIVATIONS[activation].apply(trace.z)
    slope = ACTIVATIONS[activation].slope(trace.z, computed)
    slope = slope * free(trace.held, "h", trace.steps, trace.units)
    dh = loss_h.copy()
    dz = np.empty_like(trace.z)
    for t in range(trace.steps - 1, -1, -1):
        dz[t] = slope[t] * dh[t + 1]
        dh[t] += dz[t] @ recurrent
    return {"z": dz, "h": dh}


def _back_lstm(trace: ForwardTrace, parameters: Mapping[str, Array], loss_h: Array) -> dict[str, Array]:
    assert trace.c is not None
    assert trace.tanh_c is not None
    recurrent = parameters["weight_hh_l0"]
    steps, units = trace.steps, trace.units
    i, f, g, o = (trace.gates[name] for name in "ifgo")
    slopes = local_slopes(trace)
    open_h = free(trace.held, "h", steps, units)
    open_c = free(trace.held, "c", steps, units)
    tanh_slope = 1.0 - trace.tanh_c * trace.tanh_c
    dh = loss_h.copy()
    dc = np.zeros_like(trace.c)
    dtanh = np.empty_like(trace.tanh_c)
    dz = np.empty_like(trace.z)
    d = {name: np.empty_like(i) for name in "ifgo"}
    for t in range(steps - 1, -1, -1):
        into_h = dh[t + 1] * open_h[t]
        d["o"][t] = into_h * trace.tanh_c[t]
        dtanh[t] = into_h * o[t]
        dc[t + 1] += dtanh[t] * tanh_slope[t]
        into_c = dc[t + 1] * open_c[t]
        d["i"][t] = into_c * g[t]
        d["f"][t] = into_c * trace.c[t]
        d["g"][t] = into_c * i[t]
        for k, name in enumerate("ifgo"):
            dz[t, :, k * units : (k + 1) * units] = d[name][t] * slopes[name][t]
        dc[t] = into_c * f[t]
        dh[t] += dz[t] @ recurrent
    return {"z": dz, "h": dh, "c": dc, "tanh_c": dtanh, **d}


def _weight_gradients(trace: ForwardTrace, dz: Array) -> dict[str, Array]:
    bias = dz.sum(axis=(0, 1))
    return {
        "weight_ih_l0": np.tensordot(dz, trace.x, axes=((0, 1), (0, 1))),
        "weight_hh_l0": np.tensordot(dz, trace.h[:-1], axes=((0, 1), (0, 1))),
        "bias_ih_l0": bias,
        "bias_hh_l0": bias.copy(),
    }
