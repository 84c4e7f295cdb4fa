"""What a view is made of: marks, each one drawn thing tied to what it shows.

Painting, hover, keyboard focus, the accessible tree, export and the tests all read the same marks, so nothing
can be seen that cannot be heard, and nothing that a veil hides can slip out by a side door: it is in no mark.

Marks are plain values, in device-independent pixels with y downwards, and know no Qt. Colours are
``#rrggbb``, already chosen by the layout. Every mark has ``lit``, how much of it has its full colour (0..1);
the rest is drawn at :data:`DIM`. For strands it is how far the colour has spread along the route.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from .strand import Strand

Point = tuple[float, float]
Rect = tuple[float, float, float, float]

DIM = 0.3
"""Strength of what is not the active stage of the computation."""
CASING = 0.8
"""Strength of the ground laid under a bundle that crosses another."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One drawn thing.

    Parameters
    ----------
    rect
        Bounding box ``(x, y, width, height)``; also the place for hover, focus and assistive technology.
    lane
        Name of the lane whose run is shown.
    quantity
        Name in the engine's registry, e.g. ``"f"`` or ``"grad(c)"``; ``None`` for what is no registered
        quantity.
    step, unit, value
        Step from 1 (0 is the initial state), unit from 1, and the number itself.
    node
        Identifier of a node that a question may ask for, e.g. ``"forget-product"``.
    label
        Accessible name, the value included. An empty label means decoration: no focus, no voice.
    lit
        How much of the mark has its full colour, 0..1.
    """

    kind: ClassVar[str] = "mark"

    rect: Rect
    lane: str = ""
    quantity: str | None = None
    step: int | None = None
    unit: int | None = None
    value: float | None = None
    node: str | None = None
    label: str = ""
    lit: float = 1.0

    def contains(self, x: float, y: float) -> bool:
        """Whether the point lies in the bounding box."""
        left, top, width, height = self.rect
        return left <= x < left + width and top <= y < top + height

    def with_(self, **changes: Any) -> Self:
        """Return the mark with some fields changed: ``dataclasses.replace`` costs too much per frame."""
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__)
        made.__dict__.update(changes)
        return made

    def parts(self) -> tuple[Mark, ...]:
        """Return the finer marks this one is made of (one per unit or cell), if any."""
        return ()

    def at(self, x: float, y: float) -> Mark | None:
        """Return the finest mark under the point, or ``None`` when the point is not on this one."""
        return self if self.contains(x, y) else None


@dataclass(frozen=True, kw_only=True)
class Panel(Mark):
    """A rectangle with rounded corners; either colour may be absent."""

    kind: ClassVar[str] = "panel"

    fill: str | None = None
    border: str | None = None
    border_width: float = 1.0
    radius: float = 0.0
    dashed: bool = False


@dataclass(frozen=True, kw_only=True)
class Text(Mark):
    """One line of text, centred vertically in its box, aligned ``"left"``, ``"centre"`` or ``"right"``."""

    kind: ClassVar[str] = "text"

    text: str
    colour: str
    size: float = 12.0
    weight: int = 400
    italic: bool = False
    mono: bool = False
    align: str = "left"


@dataclass(frozen=True, kw_only=True)
class Line(Mark):
    """A polyline.

    ``dash`` is a pattern in pixels (drawn, gap, ...); ``closed`` joins the last point to the first; ``fill``
    paints the area of a closed line. Points that are not finite break the line there.
    """

    kind: ClassVar[str] = "line"

    points: tuple[Point, ...]
    colour: str
    width: float = 1.0
    dash: tuple[float, ...] = ()
    closed: bool = False
    fill: str | None = None
    opacity: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Dots(Mark):
    """Discs of one radius, e.g. the samples of a curve."""

    kind: ClassVar[str] = "dots"

    points: tuple[Point, ...]
    radius: float
    fill: str | None = None
    border: str | None = None
    border_width: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Veiled(Mark):
    """A place whose content is hidden until the learner has answered: a calm sentence, never a padlock."""

    kind: ClassVar[str] = "veiled"

    text: str
    detail: str = ""
    colour: str
    detail_colour: str
    size: float = 13.0
    fill: str | None = None
    border: str | None = None
    radius: float = 8.0


@dataclass(frozen=True, kw_only=True)
class Hatch(Mark):
    """A place whose number left the range: thin slanted lines, no colour of its own.

    They rise from left to right unless they are said to be ``falling``.
    """

    kind: ClassVar[str] = "hatch"

    colour: str
    radius: float = 0.0
    falling: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class HeatMap(Mark):
    """A grid of cells, one number each, rows downwards and columns to the right.

    Parameters
    ----------
    values
        Float array, shape ``(rows, columns)``, not to be changed later. A cell that is not finite is drawn
        hatched both ways, never in a colour.
    scale
        ``"unit"`` (0..1, neutral to the role's hue), ``"signed"`` (below, neutral, above; limits
        ``-high..high``) or ``"log"`` (log10 of the magnitude between ``low`` and ``high``, viridis; what is
        below is hatched, what is above too, the other way and in the colour of the upper end).
    low, high
        Ends of the scale: numbers for ``"unit"`` and ``"signed"``, exponents of ten for ``"log"``.
    role
        Colour key of the hue for ``"unit"``.
    gap
        Space between columns in pixels; ``row_gap`` between rows.
    describe
        ``describe(row, column)`` returns the finer mark of one cell, without geometry; used by :meth:`at`.
    """

    kind: ClassVar[str] = "heatmap"

    values: NDArray[np.float64]
    scale: str = "signed"
    low: float = -1.0
    high: float = 1.0
    role: str = "c"
    gap: float = 0.0
    row_gap: float = 0.0
    describe: Callable[[int, int], Mark] | None = field(default=None, repr=False)

    def cell_rect(self, row: int, column: int) -> Rect:
        """Return the box of one cell, gaps included on its right and lower side."""
        x, y, width, height = self.rect
        rows, columns = self.values.shape
        return (x + column * width / columns, y + row * height / rows, width / columns, height / rows)

    def cell(self, x: float, y: float) -> tuple[int, int] | None:
        """Return ``(row, column)`` under the point, or ``None`` outside."""
        if not self.contains(x, y) or not self.values.size:
            return None
        left, top, width, height = self.rect
        rows, columns = self.values.shape
        return (
            min(rows - 1, int((y - top) / height * rows)),
            min(columns - 1, int((x - left) / width * columns)),
        )

    def part(self, row: int, column: int) -> Mark:
        """Return the finer mark of one cell with its box."""
        box = self.cell_rect(row, column)
        if self.describe is None:
            return Mark(
                rect=box, lane=self.lane, quantity=self.quantity, value=float(self.values[row, column])
            )
        base = self.describe(row, column)
        return Mark(
            rect=box,
            lane=base.lane,
            quantity=base.quantity,
            step=base.step,
            unit=base.unit,
            value=base.value,
            node=base.node,
            label=base.label,
        )

    def parts(self) -> tuple[Mark, ...]:
        """Return every cell as a mark, row by row."""
        rows, columns = self.values.shape
        return tuple(self.part(row, column) for row in range(rows) for column in range(columns))

    def at(self, x: float, y: float) -> Mark | None:
        """Return the mark of the cell under the point."""
        found = self.cell(x, y)
        return None if found is None else self.part(*found)


@dataclass(frozen=True, kw_only=True)
class Strands(Mark):
    """A bundle of strands along a route of straight pieces with round corners.

    Strand k runs parallel to the route at ``offset`` pixels to the right-hand side of its direction; so at a
    corner all arcs share one centre and the bundle keeps its order.

    Parameters
    ----------
    route
        Corner points of the middle line, every piece horizontal or vertical, in the direction of the forward
        pass.
    radius
        Radius of the middle line at corners; at least half of ``span``.
    span
        Width of the whole bundle.
    strands
        The strands, in order of ``offset``; their identity tells one bundle's colours from another's, so that
        they are not to be changed.
    backward
        The colour spreads from the end of the route to its start.
    name
        ``name(index)`` returns the accessible name of one strand; asked only when it is wanted.
    casing
        Colour of the ground laid under the bundle, so that it passes over what it crosses; ``None`` for none.
    forks
        Whether it begins by bending away from a bundle that runs straight on: where the two are one, that
        one is seen.
    """

    kind: ClassVar[str] = "strands"

    route: tuple[Point, ...]
    radius: float
    span: float
    strands: Sequence[Strand]
    name: Callable[[int], str] | None = field(default=None, repr=False)
    backward: bool = False
    casing: str | None = None
    forks: bool = False

    def parts(self) -> tuple[Mark, ...]:
        """Return one mark per strand (its box is the whole bundle's); none for a copy, which has no name."""
        if not self.label:
            return ()
        return tuple(self._part(strand) for strand in self.strands if strand.value is not None)

    def at(self, x: float, y: float) -> Mark | None:
        """Return the strand nearest to the point, ``None`` when the point is not on the bundle."""
        best = _offset_at(self.route, self.span / 2 + 1.5, x, y)
        if best is None:
            return None
        if not self.strands:
            return self
        nearest = min(self.strands, key=lambda strand: abs(strand.offset - best))
        return self if nearest.value is None else self._part(nearest)

    def _part(self, strand: Strand) -> Mark:
        return Mark(
            rect=self.rect,
            lane=self.lane,
            quantity=self.quantity,
            step=self.step,
            unit=strand.unit,
            value=strand.value,
            node=self.node,
            label="" if self.name is None else self.name(strand.index),
            lit=self.lit,
        )


def _offset_at(route: tuple[Point, ...], reach: float, x: float, y: float) -> float | None:
    """Return the signed distance from the nearest straight piece of the route, ``None`` beyond ``reach``."""
    best: float | None = None
    for (x0, y0), (x1, y1) in itertools.pairwise(route):
        if y0 == y1:
            along, across = (x - x0) * (1 if x1 > x0 else -1), (y - y0) * (1 if x1 > x0 else -1)
        else:
            along, across = (y - y0) * (1 if y1 > y0 else -1), (x0 - x) * (1 if y1 > y0 else -1)
        inside = -1.0 <= along <= abs(x1 - x0) + abs(y1 - y0) + 1.0
        if inside and abs(across) <= reach and (best is None or abs(across) < abs(best)):
            best = across
    return best


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One slot of a gate: how far it is filled, and what for; ``level`` is ``None`` without a number.

    Where a slot is filled to a mean, ``tick`` is the level of the chosen unit itself.
    """

    level: float | None
    colour: str
    unit: int | None
    value: float | None
    chosen: bool = False
    tick: float | None = None


@dataclass(frozen=True, kw_only=True)
class Slots(Mark):
    """A row of slots, one per unit, filled from below or, if signed, from the middle.

    ``name(index)`` returns the accessible name of one slot; asked only when it is wanted.
    """

    kind: ClassVar[str] = "slots"

    slots: tuple[Slot, ...]
    name: Callable[[int], str] = field(repr=False)
    signed: bool = False
    track: str
    chosen_colour: str
    gap: float = 2.0

    def slot_rect(self, index: int) -> Rect:
        """Return the box of one slot's track."""
        x, y, width, height = self.rect
        pitch = width / max(1, len(self.slots))
        gap = min(self.gap, pitch * 0.35) if len(self.slots) > 1 else 0.0
        return (x + index * pitch + gap / 2, y, pitch - gap, height)

    def parts(self) -> tuple[Mark, ...]:
        """Return one mark per slot."""
        return tuple(self._part(index) for index in range(len(self.slots)))

    def at(self, x: float, y: float) -> Mark | None:
        """Return the slot under the point."""
        if not self.contains(x, y) or not self.slots:
            return None
        index = int((x - self.rect[0]) / self.rect[2] * len(self.slots))
        return self._part(min(index, len(self.slots) - 1))

    def _part(self, index: int) -> Mark:
        slot = self.slots[index]
        x, y, width, height = self.rect
        pitch = width / len(self.slots)
        return Mark(
            rect=(x + index * pitch, y, pitch, height),
            lane=self.lane,
            quantity=self.quantity,
            step=self.step,
            unit=slot.unit,
            value=slot.value,
            node=self.node,
            label=self.name(index),
            lit=self.lit,
        )


@dataclass(frozen=True, kw_only=True)
class Node(Mark):
    """A place where something is computed: a disc with a sign, or a box with a name.

    Its ground stays opaque when it is not lit; border and sign fade into it.
    """

    kind: ClassVar[str] = "node"

    sign: str
    border: str
    fill: str
    colour: str
    size: float = 13.0
    round: bool = True
    radius: float = 8.0
    border_width: float = 1.5


def hit(marks: tuple[Mark, ...], x: float, y: float) -> Mark | None:
    """Return the finest mark with a label under the point, the one drawn last first."""
    for mark in reversed(marks):
        found = mark.at(x, y)
        if found is not None and found.label:
            return found
    return None
