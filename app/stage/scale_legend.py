"""The colour scale beside a row group of the gates view."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine import quantity

from .marks import HeatMap, Line, Mark, Text
from .scales import GATES, SATURATION, Scale, limit_text, percent_text, saturation

if TYPE_CHECKING:
    from app.theme import Theme
    from engine import Run

__all__ = ["legend"]


def legend(
    run: Run, name: str, scale: Scale, last: int, place: tuple[float, float, float], theme: Theme
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
        Left, top and height.
    theme : Theme
        The colours.
    """
    x, y, height = place
    share = np.linspace(1.0, -1.0 if scale.kind == "signed" else 0.0, max(int(height), 2))
    ramp = (scale.high * share).reshape(-1, 1)
    marks: list[Mark] = [
        HeatMap(
            rect=(x, y, 8.0, height),
            values=ramp,
            scale=scale.kind,
            low=scale.low,
            high=scale.high,
            role=quantity(name, run.cell).role,
        )
    ]

    def tick(value: float, text: str) -> None:
        at = y + height * (1.0 - value / scale.high) / (1.0 - scale.low / scale.high)
        at = min(max(at, y + 0.5), y + height - 0.5)
        marks.append(
            Line(
                rect=(x + 8.0, at - 1.0, 5.0, 2.0),
                points=((x + 8.0, at), (x + 13.0, at)),
                colour=theme.faint,
            )
        )
        label = min(max(at, y + 5.0), y + height - 5.0)
        marks.append(
            Text(
                rect=(x + 16.0, label - 8.0, 74.0, 16.0),
                text=text,
                colour=theme.dim,
                size=11.0,
                mono=True,
            )
        )

    if name in GATES:
        left, right = saturation(run, name, last)
        tick(SATURATION[1], f"> .9 {percent_text(right):>6}")
        tick(SATURATION[0], f"< .1 {percent_text(left):>6}")
    else:
        tick(scale.high, f"+{limit_text(scale.high)}")
        if height >= 50.0:
            tick(0.0, "0")
        tick(scale.low, f"−{limit_text(scale.high)}")
    return tuple(marks)
