"""The forward pass against the readable cells and against numbers worked out by hand."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import engine
from engine import Experiment, Input, Lane, Loss, Network, parse_target


def lane(**network: object) -> tuple[Lane, ...]:
    return (Lane("net", Network(**network)),)  # type: ignore[arg-type]  # keywords of the tests' own


def test_one_tanh_unit_keeps_a_kick_as_computed_by_hand() -> None:
    weights = (("weight_hh_l0", ((2.0,),)), ("weight_ih_l0", ((1.0,),)), ("bias_ih_l0", ((0.0,),)))
    experiment = Experiment(lane(cell="rnn", hidden=1, weights=weights), Input.impulse(1, 1.0, 20))
    (run,) = engine.run(experiment)
    h = 0.0
    for t in range(1, 21):
        h = np.tanh(2.0 * h + (1.0 if t == 1 else 0.0))
        assert run.at("h", t, 1) == pytest.approx(h, abs=1e-15)
    assert run.at("h", 20, 1) == pytest.approx(0.957504, abs=1e-6)
    assert abs(run.jacobian("h", 20, 1)[0, 0]) == pytest.approx(4.1372e-15, rel=1e-3)


def test_held_gates_and_states_are_obeyed() -> None:
    experiment = Experiment(lane(hidden=3, seed=4), Input.noise(9, 2, seed=1))
    for spelling, value in [("force.f[2, 3..5]", 0.25), ("force.o", 1.0), ("c[6, 1]", -2.0), ("h[7]", 0.5)]:
        experiment = experiment.changed(parse_target(spelling), value)
    (run,) = engine.run(experiment)
    assert [run.at("f", t, 2) for t in (3, 4, 5)] == [0.25] * 3
    assert run.at("f", 6, 2) != 0.25
    assert np.all(run.grid("o") == 1.0)
    assert run.at("c", 6, 1) == -2.0
    assert np.all(run.vector("h", 7) == 0.5)
    later = run.at("f", 7, 2) * run.at("c", 6, 2) + run.at("i", 7, 2) * run.at("g", 7, 2)
    assert run.at("c", 7, 2) == pytest.approx(later, abs=1e-15)


def test_carrying_the_state_equals_one_run() -> None:
    experiment = Experiment(lane(hidden=3), Input.noise(8, 2))
    (whole,) = engine.run(experiment)
    second = Experiment(experiment.lanes, Input(experiment.input.values[5:]))
    for unit in (1, 2, 3):
        for state in "hc":
            second = second.changed(parse_target(f"{state}[0, {unit}]"), whole.at(state, 5, unit))
    (rest,) = engine.run(second)
    np.testing.assert_allclose(rest.grid("h"), whole.grid("h")[5:], rtol=0, atol=1e-15)


def test_numbers_that_leave_the_range_are_located() -> None:
    weights = (("weight_hh_l0", ((1e9,),)), ("weight_ih_l0", ((1.0,),)))
    lanes = lane(cell="rnn", hidden=1, activation="identity", init="zero", weights=weights)
    (run,) = engine.run(Experiment(lanes, Input.impulse(1, 1.0, 60)))
    assert run.left_range is not None
    assert (run.left_range.phase, run.left_range.t) == (
        "forward",
        36,
    )  # 1e9**34 = 1e306 is the last finite one
    assert run.left_range.sentence == "the numbers left the range at t = 36"


def test_gradients_that_leave_the_range_are_located_from_the_end() -> None:
    weights = (("weight_hh_l0", ((1e9,),)), ("weight_ih_l0", ((0.0,),)))
    lanes = lane(cell="rnn", hidden=1, activation="identity", init="zero", weights=weights)
    loss = Loss("half-squared-error", None, ((1.0,),))
    (run,) = engine.run(Experiment(lanes, Input.zeros(60), loss))
    assert run.left_range is not None
    assert (run.left_range.phase, run.left_range.t) == ("backward", 25)
    assert run.left_range.sentence == "the gradients left the range at t = 25"


def test_the_range_of_the_forward_pass_asks_for_no_backward_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a backward pass")

    monkeypatch.setattr(sys.modules["engine.lane_pass"], "backward", refuse)
    weights = (("weight_hh_l0", ((1e9,),)), ("weight_ih_l0", ((1.0,),)))
    lanes = lane(cell="rnn", hidden=1, activation="identity", init="zero", weights=weights)
    (gone,) = engine.run(Experiment(lanes, Input.impulse(1, 1.0, 60)))
    assert gone.forward_left_range == gone.left_range
    (fine,) = engine.run(Experiment(lanes, Input.zeros(5)))
    assert fine.forward_left_range is None
    with pytest.raises(AssertionError, match="a backward pass"):
        _ = fine.left_range


def test_losses_are_what_they_say() -> None:
    values = ((1.0,), (0.5,))
    base = lane(cell="rnn", hidden=2, seed=3, outputs=3)
    (run,) = engine.run(Experiment(base, Input(values), Loss("cross-entropy", (2,), ((3.0,),))))
    y = run.vector("y", 2)
    assert run.loss == pytest.approx(-np.log(np.exp(y[2]) / np.exp(y).sum()), abs=1e-14)
    (run,) = engine.run(
        Experiment(base, Input(values), Loss("squared-error", (1, 2), ((1.0,), (0.0, 1.0, 2.0))))
    )
    expected = np.sum((run.vector("y", 1) - 1.0) ** 2) + np.sum((run.vector("y", 2) - [0.0, 1.0, 2.0]) ** 2)
    assert run.loss == pytest.approx(expected, abs=1e-14)
    (run,) = engine.run(Experiment(lane(hidden=2), Input(values)))
    assert run.loss == pytest.approx(0.5 * np.sum(run.vector("h", 2) ** 2), abs=1e-15)


def test_parameters_are_counted_with_one_bias() -> None:
    counts = {"rnn": 32, "gru": 96, "lstm": 128}
    for cell, count in counts.items():
        (run,) = engine.run(Experiment(lane(cell=cell, hidden=4), Input.noise(2, 3)))
        assert run.parameter_count == count
