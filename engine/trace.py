"""Frozen records of a forward and a backward pass of one layer in one direction.

Time first; row 0 is step 1, of a state step 0. A reverse direction is processed on the flipped sequence, so
here every trace is in order of processing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .cells import Cell
    from .fast import Forward

__all__ = ["NOTHING_HELD", "ForwardTrace", "GradientTrace", "Held", "HeldValues", "Mask"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, repr=False)
class HeldValues:
    """Entries of one quantity that an intervention fixes.

    Attributes
    ----------
    mask : ndarray of bool
        Shape (T, H), True where the entry is held.
    values : ndarray
        Shape (T, H), what it is held at.
    """

    mask: Mask
    values: Array


Held = Mapping[str, HeldValues]
"""Held gates (i, f, g, o or r, z, n) and states (h, c) of steps 1..T, by name."""

NOTHING_HELD: Held = MappingProxyType({})


@dataclass(frozen=True, eq=False, repr=False)
class ForwardTrace:
    """Everything that a forward pass computed.

    Attributes
    ----------
    cell : Cell
        Which recurrence.
    x : ndarray
        Inputs (T, B, I).
    z : ndarray
        Pre-activations (T, B, G*H), blocks in the order of ``cell.gates``.
    h : ndarray
        Hidden states (T+1, B, H).
    gates : mapping of str to ndarray
        i, f, g, o or r, z, n, each (T, B, H); empty for the plain cell. A gate that a variant lacks is 1.
    c : ndarray or None
        Cell states (T+1, B, H); LSTM only.
    tanh_c : ndarray or None
        What the output gate lets through, tanh(c_t), at steps 1..T (T, B, H); c_t itself where the output
        activation is left out; LSTM only.
    q : ndarray or None
        Recurrent share of the candidate (T, B, H); GRU only, see :func:`engine.cells.gru_step`.
    held : mapping
        What interventions fixed.
    mask : ndarray of bool or None
        (T, B), False where a sequence is padded: there the states are carried over unchanged, whatever is
        held, and z, gates, tanh_c and q are what was computed from the padding and not used.
    quick : Forward or None
        If :mod:`engine.fast` ran it, what its way back needs.
    """

    cell: Cell
    x: Array
    z: Array
    h: Array
    gates: Mapping[str, Array] = field(default_factory=dict)
    c: Array | None = None
    tanh_c: Array | None = None
    q: Array | None = None
    held: Held = field(default_factory=lambda: NOTHING_HELD)
    mask: Mask | None = None
    quick: Forward | None = field(default=None, repr=False)

    @property
    def steps(self) -> int:
        """Number of steps T."""
        return int(self.x.shape[0])

    @property
    def batch(self) -> int:
        """Number of sequences B."""
        return int(self.x.shape[1])

    @property
    def units(self) -> int:
        """Number of units H."""
        return int(self.h.shape[2])

    def block(self, gate: str) -> Array:
        """Pre-activations of one gate, a view (T, B, H); KeyError if the cell computes no such gate."""
        return self.z[:, :, self.cell.rows(gate, self.units)]


@dataclass(frozen=True, eq=False, repr=False)
class GradientTrace:
    """dL/d of everything that a forward pass computed, by backpropagation through time.

    Attributes
    ----------
    cell : Cell
        Which recurrence.
    x, z : ndarray
        (T, B, I) and (T, B, G*H).
    h : ndarray
        (T+1, B, H): dL/dh_t with c_t held.
    above : ndarray
        (T+1, B, H): the part of ``h`` that came from above, the loss of the same step or the next layer.
    gates : mapping of str to ndarray
        dL/d of each gate's output, (T, B, H).
    weights : mapping of str to ndarray
        dL/d of each parameter, summed over all steps and the batch, under the short names.
    c, tanh_c : ndarray or None
        dL/dc_t (T+1, B, H), with h_t following c_t at t >= 1; dL/d tanh(c_t) (T, B, H).
    q : ndarray or None
        dL/dq_t (T, B, H); GRU only.
    end_h, end_c : ndarray or None
        (B, H): what came into the last state from later.
    cuts : tuple of int
        Steps after which the gradient was cut.
    """

    cell: Cell
    x: Array
    z: Array
    h: Array
    above: Array
    gates: Mapping[str, Array]
    weights: Mapping[str, Array]
    c: Array | None = None
    tanh_c: Array | None = None
    q: Array | None = None
    end_h: Array | None = None
    end_c: Array | None = None
    cuts: tuple[int, ...] = ()

    def block(self, gate: str) -> Array:
        """dL/dz of one gate, a view (T, B, H); KeyError if the cell computes no such gate."""
        return self.z[:, :, self.cell.rows(gate, self.h.shape[2])]
