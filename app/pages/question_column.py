"""The question side of the study page: what is asked, what is answered, what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.tutor.attempts import Certainty
from app.tutor.session import Phase
from app.widgets import (
    Label,
    MathText,
    NumberField,
    OptionGroup,
    PrimaryButton,
    ProgressLine,
    SecondaryButton,
    SegmentedControl,
)
from content.answers import ChoiceAnswer, NumberAnswer
from content.numbers import parse_number

from .aftermath import Aftermath
from .fitted_scroll import FittedScroll

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.controllers import StudyController
    from app.widgets import TextStore

__all__ = ["QuestionColumn"]


class QuestionColumn(QWidget):
    """Shows one question and passes what the learner does to the controller; it keeps nothing itself.

    Parameters
    ----------
    study : StudyController
        What is asked.
    store : TextStore
        For texts.

    Attributes
    ----------
    show_decided : Signal()
        The learner wants to see on the stage what decided the answer.
    """

    show_decided = Signal()

    def __init__(self, study: StudyController, store: TextStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._study = study
        self._store = store
        self._options: OptionGroup | None = None
        self._number: NumberField | None = None
        self._aftermath: Aftermath | None = None
        self._loading = False

        self._place = Label(px=12, weight=500, tone="dim")
        self._count = Label(px=12, weight=500, tone="dim")
        self._progress = ProgressLine()
        head = QHBoxLayout()
        head.setContentsMargins(2, 0, 10, 0)
        head.addWidget(self._place, 1)
        head.addWidget(self._count)

        self._body = QWidget()
        self._column = QVBoxLayout(self._body)
        self._column.setContentsMargins(2, 4, 10, 4)
        self._column.setSpacing(8)
        self._scroll = FittedScroll(self._body)

        self._certainty_row = QWidget()
        self._certainty_layout = row = QHBoxLayout(self._certainty_row)
        row.setContentsMargins(2, 0, 10, 0)
        row.setSpacing(10)
        self._certainty = SegmentedControl(
            (self.tr("Guess"), self.tr("Think so"), self.tr("Certain")),
            style="pills",
            name=self.tr("How sure are you?"),
        )
        row.addWidget(Label(self.tr("How sure are you?"), px=12, tone="dim"))
        row.addWidget(self._certainty, 1)

        self.primary = PrimaryButton(self.tr("Check answer"))
        self.secondary = SecondaryButton(self.tr("Hint"), "H")
        self._actions = QWidget()
        actions = QHBoxLayout(self._actions)
        actions.setContentsMargins(2, 4, 10, 0)
        actions.setSpacing(12)
        actions.addWidget(self.primary, 3)
        actions.addWidget(self.secondary, 2)

        whole = QVBoxLayout(self)
        whole.setContentsMargins(22, 20, 8, 16)
        whole.setSpacing(8)
        whole.addLayout(head)
        line = QHBoxLayout()
        line.setContentsMargins(2, 0, 10, 0)
        line.addWidget(self._progress)
        whole.addLayout(line)
        whole.addSpacing(6)
        whole.addWidget(self._scroll)
        whole.addWidget(self._certainty_row)
        whole.addWidget(self._actions)
        whole.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

        self.primary.clicked.connect(self.go)
        self.secondary.clicked.connect(self._on_secondary)
        self._certainty.chosen.connect(self._on_certainty)
        study.question_changed.connect(self.rebuild)
        study.state_changed.connect(self.refresh)
        study.refused.connect(self._on_refused)

    # ---------------------------------------------------------------------------------------- what is shown

    @property
    def options(self) -> OptionGroup | None:
        """The options on show, if the question has any."""
        return self._options

    @property
    def number(self) -> NumberField | None:
        """The number field on show, if the question asks for a number."""
        return self._number

    @property
    def aftermath(self) -> Aftermath | None:
        """Hints, feedback and explanation."""
        return self._aftermath

    def rebuild(self) -> None:
        """Put another question on show."""
        self._clear()
        card, session = self._study.card, self._study.session
        if card is None or session is None:
            return
        total, at = len(session.queue), session.position + 1
        self._count.setText(self.tr("{0} of {1}").format(at, total))
        self._progress.set_progress(at, total)
        self._progress.setAccessibleName(self.tr("Question {0} of {1}").format(at, total))
        self._stem = MathText(self._store, card.stem, px=17, weight=600, pictures=self._study.picture)
        self._column.addWidget(self._stem)
        self._veil_note = MathText(self._store, card.veil, tone="dim")
        if card.veil:
            # It goes with the answer, and nothing may move then.
            policy = self._veil_note.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            self._veil_note.setSizePolicy(policy)
        self._column.addWidget(self._veil_note)
        self._column.addSpacing(6)
        if card.options:
            self._build_options()
        elif card.kind == "numeric":
            self._build_number()
        else:
            text = self.tr("Set the controls under the stage; the run is the judge.")
            self._column.addWidget(Label(text, px=13, wrap=True))
        self._aftermath = Aftermath(self._study, self._store)
        self._aftermath.grown.connect(self._follow_growth)
        self._column.addWidget(self._aftermath)
        self._column.addStretch(1)
        self.refresh()
        self._scroll.verticalScrollBar().setValue(0)
        self.focus_answer()

    def refresh(self) -> None:
        """Show the state of the question as it is now."""
        card, state = self._study.card, self._study.state
        if card is None or state is None or self._aftermath is None:
            return
        self._loading = True
        answered = self._study.is_answered
        self._fit_place()
        self._veil_note.setVisible(not answered and bool(self._veil_note.text()))
        self._refresh_answer()
        self._certainty_row.setVisible(not answered)
        self._certainty.set_current(
            None if state.certainty is None else list(Certainty).index(state.certainty)
        )
        self._aftermath.refresh()
        self._refresh_actions()
        self._loading = False

    def focus_answer(self) -> None:
        """Put the keyboard where the answer is given."""
        if self._number is not None and not self._study.is_answered:
            self._number.setFocus()
        elif self._options is not None and not self._study.is_answered:
            chosen = self._options.chosen()
            self._options.cards[min(chosen, default=0)].button.setFocus()
        else:
            self.primary.setFocus()

    # --------------------------------------------------------------------------------------- what is done

    def go(self) -> None:
        """Do what the primary button says."""
        if self._study.phase is Phase.PREDICT:
            if self._number is not None:
                self._study.choose(NumberAnswer(self._number.text()))
            if self._study.can_check:
                self._study.check()
            else:
                self._say_what_is_missing()
        else:
            self._study.go_on()

    def choose(self, place: int) -> None:
        """Choose what a digit names: an option, or after the run a reason."""
        if self._study.phase is Phase.PREDICT and self._options is not None:
            self._options.choose(place)
        elif self._study.phase is Phase.EXPLAIN_SELF and self._aftermath is not None:
            self._aftermath.choose_reason(place)

    # --------------------------------------------------------------------------------------------- within

    def _clear(self) -> None:
        self._options = self._number = self._aftermath = None
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _build_options(self) -> None:
        card = self._study.card
        assert card is not None
        multiple = card.kind == "multiple-choice"
        if multiple:
            self._column.addWidget(Label(self.tr("Choose every correct one."), px=12, tone="dim"))
        self._options = OptionGroup(
            self._store,
            [option.text for option in card.options],
            multiple,
            self.tr("Answers"),
            self._study.picture,
        )
        self._options.changed.connect(self._on_options)
        self._column.addWidget(self._options)

    def _build_number(self) -> None:
        card = self._study.card
        assert card is not None
        self._number = NumberField(self.tr("Your number"), unit=card.unit, parse=parse_number)
        self._number.edited.connect(self._on_number)
        self._number.submitted.connect(lambda _text: self.go())
        self._column.addWidget(self._number)

    def _refresh_answer(self) -> None:
        answer, phase, card = self._study.answer, self._study.phase, self._study.card
        assert card is not None
        if self._options is not None:
            places = {option.index: place for place, option in enumerate(card.options)}
            chosen = answer.options if isinstance(answer, ChoiceAnswer) else frozenset()
            self._options.set_chosen(places[index] for index in chosen)
            if phase in (Phase.EXPLAIN_SELF, Phase.EXPLAINED):
                self._options.show_verdicts(places[o.index] for o in card.options if o.correct)
            elif phase is Phase.RUN:
                # The learner may try again: what was wrong is said, what would be right is not.
                missed = {places[i] for i in chosen if not card.options[places[i]].correct}
                for place, option in enumerate(self._options.cards):
                    option.set_verdict("wrong" if place in missed else "none")
            else:
                for option in self._options.cards:
                    option.set_verdict("none")
        if self._number is not None:
            text = answer.text if isinstance(answer, NumberAnswer) else ""
            if self._number.text() != text:
                self._number.set_text(text)
            self._number.edit.setReadOnly(self._study.is_answered)

    def _refresh_actions(self) -> None:
        state, phase, card = self._study.state, self._study.phase, self._study.card
        assert state is not None
        assert card is not None
        second = ""
        key = ""
        match phase:
            case Phase.PREDICT:
                first = self.tr("Check answer")
                if card.hints:
                    second = self.tr("Hint {0} / {1}").format(
                        min(state.hints_seen + 1, len(card.hints)), len(card.hints)
                    )
                    key = "H"
            case Phase.RUN:
                first = self.tr("See why")
                second = self.tr("Try again with a hint") if state.hints else self.tr("Try again")
            case Phase.EXPLAIN_SELF:
                first = self.tr("Leave it out")
                if state.can_try_again:
                    second = self.tr("Try again")
            case _:
                last = self._study.session is not None and self._study.session.is_last
                first = self.tr("Finish") if last else self.tr("Next question")
                if state.can_take_sibling:
                    second = self.tr("Other numbers")
        self.primary.setText(first)
        self.secondary.setText(second)
        self.secondary.set_key_hint(key)
        self.secondary.setVisible(bool(second))
        self.secondary.setEnabled(phase is not Phase.PREDICT or state.can_hint)

    def _breadcrumb(self) -> str:
        card = self._study.card
        assert card is not None
        parts = [card.bank]
        if self._study.is_answered:
            parts.append(self._study.concept_title())
        if self._study.is_flagged:
            parts.append(self.tr("flagged"))
        return "  ›  ".join(parts)

    def set_layout(self, *, beside: bool, scale: float) -> None:
        """Fit to where the column stands.

        Parameters
        ----------
        beside : bool
            Whether it has the height of the window for itself; else all of it is shown and the page scrolls.
        scale : float
            Of the text; when large, "how sure" stands above its answers.
        """
        self._scroll.set_whole(not beside)
        above = scale > 1.25 and beside
        direction = QBoxLayout.Direction.TopToBottom if above else QBoxLayout.Direction.LeftToRight
        self._certainty_layout.setDirection(direction)

    def _fit_place(self) -> None:
        """Write bank and concept on one line, cut where there is no room for all of it."""
        whole = self._breadcrumb()
        room = self.width() - self._count.sizeHint().width() - 54
        self._place.setText(self._place.fontMetrics().elidedText(whole, Qt.TextElideMode.ElideRight, room))
        self._place.setAccessibleName(whole)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the line at the top to another width."""
        super().resizeEvent(event)
        if self._study.card is not None:
            self._fit_place()

    def _on_secondary(self) -> None:
        match self._study.phase:
            case Phase.PREDICT:
                self._study.read_hint()
            case Phase.RUN | Phase.EXPLAIN_SELF:
                self._study.try_again()
            case _:
                self._study.another_variant()

    def _on_options(self) -> None:
        card = self._study.card
        if self._loading or self._options is None or card is None:
            return
        if self._study.phase is not Phase.PREDICT:
            self.refresh()  # what was checked stays as it was
            return
        chosen = frozenset(card.options[place].index for place in self._options.chosen())
        self._study.choose(ChoiceAnswer(chosen))

    def _on_number(self, text: str) -> None:
        if not self._loading:
            self._study.choose(NumberAnswer(text))

    def _on_certainty(self, place: int) -> None:
        if not self._loading:
            self._study.say_certainty(list(Certainty)[place])

    def _on_refused(self, sentence: str) -> None:
        if self._number is not None:
            self._number.set_problem(sentence)
            self._number.setFocus()

    def _say_what_is_missing(self) -> None:
        card = self._study.card
        if card is None:
            return
        if self._number is not None:
            self._number.set_problem(self.tr("Type a number first."))
            self._number.setFocus()
        elif self._aftermath is not None:
            self._aftermath.remind(
                self.tr("Move a control under the stage first.")
                if card.kind == "make-it-happen"
                else self.tr("Choose an answer first.")
            )

    def _follow_growth(self) -> None:
        """Bring what has just opened below into view, as far as the question's end stays there too."""
        # Not at once: what is new is laid out first, and may make room by its own growth.
        QTimer.singleShot(20, self._scroll, self._scroll_to_newest)

    def _scroll_to_newest(self) -> None:
        newest = self._aftermath.newest() if self._aftermath is not None else None
        if newest is not None:
            self._scroll.fit()
            bar = self._scroll.verticalScrollBar()
            top = newest.mapTo(self._body, newest.rect().topLeft()).y()
            bottom = top + newest.height()
            view = self._scroll.viewport().height()
            if bottom > bar.value() + view:
                bar.setValue(min(top - 12, bottom + 12 - view))
