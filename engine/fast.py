"""The plain cells, quickly: forward and backward with everything kept.

For the plain RNN, the LSTM without a variant and the GRU with its reset after the matrix, one layer in one
direction, with nothing held or padded, in float32 and float64. :mod:`engine.unroll` and
:mod:`engine.backprop` come here whenever they can; the tests hold this module equal to them and to the
readable steps of :mod:`engine.cells`.

How it is quick, and where the figures come from: ``benchmarks/engine.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .fast_gru import GRUBackward, GRUForward
from .fast_lstm import LSTMForward
from .fast_lstm_back import LSTMBackward
from .fast_rnn import RNNBackward, RNNForward
from .fast_tape import Gradients, Sizes, Values

if TYPE_CHECKING:
    from typing import Protocol

    from .cells import Cell

    class _Tape(Protocol):
        sizes: Sizes

        def run(self, p: Mapping[str, Array], x: Array, h0: Array | None, c0: Array | None) -> None: ...

        def values(self) -> Values: ...

    class _Back(Protocol):
        weights: dict[str, Array]

        def run(
            self,
            p: Mapping[str, Array],
            dh: Array,
            dh_end: Array | None,
            dc_end: Array | None,
            cuts: Collection[int],
        ) -> None: ...

        def values(self) -> Gradients: ...


__all__ = ["Forward", "GateGradients", "Gradient", "Workspace", "backward", "can_run", "forward"]

Array = NDArray[np.float64]

_KEPT_SHAPES = 4  # of a workspace, the latest


def _tape(cell: Cell, sizes: Sizes) -> _Tape:
    if cell.kind == "lstm":
        return LSTMForward(sizes)
    return GRUForward(sizes) if cell.kind == "gru" else RNNForward(sizes, cell.activation)


def _back(tape: _Tape) -> _Back:
    if isinstance(tape, LSTMForward):
        return LSTMBackward(tape)
    if isinstance(tape, GRUForward):
        return GRUBackward(tape)
    assert isinstance(tape, RNNForward)
    return RNNBackward(tape)


class _Buffers:
    """What one forward and one backward pass write into, and how often that has happened."""

    def __init__(self, cell: Cell, sizes: Sizes) -> None:
        self.tape = _tape(cell, sizes)
        self.values = self.tape.values()
        self.kept: tuple[_Back, Gradients] | None = None
        self.uses = 0

    def back(self, keep: bool) -> tuple[_Back, Gradients]:
        """Give buffers for a backward pass: anew each time unless they are to be kept."""
        if keep and self.kept is not None:
            return self.kept
        back = _back(self.tape)
        found = back, back.values()
        self.kept = found if keep else None
        return found


class Workspace:
    """Buffers for passes of one shape after the other, to be owned by whoever runs many of them.

    Making buffers costs a short sequence a quarter of its time. What runs in a workspace gives results that
    lie in it: they hold until the next forward pass in it, unless ``copy()`` is taken. A workspace serves one
    layer and direction at a time, and one thread.

    Examples
    --------
    >>> from engine.cells import Cell, shapes
    >>> p = {name: np.zeros(size) for name, size in shapes(Cell("gru"), 2, 1).items()}
    >>> workspace = Workspace()
    >>> first = forward(Cell("gru"), p, np.ones((3, 1, 1)), workspace=workspace)
    >>> kept = first.copy()
    >>> second = forward(Cell("gru"), p, np.zeros((3, 1, 1)), workspace=workspace)
    >>> np.shares_memory(first.values.h, second.values.h), np.shares_memory(kept.h, second.values.h)
    (True, False)
    """

    def __init__(self) -> None:
        self._buffers: dict[tuple[Cell, Sizes], _Buffers] = {}

    def buffers(self, cell: Cell, sizes: Sizes) -> _Buffers:
        """Give the buffers for a cell and shape; those of the least recent shape are let go."""
        found = self._buffers.pop((cell, sizes), None) or _Buffers(cell, sizes)
        while len(self._buffers) >= _KEPT_SHAPES:
            del self._buffers[next(iter(self._buffers))]
        self._buffers[cell, sizes] = found
        return found


class Forward(NamedTuple):
    """What a forward pass computed, in the shapes of :class:`engine.trace.ForwardTrace`.

    Attributes
    ----------
    cell : Cell
    x : ndarray
        (T, B, I), as given.
    values : Values
        z (T, B, G*H), h (T+1, B, H), gates by name (T, B, H), and c (T+1, B, H), tanh_c, q (T, B, H) where
        the cell has them. They are views, time first, of feature-major memory.
    """

    cell: Cell
    x: Array
    values: Values
    buffers: _Buffers
    use: int
    in_workspace: bool

    def copy(self) -> Values:
        """Give the values in memory of their own."""
        return self.values.copy()


class Gradient(NamedTuple):
    """What a backward pass computed, in the shapes of :class:`engine.trace.GradientTrace`.

    Attributes
    ----------
    values : Gradients
        dL/d of x, z, h, and c and q where the cell has them.
    gates : mapping
        dL/d of each gate's output, (T, B, H), computed when it is asked for.
    weights : dict
        dL/d of each parameter, summed over steps and batch.
    """

    values: Gradients
    gates: Mapping[str, Array]
    weights: dict[str, Array]


class GateGradients(Mapping[str, Array]):
    r"""dL/d of each gate's output, and of ``tanh_c``, computed when first asked for.

    They are products of what is at hand, dL/dc_t or dL/dh_t and the partner of the gate: for the LSTM

    .. math::

        di = g \, dc, \quad df = c_{t-1} \, dc, \quad dg = i \, dc, \quad do = \tanh(c) \, dh,
        \quad d\tanh(c) = o \, dh;

    for the GRU :math:`dr = q \, dz_n`, :math:`dz = (h_{t-1} - n) \, dh`, :math:`dn = (1 - z) \, dh`.
    """

    def __init__(self, values: Values, gradients: Gradients) -> None:
        self._values, self._gradients = values, gradients
        self._found: dict[str, Array] = {}

    def __getitem__(self, name: str) -> Array:
        if name not in self._found:
            with np.errstate(all="ignore"):
                self._found[name] = self._compute(name)
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values.gates)

    def __len__(self) -> int:
        return len(self._values.gates)

    def __contains__(self, name: object) -> bool:
        return name in self._values.gates

    def _compute(self, name: str) -> Array:
        values, gates = self._values, self._values.gates
        dh, dc = self._gradients.h[1:], self._gradients.c
        if values.c is not None and values.tanh_c is not None and dc is not None:
            if name == "o":
                return np.asarray(dh * values.tanh_c)
            if name == "tanh_c":
                return np.asarray(dh * gates["o"])
            partner = {"i": gates["g"], "f": values.c[:-1], "g": gates["i"]}[name]
            return np.asarray(dc[1:] * partner)
        if values.q is None:
            raise KeyError(name)
        if name == "r":
            return np.asarray(self._gradients.z[:, :, 2 * dh.shape[2] :] * values.q)
        return np.asarray({"z": values.h[:-1] - gates["n"], "n": 1.0 - gates["z"]}[name] * dh)


def can_run(cell: Cell, x: Array) -> bool:
    """Tell whether this module has the cell, and in x's precision.

    Examples
    --------
    >>> from engine.cells import Cell
    >>> can_run(Cell("gru"), np.ones((3, 1, 1))), can_run(Cell("gru", reset="before"), np.ones((3, 1, 1)))
    (True, False)
    """
    return cell.plain and x.dtype in (np.float32, np.float64) and x.size > 0


def forward(
    cell: Cell,
    p: Mapping[str, Array],
    x: Array,
    h0: Array | None = None,
    c0: Array | None = None,
    *,
    workspace: Workspace | None = None,
) -> Forward:
    """Run a plain cell over a batch of sequences.

    Parameters
    ----------
    cell : Cell
        One of which :func:`can_run` says yes.
    p : mapping
        ``weight_ih`` (G*H, I), ``weight_hh`` (G*H, H), ``bias_ih``, ``bias_hh`` (G*H,), blocks of rows in the
        order i, f, g, o or r, z, n.
    x : ndarray
        (T, B, I), none of them 0; float32 or float64, as are the results then.
    h0, c0 : ndarray or None
        (B, H); zeros by default.
    workspace : Workspace or None
        Where the results are to lie; by default, in memory of their own.

    Raises
    ------
    KeyError, ValueError
        If a parameter is missing, if shapes do not fit together, if the module lacks the cell.

    Examples
    --------
    >>> from engine.cells import Cell
    >>> one = np.ones((1, 1))
    >>> p = {"weight_ih": one, "weight_hh": 0.5 * one, "bias_ih": np.zeros(1), "bias_hh": np.zeros(1)}
    >>> kick = np.array([1.0, 0.0, 0.0]).reshape(3, 1, 1)
    >>> forward(Cell("rnn", activation="identity"), p, kick).values.h.ravel()
    array([0.  , 1.  , 0.5 , 0.25])
    """
    if not can_run(cell, x):
        raise ValueError(f"not a plain cell with inputs in float32 or float64: {cell}, {x.dtype} {x.shape}")
    p, sizes = _checked(cell, p, x)
    state = (sizes.batch, sizes.units)
    buffers = _Buffers(cell, sizes) if workspace is None else workspace.buffers(cell, sizes)
    buffers.uses += 1
    with np.errstate(all="ignore"):
        buffers.tape.run(p, x, _whole(h0, state), _whole(c0, state))
    return Forward(cell, x, buffers.values, buffers, buffers.uses, workspace is not None)


def backward(
    run: Forward,
    p: Mapping[str, Array],
    dh: Array,
    dh_end: Array | None = None,
    dc_end: Array | None = None,
    *,
    cuts: Collection[int] = (),
) -> Gradient:
    """Carry the derivative of the loss back through all steps of a forward pass.

    Parameters
    ----------
    run : Forward
        Of the same parameters.
    p : mapping
        The parameters.
    dh : ndarray
        dL/dh_t from above for t = 1..T, (T, B, H).
    dh_end, dc_end : ndarray or None
        What comes into h_T and c_T from later, (B, H).
    cuts : collection of int
        Steps t from 0 to T-1: nothing flows from step t+1 back to h_t and c_t.

    Returns
    -------
    Gradient
        In the workspace of the forward pass if it had one, else in memory of its own.

    Raises
    ------
    ValueError
        If shapes do not fit, or if the workspace has been used for another forward pass since.

    Examples
    --------
    >>> from engine.cells import Cell
    >>> one = np.ones((1, 1))
    >>> p = {"weight_ih": one, "weight_hh": 0.5 * one, "bias_ih": np.zeros(1), "bias_hh": np.zeros(1)}
    >>> run = forward(Cell("rnn", activation="identity"), p, np.zeros((3, 1, 1)))
    >>> backward(run, p, np.array([0.0, 0.0, 1.0]).reshape(3, 1, 1)).values.h.ravel()
    array([0.125, 0.25 , 0.5  , 1.   ])
    """
    if run.use != run.buffers.uses:
        raise ValueError("the workspace has been used for another forward pass since this one")
    p, sizes = _checked(run.cell, p, run.x)
    state = (sizes.batch, sizes.units)
    if dc_end is not None and run.values.c is None:
        raise ValueError(f"a gradient of c for a cell without one: {run.cell.kind}")
    above = _whole(dh, (sizes.steps, *state))
    assert above is not None
    back, gradients = run.buffers.back(run.in_workspace)
    with np.errstate(all="ignore"):
        back.run(p, above, _whole(dh_end, state), _whole(dc_end, state), cuts)
    return Gradient(gradients, GateGradients(run.values, gradients), back.weights)


def _checked(cell: Cell, p: Mapping[str, Array], x: Array) -> tuple[dict[str, Array], Sizes]:
    """Give the parameters in x's precision, and the sizes, once the shapes are seen to fit."""
    steps, batch, inputs = x.shape
    weights = {
        name: np.asarray(p[name], dtype=x.dtype) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    }
    units = weights["weight_hh"].shape[-1]
    rows = len(cell.gates) * units
    wanted = {"weight_ih": (rows, inputs), "weight_hh": (rows, units)}
    for name, value in weights.items():
        shape = wanted.get(name, (rows,))
        if value.shape != shape or not value.size:
            raise ValueError(f"{name} has shape {value.shape}, should have {shape}")
    return weights, Sizes(steps, batch, inputs, units, x.dtype)


def _whole(values: Array | None, shape: tuple[int, ...]) -> Array | None:
    if values is None:
        return None
    values = np.asarray(values)
    return values if values.shape == shape else np.broadcast_to(values, shape)
