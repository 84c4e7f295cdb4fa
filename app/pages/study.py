"""The study page: on the left a question, on the right, live, the network it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from app.stage.compose import PLOT
from app.stage.cursor import Cursor
from app.stage.panel import StagePanel
from app.stage.veil import OPEN, Veil
from app.tutor.attempts import Certainty
from app.tutor.session import Phase

from .aftermath import verdict_words
from .control_bar import ControlBar
from .keys import QuestionAction, option_number, question_action
from .question_column import QuestionColumn

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent

    from app.controllers import StudyController
    from app.theme import Theme, ThemeManager
    from app.widgets import Announcer, TextStore

__all__ = ["StudyPage"]

WIDE = 1100
"""Pixels from which question and stage stand side by side."""
COLUMN = (340, 460)


class StudyPage(QWidget):
    """Joins the study controller to the question column and to the stage.

    Parameters
    ----------
    study : StudyController
        What is asked.
    themes : ThemeManager
        For the stage, which paints with colours of its own.
    store : TextStore
        For texts.
    announcer : Announcer
        Says the verdict to screen readers.

    Attributes
    ----------
    failed : Signal(str)
        Something that the learner should be told.
    """

    failed = Signal(str)

    def __init__(
        self,
        study: StudyController,
        themes: ThemeManager,
        store: TextStore,
        announcer: Announcer,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._study = study
        self._themes = themes
        self._announcer = announcer
        self._phase: Phase | None = None
        self.column = QuestionColumn(study, store)
        self.controls = ControlBar()
        self.panel = StagePanel()
        self.panel.set_controls(self.controls)
        self.stage = self.panel.view
        self._stage_box = QWidget()
        self._around_stage = box = QVBoxLayout(self._stage_box)
        box.setContentsMargins(0, 16, 16, 16)
        box.addWidget(self.panel)

        self._inside = QWidget()
        self._layout = QHBoxLayout(self._inside)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self._layout.addWidget(self.column)
        self._layout.addWidget(self._stage_box, 1)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._scroll)

        study.question_changed.connect(self._on_question)
        study.state_changed.connect(self._on_state)
        study.playground.runs_changed.connect(self._on_runs)
        study.playground.refused.connect(self.failed)
        self.controls.moved.connect(study.set_control)
        self.controls.reset_requested.connect(self._on_reset)
        self.stage.node_clicked.connect(study.explain_node)
        self.panel.decided_requested.connect(self.show_decided)
        themes.changed.connect(self._on_theme)
        self._on_theme(themes.theme)

    # ---------------------------------------------------------------------------------------- what is shown

    def show_decided(self) -> None:
        """Take the stage to the step that decided the answer."""
        reveal = self._study.reveal
        if reveal is None or not self._study.may_see_decided:
            return
        self.stage.player.pause()
        self.stage.set_view(reveal.view)
        step = reveal.decided_at or self.stage.last_step()
        self.stage.set_cursor(self._cursor(step, backward=reveal.backward))

    def _cursor(self, step: int, backward: bool = False, phase: float = 5.0) -> Cursor:
        setup, reveal = self._study.stage_setup, self._study.reveal
        unit = setup.unit if setup is not None else 1
        if self._study.is_answered and reveal is not None and reveal.unit is not None:
            unit = reveal.unit
        lane = setup.lane if setup is not None and setup.lane is not None else ""
        return Cursor(step, phase, backward, lane, unit)

    def _on_question(self) -> None:
        self._phase = None
        card, setup = self._study.card, self._study.stage_setup
        self.stage.player.pause()
        self.controls.set_controls(card.controls if card is not None else ())
        if card is None or setup is None:
            return
        self._apply_veil()
        self.panel.set_runs(self._study.playground.runs)
        self.stage.set_view(setup.view)
        self.stage.set_backward(False)
        self.stage.set_cursor(self._cursor(setup.cursor))
        self._on_state()
        if self._study.is_answered:
            self._run()  # taken up again after the check: what happened is shown once more

    def _on_state(self) -> None:
        before, now = self._phase, self._study.phase
        self._phase = now
        self._refresh_controls()
        self.panel.set_decided_available(self._study.may_see_decided)
        if before is Phase.PREDICT and self._study.is_answered:
            self._run()
            if self.column.number is not None:
                self.column.primary.setFocus(Qt.FocusReason.OtherFocusReason)  # the field is closed now
        if before is Phase.EXPLAIN_SELF and now is Phase.EXPLAINED:
            # It was explained on the stage or among the reasons; Enter goes on from here.
            self.column.primary.setFocus(Qt.FocusReason.OtherFocusReason)

    def _run(self) -> None:
        """Show what the network did: lift the veil, say the verdict, and play on from where one stood."""
        self._apply_veil()
        verdict, reveal = self._study.verdict, self._study.reveal
        if verdict is not None:
            words = [verdict_words(verdict)[1], *(said.text for said in verdict.feedback)]
            self._announcer.say(". ".join(words), urgent=True)
        view = reveal.view if reveal is not None else self.stage.view()
        backward = reveal is not None and reveal.backward
        self.stage.set_view(view)
        start = self.stage.last_step() if backward else self.stage.cursor_now().step
        self.stage.set_cursor(self._cursor(start, backward, 0.0))
        if self.stage.last_step() > 0:
            self.stage.player.play()

    def _apply_veil(self) -> None:
        setup = self._study.stage_setup
        veiled = setup is not None and not self._study.is_answered
        if setup is None or not veiled:
            self.panel.set_veil(OPEN)
            return
        veil = setup.veil
        # The plot shows any quantity at any step, so where anything is hidden it waits for the answer.
        hides = veil.after is not None or veil.quantities or veil.views
        views = veil.views | {PLOT} if hides else veil.views
        self.panel.set_veil(Veil(veil.after, veil.quantities, views))

    def _on_runs(self, runs: object) -> None:
        if isinstance(runs, tuple):
            self.panel.set_runs(runs)
        self._refresh_controls()

    def _refresh_controls(self) -> None:
        card = self._study.card
        if card is None or len(self.controls.sliders) != len(card.controls):
            return
        answered = self._study.is_answered
        live = [control.is_live(answered) for control in card.controls]
        values = [self._study.playground.value(control.target) for control in card.controls]
        note = ""
        if card.controls and not answered:
            asked = any(control.when == "answer" for control in card.controls)
            note = self.tr("yours to set: this is the answer") if asked else ""
            if not any(live):
                note = self.tr("yours to move after you answer")
        self.controls.show_state(values, live, answered and self._study.playground.is_changed, note)

    def _on_reset(self) -> None:
        self._study.playground.reset()

    def _on_theme(self, theme: Theme) -> None:
        self.panel.set_theme(theme)
        self.panel.set_zoom(self._themes.text_scale)
        self.stage.set_reduced_motion(self._themes.reduced_motion)
        self._place()

    # --------------------------------------------------------------------------------------------- hands

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the keys of the question, unless the stage or a text field has taken them."""
        action = question_action(event)
        focus = self.focusWidget()
        typing = isinstance(focus, QLineEdit) and focus.isEnabled() and not focus.isReadOnly()
        if action is None or (
            typing and action in (QuestionAction.CHOOSE, QuestionAction.HINT, QuestionAction.FLAG)
        ):
            super().keyPressEvent(event)
            return
        match action:
            case QuestionAction.CHOOSE:
                self.column.choose(option_number(event))
            case QuestionAction.GO:
                self.column.go()
            case QuestionAction.HINT:
                self._study.read_hint()
            case QuestionAction.CERTAINTY:
                self._study.say_certainty(list(Certainty)[option_number(event)])
            case QuestionAction.TAKE_BACK:
                self._study.take_back()
            case QuestionAction.FLAG:
                self._study.flag()
            case QuestionAction.OTHER_SIDE:
                self._go_round()
        event.accept()

    def _go_round(self) -> None:
        """Move the focus from the question to the stage, to the controls, and back."""
        focus = self.focusWidget()
        if self.column.isAncestorOf(focus):
            self.stage.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif focus is self.stage and self.controls.sliders:
            self.controls.sliders[0].setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.column.focus_answer()

    # --------------------------------------------------------------------------------------------- layout

    @property
    def is_wide(self) -> bool:
        """Whether question and stage stand side by side."""
        return self._layout.direction() == QBoxLayout.Direction.LeftToRight

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the stage beside the question, or under it where there is no room."""
        super().resizeEvent(event)
        self._place()

    def showEvent(self, event: QShowEvent) -> None:
        """Give the keyboard to the question."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self.column.focus_answer)

    def _place(self) -> None:
        scale = self._themes.text_scale
        wide = self.width() >= WIDE - 60
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        self._layout.setDirection(direction)
        self.column.set_layout(beside=wide, scale=scale)
        if wide:
            share = round(min(max(self.width() * 0.31, COLUMN[0]), COLUMN[1]) * min(scale, 1.3))
            self.column.setFixedWidth(share)
            self._stage_box.setMinimumHeight(0)
            self._inside.setMinimumHeight(0)
            self._around_stage.setContentsMargins(0, 16, 16, 16)
        else:
            self.column.setMinimumWidth(0)
            self.column.setMaximumWidth(16_777_215)
            self._stage_box.setMinimumHeight(max(560, round(self.height() * 0.85)))
            self._around_stage.setContentsMargins(16, 0, 16, 16)
