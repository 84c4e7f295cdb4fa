"""What recurrent networks are asked to learn: tasks with known answers, known guessers and known floors.

A task is a frozen description. It draws batches, says how well a read-out does, and knows, to the last
digit, what one gets who has learnt nothing of it.

Examples
--------
>>> from engine import tasks
>>> from engine.draws import Draws
>>> task = tasks.TemporalOrder(length=30)
>>> batch = task.batch(4, Draws(1, "order"))
>>> batch.x.shape, batch.lengths.tolist(), batch.target[batch.judged].shape
((33, 4), [32, 32, 30, 33], (4,))
>>> print("".join(task.alphabet[k] for k in batch.x[:30, 2]))
EcacXbcabcbaabbYcacadcbbabadaB
>>> task.baseline.score, task.baseline.why
(0.25, 'every order is as likely')

The same by name, as a file would ask for it:

>>> tasks.task("copying", delay=50)
Copying(delay=50, symbols=10, kinds=8)

Arrays that are handed in answer to the same interface:

>>> text = tasks.NextSymbol.of_text("the sea, the sea, the open sea", length=10)
>>> text.batch(2, Draws(1, "text")).x.shape, round(text.baseline.loss, 2)
((10, 2), 2.1)
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from .adding import Adding, PlainAdding
from .base import Baseline, Batch, Task
from .given import Labelled, NextSymbol, NextValue
from .grammars import AnBn, ContinualReber, EmbeddedReber, Reber
from .memory import Copying, DelayedEcho, Latch, NoiseFreeLag, Parity, TemporalOrder
from .pairs import PairBatch, PairTask, Reversal
from .signals import Sine, TwoLags, WindowedAverage

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "TASKS",
    "Adding",
    "AnBn",
    "Baseline",
    "Batch",
    "ContinualReber",
    "Copying",
    "DelayedEcho",
    "EmbeddedReber",
    "Labelled",
    "Latch",
    "NextSymbol",
    "NextValue",
    "NoiseFreeLag",
    "PairBatch",
    "PairTask",
    "Parity",
    "PlainAdding",
    "Reber",
    "Reversal",
    "Sine",
    "Task",
    "TemporalOrder",
    "TwoLags",
    "WindowedAverage",
    "task",
]

TASKS: Mapping[str, type[Task]] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            Adding,
            PlainAdding,
            Copying,
            TemporalOrder,
            Latch,
            NoiseFreeLag,
            Parity,
            DelayedEcho,
            Reber,
            EmbeddedReber,
            ContinualReber,
            AnBn,
            Sine,
            WindowedAverage,
            TwoLags,
            Reversal,
        )
    }
)
"""The tasks that need nothing handed in, by name."""


def task(name: str, **settings: float) -> Task:
    """Make a task by name.

    Parameters
    ----------
    name : str
        A key of :data:`TASKS`.
    **settings : float
        The attributes of that task's class; what is missing keeps its default.

    Raises
    ------
    ValueError
        If there is no such task or setting, or the settings do not fit together.
    """
    kind = TASKS.get(name)
    if kind is None:
        raise ValueError(f"no task is called “{name}”; write one of {', '.join(TASKS)}")
    known: Mapping[str, object] = getattr(kind, "__dataclass_fields__", {})
    for setting in settings:
        if setting not in known:
            raise ValueError(
                f"the task “{name}” has no setting “{setting}”; it has {', '.join(known) or 'none'}"
            )
    return kind(**settings)
