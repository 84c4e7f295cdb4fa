"""The geometry of the concept map: nothing overlaps, everything fits, lines keep to the gaps."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pages.home_map_layout import Box, MapLayout, MapSpec, lay_out, route

CHAPTERS = tuple(tuple(f"{chapter}-{k}" for k in range(size)) for chapter, size in enumerate((8, 7, 8, 4)))
SPEC = MapSpec(CHAPTERS, longest_word=114.0, longest_small_word=104.0, longest_chapter=90.0)


def overlap(one: Box, other: Box) -> bool:
    (ax, ay, aw, ah), (bx, by, bw, bh) = one, other
    return ax < bx + bw and bx < ax + aw and ay < by + bh and by < ay + ah


@given(width=st.floats(260, 2400), height=st.floats(0, 1600))
def test_cells_keep_apart_and_inside_at_any_size(width: float, height: float) -> None:
    layout = lay_out(SPEC, width, height)
    assert [cell.concept for cell in layout.cells] == [name for chapter in CHAPTERS for name in chapter]
    for one, other in itertools.combinations(layout.cells, 2):
        assert not overlap(one.box, other.box)
    for cell in layout.cells:
        left, top, wide, high = cell.box
        assert left >= 0
        assert top >= 0
        assert left + wide <= layout.size[0] + 0.01
        assert top + high <= layout.size[1] + 0.01
        assert all(not overlap(cell.box, heading.box) for heading in layout.headings)


@pytest.mark.parametrize(
    ("width", "columns", "above", "small"),
    [
        (1300, 8, False, False),
        (1080, 8, False, False),
        (1000, 8, True, False),
        (900, 8, True, True),
        (800, 4, True, False),
    ],
)
def test_narrow_maps_give_up_the_side_heading_then_size_then_columns(
    width: float, columns: int, above: bool, small: bool
) -> None:
    layout = lay_out(SPEC, width)
    assert (layout.columns, layout.headings[0].above, layout.small) == (columns, above, small)


def test_a_cell_is_never_narrower_than_the_longest_word() -> None:
    for width in range(300, 2000, 7):
        layout = lay_out(SPEC, float(width))
        least = SPEC.longest_small_word if layout.small else SPEC.longest_word
        assert layout.cells[0].box[2] >= least - 0.01


def test_rows_move_apart_into_the_height_there_is_and_no_further() -> None:
    low, fitting, high = (lay_out(SPEC, 1300, height).size[1] for height in (0, 300, 5000))
    assert low < fitting <= 300
    assert fitting < high < 400


def test_a_point_finds_its_cell() -> None:
    layout = lay_out(SPEC, 1300)
    for cell in layout.cells:
        left, top, wide, high = cell.box
        assert layout.at((left + wide / 2, top + high / 2)) == cell
    left, top, wide, _ = layout.cells[0].box
    assert layout.at((left + wide + 1, top + 5)) is None


def crosses_a_cell(layout: MapLayout, corners: tuple[tuple[float, float], ...]) -> bool:
    for (ax, ay), (bx, by) in itertools.pairwise(corners):
        line = (min(ax, bx), min(ay, by), abs(ax - bx), abs(ay - by))
        inner = ((x + 0.5, y + 0.5, w - 1, h - 1) for x, y, w, h in (cell.box for cell in layout.cells))
        if any(overlap(line, box) for box in inner):
            return True
    return False


@pytest.mark.parametrize("width", [1300.0, 900.0, 800.0])
def test_lines_run_straight_through_the_gaps_from_one_cell_to_the_other(width: float) -> None:
    layout = lay_out(SPEC, width)
    for start, end in itertools.permutations(layout.cells, 2):
        corners = route(layout, start, end, lane=2.0)
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in itertools.pairwise(corners))
        assert not crosses_a_cell(layout, corners), (start.concept, end.concept)
        for point, cell in ((corners[0], start), (corners[-1], end)):
            left, top, wide, high = cell.box
            assert left - 0.01 <= point[0] <= left + wide + 0.01
            assert top - 0.01 <= point[1] <= top + high + 0.01
