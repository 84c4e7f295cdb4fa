"""A question of each kind, answered right and wrong by keys and clicks, on the screen and in the log."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt

from app.tutor.session import Phase
from app.widgets import FeedbackCard
from content.answers import Answer, SettingsAnswer, answer_to_data

from .check_parts import KINDS
from .hands import Hands, right_answer, wrong_answer
from .ink import ink, pixels
from .report import Check, Context, Failed

if TYPE_CHECKING:
    from pathlib import Path

    from app.controllers.library import Asked

__all__ = ["answer_checks", "first_of_kind", "rows"]

_LEAST_INK: Final = 0.002
_LONGEST_WAY: Final = 4
"""Presses of Enter from the verdict to the end of a session of one question."""


def answer_checks() -> tuple[Check, ...]:
    """Return a check for each kind of question."""
    return tuple((kind, _checking(kind)) for kind in KINDS)


def _checking(kind: str) -> Any:
    def check(context: Context) -> None:
        asked = first_of_kind(context, kind)
        if asked is None:
            raise Failed("no shipped bank has a question of this kind")
        _answer(context, asked, right=True)
        _answer(context, asked, right=False)

    return check


def first_of_kind(context: Context, kind: str) -> Asked | None:
    """Return the first question of a kind that the program can ask."""
    library = context.program.library
    names = (f"{bank.id}/{q.id}" for bank in library.banks for q in bank.questions if q.kind == kind)
    name = next(names, None)
    return None if name is None else library.find(name)


def rows(database: Path) -> list[tuple[str, str, dict[str, Any]]]:
    """Return session, kind and payload of every event, through a connection of one's own."""
    with contextlib.closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        found = connection.execute("SELECT session, kind, payload FROM event ORDER BY id").fetchall()
    return [(session, kind, json.loads(payload)) for session, kind, payload in found]


def _answer(context: Context, asked: Asked, *, right: bool) -> None:
    """Answer right by keys, or wrong by mouse, and follow the question to its end."""
    program = context.program
    study, page = program.study, program.window.study_page
    hands = Hands(program)
    how = "right" if right else "wrong"
    hands.begin(asked.name)
    if study.variant is None or program.window.page != "study":
        raise Failed(f"{asked.name} did not come on the table")
    session = study.session.uuid if study.session is not None else ""
    if ink(pixels(page.column.grab())) < _LEAST_INK:
        raise Failed(f"{asked.name} was put on the table without ink")
    answer = right_answer(study.variant) if right else wrong_answer(study.variant)
    hands.give(answer, by_mouse=not right)
    given = study.answer
    if not _same(given, answer):
        raise Failed(f"{asked.name}: {answer} was given by hand, and {given} was taken")
    hands.go(by_mouse=not right)
    page.stage.player.pause()
    if not study.is_answered:
        raise Failed(f"{asked.name} was not checked")
    context.count("answers")
    _see_verdict(context, asked, how)
    _see_row(context, asked, session, answer, right=right)
    _see_phase(context, asked, right=right)
    if right and asked.question.explain is not None:
        _explain(context, asked, hands, session)
    for _ in range(_LONGEST_WAY):
        if study.session is None:
            break
        hands.pass_on()
        page.stage.player.pause()
    if study.session is not None or program.window.page != "home":
        raise Failed(f"{asked.name} did not come to an end after it was answered {how}")
    kinds = [kind for where, kind, _ in rows(program.profile.database) if where == session]
    if kinds[-1:] != ["finished"]:
        raise Failed(f"the session of {asked.name} was finished, and the log does not have it")


def _same(given: Answer | None, wanted: Answer) -> bool:
    if isinstance(given, SettingsAnswer) and isinstance(wanted, SettingsAnswer):
        pairs = zip(given.values, wanted.values, strict=True)
        return all(abs(a - b) <= 1e-9 * max(1.0, abs(b)) for a, b in pairs)
    return given == wanted


def _see_verdict(context: Context, asked: Asked, how: str) -> None:
    column = context.program.window.study_page.column
    cards = [card for card in column.findChildren(FeedbackCard) if card.isVisible()]
    kinds = [card.kind() for card in cards if card.kind() in ("right", "wrong", "partly")]
    if kinds != [how]:
        said = " and ".join(kinds) or "nothing"
        raise Failed(f"{asked.name} was answered {how}, and the screen says {said}")
    card = next(card for card in cards if card.kind() == how)
    if not card.title() or ink(pixels(card.grab())) < _LEAST_INK:
        raise Failed(f"the verdict on {asked.name} has no ink")


def _see_row(context: Context, asked: Asked, session: str, answer: Answer, *, right: bool) -> None:
    stored = [
        payload
        for where, kind, payload in rows(context.program.profile.database)
        if where == session and kind == "answered"
    ]
    if len(stored) != 1:
        raise Failed(f"{asked.name} was answered once, and the log has {len(stored)} answers")
    (payload,) = stored
    if payload["question"] != asked.name:
        raise Failed(f"the answer to {asked.name} is in the log under {payload['question']}")
    if payload["right"] is not right or payload["credit"] != float(right):
        how = "right" if right else "wrong"
        raise Failed(
            f"{asked.name} was answered {how}, and the log says right: {payload['right']}, "
            f"credit {payload['credit']}"
        )
    wanted = json.loads(json.dumps(answer_to_data(answer)))
    kept = payload["answer"]
    if kept.get("kind") == "settings":
        kept, wanted = _rounded(kept), _rounded(wanted)
    if kept != wanted:
        raise Failed(f"{asked.name} was answered by {wanted}, and the log has {kept}")


def _rounded(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "values": [round(value, 9) for value in data["values"]]}


def _see_phase(context: Context, asked: Asked, *, right: bool) -> None:
    """The worked solution waits until the learner has explained, or may no longer try again."""
    study, aftermath = context.program.study, context.program.window.study_page.column.aftermath
    shown = aftermath.shown() if aftermath is not None else ()
    waits = (right and asked.question.explain is not None) or study.phase is Phase.RUN
    if waits and "why" in shown:
        raise Failed(f"{asked.name} shows its worked solution before its time")
    if right and asked.question.explain is not None and study.phase is not Phase.EXPLAIN_SELF:
        raise Failed(f"{asked.name} was answered, and the learner was not asked to explain")


def _explain(context: Context, asked: Asked, hands: Hands, session: str) -> None:
    """Say what decided it: by a click on the stage, or by the digit of a reason."""
    explain = asked.question.explain
    assert explain is not None
    if explain.nodes:
        if not hands.explain(explain.nodes[0]):
            raise Failed(f"no view of the stage shows {explain.nodes[0]}, for which {asked.name} asks")
    else:
        place = next(k for k, option in enumerate(explain.options) if option.correct)
        hands.press(Qt.Key(Qt.Key.Key_1 + place))
        hands.press(Qt.Key.Key_Return)
    stored = [
        payload
        for where, kind, payload in rows(context.program.profile.database)
        if where == session and kind == "explained"
    ]
    if [payload["right"] for payload in stored] != [True]:
        raise Failed(f"what decided {asked.name} was clicked, and the log has {stored}")
    aftermath = context.program.window.study_page.column.aftermath
    if aftermath is None or "why" not in aftermath.shown():
        raise Failed(f"{asked.name} was explained, and its worked solution is not shown")
    context.count("explanations")
