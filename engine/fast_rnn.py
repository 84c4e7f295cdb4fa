"""The plain cell of :func:`engine.cells.rnn_step`, quickly; see :mod:`engine.fast`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .fast_tape import (
    BackProduct,
    Gradients,
    Sizes,
    Values,
    WeightSums,
    columns,
    flat,
    input_gradient,
    outward,
    pack,
    tanh_for,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

__all__ = ["RNNBackward", "RNNForward"]

Array = NDArray[np.float64]


def _squash(sizes: Sizes, activation: str) -> Callable[[Array, Array], object]:
    """Give ``phi(z, out)``."""
    zero, one = np.array(0.0, sizes.dtype), np.array(1.0, sizes.dtype)

    def sigmoid(z: Array, out: Array) -> None:
        np.negative(z, out)
        np.exp(out, out)
        np.add(out, one, out)
        np.reciprocal(out, out)

    def relu(z: Array, out: Array) -> None:
        np.maximum(z, zero, out=out)

    known: dict[str, Callable[[Array, Array], object]] = {
        "tanh": tanh_for(sizes),
        "sigmoid": sigmoid,
        "relu": relu,
        "identity": np.positive,
    }
    return known[activation]


class RNNForward:
    """Buffers of a forward pass, and the pass."""

    def __init__(self, sizes: Sizes, activation: str) -> None:
        self.sizes, self.activation = sizes, activation
        self.packed = np.empty((sizes.units, sizes.operand), sizes.dtype)
        self.operands = sizes.operands()
        self.z_blocks = sizes.new(sizes.steps, sizes.units)
        self.squash = _squash(sizes, activation)
        self.steps = list(
            zip(
                columns(self.operands)[:-1],
                columns(self.z_blocks),
                flat(self.z_blocks),
                flat(self.operands)[1:, : sizes.batch * sizes.units],
                strict=True,
            )
        )

    def run(self, p: Mapping[str, Array], x: Array, h0: Array | None, _: Array | None) -> None:
        """Run over x (T, B, I)."""
        units = self.sizes.units
        pack(p, self.packed, units)
        self.operands[:-1, units:-1] = outward(x)
        self.operands[0, :units] = 0.0 if h0 is None else h0.T
        dot, squash = self.packed.dot, self.squash
        for operand, z_out, z, h in self.steps:
            dot(operand, z_out)
            squash(z, h)

    def values(self) -> Values:
        """Give what was computed, as views."""
        return Values(outward(self.z_blocks), outward(self.operands[:, : self.sizes.units]), {})


class RNNBackward:
    """Buffers of a backward pass, and the pass."""

    def __init__(self, tape: RNNForward) -> None:
        self.tape = tape
        sizes = self.sizes = tape.sizes
        steps, _, inputs, units, _ = sizes
        self.dz, self.dx = sizes.new(steps, units), sizes.new(steps, inputs)
        self.dh = sizes.new(steps + 1, units)
        self.back = BackProduct(sizes, 1, units)
        dh = flat(self.dh)
        self.steps = list(zip(self.back.operands(self.dz), flat(self.dz), dh[1:], dh[:-1], strict=True))

    def run(
        self,
        p: Mapping[str, Array],
        dh: Array,
        dh_end: Array | None,
        _: Array | None,
        cuts: Collection[int],
    ) -> None:
        """Run back from dL/dh (T, B, H) that comes from above."""
        sizes, tape, back = self.sizes, self.tape, self.back
        self.dh[0] = 0.0
        self.dh[1:] = outward(dh)
        if dh_end is not None:
            self.dh[-1] += dh_end.T
        back.load(p["weight_hh"], slice(None))
        sums = WeightSums(sizes.units, sizes.operand, sizes.dtype)
        add, multiply, into_h = np.add, np.multiply, back.total.reshape(-1)
        for chunk in sizes.chunks(cuts):
            self._slopes(chunk)
            for operand, dz, dh_here, dh_before in self.steps[chunk][::-1]:
                multiply(dz, dh_here, dz)
                back(operand)
                add(dh_before, into_h, dh_before)
            sums.add(self.dz[chunk], tape.operands[:-1][chunk])
            input_gradient(self.dz[chunk], p["weight_ih"], self.dx[chunk])
            if chunk.start in cuts:
                self.dh[chunk.start] = dh[chunk.start - 1].T if chunk.start else 0.0
        self.weights = sums.by_name(sizes.units)

    def _slopes(self, chunk: slice) -> None:
        """Fill dz with the slopes of the activation, for dL/dh_t to be multiplied into."""
        slope, z = self.dz[chunk], self.tape.z_blocks[chunk]
        h = self.tape.operands[1:, : self.sizes.units][chunk]
        if self.tape.activation == "tanh":
            np.multiply(h, h, slope)
            np.subtract(1.0, slope, slope)
        elif self.tape.activation == "sigmoid":
            np.subtract(1.0, h, slope)
            np.multiply(slope, h, slope)
        elif self.tape.activation == "relu":
            np.copyto(slope, z > 0.0)
        else:
            slope[...] = 1.0

    def values(self) -> Gradients:
        """Give what was computed, as views."""
        return Gradients(outward(self.dx), outward(self.dz), outward(self.dh))
