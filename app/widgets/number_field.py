"""A field for one number, which says what it does not understand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from app.theme import number_font, text_font, theme_of

from .label import Label
from .painting import CARD_RADIUS, Body, begin, body_rect, draw_body, draw_ring, draw_text, scaled, text_width
from .slider import plain_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QKeyEvent, QPaintEvent

__all__ = ["NumberField"]


class _Edit(QLineEdit):
    """The field itself, drawn as the cards are; the text in it is Qt's."""

    def __init__(self, unit: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._owner = parent
        self.unit = unit
        self.wrong = False
        self.setFrame(False)
        # Ground and line are painted here; the style's would lie over them. The price: the sheet
        # makes this palette's window transparent, so the theme is to be had from the owner's.
        self.setStyleSheet("background: transparent; border: none; padding: 0;")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.follow()

    def follow(self) -> None:
        font = number_font(scaled(15))
        if self.font() != font:
            self.setFont(font)
        right = text_width(self.unit, text_font(scaled(13))) + scaled(12) if self.unit else 0.0
        self.setTextMargins(round(scaled(14)), 0, round(scaled(14) + right), 0)

    def sizeHint(self) -> QSize:
        return QSize(round(scaled(200)), round(scaled(44)))

    def minimumSizeHint(self) -> QSize:
        return QSize(round(scaled(110)), round(scaled(44)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()  # Qt passes it on, and the page would take it for a second answer

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, _theme = begin(self)
        theme = theme_of(self._owner.palette())
        focused = self.hasFocus()
        line = theme.wrong if self.wrong else theme.line
        ground = theme.card if self.isEnabled() else ""
        draw_body(
            painter, body_rect(self, focused), CARD_RADIUS, Body(ground, line, 1.5 if self.wrong else 1.0)
        )
        if focused:
            draw_ring(painter, self, CARD_RADIUS, theme)
        if self.unit:
            at = QRectF(0, 0, self.width() - scaled(16), self.height())
            draw_text(painter, at, self.unit, text_font(scaled(13)), theme.dim, Qt.AlignmentFlag.AlignRight)
        painter.end()
        super().paintEvent(event)


class NumberField(QWidget):
    """A field for one number, with a line below it for what is wrong.

    Parameters
    ----------
    name : str
        What is asked for, for screen readers.
    unit : str
        Shown at the field's end.
    placeholder : str
        Shown while it is empty.
    parse : callable, optional
        Reads the text, or raises `ValueError` with a sentence to show; without it, decimal
        numbers with point or comma.
    parent : QWidget, optional
        Owner.

    Attributes
    ----------
    edited : Signal(str)
        The learner changed the text.
    submitted : Signal(str)
        Enter was pressed and the text is a number.
    """

    edited = Signal(str)
    submitted = Signal(str)

    def __init__(
        self,
        name: str,
        unit: str = "",
        placeholder: str = "",
        parse: Callable[[str], float] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._parse = parse or plain_number
        self._own_sentence = parse is None
        self.edit = _Edit(unit, self)
        self.edit.setAccessibleName(f"{name} ({unit})" if unit else name)
        self.edit.setPlaceholderText(placeholder)
        self._problem = Label(px=12, tone="wrong", wrap=True, parent=self)
        self._problem.setVisible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.edit)
        column.addWidget(self._problem)
        self.setFocusProxy(self.edit)
        self.edit.textEdited.connect(self._on_edited)
        self.edit.returnPressed.connect(self._on_return)

    def text(self) -> str:
        """Return what is typed."""
        return self.edit.text()

    def set_text(self, text: str) -> None:
        """Put a text in, without a signal."""
        self.edit.setText(text)
        self.set_problem("")

    def value(self) -> float | None:
        """Return the number, or None while the text is none."""
        try:
            return self._parse(self.edit.text())
        except ValueError:
            return None

    def problem(self) -> str:
        """Return the sentence below the field, or an empty text."""
        return self._problem.text()

    def set_problem(self, sentence: str) -> None:
        """Say what is wrong; an empty text takes it back."""
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))
        self.edit.setAccessibleDescription(sentence)
        self.edit.wrong = bool(sentence)
        self.edit.update()

    def check(self) -> bool:
        """Say what is wrong with the text, if anything; True if it is a number."""
        try:
            self._parse(self.edit.text())
        except ValueError as error:
            self.set_problem(self.tr("This is not a number.") if self._own_sentence else str(error))
            return False
        self.set_problem("")
        return True

    def _on_edited(self, text: str) -> None:
        self.set_problem("")
        self.edited.emit(text)

    def _on_return(self) -> None:
        if self.check():
            self.submitted.emit(self.edit.text())

    def changeEvent(self, event: QEvent) -> None:
        """Follow the text scale."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "edit"):
            self.edit.follow()
            self.updateGeometry()
