"""Cells beyond the plain ones: a GRU's forks add up, and a variant is not drawn as what it is not."""

from __future__ import annotations

import numpy as np
import pytest

import engine
from app.stage import cell_gru, cell_lstm
from app.stage.cell_flows_gru import GruFlows
from app.stage.cell_flows_lstm import LstmFlows
from app.stage.cursor import Cursor
from app.stage.hover import card_for, unicode_formula
from app.stage.lanes import lane_note, trace
from app.stage.marks import Mark, Node, Panel, Slots, Strands, Text, Veiled
from app.stage.naming import network_title
from app.stage.nodes import NODES
from app.stage.paths import path_keys
from app.stage.scales import group_names, scale_of
from app.stage.veil import OPEN, Veil
from app.theme import DARK, load_fonts
from content.staging import drawn_parts
from content.words import CELL_NODES

SIZE = (900.0, 480.0)
VARIANTS = [name for name in engine.VARIANTS if name]


@pytest.fixture(autouse=True)
def _fonts(qapp: object) -> None:
    load_fonts()


def run_of(**given: object) -> engine.Run:
    network = engine.Network(hidden=5, init="gaussian", seed=4, **given)  # type: ignore[arg-type]  # fields by name
    tokens = engine.Input.tokens(("a", "b", "c", "a", "d", "b"))
    (run,) = engine.run(engine.Experiment((engine.Lane("lane", network),), tokens, engine.Loss(at=(3, 6))))
    return run


def marks_of(run: engine.Run, cursor: Cursor, veil: Veil = OPEN) -> tuple[Mark, ...]:
    return (cell_gru if run.cell == "gru" else cell_lstm).layout((run,), cursor, veil, SIZE, DARK)


def nodes_of(marks: tuple[Mark, ...]) -> set[str]:
    return {mark.node for mark in marks if mark.node}


def said(marks: tuple[Mark, ...]) -> str:
    return "\n".join([mark.label for mark in marks] + [m.text for m in marks if isinstance(m, Text)])


# ----------------------------------------------------------------------------------------------- the GRU


@pytest.mark.parametrize("reset", engine.RESETS)
@pytest.mark.parametrize("step", [2, 3, 6])
def test_backwards_the_branches_of_a_gru_s_forks_add_up(reset: str, step: int) -> None:
    run = run_of(cell="gru", reset=reset)
    flows, before = (GruFlows(run, t, OPEN, DARK, backward=True) for t in (step, step - 1))

    def total(*parts: object) -> np.ndarray:
        return sum(part.values for part in parts)  # type: ignore[attr-defined]  # flows with values

    close = {"rtol": 1e-9, "atol": 1e-15}
    whole = run.vector("grad(h)", step)
    np.testing.assert_allclose(total(flows.from_above(), flows.from_next()), whole, **close)
    bus = flows.pulled(("z", "r", "n"), "weight_hh")
    taps = [flows.pulled((gate,), "weight_hh") for gate in "zrn"]
    np.testing.assert_allclose(total(*taps), bus.values, **close)
    into = flows.into_state_before()
    np.testing.assert_allclose(total(flows.direct_out(), bus), into.values, **close)
    np.testing.assert_allclose(into.values, before.from_next().values, **close)
    np.testing.assert_allclose(
        total(flows.back_to_keep(), flows.back_to_rest(turned=True)), run.vector("grad(z)", step), **close
    )
    np.testing.assert_allclose(
        flows.pulled(("z", "r", "n"), "weight_ih").values, run.vector("grad(x)", step), **close
    )


@pytest.mark.parametrize("reset", engine.RESETS)
def test_forwards_what_is_kept_and_what_is_new_make_the_state(reset: str) -> None:
    run = run_of(cell="gru", reset=reset)
    flows = GruFlows(run, 4, OPEN, DARK)
    kept, new = flows.product("kept", "z", ("h", 3)).values, flows.new_part().values
    assert kept is not None
    assert new is not None
    np.testing.assert_allclose(kept + new, run.vector("h", 4), rtol=1e-12)
    assert flows.complement("z").values == pytest.approx(1.0 - run.vector("z", 4))


def test_a_gru_draws_its_reset_where_it_is() -> None:
    common = {"mix-z", "update-sigmoid", "mix-r", "reset-sigmoid", "reset-product", "mix-n", "candidate-tanh"}
    common |= {"complement", "keep-product", "new-product", "state-sum"}
    assert nodes_of(marks_of(run_of(cell="gru"), Cursor(3))) == common | {"mix-q", "candidate-sum"}
    assert nodes_of(marks_of(run_of(cell="gru", reset="before"), Cursor(3))) == common


def test_every_part_of_a_cell_may_be_asked_for_in_a_bank_and_no_other() -> None:
    assert set(CELL_NODES) == set(NODES)


@pytest.mark.parametrize(
    "given",
    [{"cell": "gru"}, {"cell": "gru", "reset": "before"}, *({"variant": name} for name in engine.VARIANTS)],
    ids=str,
)
def test_what_a_bank_may_ask_for_is_what_is_drawn(given: dict[str, str]) -> None:
    run = run_of(**given)
    assert nodes_of(marks_of(run, Cursor(3))) == drawn_parts(run.network)


@pytest.mark.parametrize("reset", engine.RESETS)
def test_the_card_of_every_part_of_a_gru_tells_the_run_s_numbers(reset: str) -> None:
    run = run_of(cell="gru", reset=reset)
    cursor = Cursor(4, unit=2)
    z, n, q, r = (run.at(name, 4, 2) for name in "znqr")
    old = run.at("h", 3, 2)
    wanted = {"keep-product": z * old, "new-product": (1 - z) * n, "state-sum": run.at("h", 4, 2)}
    wanted["reset-product"] = r * q if reset == "after" else q
    wanted["candidate-tanh"] = n
    nodes = {m.node: m for m in marks_of(run, cursor) if isinstance(m, Node)}
    for name, value in wanted.items():
        card = card_for(nodes[name], (run,), OPEN, cursor)
        assert card is not None
        assert card.value == engine.format_number(float(value)), name
    for mark in nodes.values():
        assert card_for(mark, (run,), OPEN, cursor) is not None
        assert mark.label


@pytest.mark.parametrize("hidden", ["z", "r", "n", "h"])
def test_what_a_veil_hides_of_a_gru_is_nowhere(hidden: str) -> None:
    run = run_of(cell="gru")
    veil = Veil(quantities=frozenset({hidden}))
    marks = marks_of(run, Cursor(4, unit=2), veil)
    values = {part.value for mark in marks for part in (mark, *mark.parts())}
    secret = (
        {*run.vector(hidden, 4), *run.vector(f"z_{hidden}", 4)} if hidden != "h" else {*run.vector("h", 4)}
    )
    assert not secret & values
    if hidden == "z":
        assert not {*(1.0 - run.vector("z", 4))} & values
        assert not {*(run.vector("z", 4) * run.vector("h", 3))} & values
    if hidden != "h":
        assert sum(isinstance(mark, Veiled) for mark in marks) == 1
    assert f"{run.at(hidden, 4, 2):.2f}" not in {m.text for m in marks if isinstance(m, Text)}
    node = next(m for m in marks if m.node == "state-sum")
    card = card_for(node, (run,), veil, Cursor(4, unit=2))
    assert hidden == "r" or card is None or not card.numbers  # r is not in the formula of h


def test_a_gru_s_maps_and_gradient_are_its_own() -> None:
    run = run_of(cell="gru")
    assert group_names(run) == ("r", "z", "n", "h")
    assert scale_of(run, "z", 6).kind == "unit"
    assert (scale_of(run, "n", 6).low, scale_of(run, "n", 6).high) == (-1.0, 1.0)
    lane = trace(run)
    assert lane.name == "grad(h)"
    assert lane.direct is not None
    product = np.prod(run.grid("z")[2:], axis=0) * run.vector("grad(h)", 6)
    assert lane.direct[1] == pytest.approx(np.linalg.norm(product))
    assert path_keys(run) == ("h", "r", "z", "n", "above")
    assert lane.projections is not None
    assert sum(lane.projections[key][2] for key in path_keys(run)) == pytest.approx(lane.norms[1])
    assert lane_note(run, OPEN) == f"mean z = {run.grid('z').mean():.2f}"
    assert lane_note(run, Veil(quantities=frozenset({"z"}))) == ""


# ------------------------------------------------------------------------------------- variants of the LSTM


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_shows_no_gate_that_it_lacks(variant: str, backward: bool) -> None:
    run = run_of(variant=variant)
    cell = run.network.recurrence
    marks = marks_of(run, Cursor(4, unit=2, backward=backward))
    nodes = nodes_of(marks)
    names = {"f": "forget", "i": "input", "o": "output"}
    lacking = {gate for gate in names if gate not in cell.gates}
    for gate, word in names.items():
        assert (f"mix-{gate}" in nodes) is (gate not in lacking)
        assert (f"{word}-sigmoid" in nodes) is (gate not in lacking)
        assert (f"{word}-product" in nodes) is (gate not in lacking or variant == "coupled")
        fixed = gate in lacking and variant != "coupled"
        assert (f"{gate}ₜ = 1" in said(marks)) is fixed
        drawn = {mark.quantity for mark in marks if isinstance(mark, (Slots, Strands))}
        assert not (fixed and gate in drawn)
        if fixed:
            assert any(isinstance(mark, Panel) and mark.label for mark in marks)
    assert ("output-tanh" in nodes) is (variant != "no-output-activation")
    assert ("complement" in nodes) is (variant == "coupled")
    if variant == "no-output-activation":
        assert "tanh cₜ" not in said(marks)
    if variant == "no-input-activation":
        assert "tanh" not in {m.text for m in marks if isinstance(m, Text)}
    if variant == "peepholes":
        assert sum("peephole" in mark.label for mark in marks if isinstance(mark, Node)) == 3


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_number_of_a_variant_is_the_run_s(variant: str) -> None:
    run = run_of(variant=variant)
    told = 0
    for backward in (False, True):
        for mark in marks_of(run, Cursor(4, unit=2, backward=backward)):
            for part in (mark, *mark.parts()):
                if part.value is not None and part.quantity is not None:
                    assert part.value == run.at(part.quantity, part.step, part.unit)
                    told += 1
    assert told > 50


def test_a_coupled_input_gate_s_gradient_is_that_of_both_its_ways() -> None:
    run = run_of(variant="coupled")
    flows = LstmFlows(run, 4, OPEN, DARK, backward=True)
    written, kept = flows.written_back().values, flows.coupled_back().values
    assert written is not None
    assert kept is not None
    np.testing.assert_allclose(kept, -run.vector("grad(f)", 4), rtol=1e-9)
    np.testing.assert_allclose(written + kept, run.vector("grad(i)", 4), rtol=1e-9)


@pytest.mark.parametrize("step", [2, 4])
def test_with_peepholes_the_ways_into_the_cell_state_add_up(step: int) -> None:
    run = run_of(variant="peepholes")
    flows, before = (LstmFlows(run, t, OPEN, DARK, backward=True) for t in (step, step - 1))
    parts = [flows.along_in().values, flows.through_tanh().values, flows.peeped("o").values]
    np.testing.assert_allclose(sum(parts), run.vector("grad(c)", step), rtol=1e-9)
    np.testing.assert_allclose(flows.along_out(("f", "i")).values, before.along_in().values, rtol=1e-9)
    assert np.abs(flows.peeped("f").values).min() > 0.0


@pytest.mark.parametrize("variant", VARIANTS)
def test_maps_and_paths_of_a_variant_leave_out_what_is_fixed(variant: str) -> None:
    run = run_of(variant=variant)
    missing = {"no-forget-gate": "f", "no-input-gate": "i", "no-output-gate": "o"}.get(variant)
    assert missing not in group_names(run)
    assert missing not in path_keys(run)
    projections = run.path_projections()
    total = sum(projections[key][4] for key in path_keys(run))
    assert total == pytest.approx(np.linalg.norm(run.vector("grad(c)", 4)))
    assert variant == "coupled" or network_title(run) != "LSTM, coupled gates"
    assert network_title(run).startswith("LSTM, ")


def test_no_formula_of_any_cell_is_left_in_latex() -> None:
    cells = [engine.Cell("rnn"), *(engine.Cell("gru", reset=reset) for reset in engine.RESETS)]
    cells += [engine.Cell("lstm", variant=variant) for variant in engine.VARIANTS]
    for cell in cells:
        for known in engine.quantities_of(cell):
            text = unicode_formula(known.formula)
            assert not set(text) & set("\\{}_^"), text
