"""What the quick kernels share: the layout of their buffers, and the products over all steps.

Inside, everything is stored feature-major, (T, features, B): a gate's block of one step is contiguous, and a
step reads ``[h | x | 1]`` as one operand, so that a single product gives every pre-activation, bias included.
What is handed out are transposed views, (T, B, features).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BackProduct",
    "Gradients",
    "Sizes",
    "SplitTanh",
    "Values",
    "WeightSums",
    "columns",
    "flat",
    "fold",
    "input_gradient",
    "outward",
    "pack",
    "tanh_for",
]

Array = NDArray[np.float64]
Parameters = Mapping[str, Array]

# Below so many numbers in a state, calls cost more than arithmetic, and some numbers are computed in vain to
# save calls; above, work is saved instead.
_NARROW = 256
# Products that sum over more than this are cut up. Beyond the first the float32 kernels of OpenBLAS fall to a
# third of their speed when they share the cache with another program; beyond the second the float64 operands
# leave the cache.
_DEPTH_32, _DEPTH_64 = 128, 512
# Where a matrix is made for each step, so many numbers are made at once.
_MATRIX_NUMBERS = 1 << 16
# Up to so many units, and for a single sequence, a matrix for each step pays.
_FOLDED_UNITS = 16


def _depth(dtype: np.dtype[np.float64]) -> int:
    return _DEPTH_64 if dtype == np.float64 else _DEPTH_32


class Sizes(NamedTuple):
    """T, B, I, H and the precision; buffers fit one of these."""

    steps: int
    batch: int
    inputs: int
    units: int
    dtype: np.dtype[np.float64]

    @property
    def operand(self) -> int:
        """Rows of ``[h | x | 1]``."""
        return self.units + self.inputs + 1

    @property
    def narrow(self) -> bool:
        """Tell whether calls cost more than arithmetic."""
        return self.batch * self.units <= _NARROW

    @property
    def folded(self) -> bool:
        """Tell whether the way back is quickest with one small matrix for each step."""
        return self.batch == 1 and self.units <= _FOLDED_UNITS

    def new(self, steps: int, features: int) -> Array:
        """Give a buffer (steps, features, B) with nothing in it."""
        return np.empty((steps, features, self.batch), self.dtype)

    def operands(self) -> Array:
        """Give a buffer (T+1, H+I+1, B) for the operands, with its last row of ones."""
        buffer = self.new(self.steps + 1, self.operand)
        buffer[:, -1] = 1.0
        buffer[-1] = 1.0  # its inputs are never used, but should not be whatever lay in memory
        return buffer

    @property
    def portion(self) -> int:
        """So many steps are prepared at once on the way back."""
        if self.folded:
            return max(1, min(_MATRIX_NUMBERS // (4 * self.units * self.units), self.steps))
        if self.narrow:
            return self.steps
        return max(1, min(self.depth // self.batch, self.steps))

    @property
    def depth(self) -> int:
        """Most numbers that a product of many numbers sums over."""
        return _depth(self.dtype)

    def chunks(self, cuts: Collection[int] = ()) -> list[slice]:
        """Steps in portions, the last ones first; none reaches over a cut."""
        found = []
        stop = self.steps
        while stop > 0:
            start = max([0, stop - self.portion, *(cut for cut in cuts if cut < stop)])
            found.append(slice(start, stop))
            stop = start
        return found


class Values(NamedTuple):
    """What a forward pass leaves: z (T, B, G*H), h, c (T+1, B, H), gates, tanh_c, q (T, B, H)."""

    z: Array
    h: Array
    gates: dict[str, Array]
    c: Array | None = None
    tanh_c: Array | None = None
    q: Array | None = None

    def copy(self) -> Values:
        """Give the same in memory of its own, in the order it lies in."""
        gates = {name: value.copy(order="K") for name, value in self.gates.items()}
        z, h, _, c, tanh_c, q = self
        return Values(z.copy(order="K"), h.copy(order="K"), gates, *map(_copied, (c, tanh_c, q)))


class Gradients(NamedTuple):
    """What a backward pass leaves: dL/d of x (T, B, I), z (T, B, G*H), h, c (T+1, B, H), q (T, B, H)."""

    x: Array
    z: Array
    h: Array
    c: Array | None = None
    q: Array | None = None

    def copy(self) -> Gradients:
        """Give the same in memory of its own, in the order it lies in."""
        x, z, h, c, q = self
        return Gradients(*(value.copy(order="K") for value in (x, z, h)), *map(_copied, (c, q)))


def _copied(values: Array | None) -> Array | None:
    return None if values is None else values.copy(order="K")


def flat(buffer: Array) -> Array:
    """See a contiguous buffer as one row of numbers for each step."""
    return buffer.reshape(len(buffer), -1)


def columns(buffer: Array) -> Array:
    """See a buffer as what a product reads: a vector for each step where there is one sequence only."""
    return buffer[:, :, 0] if buffer.shape[2] == 1 else buffer


def outward(buffer: Array) -> Array:
    """See a buffer as the user does, (T, B, features)."""
    return buffer.transpose(0, 2, 1)


def pack(p: Parameters, out: Array, units: int) -> None:
    """Write ``[weight_hh | weight_ih | bias_ih + bias_hh]`` into one matrix."""
    out[:, :units] = p["weight_hh"]
    out[:, units:-1] = p["weight_ih"]
    np.add(p["bias_ih"], p["bias_hh"], out[:, -1])


def fold(coefficients: Array, matrices: Array, out: Array) -> None:
    r"""Sum matrices whose rows are scaled anew for each step, :math:`\sum_g \mathrm{diag}(k_{tg}) U_g`.

    Parameters
    ----------
    coefficients : ndarray
        (S, G, H).
    matrices : ndarray
        (H, G, N): row j of each of the G matrices.
    out : ndarray
        (S, H, N).
    """
    np.matmul(coefficients.transpose(2, 0, 1), matrices, out=out.transpose(1, 0, 2))


class WeightSums:
    """Sum of the products delta x operand over steps and batch, fed one chunk of steps at a time."""

    def __init__(self, rows: int, features: int, dtype: np.dtype[np.float64]) -> None:
        self.total: Array = np.zeros((rows, features), dtype)

    def add(self, delta: Array, operand: Array) -> None:
        """Add the share of a chunk, (S, rows, B) and (S, features, B)."""
        if delta.shape[2] == 1:
            self.total += delta[:, :, 0].T @ operand[:, :, 0]
            return
        by_row, by_feature = _columns_together(delta), _columns_together(operand)
        depth = _depth(self.total.dtype)
        for start in range(0, by_row.shape[1], depth):
            part = slice(start, start + depth)
            self.total += by_row[:, part] @ by_feature[:, part].T

    def by_name(self, units: int) -> dict[str, Array]:
        """Give the sums under the parameters' names, if the operand was ``[h | x | 1]``."""
        bias = self.total[:, -1]
        return {
            "weight_ih": self.total[:, units:-1].copy(),
            "weight_hh": self.total[:, :units].copy(),
            "bias_ih": bias.copy(),
            "bias_hh": bias.copy(),
        }


def _columns_together(chunk: Array) -> Array:
    return np.ascontiguousarray(chunk.transpose(1, 0, 2)).reshape(chunk.shape[1], -1)


def input_gradient(delta: Array, weight_ih: Array, out: Array) -> None:
    """dL/dx of a chunk of steps, (S, I, B), from dL/dz (S, G*H, B)."""
    if delta.shape[2] == 1:
        np.matmul(delta[:, :, 0], weight_ih, out=out[:, :, 0])
    else:
        np.matmul(weight_ih.T, delta, out=out)


class BackProduct:
    r"""What a step's delta brings back, :math:`\sum_g U_g^\top \delta_g`; left in ``total`` (rows, B).

    Parameters
    ----------
    sizes : Sizes
        Of the pass.
    gates : int
        Blocks G of delta.
    rows : int
        Length of the result.
    """

    def __init__(self, sizes: Sizes, gates: int, rows: int) -> None:
        batch, units, dtype = sizes.batch, sizes.units, sizes.dtype
        self.gates, self.units = gates, units
        self.whole = sizes.narrow or gates * units <= sizes.depth
        self.total: Array = columns(np.empty((1, rows, batch), dtype))[0]
        if self.whole:
            self.matrix: Array = np.empty((rows, gates * units), dtype)
        else:
            # One product for each gate, and a sum: see `Sizes.depth`.
            self.matrices: Array = np.empty((gates, rows, units), dtype)
            self.parts: Array = np.empty((gates, rows, batch), dtype)

    def load(self, weight: Array, rows: slice) -> None:
        """Take a packed matrix (G*H, N), transposed, as some of the rows."""
        if self.whole:
            self.matrix[rows] = weight.T
        else:
            self.matrices[:, rows] = weight.reshape(self.gates, self.units, -1).transpose(0, 2, 1)

    def operands(self, delta: Array) -> list[Array]:
        """What is to be given for each step, of delta (T, G*H, B)."""
        if self.whole:
            return list(columns(delta))
        return [step.reshape(self.gates, self.units, -1) for step in delta]

    def __call__(self, delta: Array) -> None:
        """Multiply."""
        if self.whole:
            self.matrix.dot(delta, self.total)
        else:
            np.matmul(self.matrices, delta, self.parts)
            np.add.reduce(self.parts, axis=0, out=self.total)


class SplitTanh:
    r"""Hyperbolic tangent of many float64 numbers, by the exponential function.

    For processors without AVX-512, where NumPy's own takes several times as long as its exponential. Split at
    :math:`s = \min(\max(z, -1/32), 1/32)`,

    .. math:: \tanh z = \frac{\tanh s + \tanh (z - s)}{1 + \tanh s \, \tanh (z - s)},

    with Lambert's continued fraction for the first and :math:`1 - 2 / (1 + e^{2(z - s)})`, exact at 0, for
    the second: no digit is lost near 0, and the relative error stays below 1e-14 everywhere.

    Parameters
    ----------
    size : int
        How many numbers it gets each time.
    """

    def __init__(self, size: int) -> None:
        self.near, self.far, self.square, self.below = np.empty((4, size))

    def __call__(self, z: Array, out: Array) -> None:
        """Write the tangent of ``size`` numbers into ``out``."""
        near, far, square, below = self.near, self.far, self.square, self.below
        np.maximum(z, _LOW, out=near)
        np.minimum(near, _HIGH, out=near)
        np.subtract(z, near, far)
        np.multiply(near, near, square)
        np.add(square, _45, below)
        np.multiply(below, square, below)
        np.add(below, _105, below)
        np.multiply(square, _10, square)
        np.add(square, _105, square)
        np.multiply(near, square, near)
        np.divide(near, below, near)
        np.add(far, far, far)
        np.exp(far, far)
        np.add(far, _1, far)
        np.divide(_2, far, far)
        np.subtract(_1, far, far)
        np.multiply(near, far, below)
        np.add(below, _1, below)
        np.add(near, far, near)
        np.divide(near, below, out)


# Arrays, because NumPy takes longer over a Python number.
_LOW, _HIGH, _1, _2, _10, _45, _105 = (np.array(n) for n in (-1 / 32, 1 / 32, 1.0, 2.0, 10.0, 45.0, 105.0))


# What NumPy calls its loops for processors with AVX-512: until version 2.3, and since.
_AVX512 = ("AVX512", "X86_V4")


@cache
def _numpy_is_quick() -> bool:
    """Tell whether NumPy runs float64's tanh on AVX-512 here: five times as quick as :class:`SplitTanh`."""
    found = np.lib.introspect.opt_func_info(func_name="^tanh$", signature="float64")
    return any(loop["current"].startswith(_AVX512) for loop in found.get("tanh", {}).values())


def tanh_for(sizes: Sizes) -> Callable[[Array, Array], object]:
    """Give the quickest ``tanh(z, out)`` for states of this size."""
    if sizes.narrow or sizes.dtype != np.float64 or _numpy_is_quick():
        return np.tanh
    return SplitTanh(sizes.batch * sizes.units)
