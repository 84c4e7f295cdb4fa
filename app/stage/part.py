"""Which layer and direction of the networks is looked at, and what that means for a veil."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .keys import Action
from .veil import OPEN, Veil

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine import Run

__all__ = ["Looked", "Part", "held", "layers_of", "seen", "veil_of", "ways_of"]


@dataclass(frozen=True)
class Part:
    """A layer and a direction.

    Attributes
    ----------
    layer : int
        From 1.
    direction : str
        ``"forward"`` or ``"reverse"``.
    """

    layer: int = 1
    direction: str = "forward"


def layers_of(runs: Sequence[Run]) -> int:
    """Return how many layers the deepest network has."""
    return max((run.network.layers for run in runs), default=1)


def ways_of(runs: Sequence[Run]) -> tuple[str, ...]:
    """Return the directions that some network reads in."""
    return ("forward", "reverse") if any(run.network.bidirectional for run in runs) else ("forward",)


def held(part: Part, runs: Sequence[Run]) -> Part:
    """Return the nearest part that there is."""
    direction = part.direction if part.direction in ways_of(runs) else "forward"
    return Part(min(max(part.layer, 1), layers_of(runs)), direction)


def seen(run: Run, part: Part) -> Run:
    """Return a run as it is looked at; a network without that layer or direction shows its nearest."""
    network = run.network
    direction = part.direction if part.direction in network.directions else "forward"
    return run.on(min(part.layer, network.layers), direction)


@dataclass(frozen=True)
class Looked:
    """Some runs, and how they are looked at.

    Attributes
    ----------
    given : tuple of Run
        One per lane.
    wanted : Part
        The layer and direction asked for; the nearest is taken.
    over : Veil
        What is to be hidden.
    """

    given: tuple[Run, ...] = ()
    wanted: Part = Part()
    over: Veil = OPEN

    @property
    def part(self) -> Part:
        """The layer and direction looked at."""
        return held(self.wanted, self.given)

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs as they are looked at."""
        return tuple(seen(run, self.part) for run in self.given)

    @property
    def veil(self) -> Veil:
        """The veil as it lies on them."""
        return veil_of(self.over, self.runs)

    def beside(self, action: Action) -> Part | None:
        """Return the layer above or below, or the other direction; None where there is only one."""
        part, ways = self.part, ways_of(self.given)
        if action is Action.WAY:
            other = ways[1 - ways.index(part.direction)] if len(ways) > 1 else None
            return None if other is None else replace(part, direction=other)
        if layers_of(self.given) == 1:
            return None
        return held(replace(part, layer=part.layer + (1 if action is Action.LAYER_UP else -1)), self.given)


def veil_of(veil: Veil, runs: Sequence[Run]) -> Veil:
    """Return the veil as it is to be laid on runs that are looked at.

    A veil that begins after a step hides what depends on later ones: all of a reverse direction, which reads
    them first, and all of a layer above both directions. Where one quantity of a variant is another one, or
    1 minus it, both are hidden.
    """
    after = veil.after
    quantities = set(veil.quantities)
    for run in runs:
        behind = run.direction == "reverse" or (run.layer > 1 and run.network.bidirectional)
        if after is not None and after < run.steps and behind:
            after = 0
        for same in _SAME.get(run.network.variant, ()):
            if same & quantities:
                quantities |= same
    if after == veil.after and quantities == veil.quantities:
        return veil
    return replace(veil, after=after, quantities=frozenset(quantities))


_SAME = {
    "coupled": (frozenset({"f", "i"}),),
    "no-output-gate": (frozenset({"c", "tanh_c", "h"}),),
    "no-input-activation": (frozenset({"g", "z_g"}),),
    "no-output-activation": (frozenset({"c", "tanh_c"}),),
}
"""Quantities of a variant that tell each other at a glance."""
