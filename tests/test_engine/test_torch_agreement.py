"""Outputs, states and every gradient agree with PyTorch in float64, to 1e-12 of the largest entry.

The references lie in tests/data/engine, beside the script that made them; nothing here needs torch.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.backprop import backpropagate, step_contribution
from engine.cells import Cell
from engine.experiment import Network
from engine.initializers import layer_suffixes
from engine.jacobians import jacobians_back
from engine.losses import loss_arrays
from engine.network import backward, forward
from engine.trace import HeldValues
from engine.unroll import unroll

DATA = Path(__file__).parents[1] / "data" / "engine"
PRECISION = 1e-12
KINDS = ("rnn-tanh", "rnn-relu", "lstm", "gru")
Case = dict[str, Any]


@cache
def cases(file: str) -> dict[str, Case]:
    """Read a file of references: the entries of each case, float32 widened, and ``about`` it."""
    with np.load(DATA / file, allow_pickle=False) as arrays:
        rows = {kind: arrays[kind] for kind in arrays.files}
    notes = json.loads(rows["index"].tobytes())
    found: dict[str, Case] = {}
    for case, entries in notes["index"].items():
        found[case] = {"about": notes["about"][case]}
        for entry, (kind, start, shape) in entries.items():
            values = rows[kind][start : start + math.prod(shape)].reshape(shape)
            found[case][entry] = values.astype(np.float64) if kind == "float32" else values
    return found


def group(case: Case, folder: str) -> dict[str, Any]:
    return {key.removeprefix(f"{folder}/"): v for key, v in case.items() if key.startswith(f"{folder}/")}


def states_of(network: Network) -> str:
    return "hc" if network.cell == "lstm" else "h"


def assert_agree(ours: Any, theirs: Any, what: str) -> None:
    """Compare within 1e-12 of the reference's largest entry."""
    ours = np.asarray(ours)
    assert ours.shape == theirs.shape, what
    off = float(np.max(np.abs(ours - theirs), initial=0.0))
    assert off <= PRECISION * float(np.max(np.abs(theirs), initial=0.0)), f"{what} is off by {off:.2g}"


# --------------------------------------------------------------------------------------------- whole networks

NETWORKS = [(kind, name) for kind in KINDS for name in cases(f"networks-{kind}.npz")]


@pytest.mark.parametrize(("kind", "name"), NETWORKS, ids=[f"{kind}-{name}" for kind, name in NETWORKS])
def test_networks(kind: str, name: str) -> None:
    case = cases(f"networks-{kind}.npz")[name]
    network = Network(**case["about"])
    parameters = group(case, "weights")
    steps, batch, _ = case["x"].shape
    mask = None
    if "lengths" in case:
        mask = np.arange(steps)[:, np.newaxis] < case["lengths"]
    endings = [end for layer in layer_suffixes(network) for end in layer]
    # PyTorch stacks the states of layers and directions in one array; ours have a name each.
    names = [(letter, k, end) for letter in states_of(network) for k, end in enumerate(endings)]
    states = {f"{letter}0{end}": case[f"{letter}0"][k] for letter, k, end in names}
    trace = forward(network, parameters, case["x"], states=states, mask=mask)
    there = np.ones((steps, batch, 1)) if mask is None else mask[:, :, np.newaxis]
    assert_agree(trace.out * there, case["out"], "out")
    final = trace.final()
    for letter, k, end in names:
        assert_agree(final[f"{letter}0{end}"], case[f"{letter}_end"][k], f"{letter}{end} at the end")
    d_final = {f"{letter}0{end}": case[f"d_{letter}_end"][k] for letter, k, end in names}
    gradient = backward(trace, parameters, case["d_out"], d_final=d_final)
    assert_agree(gradient.x, case["grad/x"], "dL/dx")
    for letter, k, end in names:
        assert_agree(gradient.states[f"{letter}0{end}"], case[f"grad/{letter}0"][k], f"dL/d{letter}0{end}")
    for key in parameters:
        assert_agree(gradient.weights[key], case[f"grad/{key}"], f"dL/d{key}")


# ------------------------------------------------------------------------------------------ every single step

STEPS = tuple(cases("steps.npz"))


def traces(name: str) -> tuple[Case, Any, Any, dict[str, Any]]:
    case = cases("steps.npz")[name]
    about = dict(case["about"])
    cuts = tuple(about.pop("cuts", ()))
    for key in ("held", "lengths"):
        about.pop(key, None)
    cell, p = Cell(**about), group(case, "weights")
    masks = group(case, "held_mask")
    held = {key: HeldValues(masks[key], values) for key, values in group(case, "held").items()}
    mask = None if case["mask"].all() else case["mask"]
    trace = unroll(cell, p, case["x"], h0=case["h0"], c0=case.get("c0"), held=held, mask=mask)
    gradient = backpropagate(
        trace, p, case["d_h"], dh_end=case["d_h_end"], dc_end=case.get("d_c_end"), cuts=cuts
    )
    return case, trace, gradient, p


def quantity(trace: Any, name: str) -> Any:
    if name.startswith("z_"):
        return trace.block(name[2:])
    return trace.gates[name] if name in trace.gates else getattr(trace, name)


@pytest.mark.parametrize("name", STEPS)
def test_every_intermediate(name: str) -> None:
    case, trace, _, _ = traces(name)
    for key, theirs in group(case, "value").items():
        there = 1.0 if key in ("h", "c") else case["mask"][:, :, np.newaxis]
        assert_agree(quantity(trace, key) * there, theirs * there, key)


@pytest.mark.parametrize("name", STEPS)
def test_the_gradient_of_every_intermediate(name: str) -> None:
    case, _, gradient, _ = traces(name)
    for key, theirs in group(case, "grad").items():
        assert_agree(quantity(gradient, key), theirs, f"grad({key})")


@pytest.mark.parametrize("name", STEPS)
def test_the_share_of_every_step_in_every_weight_gradient(name: str) -> None:
    case, trace, gradient, _ = traces(name)
    for key, theirs in group(case, "shares").items():
        assert_agree(step_contribution(trace, gradient, key), theirs, f"shares of {key}")
        assert_agree(gradient.weights[key], theirs.sum(axis=0), f"dL/d{key}")


@pytest.mark.parametrize("name", [name for name in STEPS if "jacobian/h" in cases("steps.npz")[name]])
def test_jacobians(name: str) -> None:
    case, trace, _, p = traces(name)
    alone = unroll(  # the Jacobians are those of the first sequence
        trace.cell,
        p,
        trace.x[:, :1],
        h0=case["h0"][:1],
        c0=case["c0"][:1] if "c0" in case else None,
        held=trace.held,
    )
    for key, theirs in group(case, "jacobian").items():
        for t, matrix in jacobians_back(alone, p, key, alone.steps):
            assert_agree(matrix, theirs[t], f"d{key}_T/d{key}_{t}")


# ----------------------------------------------------------------------------------------------------- losses


@pytest.mark.parametrize("kind", tuple(cases("losses.npz")))
def test_losses(kind: str) -> None:
    case = cases("losses.npz")[kind]
    terms, gradient = loss_arrays(kind, case["v"], case["target"], np.ones(case["terms"].shape))
    assert_agree(terms, case["terms"], "terms")
    assert_agree(gradient, case["grad"], "gradient")
