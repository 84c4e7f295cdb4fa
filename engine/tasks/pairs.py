"""Tasks from one sequence to another of a different length, for an encoder and a decoder."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from .base import Array, Baseline, Batch, Flags, Task, Tokens, chosen, require, share_of_sequences, within

if TYPE_CHECKING:
    from engine.draws import Draws

__all__ = ["PairBatch", "PairTask", "Reversal"]


@dataclass(frozen=True, eq=False)
class PairBatch:
    """Pairs of sequences: what is read, and what is to be said. Time first.

    Attributes
    ----------
    source : ndarray
        What the encoder reads: tokens (T, B), or numbers (T, B, I).
    answer : Batch
        What the decoder reads (``x``: under teacher forcing the wanted symbols, one step late, the first of
        them the sign to begin) and what it should say (``target``), S steps.
    source_mask : ndarray of bool or None
        (T, B), False behind the end of a shorter source.
    """

    source: Array | Tokens
    answer: Batch
    source_mask: Flags | None = None


class PairTask(Task):
    """A task whose batches are pairs; ``inputs`` counts the decoder's tokens, ``sources`` the encoder's."""

    @property
    @abstractmethod
    def sources(self) -> int:
        """Size of the encoder's input vectors, or number of its tokens."""

    @property
    @abstractmethod
    def begin(self) -> int:
        """The decoder's first token, the sign to begin."""

    @property
    @abstractmethod
    def end(self) -> int:
        """The decoder's last token, by which it says that it is done."""

    @abstractmethod
    def pairs(self, size: int, draws: Draws) -> PairBatch:
        """Draw ``size`` pairs."""

    def batch(self, size: int, draws: Draws) -> Batch:
        """Draw the answers alone, as for a decoder without an encoder."""
        return self.pairs(size, draws).answer


@dataclass(frozen=True)
class Reversal(PairTask):
    r"""Say the symbols backwards, each as often as wanted, then stop: for an encoder and a decoder.

    A teaching task, of no one paper. That reversed sources are easier was the observation of Sutskever,
    Vinyals and Le (2014).

    Attributes
    ----------
    kinds : int
        Number of different symbols.
    shortest, longest : int
        Length of the source, each as likely.
    times : int
        How often each symbol is said; with 2 the answer is twice as long as the source.

    Notes
    -----
    Tokens of the source: 0 to kinds - 1. The decoder's: the same, then the sign to begin, and the sign to
    stop. The guesser knows the length and no symbol: ln(kinds) at each first saying (repeated ones it has
    just been told, under teacher forcing), 0 at the stop. A whole answer is right by chance with the mean
    of kinds**-length. With lengths n of mean m: :math:`m \ln(\text{kinds}) / (m\,\text{times} + 1)`.

    Examples
    --------
    >>> from engine.draws import Draws
    >>> pairs = Reversal(kinds=4, shortest=3, longest=3).pairs(1, Draws(2, "pairs"))
    >>> pairs.source[:, 0].tolist(), pairs.answer.x[:, 0].tolist(), pairs.answer.target[:, 0].tolist()
    ([3, 0, 2], [4, 2, 0, 3], [2, 0, 3, 5])
    """

    kinds: int = 8
    shortest: int = 2
    longest: int = 6
    times: int = 1
    name: ClassVar[str] = "reversal"
    loss: ClassVar[str] = "cross-entropy"
    measure: ClassVar[str] = "share of the answers that are right throughout"

    def __post_init__(self) -> None:
        require(self.kinds >= 2, "symbols that cannot differ need not be read: kinds from 2")
        require(1 <= self.shortest <= self.longest, "lengths run from shortest (at least 1) to longest")
        require(self.times >= 1, "every symbol is said at least once")

    @property
    def sources(self) -> int:
        """The symbols."""
        return self.kinds

    @property
    def inputs(self) -> int:
        """The symbols and both signs."""
        return self.kinds + 2

    @property
    def outputs(self) -> int:
        """The symbols and both signs."""
        return self.kinds + 2

    @property
    def begin(self) -> int:
        """The sign to begin."""
        return self.kinds

    @property
    def end(self) -> int:
        """The sign to stop."""
        return self.kinds + 1

    @property
    def baseline(self) -> Baseline:
        """What the right length and any symbols get."""
        lengths = range(self.shortest, self.longest + 1)
        mean = sum(lengths) / len(lengths)
        return Baseline(
            mean * math.log(self.kinds) / (mean * self.times + 1.0),
            sum(float(self.kinds) ** -n for n in lengths) / len(lengths),
            0.0,
            "knows how long the source was, and none of its symbols",
        )

    def pairs(self, size: int, draws: Draws) -> PairBatch:
        """Draw ``size`` pairs."""
        lengths = draws.integers(self.shortest, self.longest + 1, size)
        steps = int(lengths.max())
        mask = within(steps, lengths)
        source = np.where(mask, draws.integers(0, self.kinds, steps, size), 0)
        said = np.arange(self.times * steps + 1)[:, np.newaxis]
        judged = said <= self.times * lengths
        backwards = np.maximum(lengths - 1 - said // self.times, 0)
        target = np.take_along_axis(source, backwards, axis=0)
        target = np.where(said == self.times * lengths, self.end, np.where(judged, target, 0))
        x = np.concatenate([np.full((1, size), self.begin), target[:-1]])
        answer = Batch(np.where(judged, x, 0), target, judged, judged)
        return PairBatch(source, answer, mask)

    def score(self, y: Array, batch: Batch) -> float:
        """Share of the answers that are right throughout."""
        return share_of_sequences(chosen(y, batch), batch)
