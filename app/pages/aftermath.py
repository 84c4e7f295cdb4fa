"""What opens below a question: hints, the verdict, the learner's own explaining, the worked solution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.tutor.session import Phase
from app.widgets import FeedbackCard, Label, MathText, OptionGroup
from content.answers import ChoiceAnswer

if TYPE_CHECKING:
    from app.controllers import StudyController
    from app.widgets import FeedbackKind, TextStore
    from content.grader import Verdict
    from content.model import Misconception

__all__ = ["Aftermath", "first_words", "verdict_words"]


class Aftermath(QWidget):
    """Grows downwards while the question goes on; nothing above it moves.

    Attributes
    ----------
    grown : Signal()
        Something new stands at the end.
    """

    grown = Signal()

    def __init__(self, study: StudyController, store: TextStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._study = study
        self._store = store
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._parts: list[tuple[str, QWidget]] = []
        self._kept = 0
        self._reasons: OptionGroup | None = None

    @property
    def reasons(self) -> OptionGroup | None:
        """The reasons to choose from, while the learner is asked for one."""
        return self._reasons

    def newest(self) -> tuple[QWidget, ...]:
        """Return what came last, from the top."""
        return tuple(part for _, part in self._parts[self._kept :])

    def shown(self) -> tuple[str, ...]:
        """Return the keys of what is shown, from the top: hint-1, verdict, ask, explained, answer, why."""
        return tuple(key for key, _ in self._parts)

    def refresh(self) -> None:
        """Show what belongs to the present state."""
        wanted = self._wanted()
        keep = 0
        while keep < min(len(wanted), len(self._parts)) and wanted[keep] == self._parts[keep][0]:
            keep += 1
        for _, part in self._parts[keep:]:
            self._column.removeWidget(part)
            part.hide()
            part.deleteLater()
        del self._parts[keep:]
        if not any(key == "ask" for key, _ in self._parts):
            self._reasons = None
        self._kept = keep
        for key in wanted[keep:]:
            part = self._make(key)
            self._column.addWidget(part)
            self._parts.append((key, part))
        if wanted[keep:]:
            self.grown.emit()

    def remind(self, sentence: str) -> None:
        """Say what is missing before an answer can be checked."""
        if not any(key == "reminder" for key, _ in self._parts):
            part = Label(sentence, px=12, tone="wrong", wrap=True)
            self._column.addWidget(part)
            self._kept = len(self._parts)
            self._parts.append(("reminder", part))
            self.grown.emit()

    def choose_reason(self, place: int) -> None:
        """Choose a reason, as a click does."""
        if self._reasons is not None:
            self._reasons.choose(place)

    # --------------------------------------------------------------------------------------------- within

    def _wanted(self) -> list[str]:
        study = self._study
        keys = [f"hint-{number + 1}" for number in range(len(study.hints))]
        card, verdict = study.card, study.verdict
        if card is None or verdict is None or not study.is_answered:
            return keys
        keys.append("verdict" if study.is_open else "first-verdict")
        if card.explain is not None:
            if study.phase is Phase.EXPLAIN_SELF:
                keys.append("ask")
            elif study.explanation is not None:
                keys.append("explained")
        if study.phase is Phase.EXPLAINED:
            if not verdict.right and not card.options:
                keys.append("answer")
            keys.append("why")
        return keys

    def _make(self, key: str) -> QWidget:
        card, verdict = self._study.card, self._study.verdict
        assert card is not None
        if key.startswith("hint-"):
            number = int(key[5:])
            title = self.tr("Hint {0}").format(number)
            return self._card("hint", title, self._study.hints[number - 1])
        assert verdict is not None
        match key:
            case "verdict":
                kind, title = verdict_words(verdict)
                return self._card(kind, title, self._feedback(verdict))
            case "first-verdict":
                kind, title = verdict_words(verdict)
                return self._card(kind, title, first_words(self._study, verdict))
            case "ask":
                return self._ask()
            case "explained":
                return self._explained()
            case "answer":
                goal = card.kind == "make-it-happen"
                title = self.tr("Settings that meet the goal") if goal else self.tr("The answer")
                return self._card("note", title, verdict.key_text)
            case _:
                return self._why()

    def _card(self, kind: FeedbackKind, title: str, text: str) -> FeedbackCard:
        return FeedbackCard(self._store, kind, title, text, self._study.picture)

    def _feedback(self, verdict: Verdict) -> str:
        card = self._study.card
        assert card is not None
        letters = _letters(self._study)
        said = []
        for feedback in sorted(verdict.feedback, key=lambda one: letters.get(one.option, "")):
            letter = letters.get(feedback.option, "")
            said.append(f"**{letter}**  {feedback.text.strip()}" if letter else feedback.text.strip())
            idea = self._study.misconception(feedback.misconception) if feedback.misconception else None
            if idea is not None:
                said.append(_misconception(idea))
        if verdict.right and not said:
            match card.kind:
                case "make-it-happen":
                    said.append(self.tr("The run meets the goal."))
                case "numeric":
                    said.append(self.tr("The answer is {0}.").format(verdict.key_text))
                case _:
                    said.append(verdict.key_text)
        return "\n\n".join(said)

    def _ask(self) -> QWidget:
        card = self._study.card
        assert card is not None
        assert card.explain is not None
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(8)
        column.addWidget(Label(self.tr("YOUR TURN"), px=11, weight=600, tone="dim"))
        column.addWidget(MathText(self._store, card.explain.ask, px=13, weight=500))
        if card.explain.options:
            self._reasons = OptionGroup(
                self._store,
                [option.text for option in card.explain.options],
                name=self.tr("Reasons"),
                pictures=self._study.picture,
            )
            self._reasons.changed.connect(self._on_reason)
            column.addWidget(self._reasons)
        else:
            if any(node.startswith("step-") for node in card.explain.nodes):
                where = self.tr("On the stage: click its column, or go there and press Enter.")
            else:
                where = self.tr("On the stage, in the cell view: a click, or Tab and Enter.")
            column.addWidget(Label(where, px=12, tone="dim", wrap=True))
        return box

    def _on_reason(self) -> None:
        if self._reasons is not None:
            for place in self._reasons.chosen():
                self._study.choose_reason(place)

    def _explained(self) -> QWidget:
        card, explanation = self._study.card, self._study.explanation
        assert card is not None
        assert card.explain is not None
        assert explanation is not None
        if card.explain.options:
            chosen = card.explain.options[int(explanation.choice)].why
            title = (
                self.tr("That is the reason") if explanation.right else self.tr("Another reason decided it")
            )
            return self._card("right" if explanation.right else "wrong", title, chosen)
        if explanation.right:
            return self._card("right", self.tr("There it was decided"), self.tr("Press D to see it again."))
        return self._card("wrong", self.tr("It was decided elsewhere"), self.tr("Press D to see where."))

    def _why(self) -> QWidget:
        card = self._study.card
        assert card is not None
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(6)
        column.addWidget(Label(self.tr("WHY"), px=11, weight=600, tone="dim"))
        column.addWidget(MathText(self._store, card.explanation, px=13, pictures=self._study.picture))
        notes = []
        if card.controls:
            notes.append(self.tr("The controls under the stage are yours now."))
        if self._study.verdict is not None and not self._study.verdict.right:
            notes.append(self.tr("This question will come back: a session begins with what you got wrong."))
        if notes:
            column.addWidget(Label(" ".join(notes), px=12, tone="dim", wrap=True))
        if card.sources:
            text = self.tr("Sources: {0}").format("; ".join(card.sources))
            column.addWidget(Label(text, px=11, tone="dim", wrap=True))
        return box


def _letters(study: StudyController) -> dict[int | None, str]:
    """Return the letters by which feedback tells options apart, where several may have been chosen."""
    card = study.card
    if card is None or card.kind != "multiple-choice":
        return {}
    return {option.index: option.letter for option in card.options}


def _misconception(idea: Misconception) -> str:
    """Return a false belief as one, in Markdown: named and in quotes, for it must not be read as a fact."""
    said = QCoreApplication.translate("Verdict", "Misconception: “{0}”")
    return "*" + said.format(idea.statement) + "*"


def first_words(study: StudyController, verdict: Verdict) -> str:
    """Return what is said of a wrong answer while it may be tried again, in Markdown.

    The ideas behind it, but nothing of the run, which stays hidden, nor of what should have been chosen. What
    belongs to no known idea, such as how far a number is off, is said as it is.
    """

    def tr(text: str) -> str:
        return QCoreApplication.translate("Verdict", text)

    answer = study.answer
    chosen = answer.options if isinstance(answer, ChoiceAnswer) else frozenset()
    letters = _letters(study)
    said: dict[str, None] = {}
    for feedback in sorted(verdict.feedback, key=lambda one: letters.get(one.option, "")):
        if feedback.option is not None and feedback.option not in chosen:
            continue
        idea = study.misconception(feedback.misconception) if feedback.misconception else None
        letter = letters.get(feedback.option, "")
        text = feedback.text.strip() if idea is None else _misconception(idea)
        said[f"**{letter}**  {text}" if letter else text] = None
    if not said and isinstance(answer, ChoiceAnswer):
        said[tr("What you chose is right, but something is missing.")] = None
    return "\n\n".join(said)


def verdict_words(verdict: Verdict) -> tuple[FeedbackKind, str]:
    """Return how a verdict looks and the word for it."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("Verdict", text)

    if verdict.right:
        return "right", tr("Right")
    if verdict.credit > 0:
        return "partly", tr("Partly right: {0} %").format(round(100 * verdict.credit))
    return "wrong", tr("Not so")
