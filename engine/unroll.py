"""The forward pass: a cell applied at T steps, every intermediate kept.

A plain cell with nothing held and no padding is left to :mod:`engine.fast`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .activations import ACTIVATIONS, sigmoid
from .fast import can_run, forward
from .trace import NOTHING_HELD, ForwardTrace, Held, Mask

if TYPE_CHECKING:
    from .cells import Cell

__all__ = ["as_dtype", "unroll"]

Array = NDArray[np.float64]
Parameters = Mapping[str, Array]


def as_dtype(p: Parameters, dtype: np.dtype[np.float64]) -> dict[str, Array]:
    """Give parameters in the precision of the trace; those that have it already are not copied."""
    return {name: np.asarray(value, dtype=dtype) for name, value in p.items()}


def unroll(
    cell: Cell,
    p: Parameters,
    x: Array,
    *,
    h0: Array | None = None,
    c0: Array | None = None,
    held: Held = NOTHING_HELD,
    mask: Mask | None = None,
) -> ForwardTrace:
    """Run a cell over a batch of sequences: one layer, one direction.

    Parameters
    ----------
    cell : Cell
        The equations stand at :func:`engine.cells.rnn_step`, ``lstm_step`` and ``gru_step``.
    p : mapping
        ``weight_ih`` (G*H, I), ``weight_hh`` (G*H, H), ``bias_ih``, ``bias_hh`` (G*H,); with peepholes
        ``weight_ci``, ``weight_cf``, ``weight_co`` (H,).
    x : ndarray
        Inputs, (T, B, I). All results have its precision; whole numbers count as float64.
    h0, c0 : ndarray or None
        Initial states, (B, H); zeros by default.
    held : mapping
        Gates and states of steps 1..T that are fixed, each (T, H), the same for every sequence of the batch.
    mask : ndarray of bool or None
        (T, B), False at padded steps: the state is carried over unchanged, whatever is held.

    Returns
    -------
    ForwardTrace
        Numbers that leave the range of x's precision come out as inf or nan, without a warning.

    Raises
    ------
    KeyError, ValueError
        If a parameter is missing or shapes do not fit together.

    Examples
    --------
    >>> from engine.cells import Cell
    >>> one = np.ones((1, 1))
    >>> p = {"weight_ih": one, "weight_hh": 0.5 * one, "bias_ih": np.zeros(1), "bias_hh": np.zeros(1)}
    >>> kick = np.array([1.0, 0.0, 0.0]).reshape(3, 1, 1)
    >>> unroll(Cell("rnn", activation="identity"), p, kick).h.ravel()
    array([0.  , 1.  , 0.5 , 0.25])
    """
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    if not held and mask is None and can_run(cell, x):
        found = forward(cell, p, x, h0, c0)
        z, h, gates, c, tanh_c, q = found.values
        return ForwardTrace(cell, x, z, h, gates, c, tanh_c, q, quick=found)
    p = as_dtype(p, x.dtype)
    h = np.zeros((x.shape[0] + 1, x.shape[1], p["weight_hh"].shape[1]), dtype=x.dtype)
    if h0 is not None:
        h[0] = h0
    run = {"rnn": _unroll_rnn, "lstm": _unroll_lstm, "gru": _unroll_gru}[cell.kind]
    with np.errstate(all="ignore"):
        return run(cell, p, x, h, c0, held, mask)


def _hold(held: Held, name: str, t: int, values: Array) -> None:
    entry = held.get(name)
    if entry is not None:
        np.copyto(values, entry.values[t], where=entry.mask[t])


def _carry(mask: Mask | None, t: int, state: Array) -> None:
    if mask is not None:
        np.copyto(state[t + 1], state[t], where=~mask[t][:, np.newaxis])


def _unroll_rnn(
    cell: Cell, p: Parameters, x: Array, h: Array, _: Array | None, held: Held, mask: Mask | None
) -> ForwardTrace:
    # The inputs' share of all pre-activations is one product for all steps.
    z = x @ p["weight_ih"].T + (p["bias_ih"] + p["bias_hh"])
    recurrent = p["weight_hh"].T
    phi = ACTIVATIONS[cell.activation].apply
    for t in range(len(x)):
        z[t] += h[t] @ recurrent
        h[t + 1] = phi(z[t])
        _hold(held, "h", t, h[t + 1])
        _carry(mask, t, h)
    return ForwardTrace(cell, x, z, h, held=held, mask=mask)


def _unroll_lstm(
    cell: Cell, p: Parameters, x: Array, h: Array, c0: Array | None, held: Held, mask: Mask | None
) -> ForwardTrace:
    steps, units = len(x), h.shape[2]
    z = x @ p["weight_ih"].T + (p["bias_ih"] + p["bias_hh"])
    recurrent = p["weight_hh"].T
    c = np.zeros_like(h)
    if c0 is not None:
        c[0] = c0
    tanh_c = np.empty_like(h[1:])
    # One row of blocks for each step, so that a gate is a view and not a copy.
    squashed = np.empty_like(z)
    rows = {gate: cell.rows(gate, units) for gate in cell.gates}
    gates = {
        gate: squashed[:, :, rows[gate]] if gate in rows else np.ones_like(tanh_c) for gate in cell.values
    }
    i, f, g, o = (gates[gate] for gate in "ifgo")
    peeping = bool(cell.peepholes)
    for t in range(steps):
        z[t] += h[t] @ recurrent
        if peeping:
            z[t, :, rows["i"]] += p["weight_ci"] * c[t]
            z[t, :, rows["f"]] += p["weight_cf"] * c[t]
        squashed[t] = sigmoid(z[t])
        candidate = z[t, :, rows["g"]]
        g[t] = candidate if cell.variant == "no-input-activation" else np.tanh(candidate)
        _hold(held, "i", t, i[t])
        if cell.variant == "coupled":
            np.subtract(1.0, i[t], out=f[t])
        _hold(held, "f", t, f[t])
        _hold(held, "g", t, g[t])
        c[t + 1] = f[t] * c[t] + i[t] * g[t]
        _hold(held, "c", t, c[t + 1])
        if peeping:
            z[t, :, rows["o"]] += p["weight_co"] * c[t + 1]
            o[t] = sigmoid(z[t, :, rows["o"]])
        _hold(held, "o", t, o[t])
        tanh_c[t] = c[t + 1] if cell.variant == "no-output-activation" else np.tanh(c[t + 1])
        h[t + 1] = o[t] * tanh_c[t]
        _hold(held, "h", t, h[t + 1])
        _carry(mask, t, c)
        _carry(mask, t, h)
    return ForwardTrace(cell, x, z, h, gates, c, tanh_c, held=held, mask=mask)


def _unroll_gru(
    cell: Cell, p: Parameters, x: Array, h: Array, _: Array | None, held: Held, mask: Mask | None
) -> ForwardTrace:
    steps, units = len(x), h.shape[2]
    after = cell.reset == "after"
    candidate, both = cell.rows("n", units), slice(0, 2 * units)
    bias = p["bias_hh"].copy()
    if after:
        bias[candidate] = 0.0  # it belongs to q there
    z = x @ p["weight_ih"].T + (p["bias_ih"] + bias)
    recurrent = p["weight_hh"].T
    squashed = np.empty_like(z)
    gates = {gate: squashed[:, :, cell.rows(gate, units)] for gate in cell.values}
    r, update, n = (gates[gate] for gate in "rzn")
    q = np.empty_like(h[1:])
    for t in range(steps):
        if after:
            share = h[t] @ recurrent
            z[t, :, both] += share[:, both]
            q[t] = share[:, candidate] + p["bias_hh"][candidate]
        else:
            z[t, :, both] += h[t] @ recurrent[:, both]
        squashed[t, :, both] = sigmoid(z[t, :, both])
        _hold(held, "r", t, r[t])
        _hold(held, "z", t, update[t])
        if after:
            z[t, :, candidate] += r[t] * q[t]
        else:
            np.multiply(r[t], h[t], out=q[t])
            z[t, :, candidate] += q[t] @ recurrent[:, candidate]
        n[t] = np.tanh(z[t, :, candidate])
        _hold(held, "n", t, n[t])
        h[t + 1] = (1.0 - update[t]) * n[t] + update[t] * h[t]
        _hold(held, "h", t, h[t + 1])
        _carry(mask, t, h)
    return ForwardTrace(cell, x, z, h, gates, q=q, held=held, mask=mask)
