"""Layers and directions: chosen by pointer and keys, said, remembered, and never past a veil."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible

import engine
from app.proof.opened import opened, settle
from app.stage.compose import VIEWS
from app.stage.cursor import Cursor
from app.stage.lanes import trace
from app.stage.marks import HeatMap, Text, Veiled
from app.stage.part import Part, veil_of
from app.stage.veil import OPEN, Veil
from app.stage.view import StageView
from content.variants import draw

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

STEPS = 6


def runs_of(cell: str = "gru", **given: object) -> tuple[engine.Run, ...]:
    network = engine.Network(cell=cell, hidden=4, init="gaussian", seed=5, outputs=2, **given)  # type: ignore[arg-type]  # fields by name
    loss = engine.Loss(at=(2, STEPS))
    lane = engine.Lane(cell, network)
    return engine.run(engine.Experiment((lane,), engine.Input.tokens(tuple("abcabd")), loss))


@pytest.fixture
def stage(qtbot: QtBot) -> StageView:
    made = StageView()
    qtbot.addWidget(made)
    made.resize(900, 760)
    made.set_runs(runs_of(layers=2, bidirectional=True))
    made.set_cursor(Cursor(3, unit=2))
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.setFocus(Qt.FocusReason.OtherFocusReason)
    qtbot.waitUntil(made.hasFocus)
    return made


def chip(stage: StageView, node: str) -> QPoint:
    x, y, width, height = next(mark.rect for mark in stage.marks() if mark.node == node)
    return QPoint(int(x + width / 2), int(y + height / 2))


def shown_maps(stage: StageView) -> dict[str, np.ndarray]:
    return {m.quantity: m.values for m in stage.marks() if isinstance(m, HeatMap) and m.quantity and m.label}


def test_one_layer_read_one_way_has_no_selector(qtbot: QtBot) -> None:
    made = StageView()
    qtbot.addWidget(made)
    made.set_runs(runs_of())
    assert not [m.node for m in made.marks() if m.node and m.node.startswith(("layer:", "way:"))]
    before = made.part()
    for key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_R):
        qtbot.keyClick(made, key)
    assert made.part() == before == Part()


def test_the_pointer_chooses_layer_and_direction(stage: StageView, qtbot: QtBot) -> None:
    whole = stage.runs()[0].on(1)
    stage.set_view("gates")
    for node, part in (
        ("layer:2", Part(2)),
        ("way:reverse", Part(2, "reverse")),
        ("layer:1", Part(1, "reverse")),
    ):
        with qtbot.waitSignal(stage.part_changed) as told:
            qtbot.mouseClick(stage, Qt.MouseButton.LeftButton, pos=chip(stage, node))
        assert told.args == [part]
        assert stage.part() == part
        there = whole.on(part.layer, part.direction)
        for name, values in shown_maps(stage).items():
            np.testing.assert_array_equal(values, there.grid(name).T)


def test_keys_choose_layer_and_direction(stage: StageView, qtbot: QtBot) -> None:
    pressed = (
        (Qt.Key.Key_PageUp, Part(2)),
        (Qt.Key.Key_PageUp, Part(2)),
        (Qt.Key.Key_R, Part(2, "reverse")),
        (Qt.Key.Key_PageDown, Part(1, "reverse")),
        (Qt.Key.Key_R, Part(1)),
    )
    for key, part in pressed:
        qtbot.keyClick(stage, key)
        assert stage.part() == part


def test_tab_reaches_the_selector_and_enter_chooses(stage: StageView, qtbot: QtBot) -> None:
    for _ in range(200):
        qtbot.keyClick(stage, Qt.Key.Key_Tab)
        mark = stage.focused_mark()
        if mark is not None and mark.node == "layer:2":
            break
    qtbot.keyClick(stage, Qt.Key.Key_Return)
    assert stage.part() == Part(2)


@pytest.mark.parametrize("view", VIEWS)
def test_what_is_looked_at_is_written_and_spoken(stage: StageView, view: str) -> None:
    stage.set_view(view)
    stage.set_part(Part(2, "reverse"))
    assert "layer 2 of 2" in stage.spoken_name()
    assert "read from the end" in stage.spoken_name()
    interface = QAccessible.queryAccessibleInterface(stage)
    heard = {interface.child(k).text(QAccessible.Text.Name) for k in range(interface.childCount())}
    assert {"layer 2, shown", "show layer 1", "read from the end, shown"} <= heard
    texts = [mark.text for mark in stage.marks() if isinstance(mark, Text)]
    assert any("from the end" in text for text in texts)


def test_other_runs_and_cursors_leave_the_choice(stage: StageView) -> None:
    stage.set_part(Part(2, "reverse"))
    stage.set_runs(runs_of(layers=2, bidirectional=True))
    stage.set_cursor(Cursor(2))
    assert stage.part() == Part(2, "reverse")
    stage.set_runs(runs_of())
    assert stage.part() == Part()
    assert stage.runs()[0].direction == "forward"


def test_a_question_keeps_what_was_looked_at_for_when_it_comes_back(tmp_path: Path, qtbot: QtBot) -> None:
    with opened(tmp_path / "profile") as program:
        depths = {}
        for bank in program.library.banks:
            for question in bank.questions:
                experiment = draw(question, 0).experiment
                if experiment is not None:
                    depths.setdefault(experiment.lanes[0].network.layers, f"{bank.id}/{question.id}")
        page = program.window.study_page

        def ask(layers: int) -> None:
            assert program.study.begin((depths[layers],))
            program.window.go_to("study")
            settle()

        ask(2)
        assert page.stage.part() == Part()
        page.stage.set_part(Part(2))
        ask(1)
        assert page.stage.part() == Part()
        ask(2)
        assert page.stage.part() == Part(2)
        assert page.stage.runs()[0].layer == 2


@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
@pytest.mark.parametrize("part", [Part(1, "reverse"), Part(2), Part(2, "reverse")])
def test_every_number_drawn_of_any_part_is_that_part_s(cell: str, part: Part, qtbot: QtBot) -> None:
    made = StageView()
    qtbot.addWidget(made)
    made.resize(900, 760)
    made.set_runs(runs_of(cell, layers=2, bidirectional=True))
    made.set_part(part)
    run = made.runs()[0]
    assert (run.layer, run.direction) == (part.layer, part.direction)
    told = 0
    for step in (1, 3, STEPS):
        for backward in (False, True):
            made.set_cursor(Cursor(step, backward=backward, unit=2))
            for mark in made.marks():
                for piece in (mark, *mark.parts()):
                    if None not in (piece.value, piece.quantity, piece.unit):
                        assert piece.value == run.at(piece.quantity, piece.step, piece.unit)
                        told += 1
    assert told > 100


def test_what_is_read_from_the_end_is_played_from_the_end(stage: StageView) -> None:
    stage.set_part(Part(1, "reverse"))
    stage.set_cursor(Cursor(3, phase=4.9))
    stage.player.tick(60.0)
    assert stage.cursor_now().step == 2
    assert not stage.cursor_now().backward
    stage.set_cursor(Cursor(3, phase=4.9, backward=True))
    stage.player.tick(60.0)
    assert stage.cursor_now().step == 4
    assert stage.cursor_now().backward


def test_its_state_before_is_that_of_the_step_to_the_right(stage: StageView) -> None:
    stage.set_part(Part(1, "reverse"))
    texts = {mark.text for mark in stage.marks() if isinstance(mark, Text)}
    run = stage.runs()[0]
    assert "hₜ₊₁" in texts
    assert "hₜ₋₁" not in texts
    assert f"{run.at('h', 4, 2):.2f}".replace("-", "−") in texts


def test_its_direct_path_runs_from_its_last_judged_step() -> None:
    run = runs_of(bidirectional=True)[0].on(1, "reverse")
    lane = trace(run)
    assert lane.end == 2
    assert lane.direct is not None
    assert np.isnan(lane.direct[0])
    assert lane.direct[1] == pytest.approx(np.linalg.norm(run.vector("grad(h)", 2)))
    product = np.prod(run.grid("z")[1:5], axis=0) * run.vector("grad(h)", 2)
    assert lane.direct[5] == pytest.approx(np.linalg.norm(product))


@pytest.mark.parametrize("part", [Part(1, "reverse"), Part(2), Part(2, "reverse")])
@pytest.mark.parametrize("view", VIEWS)
def test_past_a_veil_nothing_is_told_by_what_has_read_on(stage: StageView, part: Part, view: str) -> None:
    """All these parts have read later steps: the veil hides all of them."""
    stage.set_veil(Veil(after=3))
    stage.set_view(view)
    stage.set_part(part)
    stage.set_cursor(Cursor(2))
    for mark in stage.marks():
        assert all(piece.value is None for piece in (mark, *mark.parts()))
    assert any(isinstance(mark, Veiled) for mark in stage.marks())
    stage.set_part(Part())
    if view != "gradient":
        assert any(piece.value is not None for mark in stage.marks() for piece in (mark, *mark.parts()))
    stage.set_veil(OPEN)
    stage.set_part(part)
    assert any(piece.value is not None for mark in stage.marks() for piece in (mark, *mark.parts()))


@pytest.mark.parametrize("part", [Part(), Part(1, "reverse"), Part(2)])
def test_a_hidden_quantity_is_hidden_in_every_part(stage: StageView, part: Part) -> None:
    stage.set_veil(Veil(quantities=frozenset({"z"})))
    stage.set_part(part)
    for view in VIEWS:
        stage.set_view(view)
        for mark in stage.marks():
            assert all(
                piece.value is None for piece in (mark, *mark.parts()) if piece.quantity in ("z", "z_z")
            )
        assert not any(isinstance(m, Text) and ("mean z" in m.text or "∏ z" in m.text) for m in stage.marks())


def test_in_a_variant_a_veil_also_hides_what_tells_the_hidden() -> None:
    veil = veil_of(Veil(quantities=frozenset({"f"})), runs_of("lstm", variant="coupled"))
    assert veil.quantities == {"f", "i"}
    veil = veil_of(Veil(quantities=frozenset({"h"})), runs_of("lstm", variant="no-output-gate"))
    assert {"c", "tanh_c"} <= veil.quantities
    plain = Veil(quantities=frozenset({"f"}))
    assert veil_of(plain, runs_of("lstm")) is plain


def test_a_layer_of_a_one_way_network_needs_no_wider_veil() -> None:
    veil = Veil(after=3)
    assert veil_of(veil, [run.on(2) for run in runs_of(layers=2)]) is veil
    assert veil_of(veil, [run.on(1, "reverse") for run in runs_of(bidirectional=True)]) == replace(
        veil, after=0
    )
