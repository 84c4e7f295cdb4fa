"""Free running: what was said is what is read next, and the choice is made as it is said to be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import engine
from engine import seq2seq, tasks
from engine.draws import Draws
from engine.evaluation import evaluate
from engine.experiment import Network
from engine.generation import generate
from engine.losses import loss_arrays, read_out
from engine.network import draw_parameters, forward
from engine.optimizers import Momentum
from engine.seq2seq import EncoderDecoder, answer, backward
from engine.tasks import PairBatch, Reversal
from engine.training import Training, train

SPEAKERS = {
    "rnn": Network("rnn", hidden=6, outputs=5, readout="softmax", scale=2.0),
    "lstm, two layers": Network("lstm", hidden=4, layers=2, outputs=5, scale=2.0),
    "gru, embedding, learned states": Network("gru", hidden=4, outputs=5, embedding=3, initial="learned"),
}


def speaker(name: str) -> tuple[Network, dict[str, np.ndarray[Any, Any]]]:
    network = SPEAKERS[name]
    parameters = draw_parameters(network, 5)
    parameters["weight_y"] = 6.0 * parameters["weight_y"]
    return network, parameters


@pytest.mark.parametrize("temperature", [0.0, 0.7])
@pytest.mark.parametrize("name", SPEAKERS)
def test_reading_what_was_said_gives_the_same_outputs(name: str, temperature: float) -> None:
    network, p = speaker(name)
    prompt = Draws(0, "prompt").integers(0, 5, 3, 4)
    said = generate(network, p, prompt, 9, temperature=temperature, draws=Draws(1, "said"))
    assert said.values.shape == (9, 4)
    assert said.p is not None
    whole = forward(network, p, np.concatenate([prompt, said.values[:-1]]))
    assert whole.y is not None
    assert np.allclose(whole.y[2:], said.y, rtol=1e-12, atol=1e-12)
    assert np.allclose(said.p, read_out("softmax", said.y / (temperature or 1.0)))
    if temperature == 0.0:
        assert (said.values == said.y.argmax(axis=2)).all()
    for key, value in whole.final().items():
        assert np.allclose(said.states[key], value, rtol=1e-12, atol=1e-12)
    assert said.lengths.tolist() == [9, 9, 9, 9]


def test_going_on_from_the_states_is_the_longer_run() -> None:
    network, p = speaker("rnn")
    prompt = np.array([[1, 4]])
    whole = generate(network, p, prompt, 12)
    first = generate(network, p, prompt, 5)
    rest = generate(network, p, first.values[-1:], 7, states=first.states)
    assert np.array_equal(np.concatenate([first.values, rest.values]), whole.values)
    assert len(np.unique(whole.values)) > 1


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_choices_follow_the_tempered_probabilities(temperature: float) -> None:
    network, p = speaker("rnn")
    prompt = np.zeros((1, 20_000), dtype=np.int64)
    said = generate(network, p, prompt, 1, temperature=temperature, draws=Draws(2, "said"))
    shares = np.bincount(said.values[0], minlength=5) / 20_000
    y = said.y[0, 0] / temperature
    assert np.allclose(shares, np.exp(y) / np.exp(y).sum(), atol=0.012)


def test_equal_draws_say_the_same() -> None:
    network, p = speaker("rnn")
    prompt = np.zeros((1, 50), dtype=np.int64)
    one, same, other = (
        generate(network, p, prompt, 6, temperature=1.0, draws=Draws(seed, "said")).values
        for seed in (1, 1, 2)
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_a_turning_network_goes_on_with_a_wave() -> None:
    """Numbers behind a linear read-out are fed back as they are: here the last one, turned by 30 degrees."""
    network = Network("rnn", hidden=2, activation="identity", init="zero", outputs=2)
    p = draw_parameters(network, 2)
    turn = np.pi / 6
    p["weight_ih_l0"] = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    p["weight_y"] = np.eye(2)
    said = generate(network, p, np.array([[[1.0, 0.0]]]), 24)
    angles = turn * np.arange(1, 25)
    assert np.allclose(said.values[:, 0], np.stack([np.cos(angles), np.sin(angles)], axis=1), atol=1e-12)
    assert said.p is None
    assert said.values is not said.y
    assert np.array_equal(said.values, said.y)


def test_bits_behind_a_sigmoid() -> None:
    network = Network("rnn", hidden=2, activation="identity", init="zero", outputs=2, readout="sigmoid")
    p = draw_parameters(network, 2)
    p["bias_y"] = np.array([1.0, -0.5])
    prompt = np.zeros((1, 10_000, 2))
    greedy = generate(network, p, prompt, 2)
    assert (greedy.values == [1.0, 0.0]).all()
    warm = generate(network, p, prompt, 2, temperature=2.0, draws=Draws(0, "bits"))
    assert warm.p is not None
    chance = 1.0 / (1.0 + np.exp([-0.5, 0.25]))
    assert np.allclose(warm.p, chance)
    assert np.allclose(warm.values.mean(axis=(0, 1)), chance, atol=0.01)
    assert set(np.unique(warm.values)) == {0.0, 1.0}


def test_a_sequence_ends_where_it_says_so() -> None:
    """A network that counts on from what it reads, and stops at 4."""
    network = Network("rnn", hidden=5, activation="identity", init="zero", outputs=5)
    p = draw_parameters(network, 5)
    p["weight_ih_l0"] = np.roll(np.eye(5), 1, axis=0)
    p["weight_y"] = np.eye(5)
    said = generate(network, p, np.array([[0, 2, 3]]), 20, end=4)
    assert said.values.T.tolist() == [[1, 2, 3, 4], [3, 4, 4, 4], [4, 4, 4, 4]]
    assert said.lengths.tolist() == [4, 2, 1]
    cut = generate(network, p, np.array([[0, 2, 3]]), 3, end=4)
    assert cut.lengths.tolist() == [3, 2, 1]


def test_what_cannot_run_on_is_refused() -> None:
    network, p = speaker("rnn")
    tokens = np.zeros((1, 1), dtype=np.int64)
    for prompt, settings, word in (
        (tokens, {"steps": 0}, "at least 1"),
        (tokens[:0], {"steps": 1}, "at least 1"),
        (tokens.astype(float), {"steps": 1}, "whole numbers"),
        (tokens, {"steps": 1, "temperature": -1.0}, "temperature"),
        (tokens, {"steps": 1, "temperature": 1.0}, "needs draws"),
        (np.zeros((1, 1, 5)), {"steps": 1}, "fed back as tokens"),
    ):
        with pytest.raises(ValueError, match=word):
            generate(network, p, prompt, **settings)
    both = Network("rnn", hidden=3, outputs=5, bidirectional=True)
    with pytest.raises(ValueError, match="bidirectional"):
        generate(both, draw_parameters(both, 5), tokens, 1)
    narrow = Network("rnn", hidden=3, outputs=4)
    with pytest.raises(ValueError, match="has 4 entries, but the network reads 5"):
        generate(narrow, draw_parameters(narrow, 5), tokens, 1)
    p["bias_y"] = np.full(5, np.inf)
    with pytest.raises(ValueError, match="generated step 1"):
        generate(network, p, tokens, 1)


# ------------------------------------------------------------------------- encoder and decoder

TASK = Reversal(kinds=3, shortest=1, longest=3, times=2)
MODELS = {
    "lstm": EncoderDecoder(Network("lstm", hidden=3), Network("lstm", hidden=3, outputs=5, seed=1)),
    "gru, two layers": EncoderDecoder(
        Network("gru", hidden=3, layers=2), Network("gru", hidden=3, layers=2, outputs=5, seed=1)
    ),
    "plain to gru, embedding, learned": EncoderDecoder(
        Network("rnn", hidden=3, embedding=2, initial="learned"),
        Network("gru", hidden=3, outputs=5, embedding=2, seed=1),
    ),
    "both directions": EncoderDecoder(
        Network("lstm", hidden=2, bidirectional=True), Network("lstm", hidden=4, outputs=5, seed=1)
    ),
}


def loss_of(model: EncoderDecoder, p: dict[str, np.ndarray[Any, Any]], pairs: PairBatch) -> tuple[float, Any]:
    trace = seq2seq.forward(model, p, pairs)
    terms, dv = loss_arrays("cross-entropy", trace.decoder.judged, pairs.answer.target, pairs.answer.judged)
    return float(terms.sum()) / pairs.answer.size, (trace, dv)


@pytest.mark.parametrize("name", MODELS)
def test_the_gradient_passes_from_the_decoder_to_the_encoder(name: str) -> None:
    model = MODELS[name]
    p = seq2seq.draw_parameters(model, TASK.sources, TASK.inputs)
    pairs = TASK.pairs(4, Draws(0, "pairs"))
    assert pairs.source_mask is not None
    assert not pairs.source_mask.all()
    _, (trace, dv) = loss_of(model, p, pairs)
    gradients = backward(trace, p, dv)
    assert gradients.keys() == p.keys()
    for key, value in p.items():
        for place in list(np.ndindex(value.shape))[:: max(1, value.size // 3)]:
            sides = []
            for step in (1e-5, -1e-5):
                moved = {**p, key: value.copy()}
                moved[key][place] += step
                sides.append(loss_of(model, moved, pairs)[0])
            assert gradients[key][place] == pytest.approx((sides[0] - sides[1]) / 2e-5, rel=1e-5, abs=1e-8)
    assert np.abs(gradients["encoder.weight_ih_l0"]).max() > 1e-3


@pytest.mark.parametrize("name", MODELS)
def test_padding_changes_no_pair(name: str) -> None:
    model = MODELS[name]
    p = seq2seq.draw_parameters(model, TASK.sources, TASK.inputs)
    pairs = TASK.pairs(5, Draws(0, "pairs"))
    assert pairs.source_mask is not None
    together = seq2seq.forward(model, p, pairs).decoder.judged
    said = answer(model, p, pairs, begin=TASK.begin, end=TASK.end, longest=9)
    for column in range(5):
        length = int(pairs.source_mask[:, column].sum())
        steps = int(pairs.answer.lengths[column])
        one = slice(column, column + 1)
        alone = PairBatch(
            pairs.source[:length, one],
            tasks.Batch(
                pairs.answer.x[:steps, one],
                pairs.answer.target[:steps, one],
                pairs.answer.judged[:steps, one],
            ),
        )
        assert np.allclose(seq2seq.forward(model, p, alone).decoder.judged, together[:steps, one])
        heard = answer(model, p, alone, begin=TASK.begin, end=TASK.end, longest=9)
        assert heard.values[:, 0].tolist() == said.values[: len(heard.values), column].tolist()


def test_running_free_is_being_forced_to_what_one_says() -> None:
    model = MODELS["gru, two layers"]
    p = seq2seq.draw_parameters(model, TASK.sources, TASK.inputs)
    pairs = TASK.pairs(3, Draws(0, "pairs"))
    said = answer(model, p, pairs, begin=TASK.begin, end=-1, longest=6)
    x = np.concatenate([np.full((1, 3), TASK.begin), said.values[:-1]])
    every = np.ones((6, 3), dtype=np.bool_)
    forced = PairBatch(pairs.source, tasks.Batch(x, said.values, every), pairs.source_mask)
    assert np.allclose(seq2seq.forward(model, p, forced).decoder.judged, said.y)


def test_states_that_do_not_fit_are_refused() -> None:
    lstm = Network("lstm", hidden=4)
    out = Network("lstm", hidden=4, outputs=5)
    for encoder, decoder, word in (
        (out, out, "no read-out"),
        (lstm, replace(out, bidirectional=True), "cannot be bidirectional"),
        (lstm, replace(out, initial="learned"), "cannot be learned"),
        (replace(lstm, layers=2), out, "2 layers"),
        (replace(lstm, cell="gru"), out, "h and c"),
        (replace(lstm, bidirectional=True), out, "hands on 8 numbers"),
    ):
        with pytest.raises(ValueError, match=word):
            EncoderDecoder(encoder, decoder)


def test_a_pair_of_networks_learns_to_say_backwards() -> None:
    task = Reversal(kinds=2, shortest=1, longest=2)
    model = EncoderDecoder(
        Network("gru", hidden=8), Network("gru", hidden=8, outputs=4, readout="softmax", seed=1)
    )
    training = Training(
        model, task, rate=0.03, updates=300, evaluate_every=25, solved=1.0, evaluation_size=100
    )
    *_, progress = train(training)
    assert progress.status == "solved"
    p = progress.parameters
    source = np.array([[0, 1, 1], [1, 1, 0]])
    blank = tasks.Batch(np.zeros((1, 3), dtype=np.int64), np.zeros((1, 3), dtype=np.int64), source[:1] < 2)
    said = answer(model, p, PairBatch(source, blank), begin=task.begin, end=task.end, longest=5)
    assert said.values.T.tolist() == [[1, 0, 3], [1, 1, 3], [0, 1, 3]]


def test_training_of_pairs_is_resumed_to_the_last_bit() -> None:
    model = EncoderDecoder(
        Network("lstm", hidden=3, dropout=0.2), Network("lstm", hidden=3, outputs=5, dropout=0.2)
    )
    training = Training(model, TASK, Momentum(0.5), 0.1, updates=6, batch=4, evaluation_size=10)
    whole = list(train(training))
    rest = list(train(training, whole[2].checkpoint))
    assert rest[-1].records == whole[-1].records
    for name, value in whole[-1].parameters.items():
        assert np.array_equal(rest[-1].parameters[name], value)
    assert {name.split(".")[0] for name in whole[-1].parameters} == {"encoder", "decoder"}
    evaluation = whole[-1].record.evaluation
    assert evaluation is not None
    assert {"encoder.f_l0", "decoder.o_l0"} <= evaluation.saturation.keys()


def test_pairs_and_networks_belong_together() -> None:
    with pytest.raises(ValueError, match="want a task of pairs"):
        train(Training(MODELS["lstm"], tasks.Parity(3)))
    with pytest.raises(ValueError, match="wants an encoder and decoder"):
        evaluate(Network("rnn", outputs=5), {}, TASK, 3, Draws(0, "x"))


def test_an_experiment_runs_free_after_its_input() -> None:
    network = Network("lstm", hidden=4, outputs=3, readout="softmax", seed=4, init="gaussian", scale=3.0)
    asked = engine.Input.tokens(("a", "b", "c", "a"))
    free = replace(asked, free=engine.Free(6))
    experiment = engine.Experiment((engine.Lane("net", network),), free)
    assert experiment.problems() == ()
    assert experiment.steps == 10
    (run,) = engine.run(experiment)
    said = generate(network, run.parameters, np.array([[0], [1], [2], [0]]), steps=6)
    assert run.labels[4:] == tuple("abc"[token] for token in said.values[:, 0])
    # It is an ordinary run over what it said.
    (again,) = engine.run(replace(experiment, input=engine.Input.tokens(run.labels)))
    if len(set(run.labels)) == 3:
        np.testing.assert_array_equal(again.states("h"), run.states("h"))
        np.testing.assert_array_equal(again.states("grad(c)"), run.states("grad(c)"))
    (longer,) = engine.run(experiment.changed(engine.parse_target("steps"), 14))
    assert longer.labels[:10] == run.labels
    assert longer.steps == 14


def test_what_runs_free_obeys_what_is_held_and_draws_by_its_seed() -> None:
    network = Network("rnn", hidden=3, outputs=2, seed=1, init="gaussian", scale=2.0)
    source = engine.Input(((1.0, 0.0), (0.0, 1.0)), (), engine.Free(5))
    experiment = engine.Experiment((engine.Lane("net", network),), source)
    (run,) = engine.run(experiment)
    for t in range(3, 8):
        np.testing.assert_array_equal(run.vector("x", t), run.vector("y", t - 1))
    (held,) = engine.run(experiment.changed(engine.parse_target("h[4]"), 0.5))
    assert held.vector("h", 4).tolist() == [0.5, 0.5, 0.5]
    np.testing.assert_array_equal(held.vector("x", 5), held.vector("y", 4))
    assert np.any(held.vector("x", 5) != run.vector("x", 5))

    tokens = replace(engine.Input.tokens(("a", "b")), free=engine.Free(20, 1.0, 3))
    first, same, other = (
        engine.run(engine.Experiment((engine.Lane("net", network),), replace(tokens, free=free)))[0]
        for free in (engine.Free(20, 1.0, 3), engine.Free(20, 1.0, 3), engine.Free(20, 1.0, 4))
    )
    assert first.labels == same.labels
    assert first.labels != other.labels


def test_free_runs_that_cannot_be_are_said() -> None:
    def problems(source: engine.Input, **network: Any) -> tuple[str, ...]:
        lane = engine.Lane("net", Network("rnn", hidden=3, **network))
        return engine.Experiment((lane,), source).problems()

    numbers = engine.Input(((1.0,),), (), engine.Free(3))
    assert problems(numbers) == ("what is fed back has 3 entries, but the network reads 1",)
    assert problems(numbers, outputs=1) == ()
    assert "bidirectional" in problems(numbers, outputs=1, bidirectional=True)[0]
    assert "1 step or more" in problems(replace(numbers, free=engine.Free(0)), outputs=1)[0]
    two = engine.Input(((1.0, 0.0),), (), engine.Free(3))
    assert "give the input as tokens" in problems(two, outputs=2, readout="softmax")[0]
    changed = engine.Experiment((engine.Lane("net", Network("rnn", outputs=1)),), numbers)
    assert "here they run from 1 to 1" in changed.changed(engine.parse_target("x[2]"), 1.0).problems()[0]
