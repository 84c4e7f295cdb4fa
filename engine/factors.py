"""One step back: the factors that do not depend on the gradient that comes in, and what is done with them.

Backpropagation, Jacobians and wrong models share these, so that one place says how the chain rule goes
through a step.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .activations import ACTIVATIONS

if TYPE_CHECKING:
    from .trace import ForwardTrace

__all__ = ["arrive", "close", "factors", "step_back"]

Array = NDArray[np.float64]
Parameters = Mapping[str, Array]


def close(trace: ForwardTrace, factor: Array, *names: str, padding: float = 0.0) -> Array:
    """Put 0 where one of the quantities ``names`` is held, and ``padding`` at padded steps, in place.

    Parameters
    ----------
    trace : ForwardTrace
        Knows what is held and padded.
    factor : ndarray
        (T, B, H), an array of one's own.
    names : str
        Held quantities through which this factor would pass.
    padding : float
        0 where padding stops the way, 1 where it carries over.
    """
    for name in names:
        entry = trace.held.get(name)
        if entry is not None:
            np.copyto(factor, 0.0, where=entry.mask[:, np.newaxis, :])
    if trace.mask is not None:
        np.copyto(factor, padding, where=~trace.mask[:, :, np.newaxis])
    return factor


def factors(trace: ForwardTrace) -> dict[str, Array]:
    r"""Give every factor of the way back that the forward pass alone decides, for all steps at once.

    Returns
    -------
    dict of ndarray
        Each (T, B, H), row 0 belongs to step 1. The key ``"a_b"`` names what dL/da is multiplied by to give
        its share of dL/db; a gate's letter as *b* stands for the gate's pre-activation. An entry that is held
        has 0 on every way to what it would have been computed from; a padded step has 1 where it carries a
        state over, and 0 wherever a gradient would start.

        ====== ================ =====================================================================
        cell   key              factor
        ====== ================ =====================================================================
        rnn    ``h_z``          :math:`\phi'(z_t)`
        lstm   ``h_c``          :math:`o_t (1 - \tanh^2 c_t)`: dL/dc_t from dL/dh_t of the same step
        lstm   ``h_o``          :math:`\tanh c_t \, o_t (1 - o_t)`
        lstm   ``c_c``          :math:`f_t`: dL/dc_{t-1} from dL/dc_t, the direct path
        lstm   ``c_i``          :math:`g_t \, i_t (1 - i_t)`; coupled: :math:`(g_t - c_{t-1}) i_t (1 - i_t)`
        lstm   ``c_f``          :math:`c_{t-1} \, f_t (1 - f_t)`
        lstm   ``c_g``          :math:`i_t (1 - g_t^2)`
        gru    ``h_h``          :math:`z_t`: dL/dh_{t-1} from dL/dh_t, the direct copy
        gru    ``h_z``          :math:`(h_{t-1} - n_t) \, z_t (1 - z_t)`
        gru    ``h_n``          :math:`(1 - z_t)(1 - n_t^2)`
        gru    ``n_q, n_r``     reset after: :math:`r_t` and :math:`q_t \, r_t (1 - r_t)`
        gru    ``q_h, q_r``     reset before: :math:`r_t` and :math:`h_{t-1} \, r_t (1 - r_t)`
        ====== ================ =====================================================================

        Of a gate that a variant lacks there is no factor. With padding, rnn and lstm have ``h_h``: 1 where
        padded and 0 elsewhere.

    Notes
    -----
    Greff et al. (2017), section II, for the LSTM. Slopes are taken from the values themselves; those that an
    intervention put in have the slope 0.
    """
    with np.errstate(all="ignore"):
        k = {"rnn": _of_rnn, "lstm": _of_lstm, "gru": _of_gru}[trace.cell.kind](trace)
        if trace.mask is not None and trace.cell.kind != "gru":
            k["h_h"] = close(trace, np.zeros_like(trace.h[1:]), padding=1.0)
        return k


def _of_rnn(trace: ForwardTrace) -> dict[str, Array]:
    phi = ACTIVATIONS[trace.cell.activation]
    return {"h_z": close(trace, phi.slope(trace.z, trace.h[1:]), "h")}


def _of_lstm(trace: ForwardTrace) -> dict[str, Array]:
    assert trace.c is not None
    assert trace.tanh_c is not None
    i, f, g, o = (trace.gates[gate] for gate in "ifgo")
    cell, before = trace.cell, trace.c[:-1]
    squashes_c = cell.variant != "no-output-activation"
    squashes_g = cell.variant != "no-input-activation"
    k = {
        "h_c": close(trace, o * (1.0 - trace.tanh_c * trace.tanh_c) if squashes_c else o.copy(), "h"),
        "c_c": close(trace, f.copy(), "c", padding=1.0),
        "c_g": close(trace, i * (1.0 - g * g) if squashes_g else i.copy(), "c", "g"),
    }
    if "i" in cell.gates:
        written = g - close(trace, before.copy(), "f") if cell.variant == "coupled" else g
        k["c_i"] = close(trace, written * (i * (1.0 - i)), "c", "i")
    if "f" in cell.gates:
        k["c_f"] = close(trace, before * (f * (1.0 - f)), "c", "f")
    if "o" in cell.gates:
        k["h_o"] = close(trace, trace.tanh_c * (o * (1.0 - o)), "h", "o")
    return k


def _of_gru(trace: ForwardTrace) -> dict[str, Array]:
    assert trace.q is not None
    r, z, n = (trace.gates[gate] for gate in "rzn")
    before = trace.h[:-1]
    k = {
        "h_h": close(trace, z.copy(), "h", padding=1.0),
        "h_z": close(trace, (before - n) * (z * (1.0 - z)), "h", "z"),
        "h_n": close(trace, (1.0 - z) * (1.0 - n * n), "h", "n"),
    }
    slope = close(trace, r * (1.0 - r), "r")
    if trace.cell.reset == "after":
        return k | {"n_q": r, "n_r": trace.q * slope}
    return k | {"q_h": r, "q_r": before * slope}


def arrive(
    trace: ForwardTrace, k: Mapping[str, Array], p: Parameters, row: int, dh: Array, dc: Array
) -> Array:
    r"""Complete dL/dc_t of an LSTM by what comes through h_t of the same step.

    .. math::

        \frac{\partial L}{\partial c_t} = \Big(\text{from step } t + 1\Big)
        + o_t \odot (1 - \tanh^2 c_t) \odot \frac{\partial L}{\partial h_t}

    and with peepholes :math:`w_{co} \odot \partial L/\partial z^o_t`.

    Parameters
    ----------
    trace, k, p
        The forward pass, its :func:`factors` and its parameters.
    row : int
        t - 1, for a step t from 1 on.
    dh, dc : ndarray
        dL/dh_t and what came into dL/dc_t from step t+1, both (B, H) or, of one sequence, (N, H).
    """
    whole = dc + dh * k["h_c"][row]
    if "o" in trace.cell.peepholes:
        whole += dh * k["h_o"][row] * p["weight_co"]
    return np.asarray(whole)


def step_back(
    trace: ForwardTrace,
    k: Mapping[str, Array],
    p: Parameters,
    row: int,
    dh: Array,
    dc: Array | None,
    dz: Array,
    dq: Array | None,
) -> tuple[Array, Array | None]:
    """Go back from step t to step t - 1.

    Parameters
    ----------
    trace, k, p
        The forward pass, its :func:`factors` and its parameters.
    row : int
        t - 1.
    dh, dc : ndarray
        dL/dh_t and the whole dL/dc_t, see :func:`arrive`; (B, H) or, of one sequence, (N, H) for N losses.
    dz, dq : ndarray
        Filled with dL/dz_t (B, G*H) and, of a GRU, dL/dq_t (B, H).

    Returns
    -------
    tuple of ndarray
        What comes into dL/dh_{t-1} and dL/dc_{t-1} from step t, each (B, H).
    """
    cell, units = trace.cell, trace.units
    recurrent = p["weight_hh"]
    if cell.kind == "rnn":
        np.multiply(dh, k["h_z"][row], out=dz)
        before = dz @ recurrent
    elif cell.kind == "lstm":
        assert dc is not None
        for gate in cell.gates:
            source, key = (dh, "h_o") if gate == "o" else (dc, f"c_{gate}")
            np.multiply(source, k[key][row], out=dz[:, cell.rows(gate, units)])
        before = dz @ recurrent
        dc = dc * k["c_c"][row]
        for gate in ("i", "f") if cell.peepholes else ():
            dc += dz[:, cell.rows(gate, units)] * p[f"weight_c{gate}"]
    else:
        assert dq is not None
        before = _step_back_gru(trace, k, recurrent, row, dh, dz, dq)
    if "h_h" in k:
        before += dh * k["h_h"][row]
    return before, dc


def _step_back_gru(
    trace: ForwardTrace, k: Mapping[str, Array], recurrent: Array, row: int, dh: Array, dz: Array, dq: Array
) -> Array:
    units = trace.units
    reset, update, candidate = (slice(j * units, (j + 1) * units) for j in range(3))
    both = slice(0, 2 * units)
    np.multiply(dh, k["h_z"][row], out=dz[:, update])
    np.multiply(dh, k["h_n"][row], out=dz[:, candidate])
    if trace.cell.reset == "after":
        np.multiply(dz[:, candidate], k["n_r"][row], out=dz[:, reset])
        np.multiply(dz[:, candidate], k["n_q"][row], out=dq)
        return np.asarray(dz[:, both] @ recurrent[both] + dq @ recurrent[candidate])
    np.matmul(dz[:, candidate], recurrent[candidate], out=dq)
    np.multiply(dq, k["q_r"][row], out=dz[:, reset])
    return np.asarray(dz[:, both] @ recurrent[both] + dq * k["q_h"][row])
