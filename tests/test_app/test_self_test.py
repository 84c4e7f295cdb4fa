"""The self-test passes on a sound program, and says in a sentence what is broken in any other."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor

from app.pages import aftermath, study
from app.proof.self_test import CHECKS, self_test
from app.stage import accessibility, animation, cell_lstm, hover, picture, veil, view
from app.stage.drawing import NOTHING
from app.storage.store import Store
from app.theme import fonts
from app.tutor.session import Phase, QuestionState
from app.version import __version__
from app.widgets import formula_images
from content.grader import grade
from engine import network
from engine.runs import Run
from engine.trace import HeldValues
from engine.unroll import unroll

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QPainter
    from pytestqt.qtbot import QtBot

    from engine.cells import Cell
    from engine.trace import ForwardTrace

ROOT = Path(__file__).resolve().parents[2]

LONELY = """\
format: 1
bank: {id: lonely, title: Lonely, language: en, license: CC0-1.0, authors: [Ada]}
questions:
  - id: one
    kind: numeric
    concept: state-update
    bloom: apply
    stem: How much is $1 + 1$?
    answer: {value: "2"}
    explanation: $1 + 1 = 2$.
"""


@pytest.fixture(autouse=True)
def windows_are_closed(qtbot: QtBot) -> None:
    """Have an application, and every window gone afterwards."""


def test_a_sound_program_passes_and_says_so_in_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "--self-test"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        # It needs no screen, and does not have to be told so.
        env={name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"},
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    (line,) = done.stdout.splitlines()
    said = json.loads(line)
    assert said["ok"] is True
    assert said["problems"] == []
    assert said["versions"] == {
        "unrolled": __version__,
        "python": ".".join(str(n) for n in sys.version_info[:3]),
        "qt": said["versions"]["qt"],
        "numpy": np.__version__,
    }
    assert said["answers"] == 8
    assert said["questions"] >= 10
    assert (
        min(said[name] for name in ("banks", "formulas", "pictures", "frames", "cells", "cards", "spoken"))
        > 0
    )
    assert said["milliseconds"].keys() == {"open", "all", *(name for name, _ in CHECKS)}
    assert list(tmp_path.iterdir()) == []


def problems_of(*checks: str, **given: Any) -> str:
    """Run these checks and return what they found, one problem a line."""
    report = self_test(checks, **given)
    assert report.milliseconds.keys() == {"open", "all", *checks}
    return "\n".join(report.problems)


def test_nothing_is_found_where_nothing_is_broken() -> None:
    assert problems_of("banks", "fonts", "numbers", "single-choice", "gates", "hover", "veil") == ""


# ----------------------------------------------------------------------------------------------- its parts


def test_a_bank_with_a_problem_is_found(tmp_path: Path) -> None:
    (tmp_path / "lonely.yaml").write_text(LONELY.replace("bloom: apply", "bloom: aply"), encoding="utf-8")
    found = problems_of("banks", shipped=tmp_path)
    assert f"{tmp_path / 'lonely.yaml'}:7:" in found


def test_a_kind_of_question_that_no_bank_has_is_named(tmp_path: Path) -> None:
    (tmp_path / "lonely.yaml").write_text(LONELY, encoding="utf-8")
    found = problems_of("banks", "make-it-happen", shipped=tmp_path)
    assert "banks: no shipped bank has a question of the kind single-choice or multiple-choice" in found
    assert "make-it-happen: no shipped bank has a question of this kind" in found


def test_an_empty_folder_of_banks_is_found(tmp_path: Path) -> None:
    assert problems_of("banks", shipped=tmp_path) == "banks: there is no question to study"


def test_a_missing_typeface_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_add", lambda file: file.name != "Inter-Italic.otf")
    assert problems_of("fonts") == "fonts: the font file Inter-Italic.otf cannot be used"


def test_a_formula_without_ink_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formula_images, "draw_formula", lambda *_: None)
    assert problems_of("formulas") == "formulas: a formula was drawn without ink"


def _with_a_constant_gate(cell: Cell, p: Any, x: Any, **more: Any) -> ForwardTrace:
    if cell.kind == "lstm":
        shape = (len(x), p["weight_hh"].shape[1])
        stuck = HeldValues(np.ones(shape, dtype=np.bool_), np.full(shape, 0.5))
        return dataclasses.replace(unroll(cell, p, x, **{**more, "held": {"f": stuck}}), held={})
    return unroll(cell, p, x, **more)


def test_a_constant_gate_is_found_in_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "unroll", _with_a_constant_gate)
    assert problems_of("numbers") == "numbers: the forget gate of a unit stays the same at all steps"


def test_a_gradient_that_is_not_the_slope_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    true_at = Run.at

    def doubled(run: Run, name: str, t: int, unit: int | None = None) -> Any:
        return true_at(run, name, t, unit) * (2.0 if name == "grad(c)" else 1.0)

    monkeypatch.setattr(Run, "at", doubled)
    assert "numbers: the gradient says" in problems_of("numbers")


# ---------------------------------------------------------------------------------------------- its answers


def test_a_wrong_grade_is_found_on_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    from app.controllers import study as controller

    def flipped(*given: Any) -> Any:
        verdict = grade(*given)
        return dataclasses.replace(verdict, right=not verdict.right, credit=1.0 - verdict.credit)

    monkeypatch.setattr(controller, "grade", flipped)
    for kind in ("single-choice", "multiple-choice", "numeric", "make-it-happen"):
        assert "was answered right, and the screen says wrong" in problems_of(kind)


def test_a_missing_row_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    true_append = Store.append

    def forgetful(store: Store, *events: Any, texts: Any = ()) -> int:
        return true_append(store, *(e for e in events if e.kind != "answered"), texts=texts)

    monkeypatch.setattr(Store, "append", forgetful)
    assert "was answered once, and the log has 0 answers" in problems_of("numeric")


def test_a_row_that_says_something_else_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    true_append = Store.append

    def lying(store: Store, *events: Any, texts: Any = ()) -> int:
        told = [
            dataclasses.replace(e, payload=dataclasses.replace(e.payload, credit=0.5))
            if e.kind == "answered"
            else e
            for e in events
        ]
        return true_append(store, *told, texts=texts)

    monkeypatch.setattr(Store, "append", lying)
    assert "the log says right: True, credit 0.5" in problems_of("single-choice")


def test_a_verdict_that_is_not_shown_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aftermath, "verdict_words", lambda _verdict: ("note", ""))
    assert "was answered right, and the screen says nothing" in problems_of("multiple-choice")


def test_keys_that_do_nothing_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study, "question_action", lambda _event: None)
    assert "was given by hand, and None was taken" in problems_of("single-choice")


def test_a_solution_that_does_not_wait_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def hasty(state: QuestionState) -> QuestionState:
        return dataclasses.replace(state, phase=Phase.EXPLAINED)

    monkeypatch.setattr(QuestionState, "watched", hasty)
    assert "shows its worked solution before its time" in problems_of("single-choice")


def test_an_error_that_qt_swallows_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_self: object) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(aftermath.Aftermath, "refresh", broken)
    assert "an error went unnoticed: ZeroDivisionError: on purpose" in problems_of("single-choice")


# ------------------------------------------------------------------------------------------------ its stage


def _only_the_ground(
    painter: QPainter,
    _marks: object,
    _theme: object,
    _cache: object = None,
    ground: str | None = None,
    area: tuple[float, float, float, float] | None = None,
    *_: object,
) -> None:
    """Paint no mark. What is not painted at all would show whatever lay in the memory."""
    if ground is not None and area is not None:
        painter.fillRect(QRectF(*area), QColor(ground))


@pytest.mark.parametrize(
    ("break_it", "sentence"),
    [
        (
            lambda patch: patch.setattr(cell_lstm, "frame", lambda *_: NOTHING),
            "a third of the view lstm cell forward dark is blank",
        ),
        (
            lambda patch: patch.setattr(picture, "paint", _only_the_ground),
            "a third of the view rnn gradient backward dark is blank",
        ),
        (
            lambda patch: patch.setattr(view.StageView, "set_cursor", lambda *_: None),
            "the view lstm gates forward light shows the same at t = 3 and t = 9",
        ),
    ],
    ids=["no cell", "no paint", "no motion"],
)
def test_a_blank_or_frozen_view_is_found(
    monkeypatch: pytest.MonkeyPatch, break_it: Callable[[pytest.MonkeyPatch], None], sentence: str
) -> None:
    break_it(monkeypatch)
    assert sentence in problems_of("views")


def test_remains_of_earlier_frames_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view.StageView, "update", lambda *_: None)
    assert "after 12 frames of cell forward the screen shows remains" in problems_of("motion")


def test_a_pass_that_does_not_move_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(animation.Player, "tick", lambda *_: None)
    assert problems_of("motion") == "motion: 12 frames of cell forward leave the screen as it was"


def test_a_constant_gate_is_found_on_the_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "unroll", _with_a_constant_gate)
    assert problems_of("gates") == "gates: the heat map of f has a unit that never varies"


def test_a_card_that_tells_another_number_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hover, "format_number", lambda _value: "0.5")
    assert "the card of f, unit 2, t = 3 says 0.5, the run" in problems_of("hover")


def test_a_stage_that_cannot_be_heard_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accessibility._MarkInterface, "text", lambda *_: "")
    assert "spoken: a screen reader hears ''" in problems_of("spoken")


def test_a_veil_that_hides_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(veil.Veil, "hides", lambda *_, **__: False)
    assert "past the veil" in problems_of("veil")
