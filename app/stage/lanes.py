"""What the gradient view shows of one lane: its norms, its direct path or bound, and words beside it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from engine import format_number

from .order import is_reverse
from .series import ranges_text, stretches_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.theme import Theme
    from engine import Run

    from .veil import Veil

__all__ = [
    "LaneTrace",
    "colours",
    "direct_gate",
    "direct_words",
    "factor_text",
    "gradient_name",
    "lane_note",
    "least_gap",
    "loss_words",
    "state_of",
    "trace",
]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LaneTrace:
    """One lane of the gradient view; all arrays are of steps 1..T.

    Attributes
    ----------
    run : Run
        The lane's run.
    name : str
        ``"grad(c)"`` for an LSTM, ``"grad(h)"`` for the other cells.
    sizes : ndarray, shape (T, H)
        The gradient itself.
    norms : ndarray, shape (T,)
        Its 2-norm.
    direct : ndarray, shape (T,), or None
        The norm of what the direct path alone carries back of the gradient at the last judged step: of an
        LSTM the product of forget gates, ``norm(prod_{k=t+1..end} f_k * dL/dc_end)``, of a GRU that of
        update gates; NaN after that step. The reverse direction's runs the other way.
    bound : ndarray, shape (T,), or None
        Plain cell whose state is judged at one step only: ``norm(dL/dh_end) * (gamma sigma_1)^(end-t)``;
        NaN after that step. With several judged steps, or a layer above, it would bound nothing, so there
        is none.
    growth : float or None
        The bound's factor per step, ``gamma sigma_1``.
    end : int
        The last judged step; the first one of the reverse direction.
    projections : mapping of str to ndarray, or None
        The split by path of cells that have a direct one, as `engine.Run.path_projections` gives it.
    """

    run: Run
    name: str
    sizes: Array
    norms: Array
    direct: Array | None
    bound: Array | None
    growth: float | None
    end: int
    projections: Mapping[str, Array] | None = None

    def is_direct(self, step: int) -> bool:
        """Whether the direct path has a value at a step."""
        return self.direct is not None and not bool(np.isnan(self.direct[step - 1]))


def state_of(run: Run) -> str:
    """Return the state that a cell carries on: c where there is a cell state, else h."""
    return "c" if run.cell == "lstm" else "h"


def gradient_name(run: Run) -> str:
    """Return the gradient that this lane's picture shows: that of the state carried on."""
    return f"grad({state_of(run)})"


def direct_gate(run: Run) -> str | None:
    """Return the gate whose product is the direct path; None for a cell without one."""
    return {"lstm": "f", "gru": "z"}.get(run.cell)


def direct_words(run: Run) -> str:
    """Return what the direct path is, in short."""
    gate = direct_gate(run)
    if gate not in run.network.recurrence.gates and run.network.variant != "coupled":
        return QCoreApplication.translate("Gradient", "∏ {gate} = 1").format(gate=gate)
    return QCoreApplication.translate("Gradient", "∏ {gate} alone").format(gate=gate)


def loss_words(run: Run) -> str:
    """Say which steps are judged."""
    judged = run.loss_steps
    if len(judged) == run.steps:
        return QCoreApplication.translate("Gradient", "loss at every step")
    stretches = stretches_of(np.isin(np.arange(1, run.steps + 1), judged))
    return QCoreApplication.translate("Gradient", "loss at {steps}").format(steps=ranges_text(stretches))


def least_gap(steps: Sequence[int]) -> int:
    """Return how many steps at least lie from one judged step to the next."""
    return min((b - a for a, b in itertools.pairwise(steps)), default=1000)


def trace(run: Run) -> LaneTrace:
    """Collect what the gradient view shows of a run.

    Parameters
    ----------
    run : Run
        Its backward pass is computed now if it was not yet.
    """
    name = gradient_name(run)
    sizes = run.grid(name)
    turned = is_reverse(run)
    norms = np.asarray(run.norms(name))
    norms = norms[: run.steps] if turned else norms[-run.steps :]
    judged = run.loss_steps
    end = (judged[0] if turned else judged[-1]) if judged else (1 if turned else run.steps)
    direct = bound = growth = projections = None
    if run.cell != "rnn":
        norms_direct = run.direct_norms()[1:]
        # Of a path without a way to go there is nothing to draw.
        direct = _from_first(run, norms_direct) if len(norms_direct) > 1 else None
        projections = run.path_projections(state_of(run))
    elif len(judged) == 1 and run.layer == run.network.layers:
        growth = run.bound()
        count = run.steps + 1 - end if turned else end
        with np.errstate(all="ignore"):
            powers = (growth or 0.0) ** np.arange(count - 1, -1, -1, dtype=np.float64)
            bound = _from_first(run, norms[end - 1] * powers)
    return LaneTrace(run, name, sizes, norms, direct, bound, growth, end, projections)


def _from_first(run: Run, values: Array) -> Array:
    """Put values of the first steps computed into the order of time, NaN at the others."""
    found = np.full(run.steps, np.nan)
    found[: len(values)] = values
    return found[::-1] if is_reverse(run) else found


def lane_note(run: Run, veil: Veil) -> str:
    """Return the one number under a lane's name: its spectral radius, or the mean of the gate that keeps."""
    gate = direct_gate(run)
    if gate is None:
        radius = run.spectral_radius()
        return f"ρ = {radius:.2f}" if radius < 1000.0 else f"ρ = {format_number(radius)}"
    if veil.hides(quantity=gate):
        return ""
    if gate not in run.network.recurrence.gates and run.network.variant != "coupled":
        return f"{gate} = 1"
    return QCoreApplication.translate("Gradient", "mean {gate} = {value}").format(
        gate=gate, value=f"{np.mean(run.grid(gate)):.2f}"
    )


def factor_text(run: Run) -> tuple[str, tuple[str, ...]]:
    """Return the factor per step as ``("×0.65", ("per step", "halves in 1.6 steps"))``.

    Where no straight line fits the logarithm of the norm, the first is empty and the lines say so.
    """

    def tr(text: str) -> str:
        return QCoreApplication.translate("Gradient", text)

    decay = run.decay(gradient_name(run))
    if decay is None and not np.isfinite(run.norms(gradient_name(run))).any():
        return "", (tr("no finite"), tr("gradient"))
    if decay is None:
        return "", (tr("no steady"), tr("factor per step"))
    lines = [tr("per step")]
    if decay.half_life is not None and decay.factor < 0.995:
        lines += [tr("half-life"), tr("{value} steps").format(value=format_number(decay.half_life))]
    elif decay.factor > 1.005:
        doubling = float(np.log(2.0) / np.log(decay.factor))
        lines += [tr("doubles in"), tr("{value} steps").format(value=format_number(doubling))]
    size = f"{decay.factor:.2f}" if 0.01 <= decay.factor < 100.0 else format_number(decay.factor)
    return f"×{size}", tuple(lines)


def colours(runs: Sequence[Run], theme: Theme) -> tuple[str, ...]:
    """Return one colour per lane: plain cells blue, LSTMs as their cell state, GRUs teal, others differ."""
    kinds = {
        "rnn": (theme.below, theme.text, theme.dim),
        "lstm": (theme.cell, theme.gradient, theme.dim),
        "gru": (theme.input, theme.candidate, theme.dim),
    }
    seen = dict.fromkeys(kinds, 0)
    chosen = []
    for run in runs:
        known = kinds[run.cell]
        chosen.append(known[min(seen[run.cell], len(known) - 1)])
        seen[run.cell] += 1
    return tuple(chosen)
