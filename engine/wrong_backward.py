"""What a wrong backward pass does: other factors, other cuts, other sums."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .experiment import Loss
    from .trace import ForwardTrace

Array = NDArray[np.float64]


def without_slope(trace: ForwardTrace, k: dict[str, Array]) -> dict[str, Array]:
    """Leave the slope of every squashing function out: what stands beside it alone is kept."""
    one = np.ones_like(trace.h[1:])
    gates = trace.gates
    if trace.cell.kind == "rnn":
        return {**k, "h_z": one}
    if trace.cell.kind == "lstm":
        assert trace.c is not None
        assert trace.tanh_c is not None
        flat = {
            "h_c": gates["o"],
            "c_i": gates["g"],
            "c_f": trace.c[:-1],
            "c_g": gates["i"],
            "h_o": trace.tanh_c,
        }
        return {**k, **{name: value for name, value in flat.items() if name in k}}
    flat = {"h_z": trace.h[:-1] - gates["n"], "h_n": 1.0 - gates["z"]}
    assert trace.q is not None
    flat |= {"n_r": trace.q} if trace.cell.reset == "after" else {"q_r": trace.h[:-1]}
    return {**k, **flat}


def cut_at_saturation(trace: ForwardTrace, k: dict[str, Array]) -> dict[str, Array]:
    """Take the slope for exactly 0 where a unit or gate is saturated: within 0.1 of an end of its range."""

    def shut(values: Array, near: NDArray[np.bool_]) -> Array:
        return np.where(near, 0.0, values)

    def saturated(a: Array, *, signed: bool) -> NDArray[np.bool_]:
        return np.asarray(np.abs(a) > 0.9) if signed else np.asarray((a < 0.1) | (a > 0.9))

    gates = trace.gates
    if trace.cell.kind == "rnn":
        if trace.cell.activation not in ("tanh", "sigmoid"):
            return k
        signed = trace.cell.activation == "tanh"
        return {**k, "h_z": shut(k["h_z"], saturated(trace.h[1:], signed=signed))}
    keys = {"i": "c_i", "f": "c_f", "g": "c_g", "o": "h_o"}
    if trace.cell.kind == "gru":
        keys = {"z": "h_z", "n": "h_n", "r": "n_r" if trace.cell.reset == "after" else "q_r"}
    found = dict(k)
    for gate, key in keys.items():
        if key in found:
            found[key] = shut(found[key], saturated(gates[gate], signed=gate in "gn"))
    return found


def halved_at_sums(trace: ForwardTrace, k: dict[str, Array]) -> dict[str, Array]:
    """Divide the gradient of a sum among its two terms, where addition would hand it on whole."""
    if trace.cell.kind == "lstm":
        return {name: value * 0.5 if name.startswith("c_") else value for name, value in k.items()}
    if trace.cell.kind == "gru":
        return {name: value * 0.5 if name.startswith("h_") else value for name, value in k.items()}
    return {**k, "h_z": k["h_z"] * 0.5}


def tanh_on_path(trace: ForwardTrace, k: dict[str, Array]) -> dict[str, Array]:
    """Multiply the direct path by the slope of the output's tanh."""
    assert trace.tanh_c is not None
    return {**k, "c_c": k["c_c"] * (1.0 - trace.tanh_c**2)}


def input_gate_on_path(trace: ForwardTrace, k: dict[str, Array]) -> dict[str, Array]:
    """Multiply the direct path by the input gate."""
    return {**k, "c_c": k["c_c"] * trace.gates["i"]}


def reversed_order(trace: ForwardTrace, k: dict[str, Array]) -> dict[str, Array]:
    """Use the factors from the first step on."""
    return {name: value[::-1] for name, value in k.items()}


def reversed_between(k: dict[str, Array], first: int, last: int) -> dict[str, Array]:
    """Use the factors of rows first to last - 1 from the first of them on."""
    turned = {name: value.copy() for name, value in k.items()}
    for value in turned.values():
        value[first:last] = value[first:last][::-1].copy()
    return turned


def everywhere(steps: int, window: int | None) -> tuple[int, ...]:
    """Cut the gradient after every step."""
    return tuple(range(steps))


def nowhere(steps: int, window: int | None) -> tuple[int, ...]:
    """Cut the gradient nowhere."""
    return ()


def last_loss(loss: Loss, steps: int) -> Loss:
    """Leave out all judged steps but the last."""
    judged = loss.steps(steps)
    if len(judged) < 2:
        return loss
    return replace(loss, at=judged[-1:], target=loss.target[len(judged) - 1 : len(judged)] or loss.target)


def last_share(shares: Array) -> Array:
    """Take the last step's share for the sum."""
    return np.asarray(shares[-1])


def mean_share(shares: Array) -> Array:
    """Take the mean of the steps' shares for their sum."""
    return np.asarray(shares.mean(axis=0))


def flipped(gradient: Array) -> Array:
    """Turn the sign."""
    return -gradient


def by_entries(gradient: Array) -> Array:
    """Bring each entry between -1 and 1."""
    return np.clip(gradient, -1.0, 1.0)


def to_length_one(gradient: Array) -> Array:
    """Bring the vector to length 1."""
    norm = float(np.linalg.norm(gradient))
    return gradient / norm if norm > 0.0 else gradient
