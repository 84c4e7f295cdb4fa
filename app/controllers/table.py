"""The question on the table: what is asked, what was chosen, what came of it, and how much may be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.tutor.session import Phase, QuestionState, Session
from content.answers import ChoiceAnswer, NumberAnswer, SettingsAnswer
from content.pictures import read_picture

from .playground import Playground

if TYPE_CHECKING:
    from content.answers import Answer
    from content.grader import Verdict
    from content.model import Misconception, Question, Reveal, StageSetup
    from content.variants import Variant

    from .cards import Card
    from .library import LibraryController

__all__ = ["Explanation", "Table"]


@dataclass(frozen=True)
class Explanation:
    """What the learner said decided it, and whether that was accepted."""

    choice: str
    right: bool


class Table(QObject):
    """What lies on the table; it is changed by the study controller, and read by the pages.

    Parameters
    ----------
    library : LibraryController
        Where questions are found.

    Attributes
    ----------
    question_changed : Signal()
        Another question or another variant is on the table.
    state_changed : Signal()
        The learner chose, asked for a hint, checked, explained, or took something back.
    playground : Playground
        The experiment, and what the controls have made of it.
    session, state, card, variant : Session, QuestionState, Card and Variant, or None
        What is asked and where the learner is in it; None while there is nothing on the table.
    verdict, explanation : Verdict and Explanation, or None
        What came of it, once there is something.
    reason : int or None
        The reason that is chosen, while the learner is asked for one.
    is_flagged : bool
        Whether the question is flagged for a second look.
    """

    question_changed = Signal()
    state_changed = Signal()

    def __init__(self, library: LibraryController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self.playground = Playground(self)
        self.session: Session | None = None
        self.state: QuestionState | None = None
        self.card: Card | None = None
        self.variant: Variant | None = None
        self.verdict: Verdict | None = None
        self.explanation: Explanation | None = None
        self.reason: int | None = None
        self.is_flagged = False
        self._from: tuple[float, ...] = ()  # where the settings of a goal stood before any was chosen

    # ------------------------------------------------------------------------------------------- what is read

    @property
    def question(self) -> Question | None:
        """The question on the table."""
        return self.variant.question if self.variant is not None else None

    @property
    def phase(self) -> Phase | None:
        """Where the learner is in it."""
        return self.state.phase if self.state is not None else None

    @property
    def is_answered(self) -> bool:
        """Whether an answer has been checked."""
        return self.phase not in (None, Phase.PREDICT)

    @property
    def is_open(self) -> bool:
        """Whether the run may be seen: once checked, but not while the same may still be tried again.

        Who has seen the run has nothing left to predict. A goal is different: its run shows what came of the
        learner's own settings, and others are another run.
        """
        if self.state is None or not self.is_answered:
            return False
        return self.state.retries or not self.state.can_try_again

    @property
    def answer(self) -> Answer | None:
        """What is chosen now."""
        choice = self.state.choice if self.state is not None else None
        return choice if isinstance(choice, ChoiceAnswer | NumberAnswer | SettingsAnswer) else None

    @property
    def can_check(self) -> bool:
        """Whether there is something to check."""
        return self.state is not None and self.state.can_check and self.answer not in _EMPTY

    @property
    def stage_setup(self) -> StageSetup | None:
        """What the stage shows before the answer."""
        return self.question.stage if self.question is not None else None

    @property
    def reveal(self) -> Reveal | None:
        """What the stage shows after the answer."""
        return self.question.reveal if self.question is not None else None

    @property
    def may_see_decided(self) -> bool:
        """Whether the learner may be taken to the deciding step: not while asked to find that very step."""
        if not self.is_open or self.reveal is None:
            return False
        explain = self.card.explain if self.card is not None else None
        asked = self.phase is Phase.EXPLAIN_SELF and explain is not None
        return not (asked and explain is not None and any(node.startswith("step-") for node in explain.nodes))

    def concept_title(self) -> str:
        """Return the title of the question's concept; it is shown with the run only."""
        concept = self._library.concepts.concept(self.question.concept) if self.question is not None else None
        return concept.title if concept is not None else ""

    def misconception(self, name: str) -> Misconception | None:
        """Look a wrong idea up in the registry."""
        return self._library.concepts.misconception(name)

    def picture(self, name: str) -> bytes | None:
        """Return a picture that a text names, from the bank's own folder; None if there is none."""
        asked = self._library.find(self.state.question) if self.state is not None else None
        return None if asked is None else read_picture(asked.bank.path.parent, name)

    @property
    def hints(self) -> tuple[str, ...]:
        """The hints read so far, Markdown."""
        if self.card is None or self.state is None:
            return ()
        return self.card.hints[: self.state.hints_seen]

    # -------------------------------------------------------------------------------------- what is put on it

    def _put(self, variant: Variant, card: Card, state: QuestionState) -> None:
        # The goal that is tried again begins where the last try ended.
        last = self.answer if variant is self.variant else None
        self.variant, self.card, self.state = variant, card, state
        self.explanation = self.reason = None
        self.is_flagged = False
        self.playground.open(variant.experiment, variant.runs)
        if variant.question.goal is not None:
            self._from = last.values if isinstance(last, SettingsAnswer) else variant.question.goal.start
            if state.phase is Phase.PREDICT:
                self._put_settings(self._from)
        self.question_changed.emit()

    def _ask_anew(self, state: QuestionState) -> None:
        """Put the same variant back on the table as it was before it was answered."""
        assert self.variant is not None
        assert self.card is not None
        self.verdict = None
        self._put(self.variant, self.card, state)

    def _become(self, state: QuestionState) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit()

    def _settings(self) -> tuple[float, ...]:
        assert self.card is not None
        targets = [control.target for control in self.card.controls if control.when == "answer"]
        return tuple(float(self.playground.value(target) or 0.0) for target in targets)

    def _put_settings(self, values: tuple[float, ...]) -> None:
        assert self.card is not None
        targets = [control.target for control in self.card.controls if control.when == "answer"]
        for target, value in zip(targets, values, strict=True):
            self.playground.set_value(target, value)


_EMPTY: tuple[Answer | None, ...] = (None, ChoiceAnswer(frozenset()), NumberAnswer(""))
