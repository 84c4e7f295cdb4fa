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

from .lanes import direct_words, least_gap
from .line_ends import LineEnd, named_ends
from .marks import Dots, Line, Mark, Panel, Point, Rect, Text
from .naming import lane_title, short_titles
from .order import is_reverse
from .placing import Placer
from .series import LogAxis, exact_zeros, log_axis, power_of_ten, ranges_text, step_ticks, stretches_of
from .timeline import Timeline, elided, text_width

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from app.theme import Theme

    from .lanes import LaneTrace

__all__ = ["Chart", "Curve", "clipped"]

Array = NDArray[np.float64]

_ABOVE = 14.0
_BELOW = 8.0
_REACH = 6.0
_TRAVELS = 200.0
"""Room under the chart for the words that say which way the gradient goes."""


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
    margin : float
        Room at its right, where the lines' names stand.
    theme : Theme
        The colours.

    Attributes
    ----------
    lines : tuple of Mark
        All but the cursor's line and its card, which go on top.
    """

    def __init__(
        self,
        lanes: Sequence[LaneTrace],
        hues: Sequence[str],
        line: Timeline,
        box: Rect,
        margin: float,
        theme: Theme,
    ) -> None:
        self._lanes, self._hues = tuple(lanes), tuple(hues)
        drawn = [lane.norms for lane in lanes] + [lane.direct for lane in lanes if lane.direct is not None]
        axis = log_axis(drawn) if any(np.any(np.isfinite(d) & (d > 0.0)) for d in drawn) else None
        self._plot = plot = _Plot(line, box, axis, theme)
        marks = plot.frame({is_reverse(lane.run) for lane in lanes})
        ends: list[LineEnd] = []
        several = sum(lane.bound is not None for lane in lanes) > 1
        for lane, hue in zip(lanes, hues, strict=True):
            if lane.bound is not None:
                dash, colour = (6.0, 4.0), hue if several else theme.dim
                marks.append(plot.curve(lane.bound, colour, 1.2, dash, lane, _tr("bound")))
                leaves = (_tr("leaves the"), _tr("chart ↑")) if plot.leaves(lane.bound) else ()
                lines = (_tr("bound (γσ₁)ᵏ"), *leaves)
                ends += plot.end(lines, colour, 1.2, dash, lane.bound)
            if lane.direct is not None:
                dash = (7.0, 4.0)
                origin = _tr("from t = {end}").format(end=lane.end)
                named = _tr("direct path {origin}").format(origin=origin)
                marks.append(plot.curve(lane.direct, hue, 1.5, dash, lane, named))
                lines = (_tr("direct path"), direct_words(lane.run), origin)
                ends += plot.end(lines, hue, 1.5, dash, lane.direct)
        for lane, hue, name in zip(lanes, hues, short_titles([lane.run for lane in lanes]), strict=True):
            marks.append(plot.curve(lane.norms, hue, 2.2, (), lane, _tr("norm")))
            ends += plot.end((name,), hue, 2.2, (), lane.norms)
        room = (box[0] + box[2], box[1] - 6.0, margin, box[3] + 12.0)
        self.lines: tuple[Mark, ...] = (
            *marks,
            *named_ends(ends, room),
            *plot.judged(lanes),
            *plot.foot(lanes, hues),
        )

    @classmethod
    def without_lines(cls, line: Timeline, box: Rect, theme: Theme) -> Chart:
        """Return the chart of lanes that are all hidden: its ground and the axis of time."""
        made = cls.__new__(cls)
        made._lanes, made._hues, made._plot = (), (), _Plot(line, box, None, theme)
        made.lines = tuple(made._plot.empty())
        return made

    def cursor_line(self, step: int, top: float, between: float) -> Mark:
        """Return the cursor's line: over the heat maps from `top` to `between`, and over the chart.

        The colour scale stands between the two, where a line would look like a reading on it. Words in the
        chart are passed behind.
        """
        box, line = self._plot.box, self._plot.line
        x, bottom = line.centre(step), box[1] + box[3]
        points: list[Point] = [(x, top), (x, between), (math.nan, math.nan), (x, box[1])]
        for left, above, width, height in self._plot.words:
            if left - 3.0 <= x <= left + width + 3.0:
                points += [(x, above), (math.nan, math.nan), (x, above + height)]
        points.append((x, bottom))
        return Line(
            rect=(x - 1.0, top, 2.0, bottom - top),
            points=tuple(points),
            colour=self._plot.theme.text,
            width=1.5,
        )

    def readout(self, step: int) -> tuple[Mark, ...]:
        """Return the card of numbers at the cursor."""
        return tuple(self._plot.readout(self._lanes, self._hues, step))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Gradient", text)


def _travels(ways: set[bool]) -> str:
    """Say which way gradients go: against the order of computation, which a reverse direction turns."""
    if len(ways) > 1:
        return ""
    return (
        _tr("the gradient travels this way →") if ways == {True} else _tr("← the gradient travels this way")
    )


class _Plot:
    """The place of the chart, its axis, and what already stands in it."""

    def __init__(self, line: Timeline, box: Rect, axis: LogAxis | None, theme: Theme) -> None:
        self.line, self.box, self.axis, self.theme = line, box, axis, theme
        self.top = box[1] + _ABOVE
        self.height = max(box[3] - _ABOVE - _BELOW, 1.0)
        self.x = np.array([line.centre(t) for t in range(1, line.steps + 1)])
        self.words: tuple[Rect, ...] = ()
        self.placer = Placer((box[0] + 4.0, box[1] + 2.0, box[2] - 8.0, box[3] - 4.0))

    def heights(self, values: Array) -> Array:
        """Return where values stand, in pixels from the top of the view; NaN for what cannot be shown."""
        if self.axis is None:
            return np.full(len(values), np.nan)
        known = np.where(np.isfinite(values) & (values > 0.0), values, np.nan)
        return self.top + self.height * (1.0 - self.axis.place(known))

    def nothing(self) -> Text:
        """Return the sentence that stands where no axis can be: nothing on it would be a number."""
        x, y, width, height = self.box
        text = _tr("nothing to draw: no norm here is a finite number above 0")
        size = 13.0 if text_width(text, 13.0) <= width - 8.0 else 11.0
        wide = min(text_width(text, size), width - 8.0)
        place = (x + (width - wide) / 2, y + height / 2 - 10.0, wide, 20.0)
        self.words = (place,)
        self.placer.take(place)
        return Text(rect=place, text=text, colour=self.theme.dim, size=size, align="centre", label=text)

    def leaves(self, values: Array) -> bool:
        """Whether a line goes beyond the upper end of the axis."""
        with np.errstate(invalid="ignore"):
            return bool(np.any(self.heights(values) < self.box[1]) or np.any(np.isinf(values)))

    def frame(self, ways: set[bool]) -> list[Mark]:
        """Return the ground, the grid and the labels of both axes."""
        x, y, width, height = self.box
        theme = self.theme
        marks = self.empty()
        ticks = self.axis.ticks(max(2, int(self.height / 30.0) + 1)) if self.axis is not None else ()
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
        if self.axis is None:
            marks.append(self.nothing())
        else:
            scale = _tr("log scale")
            marks.append(Text(rect=(0.0, y + 8.0, 52.0, 16.0), text=scale, colour=theme.dim, size=11.0))
        marks.append(
            Text(
                rect=(x + width - _TRAVELS, y + height + 21.0, _TRAVELS, 16.0),
                text=_travels(ways),
                colour=theme.dim,
                size=11.0,
                weight=500,
                align="right",
            )
        )
        return marks

    def empty(self) -> list[Mark]:
        """Return the ground, its name and the axis of time: nothing of any norm."""
        x, y, width, height = self.box
        theme = self.theme
        name = (0.0, y - 9.0, x - 10.0, 18.0)
        marks: list[Mark] = [
            Panel(rect=self.box, fill=theme.card, border=theme.line, radius=8.0),
            Text(rect=name, text=_tr("norms"), colour=theme.text, size=13.0, weight=600),
        ]
        room = max(44.0, text_width(str(self.line.steps), 11.0, mono=True) + 12.0)
        for t in step_ticks(self.line.steps, max(2, int(width / room))):
            tick = (self.line.centre(t) - 20.0, y + height + 4.0, 40.0, 16.0)
            marks.append(Text(rect=tick, text=str(t), colour=theme.dim, size=11.0, mono=True, align="centre"))
        named = (x - 58.0, y + height + 4.0, 34.0, 16.0)
        marks.append(Text(rect=named, text=_tr("step t"), colour=theme.dim, size=11.0))
        return marks

    def end(
        self, lines: tuple[str, ...], colour: str, width: float, dash: tuple[float, ...], values: Array
    ) -> list[LineEnd]:
        """Return where a line ends, and its name; nothing for a line that is nowhere in the plot."""
        y = self.heights(values)
        low, high = self.box[1], self.box[1] + self.box[3]
        seen = np.flatnonzero((y >= low) & (y <= high))
        if not seen.size:
            return []
        at_edge = bool(seen[-1] == len(y) - 1)
        late = y[seen[-max(1, len(seen) // 3) :]]
        return [LineEnd(lines, colour, width, dash, float(y[seen[-1]]), at_edge, float(late.mean()))]

    def curve(
        self, values: Array, colour: str, width: float, dash: tuple[float, ...], lane: LaneTrace, what: str
    ) -> Curve:
        """Return a line, cut where it leaves the plot and broken where it cannot be shown."""
        y = self.heights(values)
        low, high = self.box[1] + 1.0, self.box[1] + self.box[3] - 1.0
        points = clipped(self.x, y, low, high)
        symbol, title = quantity(lane.name, lane.run.network.recurrence).label[:-1], lane_title(lane.run)

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

    def judged(self, lanes: Sequence[LaneTrace]) -> tuple[Mark, ...]:
        """Mark the steps that have a loss, at the foot of the chart: there a norm may jump."""
        steps = lanes[0].run.loss_steps if lanes else ()
        if len(steps) == self.line.steps:
            return ()
        y = self.box[1] + self.box[3] - 0.5
        points = tuple((self.line.centre(t), y) for t in steps)
        place = (self.box[0], y - 3.0, self.box[2], 6.0)
        radius = min(3.0, max(0.4 * self.line.pitch * least_gap(steps), 1.5))
        return (Dots(rect=place, points=points, radius=radius, fill=self.theme.dim),)

    def foot(self, lanes: Sequence[LaneTrace], hues: Sequence[str]) -> list[Mark]:
        """Say under the chart which norms this axis cannot show, and mark exact zeros at its foot."""
        marks: list[Mark] = []
        floor = self.box[1] + self.box[3] - 3.0
        x, y = 0.0, self.box[1] + self.box[3] + 21.0
        end = self.box[0] + self.box[2] - _TRAVELS - 12.0
        for index, (lane, hue) in enumerate(zip(lanes, hues, strict=True)):
            zeros = exact_zeros(lane.norms)
            if zeros:
                points = self._bars(zeros, floor - 4.0 * index)
                place = (self.box[0], floor - 8.0, self.box[2], 10.0)
                marks.append(Line(rect=place, points=points, colour=hue, width=3.0))
            for text in _not_drawn(lane, zeros):
                shown = elided(text, end - x, 11.0)
                width = min(text_width(shown, 11.0) + 2.0, end - x)
                if width > 24.0:
                    box = (x, y, width, 16.0)
                    marks.append(Text(rect=box, text=shown, colour=hue, size=11.0, label=text))
                x += width + 14.0
        return marks

    def _bars(self, stretches: Sequence[slice], y: float) -> tuple[Point, ...]:
        points: list[Point] = []
        for s in stretches:
            start, stop = self.line.start(s.start + 1), self.line.start(s.stop) + self.line.pitch
            points += [(start + 1.0, y), (stop - 1.0, y), (math.nan, math.nan)]
        return tuple(points[:-1])

    def readout(self, lanes: Sequence[LaneTrace], hues: Sequence[str], step: int) -> list[Mark]:
        """Return the card of numbers at the cursor."""
        theme = self.theme
        rows: list[tuple[str, str, str]] = []
        names = short_titles([lane.run for lane in lanes])
        for lane, hue, named in zip(lanes, hues, names, strict=True):
            rows.append((elided(named, 90.0, 11.0), format_number(float(lane.norms[step - 1])), hue))
            if lane.direct is not None and self.box[3] >= 110.0 and lane.is_direct(step):
                # A norm, too: what the gates' product leaves of the gradient at the last judged step.
                rows.append((_tr("direct path"), format_number(float(lane.direct[step - 1])), hue))
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


def _not_drawn(lane: LaneTrace, zeros: Sequence[slice]) -> Iterator[str]:
    """Say at which steps a lane's norm has no place on a logarithmic axis."""
    beyond = stretches_of(~np.isfinite(lane.norms))
    for text, stretches in (
        (_tr("{lane}: exactly 0 at {steps}"), zeros),
        (_tr("{lane}: out of range at {steps}"), beyond),
    ):
        if stretches:
            yield text.format(lane=lane_title(lane.run), steps=ranges_text(stretches))


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
