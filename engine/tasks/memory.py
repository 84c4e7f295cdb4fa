"""Tasks that ask a network to keep something: symbols, their order, a bit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from .base import Array, Baseline, Batch, Flags, Task, chosen, last_step, marked_at, require, share, within

if TYPE_CHECKING:
    from engine.draws import Draws

__all__ = [
    "Copying",
    "DelayedEcho",
    "Latch",
    "NoiseFreeLag",
    "Parity",
    "TemporalOrder",
]


@dataclass(frozen=True)
class Copying(Task):
    r"""The copy memory task (after Hochreiter and Schmidhuber 1997; as in Arjovsky, Shah and Bengio 2016).

    A few symbols are read, then blanks for ``delay`` steps, the last of them the sign to speak; from then
    on the symbols are to be said in their order, and a blank before. All ``delay + 2 * symbols`` steps are
    judged.

    Attributes
    ----------
    delay : int
        T of the paper, from 1: T - 1 blanks and the sign.
    symbols : int
        How many are to be copied (10 in the paper).
    kinds : int
        How many different ones there are (8 in the paper).

    Notes
    -----
    Tokens: 0 is the blank, 1 to ``kinds`` are the symbols, ``kinds + 1`` is the sign. Classes: the same
    without the sign. Who knows when to speak but remembers nothing has the mean loss :math:`\text{symbols}
    \cdot \ln(\text{kinds}) / (\text{delay} + 2\,\text{symbols})`: with 10 and 8 it is .416 at a delay of 30
    and .173 at 100.

    Examples
    --------
    >>> round(Copying(30).baseline.loss, 3), round(Copying(100).baseline.loss, 3)
    (0.416, 0.173)
    """

    delay: int = 30
    symbols: int = 10
    kinds: int = 8
    name: ClassVar[str] = "copying"
    loss: ClassVar[str] = "cross-entropy"
    measure: ClassVar[str] = "share of the copied symbols that are right"

    def __post_init__(self) -> None:
        require(self.delay >= 1, "the sign to speak needs one step of delay")
        require(self.symbols >= 1, "something must be copied: symbols from 1")
        require(self.kinds >= 2, "a symbol that cannot differ need not be remembered: kinds from 2")

    @property
    def inputs(self) -> int:
        """Blank, symbols, sign."""
        return self.kinds + 2

    @property
    def outputs(self) -> int:
        """Blank and symbols."""
        return self.kinds + 1

    @property
    def baseline(self) -> Baseline:
        """What speaking at the right time, without memory, gets."""
        steps = self.delay + 2 * self.symbols
        return Baseline(
            self.symbols * math.log(self.kinds) / steps,
            1.0 / self.kinds,
            0.0,
            "a blank until the sign, then every symbol as likely: ln(kinds) at each copied step",
        )

    def batch(self, size: int, draws: Draws) -> Batch:
        """Draw sequences of delay + 2 * symbols steps."""
        steps = self.delay + 2 * self.symbols
        copied = draws.integers(1, self.kinds + 1, self.symbols, size)
        x = np.zeros((steps, size), dtype=np.int64)
        x[: self.symbols] = copied
        x[self.symbols + self.delay - 1] = self.kinds + 1
        target = np.zeros_like(x)
        target[-self.symbols :] = copied
        scored = np.zeros((steps, size), dtype=np.bool_)
        scored[-self.symbols :] = True
        return Batch(x, target, np.ones_like(scored), scored=scored)

    def score(self, y: Array, batch: Batch) -> float:
        """Share of the copied symbols that are right."""
        return share(chosen(y, batch), batch)


@dataclass(frozen=True)
class TemporalOrder(Task):
    """In which order did the X and Y come? (Hochreiter and Schmidhuber 1997, experiments 6a and 6b).

    A sequence begins with E, ends with B and is otherwise made of a, b, c, d at random, but for two (6a) or
    three (6b) places where an X or a Y stands. At the last step the net says which of the 4 (8) orders it
    read: XX, XY, YX, YY.

    Attributes
    ----------
    length : int
        L, from 20; each sequence has L to L + L/10 steps. 100 in the paper.
    marks : int
        2 (6a, 4 classes) or 3 (6b, 8 classes).

    Notes
    -----
    The marks stand at steps L/10 to 2L/10 and 5L/10 to 6L/10, with three of them at L/10 to 2L/10, 33L/100 to
    43L/100 and 66L/100 to 76L/100; at L = 100 these are the paper's places. Tokens: E B a b c d X Y. The
    paper trains logistic outputs on squared errors; here it is cross-entropy.

    Examples
    --------
    >>> TemporalOrder(100).baseline.score, TemporalOrder(100, marks=3).baseline.score
    (0.25, 0.125)
    """

    length: int = 100
    marks: int = 2
    name: ClassVar[str] = "temporal-order"
    loss: ClassVar[str] = "cross-entropy"
    measure: ClassVar[str] = "share of the sequences classified right"
    alphabet: ClassVar[str] = "EBabcdXY"

    def __post_init__(self) -> None:
        require(self.length >= 20, "the places of the marks need at least 20 steps")
        require(self.marks in (2, 3), "there are 2 marks (experiment 6a) or 3 (6b)")

    @property
    def inputs(self) -> int:
        """Eight symbols."""
        return len(self.alphabet)

    @property
    def outputs(self) -> int:
        """Four or eight orders."""
        return int(2**self.marks)

    @property
    def places(self) -> tuple[tuple[int, int], ...]:
        """First and last step, from 1, of each mark."""
        parts = ((10, 20), (50, 60)) if self.marks == 2 else ((10, 20), (33, 43), (66, 76))
        return tuple((low * self.length // 100, high * self.length // 100) for low, high in parts)

    @property
    def baseline(self) -> Baseline:
        """What a throw of the dice gets."""
        return Baseline(math.log(self.outputs), 1.0 / self.outputs, 0.0, "every order is as likely")

    def batch(self, size: int, draws: Draws) -> Batch:
        """Draw sequences of L to 1.1 L steps."""
        lengths = draws.integers(self.length, self.length + self.length // 10 + 1, size)
        steps, columns = int(lengths.max()), np.arange(size)
        mask = within(steps, lengths)
        x = np.where(mask, draws.integers(2, 6, steps, size), 0)
        order = np.zeros(size, dtype=np.int64)
        for first, last in self.places:
            is_y = draws.integers(0, 2, size)
            x[draws.integers(first - 1, last, size), columns] = 6 + is_y
            order = 2 * order + is_y
        x[0] = 0
        x[lengths - 1, columns] = 1
        judged = marked_at(steps, lengths - 1)
        return Batch(x, np.where(judged, order, 0), judged, mask)

    def score(self, y: Array, batch: Batch) -> float:
        """Share of the sequences classified right."""
        return share(chosen(y, batch), batch)


@dataclass(frozen=True)
class Latch(Task):
    """Keep one bit against noise: the two-sequence problem (Bengio, Simard and Frasconi 1994).

    As experiment 3a of Hochreiter and Schmidhuber (1997): the first N numbers are 1 in one class and -1 in
    the other, all later ones are noise with mean 0 and variance 0.2. The class is asked for at the last step.

    Attributes
    ----------
    length : int
        T; each sequence has T to T + T/10 steps.
    informative : int
        N; 1 or 3 in the paper.
    noisy : bool
        Add the same noise to the first N numbers too (experiment 3b).

    Notes
    -----
    Random search over the weights of a small net solves 3a sooner than any training (the same paper, section
    5.3): it proves little about a method.

    Examples
    --------
    >>> Latch(50).baseline.score
    0.5
    """

    length: int = 100
    informative: int = 3
    noisy: bool = False
    name: ClassVar[str] = "latch"
    loss: ClassVar[str] = "binary-cross-entropy"
    measure: ClassVar[str] = "share of the sequences classified right"

    def __post_init__(self) -> None:
        require(1 <= self.informative < self.length, "the sequence is longer than its informative part")

    @property
    def inputs(self) -> int:
        """One line."""
        return 1

    @property
    def outputs(self) -> int:
        """One bit."""
        return 1

    @property
    def baseline(self) -> Baseline:
        """What a coin gets."""
        return _coin("both classes are as likely")

    def batch(self, size: int, draws: Draws) -> Batch:
        """Draw sequences of T to 1.1 T steps."""
        lengths = draws.integers(self.length, self.length + self.length // 10 + 1, size)
        steps = int(lengths.max())
        mask = within(steps, lengths)
        label = draws.integers(0, 2, size)
        x = math.sqrt(0.2) * draws.normal(steps, size)
        if not self.noisy:
            x[: self.informative] = 0.0
        x[: self.informative] += 2.0 * label - 1.0
        judged = marked_at(steps, lengths - 1)
        target = np.where(judged, label, 0).astype(np.float64)
        return Batch(np.where(mask, x, 0.0)[:, :, np.newaxis], target[:, :, np.newaxis], judged, mask)

    def score(self, y: Array, batch: Batch) -> float:
        """Share of the sequences classified right."""
        return share(_same_side(y, batch), batch)


@dataclass(frozen=True)
class NoiseFreeLag(Task):
    """Two fixed sequences that differ at both ends (Hochreiter and Schmidhuber 1997, experiment 2a).

    ``x a1 a2 ... a(p-1) x`` and ``y a1 a2 ... a(p-1) y``, each as likely. At every step the next symbol is to
    be said; only the last one needs a memory, of p steps.

    Attributes
    ----------
    lag : int
        p, from 1.

    Notes
    -----
    Tokens: 0 to p - 2 are a1 to a(p-1), then x and y. The p predictions have no loss but for the last,
    where who has forgotten the first symbol has ln 2: in the mean ln 2 / p. (In the paper the first symbol
    is predicted too; nothing can foretell it, so it is not judged here.)

    Examples
    --------
    >>> round(NoiseFreeLag(10).baseline.loss, 4)
    0.0693
    """

    lag: int = 10
    name: ClassVar[str] = "noise-free-lag"
    loss: ClassVar[str] = "cross-entropy"
    measure: ClassVar[str] = "share of the sequences whose last symbol is right"

    def __post_init__(self) -> None:
        require(self.lag >= 1, "the lag is at least 1 step")

    @property
    def inputs(self) -> int:
        """The symbols a1 to a(p-1), x and y."""
        return self.lag + 1

    @property
    def outputs(self) -> int:
        """The same symbols."""
        return self.lag + 1

    @property
    def baseline(self) -> Baseline:
        """What one gets who has forgotten the first symbol."""
        return Baseline(
            math.log(2.0) / self.lag, 0.5, 0.0, "right but for the last symbol, where x and y are as likely"
        )

    def batch(self, size: int, draws: Draws) -> Batch:
        """Draw sequences of p predictions."""
        ends = self.lag - 1 + draws.integers(0, 2, size)
        middle = np.broadcast_to(np.arange(self.lag - 1)[:, np.newaxis], (self.lag - 1, size))
        symbols = np.concatenate([ends[np.newaxis], middle, ends[np.newaxis]])
        every = np.ones((self.lag, size), dtype=np.bool_)
        return Batch(symbols[:-1], symbols[1:], every, scored=last_step(self.lag, size))

    def score(self, y: Array, batch: Batch) -> float:
        """Share of the sequences whose last symbol is right."""
        return share(chosen(y, batch), batch)


@dataclass(frozen=True)
class Parity(Task):
    """Was the number of ones odd? Every bit counts, none can be guessed from the others.

    Attributes
    ----------
    length : int
        Number of bits T.
    every : bool
        Ask after each bit (for the bits so far), not only after the last.

    Notes
    -----
    Fair bits, so the parity is a fair coin whatever part of them one knows: ln 2 at every judged step.
    Minsky and Papert (1969); as a test of recurrent nets see Hochreiter and Schmidhuber (1996).

    Examples
    --------
    >>> from engine.draws import Draws
    >>> batch = Parity(4, every=True).batch(1, Draws(5, "parity"))
    >>> batch.x[:, 0, 0].tolist(), batch.target[:, 0, 0].tolist()
    ([0.0, 1.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0])
    """

    length: int = 10
    every: bool = False
    name: ClassVar[str] = "parity"
    loss: ClassVar[str] = "binary-cross-entropy"
    measure: ClassVar[str] = "share of the parities said right"

    def __post_init__(self) -> None:
        require(self.length >= 1, "parity needs at least 1 bit")

    @property
    def inputs(self) -> int:
        """One bit."""
        return 1

    @property
    def outputs(self) -> int:
        """One bit."""
        return 1

    @property
    def baseline(self) -> Baseline:
        """What a coin gets."""
        return _coin("without every bit the parity is a fair coin")

    def batch(self, size: int, draws: Draws) -> Batch:
        """Draw sequences of T bits."""
        bits = draws.integers(0, 2, self.length, size)
        judged = np.ones((self.length, size), dtype=np.bool_) if self.every else last_step(self.length, size)
        target = np.where(judged, np.cumsum(bits, axis=0) % 2, 0)
        return Batch(
            bits.astype(np.float64)[:, :, np.newaxis], target.astype(np.float64)[:, :, np.newaxis], judged
        )

    def score(self, y: Array, batch: Batch) -> float:
        """Share of the parities said right."""
        return share(_same_side(y, batch), batch)


@dataclass(frozen=True)
class DelayedEcho(Task):
    """Say at every step what was read ``delay`` steps ago: a shift register.

    A teaching task, of no one paper.

    Attributes
    ----------
    length : int
        Number of steps T, longer than the delay. The first ``delay`` steps are not judged.
    delay : int
        How long ago, from 0.
    kinds : int
        Number of different symbols.

    Examples
    --------
    >>> from engine.draws import Draws
    >>> batch = DelayedEcho(6, delay=2).batch(1, Draws(3, "echo"))
    >>> batch.x[:, 0].tolist(), batch.target[:, 0].tolist()
    ([0, 1, 0, 1, 0, 1], [0, 0, 0, 1, 0, 1])
    """

    length: int = 20
    delay: int = 3
    kinds: int = 2
    name: ClassVar[str] = "delayed-echo"
    loss: ClassVar[str] = "cross-entropy"
    measure: ClassVar[str] = "share of the echoes that are right"

    def __post_init__(self) -> None:
        require(0 <= self.delay < self.length, "the sequence is longer than the delay")
        require(self.kinds >= 2, "an echo needs at least 2 kinds of symbols")

    @property
    def inputs(self) -> int:
        """The symbols."""
        return self.kinds

    @property
    def outputs(self) -> int:
        """The same symbols."""
        return self.kinds

    @property
    def baseline(self) -> Baseline:
        """What a throw of the dice gets."""
        return Baseline(math.log(self.kinds), 1.0 / self.kinds, 0.0, "every symbol is as likely")

    def batch(self, size: int, draws: Draws) -> Batch:
        """Draw sequences of T steps."""
        x = draws.integers(0, self.kinds, self.length, size)
        target = np.zeros_like(x)
        target[self.delay :] = x[: self.length - self.delay]
        judged = np.zeros((self.length, size), dtype=np.bool_)
        judged[self.delay :] = True
        return Batch(x, target, judged)

    def score(self, y: Array, batch: Batch) -> float:
        """Share of the echoes that are right."""
        return share(chosen(y, batch), batch)


def _coin(why: str) -> Baseline:
    return Baseline(math.log(2.0), 0.5, 0.0, why)


def _same_side(y: Array, batch: Batch) -> Flags:
    return np.asarray((y > 0.0) == (batch.target > 0.5))[:, :, 0]
