"""The places the keyboard visits on the stage, in order, each with a key that outlives a relayout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .chart import Curve
from .marks import HeatMap, Mark, Strands
from .nodes import NODES

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from .cursor import Cursor

__all__ = ["Stop", "is_chip", "spoken_marks", "stops"]


@dataclass(frozen=True, slots=True, eq=False)
class Stop:
    """One place to visit.

    Attributes
    ----------
    key : hashable
        Names the same place after a relayout.
    mark : Mark
        What is there now; of a heat map or a line, its part at the cursor.
    """

    key: Hashable
    mark: Mark


def is_chip(mark: Mark) -> bool:
    """Whether a mark is a tab, or a chip of a lane, layer or direction: the stage's own chrome."""
    return mark.node is not None and mark.node.startswith(("view:", "lane:", "layer:", "way:"))


def _is_column(mark: Mark) -> bool:
    return (
        type(mark) is Mark and mark.unit is None and mark.node is not None and mark.node.startswith("step-")
    )


def stops(marks: Iterable[Mark], cursor: Cursor) -> tuple[Stop, ...]:
    """Return where Tab goes: the cell's nodes in order of computation, then maps, lines and parts, then tabs.

    Wires and columns are left out: a wire's value is its node's, and the arrow keys reach every column.

    Parameters
    ----------
    marks : iterable of Mark
        All that is on the stage.
    cursor : Cursor
        Of a heat map or a line the part at the cursor is visited.
    """
    nodes: dict[str, Mark] = {}
    others: list[Stop] = []
    chips: list[Stop] = []
    count = 0
    for mark in marks:
        if not mark.label or isinstance(mark, Strands) or _is_column(mark):
            continue
        if isinstance(mark, (HeatMap, Curve)):
            what = (mark.kind, mark.lane, mark.quantity, count if isinstance(mark, Curve) else 0)
            others.append(Stop(what, _here(mark, cursor)))
            count += 1
        elif is_chip(mark):
            chips.append(Stop(("chip", mark.node), mark))
        elif mark.node is not None:
            nodes.setdefault(mark.node, mark)
        else:
            others.append(Stop(("mark", count), mark))
            count += 1
    order = [name for name in NODES if name in nodes] + [name for name in nodes if name not in NODES]
    return (*(Stop(("node", name), nodes[name]) for name in order), *others, *chips)


def _here(mark: HeatMap | Curve, cursor: Cursor) -> Mark:
    if isinstance(mark, HeatMap):
        rows, columns = mark.values.shape
        return mark.part(min(max(cursor.unit, 1), rows) - 1, min(max(cursor.step, 1), columns) - 1)
    return next((part for part in mark.steps if part.step == cursor.step), mark)


def spoken_marks(marks: Iterable[Mark], cursor: Cursor) -> tuple[Mark, ...]:
    """Return what a screen reader finds as children of the stage: the stops, then the wires."""
    known = tuple(marks)
    wires = [mark for mark in known if isinstance(mark, Strands) and mark.label]
    return (*(stop.mark for stop in stops(known, cursor)), *wires)
