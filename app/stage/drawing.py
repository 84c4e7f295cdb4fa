"""A cell being drawn: marks with the time at which the computation reaches them.

A sub-step has a clock that counts pixels of wire. Every mark belongs to one sub-step and is reached between
two readings of its clock, so that colour spreads along the path of computation at one speed, over forks and
through blocks alike. The backward pass runs the same clocks down.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from .marks import Mark, Node, Panel, Point, Rect, Slot, Slots, Strands, Text, Veiled
from .routes import bounds, reach
from .strands import Flow, grouped, has_bare, names, sizes_of, spans, strands, summary, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.theme import Theme

    from .cursor import Cursor
    from .geometry import Bundles
    from .strand import Strand


@dataclass(frozen=True, eq=False)
class Timed:
    """A mark, and from when to when on the clock of its sub-step colour spreads over it.

    ``leaves`` is the sub-step of the bundle that a fork bends away from.
    """

    mark: Mark
    stage: int | None
    start: float
    end: float
    leaves: int | None = None


class Drawing:
    """Collects the marks of one cell.

    Parameters
    ----------
    theme
        Gives the colours.
    lane
        Name of the lane that is shown.
    wires
        Widths of the bundles.
    backward
        Whether the wires run backwards.
    type_factor
        What sizes of type are multiplied by.
    """

    def __init__(self, theme: Theme, lane: str, wires: Bundles, backward: bool, type_factor: float) -> None:
        self.type_factor = type_factor
        self.theme = theme
        self.lane = lane
        self.wires = wires
        self.backward = backward
        self.bare = False
        """Whether a strand was drawn that stands for a number and has no colour."""
        self._timed: list[Timed] = []
        self._strands: dict[tuple[int, float], tuple[Sequence[Strand], Flow]] = {}

    def add(self, mark: Mark, stage: int | None = None, start: float = 0.0, end: float = 0.0) -> None:
        """Add a mark; without a sub-step it always has its full colour."""
        self._timed.append(Timed(mark, stage, start, end))

    def wire(
        self,
        flow: Flow,
        route: tuple[Point, ...],
        radius: float,
        stage: int,
        start: float = 0.0,
        *,
        spoken: bool = True,
        thin: float = 1.0,
        narrow: float = 1.0,
        leaves: int | None = None,
    ) -> float:
        """Add a bundle and return the reading of the clock at its end.

        Parameters
        ----------
        flow
            What it carries.
        route, radius
            Where it runs, in the direction of the forward pass.
        stage, start
            Sub-step, and the reading of its clock when colour enters the bundle.
        spoken
            Whether the bundle has an accessible name; false for a copy of one that has.
        thin
            Factor on the width of its strands. All wires of one flow have the same.
        narrow
            Factor on the width of the whole bundle.
        leaves
            The sub-step of the bundle that it bends away from at its beginning, if that runs straight on.
        """
        wires, member = self.wires, flow.member == "input"
        pitch = narrow * (wires.x_pitch if member else wires.pitch)
        widest = narrow * (wires.x_widest if member else wires.widest)
        span = narrow * (wires.x_span if member else wires.span)
        count = wires.x_count if member else wires.count
        end = start + reach(route, radius)
        made, _ = self._strands.setdefault((id(flow), narrow), ((), flow))
        if not made:
            made = strands(flow, count, pitch, thin * widest, self.theme)
            self._strands[id(flow), narrow] = (made, flow)
            self.bare = self.bare or has_bare(made)
        mark = Strands(
            rect=bounds(route, span),
            lane=self.lane,
            quantity=flow.quantity,
            step=flow.step,
            label=summary(flow) if spoken else "",
            route=route,
            radius=radius,
            span=span,
            strands=made,
            name=names(flow),
            backward=self.backward,
            forks=leaves is not None and not self.backward,  # there both carry the same
        )
        self._timed.append(Timed(mark, stage, start, end, leaves))
        return end

    def clearing(self, route: tuple[Point, ...], radius: float, span: float) -> None:
        """Clear the ground for a bundle that passes over another."""
        mark = Strands(
            rect=bounds(route, span),
            lane=self.lane,
            route=route,
            radius=radius,
            span=span,
            strands=(),
            casing=self.theme.card,
        )
        self.add(mark)

    def text(
        self,
        text: str,
        rect: tuple[float, float, float, float],
        colour: str,
        size: float = 11.0,
        *,
        weight: int = 400,
        italic: bool = False,
        mono: bool = False,
        align: str = "left",
        at: tuple[int, float] | None = None,
    ) -> None:
        """Add a line of text.

        ``at`` is for a number that a sub-step gives: which one, and the reading of its clock. Before that it
        is dim; from then on it stays, for it is known.
        """
        size = float(round(size * self.type_factor))
        stage, clock = at or (None, 0.0)
        self.add(_text(self.lane, text, rect, colour, size, weight, italic, mono, align), stage, clock, clock)

    def end(self, stage: int) -> tuple[int, float]:
        """Return a sub-step and the last reading of its clock so far."""
        return stage, max((timed.end for timed in self._timed if timed.stage == stage), default=0.0)

    def disc(
        self, sign: str, centre: Point, radius: float, hue: str, node: str, label: str, at: tuple[int, float]
    ) -> None:
        """Add a × or a + where bundles meet."""
        x, y = centre
        place = (x - radius, y - radius, 2 * radius, 2 * radius)
        theme = self.theme
        mark = _node(self.lane, node, label, sign, place, hue, theme.card, theme.text, 13.0, True, 8.0, 1.6)
        self.add(mark, at[0], at[1], at[1])

    def box(
        self,
        sign: str,
        rect: tuple[float, float, float, float],
        border: str,
        node: str,
        label: str,
        at: tuple[int, float],
        *,
        size: float = 12.0,
        radius: float = 8.0,
        border_width: float = 1.0,
        fill: str | None = None,
        colour: str | None = None,
    ) -> None:
        """Add a block with a name on it."""
        mark = _node(
            self.lane,
            node,
            label,
            sign,
            rect,
            border,
            fill or self.theme.card,
            colour or self.theme.text,
            float(round(size * self.type_factor)),
            False,
            min(radius * self.type_factor, 0.34 * rect[3]),
            border_width,
        )
        self.add(mark, at[0], at[1], at[1])

    def slots(
        self,
        flow: Flow,
        rect: tuple[float, float, float, float],
        chosen: int,
        node: str,
        at: tuple[int, float, float],
        *,
        signed: bool,
    ) -> None:
        """Add a row of slots, or the calm sentence in its place when a veil hides the gate."""
        if flow.hidden or flow.values is None:
            sentence = tr("hidden") if flow.hidden else ""
            self.add(
                Veiled(
                    rect=rect,
                    lane=self.lane,
                    label=summary(flow),
                    text=sentence,
                    colour=self.theme.dim,
                    detail_colour=self.theme.dim,
                    size=11.0,
                )
            )
            return
        means, magnitudes = grouped(flow.values)
        several, hues = len(flow.values) > 1, (flow.hue or self.theme.above, flow.hue or self.theme.below)
        levels = np.copysign(sizes_of(np.abs(means), flow), means).tolist()
        known = np.isfinite(magnitudes).tolist()
        own = float(flow.values[chosen - 1])
        tick = float(np.copysign(sizes_of(np.abs([own]), flow)[0], own)) if math.isfinite(own) else None
        found = tuple(
            Slot(
                level=level if finite else None,
                colour=hues[0 if mean >= 0 else 1],
                unit=first if first == last else None,
                value=mean,
                chosen=first <= chosen <= last and several,
                tick=tick if first <= chosen <= last and first < last else None,
            )
            for (first, last), mean, level, finite in zip(
                spans(len(flow.values)), means.tolist(), levels, known, strict=True
            )
        )
        mark = Slots(
            rect=rect,
            lane=self.lane,
            quantity=flow.quantity,
            step=flow.step,
            label=summary(flow),
            node=node,
            slots=found,
            name=names(flow),
            signed=signed,
            track=self.theme.neutral,
            chosen_colour=self.theme.text,
            gap=max(1.0, min(3.0, rect[2] / max(1, len(found)) * 0.25)),
        )
        self.add(mark, *at)

    def plate(self, rect: tuple[float, float, float, float]) -> None:
        """Add the ground that the cell stands on."""
        self.add(Panel(rect=rect, lane=self.lane, fill=self.theme.card, border=self.theme.line, radius=14.0))

    def done(self) -> Still:
        """Return everything drawn."""
        clocks: dict[int, float] = {}
        for timed in self._timed:
            if timed.stage is not None:
                clocks[timed.stage] = max(clocks.get(timed.stage, 0.0), timed.end)
        return Still(tuple(self._timed), tuple(sorted(clocks.items())))


# What does not change with the numbers is the same object in every drawing: the painter knows it by identity.


@lru_cache(maxsize=1024)
def _text(
    lane: str,
    text: str,
    rect: Rect,
    colour: str,
    size: float,
    weight: int,
    italic: bool,
    mono: bool,
    align: str,
) -> Text:
    return Text(
        rect=rect,
        lane=lane,
        text=text,
        colour=colour,
        size=size,
        weight=weight,
        italic=italic,
        mono=mono,
        align=align,
    )


@lru_cache(maxsize=256)
def _node(
    lane: str,
    node: str,
    label: str,
    sign: str,
    rect: Rect,
    border: str,
    fill: str,
    colour: str,
    size: float,
    is_round: bool,
    radius: float,
    border_width: float,
) -> Node:
    return Node(
        rect=rect,
        lane=lane,
        node=node,
        label=label,
        sign=sign,
        border=border,
        fill=fill,
        colour=colour,
        size=size,
        round=is_round,
        radius=radius,
        border_width=border_width,
    )


@dataclass(frozen=True, eq=False)
class Still:
    """A finished drawing, to be shown at any moment of its step."""

    timed: tuple[Timed, ...]
    clocks: tuple[tuple[int, float], ...]

    def at(self, cursor: Cursor) -> Frame:
        """Return the marks at a moment: full colour as far as it has spread, dim elsewhere.

        What stands still while the sub-step lasts comes first and is the same objects each time, so that it
        can be painted once; then what moves; the discs last, for wires end under them.
        """
        clocks = dict(self.clocks)
        active, progress = cursor.stage, cursor.progress
        if active is not None and active not in clocks:
            # A plain cell has nothing to do in some sub-steps: what was reached before stays lit.
            done = [stage for stage in clocks if (stage > active if cursor.backward else stage < active)]
            active = (min(done) if cursor.backward else max(done)) if done else None
            progress = 1.0
        parts = _parts(self, active)
        if active is None:
            return Frame(parts.standing, len(parts.standing))
        whole = clocks[active]
        reading = progress * whole
        moving = tuple(
            _lit(timed, dark, reading, whole, cursor.backward)
            for timed, dark in zip(parts.moving, parts.dark, strict=True)
        )
        return Frame(parts.standing + moving, len(parts.standing))


@dataclass(frozen=True, eq=False)
class Frame:
    """The marks of one moment; the first ``standing`` of them are the same as long as a sub-step lasts."""

    marks: tuple[Mark, ...]
    standing: int


NOTHING = Frame((), 0)
"""A frame without marks."""


@dataclass(frozen=True, eq=False)
class _Parts:
    """What stands still in a sub-step, and what moves, with each moving mark as it is before its time."""

    standing: tuple[Mark, ...]
    moving: tuple[Timed, ...] = ()
    dark: tuple[Mark, ...] = ()


@lru_cache(maxsize=24)
def _parts(still: Still, active: int | None) -> _Parts:
    """Return what stands still and what moves in a sub-step; at rest all stands still."""
    discs = [timed for timed in still.timed if isinstance(timed.mark, Node) and timed.mark.round]
    rest = [timed for timed in still.timed if not (isinstance(timed.mark, Node) and timed.mark.round)]
    if active is None:
        return _Parts(tuple(timed.mark for timed in (*rest, *discs)))
    # What is one bundle at rest is two of unlike strength while only one of them is active.
    rest = [
        replace(timed, mark=timed.mark.with_(forks=False))
        if timed.leaves is not None and timed.leaves != timed.stage
        else timed
        for timed in rest
    ]
    # Letters and numbers come last of all: a box that is being lit must not lie on what is written in it.
    texts = [timed for timed in rest if isinstance(timed.mark, Text) and timed.stage is None]
    rest = [timed for timed in rest if timed not in texts]
    standing = tuple(
        timed.mark if timed.stage is None or _known(timed, active) else timed.mark.with_(lit=0.0)
        for timed in rest
        if timed.stage != active
    )
    moving = [timed for timed in rest if timed.stage == active]
    moving += [
        timed if timed.stage == active else replace(timed, mark=timed.mark.with_(lit=0.0), stage=None)
        for timed in discs
    ]
    moving += texts
    return _Parts(standing, tuple(moving), tuple(timed.mark.with_(lit=0.0) for timed in moving))


def _known(timed: Timed, active: int) -> bool:
    """Whether it is a number that an earlier sub-step gave; there are none that the backward pass gives."""
    return isinstance(timed.mark, Text) and timed.stage is not None and timed.stage < active


def _lit(timed: Timed, dark: Mark, reading: float, whole: float, backward: bool) -> Mark:
    """Return a mark as far as it is lit; unless colour is spreading over it, the same object each time."""
    if timed.stage is None:
        return timed.mark
    start, end = (whole - timed.end, whole - timed.start) if backward else (timed.start, timed.end)
    if reading >= end:
        return timed.mark
    return dark if reading <= start else timed.mark.with_(lit=(reading - start) / (end - start))
