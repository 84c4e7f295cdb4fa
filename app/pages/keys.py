"""The one table of the keys of a question, and the list of all keys that ``?`` shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, Qt

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

__all__ = [
    "QUESTION_KEYS",
    "QuestionAction",
    "QuestionKey",
    "option_number",
    "question_action",
    "question_help",
]


class QuestionAction(StrEnum):
    """What a key of the question does."""

    CHOOSE = "choose"
    GO = "go"
    HINT = "hint"
    CERTAINTY = "certainty"
    TAKE_BACK = "take-back"
    FLAG = "flag"
    OTHER_SIDE = "other-side"


@dataclass(frozen=True)
class QuestionKey:
    """One row of the table: any of ``keys`` with exactly ``modifiers``, how it is shown, and its meaning."""

    action: QuestionAction
    keys: tuple[Qt.Key, ...]
    modifiers: Qt.KeyboardModifier
    shown: str
    meaning: str


_K = Qt.Key
_NONE, _ALT, _CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
)
_DIGITS = (_K.Key_1, _K.Key_2, _K.Key_3, _K.Key_4, _K.Key_5, _K.Key_6, _K.Key_7, _K.Key_8, _K.Key_9)

QUESTION_KEYS: Final = (
    QuestionKey(
        QuestionAction.CHOOSE,
        _DIGITS,
        _NONE,
        "1..9",
        "choose an answer or a reason",
    ),
    QuestionKey(
        QuestionAction.GO,
        (_K.Key_Return, _K.Key_Enter),
        _NONE,
        "Enter",
        "check the answer, or go on",
    ),
    QuestionKey(QuestionAction.HINT, (_K.Key_H,), _NONE, "H", "read a hint"),
    QuestionKey(
        QuestionAction.CERTAINTY,
        _DIGITS[:3],
        _ALT,
        "Alt+1 2 3",
        "guess, think so, certain",
    ),
    QuestionKey(
        QuestionAction.TAKE_BACK,
        (_K.Key_Z,),
        _CTRL,
        "Ctrl+Z",
        "take back the choice; after the check, withdraw the answer",
    ),
    QuestionKey(
        QuestionAction.FLAG,
        (_K.Key_M,),
        _NONE,
        "M",
        "mark the question with a flag",
    ),
    QuestionKey(
        QuestionAction.OTHER_SIDE,
        (_K.Key_F6,),
        _NONE,
        "F6",
        "go between question, stage and controls",
    ),
)

_RELEVANT = _ALT | _CTRL | Qt.KeyboardModifier.MetaModifier | Qt.KeyboardModifier.ShiftModifier


def question_action(event: QKeyEvent) -> QuestionAction | None:
    """Return what a key press means for the question; None if it means nothing."""
    modifiers = event.modifiers() & _RELEVANT
    for row in QUESTION_KEYS:
        if event.key() in row.keys and modifiers == row.modifiers:
            return row.action
    return None


def option_number(event: QKeyEvent) -> int:
    """Return which option, reason or degree of certainty a digit names, from 0."""
    return int(event.key()) - int(_K.Key_1)


def question_help() -> tuple[tuple[str, str], ...]:
    """Return every key of the question as shown, and its meaning in the user's language."""
    return tuple(
        (row.shown, QCoreApplication.translate("QuestionKeys", row.meaning)) for row in QUESTION_KEYS
    )
