"""The backward pass of the LSTM, quickly: three ways through the steps, by size; see :mod:`engine.fast`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .fast_tape import BackProduct, Gradients, WeightSums, columns, flat, fold, input_gradient, outward

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from .fast_lstm import LSTMForward

__all__ = ["LSTMBackward"]

Array = NDArray[np.float64]


class LSTMBackward:
    """Buffers of a backward pass, and the pass."""

    def __init__(self, tape: LSTMForward) -> None:
        self.tape = tape
        sizes = self.sizes = tape.sizes
        steps, _, inputs, units, dtype = sizes
        self.dx = sizes.new(steps, inputs)
        # Of h_t by c_t, for the steps of a chunk.
        self.slope = sizes.new(sizes.portion, units)
        self.product = np.empty(sizes.batch * units, dtype)
        if sizes.narrow:
            self._prepare_narrow()
        else:
            self._prepare_wide()

    def run(
        self,
        p: Mapping[str, Array],
        dh: Array,
        dh_end: Array | None,
        dc_end: Array | None,
        cuts: Collection[int],
    ) -> None:
        """Run back from dL/dh (T, B, H) that comes from above."""
        units = self.sizes.units
        self.dh[0] = 0.0
        self.dh[1:] = outward(dh)
        if dh_end is not None:
            self.dh[-1] += dh_end.T
        self.carried[-1] = 0.0 if dc_end is None else dc_end.T
        sums = WeightSums(4 * units, self.sizes.operand, self.sizes.dtype)
        self._load(p)
        for chunk in self.sizes.chunks(cuts):
            if self.sizes.folded:
                self._folded(chunk)
            elif self.sizes.narrow:
                self._narrow(chunk)
            else:
                self._wide(chunk)
            sums.add(self.dz[chunk], self.tape.operands[chunk])
            if chunk.start in cuts:
                self.dh[chunk.start] = dh[chunk.start - 1].T if chunk.start else 0.0
                self.carried[chunk.start] = 0.0
        if self.sizes.narrow:
            self.dc[0] = self.carried[0]
            input_gradient(self.dz, p["weight_ih"], self.dx)
        self.weights = sums.by_name(units)

    def values(self) -> Gradients:
        """Give what was computed, as views."""
        return Gradients(*(outward(buffer) for buffer in (self.dx, self.dz, self.dh, self.dc)))

    # ------------------------------------------------------------------------------------------- few numbers

    def _prepare_narrow(self) -> None:
        sizes, n = self.sizes, self.sizes.batch * self.sizes.units
        steps, units, dtype = sizes.steps, sizes.units, sizes.dtype
        # dL/dh_t and dL/dc_t side by side; where folded, the second is what is carried into dL/dc_t.
        self.pairs = sizes.new(steps + 1, 2 * units)
        self.dh = self.pairs[:, :units]
        pairs = flat(self.pairs)
        if sizes.folded:
            self.delta = self.dz = sizes.new(steps, 4 * units)
            self.dc, self.carried = sizes.new(steps + 1, units), sizes.new(steps + 1, units)
            self.maps = np.zeros((sizes.portion, 2 * units, 2 * units), dtype)
            self.rows = np.empty((units, 4, units), dtype)
            self.shares = np.zeros((sizes.portion, 2, 4, units), dtype)
            self.pair = np.empty(2 * units, dtype)
            self.pair_steps = list(pairs)
            self.dots = [matrix.T.dot for matrix in self.maps]
            return
        # First the factors of dL/dc_t (i, f, g), dL/dh_t (o) and dL/dc_t again (c_{t-1}); then, in their
        # place, dL/dz_t and what is carried over to dL/dc_{t-1}. One row more for what comes from the end.
        self.delta = sizes.new(steps + 1, 5 * units)
        self.dz, self.carried = self.delta[:-1, : 4 * units], self.delta[:, 4 * units :]
        self.dc = self.pairs[:, units:]
        delta = flat(self.delta)
        self.recurrent = np.empty((units, 4 * units), dtype)
        self.into_h = columns(np.empty((1, units, sizes.batch), dtype))[0]
        self.spread = np.empty(5 * n, dtype)
        order = np.arange(2 * n).reshape(2, n)
        self.order = order[[1, 1, 1, 0, 1]].ravel()
        self.narrow_steps = list(
            zip(
                flat(self.slope),  # all steps are one portion here, unless there are cuts
                pairs[1:, :n],
                [pair.take for pair in pairs[1:]],
                pairs[1:, n:],
                delta[1:, 4 * n :],
                delta[:-1],
                columns(self.dz),
                pairs[:-1, :n],
                strict=True,
            )
        )

    def _load(self, p: Mapping[str, Array]) -> None:
        weight, units = p["weight_hh"], self.sizes.units
        if self.sizes.folded:
            self.rows[...] = weight.reshape(4, units, units).transpose(1, 0, 2)
        elif self.sizes.narrow:
            self.recurrent[...] = weight.T
        else:
            self.back.load(weight, slice(None, units))
            self.back.load(p["weight_ih"], slice(units, None))

    def _narrow_factors(self, chunk: slice) -> None:
        multiply, subtract, one = np.multiply, np.subtract, self.tape.one
        n = self.sizes.batch * self.sizes.units
        delta, squashed = flat(self.delta)[chunk], flat(self.tape.squashed)[chunk]
        g, tanh_c = flat(self.tape.pairs)[chunk, :n], flat(self.tape.tanh_blocks)[chunk]
        gates, of_g, of_o = delta[:, : 4 * n], delta[:, 2 * n : 3 * n], delta[:, 3 * n : 4 * n]
        subtract(one, squashed, gates)
        multiply(gates, squashed, gates)
        multiply(delta[:, : 2 * n], flat(self.tape.pairs)[chunk], delta[:, : 2 * n])
        multiply(of_o, tanh_c, of_o)
        multiply(g, g, of_g)
        subtract(one, of_g, of_g)
        multiply(of_g, squashed[:, :n], of_g)
        slope = flat(self.slope)[self._rows(chunk)]
        multiply(tanh_c, tanh_c, slope)
        subtract(one, slope, slope)
        multiply(slope, squashed[:, 3 * n :], slope)

    def _rows(self, chunk: slice) -> slice:
        """Rows of ``slope`` for the steps of a chunk."""
        return chunk if self.sizes.portion == self.sizes.steps else slice(0, chunk.stop - chunk.start)

    def _narrow(self, chunk: slice) -> None:
        self._narrow_factors(chunk)
        n = self.sizes.batch * self.sizes.units
        flat(self.delta)[chunk, 4 * n :] = flat(self.tape.squashed)[chunk, n : 2 * n]
        add, multiply, dot = np.add, np.multiply, self.recurrent.dot
        product, into_h, spread, order = self.product, self.into_h, self.spread, self.order
        into_flat = into_h.reshape(-1)
        for slope, dh, take, dc, carried, delta, dz, dh_before in self.narrow_steps[chunk][::-1]:
            multiply(dh, slope, product)
            add(carried, product, dc)
            take(order, 0, spread, "wrap")
            multiply(delta, spread, delta)
            dot(dz, into_h)
            add(dh_before, into_flat, dh_before)

    def _folded(self, chunk: slice) -> None:
        r"""Take each step back by one matrix, which is made for all steps of the chunk first.

        .. math::

            \begin{pmatrix} dh_{t-1} \\ e_{t-1} \end{pmatrix} =
            \begin{pmatrix} A_t K_t + B_t & A_t \\ f_t K_t & f_t \end{pmatrix}
            \begin{pmatrix} dh_t \\ e_t \end{pmatrix} + \begin{pmatrix} above_{t-1} \\ 0 \end{pmatrix},
            \qquad dc_t = e_t + K_t dh_t

        where K is the slope of h by c, and A, B are the recurrent matrices of i, f, g and of o with their
        columns scaled by the factors.
        """
        self._narrow_factors(chunk)
        units, count = self.sizes.units, chunk.stop - chunk.start
        delta = self.delta[chunk].reshape(count, 4, units)
        slope, f = self.slope[self._rows(chunk), :, 0], self.tape.squashed[chunk, units : 2 * units, 0]
        shares, maps = self.shares[:count], self.maps[:count]
        shares[:, 1, :3] = delta[:, :3]
        shares[:, 0, 3] = delta[:, 3]
        np.multiply(delta[:, :3], slope[:, np.newaxis], shares[:, 0, :3])
        blocks = maps.reshape(2 * count, units, 2 * units)
        fold(shares.reshape(2 * count, 4, units), self.rows, blocks[:, :, :units])
        diagonal = blocks.reshape(count, 2, -1)[:, :, units :: 2 * units + 1]
        diagonal[:, 1] = f
        np.multiply(f, slope, diagonal[:, 0])
        pairs = self.pairs[:, :, 0]
        pairs[chunk.stop, units:] = self.carried[chunk.stop, :, 0]
        pairs[chunk, units:] = 0.0
        add, pair, here = np.add, self.pair, self.pair_steps[chunk.stop]
        for dot, before in zip(self.dots[count - 1 :: -1], self.pair_steps[chunk][::-1], strict=True):
            dot(here, pair)
            add(before, pair, before)
            here = before
        after = slice(chunk.start + 1, chunk.stop + 1)
        dh, dc = pairs[after, :units], self.dc[after, :, 0]
        np.multiply(dh, slope, dc)
        np.add(dc, pairs[after, units:], dc)
        np.multiply(delta[:, :3], dc[:, np.newaxis], delta[:, :3])
        np.multiply(delta[:, 3], dh, delta[:, 3])
        self.carried[chunk.start] = pairs[chunk.start, units:, np.newaxis]

    # ------------------------------------------------------------------------------------------ many numbers

    def _prepare_wide(self) -> None:
        sizes, n = self.sizes, self.sizes.batch * self.sizes.units
        steps, _, inputs, units, _ = sizes
        self.dz, self.dh = sizes.new(steps, 4 * units), sizes.new(steps + 1, units)
        self.dc = self.carried = sizes.new(steps + 1, units)
        self.back = BackProduct(sizes, 4, units + inputs)
        dz, dh, dc = flat(self.dz), flat(self.dh), flat(self.dc)
        self.wide_steps = list(
            zip(
                self.back.operands(self.dz),
                dz[:, : 3 * n].reshape(steps, 3, n),
                dz[:, 3 * n :],
                dh[1:],
                dc[1:],
                dh[:-1],
                dc[:-1],
                flat(self.tape.squashed)[:, n : 2 * n],
                flat(self.dx),
                strict=True,
            )
        )

    def _wide_factors(self, chunk: slice) -> None:
        tape, units, one = self.tape, self.sizes.units, self.tape.one
        multiply, subtract = np.multiply, np.subtract
        squashed, tanh_c = tape.squashed[chunk], tape.tanh_blocks[chunk]
        i, f, g, o = (slice(k * units, (k + 1) * units) for k in range(4))
        for gate, partner in ((i, squashed[:, g]), (f, tape.cells[:-1][chunk]), (o, tanh_c)):
            factor = self.dz[chunk, gate]
            subtract(one, squashed[:, gate], factor)
            multiply(factor, squashed[:, gate], factor)
            multiply(factor, partner, factor)
        factor, slope = self.dz[chunk, g], self.slope[: len(tanh_c)]
        for squash, by, out in ((squashed[:, g], i, factor), (tanh_c, o, slope)):
            multiply(squash, squash, out)
            subtract(one, out, out)
            multiply(out, squashed[:, by], out)

    def _wide(self, chunk: slice) -> None:
        self._wide_factors(chunk)
        add, multiply, back, product = np.add, np.multiply, self.back, self.product
        n = len(product)
        into = back.total.reshape(-1)
        into_h, into_x = into[:n], into[n:]
        slopes = flat(self.slope)[: chunk.stop - chunk.start]
        pairs = zip(self.wide_steps[chunk][::-1], slopes[::-1], strict=True)
        for (dz, dz_ifg, dz_o, dh, dc, dh_before, dc_before, f, dx), slope in pairs:
            multiply(dh, slope, product)
            add(dc, product, dc)
            multiply(dz_ifg, dc, dz_ifg)
            multiply(dz_o, dh, dz_o)
            multiply(f, dc, dc_before)
            back(dz)
            add(dh_before, into_h, dh_before)
            dx[...] = into_x
