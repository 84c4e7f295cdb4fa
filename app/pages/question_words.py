"""What the question column says below the answers: on its two buttons, and of what is hidden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.tutor.session import Phase

if TYPE_CHECKING:
    from app.controllers import StudyController

__all__ = ["Actions", "actions", "missing", "of_the_veil"]


@dataclass(frozen=True)
class Actions:
    """The words of the filled button and of the one beside it, which is absent without any, and its key.

    Without what it needs, such as an answer to check, the first is not filled: it says then what is missing.
    """

    first: str
    second: str = ""
    key: str = ""
    is_second_live: bool = True
    is_first_ready: bool = True


def _tr(text: str) -> str:
    return QCoreApplication.translate("QuestionWords", text)


def actions(study: StudyController) -> Actions:
    """Return what the buttons say now.

    Whoever presses Enter by habit presses the first. So that one never ends what is left to the learner: to
    see the run instead of trying again, and to skip the explaining, are on the second.
    """
    card, state = study.card, study.state
    if card is None or state is None:
        return Actions("")
    match study.phase:
        case Phase.PREDICT:
            ready = study.can_check
            if state.can_hint:
                hint = _tr("Hint {0} / {1}").format(state.hints_seen + 1, len(card.hints))
                return Actions(_tr("Check answer"), hint, "H", is_first_ready=ready)
            none = _tr("No more hints") if card.hints else ""
            return Actions(_tr("Check answer"), none, is_second_live=False, is_first_ready=ready)
        case Phase.RUN:
            has_hint = state.hints_seen < state.hints
            hides = bool(card.veil) and not study.is_open
            return Actions(
                _tr("Try with a hint") if has_hint else _tr("Try again"),
                _tr("See the run") if hides else _tr("See why"),
            )
        case Phase.EXPLAIN_SELF:
            chooses = card.explain is not None and bool(card.explain.options)
            ready = not chooses or study.reason is not None
            return Actions(_explaining(study), _tr("Skip this"), is_first_ready=ready)
        case _:
            last = study.session is not None and study.session.is_last
            other = _tr("Other numbers") if state.can_take_sibling else ""
            return Actions(_tr("Finish") if last else _tr("Next question"), other)


def _explaining(study: StudyController) -> str:
    explain = study.card.explain if study.card is not None else None
    if explain is not None and not explain.options:
        return _tr("Go to the stage")
    return _tr("Choose a reason") if study.reason is None else _tr("Check reason")


def of_the_veil(study: StudyController) -> str:
    """Return what is said of what the stage hides, Markdown; empty where nothing was ever hidden."""
    card = study.card
    veil = card.veil if card is not None else ""
    if veil and study.is_open:
        if card is not None and card.kind == "make-it-happen":
            return _tr("You set the controls first; now the run is shown.")
        return _tr("You predicted first; now the run is shown.")
    if veil and study.is_answered:
        return _tr("The run stays hidden until your second try.")
    return veil


def missing(kind: str) -> str:
    """Return what is missing before an answer to this kind of question can be checked."""
    match kind:
        case "numeric":
            return _tr("Type a number first.")
        case "make-it-happen":
            return _tr("Move a control under the stage first.")
        case _:
            return _tr("Choose an answer first.")
