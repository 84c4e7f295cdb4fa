"""Losses placed at steps: their terms and their derivatives with respect to what they read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .activations import sigmoid

if TYPE_CHECKING:
    from .experiment import Loss

__all__ = ["LOSSES", "READOUTS", "loss_arrays", "loss_terms", "perplexity", "read_out"]

Array = NDArray[np.float64]

LOSSES = (
    "half-squared-norm",
    "squared-error",
    "half-squared-error",
    "cross-entropy",
    "binary-cross-entropy",
)
READOUTS = ("linear", "softmax", "sigmoid")


def read_out(kind: str, y: Array) -> Array:
    r"""Bring a read-out's y through what stands behind it.

    Parameters
    ----------
    kind : str
        ``linear`` (y itself), ``softmax`` over the last axis, or ``sigmoid``.
    y : ndarray
        (..., O).

    Returns
    -------
    ndarray
        Same shape. :math:`p_k = e^{y_k} / \sum_j e^{y_j}`, or :math:`p_k = \sigma(y_k)`.

    Examples
    --------
    >>> read_out("softmax", np.array([0.0, 0.0])).tolist()
    [0.5, 0.5]
    """
    if kind == "softmax":
        with np.errstate(all="ignore"):
            e = np.exp(y - y.max(axis=-1, keepdims=True))
            return np.asarray(e / e.sum(axis=-1, keepdims=True))
    return sigmoid(y) if kind == "sigmoid" else y


def loss_terms(loss: Loss, v: Array, *, readout: str = "linear") -> tuple[Array, Array]:
    r"""Terms of an experiment's loss and their derivatives.

    Parameters
    ----------
    loss : Loss
        With v what the read-out gives (or the hidden state), the term at a judged step is

        ========================== ======================================================================
        half-squared-norm          :math:`\tfrac12 \lVert v \rVert^2`
        squared-error              :math:`\lVert v - \text{target} \rVert^2`
        half-squared-error         :math:`\tfrac12 \lVert v - \text{target} \rVert^2`
        cross-entropy              :math:`-\log \mathrm{softmax}(y)_{\text{target}}` in nats
        binary-cross-entropy       :math:`-\sum_k [\tau_k \log \sigma(y_k) + (1-\tau_k)\log(1-\sigma(y_k))]`
        ========================== ======================================================================
    v : ndarray
        The read-out's y, or the hidden state: (T, B, N), row 0 is step 1.
    readout : str
        What y is brought through; both cross-entropies read y before it, the others after it.

    Returns
    -------
    terms : ndarray
        (T, B), 0 at steps that are not judged; the loss is their sum over the steps, averaged over the batch.
    gradient : ndarray
        dL/dv, (T, B, N).
    """
    steps, batch, size = v.shape
    judged = np.zeros((steps, batch), dtype=np.bool_)
    labels = loss.kind == "cross-entropy"
    target: NDArray[Any] = (
        np.zeros((steps, batch), dtype=np.intp) if labels else np.zeros((steps, batch, size))
    )
    for k, t in enumerate(loss.steps(steps)):
        judged[t - 1] = True
        if loss.target:
            row = loss.target[k if len(loss.target) > 1 else 0]
            target[t - 1] = round(row[0]) - 1 if labels else row
    return loss_arrays(loss.kind, v, target, judged, readout=readout)


def loss_arrays(
    kind: str, v: Array, target: NDArray[Any], judged: NDArray[Any], *, readout: str = "linear"
) -> tuple[Array, Array]:
    """Terms of a loss over a batch whose sequences have targets of their own; kinds as :func:`loss_terms`.

    Parameters
    ----------
    kind : str
        One of :data:`LOSSES`.
    v : ndarray
        (T, B, N).
    target : ndarray
        (T, B, N); class numbers from 0, (T, B), for cross-entropy. Not read for half-squared-norm.
    judged : ndarray of bool or float
        (T, B): which terms count, or by what weight.
    readout : str
        linear, softmax or sigmoid.

    Returns
    -------
    terms, gradient : ndarray
        (T, B) and (T, B, N), the gradient that of the sum over steps averaged over the batch.

    Examples
    --------
    >>> terms, dv = loss_arrays("cross-entropy", np.zeros((1, 1, 2)), np.array([[1]]), np.ones((1, 1)))
    >>> round(float(terms[0, 0]), 4), dv[0, 0].tolist()
    (0.6931, [0.5, -0.5])
    """
    with np.errstate(all="ignore"):
        if kind == "cross-entropy":
            terms, gradient = _cross_entropy(v, target)
        elif kind == "binary-cross-entropy":
            terms, gradient = _binary_cross_entropy(v, target)
        else:
            terms, gradient = _squares(kind, v, target, readout)
        # Where nothing is judged, nothing is known: 0 times a number that left the range would be nan.
        counts = np.asarray(judged, dtype=v.dtype)
        terms = np.where(counts != 0.0, terms * counts, 0.0)
        weight = counts[:, :, np.newaxis]
        gradient = np.where(weight != 0.0, gradient * (weight / v.shape[1]), 0.0)
    return terms.astype(v.dtype, copy=False), gradient.astype(v.dtype, copy=False)


def perplexity(mean_cross_entropy: float) -> float:
    """Exponential of a mean cross-entropy in nats: among how many equally likely symbols one guesses.

    Examples
    --------
    >>> round(perplexity(np.log(8)), 12)
    8.0
    """
    with np.errstate(over="ignore"):
        return float(np.exp(mean_cross_entropy))


def _squares(kind: str, v: Array, target: NDArray[Any], readout: str) -> tuple[Array, Array]:
    p = read_out(readout, v)
    difference = p if kind == "half-squared-norm" else p - target
    square = np.sum(difference * difference, axis=-1)
    if kind == "squared-error":
        terms, dp = square, 2.0 * difference
    else:
        terms, dp = 0.5 * square, difference
    if readout == "sigmoid":
        return terms, dp * p * (1.0 - p)
    if readout == "softmax":
        return terms, p * (dp - np.sum(dp * p, axis=-1, keepdims=True))
    return terms, dp


def _cross_entropy(y: Array, labels: NDArray[Any]) -> tuple[Array, Array]:
    shifted = y - y.max(axis=-1, keepdims=True)
    exponentials = np.exp(shifted)
    total = exponentials.sum(axis=-1, keepdims=True)
    gradient = exponentials / total
    place = np.asarray(labels, dtype=np.intp)[:, :, np.newaxis]
    terms = np.log(total[:, :, 0]) - np.take_along_axis(shifted, place, axis=-1)[:, :, 0]
    at_label = np.take_along_axis(gradient, place, axis=-1)
    np.put_along_axis(gradient, place, at_label - 1.0, axis=-1)
    return terms, gradient


def _binary_cross_entropy(y: Array, target: NDArray[Any]) -> tuple[Array, Array]:
    # log(1 + e^y) - target y, written so that neither end overflows.
    terms = np.maximum(y, 0.0) + np.log1p(np.exp(-np.abs(y))) - target * y
    return np.sum(terms, axis=-1), sigmoid(y) - target
