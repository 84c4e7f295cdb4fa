"""Eigenvalues and singular values: of a recurrent matrix, and of what T steps make of it.

The spectral radius says where a linear network goes in the end; the largest singular value bounds one step.
They disagree for most matrices, so both are given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .activations import ACTIVATIONS
from .initializers import spectral_radius
from .jacobians import jacobians_back

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .trace import ForwardTrace

__all__ = [
    "eigenvalues",
    "growth_bound",
    "growth_per_step",
    "singular_values",
    "singular_values_back",
    "spectral_radius",
]

Array = NDArray[np.float64]


def eigenvalues(matrix: Array) -> NDArray[np.complex128]:
    """Eigenvalues of a square matrix, the largest in absolute value first.

    Parameters
    ----------
    matrix : ndarray
        (H, H), or a stack (..., H, H).

    Returns
    -------
    ndarray of complex
        (H,), or (..., H). Of a conjugate pair the one above the real axis comes first. nan where the matrix
        has an entry that is not finite.

    Examples
    --------
    >>> eigenvalues(np.array([[0.0, -1.0], [1.0, 0.0]]))
    array([0.+1.j, 0.-1.j])
    """
    known, sound = _sound(matrix)
    values = np.asarray(np.linalg.eigvals(sound), dtype=np.complex128)
    # Sizes that differ only in their last digits are equal: so a conjugate pair stays together.
    largest = np.max(np.abs(values), axis=-1, keepdims=True, initial=np.finfo(np.float64).tiny)
    size, real = np.round(np.abs(values) / largest, 12), np.round(values.real / largest, 12)
    order = np.lexsort((-values.imag, -real, -size), axis=-1)
    values = np.take_along_axis(values, order, axis=-1)
    values[~known] = np.nan
    return values


def singular_values(matrix: Array) -> Array:
    r"""Singular values of a matrix, the largest first.

    Parameters
    ----------
    matrix : ndarray
        (M, N), or a stack (..., M, N).

    Returns
    -------
    ndarray
        (min(M, N),), or (..., min(M, N)); nan where the matrix has an entry that is not finite.

    Notes
    -----
    By the singular value decomposition of the matrix itself, so each is right to about 1e-16 of the
    *largest*: the smallest of a product of many Jacobians are noise once they are that far below it. (The
    eigenvalues of :math:`J J^\top` would lose them at 1e-8 already.)

    Examples
    --------
    >>> singular_values(np.array([[3.0, 0.0], [0.0, -4.0]]))
    array([4., 3.])
    """
    known, sound = _sound(matrix)
    return np.where(known[..., np.newaxis], np.linalg.svd(sound, compute_uv=False), np.nan)


def _sound(matrix: Array) -> tuple[NDArray[np.bool_], Array]:
    """Say which matrices of a stack are finite throughout, and put zeros for the others."""
    matrix = np.asarray(matrix, dtype=np.float64)
    known = np.asarray(np.isfinite(matrix).all(axis=(-2, -1)))
    return known, np.asarray(np.where(known[..., np.newaxis, np.newaxis], matrix, 0.0), dtype=np.float64)


def singular_values_back(
    trace: ForwardTrace, p: Mapping[str, Array], name: str = "h", end: int | None = None
) -> Array:
    r"""All singular values of :math:`\partial h_T/\partial h_t`, for every t from 0 to T.

    The largest is the most that a change of the state at t can grow on its way to T, and a gradient on its
    way back; the smallest, the least.

    Parameters
    ----------
    trace : ForwardTrace
        One layer and direction, with a batch of one sequence.
    p : mapping
        Its parameters, under the short names.
    name : str
        ``"h"``, or ``"c"`` of an LSTM; what is held is said in :func:`engine.jacobians.jacobians_back`.
    end : int or None
        The step T; None for the last.

    Returns
    -------
    ndarray
        (T + 1, H), row t, the largest first; the last row is 1. Right to about 1e-16 of each row's largest.
        A row whose Jacobian left the range of float64 is nan.

    Notes
    -----
    The Jacobians of all steps are held at once: 8 (T + 1) H^2 bytes, 131 MB for the largest run.

    Examples
    --------
    >>> from engine.cells import Cell
    >>> from engine.unroll import unroll
    >>> p = {"weight_ih": np.ones((2, 1)), "weight_hh": 0.5 * np.eye(2)}
    >>> p |= {"bias_ih": np.zeros(2), "bias_hh": np.zeros(2)}
    >>> trace = unroll(Cell("rnn", activation="identity"), p, np.zeros((2, 1, 1)))
    >>> singular_values_back(trace, p)
    array([[0.25, 0.25],
           [0.5 , 0.5 ],
           [1.  , 1.  ]])
    """
    end = trace.steps if end is None else end
    stack = np.empty((end + 1, trace.units, trace.units))
    for t, jacobian in jacobians_back(trace, p, name, end):
        stack[t] = jacobian
    return singular_values(stack)


def growth_per_step(sizes: Array) -> Array:
    """By which factor a size grew at each step back in time.

    Parameters
    ----------
    sizes : ndarray
        (N,) positive numbers at successive steps in order of time: the largest singular values of
        :func:`singular_values_back`, or the norms of a gradient.

    Returns
    -------
    ndarray
        (N - 1,), entry t is ``sizes[t] / sizes[t + 1]``; nan where both are 0 or something is not finite.

    Examples
    --------
    >>> growth_per_step(np.array([0.25, 0.5, 1.0]))
    array([0.5, 0.5])
    """
    sizes = np.asarray(sizes, dtype=np.float64)
    with np.errstate(all="ignore"):
        factors = sizes[:-1] / sizes[1:]
    return np.where(np.isfinite(sizes[:-1]) & np.isfinite(sizes[1:]), factors, np.nan)


def growth_bound(matrix: Array, activation: str, steps: int) -> Array:
    r"""The most that ``k`` steps of a plain cell can do to a gradient, :math:`(\gamma\sigma_1)^k`.

    gamma is the largest slope of the activation (1 for tanh, relu and identity, 1/4 for the sigmoid), sigma_1
    the largest singular value of the recurrent matrix (Pascanu, Mikolov and Bengio 2013, section 2.1: below
    1, the gradient must vanish; above 1 it may grow, and need not).

    Parameters
    ----------
    matrix : ndarray
        Recurrent matrix (H, H).
    activation : str
        tanh, relu, sigmoid or identity.
    steps : int
        How many.

    Returns
    -------
    ndarray
        (steps + 1,), entry k for k steps; inf where it leaves the range of float64.

    Raises
    ------
    KeyError
        If no activation is called so.

    Examples
    --------
    >>> growth_bound(2.0 * np.eye(3), "sigmoid", 3)
    array([1.   , 0.5  , 0.25 , 0.125])
    """
    factor = ACTIVATIONS[activation].gamma * float(singular_values(matrix)[0])
    with np.errstate(all="ignore"):
        return np.asarray(factor ** np.arange(steps + 1, dtype=np.float64))
