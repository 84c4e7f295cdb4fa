"""What the gradient of a state is made of: each path's part, as a signed bar on one linear scale."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from engine import format_number, heat_quantities, quantity

from .lanes import direct_gate, state_of
from .marks import Mark, Panel, Text
from .order import is_reverse
from .series import power_of_ten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from app.theme import Theme
    from engine import Run

__all__ = ["column_texts", "path_keys", "path_panel"]

_LEAST: Final = 2.0
"""Width of the shortest bar: what is not zero has a side."""
_NAME: Final = 56.0
_NUMBER: Final = 80.0
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
        )
    ]
    for index, said in enumerate(_caption(run, step, rows)):
        place_of = (x, top + 14.0 + 16.0 * index, gutter - 6.0, 16.0)
        marks.append(Text(rect=place_of, text=said, colour=theme.dim if index else hue, size=11.0))
    lowest, highest = min((0.0, *known)), max((0.0, *known))
    # The zero line stands where the largest negative bar needs it, never at the very edge.
    below = max(0.08, -lowest / (highest - lowest)) if highest > lowest else 0.08
    scale = min((1.0 - below) / highest if highest else math.inf, below / -lowest if lowest else math.inf)
    texts = column_texts(list(values.values()))
    for index, (key, text) in enumerate(zip(keys, texts, strict=True)):
        column, row = divmod(index, rows)
        left = x + gutter + column * room
        y = top + 18.0 * row
        label = _tr("{path}, {when}: {value}; in all {total}").format(
            path=_names(run, key)[1],
            value=format_number(values[key]),
            total=format_number(total),
            when=f"t = {step}" if key == "above" else _way(run, step),
        )
        part = Mark(
            rect=(left, y, room, 17.0),
            lane=run.name,
            quantity=f"grad({state})",
            step=step,
            value=values[key],
            label=label,
        )
        marks += _bar(run, key, text, part, scale, below, theme)
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


def _way(run: Run, step: int) -> str:
    """Say from which step to this one the gradient comes back; of the step at the end, itself."""
    before = step - 1 if is_reverse(run) else step + 1
    return f"t = {before} → {step}" if 1 <= before <= run.steps else f"t = {step}"


def _caption(run: Run, step: int, rows: int) -> tuple[str, ...]:
    """Say which step back is split: the rows tell of this one, not of the whole way from the loss."""
    where = _way(run, step)
    if "→" not in where:  # nothing comes back to the step at the end
        return (_tr("at {t}").format(t=where), _tr("linear scale"))[: 2 if rows >= 3 else 1]
    if rows >= 4:
        return where, _tr("one step back"), _tr("linear scale")
    return (where, _tr("one step back")) if rows == 3 else (where,)


def column_texts(values: Sequence[float]) -> tuple[str, ...]:
    """Write numbers that stand above each other in one form, so that their decimals compare.

    Parameters
    ----------
    values : sequence of float
        The largest gets four digits, the others as many decimals. What is no zero and yet below them
        is told from zero.

    Examples
    --------
    >>> column_texts([0.109, -1.87e-5, 0.0])
    ('0.1090', '≈ 0', '0')
    """
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    # A smaller power of ten is none that a float could be divided by.
    exponent = max(int(f"{largest:.3e}".split("e")[1]), -307)
    plain = 1e-3 <= largest < 1e5
    decimals = max(0, 3 - exponent) if plain else 3

    def text(value: float) -> str:
        if not math.isfinite(value) or value == 0.0:
            return format_number(value)
        written = f"{value if plain else value / 10.0**exponent:z.{decimals}f}".replace("-", "−")
        if not written.strip("0."):
            return "≈ 0"
        return written if plain else f"{written}·{power_of_ten(exponent)}"

    return tuple(text(value) for value in values)


def _bar(
    run: Run, key: str, text: str, part: Mark, scale: float, below: float, theme: Theme
) -> tuple[Mark, ...]:
    """Return a path's name, its bar and its number; `part` is what answers for them all."""
    left, y, room, _ = part.rect
    value = part.value or 0.0
    colour = theme.role(_role(run, key))
    axis = left + _NAME + 4.0
    length = max(room - _NAME - _NUMBER - 22.0, 8.0)
    zero = float(round(axis + below * length))
    marks: list[Mark] = [
        Text(
            rect=(left, y, _NAME, 16.0),
            text=_names(run, key)[0],
            colour=colour,
            size=11.0,
            weight=500,
            align="right",
        ),
        Panel(rect=(zero, y - 1.0, 1.0, 18.0), fill=theme.line),
    ]
    if math.isfinite(value) and value != 0.0:
        # One pixel beside the axis, on the side of its sign, however short.
        width = max(abs(value) * scale * length, _LEAST)
        start = zero + 2.0 if value > 0.0 else zero - 1.0 - width
        marks.append(Panel(rect=(start, y + 3.0, width, 10.0), fill=colour, radius=min(1.5, width / 3)))
    marks.append(
        Text(
            rect=(axis + length + 6.0, y, _NUMBER, 16.0),
            text=text,
            colour=theme.text if value else theme.dim,
            size=11.0,
            mono=True,
            align="right",
        )
    )
    return (*marks, part)
