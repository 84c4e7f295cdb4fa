"""Tasks that ask which symbol may come next: grammars, and counting."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from .base import Array, Baseline, Batch, Flags, Task, Tokens, ranked, require, share, share_of_sequences

if TYPE_CHECKING:
    from engine.draws import Draws

__all__ = ["AnBn", "ContinualReber", "EmbeddedReber", "Reber"]

SYMBOLS = "BTSXPVE"

# From each state the two ways out, as likely: symbol and next state. A state with one way out names it twice.
Graph = tuple[tuple[tuple[str, int], tuple[str, int]], ...]
REBER: Graph = (
    (("B", 1), ("B", 1)),
    (("T", 2), ("P", 3)),
    (("S", 2), ("X", 4)),
    (("T", 3), ("V", 5)),
    (("X", 3), ("S", 6)),
    (("P", 4), ("V", 6)),
    (("E", 7), ("E", 7)),
)
# Of a Reber string, in the mean: 8 symbols, 6 of them drawn from two. (With v_k the visits to state k: v_2
# = 1, v_3 = 1/2 + v_3/2 + v_4/2, v_4 = v_2/2 + v_5/2, v_5 = v_3/2, so v_3 = 2 and v_4 = v_5 = 1.)
MEAN_LENGTH = 8.0
MEAN_CHOICES = 6.0


def _embedded() -> Graph:
    """B, T or P, a Reber string, the same T or P, E. States: 0, 1, two copies of REBER, two ends, last."""
    inner = len(REBER)
    graph: list[tuple[tuple[str, int], tuple[str, int]]] = [
        (("B", 1), ("B", 1)),
        (("T", 2), ("P", 2 + inner)),
    ]
    end = 2 + 2 * inner
    for copy in range(2):
        shift = 2 + copy * inner
        for (a, to_a), (b, to_b) in REBER:
            left, right = (end + copy if to == inner else shift + to for to in (to_a, to_b))
            graph.append(((a, left), (b, right)))
    graph += [((same, end + 2), (same, end + 2)) for same in "TP"]
    graph.append((("E", end + 3), ("E", end + 3)))
    return tuple(graph)


EMBEDDED: Graph = _embedded()
SECOND = (len(EMBEDDED) - 3, len(EMBEDDED) - 2)
"""The states before the second T or P of an embedded string."""


@dataclass(frozen=True, eq=False)
class _Walk:
    """Symbols (T, B), the state before each (T, B), and the length of each string (B,)."""

    symbols: Tokens
    states: Tokens
    lengths: Tokens


def _walk(graph: Graph, size: int, draws: Draws, steps: int | None = None) -> _Walk:
    """Walk through a graph, ``size`` strings at once; to the end, or over and over for ``steps`` symbols."""
    symbol = np.array([[SYMBOLS.index(s) for s, _ in ways] for ways in graph])
    following = np.array([[to for _, to in ways] for ways in graph])
    last = len(graph)
    state = np.zeros(size, dtype=np.int64)
    alive = np.ones(size, dtype=np.bool_)
    rows: list[tuple[Tokens, Tokens, Flags]] = []
    if steps is not None:
        following[following == last] = 0
        for way in draws.integers(0, 2, steps, size):
            rows.append((symbol[state, way], state, alive))
            state = following[state, way]
    else:
        while alive.any():
            way = draws.integers(0, 2, size)
            rows.append((np.where(alive, symbol[state, way], 0), state, alive))
            state = np.where(alive, following[state, way], 0)
            alive = alive & (state != last)
            state = np.where(state == last, 0, state)
    symbols, states, living = (np.stack(column) for column in zip(*rows, strict=True))
    return _Walk(symbols, states, living.sum(axis=0))


def _allowed(graph: Graph) -> Flags:
    """Symbols that may follow in each state, (states, 7)."""
    allowed = np.zeros((len(graph), len(SYMBOLS)), dtype=np.bool_)
    for state, ways in enumerate(graph):
        for symbol, _ in ways:
            allowed[state, SYMBOLS.index(symbol)] = True
    return allowed


def _next_symbol(graph: Graph, walk: _Walk, masked: bool) -> Batch:
    judged = np.arange(len(walk.symbols) - 1)[:, np.newaxis] < walk.lengths - 1
    target = np.where(judged, walk.symbols[1:], 0)
    allowed = _allowed(graph)[walk.states[1:]] & judged[:, :, np.newaxis]
    return Batch(np.where(judged, walk.symbols[:-1], 0), target, judged, judged if masked else None, allowed)


class _Grammar(Task):
    """What the Reber tasks share."""

    loss: ClassVar[str] = "cross-entropy"
    alphabet: ClassVar[str] = SYMBOLS

    @property
    def inputs(self) -> int:
        """Seven symbols, B T S X P V E."""
        return len(SYMBOLS)

    @property
    def outputs(self) -> int:
        """The same symbols."""
        return len(SYMBOLS)


@dataclass(frozen=True)
class Reber(_Grammar):
    r"""Strings of the Reber grammar (Reber 1967; Cleeremans, Servan-Schreiber and McClelland 1989).

    At every step the next symbol is to be said. Where two may follow they are as likely, so even the best
    has ln 2 there; a step is right if all symbols that may follow have larger outputs than all that may
    not.

    Notes
    -----
    In the mean a string makes 7 predictions, 6 of them between two symbols: nothing is better than
    :math:`6 \ln 2 / 7 = .594`. Who sees only the current symbol cannot tell the two states that follow most
    symbols apart: no string comes out right, and the loss is 1.164.

    Examples
    --------
    >>> round(Reber().baseline.best, 4), round(Reber().baseline.loss, 4)
    (0.5941, 1.164)
    """

    name: ClassVar[str] = "reber"
    measure: ClassVar[str] = "share of the strings all of whose predictions are right"

    @property
    def baseline(self) -> Baseline:
        """What the current symbol alone gives away."""
        # How often, per string, a symbol is read and followed by another; from the mean visits to the states.
        visits = (1.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0)
        pairs: dict[str, dict[str, float]] = {}
        for state, ways in enumerate(REBER):
            for read, to in ways:
                for follows, _ in REBER[to] if to < len(REBER) else ():
                    after = pairs.setdefault(read, {})
                    after[follows] = after.get(follows, 0.0) + visits[state] / 4.0
        nats = sum(_nats(tuple(after.values())) for after in pairs.values())
        return Baseline(
            nats / (MEAN_LENGTH - 1.0),
            0.0,
            MEAN_CHOICES * math.log(2.0) / (MEAN_LENGTH - 1.0),
            "says what follows the current symbol how often, blind to what came before",
        )

    def batch(self, size: int, draws: Draws) -> Batch:
        """Draw strings, each to its end."""
        return _next_symbol(REBER, _walk(REBER, size, draws), masked=True)

    def score(self, y: Array, batch: Batch) -> float:
        """Share of the strings all of whose predictions are right."""
        return share_of_sequences(ranked(y, batch), batch)


@dataclass(frozen=True)
class EmbeddedReber(_Grammar):
    r"""Strings of the embedded Reber grammar (Hochreiter and Schmidhuber 1997, experiment 1).

    B, then T or P, a whole Reber string, the same T or P again, E. The second T or P needs a memory over 8
    steps in the mean. A step is right if all symbols that may follow have larger outputs than all that may
    not.

    Notes
    -----
    In the mean 11 predictions, 7 of them between two symbols: nothing is better than :math:`7 \ln 2 / 11 =
    .441`. Who knows the grammar but has forgotten the first symbol has one more, :math:`8 \ln 2 / 11 =
    .504`, and half of the strings right.

    Examples
    --------
    >>> from engine.draws import Draws
    >>> batch = EmbeddedReber().batch(1, Draws(1, "reber"))
    >>> "".join(EmbeddedReber.alphabet[k] for k in batch.x[:, 0])
    'BPBPTTTTVVEP'
    """

    name: ClassVar[str] = "embedded-reber"
    measure: ClassVar[str] = "share of the strings all of whose predictions are right"

    @property
    def baseline(self) -> Baseline:
        """What one gets who has forgotten the first symbol."""
        return _forgetful(MEAN_LENGTH + 3.0)

    def batch(self, size: int, draws: Draws) -> Batch:
        """Draw strings, each to its end."""
        return _next_symbol(EMBEDDED, _walk(EMBEDDED, size, draws), masked=True)

    def score(self, y: Array, batch: Batch) -> float:
        """Share of the strings all of whose predictions are right."""
        return share_of_sequences(ranked(y, batch), batch)


@dataclass(frozen=True)
class ContinualReber(_Grammar):
    r"""Embedded Reber strings in one stream, nothing between them (Gers, Schmidhuber and Cummins 2000).

    The net must find by itself when to let go of what it kept: the task for which the forget gate was made.

    Attributes
    ----------
    length : int
        Number of steps T of a stream, which is cut in the midst of a string.

    Notes
    -----
    In the mean 12 predictions per string, 7 of them between two symbols: nothing is better than :math:`7
    \ln 2 / 12 = .404`, in a stream long enough. Who has forgotten the first T or P of a string has :math:`8
    \ln 2 / 12 = .462` and half of the second ones right. The score looks at these alone; the paper counts
    the symbols until the first error of a stream.

    Examples
    --------
    >>> round(ContinualReber().baseline.loss, 3), ContinualReber().baseline.score
    (0.462, 0.5)
    """

    length: int = 200
    name: ClassVar[str] = "continual-reber"
    measure: ClassVar[str] = "share of the predictions of a string's second T or P that are right"

    def __post_init__(self) -> None:
        require(self.length >= 12, "a stream holds at least one string: length from 12")

    @property
    def baseline(self) -> Baseline:
        """What one gets who has forgotten the first symbol of each string."""
        return _forgetful(MEAN_LENGTH + 4.0)

    def batch(self, size: int, draws: Draws) -> Batch:
        """Draw streams of T steps."""
        walk = _walk(EMBEDDED, size, draws, self.length + 1)
        batch = _next_symbol(EMBEDDED, walk, masked=False)
        scored = np.isin(walk.states[1:], SECOND)
        return Batch(batch.x, batch.target, batch.judged, None, batch.allowed, scored)

    def score(self, y: Array, batch: Batch) -> float:
        """Share of the predictions of a string's second T or P that are right."""
        return share(ranked(y, batch), batch)


@dataclass(frozen=True)
class AnBn(Task):
    r"""Count: a^n b^n, or a^n b^n c^n (Gers and Schmidhuber 2001).

    A string is S, n times a, n times b (n times c), T. At every step the next symbol is to be said; after
    an a it may be a or b, from the first b on it is settled. A step is right if all symbols that may follow
    have larger outputs than all that may not. To see whether a trained net counts, ask it for longer
    strings than it was trained on: ``AnBn(11, 30)``.

    Attributes
    ----------
    shortest, longest : int
        n is drawn from these, each as likely.
    letters : int
        2 for a^n b^n (context-free), 3 for a^n b^n c^n (context-sensitive).

    Notes
    -----
    Tokens: S a b (c) T. With N numbers n, of mean m, and k letters a string has km + 1 predictions. All
    that cannot be foretold is n, ln N nats; who sees only the current symbol has m times the entropy of
    (1/m, 1 - 1/m) for each letter.

    Examples
    --------
    >>> from engine.draws import Draws
    >>> task = AnBn(2, 2, letters=3)
    >>> "".join(task.alphabet[k] for k in task.batch(1, Draws(0, "count")).x[:, 0])
    'Saabbcc'
    """

    shortest: int = 1
    longest: int = 10
    letters: int = 2
    name: ClassVar[str] = "anbn"
    loss: ClassVar[str] = "cross-entropy"
    measure: ClassVar[str] = "share of the strings all of whose predictions are right"

    def __post_init__(self) -> None:
        require(1 <= self.shortest <= self.longest, "n runs from shortest (at least 1) to longest")
        require(self.letters in (2, 3), "there are 2 letters (a, b) or 3 (a, b, c)")

    @property
    def alphabet(self) -> str:
        """The symbols in the order of their tokens."""
        return "S" + "abc"[: self.letters] + "T"

    @property
    def inputs(self) -> int:
        """S, the letters, T (which is never read)."""
        return self.letters + 2

    @property
    def outputs(self) -> int:
        """The same symbols."""
        return self.letters + 2

    @property
    def baseline(self) -> Baseline:
        """What the current symbol alone gives away."""
        count = self.longest - self.shortest + 1
        mean = (self.shortest + self.longest) / 2.0
        predictions = self.letters * mean + 1.0
        # Right throughout only who rightly says after each letter that its run is over: where all runs are
        # of 1.
        short = 1.0 / count if self.shortest == 1 and mean < 2.0 else 0.0
        return Baseline(
            self.letters * _nats((1.0, mean - 1.0)) / predictions,
            short,
            math.log(count) / predictions,
            "says what follows the current symbol how often, without counting",
        )

    def batch(self, size: int, draws: Draws) -> Batch:
        """Draw strings, each to its end."""
        n = draws.integers(self.shortest, self.longest + 1, size)
        steps = self.letters * int(n.max()) + 1
        step = np.arange(steps + 1)[:, np.newaxis]
        # Letter 1 at steps 1..n, letter 2 at n+1..2n, ...; T behind them.
        symbols = np.where(step == 0, 0, np.minimum((step - 1) // n, self.letters) + 1)
        judged = step[:-1] <= self.letters * n
        allowed = symbols[1:, :, np.newaxis] == np.arange(self.outputs)
        after_a = symbols[:-1] == 1
        allowed[after_a, 1] = True
        allowed[after_a, 2] = True
        allowed &= judged[:, :, np.newaxis]
        return Batch(
            np.where(judged, symbols[:-1], 0), np.where(judged, symbols[1:], 0), judged, judged, allowed
        )

    def score(self, y: Array, batch: Batch) -> float:
        """Share of the strings all of whose predictions are right."""
        return share_of_sequences(ranked(y, batch), batch)


def _forgetful(predictions: float) -> Baseline:
    return Baseline(
        (MEAN_CHOICES + 2.0) * math.log(2.0) / predictions,
        0.5,
        (MEAN_CHOICES + 1.0) * math.log(2.0) / predictions,
        "knows the grammar and has forgotten the first T or P: one choice more, and half of them right",
    )


def _nats(counts: tuple[float, ...]) -> float:
    """Sum of -ln of the share over all counted cases."""
    total = sum(counts)
    return -sum(count * math.log(count / total) for count in counts if count > 0.0)
