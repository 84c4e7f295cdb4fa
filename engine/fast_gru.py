"""The GRU of :func:`engine.cells.gru_step`, reset after the matrix, quickly; see :mod:`engine.fast`."""

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
    tanh_for,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["GRUBackward", "GRUForward"]

Array = NDArray[np.float64]


class GRUForward:
    """Buffers of a forward pass, and the pass."""

    def __init__(self, sizes: Sizes) -> None:
        self.sizes = sizes
        steps, batch, inputs, units, dtype = sizes
        n = batch * units
        # Rows of q, r, z read [h | x | 1], q past x; the inputs' share of n is computed for all steps first.
        self.packed = np.zeros((3 * units, sizes.operand), dtype)
        self.of_inputs = np.empty((units, inputs + 1), dtype)
        self.operands = sizes.operands()
        self.blocks = sizes.new(steps, 4 * units)  # q, then the pre-activations of r, z, n
        self.squashed = sizes.new(steps, 3 * units)
        self.product, self.one = np.empty(n, dtype), np.array(1.0, dtype)
        self.tanh = tanh_for(sizes)
        blocks, squashed, h = flat(self.blocks), flat(self.squashed), flat(self.operands)[:, :n]
        self.steps = list(
            zip(
                columns(self.operands)[:-1],
                columns(self.blocks)[:, : 3 * units],
                blocks[:, :n],
                blocks[:, n : 3 * n],
                blocks[:, 3 * n :],
                squashed[:, : 2 * n],
                squashed[:, :n],
                squashed[:, n : 2 * n],
                squashed[:, 2 * n :],
                h[:-1],
                h[1:],
                strict=True,
            )
        )

    def run(self, p: Mapping[str, Array], x: Array, h0: Array | None, _: Array | None) -> None:
        """Run over x (T, B, I)."""
        units = self.sizes.units
        both, candidate = slice(None, 2 * units), slice(2 * units, None)
        self.packed[:units, :units] = p["weight_hh"][candidate]
        self.packed[:units, -1] = p["bias_hh"][candidate]
        # A sigmoid reads -z: 1 / (1 + exp(-z)).
        np.negative(p["weight_hh"][both], self.packed[units:, :units])
        np.negative(p["weight_ih"][both], self.packed[units:, units:-1])
        np.negative(p["bias_ih"][both] + p["bias_hh"][both], self.packed[units:, -1])
        self.of_inputs[:, :-1] = p["weight_ih"][candidate]
        self.of_inputs[:, -1] = p["bias_ih"][candidate]
        self.operands[:-1, units:-1] = outward(x)
        self.operands[0, :units] = 0.0 if h0 is None else h0.T
        inputs, share = self.operands[:-1, units:], self.blocks[:, 3 * units :]
        if self.sizes.batch == 1:
            np.matmul(inputs[:, :, 0], self.of_inputs.T, out=share[:, :, 0])
        else:
            np.matmul(self.of_inputs, inputs, out=share)
        self._loop()

    def _loop(self) -> None:
        add, multiply, subtract, tanh, dot = np.add, np.multiply, np.subtract, self.tanh, self.packed.dot
        exp, negative, reciprocal, one, product = np.exp, np.negative, np.reciprocal, self.one, self.product
        for operand, out, q, z_both, z_n, both, r, z, n, before, h in self.steps:
            dot(operand, out)
            exp(z_both, both)
            add(both, one, both)
            reciprocal(both, both)
            negative(z_both, z_both)
            multiply(r, q, product)
            add(z_n, product, z_n)
            tanh(z_n, n)
            subtract(before, n, product)
            multiply(z, product, product)
            add(n, product, h)

    def values(self) -> Values:
        """Give what was computed, as views."""
        units = self.sizes.units
        gates = {name: self.squashed[:, k * units : (k + 1) * units] for k, name in enumerate("rzn")}
        return Values(
            outward(self.blocks[:, units:]),
            outward(self.operands[:, :units]),
            {name: outward(gate) for name, gate in gates.items()},
            q=outward(self.blocks[:, :units]),
        )


class GRUBackward:
    """Buffers of a backward pass, and the pass."""

    def __init__(self, tape: GRUForward) -> None:
        self.tape = tape
        sizes = self.sizes = tape.sizes
        steps, batch, inputs, units, dtype = sizes
        n = batch * units
        self.delta = sizes.new(steps, 4 * units)  # of q, and of the pre-activations of r, z, n
        self.dx, self.dh = sizes.new(steps, inputs), sizes.new(steps + 1, units)
        self.back = BackProduct(sizes, 3, units)
        self.product = np.empty(n, dtype)
        dh = flat(self.dh)
        self.steps = list(
            zip(
                self.back.operands(self.delta[:, : 3 * units]),
                self.delta.reshape(steps, 4, n),
                flat(tape.squashed)[:, n : 2 * n],
                dh[1:],
                dh[:-1],
                strict=True,
            )
        )

    def run(
        self,
        p: Mapping[str, Array],
        dh: Array,
        dh_end: Array | None,
        _: Array | None,
        cuts: Collection[int],
    ) -> None:
        """Run back from dL/dh (T, B, H) that comes from above."""
        sizes, tape, back, product = self.sizes, self.tape, self.back, self.product
        units = sizes.units
        self.dh[0] = 0.0
        self.dh[1:] = outward(dh)
        if dh_end is not None:
            self.dh[-1] += dh_end.T
        back.load(np.roll(p["weight_hh"], units, axis=0), slice(None))
        add, multiply, into_h = np.add, np.multiply, back.total.reshape(-1)
        recurrent = WeightSums(3 * units, units, sizes.dtype)
        inward = WeightSums(3 * units, sizes.inputs + 1, sizes.dtype)
        for chunk in sizes.chunks(cuts):
            self._factors(chunk)
            for operand, blocks, z, dh_here, dh_before in self.steps[chunk][::-1]:
                multiply(blocks, dh_here, blocks)
                multiply(z, dh_here, product)
                add(dh_before, product, dh_before)
                back(operand)
                add(dh_before, into_h, dh_before)
            delta, operands = self.delta[chunk], tape.operands[:-1][chunk]
            recurrent.add(delta[:, : 3 * units], operands[:, :units])
            inward.add(delta[:, units:], operands[:, units:])
            input_gradient(delta[:, units:], p["weight_ih"], self.dx[chunk])
            if chunk.start in cuts:
                self.dh[chunk.start] = dh[chunk.start - 1].T if chunk.start else 0.0
        bias = inward.total[:, -1]
        self.weights = {
            "weight_ih": inward.total[:, :-1].copy(),
            "weight_hh": np.roll(recurrent.total, -units, axis=0),
            "bias_ih": bias.copy(),
            "bias_hh": np.concatenate([bias[: 2 * units], self.delta[:, :units].sum(axis=(0, 2))]),
        }

    def _factors(self, chunk: slice) -> None:
        """Fill delta with what dL/dh_t will be multiplied by."""
        multiply, subtract, one, units = np.multiply, np.subtract, self.tape.one, self.sizes.units
        of_q, of_r, of_z, of_n = (self.delta[chunk, k * units : (k + 1) * units] for k in range(4))
        r, z, n = (self.tape.squashed[chunk, k * units : (k + 1) * units] for k in range(3))
        multiply(n, n, of_n)
        subtract(one, of_n, of_n)
        subtract(one, z, of_z)
        multiply(of_n, of_z, of_n)
        multiply(of_z, z, of_z)
        subtract(self.tape.operands[:-1][chunk, :units], n, of_q)
        multiply(of_z, of_q, of_z)
        multiply(of_n, r, of_q)
        subtract(one, r, of_r)
        multiply(of_r, of_q, of_r)
        multiply(of_r, self.tape.blocks[chunk, :units], of_r)

    def values(self) -> Gradients:
        """Give what was computed, as views."""
        units = self.sizes.units
        dq, dz = self.delta[:, :units], self.delta[:, units:]
        return Gradients(outward(self.dx), outward(dz), outward(self.dh), q=outward(dq))
