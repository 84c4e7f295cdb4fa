"""Every wrong model is run, differs from the right one, and differs in the way that its name says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import engine
from engine import Experiment, Input, Lane, Loss, Network, Run
from engine.wrong_models import WRONG_MODELS, wrong_model

NETWORKS: dict[str, dict[str, Any]] = {
    "rnn": {"cell": "rnn", "scale": 3.0},
    "lstm": {"cell": "lstm", "scale": 3.0, "forget_bias": 1.0},
    "gru": {"cell": "gru", "scale": 3.0},
}


def experiment(cell: str) -> Experiment:
    network = Network(hidden=3, seed=7, outputs=2, readout="softmax", **NETWORKS[cell])
    # Far from what a softmax can give, so that some entries of the gradient exceed a threshold of 1.
    loss = Loss("squared-error", (2, 5, 7), ((30.0, 0.0), (0.0, 30.0), (30.0, 0.0)))
    noisy = tuple(tuple(3.0 * v for v in row) for row in Input.noise(7, 2, seed=5).values)
    return Experiment((Lane("net", network),), Input(noisy), loss, truncate=3)


def both(name: str, cell: str) -> tuple[Run, Run]:
    e = experiment(cell)
    (right,) = engine.run(e)
    (wrong,) = engine.run(e, wrong=name)
    return right, wrong


PAIRS = [(name, cell) for name, model in WRONG_MODELS.items() for cell in model.cells]


def differs(right: Run, wrong: Run, names: set[str]) -> bool:
    return any(
        not np.allclose(right.states(name), wrong.states(name), rtol=1e-9, atol=1e-15) for name in names
    )


@pytest.mark.parametrize(("name", "cell"), PAIRS)
def test_a_wrong_model_differs_where_it_says(name: str, cell: str) -> None:
    right, wrong = both(name, cell)
    forward = {q.name for q in right.quantities() if not q.is_gradient and wrong.has(q.name)}
    gradients = {q.name for q in right.quantities() if q.is_gradient and wrong.has(q.name)}
    weights = [
        n for n in right.parameters if not np.allclose(right.weight_gradient(n), wrong.weight_gradient(n))
    ]
    assert weights, "a learner would see no difference in what is learned"
    match wrong_model(name).where:
        case "forward":
            assert differs(right, wrong, forward - {"loss"})
        case "backward":
            assert not differs(right, wrong, forward - {"loss"})
        case _:
            assert not differs(right, wrong, forward | gradients)


def test_there_are_enough_and_each_is_described() -> None:
    assert len(WRONG_MODELS) >= 16
    for name, model in WRONG_MODELS.items():
        assert model.name == name
        assert model.title
        assert model.meaning.endswith(".")
        assert model.where in ("forward", "backward", "training")
        assert set(model.cells) <= {"rnn", "lstm", "gru"}


def test_no_two_wrong_models_of_a_cell_are_one() -> None:
    seen: dict[tuple[str, bytes], str] = {}
    for name, cell in PAIRS:
        _, wrong = both(name, cell)
        parts = [wrong.weight_gradient(n).ravel() for n in wrong.parameters]
        key = (cell, np.round(np.concatenate([*parts, wrong.grid("h").ravel()]), 12).tobytes())
        assert key not in seen, f"{name} is {seen[key]}"
        seen[key] = name


def test_an_unknown_one_and_one_that_does_not_fit_are_refused() -> None:
    with pytest.raises(KeyError, match="no wrong model is called"):
        engine.run(experiment("rnn"), wrong="no-such")
    with pytest.raises(engine.ExperimentError, match="lstm only"):
        engine.run(experiment("rnn"), wrong="h-for-c")


def test_forward_deviations_are_what_they_say() -> None:
    right, inverted = both("forget-inverted", "lstm")
    np.testing.assert_allclose(inverted.vector("f", 1), 1.0 - right.vector("f", 1), rtol=1e-12)
    _, kept = both("no-forget-gate", "lstm")
    assert np.all(kept.grid("f") == 1.0)
    _, stepped = both("step-gate", "lstm")
    assert set(np.unique(stepped.grid("i"))) <= {0.0, 1.0}
    np.testing.assert_array_equal(stepped.grid("i") == 1.0, stepped.grid("z_i") > 0.0)
    _, coupled = both("coupled-gates", "lstm")
    np.testing.assert_allclose(coupled.grid("f"), 1.0 - coupled.grid("i"), rtol=1e-15)
    _, h_kept = both("h-for-c", "lstm")
    for t in range(1, 8):
        expected = h_kept.vector("f", t) * h_kept.vector("h", t - 1) + h_kept.vector("i", t) * h_kept.vector(
            "g", t
        )
        np.testing.assert_allclose(h_kept.vector("c", t), expected, rtol=0, atol=1e-15)
    _, erased = both("output-erases", "lstm")
    expected = erased.vector("f", 4) * erased.vector("c", 3) + erased.vector("i", 4) * erased.vector("g", 4)
    np.testing.assert_allclose(erased.vector("c", 4), erased.vector("o", 4) * expected, rtol=0, atol=1e-15)
    _, swapped = both("tanh-sigmoid-swap", "lstm")
    np.testing.assert_allclose(swapped.grid("f"), np.tanh(swapped.grid("z_f")), rtol=1e-15)
    assert swapped.grid("g").min() > 0.0
    right, exchanged = both("gate-candidate-swap", "lstm")
    np.testing.assert_allclose(exchanged.vector("z_i", 1), right.vector("z_g", 1), rtol=1e-15)
    _, added = both("state-adds-input", "rnn")
    p = added.parameters
    mixed = p["weight_ih_l0"] @ added.vector("x", 3) + p["bias_ih_l0"]
    np.testing.assert_allclose(added.vector("h", 3), added.vector("h", 2) + mixed, rtol=0, atol=1e-15)
    right, late = both("gru-update-swapped", "gru")
    np.testing.assert_allclose(late.vector("z", 1), 1.0 - right.vector("z", 1), rtol=1e-12)
    _, other = both("gru-reset-swapped", "gru")
    np.testing.assert_allclose(other.vector("q", 4), other.vector("r", 4) * other.vector("h", 3), rtol=1e-15)


def test_backward_deviations_are_what_they_say() -> None:
    right, flat = both("no-activation-slope", "rnn")
    np.testing.assert_allclose(
        flat.jacobian("h", 7, 4), np.linalg.matrix_power(right.parameters["weight_hh_l0"], 3), rtol=1e-12
    )
    right, alone = both("local-loss-only", "lstm")
    np.testing.assert_allclose(alone.vector("grad(h)", 2), right.from_above(2), rtol=1e-15)
    assert np.all(alone.vector("grad(h)", 4) == 0.0)
    right, direct = both("direct-path-only", "lstm")
    np.testing.assert_allclose(np.diag(direct.jacobian("c", 6, 2)), right.direct(6, 2), rtol=1e-12)
    right, last = both("last-step-only", "gru")
    np.testing.assert_allclose(
        last.weight_gradient("weight_hh_l0"), right.contributions("weight_hh")[-1], rtol=1e-12
    )
    right, mean = both("mean-over-steps", "rnn")
    np.testing.assert_allclose(
        mean.weight_gradient("weight_ih_l0") * 7, right.weight_gradient("weight_ih_l0"), rtol=1e-12
    )
    right, whole = both("full-bptt", "rnn")
    assert whole.cuts == ()
    assert right.cuts == (3, 6)
    right, slopeless = both("no-recurrent-weight", "rnn")
    slopes = 1.0 - right.grid("h")[4:7] ** 2
    np.testing.assert_allclose(slopeless.jacobian("h", 7, 4), np.diag(slopes.prod(axis=0)), rtol=1e-12)
    right, turned = both("product-order-reversed", "rnn")
    steps = [right.jacobian("h", t, t - 1) for t in (4, 5, 6)]
    np.testing.assert_allclose(right.jacobian("h", 6, 3), steps[2] @ steps[1] @ steps[0], rtol=1e-12)
    np.testing.assert_allclose(turned.jacobian("h", 6, 3), steps[0] @ steps[1] @ steps[2], rtol=1e-12)
    right, flipped = both("gradient-sign-flipped", "rnn")
    np.testing.assert_array_equal(flipped.weight_gradient("bias_y"), -right.weight_gradient("bias_y"))
    _, unit = both("clip-rescales-always", "lstm")
    total = sum(np.sum(unit.weight_gradient(n) ** 2) for n in unit.parameters)
    assert total == pytest.approx(1.0)
