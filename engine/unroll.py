"""The forward pass: a cell applied at T steps, every intermediate kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .activations import ACTIVATIONS, sigmoid
from .trace import NOTHING_HELD, ForwardTrace, Held

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["unroll"]

Array = NDArray[np.float64]


def unroll(
    cell: str,
    parameters: Mapping[str, Array],
    x: Array,
    *,
    activation: str = "tanh",
    h0: Array | None = None,
    c0: Array | None = None,
    held: Held = NOTHING_HELD,
) -> ForwardTrace:
    """Run a cell over a batch of sequences.

    Parameters
    ----------
    cell : str
        ``"rnn"`` or ``"lstm"``; the equations stand in :mod:`engine.cells`.
    parameters : mapping
        Under PyTorch's names.
    x : ndarray
        Inputs, (T, B, I).
    activation : str
        Of the plain cell.
    h0, c0 : ndarray or None
        Initial states, (B, H); zeros by default.
    held : mapping
        Gates and states of steps 1..T that are fixed, each (T, H), the same for every sequence of the batch.

    Returns
    -------
    ForwardTrace
        Numbers that leave the range of float64 come out as inf or nan, without a warning.
    """
    steps, batch, _ = x.shape
    units = parameters["weight_hh_l0"].shape[1]
    with np.errstate(all="ignore"):
        # The inputs' share of all pre-activations is one product for all steps.
        z = x @ parameters["weight_ih_l0"].T + (parameters["bias_ih_l0"] + parameters["bias_hh_l0"])
        h = np.empty((steps + 1, batch, units))
        h[0] = 0.0 if h0 is None else h0
        recurrent = parameters["weight_hh_l0"].T
        if cell == "rnn":
            _unroll_rnn(z, h, recurrent, activation, held)
            trace = ForwardTrace("rnn", x, z, h, held=held)
        else:
            trace = _unroll_lstm(x, z, h, c0, recurrent, held)
        if "weight_y" not in parameters:
            return trace
        y = h[1:] @ parameters["weight_y"].T + parameters["bias_y"]
        return ForwardTrace(trace.cell, x, z, h, trace.gates, trace.c, trace.tanh_c, y, held)


def _hold(held: Held, name: str, t: int, values: Array) -> None:
    entry = held.get(name)
    if entry is not None:
        np.copyto(values, entry.values[t], where=entry.mask[t])


def _unroll_rnn(z: Array, h: Array, recurrent: Array, activation: str, held: Held) -> None:
    phi = ACTIVATIONS[activation].apply
    for t in range(len(z)):
        z[t] += h[t] @ recurrent
        h[t + 1] = phi(z[t])
        _hold(held, "h", t, h[t + 1])


def _unroll_lstm(
    x: Array, z: Array, h: Array, c0: Array | None, recurrent: Array, held: Held
) -> ForwardTrace:
    steps, batch, _ = z.shape
    units = h.shape[2]
    c = np.empty((steps + 1, batch, units))
    c[0] = 0.0 if c0 is None else c0
    # One row of blocks i, f, g, o for each step, so that a gate is a view and not a copy.
    squashed = np.empty((steps, batch, 4 * units))
    gates = {name: squashed[:, :, k * units : (k + 1) * units] for k, name in enumerate("ifgo")}
    i, f, g, o = gates["i"], gates["f"], gates["g"], gates["o"]
    candidate = slice(2 * units, 3 * units)
    tanh_c = np.empty((steps, batch, units))
    for t in range(steps):
        z[t] += h[t] @ recurrent
        squashed[t] = sigmoid(z[t])
        squashed[t, :, candidate] = np.tanh(z[t, :, candidate])
        for name in "ifgo" if held else "":
            _hold(held, name, t, gates[name][t])
        c[t + 1] = f[t] * c[t] + i[t] * g[t]
        _hold(held, "c", t, c[t + 1])
        tanh_c[t] = np.tanh(c[t + 1])
        h[t + 1] = o[t] * tanh_c[t]
        _hold(held, "h", t, h[t + 1])
    return ForwardTrace("lstm", x, z, h, gates, c, tanh_c, None, held)
