"""Losses placed at steps: their terms and their derivatives with respect to what they read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .experiment import Loss

__all__ = ["KINDS", "loss_terms"]

Array = NDArray[np.float64]

KINDS = ("half-squared-norm", "squared-error", "half-squared-error", "cross-entropy")


def loss_terms(loss: Loss, v: Array) -> tuple[Array, Array]:
    r"""Terms of a loss and their derivatives.

    Parameters
    ----------
    loss : Loss
        With v the read-out or the hidden state, the term at a judged step is

        ========================== ===================================================
        half-squared-norm          :math:`\tfrac12 \lVert v \rVert^2`
        squared-error              :math:`\lVert v - \text{target} \rVert^2`
        half-squared-error         :math:`\tfrac12 \lVert v - \text{target} \rVert^2`
        cross-entropy              :math:`-\log \mathrm{softmax}(v)_{\text{target}}` in nats
        ========================== ===================================================
    v : ndarray
        What is judged, (T, B, N), row 0 is step 1.

    Returns
    -------
    terms : ndarray
        (T, B), 0 at steps that are not judged; the loss is their sum over the steps, averaged over the batch.
    gradient : ndarray
        dL/dv, (T, B, N).
    """
    steps, batch, size = v.shape
    terms = np.zeros((steps, batch))
    gradient = np.zeros_like(v)
    judged = loss.steps(steps)
    with np.errstate(all="ignore"):
        for k, t in enumerate(judged):
            row = t - 1
            target = _target(loss, k)
            if loss.kind == "cross-entropy":
                terms[row], gradient[row] = _cross_entropy(v[row], round(target[0]) - 1)
                continue
            difference = v[row] - (np.broadcast_to(target, (size,)) if len(target) else 0.0)
            square = np.sum(difference * difference, axis=1)
            if loss.kind == "squared-error":
                terms[row], gradient[row] = square, 2.0 * difference
            else:
                terms[row], gradient[row] = 0.5 * square, difference
    return terms, gradient / batch


def _target(loss: Loss, k: int) -> Array:
    if not loss.target:
        return np.empty(0)
    return np.array(loss.target[k if len(loss.target) > 1 else 0])


def _cross_entropy(v: Array, label: int) -> tuple[Array, Array]:
    shifted = v - v.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    total = exponentials.sum(axis=1, keepdims=True)
    gradient = exponentials / total
    gradient[:, label] -= 1.0
    return np.log(total[:, 0]) - shifted[:, label], gradient
