"""The cells as the textbooks write them: one readable step each.

:mod:`engine.unroll` runs the same equations faster, over whole sequences; the tests hold both equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .activations import ACTIVATIONS, sigmoid

__all__ = ["LSTMStep", "RNNStep", "lstm_step", "rnn_step"]

Array = NDArray[np.float64]
Parameters = Mapping[str, Array]


class RNNStep(NamedTuple):
    """One step of the plain cell: pre-activation ``z`` and hidden state ``h``, each (B, H)."""

    z: Array
    h: Array


class LSTMStep(NamedTuple):
    """One step of the LSTM: gates, candidate, cell state, its tanh and the hidden state, each (B, H)."""

    z: Array
    i: Array
    f: Array
    g: Array
    o: Array
    c: Array
    tanh_c: Array
    h: Array


def rnn_step(x: Array, h: Array, p: Parameters, activation: str = "tanh") -> RNNStep:
    r"""One step of the plain recurrent cell (Elman 1990, in PyTorch's parameters).

    .. math:: z_t = W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh}, \qquad h_t = \phi(z_t)

    Parameters
    ----------
    x : ndarray
        Input x_t, (B, I).
    h : ndarray
        Previous hidden state h_{t-1}, (B, H).
    p : mapping
        ``weight_ih_l0`` (H, I), ``weight_hh_l0`` (H, H), ``bias_ih_l0`` (H,), ``bias_hh_l0`` (H,).
    activation : str
        tanh, relu, sigmoid or identity.
    """
    z = x @ p["weight_ih_l0"].T + p["bias_ih_l0"] + h @ p["weight_hh_l0"].T + p["bias_hh_l0"]
    return RNNStep(z, ACTIVATIONS[activation].apply(z))


def lstm_step(x: Array, h: Array, c: Array, p: Parameters) -> LSTMStep:
    r"""One step of the LSTM with a forget gate (Gers, Schmidhuber and Cummins 2000), without peepholes.

    .. math::

        i_t &= \sigma(W_i x_t + U_i h_{t-1} + b_i) \qquad f_t = \sigma(W_f x_t + U_f h_{t-1} + b_f) \\
        g_t &= \tanh(W_g x_t + U_g h_{t-1} + b_g) \qquad o_t = \sigma(W_o x_t + U_o h_{t-1} + b_o) \\
        c_t &= f_t \odot c_{t-1} + i_t \odot g_t \qquad h_t = o_t \odot \tanh(c_t)

    Parameters
    ----------
    x : ndarray
        Input x_t, (B, I).
    h, c : ndarray
        Previous hidden and cell state, (B, H).
    p : mapping
        ``weight_ih_l0`` (4H, I), ``weight_hh_l0`` (4H, H), ``bias_ih_l0`` (4H,), ``bias_hh_l0`` (4H,);
        blocks of rows in the order i, f, g, o.
    """
    z = x @ p["weight_ih_l0"].T + p["bias_ih_l0"] + h @ p["weight_hh_l0"].T + p["bias_hh_l0"]
    z_i, z_f, z_g, z_o = np.split(z, 4, axis=1)
    i, f, g, o = sigmoid(z_i), sigmoid(z_f), np.tanh(z_g), sigmoid(z_o)
    c = f * c + i * g
    tanh_c = np.tanh(c)
    return LSTMStep(z, i, f, g, o, c, tanh_c, o * tanh_c)
