"""The chart of norms: one logarithmic axis, one line per lane, its direct path or its bound dashed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from engine import format_number, quantity

from .marks import Line, Mark, Panel, Point, Rect, Text
from .naming import lane_title
from .placing import Placer
from .series import LogAxis, exact_zeros, log_axis, power_of_ten, ranges_text, step_ticks, stretches_of
from .timeline import Timeline, elided, text_width

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.theme import Theme

    from .lanes import LaneTrace

__all__ = ["Chart", "Curve", "clipped"]

Array = NDArray[np.float64]

_ABOVE = 14.0
_BELOW = 8.0
_REACH = 6.0
_NAMED = 96.0
"""The least height at which names have room beside the lines; below it the card of numbers names them."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve(Line):
    """A line of one value per step, which only its own course answers for, not its bounding box.

    Attributes
    ----------
    make_steps : callable
        Makes `steps`; asked once, and only when they are wanted.
    """

    kind = "line"

    make_steps: Callable[[], tuple[Mark, ...]] = field(default=tuple, repr=False)

    @cached_property
    def steps(self) -> tuple[Mark, ...]:
        """One mark per step: what the pointer finds on the line there."""
        return self.make_steps()

    def with_(self, **changes: Any) -> Self:
        """Return the line with some fields changed."""
        made = super().with_(**changes)
        made.__dict__.pop("steps", None)
        return made

    def parts(self) -> tuple[Mark, ...]:
        """Return one mark per step."""
        return self.steps

    def at(self, x: float, y: float) -> Mark | None:
        """Return the step whose point is nearest across, if the line runs near the point there."""
        if not self.steps or not self.contains(x, y):
            return None
        middle = [mark.rect[0] + mark.rect[2] / 2 for mark in self.steps]
        nearest = self.steps[int(np.argmin(np.abs(np.array(middle) - x)))]
        top, height = nearest.rect[1], nearest.rect[3]
        return nearest if top - _REACH <= y <= top + height + _REACH else None


class Chart:
    """The chart of norms: what stands still, and what follows the cursor.

    Parameters
    ----------
    lanes : sequence of LaneTrace
        What to show; none that a veil hides.
    hues : sequence of str
        One colour per lane.
    line : Timeline
        The time axis, shared with the heat maps above.
    box : Rect
        The plot itself; labels of the axes stand outside, below and to the left.
    theme : Theme
        The colours.

    Attributes
    ----------
    lines : tuple of Mark
        Ground, grid, axes and curves; the cursor's line goes on top of them.
    names : tuple of Mark
        The curves' names and what is said in words, on top of the cursor's line.
    """

    def __init__(
        self, lanes: Sequence[LaneTrace], hues: Sequence[str], line: Timeline, box: Rect, theme: Theme
    ) -> None:
        self._lanes, self._hues = tuple(lanes), tuple(hues)
        drawn = [lane.norms for lane in lanes] + [lane.direct for lane in lanes if lane.direct is not None]
        self._plot = plot = _Plot(line, box, log_axis(drawn), theme)
        marks = plot.frame()
        labels: list[tuple[str, str, Array, float]] = []
        for lane, hue in zip(lanes, hues, strict=True):
            whose = f"{lane_title(lane.run)}: " if len(lanes) > 1 else ""
            if lane.bound is not None:
                marks.append(plot.curve(lane.bound, theme.dim, 1.2, (6.0, 4.0), lane, _tr("bound")))
                name = _tr("bound (γσ₁)ᵏ")
                if plot.leaves(lane.bound):
                    name += _tr(", leaves the chart ↑")
                labels.append((whose + name, theme.dim, plot.heights(lane.bound), 0.9))
            if lane.direct is not None:
                marks.append(plot.curve(lane.direct, hue, 1.5, (7.0, 4.0), lane, _tr("direct path")))
                labels.append((whose + _tr("direct path ∏ f alone"), hue, plot.heights(lane.direct), 0.3))
        for index, (lane, hue) in enumerate(zip(lanes, hues, strict=True)):
            marks.append(plot.curve(lane.norms, hue, 2.2, (), lane, _tr("norm")))
            wish = 0.35 if index % 2 else 0.15
            labels.insert(index, (lane_title(lane.run), hue, plot.heights(lane.norms), wish))
        self.lines: tuple[Mark, ...] = tuple(marks)
        self.names: tuple[Mark, ...] = (
            *(plot.named(labels) if box[3] >= _NAMED else ()),
            *plot.zeros(lanes, hues),
            *plot.beyond(lanes, hues),
        )

    def cursor_line(self, step: int, top: float, gap: tuple[float, float]) -> Mark:
        """Return the cursor's line, from `top` to the foot of the chart, but for a gap."""
        box, line = self._plot.box, self._plot.line
        x, bottom = line.centre(step), box[1] + box[3]
        return Line(
            rect=(x - 1.0, top, 2.0, bottom - top),
            points=((x, top), (x, gap[0]), (math.nan, math.nan), (x, gap[1]), (x, bottom)),
            colour=self._plot.theme.text,
            width=1.5,
        )

    def readout(self, step: int) -> tuple[Mark, ...]:
        """Return the card of numbers at the cursor."""
        return tuple(self._plot.readout(self._lanes, self._hues, step))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Gradient", text)


class _Plot:
    """The place of the chart, its axis, and what already stands in it."""

    def __init__(self, line: Timeline, box: Rect, axis: LogAxis, theme: Theme) -> None:
        self.line, self.box, self.axis, self.theme = line, box, axis, theme
        self.top = box[1] + _ABOVE
        self.height = max(box[3] - _ABOVE - _BELOW, 1.0)
        self.x = np.array([line.centre(t) for t in range(1, line.steps + 1)])
        self.placer = Placer((box[0] + 4.0, box[1] + 2.0, box[2] - 8.0, box[3] - 4.0))

    def heights(self, values: Array) -> Array:
        """Return where values stand, in pixels from the top of the view; NaN for what cannot be shown."""
        known = np.where(np.isfinite(values) & (values > 0.0), values, np.nan)
        return self.top + self.height * (1.0 - self.axis.place(known))

    def leaves(self, values: Array) -> bool:
        """Whether a line goes beyond the upper end of the axis."""
        with np.errstate(invalid="ignore"):
            return bool(np.any(self.heights(values) < self.box[1]) or np.any(np.isinf(values)))

    def frame(self) -> list[Mark]:
        """Return the ground, the grid and the labels of both axes."""
        x, y, width, height = self.box
        theme = self.theme
        ground = Panel(rect=self.box, fill=theme.card, border=theme.line, radius=8.0)
        marks: list[Mark] = [ground]
        ticks = self.axis.ticks(max(2, int(self.height / 30.0) + 1))
        names = [power_of_ten(exponent) for exponent in ticks]
        for exponent, name in zip(ticks, names, strict=True):
            at = float(self.heights(np.array([10.0**exponent]))[0])
            marks.append(
                Line(
                    rect=(x, at, width, 1.0), points=((x + 1.0, at), (x + width - 1.0, at)), colour=theme.line
                )
            )
            label = (x - 58.0, at - 8.0, 50.0, 16.0)
            marks.append(Text(rect=label, text=name, colour=theme.dim, size=11.0, mono=True, align="right"))
        long = max(len(name) for name in names) > 5
        marks.append(
            Text(
                rect=(0.0, y - 9.0, x - 10.0, 18.0),
                text=_tr("norms"),
                colour=theme.text,
                size=13.0,
                weight=600,
            )
        )
        scale = _tr("log") if long else _tr("log scale")
        marks.append(Text(rect=(0.0, y + 8.0, 52.0, 16.0), text=scale, colour=theme.dim, size=11.0))
        room = max(44.0, text_width(str(self.line.steps), 11.0, mono=True) + 12.0)
        for t in step_ticks(self.line.steps, max(2, int(width / room))):
            tick = (self.line.centre(t) - 20.0, y + height + 4.0, 40.0, 16.0)
            marks.append(Text(rect=tick, text=str(t), colour=theme.dim, size=11.0, mono=True, align="centre"))
        marks.append(
            Text(
                rect=(x - 58.0, y + height + 4.0, 34.0, 16.0),
                text=_tr("step t"),
                colour=theme.dim,
                size=11.0,
            )
        )
        marks.append(
            Text(
                rect=(x + width - 240.0, y + height + 21.0, 240.0, 16.0),
                text=_tr("← the gradient travels this way"),
                colour=theme.dim,
                size=11.0,
                weight=500,
                align="right",
            )
        )
        return marks

    def curve(
        self, values: Array, colour: str, width: float, dash: tuple[float, ...], lane: LaneTrace, what: str
    ) -> Curve:
        """Return a line, cut where it leaves the plot and broken where it cannot be shown."""
        y = self.heights(values)
        low, high = self.box[1] + 1.0, self.box[1] + self.box[3] - 1.0
        points = clipped(self.x, y, low, high)
        symbol, title = quantity(lane.name, lane.run.cell).label[:-1], lane_title(lane.run)

        def steps() -> tuple[Mark, ...]:
            return tuple(
                Mark(
                    rect=(self.line.start(t), float(at), self.line.pitch, 1.0),
                    lane=lane.run.name,
                    step=t,
                    value=float(value),
                    node=f"step-{t}",
                    label=f"{title}, {what} ‖{symbol}‖, t = {t}: {format_number(float(value))}",
                )
                for t, (at, value) in enumerate(zip(y, values, strict=True), start=1)
                if low <= at <= high
            )

        self.placer.keep_clear(self.x, y)
        first, last = values[0], values[-1]
        said = f"{title}, {what} ‖{symbol}‖: "
        said += _tr("{first} at t = 1, {last} at t = {steps}").format(
            first=format_number(float(first)), last=format_number(float(last)), steps=self.line.steps
        )
        return Curve(
            rect=self.box,
            lane=lane.run.name,
            points=points,
            colour=colour,
            width=width,
            dash=dash,
            label=said,
            make_steps=steps,
        )

    def named(self, labels: Sequence[tuple[str, str, Array, float]]) -> list[Mark]:
        """Return the lines' names, each beside its line and clear of the others."""
        marks: list[Mark] = []
        for text, colour, y, wish in labels:
            width = text_width(text, 12.0) + 4.0
            inside = np.where((y >= self.box[1]) & (y <= self.box[1] + self.box[3]), y, np.nan)
            if not np.any(np.isfinite(inside)):
                continue
            rect = self.placer.beside(self.x, inside, (width, 16.0), wish)
            marks += self.name(Text(rect=rect, text=text, colour=colour, size=12.0, weight=500))
        return marks

    def name(self, text: Text) -> tuple[Mark, ...]:
        """Return a name on its own ground, so that neither the grid nor the cursor runs through it."""
        if not self.placer.is_clear(text.rect):
            return (text,)
        return (Panel(rect=text.rect, fill=self.theme.card), text)

    def zeros(self, lanes: Sequence[LaneTrace], hues: Sequence[str]) -> list[Mark]:
        """Say where a norm is exactly zero, which this axis cannot show, and mark those steps at its foot."""
        marks: list[Mark] = []
        floor = self.box[1] + self.box[3] - 3.0
        for index, (lane, hue) in enumerate(zip(lanes, hues, strict=True)):
            stretches = exact_zeros(lane.norms)
            if not stretches:
                continue
            points: list[Point] = []
            for s in stretches:
                start, stop = self.line.start(s.start + 1), self.line.start(s.stop) + self.line.pitch
                points += [
                    (start + 1.0, floor - 4.0 * index),
                    (stop - 1.0, floor - 4.0 * index),
                    (math.nan, math.nan),
                ]
            text = _tr("{lane}: exactly 0 at {steps}").format(
                lane=lane_title(lane.run), steps=ranges_text(stretches)
            )
            foot = (self.box[0], floor - 8.0, self.box[2], 10.0)
            marks.append(Line(rect=foot, points=tuple(points[:-1]), colour=hue, width=3.0, label=text))
            middle = np.full_like(self.x, np.nan)
            for s in stretches:
                middle[s] = floor - 8.0
            size = (text_width(text, 11.0) + 4.0, 16.0)
            rect = self.placer.beside(self.x, middle, size, 0.1)
            marks += self.name(Text(rect=rect, text=text, colour=hue, size=11.0))
        return marks

    def beyond(self, lanes: Sequence[LaneTrace], hues: Sequence[str]) -> list[Mark]:
        """Say where a norm is no number any more."""
        marks: list[Mark] = []
        for lane, hue in zip(lanes, hues, strict=True):
            stretches = stretches_of(~np.isfinite(lane.norms))
            if not stretches:
                continue
            text = _tr("{lane}: out of range at {steps}").format(
                lane=lane_title(lane.run), steps=ranges_text(stretches)
            )
            middle = np.full_like(self.x, np.nan)
            for s in stretches:
                middle[s] = self.box[1] + 20.0
            rect = self.placer.beside(self.x, middle, (text_width(text, 11.0) + 4.0, 16.0), 0.1)
            marks += self.name(Text(rect=rect, text=text, colour=hue, size=11.0, label=text))
        return marks

    def readout(self, lanes: Sequence[LaneTrace], hues: Sequence[str], step: int) -> list[Mark]:
        """Return the card of numbers at the cursor."""
        theme = self.theme
        rows: list[tuple[str, str, str]] = []
        for lane, hue in zip(lanes, hues, strict=True):
            rows.append(
                (elided(lane_title(lane.run), 90.0, 11.0), format_number(float(lane.norms[step - 1]), 2), hue)
            )
            if lane.direct is not None and self.box[3] >= 110.0 and step <= lane.end:
                rows.append((_tr("∏ f alone"), format_number(float(lane.direct[step - 1]), 2), theme.dim))
        if len(rows) * 16.0 + 12.0 > self.box[3]:
            rows = rows[: max(1, int((self.box[3] - 12.0) // 16.0))]
        head = f"t = {step}"
        head_width = text_width(head, 11.0, mono=True) + 12.0
        name_width = max(text_width(name, 11.0) for name, _, _ in rows) + 10.0
        number_width = max(text_width(number, 11.0, mono=True) for _, number, _ in rows) + 2.0
        size = (head_width + name_width + number_width + 20.0, 16.0 * len(rows) + 12.0)
        x, y, _, _ = rect = self.placer.near(self.line.centre(step), size)
        said = head + ": " + ", ".join(f"{name} {number}" for name, number, _ in rows)
        marks: list[Mark] = [
            Panel(rect=rect, fill=theme.card, border=theme.text, radius=8.0),
            Text(
                rect=(x + 10.0, y + 6.0, head_width, 16.0), text=head, colour=theme.text, size=11.0, mono=True
            ),
        ]
        for index, (name, number, hue) in enumerate(rows):
            row = y + 6.0 + 16.0 * index
            left = x + 10.0 + head_width
            marks.append(
                Text(rect=(left, row, name_width, 16.0), text=name, colour=hue, size=11.0, weight=500)
            )
            marks.append(
                Text(
                    rect=(left + name_width, row, number_width, 16.0),
                    text=number,
                    colour=hue,
                    size=11.0,
                    mono=True,
                    align="right",
                )
            )
        marks.append(Mark(rect=rect, step=step, label=said))
        return marks


def clipped(x: Array, y: Array, low: float, high: float) -> tuple[Point, ...]:
    """Return a polyline with what lies above `low` or below `high` (pixels, downwards) cut off."""
    points: list[Point] = []
    broken = (math.nan, math.nan)
    for k in range(len(x)):
        here = (float(x[k]), float(y[k]))
        if k and math.isfinite(y[k - 1]) and math.isfinite(y[k]):
            before = (float(x[k - 1]), float(y[k - 1]))
            for edge in sorted((low, high), key=lambda e: abs(e - before[1])):
                if (before[1] - edge) * (here[1] - edge) < 0.0:
                    share = (edge - before[1]) / (here[1] - before[1])
                    points.append((before[0] + share * (here[0] - before[0]), edge))
                    if not low <= here[1] <= high:
                        points.append(broken)
        if math.isfinite(y[k]) and low <= y[k] <= high:
            points.append(here)
        elif not math.isfinite(y[k]):
            points.append(broken)
    return tuple(points)
