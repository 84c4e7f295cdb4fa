"""Frozen records of a forward and a backward pass. Time first; row 0 is step 1, of a state step 0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

__all__ = ["NOTHING_HELD", "ForwardTrace", "GradientTrace", "Held", "HeldValues"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class HeldValues:
    """Entries of one quantity that an intervention fixes.

    Attributes
    ----------
    mask : ndarray of bool
        Shape (T, H), True where the entry is held.
    values : ndarray
        Shape (T, H), what it is held at.
    """

    mask: NDArray[np.bool_]
    values: Array


Held = Mapping[str, HeldValues]
"""Held gates (i, f, g, o) and states (h, c) of steps 1..T, by name."""

NOTHING_HELD: Held = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class ForwardTrace:
    """Everything that a forward pass computed.

    Attributes
    ----------
    cell : str
        ``"rnn"`` or ``"lstm"``.
    x : ndarray
        Inputs (T, B, I).
    z : ndarray
        Pre-activations (T, B, G*H), gates in the order i, f, g, o.
    gates : mapping of str to ndarray
        i, f, g, o, each (T, B, H); empty for the plain cell.
    h : ndarray
        Hidden states (T+1, B, H).
    c, tanh_c : ndarray or None
        Cell states (T+1, B, H) and their tanh at steps 1..T (T, B, H); LSTM only.
    y : ndarray or None
        Read-out (T, B, O).
    held : mapping
        What interventions fixed.
    """

    cell: str
    x: Array
    z: Array
    h: Array
    gates: Mapping[str, Array] = field(default_factory=dict)
    c: Array | None = None
    tanh_c: Array | None = None
    y: Array | None = None
    held: Held = field(default_factory=lambda: NOTHING_HELD)

    @property
    def steps(self) -> int:
        """Number of steps T."""
        return int(self.x.shape[0])

    @property
    def units(self) -> int:
        """Number of units H."""
        return int(self.h.shape[2])

    def block(self, gate: str) -> Array:
        """Pre-activations of one gate, (T, B, H)."""
        k = "ifgo".index(gate)
        return self.z[:, :, k * self.units : (k + 1) * self.units]


@dataclass(frozen=True, eq=False)
class GradientTrace:
    """dL/d of everything that a forward pass computed, by backpropagation through time.

    Attributes
    ----------
    x, z : ndarray
        (T, B, I) and (T, B, G*H).
    h : ndarray
        (T+1, B, H): dL/dh_t with c_t held.
    loss_h : ndarray
        (T+1, B, H): the part of ``h`` that comes from the loss at its own step.
    gates : mapping of str to ndarray
        dL/d of each gate's output, (T, B, H).
    c, tanh_c : ndarray or None
        dL/dc_t (T+1, B, H), with h_t following c_t at t >= 1; dL/d tanh(c_t) (T, B, H).
    y : ndarray or None
        (T, B, O).
    weights : mapping of str to ndarray
        dL/d of each parameter, summed over all steps and the batch, under PyTorch's names.
    """

    x: Array
    z: Array
    h: Array
    loss_h: Array
    gates: Mapping[str, Array]
    weights: Mapping[str, Array]
    c: Array | None = None
    tanh_c: Array | None = None
    y: Array | None = None

    def block(self, gate: str) -> Array:
        """dL/dz of one gate, (T, B, H)."""
        units = self.h.shape[2]
        k = "ifgo".index(gate)
        return self.z[:, :, k * units : (k + 1) * units]
