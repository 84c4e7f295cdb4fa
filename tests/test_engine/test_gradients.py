"""Every gradient, Jacobian and path against central differences of the forward pass."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engine
from engine import Experiment, Input, Lane, Loss, Network, parse_target
from engine.losses import loss_terms
from engine.network import backward, draw_parameters, forward

EPSILON = 1e-5
MATRICES = {"weight_hh_l0": "hh", "weight_ih_l0": "ih", "weight_y": "y"}

CASES: dict[str, tuple[dict[str, Any], Loss]] = {
    "tanh": ({"cell": "rnn"}, Loss()),
    "sigmoid": (
        {"cell": "rnn", "activation": "sigmoid", "scale": 3.0},
        Loss("squared-error", (2, 6), ((0.3,),)),
    ),
    "identity": ({"cell": "rnn", "activation": "identity", "spectral_radius": 1.1}, Loss()),
    "lstm": ({"forget_bias": 1.0}, Loss()),
    "lstm, read-out": (
        {"outputs": 2, "scale": 2.0},
        Loss("cross-entropy", (1, 4, 6), ((1.0,), (2.0,), (2.0,))),
    ),
    "rnn, read-out": ({"cell": "rnn", "outputs": 3}, Loss("half-squared-error", (3, 6), ((0.1, -0.4, 2.0),))),
}


def experiment(case: str) -> Experiment:
    network, loss = CASES[case]
    return Experiment((Lane("net", Network(hidden=3, seed=7, **network)),), Input.noise(6, 2, seed=5), loss)


def slope(e: Experiment, spelling: str, at: float | None = None) -> float:
    """Central difference of the loss by one place."""
    target = parse_target(spelling)
    here = e.value_of(target) if at is None else at
    assert here is not None
    up, down = (engine.run(e.changed(target, here + sign * EPSILON))[0].loss for sign in (1, -1))
    return (up - down) / (2 * EPSILON)


@pytest.mark.parametrize("case", CASES)
def test_weight_gradients(case: str) -> None:
    e = experiment(case)
    (run,) = engine.run(e)
    for name, short in MATRICES.items():
        if name not in run.parameters:
            continue
        gradient = run.weight_gradient(name)
        for row, column in np.ndindex(gradient.shape):
            expected = slope(e, f"weight.{short}[{row + 1}, {column + 1}]")
            assert gradient[row, column] == pytest.approx(expected, rel=1e-7, abs=1e-8)
    gates = [""] if run.cell == "rnn" else [".i", ".f", ".g", ".o"]
    for block, gate in enumerate(gates):
        for unit in (1, 2, 3):
            expected = slope(e, f"bias{gate}[{unit}]")
            assert run.weight_gradient("bias_ih_l0")[3 * block + unit - 1] == pytest.approx(
                expected, abs=1e-8
            )


@pytest.mark.parametrize("case", CASES)
def test_gradients_of_inputs_and_states(case: str) -> None:
    e = experiment(case)
    (run,) = engine.run(e)
    for t in range(1, 7):
        for entry in (1, 2):
            assert run.at("grad(x)", t, entry) == pytest.approx(
                slope(e, f"x[{t}, {entry}]"), rel=1e-7, abs=1e-8
            )
    for t in range(6):
        for unit in (1, 2, 3):
            expected = slope(e, f"h[{t}, {unit}]", at=float(run.vector("h", t)[unit - 1]))
            assert run.at("grad(h)", t, unit) == pytest.approx(expected, rel=1e-7, abs=1e-8)


@pytest.mark.parametrize("case", ["lstm", "lstm, read-out"])
def test_gradients_of_gates_and_cell_states(case: str) -> None:
    e = experiment(case)
    (run,) = engine.run(e)
    for t in range(1, 7):
        for unit in (1, 2, 3):
            for name in "ifgo":
                here = float(run.vector(name, t)[unit - 1])
                expected = slope(e, f"force.{name}[{unit}, {t}]", at=here)
                assert run.at(f"grad({name})", t, unit) == pytest.approx(expected, rel=1e-7, abs=1e-8)
                a = here
                factor = 1 - a * a if name == "g" else a * (1 - a)
                assert run.at(f"grad(z_{name})", t, unit) == pytest.approx(
                    expected * factor, rel=1e-7, abs=1e-8
                )
            expected = slope(e, f"c[{t}, {unit}]", at=float(run.vector("c", t)[unit - 1]))
            assert run.at("grad(c)", t, unit) == pytest.approx(expected, rel=1e-7, abs=1e-8)


@pytest.mark.parametrize("held", ["force.f[2, 2..4]", "force.g[1]", "c[3, 2]", "h[3]", "h[2, 1]", "c[4]"])
def test_what_is_held_passes_nothing_on(held: str) -> None:
    e = experiment("lstm").changed(parse_target(held), 0.3)
    (run,) = engine.run(e)
    for row, column in [(1, 1), (4, 2), (8, 3), (12, 1), (5, 2)]:
        expected = slope(e, f"weight.hh[{row}, {column}]")
        assert run.weight_gradient("weight_hh_l0")[row - 1, column - 1] == pytest.approx(
            expected, rel=1e-7, abs=1e-8
        )
    for t in range(7):
        parts = run.paths(t)
        np.testing.assert_allclose(sum(parts.values()), run.vector("grad(c)", t), rtol=0, atol=1e-15)


@pytest.mark.parametrize("case", ["tanh", "sigmoid", "lstm"])
@pytest.mark.parametrize(("end", "t"), [(6, 5), (6, 2), (4, 0), (3, 3)])
def test_jacobians_of_states(case: str, end: int, t: int) -> None:
    e = experiment(case)
    (run,) = engine.run(e)
    for state in "h" if run.cell == "rnn" else "hc":
        numeric = np.empty((3, 3))
        for unit in (1, 2, 3):
            target = parse_target(f"{state}[{t}, {unit}]")
            here = float(run.vector(state, t)[unit - 1])
            up, down = (
                engine.run(e.changed(target, here + s * EPSILON))[0].vector(state, end) for s in (1, -1)
            )
            numeric[:, unit - 1] = (up - down) / (2 * EPSILON)
        np.testing.assert_allclose(run.jacobian(state, end, t), numeric, rtol=0, atol=1e-8)


def test_jacobian_and_gradient_tell_the_same_story() -> None:
    (run,) = engine.run(experiment("lstm"))
    for t in range(7):
        back = run.vector("h", 6) @ run.jacobian(
            "h", 6, t
        )  # half the squared norm of h_6 has the gradient h_6
        np.testing.assert_allclose(run.vector("grad(h)", t), back, rtol=0, atol=1e-14)
        through_c = run.vector("grad(c)", 6) @ run.jacobian("c", 6, t)
        # What does not pass c_6 goes around it: h_6 reads h_5 through o_6 alone.
        if t == 6:
            np.testing.assert_allclose(run.vector("grad(c)", t), through_c, rtol=0, atol=1e-14)


def test_direct_path_is_the_product_of_the_forget_gates() -> None:
    (run,) = engine.run(experiment("lstm"))
    expected = run.vector("f", 4) * run.vector("f", 5) * run.vector("f", 6)
    np.testing.assert_allclose(run.direct(6, 3), expected, rtol=1e-15)
    assert np.all(run.direct(3, 3) == 1.0)
    norms = run.direct_norms()
    assert norms[3] == pytest.approx(np.linalg.norm(expected * run.vector("grad(c)", 6)), rel=1e-14)


def test_projections_sum_to_the_norm() -> None:
    (run,) = engine.run(experiment("lstm"))
    total = sum(run.path_projections().values())
    np.testing.assert_allclose(total, run.norms("grad(c)"), rtol=0, atol=1e-15)


def test_batched_gradient_is_the_mean_over_sequences() -> None:
    network = Network(hidden=3, seed=2)
    p = draw_parameters(network, 2)
    x = np.random.default_rng(3).normal(size=(5, 4, 2))
    loss = Loss("half-squared-error", (3, 5), ((0.2,),))

    def gradient(batch: slice) -> dict[str, Any]:
        trace = forward(network, p, x[:, batch])
        return dict(backward(trace, p, loss_terms(loss, trace.judged)[1]).weights)

    whole = gradient(slice(None))
    for name, value in whole.items():
        mean = sum(gradient(slice(b, b + 1))[name] for b in range(4)) / 4
        np.testing.assert_allclose(value, mean, rtol=0, atol=1e-15)


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), hidden=st.integers(1, 5), steps=st.integers(1, 7), bias=st.floats(-3, 3))
def test_paths_sum_to_the_whole_for_any_network(seed: int, hidden: int, steps: int, bias: float) -> None:
    network = Network(hidden=hidden, seed=seed, init="gaussian", scale=2.0, forget_bias=bias)
    loss = Loss("half-squared-error", tuple(range(1, steps + 1)), ((1.0,),))
    (run,) = engine.run(Experiment((Lane("net", network),), Input.noise(steps, 2, seed), loss))
    for t in range(steps + 1):
        total = sum(run.paths(t).values())
        np.testing.assert_allclose(total, run.vector("grad(c)", t), rtol=1e-12, atol=1e-13)
