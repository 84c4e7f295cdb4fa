"""Where everything in a GRU's cell stands: on top the hidden state's line, below it a row read from the left.

The row has the update gate, the reset gate, the × of the reset, what x adds to it, and the candidate; the
update gate stands under the × that keeps, the candidate under the + that it is added at.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from .geometry import Bundles, Sized, bundles, clamp, even, whole

__all__ = ["GruPlan", "gru_plan"]


@dataclass(frozen=True)
class GruPlan(Sized):
    """Places of a GRU's cell; ``y_*`` and ``x_*`` are middles unless they name an edge."""

    wires: Bundles
    left: float
    right: float
    bottom: float
    plate_left: float
    plate_right: float
    plate_top: float
    plate_bottom: float
    y_state: float
    y_product: float
    y_row: float
    gate_top: float
    gate_height: float
    gate_width: float
    mix_top: float
    mix_height: float
    mix_width: float
    early_width: float
    y_bus: float
    x_update: float
    x_reset: float
    x_recurrent: float
    x_join: float
    x_candidate: float
    x_one: float
    x_down: float
    x_read: float
    one_width: float
    one_height: float
    node: float
    bend: float
    bus_bend: float

    @property
    def y_h(self) -> float:
        """Middle of the h strands on the bus."""
        return self.y_bus - self.wires.joint / 2 + self.wires.span / 2

    @property
    def y_x(self) -> float:
        """Middle of the x strands on the bus."""
        return self.y_bus + self.wires.joint / 2 - self.wires.x_span / 2


@lru_cache(maxsize=16)
def gru_plan(width: float, height: float, units: int, inputs: int, *, early: bool = False) -> GruPlan:
    """Place a GRU's cell in an area of the given size; ``early`` if its reset comes before the matrix."""
    u = clamp(min(width / 850.0, height / 432.0), 0.5, 2.0)
    k = clamp(0.5 + 0.5 * u, 1.0, 1.5)
    wide = min(width, 1150.0 * u)
    # Of two bundles side by side in one row the narrower leave more between them.
    wires = bundles(units, inputs, u, 34.0)
    span, joint = wires.span, wires.joint
    node = whole(clamp(span / 2 + 3.0 * u, 13.0 * u, 20.0 * u))
    bend = whole(span / 2 + 6.0 * u)
    bus_bend = whole(joint / 2 + 5.0 * u)
    # Above the line of h stand its letter and its number.
    head = max(38.0 * k, 38.0 * u)
    fixed = head + span + bend + bus_bend + joint / 2 + 94.0 * u
    spare = max(0.0, height - fixed - 175.0 * u)
    gate_height = 88.0 * u + min(0.45 * spare, 140.0 * u)
    product_gap = 50.0 * u + min(0.14 * spare, 44.0 * u)
    z_gap = 17.0 * u + min(0.14 * spare, 26.0 * u)
    tap_gap = 6.0 * u + min(0.10 * spare, 24.0 * u)
    needed = fixed + gate_height + product_gap + z_gap + tap_gap
    shift = max(0.0, (height - needed) / 2)
    y_state = whole(shift + head + span / 2)
    y_product = whole(y_state + span / 2 + product_gap)
    gate_top = whole(y_product + bend + 14.0 * u)
    gate_height = even(gate_height)
    mix_top = whole(gate_top + gate_height + z_gap)
    mix_height = whole(25.0 * u)
    y_bus = whole(mix_top + mix_height + tap_gap + bus_bend)
    plate_bottom = whole(y_bus + joint / 2 + 13.0 * u)
    bottom = min(whole(plate_bottom + 25.0 * u), float(int(height)))

    left = whole((width - wide) / 2)
    right = float(int(left + wide))
    margin = whole(max(56.0 * u, 50.0))
    plate_left, plate_right = left + margin, right - margin
    x_down = whole(plate_left + 14.0 * u + max(span, wires.x_span) / 2)
    # What the row needs beside its three gates is fixed; the gates and the gaps share what is left.
    first = x_down + max(span, wires.x_span) / 2 + 12.0 * u
    edge = plate_right - 18.0 * u
    mix_width = even(clamp(0.095 * (edge - first), 64.0 * u, 92.0 * u))
    gap = 0.036 * (edge - first)
    gate_width = even(min((edge - first - 2 * mix_width - 4.6 * gap) / 3, 132.0 * u))
    gap = (edge - first - 2 * mix_width - 3 * gate_width) / 4.6
    # The first gate keeps clear of the taps' bend, too.
    x_update = whole(max(first + gate_width / 2, first + bus_bend))
    x_reset = whole(x_update + gate_width + gap)
    x_recurrent = whole(x_reset + gate_width / 2 + 1.3 * gap + mix_width / 2)
    x_one = whole((x_reset + x_recurrent) / 2)
    x_join = whole(x_recurrent + mix_width + gap)
    x_candidate = whole(edge - gate_width / 2)
    early_width = mix_width
    if early:
        # Nothing stands under the ×: it moves to the reset gate, and the block after it gets the room.
        x_recurrent = whole(x_reset + gate_width / 2 + max(1.3 * gap, 42.0 * k) + node)
        free = x_candidate - gate_width / 2 - x_recurrent - node
        early_width = even(min(0.69 * free, 124.0 * k))
        x_join = whole(x_recurrent + node + 0.58 * (free - early_width) + early_width / 2)
    one_width = even(max(46.0 * u, 40.0 * k))
    return GruPlan(
        u=u,
        wires=wires,
        left=left,
        right=right,
        bottom=bottom,
        plate_left=plate_left,
        plate_right=plate_right,
        plate_top=whole(max(0.0, y_state - span / 2 - 30.0 * k)),
        plate_bottom=plate_bottom,
        y_state=y_state,
        y_product=y_product,
        y_row=whole(gate_top + gate_height / 2),
        gate_top=gate_top,
        gate_height=gate_height,
        gate_width=gate_width,
        mix_top=mix_top,
        mix_height=mix_height,
        mix_width=mix_width,
        early_width=early_width,
        y_bus=y_bus,
        x_update=x_update,
        x_reset=x_reset,
        x_recurrent=x_recurrent,
        x_join=x_join,
        x_candidate=x_candidate,
        x_one=x_one,
        x_down=x_down,
        x_read=whole(plate_right + 8.0 * u + span / 2),
        one_width=one_width,
        one_height=even(max(22.0 * u, 18.0, span + 8.0 * u)),
        node=node,
        bend=bend,
        bus_bend=bus_bend,
    )
