"""Training: PyTorch's numbers, the same ones however often it is stopped, a clear word if it goes wrong."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest

from engine import tasks
from engine.clipping import ClipByNorm, ClipByValue
from engine.draws import Draws
from engine.evaluation import evaluate, saturation
from engine.experiment import Network
from engine.losses import loss_arrays
from engine.network import backward, draw_parameters, forward
from engine.optimizers import SGD, Exponential, Momentum
from engine.tasks import Baseline, Batch, Task
from engine.training import Checkpoint, Progress, Training, history, start, train
from engine.truncation import Truncation, Window, states_after, truncated_gradient

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FILE = Path(__file__).parents[1] / "data" / "engine" / "training.npz"


@cache
def references() -> dict[str, np.ndarray[Any, Any]]:
    with np.load(FILE, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def stored(where: str) -> dict[str, np.ndarray[Any, Any]]:
    start = where + "/"
    return {name[len(start) :]: value for name, value in references().items() if name.startswith(start)}


def last(progresses: Any) -> Progress:
    *_, progress = progresses
    assert isinstance(progress, Progress)
    return progress


class Given(Task):
    """Batches handed in, one after the other; the draws are not used."""

    name: ClassVar[str] = "given"
    measure: ClassVar[str] = "nothing"

    def __init__(self, batches: Iterator[Batch], inputs: int, outputs: int, loss: str) -> None:
        self.batches = batches
        self.sizes = inputs, outputs
        self.loss = loss  # type: ignore[misc] # each of these has a loss of its own

    @property
    def inputs(self) -> int:
        return self.sizes[0]

    @property
    def outputs(self) -> int:
        return self.sizes[1]

    @property
    def baseline(self) -> Baseline:
        return Baseline(loss=0.0, score=0.0, best=0.0, why="nobody guesses at batches that are handed in")

    def batch(self, size: int, draws: Draws) -> Batch:
        return next(self.batches)

    def score(self, y: np.ndarray[Any, Any], batch: Batch) -> float:
        return 0.0


# ----------------------------------------------------------------------------------- against PyTorch


def test_a_clipped_lstm_of_two_layers_trains_as_in_pytorch() -> None:
    x, target = references()["lstm/x"], references()["lstm/target"]

    def batches() -> Iterator[Batch]:
        for one, wanted in zip(x, target, strict=True):
            rows = np.zeros((9, 4, 1))
            rows[-1] = wanted
            judged = np.zeros((9, 4), dtype=np.bool_)
            judged[-1] = True
            yield Batch(one, rows, judged)

    training = Training(
        Network("lstm", hidden=5, layers=2, outputs=1),
        Given(batches(), 2, 1, "squared-error"),
        rate=0.02,
        updates=15,
        clipping=ClipByNorm(0.3),
        evaluate_every=100,
        test=tasks.PlainAdding(5),
        frozen=(),
    )
    progress = last(train(training, start(training, stored("lstm/first"))))
    curves = history(progress.records)
    assert np.allclose(curves["loss"], references()["lstm/loss"], rtol=1e-11)
    assert np.allclose(curves["norm"], references()["lstm/norm"], rtol=1e-11)
    assert np.allclose(curves["norm_clipped"], np.minimum(references()["lstm/norm"], 0.3), rtol=1e-11)
    for name, value in stored("lstm/last").items():
        assert np.allclose(progress.parameters[name], value, rtol=1e-10, atol=1e-12)


def test_truncated_training_is_pytorchs_with_a_detached_state() -> None:
    x, target = references()["truncated/x"], references()["truncated/target"]
    batches = (
        Batch(one, wanted, np.ones((12, 3), dtype=np.bool_)) for one, wanted in zip(x, target, strict=True)
    )
    training = Training(
        Network("rnn", hidden=4, outputs=3, readout="softmax"),
        Given(batches, 2, 3, "cross-entropy"),
        optimizer=Momentum(0.9),
        rate=0.1,
        updates=6,
        truncation=Truncation(4),
        evaluate_every=100,
        test=tasks.Labelled.of([[[0.0, 0.0]], [[0.0, 0.0]], [[0.0, 0.0]]], [0, 1, 2]),
        frozen=(),
    )
    progress = last(train(training, start(training, stored("truncated/first"))))
    assert np.allclose(history(progress.records)["loss"], references()["truncated/loss"], rtol=1e-11)
    for name, value in stored("truncated/last").items():
        assert np.allclose(progress.parameters[name], value, rtol=1e-10, atol=1e-12)


# -------------------------------------------------------------------------- stopped and resumed

ECHO = tasks.DelayedEcho(length=9, delay=2)
SETUPS: dict[str, Training] = {
    "plain": Training(Network("lstm", hidden=3, outputs=2), ECHO, updates=7, batch=4, evaluate_every=3),
    "windows": Training(
        Network("gru", hidden=3, outputs=2),
        ECHO,
        updates=8,
        batch=4,
        truncation=Truncation(4, 2),
        evaluate_every=5,
    ),
    "dropout, clipping, a falling rate": Training(
        Network("rnn", hidden=4, layers=2, outputs=7, dropout=0.4),
        tasks.EmbeddedReber(),
        optimizer=Momentum(0.5, nesterov=True),
        rate=Exponential(0.1, 0.8),
        updates=7,
        batch=5,
        clipping=ClipByValue(0.01),
        evaluation_size=20,
    ),
    "single precision": Training(
        Network("rnn", hidden=3, outputs=1), tasks.Sine(8), updates=7, batch=3, dtype="float32"
    ),
    "learned states, an embedding, both directions": Training(
        Network("lstm", hidden=3, outputs=4, bidirectional=True, initial="learned", embedding=2),
        tasks.TemporalOrder(20),
        updates=7,
        batch=3,
        evaluation_size=10,
    ),
}


def same(one: Mapping[str, np.ndarray[Any, Any]], other: Mapping[str, np.ndarray[Any, Any]]) -> bool:
    return one.keys() == other.keys() and all(
        value.dtype == other[name].dtype and np.array_equal(value, other[name]) for name, value in one.items()
    )


@pytest.mark.parametrize("name", SETUPS)
def test_resumed_training_gives_the_same_numbers_to_the_last_bit(name: str) -> None:
    training = SETUPS[name]
    whole = list(train(training))
    assert [p.step for p in whole] == list(range(1, training.updates + 1))
    assert [p.status for p in whole] == ["running"] * (training.updates - 1) + ["finished"]
    for stop in range(1, training.updates):
        checkpoint = whole[stop - 1].checkpoint
        assert len(checkpoint.records) == checkpoint.step == stop
        run = train(training, checkpoint)
        rest = list(run)
        assert [p.step for p in rest] == list(range(stop + 1, training.updates + 1))
        assert rest[-1].records == whole[-1].records
        assert same(rest[-1].parameters, whole[-1].parameters)
    assert list(train(training, whole[-1].checkpoint)) == []


def test_training_can_be_closed_and_gone_on_with() -> None:
    training = SETUPS["windows"]
    whole = last(train(training))
    checkpoint: Checkpoint | None = None
    for _ in range(training.updates):
        run = train(training, checkpoint)
        progress = next(run)
        run.close()
        assert list(run) == []
        checkpoint = progress.checkpoint
    assert checkpoint is not None
    assert checkpoint.records == whole.records
    assert same(checkpoint.parameters, whole.parameters)


def test_what_was_given_out_stays_as_it_was() -> None:
    training = SETUPS["plain"]
    seen = []
    for progress in train(training):
        seen.append((progress, {name: value.copy() for name, value in progress.parameters.items()}))
    for progress, parameters in seen:
        assert same(progress.parameters, parameters)
        assert len(progress.records) == progress.step
    assert not same(seen[0][1], seen[1][1])


def test_seeds_matter() -> None:
    training = SETUPS["plain"]
    other = last(train(replace(training, seed=1)))
    assert not same(last(train(training)).parameters, other.parameters)


@pytest.mark.parametrize("name", SETUPS)
def test_parameters_keep_their_precision(name: str) -> None:
    training = SETUPS[name]
    progress = next(train(training))
    assert {value.dtype for value in progress.parameters.values()} == {np.dtype(training.dtype)}
    memory = progress.checkpoint.optimizer.memory
    assert {a.dtype for kept in memory.values() for a in kept.values()} == {np.dtype(training.dtype)}


# ------------------------------------------------------------------------------------ what is seen


def test_one_update_by_hand() -> None:
    training = Training(
        Network("rnn", hidden=3, outputs=1),
        tasks.PlainAdding(5),
        optimizer=SGD(),
        rate=0.5,
        batch=6,
        updates=1,
        evaluation_size=50,
        frozen=(),
    )
    (progress,) = train(training)
    p = draw_parameters(training.network, 2)
    batch = training.task.batch(6, Draws(0, "batch 1"))
    trace = forward(training.network, p, batch.x)
    assert trace.y is not None
    terms, dv = loss_arrays("squared-error", trace.y, batch.target, batch.judged)
    gradient = backward(trace, p, dv).weights
    record = progress.record
    assert record.loss == pytest.approx(terms.sum() / 6)
    assert record.norm == pytest.approx(math.sqrt(sum(float((g**2).sum()) for g in gradient.values())))
    assert record.norm_clipped == record.norm
    assert record.rate == 0.5
    for name, value in p.items():
        assert np.allclose(progress.parameters[name], value - 0.5 * gradient[name])
    assert record.evaluation == evaluate(
        training.network, progress.parameters, training.task, 50, Draws(0, "evaluation")
    )


def test_the_loss_is_the_mean_over_judged_steps_whatever_their_number() -> None:
    network = Network("rnn", hidden=3, outputs=2)
    p = {name: np.zeros_like(value) for name, value in draw_parameters(network, 2).items()}
    for task in (ECHO, tasks.DelayedEcho(9, 8), tasks.DelayedEcho(20, 0)):
        assert evaluate(network, p, task, 5, Draws(0, "x")).loss == pytest.approx(math.log(2))


def test_padding_brings_neither_loss_nor_gradient() -> None:
    """The mean over a padded batch is that over its sequences, each run by itself at its own length."""
    network = Network("lstm", hidden=3, outputs=7)
    p = draw_parameters(network, 7)
    task = tasks.EmbeddedReber()
    batch = task.batch(5, Draws(3, "strings"))
    assert len(set(batch.lengths)) > 1
    given = Given(iter([batch]), 7, 7, "cross-entropy")
    training = Training(
        network, given, SGD(), 1.0, 1, evaluate_every=9, test=task, evaluation_size=1, frozen=()
    )
    (progress,) = train(training)
    total, moved = 0.0, {name: np.zeros_like(value) for name, value in p.items()}
    for column in range(5):
        length = batch.lengths[column]
        trace = forward(network, p, batch.x[:length, column : column + 1])
        assert trace.y is not None
        target = batch.target[:length, column : column + 1]
        terms, dv = loss_arrays("cross-entropy", trace.y, target, np.ones((length, 1)))
        total += float(terms.sum())
        for name, g in backward(trace, p, dv).weights.items():
            moved[name] += g
    count = batch.lengths.sum()
    assert progress.record.loss == pytest.approx(total / count)
    for name, value in p.items():
        assert np.allclose(progress.parameters[name], value - moved[name] / count, atol=1e-13)


def test_frozen_parameters_stay() -> None:
    training = replace(SETUPS["plain"], frozen=("weight_hh", "bias_hh", "weight_y"))
    begin, progress = start(training), last(train(training))
    for name, value in begin.parameters.items():
        stays = name.startswith(("weight_hh", "bias_hh", "weight_y"))
        assert np.array_equal(progress.parameters[name], value) == stays


def test_dropout_acts_in_training_and_not_in_evaluation() -> None:
    training = Training(
        Network("rnn", hidden=4, outputs=2, dropout=0.5), ECHO, updates=2, batch=3, evaluate_every=1
    )
    records = last(train(training)).records
    without = last(train(replace(training, network=replace(training.network, dropout=0.0)))).records
    assert records[0].loss != without[0].loss
    one, two = (
        evaluate(network, start(training).parameters, ECHO, 50, Draws(1, "x"))
        for network in (training.network, replace(training.network, dropout=0.0))
    )
    assert one == two


def test_history_has_a_number_for_each_update_and_each_evaluation() -> None:
    training = replace(SETUPS["plain"], clipping=ClipByNorm(0.05))
    curves = history(last(train(training)).records)
    assert curves["step"].tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert curves["evaluation.step"].tolist() == [3, 6, 7]
    assert (curves["norm_clipped"] <= 0.05 + 1e-12).all()
    assert (curves["norm"] >= curves["norm_clipped"] - 1e-12).all()
    assert set(curves["clipped"]) <= {0.0, 1.0}
    assert {name for name in curves if name.startswith("left.")} == {"left.i_l0", "left.f_l0", "left.o_l0"}
    assert all(len(values) in (3, 7) for values in curves.values())


def test_saturation_counts_nearly_closed_and_nearly_open_gates() -> None:
    network = Network("lstm", hidden=2, init="zero", bidirectional=True, layers=2, outputs=1)
    p = draw_parameters(network, 1)
    # Units: forget gate shut and open, input gate open and half open.
    p["bias_ih_l0"][:] = [5.0, 0.0, -5.0, 5.0, 0.0, 0.0, 0.0, 0.0]
    shares = saturation(forward(network, p, np.zeros((4, 3, 1))))
    assert shares["f_l0"] == (0.5, 0.5)
    assert shares["i_l0"] == (0.0, 0.5)
    assert shares["o_l0"] == shares["f_l0_reverse"] == shares["f_l1"] == (0.0, 0.0)
    assert len(shares) == 12
    variant = Network("lstm", hidden=2, variant="no-forget-gate", outputs=1)
    shares = saturation(forward(variant, draw_parameters(variant, 1), np.zeros((4, 3, 1))))
    assert set(shares) == {"i_l0", "o_l0"}
    plain = Network("rnn", hidden=2, init="zero", outputs=1)
    p = draw_parameters(plain, 1)
    p["bias_ih_l0"][:] = [-3.0, 0.0]
    assert saturation(forward(plain, p, np.zeros((4, 3, 1)))) == {"h_l0": (0.5, 0.0)}


def test_padding_is_not_counted_as_saturated() -> None:
    network = Network("gru", hidden=1, init="zero", outputs=1)
    p = draw_parameters(network, 1)
    p["weight_ih_l0"][:2] = 10.0
    x = np.ones((4, 2, 1))
    mask = np.array([[True, True], [True, False], [True, False], [True, False]])
    x[1:, 1] = 0.0
    assert saturation(forward(network, p, x, mask=mask))["z_l0"] == (0.0, 1.0)


# ------------------------------------------------------------------------------------- how it ends


def test_it_ends_when_the_score_is_reached() -> None:
    training = Training(
        Network("rnn", hidden=6, outputs=2),
        tasks.DelayedEcho(6, delay=1),
        rate=0.05,
        updates=400,
        evaluate_every=10,
        solved=0.99,
    )
    progress = last(train(training))
    assert progress.status == "solved"
    assert progress.step < 400
    evaluation = progress.record.evaluation
    assert evaluation is not None
    assert evaluation.score >= 0.99
    assert evaluation.loss < tasks.DelayedEcho(6, delay=1).baseline.loss / 2


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"rate": 1e200}, "left the range"),
        ({"rate": 1e5}, "beyond 1e\\+08|left the range"),
        ({"rate": 1e3, "bound": 1e3, "network": Network("rnn", hidden=4, outputs=1)}, "beyond 1000"),
        ({"rate": 1e100, "clipping": ClipByNorm(1.0)}, "left the range|beyond"),
    ],
)
def test_divergence_is_a_state_and_not_an_error(settings: dict[str, Any], word: str) -> None:
    wild = Network("rnn", hidden=4, activation="identity", spectral_radius=1.5, outputs=1)
    training = replace(Training(wild, tasks.Sine(20), SGD(), updates=50), **settings)
    progress = last(train(training))
    assert progress.status == "diverged"
    assert re.search(word, progress.reason)
    assert progress.step < 50
    assert len(progress.records) == progress.step
    assert all(np.isfinite(value).all() for value in progress.parameters.values())
    checkpoint = progress.checkpoint
    assert checkpoint.step == progress.step - 1
    again = list(train(training, checkpoint))
    assert [p.status for p in again] == ["diverged"]
    assert again[0].reason == progress.reason


PROBLEMS: list[tuple[dict[str, Any], str]] = [
    ({"updates": 0}, "at least 1"),
    ({"dtype": "float16"}, "float64 or float32"),
    ({"network": Network("rnn", hidden=3, outputs=3)}, "wants 2 outputs; the read-out has 3"),
    ({"network": Network("rnn", hidden=3)}, "wants 2 outputs; the hidden state has 3"),
    ({"network": Network("rnn", outputs=2, readout="sigmoid")}, "does not go with a sigmoid"),
    ({"task": tasks.Reversal()}, "task of pairs"),
    ({"test": tasks.Parity(3)}, "other inputs"),
    ({"frozen": ("weight", "bias")}, "nothing to train"),
    (
        {"network": Network("rnn", outputs=2, bidirectional=True), "truncation": Truncation(3)},
        "bidirectional network cannot carry",
    ),
]


@pytest.mark.parametrize(("changes", "word"), PROBLEMS)
def test_what_does_not_fit_is_said_at_once(changes: dict[str, Any], word: str) -> None:
    training = replace(SETUPS["plain"], **changes)
    assert any(word in sentence for sentence in training.problems())
    with pytest.raises(ValueError, match=word):
        train(training)


def test_a_checkpoint_of_another_network_is_refused() -> None:
    with pytest.raises(ValueError, match="another network"):
        train(SETUPS["plain"], start(SETUPS["windows"]))
    with pytest.raises(ValueError, match="another network"):
        start(SETUPS["plain"], start(SETUPS["windows"]).parameters)


# --------------------------------------------------------------------------------------- truncation


def test_windows_cover_every_step_once() -> None:
    for window in range(1, 7):
        for stride in (None, *range(1, window + 1)):
            for steps in range(1, 12):
                cuts = Truncation(window, stride).windows(steps)
                fresh = [t for w in cuts for t in range(w.fresh, w.stop)]
                assert fresh == list(range(steps))
                assert all(w.start <= w.fresh < w.stop for w in cuts)
                assert all(
                    w.stop - w.start == min(window, w.stop) for w in cuts if (stride or window) < window
                )
                assert all(w.start == w.fresh for w in cuts if (stride or window) == window)
    assert Truncation(3).windows(7) == (Window(0, 0, 3), Window(3, 3, 6), Window(6, 6, 7))
    for wrong in ({"window": 0}, {"window": 2, "stride": 3}, {"window": 2, "stride": 0}):
        with pytest.raises(ValueError, match="step"):
            Truncation(**wrong)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("stride", [None, 1, 3])
def test_a_window_that_holds_everything_is_the_whole_gradient(cell: str, stride: int | None) -> None:
    network = Network(cell, hidden=3, layers=2, outputs=2)
    p = draw_parameters(network, 2)
    x, dv = Draws(0, "x").normal(8, 3, 2), Draws(0, "dv").normal(8, 3, 2)
    trace = forward(network, p, x)
    whole = backward(trace, p, dv).weights
    truncated = truncated_gradient(trace, p, dv, Truncation(8, stride))
    shorter = truncated_gradient(trace, p, dv, Truncation(3, stride))
    for name, value in whole.items():
        assert np.allclose(truncated[name], value, rtol=1e-12, atol=1e-14)
    assert not np.allclose(shorter["weight_hh_l0"], whole["weight_hh_l0"])
    assert np.allclose(shorter["weight_y"], whole["weight_y"])


@pytest.mark.parametrize(("window", "stride"), [(3, None), (4, 2), (3, 1)])
def test_a_truncated_gradient_is_that_of_runs_from_the_carried_state(window: int, stride: int | None) -> None:
    network = Network("lstm", hidden=3, outputs=2)
    p = draw_parameters(network, 2)
    x, dv = Draws(0, "x").normal(8, 3, 2), Draws(0, "dv").normal(8, 3, 2)
    trace = forward(network, p, x)
    total = {name: np.zeros_like(value) for name, value in p.items()}
    for cut in Truncation(window, stride).windows(8):
        part = forward(network, p, x[cut.start : cut.stop], states=states_after(trace, cut.start))
        judged = dv[cut.start : cut.stop].copy()
        judged[: cut.fresh - cut.start] = 0.0
        for name, value in backward(part, p, judged).weights.items():
            total[name] += value
    for name, value in truncated_gradient(trace, p, dv, Truncation(window, stride)).items():
        assert np.allclose(value, total[name], rtol=1e-12, atol=1e-14)


def test_truncation_refuses_what_it_cannot_do() -> None:
    network = Network("rnn", hidden=2, bidirectional=True)
    trace = forward(network, draw_parameters(network, 1), np.zeros((4, 1, 1)))
    with pytest.raises(ValueError, match="whole sequence"):
        states_after(trace, 2)
    with pytest.raises(ValueError, match="run of its own"):
        truncated_gradient(trace, {}, trace.out, Truncation(2, carry=False))


def one_window_at_a_time(truncation: Truncation) -> list[float]:
    """Train on a stream by hand; give the losses."""
    network, task = Network("rnn", hidden=3, outputs=1), tasks.TwoLags(10)
    p = draw_parameters(network, 1)
    batch = task.batch(4, Draws(0, "batch 1"))
    losses, states, cuts = [], None, truncation.windows(10)
    for k, cut in enumerate(cuts):
        part = forward(network, p, batch.x[cut.start : cut.stop], states=states)
        assert part.y is not None
        judged = batch.judged[cut.start : cut.stop].copy()
        judged[: cut.fresh - cut.start] = False
        weights = judged * (4 / judged.sum())
        terms, dv = loss_arrays("binary-cross-entropy", part.y, batch.target[cut.start : cut.stop], weights)
        losses.append(float(terms.sum()) / 4)
        if truncation.carry and k + 1 < len(cuts):
            states = states_after(part, cuts[k + 1].start - cut.start)
        gradient = backward(part, p, dv).weights
        p = {
            name: value if name == "bias_hh_l0" else value - 0.5 * gradient[name] for name, value in p.items()
        }
    return losses


@pytest.mark.parametrize(
    "truncation",
    [Truncation(3), Truncation(4, 2), Truncation(3, 1), Truncation(3, carry=False), Truncation(20)],
)
def test_training_goes_from_window_to_window(truncation: Truncation) -> None:
    updates = len(truncation.windows(10))
    training = Training(
        Network("rnn", hidden=3, outputs=1), tasks.TwoLags(10), SGD(), 0.5, updates, 4, truncation=truncation
    )
    records = last(train(training)).records
    assert [record.loss for record in records] == pytest.approx(one_window_at_a_time(truncation), rel=1e-12)


def test_a_new_batch_begins_with_a_new_state() -> None:
    training = Training(
        Network("rnn", hidden=3, outputs=1), tasks.TwoLags(6), SGD(), 0.5, 3, 4, truncation=Truncation(3)
    )
    third = list(train(training))[2]
    assert third.checkpoint.drawn == 2
    before = list(train(replace(training, updates=2)))[1]
    batch = training.task.batch(4, Draws(0, "batch 2"))
    trace = forward(Network("rnn", hidden=3, outputs=1), before.parameters, batch.x[:3])
    assert trace.y is not None
    terms, _ = loss_arrays("binary-cross-entropy", trace.y, batch.target[:3], batch.judged[:3])
    assert third.record.loss == pytest.approx(float(terms.sum()) / 12)


def test_windows_without_a_judged_step_are_read_and_bring_no_update() -> None:
    """Of a sequence judged at its end only, the last window brings the only update."""
    network, task = Network("rnn", hidden=3, outputs=1), tasks.PlainAdding(10)
    training = Training(network, task, SGD(), 0.5, 2, 4, truncation=Truncation(3), frozen=())
    first, second = list(train(training))
    assert (first.checkpoint.drawn, second.checkpoint.drawn) == (1, 2)
    p = draw_parameters(network, 2)
    batch = task.batch(4, Draws(0, "batch 1"))
    trace = forward(network, p, batch.x)
    assert trace.y is not None
    terms, dv = loss_arrays("squared-error", trace.y, batch.target, batch.judged)
    assert first.record.loss == pytest.approx(float(terms.sum()) / 4)
    gradient = backward(trace, p, dv, cuts=[9]).weights
    for name, value in p.items():
        assert np.allclose(first.parameters[name], value - 0.5 * gradient[name])


def test_a_text_in_parts_is_examined_in_as_many_parts() -> None:
    text = tasks.NextSymbol.of_text("abcab" * 40, length=None)
    network = Network("rnn", hidden=3, outputs=3)
    training = Training(network, text, updates=1, batch=2, truncation=Truncation(5))
    (progress,) = train(training)
    seen = evaluate(network, progress.parameters, text, 2, Draws(7, "not used"))
    assert progress.record.evaluation == seen
    wider = last(train(replace(training, evaluation_size=50))).record.evaluation
    assert wider != seen
    with pytest.raises(ValueError, match="at least 1"):
        train(replace(training, evaluation_size=0))


def test_each_update_leaves_others_out() -> None:
    """At a rate of 0 and on the same batch again and again, only dropout can make the losses differ."""
    batch = ECHO.batch(3, Draws(0, "one"))
    training = Training(
        Network("rnn", hidden=4, outputs=2, dropout=0.5),
        Given(iter([batch] * 4), 2, 2, "cross-entropy"),
        rate=0.0,
        updates=4,
        evaluate_every=9,
        test=ECHO,
    )
    assert len({record.loss for record in last(train(training)).records}) == 4
    whole = replace(training, network=Network("rnn", hidden=4, outputs=2))
    whole = replace(whole, task=Given(iter([batch] * 4), 2, 2, "cross-entropy"))
    assert len({record.loss for record in last(train(whole)).records}) == 1
