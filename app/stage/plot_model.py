"""What a plot shows of some runs: which curves, against which axis, and in which words. No pixels here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from engine import format_number

from .naming import lane_title
from .plot_axes import Axis, linear_axis, power_axis
from .scales import explodes, hidden, last_visible
from .series import exact_zeros, power_of_ten, ranges_text, stretches_of
from .veiled import hidden_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine import Quantity, Run

    from .cursor import Cursor
    from .veil import Veil

__all__ = [
    "MOST_UNITS",
    "Drawn",
    "Picture",
    "PlotChoice",
    "PlotCurve",
    "build",
    "plot_quantities",
    "unit_name",
]

Array = NDArray[np.float64]
Drawn = Literal["unit", "all", "norm"]

MOST_UNITS: Final = 32
"""More curves than these cannot be told apart; of larger layers units at equal distances are drawn."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("Plot", text)


@dataclass(frozen=True, slots=True)
class PlotChoice:
    """What the learner wants to see.

    Attributes
    ----------
    quantity : str
        A name of the engine's registry.
    drawn : {"unit", "all", "norm"}
        The cursor's unit alone, every unit, or the 2-norm over the units.
    log : bool or None
        Whether absolute values are shown on a logarithmic axis. None leaves it to the numbers: an explosion,
        of which a linear axis would show the last steps alone, is logarithmic. What is shown never has None.
    """

    quantity: str = ""
    drawn: Drawn = "unit"
    log: bool | None = None


@dataclass(frozen=True, eq=False)
class PlotCurve:
    """One curve as it is drawn.

    Attributes
    ----------
    lane : str
        Name of the run.
    title : str
        The same as it is shown.
    quantity : str
        Its name in the registry.
    unit : int or None
        From 1; None for a norm, and for the loss.
    steps : ndarray of int, shape (n,)
        The steps shown, 0 among them for states; none that the veil hides.
    values : ndarray, shape (n,)
        The numbers: absolute values on a logarithmic axis. What is not finite stays in, and leaves a gap.
    strong : bool
        Whether it is the one to be read, or one of the thin ones around it.
    """

    lane: str
    title: str
    quantity: str
    unit: int | None
    steps: NDArray[np.int_]
    values: Array
    strong: bool

    def at(self, step: int) -> float | None:
        """Return the number at a step, None where there is none to show."""
        if not self.steps.size or not self.steps[0] <= step <= self.steps[-1]:
            return None
        return float(self.values[step - int(self.steps[0])])


@dataclass(frozen=True, eq=False)
class Picture:
    """All that a plot shows, apart from the window one looks at it through.

    Attributes
    ----------
    choice : PlotChoice
        What is shown; its quantity is one that can be.
    quantity : Quantity or None
        None when there is nothing that may be shown.
    curves : tuple of PlotCurve
        Thin ones before strong ones.
    axis : Axis
        Of the values.
    first, last, steps : int
        First step of the axis, last one that is shown, last one of the run.
    symbol, words : str
        What stands at the axis.
    notes : tuple of str
        What has to be said about it: gaps, zeros, units left out.
    """

    choice: PlotChoice
    quantity: Quantity | None
    curves: tuple[PlotCurve, ...]
    axis: Axis
    first: int
    last: int
    steps: int
    symbol: str
    words: str
    notes: tuple[str, ...]

    @property
    def strong(self) -> tuple[PlotCurve, ...]:
        """The curves to be read, one per lane that has the quantity."""
        return tuple(curve for curve in self.curves if curve.strong)

    def said(self, step: int) -> str:
        """Return the values at a step in words."""
        if self.quantity is None:
            return hidden_sentence()
        known = [(curve.title, curve.at(step)) for curve in self.strong]
        parts = [f"{lane} {format_number(value)}" for lane, value in known if value is not None]
        return f"t = {step}: " + (", ".join(parts) if parts else hidden_sentence())


def plot_quantities(runs: Sequence[Run], veil: Veil) -> tuple[Quantity, ...]:
    """Return what can be plotted: all that some run has and the veil leaves, gradients last."""
    if veil.hides(view="plot"):
        return ()
    found = {q.name: q for run in runs for q in run.quantities() if not hidden(run, veil, q.name)}
    return tuple(sorted(found.values(), key=lambda q: q.is_gradient))


def unit_name(quantity: Quantity, unit: int) -> str:
    """Return how one number of a step's vector is called."""
    names = {"inputs": _tr("entry {unit}"), "outputs": _tr("output {unit}")}
    return names.get(quantity.size, _tr("unit {unit}")).format(unit=unit)


def build(runs: Sequence[Run], choice: PlotChoice, cursor: Cursor, veil: Veil) -> Picture:
    """Return the picture of a choice.

    Parameters
    ----------
    runs : sequence of Run
        One per lane.
    choice : PlotChoice
        What is wanted; where its quantity cannot be shown, a state is.
    cursor : Cursor
        Gives the unit.
    veil : Veil
        What it hides is neither in the curves nor felt by the axis.
    """
    offered = {q.name: q for q in plot_quantities(runs, veil)}
    steps = max((run.steps for run in runs), default=1)
    name = next((n for n in (choice.quantity, "c", "h", *offered) if n in offered), None)
    if name is None:
        return Picture(choice, None, (), linear_axis((), "signed"), 1, 0, steps, "", "", ())
    quantity = offered[name]
    drawn: Drawn = "unit" if quantity.size == "one" else choice.drawn
    having = [run for run in runs if run.has(name) and not hidden(run, veil, name)]
    lasts = [last_visible(run, veil) for run in having]
    log = choice.log
    if log is None:
        tables = [
            run.states(name)[: last + 1 - run.first_step(name)]
            for run, last in zip(having, lasts, strict=True)
        ]
        log = any(explodes(np.abs(table)) for table in tables)
    choice = PlotChoice(name, drawn, log)
    curves: list[PlotCurve] = []
    for run, last in zip(having, lasts, strict=True):
        curves += _curves(run, quantity, choice, cursor.unit, last)
    curves.sort(key=lambda curve: curve.strong)
    lines = [curve.values for curve in curves]
    # A norm has no upper end at 1, though each of its gates has.
    scale = "magnitude" if drawn == "norm" else quantity.scale
    axis: Axis = power_axis(lines) if choice.log else linear_axis(lines, scale)
    first = min(run.first_step(name) for run in having)
    symbol, words = _heading(quantity, choice, cursor.unit, having, axis)
    last = max(lasts)
    notes = _notes(runs, having, quantity, choice, curves, veil)
    return Picture(choice, quantity, tuple(curves), axis, first, last, steps, symbol, words, notes)


def _curves(run: Run, quantity: Quantity, choice: PlotChoice, unit: int, last: int) -> list[PlotCurve]:
    name = quantity.name
    first = run.first_step(name)
    count = max(last + 1 - first, 0)
    steps = np.arange(first, first + count)
    if choice.drawn == "norm":
        return [PlotCurve(run.name, lane_title(run), name, None, steps, run.norms(name)[:count], strong=True)]
    table = run.states(name)[:count]
    chosen = min(max(unit, 1), table.shape[1])
    wanted = _drawn_units(table.shape[1], chosen) if choice.drawn == "all" else (chosen,)
    made = []
    for k in wanted:
        values = np.abs(table[:, k - 1]) if choice.log else table[:, k - 1]
        label = None if quantity.size == "one" else k
        made.append(PlotCurve(run.name, lane_title(run), name, label, steps, values, strong=k == chosen))
    return made


def _drawn_units(count: int, chosen: int) -> tuple[int, ...]:
    """Return which of `count` units are drawn when all are wanted; the chosen one always is."""
    if count <= MOST_UNITS:
        return tuple(range(1, count + 1))
    spread = {int(k) for k in np.linspace(1, count, MOST_UNITS).round()}
    if chosen not in spread:
        spread.remove(min(spread, key=lambda k: abs(k - chosen)))
    return tuple(sorted(spread | {chosen}))


def _heading(
    quantity: Quantity, choice: PlotChoice, unit: int, having: Sequence[Run], axis: Axis
) -> tuple[str, str]:
    size = max(run.states(quantity.name).shape[1] for run in having)
    which = unit_name(quantity, min(max(unit, 1), size))
    texts = {
        "unit": _tr("{title}, {unit}"),
        "all": _tr("{title}, {count}, {unit} bold"),
        "norm": _tr("norm of the {title}"),
    }
    words = quantity.title
    if quantity.size != "one":
        words = texts[choice.drawn].format(title=quantity.title, unit=which, count=_count(quantity, size))
    symbol = quantity.label
    if choice.drawn == "norm":
        symbol = f"‖{symbol}‖"
    elif choice.log and quantity.scale == "signed":
        symbol = f"|{symbol}|"
        words = _tr("absolute value of the {what}").format(what=words)
    if choice.log:
        words = _tr("{what} · log scale").format(what=words)
    if axis.exponent:
        words = _tr("{what} · numbers × {power}").format(what=words, power=power_of_ten(axis.exponent))
    return symbol, words


def _count(quantity: Quantity, size: int) -> str:
    """Return how many numbers of a step's vector are drawn when all are wanted."""
    plurals = {"inputs": _tr("entries"), "outputs": _tr("outputs")}
    what = plurals.get(quantity.size, _tr("units"))
    if size > MOST_UNITS:
        return _tr("{drawn} of {count} {what}").format(drawn=MOST_UNITS, count=size, what=what)
    return _tr("all {count} {what}").format(count=size, what=what)


def _notes(
    runs: Sequence[Run],
    having: Sequence[Run],
    quantity: Quantity,
    choice: PlotChoice,
    curves: Sequence[PlotCurve],
    veil: Veil,
) -> tuple[str, ...]:
    notes: list[str] = []
    if any(not np.isfinite(curve.values).all() for curve in curves):
        notes.append(_gap_text(having, curves, veil))
    if choice.log:
        notes += _zero_texts([curve for curve in curves if curve.strong], len(having) > 1)
    if choice.drawn == "all":
        largest = max(run.states(quantity.name).shape[1] for run in having)
        if largest > MOST_UNITS:
            text = _tr("{count} are drawn, at equal distances, so that they can be told apart")
            notes.append(text.format(count=_count(quantity, largest)))
    notes += [
        _tr("{lane} has no {title}").format(lane=lane_title(run), title=quantity.title)
        for run in runs
        if not run.has(quantity.name)
    ]
    return tuple(notes)


def _gap_text(having: Sequence[Run], curves: Sequence[PlotCurve], veil: Veil) -> str:
    """Say why a curve has a gap: in the engine's words where it knows the place and the veil leaves it."""
    broken = {curve.lane for curve in curves if not np.isfinite(curve.values).all()}
    for run in having:
        found = run.left_range if run.name in broken else None
        if found is None or veil.hides(quantity=found.quantity, t=found.t):
            continue
        if found.phase == "backward" or not any(_breaks_before(curve, run.name, found.t) for curve in curves):
            return f"{run.name}: {found.sentence}" if len(having) > 1 else found.sentence
    curve = next(curve for curve in curves if curve.lane in broken and not np.isfinite(curve.values).all())
    where = ranges_text(stretches_of(~np.isfinite(curve.values)), int(curve.steps[0]))
    return _tr("too large to be drawn at {where}").format(where=where)


def _breaks_before(curve: PlotCurve, lane: str, t: int) -> bool:
    """Whether a lane's curve ends before a step: a norm may outgrow the numbers before its parts do."""
    broken = np.flatnonzero(~np.isfinite(curve.values))
    return curve.lane == lane and broken.size > 0 and int(curve.steps[broken[0]]) < t


def _zero_texts(curves: Sequence[PlotCurve], named: bool) -> list[str]:
    made = []
    for curve in curves:
        if stretches := exact_zeros(curve.values):
            text = _tr("exactly 0, which no log scale can show, at {where}").format(
                where=ranges_text(stretches, int(curve.steps[0]))
            )
            made.append(f"{curve.title}: {text}" if named else text)
    return made
