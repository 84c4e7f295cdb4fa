"""Layers, directions, embeddings and read-outs: through runs, against differences and against batches."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engine
from engine import Experiment, Input, Lane, Loss, Network, Run, parse_target
from engine.draws import Draws
from engine.losses import loss_arrays
from engine.network import backward, draw_parameters, forward

EPSILON = 1e-5
TOKENS = ("a", "b", "a", "c", "c", "b")

CASES: dict[str, tuple[dict[str, Any], Loss]] = {
    "two layers": ({"cell": "lstm", "layers": 2}, Loss("half-squared-error", (3, 6), ((0.4,),))),
    "both ways": ({"cell": "gru", "bidirectional": True}, Loss("half-squared-norm", (2, 5))),
    "both ways, summed": (
        {"cell": "rnn", "bidirectional": True, "merge": "sum", "layers": 2},
        Loss("half-squared-norm", (3,)),
    ),
    "both ways, averaged": (
        {"cell": "lstm", "bidirectional": True, "merge": "average", "layers": 2, "variant": "peepholes"},
        Loss("half-squared-norm", (1, 6)),
    ),
    "embedding, softmax": (
        {"cell": "gru", "embedding": 2, "outputs": 3, "readout": "softmax", "layers": 2},
        Loss("cross-entropy", (2, 3, 6), ((1.0,), (3.0,), (2.0,))),
    ),
    "softmax, squared": (
        {"cell": "rnn", "outputs": 3, "readout": "softmax"},
        Loss("squared-error", (4,), ((0.0, 1.0, 0.0),)),
    ),
    "sigmoid, binary": (
        {"cell": "lstm", "outputs": 2, "readout": "sigmoid", "variant": "coupled"},
        Loss("binary-cross-entropy", (2, 6), ((0.0, 1.0), (1.0, 0.25))),
    ),
    "sigmoid, squared": (
        {"cell": "lstm", "outputs": 2, "readout": "sigmoid", "bidirectional": True},
        Loss("half-squared-error", (6,), ((0.3,),)),
    ),
    "learned start": (
        {"cell": "lstm", "initial": "learned", "layers": 2, "bidirectional": True},
        Loss("half-squared-norm", (4,)),
    ),
    "reset before": ({"cell": "gru", "reset": "before", "layers": 3}, Loss()),
}


def experiment(case: str, **more: Any) -> Experiment:
    network, loss = CASES[case]
    lane = Lane("net", Network(hidden=3, seed=7, init="gaussian", **network))
    return Experiment((lane,), Input.tokens(TOKENS), loss, **more)


def one(e: Experiment) -> Run:
    (run,) = engine.run(e)
    return run


def with_parameter(e: Experiment, parameters: dict[str, Any]) -> Experiment:
    """Give every parameter, so that any of them can be moved."""
    weights = tuple(
        (name, tuple(tuple(float(v) for v in row) for row in np.atleast_2d(value)))
        for name, value in parameters.items()
    )
    (lane,) = e.lanes
    return replace(e, lanes=(replace(lane, network=replace(lane.network, weights=weights)),))


@pytest.mark.parametrize("case", CASES)
def test_every_parameter_of_a_network(case: str) -> None:
    e = experiment(case)
    drawn = {name: array.copy() for name, array in one(e).parameters.items()}
    if "learned start" in case:
        for k, name in enumerate(n for n in drawn if n.startswith(("h0", "c0"))):
            drawn[name] = 0.1 * np.arange(1.0, 4.0) - 0.05 * k
    run = one(with_parameter(e, drawn))
    rng = np.random.default_rng(0)
    for name, value in drawn.items():
        gradient = run.weight_gradient(name)
        assert gradient.shape == value.shape
        for place in {tuple(int(rng.integers(n)) for n in value.shape) for _ in range(4)}:
            losses = []
            for sign in (1, -1):
                moved = {key: array.copy() for key, array in drawn.items()}
                moved[name][place] += sign * EPSILON
                losses.append(one(with_parameter(e, moved)).loss)
            expected = (losses[0] - losses[1]) / (2 * EPSILON)
            assert gradient[place] == pytest.approx(expected, rel=1e-6, abs=1e-9), (name, place)


@pytest.mark.parametrize("case", CASES)
def test_inputs_and_initial_states_of_every_layer(case: str) -> None:
    e = experiment(case)
    run = one(e)
    spellings = {f"x[{t}, {k}]": run.at("grad(x)", t, k) for t in (1, 4, 6) for k in (1, 3)}
    for layer in range(1, run.network.layers + 1):
        for direction in run.network.directions:
            seen = run.on(layer, direction)
            start = 0 if direction == "forward" else run.steps + 1
            suffix = ("" if layer == 1 else f".l{layer}") + (".reverse" if direction == "reverse" else "")
            for state in "hc" if run.cell == "lstm" else "h":
                spellings[f"{state}{suffix}[{start}, 2]"] = seen.at(f"grad({state})", start, 2)
    for spelling, gradient in spellings.items():
        target = parse_target(spelling)
        assert str(target) == spelling
        here = e.value_of(target)
        assert here is not None
        up, down = (one(e.changed(target, here + sign * EPSILON)).loss for sign in (1, -1))
        assert gradient == pytest.approx((up - down) / (2 * EPSILON), rel=1e-6, abs=1e-9), spelling


@pytest.mark.parametrize("case", ["two layers", "both ways", "both ways, averaged", "reset before"])
def test_jacobians_of_every_layer_are_columns_of_differences(case: str) -> None:
    """A held state does not answer; one that is free answers as its Jacobian says."""
    e = experiment(case)
    run = one(e)
    for layer in range(1, run.network.layers + 1):
        for direction in run.network.directions:
            seen = run.on(layer, direction)
            start, end = (0, 4) if direction == "forward" else (7, 3)
            suffix = ("" if layer == 1 else f".l{layer}") + (".reverse" if direction == "reverse" else "")
            matrix = seen.jacobian("h", end, start)
            for unit in (1, 3):
                target = parse_target(f"h{suffix}[{start}, {unit}]")
                up, down = (
                    one(e.changed(target, sign * EPSILON)).on(layer, direction).vector("h", end)
                    for sign in (1, -1)
                )
                np.testing.assert_allclose(
                    matrix[:, unit - 1], (up - down) / (2 * EPSILON), rtol=1e-6, atol=1e-9
                )


@pytest.mark.parametrize("case", CASES)
def test_paths_contributions_and_origins_sum_to_the_whole(case: str) -> None:
    run = one(experiment(case))
    for layer in range(1, run.network.layers + 1):
        for direction in run.network.directions:
            seen = run.on(layer, direction)
            end = f"_l{layer - 1}" + ("_reverse" if direction == "reverse" else "")
            for state in "hc" if run.cell == "lstm" else "h":
                first = seen.first_step(state)
                for t in range(first, first + run.steps + 1):
                    total = sum(seen.paths(t, state).values())
                    np.testing.assert_allclose(
                        total, seen.vector(f"grad({state})", t), rtol=1e-12, atol=1e-15
                    )
                whole = sum(seen.path_projections(state).values())
                np.testing.assert_allclose(whole, seen.norms(f"grad({state})"), rtol=1e-12, atol=1e-15)
            for name in ("weight_hh", "weight_ih", "bias_ih", "bias_hh"):
                shares = seen.contributions(name)
                assert len(shares) == run.steps
                np.testing.assert_allclose(
                    shares.sum(axis=0), run.weight_gradient(name + end), rtol=1e-12, atol=1e-15
                )
            parts = seen.origins("grad(h)")
            assert len(parts) == len(run.loss_steps)
            np.testing.assert_allclose(parts.sum(axis=0), seen.states("grad(h)"), rtol=1e-12, atol=1e-15)


def test_a_reverse_direction_reads_the_sequence_from_its_end() -> None:
    network = Network("lstm", hidden=3, bidirectional=True, seed=3)
    there = one(Experiment((Lane("a", network),), Input(((1.0,), (2.0,), (-1.0,)))))
    ends = {
        name.replace("_reverse", ""): value for name, value in there.parameters.items() if "_reverse" in name
    }
    weights = tuple(
        (name, tuple(tuple(float(v) for v in row) for row in np.atleast_2d(value)))
        for name, value in ends.items()
    )
    plain = Network("lstm", hidden=3, weights=weights)
    back = one(Experiment((Lane("a", plain),), Input(((-1.0,), (2.0,), (1.0,)))))
    seen = there.on(1, "reverse")
    for t in (1, 2, 3):
        np.testing.assert_array_equal(seen.vector("h", t), back.vector("h", 4 - t))
        np.testing.assert_array_equal(seen.vector("f", t), back.vector("f", 4 - t))
    assert seen.vector("c", 4).tolist() == [0.0, 0.0, 0.0]
    assert (seen.first_step("c"), seen.last_step("c"), seen.last_step("f")) == (1, 4, 3)


def test_a_held_gate_of_another_layer_and_direction_is_obeyed() -> None:
    e = experiment("learned start").changed(parse_target("force.f.l2.reverse[2, 3..4]"), 0.25)
    run = one(e)
    assert [run.on(2, "reverse").at("f", t, 2) for t in (3, 4)] == [0.25, 0.25]
    assert run.on(2, "reverse").at("f", 2, 2) != 0.25
    assert run.on(2).at("f", 3, 2) != 0.25
    assert run.on(1, "reverse").at("f", 3, 2) != 0.25


def test_layers_and_directions_that_are_not_there() -> None:
    run = one(experiment("two layers"))
    with pytest.raises(IndexError, match="layer 3 does not exist"):
        run.on(3)
    with pytest.raises(IndexError, match="no reverse direction"):
        run.on(1, "reverse")
    assert run.on(2).on(1) is run
    problems = experiment("two layers").changed(parse_target("force.f.l3"), 1.0).problems()
    assert problems == ("force.f.l3: no lane's network has this place",)


def test_truncation_cuts_the_gradient_and_not_the_state() -> None:
    e = experiment("two layers")
    whole, cut = one(e), one(replace(e, truncate=3))
    assert cut.cuts == (3,)
    np.testing.assert_array_equal(cut.states("h"), whole.states("h"))
    np.testing.assert_array_equal(cut.states("grad(h)")[4:], whole.states("grad(h)")[4:])
    assert np.any(whole.vector("grad(h)", 3) != cut.vector("grad(h)", 3))
    assert one(e.changed(parse_target("truncate"), 3)).loss == cut.loss
    wide = one(replace(e, truncate=6))
    np.testing.assert_array_equal(wide.states("grad(c)"), whole.states("grad(c)"))


def test_a_batch_is_its_sequences_side_by_side_and_padding_adds_nothing() -> None:
    network = Network("gru", hidden=4, layers=2, bidirectional=True, outputs=2, seed=5)
    parameters = draw_parameters(network, 3)
    x = Draws(1, "x").normal(6, 3, 3)
    lengths = (6, 3, 1)
    mask = np.arange(6)[:, None] < np.array(lengths)
    target = Draws(2, "target").normal(6, 3, 2)
    whole = forward(network, parameters, x, mask=mask)
    terms, dv = loss_arrays("squared-error", whole.judged, target, mask)
    gradient = backward(whole, parameters, dv)
    summed = {name: np.zeros_like(value) for name, value in parameters.items()}
    for b, length in enumerate(lengths):
        alone = forward(network, parameters, x[:length, b : b + 1])
        np.testing.assert_allclose(whole.judged[:length, b : b + 1], alone.judged, rtol=0, atol=1e-15)
        for name, state in alone.final().items():
            np.testing.assert_allclose(whole.final()[name][b : b + 1], state, rtol=0, atol=1e-15)
        own, dv_own = loss_arrays(
            "squared-error", alone.judged, target[:length, b : b + 1], np.ones((length, 1))
        )
        np.testing.assert_allclose(terms[:length, b], own[:, 0], rtol=1e-13)
        for name, value in backward(alone, parameters, dv_own).weights.items():
            summed[name] += value / 3
    for name, value in summed.items():
        np.testing.assert_allclose(gradient.weights[name], value, rtol=1e-11, atol=1e-15)
    assert np.all(gradient.x is not None and gradient.x[3:, 1] == 0.0)


@settings(max_examples=15)
@given(cell=st.sampled_from(["rnn", "lstm", "gru"]), cut=st.integers(1, 6), layers=st.integers(1, 3))
def test_carrying_states_on_equals_one_run(cell: str, cut: int, layers: int) -> None:
    network = Network(cell, hidden=3, layers=layers, seed=4)
    parameters = draw_parameters(network, 2)
    x = Draws(3, "x").normal(7, 2, 2)
    whole = forward(network, parameters, x)
    first = forward(network, parameters, x[:cut])
    second = forward(network, parameters, x[cut:], states=first.final())
    np.testing.assert_allclose(np.concatenate([first.out, second.out]), whole.out, rtol=0, atol=1e-15)
    dv = Draws(5, "dv").normal(7, 2, 3)
    late = backward(second, parameters, dv[cut:])
    early = backward(first, parameters, dv[:cut], d_final=late.states)
    for name, value in backward(whole, parameters, dv).weights.items():
        np.testing.assert_allclose(early.weights[name] + late.weights[name], value, rtol=1e-11, atol=1e-13)


def test_tokens_are_their_one_hot_vectors() -> None:
    for embedding in (None, 2):
        network = Network("rnn", hidden=3, embedding=embedding, seed=1)
        parameters = draw_parameters(network, 4)
        tokens = np.array([[0, 3], [2, 2], [1, 0]])
        read, written = (forward(network, parameters, x) for x in (tokens, np.eye(4)[tokens]))
        np.testing.assert_array_equal(read.out, written.out)
        dv = Draws(0, "dv").normal(3, 2, 3)
        first, second = (backward(trace, parameters, dv) for trace in (read, written))
        assert first.x is None
        for name, value in first.weights.items():
            np.testing.assert_allclose(value, second.weights[name], rtol=1e-13, atol=1e-16)


def test_dropout_leaves_out_a_share_and_keeps_the_mean_and_a_run_leaves_out_nothing() -> None:
    network = Network("rnn", hidden=8, layers=2, activation="identity", dropout=0.25, seed=1)
    parameters = draw_parameters(network, 5)
    x = np.ones((20, 30, 5))
    trained = forward(network, parameters, x, dropout=Draws(2, "dropout"))
    for factor in trained.kept:
        assert factor is not None
        assert set(np.unique(factor)) == {0.0, 1.0 / 0.75}
        assert factor.mean() == pytest.approx(1.0, abs=0.05)
    again = forward(network, parameters, x, dropout=Draws(2, "dropout"))
    np.testing.assert_array_equal(trained.out, again.out)
    run = forward(network, parameters, x)
    assert run.kept == (None, None)
    # With the factors kept fixed the gradient is that of the thinned network.
    dv = np.ones_like(trained.out)
    gradient = backward(trained, parameters, dv)
    moved = {name: value.copy() for name, value in parameters.items()}
    moved["weight_ih_l1"][2, 3] += EPSILON
    up = forward(network, moved, x, dropout=Draws(2, "dropout")).out.sum()
    moved["weight_ih_l1"][2, 3] -= 2 * EPSILON
    down = forward(network, moved, x, dropout=Draws(2, "dropout")).out.sum()
    assert gradient.weights["weight_ih_l1"][2, 3] == pytest.approx((up - down) / (2 * EPSILON), rel=1e-6)


def test_the_feed_forward_network_is_one_step() -> None:
    network = Network("rnn", hidden=4, outputs=2, seed=3)
    run = one(
        Experiment((Lane("mlp", network),), Input(((0.3, -1.0),)), Loss("squared-error", None, ((1.0,),)))
    )
    p = run.parameters
    h = np.tanh(p["weight_ih_l0"] @ [0.3, -1.0] + p["bias_ih_l0"])
    np.testing.assert_allclose(run.vector("y", 1), p["weight_y"] @ h + p["bias_y"], rtol=0, atol=1e-15)


def test_perplexity_and_saliency() -> None:
    run = one(experiment("embedding, softmax"))
    assert run.perplexity == pytest.approx(np.exp(run.loss / 3), rel=1e-14)
    np.testing.assert_allclose(run.saliency(), np.linalg.norm(run.grid("grad(x)"), axis=1), rtol=1e-15)
    np.testing.assert_allclose(run.grid("p").sum(axis=1), 1.0, rtol=1e-14)


@pytest.mark.parametrize(
    ("network", "words"),
    [
        ({"cell": "gru", "variant": "coupled"}, "`variant` belongs to the LSTM"),
        ({"variant": "coupled", "forget_bias": 1.0}, "has no forget bias"),
        ({"variant": "peephole"}, "no variant is called “peephole”"),
        ({"cell": "rnn", "reset": "before"}, "`reset` belongs to the GRU"),
        ({"cell": "gru", "reset": "never"}, "after or before"),
        ({"cell": "gru", "forget_bias": 1.0}, "a GRU has no forget gate"),
        ({"cell": "gru", "activation": "relu"}, "a GRU's activations are fixed"),
        ({"layers": 5}, "1 to 4 layers, not 5"),
        ({"merge": "multiply"}, "no merge is called"),
        ({"readout": "softmax"}, "a softmax needs a read-out"),
        ({"readout": "tanh", "outputs": 1}, "no read-out is called"),
        ({"initial": "random"}, "zero or learned"),
        ({"dropout": 1.0}, "a share from 0 to below 1"),
        ({"embedding": 0}, "an embedding has 1 to 256 entries"),
        ({"hidden": 128, "layers": 4, "bidirectional": True}, "steps times units"),
        ({"activation": "softplus"}, "no activation is called"),
    ],
)
def test_networks_that_cannot_be(network: dict[str, Any], words: str) -> None:
    steps = 300 if network.get("hidden") else 4
    problems = Experiment((Lane("net", Network(**network)),), Input.zeros(steps)).problems()
    assert any(words in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("network", "loss", "words"),
    [
        ({}, Loss("binary-cross-entropy", None, ((1.0,),)), "needs a read-out"),
        ({"outputs": 1}, Loss("binary-cross-entropy", None, ((2.0,),)), "from 0 to 1"),
        ({"outputs": 2, "readout": "sigmoid"}, Loss("cross-entropy", None, ((1.0,),)), "write binary"),
        ({"outputs": 2, "readout": "softmax"}, Loss("binary-cross-entropy", None, ((1.0,),)), "write cross"),
    ],
)
def test_losses_that_cannot_be(network: dict[str, Any], loss: Loss, words: str) -> None:
    problems = Experiment((Lane("net", Network(**network)),), Input.zeros(3), loss).problems()
    assert any(words in problem for problem in problems), problems
