"""What the wires of a GRU carry besides what those of every cell do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .cell_flows import Flows
from .strands import tr

if TYPE_CHECKING:
    from .strands import Array, Flow

__all__ = ["GruFlows"]


class GruFlows(Flows):
    """Flows of one step of a GRU."""

    def new_part(self) -> Flow:
        """Return what a GRU takes of the candidate, (1 - z)·n."""
        t, vector = self.step, self.run.vector
        return self.made(
            tr("new in the hidden state, (1 − zₜ)·nₜ"),
            (("z", t), ("n", t)),
            lambda: (1.0 - vector("z", t)) * vector("n", t),
        )

    def of_input(self) -> Flow:
        """Return what x adds to a GRU's candidate; backwards its gradient, which the + copies."""
        t, vector = self.step, self.run.vector

        def make() -> Array:
            return np.asarray(vector("z_n", t) - vector("r", t) * vector("q", t))

        if self.backward:
            return self._copied_by_candidate()
        return self.made(
            tr("candidate's part from x, W·xₜ + b"),
            (("z_n", t), ("r", t), ("q", t)),
            make,
            full=self.full("z_n"),
        )

    def reset_part(self) -> Flow:
        """Return what the reset gate lets through, r·q; backwards its gradient."""
        t, vector = self.step, self.run.vector
        if self.backward:
            return self._copied_by_candidate()
        return self.made(
            tr("let through by the reset gate, rₜ·qₜ"),
            (("r", t), ("q", t)),
            lambda: vector("r", t) * vector("q", t),
            full=self.full("z_n"),
        )

    def _copied_by_candidate(self) -> Flow:
        return self.back(
            tr("gradient of the candidate's pre-activation, copied by the +"),
            lambda: self.run.vector("grad(z_n)", self.step),
        )

    def back_to_keep(self) -> Flow:
        """Return what reaches a GRU's update gate by way of what is kept."""
        return self.back(
            tr("gradient to the update gate by what is kept: {before} times the gradient of hₜ").format(
                before=self.earlier("h")
            ),
            lambda: self.run.vector("h", self.before) * self._made_new(),
        )

    def back_to_rest(self, *, turned: bool = False) -> Flow:
        """Return what reaches 1 - z of a GRU by way of what is new, or with its sign ``turned`` z itself."""
        sign = -1.0 if turned else 1.0
        title = tr("gradient to 1 − zₜ: nₜ times the gradient of hₜ")
        if turned:
            title = tr("gradient to the update gate by what is new: −nₜ times the gradient of hₜ")
        return self.back(title, lambda: sign * self.run.vector("n", self.step) * self._made_new())

    def _made_new(self) -> Array:
        return np.asarray(self.run.vector("grad(h)", self.step) * self.open("h"))

    def direct_out(self) -> Flow:
        """Return what goes straight on to the step before: z times dL/dh."""
        return self.back(
            tr("direct copy to {before}: zₜ times the gradient of hₜ").format(before=self.earlier("h")),
            lambda: self.run.paths(self.before, "h")["h"],
        )

    def into_state_before(self) -> Flow:
        """Return all that this step sends back to the hidden state before it, the direct copy included."""

        def make() -> Array:
            ways = self.run.paths(self.before, "h")
            return np.asarray(sum(part for key, part in ways.items() if key not in ("above", "end")))

        return self.back(tr("gradient to {before} from this step").format(before=self.earlier("h")), make)
