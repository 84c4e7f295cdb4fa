"""What a training saw, update by update, and the places from which it can go on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .evaluation import Evaluation
    from .optimizers import OptimizerState

__all__ = ["Checkpoint", "Progress", "Record", "history"]

Array = NDArray[np.float64]


class Record(NamedTuple):
    """What one update saw.

    Attributes
    ----------
    step : int
        The update, from 1.
    loss : float
        Mean over the judged steps, before the update.
    norm, norm_clipped : float
        Of the gradient of all trained parameters together, before and after clipping.
    clipped : float
        Share of the entries that clipping changed.
    rate : float
        Learning rate.
    evaluation : Evaluation or None
        After the update, where one was due.
    """

    step: int
    loss: float
    norm: float
    norm_clipped: float
    clipped: float
    rate: float
    evaluation: Evaluation | None = None


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """All that is needed to go on as if nothing had happened.

    Attributes
    ----------
    parameters : mapping of str to ndarray
        As they were after the last update.
    optimizer : OptimizerState
        What the optimizer remembers.
    step : int
        Updates made.
    drawn : int
        Batches of sequences drawn; the last of them is the current one.
    window : int
        Windows of it that have been read; all of them are when a new batch is due.
    states : mapping of str to ndarray
        Where the next window begins; empty at the beginning of a batch.
    records : tuple of Record
        What the updates saw.
    """

    parameters: Mapping[str, Array]
    optimizer: OptimizerState
    step: int = 0
    drawn: int = 0
    window: int = 0
    states: Mapping[str, Array] = field(default_factory=dict)
    records: tuple[Record, ...] = ()


@dataclass(frozen=True, eq=False)
class Progress:
    """How far training has come.

    Attributes
    ----------
    status : str
        ``running``; or for the last one ``finished`` (all updates made), ``solved`` (the score was reached)
        or ``diverged``.
    record : Record
        What the last update saw. Diverged, it is the one that could not be made.
    reason : str
        Why it diverged, in a sentence; else empty.
    """

    status: str
    record: Record
    reason: str
    _place: Checkpoint
    _records: list[Record]

    @property
    def step(self) -> int:
        """The update, from 1."""
        return self.record.step

    @property
    def parameters(self) -> Mapping[str, Array]:
        """After the update; diverged, before it. They are never changed in place."""
        return self._place.parameters

    @property
    def records(self) -> tuple[Record, ...]:
        """What all updates up to this one saw, those before a resumption included."""
        return tuple(self._records[: self.step])

    @property
    def checkpoint(self) -> Checkpoint:
        """From where :func:`train` goes on; diverged, from before the update that could not be made."""
        place = self._place
        return Checkpoint(
            place.parameters,
            place.optimizer,
            place.step,
            place.drawn,
            place.window,
            place.states,
            tuple(self._records[: place.step]),
        )


def history(records: Sequence[Record]) -> dict[str, Array]:
    """Curves of a training.

    Returns
    -------
    dict of ndarray
        ``step``, ``loss``, ``norm``, ``norm_clipped``, ``clipped``, ``rate``, a number for each update;
        ``evaluation.step``, ``evaluation.loss``, ``evaluation.score``, and ``left.f_l0``, ``right.f_l0``,
        ... for each gate's saturation, a number for each evaluation.
    """
    curves = {
        name: np.array([getattr(record, name) for record in records], dtype=np.float64)
        for name in ("step", "loss", "norm", "norm_clipped", "clipped", "rate")
    }
    seen = [(record.step, record.evaluation) for record in records if record.evaluation is not None]
    curves["evaluation.step"] = np.array([step for step, _ in seen], dtype=np.float64)
    curves["evaluation.loss"] = np.array([evaluation.loss for _, evaluation in seen])
    curves["evaluation.score"] = np.array([evaluation.score for _, evaluation in seen])
    for gate in seen[0][1].saturation if seen else ():
        shares = [evaluation.saturation[gate] for _, evaluation in seen]
        curves[f"left.{gate}"] = np.array([share.left for share in shares])
        curves[f"right.{gate}"] = np.array([share.right for share in shares])
    return curves
