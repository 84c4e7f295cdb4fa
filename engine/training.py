"""Training as a generator: watched update by update, stopped at any time, resumed to the same numbers.

Examples
--------
A small LSTM learns to say at every step what it read two steps ago:

>>> from engine import Network, tasks
>>> from engine.clipping import ClipByNorm
>>> training = Training(
...     Network("lstm", hidden=8, outputs=2, readout="softmax"),
...     tasks.DelayedEcho(length=12, delay=2),
...     rate=0.05,
...     clipping=ClipByNorm(1.0),
...     updates=200,
...     solved=1.0,
... )
>>> for progress in train(training):
...     if progress.record.evaluation is not None:
...         print(progress.step, round(progress.record.evaluation.score, 2), progress.status)
20 0.78 running
40 1.0 solved

Whoever looks away may stop it, and go on later from where it stood:

>>> run = train(training)
>>> for progress in run:
...     if progress.step == 30:
...         run.close()
>>> later = train(training, progress.checkpoint)
>>> next(later).step
31

What was seen on the way is kept:

>>> curves = history(progress.records)
>>> curves["loss"].shape, bool((curves["norm_clipped"] <= 1.0 + 1e-12).all())
((30,), True)
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from . import network as networks
from . import seq2seq
from .clipping import Clipped, Clipping, global_norm
from .evaluation import evaluate_on
from .initializers import parameter_shapes
from .lessons import Lessons, gradients_of, trained
from .optimizers import Adam, Constant, Optimizer, Schedule
from .progress import Checkpoint, Progress, Record, history
from .seq2seq import EncoderDecoder
from .tasks.pairs import PairTask

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from .experiment import Network
    from .tasks import Task
    from .truncation import Truncation

__all__ = ["Checkpoint", "Progress", "Record", "Training", "history", "start", "train"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Training:
    """What is trained, on what, and how. A frozen description; equal ones give equal numbers.

    Attributes
    ----------
    network : Network or EncoderDecoder
        Its weights, given or drawn by its own seed, are where training begins.
    task : Task
        Where the sequences come from; it brings its loss. Of pairs, for an encoder and decoder.
    optimizer : Optimizer
        See :mod:`engine.optimizers`.
    rate : float or callable
        Learning rate, or its schedule by update (from 1).
    updates : int
        How many there will be at most.
    batch : int
        Sequences B in each update.
    clipping : Clipping or None
        See :mod:`engine.clipping`.
    truncation : Truncation or None
        An update after each window, the state carried from one to the next within a batch of sequences. A
        window without a judged step is read and brings no update.
    evaluate_every : int or None
        How many updates lie between evaluations; None for a tenth of ``updates``. The last update always
        ends in one.
    evaluation_size : int or None
        How many sequences are drawn for that, once, apart from those of training. None for 200; of a series
        that is read in parts, for as many parts as in training.
    test : Task or None
        What evaluations ask, if it is not the task itself: longer strings, or a text held out.
    solved : float or None
        A score at which training ends.
    bound : float
        A loss beyond it counts as diverged.
    frozen : tuple of str
        Beginnings of names of parameters that stay as they are. By default ``bias_hh``: a cell needs one
        bias, and two that always move together would only double its rate. () trains as PyTorch does.
    seed : int
        Of the sequences and of dropout.
    dtype : str
        ``float64`` or ``float32``.
    """

    network: Network | EncoderDecoder
    task: Task
    optimizer: Optimizer = field(default_factory=Adam)
    rate: float | Schedule = 0.01
    updates: int = 1000
    batch: int = 32
    clipping: Clipping | None = None
    truncation: Truncation | None = None
    evaluate_every: int | None = None
    evaluation_size: int | None = None
    test: Task | None = None
    solved: float | None = None
    bound: float = 1e8
    frozen: tuple[str, ...] = ("bias_hh",)
    seed: int = 0
    dtype: str = "float64"

    def rate_at(self, update: int) -> float:
        """Learning rate of an update, counted from 1."""
        schedule = self.rate if callable(self.rate) else Constant(self.rate)
        return schedule(update)

    def evaluated_at(self, update: int) -> bool:
        """Tell whether an update ends in an evaluation."""
        every = self.evaluate_every or max(1, self.updates // 10)
        return update % every == 0 or update == self.updates

    def problems(self) -> tuple[str, ...]:
        """Say, a sentence each, what keeps this training from running; empty when nothing does."""
        return tuple(_problems(self))


def start(training: Training, parameters: Mapping[str, Array] | None = None) -> Checkpoint:
    """Give the checkpoint before the first update, with the network's own weights or those handed in."""
    network, task = training.network, training.task
    if isinstance(network, EncoderDecoder):
        assert isinstance(task, PairTask)
        drawn = seq2seq.draw_parameters(network, task.sources, task.inputs)
    else:
        drawn = networks.draw_parameters(network, task.inputs)
    first = {name: value.astype(training.dtype) for name, value in (parameters or drawn).items()}
    _check_fit(first, drawn)
    return Checkpoint(first, training.optimizer.init(trained(training, first)))


def train(training: Training, checkpoint: Checkpoint | None = None) -> Generator[Progress, None, None]:
    """Train, giving word after every update.

    Parameters
    ----------
    training : Training
        What is to be done.
    checkpoint : Checkpoint or None
        From where to go on, of the same training; None to begin.

    Yields
    ------
    Progress
        After each update. It may be left at any time with ``close()``: nothing is held that needs to be put
        away.

    Raises
    ------
    ValueError
        At once, if the description does not fit together, or the checkpoint does not belong to it.

    Notes
    -----
    Batch k is drawn from the stream named ``batch k`` of the training's seed, and dropout likewise: so a
    place in training is a number, and nothing depends on how often one stopped.
    """
    problems = training.problems()
    if problems:
        raise ValueError(". ".join(problems))
    begin = start(training)
    if checkpoint is not None:
        _check_fit(checkpoint.parameters, begin.parameters)
    return _train(training, begin if checkpoint is None else checkpoint)


def _train(training: Training, place: Checkpoint) -> Generator[Progress, None, None]:
    records = list(place.records)
    lessons = Lessons(training)
    while place.step < training.updates:
        lesson = lessons.next(place)
        step, rate = place.step + 1, training.rate_at(place.step + 1)
        gradients = gradients_of(training, place.parameters, lesson)
        clipped = _clip(training, gradients)
        record = Record(step, lesson.loss, clipped.norm_before, clipped.norm_after, clipped.share, rate)
        reason = _diverged(training, record)
        if reason:
            records.append(record)
            yield Progress("diverged", record, reason, place, records)
            return
        moved, memory = training.optimizer.update(
            trained(training, place.parameters), clipped.gradients, place.optimizer, rate
        )
        place = Checkpoint(
            {**place.parameters, **moved}, memory, step, lesson.drawn, lesson.window + 1, lesson.states
        )
        status = "running" if step < training.updates else "finished"
        if training.evaluated_at(step):
            evaluation = evaluate_on(training.network, place.parameters, *lessons.examination)
            record = record._replace(evaluation=evaluation)
            if training.solved is not None and evaluation.score >= training.solved:
                status = "solved"
        records.append(record)
        yield Progress(status, record, "", place, records)
        if status == "solved":
            return


def _check_fit(found: Mapping[str, Array], wanted: Mapping[str, Array]) -> None:
    shapes = {name: value.shape for name, value in wanted.items()}
    if {name: value.shape for name, value in found.items()} != shapes:
        raise ValueError(f"these parameters are of another network; this one has {shapes}")


def _clip(training: Training, gradients: Mapping[str, Array]) -> Clipped:
    if training.clipping is not None:
        return training.clipping.apply(gradients)
    norm = global_norm(gradients)
    return Clipped(gradients, norm, norm, 0.0, 1.0)


def _diverged(training: Training, record: Record) -> str:
    """Say why training cannot go on; empty if it can."""
    if not math.isfinite(record.loss):
        return f"the loss left the range of numbers at update {record.step}"
    if record.loss > training.bound:
        return f"the loss went beyond {training.bound:g} at update {record.step}"
    if not math.isfinite(record.norm_clipped):
        return f"the gradient left the range of numbers at update {record.step}"
    return ""


def _problems(training: Training) -> Iterator[str]:
    if (
        min(
            training.updates,
            training.batch,
            1 if training.evaluation_size is None else training.evaluation_size,
        )
        < 1
    ):
        yield "updates, batch and evaluation_size are at least 1"
    if training.dtype not in ("float64", "float32"):
        yield f"numbers are float64 or float32, not {training.dtype}"
    network, task = training.network, training.task
    if isinstance(network, EncoderDecoder):
        if not isinstance(task, PairTask):
            yield f"an encoder and decoder want a task of pairs; “{task.name}” is none"
            return
        if training.truncation is not None:
            yield "an encoder and decoder read whole sequences: leave truncation out"
        last = network.decoder
    else:
        if isinstance(task, PairTask):
            yield f"“{task.name}” is a task of pairs: it wants an encoder and decoder"
            return
        last = network
    if training.truncation is not None and training.truncation.carry and last.bidirectional:
        yield "a bidirectional network cannot carry its state on: truncate with carry=False, or not at all"
    size = last.width if last.outputs is None else last.outputs
    if size != task.outputs:
        what = "read-out" if last.outputs is not None else "hidden state"
        yield f"the task “{task.name}” wants {task.outputs} outputs; the {what} has {size}"
    wanted = {"cross-entropy": ("linear", "softmax"), "binary-cross-entropy": ("linear", "sigmoid")}
    if last.readout not in wanted.get(task.loss, (last.readout,)):
        yield f"{task.loss} does not go with a {last.readout} read-out"
    if training.test is not None and (
        (training.test.inputs, training.test.outputs, training.test.loss)
        != (task.inputs, task.outputs, task.loss)
    ):
        yield "the test has other inputs, outputs or another loss than the task"
    if not isinstance(network, EncoderDecoder):
        names = parameter_shapes(network, task.inputs)
        if all(name.startswith(training.frozen) for name in names):
            yield "every parameter is frozen: there is nothing to train"
