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

from .order import before
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
    backward
        Whether gradients are wanted.
    """

    def __init__(self, run: Run, step: int, veil: Veil, theme: Theme, *, backward: bool = False) -> None:
        self.run = run
        self.step = step
        self.before = before(run, step)
        self.reads = "e" if run.layer == 1 and run.network.embedding is not None else "x"
        self.veil = veil
        self.theme = theme
        self.backward = backward
        self._known: dict[tuple[str, int], Flow] = {}

    def value(self, name: str, t: int | None = None) -> Flow:
        """Return a registered quantity, at this step unless another one is given."""
        step = self.step if t is None else t
        if (name, step) not in self._known:
            self._known[name, step] = self._value(name, step)
        return self._known[name, step]

    def _value(self, name: str, step: int) -> Flow:
        known = quantity(name, self.run.network.recurrence)
        gate = known.is_gate
        base = name[5:-1] if known.is_gradient else name
        hidden = self.veil.hides(quantity=name, t=step)
        there = not hidden and self.run.first_step(name) <= step <= self.run.last_step(name)
        return Flow(
            title=tr(known.title),
            values=self.run.vector(name, step) if there else None,
            quantity=name,
            step=step,
            scale="gradient" if known.is_gradient else "gate" if gate else "signed",
            full=self.full(name),
            hue=self.theme.role(known.role) if gate else None,
            member="input" if base in ("x", "e") else "unit",
            hidden=hidden,
        )

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

    def full(self, name: str) -> float:
        """Return the size at which a strand of a quantity has its full width.

        In a plain cell the pre-activation has the state's scale: side by side they show what is squashed.
        """
        if name == "z" and self.run.cell == "rnn":
            name = "h"
        return full_scale(quantity(name, self.run.network.recurrence))

    def product(self, title: str, factor: str, other: tuple[str, int]) -> Flow:
        """Return the product of a quantity of this step with another one, to be added to a state."""
        name, t = other
        return self.made(
            title,
            ((factor, self.step), other),
            lambda: self.run.vector(factor, self.step) * self.run.vector(name, t),
            full=self.full("c" if self.run.cell == "lstm" else "h"),
        )

    def complement(self, gate: str) -> Flow:
        """Return 1 minus a gate."""
        known = quantity(gate, self.run.network.recurrence)
        flow = self.made(
            tr("1 minus the {gate}").format(gate=known.title),
            ((gate, self.step),),
            lambda: 1.0 - self.run.vector(gate, self.step),
            scale="gate",
        )
        return replace(flow, hue=self.theme.role(known.role))

    # -- backwards --

    def back(self, title: str, make: Callable[[], Array], member: str = "unit") -> Flow:
        """Return a part of a gradient; hidden with the gradients."""
        names = ("grad(h)", "grad(c)") if self.run.cell == "lstm" else ("grad(h)",)
        return self.made(
            title, tuple((name, self.step) for name in names), make, scale="gradient", member=member
        )

    def open(self, name: str) -> Array:
        """Return 0 for the units whose state an intervention holds at this step, 1 for the rest."""
        held = self.run.held.get(name)
        return np.ones(self.run.units) if held is None else 1.0 - held.mask[self.step - 1]

    def into_sum(self) -> Flow:
        """Return a state's gradient as the + hands it on: the same to both sides, none where it is held."""
        state = "c" if self.run.cell == "lstm" else "h"
        title = quantity(state, self.run.network.recurrence).title
        return self.back(
            tr("gradient of the {state}, copied by the +").format(state=title),
            lambda: self.run.vector(f"grad({state})", self.step) * self.open(state),
        )

    def earlier(self, letter: str) -> str:
        """Return a state's letter with the step that comes before this one in the order of computation."""
        return f"{letter}ₜ{'₋' if self.before < self.step else '₊'}₁"

    def later(self, letter: str) -> str:
        """Return a state's letter with the step that comes after this one."""
        return f"{letter}ₜ{'₊' if self.before < self.step else '₋'}₁"

    def into_output(self) -> Flow:
        """Return dL/dh as it reaches what makes h; nothing where h is held."""
        return self.back(
            tr("gradient of the hidden state"),
            lambda: self.run.vector("grad(h)", self.step) * self.open("h"),
        )

    def from_above(self) -> Flow:
        """Return what comes from this step's own loss, or from the next layer."""
        top = self.run.layer == self.run.network.layers
        title = tr("gradient from the loss of this step")
        if not top:
            title = tr("gradient from layer {layer}").format(layer=self.run.layer + 1)
        return self.back(title, lambda: self.run.from_above(self.step))

    def from_next(self) -> Flow:
        """Return what comes back from the step after, through all its matrices."""

        def make() -> Array:
            ways = self.run.paths(self.step, "h")
            return np.asarray(sum(part for key, part in ways.items() if key != "above"))

        return self.back(tr("gradient from the next step"), make)

    def into_input(self, gates: tuple[str, ...]) -> Flow:
        """Return what all of this cell's pre-activations send back to what it reads."""
        if self.run.network.bidirectional:  # the gradient of the input is the sum over both directions
            return self.pulled(gates, "weight_ih")
        return self.value(f"grad({self.reads})")

    def pulled(self, gates: tuple[str, ...], matrix: str) -> Flow:
        """Return what some gates' pre-activations send back to h or x: the transposed matrix times dL/dz."""
        member = "input" if matrix == "weight_ih" else "unit"
        raised = {gate: self._raised(gate) for gate in gates}
        names = " + ".join(f"W{raised[gate]}ᵀ·∂z{raised[gate]}" for gate in gates)
        to = f"{self.reads}ₜ" if member == "input" else self.earlier("h")

        def make() -> Array:
            parts = [self._pulled(matrix, gate, self.step) for gate in gates]
            return np.asarray(np.sum(parts, axis=0))

        return self.back(tr("gradient to {to}, {sum}").format(to=to, sum=names), make, member)

    def _raised(self, gate: str) -> str:
        """Return a gate's letter as it stands above its pre-activation; nothing for the plain cell's."""
        return quantity(f"z_{gate}", self.run.network.recurrence).label[1] if gate else ""

    def _pulled(self, matrix: str, gate: str, t: int) -> Array:
        """Return what one gate's pre-activation sends back; a GRU's candidate reads h through q."""
        run = self.run
        with np.errstate(all="ignore"):
            if gate == "n" and matrix == "weight_hh":
                pulled = run.vector("grad(q)", t)
                if run.network.reset == "before":
                    return pulled * run.vector("r", t)
                return np.asarray(pulled @ run.gate_matrix(matrix, gate))
            pre = run.vector(f"grad(z_{gate})" if gate else "grad(z)", t)
            return np.asarray(pre @ run.gate_matrix(matrix, gate))


def judged(run: Run, step: int) -> bool:
    """Whether the loss reads the hidden state of this step itself."""
    return run.layer == run.network.layers and step in run.loss_steps


def has_read_out(run: Run) -> bool:
    """Whether something above the cell reads h: a read-out, or the next layer."""
    return run.network.outputs is not None or run.layer < run.network.layers


def is_read(flows: Flows) -> bool:
    """Whether h is read here by something above the cell, or, backwards, by the loss itself."""
    return has_read_out(flows.run) or (flows.backward and judged(flows.run, flows.step))


def above_words(flows: Flows) -> str:
    """Say where the wire upwards leads, or what comes down it."""
    run, backward = flows.run, flows.backward
    if run.layer < run.network.layers:
        layer = run.layer + 1
        return (tr("from layer {layer}") if backward else tr("to layer {layer}")).format(layer=layer)
    if backward:
        return tr("from the loss") if judged(run, flows.step) else tr("no loss here")
    return tr("to yₜ")
