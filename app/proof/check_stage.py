"""Every view of the stage: drawn, moving, true to the run's numbers, and silent about what is veiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest

import engine
from app.stage.compose import VIEWS
from app.stage.cursor import Cursor
from app.stage.marks import HeatMap
from app.stage.veil import OPEN, Veil
from engine.worked import format_number

from .check_parts import trial
from .ink import changed, pixels, thinnest
from .opened import settle
from .report import Context, Failed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.stage.marks import Mark
    from app.stage.view import StageView
    from app.theme.manager import Mode

__all__ = ["check_gates", "check_hover", "check_motion", "check_spoken", "check_veil", "check_views"]

_HEADER: Final = 52
"""Pixels of the stage's title and tabs, which are there in any case."""
_LEAST_INK: Final = 0.004
_LEAST_CHANGE: Final = 0.0005
_STEPS: Final = (3, 9)
_FRAMES: Final = 12
_FRAME_MS: Final = 70.0
"""Twelve of these go through more than one step of 600 ms."""
_THEMES: Final[tuple[Mode, ...]] = ("dark", "light")
# What another theme could spoil is seen on one cell and in one direction as well as on all.
_CELLS: Final = {"dark": (("lstm", 8), ("rnn", 16), ("gru", 8)), "light": (("lstm", 8),)}
_TO_SEE: Final = {
    "dark": tuple((view, backward) for view in VIEWS for backward in (False, True)),
    "light": tuple((view, False) for view in VIEWS),
}


def _stage(context: Context) -> StageView:
    """Return the window's stage with the trial on it, everything unveiled, and the page in front."""
    program = context.program
    if program.study.card is None:
        program.window.study_now()
    program.window.go_to("study")
    settle()
    stage = program.window.study_page.stage
    stage.player.pause()
    stage.set_runs(engine.run(trial()))
    stage.set_veil(OPEN)
    stage.set_view("cell")
    stage.set_cursor(Cursor(step=1))
    settle()
    return stage


def _below_header(stage: StageView) -> NDArray[np.int16]:
    picture = stage.grab()
    return pixels(picture)[round(_HEADER * picture.devicePixelRatio()) :]


def check_views(context: Context) -> None:
    """Every view has ink in all its parts and changes with the step: all cells, directions and themes."""
    stage, themes = _stage(context), context.program.themes
    mode, wanting = themes.mode, []
    try:
        for theme in _THEMES:
            themes.set_mode(theme)
            for cell, units in _CELLS[theme]:
                stage.set_runs(engine.run(trial(cell, units)))
                for view, backward in _TO_SEE[theme]:
                    stage.set_view(view)
                    word = f"{cell} {view} {'backward' if backward else 'forward'} {theme}"
                    wanting += _look(context, stage, word, backward=backward)
    finally:
        themes.set_mode(mode)
    if wanting:
        raise Failed("; ".join(wanting))


def _look(context: Context, stage: StageView, word: str, *, backward: bool) -> list[str]:
    seen = []
    for step in _STEPS:
        stage.set_cursor(Cursor(step=step, backward=backward, unit=2))
        seen.append(_below_header(stage))
        context.count("pictures")
    if thinnest(seen[0]) < _LEAST_INK:
        return [f"a third of the view {word} is blank"]
    # The strip under the cell moves with the cursor anyway: what matters is above it.
    above = [picture[: 2 * picture.shape[0] // 3] for picture in seen]
    if changed(*above) < _LEAST_CHANGE:
        return [f"the view {word} shows the same at t = {_STEPS[0]} and t = {_STEPS[1]}"]
    return []


def check_motion(context: Context) -> None:
    """While it plays, what the screen shows is what a new picture of the whole window would be."""
    stage, window = _stage(context), context.program.window
    for view in VIEWS:
        stage.set_view(view)
        for backward in (False, True):
            stage.set_cursor(Cursor(step=_STEPS[1] if backward else _STEPS[0], phase=0.0, backward=backward))
            settle()
            before = pixels(window.screen().grabWindow(window.winId()))
            for _ in range(_FRAMES):
                stage.player.tick(_FRAME_MS)
                settle()
            shown = pixels(window.screen().grabWindow(window.winId()))
            word = f"{view} {'backward' if backward else 'forward'}"
            if changed(shown, pixels(window.grab())) > 0.0:
                raise Failed(f"after {_FRAMES} frames of {word} the screen shows remains of earlier ones")
            if changed(before, shown) == 0.0:
                raise Failed(f"{_FRAMES} frames of {word} leave the screen as it was")
            context.count("frames", _FRAMES)


def check_gates(context: Context) -> None:
    """What the heat maps show are the run's numbers, and they vary over steps and units."""
    stage = _stage(context)
    stage.set_view("gates")
    (run,) = stage.runs()
    maps = {m.quantity: m for m in stage.marks() if isinstance(m, HeatMap) and m.quantity}
    for name in "fiogch":
        shown = maps.get(name)
        if shown is None:
            raise Failed(f"the gates view has no heat map of {name}")
        if not np.array_equal(shown.values, run.grid(name).T):
            raise Failed(f"the heat map of {name} does not show the run's numbers")
        if np.ptp(shown.values, axis=1).min() < 1e-3:
            raise Failed(f"the heat map of {name} has a unit that never varies")
        if np.ptp(shown.values, axis=0).min() < 1e-3:
            raise Failed(f"the heat map of {name} has a step at which all units are the same")
        context.count("cells", shown.values.size)


def check_hover(context: Context) -> None:
    """The card beside what the pointer is on tells the run's number."""
    stage = _stage(context)
    (run,) = stage.runs()
    stage.set_view("gates")
    settle()
    for name, step, unit in (("f", 3, 2), ("i", 7, 5), ("c", 12, 8)):
        shown = next(m for m in stage.marks() if isinstance(m, HeatMap) and m.quantity == name)
        part = next(p for p in shown.parts() if (p.step, p.unit) == (step, unit))
        QTest.mouseMove(stage, _middle(part))
        settle()
        card = stage.card()
        wanted = format_number(float(run.at(name, step, unit)))
        if card is None or not stage.shown_card_marks():
            raise Failed(f"no card opens over {name} of unit {unit} at t = {step}")
        if card.value != wanted:
            raise Failed(f"the card of {name}, unit {unit}, t = {step} says {card.value}, the run {wanted}")
        if wanted not in card.numbers:
            raise Failed(f"the worked formula of {name} does not end in {wanted}: {card.numbers}")
        context.count("cards")


def _middle(mark: Mark) -> QPoint:
    x, y, width, height = mark.rect
    return QPoint(int(x + width / 2), int(y + height / 2))


def check_spoken(context: Context) -> None:
    """What a screen reader finds on the stage has names, and every number in them is the run's."""
    stage = _stage(context)
    (run,) = stage.runs()
    told = 0
    for view in VIEWS:
        stage.set_view(view)
        stage.set_cursor(Cursor(step=5, unit=3))
        settle()
        interface = QAccessible.queryAccessibleInterface(stage)
        marks = stage.spoken_marks()
        if interface.childCount() != len(marks) or not marks:
            raise Failed(f"a screen reader finds nothing in the view {view}, or not what is drawn")
        for place, mark in enumerate(marks):
            name = interface.child(place).text(QAccessible.Text.Name)
            if name != mark.label or not name:
                raise Failed(f"a screen reader hears {name!r} in the view {view}, drawn is {mark.label!r}")
            told += _is_true(mark, run, view)
    if told < 10:
        raise Failed(f"only {told} of the spoken marks tell a number")
    context.figures["spoken"] = told


def _is_true(mark: Mark, run: engine.Run, view: str) -> bool:
    """Compare a mark that stands for one number with the run."""
    name, step, unit, value = mark.quantity, mark.step, mark.unit, mark.value
    if name is None or step is None or unit is None or value is None or not run.has(name):
        return False
    wanted = float(run.at(name, step, unit))
    if value != wanted:
        raise Failed(f"the view {view} has {value} for {name} of unit {unit} at t = {step}, the run {wanted}")
    if format_number(wanted) not in mark.label:
        raise Failed(f"{mark.label!r} does not tell {format_number(wanted)}")
    return True


def check_veil(context: Context) -> None:
    """Nothing that the veil hides is drawn, hovered or heard."""
    stage = _stage(context)
    stage.set_veil(Veil(after=4, quantities=frozenset({"o"}), views=frozenset({"gradient"})))
    for view in VIEWS:
        stage.set_view(view)
        stage.set_cursor(Cursor(step=4))
        for mark in stage.marks():
            for part in (mark, *mark.parts()):
                if part.value is None:
                    continue
                if part.step is not None and part.step > 4:
                    raise Failed(f"the view {view} tells {part.label!r} past the veil")
                if part.quantity == "o" or view == "gradient":
                    raise Failed(f"the view {view} tells {part.label!r}, which is veiled")
            if isinstance(mark, HeatMap) and mark.quantity and mark.values.shape[1] > 4:
                raise Failed(f"the view {view} holds the numbers of {mark.quantity} past the veil")
    stage.set_veil(OPEN)
