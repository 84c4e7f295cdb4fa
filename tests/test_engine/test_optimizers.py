"""Optimizers, schedules and clipping: PyTorch's numbers where it has them, arithmetic where it has not."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from engine.clipping import ClipByNorm, ClipByValue, global_norm
from engine.optimizers import (
    OPTIMIZERS,
    SGD,
    Adam,
    Constant,
    Cosine,
    Exponential,
    Momentum,
    RMSProp,
    StepDecay,
    WarmUp,
)

if TYPE_CHECKING:
    from engine.optimizers import Optimizer, Schedule

FILE = Path(__file__).parents[1] / "data" / "engine" / "training.npz"


@cache
def references() -> dict[str, np.ndarray[Any, Any]]:
    with np.load(FILE, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


OPTIMIZER_CASES: dict[str, Optimizer] = {
    "sgd": SGD(),
    "momentum": Momentum(0.9),
    "nesterov": Momentum(0.8, nesterov=True),
    "rmsprop": RMSProp(0.95, 1e-6),
    "adam": Adam(0.8, 0.99, 1e-7),
}


@pytest.mark.parametrize("name", OPTIMIZER_CASES)
def test_twelve_updates_are_pytorchs(name: str) -> None:
    stored = references()
    optimizer = OPTIMIZER_CASES[name]
    parameters = {key: stored[f"optimizer/start/{key}"] for key in ("w", "b")}
    state = optimizer.init(parameters)
    for k in range(12):
        gradients = {key: stored[f"optimizer/gradients/{key}"][k] for key in parameters}
        parameters, state = optimizer.update(parameters, gradients, state, 0.1)
        for key, value in parameters.items():
            assert np.allclose(value, stored[f"optimizer/{name}/{key}"][k], rtol=1e-12, atol=1e-14)
    assert state.step == 12


@pytest.mark.parametrize("kind", OPTIMIZERS.values())
def test_an_update_changes_nothing_in_place(kind: type[Any]) -> None:
    optimizer: Optimizer = kind()
    parameters = {"w": np.array([1.0, -2.0])}
    state = optimizer.init(parameters)
    for array in (parameters["w"], *(a for kept in state.memory.values() for a in kept.values())):
        array.flags.writeable = False
    gradients = {"w": np.array([0.5, 0.25])}
    once, after = optimizer.update(parameters, gradients, state, 0.1)
    again, _ = optimizer.update(parameters, gradients, state, 0.1)
    assert np.array_equal(once["w"], again["w"])
    assert parameters["w"].tolist() == [1.0, -2.0]
    assert (once["w"] < parameters["w"]).all(), "downhill"
    assert (state.step, after.step) == (0, 1)


@pytest.mark.parametrize("kind", OPTIMIZERS.values())
def test_single_precision_stays_single(kind: type[Any]) -> None:
    optimizer: Optimizer = kind()
    parameters = {"w": np.ones(3, dtype=np.float32)}
    moved, state = optimizer.update(parameters, parameters, optimizer.init(parameters), 0.1)
    assert moved["w"].dtype == np.float32
    assert all(a.dtype == np.float32 for kept in state.memory.values() for a in kept.values())


@pytest.mark.parametrize("kind", OPTIMIZERS.values())
def test_gradients_out_of_range_come_out_without_a_warning(kind: type[Any]) -> None:
    optimizer: Optimizer = kind()
    parameters = {"w": np.array([1.0, 1.0, 1.0])}
    gradients = {"w": np.array([math.inf, math.nan, 1e200])}
    moved, _ = optimizer.update(parameters, gradients, optimizer.init(parameters), 0.1)
    assert not np.isfinite(moved["w"][:2]).all()


SCHEDULE_CASES: dict[str, Schedule] = {
    "step": StepDecay(0.5, every=6, factor=0.3),
    "exponential": Exponential(0.5, 0.9),
    "cosine": Cosine(0.5, steps=19, least=0.01),
}


@pytest.mark.parametrize("name", SCHEDULE_CASES)
def test_schedules_are_pytorchs(name: str) -> None:
    rates = [SCHEDULE_CASES[name](step) for step in range(1, 21)]
    assert np.allclose(rates, references()[f"schedule/{name}"], rtol=1e-12)


def test_warm_up_rises_evenly_and_then_follows() -> None:
    warm = WarmUp(4, Exponential(0.8, 0.5))
    assert [warm(step) for step in range(1, 8)] == pytest.approx([0.2, 0.4, 0.6, 0.8, 0.8, 0.4, 0.2])
    assert Constant(0.3)(1) == Constant(0.3)(10_000) == 0.3
    assert Cosine(1.0, steps=10)(500) == 0.0


# --------------------------------------------------------------- clipping


def before() -> dict[str, np.ndarray[Any, Any]]:
    return {name: references()[f"clip/before/{name}"] for name in ("w", "b")}


def test_clipping_is_pytorchs() -> None:
    by_norm, by_value = ClipByNorm(0.7).apply(before()), ClipByValue(0.7).apply(before())
    for name in ("w", "b"):
        # There the norm is divided by has 1e-6 added to it.
        assert np.allclose(by_norm.gradients[name], references()[f"clip/norm/{name}"], rtol=1e-6, atol=0.0)
        assert np.array_equal(by_value.gradients[name], references()[f"clip/value/{name}"])


def test_clipping_by_norm_keeps_the_direction_and_says_what_it_did() -> None:
    gradients = before()
    norm = math.sqrt(sum(float((g**2).sum()) for g in gradients.values()))
    clipped = ClipByNorm(norm / 4).apply(gradients)
    assert clipped.norm_before == pytest.approx(norm)
    assert clipped.norm_after == pytest.approx(norm / 4)
    assert clipped.share == 1.0
    assert clipped.cosine == pytest.approx(1.0)
    for name, g in gradients.items():
        assert np.allclose(clipped.gradients[name], g / 4)
    untouched = ClipByNorm(norm * 1.01).apply(gradients)
    assert untouched.share == 0.0
    assert untouched.norm_after == untouched.norm_before
    assert all(np.array_equal(untouched.gradients[name], g) for name, g in gradients.items())


def test_clipping_by_value_turns_the_direction_and_says_what_it_did() -> None:
    gradients = before()
    clipped = ClipByValue(0.5).apply(gradients)
    flat = np.concatenate([g.ravel() for g in gradients.values()])
    cut = np.concatenate([g.ravel() for g in clipped.gradients.values()])
    assert np.abs(cut).max() == 0.5
    assert clipped.share == np.mean(np.abs(flat) > 0.5)
    assert 0.0 < clipped.share < 1.0
    assert clipped.cosine == pytest.approx(flat @ cut / np.linalg.norm(flat) / np.linalg.norm(cut))
    assert clipped.cosine < 0.999
    assert clipped.norm_after == pytest.approx(np.linalg.norm(cut))


@given(
    arrays.arrays(np.float64, 5, elements=st.floats(-1e300, 1e300, allow_subnormal=False)),
    st.floats(1e-3, 1e3),
)
def test_after_clipping_no_norm_is_beyond_the_threshold(g: np.ndarray[Any, Any], threshold: float) -> None:
    clipped = ClipByNorm(threshold).apply({"g": g[:2], "more": g[2:]})
    assert clipped.norm_after <= threshold * (1 + 1e-12)
    if clipped.norm_before <= threshold:
        assert np.array_equal(clipped.gradients["g"], g[:2])


def test_the_norm_holds_where_squares_do_not() -> None:
    assert global_norm({"a": np.array([3e200, 4e200])}) == pytest.approx(5e200)
    assert global_norm({"a": np.array([3e-200]), "b": np.array([4e-200])}) == pytest.approx(5e-200)
    assert global_norm({"a": np.array([3e25, 4e25], dtype=np.float32)}) == pytest.approx(5e25)
    assert global_norm({"a": np.zeros(3)}) == 0.0
    assert global_norm({}) == 0.0
    assert global_norm({"a": np.array([1.0]), "b": np.array([-math.inf])}) == math.inf
    for order in ((1.0, math.nan), (math.nan, 1.0), (math.inf, math.nan)):
        assert math.isnan(global_norm({"a": np.array(order)}))


def test_what_has_left_the_range_cannot_be_mended() -> None:
    gradients = {"w": np.array([math.inf, 1.0])}
    clipped = ClipByNorm(1.0).apply(gradients)
    assert clipped.gradients["w"].tolist() == [math.inf, 1.0]
    assert clipped.share == 0.0
    assert math.isnan(clipped.cosine)
    assert ClipByValue(2.0).apply(gradients).gradients["w"].tolist() == [2.0, 1.0]
    assert math.isnan(ClipByValue(2.0).apply({"w": np.zeros(2)}).cosine)


def test_the_share_counts_what_was_changed() -> None:
    clipped = ClipByValue(1.0).apply({"w": np.array([1.0, 0.99, -1.01, 5.0]), "b": np.array([-1.0])})
    assert clipped.share == 0.4
    assert clipped.gradients["w"].tolist() == [1.0, 0.99, -1.0, 1.0]
