"""Backpropagation through time (Werbos 1990), with every intermediate gradient kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .factors import arrive, close, factors, step_back
from .fast import backward
from .paths import paths
from .trace import GradientTrace
from .unroll import as_dtype

if TYPE_CHECKING:
    from .fast import Forward
    from .trace import ForwardTrace

__all__ = ["backpropagate", "factors", "paths", "step_contribution"]

Array = NDArray[np.float64]
Parameters = Mapping[str, Array]


def backpropagate(
    trace: ForwardTrace,
    p: Parameters,
    dh: Array,
    *,
    dh_end: Array | None = None,
    dc_end: Array | None = None,
    cuts: Collection[int] = (),
    using: Mapping[str, Array] | None = None,
) -> GradientTrace:
    r"""Carry the derivative of the loss back through all steps of one layer in one direction.

    For the plain cell, with :math:`\delta_t = \partial L/\partial z_t`,

    .. math::

        \frac{\partial L}{\partial h_t} = \frac{\partial L_t}{\partial h_t} + U^\top \delta_{t+1}, \qquad
        \delta_t = \phi'(z_t) \odot \frac{\partial L}{\partial h_t};

    for the LSTM

    .. math::

        \frac{\partial L}{\partial c_t} = f_{t+1} \odot \frac{\partial L}{\partial c_{t+1}}
        + o_t \odot (1 - \tanh^2 c_t) \odot \frac{\partial L}{\partial h_t}

    and the gates' derivatives from it (Greff et al. 2017, section II); for the GRU

    .. math::

        \frac{\partial L}{\partial h_t} = \frac{\partial L_t}{\partial h_t}
        + z_{t+1} \odot \frac{\partial L}{\partial h_{t+1}}
        + U_r^\top \delta^r_{t+1} + U_z^\top \delta^z_{t+1} + U_n^\top \frac{\partial L}{\partial q_{t+1}}

    (reset after; before it, the last term is :math:`r_{t+1} \odot \partial L/\partial q_{t+1}`). The factors
    are listed at :func:`engine.factors.factors`. An entry that an intervention holds passes nothing on to
    what it would have been computed from.

    Parameters
    ----------
    trace : ForwardTrace
        Of the same parameters.
    p : mapping
        Under the short names.
    dh : ndarray
        dL/dh_t from above for t = 1..T, (T, B, H): from the step's own loss or from the next layer.
    dh_end, dc_end : ndarray or None
        (B, H): what comes into h_T and c_T from later, from a decoder or the next window.
    cuts : collection of int
        Steps t from 0 to T-1 after which the gradient is cut: nothing flows from step t+1 back to h_t and c_t
        (truncated backpropagation through time).
    using : mapping or None
        Other factors than those of the trace.

    Returns
    -------
    GradientTrace
        dL/dh_t holds c_t; dL/dc_t lets h_t follow c_t at t >= 1; the initial states are independent.
        Gradients that leave the range come out as inf or nan, without a warning.

    Raises
    ------
    ValueError
        If a cut lies outside 0..T-1, or shapes do not fit together.

    Examples
    --------
    >>> from engine.cells import Cell
    >>> from engine.unroll import unroll
    >>> one = np.ones((1, 1))
    >>> p = {"weight_ih": one, "weight_hh": 0.5 * one, "bias_ih": np.zeros(1), "bias_hh": np.zeros(1)}
    >>> trace = unroll(Cell("rnn", activation="identity"), p, np.zeros((3, 1, 1)))
    >>> last = np.array([0.0, 0.0, 1.0]).reshape(3, 1, 1)
    >>> backpropagate(trace, p, last).h.ravel()
    array([0.125, 0.25 , 0.5  , 1.   ])
    >>> backpropagate(trace, p, last, cuts=[1]).h.ravel()
    array([0. , 0. , 0.5, 1. ])
    """
    if any(not 0 <= t < trace.steps for t in cuts):
        raise ValueError(f"a cut needs a step from 0 to {trace.steps - 1}, not {sorted(cuts)}")
    p = as_dtype(p, trace.h.dtype)
    above = np.zeros_like(trace.h)
    above[1:] = dh
    if trace.quick is not None and using is None and _as_run(trace, trace.quick):
        return _quickly(trace, trace.quick, p, above, dh_end, dc_end, frozenset(cuts))
    whole_h = above.copy()
    whole_c = None if trace.c is None else np.zeros_like(trace.c)
    with np.errstate(all="ignore"):
        if dh_end is not None:
            whole_h[-1] += dh_end
        if dc_end is not None:
            if whole_c is None:
                raise ValueError(f"a gradient of c for a cell without one: {trace.cell.kind}")
            whole_c[-1] = dc_end
        k = factors(trace) if using is None else using
        dz = np.empty_like(trace.z)
        dq = None if trace.q is None else np.empty_like(trace.q)
        cut = frozenset(cuts)
        for row in range(trace.steps - 1, -1, -1):
            t = row + 1
            c_here = None
            if whole_c is not None:
                c_here = whole_c[t] = arrive(trace, k, p, row, whole_h[t], whole_c[t])
            q_row = None if dq is None else dq[row]
            to_h, to_c = step_back(trace, k, p, row, whole_h[t], c_here, dz[row], q_row)
            if row in cut:
                continue
            whole_h[row] += to_h
            if whole_c is not None:
                assert to_c is not None
                whole_c[row] += to_c
        gates, tanh_c = _gate_gradients(trace, whole_h, whole_c, dz, dq)
        weights = {name: _summed(trace, dz, dq, name) for name in p}
        return GradientTrace(
            cell=trace.cell,
            x=dz @ p["weight_ih"],
            z=dz,
            h=whole_h,
            above=above,
            gates=gates,
            weights=weights,
            c=whole_c,
            tanh_c=tanh_c,
            q=dq,
            end_h=dh_end,
            end_c=dc_end,
            cuts=tuple(sorted(cut)),
        )


def _as_run(trace: ForwardTrace, run: Forward) -> bool:
    """Tell whether a trace still is what the quick pass gave, and not a copy with something replaced."""
    z, h, gates, c, _, _ = run.values
    same = trace.z is z and trace.h is h and trace.gates is gates and trace.c is c and trace.x is run.x
    return same and not trace.held and trace.mask is None


def _quickly(
    trace: ForwardTrace,
    run: Forward,
    p: Parameters,
    above: Array,
    dh_end: Array | None,
    dc_end: Array | None,
    cuts: frozenset[int],
) -> GradientTrace:
    found = backward(run, p, above[1:], dh_end, dc_end, cuts=cuts)
    x, z, h, c, q = found.values
    return GradientTrace(
        cell=trace.cell,
        x=x,
        z=z,
        h=h,
        above=above,
        gates=found.gates,
        weights=found.weights,
        c=c,
        tanh_c=None if trace.tanh_c is None else found.gates["tanh_c"],
        q=q,
        end_h=dh_end,
        end_c=dc_end,
        cuts=tuple(sorted(cuts)),
    )


def _gate_gradients(
    trace: ForwardTrace, dh: Array, dc: Array | None, dz: Array, dq: Array | None
) -> tuple[dict[str, Array], Array | None]:
    """dL/d of each gate's output, (T, B, H), and dL/d tanh(c_t)."""
    into_h = close(trace, dh[1:].copy(), "h")
    if trace.cell.kind == "lstm":
        assert dc is not None
        assert trace.c is not None
        assert trace.tanh_c is not None
        into_c = close(trace, dc[1:].copy(), "c")
        before = trace.c[:-1]
        through_i = into_c * trace.gates["g"]
        if trace.cell.variant == "coupled":
            through_i -= close(trace, into_c * before, "f")
        gates = {
            "i": through_i,
            "f": into_c * before,
            "g": into_c * trace.gates["i"],
            "o": into_h * trace.tanh_c,
        }
        return gates, into_h * trace.gates["o"]
    if trace.cell.kind == "gru":
        assert dq is not None
        assert trace.q is not None
        through_n = dz[:, :, trace.cell.rows("n", trace.units)]
        by_r = through_n * trace.q if trace.cell.reset == "after" else dq * trace.h[:-1]
        z, n = trace.gates["z"], trace.gates["n"]
        return {"r": by_r, "z": into_h * (trace.h[:-1] - n), "n": into_h * (1.0 - z)}, None
    return {}, None


def _terms(
    trace: ForwardTrace, dz: Array, dq: Array | None, name: str
) -> tuple[tuple[Array, Array | None], ...]:
    """Pairs (delta, operand) by blocks of rows: a step adds their outer product; without operand, delta."""
    if name == "weight_ih":
        return ((dz, trace.x),)
    if name == "bias_ih":
        return ((dz, None),)
    if name not in ("weight_hh", "bias_hh"):
        raise KeyError(name)
    before: Array | None = trace.h[:-1] if name == "weight_hh" else None
    if trace.cell.kind != "gru":
        return ((dz, before),)
    both, candidate = dz[:, :, : 2 * trace.units], dz[:, :, 2 * trace.units :]
    assert dq is not None
    if trace.cell.reset == "after":
        return ((both, before), (dq, before))
    return ((both, before), (candidate, None if before is None else trace.q))


def _peephole(trace: ForwardTrace, dz: Array, name: str) -> Array:
    """What each step and sequence adds to the gradient of a peephole's weights, (T, B, H)."""
    assert trace.c is not None
    gate = name.removeprefix("weight_c")
    if gate not in trace.cell.peepholes:
        raise KeyError(name)
    read = trace.c[1:] if gate == "o" else trace.c[:-1]
    return dz[:, :, trace.cell.rows(gate, trace.units)] * read


def _summed(trace: ForwardTrace, dz: Array, dq: Array | None, name: str) -> Array:
    if name.startswith("weight_c"):
        return np.asarray(_peephole(trace, dz, name).sum(axis=(0, 1)))
    blocks = [
        delta.sum(axis=(0, 1)) if operand is None else np.tensordot(delta, operand, axes=((0, 1), (0, 1)))
        for delta, operand in _terms(trace, dz, dq, name)
    ]
    return np.concatenate(blocks)


def step_contribution(trace: ForwardTrace, gradient: GradientTrace, name: str) -> Array:
    r"""What each step contributes to the gradient of a parameter, summed over the batch.

    For the recurrent matrix of the plain cell, :math:`\delta_t h_{t-1}^\top`.

    Parameters
    ----------
    trace, gradient
        A forward pass and its gradient.
    name : str
        ``weight_ih``, ``weight_hh``, ``bias_ih``, ``bias_hh``, ``weight_ci``, ``weight_cf``, ``weight_co``.

    Returns
    -------
    ndarray
        (T, \*shape of the parameter), row 0 is step 1; the rows sum to ``gradient.weights[name]``. It takes
        8 T G H max(I, H) bytes at most in float64.

    Raises
    ------
    KeyError
        If the cell has no such parameter.
    """
    with np.errstate(all="ignore"):
        if name.startswith("weight_c"):
            return np.asarray(_peephole(trace, gradient.z, name).sum(axis=1))
        blocks = [
            delta.sum(axis=1) if operand is None else delta.transpose(0, 2, 1) @ operand
            for delta, operand in _terms(trace, gradient.z, gradient.q, name)
        ]
        return np.concatenate(blocks, axis=1)
