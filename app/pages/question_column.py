"""The question side of the study page: what is asked, what is answered, what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.tutor.attempts import Certainty
from app.tutor.session import Phase
from app.widgets import (
    Label,
    MathText,
    NumberField,
    OptionCard,
    OptionGroup,
    PrimaryButton,
    ProgressLine,
    SecondaryButton,
    SegmentedControl,
)
from content.answers import ChoiceAnswer, NumberAnswer
from content.numbers import parse_number

from .aftermath import Aftermath
from .fitted_scroll import FADE, FittedScroll
from .question_words import actions, missing, of_the_veil

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.controllers import StudyController
    from app.widgets import TextStore

__all__ = ["FOLLOWS_MS", "QuestionColumn"]

FOLLOWS_MS = 20
"""Milliseconds after which what has opened below the question is brought into view."""


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
    grown : Signal(QWidget)
        Something has opened below the question, and this is where it begins.
    stage_wanted : Signal()
        The learner is asked to point at something on the stage, and wants to go there.
    """

    grown = Signal(QWidget)
    stage_wanted = Signal()

    def __init__(self, study: StudyController, store: TextStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._study = study
        self._store = store
        self._options: OptionGroup | None = None
        self._number: NumberField | None = None
        self._aftermath: Aftermath | None = None
        self._loading = False
        self._tabs: list[QWidget] = []

        self._place = Label(px=12, weight=500, tone="dim")
        self._count = Label(px=12, weight=500, tone="dim")
        self._progress = ProgressLine()
        self._head = head = QHBoxLayout()
        head.setContentsMargins(2, 0, 10, 0)
        head.setSpacing(12)
        head.addWidget(self._place, 1)
        head.addWidget(self._count)

        self._body = QWidget()
        self._column = QVBoxLayout(self._body)
        self._column.setContentsMargins(2, 4, 0, 4)
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

        self._whole = whole = QVBoxLayout(self)
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
        self._column.addWidget(self._veil_note)
        if not card.options:  # which bring a little room of their own
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
        self._refresh_veil_note()
        self._refresh_answer()
        self._certainty_row.setVisible(not answered)
        self._certainty.set_current(
            None if state.certainty is None else list(Certainty).index(state.certainty)
        )
        self._aftermath.refresh()
        self._refresh_actions()
        self._order_tabs()
        self._loading = False

    def focus_answer(self) -> None:
        """Put the keyboard where the answer is given, or the reason, or else on what comes next."""
        reasons = self._aftermath.reasons if self._aftermath is not None else None
        if reasons is not None:
            reasons.cards[min(reasons.chosen(), default=0)].button.setFocus()
        elif self._number is not None and not self._study.is_answered:
            self._number.setFocus()
        elif self._options is not None and not self._study.is_answered:
            chosen = self._options.chosen()
            self._options.cards[min(chosen, default=0)].button.setFocus()
        else:
            self.primary.setFocus()

    # --------------------------------------------------------------------------------------- what is done

    def bring(self, widget: QWidget) -> None:
        """Scroll until a widget of the question can be seen, with the card it belongs to."""
        if self._body.isAncestorOf(widget):
            around = widget.parentWidget()
            shown = around if isinstance(around, OptionCard) else widget
            self._scroll.ensureWidgetVisible(shown, 0, FADE + 4)

    def go(self) -> None:
        """Do what the primary button says."""
        match self._study.phase:
            case Phase.PREDICT:
                self._check()
            case Phase.RUN if self._study.state is not None and self._study.state.can_try_again:
                self._study.try_again()
            case Phase.EXPLAIN_SELF:
                self._explain()
            case _:
                self._study.go_on()

    def choose(self, place: int) -> None:
        """Choose what a digit names: an option, or after the run a reason."""
        if self._study.phase is Phase.PREDICT and self._options is not None:
            self._options.choose(place)
        elif self._study.phase is Phase.EXPLAIN_SELF and self._aftermath is not None:
            self._aftermath.choose_reason(place)

    # --------------------------------------------------------------------------------------------- within

    def _check(self) -> None:
        if self._number is not None:
            self._study.choose(NumberAnswer(self._number.text()))
        if self._study.can_check:
            self._study.check()
        else:
            self._say_what_is_missing()

    def _explain(self) -> None:
        card = self._study.card
        if card is None or card.explain is None:
            self._study.go_on()
        elif not card.explain.options:
            self.stage_wanted.emit()
        elif self._study.reason is not None:
            self._study.give_reason()
        else:
            self.focus_answer()

    def _order_tabs(self) -> None:
        """Let Tab come to answers and reasons first, though they are made after the buttons below them."""
        reasons = self._aftermath.reasons if self._aftermath is not None else None
        made: list[QWidget] = [] if self._number is None else [self._number.edit]
        for group in (self._options, reasons):
            made += [card.button for card in group.cards] if group is not None else []
        if made == self._tabs:
            return
        self._tabs = made
        before: QWidget = self
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # Qt puts nothing behind what never has the focus
        for widget in made:
            self.setTabOrder(before, widget)
            before = widget
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def _clear(self) -> None:
        self._options = self._number = self._aftermath = None
        self._tabs = []
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

    def _refresh_veil_note(self) -> None:
        """Say what of the stage is hidden; the line keeps its height, for nothing may move with it."""
        said = of_the_veil(self._study)
        if said != self._veil_note.text():
            self._veil_note.setMinimumHeight(self._veil_note.height())
            self._veil_note.set_text(said)
        self._veil_note.setVisible(bool(said))

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
        words = actions(self._study)
        self.primary.setText(words.first)
        self.primary.set_ready(words.is_first_ready)
        self.secondary.setText(words.second)
        self.secondary.set_key_hint(words.key)
        self.secondary.setVisible(bool(words.second))
        self.secondary.setEnabled(words.is_second_live)

    def _breadcrumb(self) -> str:
        card = self._study.card
        assert card is not None
        parts = [card.bank]
        if self._study.is_open:
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
        inside = self.contentsRect().width()
        for layout in (self._whole, self._head):
            around = layout.contentsMargins()
            inside -= around.left() + around.right()
        room = inside - self._head.spacing() - self._count.sizeHint().width()
        metrics = QFontMetricsF(self._place.label_font())
        self._place.setText(metrics.elidedText(whole, Qt.TextElideMode.ElideRight, room))
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
                self._study.go_on()
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
        said = missing(card.kind)
        if self._number is not None:
            self._number.set_problem(said)
            self._number.setFocus()
        elif self._aftermath is not None:
            self._aftermath.remind(said)

    def _follow_growth(self) -> None:
        """Bring what has just opened below into view, as far as the question's end stays there too."""
        # Not at once: what is new is laid out first, and may make room by its own growth.
        QTimer.singleShot(FOLLOWS_MS, self._scroll, self._scroll_to_newest)

    def _scroll_to_newest(self) -> None:
        newest = self._aftermath.newest() if self._aftermath is not None else ()
        if newest:
            self._scroll.fit()
            bar = self._scroll.verticalScrollBar()
            top = newest[0].mapTo(self._body, QPoint(0, 0)).y()
            bottom = newest[-1].mapTo(self._body, QPoint(0, newest[-1].height())).y()
            view = self._scroll.viewport().height()
            if bottom > bar.value() + view:
                # All of it if there is room; else the first part, and the question as far as it can stay.
                # Never past the beginning, which is to be clear of the fading edge.
                first = newest[0].mapTo(self._body, QPoint(0, newest[0].height())).y() + FADE
                needed = bottom + 12 if bottom + 12 - view <= top - FADE - 4 else first
                bar.setValue(max(bar.value(), min(top - FADE - 4, needed - view)))
            self.grown.emit(newest[0])
