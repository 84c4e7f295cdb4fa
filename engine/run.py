"""What an experiment gives: one run for each lane, computed as far as it is asked for and then kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .activations import ACTIVATIONS
from .backprop import backpropagate
from .decay import Decay, fit_decay
from .experiment import LIMITS, Experiment, Lane, Network
from .initializers import gate_rows, spectral_radius
from .jacobians import direct_products, jacobians_back
from .losses import loss_terms
from .quantities import Quantity, quantities_of, quantity
from .resolve import find_problems, set_up
from .unroll import unroll

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .trace import ForwardTrace, GradientTrace, Held

__all__ = ["ExperimentError", "LeftRange", "Run", "run"]

Array = NDArray[np.float64]


class ExperimentError(ValueError):
    """An experiment that cannot run; its text says why, a sentence each."""


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


def run(experiment: Experiment) -> tuple[Run, ...]:
    """Run an experiment.

    Returns
    -------
    tuple of Run
        One for each lane, in order. The forward pass is done; the rest is computed when first asked for.

    Raises
    ------
    ExperimentError
        If the description does not fit together or exceeds :data:`engine.LIMITS`.
    """
    problems = find_problems(experiment)
    if problems:
        raise ExperimentError(". ".join(problems))
    return tuple(Run(experiment, lane) for lane in experiment.lanes)


class Run:
    """One lane of an experiment, with every number that a learner may look at.

    Steps count 1..T, index 0 is the initial state; units count from 1. Arrays are read-only and hold the one
    sequence of the experiment, without a batch axis.

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
    forward : ForwardTrace
        The forward pass.
    """

    def __init__(self, experiment: Experiment, lane: Lane) -> None:
        setup = set_up(experiment, lane)
        self.experiment = experiment
        self.name = lane.name
        self.network: Network = setup.lane.network
        self._parameters = setup.parameters
        for array in setup.parameters.values():
            array.flags.writeable = False
        self.parameters: Mapping[str, Array] = MappingProxyType(setup.parameters)
        self.forward: ForwardTrace = unroll(
            self.network.cell,
            setup.parameters,
            setup.x,
            activation=self.network.activation,
            h0=setup.h0,
            c0=setup.c0,
            held=setup.held,
        )
        self._grids: dict[str, Array] = {}
        self._jacobians: dict[tuple[str, int], Array] = {}

    @property
    def cell(self) -> str:
        """``"rnn"`` or ``"lstm"``."""
        return self.network.cell

    @property
    def steps(self) -> int:
        """Number of steps T."""
        return self.forward.steps

    @property
    def units(self) -> int:
        """Number of units H."""
        return self.forward.units

    @property
    def inputs(self) -> int:
        """Size of the input vectors I."""
        return int(self.forward.x.shape[2])

    @property
    def held(self) -> Held:
        """What interventions hold, as masks (T, H)."""
        return self.forward.held

    @property
    def labels(self) -> tuple[str, ...]:
        """What stands over each step, or empty."""
        labels = self.experiment.input.labels
        return self.experiment.input.resized(self.steps).labels if labels else ()

    @cached_property
    def _loss(self) -> tuple[Array, Array]:
        judged = self.forward.h[1:] if self.forward.y is None else self.forward.y
        return loss_terms(self.experiment.loss, judged)

    @cached_property
    def backward(self) -> GradientTrace:
        """The gradient trace, by backpropagation through all T steps."""
        return backpropagate(
            self.forward, self._parameters, self._loss[1], activation=self.network.activation
        )

    @property
    def loss(self) -> float:
        """The loss L, summed over the judged steps."""
        return float(self._loss[0].sum())

    @property
    def loss_steps(self) -> tuple[int, ...]:
        """Steps that the loss judges."""
        return self.experiment.loss.steps(self.steps)

    @property
    def parameter_count(self) -> int:
        """Number of trainable numbers, one bias per row, read-out included."""
        return sum(a.size for name, a in self.parameters.items() if name != "bias_hh_l0")

    def quantities(self) -> tuple[Quantity, ...]:
        """All quantities that this run has, in order of computation."""
        return tuple(q for q in quantities_of(self.cell) if self.forward.y is not None or "y" not in q.name)

    def has(self, name: str) -> bool:
        """Tell whether this run has the quantity."""
        return any(q.name == name for q in self.quantities())

    def first_step(self, name: str) -> int:
        """Give 0 for states, 1 for the rest."""
        return quantity(name, self.cell).first

    def states(self, name: str) -> Array:
        """All values of a quantity from its first step on.

        Parameters
        ----------
        name : str
            See :func:`engine.quantities_of`.

        Returns
        -------
        ndarray
            (T+1, N) for states, row 0 being the initial one; (T, N) for the rest, row 0 being step 1.

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
        return values[1:] if self.first_step(name) == 0 else values

    def _values(self, name: str) -> Array:
        if not self.has(name):
            raise KeyError(name)
        if name == "loss":
            return self._loss[0]
        if name.startswith("grad("):
            return _pick(self.backward, name[5:-1])[:, 0]
        return _pick(self.forward, name)[:, 0]

    def at(self, name: str, t: int, unit: int | None = None) -> Array | float:
        """Look up a value.

        Parameters
        ----------
        name : str
            Quantity.
        t : int
            Step; 0 only for states.
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
        first = self.first_step(name)
        if not first <= t <= self.steps:
            raise IndexError(f"step {t} does not exist: {name} has steps {first} to {self.steps}")
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
        with np.errstate(all="ignore"):
            return np.asarray(np.linalg.norm(self.states(name), axis=1))

    @cached_property
    def forward_left_range(self) -> LeftRange | None:
        """Where the numbers of the forward pass left the range of float64; asks for no backward pass."""
        return self._first_left(gradients=False)

    @cached_property
    def left_range(self) -> LeftRange | None:
        """Where the numbers left the range of float64: the forward pass first, then the gradients.

        The backward pass is computed for it only where the forward one stayed in range.
        """
        return self.forward_left_range or self._first_left(gradients=True)

    def _first_left(self, *, gradients: bool) -> LeftRange | None:
        worst: LeftRange | None = None
        for q in self.quantities():
            if q.is_gradient is not gradients:
                continue
            known = np.isfinite(self.grid(q.name))
            if known.all():
                continue
            bad = np.flatnonzero(~known.all(axis=1))
            found = LeftRange("backward", int(bad[-1]) + 1, q.name)
            if not gradients:
                found = LeftRange("forward", int(bad[0]) + 1, q.name)
            if worst is None or (found.t > worst.t if gradients else found.t < worst.t):
                worst = found
        return worst

    def jacobian(self, name: str, end: int, t: int) -> Array:
        """Differentiate a state at step ``end`` by the same state at step ``t``, recomputing all between.

        Parameters
        ----------
        name : str
            ``"h"``, or ``"c"`` of an LSTM; see :func:`engine.jacobians.jacobians_back` for what is held.
        end, t : int
            Steps, 0 <= t <= end <= T.

        Returns
        -------
        ndarray
            (H, H), entry [i, j] = d unit i at ``end`` / d unit j at ``t``.

        Raises
        ------
        KeyError, IndexError
            If there is no such state or step.
        """
        if name not in ("h", "c") or (name == "c" and self.cell == "rnn"):
            raise KeyError(name)
        if not 0 <= t <= end <= self.steps:
            raise IndexError(f"a Jacobian needs steps 0 <= t <= T' <= {self.steps}, not t = {t}, T' = {end}")
        key = (name, end)
        if key in self._jacobians:
            return np.asarray(self._jacobians[key][t])
        back = jacobians_back(self.forward, self._parameters, name, end, activation=self.network.activation)
        if (end + 1) * self.units**2 > LIMITS.max_jacobian_numbers:
            return next(matrix for step, matrix in back if step == t)
        kept = np.empty((end + 1, self.units, self.units))
        for step, matrix in back:
            kept[step] = matrix
        kept.flags.writeable = False
        self._jacobians = {key: kept}  # one set at a time bounds the memory
        return np.asarray(kept[t])

    def direct(self, end: int, t: int) -> Array:
        """Product of the forget gates of steps t+1..end, (H,): the direct path from c_end to c_t; LSTM only.

        Raises
        ------
        KeyError, IndexError
            If there is no cell state or no such step.
        """
        if self.cell != "lstm":
            raise KeyError("c")
        if not 0 <= t <= end <= self.steps:
            raise IndexError(
                f"a direct path needs steps 0 <= t <= T' <= {self.steps}, not t = {t}, T' = {end}"
            )
        return np.asarray(direct_products(self.forward, end)[t])

    @cached_property
    def _direct_gradient(self) -> Array:
        end = self.loss_steps[-1] if self.loss_steps else self.steps
        with np.errstate(all="ignore"):
            return direct_products(self.forward, end) * self.vector("grad(c)", end)

    def direct_norms(self) -> Array:
        """Norm of what the product of f alone leaves of dL/dc at the last judged step, for steps 0 to it."""
        with np.errstate(all="ignore"):
            return np.asarray(np.linalg.norm(self._direct_gradient, axis=1))

    def paths(self, t: int) -> dict[str, Array]:
        """dL/dc_t split by the way it came; LSTM only.

        Returns
        -------
        dict of ndarray
            ``"c"``: from c_{t+1} times f. ``"i", "f", "g", "o"``: from that gate of step t+1 through h_t.
            ``"loss"``: from this step's own loss through h_t. Each (H,); they sum to ``at("grad(c)", t)``.

        Notes
        -----
        h_0 does not depend on c_0, so at t = 0 only ``"c"`` is not zero.
        """
        if self.cell != "lstm":
            raise KeyError("c")
        return {key: values[t] for key, values in self._path_table.items()}

    @cached_property
    def _path_table(self) -> dict[str, Array]:
        """All paths at all steps, each (T+1, H)."""
        back, ahead = self.backward, self.forward
        assert ahead.tanh_c is not None
        assert back.c is not None
        open_c = 1.0 if "c" not in self.held else ~self.held["c"].mask
        open_h = 1.0 if "h" not in self.held else ~self.held["h"].mask
        table = {key: np.zeros((self.steps + 1, self.units)) for key in ("loss", "c", *"ifgo")}
        with np.errstate(all="ignore"):
            table["c"][:-1] = back.c[1:, 0] * open_c * ahead.gates["f"][:, 0]
            into_c = open_h * ahead.gates["o"][:, 0] * (1.0 - ahead.tanh_c[:, 0] ** 2)
            table["loss"][1:] = back.loss_h[1:, 0] * into_c
            for gate in "ifgo":
                recurrent = self.gate_matrix("weight_hh_l0", gate)
                table[gate][1:-1] = (back.block(gate)[1:, 0] @ recurrent) * into_c[:-1]
        return table

    def path_projections(self) -> dict[str, Array]:
        """Signed projection of each path on the direction of dL/dc_t, at steps 0..T.

        Returns
        -------
        dict of ndarray
            Keys as :meth:`paths`, each (T+1,). They sum to the norm of dL/dc_t; a negative one cancels.
        """
        if self.cell != "lstm":
            raise KeyError("c")
        whole = self.states("grad(c)")
        with np.errstate(all="ignore"):
            norm = np.linalg.norm(whole, axis=1, keepdims=True)
            direction = np.where(np.isfinite(norm) & (norm > 0.0), whole / norm, 0.0)
            return {key: np.sum(part * direction, axis=1) for key, part in self._path_table.items()}

    def decay(self, name: str) -> Decay | None:
        """Fit a factor per step to a gradient's norm, from step 1 to the last judged one; None if no fit."""
        end = self.loss_steps[-1] if self.loss_steps else self.steps
        norms = self.norms(name)
        first = self.first_step(name)
        return fit_decay(norms[1 - first : end + 1 - first])

    def weight_gradient(self, name: str) -> Array:
        """dL/d of a parameter under PyTorch's name, summed over all steps.

        Raises
        ------
        KeyError
            If there is no such parameter.
        """
        return self.backward.weights[name]

    def gate_matrix(self, matrix: str, gate: str = "") -> Array:
        """Block of a packed parameter that belongs to one gate.

        Parameters
        ----------
        matrix : str
            A parameter's name, such as ``weight_hh_l0``.
        gate : str
            i, f, g, o; empty for the plain cell.
        """
        return self.parameters[matrix][gate_rows(self.network, gate)]

    def spectral_radius(self) -> float:
        """Largest absolute eigenvalue of the plain cell's recurrent matrix."""
        return spectral_radius(self.parameters["weight_hh_l0"][: self.units])

    def bound(self) -> float | None:
        """Give the bound gamma * sigma_1 on the plain cell's factor per step; None for an LSTM.

        gamma is the largest slope of the activation, sigma_1 the largest singular value of the recurrent
        matrix (Pascanu, Mikolov and Bengio 2013, section 2.1).
        """
        if self.cell != "rnn":
            return None
        sigma = float(np.linalg.norm(self.parameters["weight_hh_l0"], 2))
        return ACTIVATIONS[self.network.activation].gamma * sigma

    def saturation(self, name: str, low: float = 0.1, high: float = 0.9) -> tuple[float, float]:
        """Shares of a gate's values, over steps 1..T and units, below ``low`` and above ``high``.

        The limits .1 and .9 are those of Karpathy, Johnson and Fei-Fei (2015), figure 3.
        """
        values = self.grid(name)
        return float(np.mean(values < low)), float(np.mean(values > high))


def _pick(trace: ForwardTrace | GradientTrace, name: str) -> Array:
    if name.startswith("z_"):
        return trace.block(name[2:])
    if name in trace.gates:
        return trace.gates[name]
    array = getattr(trace, name)
    assert isinstance(array, np.ndarray)
    return array
