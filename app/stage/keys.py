"""The one table of the stage's keys: what is pressed, what it does, and how ``?`` lists it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, Qt

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

__all__ = ["STAGE_KEYS", "Action", "StageKey", "action_for", "stage_help", "view_number"]


class Action(StrEnum):
    """What a key on the stage does."""

    PLAY = "play"
    BACK = "back"
    ON = "on"
    SUB_BACK = "sub-back"
    SUB_ON = "sub-on"
    FIRST = "first"
    LAST = "last"
    UNIT_UP = "unit-up"
    UNIT_DOWN = "unit-down"
    SLOWER = "slower"
    FASTER = "faster"
    DECIDED = "decided"
    DIRECTION = "direction"
    LANE = "lane"
    LAYER_UP = "layer-up"
    LAYER_DOWN = "layer-down"
    WAY = "way"
    VIEW = "view"
    OPEN = "open"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class StageKey:
    """One row of the table.

    Attributes
    ----------
    action : Action
        What it does.
    keys : tuple of Qt.Key
        Any of these.
    shift : bool or None
        Whether Shift must be held; None: it does not matter.
    shown : str
        The key as ``?`` shows it.
    """

    action: Action
    keys: tuple[Qt.Key, ...]
    shift: bool | None
    shown: str


_K = Qt.Key
STAGE_KEYS: Final = (
    StageKey(Action.PLAY, (_K.Key_Space,), None, "Space"),
    StageKey(Action.BACK, (_K.Key_Left,), False, "←"),
    StageKey(Action.ON, (_K.Key_Right,), False, "→"),
    StageKey(
        Action.SUB_BACK,
        (_K.Key_Left,),
        True,
        "Shift+←",
    ),
    StageKey(
        Action.SUB_ON,
        (_K.Key_Right,),
        True,
        "Shift+→",
    ),
    StageKey(Action.FIRST, (_K.Key_Home,), None, "Home"),
    StageKey(Action.LAST, (_K.Key_End,), None, "End"),
    StageKey(Action.UNIT_UP, (_K.Key_Up,), None, "↑"),
    StageKey(Action.UNIT_DOWN, (_K.Key_Down,), None, "↓"),
    StageKey(Action.SLOWER, (_K.Key_BracketLeft,), None, "["),
    StageKey(Action.FASTER, (_K.Key_BracketRight,), None, "]"),
    StageKey(Action.DECIDED, (_K.Key_D,), None, "D"),
    StageKey(
        Action.DIRECTION,
        (_K.Key_B,),
        None,
        "B",
    ),
    StageKey(Action.LANE, (_K.Key_L,), None, "L"),
    StageKey(Action.LAYER_UP, (_K.Key_PageUp,), None, "Page Up"),
    StageKey(Action.LAYER_DOWN, (_K.Key_PageDown,), None, "Page Down"),
    StageKey(Action.WAY, (_K.Key_R,), None, "R"),
    StageKey(
        Action.VIEW,
        (_K.Key_1, _K.Key_2, _K.Key_3, _K.Key_4),
        None,
        "1..4",
    ),
    StageKey(
        Action.OPEN,
        (_K.Key_Return, _K.Key_Enter),
        None,
        "Enter",
    ),
    StageKey(Action.CLOSE, (_K.Key_Escape,), None, "Esc"),
)
"""Every key of the stage. Tab and Shift+Tab walk through the marks and then leave the stage."""

_COMMANDS = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)


def action_for(event: QKeyEvent) -> Action | None:
    """Return what a key press means on the stage; None if it means nothing here.

    A key with Ctrl, Alt or Meta never does: those belong to the page and the window.
    """
    # On many keyboards a bracket is typed with AltGr, which some systems report as Ctrl+Alt.
    if event.modifiers() & _COMMANDS and event.text() not in ("[", "]"):
        return None
    shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    pressed = event.key()
    for row in STAGE_KEYS:
        if pressed in row.keys and row.shift in (None, shift):
            return row.action
    return None


def view_number(event: QKeyEvent) -> int:
    """Return which view (from 0) a key of `Action.VIEW` chose."""
    return int(event.key()) - int(_K.Key_1)


def stage_help() -> tuple[tuple[str, str], ...]:
    """Return every key as shown, and its meaning in the user's language."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("StageKeys", text)

    meanings = {
        Action.PLAY: tr("play or pause"),
        Action.BACK: tr("one step back"),
        Action.ON: tr("one step on"),
        Action.SUB_BACK: tr("one sub-step back"),
        Action.SUB_ON: tr("one sub-step on"),
        Action.FIRST: tr("first step"),
        Action.LAST: tr("last step shown"),
        Action.UNIT_UP: tr("the unit above"),
        Action.UNIT_DOWN: tr("the unit below"),
        Action.SLOWER: tr("slower"),
        Action.FASTER: tr("faster"),
        Action.DECIDED: tr("go to what decided it"),
        Action.DIRECTION: tr("cell: forward or backward pass"),
        Action.LANE: tr("the other network"),
        Action.LAYER_UP: tr("the layer above"),
        Action.LAYER_DOWN: tr("the layer below"),
        Action.WAY: tr("the other reading direction (bidirectional network)"),
        Action.VIEW: tr("choose a view"),
        Action.OPEN: tr("open the arithmetic of the mark in focus"),
        Action.CLOSE: tr("close the card"),
    }
    rows = [(row.shown, meanings[row.action]) for row in STAGE_KEYS]
    return (*rows, ("Tab", tr("walk through the marks, then out of the stage")))
