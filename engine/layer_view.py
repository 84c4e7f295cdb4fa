"""What can be looked up in a run: shapes, every quantity at every step, and where numbers left the range."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .initializers import layer_suffixes
from .losses import perplexity
from .quantities import Quantity, quantities_of, quantity
from .trace import NOTHING_HELD

if TYPE_CHECKING:
    from typing import Self

    from .lane_pass import LanePass
    from .network import NetworkGradient
    from .trace import ForwardTrace, GradientTrace, Held

__all__ = ["LayerView", "LeftRange"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LeftRange:
    """Where numbers stopped being numbers.

    Attributes
    ----------
    phase : str
        ``"forward"`` or ``"backward"``.
    t : int
        First step (forward) or latest step (backward) with inf or nan.
    quantity : str
        What left the range there.
    """

    phase: str
    t: int
    quantity: str

    @property
    def sentence(self) -> str:
        """Say it."""
        what = "the gradients" if self.phase == "backward" else "the numbers"
        return f"{what} left the range at t = {self.t}"


class LayerView:
    """One layer and direction of a run, with every array that it has.

    Steps count 1..T, index 0 is the initial state; units count from 1. Arrays are read-only and hold the one
    sequence of the experiment, without a batch axis. A network of several layers or both directions is seen
    one layer and direction at a time, the first one first; :meth:`on` turns to another. A reverse direction's
    arrays stand in the order of time too; its initial state is that of step T+1.

    Attributes
    ----------
    experiment : Experiment
        What was run.
    name : str
        Of the lane.
    network : Network
        With changed settings put in.
    parameters : mapping of str to ndarray
        Under PyTorch's names, with changes put in.
    layer, direction : int and str
        What is looked at: a layer from 1, ``"forward"`` or ``"reverse"``.
    ending : str
        With which the names of its parameters end in PyTorch, such as ``_l0``.
    """

    def __init__(self, whole: LanePass, layer: int = 1, direction: str = "forward") -> None:
        self._whole = whole
        self.experiment = whole.experiment
        self.name = whole.name
        self.network = whole.network
        self.parameters = whole.parameters
        self.layer = layer
        self.direction = direction
        self._column = whole.network.directions.index(direction)
        self.ending = layer_suffixes(whole.network)[layer - 1][self._column]
        self._grids: dict[str, Array] = {}
        self._views: dict[tuple[int, str], Any] = {(layer, direction): self}  # of Self

    def on(self, layer: int = 1, direction: str = "forward") -> Self:
        """Look at another layer or direction of the same run.

        Raises
        ------
        IndexError
            If the network has no such layer or direction.
        """
        if not 1 <= layer <= self.network.layers:
            raise IndexError(f"layer {layer} does not exist: the network has {self.network.layers}")
        if direction not in self.network.directions:
            raise IndexError(f"the network has no {direction} direction")
        place = (layer, direction)
        if place not in self._views:
            other = type(self)(self._whole, layer, direction)
            other._views = self._views
            self._views[place] = other
        found: Self = self._views[place]
        return found

    # ------------------------------------------------------------------------------------------- what it is

    @property
    def cell(self) -> str:
        """``"rnn"``, ``"lstm"`` or ``"gru"``."""
        return self.network.cell

    @property
    def steps(self) -> int:
        """Number of steps T."""
        return self._whole.trace.steps

    @property
    def units(self) -> int:
        """Number of units H of a layer and direction."""
        return self.network.hidden

    @property
    def inputs(self) -> int:
        """Number of entries that this layer reads at a step."""
        return int(self.forward.x.shape[2])

    @property
    def held(self) -> Held:
        """What interventions hold here, as masks (T, H) in the order of time."""
        return self._whole.held.get((self.layer, self.direction), NOTHING_HELD)

    @property
    def labels(self) -> tuple[str, ...]:
        """What stands over each step, or empty."""
        return self._whole.labels

    @property
    def forward(self) -> ForwardTrace:
        """The layer's forward pass, in the order in which it was computed."""
        return self._whole.trace.layers[self.layer - 1][self._column]

    @property
    def backward(self) -> GradientTrace:
        """The layer's gradients, by backpropagation through time; rows as in :attr:`forward`."""
        return self._whole.gradient.layers[self.layer - 1][self._column]

    @property
    def cuts(self) -> tuple[int, ...]:
        """Steps after which the gradient is cut, by truncated BPTT."""
        return self._whole.cuts

    @property
    def loss(self) -> float:
        """The loss L, summed over the judged steps."""
        return float(self._whole.losses[0].sum())

    @property
    def perplexity(self) -> float:
        """Exponential of the mean loss over the judged steps; of use where that is a cross-entropy."""
        return perplexity(self.loss / max(1, len(self.loss_steps)))

    @property
    def loss_steps(self) -> tuple[int, ...]:
        """Steps that the loss judges."""
        return self.experiment.loss.steps(self.steps)

    @property
    def parameter_count(self) -> int:
        """Number of trainable numbers of the whole network, one bias per row, read-out included."""
        return sum(a.size for name, a in self.parameters.items() if not name.startswith("bias_hh"))

    # ------------------------------------------------------------------------------------------- quantities

    def quantities(self) -> tuple[Quantity, ...]:
        """All quantities that this run has, in order of computation."""
        return tuple(q for q in quantities_of(self.network.recurrence) if self._has(q.name))

    def has(self, name: str) -> bool:
        """Tell whether this run has the quantity."""
        return any(q.name == name for q in self.quantities())

    def _has(self, name: str) -> bool:
        base = name[5:-1] if name.startswith("grad(") else name
        if base == "y":
            return self.network.outputs is not None
        if base == "p":
            return self.network.readout != "linear"
        return base != "e" or (self.network.embedding is not None and self.layer == 1)

    def first_step(self, name: str) -> int:
        """Give 0 for states of the forward direction, 1 for the rest."""
        return quantity(name, self.network.recurrence).first if self.direction == "forward" else 1

    def last_step(self, name: str) -> int:
        """Give T, or T+1 for states of the reverse direction, whose initial state lies there."""
        state = quantity(name, self.network.recurrence).first == 0
        return self.steps + (1 if state and self.direction == "reverse" else 0)

    def states(self, name: str) -> Array:
        """All values of a quantity from its first step on.

        Parameters
        ----------
        name : str
            See :func:`engine.quantities_of`.

        Returns
        -------
        ndarray
            (T+1, N) for states, row 0 being the initial one (of the reverse direction the last row is);
            (T, N) for the rest, row 0 being step 1.

        Raises
        ------
        KeyError
            If the run has no such quantity.
        """
        if name not in self._grids:
            array = np.ascontiguousarray(self._values(name))
            array.flags.writeable = False
            self._grids[name] = array
        return self._grids[name]

    def grid(self, name: str) -> Array:
        """Values at steps 1..T, (T, N)."""
        values = self.states(name)
        if len(values) == self.steps:
            return values
        return values[1:] if self.direction == "forward" else values[:-1]

    def _values(self, name: str) -> Array:
        if not self.has(name):
            raise KeyError(name)
        if name == "loss":
            return self._whole.losses[0]
        if name.startswith("grad("):
            return self._gradient_values(self._whole.gradient, name[5:-1])
        trace = self._whole.trace
        if name == "e" or name in ("y", "p"):
            values = getattr(trace, name)
        elif name == "x" and self.layer == 1:
            values = trace.x
        else:
            return self._in_time(_pick(self.forward, name)[:, 0])
        assert isinstance(values, np.ndarray)
        return values[:, 0]

    def _gradient_values(self, gradient: NetworkGradient, base: str) -> Array:
        if base in ("e", "y") or (base == "x" and self.layer == 1):
            values = getattr(gradient, base)
            assert isinstance(values, np.ndarray)
            return values[:, 0]
        row = gradient.layers[self.layer - 1]
        if base == "x":
            # What a layer reads is read by both its directions.
            parts = [part.x[:, 0] if k == 0 else part.x[::-1, 0] for k, part in enumerate(row)]
            return np.asarray(np.sum(parts, axis=0))
        return self._in_time(_pick(row[self._column], base)[:, 0])

    def _in_time(self, values: Array) -> Array:
        return values if self.direction == "forward" else values[::-1]

    def at(self, name: str, t: int, unit: int | None = None) -> Array | float:
        """Look up a value.

        Parameters
        ----------
        name : str
            Quantity.
        t : int
            Step; 0 only for states (of the reverse direction T+1).
        unit : int or None
            From 1; None for the whole vector.

        Returns
        -------
        float or ndarray
            One number, or (N,).

        Raises
        ------
        KeyError
            If the run has no such quantity.
        IndexError
            If step or unit do not exist.
        """
        values = self.states(name)
        first, last = self.first_step(name), self.last_step(name)
        if not first <= t <= last:
            raise IndexError(f"step {t} does not exist: {name} has steps {first} to {last}")
        row: Array = values[t - first]
        if unit is None:
            return row
        if not 1 <= unit <= len(row):
            raise IndexError(f"unit {unit} does not exist: {name} has units 1 to {len(row)}")
        return float(row[unit - 1])

    def vector(self, name: str, t: int) -> Array:
        """Give the whole vector of a quantity at a step, (N,); errors as :meth:`at`."""
        row = self.at(name, t)
        assert isinstance(row, np.ndarray)
        return row

    def norms(self, name: str) -> Array:
        """2-norm at each step, from the quantity's first step on; (T+1,) or (T,)."""
        values = self.states(name)
        with np.errstate(all="ignore"):
            # Squares of large numbers leave the range; of numbers measured by the largest they do not.
            largest = np.max(np.abs(values), axis=1, keepdims=True)
            unit = np.where(np.isfinite(largest) & (largest > 0.0), largest, 1.0)
            return np.asarray(np.linalg.norm(values / unit, axis=1) * unit[:, 0])

    def saliency(self) -> Array:
        """2-norm of dL/dx_t at steps 1..T, (T,): how strongly the loss answers to each step's input."""
        return self.on(1).norms("grad(x)")

    # -------------------------------------------------------------------------------- numbers out of range

    @cached_property
    def forward_left_range(self) -> LeftRange | None:
        """Where the numbers of the forward pass left the range of float64; asks for no backward pass."""
        return self._first_left(gradients=False)

    @cached_property
    def left_range(self) -> LeftRange | None:
        """Where the numbers left the range of float64: the forward pass first, then the gradients.

        All layers and directions are looked at. The backward pass is computed for it only where the forward
        one stayed in range.
        """
        return self.forward_left_range or self._first_left(gradients=True)

    def _first_left(self, *, gradients: bool) -> LeftRange | None:
        if self._whole.sounds(gradients=gradients):
            return None
        worst: LeftRange | None = None
        for layer in range(1, self.network.layers + 1):
            for direction in self.network.directions:
                seen = self.on(layer, direction)
                for q in seen.quantities():
                    if q.is_gradient is gradients:
                        worst = _worse(worst, q.name, seen.grid(q.name), gradients=gradients)
        return worst


def _worse(worst: LeftRange | None, name: str, values: Array, *, gradients: bool) -> LeftRange | None:
    known = np.isfinite(values)
    if known.all():
        return worst
    bad = np.flatnonzero(~known.all(axis=1))
    t = int(bad[-1] if gradients else bad[0]) + 1
    if worst is not None and (t <= worst.t if gradients else t >= worst.t):
        return worst
    return LeftRange("backward" if gradients else "forward", t, name)


def _pick(trace: ForwardTrace | GradientTrace, name: str) -> Array:
    if name.startswith("z_"):
        return trace.block(name[2:])
    if name in trace.gates:
        return trace.gates[name]
    array = getattr(trace, name)
    assert isinstance(array, np.ndarray)
    return array
