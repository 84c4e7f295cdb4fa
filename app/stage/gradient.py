"""The gradient view: how dL/dh or dL/dc travels back, lane by lane, unit by unit, and as one line each.

From above: for each lane its pearls (one per step, the line's colour and width are the norm) and
its heat map unit × time; then the norms in one logarithmic chart; and for an LSTM what the
gradient at the cursor's step is made of, path by path.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QCoreApplication

from app.theme import Theme, mix, viridis_lut
from engine import Run, format_number, quantity

from .chart import Chart
from .drawing import Frame
from .lanes import (
    LaneTrace,
    colours,
    direct_gate,
    factor_text,
    gradient_name,
    lane_note,
    least_gap,
    loss_words,
    trace,
)
from .marks import Dots, HeatMap, Line, Mark, Panel, Point, Rect, Text
from .naming import lane_title, short_titles
from .paths import path_keys, path_panel
from .series import exact_zeros, power_of_ten
from .shift import shifted
from .timeline import Timeline, columns, elided, text_width
from .veil import Veil
from .veiled import veiled_place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .cursor import Cursor

__all__ = ["LIMITS", "Prepared", "all_hidden", "colour_limits", "covered", "layout"]

LIMITS: Final = (-12, 3)
"""Exponents of ten at the ends of the gradients' usual colour scale; what is outside is hatched."""

_GUTTER: Final = 92.0
_MARGIN: Final = 100.0
_HEAD: Final = 30.0
_LEGEND: Final = 22.0
_UNDER: Final = 6.0
"""From the last heat map down to the colour scale."""
_FEW: Final = 12
"""Most judged steps that are each named on the chain."""
_BAR: Final = 178.0
"""The least width of a path's name, bar and number."""


def layout(
    runs: Sequence[Run], cursor: Cursor, veil: Veil, size: tuple[float, float], theme: Theme
) -> tuple[Mark, ...]:
    """Return the gradient view.

    Parameters
    ----------
    runs : sequence of Run
        All lanes.
    cursor : Cursor
        The current step, lane and unit.
    veil : Veil
        What is hidden.
    size : (float, float)
        Width and height of the place, whose corner is at 0, 0.
    theme : Theme
        The colours.
    """
    if all_hidden(runs, veil):
        return covered(tuple(runs), cursor.step, (0.0, 0.0, *size), theme).marks
    return Prepared(tuple(trace(run) for run in runs), veil, (0.0, 0.0, *size), theme).at(cursor).marks


def all_hidden(runs: Sequence[Run], veil: Veil) -> bool:
    """Whether the veil leaves nothing of the gradient view."""
    return veil.hides(view="gradient") or all(veil.hides(quantity=gradient_name(run)) for run in runs)


def covered(runs: tuple[Run, ...], step: int, rect: Rect, theme: Theme) -> Frame:
    """Return the view where nothing of it may be seen: its places, the steps and the cursor."""
    still, chart, line, places = _cover(runs, rect, theme)
    step = min(max(step, 1), line.steps)
    *maps, _ = places
    marks: list[Mark] = [chart.cursor_line(step, 0.0, maps[-1][1] + maps[-1][3])]
    # The sentences stand on the longer side of the cursor's line.
    x, right = line.centre(step), line.left + line.width
    start, end = (line.left, x - 4.0) if x - line.left > right - x else (x + 4.0, right)
    marks += [veiled_place((start, top, end - start, height), theme) for _, top, _, height in places]
    return Frame((*still, *shifted(marks, *rect[:2])), len(still))


@lru_cache(maxsize=2)
def _cover(
    runs: tuple[Run, ...], rect: Rect, theme: Theme
) -> tuple[tuple[Mark, ...], Chart, Timeline, tuple[Rect, ...]]:
    """Return what stands there, the empty chart, its axis of time, and the places of maps and chart."""
    hidden = Veil(views=frozenset({"gradient"}), quantities=frozenset(gradient_name(run) for run in runs))
    room = _Room.of(runs, hidden, rect[2:])
    line = Timeline(_GUTTER, rect[2] - _GUTTER - _MARGIN, runs[0].steps)
    box = (line.left, room.chart_top, line.width, room.chart_height)
    chart = Chart.without_lines(line, box, theme)
    marks, places = list(chart.lines), []
    for top, hue, title in zip(room.lane_tops, colours(runs, theme), short_titles(runs), strict=True):
        name, place = (0.0, top, _GUTTER - 6.0, 18.0), (line.left, top + _HEAD, line.width, room.heat)
        shown = elided(title, _GUTTER - 12.0, 13.0)
        marks.append(Text(rect=name, text=shown, colour=hue, size=13.0, weight=600))
        marks.append(Panel(rect=place, fill=mix(theme.panel, theme.neutral, 0.35), radius=2.0))
        places.append(place)
    return shifted(marks, *rect[:2]), chart, line, (*places, box)


def colour_limits(lanes: Sequence[LaneTrace]) -> tuple[int, int]:
    """Return the exponents of ten at the ends of the colour scale.

    They are `LIMITS`, so that pictures can be compared, unless most of what can be coloured lies above
    them: then they are those of the numbers themselves, for one colour everywhere would tell nothing.

    Parameters
    ----------
    lanes : sequence of LaneTrace
        What is shown; none that a veil hides.
    """
    sizes = np.concatenate([np.abs(lane.sizes).ravel() for lane in lanes])
    known = sizes[np.isfinite(sizes) & (sizes > 0.0)]
    if not known.size or float(np.mean(known > 10.0 ** LIMITS[1])) < 0.5:
        return LIMITS
    low, high = math.floor(math.log10(float(known.min()))), math.ceil(math.log10(float(known.max())))
    return max(low, LIMITS[0]), max(high, low + 1)


class Prepared:
    """The gradient view of some runs, laid out but for what follows the cursor.

    Parameters
    ----------
    lanes : sequence of LaneTrace
        What `trace` gave for each run.
    veil : Veil
        What is hidden; not all of it, see `all_hidden`.
    rect : Rect
        Where to draw.
    theme : Theme
        The colours.
    """

    def __init__(self, lanes: Sequence[LaneTrace], veil: Veil, rect: Rect, theme: Theme) -> None:
        self._origin, self._width, self._theme = rect[:2], rect[2], theme
        runs = [lane.run for lane in lanes]
        self._steps = runs[0].steps
        # The direct path is a product of gates, and so would tell them.
        lanes = tuple(
            replace(lane, direct=None) if veil.hides(quantity=direct_gate(lane.run)) else lane
            for lane in lanes
        )
        self._room = room = _Room.of(runs, veil, rect[2:])
        line = Timeline(_GUTTER, rect[2] - _GUTTER - _MARGIN, self._steps)
        coloured = tuple(zip(lanes, colours(runs, theme), strict=True))
        shown = tuple((lane, hue) for lane, hue in coloured if not veil.hides(quantity=lane.name))
        seen = tuple(lane for lane, _ in shown)
        limits = colour_limits(seen)
        self._split = tuple((lane, hue) for lane, hue in shown if lane.projections is not None)
        still: list[Mark] = []
        places = columns(line, 0.0, room.chart_bottom, (), self._steps)
        spoken = _spoken(seen, self._steps)
        still += [mark.with_(label=said) for mark, said in zip(places, spoken, strict=True)]
        for index, ((lane, hue), title) in enumerate(zip(coloured, short_titles(runs), strict=True)):
            still += _lane(lane, hue, title, line, room, index, veil, limits, theme)
        still += _legend(line, room.legend_top, seen, limits, theme)
        box = (line.left, room.chart_top, line.width, room.chart_height)
        self._chart = Chart(seen, tuple(hue for _, hue in shown), line, box, _MARGIN, theme)
        self._still = shifted((*still, *self._chart.lines), *self._origin)

    def at(self, cursor: Cursor) -> Frame:
        """Return all marks for a place of the cursor."""
        step = min(max(cursor.step, 1), self._steps)
        line = shifted((self._chart.cursor_line(step, 0.0, self._room.legend_top - _UNDER),), *self._origin)
        card = shifted(self._chart.readout(step), *self._origin)
        paths = shifted(self._paths(cursor, step), *self._origin)
        return Frame((*self._still, *line, *card, *paths), len(self._still))

    def _paths(self, cursor: Cursor, step: int) -> tuple[Mark, ...]:
        """Return the split by path of the chosen lane, or of the first that has one."""
        if not self._split or not self._room.rows:
            return ()
        lane, hue = next(((a, b) for a, b in self._split if a.run.name == cursor.lane), self._split[0])
        place = (0.0, self._room.paths_top, self._width)
        return path_panel(
            lane.run, lane.projections or {}, hue, step, place, _GUTTER, _MARGIN, self._room.rows, self._theme
        )


def _tr(text: str) -> str:
    return QCoreApplication.translate("Gradient", text)


def _spoken(shown: Sequence[LaneTrace], steps: int) -> list[str]:
    """Return what each step's column is called."""
    lanes = []
    for lane in shown:
        symbol = quantity(lane.name, lane.run.network.recurrence).label[:-1]
        title = f"{lane_title(lane.run)} ‖{symbol}‖ "
        lanes.append([title + format_number(norm) for norm in lane.norms.tolist()])
    where = _tr("t = {step}")
    return [
        where.format(step=t) + ": " + ", ".join(lane[t - 1] for lane in lanes) for t in range(1, steps + 1)
    ]


@dataclass(frozen=True, slots=True)
class _Room:
    """How the height is shared out."""

    lane_tops: tuple[float, ...]
    heat: float
    legend_top: float
    chart_top: float
    chart_height: float
    paths_top: float
    rows: int

    @property
    def chart_bottom(self) -> float:
        return self.chart_top + self.chart_height

    @classmethod
    def of(cls, runs: Sequence[Run], veil: Veil, size: tuple[float, float]) -> _Room:
        height = size[1]
        ways = [len(path_keys(run)) for run in runs if not veil.hides(quantity=gradient_name(run))]
        split = max(ways, default=0)
        rows = 6 if height >= 660.0 else 3 if height >= 470.0 else 2
        beside = int((size[0] - _GUTTER - _MARGIN) / _BAR)
        rows = max(min(rows, split), math.ceil(split / max(beside, 1)))
        if not split or height < 330.0 + 18.0 * rows - 36.0:
            rows = 0
        panel = 18.0 * rows + 14.0 if rows else 0.0
        between = 14.0 if height >= 560.0 else 8.0
        fixed = len(runs) * (_HEAD + between) + _LEGEND + 14.0 + 40.0 + panel
        free = max(height - fixed, 60.0)
        tallest = max(130.0 if len(runs) == 1 else 100.0, 0.13 * height)
        most_units = max(run.units for run in runs)
        heat = min(0.46 * free / len(runs), max(tallest, 3.0 * most_units), 26.0 * max(most_units, 2))
        if heat >= 2.0 * most_units:
            # Rows of whole pixels: all gaps between them are alike.
            heat = float(int(heat / most_units) * most_units)
        chart_height = free - heat * len(runs)
        tops = tuple(index * (_HEAD + heat + between) for index in range(len(runs)))
        legend_top = tops[-1] + _HEAD + heat + _UNDER
        chart_top = legend_top + _LEGEND + 10.0
        return cls(tops, heat, legend_top, chart_top, chart_height, chart_top + chart_height + 46.0, rows)


# --- one lane ----------------------------------------------------------------------------------


def _lane(
    lane: LaneTrace,
    hue: str,
    title: str,
    line: Timeline,
    room: _Room,
    index: int,
    veil: Veil,
    limits: tuple[int, int],
    theme: Theme,
) -> list[Mark]:
    run = lane.run
    top = room.lane_tops[index]
    name = elided(title, _GUTTER - 12.0, 13.0)
    marks: list[Mark] = [
        Text(rect=(0.0, top, _GUTTER - 6.0, 18.0), text=name, colour=hue, size=13.0, weight=600),
        Text(
            rect=(0.0, top + 17.0, _GUTTER - 6.0, 16.0),
            text=lane_note(run, veil),
            colour=theme.dim,
            size=11.0,
        ),
    ]
    heat_top = top + _HEAD
    box = (line.left, heat_top, line.width, room.heat)
    if veil.hides(quantity=lane.name):
        marks.append(veiled_place(box, theme, border=theme.line))
        return marks
    known = quantity(lane.name, run.network.recurrence)
    if room.heat >= 44.0:
        y = heat_top + min(14.0, (room.heat - 34.0) / 2)
        marks.append(
            Text(rect=(0.0, y, _GUTTER - 6.0, 16.0), text=_tr("unit × time"), colour=theme.dim, size=11.0)
        )
        marks.append(
            Text(
                rect=(0.0, y + 16.0, _GUTTER - 4.0, 16.0),
                text=f"|{known.label[:-1]}|",
                colour=theme.dim,
                size=11.0,
            )
        )
    marks += _pearls(lane, hue, line, top + 13.0, limits, theme)
    marks.append(_heat(lane, box, limits))
    marks += _zeros(lane, box, theme)
    marks += _factor(run, hue, line, heat_top, room.heat, theme)
    return marks


def _heat(lane: LaneTrace, box: Rect, limits: tuple[int, int]) -> HeatMap:
    values = np.ascontiguousarray(lane.sizes.T)
    run = lane.run
    known = quantity(lane.name, run.network.recurrence)

    def describe(row: int, column: int) -> Mark:
        value = float(values[row, column])
        said = _tr("{title}, unit {unit} at t = {step}: {value}").format(
            title=known.title, unit=row + 1, step=column + 1, value=format_number(value)
        )
        return Mark(
            rect=box,
            lane=run.name,
            quantity=lane.name,
            step=column + 1,
            unit=row + 1,
            value=value,
            node=f"step-{column + 1}",
            label=said,
        )

    return HeatMap(
        rect=box,
        lane=run.name,
        quantity=lane.name,
        label=_tr("{lane}, {title}, {units} units by {steps} steps").format(
            lane=lane_title(run), title=known.title, units=run.units, steps=run.steps
        ),
        values=values,
        scale="log",
        low=limits[0],
        high=limits[1],
        gap=1.0 if box[2] / run.steps >= 5.0 else 0.0,
        row_gap=1.0 if box[3] / run.units >= 4.0 else 0.0,
        describe=describe,
    )


def _zeros(lane: LaneTrace, box: Rect, theme: Theme) -> tuple[Mark, ...]:
    """Cover cells that are exactly zero and strike them through: they are no small magnitude."""
    left, top, width, height = box
    steps, units = lane.sizes.shape
    across, down = width / steps, height / units
    ground: list[Point] = []
    strokes: list[Point] = []
    gap = (math.nan, math.nan)
    for unit in range(units):
        for run in exact_zeros(lane.sizes[:, unit]):
            x0, x1 = left + run.start * across, left + run.stop * across - 1.0
            y0, y1 = top + unit * down, top + (unit + 1) * down - (1.0 if down >= 4.0 else 0.0)
            ground += [(x0, y0), (x1, y0), (x1, y1), (x0, y1), gap]
            middle = (y0 + y1) / 2
            strokes += [(x0 + 1.5, middle), (x1 - 1.5, middle), gap]
    if not ground:
        return ()
    return (
        Line(
            rect=box, points=tuple(ground[:-1]), colour=theme.panel, width=0.5, closed=True, fill=theme.panel
        ),
        Line(rect=box, points=tuple(strokes[:-1]), colour=theme.faint, width=1.0),
    )


def _pearls(
    lane: LaneTrace, hue: str, line: Timeline, y: float, limits: tuple[int, int], theme: Theme
) -> tuple[Mark, ...]:
    """Return the chain of steps: between two pearls the line's colour and width are the later one's norm."""
    table = viridis_lut()
    low, high = limits
    with np.errstate(divide="ignore", invalid="ignore"):
        place = (np.log10(lane.norms) - low) / (high - low)
    # 24 levels are more than the eye tells apart on a line, and each level is one mark.
    level = np.where(np.isfinite(place), np.rint(np.clip(place, 0.0, 1.0) * 24.0), -1.0).astype(int)
    by_level: dict[int, list[Point]] = {}
    for t in range(2, line.steps + 1):
        points = by_level.setdefault(int(level[t - 1]), [])
        points += [(line.centre(t - 1), y), (line.centre(t), y), (math.nan, math.nan)]
    box = (line.left, y - 6.0, line.width, 12.0)
    marks: list[Mark] = []
    for value, points in sorted(by_level.items()):
        share = max(value, 0) / 24.0
        colour = theme.line if value < 0 else f"#{int(table[round(share * 255)]) & 0xFFFFFF:06X}"
        marks.append(Line(rect=box, points=tuple(points[:-1]), colour=colour, width=1.0 + 5.0 * share))
    every = max(1, math.ceil(12.0 / line.pitch))
    # A large pearl is a step with a loss. Where every step has one, none stands out.
    judged = lane.run.loss_steps if len(lane.run.loss_steps) < line.steps else ()
    large = min(4.5, max(2.6, 0.45 * line.pitch * least_gap(judged)))
    apart = (large + 3.6) / line.pitch
    others = [t for t in range(1, line.steps + 1, every) if all(abs(t - j) >= apart for j in judged)]
    small, big = (tuple((line.centre(t), y) for t in steps) for steps in (others, judged))
    marks.append(Dots(rect=box, points=small, radius=2.6, fill=hue, border=theme.panel, border_width=1.0))
    marks.append(Dots(rect=box, points=big, radius=large, fill=hue))
    if len(judged) <= _FEW:
        marks += [
            Mark(
                rect=(line.centre(t) - 6.0, y - 6.0, 12.0, 12.0),
                lane=lane.run.name,
                step=t,
                node=f"step-{t}",
                label=_tr("loss at t = {t}").format(t=t),
            )
            for t in judged
        ]
    return tuple(marks)


def _factor(run: Run, hue: str, line: Timeline, top: float, height: float, theme: Theme) -> tuple[Mark, ...]:
    """Return the factor per step beside the heat map, or that there is none."""
    factor, lines = factor_text(run)
    x = line.left + line.width + 14.0
    width = _MARGIN - 14.0
    marks: list[Mark] = []
    # The words may reach up beside the pearls; a half-life without its number is left out as a whole.
    above = 14.0
    room = int((height + 2 * above - (24.0 if factor else 0.0)) // 15.0)
    lines = lines if len(lines) <= room else lines[:1] if factor else lines
    whole = (24.0 if factor else 0.0) + 15.0 * len(lines)
    y = top + max(-above, (height - whole) / 2)
    if factor:
        marks.append(
            Text(rect=(x, y, width, 24.0), text=factor, colour=hue, size=17.0, weight=500, mono=True)
        )
        y += 24.0
    for text in lines:
        marks.append(Text(rect=(x, y, width, 15.0), text=text, colour=theme.dim, size=11.0))
        y += 15.0
    return tuple(marks)


# --- between the lanes and the chart -----------------------------------------------------------


def _legend(
    line: Timeline, top: float, shown: Sequence[LaneTrace], limits: tuple[int, int], theme: Theme
) -> tuple[Mark, ...]:
    """Return the colour scale of the heat maps, and what is hatched, struck through or a large pearl."""
    low, high = limits
    middle = top + 8.0
    x, end = line.left, line.left + line.width
    marks: list[Mark] = []

    def text(said: str, mono: bool = False) -> None:
        nonlocal x
        width = text_width(said, 11.0, mono=mono) + 2.0
        marks.append(Text(rect=(x, top, width, 16.0), text=said, colour=theme.dim, size=11.0, mono=mono))
        x += width + 5.0

    def entry(said: str, *sample: Mark) -> None:
        """Explain a sample of 16 pixels; it stands at 0, and is moved to where there is room."""
        nonlocal x
        if x + 21.0 + text_width(said, 11.0) + 2.0 <= end:
            marks.extend(shifted(sample, x, middle))
            x += 21.0
            text(said)
            x += 8.0

    sizes = np.concatenate([np.abs(lane.sizes).ravel() for lane in shown])
    if np.any(np.isfinite(sizes) & (sizes > 0.0)):
        gutter = (0.0, top, line.left - 6.0, 16.0)
        marks.append(Text(rect=gutter, text=_tr("log scale"), colour=theme.dim, size=11.0))
        text(power_of_ten(low), mono=True)
        bar = min(120.0, line.width * 0.22)
        ramp = 10.0 ** np.linspace(low, high, 120).reshape(1, -1)
        marks.append(HeatMap(rect=(x, middle - 4.0, bar, 8.0), values=ramp, scale="log", low=low, high=high))
        x += bar + 6.0
        text(power_of_ten(high), mono=True)
        x += 8.0
    with np.errstate(invalid="ignore"):
        kinds = (
            (
                np.any((sizes != 0.0) & (sizes < 10.0**low)),
                10.0 ** (low - 1),
                _tr("below {end}").format(end=power_of_ten(low)),
            ),
            (
                np.any((sizes > 10.0**high) & np.isfinite(sizes)),
                10.0 ** (high + 1),
                _tr("above {end}").format(end=power_of_ten(high)),
            ),
            (not np.all(np.isfinite(sizes)), math.nan, _tr("no number")),
        )
    for present, example, said in kinds:
        if present:
            box, outside = (0.0, -5.0, 16.0, 10.0), np.full((1, 1), example)
            entry(said, HeatMap(rect=box, values=outside, scale="log", low=low, high=high))
    if np.any(sizes == 0.0):
        entry(
            _tr("exactly 0"),
            Panel(rect=(0.0, -5.0, 16.0, 10.0), border=theme.line),
            Line(rect=(0.0, 0.0, 16.0, 1.0), points=((2.0, 0.0), (14.0, 0.0)), colour=theme.faint),
        )
    judged = shown[0].run
    if judged.loss_steps:
        one = Dots(rect=(3.5, -4.5, 9.0, 9.0), points=((8.0, 0.0),), radius=4.5, fill=theme.dim)
        entry(loss_words(judged), *(() if len(judged.loss_steps) == line.steps else (one,)))
    return tuple(marks)
