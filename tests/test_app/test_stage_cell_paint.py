"""The fast painter gives the plain painter's picture, at every scale, at rest and in motion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter

import engine
from app.stage import cell_lstm, cell_rnn
from app.stage.cursor import Cursor
from app.stage.marks import HeatMap, Line, Mark, Node, Panel, Slots, Strands, Text
from app.stage.painter import PaintCache, paint
from app.stage.routes import bounds
from app.stage.strands import Flow, strands
from app.stage.veil import OPEN
from app.theme import DARK, LIGHT, load_fonts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.theme import Theme

SIZE = (720, 440)


@pytest.fixture(autouse=True)
def _fonts(qapp: object) -> None:
    load_fonts()


@pytest.fixture(scope="module")
def memory() -> engine.Run:
    network = engine.Network(cell="lstm", hidden=8, forget_bias=1.0, outputs=3, scale=2.0, seed=1)
    (run,) = engine.run(engine.Experiment((engine.Lane("memory", network),), engine.Input.noise(6, 5, 1)))
    return run


@pytest.fixture(scope="module")
def plain_cell() -> engine.Run:
    network = engine.Network(cell="rnn", hidden=4, outputs=2, scale=2.0, seed=1)
    (run,) = engine.run(engine.Experiment((engine.Lane("plain", network),), engine.Input.noise(6, 2, 1)))
    return run


def picture(
    marks: tuple[Mark, ...],
    cache: PaintCache | None,
    *,
    ratio: float = 1.0,
    theme: Theme = DARK,
    ground: str | None = None,
    shift: QPointF | None = None,
) -> NDArray[np.int16]:
    image = QImage(round(SIZE[0] * ratio), round(SIZE[1] * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor(theme.panel))
    painter = QPainter(image)
    painter.translate(shift or QPointF())
    paint(painter, marks, theme, cache, ground)
    painter.end()
    flat = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(
        image.height(), image.bytesPerLine() // 4, 4
    )
    return flat[:, : image.width(), :3].astype(np.int16)


def assert_alike(fast: NDArray[np.int16], plain: NDArray[np.int16], ratio: float = 1.0) -> None:
    """Equal but for how edges of strands and cut ends fall on pixels."""
    apart = np.abs(fast - plain)
    assert apart.mean() < 0.6
    assert np.percentile(apart, 99.5) < 40
    # No stretch of the picture differs: seen from afar (means over blocks of 6 by 6) they are one.
    block = round(6 * ratio)
    height, width = (side // block * block for side in plain.shape[:2])

    def far(pixels: NDArray[np.int16]) -> NDArray[np.float64]:
        return (
            pixels[:height, :width]
            .reshape(height // block, block, width // block, block, 3)
            .mean(axis=(1, 3))
        )

    assert np.abs(far(fast) - far(plain)).max() < 24


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_the_fast_picture_is_the_plain_one_at_every_scale(
    memory: engine.Run, theme: Theme, ratio: float
) -> None:
    marks = cell_lstm.layout((memory,), Cursor(4, unit=2), OPEN, SIZE, theme)
    fast = picture(marks, PaintCache(), ratio=ratio, theme=theme)
    assert_alike(fast, picture(marks, None, ratio=ratio, theme=theme), ratio)
    assert len(np.unique(fast.astype(np.int32) @ (65536, 256, 1))) > 100


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("phase", [0.2, 0.55, 1.3, 1.7, 2.2, 2.8, 3.5, 4.2, 4.7])
def test_the_fast_picture_is_the_plain_one_in_motion(
    memory: engine.Run, phase: float, backward: bool
) -> None:
    marks = cell_lstm.layout((memory,), Cursor(4, phase, backward), OPEN, SIZE, DARK)
    assert_alike(picture(marks, PaintCache()), picture(marks, None))


@pytest.mark.parametrize("phase", [0.4, 1.6, 4.5, 5.0])
def test_so_it_is_for_the_plain_cell(plain_cell: engine.Run, phase: float) -> None:
    marks = cell_rnn.layout((plain_cell,), Cursor(4, phase), OPEN, SIZE, DARK)
    assert_alike(picture(marks, PaintCache()), picture(marks, None))


def test_what_is_kept_from_frame_to_frame_changes_nothing(memory: engine.Run) -> None:
    cache, opaque = PaintCache(), PaintCache()
    for phase in (0.1, 0.2, 0.3, 0.9, 1.1, 1.2, 1.3, 2.5, 5.0, 5.0, 5.0, 0.2):
        marks = cell_lstm.layout((memory,), Cursor(4, phase), OPEN, SIZE, DARK)
        fresh = picture(marks, PaintCache())
        assert np.abs(picture(marks, cache) - fresh).max() <= 3  # a layer is laid down in two roundings
        assert np.array_equal(picture(marks, opaque, ground=DARK.panel), fresh)


def test_one_cache_serves_two_themes_two_places_and_two_scales(memory: engine.Run) -> None:
    cache = PaintCache()
    for theme, ratio, shift in ((DARK, 1.0, 0.0), (LIGHT, 1.0, 0.0), (DARK, 2.0, 0.0), (DARK, 1.0, 10.4)):
        marks = cell_lstm.layout((memory,), Cursor(4), OPEN, (600, 400), theme)
        look = {"theme": theme, "ratio": ratio, "shift": QPointF(shift, shift)}
        for _ in range(3):
            kept = picture(marks, cache, **look)
        assert np.abs(kept - picture(marks, PaintCache(), **look)).max() <= 3
        assert_alike(kept, picture(marks, None, **look), ratio)


def test_a_turned_painter_is_served_by_strokes(memory: engine.Run) -> None:
    marks = cell_lstm.layout((memory,), Cursor(4), OPEN, (400, 300), DARK)
    image = QImage(500, 500, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    painter.translate(250, 0)
    painter.rotate(30)
    paint(painter, marks, DARK, PaintCache())
    painter.end()
    assert np.frombuffer(image.constBits(), dtype=np.uint8).any()


def test_the_painter_is_given_back_as_it_was(memory: engine.Run) -> None:
    image = QImage(300, 200, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.translate(3, 4)
    painter.setOpacity(0.5)
    before = painter.worldTransform()
    for cache in (None, PaintCache()):
        paint(painter, cell_lstm.layout((memory,), Cursor(2, 2.4), OPEN, SIZE, DARK), DARK, cache)
        assert painter.worldTransform() == before
        assert painter.opacity() == pytest.approx(0.5, abs=0.01)
    painter.end()


def test_a_cache_keeps_to_its_limit(memory: engine.Run) -> None:
    cache = PaintCache(limit=300_000)
    for step in range(1, 7):
        picture(cell_lstm.layout((memory,), Cursor(step), OPEN, SIZE, DARK), cache)
        assert cache.size <= 300_000
    cache.clear()
    assert cache.size == 0


@pytest.mark.parametrize("scale", ["unit", "signed", "log"])
@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_heat_maps_are_the_same_by_image_and_by_boxes(scale: str, ratio: float) -> None:
    values = np.linspace(0.02, 1.0, 8 * 11).reshape(8, 11) * (1 if scale == "unit" else (-1) ** np.arange(11))
    low, high = (-3.0, 1.0) if scale == "log" else (0.0, 1.0)
    mark = HeatMap(
        rect=(20, 30, 330, 160),
        values=values,
        scale=scale,
        low=low,
        high=high,
        role="f",
        gap=2.0,
        row_gap=1.0,
    )
    assert_alike(picture((mark,), PaintCache(), ratio=ratio), picture((mark,), None, ratio=ratio), ratio)


def test_cells_without_a_number_are_hatched_not_coloured() -> None:
    values = np.array([[0.5, np.nan, np.inf, 1e-9]])
    shown = picture(
        (HeatMap(rect=(0, 0, 400, 100), values=values, scale="log", low=-6, high=0),), PaintCache()
    )
    colours = [len(np.unique(shown[10:90, x : x + 80].reshape(-1, 3), axis=0)) for x in (10, 110, 210, 310)]
    assert colours == [1, 2, 2, 2]


def test_every_kind_of_mark_leaves_a_trace() -> None:
    box = (100.0, 100.0, 200.0, 80.0)
    kinds: tuple[Mark, ...] = (
        Panel(rect=box, fill=DARK.card, border=DARK.line, radius=6),
        Text(rect=box, text="hₜ", colour=DARK.text),
        Line(rect=box, points=((100, 100), (float("nan"), 0), (200, 150), (300, 180)), colour=DARK.text),
        Node(rect=box, sign="×", border=DARK.text, fill=DARK.card, colour=DARK.text),
    )
    for mark in kinds:
        for cache in (None, PaintCache()):
            assert np.ptp(picture((mark,), cache)[100:180, 100:300], axis=(0, 1)).max() > 0, mark.kind


def test_strands_at_the_front_are_cut_where_the_colour_ends(memory: engine.Run) -> None:
    still = cell_lstm.layout((memory,), Cursor(4), OPEN, SIZE, DARK)
    wire = next(
        mark for mark in still if isinstance(mark, Strands) and mark.quantity == "c" and mark.step == 3
    )
    marks = tuple(mark for mark in (wire,))
    whole = picture(marks, PaintCache()).sum(axis=2)
    half = Strands(**{**wire.__dict__, "lit": 0.5})
    part = picture((half,), PaintCache()).sum(axis=2)
    (x0, y), (x1, _) = wire.route
    rows = slice(int(y - wire.span / 2), int(y + wire.span / 2))
    middle = int((x0 + x1) / 2)
    assert np.array_equal(part[rows, int(x0) : middle - 2], whole[rows, int(x0) : middle - 2])
    assert (part[rows, middle + 2 : int(x1)] <= whole[rows, middle + 2 : int(x1)]).all()
    assert (part[rows, middle + 2 : int(x1)] < whole[rows, middle + 2 : int(x1)]).any()


def test_slots_rise_from_below_and_signed_ones_from_the_middle(memory: engine.Run) -> None:
    still = cell_lstm.layout((memory,), Cursor(4), OPEN, SIZE, DARK)
    for name in ("f", "g"):
        slots = next(mark for mark in still if isinstance(mark, Slots) and mark.quantity == name)
        for lit in (0.0, 0.3, 0.8):
            part = Slots(**{**slots.__dict__, "lit": lit})
            assert_alike(picture((part,), PaintCache()), picture((part,), None))


def bundle(count: int, route: tuple[tuple[float, float], ...], value: float = 0.4, **more: object) -> Strands:
    """A bundle 8 pixels apart per strand, all of one value."""
    row = strands(Flow("equal", np.full(count, value)), count, 4.0, 3.4, LIGHT)
    span = 4.0 * count
    return Strands(rect=bounds(route, span), route=route, radius=span, span=span, strands=row, **more)


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("shift", [0.0, 0.3, 0.5, 0.9])
@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.4, 1.5, 2.0])
def test_equal_strands_look_equal_wherever_they_fall_on_the_pixels(
    ratio: float, shift: float, plain: bool
) -> None:
    for route in (((50.0, 100.0), (250.0, 100.0)), ((100.0, 50.0), (100.0, 250.0))):
        cache = None if plain else PaintCache()
        shown = picture((bundle(8, route),), cache, ratio=ratio, theme=LIGHT, shift=QPointF(shift, shift))
        line = round(150 * ratio)
        across = shown[:, line] if route[0][1] == route[1][1] else shown[line]
        depth = 255 - across.min(axis=1)
        inked = depth - depth.min()
        middles = [
            k for k in range(1, len(inked) - 1) if inked[k - 1] < inked[k] >= inked[k + 1] and inked[k] > 30
        ]
        assert len(middles) == 8
        assert len(set(np.diff(middles).tolist())) == 1
        profiles = {tuple(across[k - 1 : k + 2].ravel().tolist()) for k in middles}
        assert len(profiles) == 1


@pytest.mark.parametrize("lit", [0.0, 1.0])
def test_where_a_branch_leaves_a_bundle_nothing_is_painted_twice(lit: float) -> None:
    trunk = bundle(6, ((40.0, 100.0), (400.0, 100.0)), lit=lit)
    branch = bundle(6, ((200.0, 100.0), (224.0, 100.0), (224.0, 200.0)), lit=lit, forks=True)
    alone, both, whole = (
        picture(marks, PaintCache(), theme=LIGHT)[80:120, 195:201]
        for marks in ((trunk,), (trunk, branch), (trunk, branch.with_(forks=False)))
    )
    # The branch's first pixels are the trunk's: there is no edge where it begins.
    assert np.abs(both - alone).max() <= 6
    assert np.abs(whole - alone).max() > 24 * (0.3 if lit == 0.0 else 1.0)
    assert both.min() == alone.min()


def test_what_is_dim_does_not_add_up_where_it_overlaps() -> None:
    route = ((40.0, 100.0), (400.0, 100.0))
    once, twice = (
        picture((bundle(1, route, 1.0, lit=0.0),) * times, cache, theme=LIGHT)
        for times, cache in ((1, PaintCache()), (2, PaintCache()))
    )
    assert once.min() == twice.min()
    plain = picture((bundle(1, route, 1.0, lit=0.0),) * 2, None, theme=LIGHT)
    assert abs(int(plain.min()) - int(twice.min())) <= 1
