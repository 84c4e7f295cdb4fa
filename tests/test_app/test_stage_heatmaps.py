"""Heat maps: what is on which scale, what is marked as saturated, and that nothing veiled is in a mark."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import engine
from app.stage import heatmaps
from app.stage.cursor import Cursor
from app.stage.heat import ABOVE, BELOW, INSIDE, NO_NUMBER, cell_colours, heat_image, places
from app.stage.marks import HeatMap, Line, Mark, Panel, Text, Veiled
from app.stage.scales import (
    group_names,
    hidden,
    last_visible,
    limit_text,
    percent_text,
    saturation,
    scale_of,
)
from app.stage.timeline import Timeline, column_labels, elided, text_width
from app.stage.veil import OPEN, Veil
from app.theme import DARK, LIGHT

WORDS = ("the", "hot", "dog", "was", "good", "but", "the", "bun", "was", "cold", "</s>")


def a_run(cell: str = "lstm", units: int = 8, steps: int = 11, **settings: object) -> engine.Run:
    network = engine.Network(cell=cell, hidden=units, seed=2, **settings)  # type: ignore[arg-type] # settings by name
    words = (WORDS * 20)[:steps]
    return engine.run(engine.Experiment((engine.Lane("lane", network),), engine.Input.tokens(words)))[0]


def maps(marks: tuple[Mark, ...]) -> dict[str, HeatMap]:
    return {m.quantity: m for m in marks if isinstance(m, HeatMap) and m.quantity}


def gates(
    run: engine.Run, veil: Veil = OPEN, size: tuple[float, float] = (860, 700), step: int = 3
) -> tuple[Mark, ...]:
    return heatmaps.layout((run,), Cursor(step=step, unit=2), veil, size, DARK)


@pytest.mark.parametrize(("cell", "names"), [("lstm", list("figoch")), ("rnn", ["z", "h"])])
def test_every_quantity_has_its_own_map(cell: str, names: list[str]) -> None:
    run = a_run(cell)
    found = maps(gates(run))
    assert list(found) == names == list(group_names(run))
    for name, drawn in found.items():
        np.testing.assert_array_equal(drawn.values, run.grid(name).T)


def test_the_finest_mark_is_the_cell_under_the_point() -> None:
    run = a_run()
    drawn = maps(gates(run))["c"]
    x, y, width, height = drawn.cell_rect(4, 6)
    part = drawn.at(x + width / 2, y + height / 2)
    assert part is not None
    assert (part.quantity, part.unit, part.step, part.node) == ("c", 5, 7, "step-7")
    assert part.value == run.at("c", 7, 5)
    assert "unit 5 at t = 7" in part.label


def test_gates_are_on_0_to_1_and_states_on_symmetric_limits() -> None:
    run = a_run()
    found = maps(gates(run))
    assert {(found[n].scale, found[n].low, found[n].high) for n in "fio"} == {("unit", 0.0, 1.0)}
    assert (found["g"].scale, found["g"].low, found["g"].high) == ("signed", -1.0, 1.0)
    assert found["c"].low == -found["c"].high
    assert found["c"].high >= np.abs(run.grid("c")).max()


def test_the_limit_of_the_cell_state_is_printed() -> None:
    marks = gates(a_run())
    limit = maps(marks)["c"].high
    texts = [m.text for m in marks if isinstance(m, Text)]
    assert f"+{limit_text(limit)}" in texts
    assert f"−{limit_text(limit)}" in texts


def test_a_limit_does_not_tell_of_a_veiled_step() -> None:
    run = a_run(forget_bias=4.0)
    early, late = scale_of(run, "c", 2).high, scale_of(run, "c", run.steps).high
    assert early < late
    assert maps(gates(run, Veil(after=2), step=2))["c"].high == early


@pytest.mark.parametrize("activation", ["relu", "identity"])
def test_an_unbounded_state_gets_the_limit_of_its_own_numbers(activation: str) -> None:
    run = a_run("rnn", activation=activation, init="identity", scale=1.3)
    limit = scale_of(run, "h", run.steps).high
    largest = float(np.abs(run.grid("h")).max())
    assert largest <= limit <= 1.11 * largest


def test_saturation_counts_what_lies_beyond_the_limits() -> None:
    run = a_run(forget_bias=5.0)
    values = run.grid("f")
    left, right = saturation(run, "f", run.steps)
    assert right == np.count_nonzero(values > 0.9) / values.size > 0.9
    assert left == 0.0
    assert f">0.9{percent_text(right):>7}" in [m.text for m in gates(run) if isinstance(m, Text)]


@pytest.mark.parametrize(("bias", "colour"), [(8.0, DARK.panel), (-8.0, DARK.forget)])
def test_saturated_cells_bear_a_dot_that_the_key_explains(bias: float, colour: str) -> None:
    run = a_run(forget_bias=bias)
    marks = gates(run)
    drawn = maps(marks)["f"]
    (dots,) = [m for m in marks if isinstance(m, Line) and m.rect == drawn.rect]
    assert dots.colour == colour
    starts = dots.points[::3]
    values = run.grid("f")
    assert len(starts) == np.count_nonzero((values < 0.1) | (values > 0.9))
    for x, y in starts:
        found = drawn.at(x, y)
        assert found is not None
        assert found.value is not None
        assert not 0.1 <= found.value <= 0.9
        left, top, width, height = found.rect
        assert left + 2.0 < x < left + width - 4.0
        assert top + 0.5 < y < top + height - 0.5
    bar = next(m for m in marks if isinstance(m, HeatMap) and not m.lane and m.role == "f")
    key = [m for m in marks if isinstance(m, Line) and m.rect == bar.rect and m.colour == colour]
    assert len(key) == 1
    assert "share of values" in [m.text for m in marks if isinstance(m, Text)]


def test_cells_too_small_for_dots_have_none_and_the_key_neither() -> None:
    marks = gates(a_run(units=64, forget_bias=8.0), size=(840.0, 560.0))
    drawn = maps(marks)["f"]
    assert not [m for m in marks if isinstance(m, Line) and m.rect == drawn.rect]
    bar = next(m for m in marks if isinstance(m, HeatMap) and not m.lane and m.role == "f")
    assert not [m for m in marks if isinstance(m, Line) and m.rect == bar.rect]


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0 %"), (0.001, "<1 %"), (0.5, "50 %"), (0.999, ">99 %"), (1.0, "100 %")]
)
def test_a_share_never_reads_as_none_or_all_when_it_is_not(share: float, text: str) -> None:
    assert percent_text(share) == text


def test_veiled_columns_are_empty_and_say_so() -> None:
    run = a_run()
    veil = Veil(after=3)
    assert last_visible(run, veil) == 3
    marks = gates(run, veil)
    assert all(m.values.shape[1] == 3 for m in maps(marks).values())
    veiled = [m for m in marks if isinstance(m, Veiled)]
    assert [m.text for m in veiled] == ["hidden for now"]
    line = Timeline(veiled[0].rect[0], veiled[0].rect[2], 8)
    assert line.pitch == pytest.approx(maps(marks)["f"].cell_rect(0, 0)[2], rel=0.01)
    assert not [m for m in marks if m.node in {f"step-{t}" for t in range(4, 12)}]


def test_a_veiled_quantity_has_no_map_and_no_share() -> None:
    marks = gates(a_run(), Veil(quantities=frozenset({"f"})))
    assert set(maps(marks)) == set("igoch")
    assert [m for m in marks if isinstance(m, Veiled)]
    assert len([m for m in marks if isinstance(m, Text) and m.text.startswith(">0.9")]) == 2


@pytest.mark.parametrize("step", [1, 5, 6, 11])
@pytest.mark.parametrize("strip", [True, False])
def test_the_sentence_of_a_veiled_quantity_keeps_clear_of_the_cursor(step: int, strip: bool) -> None:
    run, veil, cursor = a_run(), Veil(quantities=frozenset({"o"})), Cursor(step=step)
    if strip:
        marks = heatmaps.strip(run, cursor, veil, (0.0, 0.0, 780.0, 160.0), DARK).marks
    else:
        marks = gates(run, veil, step=step)
    frame = next(m for m in marks if isinstance(m, Panel) and m.border == DARK.text)
    (place,) = [m for m in marks if isinstance(m, Veiled)]
    words = [m for m in marks if isinstance(m, (Text, Veiled)) and m.text.startswith("hidden for")]
    assert len(words) == 1
    for mark in (place, *words):
        apart = mark.rect[0] >= frame.rect[0] + frame.rect[2] or mark.rect[0] + mark.rect[2] <= frame.rect[0]
        assert apart
        assert mark.rect[2] >= 150.0


def test_a_veiled_state_of_a_plain_cell_hides_the_pre_activation_that_tells_it() -> None:
    run = a_run("rnn")
    assert hidden(run, Veil(quantities=frozenset({"h"})), "z")
    assert not maps(gates(run, Veil(quantities=frozenset({"h"}))))


def test_veiled_input_shows_no_tokens() -> None:
    marks = gates(a_run(), Veil(quantities=frozenset({"x"})))
    said = " ".join([m.text for m in marks if isinstance(m, Text)] + [m.label for m in marks])
    assert not any(word in said.split() or f"“{word}”" in said for word in ("dog", "bun"))


@pytest.mark.parametrize("steps", [4, 11, 50, 200])
@pytest.mark.parametrize("tokens", [True, False])
@pytest.mark.parametrize("width", [420.0, 900.0])
def test_labels_never_overlap_and_the_cursors_is_always_there(steps: int, tokens: bool, width: float) -> None:
    words = (WORDS * 20)[:steps] if tokens else ()
    for cursor in {1, 2, steps // 2, steps}:
        labels = column_labels(Timeline(60.0, width, steps), 0.0, words, cursor, DARK)
        spans = sorted((m.rect[0], m.rect[0] + m.rect[2]) for m in labels)
        assert all(a[1] <= b[0] + 0.01 for a, b in itertools.pairwise(spans))
        assert cursor in {m.step for m in labels}


@pytest.mark.parametrize("size", [(860.0, 748.0), (840.0, 560.0), (720.0, 418.0), (440.0, 300.0)])
@pytest.mark.parametrize(("units", "steps"), [(1, 4), (8, 11), (32, 50), (128, 200)])
def test_marks_stay_inside(size: tuple[float, float], units: int, steps: int) -> None:
    run = a_run(units=units, steps=steps)
    for veil in (OPEN, Veil(after=2), Veil(quantities=frozenset({"c"}))):
        for mark in heatmaps.layout((run,), Cursor(step=2), veil, size, LIGHT):
            x, y, w, h = mark.rect
            assert x >= -0.5
            assert y >= -0.5
            assert x + w <= size[0] + 0.5, mark
            assert y + h <= size[1] + 0.5, mark


def test_row_groups_do_not_touch() -> None:
    for size in ((860.0, 748.0), (720.0, 418.0)):
        boxes = [m.rect for m in maps(gates(a_run(), size=size)).values()]
        assert all(a[1] + a[3] < b[1] for a, b in itertools.pairwise(boxes))


def test_the_cursor_frames_its_column() -> None:
    marks = gates(a_run(), step=7)
    frame = [m for m in marks if isinstance(m, Panel) and m.border == DARK.text][-1]
    x, _, width, _ = maps(marks)["f"].cell_rect(0, 6)
    assert frame.rect[0] == pytest.approx(x, abs=2.0)
    assert frame.rect[2] == pytest.approx(width, abs=3.0)


def test_an_explosion_is_coloured_by_powers_and_said_to_be() -> None:
    run = a_run("rnn", steps=60, activation="identity", spectral_radius=1e8)
    scale = scale_of(run, "h", run.steps)
    assert scale.floor is not None
    values = np.array([[0.0, 10.0**scale.floor, -1e9, 1e100, -scale.high, np.nan, np.inf]])
    placed = scale.placed(values)[0]
    assert placed[0] == 0.0
    assert 0.0 < placed[1] < -placed[2] < placed[3] < -placed[4] <= scale.high
    assert not np.isfinite(placed[5:]).any()
    marks = gates(run, step=2)
    drawn = maps(marks)["h"]
    colours = cell_colours(drawn, DARK)
    shown = np.isfinite(run.grid("h")).all(axis=1)
    # Each step has colours of its own, and a cell still tells its number.
    assert len({tuple(colours[:, t]) for t in np.flatnonzero(shown)}) > 0.9 * shown.sum()
    assert drawn.part(0, 4).value == run.at("h", 5, 1)
    texts = [m.text for m in marks if isinstance(m, Text)]
    assert "log scale" in texts
    assert "log" not in texts
    strip = heatmaps.strip(run, Cursor(step=2), OPEN, (0.0, 0.0, 780.0, 160.0), DARK).marks
    assert "log scale" in [m.text for m in strip if isinstance(m, Text)]


def test_what_does_not_explode_is_on_a_linear_scale() -> None:
    decaying = a_run("rnn", activation="identity", spectral_radius=0.5)
    assert scale_of(decaying, "h", decaying.steps).floor is None
    values = decaying.grid("h")
    assert scale_of(decaying, "h", decaying.steps).placed(values) is values


def test_a_small_bounded_state_has_a_limit_near_its_size_and_the_strip_prints_it() -> None:
    run = a_run("rnn", scale=0.2)
    largest = float(np.abs(run.grid("h")).max())
    limit = scale_of(run, "h", run.steps).high
    # As near as that of any other state: a row must not be pale because its scale was rounded up.
    assert largest <= limit <= 1.11 * largest
    strip = heatmaps.strip(run, Cursor(step=2), OPEN, (0.0, 0.0, 780.0, 160.0), DARK).marks
    assert f"±{limit_text(limit)}" in [m.text for m in strip if isinstance(m, Text)]
    zero = a_run("rnn", init="zero", scale=0.0)
    assert scale_of(zero, "h", 1).high == 1.0


def test_a_rounding_error_is_no_signal() -> None:
    lane = engine.Lane("lane", engine.Network(cell="rnn", hidden=4, init="gaussian", seed=2))
    (run,) = engine.run(engine.Experiment((lane,), engine.Input.impulse(2, 1e-9, 6)))
    assert 0.0 < float(np.abs(run.grid("h")).max()) < 1e-6
    assert scale_of(run, "h", run.steps).high == 1e-3


@pytest.mark.parametrize("units", [4, 16])
@pytest.mark.parametrize("chosen", [1, 3, 99])
def test_a_pointer_touches_the_row_of_the_chosen_unit(units: int, chosen: int) -> None:
    run = a_run(units=units)
    whole = (0.0, 0.0, 860.0, 740.0)
    for frame in (
        heatmaps.gates(run, Cursor(step=2, unit=chosen), OPEN, whole, DARK),
        heatmaps.strip(run, Cursor(step=2, unit=chosen), OPEN, (0.0, 0.0, 780.0, 160.0), DARK),
    ):
        drawn = maps(frame.marks)
        pointers = [m for m in frame.marks if isinstance(m, Line) and m.closed]
        assert len(pointers) == len(drawn)
        for pointer, shown in zip(pointers, drawn.values(), strict=True):
            (x0, y0), (tip, y), (x1, y1) = pointer.points
            assert x0 == x1 < tip
            assert y0 < y < y1  # never as flat as a minus
            assert y1 - y0 >= x1 - x0 + 6.0
            left, top, _, height = shown.cell_rect(min(chosen, units) - 1, 0)
            assert left - 1.0 <= tip <= left
            assert top <= y <= top + height


def test_the_numbers_of_a_scale_stand_at_their_ticks() -> None:
    marks = gates(a_run())
    bars = [m for m in marks if isinstance(m, HeatMap) and not m.lane]
    texts = [m for m in marks if isinstance(m, Text)]
    for bar in bars:
        x, y, _, height = bar.rect
        beside = [m for m in texts if x < m.rect[0] < x + 30.0 and y - 9.0 <= m.rect[1] <= y + height]
        ticks = [m.rect[1] + 1.0 for m in marks if isinstance(m, Line) and m.rect[0] == x + 10.0]
        middles = [m.rect[1] + m.rect[3] / 2 for m in beside]
        assert middles
        assert all(min(abs(middle - tick) for tick in ticks) < 0.01 for middle in middles)
    labels = sorted(m.rect[1] for m in texts if m.mono and m.rect[0] > bars[0].rect[0])
    assert min(b - a for a, b in itertools.pairwise(labels)) >= 9.0


def test_numbers_out_of_range_get_no_colour() -> None:
    run = a_run("rnn", steps=200, activation="identity", spectral_radius=90.0)
    drawn = maps(gates(run, step=1))["h"]
    colours = cell_colours(drawn, DARK)
    ground = 0xFF000000 | int(DARK.neutral[1:], 16)
    assert not np.isfinite(drawn.values).all()
    assert (colours[~np.isfinite(drawn.values)] == ground).all()


def test_a_long_word_is_cut_with_an_ellipsis() -> None:
    short = elided("incomprehensibilities", 60.0, 12.0)
    assert short.endswith("…")
    assert text_width(short, 12.0) <= 60.0
    assert elided("dog", 60.0, 12.0) == "dog"


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5, 2.0])
@pytest.mark.parametrize("width", [331.0, 340.5, 347.3, 353.9])
def test_every_gap_is_as_wide_as_the_others(scale: float, width: float) -> None:
    values = np.full((5, 37), 0.5)
    mark = HeatMap(rect=(0.3, 0.7, width, 63.0), values=values, scale="unit", gap=1.0, row_gap=1.0)
    _, image = heat_image(mark, DARK, scale, (0.0, 0.0))
    for axis in (0, 1):
        empty = np.concatenate(([False], (image == 0).all(axis=axis), [False]))
        edges = np.diff(empty.astype(int))
        starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
        assert len(starts) == values.shape[1 - axis]
        assert set((ends - starts).tolist()) == {max(1, round(scale))}


@pytest.mark.parametrize("units", [4, 8])
def test_few_quantities_use_the_height_and_stand_in_the_middle(units: int) -> None:
    size = (860.0, 740.0)
    boxes = [m.rect for m in maps(gates(a_run("rnn", units=units), size=size)).values()]
    top, bottom = min(box[1] for box in boxes), max(box[1] + box[3] for box in boxes)
    row = boxes[0][3] / units
    assert row == 44.0 or bottom - top > 0.8 * size[1]
    above, below = top - 26.0, size[1] - bottom
    assert abs(above - below) <= 12.0


def test_what_is_above_a_log_scale_is_told_from_what_is_below_and_from_what_is_no_number() -> None:
    values = np.array([[1e-9, 1e-3, 1e9, np.inf, np.nan, 0.0]])
    mark = HeatMap(rect=(0, 0, 240, 40), values=values, scale="log", low=-6.0, high=1.0)
    assert places(mark).tolist() == [[BELOW, INSIDE, ABOVE, NO_NUMBER, NO_NUMBER, BELOW]]
    _, image = heat_image(mark, DARK, 1.0, (0.0, 0.0))
    cells = [image[:, 40 * k : 40 * k + 40] for k in range(6)]
    rising = [bool((cell[1:, :-1] == cell[:-1, 1:]).all()) for cell in cells]
    falling = [bool((cell[1:, 1:] == cell[:-1, :-1]).all()) for cell in cells]
    assert rising == [True, True, False, False, False, True]
    assert falling == [False, True, True, False, False, False]
