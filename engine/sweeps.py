"""Many variants of one experiment at once: what a loss and its gradient do while a control is turned.

A control acts on the weights, the input and the initial states along a straight line (a bias, an entry, the
scale of a matrix, the forget bias), so the variants of a sweep are told apart by one number each and run side
by side. What does not act so, or has layers or gates that :mod:`engine.many` does not know, is run one by
one; the numbers are the same.

Examples
--------
How the gradient's way back through 50 steps depends on the spectral radius:

>>> import engine
>>> network = engine.Network("rnn", hidden=8, init="orthogonal", activation="identity")
>>> experiment = engine.Experiment((engine.Lane("rnn", network),), engine.Input.impulse(1, 1.0, 50))
>>> found = joined(sweep(experiment, "spectral_radius", [0.9, 1.0, 1.1]))
>>> [float(f"{ratio:.3g}") for ratio in found.ratio()]
[0.00515, 1.0, 117.0]
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .losses import loss_terms
from .many import Matrices, run_many
from .problems import find_problems
from .resolve import fits, set_up
from .runs import ExperimentError, run
from .targets import Target, parse_target

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .experiment import Experiment, Lane, Network
    from .many import Back, Many
    from .resolve import Setup

__all__ = ["Sweep", "joined", "surface", "sweep"]

Array = NDArray[np.float64]

# How many variants go at once: where each has a matrix of its own, 256 or what the processor's cache holds;
# else more. What a part of a sweep keeps, steps times variants times rows, bounds its memory.
_MOST_OWN, _CACHED_NUMBERS = 256, 1 << 18
_MOST_SHARED = 1024
_TRACE_NUMBERS = 1 << 21

# Settings along which no straight line leads.
_CROOKED = ("hidden", "layers", "truncate")


@dataclass(frozen=True, eq=False)
class Sweep:
    """What was found for some of the values, or for all of them.

    Attributes
    ----------
    values : ndarray
        (P, K): of each of the K controls. K is 1 for :func:`sweep`, 2 for :func:`surface`.
    steps : ndarray of int
        (P,): number of steps T of each variant.
    loss : ndarray
        (P,).
    h_norms, c_norms : ndarray
        (P, T + 1): 2-norms of dL/dh_t and dL/dc_t of the first layer, row entry t; T is the longest. The
        second is nan but for an LSTM, and both are where a variant has ended.
    slopes : ndarray
        (P, K): dL/d of each control, if asked for; nan if not, and where variants are run one by one.
    """

    values: Array
    steps: NDArray[np.int_]
    loss: Array
    h_norms: Array
    c_norms: Array
    slopes: Array

    def ratio(self, state: str = "h") -> Array:
        r"""How much of the gradient at the end is left at the start.

        .. math:: \lVert \partial L/\partial h_0 \rVert \,/\, \lVert \partial L/\partial h_T \rVert

        Parameters
        ----------
        state : str
            ``"h"``, or ``"c"`` for dL/dc_0 above.

        Returns
        -------
        ndarray
            (P,); nan where the gradient at the end is 0 or out of range.
        """
        start = (self.h_norms if state == "h" else self.c_norms)[:, 0]
        end = self.h_norms[np.arange(len(self.steps)), self.steps]
        with np.errstate(all="ignore"):
            return np.asarray(np.where(end > 0.0, start / end, np.nan))


def sweep(
    experiment: Experiment,
    target: Target | str,
    values: Sequence[float] | Array,
    *,
    lane: str | None = None,
    slopes: bool = False,
) -> Iterator[Sweep]:
    """Run an experiment with one place set to each of many values.

    Parameters
    ----------
    experiment : Experiment
        What is run.
    target : Target or str
        What is set: a setting (``spectral_radius``, ``scale``, ``forget_bias``, ``steps``, ``seed``), a
        weight or bias, an input, an initial state, a forced gate; as a control of a question names it.
    values : sequence of float
        (P,).
    lane : str or None
        Which of several lanes; None for the first.
    slopes : bool
        Whether dL/d of the control is asked for.

    Yields
    ------
    Sweep
        The next values, at most 1024 at a time, in order: so a caller can show progress, and stop.

    Raises
    ------
    ExperimentError
        If some value makes an experiment that cannot run. It is raised before the first part.
    engine.TargetError
        If the target's spelling is wrong.
    """
    place = parse_target(target) if isinstance(target, str) else target
    points = np.asarray(values, dtype=np.float64).reshape(-1, 1)
    return _parts(experiment, (place,), points, lane, slopes)


def surface(
    experiment: Experiment,
    across: Target | str,
    xs: Sequence[float] | Array,
    up: Target | str,
    ys: Sequence[float] | Array,
    *,
    lane: str | None = None,
    slopes: bool = True,
) -> Iterator[Sweep]:
    """Run an experiment over a grid of two controls: a loss surface.

    Such as figure 6 of Pascanu, Mikolov and Bengio (2013), the cliff.

    Parameters
    ----------
    experiment, lane, slopes
        As :func:`sweep`.
    across, up : Target or str
        The two controls.
    xs, ys : sequence of float
        Their values, (X,) and (Y,).

    Yields
    ------
    Sweep
        Row by row, ``xs`` running faster; ``joined(...).loss.reshape(len(ys), len(xs))`` is the surface.

    Examples
    --------
    >>> import engine
    >>> network = engine.Network("rnn", hidden=1, init="zero", activation="identity")
    >>> loss = engine.Loss("squared-error", target=((1.0,),))
    >>> experiment = engine.Experiment((engine.Lane("a", network),), engine.Input.zeros(2), loss)
    >>> found = joined(surface(experiment, "weight.hh[1, 1]", [0.0, 1.0], "bias[1]", [0.0, 1.0]))
    >>> found.loss.reshape(2, 2)
    array([[1., 1.],
           [0., 1.]])
    >>> found.slopes[3]
    array([2., 4.])
    """
    places = tuple(parse_target(t) if isinstance(t, str) else t for t in (across, up))
    x, y = np.meshgrid(np.asarray(xs, dtype=np.float64), np.asarray(ys, dtype=np.float64))
    return _parts(experiment, places, np.column_stack([x.ravel(), y.ravel()]), lane, slopes)


def joined(parts: Iterable[Sweep]) -> Sweep:
    """Put the parts of a sweep together.

    Raises
    ------
    ValueError
        If there is none.
    """
    parts = list(parts)
    if not parts:
        raise ValueError("a sweep of no values")
    longest = max(part.h_norms.shape[1] for part in parts)

    def widened(norms: Array) -> Array:
        return np.pad(norms, ((0, 0), (0, longest - norms.shape[1])), constant_values=np.nan)

    return Sweep(
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.steps for part in parts]),
        np.concatenate([part.loss for part in parts]),
        np.concatenate([widened(part.h_norms) for part in parts]),
        np.concatenate([widened(part.c_norms) for part in parts]),
        np.concatenate([part.slopes for part in parts]),
    )


# ----------------------------------------------------------------------------------------------- the variants


def _parts(
    experiment: Experiment, targets: tuple[Target, ...], points: Array, lane: str | None, slopes: bool
) -> Iterator[Sweep]:
    chosen = next((one for one in experiment.lanes if lane in (None, one.name)), None)
    if chosen is None:
        raise ExperimentError(f"there is no lane “{lane}”")
    experiment = replace(experiment, lanes=(chosen,))
    for corner in {tuple(edge(points, axis=0)) for edge in (np.min, np.max)} if len(points) else ():
        problems = find_problems(_at(experiment, targets, np.array(corner)))
        if problems:
            raise ExperimentError(". ".join(problems))
    line = _Line.through(experiment, chosen, targets, points)
    return _one_by_one(experiment, targets, points) if line is None else line.parts(points, slopes)


def _at(experiment: Experiment, targets: tuple[Target, ...], point: Array) -> Experiment:
    for target, value in zip(targets, point, strict=True):
        experiment = experiment.changed(target, float(value))
    return experiment


def _one_by_one(experiment: Experiment, targets: tuple[Target, ...], points: Array) -> Iterator[Sweep]:
    for point in points:
        (found,) = run(_at(experiment, targets, point))
        yield Sweep(
            point[np.newaxis],
            np.array([found.steps]),
            np.array([found.loss]),
            found.norms("grad(h)")[np.newaxis],
            found.norms("grad(c)")[np.newaxis]
            if found.has("grad(c)")
            else np.full((1, found.steps + 1), np.nan),
            np.full((1, len(targets)), np.nan),
        )


def _arrays(setup: Setup) -> dict[str, Array]:
    """Everything that a control may act on, by name."""
    arrays = {name: np.asarray(array) for name, array in setup.parameters.items()}
    for letter in "hc":
        name = f"{letter}0_l0"
        arrays[name] = setup.states.get(name, arrays.get(name, np.zeros(setup.lane.network.hidden))).reshape(
            -1
        )
    arrays["x"] = setup.x[:, 0]
    return arrays


@dataclass(frozen=True, eq=False)
class _Line:
    """Variants along straight lines: each array is ``base`` plus the sum of control times ``slope``.

    Attributes
    ----------
    setup : Setup
        Of one variant; the others differ only in the arrays.
    base : dict of ndarray
        All arrays with every control at 0.
    slopes : tuple of dict of ndarray
        For each control, what it acts on.
    lengths : int or None
        The control that sets the number of steps, if one does.
    experiment : Experiment
        For its loss.
    """

    setup: Setup
    base: dict[str, Array]
    slopes: tuple[dict[str, Array], ...]
    lengths: int | None
    experiment: Experiment

    @classmethod
    def through(
        cls, experiment: Experiment, lane: Lane, targets: tuple[Target, ...], points: Array
    ) -> _Line | None:
        """Find the lines, or None where there are none or the network is not one that runs side by side."""
        if not len(points) or any(t.kind == "setting" and t.name in _CROOKED for t in targets):
            return None
        lengths = next((k for k, t in enumerate(targets) if t.kind == "setting" and t.name == "steps"), None)
        reference = points[-1].copy()
        if lengths is not None:
            reference[lengths] = points[:, lengths].max()
        setup = set_up(_at(experiment, targets, reference), lane)
        network = setup.lane.network
        if not _side_by_side(network, setup) or any(
            t.kind != "setting" and not fits(t, network) for t in targets
        ):
            return None

        def probe(*point: float) -> dict[str, Array]:
            point = tuple(reference[k] if k == lengths else v for k, v in enumerate(point))
            return _arrays(set_up(_at(experiment, targets, np.array(point)), lane))

        zero = np.zeros(len(targets))
        base = probe(*zero)
        slopes = tuple(
            {
                name: array - base[name]
                for name, array in probe(*unit).items()
                if not np.array_equal(array, base[name])
            }
            for unit in np.eye(len(targets))
        )
        line = cls(setup, base, slopes, lengths, experiment)
        # A control that acts otherwise (a seed; two that multiply) is found out at two places.
        for point in (
            reference,
            np.where(np.arange(len(targets)) == lengths, reference, points[0] * 0.7 + 0.3),
        ):
            for name, array in probe(*point).items():
                guess = base[name] + sum(v * s[name] for v, s in zip(point, slopes, strict=True) if name in s)
                if not np.allclose(guess, array, rtol=1e-12, atol=1e-12):
                    return None
        return line

    def parts(self, points: Array, slopes: bool) -> Iterator[Sweep]:
        """Run the variants, a portion at a time."""
        size = self._portion()
        for start in range(0, len(points), size):
            yield self._part(points[start : start + size], slopes)

    def _portion(self) -> int:
        """How many variants are run at once: as is quickest, within some 100 MB."""
        steps, inputs = self.base["x"].shape
        rows = self.base["weight_hh_l0"].shape[0]
        most = min(_MOST_SHARED, _TRACE_NUMBERS // (steps * max(rows, inputs)))
        for name, array in self.base.items():
            if array.ndim == 2 and any(name in slope for slope in self.slopes) and not self._scaled(name):
                quick = max(_MOST_OWN, _CACHED_NUMBERS // array.size)
                most = min(most, quick, _TRACE_NUMBERS // array.size)
        return max(1, int(most))

    def _scaled(self, name: str) -> bool:
        """Tell whether one control scales a matrix, and nothing else acts on it."""
        return sum(name in slope for slope in self.slopes) == 1 and not self.base[name].any()

    def array(self, name: str, points: Array) -> Array:
        """Give an array of all variants, (P, ...), or (1, ...) where all share it."""
        found = self.base[name][np.newaxis]
        for k, slope in enumerate(self.slopes):
            if name in slope:
                values = points[:, k].reshape(-1, *[1] * slope[name].ndim)
                found = found + values * slope[name]
        return found

    def matrix(self, name: str, points: Array) -> Matrices:
        """Give a matrix of all variants."""
        if self._scaled(name):
            k = next(k for k, slope in enumerate(self.slopes) if name in slope)
            return Matrices(self.slopes[k][name], points[:, k])
        values = self.array(name, points)
        return Matrices(values[0] if len(values) == 1 else values)

    def _part(self, points: Array, slopes: bool) -> Sweep:
        network, count = self.setup.lane.network, len(points)
        x = np.ascontiguousarray(self.array("x", points).transpose(1, 0, 2))
        many = run_many(
            network.recurrence,
            self.matrix("weight_ih_l0", points),
            self.matrix("weight_hh_l0", points),
            self.array("bias_ih_l0", points),
            self.array("bias_hh_l0", points),
            x,
            np.broadcast_to(self.array("h0_l0", points), (count, network.hidden)),
            np.broadcast_to(self.array("c0_l0", points), (count, network.hidden)),
        )
        steps = np.full(count, len(x))
        if self.lengths is not None:
            steps = np.round(points[:, self.lengths]).astype(np.int_)
        judged = _Judged(self, points, many, steps)
        window = self.setup.truncate
        back = many.back(judged.above, () if window is None else range(window, len(x), window))
        ended = np.arange(len(x) + 1)[:, np.newaxis] > steps
        found = np.full((count, len(self.slopes)), np.nan)
        if slopes:
            found = self._slopes(points, x, many, back, judged)
        return Sweep(
            points,
            steps,
            judged.loss,
            np.where(ended, np.nan, back.h_norms).T,
            np.where(ended, np.nan, back.c_norms if len(back.c_norms) else np.nan).T,
            found,
        )

    def _slopes(self, points: Array, x: Array, many: Many, back: Back, judged: _Judged) -> Array:
        """dL/d of each control: what it acts on, times dL/d of that."""
        found = np.zeros((len(points), len(self.slopes)))
        weight_ih = self.matrix("weight_ih_l0", points)
        reads: dict[str, Array] = {"weight_ih_l0": x, "weight_hh_l0": many.h[:-1]}
        deltas = {"weight_ih_l0": back.n, "weight_hh_l0": back.z}
        with np.errstate(all="ignore"):
            for k, slope in enumerate(self.slopes):
                if k == self.lengths:
                    found[:, k] = np.nan
                for name, array in slope.items():
                    if name in reads:
                        share = np.einsum("tpm,tpm->p", deltas[name], reads[name] @ array.T)
                    elif name in ("bias_ih_l0", "bias_hh_l0"):
                        share = (back.n if name == "bias_ih_l0" else back.z).sum(axis=0) @ array
                    elif name == "x":
                        share = np.einsum("tpi,ti->p", weight_ih.back(back.n), array)
                    elif name in ("h0_l0", "c0_l0"):
                        share = (back.h0 if name == "h0_l0" else back.c0) @ array
                    else:
                        share = judged.slope(name, array)
                    found[:, k] += share
        return found


def _side_by_side(network: Network, setup: Setup) -> bool:
    return (
        network.recurrence.plain
        and network.layers == 1
        and not network.bidirectional
        and network.embedding is None
        and not setup.held
    )


class _Judged:
    """Losses of all variants, and what they hand down to the hidden states of the judged steps.

    Attributes
    ----------
    loss : ndarray
        (P,).
    above : dict of ndarray
        By step: dL/dh_t from the loss of that step, (P, H).
    """

    def __init__(self, line: _Line, points: Array, many: Many, steps: NDArray[np.int_]) -> None:
        network, count = line.setup.lane.network, len(points)
        self.loss = np.zeros(count)
        self.above: dict[int, Array] = {}
        self._at: dict[int, tuple[Array, Array]] = {}
        read_out = network.outputs is not None
        weight = line.matrix("weight_y", points) if read_out else None
        bias = line.array("bias_y", points) if read_out else 0.0
        loss = line.experiment.loss
        for total in np.unique(steps):
            which = np.flatnonzero(steps == total)
            for place, t in enumerate(loss.steps(int(total))):
                h = many.h[t]
                with np.errstate(all="ignore"):
                    v = h if weight is None else weight.dot(h) + bias
                    one = replace(loss, at=(1,), target=_target(loss.target, place))
                    terms, gradient = loss_terms(one, v[np.newaxis, which], readout=network.readout)
                    self.loss[which] += terms[0]
                    dv = np.zeros_like(v)
                    dv[which] = gradient[0] * len(which)  # theirs is that of the mean over a batch
                    earlier = self._at.get(t)
                    dv = dv if earlier is None else dv + earlier[0]
                    self._at[t] = (dv, h)
                    self.above[t] = dv if weight is None else weight.back(dv)

    def slope(self, name: str, array: Array) -> Array:
        """dL/d of a control that acts on the read-out."""
        total: Array = np.zeros(1)
        for dv, h in self._at.values():
            total = total + (dv @ array if name == "bias_y" else np.einsum("pm,pm->p", dv, h @ array.T))
        return total


def _target(rows: tuple[tuple[float, ...], ...], place: int) -> tuple[tuple[float, ...], ...]:
    return rows[place : place + 1] if len(rows) > 1 else rows
