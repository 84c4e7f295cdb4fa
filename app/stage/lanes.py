"""What the gradient view shows of one lane: its norms, its direct path or bound, and words beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from engine import format_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.theme import Theme
    from engine import Run

    from .veil import Veil

__all__ = ["LaneTrace", "colours", "factor_text", "gradient_name", "lane_note", "trace"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LaneTrace:
    """One lane of the gradient view; all arrays are of steps 1..T.

    Attributes
    ----------
    run : Run
        The lane's run.
    name : str
        ``"grad(c)"`` for an LSTM, ``"grad(h)"`` for a plain cell.
    sizes : ndarray, shape (T, H)
        The gradient itself.
    norms : ndarray, shape (T,)
        Its 2-norm.
    direct : ndarray, shape (T,), or None
        LSTM: the norm of what the product of forget gates alone carries back of dL/dc at the last
        judged step, ``norm(prod_{k=t+1..end} f_k * dL/dc_end)``; NaN after that step.
    bound : ndarray, shape (T,), or None
        Plain cell whose loss is read at one step only: ``norm(dL/dh_end) * (gamma sigma_1)^(end-t)``;
        NaN after that step. With several judged steps it would bound nothing, so there is none.
    growth : float or None
        The bound's factor per step, ``gamma sigma_1``.
    end : int
        The last judged step.
    projections : mapping of str to ndarray, or None
        LSTM: the split of dL/dc by path, as `engine.Run.path_projections` gives it.
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


def gradient_name(run: Run) -> str:
    """Return the gradient that this lane's picture shows: of c where there is a cell state, else of h."""
    return "grad(c)" if run.cell == "lstm" else "grad(h)"


def trace(run: Run) -> LaneTrace:
    """Collect what the gradient view shows of a run.

    Parameters
    ----------
    run : Run
        Its backward pass is computed now if it was not yet.
    """
    name = gradient_name(run)
    sizes = run.grid(name)
    norms = np.asarray(run.norms(name))[-run.steps :]
    judged = run.loss_steps
    end = judged[-1] if judged else run.steps
    direct = bound = growth = projections = None
    if run.cell == "lstm":
        direct = np.full(run.steps, np.nan)
        direct[:end] = run.direct_norms()[1:]
        projections = run.path_projections()
    elif len(judged) == 1:
        growth = run.bound()
        bound = np.full(run.steps, np.nan)
        with np.errstate(all="ignore"):
            bound[:end] = norms[end - 1] * (growth or 0.0) ** np.arange(end - 1, -1, -1, dtype=np.float64)
    return LaneTrace(run, name, sizes, norms, direct, bound, growth, end, projections)


def lane_note(run: Run, veil: Veil) -> str:
    """Return the one number that stands under a lane's name: its spectral radius, or its mean forget gate."""
    if run.cell == "rnn":
        radius = run.spectral_radius()
        return f"ρ = {radius:.2f}" if radius < 1000.0 else f"ρ = {format_number(radius)}"
    if veil.hides(quantity="f"):
        return ""
    return QCoreApplication.translate("Gradient", "mean f = {value}").format(
        value=f"{np.mean(run.grid('f')):.2f}"
    )


def factor_text(run: Run) -> tuple[str, tuple[str, ...]]:
    """Return the factor per step as ``("×0.65", ("per step", "halves in 1.6 steps"))``.

    Where no straight line fits the logarithm of the norm, the first is empty and the lines say so.
    """

    def tr(text: str) -> str:
        return QCoreApplication.translate("Gradient", text)

    decay = run.decay(gradient_name(run))
    if decay is None:
        return "", (tr("no constant"), tr("factor"))
    lines = [tr("per step")]
    if decay.half_life is not None and decay.factor < 0.995:
        lines += [tr("half-life"), tr("{value} steps").format(value=format_number(decay.half_life))]
    elif decay.factor > 1.005:
        doubling = float(np.log(2.0) / np.log(decay.factor))
        lines += [tr("doubles in"), tr("{value} steps").format(value=format_number(doubling))]
    size = f"{decay.factor:.2f}" if 0.01 <= decay.factor < 100.0 else format_number(decay.factor)
    return f"×{size}", tuple(lines)


def colours(runs: Sequence[Run], theme: Theme) -> tuple[str, ...]:
    """Return one colour per lane: plain cells blue, LSTMs the cell state's, further ones of a kind others."""
    kinds = {"rnn": (theme.below, theme.text, theme.dim), "lstm": (theme.cell, theme.gradient, theme.dim)}
    seen = {"rnn": 0, "lstm": 0}
    chosen = []
    for run in runs:
        known = kinds[run.cell]
        chosen.append(known[min(seen[run.cell], len(known) - 1)])
        seen[run.cell] += 1
    return tuple(chosen)
