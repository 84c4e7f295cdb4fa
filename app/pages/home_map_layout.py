"""Where everything of the concept map stands: pure geometry, no painting.

Cells keep at least the width of the longest word of a title. Where a chapter does not fit into one row beside
its heading, the heading goes above it and the titles become smaller; where that does not help, the chapter is
broken into rows of equal length, so that columns stay columns.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

__all__ = ["Box", "Cell", "Heading", "MapLayout", "MapSpec", "Point", "lay_out", "route"]

Box = tuple[float, float, float, float]
"""Left, top, width, height."""

Point = tuple[float, float]

_GAP_X: Final = 8.0
_WIDE_GAP_X: Final = 12.0
_AMPLE: Final = 1.15  # cells this much wider than need be leave room for wider gaps
_GAP_Y: Final = 9.0
_ROOM_Y: Final = 30.0
_CELL_MIN: Final = 52.0
_CELL_MAX: Final = 56.0
_TITLE_GAP: Final = 16.0


@dataclass(frozen=True)
class MapSpec:
    """What is to be laid out.

    Attributes
    ----------
    chapters : tuple of tuple of str
        The ids of the concepts of each chapter.
    longest_word, longest_small_word : float
        Width of the longest word of a cell's title, as painted, with the room around it: in normal size, and
        in the smaller one.
    longest_chapter : float
        Width of the longest chapter's title, as painted.
    scale : float
        The text scale.
    """

    chapters: tuple[tuple[str, ...], ...]
    longest_word: float
    longest_small_word: float
    longest_chapter: float
    scale: float = 1.0


@dataclass(frozen=True)
class Cell:
    """One concept: its box, its row among all rows and its column, both from 0."""

    concept: str
    box: Box
    row: int
    column: int


@dataclass(frozen=True)
class Heading:
    """Room for a chapter's title and count; `above` tells whether it stands above its rows."""

    box: Box
    above: bool


@dataclass(frozen=True)
class MapLayout:
    """The map, laid out.

    Attributes
    ----------
    cells : tuple of Cell
        In the order of the chapters.
    headings : tuple of Heading
        One for each chapter.
    lines : tuple of float
        Heights at which one chapter is parted from the next.
    rows : tuple of tuple of float
        Top and bottom of every row of cells.
    columns : int
        Cells side by side.
    size : tuple of float
        Width and height.
    small : bool
        Whether titles are written smaller to fit.
    """

    cells: tuple[Cell, ...]
    headings: tuple[Heading, ...]
    lines: tuple[float, ...]
    rows: tuple[tuple[float, float], ...]
    columns: int
    size: tuple[float, float]
    small: bool = False

    def cell(self, concept: str) -> Cell | None:
        """Return the cell of a concept, or None."""
        return next((cell for cell in self.cells if cell.concept == concept), None)

    def at(self, point: Point) -> Cell | None:
        """Return the cell under a point, or None."""
        x, y = point
        for cell in self.cells:
            left, top, width, height = cell.box
            if left <= x < left + width and top <= y < top + height:
                return cell
        return None


def lay_out(spec: MapSpec, width: float, height: float = 0.0) -> MapLayout:
    """Lay the map out.

    Parameters
    ----------
    spec : MapSpec
        What is to be laid out.
    width : float
        All of it is used.
    height : float
        The height there is; rows move apart to use it within reason, and never below what they need.
    """
    scale = spec.scale
    widest = max((len(chapter) for chapter in spec.chapters), default=1)
    gap = _GAP_X * scale
    beside = spec.longest_chapter + _TITLE_GAP * scale
    above = _fitting(width - beside, spec.longest_word, gap) < widest
    small = (
        above
        and _fitting(width, spec.longest_word, gap) < widest
        and _fitting(width, spec.longest_small_word, gap) >= widest
    )
    left = 0.0 if above else beside
    word = spec.longest_small_word if small else spec.longest_word
    columns = _columns(width - left, word, gap, widest)
    if columns > 1:
        spare = (width - left - columns * word * _AMPLE) / (columns - 1)
        gap = min(max(gap, spare), _WIDE_GAP_X * scale)
    cell_width = (width - left - gap * (columns - 1)) / columns

    counts = [math.ceil(len(chapter) / columns) for chapter in spec.chapters]
    heading = 30.0 * scale if above else 0.0
    rows, chapters = sum(counts), len(counts)
    spare = height - heading * chapters - rows * (_CELL_MIN + _GAP_Y) * scale
    each = min(max(0.0, spare / max(rows, 1)), (_ROOM_Y - _GAP_Y) * scale)
    cell_height = _CELL_MIN * scale + min(each, (_CELL_MAX - _CELL_MIN) * scale)
    gap_y = _GAP_Y * scale + each - (cell_height - _CELL_MIN * scale)

    cells: list[Cell] = []
    headings: list[Heading] = []
    lines: list[float] = []
    bands: list[tuple[float, float]] = []
    y = 0.0
    for chapter, count in zip(spec.chapters, counts, strict=True):
        if y:
            lines.append(round(y - gap_y / 2) + 0.5)
        if above:
            headings.append(Heading((0.0, y, width, heading), above=True))
            y += heading
        else:
            headings.append(Heading((0.0, y, spec.longest_chapter, cell_height), above=False))
        for place, concept in enumerate(chapter):
            row, column = divmod(place, columns)
            box = (
                left + column * (cell_width + gap),
                y + row * (cell_height + gap_y),
                cell_width,
                cell_height,
            )
            cells.append(Cell(concept, box, len(bands) + row, column))
        for _ in range(count):
            bands.append((y, y + cell_height))
            y += cell_height + gap_y
    size = (width, max(0.0, y - gap_y))
    return MapLayout(tuple(cells), tuple(headings), tuple(lines), tuple(bands), columns, size, small)


def _fitting(width: float, cell: float, gap: float) -> int:
    return max(1, int((width + gap) // (cell + gap)))


def _columns(width: float, cell: float, gap: float, widest: int) -> int:
    """Return how many columns there are: as many as fit, but rows of a full chapter equally long."""
    fitting = min(_fitting(width, cell, gap), widest)
    return math.ceil(widest / math.ceil(widest / fitting))


def route(layout: MapLayout, start: Cell, end: Cell, lane: float = 0.0) -> tuple[Point, ...]:
    """Return the corners of a line from what is needed to what needs it, through the gaps between cells.

    Parameters
    ----------
    layout : MapLayout
        Of both.
    start, end : Cell
        What is needed, and what stands on it.
    lane : float
        How far the line keeps from the middle of the gaps, so that lines can run side by side.

    Returns
    -------
    tuple of points
        At least two; consecutive ones share x or y.
    """
    (ax, ay, aw, ah), (bx, by, bw, bh) = start.box, end.box
    half = _half_gap(layout)
    down = end.row > start.row
    if end.row == start.row:
        if abs(end.column - start.column) == 1:
            y = ay + ah / 2 + lane
            return ((ax + aw, y), (bx, y)) if bx > ax else ((ax, y), (bx + bw, y))
        y = ay + ah + half + lane
        return (
            (ax + aw / 2 + lane, ay + ah),
            (ax + aw / 2 + lane, y),
            (bx + bw / 2 + lane, y),
            (bx + bw / 2 + lane, by + bh),
        )
    out, into = (ay + ah, by) if down else (ay, by + bh)
    first = out + (half if down else -half) + lane
    last = into + (-half if down else half) + lane
    x_out, x_in = ax + aw / 2 + lane, bx + bw / 2 + lane
    if abs(end.row - start.row) == 1:
        return ((x_out, out), (x_out, first), (x_in, first), (x_in, into))
    gutter = _gutter(layout, start, end) + lane
    return ((x_out, out), (x_out, first), (gutter, first), (gutter, last), (x_in, last), (x_in, into))


def _half_gap(layout: MapLayout) -> float:
    gaps = [b[0] - a[1] for a, b in zip(layout.rows, layout.rows[1:], strict=False)]
    return min(gaps) / 2 if gaps else 4.0


def _gutter(layout: MapLayout, start: Cell, end: Cell) -> float:
    """Return the x of the gap between two columns that lies nearest to the way."""
    left, _, width, _ = layout.cells[0].box
    pitch = width + _gap_x(layout)
    between = [left + k * pitch - _gap_x(layout) / 2 for k in range(1, layout.columns)] or [
        left + width + 3.0
    ]
    a, b = (cell.box[0] + cell.box[2] / 2 for cell in (start, end))
    return min(between, key=lambda x: (abs(x - a) + abs(x - b), abs(x - b)))


def _gap_x(layout: MapLayout) -> float:
    boxes = [cell.box for cell in layout.cells if cell.row == 0]
    return boxes[1][0] - boxes[0][0] - boxes[0][2] if len(boxes) > 1 else 12.0
