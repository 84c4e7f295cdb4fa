"""What each update of a training learns from: batches drawn by number, cut in windows, read forward."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from . import network as networks
from . import seq2seq
from .draws import Draws
from .evaluation import judge, run_over
from .network import NetworkTrace
from .seq2seq import EncoderDecoder, EncoderDecoderTrace
from .tasks.pairs import PairBatch, PairTask
from .truncation import Window, states_after

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .progress import Checkpoint
    from .tasks import Batch, Task
    from .training import Training

__all__ = ["Lesson", "Lessons", "gradients_of", "trained"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Lesson:
    """One window that has been read forward: what an update learns from, and where the next one begins."""

    trace: NetworkTrace | EncoderDecoderTrace
    loss: float
    dv: Array
    drawn: int
    window: int
    states: Mapping[str, Array]


class Lessons:
    """The sequences of a training, the current batch kept."""

    def __init__(self, training: Training) -> None:
        self._training = training
        self._number = 0
        self._item: Batch | PairBatch | None = None
        self._windows: tuple[Window, ...] = ()
        self._examination: tuple[Task, Batch | PairBatch] | None = None

    @property
    def examination(self) -> tuple[Task, Batch | PairBatch]:
        """What evaluations ask: drawn once, from a stream of its own."""
        if self._examination is None:
            training = self._training
            task = training.task if training.test is None else training.test
            size = training.evaluation_size or (training.batch if task.in_parts else 200)
            self._examination = task, _draw(task, size, Draws(training.seed, "evaluation"))
        return self._examination

    def _take(self, number: int) -> None:
        """Draw a batch and cut it in windows, unless it is the current one."""
        if number == self._number:
            return
        training = self._training
        self._number = number
        self._item = _draw(training.task, training.batch, Draws(training.seed, f"batch {number}"))
        batch = self._item.answer if isinstance(self._item, PairBatch) else self._item
        if not batch.judged.any():
            raise ValueError(f"the task “{training.task.name}” gave a batch without a judged step")
        if training.truncation is None:
            self._windows = (Window(0, 0, batch.steps),)
        else:
            self._windows = training.truncation.windows(batch.steps)

    def next(self, place: Checkpoint) -> Lesson:
        """Read on from a place, to the next window that has a judged step."""
        training = self._training
        drawn, number, states = place.drawn, place.window, place.states
        if drawn:
            self._take(drawn)
        while True:
            if number >= len(self._windows) or not drawn:
                drawn, number, states = drawn + 1, 0, {}
                self._take(drawn)
            assert self._item is not None
            window = self._windows[number]
            dropout = self._dropout(drawn, number)
            item = self._item
            if isinstance(item, PairBatch):
                pair_trace = run_over(training.network, place.parameters, item, dropout=dropout)
                assert isinstance(pair_trace, EncoderDecoderTrace)
                judgement = judge(pair_trace.decoder, training.task.loss, item.answer)
                return Lesson(pair_trace, *judgement, drawn, number, {})
            part = item.window(window.start, window.stop)
            trace = run_over(training.network, place.parameters, part, states=states, dropout=dropout)
            assert isinstance(trace, NetworkTrace)
            judgement = judge(trace, training.task.loss, part, window.fresh - window.start)
            states = self._carried(trace, number)
            if part.judged[window.fresh - window.start :].any():
                return Lesson(trace, *judgement, drawn, number, states)
            number += 1

    def _dropout(self, drawn: int, window: int) -> Draws | None:
        network = self._training.network
        parts = (network.encoder, network.decoder) if isinstance(network, EncoderDecoder) else (network,)
        if all(part.dropout == 0.0 for part in parts):
            return None
        return Draws(self._training.seed, f"dropout {drawn}, {window}")

    def _carried(self, trace: NetworkTrace, number: int) -> Mapping[str, Array]:
        """States from which the window after this one begins."""
        truncation = self._training.truncation
        if truncation is None or not truncation.carry or number + 1 >= len(self._windows):
            return {}
        return states_after(trace, self._windows[number + 1].start - self._windows[number].start)


def _draw(task: Task, size: int, draws: Draws) -> Batch | PairBatch:
    return task.pairs(size, draws) if isinstance(task, PairTask) else task.batch(size, draws)


def gradients_of(training: Training, parameters: Mapping[str, Array], lesson: Lesson) -> dict[str, Array]:
    """dL/d of the trained parameters."""
    weights: Mapping[str, Array]
    if isinstance(lesson.trace, EncoderDecoderTrace):
        weights = seq2seq.backward(lesson.trace, parameters, lesson.dv)
    else:
        weights = networks.backward(lesson.trace, parameters, lesson.dv).weights
    return trained(training, weights)


def trained(training: Training, parameters: Mapping[str, Array]) -> dict[str, Array]:
    """Leave out what is frozen."""
    return {
        name: value
        for name, value in parameters.items()
        if not name.rpartition(".")[2].startswith(training.frozen) and not name.startswith(training.frozen)
    }
