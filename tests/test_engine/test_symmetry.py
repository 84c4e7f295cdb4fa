"""A network that reads in both directions does not know which of them is called forward.

Turn the sequence round and swap what belongs to the directions: the same numbers come out, turned round.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import Network
from engine.draws import Draws
from engine.network import backward, draw_parameters, forward

STEPS, BATCH, INPUTS = 7, 2, 3


def mirrored(name: str) -> str:
    """Name of the same thing of the other direction."""
    return name.removesuffix("_reverse") if name.endswith("_reverse") else f"{name}_reverse"


def swapped(named: dict[str, Any]) -> dict[str, Any]:
    return {mirrored(name): array for name, array in named.items()}


@pytest.mark.parametrize("cuts", [(), (2,), (1, 5)], ids=str)
@pytest.mark.parametrize("merge", ["sum", "average"])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_turned_round(cell: str, merge: str, cuts: tuple[int, ...]) -> None:
    network = Network(cell, hidden=4, layers=2, bidirectional=True, merge=merge, seed=3)
    draws = Draws(8, "symmetry")
    x, dv = draws.normal(STEPS, BATCH, INPUTS), draws.normal(STEPS, BATCH, 4)
    parameters = draw_parameters(network, INPUTS)
    states = {name: draws.normal(BATCH, 4) for name in forward(network, parameters, x).final()}
    d_final = {name: draws.normal(BATCH, 4) for name in states}
    trace = forward(network, parameters, x, states=states)
    gradient = backward(trace, parameters, dv, cuts=cuts, d_final=d_final)

    other = swapped(parameters)
    turned = forward(network, other, x[::-1], states=swapped(states))
    back = backward(turned, other, dv[::-1], cuts=tuple(STEPS - t for t in cuts), d_final=swapped(d_final))
    np.testing.assert_allclose(turned.out[::-1], trace.out, rtol=1e-13)
    assert gradient.x is not None
    assert back.x is not None
    np.testing.assert_allclose(back.x[::-1], gradient.x, rtol=1e-11, atol=1e-14)
    for ours, theirs in ((gradient.weights, back.weights), (gradient.states, back.states)):
        for name, array in ours.items():
            np.testing.assert_allclose(theirs[mirrored(name)], array, rtol=1e-11, atol=1e-14)


def test_a_cut_is_at_the_same_place_in_both_directions() -> None:
    """Nothing that is judged after the cut reaches an earlier input, nor the other way about."""
    network = Network("gru", hidden=3, bidirectional=True, seed=1)
    draws = Draws(9, "cut")
    x = draws.normal(STEPS, 1, INPUTS)
    parameters = draw_parameters(network, INPUTS)
    trace = forward(network, parameters, x)
    for judged, silent in ((slice(3, None), slice(None, 3)), (slice(None, 3), slice(3, None))):
        dv = np.zeros_like(trace.out)
        dv[judged] = draws.normal(*dv[judged].shape)
        found = backward(trace, parameters, dv, cuts=(3,)).x
        assert found is not None
        assert not found[silent].any()
        assert found[judged].all()
