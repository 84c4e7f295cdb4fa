"""What the gallery shows: every page and view, led to by the doors that a learner uses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

import engine
from app.pages.help_dialog import HelpDialog
from app.pages.preferences import PreferencesDialog
from app.pages.question_column import FOLLOWS_MS
from app.pages.trouble import TroubleDialog
from app.stage.compose import VIEWS
from app.stage.cursor import Cursor
from app.stage.marks import HeatMap
from app.stage.part import Part
from app.tutor.session import Phase
from content.variants import draw

from .hands import Hands, right_answer, wrong_answer
from .opened import settle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from app.pages.study import StudyPage
    from app.program import Program
    from app.stage.view import StageView

__all__ = ["SCENES", "Scene", "Shot"]

Shot = tuple[str, QWidget]
"""A picture's name, and what is to be seen on it at this moment."""

_KINDS: Final = ("single-choice", "multiple-choice", "numeric", "make-it-happen")
_MOMENTS: Final = ("before", "chosen", "hint", "answered", "explained", "wrong", "told")
_FOLLOWED: Final = 2 * FOLLOWS_MS
"""Milliseconds until the question's column has followed what opened in it."""
_BROKEN: Final = """
format: 1
bank: {id: broken, title: A bank with problems, language: en, license: CC0-1.0, authors: [Ada]}
questions:
  - id: one
    kind: numeric
    concept: state-updat
    bloom: aply
    stem: How much is $1 + 1$?
    answer: {value: "2 +"}
    explanation: $1 + 1 = 2$.
  - id: two
    kind: numeric
    concept: state-update
    bloom: apply
    stem: How much is $1 + 2$?
    answer: {value: "3"}
    explanation: $1 + 2 = 3$.
"""


@dataclass(frozen=True)
class Scene:
    """Some pictures that are taken one after the other.

    Attributes
    ----------
    names : tuple of str
        Of all its pictures.
    play : callable
        ``play(program, folder)`` yields each picture's name and what is on it, at the moment when it is to be
        seen; the folder is for files of its own.
    """

    names: tuple[str, ...]
    play: Callable[[Program, Path], Iterator[Shot]]


# ---------------------------------------------------------------------------------------------------- home


def _home(program: Program, folder: Path) -> Iterator[Shot]:
    window = program.window
    window.go_to("home")
    yield "home-fresh", window
    concept = program.library.concepts.concepts[len(program.library.concepts.concepts) // 2].id
    window.home.map.pick(concept)
    yield "home-concept", window
    window.home.map.pick("")
    broken = folder / "broken.yaml"
    broken.write_text(_BROKEN, encoding="utf-8")
    window.open_bank(broken)
    settle()
    yield "home-problems", window
    window.banner.close_button().click()
    program.library.forget(broken)
    window.home.area.verticalScrollBar().setValue(0)


def _history(program: Program, _folder: Path) -> Iterator[Shot]:
    window = program.window
    names = [f"{bank.id}/{q.id}" for bank in program.library.banks for q in bank.questions]
    Hands(program).begin(*names)
    for number in range(len(names) * 3 // 4):
        _answer_quietly(program, right=number % 3 != 1)
    window.go_to("home")
    yield "home-history", window
    _leave(program)


def _answer_quietly(program: Program, *, right: bool) -> None:
    study = program.study
    assert study.variant is not None
    study.choose((right_answer if right else wrong_answer)(study.variant))
    study.check()
    while study.phase in (Phase.RUN, Phase.EXPLAIN_SELF):
        study.go_on()
    study.next_question()
    program.window.study_page.stage.player.pause()


def _leave(program: Program) -> None:
    program.study.leave()
    program.window.toast.hide()
    program.window.go_to("home")


# --------------------------------------------------------------------------------------------------- study


def _study(kind: str) -> Scene:
    """Return the scene of a kind of question: answered right by keys, then wrong by mouse."""

    def play(program: Program, _folder: Path) -> Iterator[Shot]:
        study, window = program.study, program.window
        page, hands = window.study_page, Hands(program)
        asked = [f"{b.id}/{q.id}" for b in program.library.banks for q in b.questions if q.kind == kind]
        hands.begin(*asked[:2])
        assert study.variant is not None
        yield f"study-{kind}-before", window
        hands.give(right_answer(study.variant))
        yield f"study-{kind}-chosen", window
        study.read_hint()
        settle(_FOLLOWED)
        yield f"study-{kind}-hint", window
        hands.go()
        page.stage.player.pause()
        page.stage.set_cursor(replace(page.stage.cursor_now(), phase=2.5))
        settle(_FOLLOWED)
        yield f"study-{kind}-answered", window
        while study.phase is Phase.EXPLAIN_SELF:
            study.go_on()
        page.show_decided()
        settle(_FOLLOWED)
        yield f"study-{kind}-explained", window
        study.next_question()
        assert study.variant is not None
        settle()
        hands.give(wrong_answer(study.variant), by_mouse=True)
        hands.go(by_mouse=True)
        page.stage.player.pause()
        settle(_FOLLOWED)
        yield f"study-{kind}-wrong", window
        while study.phase in (Phase.RUN, Phase.EXPLAIN_SELF):
            study.go_on()
        page.show_decided()
        settle(_FOLLOWED)
        yield f"study-{kind}-told", window
        _leave(program)

    return Scene(tuple(f"study-{kind}-{moment}" for moment in _MOMENTS), play)


# --------------------------------------------------------------------------------------------------- stage

_CELLS: Final[dict[str, tuple[str, ...]]] = {"lstm": ("lstm",), "rnn": ("rnn",), "lanes": ("rnn", "lstm")}
"""The cells of the lanes of a question's own experiment; the first such question is asked."""


def _about(program: Program, cells: tuple[str, ...]) -> str:
    for bank in program.library.banks:
        for question in bank.questions:
            experiment = draw(question, 0).experiment
            if experiment is not None and tuple(lane.network.cell for lane in experiment.lanes) == cells:
                return f"{bank.id}/{question.id}"
    raise LookupError(f"no question is about {cells}")


def _lane(name: str, **given: object) -> engine.Lane:
    return engine.Lane(name, engine.Network(**given))  # type: ignore[arg-type]  # the fields' own types


def _sentence(**given: object) -> engine.Experiment:
    words = ("the", "hot", "dog", "was", "good", "but", "the", "bun", "was", "cold", "</s>")
    cell = str(given.setdefault("cell", "lstm"))
    lane = _lane(cell, hidden=8, init="gaussian", outputs=2, seed=3, **given)
    return engine.Experiment((lane,), engine.Input.tokens(words), engine.Loss(at=(1, len(words))))


_BARE: Final[dict[str, Callable[[], engine.Experiment]]] = {
    "gru": lambda: _sentence(cell="gru"),
    "gru-before": lambda: _sentence(cell="gru", reset="before"),
    "coupled": lambda: _sentence(variant="coupled"),
    "no-forget-gate": lambda: _sentence(variant="no-forget-gate"),
    "peepholes": lambda: _sentence(variant="peepholes"),
    "layers": lambda: _sentence(cell="gru", layers=2),
    "both-ways": lambda: _sentence(bidirectional=True),
    "large": lambda: engine.Experiment(
        (_lane("LSTM", cell="lstm", hidden=64, init="gaussian", forget_bias=1.0, seed=2),),
        engine.Input.noise(200, 8, seed=4),
    ),
    "overflow": lambda: engine.Experiment(
        (
            _lane(
                "RNN",
                cell="rnn",
                hidden=8,
                init="gaussian",
                activation="identity",
                spectral_radius=1e8,
                seed=3,
            ),
        ),
        engine.Input.noise(60, 2, seed=4),
    ),
}
"""Networks that no question is about: of these the stage alone is taken."""

_PARTS: Final = {"layers": Part(2), "both-ways": Part(1, "reverse")}
"""Which layer and direction of them is looked at, if not the first."""
_TURNED: Final = tuple(run for run in _BARE if run not in ("large", "overflow"))
"""Those whose cell is also taken backwards."""


def _stage_names() -> tuple[str, ...]:
    views = [f"stage-{run}-{view}" for run in (*_CELLS, *_BARE) for view in VIEWS]
    backward = [f"stage-{run}-cell-backward" for run in (*_CELLS, *_TURNED)]
    more = [f"stage-lstm-{view}-{how}" for view in VIEWS for how in ("hover", "focus", "veiled")]
    return (*views, *backward, "stage-lstm-cell-moving", "stage-lstm-cell-moving-backward", *more)


def _stage(program: Program, _folder: Path) -> Iterator[Shot]:
    """Show the stage beside questions about the very networks on it, answered so that nothing is veiled."""
    study, window = program.study, program.window
    page = window.study_page
    stage = page.stage
    for run, cells in _CELLS.items():
        Hands(program).begin(_about(program, cells))
        assert study.variant is not None
        if run == "lstm":
            for view in VIEWS:
                stage.set_view(view)
                yield f"stage-lstm-{view}-veiled", window
        study.choose(right_answer(study.variant))
        study.check()
        while study.phase is Phase.EXPLAIN_SELF:
            study.go_on()
        stage.player.pause()
        settle()
        for view in VIEWS:
            stage.set_view(view)
            middle = replace(stage.cursor_now(), step=max(1, stage.runs()[0].steps // 2), phase=5.0)
            stage.set_cursor(replace(middle, backward=False))
            yield f"stage-{run}-{view}", window
            if view == "cell":
                stage.set_cursor(replace(middle, backward=True))
                yield f"stage-{run}-cell-backward", window
        if run == "lstm":
            yield from _closely(window, page)
    page.controls.set_controls(())
    page.panel.set_decided_available(False)
    for run, experiment in _BARE.items():
        page.panel.set_runs(engine.run(experiment()))
        stage.set_part(_PARTS.get(run, Part()))
        for view in VIEWS:
            stage.set_view(view)
            stage.set_cursor(Cursor(step=stage.runs()[0].steps // 2, unit=3))
            yield f"stage-{run}-{view}", page.panel
        if run in _TURNED:
            stage.set_view("cell")
            stage.set_backward(True)
            yield f"stage-{run}-cell-backward", page.panel
    _leave(program)


def _closely(window: QWidget, page: StudyPage) -> Iterator[Shot]:
    """Show a step under way, and what pointer and keyboard find."""
    stage = page.stage
    stage.set_view("cell")
    moving = replace(stage.cursor_now(), step=5, phase=1.6)
    for backward in (False, True):
        stage.set_cursor(replace(moving, backward=backward))
        yield f"stage-lstm-cell-moving{'-backward' if backward else ''}", window
    for view in VIEWS:
        stage.set_view(view)
        stage.set_cursor(replace(moving, phase=5.0, backward=False))
        _hover(stage)
        yield f"stage-lstm-{view}-hover", window
        _visit(stage)
        yield f"stage-lstm-{view}-focus", window
        QTest.keyClick(stage, Qt.Key.Key_Escape)
        page.column.primary.setFocus()


def _hover(stage: StageView) -> None:
    """Put the pointer on a number of the view's largest picture."""
    settle()
    maps = [mark for mark in stage.marks() if isinstance(mark, HeatMap)]
    largest = max(maps, key=lambda mark: mark.rect[2] * mark.rect[3])
    place = stage.global_rect(largest)
    _point(stage, QPoint(0, 0))
    inside = QPoint(round(0.6 * place.width()), round(0.4 * place.height()))
    _point(stage, stage.mapFromGlobal(place.topLeft() + inside))
    settle()


def _point(stage: StageView, at: QPoint) -> None:
    """Move the pointer over the stage, as the window system tells its window of it."""
    window = stage.window()
    QTest.mouseMove(window.windowHandle(), stage.mapTo(window, at))


def _visit(stage: StageView) -> None:
    """Walk to a mark with the keyboard, and open its card."""
    _point(stage, QPoint(0, 0))
    stage.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(6):
        QTest.keyClick(stage, Qt.Key.Key_Tab)
    QTest.keyClick(stage, Qt.Key.Key_Return)
    settle()


# ------------------------------------------------------------------------------------- dialogs and messages


def _dialogs(program: Program, _folder: Path) -> Iterator[Shot]:
    trouble = TroubleDialog(
        "The log of your answers is in use by another Unrolled.",
        "Close the other window, or start this one with a folder of its own: unrolled --profile DIR",
    )
    for name, dialog in (
        ("dialog-keys", HelpDialog(program.window)),
        ("dialog-looks", PreferencesDialog(program.themes, program.window)),
        ("dialog-trouble", trouble),
    ):
        dialog.show()
        settle()
        yield name, dialog
        dialog.close()
        dialog.deleteLater()


def _messages(program: Program, _folder: Path) -> Iterator[Shot]:
    window = program.window
    names = [f"{bank.id}/{q.id}" for bank in program.library.banks for q in bank.questions]
    Hands(program).begin(*names[:2])
    for right in (True, False):
        _answer_quietly(program, right=right)
    yield "message-toast", window  # which the end of the session has brought
    window.toast.hide()
    window.tell(
        "The settings could not be saved: the disk is full. Free some space; nothing else is lost.",
        problem=True,
    )
    yield "message-banner", window
    window.banner.close_button().click()


SCENES: Final[tuple[Scene, ...]] = (
    Scene(("home-fresh", "home-concept", "home-problems"), _home),
    *(_study(kind) for kind in _KINDS),
    Scene(_stage_names(), _stage),
    Scene(("dialog-keys", "dialog-looks", "dialog-trouble"), _dialogs),
    Scene(("message-toast", "message-banner"), _messages),
    Scene(("home-history",), _history),
)
