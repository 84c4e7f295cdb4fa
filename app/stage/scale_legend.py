"""The colour scale beside a row group of the gates view."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QCoreApplication

from engine import quantity

from .marks import HeatMap, Line, Mark, Point, Rect, Text
from .scales import SATURATION, Scale, limit_text, percent_text, saturation
from .series import power_of_ten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from app.theme import Theme
    from engine import Run

__all__ = ["dots", "heading", "legend"]

_BAR: Final = 10.0
_LABEL: Final = 17.0
_DOT: Final = 3.0


def _tr(text: str) -> str:
    return QCoreApplication.translate("HeatMaps", text)


def dots(centres: Sequence[Point] | NDArray[np.float64], colour: str, rect: Rect) -> Line:
    """Return the dots that mark what is saturated, as one mark: there may be a thousand."""
    middles = np.asarray(centres)
    ends = np.full((len(middles), 3, 2), math.nan)  # the third of each breaks the line
    ends[:, :2] = middles[:, None]
    ends[:, 0, 0] -= _DOT / 2
    ends[:, 1, 0] += _DOT / 2
    points = tuple(map(tuple, ends.reshape(-1, 2)[:-1].tolist()))
    return Line(rect=rect, points=points, colour=colour, width=_DOT)


def heading(x: float, y: float, width: float, theme: Theme) -> Text:
    """Return what stands above the scales of gates: of what the percentages are shares."""
    return Text(rect=(x, y, width, 20.0), text=_tr("share of values"), colour=theme.dim, size=11.0)


@lru_cache(maxsize=32)
def _ramp(scale: Scale, rows: int) -> NDArray[np.float64]:
    """Return the numbers of a bar of colours from above, shape ``(rows, 1)``; the same array each time.

    On a scale of powers this is what `Scale.placed` gave: the colours from end to end.
    """
    share = np.linspace(1.0, -1.0 if scale.kind == "signed" else 0.0, rows)
    return (scale.high * share).reshape(-1, 1)


def legend(
    run: Run,
    name: str,
    scale: Scale,
    last: int,
    place: tuple[float, float, float],
    theme: Theme,
    *,
    dotted: bool,
) -> tuple[Mark, ...]:
    """Return a bar of colours with its ends; for a gate with its limits and how much lies beyond them.

    Parameters
    ----------
    run : Run
        Whose quantity.
    name : str
        The quantity.
    scale : Scale
        Its scale.
    last : int
        The last step shown; shares are of the steps up to it.
    place : (float, float, float)
        Left, top and height; half a label juts out above and below, for each stands at its tick.
    theme : Theme
        The colours.
    dotted : bool
        Whether saturated cells bear a dot; then the bar bears one where they lie on it.
    """
    x, y, height = place
    ramp = _ramp(scale, max(int(height), 2))
    known = quantity(name, run.network.recurrence)
    marks: list[Mark] = [
        HeatMap(
            rect=(x, y, _BAR, height),
            values=ramp,
            scale=scale.kind,
            low=scale.low,
            high=scale.high,
            role=known.role,
        )
    ]

    def tick(value: float, text: str) -> None:
        at = y + height * (1.0 - value / scale.high) / (1.0 - scale.low / scale.high)
        at = min(max(at, y + 0.5), y + height - 0.5)
        marks.append(
            Line(
                rect=(x + _BAR, at - 1.0, 4.0, 2.0),
                points=((x + _BAR, at), (x + _BAR + 4.0, at)),
                colour=theme.faint,
            )
        )
        said(at, text)

    def said(at: float, text: str, mono: bool = True) -> None:
        box = (x + _LABEL, at - 8.0, 73.0, 16.0)
        marks.append(Text(rect=box, text=text, colour=theme.dim, size=11.0, mono=mono))

    if known.is_gate:
        left, right = saturation(run, name, last)
        tick(SATURATION[1], f">{SATURATION[1]}{percent_text(right):>7}")
        tick(SATURATION[0], f"<{SATURATION[0]}{percent_text(left):>7}")
        if dotted:
            ink = theme.role(known.role)
            for middle, colour in ((0.5 + SATURATION[1] / 2, theme.panel), (SATURATION[0] / 2, ink)):
                at = y + height * (1.0 - middle)
                marks.append(dots(((x + _BAR / 2, at),), colour, (x, y, _BAR, height)))
    elif scale.floor is not None:
        tick(scale.high, f"+{limit_text(scale.high)}")
        tick(0.0, f"±{power_of_ten(scale.floor)}")
        if height >= 70.0:
            said(y + 0.25 * height, _tr("log scale"), mono=False)
            said(y + 0.75 * height, _tr("log scale"), mono=False)
        tick(scale.low, f"−{limit_text(scale.high)}")
    else:
        tick(scale.high, f"+{limit_text(scale.high)}")
        if height >= 50.0:
            tick(0.0, "0")
        tick(scale.low, f"−{limit_text(scale.high)}")
    return tuple(marks)
