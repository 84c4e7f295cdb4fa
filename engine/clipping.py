"""What to do about a gradient that is too long: scale it down, or cut its entries; and what that did to it.

Examples
--------
A gradient of length 5 in two parameters, brought to length 1. Its direction stays:

>>> import numpy as np
>>> gradients = {"w": np.array([3.0]), "b": np.array([4.0])}
>>> clipped = ClipByNorm(1.0).apply(gradients)
>>> [round(float(clipped.gradients[name][0]), 3) for name in ("w", "b")]
[0.6, 0.8]
>>> clipped.norm_before, round(clipped.norm_after, 12), clipped.share, round(clipped.cosine, 12)
(5.0, 1.0, 1.0, 1.0)

Cut by value instead, it turns:

>>> clipped = ClipByValue(3.0).apply(gradients)
>>> [float(clipped.gradients[name][0]) for name in ("w", "b")], clipped.share, round(clipped.cosine, 4)
([3.0, 3.0], 0.5, 0.9899)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ClipByNorm", "ClipByValue", "Clipped", "Clipping", "global_norm"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Clipped:
    """A gradient after clipping, and what clipping did.

    Attributes
    ----------
    gradients : mapping of str to ndarray
        What is left.
    norm_before, norm_after : float
        2-norm over all entries of all parameters.
    share : float
        Share of the entries that were changed, 0 to 1. Clipping by norm changes all or none.
    cosine : float
        Of the angle between before and after: 1 where the direction is kept. nan without a direction.
    """

    gradients: Mapping[str, Array]
    norm_before: float
    norm_after: float
    share: float
    cosine: float


class Clipping(Protocol):
    """What every way of clipping can do."""

    def apply(self, gradients: Mapping[str, Array]) -> Clipped:
        """Clip a gradient; what was handed in is unchanged."""


@dataclass(frozen=True)
class ClipByNorm:
    r"""Scale a gradient down to a norm (Pascanu, Mikolov and Bengio 2013, algorithm 1).

    .. math:: g \leftarrow \frac{\theta}{\lVert g \rVert}\, g \quad\text{where}\quad \lVert g \rVert > \theta

    with the norm over all parameters together. The direction is kept. (PyTorch divides by the norm + 1e-6,
    which leaves the length a millionth short.)

    Attributes
    ----------
    threshold : float
        :math:`\theta`. The paper suggests half to ten times the mean norm of the gradients in training.
    """

    threshold: float

    def apply(self, gradients: Mapping[str, Array]) -> Clipped:
        """Clip a gradient; one that holds inf or nan is returned as it is."""
        norm = global_norm(gradients)
        if not self.threshold < norm < math.inf:
            return Clipped(gradients, norm, norm, 0.0, _own_cosine(norm))
        factor = self.threshold / norm
        scaled = {name: g * factor for name, g in gradients.items()}
        return Clipped(scaled, norm, global_norm(scaled), 1.0, _cosine(gradients, scaled))


@dataclass(frozen=True)
class ClipByValue:
    r"""Cut every entry to :math:`[-\theta, \theta]` (Mikolov 2012). The direction turns towards a diagonal.

    Attributes
    ----------
    bound : float
        :math:`\theta`.
    """

    bound: float

    def apply(self, gradients: Mapping[str, Array]) -> Clipped:
        """Clip a gradient; inf becomes the bound, nan stays nan."""
        norm = global_norm(gradients)
        cut = {name: np.clip(g, -self.bound, self.bound) for name, g in gradients.items()}
        total = sum(g.size for g in gradients.values())
        changed = sum(int(np.count_nonzero(np.abs(g) > self.bound)) for g in gradients.values())
        share = changed / total if total else 0.0
        return Clipped(cut, norm, global_norm(cut), share, _cosine(gradients, cut))


def global_norm(gradients: Mapping[str, Array]) -> float:
    """2-norm over all entries of all arrays; inf or nan where an entry is, or where it is beyond float64.

    Examples
    --------
    >>> import numpy as np
    >>> global_norm({"w": np.array([3.0]), "b": np.array([4.0])})
    5.0
    """
    with np.errstate(all="ignore"):
        square = sum(float(np.vdot(g, g)) for g in gradients.values())
        if 1e-30 < square < math.inf:
            return math.sqrt(square)
        # Squares left the range, perhaps the norm did not: measure in units of the largest entry.
        largest = float(np.max([np.max(np.abs(g), initial=0.0) for g in gradients.values()], initial=0.0))
        if largest == 0.0 or not math.isfinite(largest):
            return largest
        scaled = (np.asarray(g, dtype=np.float64) / largest for g in gradients.values())
        return largest * math.sqrt(sum(float(np.vdot(g, g)) for g in scaled))


def _own_cosine(norm: float) -> float:
    return 1.0 if 0.0 < norm < math.inf else math.nan


def _cosine(before: Mapping[str, Array], after: Mapping[str, Array]) -> float:
    lengths = global_norm(before), global_norm(after)
    if not all(0.0 < length < math.inf for length in lengths):
        return math.nan
    return sum(float(np.vdot(g / lengths[0], after[name] / lengths[1])) for name, g in before.items())
