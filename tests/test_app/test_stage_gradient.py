"""The gradient view: its axis, zeros and overflow in words, its lines against the engine, and the veil."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

import engine
from app.stage import gradient
from app.stage.chart import Curve, clipped
from app.stage.cursor import Cursor
from app.stage.heat import ABOVE, cell_colours, places
from app.stage.lanes import factor_text, lane_note, trace
from app.stage.line_ends import LineEnd, named_ends, spread
from app.stage.marks import Dots, HeatMap, Line, Mark, Panel, Text, Veiled, hit
from app.stage.paths import column_texts, path_panel
from app.stage.plain import draw
from app.stage.series import LogAxis, exact_zeros, log_axis, power_of_ten, ranges_text, step_ticks
from app.stage.veil import OPEN, Veil
from app.theme import DARK, LIGHT, viridis_lut
from engine.worked import format_number

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZE = (860.0, 750.0)


def runs(
    *cells: str,
    steps: int = 40,
    units: int = 8,
    loss: engine.Loss | None = None,
    forget_bias: float = 3.0,
    **plain: object,
) -> tuple[engine.Run, ...]:
    settings = {"init": "gaussian", "spectral_radius": 0.9, **plain}
    lanes = []
    for number, cell in enumerate(cells or ("rnn", "lstm")):
        if cell == "lstm":
            network = engine.Network(cell="lstm", hidden=units, forget_bias=forget_bias, seed=1)
        else:
            network = engine.Network(cell="rnn", hidden=units, seed=1, **settings)  # type: ignore[arg-type]
        lanes.append(engine.Lane(f"{cell}-{number}", network))
    data = engine.Input.noise(steps, 2, seed=4)
    return engine.run(engine.Experiment(tuple(lanes), data, loss or engine.Loss()))


def laid(
    shown: tuple[engine.Run, ...], step: int = 5, veil: Veil = OPEN, size: tuple[float, float] = SIZE
) -> tuple[Mark, ...]:
    return gradient.layout(shown, Cursor(step=step), veil, size, DARK)


def said(marks: tuple[Mark, ...]) -> str:
    return "\n".join([m.text for m in marks if isinstance(m, Text)] + [m.label for m in marks])


def curves(marks: tuple[Mark, ...]) -> list[Curve]:
    return [m for m in marks if isinstance(m, Curve)]


# ------------------------------------------------------------------------------------------------ axis


def test_the_axis_is_powers_of_ten_around_the_data() -> None:
    assert log_axis([np.array([3e-7, 0.2]), np.array([0.0, np.inf, 40.0])]) == LogAxis(-7, 2)


def test_the_axis_spans_two_decades_at_least_and_survives_nothing_to_show() -> None:
    assert log_axis([np.array([0.5, 0.6])]) == LogAxis(-2, 0)
    assert log_axis([np.zeros(3), np.full(3, np.nan)]) == LogAxis(-2, 0)


@pytest.mark.parametrize("low", [-2, -9, -47, -320])
@pytest.mark.parametrize("most", [2, 5, 9])
def test_ticks_are_few_and_within_the_axis(low: int, most: int) -> None:
    ticks = LogAxis(low, 1).ticks(most)
    assert 2 <= len(ticks) <= most
    assert ticks[-1] == 1
    assert min(ticks) >= low
    assert len({b - a for a, b in itertools.pairwise(ticks)}) == 1


@pytest.mark.parametrize("steps", [1, 2, 4, 11, 40, 50, 200, 1000])
def test_step_labels_keep_the_ends_and_their_distance(steps: int) -> None:
    ticks = step_ticks(steps, 12)
    assert ticks[0] == 1
    assert ticks[-1] == steps
    assert list(ticks) == sorted(set(ticks))
    assert len(ticks) <= 14


def test_powers_are_written_with_raised_digits() -> None:
    assert power_of_ten(-12) == "10⁻¹²"


def test_stretches_are_said_in_words() -> None:
    zeros = exact_zeros(np.array([0.0, 0.0, 1.0, 0.0, 2.0]))
    assert ranges_text(zeros) == "t = 1..2, 4"


def test_a_line_is_cut_at_the_edge_it_leaves_through() -> None:
    points = clipped(np.array([0.0, 10.0, 20.0]), np.array([50.0, -50.0, -80.0]), 0.0, 100.0)
    assert points[0] == (0.0, 50.0)
    assert points[1] == (5.0, 0.0)
    assert all(not math.isfinite(x) for x, _ in points[2:])


def test_a_line_is_broken_where_it_is_no_number() -> None:
    points = clipped(np.array([0.0, 1.0, 2.0]), np.array([5.0, np.nan, 7.0]), 0.0, 10.0)
    assert points[0] == (0.0, 5.0)
    assert points[-1] == (2.0, 7.0)
    assert not math.isfinite(points[1][0])


# --------------------------------------------------------------------------------- numbers of the run


def test_lstms_show_the_gradient_of_c_and_plain_cells_that_of_h() -> None:
    shown = runs()
    drawn = {m.lane: m for m in laid(shown) if isinstance(m, HeatMap) and m.lane}
    np.testing.assert_array_equal(drawn["rnn-0"].values, shown[0].grid("grad(h)").T)
    np.testing.assert_array_equal(drawn["lstm-1"].values, shown[1].grid("grad(c)").T)
    assert {(m.scale, m.low, m.high) for m in drawn.values()} == {("log", -12, 3)}


def test_the_direct_path_is_the_product_of_f_applied_to_the_last_gradient() -> None:
    (run,) = runs("lstm", steps=12)
    f, last = run.grid("f"), run.vector("grad(c)", 12)
    expected = [np.linalg.norm(np.prod(f[t:], axis=0) * last) for t in range(1, 13)]
    lane = trace(run)
    assert lane.direct is not None
    np.testing.assert_allclose(lane.direct, expected, rtol=1e-12)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "identity"])
def test_the_bound_is_never_below_the_norm(activation: str) -> None:
    (run,) = runs("rnn", activation=activation)
    lane = trace(run)
    assert lane.bound is not None
    assert (lane.bound >= lane.norms * (1 - 1e-9)).all()
    assert lane.bound[-1] == pytest.approx(lane.norms[-1])


def test_with_several_judged_steps_there_is_no_bound() -> None:
    (run,) = runs("rnn", loss=engine.Loss(at=(10, 40)))
    assert trace(run).bound is None
    assert "bound" not in said(laid((run,)))


def test_the_factor_is_printed_where_a_line_fits() -> None:
    (run,) = runs("rnn", activation="identity", init="orthogonal", spectral_radius=0.8)
    assert factor_text(run)[0] == "×0.80"
    text = said(laid((run,)))
    assert "×0.80" in text
    assert "half-life" in text


def test_no_factor_is_printed_where_none_fits() -> None:
    (run,) = runs("lstm", loss=engine.Loss(at=(7, 20, 40)))
    assert run.decay("grad(c)") is None
    text = said(laid((run,)))
    assert "no steady" in text
    assert "×" not in text.replace("unit × time", "")


def test_a_growing_norm_doubles_instead_of_having_a_half_life() -> None:
    (run,) = runs("rnn", activation="identity", init="orthogonal", spectral_radius=1.2)
    factor, lines = factor_text(run)
    assert factor == "×1.20"
    assert "doubles in" in lines
    assert "half-life" not in lines


def test_lane_notes_are_the_radius_and_the_mean_gate() -> None:
    plain, lstm = runs()
    assert lane_note(plain, OPEN) == "ρ = 0.90"
    assert lane_note(lstm, OPEN) == f"mean f = {lstm.grid('f').mean():.2f}"


def test_the_split_by_path_is_signed_and_sums_to_the_norm() -> None:
    (run,) = runs("lstm", steps=12)
    marks = laid((run,), step=4)
    parts = [m for m in marks if m.quantity == "grad(c)" and m.unit is None and m.value is not None]
    assert len(parts) == 6
    assert math.fsum(m.value for m in parts if m.value is not None) == pytest.approx(run.norms("grad(c)")[4])


def bars_by_sign(marks: Sequence[Mark]) -> list[tuple[float, Panel, Panel]]:
    """Return each path's number with its axis and its bar."""
    found = []
    for part in (m for m in marks if type(m) is Mark and m.quantity == "grad(c)" and m.value):
        inside = [
            m for m in marks if isinstance(m, Panel) and part.contains(m.rect[0] + 0.5, m.rect[1] + 1.0)
        ]
        (axis,) = [m for m in inside if m.rect[2] == 1.0]
        (bar,) = [m for m in inside if m is not axis]
        assert part.value is not None
        found.append((part.value, axis, bar))
    return found


@pytest.mark.parametrize("rows", [2, 3, 6])
@pytest.mark.parametrize("small", [-3e-9, 3e-9])
def test_a_bar_lies_beside_the_axis_on_the_side_of_its_sign(rows: int, small: float) -> None:
    (run,) = runs("lstm", steps=12)
    shares = {"c": 0.1, "f": small, "i": -0.02, "g": small, "o": 0.03, "above": -small}
    projections = {key: np.full(13, share) for key, share in shares.items()}
    marks = path_panel(run, projections, "#000000", 4, (0.0, 0.0, 960.0), 92.0, 100.0, rows, DARK)
    found = bars_by_sign(marks)
    assert len(found) == 6
    for value, axis, bar in found:
        assert bar.rect[2] >= 2.0
        assert axis.rect[0] == round(axis.rect[0])
        if value > 0.0:
            assert bar.rect[0] == axis.rect[0] + 2.0
        else:
            assert bar.rect[0] + bar.rect[2] == axis.rect[0] - 1.0
    lengths = {value: bar.rect[2] for value, _, bar in found}
    assert lengths[0.1] == pytest.approx(lengths[-0.02] * 5.0)


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0.109, -0.00812, 1.33e-4, 0.0], ["0.1090", "−0.0081", "0.0001", "0"]),
        ([2.032e-3, -4.22e-5], ["0.002032", "−0.000042"]),
        ([6.65e-10, -4e-12, 1e-16], ["6.650·10⁻¹⁰", "−0.040·10⁻¹⁰", "≈ 0"]),
        ([-12.3456, 1e-4, math.inf], ["−12.35", "≈ 0", "out of range"]),
        ([5e-320], ["≈ 0"]),
        ([0.0, math.nan], ["0", "out of range"]),
    ],
)
def test_numbers_of_one_column_have_one_form(values: list[float], texts: list[str]) -> None:
    assert list(column_texts(values)) == texts


def test_the_split_says_which_one_step_back_it_is_of() -> None:
    (run,) = runs("lstm", steps=12)
    texts = [m.text for m in laid((run,), step=4) if isinstance(m, Text)]
    assert texts[texts.index("by path") + 1 :][:3] == ["t = 5 → 4", "one step back", "linear scale"]
    last = said(laid((run,), step=12))
    assert "at t = 12" in last
    assert "one step" not in last
    lane = engine.Lane("b", engine.Network(cell="lstm", hidden=4, bidirectional=True, seed=1))
    (both,) = engine.run(engine.Experiment((lane,), engine.Input.noise(8, 2, seed=4)))
    assert "t = 3 → 4" in said(laid((both.on(1, "reverse"),), step=4))


def test_a_path_says_its_own_amount_and_that_of_the_whole() -> None:
    (run,) = runs("lstm", steps=12)
    part = next(m for m in laid((run,), step=4) if m.label.startswith("through the forget gate"))
    share = run.path_projections("c")["f"][4]
    whole = format_number(float(run.norms("grad(c)")[4]))
    assert part.label == f"through the forget gate, t = 5 → 4: {format_number(share)}; in all {whole}"


def test_the_card_reads_the_norms_at_the_cursor() -> None:
    shown = runs()
    text = said(laid(shown, step=9))
    assert "t = 9: Rnn-0 " in text
    value = shown[0].norms("grad(h)")[9]
    assert f"Rnn-0 {format_number(float(value))}" in text


def test_a_curve_answers_on_its_course_and_not_in_its_box() -> None:
    marks = laid(runs())
    curve = curves(marks)[-1]
    point = curve.steps[10]
    x, y = point.rect[0] + point.rect[2] / 2, point.rect[1]
    assert curve.at(x, y) == point
    assert curve.contains(x, y + 40.0)
    assert curve.at(x, y + 40.0) is None
    found = hit(marks, x, y)
    assert found is not None
    assert found.step == point.step


def test_every_step_is_a_column_to_click() -> None:
    marks = laid(runs(steps=11))
    nodes = {m.node for m in marks if type(m) is Mark and m.node}
    assert {f"step-{t}" for t in range(1, 12)} <= nodes


# ------------------------------------------------------------------------------------ zeros and overflow


def test_exact_zeros_are_said_and_never_plotted() -> None:
    (run,) = runs("lstm", loss=engine.Loss(at=(4,)), steps=11)
    marks = laid((run,))
    assert "exactly 0 at t = 5..11" in said(marks)
    assert "exactly 0" in [m.text for m in marks if isinstance(m, Text)]
    line = next(c for c in curves(marks) if not c.dash)
    assert {m.step for m in line.steps} == {1, 2, 3, 4}
    assert all(math.isfinite(y) or not math.isfinite(x) for x, y in line.points)


def test_overflow_is_said_and_no_point_is_infinite() -> None:
    (run,) = runs("rnn", steps=300, activation="identity", spectral_radius=60.0)
    assert run.left_range is not None
    marks = laid((run,))
    assert "out of range at t = " in said(marks)
    for mark in marks:
        assert all(math.isfinite(v) for v in mark.rect), mark


def test_with_no_number_there_is_a_sentence_and_no_axis() -> None:
    (run,) = runs("rnn", steps=60, activation="identity", spectral_radius=1e8)
    assert not np.isfinite(run.grid("grad(h)")).any()
    marks = laid((run,))
    texts = [m.text for m in marks if isinstance(m, Text)]
    assert "nothing to draw: no norm here is a finite number above 0" in texts
    assert not [text for text in texts if text.startswith("10") and not text.isdecimal()]
    assert "Rnn-0: out of range at t = 1..60" in said(marks)


def test_a_norm_whose_squares_alone_are_too_large_is_a_number() -> None:
    (run,) = runs("rnn", steps=40, activation="identity", spectral_radius=1e8, loss=engine.Loss(at=(25,)))
    lane = trace(run)
    finite = np.isfinite(lane.sizes).all(axis=1)
    assert finite.sum() > 0
    with np.errstate(over="ignore"):
        assert not np.isfinite(np.linalg.norm(lane.sizes[finite], axis=1)).all()
    largest = np.abs(lane.sizes[finite]).max(axis=1)
    assert (lane.norms[finite] >= largest).all()
    assert (lane.norms[finite] / math.sqrt(8) <= largest * (1 + 1e-12)).all()


def test_colours_follow_an_explosion_and_are_the_usual_ones_otherwise() -> None:
    (growing,) = runs("rnn", steps=200, activation="identity", init="orthogonal", spectral_radius=1.3)
    lane = trace(growing)
    low, high = gradient.colour_limits((lane,))
    sizes = np.abs(lane.sizes[lane.sizes != 0.0])
    assert high > gradient.LIMITS[1]
    assert 10.0**low <= sizes.min() or low == gradient.LIMITS[0]
    assert sizes.max() <= 10.0**high
    drawn = next(m for m in laid((growing,), step=2) if isinstance(m, HeatMap) and m.lane)
    assert len(set(cell_colours(drawn, DARK).ravel().tolist())) > 50
    assert gradient.colour_limits(tuple(trace(run) for run in runs())) == gradient.LIMITS


def test_a_gradient_beyond_the_colours_is_hatched_and_the_legend_says_so() -> None:
    def words(run: engine.Run) -> set[str]:
        texts = {m.text for m in laid((run,), step=2) if isinstance(m, Text)}
        return {text for text in texts if text.startswith(("below", "above", "no number"))}

    assert words(*runs("rnn", steps=200, spectral_radius=0.3)) == {"below 10⁻¹²"}
    (growing,) = runs("rnn", steps=17, activation="identity", init="orthogonal", spectral_radius=1.3)
    assert gradient.colour_limits((trace(growing),)) == gradient.LIMITS
    assert words(growing) == {"above 10³"}
    drawn = next(m for m in laid((growing,), step=2) if isinstance(m, HeatMap) and m.lane)
    where, colours = places(drawn), cell_colours(drawn, DARK)
    assert (where[:, 0] == ABOVE).any()
    # An explosion has the last colour of the scale, not the ground of what is too small.
    assert set(colours[where == ABOVE].tolist()) == {int(viridis_lut()[255])}
    assert not words(*runs("lstm", steps=5))


# -------------------------------------------------------------------------------------------- the veil


@pytest.mark.parametrize(
    "veil",
    [
        Veil(after=12),
        Veil(views=frozenset({"gradient"})),
        Veil(quantities=frozenset({"grad(c)", "grad(h)"})),
    ],
)
@pytest.mark.parametrize("step", [1, 9, 20, 40])
def test_a_veiled_gradient_leaves_its_places_the_steps_and_no_number(veil: Veil, step: int) -> None:
    marks = laid(runs(), step, veil)
    assert not [m for m in marks if isinstance(m, HeatMap | Curve | Dots) or m.value is not None]
    numbers = [m.text for m in marks if isinstance(m, Text) and any(c.isdigit() for c in m.text)]
    assert numbers == [str(t) for t in step_ticks(40, 12) if str(t) in numbers] + ["Rnn-0", "Lstm-1"]
    # Nothing but the names of the lanes and the cursor tells one run from another.
    other = laid(runs(steps=40, forget_bias=-3.0), step, veil)
    assert repr(other) == repr(marks)
    sentences = [m for m in marks if isinstance(m, Veiled)]
    assert len(sentences) == 3
    (cursor,) = [m for m in marks if isinstance(m, Line)]
    for sentence in sentences:
        x, _, width, _ = sentence.rect
        assert x >= cursor.rect[0] + 2.0 or x + width <= cursor.rect[0]
        assert width > 0.4 * sentences[0].rect[2]


def test_veiling_one_lanes_gradient_leaves_the_other() -> None:
    marks = laid(runs(), veil=Veil(quantities=frozenset({"grad(c)"})))
    assert {m.lane for m in marks if isinstance(m, HeatMap) and m.lane} == {"rnn-0"}
    assert {c.lane for c in curves(marks)} == {"rnn-0"}
    text = said(marks)
    assert "∏ f" not in text
    assert "by path" not in text


def test_a_veiled_forget_gate_takes_its_mean_and_its_product_along() -> None:
    text = said(laid(runs(), veil=Veil(quantities=frozenset({"f"}))))
    assert "mean f" not in text
    assert "∏ f" not in text


# ---------------------------------------------------------------------------------------------- layout


@pytest.mark.parametrize("size", [(860.0, 748.0), (840.0, 558.0), (720.0, 418.0), (440.0, 280.0)])
@pytest.mark.parametrize(
    ("cells", "steps", "units"),
    [(("lstm",), 4, 1), (("rnn",), 11, 8), (("rnn", "lstm"), 40, 16), (("rnn", "lstm", "lstm"), 200, 32)],
)
def test_marks_stay_inside(size: tuple[float, float], cells: tuple[str, ...], steps: int, units: int) -> None:
    shown = runs(*cells, steps=steps, units=units)
    for step in {1, steps // 2, steps}:
        for mark in gradient.layout(shown, Cursor(step=step), OPEN, size, LIGHT):
            x, y, w, h = mark.rect
            assert x >= -0.5, mark
            assert y >= -0.5, mark
            assert x + w <= size[0] + 0.5, mark
            assert y + h <= size[1] + 0.5, mark


def margin_names(marks: tuple[Mark, ...]) -> list[Text]:
    """Return the lines' names in the margin right of the chart."""
    x, y, width, height = curves(marks)[0].rect
    texts = [m for m in marks if isinstance(m, Text) and m.weight == 500 and m.size in (11.0, 12.0)]
    return [m for m in texts if m.rect[0] > x + width and y - 8.0 <= m.rect[1] <= y + height + 8.0]


@pytest.mark.parametrize("size", [(860.0, 748.0), (720.0, 418.0)])
@pytest.mark.parametrize("step", [1, 30, 58])
def test_lines_are_named_in_the_margin_and_nothing_in_the_chart_breaks_the_cursor(
    size: tuple[float, float], step: int
) -> None:
    marks = laid(runs(steps=60), step=step, size=size)
    names = margin_names(marks)
    assert {m.text for m in names} >= {"Rnn-0", "Lstm-1", "bound (γσ₁)ᵏ", "direct path", "from t = 60"}
    for one, other in itertools.combinations(names, 2):
        assert one.rect[1] + one.rect[3] <= other.rect[1] or other.rect[1] + other.rect[3] <= one.rect[1]
    _, top, _, height = curves(marks)[0].rect
    (cursor,) = [m for m in marks if isinstance(m, Line) and m.rect[2] == 2.0 and m.colour == DARK.text]
    broken = [k for k, (_, y) in enumerate(cursor.points) if not math.isfinite(y)]
    assert all(cursor.points[k + 1][1] <= top for k in broken)
    assert cursor.points[-1][1] == top + height


@pytest.mark.parametrize("step", [1, 4, 35])
def test_the_cursor_never_runs_through_the_colour_scale(step: int) -> None:
    marks = laid(runs(), step=step)
    line = next(m for m in marks if isinstance(m, Line) and m.rect[2] == 2.0 and m.colour == DARK.text)
    scale = next(m for m in marks if isinstance(m, HeatMap) and not m.lane)
    words = [m for m in marks if isinstance(m, Text) and m.rect[1] <= scale.rect[1] < m.rect[1] + m.rect[3]]
    assert len(words) >= 3
    drawn = [(a[1], b[1]) for a, b in itertools.pairwise(line.points) if math.isfinite(a[1] + b[1])]
    assert drawn[0][0] == 0.0
    for x, y, width, height in (m.rect for m in (scale, *words)):
        assert all(bottom <= y or top >= y + height for top, bottom in drawn), (x, width)


@pytest.mark.parametrize("at", [(40,), (7, 20, 40), (1, 40)])
def test_the_large_pearls_are_the_steps_with_a_loss(at: tuple[int, ...]) -> None:
    (run,) = runs("lstm", loss=engine.Loss(at=at))
    marks = laid((run,))
    timeline = {m.step: m.rect[0] + m.rect[2] / 2 for m in marks if m.node and type(m) is Mark}
    pearls = [m for m in marks if isinstance(m, Dots) and m.fill != DARK.dim]
    big = max(pearls, key=lambda m: m.radius)
    assert [x for x, _ in big.points] == [pytest.approx(timeline[t]) for t in at]
    (foot,) = [m for m in marks if isinstance(m, Dots) and m.fill == DARK.dim and m.radius < 4.0]
    assert [x for x, _ in foot.points] == [x for x, _ in big.points]
    labels = {m.label for m in marks}
    assert {f"loss at t = {t}" for t in at} <= labels
    assert "loss at t = " + ", ".join(str(t) for t in at) in [m.text for m in marks if isinstance(m, Text)]
    small = min(pearls, key=lambda m: m.radius)
    assert all(abs(x - other) > big.radius for x, _ in big.points for other, _ in small.points)


def test_where_every_step_has_a_loss_no_pearl_stands_out() -> None:
    (run,) = runs("lstm", loss=engine.Loss(at=tuple(range(1, 41))))
    marks = laid((run,))
    assert {m.radius for m in marks if isinstance(m, Dots) and m.points} == {2.6}
    assert "loss at every step" in [m.text for m in marks if isinstance(m, Text)]


def test_the_direct_path_says_where_it_begins() -> None:
    (run,) = runs("lstm", steps=12, loss=engine.Loss(at=(3, 9)))
    text = said(laid((run,), step=5))
    assert "direct path" in text
    assert "from t = 9" in [m.text for m in laid((run,), step=5) if isinstance(m, Text)]
    lane = engine.Lane("old", engine.Network(cell="lstm", hidden=4, variant="no-forget-gate", seed=1))
    (fixed,) = engine.run(engine.Experiment((lane,), engine.Input.noise(8, 2, seed=4)))
    assert "∏ f = 1" in [m.text for m in laid((fixed,)) if isinstance(m, Text)]


@pytest.mark.parametrize("scale", [1.0, 1.25, 2.0])
@pytest.mark.parametrize("y", [10.0, 10.3, 10.5, 10.9])
@pytest.mark.parametrize("width", [1.0, 1.5, 3.0])
def test_a_level_line_covers_whole_pixels(scale: float, y: float, width: float) -> None:
    image = QImage(round(40 * scale), round(20 * scale), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    painter.scale(scale, scale)
    points = ((4.3, y), (14.6, y), (math.nan, math.nan), (20.0, y), (36.0, y))
    draw(painter, (Line(rect=(4.0, y, 32.0, 1.0), points=points, colour="#FFFFFF", width=width),), DARK)
    painter.end()
    alpha = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)[:, :, 3]
    assert set(alpha.ravel().tolist()) == {0, 255}
    assert (alpha[:, round(8 * scale)] == 255).sum() == max(1, round(width * scale))


def test_lines_that_meet_are_named_in_the_order_they_came_in() -> None:
    ends = [
        LineEnd((name,), "#000000", 1.0, (), level, True, before)
        for name, level, before in (("low", 50.0, 90.0), ("high", 51.0, 20.0), ("far", 140.0, 10.0))
    ]
    texts = [m for m in named_ends(ends, (0.0, 0.0, 100.0, 200.0)) if isinstance(m, Text)]
    assert [m.text for m in sorted(texts, key=lambda m: m.rect[1])] == ["high", "low", "far"]


def test_where_there_is_little_room_the_lanes_keep_their_names_longest() -> None:
    ends = [
        LineEnd(("lane",), "#000000", 2.0, (), 10.0, True, 10.0),
        LineEnd(("bound", "more"), "#000000", 1.0, (4.0, 3.0), 12.0, True, 12.0),
    ]

    def words(height: float) -> list[str]:
        return [m.text for m in named_ends(ends, (0.0, 0.0, 100.0, height)) if isinstance(m, Text)]

    assert [words(height) for height in (60.0, 40.0, 20.0, 10.0)] == [
        ["lane", "bound", "more"],
        ["lane", "bound"],
        ["lane"],
        [],
    ]


@pytest.mark.parametrize(
    "levels", [[5.0, 5.0, 5.0], [-40.0, 10.0, 300.0], [90.0, 95.0, 99.0], [0.0, 50.0, 50.0]]
)
def test_spread_boxes_keep_order_and_place(levels: list[float]) -> None:
    tops = spread(levels, [16.0, 28.0, 16.0], 0.0, 100.0)
    assert tops[0] >= 0.0
    assert tops[2] + 16.0 <= 100.0
    assert tops[0] + 16.0 <= tops[1] + 1e-9
    assert tops[1] + 28.0 <= tops[2] + 1e-9
    assert spread([50.0], [20.0], 0.0, 100.0) == [40.0]
