"""What the wires of a cell carry, forwards and backwards.

Forwards a wire carries a quantity or a product of two. Backwards it carries the part of a gradient that
comes this way: where a wire forks the parts of its branches add up to the whole, as the chain rule has it.
Everything is read from the run; what is not there as such is one product away.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from engine import Run, quantity

from .geometry import GATES
from .strands import Array, Flow, full_scale, tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.theme import Theme

    from .veil import Veil


class Flows:
    """Flows of one step.

    Parameters
    ----------
    run, step
        What is shown; step 0 is the initial state, before any computation.
    veil
        What is hidden: the flow then has no values.
    theme
        Gives the gates' hues.
    """

    def __init__(self, run: Run, step: int, veil: Veil, theme: Theme) -> None:
        self.run = run
        self.step = step
        self.veil = veil
        self.theme = theme
        self._known: dict[tuple[str, int], Flow] = {}

    def value(self, name: str, t: int | None = None) -> Flow:
        """Return a registered quantity, at this step unless another one is given."""
        step = self.step if t is None else t
        if (name, step) not in self._known:
            self._known[name, step] = self._value(name, step)
        return self._known[name, step]

    def _value(self, name: str, step: int) -> Flow:
        known = quantity(name, self.run.cell)
        gate = name in GATES and name != "g"
        base = name[5:-1] if known.is_gradient else name
        flow = Flow(
            title=tr(known.title),
            values=None,
            quantity=name,
            step=step,
            scale="gradient" if known.is_gradient else "gate" if gate else "signed",
            full=full_scale(name, self.run.network.activation if self.run.cell == "rnn" else "tanh"),
            hue=self.theme.role(name) if gate else None,
            member="input" if base == "x" else "unit",
        )
        if self.veil.hides(quantity=name, t=step):
            return replace(flow, hidden=True)
        if not known.first <= step <= self.run.steps:
            return flow
        return replace(flow, values=self.run.vector(name, step))

    def made(
        self,
        title: str,
        needs: tuple[tuple[str, int], ...],
        make: Callable[[], Array],
        *,
        scale: str = "signed",
        full: float = 1.0,
        member: str = "unit",
    ) -> Flow:
        """Return what is no registered quantity; it is hidden when anything that it is made of is."""
        flow = Flow(title, None, step=self.step, scale=scale, full=full, member=member)
        if any(self.veil.hides(quantity=name, t=t) for name, t in needs):
            return replace(flow, hidden=True)
        if self.step < 1:
            return flow
        with np.errstate(all="ignore"):
            return replace(flow, values=make())

    # -- forwards --

    def kept(self) -> Flow:
        """Return what the forget gate keeps, f·c."""
        t, vector = self.step, self.run.vector
        return self.made(
            tr("kept of the cell state, fₜ·cₜ₋₁"),
            (("f", t), ("c", t - 1)),
            lambda: vector("f", t) * vector("c", t - 1),
            full=full_scale("c"),
        )

    def written(self) -> Flow:
        """Return what is written into the cell state, i·g."""
        t, vector = self.step, self.run.vector
        return self.made(
            tr("written into the cell state, iₜ·gₜ"),
            (("i", t), ("g", t)),
            lambda: vector("i", t) * vector("g", t),
            full=full_scale("c"),
        )

    # -- backwards --

    def back(self, title: str, make: Callable[[], Array], member: str = "unit") -> Flow:
        """Return a part of a gradient; hidden with the gradients."""
        names = ("grad(h)",) if self.run.cell == "rnn" else ("grad(h)", "grad(c)")
        return self.made(
            title, tuple((name, self.step) for name in names), make, scale="gradient", member=member
        )

    def _open(self, name: str) -> Array:
        """Return 0 for the units whose state an intervention holds at this step, 1 for the rest."""
        held = self.run.held.get(name)
        return np.ones(self.run.units) if held is None else 1.0 - held.mask[self.step - 1]

    def into_sum(self) -> Flow:
        """Return dL/dc as the + hands it on: to both sides the same, nothing where c is held."""
        return self.back(
            tr("gradient of the cell state, copied by the +"),
            lambda: self.run.vector("grad(c)", self.step) * self._open("c"),
        )

    def direct_out(self) -> Flow:
        """Return what goes straight on to the step before: f times dL/dc."""
        return self.back(
            tr("direct path to cₜ₋₁: fₜ times the gradient of cₜ"), lambda: self.run.paths(self.step - 1)["c"]
        )

    def direct_in(self) -> Flow:
        """Return what comes straight from the step after."""
        return self.back(tr("direct path from cₜ₊₁"), lambda: self.run.paths(self.step)["c"])

    def through_tanh(self) -> Flow:
        """Return what reaches c through tanh: its slope times dL/d tanh c."""
        t, vector = self.step, self.run.vector
        return self.back(
            tr("gradient through tanh: its slope times the gradient of tanh cₜ"),
            lambda: vector("grad(tanh_c)", t) * (1.0 - vector("tanh_c", t) ** 2),
        )

    def into_output(self) -> Flow:
        """Return dL/dh as it reaches what makes h; nothing where h is held."""
        return self.back(
            tr("gradient of the hidden state"),
            lambda: self.run.vector("grad(h)", self.step) * self._open("h"),
        )

    def from_loss(self) -> Flow:
        """Return what comes from this step's own loss."""
        return self.back(
            tr("gradient from the loss of this step"),
            lambda: np.asarray(self.run.backward.loss_h[self.step, 0]),
        )

    def from_next(self) -> Flow:
        """Return what comes back from the step after, through all its matrices."""

        def make() -> Array:
            total = np.zeros(self.run.units)
            if self.step < self.run.steps:
                for gate in _blocks(self.run):
                    total = total + self._pulled("weight_hh_l0", gate, self.step + 1)
            return total

        return self.back(tr("gradient from the next step"), make)

    def pulled(self, gates: tuple[str, ...], matrix: str) -> Flow:
        """Return what some gates' pre-activations send back to h or x: the transposed matrix times dL/dz."""
        member = "input" if matrix.startswith("weight_ih") else "unit"
        names = " + ".join(f"W{_RAISED.get(gate, '')}ᵀ·∂z{_RAISED.get(gate, '')}" for gate in gates)
        to = "xₜ" if member == "input" else "hₜ₋₁"

        def make() -> Array:
            parts = [self._pulled(matrix, gate, self.step) for gate in gates]
            return np.asarray(np.sum(parts, axis=0))

        return self.back(tr("gradient to {to}, {sum}").format(to=to, sum=names), make, member)

    def _pulled(self, matrix: str, gate: str, t: int) -> Array:
        pre = self.run.vector(f"grad(z_{gate})" if gate else "grad(z)", t)
        with np.errstate(all="ignore"):
            return np.asarray(pre @ self.run.gate_matrix(matrix, gate))


_RAISED = {"i": "ⁱ", "f": "ᶠ", "g": "ᵍ", "o": "ᵒ"}


def _blocks(run: Run) -> tuple[str, ...]:
    return GATES if run.cell == "lstm" else ("",)


def judged(run: Run, step: int) -> bool:
    """Whether the loss reads this step."""
    return step in run.loss_steps


def has_read_out(run: Run) -> bool:
    """Whether something above the cell reads h."""
    return run.network.outputs is not None
