"""The forward pass of the LSTM of :func:`engine.cells.lstm_step`, quickly; see :mod:`engine.fast`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .fast_tape import Sizes, Values, columns, flat, outward, pack, tanh_for

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LSTMForward"]

Array = NDArray[np.float64]


class LSTMForward:
    """Buffers of a forward pass, and the pass."""

    def __init__(self, sizes: Sizes) -> None:
        self.sizes = sizes
        steps, _, _, units, dtype = sizes
        self.packed = np.empty((4 * units, sizes.operand), dtype)
        self.operands = sizes.operands()
        self.z_blocks = sizes.new(steps, 4 * units)
        # Blocks i, f, g, o; where narrow, the third is waste, so that one call of exp does for all four.
        self.squashed = sizes.new(steps, 4 * units)
        self.tanh_blocks = sizes.new(steps, units)
        self.one = np.array(1.0, dtype)
        self.tanh = tanh_for(sizes)
        n = sizes.batch * units
        z, s, tanh_c = flat(self.z_blocks), flat(self.squashed), flat(self.tanh_blocks)
        h = flat(self.operands)[1:, :n]
        self.product = np.empty(2 * n if sizes.narrow else n, dtype)
        if sizes.narrow:
            # g_t and c_{t-1} lie side by side, to be multiplied by i_t and f_t in one call.
            self.pairs = sizes.new(steps + 1, 2 * units)
            self.pairs[-1] = 0.0
            self.candidate, self.cells = self.pairs[:-1, :units], self.pairs[:, units:]
            gc = flat(self.pairs)
            self.narrow_steps = list(
                zip(
                    columns(self.operands)[:-1],
                    columns(self.z_blocks),
                    z,
                    s,
                    z[:, 2 * n : 3 * n],
                    gc[:-1, :n],
                    gc[:-1],
                    s[:, : 2 * n],
                    gc[1:, n:],
                    tanh_c,
                    s[:, 3 * n :],
                    h,
                    strict=True,
                )
            )
        else:
            self.candidate, self.cells = self.squashed[:, 2 * units : 3 * units], sizes.new(steps + 1, units)
            c = flat(self.cells)
            self.wide_steps = list(
                zip(
                    columns(self.operands)[:-1],
                    columns(self.z_blocks),
                    z[:, : 2 * n],
                    z[:, 2 * n : 3 * n],
                    z[:, 3 * n :],
                    s[:, : 2 * n],
                    s[:, :n],
                    s[:, n : 2 * n],
                    s[:, 2 * n : 3 * n],
                    s[:, 3 * n :],
                    c[:-1],
                    c[1:],
                    tanh_c,
                    h,
                    strict=True,
                )
            )

    def run(self, p: Mapping[str, Array], x: Array, h0: Array | None, c0: Array | None) -> None:
        """Run over x (T, B, I)."""
        units = self.sizes.units
        pack(p, self.packed, units)
        # A sigmoid reads -z: 1 / (1 + exp(-z)).
        gates = (slice(None, 2 * units), slice(3 * units, None))
        for gate in gates:
            np.negative(self.packed[gate], self.packed[gate])
        self.operands[:-1, units:-1] = outward(x)
        self.operands[0, :units] = 0.0 if h0 is None else h0.T
        self.cells[0] = 0.0 if c0 is None else c0.T
        if self.sizes.narrow:
            self._narrow()
            for gate in gates:
                np.negative(self.z_blocks[:, gate], self.z_blocks[:, gate])
            np.reciprocal(self.squashed, self.squashed)
        else:
            self._wide()

    def _narrow(self) -> None:
        add, divide, exp, tanh, dot = np.add, np.divide, np.exp, np.tanh, self.packed.dot
        one, product = self.one, self.product
        half = len(product) // 2
        written, kept = product[:half], product[half:]
        for operand, z_out, z, s, z_g, g, g_and_c, s_if, c, tanh_c, s_o, h in self.narrow_steps:
            dot(operand, z_out)
            exp(z, s)
            add(s, one, s)
            tanh(z_g, g)
            divide(g_and_c, s_if, product)
            add(written, kept, c)
            tanh(c, tanh_c)
            divide(tanh_c, s_o, h)

    def _wide(self) -> None:
        add, multiply, exp, negative, reciprocal = np.add, np.multiply, np.exp, np.negative, np.reciprocal
        tanh, dot, one, written = self.tanh, self.packed.dot, self.one, self.product
        for operand, z_out, z_if, z_g, z_o, s_if, i, f, g, o, before, c, tanh_c, h in self.wide_steps:
            dot(operand, z_out)
            exp(z_if, s_if)
            add(s_if, one, s_if)
            reciprocal(s_if, s_if)
            exp(z_o, o)
            add(o, one, o)
            reciprocal(o, o)
            negative(z_if, z_if)
            negative(z_o, z_o)
            tanh(z_g, g)
            multiply(i, g, written)
            multiply(f, before, c)
            add(c, written, c)
            tanh(c, tanh_c)
            multiply(o, tanh_c, h)

    def values(self) -> Values:
        """Give what was computed, as views."""
        units = self.sizes.units
        gates = {name: self.squashed[:, k * units : (k + 1) * units] for k, name in enumerate("ifgo")}
        gates["g"] = self.candidate
        return Values(
            outward(self.z_blocks),
            outward(self.operands[:, :units]),
            {name: outward(gate) for name, gate in gates.items()},
            outward(self.cells),
            outward(self.tanh_blocks),
        )
