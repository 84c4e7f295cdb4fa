"""The cell view's marks: where they stand, what they say, and what they keep to themselves."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest

import engine
from app.stage import cell_gru, cell_lstm, cell_rnn
from app.stage.cell_flows_lstm import LstmFlows as Flows
from app.stage.cursor import Cursor
from app.stage.geometry import GATES
from app.stage.marks import Mark, Node, Slots, Strands, Text, Veiled, hit
from app.stage.plain import font_of
from app.stage.routes import Straight, bounds, pieces
from app.stage.strands import Flow, number, sample_tones, strands
from app.stage.veil import OPEN, Veil
from app.theme import DARK, LIGHT, lettering, load_fonts

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.theme import Theme

Layout = "Callable[..., tuple[Mark, ...]]"
SIZES = [(560, 300), (560, 1200), (700, 420), (900, 560), (1100, 760), (1600, 300), (2400, 1200)]
GRU_BACK = {"r", "z", "n", *(f"grad({name})" for name in ("x", "r", "z", "n", "q", "z_r", "z_z", "z_n"))}
CELLS = {"lstm": cell_lstm, "rnn": cell_rnn, "gru": cell_gru}
TOKENS = ("the", "hot", "dog", "was", "incomprehensibilities", "</s>")


def lstm(hidden: int, outputs: int | None = 3, seed: int = 1, **more: object) -> engine.Run:
    network = engine.Network(cell="lstm", hidden=hidden, forget_bias=1.0, outputs=outputs, seed=seed)
    lane = engine.Lane("memory", network)
    (run,) = engine.run(engine.Experiment((lane,), engine.Input.tokens(TOKENS), **more))
    return run


def rnn(hidden: int, activation: str = "tanh", outputs: int | None = 3, **more: object) -> engine.Run:
    network = engine.Network(
        cell="rnn", hidden=hidden, activation=activation, outputs=outputs, seed=2, **more
    )
    (run,) = engine.run(engine.Experiment((engine.Lane("plain", network),), engine.Input.tokens(TOKENS)))
    return run


def gru(hidden: int, outputs: int | None = 3, seed: int = 3, **more: object) -> engine.Run:
    network = engine.Network(cell="gru", hidden=hidden, outputs=outputs, seed=seed, **more)
    (run,) = engine.run(engine.Experiment((engine.Lane("gated", network),), engine.Input.tokens(TOKENS)))
    return run


def place(
    run: engine.Run, cursor: Cursor, veil: Veil = OPEN, size: tuple[float, float] = (900, 560)
) -> tuple[Mark, ...]:
    return CELLS[run.cell].layout((run,), cursor, veil, size, DARK)


def overlap(a: Mark, b: Mark) -> bool:
    (ax, ay, aw, ah), (bx, by, bw, bh) = a.rect, b.rect
    return ax < bx + bw - 0.01 and bx < ax + aw - 0.01 and ay < by + bh - 0.01 and by < ay + ah - 0.01


def inked(mark: Text) -> Mark:
    """The part of a text's box that its letters take."""
    font, metrics = font_of(mark.size, mark.weight, mark.italic, mark.mono)
    x, y, width, height = mark.rect
    advance = lettering.advance(mark.text, font)
    shift = {"left": 0.0, "centre": (width - advance) / 2, "right": width - advance}[mark.align]
    tall = metrics.capHeight()
    return Mark(rect=(x + shift, y + (height - tall) / 2, advance, tall))


def all_values(marks: tuple[Mark, ...]) -> list[Mark]:
    return [part for mark in marks for part in (mark, *mark.parts()) if part.value is not None]


@pytest.fixture(autouse=True)
def _fonts(qapp: object) -> None:
    load_fonts()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("hidden", [1, 2, 8, 16, 32, 128])
@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("make", [lstm, rnn, gru])
def test_nothing_is_cut_and_no_words_collide(
    make: Callable[[int], engine.Run], size: tuple[int, int], hidden: int, backward: bool
) -> None:
    marks = place(make(hidden), Cursor(5, backward=backward), size=size)
    for mark in marks:
        x, y, width, height = mark.rect
        assert width >= 0
        assert height >= 0
        assert min(x, y) >= 0, mark
        assert x + width <= size[0], mark
        assert y + height <= size[1], mark
    texts = [mark for mark in marks if isinstance(mark, Text)]
    for mark in texts:
        assert inked(mark).rect[2] <= mark.rect[2] + 2.0, mark.text
    for a, b in itertools.combinations(texts, 2):
        assert not overlap(inked(a), inked(b)), (a.text, b.text)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("hidden", [1, 8, 128])
@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("make", [lstm, rnn, gru])
def test_no_words_lie_on_a_wire_or_a_disc(
    make: Callable[[int], engine.Run], size: tuple[int, int], hidden: int, backward: bool
) -> None:
    marks = place(make(hidden), Cursor(5, backward=backward), size=size)
    in_the_way = [mark for mark in marks if isinstance(mark, Node) and mark.round]
    for mark in marks:
        if isinstance(mark, Strands):
            for piece in pieces(mark.route, mark.radius):
                if isinstance(piece, Straight):
                    in_the_way.append(
                        Mark(rect=bounds((piece.start, piece.end), mark.span - 2), label=mark.label)
                    )
    for text in (mark for mark in marks if isinstance(mark, Text)):
        for other in in_the_way:
            assert not overlap(inked(text), other), (text.text, text.rect, other.rect)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("hidden", [1, 8, 128])
@pytest.mark.parametrize("make", [lstm, rnn, gru])
def test_nodes_keep_clear_of_each_other_and_slots_lie_in_their_gate(
    make: Callable[[int], engine.Run], size: tuple[int, int], hidden: int
) -> None:
    marks = place(make(hidden), Cursor(3), size=size)
    nodes = [mark for mark in marks if isinstance(mark, Node)]
    for a, b in itertools.combinations(nodes, 2):
        assert not overlap(a, b), (a.node, b.node)
    for slots in (mark for mark in marks if isinstance(mark, Slots)):
        gate = next(node for node in nodes if node.node == slots.node)
        (x, y, w, h), (gx, gy, gw, gh) = slots.rect, gate.rect
        assert gx < x
        assert gy < y
        assert x + w < gx + gw
        assert y + h < gy + gh
        assert h >= 12


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("hidden", [1, 8, 16])
@pytest.mark.parametrize("make", [lstm, rnn, gru])
def test_bundles_have_room_for_their_corners(
    make: Callable[[int], engine.Run], size: tuple[int, int], hidden: int
) -> None:
    for mark in place(make(hidden), Cursor(3), size=size):
        if not isinstance(mark, Strands):
            continue
        inner = len(mark.route) - 2
        if inner:
            assert mark.radius >= mark.span / 2
        for index, ((x0, y0), (x1, y1)) in enumerate(itertools.pairwise(mark.route)):
            assert x0 == x1 or y0 == y1
            corners = (index > 0) + (index < inner)
            assert abs(x1 - x0) + abs(y1 - y0) >= corners * mark.radius - 0.01
        for strand in mark.strands:
            assert abs(strand.offset) + strand.width / 2 <= mark.span / 2 + 1.5


def other(**given: object) -> engine.Run:
    network = engine.Network(hidden=8, outputs=3, seed=1, **given)
    (run,) = engine.run(engine.Experiment((engine.Lane("other", network),), engine.Input.tokens(TOKENS)))
    return run.on(network.layers, network.directions[-1])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize(
    "given",
    [
        {"cell": "gru", "reset": "before"},
        {"cell": "gru", "layers": 2, "bidirectional": True},
        {"cell": "lstm", "layers": 2, "bidirectional": True, "variant": "peepholes"},
        {"cell": "rnn", "layers": 2, "bidirectional": True, "embedding": 2},
        *({"variant": variant} for variant in engine.VARIANTS if variant),
    ],
    ids=str,
)
def test_other_cells_layers_and_directions_are_laid_out_as_well(
    given: dict[str, object], size: tuple[int, int], backward: bool
) -> None:
    def make(_hidden: int) -> engine.Run:
        return other(**given)

    test_nothing_is_cut_and_no_words_collide(make, size, 8, backward)
    test_no_words_lie_on_a_wire_or_a_disc(make, size, 8, backward)
    if not backward:
        test_nodes_keep_clear_of_each_other_and_slots_lie_in_their_gate(make, size, 8)
        test_bundles_have_room_for_their_corners(make, size, 8)


def test_the_nodes_that_questions_may_ask_for_are_there() -> None:
    nodes = {mark.node for mark in place(lstm(4), Cursor(3)) if mark.node}
    assert nodes == {
        "forget-sigmoid",
        "input-sigmoid",
        "output-sigmoid",
        "candidate-tanh",
        "forget-product",
        "input-product",
        "cell-sum",
        "output-tanh",
        "output-product",
        *(f"mix-{gate}" for gate in GATES),
    }
    assert {mark.node for mark in place(rnn(4), Cursor(3)) if mark.node} == {"mix", "tanh"}


@pytest.mark.parametrize("make", [lstm, rnn, gru])
@pytest.mark.parametrize("backward", [False, True])
def test_every_number_shown_is_the_run_s(make: Callable[[int], engine.Run], backward: bool) -> None:
    run = make(5)
    seen = set()
    for mark in all_values(place(run, Cursor(4, backward=backward))):
        if mark.quantity is not None:
            assert mark.step is not None
            assert mark.unit is not None
            assert mark.value == run.at(mark.quantity, mark.step, mark.unit)
            seen.add((mark.quantity, mark.step))
        assert mark.label
    lstm_forward = {(name, 4) for name in (*GATES, *(f"z_{gate}" for gate in GATES), "c", "tanh_c", "h", "x")}
    if backward:
        expected = {"f", "i", "g", "o", "grad(c)", "grad(tanh_c)", "grad(f)", "grad(z_o)", "grad(x)"}
        if run.cell != "lstm":
            expected = {"h", "grad(z)", "grad(x)"} if run.cell == "rnn" else GRU_BACK
        assert expected <= {name for name, _ in seen}
    elif run.cell == "lstm":
        assert seen == lstm_forward | {("c", 3), ("h", 3)}
    else:
        more = set() if run.cell == "rnn" else {(name, 4) for name in ("z_r", "z_z", "z_n", "r", "n", "q")}
        assert seen == {("x", 4), ("z", 4), ("h", 4), ("h", 3)} | more


def test_what_is_kept_and_what_is_written_add_up_to_the_cell_state() -> None:
    run = lstm(6)
    flows = Flows(run, 4, OPEN, DARK)
    kept, written = flows.kept().values, flows.written().values
    assert kept is not None
    assert written is not None
    np.testing.assert_allclose(kept + written, run.vector("c", 4), rtol=1e-12)


@pytest.mark.parametrize("step", [2, 5, 6])
def test_backwards_the_branches_of_every_fork_add_up_to_the_gradient(step: int) -> None:
    run = lstm(6)
    flows, before = (Flows(run, t, OPEN, DARK, backward=True) for t in (step, step - 1))

    def total(*parts: object) -> np.ndarray:
        return sum(part.values for part in parts)  # type: ignore[attr-defined]  # flows with values

    close = {"rtol": 1e-9, "atol": 1e-15}
    np.testing.assert_allclose(
        total(flows.direct_in(), flows.through_tanh()), run.vector("grad(c)", step), **close
    )
    np.testing.assert_allclose(
        total(flows.from_above(), flows.from_next()), run.vector("grad(h)", step), **close
    )
    bus = flows.pulled(GATES, "weight_hh")
    taps = [flows.pulled((gate,), "weight_hh") for gate in GATES]
    np.testing.assert_allclose(total(*taps), bus.values, **close)
    np.testing.assert_allclose(total(bus, before.from_above()), run.vector("grad(h)", step - 1), **close)
    np.testing.assert_allclose(flows.pulled(GATES, "weight_ih").values, run.vector("grad(x)", step), **close)
    np.testing.assert_allclose(flows.direct_out().values, before.direct_in().values, **close)


def test_backwards_nothing_passes_a_state_that_is_held() -> None:
    target = engine.parse_target("c[4, 2]")
    run = lstm(4, changes=(engine.Change(target, 0.5),))
    passed = Flows(run, 4, OPEN, DARK).into_sum().values
    assert passed is not None
    assert passed[1] == 0.0
    assert passed[0] != 0.0


@pytest.mark.parametrize("make", [lstm, rnn, gru])
def test_beyond_the_veil_there_is_no_number_at_all(make: Callable[[int], engine.Run]) -> None:
    run = make(4)
    marks = place(run, Cursor(4), Veil(after=3))
    assert all_values(marks) == []
    assert [mark.text for mark in marks if isinstance(mark, Veiled)] == ["hidden for now"]
    assert not any(isinstance(mark, Text) for mark in marks)
    assert all_values(place(run, Cursor(3), Veil(after=3)))
    assert all_values(place(run, Cursor(3, backward=True), Veil(after=3))) == []
    assert all_values(place(run, Cursor(2), Veil(views=frozenset({"cell"})))) == []


def test_a_hidden_gate_is_an_empty_box_and_nothing_tells_its_values() -> None:
    run = lstm(4)
    marks = place(run, Cursor(3, unit=2), Veil(quantities=frozenset({"f"})))
    shown = {(mark.quantity, mark.step) for mark in all_values(marks)}
    assert ("f", 3) not in shown
    assert ("z_f", 3) not in shown
    assert ("i", 3) in shown
    secret = {*run.vector("f", 3), *run.vector("z_f", 3), *(run.vector("f", 3) * run.vector("c", 2))}
    assert not secret & {mark.value for mark in all_values(marks)}
    number = f"{run.at('f', 3, 2):.2f}"
    gate = next(mark for mark in marks if mark.node == "forget-sigmoid")
    inside = [mark for mark in marks if isinstance(mark, Text) and overlap(mark, gate)]
    assert inside
    assert all(number not in mark.text for mark in inside)
    veiled = [mark for mark in marks if isinstance(mark, Veiled)]
    assert len(veiled) == 1
    assert veiled[0].label.endswith("hidden for now")


def test_the_letters_and_the_token_are_written() -> None:
    texts = {mark.text for mark in place(lstm(4), Cursor(3)) if isinstance(mark, Text)}
    assert {"cₜ₋₁", "cₜ", "hₜ₋₁", "hₜ", "xₜ", "fₜ", "iₜ", "gₜ", "oₜ", "“dog”", "to yₜ"} <= texts
    assert "to yₜ" not in {
        mark.text for mark in place(lstm(4, outputs=None), Cursor(3)) if isinstance(mark, Text)
    }


@pytest.mark.parametrize("make", [lstm, rnn, gru])
@pytest.mark.parametrize("backward", [False, True])
def test_colour_spreads_through_the_active_sub_step_alone(
    make: Callable[[int], engine.Run], backward: bool
) -> None:
    run = make(4)
    rest = place(run, Cursor(4, backward=backward))
    assert all(mark.lit == 1.0 for mark in rest)
    wires = [mark for mark in rest if isinstance(mark, Strands) and mark.strands]
    lit_once = dict.fromkeys(range(len(wires)), 0)
    # A plain cell has nothing to do in the sub-steps 2 and 3; what was lit before stays lit there.
    used = range(5) if run.cell != "rnn" else (4, 3, 0) if backward else (0, 1, 4)
    for stage in used:
        before = [0.0] * len(wires)
        for progress in (0.0, 0.3, 0.6, 0.999):
            marks = place(run, Cursor(4, phase=stage + progress, backward=backward))
            now = {mark.route: mark.lit for mark in marks if isinstance(mark, Strands) and mark.strands}
            lit = [now[wire.route] for wire in wires]
            assert all(b >= a for a, b in zip(before, lit, strict=True))
            before = lit
        for index, value in enumerate(before):
            lit_once[index] += value > 0.9
    assert set(lit_once.values()) == {1}


def test_the_backward_pass_runs_the_sub_steps_from_the_last_to_the_first() -> None:
    run = lstm(4)

    def lit(cursor: Cursor) -> set[str]:
        marks = place(run, cursor)
        return {
            mark.quantity for mark in marks if isinstance(mark, Strands) and mark.quantity and mark.lit > 0.9
        }

    assert lit(Cursor(4, phase=0.999)) == {"x", "h"}
    assert lit(Cursor(4, phase=4.999)) == {"o", "h"}
    assert lit(Cursor(4, phase=0.999, backward=True)) == {"grad(o)"}
    assert lit(Cursor(4, phase=4.999, backward=True)) == {"grad(x)"}


def test_more_than_sixteen_units_become_bands_and_say_so() -> None:
    run = lstm(32)
    marks = place(run, Cursor(3))
    bundle = next(mark for mark in marks if isinstance(mark, Strands) and mark.quantity == "tanh_c")
    assert len(bundle.strands) == 16
    assert "16 bands" in bundle.label
    first = bundle.parts()[0]
    assert first.unit is None
    assert "units 1 to 2" in first.label
    size = np.abs(run.vector("tanh_c", 3)[:2]).mean()
    assert f"{size:.2f}" in first.label
    gate = next(mark for mark in marks if isinstance(mark, Slots) and mark.quantity == "f")
    assert gate.slots[3].level == pytest.approx(run.vector("f", 3)[6:8].mean())
    # The number is one unit's: a tick in its bar, which is a mean, says where that one is.
    gate = next(
        mark for mark in place(run, Cursor(3, unit=7)) if isinstance(mark, Slots) and mark.quantity == "f"
    )
    assert [slot.tick for slot in gate.slots] == [None] * 3 + [run.at("f", 3, 7)] + [None] * 12
    assert not any(
        slot.tick for mark in place(lstm(16), Cursor(3)) if isinstance(mark, Slots) for slot in mark.slots
    )


def test_a_larger_value_is_wider_and_the_sign_is_the_colour() -> None:
    run = lstm(8)
    bundle = next(
        mark for mark in place(run, Cursor(4)) if isinstance(mark, Strands) and mark.quantity == "tanh_c"
    )
    by_size = sorted(bundle.strands, key=lambda strand: abs(strand.value or 0.0))
    widths = [strand.width for strand in by_size]
    assert widths == sorted(widths)
    assert widths[0] < widths[-1]

    def bluish(colour: str) -> bool:
        return int(colour[5:7], 16) > int(colour[1:3], 16)

    for strand in bundle.strands:
        assert strand.value is not None
        assert bluish(strand.colour) == (strand.value < 0)


def test_numbers_that_left_the_range_are_said_and_not_drawn() -> None:
    network = engine.Network(cell="rnn", hidden=3, activation="identity", scale=1e8, seed=1)
    lane = engine.Lane("wild", network)
    (run,) = engine.run(engine.Experiment((lane,), engine.Input.noise(90, 2, 1)))
    assert run.left_range is not None
    for backward in (False, True):
        for step in (run.left_range.t, 90):
            marks = place(run, Cursor(step, backward=backward))
            assert any("left the range" in mark.label for mark in marks)
            for mark in marks:
                if isinstance(mark, Strands):
                    assert all(np.isfinite(strand.width) for strand in mark.strands)
                if isinstance(mark, Slots):
                    assert all(slot.level is None or np.isfinite(slot.level) for slot in mark.slots)


def test_before_the_first_step_there_are_only_the_initial_states() -> None:
    for run in (lstm(4), rnn(4)):
        shown = {(mark.quantity, mark.step) for mark in all_values(place(run, Cursor(0)))}
        assert shown == ({("c", 0), ("h", 0)} if run.cell == "lstm" else {("h", 0)})
        assert place(run, Cursor(0, backward=True))


def test_a_point_on_a_strand_finds_its_unit() -> None:
    marks = place(lstm(8), Cursor(3))
    bundle = next(
        mark for mark in marks if isinstance(mark, Strands) and mark.quantity == "h" and mark.step == 2
    )
    (x, y), _ = bundle.route[0], bundle.route[1]
    for strand in bundle.strands:
        found = hit(marks, x + 20, y + strand.offset)
        assert found is not None
        assert found.unit == strand.unit
        assert found.quantity == "h"
    assert hit(marks, -5, -5) is None


def test_the_chosen_lane_is_shown_and_the_first_otherwise() -> None:
    one, other = lstm(4, seed=1), lstm(4, seed=9)
    runs = (one, other)
    marks = cell_lstm.layout(runs, Cursor(2, lane="nobody"), OPEN, (900, 560), LIGHT)
    values = {mark.value for mark in all_values(marks) if mark.quantity == "c" and mark.step == 2}
    assert values == set(one.vector("c", 2))


@pytest.mark.parametrize("make", [lstm, rnn, gru])
@pytest.mark.parametrize(("hidden", "said"), [(16, ""), (64, "16 means of 4"), (40, "16 means of 2 or 3")])
def test_bands_are_said_to_be_means(make: Callable[[int], engine.Run], hidden: int, said: str) -> None:
    texts = [m.text for m in place(make(hidden), Cursor(3, unit=3), size=(900, 560)) if isinstance(m, Text)]
    (numbers,) = [text for text in texts if text.endswith(": unit 3")]
    assert numbers == (
        f"{hidden} units drawn as {said} · numbers and ticks: unit 3" if said else "numbers: unit 3"
    )


def test_where_there_is_little_room_the_numbers_still_say_whose_they_are() -> None:
    texts = [m.text for m in place(lstm(128), Cursor(3, unit=3), size=(400, 300)) if isinstance(m, Text)]
    assert [text for text in texts if text.endswith(": unit 3")]


@pytest.mark.parametrize("make", [lstm, rnn, gru])
def test_backwards_it_is_said_whose_forward_values_stand_on_the_gates(
    make: Callable[[int], engine.Run],
) -> None:
    for size in ((768, 388), (878, 518), (1400, 900)):  # as in a window of 1280, of 1440, and in a large one
        texts = {
            mark.text
            for mark in place(make(8), Cursor(3, unit=3, backward=True), size=size)
            if isinstance(mark, Text)
        }
        assert "forward values: unit 3" in texts
        assert ("δ = ∂L/∂zᶻ" if make is gru else "δ = ∂L/∂z") in texts  # z alone is a GRU's gate


@pytest.mark.parametrize("backward", [False, True])
def test_the_smallest_usual_window_shows_all_that_a_larger_one_does(backward: bool) -> None:
    for cell in ("lstm", "gru"):
        network = engine.Network(cell=cell, hidden=8, outputs=3, seed=1)
        (run,) = engine.run(engine.Experiment((engine.Lane("one", network),), engine.Input.noise(6, 8, 1)))
        small, large = (
            {
                mark.text
                for mark in place(run, Cursor(3, unit=3, backward=backward), size=size)
                if isinstance(mark, Text)
            }
            for size in ((768, 388), (878, 518))
        )
        assert large - small <= {"wider: larger |∂L/∂·|, 10⁻⁶ to 10"}
        assert small - large <= {"width: |∂L/∂·|, 10⁻⁶ to 10"}


@pytest.mark.parametrize("make", [lstm, rnn, gru])
def test_what_a_gate_does_on_the_way_back_is_its_slope(make: Callable[[int], engine.Run]) -> None:
    run = make(4)
    signs = {"rnn": ["tanh"], "lstm": ["σ", "σ", "tanh", "σ"], "gru": ["σ", "σ", "tanh"]}[run.cell]
    for backward, dash in ((False, ""), (True, "′")):
        texts = [m.text for m in place(run, Cursor(3, backward=backward)) if isinstance(m, Text)]
        assert [text for text in texts if text.rstrip("′") in ("σ", "tanh")] == [
            sign + dash for sign in signs
        ]


def test_a_step_without_a_loss_says_so_and_its_grey_strands_are_in_the_key() -> None:
    run = lstm(4, loss=engine.Loss(at=(5,)))
    there, none = (
        {mark.text for mark in place(run, Cursor(t, backward=True)) if isinstance(mark, Text)} for t in (5, 3)
    )
    assert "from the loss" in there
    assert "no loss here" not in there
    assert {"no loss here", "below 10⁻⁶"} <= none
    assert "from the loss" not in none


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_the_faintest_strand_stands_out_and_the_key_has_the_colours_that_strands_have(theme: Theme) -> None:
    def light(colour: str) -> float:
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(colour: str) -> float:
        low, high = sorted((light(colour), light(theme.card)))
        return (high + 0.05) / (low + 0.05)

    values = np.array([-1e-5, 1e-5, -1e-9, 0.1, -10.0, 10.0])
    flow = Flow("gradient", values, scale="gradient")
    row = strands(flow, 6, 4.0, 3.4, theme)
    colours = [strand.colour for strand in row]
    assert min(contrast(colour) for colour in (*colours[:2], *colours[3:])) >= 2.0
    assert contrast(colours[2]) >= 1.5
    below, above, zero = sample_tones(theme)
    assert zero == colours[2]
    for sample, faint, full in ((below, colours[0], colours[4]), (above, colours[1], colours[5])):
        assert contrast(faint) < contrast(sample) < contrast(full)
    assert min(strand.width for strand in row) >= 1.0


def test_a_number_is_dim_until_its_sub_step_has_given_it() -> None:
    run = lstm(4)

    def lit(phase: float) -> dict[str, float]:
        texts = [mark for mark in place(run, Cursor(4, phase=phase)) if isinstance(mark, Text)]
        numbers = {"f": run.at("f", 4, 1), "c": run.at("c", 4, 1), "h": run.at("h", 4, 1)}
        return {
            name: next(mark.lit for mark in texts if mark.text == number(float(value)))
            for name, value in numbers.items()
        }

    assert lit(0.5) == {"f": 0.0, "c": 0.0, "h": 0.0}
    assert lit(2.2) == {"f": 1.0, "c": 0.0, "h": 0.0}
    assert lit(3.5) == {"f": 1.0, "c": 1.0, "h": 0.0}
    assert lit(5.0) == {"f": 1.0, "c": 1.0, "h": 1.0}


def test_an_only_input_s_number_is_written_beside_its_letter() -> None:
    network = engine.Network(cell="lstm", hidden=4, seed=1)
    (run,) = engine.run(engine.Experiment((engine.Lane("one", network),), engine.Input.noise(6, 1, 1)))
    texts = [mark.text for mark in place(run, Cursor(3)) if isinstance(mark, Text)]
    assert texts[texts.index("xₜ") + 1] == number(run.at("x", 3, 1))
