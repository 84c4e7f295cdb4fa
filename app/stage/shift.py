"""Marks moved as they are, so that every layout may begin at 0, 0."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from .chart import Curve
from .marks import Dots, Line, Mark, Point, Strands

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["shifted"]


def _later(curve: Curve, dx: float, dy: float) -> tuple[Mark, ...]:
    return shifted(curve.steps, dx, dy)


def shifted(marks: Iterable[Mark], dx: float, dy: float) -> tuple[Mark, ...]:
    """Return the marks moved by `dx` to the right and `dy` down."""

    def moved(points: tuple[Point, ...]) -> tuple[Point, ...]:
        return tuple([(x + dx, y + dy) for x, y in points])

    def one(mark: Mark) -> Mark:
        x, y, width, height = mark.rect
        rect = (x + dx, y + dy, width, height)
        if not isinstance(mark, (Line, Dots, Strands)):
            return mark.with_(rect=rect)
        if isinstance(mark, Curve):
            later = partial(_later, mark, dx, dy)
            return mark.with_(rect=rect, points=moved(mark.points), make_steps=later)
        if isinstance(mark, Strands):
            return mark.with_(rect=rect, route=moved(mark.route))
        return mark.with_(rect=rect, points=moved(mark.points))

    return tuple([one(mark) for mark in marks])
