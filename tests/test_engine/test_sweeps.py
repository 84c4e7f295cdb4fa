"""Variants side by side give what one run for each gives, and what is known of their gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import engine
from engine import Experiment, ExperimentError, Input, Lane, Loss, Network, TargetError, parse_target
from engine.sweeps import Sweep, joined, surface, sweep

EVERY = Loss("half-squared-error", (2, 4, 7), ((0.3,), (-0.2,), (0.5,)))
CLASSES = Loss("cross-entropy", (3, 7), ((1.0,), (3.0,)))

CASES: dict[str, tuple[dict[str, Any], Loss, list[str]]] = {
    "tanh": (
        {"cell": "rnn"},
        EVERY,
        [
            "spectral_radius",
            "scale",
            "weight.hh[2, 1]",
            "weight.ih[1, 2]",
            "bias[3]",
            "x[3, 1]",
            "x[2]",
            "h[0, 2]",
        ],
    ),
    "relu": (
        {"cell": "rnn", "activation": "relu", "outputs": 2},
        Loss(),
        ["scale", "weight.y[1, 2]", "bias.y[2]"],
    ),
    "sigmoid": ({"cell": "rnn", "activation": "sigmoid"}, EVERY, ["scale", "h[0]"]),
    "identity": ({"cell": "rnn", "activation": "identity"}, Loss(), ["spectral_radius"]),
    "lstm": (
        {"cell": "lstm", "outputs": 3},
        CLASSES,
        [
            "forget_bias",
            "scale",
            "bias.f[2]",
            "weight.hh.f[2, 1]",
            "weight.hh[11, 3]",
            "c[0, 1]",
            "c[0]",
            "h[0]",
        ],
    ),
    "gru": (
        {"cell": "gru"},
        EVERY,
        [
            "scale",
            "bias.n[1]",
            "bias.hn[2]",
            "bias.r[3]",
            "weight.hh.n[1, 2]",
            "weight.ih.n[2, 1]",
            "h[0, 1]",
        ],
    ),
    "lstm, sigmoid read-out": (
        {"cell": "lstm", "outputs": 2, "readout": "sigmoid"},
        Loss("squared-error", (5, 7), ((0.2, 0.9),)),
        ["weight.y[2, 1]", "bias.y[1]", "x[1, 1]"],
    ),
    "learned initial state": ({"cell": "lstm", "initial": "learned"}, Loss(), ["c[0, 2]", "forget_bias"]),
}
PAIRS = [(case, target) for case, (_, _, targets) in CASES.items() for target in targets]
# What is not run side by side.
ALONE: dict[str, tuple[dict[str, Any], str]] = {
    "two layers": ({"cell": "rnn", "layers": 2}, "scale"),
    "both ways": ({"cell": "lstm", "bidirectional": True}, "forget_bias"),
    "a variant": ({"cell": "lstm", "variant": "peepholes"}, "weight.cf[1]"),
    "a forced gate": ({"cell": "lstm"}, "force.f[2, 3..5]"),
    "a forced state": ({"cell": "rnn"}, "h[3, 1]"),
    "a seed": ({"cell": "gru"}, "seed"),
    "units": ({"cell": "rnn"}, "hidden"),
    "a window": ({"cell": "rnn"}, "truncate"),
}


def experiment(network: dict[str, Any], loss: Loss = EVERY, steps: int = 7) -> Experiment:
    lane = Lane("net", Network(hidden=3, seed=4, **network))
    return Experiment((lane,), Input.noise(steps, 2, seed=6), loss)


def one_by_one(e: Experiment, targets: list[str], values: Any) -> list[engine.Run]:
    runs = []
    for point in values:
        changed = e
        for target, value in zip(targets, point, strict=True):
            changed = changed.changed(parse_target(target), value)
        runs += engine.run(changed)
    return runs


def assert_equal(found: Sweep, runs: list[engine.Run]) -> None:
    for k, run in enumerate(runs):
        steps = run.steps
        assert found.steps[k] == steps
        np.testing.assert_allclose(found.loss[k], run.loss, rtol=1e-12)
        np.testing.assert_allclose(found.h_norms[k, : steps + 1], run.norms("grad(h)"), rtol=1e-12)
        assert np.isnan(found.h_norms[k, steps + 1 :]).all()
        if run.cell == "lstm":
            np.testing.assert_allclose(found.c_norms[k, : steps + 1], run.norms("grad(c)"), rtol=1e-12)
        else:
            assert np.isnan(found.c_norms[k]).all()
        ratio = run.norms("grad(h)")[0] / run.norms("grad(h)")[-1]
        np.testing.assert_allclose(found.ratio()[k], ratio, rtol=1e-12)


@pytest.mark.parametrize(("case", "target"), PAIRS, ids=[f"{case}-{target}" for case, target in PAIRS])
def test_side_by_side_as_one_by_one(case: str, target: str) -> None:
    network, loss, _ = CASES[case]
    e = experiment(network, loss)
    values = [0.4, 1.7, 0.9, 0.0]
    found = joined(sweep(e, target, values, slopes=True))
    np.testing.assert_array_equal(found.values[:, 0], values)
    assert_equal(found, one_by_one(e, [target], found.values))
    assert np.isfinite(found.slopes).all(), "these are run side by side"


@pytest.mark.parametrize(("case", "target"), PAIRS, ids=[f"{case}-{target}" for case, target in PAIRS])
def test_slopes_are_those_of_the_loss(case: str, target: str) -> None:
    network, loss, _ = CASES[case]
    e = experiment(network, loss)
    step = 1e-5
    found = joined(sweep(e, target, [0.8, 0.8 - step, 0.8 + step], slopes=True))
    slope = (found.loss[2] - found.loss[1]) / (2 * step)
    assert found.slopes[0, 0] == pytest.approx(slope, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("case", ALONE)
def test_what_is_run_alone(case: str) -> None:
    network, target = ALONE[case]
    e = experiment(network)
    values = [2.0, 1.0, 3.0]
    parts = list(sweep(e, target, values))
    assert [len(part.values) for part in parts] == [1, 1, 1]
    found = joined(parts)
    assert_equal(found, one_by_one(e, [target], found.values))


@pytest.mark.parametrize("case", ["tanh", "lstm", "gru"])
def test_lengths(case: str) -> None:
    network, loss, _ = CASES[case]
    for judged in (Loss(), loss):
        e = experiment(network, judged)
        found = joined(sweep(e, "steps", [7, 3, 9, 4]))
        assert_equal_lengths(found, one_by_one(e, ["steps"], found.values))


def assert_equal_lengths(found: Sweep, runs: list[engine.Run]) -> None:
    for k, run in enumerate(runs):
        np.testing.assert_allclose(found.loss[k], run.loss, rtol=1e-12)
        np.testing.assert_allclose(found.h_norms[k, : run.steps + 1], run.norms("grad(h)"), rtol=1e-12)
        assert np.isnan(found.h_norms[k, run.steps + 1 :]).all()


@pytest.mark.parametrize(
    ("network", "targets"),
    [
        ({"cell": "rnn"}, ["weight.hh[1, 1]", "bias[1]"]),
        ({"cell": "lstm"}, ["forget_bias", "scale"]),
        ({"cell": "gru"}, ["x[2, 1]", "weight.hh.n[1, 3]"]),
    ],
)
def test_surfaces(network: dict[str, Any], targets: list[str]) -> None:
    e = experiment(network)
    across, up = targets
    found = joined(surface(e, across, [0.5, 1.0, -0.7], up, [0.2, 2.0]))
    np.testing.assert_array_equal(found.values[:4], [[0.5, 0.2], [1.0, 0.2], [-0.7, 0.2], [0.5, 2.0]])
    assert_equal(found, one_by_one(e, targets, found.values))
    step = 1e-5
    for k, offset in enumerate(np.eye(2) * step):
        here = found.values[0]
        up_and_down = [run.loss for run in one_by_one(e, targets, [here + offset, here - offset])]
        expected = (up_and_down[0] - up_and_down[1]) / (2 * step)
        assert found.slopes[0, k] == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_two_controls_that_multiply_are_run_alone() -> None:
    e = experiment({"cell": "rnn"})
    found = joined(surface(e, "scale", [0.5, 2.0], "seed", [1.0, 2.0]))
    assert_equal(found, one_by_one(e, ["scale", "seed"], found.values))


def test_a_truncated_gradient() -> None:
    e = Experiment((Lane("net", Network("rnn", hidden=3)),), Input.noise(9, 2), truncate=4)
    found = joined(sweep(e, "scale", [0.5, 1.5]))
    assert_equal(found, one_by_one(e, ["scale"], found.values))


def test_portions_change_nothing() -> None:
    """More variants than one portion holds, of which some are looked at again by themselves."""
    e = experiment({"cell": "rnn"})
    values = np.linspace(0.1, 2.0, 2500)
    parts = list(sweep(e, "spectral_radius", values))
    assert len(parts) > 1
    found = joined(parts)
    np.testing.assert_array_equal(found.values[:, 0], values)
    some = [0, 1023, 1024, 2499]
    alone = joined(sweep(e, "spectral_radius", values[some]))
    np.testing.assert_allclose(found.h_norms[some], alone.h_norms, rtol=1e-12)


def test_one_of_several_lanes() -> None:
    lanes = (Lane("a", Network("rnn", hidden=2)), Lane("b", Network("lstm", hidden=2)))
    e = Experiment(lanes, Input.noise(5, 2))
    found = joined(sweep(e, "scale", [0.5], lane="b"))
    assert found.loss[0] == pytest.approx(
        engine.run(e.changed(parse_target("scale"), 0.5))[1].loss, rel=1e-12
    )
    with pytest.raises(ExperimentError, match="no lane"):
        sweep(e, "scale", [0.5], lane="c")


def test_what_cannot_run_is_said_before_anything_runs() -> None:
    e = experiment({"cell": "rnn"})
    with pytest.raises(ExperimentError, match="spectral radius"):
        sweep(e, "spectral_radius", [1.0, -1.0])
    with pytest.raises(TargetError):
        sweep(e, "spectral radius", [1.0])
    with pytest.raises(ValueError, match="no values"):
        joined(sweep(e, "scale", []))


def test_numbers_out_of_range_come_out_as_such() -> None:
    e = experiment({"cell": "rnn", "activation": "identity"}, Loss(), steps=600)
    found = joined(sweep(e, "spectral_radius", [0.5, 9.0]))
    assert np.isfinite(found.loss[0])
    assert not np.isfinite(found.loss[1])


# ---------------------------------------------------------------------------------------------- what is known


def test_the_error_cliff() -> None:
    """Pascanu et al. (2013), figure 6: on the ridge the gradient is what the derivative by hand gives.

    There x_t stays at its unstable point .5, where sigma' = w s (1 - s), s = sigma(.5).
    """
    start = 1.0 / (1.0 + np.exp(-0.5))
    network = Network("rnn", hidden=1, activation="sigmoid", init="zero")
    e = Experiment((Lane("cliff", network),), Input.zeros(50), Loss("squared-error", target=((0.7,),)))
    e = e.changed(parse_target("h[0, 1]"), start)
    for w in (5.03, 5.76, 7.23):
        b = 0.5 - w * start
        found = joined(surface(e, "weight.hh[1, 1]", [w], "bias[1]", [b]))
        slope, growth = start * (1.0 - start), w * start * (1.0 - start)
        by_bias = slope * (growth**50 - 1.0) / (growth - 1.0)
        expected = 2.0 * (start - 0.7) * by_bias * np.hypot(start, 1.0)
        assert np.linalg.norm(found.slopes[0]) == pytest.approx(abs(expected), rel=1e-4)


def test_an_orthogonal_linear_network_scales_by_its_radius() -> None:
    network = Network("rnn", hidden=6, activation="identity", init="orthogonal")
    e = Experiment((Lane("net", network),), Input.impulse(1, 1.0, 100))
    radii = np.array([0.9, 1.0, 1.1])
    np.testing.assert_allclose(joined(sweep(e, "spectral_radius", radii)).ratio(), radii**100, rtol=1e-10)
