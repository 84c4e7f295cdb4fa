"""The cells as the textbooks write them: which recurrences there are, and one readable step of each.

:mod:`engine.unroll` runs the same equations over whole sequences; the tests hold both equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .activations import ACTIVATIONS, sigmoid

__all__ = [
    "CELLS",
    "RESETS",
    "VARIANTS",
    "Cell",
    "GRUStep",
    "LSTMStep",
    "RNNStep",
    "gru_step",
    "lstm_step",
    "rnn_step",
    "shapes",
]

Array = NDArray[np.float64]
Parameters = Mapping[str, Array]

CELLS = ("rnn", "lstm", "gru")

RESETS = ("after", "before")

VARIANTS: Mapping[str, str] = MappingProxyType(
    {
        "": "The LSTM of today: input, forget and output gate, a candidate, no peepholes.",
        "no-forget-gate": "Nothing is ever forgotten: f is 1, as in the LSTM of 1997.",
        "no-input-gate": "Every candidate is written in full: i is 1.",
        "no-output-gate": "The whole squashed cell state is emitted: o is 1.",
        "coupled": "What is written is taken from what is kept: f is 1 - i.",
        "peepholes": "The gates also read the cell state, each unit its own.",
        "no-input-activation": "The candidate is not squashed: g is its pre-activation.",
        "no-output-activation": "The cell state is emitted unsquashed: h is o times c.",
    }
)
"""Variants of the LSTM by name, each in a sentence; they are those of Greff et al. (2017).

There the unchanged LSTM has peepholes and one variant lacks them; here, as in PyTorch, it is the other way
round.
"""

_VALUES = {"rnn": (), "lstm": ("i", "f", "g", "o"), "gru": ("r", "z", "n")}
_MISSING = {"no-forget-gate": "f", "no-input-gate": "i", "no-output-gate": "o", "coupled": "f"}
_LSTM_BLOCKS = {
    variant: tuple(gate for gate in _VALUES["lstm"] if gate != _MISSING.get(variant)) for variant in VARIANTS
}


@dataclass(frozen=True)
class Cell:
    """Which recurrence: no sizes and no numbers.

    Attributes
    ----------
    kind : str
        ``"rnn"``, ``"lstm"`` or ``"gru"``.
    activation : str
        Of the plain cell: tanh, relu, sigmoid or identity.
    variant : str
        Of the LSTM, a name in :data:`VARIANTS`.
    reset : str
        Of the GRU: ``"after"`` the recurrent matrix (PyTorch, cuDNN) or ``"before"`` it (Cho et al. 2014).

    Raises
    ------
    ValueError
        If there is no such cell.

    Examples
    --------
    >>> Cell("lstm", variant="coupled").gates
    ('i', 'g', 'o')
    >>> Cell("gru").rows("n", 8)
    slice(16, 24, None)
    """

    kind: str = "lstm"
    activation: str = "tanh"
    variant: str = ""
    reset: str = "after"

    def __post_init__(self) -> None:
        for word, value, known in (
            ("cell", self.kind, CELLS),
            ("activation", self.activation, tuple(ACTIVATIONS)),
            ("variant of the LSTM", self.variant, tuple(VARIANTS)),
            ("reset of the GRU", self.reset, RESETS),
        ):
            if value not in known:
                names = ", ".join(name for name in known if name)
                raise ValueError(f"no {word} is called “{value}”; there are {names}")
        if self.variant and self.kind != "lstm":
            raise ValueError(f"“{self.variant}” is a variant of the LSTM, not of {self.kind}")

    @property
    def gates(self) -> tuple[str, ...]:
        """Blocks of rows in the packed matrices, PyTorch's order; for the plain cell one without a name."""
        if self.kind == "lstm":
            return _LSTM_BLOCKS[self.variant]
        return ("",) if self.kind == "rnn" else ("r", "z", "n")

    @property
    def values(self) -> tuple[str, ...]:
        """Gates that a trace has, the missing ones of a variant included; none for the plain cell."""
        return _VALUES[self.kind]

    @property
    def peepholes(self) -> tuple[str, ...]:
        """Gates that read the cell state."""
        return ("i", "f", "o") if self.variant == "peepholes" else ()

    @property
    def plain(self) -> bool:
        """Tell whether PyTorch has the same cell (or would, with another activation)."""
        return self.variant == "" and (self.kind != "gru" or self.reset == "after")

    def rows(self, gate: str, units: int) -> slice:
        """Rows of one gate's block in the packed matrices and in z.

        Raises
        ------
        KeyError
            If the cell computes no such gate.
        """
        if gate not in self.gates:
            raise KeyError(gate)
        k = self.gates.index(gate)
        return slice(k * units, (k + 1) * units)


def shapes(cell: Cell, units: int, inputs: int) -> dict[str, tuple[int, ...]]:
    """Shapes of the parameters of one layer in one direction.

    Examples
    --------
    >>> shapes(Cell("gru"), units=2, inputs=3)
    {'weight_ih': (6, 3), 'weight_hh': (6, 2), 'bias_ih': (6,), 'bias_hh': (6,)}
    """
    rows = len(cell.gates) * units
    found: dict[str, tuple[int, ...]] = {
        "weight_ih": (rows, inputs),
        "weight_hh": (rows, units),
        "bias_ih": (rows,),
        "bias_hh": (rows,),
    }
    found.update((f"weight_c{gate}", (units,)) for gate in cell.peepholes)
    return found


class RNNStep(NamedTuple):
    """One step of the plain cell: pre-activation ``z`` and hidden state ``h``, each (B, H)."""

    z: Array
    h: Array


class LSTMStep(NamedTuple):
    """One step of the LSTM: packed pre-activations ``z`` (B, G*H); the rest (B, H)."""

    z: Array
    i: Array
    f: Array
    g: Array
    o: Array
    c: Array
    tanh_c: Array
    h: Array


class GRUStep(NamedTuple):
    """One step of the GRU: packed pre-activations ``pre`` (B, 3H); the rest (B, H)."""

    pre: Array
    r: Array
    z: Array
    n: Array
    q: Array
    h: Array


_RNN, _LSTM, _GRU = Cell("rnn"), Cell("lstm"), Cell("gru")


def rnn_step(x: Array, h: Array, p: Parameters, cell: Cell = _RNN) -> RNNStep:
    r"""One step of the plain recurrent cell (Elman 1990, in PyTorch's parameters).

    .. math:: z_t = W x_t + b_{ih} + U h_{t-1} + b_{hh}, \qquad h_t = \phi(z_t)

    Parameters
    ----------
    x : ndarray
        Input x_t, (B, I).
    h : ndarray
        Previous hidden state h_{t-1}, (B, H).
    p : mapping
        W is ``weight_ih`` (H, I), U ``weight_hh`` (H, H); ``bias_ih`` (H,), ``bias_hh`` (H,).
    cell : Cell
        Gives the activation.

    Examples
    --------
    >>> one = np.ones((1, 1))
    >>> p = {"weight_ih": one, "weight_hh": 2 * one, "bias_ih": np.zeros(1), "bias_hh": np.zeros(1)}
    >>> rnn_step(one, one, p, Cell("rnn", activation="identity")).h
    array([[3.]])
    """
    z = x @ p["weight_ih"].T + p["bias_ih"] + h @ p["weight_hh"].T + p["bias_hh"]
    return RNNStep(z, ACTIVATIONS[cell.activation].apply(z))


def lstm_step(x: Array, h: Array, c: Array, p: Parameters, cell: Cell = _LSTM) -> LSTMStep:
    r"""One step of the LSTM with a forget gate (Gers, Schmidhuber and Cummins 2000) or of a variant.

    .. math::

        i_t &= \sigma(W_i x_t + U_i h_{t-1} + b_i) \qquad f_t = \sigma(W_f x_t + U_f h_{t-1} + b_f) \\
        g_t &= \tanh(W_g x_t + U_g h_{t-1} + b_g) \qquad o_t = \sigma(W_o x_t + U_o h_{t-1} + b_o) \\
        c_t &= f_t \odot c_{t-1} + i_t \odot g_t \qquad h_t = o_t \odot \tanh(c_t)

    A gate that a variant lacks is 1; in the coupled one f = 1 - i. With peepholes (Gers, Schraudolph and
    Schmidhuber 2002, in the notation of Graves 2013) the pre-activations of i and f gain
    :math:`w_{ci} \odot c_{t-1}` and :math:`w_{cf} \odot c_{t-1}`, that of o :math:`w_{co} \odot c_t`.

    Parameters
    ----------
    x : ndarray
        Input x_t, (B, I).
    h, c : ndarray
        Previous hidden and cell state, (B, H).
    p : mapping
        W is ``weight_ih`` (4H, I), U ``weight_hh`` (4H, H), b the sum of ``bias_ih`` and ``bias_hh`` (4H,);
        blocks of rows in the order i, f, g, o, without those of a missing gate. With peepholes also
        ``weight_ci``, ``weight_cf``, ``weight_co``, each (H,).
    cell : Cell
        Gives the variant.

    Examples
    --------
    >>> p = {name: np.zeros(shape) for name, shape in shapes(Cell("lstm"), 1, 1).items()}
    >>> lstm_step(np.ones((1, 1)), np.zeros((1, 1)), np.ones((1, 1)), p).c
    array([[0.5]])
    """
    z = x @ p["weight_ih"].T + p["bias_ih"] + h @ p["weight_hh"].T + p["bias_hh"]
    z = z.copy()
    units = h.shape[1]
    part = {gate: z[:, cell.rows(gate, units)] for gate in cell.gates}
    one = np.ones_like(h)
    peeping = bool(cell.peepholes)
    if peeping:
        part["i"] += p["weight_ci"] * c
        part["f"] += p["weight_cf"] * c
    i = sigmoid(part["i"]) if "i" in part else one
    f = sigmoid(part["f"]) if "f" in part else one
    if cell.variant == "coupled":
        f = 1.0 - i
    g = part["g"] if cell.variant == "no-input-activation" else np.tanh(part["g"])
    c = f * c + i * g
    if peeping:
        part["o"] += p["weight_co"] * c
    o = sigmoid(part["o"]) if "o" in part else one
    tanh_c = c if cell.variant == "no-output-activation" else np.tanh(c)
    return LSTMStep(z, i, f, g, o, c, tanh_c, o * tanh_c)


def gru_step(x: Array, h: Array, p: Parameters, cell: Cell = _GRU) -> GRUStep:
    r"""One step of the gated recurrent unit (Cho et al. 2014), in PyTorch's parameters.

    .. math::

        r_t &= \sigma(W_r x_t + b_{ir} + U_r h_{t-1} + b_{hr}) \\
        z_t &= \sigma(W_z x_t + b_{iz} + U_z h_{t-1} + b_{hz}) \\
        h_t &= (1 - z_t) \odot n_t + z_t \odot h_{t-1}

    and, with the reset *after* the recurrent matrix (PyTorch's and cuDNN's),

    .. math:: q_t = U_n h_{t-1} + b_{hn}, \qquad n_t = \tanh(W_n x_t + b_{in} + r_t \odot q_t)

    or *before* it (as published)

    .. math:: q_t = r_t \odot h_{t-1}, \qquad n_t = \tanh(W_n x_t + b_{in} + U_n q_t + b_{hn})

    Parameters
    ----------
    x : ndarray
        Input x_t, (B, I).
    h : ndarray
        Previous hidden state h_{t-1}, (B, H).
    p : mapping
        W is ``weight_ih`` (3H, I), U ``weight_hh`` (3H, H), ``bias_ih`` and ``bias_hh`` (3H,); blocks of rows
        in the order r, z, n.
    cell : Cell
        Says where the reset is.

    Examples
    --------
    >>> p = {name: np.zeros(shape) for name, shape in shapes(Cell("gru"), 1, 1).items()}
    >>> gru_step(np.ones((1, 1)), np.ones((1, 1)), p).h
    array([[0.5]])
    """
    w_r, w_z, w_n = np.split(p["weight_ih"], 3)
    u_r, u_z, u_n = np.split(p["weight_hh"], 3)
    b_ir, b_iz, b_in = np.split(p["bias_ih"], 3)
    b_hr, b_hz, b_hn = np.split(p["bias_hh"], 3)
    z_r = x @ w_r.T + b_ir + h @ u_r.T + b_hr
    z_z = x @ w_z.T + b_iz + h @ u_z.T + b_hz
    r, z = sigmoid(z_r), sigmoid(z_z)
    if cell.reset == "after":
        q = h @ u_n.T + b_hn
        z_n = x @ w_n.T + b_in + r * q
    else:
        q = r * h
        z_n = x @ w_n.T + b_in + q @ u_n.T + b_hn
    n = np.tanh(z_n)
    return GRUStep(np.concatenate([z_r, z_z, z_n], axis=1), r, z, n, q, (1.0 - z) * n + z * h)
