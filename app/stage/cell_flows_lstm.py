"""What the wires of an LSTM carry besides what those of every cell do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine import quantity

from .cell_flows import Flows
from .strands import tr

if TYPE_CHECKING:
    from .strands import Array, Flow

__all__ = ["LstmFlows"]


class LstmFlows(Flows):
    """Flows of one step of an LSTM or one of its variants."""

    def kept(self) -> Flow:
        """Return what the forget gate keeps, f·c."""
        title = tr("kept of the cell state, fₜ·{before}").format(before=self.earlier("c"))
        return self.product(title, "f", ("c", self.before))

    def written(self) -> Flow:
        """Return what is written into the cell state, i·g."""
        return self.product(tr("written into the cell state, iₜ·gₜ"), "i", ("g", self.step))

    def direct_out(self) -> Flow:
        """Return what goes straight on to the step before: f times dL/dc."""
        return self.back(
            tr("direct path to {before}: fₜ times the gradient of cₜ").format(before=self.earlier("c")),
            lambda: self.run.paths(self.before)["c"],
        )

    def direct_in(self) -> Flow:
        """Return what comes straight from the step after."""
        return self.back(
            tr("direct path from {after}").format(after=self.later("c")),
            lambda: self.run.paths(self.step)["c"],
        )

    def written_back(self) -> Flow:
        """Return what reaches a coupled input gate by way of what is written."""
        return self.back(
            tr("gradient to the input gate by what is written: gₜ times the gradient of cₜ"), self._written
        )

    def coupled_back(self) -> Flow:
        """Return what reaches a coupled input gate by way of what is kept."""
        return self.back(
            tr("gradient to the input gate by what is kept: −{before} times the gradient of cₜ").format(
                before=self.earlier("c")
            ),
            lambda: self.run.vector("grad(i)", self.step) - self._written(),
        )

    def _written(self) -> Array:
        whole = self.run.vector("grad(c)", self.step) * self.open("c")
        return np.asarray(self.run.vector("g", self.step) * whole)

    def peeped(self, gate: str) -> Flow:
        """Return what a gate's peephole sends back to the cell state: each unit's weight times dL/dz."""
        title = tr("gradient to {state} through the peephole of the {gate}").format(
            state="cₜ" if gate == "o" else self.earlier("c"),
            gate=quantity(gate, self.run.network.recurrence).title,
        )
        return self.back(title, lambda: self._peeped(gate))

    def _peeped(self, gate: str) -> Array:
        weight = self.run.parameters[f"weight_c{gate}{self.run.ending}"]
        return np.asarray(self.run.vector(f"grad(z_{gate})", self.step) * weight)

    def along_out(self, gates: tuple[str, ...]) -> Flow:
        """Return what goes back to the cell state before: the direct path and some gates' peepholes."""
        title = tr("gradient to {before}: the direct path and peepholes").format(before=self.earlier("c"))

        def make() -> Array:
            direct = self.run.paths(self.before)["c"]
            return np.asarray(sum((self._peeped(gate) for gate in gates), start=direct))

        return self.back(title, make)

    def along_in(self) -> Flow:
        """Return what comes along the cell state's line from the step after."""
        if not self.run.network.recurrence.peepholes:
            return self.direct_in()
        title = tr("gradient from {after}: the direct path and peepholes").format(after=self.later("c"))
        return self.back(title, lambda: self._past_peephole() - self._through_tanh())

    def past_peephole(self) -> Flow:
        """Return what reaches c by the + without the output gate's peephole."""
        return self.back(
            tr("gradient of the cell state but for the output gate's peephole"), self._past_peephole
        )

    def _past_peephole(self) -> Array:
        return np.asarray(self.run.vector("grad(c)", self.step) - self._peeped("o"))

    def through_tanh(self) -> Flow:
        """Return what reaches c through tanh: its slope times dL/d tanh c."""
        return self.back(
            tr("gradient through tanh: its slope times the gradient of tanh cₜ"), self._through_tanh
        )

    def _through_tanh(self) -> Array:
        whole = self.run.vector("grad(tanh_c)", self.step)
        return np.asarray(whole * (1.0 - self.run.vector("tanh_c", self.step) ** 2))
