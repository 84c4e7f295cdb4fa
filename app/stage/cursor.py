"""The one current place that all views of the stage share."""

from __future__ import annotations

from dataclasses import dataclass, replace

PHASES = ("inputs", "gates", "cell state", "squash", "output")
"""The five sub-steps of one step of a cell, in order of computation."""


@dataclass(frozen=True)
class Cursor:
    """Where the stage stands.

    Parameters
    ----------
    step
        The current step, from 1; 0 is the initial state.
    phase
        Progress within the step, 0..5: its whole part is the sub-step in :data:`PHASES`, the rest how far
        the colour has spread in it. 5 is the finished step at rest.
    backward
        Whether the stage shows the backward pass. The phases then run against the order of computation.
    lane
        Name of the chosen lane; empty for the first.
    unit
        The chosen unit, from 1.
    """

    step: int = 1
    phase: float = 5.0
    backward: bool = False
    lane: str = ""
    unit: int = 1

    def moved(self, step: int, steps: int) -> Cursor:
        """Return the cursor at another step, held within 1..``steps``, at rest."""
        return replace(self, step=min(max(1, step), max(1, steps)), phase=float(len(PHASES)))

    @property
    def stage(self) -> int | None:
        """Index of the active sub-step in the order of computation; ``None`` at rest."""
        count = len(PHASES)
        if self.phase >= count or self.phase < 0:
            return None
        return count - 1 - int(self.phase) if self.backward else int(self.phase)

    @property
    def progress(self) -> float:
        """How far the active sub-step has come, 0..1; 1 at rest."""
        return 1.0 if self.stage is None else self.phase - int(self.phase)
