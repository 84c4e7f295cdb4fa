"""The joint bus of h and x, and the taps that peel off it up to whatever mixes them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .routes import length, pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .drawing import Drawing
    from .marks import Point
    from .strands import Flow

__all__ = ["Tap", "draw_bus"]


@dataclass(frozen=True)
class Tap:
    """One tap of a bus.

    Parameters
    ----------
    gate
        What it leads to, by the letter of its pre-activation.
    x
        Where its bend begins, plus the bend: the middle of the block above.
    offset
        How far to the right of that it rises, so that h and x may rise side by side.
    floor
        Where it ends, at the top.
    crosses
        Whether it passes over the other bus on its way.
    """

    gate: str
    x: float
    offset: float
    floor: float
    crosses: bool = False


def draw_bus(
    drawing: Drawing,
    flow_of: Callable[[tuple[str, ...]], Flow],
    start: tuple[Point, ...],
    taps: Sequence[Tap],
    *,
    bend: float,
    tap_bend: float,
    span: float,
    stage: int,
    clock: float = 0.0,
    leaves: int | None = None,
) -> None:
    """Draw a bus and its taps, from the bottom up.

    Parameters
    ----------
    drawing
        Where to.
    flow_of
        Gives what a piece of the bus carries, from the gates that it still leads to.
    start
        Route from where the bus begins to its level; the last point lies on it.
    taps
        From left to right.
    bend, tap_bend
        Radius of the bus's own corners, and of a tap without offset.
    span
        Width of the bundle.
    stage, clock
        Sub-step, and the reading of its clock at the beginning.
    leaves
        The sub-step of the bundle that the bus itself bends away from at its beginning, if any.
    """
    # Backwards every strand here is another, and all are wide: thinner ones keep the crossings legible.
    thin = 0.62 if drawing.backward else 1.0
    y = start[-1][1]
    stops = [tap.x - tap_bend for tap in taps]
    routes = [(*start[:-1], (stops[0], y)), *(((a, y), (b, y)) for a, b in itertools.pairwise(stops))]
    clocks = [clock]
    for route in routes:
        clocks.append(clocks[-1] + length(pieces(route, bend)))
    ups = [
        ((stop, y), (tap.x + tap.offset, y), (tap.x + tap.offset, tap.floor))
        for tap, stop in zip(taps, stops, strict=True)
    ]
    for tap, up in zip(taps, ups, strict=True):
        if tap.crosses:
            drawing.clearing(up, tap_bend + tap.offset, span)
    gates = tuple(tap.gate for tap in taps)
    for index, (route, reading) in enumerate(zip(routes, clocks, strict=False)):
        flow = flow_of(gates[index:])
        first = index == 0
        drawing.wire(
            flow, route, bend, stage, reading, spoken=first, thin=thin, leaves=leaves if first else None
        )
    for tap, up, reading in zip(taps, ups, clocks[1:], strict=True):
        drawing.wire(
            flow_of((tap.gate,)),
            up,
            tap_bend + tap.offset,
            stage,
            reading,
            spoken=drawing.backward,
            thin=thin,
            leaves=None if tap is taps[-1] else stage,
        )
