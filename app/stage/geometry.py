"""Where everything in a cell stands: plain numbers from the size of the place and the number of strands.

All lengths are multiples of one unit of length, chosen so that the cell fits the place; what height is left
over goes where it helps: into the gates' slots first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from .strands import MOST

GATES = ("f", "i", "g", "o")
"""The four gates (the candidate counted among them) in order of computation, left to right."""


def clamp(value: float, low: float, high: float) -> float:
    """Hold a value between two limits; the lower one wins."""
    return max(low, min(high, value))


def even(value: float) -> float:
    """Return the nearest even number, so that halves are whole pixels too."""
    return 2.0 * round(value / 2.0)


def whole(value: float) -> float:
    """Return the nearest whole pixel: like pieces then share their images."""
    return float(round(value))


@dataclass(frozen=True)
class Bundles:
    """Widths of the two kinds of bundles, of units and of inputs."""

    count: int
    pitch: float
    span: float
    x_count: int
    x_pitch: float
    x_span: float
    gap: float

    @property
    def joint(self) -> float:
        """Width of the joint bus [h, x]."""
        return self.span + self.gap + self.x_span

    @property
    def widest(self) -> float:
        """Full width of a unit's strand."""
        return min(0.84 * self.pitch, 10.0)

    @property
    def x_widest(self) -> float:
        """Full width of an input's strand."""
        return min(0.84 * self.x_pitch, 10.0)


def whole_pitch(pitch: float) -> float:
    """Return a distance of strands in whole pixels, so that like strands look alike; none if too small."""
    return float(int(pitch + 0.4)) if pitch >= 1.6 else pitch


def bundles(units: int, inputs: int, u: float, room: float = 37.0) -> Bundles:
    """Return the widths of bundles at a unit of length; ``room`` is the widest bundle in such units."""
    count, x_count = min(units, MOST), min(inputs, MOST)
    pitch = whole_pitch(min(room * u / count, 11.0 * u))
    x_pitch = whole_pitch(min(room * u / x_count, 11.0 * u))
    return Bundles(
        count, pitch, even(pitch * count), x_count, x_pitch, even(x_pitch * x_count), even(6.0 * u)
    )


@dataclass(frozen=True)
class Sized:
    """What grows with the place: the unit of length, and type with it, but never below its own size."""

    u: float

    @property
    def type(self) -> float:
        """Factor on sizes of type."""
        return clamp(0.5 + 0.5 * self.u, 1.0, 1.5)


@dataclass(frozen=True)
class LstmPlan(Sized):
    """Places of an LSTM cell; ``y_*`` and ``x_*`` are middles unless they name an edge."""

    wires: Bundles
    left: float
    right: float
    top: float
    bottom: float
    plate_left: float
    plate_right: float
    plate_top: float
    plate_bottom: float
    y_c: float
    y_product: float
    gate_top: float
    gate_height: float
    gate_width: float
    mix_top: float
    mix_height: float
    y_bus: float
    x_gate: tuple[float, float, float, float]
    x_sum: float
    x_output: float
    x_read: float
    x_riser: float
    tanh_top: float
    tanh_height: float
    tanh_width: float
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
def lstm_plan(width: float, height: float, units: int, inputs: int) -> LstmPlan:
    """Place an LSTM cell in an area of the given size."""
    u = clamp(min(width / 850.0, height / 432.0), 0.5, 2.0)
    wide = min(width, 1150.0 * u)
    wires = bundles(units, inputs, u)
    span, joint = wires.span, wires.joint
    node = whole(clamp(span / 2 + 3.0 * u, 13.0 * u, 21.5 * u))
    bend = whole(span / 2 + 6.0 * u)
    bus_bend = whole(joint / 2 + 5.0 * u)
    spare = max(0.0, height - (290.0 * u + span + node + bus_bend + joint / 2))
    gate_height = 92.0 * u + min(0.45 * spare, 140.0 * u)
    product_gap = 62.0 * u + min(0.14 * spare, 40.0 * u)
    z_gap = 17.0 * u + min(0.14 * spare, 26.0 * u)
    tap_gap = 6.0 * u + min(0.10 * spare, 24.0 * u)
    lead = 32.0 * u + min(0.05 * spare, 10.0 * u)

    needed = (
        lead + product_gap + gate_height + z_gap + tap_gap + 81.0 * u + span + node + bus_bend + joint / 2
    )
    shift = max(0.0, (height - needed) / 2)
    y_c = whole(shift + lead + 6.0 * u + span / 2)
    y_product = whole(y_c + span / 2 + product_gap)
    gate_top = whole(y_product + node + 12.0 * u)
    gate_height = whole(gate_height)
    mix_top = whole(gate_top + gate_height + z_gap)
    mix_height = whole(25.0 * u)
    y_bus = whole(mix_top + mix_height + tap_gap + bus_bend)
    plate_bottom = whole(y_bus + joint / 2 + 13.0 * u)
    bottom = min(whole(plate_bottom + 25.0 * u), float(int(height)))

    left = whole((width - wide) / 2)
    right = float(int(left + wide))
    margin = whole(max(56.0 * u, 50.0))
    plate_left, plate_right = left + margin, right - margin
    x_riser = whole(plate_left + 18.0 * u + wires.x_span / 2)
    first = x_riser + wires.x_span / 2 + 5.0 * u + 6.0 * u + bus_bend
    tanh_width = even(max(58.0 * u, 42.0))
    x_output = whole(plate_right - max(span / 2, tanh_width / 2) - 16.0 * u)
    edge = x_output - span / 2 - 15.0 * u
    between = 20.0 * u
    # A gate has room for its name beside its number, where there is any.
    gate_width = min((edge + between / 2 - first) / 3.5 - between, max(118.0 * u, 110.0))
    first = max(first, plate_left + 14.0 * u + gate_width / 2)
    step = (edge - gate_width / 2 - first) / 3
    gate_width = even(min(gate_width, step - 0.7 * between))
    x_gate = (whole(first), whole(first + step), whole(first + 2 * step), whole(first + 3 * step))
    return LstmPlan(
        u=u,
        wires=wires,
        left=left,
        right=right,
        top=shift,
        bottom=bottom,
        plate_left=plate_left,
        plate_right=plate_right,
        plate_top=whole(shift + 5.0 * u),
        plate_bottom=plate_bottom,
        y_c=y_c,
        y_product=y_product,
        gate_top=gate_top,
        gate_height=gate_height,
        gate_width=gate_width,
        mix_top=mix_top,
        mix_height=mix_height,
        y_bus=y_bus,
        x_gate=x_gate,
        x_sum=whole((x_gate[1] + x_gate[2]) / 2),
        x_output=x_output,
        x_read=whole(plate_right + 8.0 * u + span / 2),
        x_riser=x_riser,
        tanh_top=whole(y_c + span / 2 + 0.17 * product_gap),
        tanh_height=whole(max(23.0 * u, 18.0)),
        tanh_width=tanh_width,
        node=node,
        bend=bend,
        bus_bend=bus_bend,
    )


@dataclass(frozen=True)
class RnnPlan(Sized):
    """Places of a plain cell, which runs along one level ``y``."""

    wires: Bundles
    left: float
    right: float
    top: float
    bottom: float
    plate_left: float
    plate_right: float
    plate_top: float
    plate_bottom: float
    y: float
    mix_left: float
    mix_width: float
    mix_height: float
    gate_left: float
    gate_width: float
    gate_height: float
    x_riser: float
    x_read: float
    bend: float
    x_bend: float

    @property
    def y_h(self) -> float:
        """Middle of the h strands on the bus."""
        return self.y - self.wires.joint / 2 + self.wires.span / 2

    @property
    def y_x(self) -> float:
        """Middle of the x strands on the bus."""
        return self.y + self.wires.joint / 2 - self.wires.x_span / 2


@lru_cache(maxsize=16)
def rnn_plan(width: float, height: float, units: int, inputs: int) -> RnnPlan:
    """Place a plain cell in an area of the given size."""
    u = clamp(min(width / 740.0, height / 330.0), 0.6, 2.0)
    wide = min(width, 1000.0 * u)
    wires = bundles(units, inputs, u, 48.0)
    bend, x_bend = whole(wires.span / 2 + 8.0 * u), whole(wires.x_span / 2 + 8.0 * u)
    gate_height = even(136.0 * u + min(0.35 * max(0.0, height - 330.0 * u), 110.0 * u))
    gate_width, mix_width = whole(148.0 * u), whole(104.0 * u)
    mix_height = even(max(wires.joint + 22.0 * u, 0.62 * gate_height))
    plate_height = whole(min(height - 40.0 * u, gate_height + 120.0 * u))
    tail = 28.0 * u
    top = whole((height - plate_height - tail) / 2)
    left = whole((width - wide) / 2)
    right = float(int(left + wide))
    margin = whole(max(64.0 * u, 54.0))
    plate_left, plate_right = left + margin, right - margin
    x_riser = whole(plate_left + 24.0 * u + wires.x_span / 2)
    inner_left = x_riser + wires.x_span / 2 + x_bend + 10.0 * u
    spare = max(0.0, plate_right - inner_left - mix_width - gate_width)
    mix_left = whole(inner_left + 0.16 * spare)
    return RnnPlan(
        u=u,
        wires=wires,
        left=left,
        right=right,
        top=top,
        bottom=min(whole(top + plate_height + tail), float(int(height))),
        plate_left=plate_left,
        plate_right=plate_right,
        plate_top=top,
        plate_bottom=top + plate_height,
        y=whole(top + 0.47 * plate_height),
        mix_left=mix_left,
        mix_width=mix_width,
        mix_height=mix_height,
        gate_left=whole(mix_left + mix_width + 0.36 * spare),
        gate_width=gate_width,
        gate_height=gate_height,
        x_riser=x_riser,
        x_read=whole(plate_right + 10.0 * u + wires.span / 2),
        bend=bend,
        x_bend=x_bend,
    )
