"""A learner's hands: questions answered by the keys and clicks of a real window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.controllers.home import StudyRequest
from app.stage.compose import VIEWS
from app.stage.marks import hit
from app.tutor.session import Phase
from content.answers import Answer, ChoiceAnswer, NumberAnswer, SettingsAnswer
from content.tolerance import accepts

from .opened import settle

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.program import Program
    from content.variants import Variant

__all__ = ["Hands", "right_answer", "wrong_answer"]

_LEFT = Qt.MouseButton.LeftButton


def right_answer(variant: Variant) -> Answer:
    """Return what the bank holds for right."""
    question = variant.question
    if question.answer is not None:
        return NumberAnswer(f"{variant.key_value():.10g}")
    if question.goal is not None:
        return SettingsAnswer(question.goal.passes[0])
    return ChoiceAnswer(frozenset(k for k, option in enumerate(question.options) if option.correct))


def wrong_answer(variant: Variant) -> Answer:
    """Return something that the bank holds for wrong: of several options every wrong one and no right one."""
    question = variant.question
    if question.answer is not None:
        key = variant.key_value()
        number = next(n for n in (17.5, -3.0, 0.0) if not accepts(question.answer, key, n))
        return NumberAnswer(f"{number:g}")
    if question.goal is not None:
        return SettingsAnswer(next(v for v in question.goal.fails if _moves_all(question.goal.start, v)))
    wrong = [k for k, option in enumerate(question.options) if not option.correct]
    return ChoiceAnswer(frozenset(wrong[:1] if question.kind == "single-choice" else wrong))


def _moves_all(start: tuple[float, ...], values: tuple[float, ...]) -> bool:
    return all(a != b for a, b in zip(start, values, strict=True))


class Hands:
    """Does what a learner does, in the window of a program.

    Parameters
    ----------
    program : Program
        Its window is shown.
    """

    def __init__(self, program: Program) -> None:
        self._window = program.window
        self._study = program.study
        self._page = program.window.study_page

    def begin(self, *questions: str) -> None:
        """Begin a session of these questions, by their full names."""
        self._window.home.study_requested.emit(StudyRequest(tuple(questions)))
        settle()

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key wherever the keyboard is."""
        QTest.keyClick(self._keyboard(), key, modifiers)
        settle()

    def type(self, text: str) -> None:
        """Type a text wherever the keyboard is."""
        QTest.keyClicks(self._keyboard(), text)
        settle()

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        """Click on a widget, in its middle if nothing else is said."""
        QTest.mouseClick(widget, _LEFT, pos=widget.rect().center() if at is None else at)
        settle()

    def _keyboard(self) -> QWidget:
        found: QWidget | None = self._window.focusWidget()
        return self._window if found is None else found

    def give(self, answer: Answer, *, by_mouse: bool = False) -> None:
        """Choose an answer, as far as it can be by mouse or by keys; nothing is checked yet."""
        match answer:
            case ChoiceAnswer(options):
                self._choose(options, by_mouse)
            case NumberAnswer(text):
                self.type(text)
            case SettingsAnswer(values):
                self._set(values, by_mouse)

    def _choose(self, options: frozenset[int], by_mouse: bool) -> None:
        card, group = self._study.card, self._page.column.options
        assert card is not None
        assert group is not None
        for place, option in enumerate(card.options):
            if option.index not in options:
                continue
            if by_mouse:
                self.click(group.cards[place])
            else:
                self.press(Qt.Key(Qt.Key.Key_1 + place))

    def _set(self, values: tuple[float, ...], by_mouse: bool) -> None:
        card = self._study.card
        assert card is not None
        sliders = [
            slider
            for slider, control in zip(self._page.controls.sliders, card.controls, strict=True)
            if control.when == "answer"
        ]
        for slider, value in zip(sliders, values, strict=True):
            if by_mouse:
                QTest.mouseDClick(slider.track, _LEFT, pos=slider.track.rect().center())
                settle()
            else:
                slider.setFocus(Qt.FocusReason.ShortcutFocusReason)
                self.press(Qt.Key.Key_Return)
            self.type(f"{value:.10g}")
            self.press(Qt.Key.Key_Return)

    def go(self, *, by_mouse: bool = False) -> None:
        """Check the answer, or go on: by Enter, or on the button."""
        button = self._page.column.primary
        if by_mouse:
            self.click(button)
        else:
            if self._page.column.number is None or self._study.is_answered:
                button.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.press(Qt.Key.Key_Return)

    def pass_on(self) -> None:
        """Go on without another try and without explaining anything."""
        if self._study.phase in (Phase.RUN, Phase.EXPLAIN_SELF):
            self.click(self._page.column.secondary)
        else:
            self.go()

    def explain(self, node: str) -> bool:
        """Click a node of the stage, in the first view that shows it; False if none does."""
        stage = self._page.stage
        for view in (stage.view(), *VIEWS):
            stage.set_view(view)
            settle()
            for mark in stage.marks():
                x, y, width, height = mark.rect
                found = hit(stage.marks(), x + width / 2, y + height / 2) if mark.node == node else None
                if found is not None and found.node == node:
                    self.click(stage, QPoint(round(x + width / 2), round(y + height / 2)))
                    return True
        return False
