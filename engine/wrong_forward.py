"""What a wrong forward pass computes: other weights, or other equations for what follows the mixing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .activations import sigmoid
from .trace import NOTHING_HELD
from .unroll import unroll

if TYPE_CHECKING:
    from .cells import Cell
    from .experiment import Network
    from .trace import ForwardTrace, Held, Mask

Array = NDArray[np.float64]
Parameters = dict[str, Array]
Unroll = Callable[..., "ForwardTrace"]


def _rows_of(network: Network, gate: str) -> slice:
    return network.recurrence.rows(gate, network.hidden)


def negated(gate: str) -> Callable[[Network, dict[str, Array]], dict[str, Array]]:
    """Turn a sigmoid gate into one minus itself: its pre-activation changes sign."""

    def change(network: Network, p: dict[str, Array]) -> dict[str, Array]:
        turned = {name: value.copy() for name, value in p.items()}
        if gate in network.recurrence.gates:
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
                turned[name][_rows_of(network, gate)] *= -1.0
            if gate in network.recurrence.peepholes:
                turned[f"weight_c{gate}"] *= -1.0
        return turned

    return change


def exchanged(network: Network, p: dict[str, Array]) -> dict[str, Array]:
    """Let the input gate's rows make the candidate, and the other way round."""
    if not {"i", "g"} <= set(network.recurrence.gates):
        return p
    i, g = _rows_of(network, "i"), _rows_of(network, "g")
    turned = {name: value.copy() for name, value in p.items()}
    for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
        turned[name][i], turned[name][g] = p[name][g], p[name][i]
    return turned


def memoryless(network: Network, p: dict[str, Array]) -> dict[str, Array]:
    """Put 0 in the recurrent matrix's place."""
    return {**p, "weight_hh": np.zeros_like(p["weight_hh"])}


def without_bias(network: Network, p: dict[str, Array]) -> dict[str, Array]:
    """Put 0 in the biases' place."""
    return {name: np.zeros_like(value) if name.startswith("bias") else value for name, value in p.items()}


def ones_for_recurrent(network: Network, p: dict[str, Array]) -> dict[str, Array]:
    """Let every gradient of h pass as it is, unit to unit, through each gate."""
    eye = np.eye(network.hidden, dtype=p["weight_hh"].dtype)
    return {**p, "weight_hh": np.concatenate([eye] * len(network.recurrence.gates))}


def transposed(network: Network, p: dict[str, Array]) -> dict[str, Array]:
    """Transpose each block of the recurrent matrix."""
    blocks = np.split(p["weight_hh"], len(network.recurrence.gates))
    return {**p, "weight_hh": np.concatenate([block.T for block in blocks])}


def stepwise(compute: Callable[[dict[str, Array], Array, Array, ForwardTrace, int], None]) -> Unroll:
    """Recompute an LSTM or plain cell step by step, with other equations for what follows the mixing."""

    def deviating(
        cell: Cell,
        p: Mapping[str, Array],
        x: Array,
        *,
        h0: Array | None = None,
        c0: Array | None = None,
        held: Held = NOTHING_HELD,
        mask: Mask | None = None,
    ) -> ForwardTrace:
        right = unroll(cell, p, x, h0=h0, c0=c0, held=held, mask=mask)
        # Own arrays: the right ones may be read-only or views.
        gates = {name: np.array(value) for name, value in right.gates.items()}
        trace = replace(
            right,
            z=np.array(right.z),
            h=np.array(right.h),
            gates=gates,
            c=None if right.c is None else np.array(right.c),
            tanh_c=None if right.tanh_c is None else np.array(right.tanh_c),
            q=None if right.q is None else np.array(right.q),
        )
        from_x = x @ p["weight_ih"].T + p["bias_ih"] + p["bias_hh"]
        with np.errstate(all="ignore"):
            for row in range(trace.steps):
                from_h = trace.h[row] @ p["weight_hh"].T
                compute(dict(p), from_x[row], from_h, trace, row)
                for name, entry in trace.held.items():
                    target = trace.h[row + 1] if name == "h" else None
                    target = trace.c[row + 1] if name == "c" and trace.c is not None else target
                    if target is not None:
                        np.copyto(target, entry.values[row], where=entry.mask[row])
                if mask is not None:
                    gone = ~mask[row][:, np.newaxis]
                    np.copyto(trace.h[row + 1], trace.h[row], where=gone)
                    if trace.c is not None:
                        np.copyto(trace.c[row + 1], trace.c[row], where=gone)
        return trace

    return deviating


def _gates_of(
    trace: ForwardTrace, row: int, mixed: Array, squash: Mapping[str, Callable[[Array], Array]]
) -> None:
    """Fill z and the gates of one step, what is held put in."""
    trace.z[row] = mixed
    for gate in trace.cell.gates:
        trace.gates[gate][row] = squash[gate](trace.block(gate)[row])
    if trace.cell.variant == "coupled":
        trace.gates["f"][row] = 1.0 - trace.gates["i"][row]
    for gate in trace.gates:
        entry = trace.held.get(gate)
        if entry is not None:
            np.copyto(trace.gates[gate][row], entry.values[row], where=entry.mask[row])


def _tanh(z: Array) -> Array:
    return np.asarray(np.tanh(z))


RIGHT = {"i": sigmoid, "f": sigmoid, "o": sigmoid, "g": _tanh}
SWAPPED = {"i": _tanh, "f": _tanh, "o": _tanh, "g": sigmoid}


def _step_of(z: Array) -> Array:
    return np.asarray((z > 0.0).astype(z.dtype))


STEPS = {"i": _step_of, "f": _step_of, "o": _step_of, "g": _tanh}


def lstm_with(
    squash: Mapping[str, Callable[[Array], Array]] = RIGHT,
    *,
    old: Callable[[ForwardTrace, int], Array] | None = None,
    after: Callable[[ForwardTrace, int, Array], Array] | None = None,
) -> Unroll:
    """Make an LSTM with other squashing functions, another old state, or something done to the new one."""

    def compute(p: dict[str, Array], from_x: Array, from_h: Array, trace: ForwardTrace, row: int) -> None:
        assert trace.c is not None
        assert trace.tanh_c is not None
        _gates_of(trace, row, from_x + from_h, squash)
        gates = {name: value[row] for name, value in trace.gates.items()}
        before = trace.c[row] if old is None else old(trace, row)
        c = gates["f"] * before + gates["i"] * gates["g"]
        trace.c[row + 1] = c if after is None else after(trace, row, c)
        trace.tanh_c[row] = np.tanh(trace.c[row + 1])
        trace.h[row + 1] = gates["o"] * trace.tanh_c[row]

    return stepwise(compute)


def old_hidden(trace: ForwardTrace, row: int) -> Array:
    """Give h where c is wanted."""
    return np.asarray(trace.h[row])


def squashed_cell(trace: ForwardTrace, row: int, c: Array) -> Array:
    """Bring the new cell state through tanh."""
    return np.asarray(np.tanh(c))


def gated_cell(trace: ForwardTrace, row: int, c: Array) -> Array:
    """Multiply the new cell state by the output gate."""
    return np.asarray(trace.gates["o"][row] * c)


def adding(p: dict[str, Array], from_x: Array, from_h: Array, trace: ForwardTrace, row: int) -> None:
    """Add the mixed input to the old state."""
    trace.z[row] = from_x + trace.h[row]
    trace.h[row + 1] = trace.z[row]


def by_term(p: dict[str, Array], from_x: Array, from_h: Array, trace: ForwardTrace, row: int) -> None:
    """Apply tanh to each share apart."""
    trace.z[row] = from_x + from_h
    trace.h[row + 1] = np.tanh(from_x) + np.tanh(from_h)


def other_reset(network: Network) -> Network:
    """Put the reset gate on the other side of the recurrent matrix."""
    return replace(network, reset="before" if network.reset == "after" else "after")


def sigmoids(network: Network) -> Network:
    """Put a sigmoid where the softmax is."""
    return replace(network, readout="sigmoid") if network.readout == "softmax" else network


def open_gate(z: Array) -> Array:
    """Give 1."""
    return np.ones_like(z)


def coupled(trace: ForwardTrace, row: int) -> Array:
    """Put 1 - i in the forget gate's place before the old state is read."""
    assert trace.c is not None
    trace.gates["f"][row] = 1.0 - trace.gates["i"][row]
    return np.asarray(trace.c[row])
