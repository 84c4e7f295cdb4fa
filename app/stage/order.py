"""Which step comes before and after another one, in the order in which a direction computes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine import Run

__all__ = ["after", "before", "is_reverse"]


def is_reverse(run: Run) -> bool:
    """Whether the run, as it is looked at, reads the sequence from its end."""
    return run.direction == "reverse"


def before(run: Run, step: int) -> int:
    """Return the step whose state is read at `step`; for the first one that of the initial state."""
    return step + 1 if is_reverse(run) else step - 1


def after(run: Run, step: int) -> int:
    """Return the step that reads the state of `step`."""
    return step - 1 if is_reverse(run) else step + 1
