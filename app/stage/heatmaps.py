"""Heat maps unit × time, one row group per quantity: the strip under the cell, and the gates view.

Three kinds of scale are kept apart: 0..1 for gates (neutral to the gate's hue), signed with
symmetric limits (below, neutral, above), and the gradients' logarithmic one, which is elsewhere.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QCoreApplication

from app.theme import Theme, mix
from engine import Run, format_number, quantity

from .drawing import Frame
from .marks import HeatMap, Line, Mark, Panel, Rect, Text
from .scale_legend import dots, heading, legend
from .scales import (
    SATURATION,
    Scale,
    group_names,
    hidden,
    last_visible,
    limit_text,
    scale_of,
)
from .timeline import Timeline, column_labels, columns, cursor_frame, text_width
from .veiled import hidden_sentence, veiled_place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .cursor import Cursor
    from .veil import Veil

__all__ = ["gates", "layout", "strip"]

_LABELS: Final = 22.0
_TALLEST_ROW: Final = 44.0
"""Most height of one unit's row in the gates view: taller cells say no more."""
_HALF_LABEL: Final = 5.0
"""Room for half of a number above and below a scale: those at its ends stand at their ticks."""
_TALLEST_GROUP: Final = 88.0
"""The same for a group of one or two units, which needs room for its scale."""


def strip(run: Run, cursor: Cursor, veil: Veil, rect: Rect, theme: Theme) -> Frame:
    """Return the compact heat maps that stand under the cell.

    Parameters
    ----------
    run : Run
        The lane shown.
    cursor : Cursor
        The current step and unit.
    veil : Veil
        What is hidden.
    rect : Rect
        Where to draw.
    theme : Theme
        The colours.
    """
    return _plate(run, veil, rect, theme, False).at(cursor)


def layout(
    runs: Sequence[Run], cursor: Cursor, veil: Veil, size: tuple[float, float], theme: Theme
) -> tuple[Mark, ...]:
    """Return the gates view of the cursor's lane.

    Parameters
    ----------
    runs : sequence of Run
        All lanes; the cursor says which one is shown.
    cursor : Cursor
        The current lane, step and unit.
    veil : Veil
        What is hidden.
    size : (float, float)
        Width and height of the place, whose corner is at 0, 0.
    theme : Theme
        The colours.
    """
    run = next((run for run in runs if run.name == cursor.lane), runs[0])
    return gates(run, cursor, veil, (0.0, 0.0, *size), theme).marks


def gates(run: Run, cursor: Cursor, veil: Veil, rect: Rect, theme: Theme) -> Frame:
    """Return the gates view of one lane in any place; see `layout`."""
    return _plate(run, veil, rect, theme, True).at(cursor)


@lru_cache(maxsize=8)
def _plate(run: Run, veil: Veil, rect: Rect, theme: Theme, full: bool) -> _Plate:
    """Return the row groups; what follows the cursor is laid out later, the rest once."""
    gutter, margin = (118.0, 104.0) if full else (72.0, 8.0)
    return _Plate(run, veil, rect, theme, gutter=gutter, margin=margin, full=full)


def _tr(text: str) -> str:
    return QCoreApplication.translate("HeatMaps", text)


class _Plate:
    """One block of row groups on a common time axis, while it is being laid out."""

    def __init__(
        self,
        run: Run,
        veil: Veil,
        rect: Rect,
        theme: Theme,
        *,
        gutter: float,
        margin: float,
        full: bool,
    ) -> None:
        x, y, width, height = rect
        self.run, self.veil, self.theme, self.full = run, veil, theme, full
        self.rect = rect
        self.last = last_visible(run, veil)
        self.names = group_names(run)
        self.known = {name: quantity(name, run.network.recurrence) for name in self.names}
        self.line = Timeline(x + gutter, width - gutter - margin, run.steps)
        gap = min(12.0, max(6.0, height * 0.016)) if full else 6.0
        room = height - _LABELS - 8.0 - gap * (len(self.names) - 1)
        tallest = max(_TALLEST_GROUP, _TALLEST_ROW * run.units) if full else max(30.0, 6.0 * run.units)
        row = min(room / len(self.names), tallest)
        # Rows of whole pixels: all gaps between them are alike.
        self.row = float(int(row / run.units) * run.units) if row >= 3.0 * run.units else float(int(row))
        self.gap = gap
        used = _LABELS + 8.0 + self.row * len(self.names) + gap * (len(self.names) - 1)
        # What is left over lies above and below in equal parts.
        self.head_top = y + (float(int((height - used) / 2)) if full else 0.0)
        self.top = self.head_top + _LABELS + 4.0
        self.bottom = self.top + self.row * len(self.names) + gap * (len(self.names) - 1)
        self.tokens = () if veil.hides(quantity="x") else run.labels
        self.still = tuple(self.standing())

    def group_top(self, index: int) -> float:
        return self.top + index * (self.row + self.gap)

    def at(self, cursor: Cursor) -> Frame:
        """Return all marks; those that do not follow the cursor come first and are the same each time."""
        labels = column_labels(self.line, self.head_top, self.tokens, cursor.step, self.theme)
        ticks, sentences = self.unit_pointers(cursor.unit), self.hidden_sentences(cursor.step)
        marks = (*self.still, *labels, *ticks, *sentences, self.frame(cursor.step))
        return Frame(marks, len(self.still))

    def standing(self) -> list[Mark]:
        y = self.head_top
        marks: list[Mark] = [*columns(self.line, y, self.bottom - y + 2.0, self.tokens, self.last)]
        for index, name in enumerate(self.names):
            marks += self.group(index, name)
        marks += self.hidden_columns()
        if self.full and any(
            self.known[name].is_gate and not self.veil.hides(quantity=name) for name in self.names
        ):
            x = self.line.left + self.line.width + 20.0
            marks.append(heading(x, y, self.rect[0] + self.rect[2] - x, self.theme))
        return marks

    def frame(self, step: int) -> Mark:
        """Frame the cursor's column, its label included where the label is no wider than the column."""
        y = self.head_top if self.line.pitch >= 28.0 else self.top - 3.0
        return cursor_frame(self.line, step, y, self.bottom - y + 3.0, self.theme)

    # -- one row group --

    def group(self, index: int, name: str) -> list[Mark]:
        top = self.group_top(index)
        if hidden(self.run, self.veil, name):
            return [*self.head(name, top), *self.hidden_group(top)]
        if self.last == 0:
            return list(self.head(name, top))
        scale = scale_of(self.run, name, self.last)
        limit = "" if self.full else self.limit(scale)
        marks = [*self.head(name, top, limit), self.heat(name, top, scale)]
        if self.full:
            if self.known[name].is_gate and self.dotted:
                marks += self.saturated(name, top)
            place = self.legend_place(top)
            marks += legend(self.run, name, scale, self.last, place, self.theme, dotted=self.dotted)
        return marks

    def head(self, name: str, top: float, limit: str = "") -> tuple[Mark, ...]:
        """Return a group's letter; with its name, or in the strip with the end of its scale."""
        known = self.known[name]
        colour = self.theme.role(known.role)
        x = self.rect[0]
        gutter = self.line.left - x
        middle = top + self.row / 2
        if not self.full:
            size = 15.0 if self.row >= 18.0 else 13.0
            mono = limit.startswith("±")
            wide = text_width(limit, 11.0, mono=mono)
            beside = wide <= gutter - 36.0
            below = bool(limit) and not beside and self.row >= 34.0 and wide <= gutter - 8.0
            raised = 8.0 if below else 0.0
            box = (x, middle - 11.0 - raised, gutter - 14.0, 22.0)
            letter = _symbol(known.label, colour, box, size, "right")
            if not limit or not (beside or below) or self.row < 12.0:
                return (letter,)
            place = (x, middle + 2.0, gutter - 8.0, 16.0) if below else (x, middle - 8.0, wide + 2.0, 16.0)
            align = "right" if below else "left"
            dim = self.theme.dim
            return (letter, Text(rect=place, text=limit, colour=dim, size=11.0, mono=mono, align=align))
        two_lines = self.row >= 34.0
        symbol_y = middle - 20.0 if two_lines else middle - 11.0
        marks: list[Mark] = [_symbol(known.label, colour, (x, symbol_y, gutter - 16.0, 22.0), 15.0, "right")]
        if two_lines:
            box = (x, middle + 1.0, gutter - 16.0, 18.0)
            marks.append(Text(rect=box, text=known.title, colour=self.theme.dim, size=11.0, align="right"))
        return tuple(marks)

    def heat(self, name: str, top: float, scale: Scale) -> HeatMap:
        values = np.ascontiguousarray(self.run.grid(name)[: self.last].T)
        coloured = scale.placed(values)
        known = self.known[name]
        box = (self.line.left, top, self.line.pitch * self.last, self.row)
        spoken = _tr("{title}, {units} units by {steps} steps").format(
            title=known.title, units=self.run.units, steps=self.last
        )
        lane = self.run.name

        def describe(row: int, column: int) -> Mark:
            value = float(values[row, column])
            said = _tr("{title}, unit {unit} at t = {step}: {value}").format(
                title=known.title, unit=row + 1, step=column + 1, value=format_number(value)
            )
            return Mark(
                rect=box,
                lane=lane,
                quantity=name,
                step=column + 1,
                unit=row + 1,
                value=value,
                node=f"step-{column + 1}",
                label=said,
            )

        return HeatMap(
            rect=box,
            lane=lane,
            quantity=name,
            label=spoken,
            values=coloured,
            scale=scale.kind,
            low=scale.low,
            high=scale.high,
            role=known.role,
            gap=2.0 if self.line.pitch >= 16.0 else 1.0 if self.line.pitch >= 6.0 else 0.0,
            row_gap=1.0 if self.row / self.run.units >= 4.0 else 0.0,
            describe=describe,
        )

    def unit_pointers(self, chosen: int) -> tuple[Mark, ...]:
        """Return a triangle that points at the row of the chosen unit, in each group that shows units."""
        if self.run.units == 1 or self.last == 0:
            return ()
        pitch = self.row / self.run.units
        unit = min(max(chosen, 1), self.run.units)
        tip = self.line.left - 0.5
        pointers = []
        for index, name in enumerate(self.names):
            if hidden(self.run, self.veil, name):
                continue
            y = self.group_top(index) + (unit - 0.5) * pitch - 0.5
            points = ((tip - 6.0, y - 4.0), (tip, y), (tip - 6.0, y + 4.0))
            box = (tip - 6.0, y - 4.0, 6.0, 8.0)
            colour = self.theme.dim
            pointers.append(Line(rect=box, points=points, colour=colour, width=0.5, closed=True, fill=colour))
        return tuple(pointers)

    @property
    def dotted(self) -> bool:
        """Whether cells are large enough for a dot in those that are saturated."""
        return self.full and self.line.pitch >= 9.0 and self.row / self.run.units >= 5.0

    def saturated(self, name: str, top: float) -> tuple[Mark, ...]:
        """Put a dot into each saturated cell, in the colour that the other end of the scale has."""
        values = self.run.grid(name)[: self.last]
        ink = self.theme.role(self.known[name].role)
        box = (self.line.left, top, self.line.pitch * self.last, self.row)
        marks = []
        for mask, colour in ((values < SATURATION[0], ink), (values > SATURATION[1], self.theme.panel)):
            centres = self._centres(mask, top)
            if len(centres):
                marks.append(dots(centres, colour, box))
        return tuple(marks)

    def _centres(self, mask: NDArray[np.bool_], top: float) -> NDArray[np.float64]:
        """Return the middles of some cells, shape ``(n, 2)``; ``mask`` has a row for each step."""
        columns, rows = np.nonzero(mask)
        down = self.row / self.run.units
        # The gaps lie on the right and lower sides of cells.
        gap = 1.0 if self.line.pitch < 16.0 else 2.0
        x = self.line.left + (columns + 0.5) * self.line.pitch - gap / 2
        return np.column_stack((x, top + (rows + 0.5) * down - 0.5))

    def limit(self, scale: Scale) -> str:
        """Return what the strip says of a signed row's scale; a gate's is always 0 to 1."""
        if scale.kind != "signed":
            return ""
        return _tr("log scale") if scale.floor is not None else f"±{limit_text(scale.high)}"

    def legend_place(self, top: float) -> tuple[float, float, float]:
        """Return left, top and height of the scale beside a row group."""
        height = max(min(self.row, 92.0) - 2 * _HALF_LABEL, 8.0)
        return (self.line.left + self.line.width + 14.0, top + (self.row - height) / 2, height)

    # -- the veil --

    def hidden_columns(self) -> tuple[Mark, ...]:
        """Return the empty columns past the veil's last step, with the sentence that says so."""
        if self.last == self.run.steps:
            return ()
        theme = self.theme
        x = self.line.start(self.last + 1)
        width = self.line.pitch * (self.run.steps - self.last)
        ground = mix(theme.panel, theme.neutral, 0.35)
        marks: list[Mark] = []
        for index in range(len(self.names)):
            marks.append(Panel(rect=(x, self.group_top(index), width, self.row), fill=ground))
        if self.line.pitch >= 10.0:
            for t in range(self.last + 2, self.run.steps + 1):
                edge = self.line.start(t) - 1.0
                marks.append(
                    Line(
                        rect=(edge, self.top, 1.0, self.bottom - self.top),
                        points=((edge, self.top), (edge, self.bottom)),
                        colour=theme.panel,
                        width=2.0,
                    )
                )
        place = veiled_place((x, self.top, width - 1.0, self.bottom - self.top), theme, border=theme.line)
        marks.append(place)
        below = (self.line.left, self.bottom + 5.0, self.line.width, 16.0)
        if not place.text and below[1] + below[3] <= self.rect[1] + self.rect[3]:
            # Too narrow for the sentence: it stands under the columns it speaks of.
            text = hidden_sentence()
            marks.append(Text(rect=below, text=text, colour=theme.dim, size=11.0, align="right"))
        return tuple(marks)

    def hidden_group(self, top: float) -> tuple[Mark, ...]:
        """Return the empty ground of a veiled quantity's row group."""
        box = (self.line.left, top, self.line.pitch * self.last, self.row)
        return (Panel(rect=box, fill=mix(self.theme.panel, self.theme.neutral, 0.35), radius=2.0),)

    def hidden_sentences(self, step: int) -> tuple[Mark, ...]:
        """Say of each veiled quantity that it is hidden, on the longer side of the cursor's frame."""
        left, right = self.line.left, self.line.start(self.last + 1)
        sides = ((left, self.line.start(step) - 4.0), (self.line.start(step + 1) + 4.0, right))
        start, end = max(sides, key=lambda side: side[1] - side[0])
        marks: list[Mark] = []
        for index, name in enumerate(self.names):
            if not hidden(self.run, self.veil, name):
                continue
            box = (start, self.group_top(index), max(end - start, 0.0), self.row)
            place = veiled_place(box, self.theme)
            marks.append(place)
            if not place.text and box[2] >= 44.0:
                # In small: a row of the strip is lower than the usual ones, a gap of few steps narrower.
                text = hidden_sentence() if box[2] >= 150.0 else _tr("hidden")
                marks.append(Text(rect=box, text=text, colour=self.theme.dim, size=11.0, align="centre"))
        return tuple(marks)


def _symbol(text: str, colour: str, rect: Rect, size: float, align: str) -> Text:
    return Text(rect=rect, text=text, colour=colour, size=size, weight=600, italic=True, align=align)
