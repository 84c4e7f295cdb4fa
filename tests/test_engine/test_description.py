"""Experiments as descriptions: targets, changes, draws, problems, the registry and the arithmetic."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine
from engine import Experiment, Input, Lane, Loss, Network, TargetError, arithmetic, fit_decay, parse_target
from engine.draws import Draws
from engine.initializers import draw_parameters, spectral_radius
from engine.worked import format_number


def make(**network: Any) -> Experiment:
    return Experiment((Lane("net", Network(**{"hidden": 4, **network})),), Input.noise(5, 2))


SPELLINGS = [
    "forget_bias",
    "steps",
    "weight.hh[2, 1]",
    "weight.hh.f[2, 1]",
    "weight.y[1, 2]",
    "bias.f[3]",
    "bias[2]",
    "bias.y[1]",
    "x[3]",
    "x[3, 2]",
    "c[0]",
    "h[5, 2]",
    "force.f",
    "force.o[2]",
    "force.g[1..3, 2..5]",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_targets_read_back_as_they_are_spelt(spelling: str) -> None:
    target = parse_target(spelling)
    assert str(target) == spelling
    assert target.label


@pytest.mark.parametrize(
    ("spelling", "offset"),
    [("", 0), ("bogus", 0), ("weight.hh[1]", 9), ("x[a]", 2), ("force.f[3..1]", 8), ("x(3)", 1), ("f[3]", 0)],
)
def test_targets_that_name_nothing_say_where(spelling: str, offset: int) -> None:
    with pytest.raises(TargetError) as caught:
        parse_target(spelling)
    assert caught.value.offset == offset


@given(st.text(max_size=80))
def test_any_text_is_a_target_or_a_target_error(text: str) -> None:
    with contextlib.suppress(TargetError):
        assert parse_target(text).label


def test_values_are_read_back_after_a_change() -> None:
    for network, spellings in [
        (
            {"outputs": 2},
            ["forget_bias", "scale", "weight.hh.f[2, 1]", "bias.f[3]", "bias.y[1]", "x[3, 2]", "c[0]"],
        ),
        (
            {"cell": "rnn", "outputs": 2},
            ["spectral_radius", "bias[2]", "weight.ih[1, 2]", "weight.y[1, 2]", "h[4]"],
        ),
    ]:
        for spelling in spellings:
            target = parse_target(spelling)
            assert make(**network).changed(target, 0.75).value_of(target) == pytest.approx(0.75, abs=1e-12), (
                spelling
            )
    assert make().value_of(parse_target("force.f[1]")) is None
    assert make().changed(parse_target("steps"), 3).steps == 3
    assert make().value_of(parse_target("steps")) == 5.0
    assert make().value_of(parse_target("bias.f[9]")) is None


def test_a_forget_bias_is_the_sum_of_both_biases() -> None:
    weights = (("bias_hh_l0", ((0.25,) * 16,)),)
    (run,) = engine.run(make(forget_bias=1.0, weights=weights))
    assert np.all(run.parameters["bias_ih_l0"][4:8] == 0.75)


def test_a_change_of_one_lane_leaves_the_other() -> None:
    lanes = (Lane("a", Network(hidden=2)), Lane("b", Network(hidden=2)))
    e = Experiment(lanes, Input.noise(4, 1)).changed(parse_target("forget_bias", lane="b"), 3.0)
    a, b = engine.run(e)
    assert np.all(b.grid("f") > 0.8)
    assert np.all(a.grid("f") < 0.8)


def test_draws_stay_what_they_were() -> None:
    np.testing.assert_allclose(Draws(0, "weight_hh_l0").unit(3), DRAWN_UNIT, rtol=0, atol=1e-16)
    np.testing.assert_allclose(Draws(7, "input noise").normal(2), DRAWN_NORMAL, rtol=0, atol=1e-13)


DRAWN_UNIT = [0.8513088706412698, 0.4549830888247409, 0.36676041104810997]
DRAWN_NORMAL = [1.5508806231015841, -0.2957137304901841]


def test_draws_are_spread_as_they_should() -> None:
    normal = Draws(1, "test").normal(20_000)
    assert abs(normal.mean()) < 0.03
    assert abs(normal.std() - 1) < 0.02
    unit = Draws(1, "test").unit(20_000)
    assert unit.min() >= 0
    assert unit.max() < 1
    assert abs(unit.mean() - 0.5) < 0.01


def test_initializations_have_the_properties_they_promise() -> None:
    p = draw_parameters(Network(cell="rnn", hidden=12, init="orthogonal", scale=0.7), 3)
    np.testing.assert_allclose(p["weight_hh_l0"] @ p["weight_hh_l0"].T, 0.49 * np.eye(12), atol=1e-14)
    p = draw_parameters(Network(cell="rnn", hidden=12, init="gaussian", spectral_radius=1.3), 3)
    assert spectral_radius(p["weight_hh_l0"]) == pytest.approx(1.3, rel=1e-12)
    p = draw_parameters(Network(hidden=3, init="identity"), 3)
    np.testing.assert_array_equal(p["weight_hh_l0"], np.tile(np.eye(3), (4, 1)))
    p = draw_parameters(Network(hidden=9, init="uniform"), 3)
    assert np.abs(p["weight_ih_l0"]).max() <= 1 / 3
    assert np.all(draw_parameters(Network(init="zero"), 3)["weight_ih_l0"] == 0)


def test_a_read_out_does_not_move_the_other_weights() -> None:
    alone, joined = (draw_parameters(Network(outputs=n), 3) for n in (None, 2))
    for name, value in alone.items():
        np.testing.assert_array_equal(value, joined[name])


@pytest.mark.parametrize(
    ("experiment", "words"),
    [
        (make(cell="esn"), "no cell is called “esn”"),
        (make(hidden=1000), "1 to 128 units"),
        (make(init="best"), "no initialization"),
        (make(cell="rnn", forget_bias=1.0), "no forget gate"),
        (make(weights=(("weight_hh_l0", ((1.0,),)),)), "16 x 4"),
        (make(weights=(("weight", ((1.0,),)),)), "no parameter is called weight"),
        (make(scale=float("nan")), "not a number"),
        (Experiment((), Input.zeros(3)), "needs a network"),
        (Experiment((Lane("a", Network()),), Input(())), "no steps"),
        (Experiment((Lane("a", Network()),), Input(((1.0,), (1.0, 2.0)))), "same number of entries"),
        (Experiment((Lane("a", Network()),), Input.zeros(3), Loss("squared-error")), "needs a target"),
        (
            Experiment((Lane("a", Network()),), Input.zeros(3), Loss("cross-entropy", None, ((1.0,),))),
            "read-out",
        ),
        (make().changed(parse_target("bias.f[9]"), 1.0), "unit 9 does not exist"),
        (make().changed(parse_target("x[6]"), 1.0), "step 6 does not exist"),
        (make().changed(parse_target("bias[1]"), 1.0), "no lane's network has this place"),
        (make().changed(parse_target("steps"), 5000), "1 to 1000 steps"),
        (make().changed(parse_target("scale", lane="x"), 1.0), "no lane is called “x”"),
    ],
)
def test_what_cannot_run_is_said_in_a_sentence(experiment: Experiment, words: str) -> None:
    assert any(words in problem for problem in experiment.problems()), experiment.problems()
    with pytest.raises(engine.ExperimentError):
        engine.run(experiment)


def test_every_quantity_can_be_looked_up_and_explained() -> None:
    for network in ({"outputs": 2}, {"cell": "rnn", "outputs": 2}):
        (run,) = engine.run(make(**network))
        names = [q.name for q in run.quantities()]
        assert len(names) == len(set(names))
        for q in run.quantities():
            assert q.symbol
            assert q.label
            assert q.meaning.endswith(".")
            for t in range(q.first, 6):
                result = arithmetic(run, q.name, t, 1)
                assert result.value == run.at(q.name, t, 1)
                assert format_number(result.value) in result.plain
                if result.terms:
                    assert sum(v for _, v in result.terms) == pytest.approx(result.value, abs=1e-12)


def test_gates_lie_within_their_scale() -> None:
    (run,) = engine.run(make(scale=5.0))
    for q in run.quantities():
        if q.scale == "unit":
            assert np.all((run.states(q.name) >= 0) & (run.states(q.name) <= 1))


def test_places_that_do_not_exist_are_refused() -> None:
    (run,) = engine.run(make())
    for t, unit in [(0, 1), (6, 1), (3, 0), (3, 5)]:
        with pytest.raises(IndexError):
            run.at("f", t, unit)
    with pytest.raises(KeyError):
        run.at("y", 1)
    with pytest.raises(IndexError):
        run.jacobian("h", 2, 3)


def test_arrays_of_a_run_cannot_be_written() -> None:
    (run,) = engine.run(make())
    with pytest.raises(ValueError, match="read-only"):
        run.states("c")[0] = 1.0


def test_a_straight_log_line_gives_its_factor_and_a_bent_one_none() -> None:
    decay = fit_decay(0.65 ** np.arange(20.0)[::-1])
    assert decay is not None
    assert decay.factor == pytest.approx(0.65, rel=1e-12)
    assert decay.half_life == pytest.approx(np.log(0.5) / np.log(0.65), rel=1e-12)
    flat = fit_decay(np.full(10, 2.0))
    assert flat is not None
    assert flat.factor == pytest.approx(1.0)
    assert flat.half_life is None
    assert fit_decay(np.concatenate([np.full(10, 1.0), 0.1 ** np.arange(3.0)])) is None
    assert fit_decay(np.array([1.0, 0.0, 1.0, 1.0])) is None
    assert fit_decay(np.array([1.0, 0.5])) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1.239, "1.24"),
        (-0.05, "−0.0500"),
        (12345.0, "12345"),
        (1e-5, "1.00·10⁻⁵"),
        (0.9996, "1.00"),
    ],
)
def test_numbers_are_written_for_reading(value: float, text: str) -> None:
    assert format_number(value) == text


def test_the_engine_needs_numpy_and_the_standard_library_only() -> None:
    root = Path(engine.__file__).parents[1]
    code = (
        f"import sys; sys.path.insert(0, {str(root)!r}); import engine;"
        "roots = {name.partition('.')[0] for name in sys.modules};"
        "print(*sorted(roots - set(sys.stdlib_module_names) - {'numpy', 'engine', '__main__'}))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert [name for name in done.stdout.split() if not name.startswith("_")] == []


def test_a_bias_that_is_not_given_is_zero_where_its_matrices_are() -> None:
    matrices = (("weight_ih_l0", ((1.0,),)), ("weight_hh_l0", ((0.5,),)))
    p = draw_parameters(Network(cell="rnn", hidden=1, weights=matrices), 1)
    assert p["bias_ih_l0"][0] == 0.0
    assert draw_parameters(Network(cell="rnn", hidden=1, weights=matrices[:1]), 1)["bias_ih_l0"][0] != 0.0
