"""What every task has in common: how a batch looks, what is judged, and what a guesser gets."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from engine.draws import Draws

__all__ = ["Baseline", "Batch", "Task", "require"]

Array = NDArray[np.float64]
Tokens = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Batch:
    """Sequences and what is wanted of them. Time first; row 0 is step 1.

    Attributes
    ----------
    x : ndarray
        Inputs: numbers (T, B, I), or tokens (T, B) counted from 0.
    target : ndarray
        What is wanted at the judged steps: numbers (T, B, O), or classes (T, B) counted from 0. 0 elsewhere.
    judged : ndarray of bool
        (T, B), True where the loss has a term.
    mask : ndarray of bool or None
        (T, B), False behind the end of a shorter sequence; None where all are of the same length.
    allowed : ndarray of bool or None
        (T, B, O), of a grammar: the symbols that may come next.
    scored : ndarray of bool or None
        (T, B), the steps that the score looks at where these are fewer than the judged ones.
    """

    x: Array | Tokens
    target: Array | Tokens
    judged: Flags
    mask: Flags | None = None
    allowed: Flags | None = None
    scored: Flags | None = None

    @property
    def steps(self) -> int:
        """Number of steps T of the longest sequence."""
        return int(self.x.shape[0])

    @property
    def size(self) -> int:
        """Number of sequences B."""
        return int(self.x.shape[1])

    @property
    def lengths(self) -> Tokens:
        """Number of steps of each sequence, (B,)."""
        if self.mask is None:
            return np.full(self.size, self.steps)
        return np.asarray(self.mask.sum(axis=0), dtype=np.int64)

    def window(self, start: int, stop: int) -> Batch:
        """Return the steps ``start + 1`` to ``stop`` as a batch of their own (views, no copies)."""
        cut = slice(start, stop)
        return Batch(
            self.x[cut],
            self.target[cut],
            self.judged[cut],
            None if self.mask is None else self.mask[cut],
            None if self.allowed is None else self.allowed[cut],
            None if self.scored is None else self.scored[cut],
        )


@dataclass(frozen=True)
class Baseline:
    """What one gets without learning what the task is about; exact, not measured.

    Attributes
    ----------
    loss : float
        Mean of the guesser's loss over the judged steps, in the long run; nats where classes are predicted.
    score : float
        The guesser's score, in the long run.
    best : float
        The loss that nothing can go below.
    why : str
        Who guesses, and how the figures come about.
    """

    loss: float
    score: float
    best: float
    why: str


class Task(ABC):
    """A source of batches, with the loss that suits it and a score that says how much was learnt.

    A task is a frozen description. It holds no random state: equal draws give equal batches.

    Attributes
    ----------
    name : str
        By which :func:`engine.tasks.task` finds it.
    loss : str
        ``"squared-error"``, ``"cross-entropy"`` or ``"binary-cross-entropy"``; see
        :func:`engine.losses.loss_arrays`.
    measure : str
        What the score says; it lies between 0 and 1 unless said otherwise, and more is better.
    """

    name: ClassVar[str]
    loss: ClassVar[str]
    measure: ClassVar[str]

    @property
    def in_parts(self) -> bool:
        """Tell whether a batch is one long series cut in as many parts as there are sequences."""
        return False

    @property
    @abstractmethod
    def inputs(self) -> int:
        """Size I of the input vectors, or number of different tokens."""

    @property
    @abstractmethod
    def outputs(self) -> int:
        """Size O of the read-out."""

    @property
    @abstractmethod
    def baseline(self) -> Baseline:
        """What a guesser gets."""

    @abstractmethod
    def batch(self, size: int, draws: Draws) -> Batch:
        """Draw ``size`` sequences."""

    @abstractmethod
    def score(self, y: Array, batch: Batch) -> float:
        """Say how well a read-out does.

        Parameters
        ----------
        y : ndarray
            (T, B, O), before the softmax or sigmoid where classes are predicted.
        batch : Batch
            What was asked.

        Returns
        -------
        float
            See :attr:`measure`.
        """


def require(condition: bool, sentence: str) -> None:
    """Raise a ValueError that says what a task needs."""
    if not condition:
        raise ValueError(sentence)


def marked_at(steps: int, places: Tokens) -> Flags:
    """Mark one step in each sequence: (T, B), True at row ``places[b]`` of column b."""
    return np.asarray(np.arange(steps)[:, np.newaxis] == places)


def last_step(steps: int, size: int) -> Flags:
    """Mark the last step of sequences of the same length: (T, B)."""
    return marked_at(steps, np.full(size, steps - 1))


def within(steps: int, lengths: Tokens) -> Flags:
    """Mask of sequences of these lengths, (T, B)."""
    return np.asarray(np.arange(steps)[:, np.newaxis] < lengths)


def share(right: Flags, batch: Batch) -> float:
    """Share of the scored steps that are right."""
    scored = batch.judged if batch.scored is None else batch.scored
    return float(right[scored].mean())


def share_of_sequences(right: Flags, batch: Batch) -> float:
    """Share of the sequences all of whose judged steps are right."""
    return float((right | ~batch.judged).all(axis=0).mean())


def chosen(y: Array, batch: Batch) -> Flags:
    """Tell where the largest output is that of the wanted class, (T, B)."""
    return np.asarray(np.argmax(y, axis=2) == batch.target)


def ranked(y: Array, batch: Batch) -> Flags:
    """Tell where every symbol that may follow has a larger output than all that may not, (T, B)."""
    assert batch.allowed is not None
    least = np.where(batch.allowed, y, np.inf).min(axis=2)
    most = np.where(batch.allowed, -np.inf, y).max(axis=2)
    return np.asarray(least > most)


def explained(y: Array, batch: Batch, variance: float) -> float:
    """Share of the target's variance that is explained: 1 - mean squared error / variance."""
    difference = y - batch.target
    return float(1.0 - np.sum(difference * difference, axis=2)[batch.judged].mean() / variance)
