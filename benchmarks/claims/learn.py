"""Training as the claims use it: one call, an outcome."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.clipping import ClipByNorm
from engine.tasks import Task
from engine.training import Training, start, train

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from engine.draws import Draws
    from engine.progress import Record
    from engine.tasks import Baseline, Batch

__all__ = ["CLIP", "LastOnly", "Outcome", "Unmasked", "learn", "least"]

CLIP = ClipByNorm(1.0)
"""What all trainings use that say nothing else."""


class Unmasked(Task):
    """A task whose shorter sequences are read on past their end, on zeros, where nothing is judged.

    For a net that reads forward that changes no number that is judged and no gradient; and without a mask
    the quick cells can be used.
    """

    name = "unmasked"

    def __init__(self, task: Task) -> None:
        self.task = task

    @property
    def loss(self) -> str:  # type: ignore[override]  # of the instance here, not of the class
        """As the task's."""
        return self.task.loss

    @property
    def inputs(self) -> int:
        """As the task's."""
        return self.task.inputs

    @property
    def outputs(self) -> int:
        """As the task's."""
        return self.task.outputs

    @property
    def baseline(self) -> Baseline:
        """As the task's."""
        return self.task.baseline

    def batch(self, size: int, draws: Draws) -> Batch:
        """As the task's, without the mask."""
        return replace(self.task.batch(size, draws), mask=None)

    def score(self, y: NDArray[np.float64], batch: Batch) -> float:
        """As the task's."""
        return self.task.score(y, batch)


class LastOnly(Unmasked):
    """A task of classes of which only the scored steps are judged."""

    def batch(self, size: int, draws: Draws) -> Batch:
        """As the task's, with fewer judged steps."""
        batch = super().batch(size, draws)
        assert batch.scored is not None
        return replace(batch, judged=batch.scored, target=batch.target * batch.scored)


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a training came to.

    Attributes
    ----------
    parameters : mapping of str to ndarray
        At the end.
    solved : float
        Sequences read until the wanted score was reached; inf if it was not.
    loss, score : float
        Of the last evaluation; of a training that diverged, inf and 0.
    best : float
        The best score of all evaluations.
    records : tuple of Record
        Of every update.
    """

    parameters: Mapping[str, NDArray[np.float64]]
    solved: float
    loss: float
    score: float
    best: float
    records: tuple[Record, ...]


def least(count: float, effort: float) -> int:
    """Scale a number of updates or sequences down, to no fewer than two."""
    return max(2, round(count * effort))


def learn(training: Training, parameters: Mapping[str, NDArray[np.float64]] | None = None) -> Outcome:
    """Train to the end, from the network's own weights or from those handed in."""
    for progress in train(training, start(training, parameters)):
        end = progress
    seen = [record.evaluation for record in end.records if record.evaluation is not None]
    last = seen[-1] if seen and end.status != "diverged" else None
    return Outcome(
        end.parameters,
        float(end.step * training.batch) if end.status == "solved" else math.inf,
        math.inf if last is None else last.loss,
        0.0 if last is None else last.score,
        max((evaluation.score for evaluation in seen), default=0.0),
        end.records,
    )
