"""What an experiment gives: one run for each lane, computed as far as it is asked for and then kept."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .activations import ACTIVATIONS
from .backprop import paths, step_contribution
from .decay import Decay, fit_decay
from .experiment import LIMITS
from .factors import factors
from .initializers import gate_rows, spectral_radius
from .jacobians import direct_products, jacobians_back
from .lane_pass import LanePass
from .layer_view import LayerView, LeftRange
from .problems import find_problems

if TYPE_CHECKING:
    from .experiment import Experiment

__all__ = ["ExperimentError", "LeftRange", "Run", "run"]

Array = NDArray[np.float64]


class ExperimentError(ValueError):
    """An experiment that cannot run; its text says why, a sentence each."""


def run(experiment: Experiment, *, wrong: str | None = None) -> tuple[Run, ...]:
    """Run an experiment.

    Parameters
    ----------
    experiment : Experiment
        What is to be run.
    wrong : str or None
        Name of a deviation to run in the place of the right model; see :mod:`engine.wrong_models`.

    Returns
    -------
    tuple of Run
        One for each lane, in order. The forward pass is done; the rest is computed when first asked for.

    Raises
    ------
    ExperimentError
        If the description does not fit together or exceeds :data:`engine.LIMITS`, or if a lane's cell cannot
        deviate in that way.
    KeyError
        If no wrong model has that name.

    Examples
    --------
    >>> import engine
    >>> network = engine.Network("gru", hidden=2, layers=2, seed=1)
    >>> (gru,) = engine.run(engine.Experiment((engine.Lane("gru", network),), engine.Input.zeros(4)))
    >>> gru.on(layer=2).grid("z").shape
    (4, 2)
    """
    problems = find_problems(experiment)
    if problems:
        raise ExperimentError(". ".join(problems))
    if wrong is None:
        return tuple(Run(LanePass(experiment, lane)) for lane in experiment.lanes)
    from .wrong_models import wrong_model  # a study session without them need not load them

    model = wrong_model(wrong)
    for lane in experiment.lanes:
        if lane.network.cell not in model.cells:
            raise ExperimentError(f"“{model.title}” is a deviation of {' and '.join(model.cells)} only")
    return tuple(Run(LanePass(experiment, lane, model)) for lane in experiment.lanes)


class Run(LayerView):
    """One lane of an experiment, with every number that a learner may look at.

    What a layer and direction hold is looked up as :class:`engine.layer_view.LayerView` says; here is how
    states answer to each other, which way gradients came, and what weights have to do with it.
    """

    def __init__(self, whole: LanePass, layer: int = 1, direction: str = "forward") -> None:
        super().__init__(whole, layer, direction)
        self._jacobians: dict[tuple[str, int], Array] = {}
        self._contributions: dict[str, Array] = {}

    # -------------------------------------------------------------------------- how states answer to states

    def _index(self, t: int) -> int:
        """Row of a state in the order of computation."""
        return t if self.direction == "forward" else self.steps + 1 - t

    def _span(self, end: int, t: int, what: str) -> tuple[int, int]:
        last, first = self._index(end), self._index(t)
        if 0 <= first <= last <= self.steps:
            return last, first
        if self.direction == "forward":
            raise IndexError(f"{what} needs steps 0 <= t <= T' <= {self.steps}, not t = {t}, T' = {end}")
        raise IndexError(f"{what} needs steps 1 <= T' <= t <= {self.steps + 1}, not t = {t}, T' = {end}")

    def jacobian(self, name: str, end: int, t: int) -> Array:
        """Differentiate a state at step ``end`` by the same state at step ``t``, recomputing all between.

        Parameters
        ----------
        name : str
            ``"h"``, or ``"c"`` of an LSTM; see :func:`engine.jacobians.jacobians_back` for what is held.
        end, t : int
            Steps, 0 <= t <= end <= T; of the reverse direction 1 <= end <= t <= T+1.

        Returns
        -------
        ndarray
            (H, H), entry [i, j] = d unit i at ``end`` / d unit j at ``t``. Truncation does not touch it.

        Raises
        ------
        KeyError, IndexError
            If there is no such state or step.
        """
        if name not in ("h", "c") or (name == "c" and self.cell != "lstm"):
            raise KeyError(name)
        last, first = self._span(end, t, "a Jacobian")
        wrong = self._whole.wrong
        if wrong is not None and wrong.between is not None:
            using = wrong.between(factors(self.forward), first, last)
            back = jacobians_back(self.forward, self._own, name, last, using=using)
            return next(matrix for step, matrix in back if step == first)
        kept = self._jacobians_to(name, last)
        if kept is not None:
            return np.asarray(kept[first])
        back = jacobians_back(self.forward, self._own, name, last, using=self._whole.factors_of(self.forward))
        return next(matrix for step, matrix in back if step == first)

    def jacobian_spectra(self, name: str, end: int) -> Array:
        """All singular values of the Jacobians to step ``end`` from steps 0..end, (end+1, H), largest first.

        Raises
        ------
        KeyError, IndexError
            If there is no such state or step.
        ExperimentError
            If the Jacobians are more numbers than :data:`engine.LIMITS` lets a run keep.
        """
        from .spectra import singular_values

        self.jacobian(name, end, end)
        kept = self._jacobians_to(name, self._index(end))
        if kept is None:
            raise ExperimentError(
                f"the Jacobians of {end + 1} steps and {self.units} units are more than a run keeps"
            )
        return singular_values(kept)

    def _jacobians_to(self, name: str, last: int) -> Array | None:
        """All Jacobians to one step, kept where the limits allow it."""
        key = (name, last)
        if key not in self._jacobians:
            if (last + 1) * self.units**2 > LIMITS.max_jacobian_numbers:
                return None
            kept = np.empty((last + 1, self.units, self.units))
            using = self._whole.factors_of(self.forward)
            for step, matrix in jacobians_back(self.forward, self._own, name, last, using=using):
                kept[step] = matrix
            kept.flags.writeable = False
            self._jacobians = {key: kept}  # one set at a time bounds the memory
        return self._jacobians[key]

    @property
    def _own(self) -> dict[str, Array]:
        return self._whole.parameters_back(self.ending)

    def direct(self, end: int, t: int) -> Array:
        """Product of the forget gates of steps t+1..end, (H,): the direct path from c_end to c_t.

        Of a GRU, the product of its update gates: the direct path from h_end to h_t.

        Raises
        ------
        KeyError, IndexError
            If the cell has no direct path, or if there is no such step.
        """
        if self.cell == "rnn":
            raise KeyError("c")
        last, first = self._span(end, t, "a direct path")
        return np.asarray(direct_products(self.forward, last)[first])

    @property
    def _last_judged(self) -> int:
        """Row, in the order of computation, of the last judged state."""
        if not self.loss_steps:
            return self.steps
        return max(self._index(t) for t in self.loss_steps)

    @cached_property
    def _direct_gradient(self) -> Array:
        end = self._last_judged
        state = self.backward.c if self.cell == "lstm" else self.backward.h
        assert state is not None
        with np.errstate(all="ignore"):
            return np.asarray(direct_products(self.forward, end) * state[end, 0])

    def direct_norms(self) -> Array:
        """Norm of what the direct path alone leaves of the state's gradient at the last judged step.

        Returns
        -------
        ndarray
            From the initial state to that step, in the order of computation.
        """
        with np.errstate(all="ignore"):
            return np.asarray(np.linalg.norm(self._direct_gradient, axis=1))

    # ---------------------------------------------------------------------------- which way gradients came

    def paths(self, t: int, state: str = "c") -> dict[str, Array]:
        """Split the gradient of a state by the way it came.

        Parameters
        ----------
        t : int
            Step.
        state : str
            ``"c"`` of an LSTM, or ``"h"``.

        Returns
        -------
        dict of ndarray
            Of c: ``"c"`` from c_{t+1} times f; ``"i", "f", "g", "o"`` from that gate of step t+1 through h_t;
            ``"above"`` from this step's own loss, or the next layer, through h_t. Of h: ``"above"`` and the
            gates of step t+1; a GRU's direct copy is ``"h"``; a plain cell has ``"z"``. Each (H,); they sum
            to the gradient of the state.

        Raises
        ------
        KeyError
            If the cell has no such state.
        """
        row = self._index(t)
        return {key: values[row, 0] for key, values in self._path_table[state].items()}

    def from_above(self, t: int) -> Array:
        """Give the part of dL/dh_t that came from the step's own loss or from the layer above, (H,)."""
        return np.asarray(self.backward.above[self._index(t), 0])

    @cached_property
    def _path_table(self) -> dict[str, dict[str, Array]]:
        return paths(self.forward, self._own, self.backward, using=self._whole.factors_of(self.forward))

    def path_projections(self, state: str = "c") -> dict[str, Array]:
        """Signed projection of each path on the direction of the state's gradient, at all its steps.

        Returns
        -------
        dict of ndarray
            Keys as :meth:`paths`, each (T+1,). They sum to the norm of the gradient; a negative one cancels.

        Raises
        ------
        KeyError
            If the cell has no such state.
        """
        table = self._path_table[state]
        whole = self.states(f"grad({state})")
        with np.errstate(all="ignore"):
            norm = np.linalg.norm(whole, axis=1, keepdims=True)
            direction = np.where(np.isfinite(norm) & (norm > 0.0), whole / norm, 0.0)
            return {key: np.sum(self._in_time(part[:, 0]) * direction, axis=1) for key, part in table.items()}

    def origins(self, name: str) -> Array:
        """Split a gradient by the judged step that it came from.

        Parameters
        ----------
        name : str
            A gradient, such as ``grad(h)``.

        Returns
        -------
        ndarray
            (K, T or T+1, N) for K judged steps in order; the sum over the first axis is ``states(name)``.

        Raises
        ------
        KeyError
            If the run has no such gradient.
        ExperimentError
            If it would be more numbers than :data:`engine.LIMITS` lets a run keep.
        """
        if not name.startswith("grad("):
            raise KeyError(name)
        whole, judged = self.states(name), self.loss_steps
        if len(judged) * whole.size > LIMITS.max_jacobian_numbers:
            raise ExperimentError(
                f"{len(judged)} judged steps times {whole.size} numbers are more than a run keeps"
            )
        dv = self._whole.losses[1]
        parts = np.empty((len(judged), *whole.shape))
        for k, t in enumerate(judged):
            alone = np.zeros_like(dv)
            alone[t - 1] = dv[t - 1]
            gradient = self._whole.back(alone)
            parts[k] = self._gradient_values(gradient, name[5:-1])
        return parts

    # ------------------------------------------------------------------------------------ weights and decay

    def decay(self, name: str) -> Decay | None:
        """Fit a factor per step to a gradient's norm, from step 1 to the last judged one; None if no fit."""
        norms = self.norms(name)
        if len(norms) > self.steps:
            norms = norms[1:] if self.direction == "forward" else norms[:-1]
        return fit_decay(self._in_time(norms)[: self._last_judged])

    def weight_gradient(self, name: str) -> Array:
        """dL/d of a parameter under PyTorch's name, summed over all steps.

        Raises
        ------
        KeyError
            If there is no such parameter.
        """
        return self._whole.gradient.weights[name]

    def contributions(self, name: str) -> Array:
        """What each step adds to the gradient of a parameter of this layer and direction.

        Parameters
        ----------
        name : str
            The parameter's name without its layer: ``weight_hh``, ``bias_ih``, ``weight_ci``, ...

        Returns
        -------
        ndarray
            (T, *shape), steps 1..T; they sum to :meth:`weight_gradient`.

        Raises
        ------
        KeyError
            If there is no such parameter.
        ExperimentError
            If it would be more numbers than :data:`engine.LIMITS` lets a run keep.
        """
        size = self.steps * self.parameters[name + self.ending].size
        if size > LIMITS.max_jacobian_numbers:
            raise ExperimentError(
                f"the shares of {self.steps} steps are {size} numbers, more than a run keeps"
            )
        if name not in self._contributions:
            shares = self._in_time(step_contribution(self.forward, self.backward, name))
            shares.flags.writeable = False
            self._contributions = {name: shares}  # one at a time bounds the memory
        return self._contributions[name]

    def gate_matrix(self, matrix: str, gate: str = "") -> Array:
        """Block of this layer's packed parameter that belongs to one gate.

        Parameters
        ----------
        matrix : str
            A parameter's name without its layer, such as ``weight_hh``.
        gate : str
            i, f, g, o or r, z, n; empty for the plain cell.
        """
        return self.parameters[matrix + self.ending][gate_rows(self.network, gate)]

    def spectral_radius(self) -> float:
        """Largest absolute eigenvalue of the plain cell's recurrent matrix."""
        return spectral_radius(self.parameters[f"weight_hh{self.ending}"][: self.units])

    def bound(self) -> float | None:
        """Give the bound gamma * sigma_1 on the plain cell's factor per step; None for other cells.

        gamma is the largest slope of the activation, sigma_1 the largest singular value of the recurrent
        matrix (Pascanu, Mikolov and Bengio 2013, section 2.1).
        """
        if self.cell != "rnn":
            return None
        sigma = float(np.linalg.norm(self.parameters[f"weight_hh{self.ending}"], 2))
        return ACTIVATIONS[self.network.activation].gamma * sigma

    def saturation(self, name: str, low: float = 0.1, high: float = 0.9) -> tuple[float, float]:
        """Shares of a gate's values, over steps 1..T and units, below ``low`` and above ``high``.

        The limits .1 and .9 are those of Karpathy, Johnson and Fei-Fei (2015), figure 3.
        """
        values = self.grid(name)
        return float(np.mean(values < low)), float(np.mean(values > high))
