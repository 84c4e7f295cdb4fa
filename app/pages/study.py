"""The study page: on the left a question, on the right, live, the network it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.stage.compose import PLOT
from app.stage.cursor import Cursor
from app.stage.panel import StagePanel
from app.stage.part import Part
from app.stage.veil import OPEN, Veil
from app.tutor.attempts import Certainty
from app.tutor.session import Phase
from app.widgets import Label

from .aftermath import first_words, verdict_words
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
        self._was_open = False
        self._parts: dict[str, Part] = {}
        self.column = QuestionColumn(study, store)
        self.controls = ControlBar()
        self.panel = StagePanel()
        self.panel.set_controls(self.controls)
        self.stage = self.panel.view
        self._stage_box = QWidget()
        self._around_stage = box = QVBoxLayout(self._stage_box)
        box.setContentsMargins(0, 16, 16, 16)
        box.addWidget(self.panel)
        self._nothing = Label(self.tr("No network belongs to this question."), tone="dim")
        self._nothing.hide()
        box.addWidget(self._nothing, 1, Qt.AlignmentFlag.AlignCenter)

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
        self.stage.part_changed.connect(self._remember_part)
        self.panel.decided_requested.connect(self.show_decided)
        self.column.stage_wanted.connect(self._point_out)
        self.column.grown.connect(self._follow_growth)
        themes.changed.connect(self._on_theme)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow_focus)
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
        if self._study.is_open and reveal is not None and reveal.unit is not None:
            unit = reveal.unit
        lane = setup.lane if setup is not None and setup.lane is not None else ""
        return Cursor(step, phase, backward, lane, unit)

    def _on_question(self) -> None:
        self._phase, self._was_open = None, False
        card, setup = self._study.card, self._study.stage_setup
        self.stage.player.pause()
        self.controls.set_controls(card.controls if card is not None else ())
        if card is None or setup is None:
            return
        has_network = bool(self._study.playground.runs)
        self.panel.setVisible(has_network)
        self._nothing.setVisible(not has_network)
        self._place()
        self._apply_veil()
        self.panel.set_runs(self._study.playground.runs)
        self.stage.set_part(self._parts.get(card.name, Part()))
        self.stage.set_view(setup.view)
        self.stage.set_backward(False)
        self.stage.set_cursor(self._cursor(setup.cursor))
        # Taken up again after the check: with its state, what happened is shown once more.
        self._on_state()
        self.focus_answer()

    def _remember_part(self, part: Part) -> None:
        """Keep which layer and direction was looked at, for when the question comes back."""
        if self._study.card is not None:
            self._parts[self._study.card.name] = part

    def _on_state(self) -> None:
        before, now = self._phase, self._study.phase
        opens = self._study.is_open and not self._was_open
        self._phase, self._was_open = now, self._study.is_open
        self._refresh_controls()
        self.panel.set_decided_available(self._study.may_see_decided)
        if opens:
            self._run()
        if now is not Phase.PREDICT and (before is Phase.PREDICT or opens):
            self._say_verdict()
        if before not in (None, now):
            # What had the keys is closed now, or gone; Enter does the next thing from here.
            self.column.primary.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_answer(self) -> None:
        """Put the keyboard where the answer is given: a goal's on the first control that is one."""
        card = self._study.card
        asks = card is not None and card.kind == "make-it-happen" and not self._study.is_answered
        if asks and card is not None and self.is_wide:  # below the question the controls may be out of sight
            for slider, control in zip(self.controls.sliders, card.controls, strict=True):
                if control.when == "answer":
                    slider.setFocus(Qt.FocusReason.OtherFocusReason)
                    return
        self.column.focus_answer()

    def _point_out(self) -> None:
        """Go to the stage, in a view that has what the learner is asked to point at."""
        explain = self._study.card.explain if self._study.card is not None else None
        if explain is not None and not any(node.startswith("step-") for node in explain.nodes):
            self.stage.set_view("cell")
        self.stage.setFocus(Qt.FocusReason.OtherFocusReason)
        self._scroll.ensureWidgetVisible(self.panel)

    def _say_verdict(self) -> None:
        verdict = self._study.verdict
        if verdict is None:
            return
        said = [one.text for one in verdict.feedback]
        if not self._study.is_open:
            said = [first_words(self._study, verdict)]
        self._announcer.say(". ".join([verdict_words(verdict)[1], *said]), urgent=True)

    def _run(self) -> None:
        """Show what the network did: lift the veil, and play on from where one stood."""
        self._apply_veil()
        reveal = self._study.reveal
        view = reveal.view if reveal is not None else self.stage.view()
        backward = reveal is not None and reveal.backward
        self.stage.set_view(view)
        start = self.stage.last_step() if backward else self.stage.cursor_now().step
        self.stage.set_cursor(self._cursor(start, backward, 0.0))
        if self.stage.last_step() > 0:
            self.stage.player.play()

    def _apply_veil(self) -> None:
        setup = self._study.stage_setup
        veiled = setup is not None and not self._study.is_open
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
        is_open = self._study.is_open
        live = [control.is_live(is_open) for control in card.controls]
        values = [self._study.playground.value(control.target) for control in card.controls]
        note = ""
        if card.controls and not is_open:
            asked = any(control.when == "answer" for control in card.controls)
            note = self.tr("yours to set: your setting is the answer") if asked else ""
            if not any(live):
                note = self.tr("yours to move after you answer")
                if self._study.is_answered:
                    note = self.tr("yours to move after your second try")
        self.controls.show_state(values, live, is_open and self._study.playground.is_changed, note)

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

    def _follow_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Bring what the keyboard has come to into view; where the mouse clicked, nothing may move away."""
        pressed = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        if now is None or pressed or not self.isAncestorOf(now):
            return
        if self.is_wide:
            self.column.bring(now)
        elif now is not self.stage:
            self._scroll.ensureWidgetVisible(now, 0, 60)

    def _follow_growth(self, newest: QWidget) -> None:
        """Show what has opened and the buttons below it, where the page scrolls as a whole."""
        if not self.is_wide:
            self._scroll.ensureWidgetVisible(self.column.primary, 0, 24)
            self._scroll.ensureWidgetVisible(newest, 0, 24)

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
        QTimer.singleShot(0, self, self.focus_answer)

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
            tall = max(560, round(self.height() * 0.85))
            self._stage_box.setMinimumHeight(tall if self._nothing.isHidden() else 0)
            self._around_stage.setContentsMargins(16, 0, 16, 16)
