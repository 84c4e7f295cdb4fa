"""Many networks of one kind, side by side as one batch: P sets of weights, forward and back.

The equations are those of :mod:`engine.cells`; a sweep runs hundreds of variants for what a few would cost.
Only what a sweep shows is kept: the states, the norms of their gradients, and what the slopes by a control
need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .fast_tape import Sizes, tanh_for

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from .cells import Cell

__all__ = ["Back", "Many", "Matrices", "run_many"]

Array = NDArray[np.float64]
_Values = dict[str, Array]


class Matrices:
    """One matrix for each of P networks; or one for all, which each may scale by a factor of its own.

    Parameters
    ----------
    values : ndarray
        (P, M, N), or (M, N) for all.
    factors : ndarray or None
        (P,), for a matrix that all share.
    """

    def __init__(self, values: Array, factors: Array | None = None) -> None:
        self.values = values
        self.own = values.ndim == 3
        self.factors = None if factors is None else factors[:, np.newaxis]
        # The product runs along the rows of what it reads.
        self.turned = np.ascontiguousarray(np.swapaxes(values, -1, -2))

    def dot(self, vectors: Array) -> Array:
        """W v of each network: (..., P, N) to (..., P, M)."""
        return self._product(vectors, self.turned)

    def back(self, vectors: Array) -> Array:
        """Transposed W v: (..., P, M) to (..., P, N)."""
        return self._product(vectors, self.values)

    def _product(self, vectors: Array, matrices: Array) -> Array:
        if self.own:
            return np.asarray(np.matmul(vectors[..., np.newaxis, :], matrices)[..., 0, :])
        found = vectors @ matrices
        if self.factors is not None:
            found *= self.factors
        return np.asarray(found)


class Back(NamedTuple):
    """What a backward pass found out.

    Attributes
    ----------
    h_norms, c_norms : ndarray
        (T+1, P): 2-norms of dL/dh_t and dL/dc_t; the second is empty but for an LSTM.
    z, n : ndarray
        dL/d of the pre-activations as the recurrent matrix made them, and as the input's did, (T, P, G*H).
        They differ only for a GRU, whose reset gate stands between.
    h0, c0 : ndarray
        (P, H).
    """

    h_norms: Array
    c_norms: Array
    z: Array
    n: Array
    h0: Array
    c0: Array


class Many:
    """P networks of one cell, run over T steps.

    Parameters
    ----------
    cell : Cell
        One that :attr:`engine.cells.Cell.plain` is true of.
    recurrent : Matrices
        Their recurrent matrices, (G*H, H) each.
    given : ndarray
        What the inputs and both biases make of the pre-activations, (T, 1 or P, G*H); of a GRU without
        ``bias_n``.
    h0, c0 : ndarray
        Initial states, (P, H).
    bias_n : ndarray or None
        Of a GRU: the candidate's recurrent bias, (1 or P, H).

    Attributes
    ----------
    h, c : ndarray
        (T+1, P, H); c is empty but for an LSTM.
    """

    def __init__(
        self,
        cell: Cell,
        recurrent: Matrices,
        given: Array,
        h0: Array,
        c0: Array,
        bias_n: Array | None = None,
    ) -> None:
        steps = len(given)
        batch, units = h0.shape
        self.cell, self.recurrent, self.given, self.bias_n = cell, recurrent, given, bias_n
        self.h = np.empty((steps + 1, batch, units))
        self.h[0] = h0
        self.c = np.empty((steps + 1, batch, units) if cell.kind == "lstm" else (0, batch, units))
        self.c[:1] = c0
        self._tanh: Callable[[Array, Array], object] = tanh_for(
            Sizes(steps, batch, given.shape[2], units, np.dtype(np.float64))
        )
        run = {"rnn": self._rnn, "lstm": self._lstm, "gru": self._gru}[cell.kind]
        # Gates and the like at each step: (T, P, H) by name.
        self.kept: _Values = {}
        with np.errstate(all="ignore"):
            run()

    def _keep(self, *names: str) -> list[Array]:
        self.kept = {name: np.empty_like(self.h[1:]) for name in names}
        return list(self.kept.values())

    def _squash(self, z: Array, out: Array) -> None:
        self._tanh(np.ascontiguousarray(z).reshape(-1), out.reshape(-1))

    def _rnn(self) -> None:
        activation = self.cell.activation
        for t, given in enumerate(self.given):
            z = self.recurrent.dot(self.h[t])
            z += given
            if activation == "tanh":
                self._squash(z, self.h[t + 1])
            elif activation == "relu":
                np.maximum(z, 0.0, out=self.h[t + 1])
            elif activation == "sigmoid":
                self.h[t + 1] = _sigmoid(z)
            else:
                self.h[t + 1] = z

    def _lstm(self) -> None:
        units = self.h.shape[2]
        i, f, g, o, tanh_c = self._keep(*"ifgo", "tanh_c")
        c = self.c
        for t, given in enumerate(self.given):
            z = self.recurrent.dot(self.h[t])
            z += given
            both = _sigmoid(z[:, : 2 * units])
            i[t], f[t] = both[:, :units], both[:, units:]
            self._squash(z[:, 2 * units : 3 * units], g[t])
            o[t] = _sigmoid(z[:, 3 * units :])
            np.multiply(f[t], c[t], out=c[t + 1])
            c[t + 1] += i[t] * g[t]
            self._squash(c[t + 1], tanh_c[t])
            np.multiply(o[t], tanh_c[t], out=self.h[t + 1])

    def _gru(self) -> None:
        units = self.h.shape[2]
        r, z, n, q = self._keep(*"rznq")
        assert self.bias_n is not None
        for t, given in enumerate(self.given):
            share = self.recurrent.dot(self.h[t])
            both = _sigmoid(share[:, : 2 * units] + given[:, : 2 * units])
            r[t], z[t] = both[:, :units], both[:, units:]
            np.add(share[:, 2 * units :], self.bias_n, out=q[t])
            self._squash(r[t] * q[t] + given[:, 2 * units :], n[t])
            np.subtract(self.h[t], n[t], out=self.h[t + 1])
            self.h[t + 1] *= z[t]
            self.h[t + 1] += n[t]

    def back(self, above: Mapping[int, Array], cuts: Collection[int] = ()) -> Back:
        """Carry gradients back through all steps.

        Parameters
        ----------
        above : mapping
            By step t from 1: what of dL/dh_t (P, H) comes from the loss of that step.
        cuts : collection of int
            Steps t: nothing flows from step t+1 back to h_t and c_t.
        """
        steps, batch, units = self.kept_shape
        h_norms, c_norms = np.empty((2, steps + 1, batch))
        z = np.empty((steps, batch, self.given.shape[2]))
        n = np.empty_like(z) if self.cell.kind == "gru" else z
        dh, dc = np.zeros((2, batch, units))
        one_back = {"rnn": self._rnn_back, "lstm": self._lstm_back, "gru": self._gru_back}[self.cell.kind]
        with np.errstate(all="ignore"):
            for t in range(steps, 0, -1):
                if t in cuts:
                    dh, dc = np.zeros((2, batch, units))
                if t in above:
                    dh = dh + above[t]
                if self.cell.kind == "lstm":
                    tanh_c = self.kept["tanh_c"][t - 1]
                    dc = dc + dh * self.kept["o"][t - 1] * (1.0 - tanh_c * tanh_c)
                    c_norms[t] = _norms(dc)
                h_norms[t] = _norms(dh)
                dh, dc = one_back(t - 1, dh, dc, z[t - 1], n[t - 1])
            if 0 in cuts:
                dh, dc = np.zeros((2, batch, units))
            h_norms[0], c_norms[0] = _norms(dh), _norms(dc)
        return Back(h_norms, c_norms if self.cell.kind == "lstm" else c_norms[:0], z, n, dh, dc)

    @property
    def kept_shape(self) -> tuple[int, int, int]:
        """T, P, H."""
        steps, batch, units = self.h.shape
        return steps - 1, batch, units

    def _rnn_back(self, row: int, dh: Array, dc: Array, dz: Array, _: Array) -> tuple[Array, Array]:
        h = self.h[row + 1]
        match self.cell.activation:
            case "tanh":
                np.multiply(h, h, out=dz)
                np.subtract(1.0, dz, out=dz)
                dz *= dh
            case "relu":
                np.multiply(dh, h > 0.0, out=dz)
            case "sigmoid":
                np.subtract(1.0, h, out=dz)
                dz *= h
                dz *= dh
            case _:
                dz[:] = dh
        return self.recurrent.back(dz), dc

    def _lstm_back(self, row: int, dh: Array, dc: Array, dz: Array, _: Array) -> tuple[Array, Array]:
        i, f, g, o, tanh_c = (kept[row] for kept in self.kept.values())
        blocks = np.split(dz, 4, axis=1)  # views: what is written there is in dz
        np.multiply(dc, g * i * (1.0 - i), out=blocks[0])
        np.multiply(dc, self.c[row] * f * (1.0 - f), out=blocks[1])
        np.multiply(dc, i * (1.0 - g * g), out=blocks[2])
        np.multiply(dh, tanh_c * o * (1.0 - o), out=blocks[3])
        return self.recurrent.back(dz), dc * f

    def _gru_back(self, row: int, dh: Array, dc: Array, dz: Array, dn: Array) -> tuple[Array, Array]:
        r, z, n, q = (kept[row] for kept in self.kept.values())
        by_input = np.split(dn, 3, axis=1)
        np.multiply(dh, (self.h[row] - n) * z * (1.0 - z), out=by_input[1])
        np.multiply(dh, (1.0 - z) * (1.0 - n * n), out=by_input[2])
        np.multiply(by_input[2], q * r * (1.0 - r), out=by_input[0])
        dz[:] = dn
        np.split(dz, 3, axis=1)[2][:] *= r
        before = self.recurrent.back(dz)
        before += dh * z
        return before, dc


def _sigmoid(z: Array) -> Array:
    e = np.negative(z)
    np.exp(e, out=e)  # inf for very negative z, which gives 0, as it should
    e += 1.0
    return np.asarray(np.reciprocal(e, out=e))


def _norms(vectors: Array) -> Array:
    return np.asarray(np.sqrt(np.einsum("ph,ph->p", vectors, vectors)))


def run_many(
    cell: Cell,
    weight_ih: Matrices,
    recurrent: Matrices,
    bias_ih: Array,
    bias_hh: Array,
    x: Array,
    h0: Array,
    c0: Array,
) -> Many:
    """Run P networks over one input, or an input each.

    Parameters
    ----------
    cell : Cell
        One that is plain: of PyTorch's kinds.
    weight_ih, recurrent : Matrices
        (G*H, I) and (G*H, H) each.
    bias_ih, bias_hh : ndarray
        (1 or P, G*H).
    x : ndarray
        (T, 1 or P, I).
    h0, c0 : ndarray
        (P, H).
    """
    batch, units = h0.shape
    if (weight_ih.own or weight_ih.factors is not None) and x.shape[1] == 1:
        x = np.broadcast_to(x, (len(x), batch, x.shape[2]))
    bias_n = None
    if cell.kind == "gru":
        rows = cell.rows("n", units)
        bias_n = bias_hh[:, rows]
        bias_hh = bias_hh.copy()
        bias_hh[:, rows] = 0.0
    with np.errstate(all="ignore"):
        given = weight_ih.dot(x) + (bias_ih + bias_hh)
    return Many(cell, recurrent, given, h0, c0, bias_n)
