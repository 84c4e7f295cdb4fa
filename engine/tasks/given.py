"""Tasks over arrays handed in: a text's next symbol, a series' next value, a sequence's label."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from .base import Array, Baseline, Batch, Task, Tokens, chosen, explained, marked_at, require, share, within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from engine.draws import Draws

__all__ = ["Labelled", "NextSymbol", "NextValue"]


@dataclass(frozen=True, eq=False)
class NextSymbol(Task):
    r"""The next symbol of a given text: language modelling.

    Attributes
    ----------
    tokens : ndarray of int
        The text, (N,), symbols counted from 0.
    kinds : int
        Number of different symbols.
    length : int or None
        Windows of so many steps are cut at random places. None: the text is cut in as many equal parts as
        there are sequences, which are read side by side from their beginning, as is done for training with
        truncation; the rest that does not fill the parts is left out.
    alphabet : str
        The characters behind the tokens, where there are any.

    Notes
    -----
    Whoever knows only how often each symbol occurs has the entropy of these shares, and the share of the
    most frequent symbol right; both are counted over the positions that windows cover, weighed by how many
    do. What the best could reach is not known: ``best`` is 0. exp(loss) is the perplexity, loss / ln 2 are
    bits per symbol.

    Examples
    --------
    >>> task = NextSymbol.of_text("abracadabra", length=4)
    >>> task.alphabet, task.kinds
    ('abcdr', 5)
    >>> from engine.draws import Draws
    >>> batch = task.batch(1, Draws(0, "text"))
    >>> ["".join(task.alphabet[k] for k in row[:, 0]) for row in (batch.x, batch.target)]
    ['adab', 'dabr']
    """

    tokens: Tokens
    kinds: int
    length: int | None = 50
    alphabet: str = ""
    name: ClassVar[str] = "next-symbol"
    loss: ClassVar[str] = "cross-entropy"
    measure: ClassVar[str] = "share of the symbols foretold right"

    def __post_init__(self) -> None:
        require(self.tokens.ndim == 1, "a text is one row of tokens")
        require(len(self.tokens) >= 2, "a text has at least 2 symbols")
        require(
            int(self.tokens.min()) >= 0 and int(self.tokens.max()) < self.kinds,
            f"tokens run from 0 to {self.kinds - 1} where there are {self.kinds} kinds",
        )
        if self.length is not None:
            require(
                1 <= self.length < len(self.tokens),
                f"a window has 1 to {len(self.tokens) - 1} steps here, not {self.length}",
            )

    @classmethod
    def of_text(cls, text: str, length: int | None = 50) -> NextSymbol:
        """Read the characters of a text; the alphabet is sorted."""
        alphabet = "".join(sorted(set(text)))
        place = {character: k for k, character in enumerate(alphabet)}
        return cls(np.array([place[c] for c in text], dtype=np.int64), len(alphabet), length, alphabet)

    @property
    def in_parts(self) -> bool:
        """Tell whether the whole is read, in parts side by side."""
        return self.length is None

    @property
    def inputs(self) -> int:
        """The symbols."""
        return self.kinds

    @property
    def outputs(self) -> int:
        """The same symbols."""
        return self.kinds

    @cached_property
    def baseline(self) -> Baseline:
        """What the shares of the symbols give away."""
        weights = _covered(len(self.tokens), self.length)
        shares = np.bincount(self.tokens[1:], weights, minlength=self.kinds) / weights.sum()
        present = shares[shares > 0.0]
        return Baseline(
            float(-np.sum(present * np.log(present))),
            float(shares.max()),
            0.0,
            "says how often each symbol occurs, whatever came before",
        )

    def batch(self, size: int, draws: Draws) -> Batch:
        """Cut ``size`` windows at random places, or the text in ``size`` parts."""
        if self.length is None:
            steps = (len(self.tokens) - 1) // size
            require(steps >= 1, f"a text of {len(self.tokens)} symbols cannot be cut in {size} parts")
            starts = steps * np.arange(size)
        else:
            steps = self.length
            starts = draws.integers(0, len(self.tokens) - steps, size)
        places = np.arange(steps)[:, np.newaxis] + starts
        every = np.ones((steps, size), dtype=np.bool_)
        return Batch(self.tokens[places], self.tokens[places + 1], every)

    def score(self, y: Array, batch: Batch) -> float:
        """Share of the symbols foretold right."""
        return share(chosen(y, batch), batch)


@dataclass(frozen=True, eq=False)
class NextValue(Task):
    r"""The next value of a given series.

    Attributes
    ----------
    series : ndarray
        (N, D), D numbers at each step, best standardized.
    length : int or None
        As of :class:`NextSymbol`.
    ahead : int
        How many steps ahead is foretold, from 1.

    Notes
    -----
    The guesser says the mean of the targets, counted over the positions that windows cover, weighed by how
    many do; its loss is their variance, summed over the D entries. Saying the last value again is often
    hard to beat: :attr:`repetition`.

    Examples
    --------
    >>> import numpy as np
    >>> task = NextValue(np.sin(np.arange(200.0) / 4)[:, np.newaxis], length=20)
    >>> round(task.baseline.loss, 2), round(task.repetition, 3)
    (0.5, 0.031)
    """

    series: Array
    length: int | None = 50
    ahead: int = 1
    name: ClassVar[str] = "next-value"
    loss: ClassVar[str] = "squared-error"
    measure: ClassVar[str] = (
        "share of the variance that is explained (below 0 where it is worse than the mean)"
    )

    def __post_init__(self) -> None:
        require(self.series.ndim == 2, "a series has two axes, (N, D)")
        require(self.ahead >= 1, "a forecast looks 1 or more steps ahead")
        require(bool(np.isfinite(self.series).all()), "a series holds numbers, no nan and no inf")
        steps = len(self.series) - self.ahead
        require(steps >= 1, "a series is longer than the forecast looks ahead")
        if self.length is not None:
            require(1 <= self.length <= steps, f"a window has 1 to {steps} steps here, not {self.length}")

    @property
    def in_parts(self) -> bool:
        """Tell whether the whole is read, in parts side by side."""
        return self.length is None

    @property
    def inputs(self) -> int:
        """The D entries."""
        return int(self.series.shape[1])

    @property
    def outputs(self) -> int:
        """The D entries."""
        return int(self.series.shape[1])

    @cached_property
    def baseline(self) -> Baseline:
        """What the mean gets."""
        mean, variance = self._moments
        spelt = ", ".join(f"{value:.4g}" for value in mean)
        return Baseline(
            variance, 0.0, 0.0, f"always the mean of the targets, {spelt}: the loss is their variance"
        )

    @cached_property
    def repetition(self) -> float:
        """Mean squared error of saying the last value again, over all positions of the series."""
        steps = self.series[self.ahead :] - self.series[: -self.ahead]
        return float(np.sum(steps * steps, axis=1).mean())

    @cached_property
    def _moments(self) -> tuple[Array, float]:
        targets = self.series[self.ahead :]
        weights = _covered(len(targets) + 1, self.length)
        mean = np.average(targets, axis=0, weights=weights)
        spread = np.sum((targets - mean) ** 2, axis=1)
        return mean, float(np.average(spread, weights=weights))

    def batch(self, size: int, draws: Draws) -> Batch:
        """Cut ``size`` windows at random places, or the series in ``size`` parts."""
        usable = len(self.series) - self.ahead
        if self.length is None:
            steps = usable // size
            require(steps >= 1, f"a series of {len(self.series)} steps cannot be cut in {size} parts")
            starts = steps * np.arange(size)
        else:
            steps = self.length
            starts = draws.integers(0, usable - steps + 1, size)
        places = np.arange(steps)[:, np.newaxis] + starts
        every = np.ones((steps, size), dtype=np.bool_)
        return Batch(self.series[places], self.series[places + self.ahead], every)

    def score(self, y: Array, batch: Batch) -> float:
        """Share of the variance that is explained."""
        return explained(y, batch, self.baseline.loss)


@dataclass(frozen=True, eq=False)
class Labelled(Task):
    """Which class is a given sequence of? Asked at its last step. Sequences may differ in length.

    Attributes
    ----------
    sequences : tuple of ndarray
        Each (T,) tokens counted from 0, or (T, I) numbers.
    labels : ndarray of int
        (N,), classes counted from 0.
    kinds : int or None
        Number of different tokens; None where the sequences are numbers.

    Notes
    -----
    Batches are drawn with replacement. Whoever knows only how often each class occurs has the entropy of
    these shares, and the share of the most frequent class right.

    Examples
    --------
    >>> from engine.draws import Draws
    >>> task = Labelled.of([[0, 1, 1], [1, 0], [2, 2, 2, 0]], [0, 0, 1], kinds=3)
    >>> everything = task.everything()
    >>> everything.x.shape, everything.lengths.tolist(), round(task.baseline.score, 3)
    ((4, 3), [3, 2, 4], 0.667)
    """

    sequences: tuple[Array | Tokens, ...]
    labels: Tokens
    kinds: int | None = None
    name: ClassVar[str] = "labelled"
    loss: ClassVar[str] = "cross-entropy"
    measure: ClassVar[str] = "share of the sequences classified right"

    def __post_init__(self) -> None:
        require(len(self.sequences) >= 1, "there must be a sequence to draw")
        require(self.labels.shape == (len(self.sequences),), "every sequence has one label")
        require(int(self.labels.min()) >= 0, "classes are counted from 0")
        wanted = 1 if self.kinds is not None else 2
        for sequence in self.sequences:
            require(sequence.ndim == wanted, "tokens have one axis (T,), numbers two (T, I)")
            require(len(sequence) >= 1, "a sequence has at least 1 step")
            require(
                sequence.shape[1:] == self.sequences[0].shape[1:], "all steps have the same number of entries"
            )
            if self.kinds is not None:
                require(
                    int(sequence.min()) >= 0 and int(sequence.max()) < self.kinds,
                    f"tokens run from 0 to {self.kinds - 1} where there are {self.kinds} kinds",
                )

    @classmethod
    def of(cls, sequences: Sequence[ArrayLike], labels: ArrayLike, kinds: int | None = None) -> Labelled:
        """Take anything that reads as arrays; ``kinds`` is given where the sequences are tokens."""
        arrays: list[Array | Tokens] = []
        for sequence in sequences:
            if kinds is None:
                arrays.append(np.asarray(sequence, dtype=np.float64))
            else:
                arrays.append(np.asarray(sequence, dtype=np.int64))
        return cls(tuple(arrays), np.asarray(labels, dtype=np.int64), kinds)

    @property
    def inputs(self) -> int:
        """Kinds of tokens, or entries of each step."""
        return self.kinds if self.kinds is not None else int(self.sequences[0].shape[1])

    @property
    def outputs(self) -> int:
        """The classes."""
        return int(self.labels.max()) + 1

    @cached_property
    def baseline(self) -> Baseline:
        """What the shares of the classes give away."""
        counts = np.bincount(self.labels)
        shares = [count / len(self.labels) for count in counts.tolist() if count]
        return Baseline(
            -sum(p * math.log(p) for p in shares),
            max(shares),
            0.0,
            "says how often each class occurs, whatever is read",
        )

    def batch(self, size: int, draws: Draws) -> Batch:
        """Draw ``size`` sequences, with replacement."""
        return self._padded(draws.integers(0, len(self.sequences), size))

    def everything(self) -> Batch:
        """All sequences once, in their order."""
        return self._padded(np.arange(len(self.sequences)))

    def _padded(self, which: Tokens) -> Batch:
        drawn = [self.sequences[k] for k in which.tolist()]
        lengths = np.array([len(sequence) for sequence in drawn])
        steps = int(lengths.max())
        x = np.zeros((steps, len(drawn), *drawn[0].shape[1:]), dtype=drawn[0].dtype)
        for column, sequence in enumerate(drawn):
            x[: len(sequence), column] = sequence
        judged = marked_at(steps, lengths - 1)
        return Batch(x, np.where(judged, self.labels[which], 0), judged, within(steps, lengths))

    def score(self, y: Array, batch: Batch) -> float:
        """Share of the sequences classified right."""
        return share(chosen(y, batch), batch)


def _covered(count: int, length: int | None) -> Array:
    """How many windows of ``length`` targets cover each of the items 2..count; (count - 1,)."""
    targets = count - 1
    if length is None:
        return np.ones(targets)
    place = np.arange(targets)
    first = np.maximum(place - length + 1, 0)
    last = np.minimum(place, targets - length)
    return (last - first + 1).astype(np.float64)
