"""What the gradient of a state is made of: each path's part, as a signed bar on one linear scale."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from engine import format_number, heat_quantities, quantity

from .lanes import direct_gate, state_of
from .marks import Line, Mark, Panel, Text
from .timeline import text_width

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from app.theme import Theme
    from engine import Run

__all__ = ["path_keys", "path_panel"]

_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def path_keys(run: Run) -> tuple[str, ...]:
    """Return the paths of a run's state: the direct one, those through the gates, what comes from above.

    A cell without a direct path has none.
    """
    if direct_gate(run) is None:
        return ()
    cell = run.network.recurrence
    shown = [known.name for known in heat_quantities(cell) if known.name in cell.gates]
    return (state_of(run), *shown, "above")


def path_panel(
    run: Run,
    projections: Mapping[str, NDArray[np.float64]],
    hue: str,
    step: int,
    place: tuple[float, float, float],
    gutter: float,
    margin: float,
    rows: int,
    theme: Theme,
) -> tuple[Mark, ...]:
    """Return the split of the gradient of c (of a GRU: of h) at a step.

    Parameters
    ----------
    run : Run
        A run with a direct path.
    projections : mapping of str to ndarray
        The run's `path_projections`.
    hue : str
        The lane's colour.
    step : int
        The step.
    place : (float, float, float)
        Left, top and width.
    gutter, margin : float
        Room at the left for the title and at the right for the sum.
    rows : int
        Bars on top of each other; what does not fit stands beside them in further columns.
    theme : Theme
        The colours.
    """
    x, top, width = place
    state, keys = state_of(run), path_keys(run)
    row = step - run.first_step(f"grad({state})")
    values = {key: float(projections[key][row]) for key in keys}
    known = [value for value in values.values() if math.isfinite(value)]
    total = sum(known)
    symbol = f"∂L/∂{state}" + str(step).translate(_SUBSCRIPT)
    columns = math.ceil(len(keys) / rows)
    room = (width - gutter - margin) / columns
    marks: list[Mark] = [
        Text(
            rect=(x, top - 3.0, gutter - 6.0, 18.0),
            text=_tr("by path"),
            colour=theme.text,
            size=13.0,
            weight=600,
        ),
        Text(
            rect=(x, top + 14.0, gutter - 6.0, 16.0),
            text=_tr("at t = {t}").format(t=step),
            colour=hue,
            size=11.0,
        ),
    ]
    if rows >= 3:
        marks.append(
            Text(
                rect=(x, top + 30.0, gutter - 6.0, 16.0),
                text=_tr("linear scale"),
                colour=theme.dim,
                size=11.0,
            )
        )
    lowest, highest = min((0.0, *known)), max((0.0, *known))
    # The zero line stands where the largest negative bar needs it, never at the very edge.
    below = max(0.08, -lowest / (highest - lowest)) if highest > lowest else 0.08
    scale = min((1.0 - below) / highest if highest else math.inf, below / -lowest if lowest else math.inf)
    for index, key in enumerate(keys):
        column, row = divmod(index, rows)
        left = x + gutter + column * room
        y = top + 18.0 * row
        marks += _bar(run, key, values[key], step, (left, y, room), scale, below, theme)
    sum_x = x + width - margin + 14.0
    middle = top + 9.0 * rows - (25.0 if rows > 2 else 17.0)
    said = _tr("sum {value}, the norm of {symbol}").format(value=format_number(total), symbol=symbol)
    marks.append(
        Text(rect=(sum_x, middle, margin - 14.0, 16.0), text=_tr("sum"), colour=theme.dim, size=11.0)
    )
    marks.append(
        Text(
            rect=(sum_x, middle + 16.0, margin - 14.0, 18.0),
            text=format_number(total),
            colour=hue,
            size=13.0,
            weight=500,
            mono=True,
            label=said,
        )
    )
    if rows > 2:
        marks.append(
            Text(
                rect=(sum_x, middle + 34.0, margin - 14.0, 16.0),
                text=f"= ‖{symbol}‖",
                colour=theme.dim,
                size=11.0,
            )
        )
    return tuple(marks)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Paths", text)


def _names(run: Run, key: str) -> tuple[str, str]:
    """Return a path's short name on the stage and its name in words."""
    if key == state_of(run):
        return _tr("along {state}").format(state=key), _tr("the direct path along {state}").format(state=key)
    if key == "above" and run.layer < run.network.layers:
        layer = run.layer + 1
        return _tr("layer {n}").format(n=layer), _tr("from layer {n}").format(n=layer)
    if key == "above":
        return _tr("own loss"), _tr("from this step's own loss")
    title = quantity(key, run.network.recurrence).title
    return _tr("via {gate}").format(gate=key), _tr("through the {title}").format(title=title)


def _role(run: Run, key: str) -> str:
    return "loss" if key == "above" else quantity(key, run.network.recurrence).role


def _short(value: float, room: float) -> str:
    """Return a number with as many digits, three at most, as there is room for."""
    texts = (format_number(value, digits) for digits in (3, 2, 1))
    return next(
        (text for text in texts if text_width(text, 11.0, mono=True) <= room), format_number(value, 1)
    )


def _bar(
    run: Run,
    key: str,
    value: float,
    step: int,
    place: tuple[float, float, float],
    scale: float,
    below: float,
    theme: Theme,
) -> tuple[Mark, ...]:
    left, y, room = place
    short, words = _names(run, key)
    colour = theme.role(_role(run, key))
    name_width, number_width = 56.0, 68.0
    axis = left + name_width + 4.0
    length = max(room - name_width - number_width - 22.0, 8.0)
    zero = axis + below * length
    extent = value * scale * length if math.isfinite(value) and value != 0.0 else 0.0
    start = zero + min(extent, 0.0)
    said = _tr("{path}: {value} of the gradient at t = {t}").format(
        path=words, value=format_number(value), t=step
    )
    marks: list[Mark] = [
        Text(
            rect=(left, y, name_width, 16.0), text=short, colour=colour, size=11.0, weight=500, align="right"
        ),
        Line(rect=(zero, y, 1.0, 18.0), points=((zero, y - 1.0), (zero, y + 17.0)), colour=theme.line),
    ]
    if abs(extent) > 0.0:
        marks.append(Panel(rect=(start, y + 3.0, max(abs(extent), 1.0), 10.0), fill=colour, radius=1.5))
    number_x = axis + length + 6.0
    marks.append(
        Text(
            rect=(number_x, y, number_width, 16.0),
            text=_short(value, number_width),
            colour=theme.text if value else theme.dim,
            size=11.0,
            mono=True,
            align="right",
        )
    )
    marks.append(
        Mark(
            rect=(left, y, room, 17.0),
            lane=run.name,
            quantity=f"grad({state_of(run)})",
            step=step,
            value=value,
            label=said,
        )
    )
    return tuple(marks)
