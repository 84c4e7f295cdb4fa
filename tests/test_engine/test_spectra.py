"""Eigenvalues, singular values and the bound on growth, against cases that are known by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engine
from engine import Experiment, Input, Lane, Network
from engine.activations import ACTIVATIONS
from engine.cells import Cell
from engine.draws import Draws
from engine.initializers import draw_parameters
from engine.spectra import (
    eigenvalues,
    growth_bound,
    growth_per_step,
    singular_values,
    singular_values_back,
    spectral_radius,
)
from engine.unroll import unroll

if TYPE_CHECKING:
    from engine.trace import ForwardTrace


def traced(cell: Cell, weight_hh: Any, steps: int) -> tuple[ForwardTrace, dict[str, Any]]:
    """Unroll from random states and inputs."""
    units, rows = weight_hh.shape[1], weight_hh.shape[0]
    draws = Draws(1, "spectra")
    p = {"weight_ih": draws.normal(rows, 2), "weight_hh": weight_hh, "bias_ih": np.zeros(rows)}
    p["bias_hh"] = np.zeros(rows)
    return unroll(cell, p, draws.normal(steps, 1, 2), h0=0.5 * draws.normal(1, units)), p


def test_eigenvalues_are_sorted_and_pairs_stay_together() -> None:
    matrix = np.zeros((5, 5))
    matrix[0, 0] = -3.0
    matrix[1:3, 1:3] = [[1.0, -1.0], [1.0, 1.0]]
    matrix[3:, 3:] = [[0.1, 0.0], [0.0, -2.0]]
    np.testing.assert_allclose(eigenvalues(matrix), [-3.0, -2.0, 1.0 + 1.0j, 1.0 - 1.0j, 0.1], atol=1e-14)
    np.testing.assert_allclose(eigenvalues(1e-200 * matrix)[2:4] * 1e200, [1.0 + 1.0j, 1.0 - 1.0j])


@given(st.integers(1, 12), st.integers(0, 1000))
@settings(max_examples=25)
def test_eigenvalues_of_any_matrix(units: int, seed: int) -> None:
    matrix = Draws(seed, "matrix").normal(units, units)
    values = eigenvalues(matrix)
    assert np.sum(values).real == pytest.approx(np.trace(matrix), abs=1e-9)
    assert np.prod(values).real == pytest.approx(np.linalg.det(matrix), rel=1e-9, abs=1e-9)
    assert spectral_radius(matrix) == pytest.approx(abs(values[0]))
    assert (np.diff(np.abs(values)) <= 1e-9).all()
    above = values.imag > 0
    np.testing.assert_allclose(values[np.flatnonzero(above) + 1], values[above].conj(), rtol=1e-9)


def test_stacks_and_what_left_the_range() -> None:
    stack = np.stack([np.eye(2), np.full((2, 2), np.nan), np.diag([3.0, np.inf]), np.diag([1.0, -4.0])])
    np.testing.assert_array_equal(singular_values(stack), [[1, 1], [np.nan] * 2, [np.nan] * 2, [4, 1]])
    np.testing.assert_array_equal(eigenvalues(stack)[[0, 3]], [[1, 1], [-4, 1]])
    assert np.isnan(eigenvalues(stack)[1:3]).all()


def test_growth_needs_no_eigenvalue_above_one() -> None:
    """The matrix [[1, 1], [0, 1]] has radius 1, and norm 50.02 after 50 steps."""
    matrix = np.array([[1.0, 1.0], [0.0, 1.0]])
    trace, p = traced(Cell("rnn", activation="identity"), matrix, 50)
    sizes = singular_values_back(trace, p)
    assert spectral_radius(matrix) == 1.0
    assert sizes[0, 0] == pytest.approx((50.0 + np.sqrt(50.0**2 + 4.0)) / 2.0, rel=1e-12)


@pytest.mark.parametrize("factor", [0.9, 1.0, 1.1])
def test_orthogonal_linear_networks_grow_exactly(factor: float) -> None:
    q = draw_parameters(Network("rnn", hidden=8, init="orthogonal"), 1)["weight_hh_l0"]
    trace, p = traced(Cell("rnn", activation="identity"), factor * q, 100)
    sizes = singular_values_back(trace, p)
    steps_back = 100 - np.arange(101)
    np.testing.assert_allclose(sizes, np.tile(factor ** steps_back[:, np.newaxis], 8), rtol=1e-12)
    np.testing.assert_allclose(growth_per_step(sizes[:, 0]), factor, rtol=1e-12)
    np.testing.assert_allclose(growth_bound(factor * q, "identity", 100)[::-1], sizes[:, 0], rtol=1e-12)


def test_small_singular_values_are_not_lost() -> None:
    """Of a linear network with the eigenvalues 1 and .8, after 100 steps: 1 and 2e-10.

    The eigenvalues of the Jacobian times its transpose would know the second to 1e-8 only.
    """
    turn = np.array([[np.cos(1.0), -np.sin(1.0)], [np.sin(1.0), np.cos(1.0)]])
    weight = turn @ np.diag([1.0, 0.8]) @ turn.T
    trace, p = traced(Cell("rnn", activation="identity"), weight, 100)
    assert singular_values_back(trace, p)[0] == pytest.approx([1.0, 0.8**100], rel=1e-5)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_no_network_grows_faster_than_its_bound(activation: str, scale: float) -> None:
    weight = scale * draw_parameters(Network("rnn", hidden=6, init="gaussian"), 1)["weight_hh_l0"]
    trace, p = traced(Cell("rnn", activation=activation), weight, 30)
    sizes = singular_values_back(trace, p)[:, 0]
    bound = growth_bound(weight, activation, 30)[::-1]
    assert (sizes <= bound * (1.0 + 1e-12)).all()
    assert bound[-1] == 1.0


@pytest.mark.parametrize(
    "network",
    [Network("rnn", hidden=4), Network("lstm", hidden=4), Network("gru", hidden=4, reset="before")],
    ids=lambda network: network.cell,
)
def test_they_are_those_of_a_runs_jacobians(network: Network) -> None:
    (run,) = engine.run(Experiment((Lane("net", network),), Input.noise(8, 2)))
    p = {name.removesuffix("_l0"): array for name, array in run.parameters.items()}
    for name in ("h", "c") if network.cell == "lstm" else ("h",):
        found = singular_values_back(run.forward, p, name, 7)
        assert found.shape == (8, 4)
        for t in range(8):
            expected = np.linalg.svd(run.jacobian(name, 7, t), compute_uv=False)
            np.testing.assert_allclose(found[t], expected, rtol=1e-12, atol=1e-15 * expected[0])


def test_growth_where_something_vanished_or_left_the_range() -> None:
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(
            growth_per_step(np.array([np.inf, 4.0, 2.0, 0.0, 0.0])), [np.nan, 2.0, np.inf, np.nan]
        )


def test_a_bound_out_of_range_is_infinite() -> None:
    assert growth_bound(1e200 * np.eye(2), "tanh", 2)[2] == np.inf
