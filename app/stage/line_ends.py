"""The names of lines in the margin where they end: nothing in the chart is covered or interrupted by them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .marks import Line, Mark, Point, Rect, Text
from .timeline import elided

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["LineEnd", "named_ends", "spread"]

_ROW: Final = 14.0
_GAP: Final = 4.0
_SAMPLE: Final = (3.0, 11.0, 25.0)
"""Where a line's piece in the margin begins, bends and ends."""
_TEXT: Final = 29.0
_MEET: Final = 4.0
"""Lines that end no further apart than this, in pixels, end at one place to the eye."""


@dataclass(frozen=True, slots=True)
class LineEnd:
    """A line that ends in a chart, and what it is called.

    Attributes
    ----------
    lines : tuple of str
        Its name, in lines; the first one is enough where there is no room for all.
    colour, width, dash
        How it is drawn.
    level : float
        Where it ends, in pixels downwards.
    at_edge : bool
        Whether it ends at the chart's right edge.
    before : float
        Its mean level a little before the end: lines that meet there keep the order they came in.
    """

    lines: tuple[str, ...]
    colour: str
    width: float
    dash: tuple[float, ...]
    level: float
    at_edge: bool
    before: float

    @property
    def solid(self) -> bool:
        """Whether it is a lane's own line, not one drawn for comparison."""
        return not self.dash


def named_ends(ends: Sequence[LineEnd], room: Rect) -> tuple[Mark, ...]:
    """Return each line's continuation into the margin with its name, clear of each other.

    Parameters
    ----------
    ends : sequence of LineEnd
        The lines.
    room : Rect
        The margin; its left side is the chart's right edge. Where it is too low for all names, those of
        lines drawn for comparison become short, then are left out, then all are.
    """
    left, top, width, height = room
    chosen = _ordered(ends)
    lines = {id(end): end.lines for end in chosen}

    def need(kept: Sequence[LineEnd]) -> float:
        return sum(_ROW * len(lines[id(end)]) + _GAP for end in kept)

    if need(chosen) > height:
        lines = {id(end): end.lines[:1] for end in chosen}
    if need(chosen) > height:
        chosen = [end for end in chosen if end.solid]
    if need(chosen) > height:
        return ()
    heights = [_ROW * len(lines[id(end)]) + _GAP for end in chosen]
    tops = spread([end.level for end in chosen], heights, top, top + height)
    marks: list[Mark] = []
    for end, y, high in zip(chosen, tops, heights, strict=True):
        marks += _named(end, lines[id(end)], left, y + _GAP / 2, high - _GAP, width)
    return tuple(marks)


def _ordered(ends: Sequence[LineEnd]) -> list[LineEnd]:
    """Return the lines from above by where they end; those that meet there by where they come from."""
    groups: list[list[LineEnd]] = []
    for end in sorted(ends, key=lambda end: end.level):
        if groups and end.level - groups[-1][-1].level <= _MEET:
            groups[-1].append(end)
        else:
            groups.append([end])
    return [end for group in groups for end in sorted(group, key=lambda end: end.before)]


def _named(
    end: LineEnd, lines: Sequence[str], left: float, top: float, high: float, width: float
) -> tuple[Mark, ...]:
    start, bend, stop = (left + x for x in _SAMPLE)
    middle = top + high / 2
    points: tuple[Point, ...] = ((bend, middle), (stop, middle))
    if end.at_edge:
        points = ((start, end.level), *points)
    upper, lower = min(middle, points[0][1]), max(middle, points[0][1])
    sample = Line(
        rect=(start, upper - 1.0, stop - start, lower - upper + 2.0),
        points=points,
        colour=end.colour,
        width=end.width,
        dash=end.dash and (4.0, 3.0),
    )
    room = width - _TEXT
    size = 12.0 if end.solid else 11.0
    texts = (
        Text(
            rect=(left + _TEXT, top + _ROW * row, room, _ROW),
            text=elided(text, room, size),
            colour=end.colour,
            size=size,
            weight=500,
        )
        for row, text in enumerate(lines)
    )
    return (sample, *texts)


def spread(levels: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Return the tops of boxes that stand under each other, each as near to its level as the rest allow.

    Parameters
    ----------
    levels : sequence of float
        Where the middles should be; the boxes keep this order.
    heights : sequence of float
        Of the boxes; together at most ``high - low``.
    low, high : float
        Where they all must stay.
    """
    # Boxes that touch move as one: each cluster is its boxes' numbers, its height, and its wished top.
    clusters: list[tuple[list[int], float, float]] = []
    for k, (level, height) in enumerate(zip(levels, heights, strict=True)):
        members, tall, top = [k], height, level - height / 2
        top = min(max(top, low), high - tall)
        while clusters and clusters[-1][2] + clusters[-1][1] > top:
            others, above, begin = clusters.pop()
            share = len(others) / (len(others) + len(members))
            top = share * begin + (1.0 - share) * (top - above)
            members, tall = [*others, *members], above + tall
            top = min(max(top, low), high - tall)
        clusters.append((members, tall, top))
    tops = [0.0] * len(levels)
    for members, _, top in clusters:
        for k in members:
            tops[k] = top
            top += heights[k]
    return tops
