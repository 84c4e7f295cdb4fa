"""Tasks ask what they say they ask, and their guessers get what they are said to get."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from engine import tasks
from engine.draws import Draws
from engine.losses import loss_arrays

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.tasks import Batch, Task

TEXT = "the sea the sea the open sea " * 3
SERIES = np.stack([np.cumsum(np.sin(np.arange(70.0))), np.cos(np.arange(70.0) / 3)], axis=1)
GIVEN: dict[str, Task] = {
    "next-symbol": tasks.NextSymbol.of_text(TEXT, length=7),
    "next-symbol, whole": tasks.NextSymbol.of_text(TEXT, length=None),
    "next-value": tasks.NextValue(SERIES, length=9),
    "next-value, two ahead": tasks.NextValue(SERIES, length=None, ahead=2),
    "labelled": tasks.Labelled.of([[0, 1, 1], [1, 0], [2, 2, 2, 0]], [0, 0, 1], kinds=3),
    "labelled numbers": tasks.Labelled.of([[[0.5, 1.0]], [[1.0, 2.0], [0.0, 0.0]]], [1, 0]),
}
SHIPPED: dict[str, Task] = {
    "adding": tasks.Adding(40),
    "plain-adding": tasks.PlainAdding(12),
    "plain-adding, wide": tasks.PlainAdding(9, low=-1.0),
    "copying": tasks.Copying(5, symbols=4, kinds=3),
    "temporal-order": tasks.TemporalOrder(25),
    "temporal-order, 3": tasks.TemporalOrder(100, marks=3),
    "latch": tasks.Latch(12),
    "latch, noisy": tasks.Latch(12, noisy=True),
    "noise-free-lag": tasks.NoiseFreeLag(6),
    "parity": tasks.Parity(7),
    "parity, every": tasks.Parity(7, every=True),
    "delayed-echo": tasks.DelayedEcho(9, delay=3, kinds=4),
    "reber": tasks.Reber(),
    "embedded-reber": tasks.EmbeddedReber(),
    "continual-reber": tasks.ContinualReber(600),
    "anbn": tasks.AnBn(1, 6),
    "anbn, short": tasks.AnBn(1, 2),
    "anbncn": tasks.AnBn(2, 5, letters=3),
    "sine": tasks.Sine(15),
    "windowed-average": tasks.WindowedAverage(14),
    "two-lags": tasks.TwoLags(40),
    "reversal": tasks.Reversal(kinds=3, shortest=1, longest=3),
    "reversal, twice": tasks.Reversal(kinds=3, shortest=2, longest=2, times=2),
}
ALL = {**SHIPPED, **GIVEN}


def drawn(task: Task, size: int = 60, seed: int = 1) -> Batch:
    return task.batch(size, Draws(seed, "test"))


def loss_of(task: Task, y: np.ndarray, batch: Batch) -> float:
    terms, _ = loss_arrays(task.loss, y, batch.target, batch.judged)
    return float(terms.sum() / batch.judged.sum())


# --------------------------------------------------------------- all tasks


@pytest.mark.parametrize("name", ALL)
def test_a_batch_is_as_described(name: str) -> None:
    task = ALL[name]
    batch = drawn(task, size=8)
    steps, size = batch.judged.shape
    assert size == 8
    assert batch.x.shape[:2] == (steps, size) == (batch.steps, batch.size)
    if batch.x.ndim == 2:
        assert np.issubdtype(batch.x.dtype, np.integer)
        assert batch.x.min() >= 0
        assert batch.x.max() < task.inputs
    else:
        assert batch.x.dtype == np.float64
        assert batch.x.shape[2] == task.inputs
    if task.loss == "cross-entropy":
        assert np.issubdtype(batch.target.dtype, np.integer)
        assert batch.target.shape == (steps, size)
        assert 0 <= batch.target.min() <= batch.target.max() < task.outputs
    else:
        assert batch.target.shape == (steps, size, task.outputs)
    assert batch.judged.any(axis=0).all()
    inside = np.arange(steps)[:, np.newaxis] < batch.lengths
    if batch.mask is not None:
        assert (batch.mask == inside).all(), "padding stands at the end"
        assert batch.lengths.max() == steps
        assert not batch.x[~inside].any(), "padding is 0"
    assert not (batch.judged & ~inside).any()
    assert not batch.target[~batch.judged].any()
    if batch.scored is not None:
        assert not (batch.scored & ~batch.judged).any()
    if batch.allowed is not None:
        step, column = np.nonzero(batch.judged)
        assert batch.allowed[step, column, batch.target[step, column]].all(), "what came was allowed"


@pytest.mark.parametrize("name", ALL)
def test_equal_draws_give_equal_batches(name: str) -> None:
    one, same, other = drawn(ALL[name]), drawn(ALL[name]), drawn(ALL[name], seed=2)
    assert np.array_equal(one.x, same.x)
    assert np.array_equal(one.target, same.target)
    if getattr(ALL[name], "length", 0) is not None:  # a text read in parts is always read from its beginning
        assert one.x.shape != other.x.shape or not np.array_equal(one.x, other.x)


@pytest.mark.parametrize("name", ALL)
def test_the_right_answer_gets_full_marks(name: str) -> None:
    task = ALL[name]
    batch = drawn(task)
    if task.loss == "cross-entropy":
        y = 50.0 * np.eye(task.outputs)[batch.target]
        if batch.allowed is not None:
            y = np.where(batch.allowed, 50.0, 0.0)
    elif task.loss == "binary-cross-entropy":
        y = 100.0 * (batch.target - 0.5)
    else:
        y = batch.target
    assert task.score(y, batch) == 1.0
    assert task.score(-y, batch) < 0.7


def test_every_shipped_task_is_found_by_name() -> None:
    assert {task.name for task in SHIPPED.values()} == set(tasks.TASKS)
    for name, kind in tasks.TASKS.items():
        assert isinstance(tasks.task(name), kind)
    assert tasks.task("parity", length=3) == tasks.Parity(3)
    with pytest.raises(ValueError, match="no task is called"):
        tasks.task("adding-up")
    with pytest.raises(ValueError, match="has no setting"):
        tasks.task("adding", size=3)


WRONG: list[tuple[Callable[..., Task], dict[str, Any]]] = [
    (tasks.Adding, {"length": 19}),
    (tasks.PlainAdding, {"length": 1}),
    (tasks.PlainAdding, {"low": 1.0}),
    (tasks.Copying, {"delay": 0}),
    (tasks.Copying, {"symbols": 0}),
    (tasks.Copying, {"kinds": 1}),
    (tasks.TemporalOrder, {"length": 10}),
    (tasks.TemporalOrder, {"marks": 4}),
    (tasks.Latch, {"length": 3}),
    (tasks.NoiseFreeLag, {"lag": 0}),
    (tasks.Parity, {"length": 0}),
    (tasks.DelayedEcho, {"length": 3, "delay": 3}),
    (tasks.ContinualReber, {"length": 5}),
    (tasks.AnBn, {"shortest": 3, "longest": 2}),
    (tasks.AnBn, {"letters": 4}),
    (tasks.Sine, {"shortest": 2.0}),
    (tasks.WindowedAverage, {"past": -1}),
    (tasks.TwoLags, {"first": 3, "second": 3}),
    (tasks.Reversal, {"times": 0}),
    (tasks.NextSymbol.of_text, {"text": "a"}),
    (tasks.NextSymbol.of_text, {"text": "abc", "length": 3}),
    (tasks.NextSymbol, {"tokens": np.array([0, 3]), "kinds": 3, "length": 1}),
    (tasks.NextValue, {"series": np.zeros(5)}),
    (tasks.NextValue, {"series": np.full((5, 1), np.nan), "length": 2}),
    (tasks.NextValue, {"series": np.zeros((5, 1)), "length": 5}),
    (tasks.Labelled.of, {"sequences": [[0, 1]], "labels": [0, 1], "kinds": 2}),
    (tasks.Labelled.of, {"sequences": [[0, 2]], "labels": [0], "kinds": 2}),
    (tasks.Labelled.of, {"sequences": [[0, 1]], "labels": [0]}),
]


@pytest.mark.parametrize(("kind", "settings"), WRONG)
def test_settings_that_do_not_fit_are_refused(kind: Callable[..., Task], settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"[a-z]{3}"):
        kind(**settings)


# --------------------------------------------------------------- guessers


def shares(counts: np.ndarray) -> np.ndarray:
    """Logarithms of shares; what never happens gets hardly anything."""
    with np.errstate(divide="ignore"):
        return np.maximum(np.log(counts / counts.sum(axis=-1, keepdims=True)), -50.0)


def by_symbol(task: Task, batch: Batch) -> np.ndarray:
    """Who sees the current symbol alone, and knows how often which follows (here: in this very batch)."""
    counts = np.zeros((task.inputs, task.outputs))
    np.add.at(counts, (batch.x[batch.judged], batch.target[batch.judged]), 1.0)
    return shares(counts + 1e-300)[batch.x]


def forgetful(task: Task, batch: Batch) -> np.ndarray:
    """Who knows the embedded Reber grammar but not its first T or P: at the second one both are as likely."""
    assert batch.allowed is not None
    symbols = tasks.EmbeddedReber.alphabet
    both = batch.allowed.copy()
    # After the E of the inner string, which comes to the second T or P: there only one of these is allowed.
    outer = np.isin(batch.target, [symbols.index("T"), symbols.index("P")]) & (batch.allowed.sum(axis=2) == 1)
    both[outer, symbols.index("T")] = True
    both[outer, symbols.index("P")] = True
    y = np.where(both, 0.0, -50.0)
    y[..., symbols.index("T")] += 1e-9  # undecided as he is, he has to say one of them
    return y


def constant(value: float) -> Callable[[Task, Batch], np.ndarray]:
    return lambda task, batch: np.full((*batch.judged.shape, task.outputs), value)


def frequencies(task: Task, batch: Batch) -> np.ndarray:
    counts = np.bincount(batch.target[batch.judged], minlength=task.outputs).astype(np.float64)
    return np.broadcast_to(shares(counts + 1e-300), (*batch.judged.shape, task.outputs))


def blank_until_the_sign(task: Task, batch: Batch) -> np.ndarray:
    assert isinstance(task, tasks.Copying)
    y = np.zeros((*batch.judged.shape, task.outputs))
    y[..., 0] = 50.0
    y[-task.symbols :] = 0.0
    y[-task.symbols :, :, 0] = -50.0
    return y


def all_but_the_last(task: Task, batch: Batch) -> np.ndarray:
    y = 50.0 * np.eye(task.outputs)[batch.target]
    y[-1] = -50.0
    y[-1, :, -2:] = 0.0
    return y


def any_symbols(task: Task, batch: Batch) -> np.ndarray:
    """Who knows when to stop; and, told the last symbol, when it comes again."""
    assert isinstance(task, tasks.Reversal)
    y = np.zeros((*batch.judged.shape, task.outputs))
    y[..., task.kinds :] = -50.0
    y[batch.target == task.end, task.end] = 100.0
    for step in range(batch.steps):
        if step % task.times:
            for column in range(batch.size):
                y[step, column, batch.x[step, column]] += 50.0
    return y


GUESSERS: dict[str, Callable[[Task, Batch], np.ndarray]] = {
    "adding": constant(0.5),
    "plain-adding": constant(1.0),
    "plain-adding, wide": constant(0.0),
    "copying": blank_until_the_sign,
    "temporal-order": constant(0.0),
    "temporal-order, 3": constant(0.0),
    "latch": constant(0.0),
    "latch, noisy": constant(0.0),
    "noise-free-lag": all_but_the_last,
    "parity": constant(0.0),
    "parity, every": constant(0.0),
    "delayed-echo": constant(0.0),
    "reber": by_symbol,
    "embedded-reber": forgetful,
    "continual-reber": forgetful,
    "anbn": by_symbol,
    "anbn, short": by_symbol,
    "anbncn": by_symbol,
    "sine": constant(0.0),
    "windowed-average": constant(0.0),
    "two-lags": constant(math.log(5 / 3)),
    "reversal": any_symbols,
    "reversal, twice": any_symbols,
    "next-symbol": frequencies,
    "next-symbol, whole": frequencies,
    "labelled": frequencies,
    "labelled numbers": frequencies,
}


@pytest.mark.parametrize("name", GUESSERS)
def test_a_guesser_gets_what_the_baseline_says(name: str) -> None:
    task = ALL[name]
    size = 1 if name.endswith("whole") else 60 if name == "continual-reber" else 4000
    batch = drawn(task, size)
    y = GUESSERS[name](task, batch)
    baseline = task.baseline
    assert loss_of(task, y, batch) == pytest.approx(baseline.loss, rel=0.04)
    assert baseline.best <= baseline.loss
    assert task.score(y, batch) == pytest.approx(baseline.score, abs=0.03)
    assert baseline.why


@pytest.mark.parametrize("name", ["reber", "embedded-reber", "continual-reber", "anbn", "anbncn"])
def test_whoever_knows_the_grammar_has_the_best_loss(name: str) -> None:
    task = ALL[name]
    batch = drawn(task, 60 if name == "continual-reber" else 4000)
    assert batch.allowed is not None
    y = np.where(batch.allowed, 0.0, -50.0)
    if isinstance(task, tasks.AnBn):
        # After k times a, the k-th is the last of them with the probability 1 / (numbers n still possible).
        k = np.arange(batch.steps)[:, np.newaxis]
        left = task.longest - np.maximum(k, task.shortest) + 1
        ending = np.where(k < task.shortest, 0.0, 1.0 / np.maximum(left, 1))
        ending = np.broadcast_to(ending, batch.x.shape)
        both = batch.allowed.sum(axis=2) == 2
        y[both, 1] = np.log(np.maximum(1.0 - ending[both], 1e-20))
        y[both, 2] = np.log(np.maximum(ending[both], 1e-20))
    assert loss_of(task, y, batch) == pytest.approx(task.baseline.best, rel=0.04)


def test_the_mean_of_a_series_gets_its_variance() -> None:
    for task in (GIVEN["next-value"], GIVEN["next-value, two ahead"]):
        assert isinstance(task, tasks.NextValue)
        batch = drawn(task, 1 if task.length is None else 4000)
        mean = batch.target.mean(axis=(0, 1))
        y = np.broadcast_to(mean, batch.target.shape)
        assert loss_of(task, y, batch) == pytest.approx(task.baseline.loss, rel=0.02)
        assert task.score(y, batch) == pytest.approx(0.0, abs=0.02)
    assert tasks.NextValue(SERIES, length=None).repetition == pytest.approx(
        np.sum(np.diff(SERIES, axis=0) ** 2, axis=1).mean()
    )


def test_known_figures() -> None:
    assert tasks.Copying(30).baseline.loss == pytest.approx(10 * math.log(8) / 50)
    assert tasks.Copying(100).baseline.loss == pytest.approx(0.173, abs=5e-4)
    assert tasks.PlainAdding(50).baseline.loss == pytest.approx(1 / 6)
    assert tasks.PlainAdding(50, low=-1.0).baseline.loss == pytest.approx(2 / 3)
    assert tasks.Adding(1000).baseline.loss == pytest.approx(1 / 24, rel=0.06)
    assert {k: round(v, 4) for k, v in tasks.TwoLags().floors.items()} == {
        "none": 0.6616,
        "first": 0.5192,
        "both": 0.4545,
    }


# --------------------------------------------------------------- one by one


def test_adding() -> None:
    task = tasks.Adding(30)
    batch = drawn(task, 3000)
    values, marker = batch.x[..., 0], batch.x[..., 1]
    assert set(batch.lengths) == {30, 31, 32, 33}
    assert ((marker == 1.0).sum(axis=0) == 2).all()
    last = (batch.lengths - 1, np.arange(batch.size))
    assert (marker[last] == -1.0).all()
    assert (marker[0] != 0.0).all()
    marked = marker == 1.0
    assert marked[:10].any(axis=0).all()
    assert not marked[15:].any(), "both lie in the first half"
    assert marked[14].any(), "up to its end"
    assert (values[0][marked[0]] == 0.0).all()
    assert marked[0].mean() == pytest.approx(0.1 + 0.9 / 14, abs=0.02)
    total = (values * marked).sum(axis=0)
    assert np.allclose(batch.target[last][:, 0], 0.5 + total / 4.0)
    assert batch.judged[last].all()
    assert batch.judged.sum() == batch.size


def test_plain_adding() -> None:
    batch = drawn(tasks.PlainAdding(9), 500)
    values, marked = batch.x[..., 0], batch.x[..., 1] == 1.0
    assert (marked[:4].sum(axis=0) == 1).all()
    assert (marked[4:].sum(axis=0) == 1).all()
    assert np.allclose(batch.target[-1, :, 0], (values * marked).sum(axis=0))
    assert values.min() >= 0.0


def test_copying() -> None:
    batch = drawn(tasks.Copying(4, symbols=3, kinds=5), 200)
    assert batch.steps == 10
    assert (np.sort(np.unique(batch.x[:3])) == np.arange(1, 6)).all()
    assert (batch.x[3:6] == 0).all()
    assert (batch.x[6] == 6).all()
    assert (batch.x[7:] == 0).all()
    assert (batch.target[-3:] == batch.x[:3]).all()
    assert batch.judged.all()


@pytest.mark.parametrize("marks", [2, 3])
def test_temporal_order(marks: int) -> None:
    task = tasks.TemporalOrder(100, marks)
    batch = drawn(task, 400)
    places: list[set[int]] = [set() for _ in range(marks)]
    for column in range(batch.size):
        length = int(batch.lengths[column])
        word = "".join(task.alphabet[k] for k in batch.x[:length, column])
        assert re.fullmatch(r"E[abcdXY]+B", word)
        found = [(m.start() + 1, m.group()) for m in re.finditer("[XY]", word)]
        assert len(found) == marks
        for k, (step, _) in enumerate(found):
            places[k].add(step)
        order = int("".join("01"["XY".index(letter)] for _, letter in found), 2)
        assert batch.target[length - 1, column] == order
    expected = [(10, 20), (50, 60)] if marks == 2 else [(10, 20), (33, 43), (66, 76)]
    assert [(min(p), max(p)) for p in places] == expected
    assert set(batch.lengths) == set(range(100, 111))


def test_latch() -> None:
    for noisy in (False, True):
        batch = drawn(tasks.Latch(20, noisy=noisy), 2000)
        label = batch.target.sum(axis=(0, 2))
        first = batch.x[:3, :, 0]
        if not noisy:
            assert (first == 2.0 * label - 1.0).all()
        else:
            assert np.var(first - (2.0 * label - 1.0)) == pytest.approx(0.2, rel=0.05)
        assert np.var(batch.x[3:20]) == pytest.approx(0.2, rel=0.03)
        assert np.mean(batch.x[3:20]) == pytest.approx(0.0, abs=0.01)


def test_noise_free_lag() -> None:
    batch = drawn(tasks.NoiseFreeLag(4), 50)
    whole = np.concatenate([batch.x, batch.target[-1:]]).T
    assert {tuple(row) for row in whole.tolist()} == {(3, 0, 1, 2, 3), (4, 0, 1, 2, 4)}
    assert (batch.target[:-1] == batch.x[1:]).all()


def test_parity_and_echo() -> None:
    batch = drawn(tasks.Parity(6, every=True), 50)
    for column in range(50):
        for step in range(6):
            assert batch.target[step, column, 0] == sum(batch.x[: step + 1, column, 0]) % 2
    last = drawn(tasks.Parity(6), 50)
    assert (last.target[-1] == batch.target[-1]).all()
    echo = drawn(tasks.DelayedEcho(8, delay=3, kinds=5), 50)
    assert (echo.target[3:] == echo.x[:5]).all()
    assert not echo.judged[:3].any()


REBER = r"B(TS*X|PT*V)"
# The grammar as a picture, written down apart from the engine's table: each node and what leads out of it.
PICTURE = {
    1: {"B": 2},
    2: {"T": 3, "P": 4},
    3: {"S": 3, "X": 5},
    4: {"T": 4, "V": 6},
    5: {"S": 7, "X": 4},
    6: {"P": 5, "V": 7},
    7: {"E": 0},
}


def accepts(word: str) -> bool:
    """Walk through the picture."""
    node = 1
    for letter in word:
        if letter not in PICTURE.get(node, {}):
            return False
        node = PICTURE[node][letter]
    return node == 0


def words(batch: Batch) -> list[str]:
    """Whole strings: what was read, and the last symbol that was asked for."""
    found = []
    for column in range(batch.size):
        length = int(batch.lengths[column])
        tokens = [*batch.x[:length, column], batch.target[length - 1, column]]
        found.append("".join(tasks.Reber.alphabet[k] for k in tokens))
    return found


def test_reber_strings_are_in_the_grammar() -> None:
    found = words(drawn(tasks.Reber(), 2000))
    assert all(accepts(word) for word in found)
    assert all(re.match(REBER, word) for word in found)
    assert np.mean([len(word) for word in found]) == pytest.approx(8.0, rel=0.03)
    assert len(set(found)) > 100


def test_embedded_reber_strings_are_in_the_grammar() -> None:
    for word in words(drawn(tasks.EmbeddedReber(), 2000)):
        assert re.fullmatch("B([TP]).*\\1E", word), word
        assert accepts(word[2:-2]), word


def test_allowed_symbols_are_those_of_the_picture() -> None:
    batch = drawn(tasks.Reber(), 200)
    assert batch.allowed is not None
    for column in range(batch.size):
        node = 1
        for step in range(int(batch.lengths[column])):
            node = PICTURE[node][tasks.Reber.alphabet[batch.x[step, column]]]
            may = {tasks.Reber.alphabet[k] for k in np.flatnonzero(batch.allowed[step, column])}
            assert may == set(PICTURE[node])


def test_whoever_does_not_decide_has_not_said_it() -> None:
    task = tasks.EmbeddedReber()
    batch = drawn(task)
    assert batch.allowed is not None
    assert task.score(np.zeros(batch.allowed.shape), batch) == 0.0
    assert task.score(np.where(batch.allowed, 1e-9, 0.0), batch) == 1.0


def test_the_continual_stream_is_made_of_embedded_strings() -> None:
    task = tasks.ContinualReber(300)
    batch = drawn(task, 10)
    assert batch.mask is None
    assert batch.scored is not None
    for column in range(10):
        stream = "".join(task.alphabet[k] for k in batch.x[:, column])
        place, seen = 0, 0
        while True:
            match = re.match(r"B([TP])(B\w*?E)\1E(?=B)", stream[place:])
            if match is None:
                break
            assert accepts(match[2])
            assert batch.scored[place + match.end(2) - 1, column], (
                "the second T or P is what the score looks at"
            )
            place, seen = place + match.end(), seen + 1
        assert seen >= 10
        assert 0 <= batch.scored[:, column].sum() - seen <= 1
    assert (batch.target[:-1] == batch.x[1:]).all()


@pytest.mark.parametrize("letters", [2, 3])
def test_counting(letters: int) -> None:
    task = tasks.AnBn(1, 5, letters)
    batch = drawn(task, 300)
    assert batch.allowed is not None
    counts = set()
    for column in range(batch.size):
        length = int(batch.lengths[column])
        tokens = [*batch.x[:length, column], batch.target[length - 1, column]]
        word = "".join(task.alphabet[k] for k in tokens)
        n = word.count("a")
        assert word == "S" + "".join(letter * n for letter in "abc"[:letters]) + "T"
        counts.add(n)
        for step in range(length):
            may = {task.alphabet[k] for k in np.flatnonzero(batch.allowed[step, column])}
            assert may == ({"a", "b"} if word[step] == "a" else {word[step + 1]})
    assert counts == {1, 2, 3, 4, 5}


def test_sine() -> None:
    batch = drawn(tasks.Sine(30, 12.0, 12.0), 400)
    x = batch.x[..., 0]
    assert np.allclose(x[2:], 2.0 * math.cos(2.0 * math.pi / 12.0) * x[1:-1] - x[:-2])
    assert (batch.target[:-1] == batch.x[1:]).all()
    assert np.mean((batch.target - batch.x) ** 2) == pytest.approx(tasks.Sine.repetition(12.0), rel=0.05)


def test_windowed_average() -> None:
    task = tasks.WindowedAverage(12, past=2, future=3)
    batch = drawn(task, 4000)
    x = batch.x[..., 0]
    rows = np.zeros_like(x)
    causal = np.zeros_like(x)
    for t in range(12):
        rows[t] = x[max(0, t - 2) : t + 4].sum(axis=0) / 6.0
        causal[t] = x[max(0, t - 2) : t + 1].sum(axis=0) / 6.0
    assert np.allclose(batch.target[..., 0], rows)
    # Who knows the past says the mean of what is still to come, 0; nothing that is causal does better.
    assert np.mean((rows - causal) ** 2) == pytest.approx(task.causal, rel=0.03)


def test_two_lags() -> None:
    task = tasks.TwoLags(50)
    batch = drawn(task, 4000)
    x, y = batch.x[..., 0], batch.target[..., 0]
    for near in (0.0, 1.0):
        for far in (0.0, 1.0):
            at = (x[5:-3] == near) & (x[:-8] == far)
            assert y[8:][at].mean() == pytest.approx(0.5 + 0.5 * near - 0.25 * far, abs=0.01)


def test_a_text_in_parts_is_read_in_order() -> None:
    task = tasks.NextSymbol.of_text("abcdefghijk", length=None)
    batch = drawn(task, 2)
    assert ["".join(task.alphabet[k] for k in column) for column in batch.x.T] == ["abcde", "fghij"]
    assert ["".join(task.alphabet[k] for k in column) for column in batch.target.T] == ["bcdef", "ghijk"]
    with pytest.raises(ValueError, match="cannot be cut"):
        drawn(task, 11)


def test_windows_of_a_text_reach_both_its_ends() -> None:
    task = tasks.NextSymbol.of_text("abcdefghijk", length=4)
    batch = drawn(task, 400)
    assert {task.alphabet[k] for k in batch.x[0]} == set("abcdefg")
    assert ((batch.target - batch.x) == 1).all()


def test_forecasts_look_ahead() -> None:
    series = np.arange(20.0)[:, np.newaxis]
    batch = drawn(tasks.NextValue(series, length=5, ahead=3), 300)
    assert (batch.target - batch.x == 3.0).all()
    assert batch.target.max() == 19.0
    assert batch.x.min() == 0.0


def test_reversal() -> None:
    task = tasks.Reversal(kinds=5, shortest=1, longest=4, times=2)
    pairs = task.pairs(200, Draws(0, "pairs"))
    assert pairs.source_mask is not None
    for column in range(200):
        source = pairs.source[pairs.source_mask[:, column], column].tolist()
        said = pairs.answer.target[pairs.answer.judged[:, column], column].tolist()
        assert said == [symbol for symbol in reversed(source) for _ in range(2)] + [task.end]
        assert pairs.answer.x[pairs.answer.judged[:, column], column].tolist() == [task.begin, *said[:-1]]


# --------------------------------------------------------------- draws


def test_whole_numbers_are_even_and_stay_within() -> None:
    numbers = Draws(1, "n").integers(-2, 3, 50_000)
    counts = np.bincount(numbers + 2)
    assert len(counts) == 5
    assert (np.abs(counts - 10_000) < 500).all()
    for low, high in ((3, 3), (0, 2**33)):
        with pytest.raises(ValueError, match="no even draw"):
            Draws(1, "n").integers(low, high, 1)


def test_choice_follows_the_probabilities() -> None:
    p = np.tile([0.0, 0.5, 0.2, 0.0, 0.3, 0.0], (50_000, 1))
    shares = np.bincount(Draws(1, "c").choice(p), minlength=6) / 50_000
    assert np.allclose(shares, p[0], atol=0.01)
    assert (shares[[0, 3, 5]] == 0.0).all()


def test_an_order_holds_every_number_once() -> None:
    order = Draws(1, "p").permutation(100)
    assert sorted(order.tolist()) == list(range(100))
    assert (order != np.arange(100)).sum() > 80


def test_draws_are_the_same_for_ever() -> None:
    draws = Draws(5, "stay")
    assert draws.integers(0, 10, 6).tolist() == [3, 6, 8, 9, 4, 4]
    assert draws.permutation(5).tolist() == [4, 2, 1, 0, 3]
    assert draws.choice(np.full((4, 3), 1 / 3)).tolist() == [2, 1, 2, 0]
