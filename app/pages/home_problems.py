"""The problems of one file as text that can be selected and copied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QFont, QResizeEvent, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QWidget

from app.theme import number_font, text_font, theme_of
from app.widgets.painting import scaled

if TYPE_CHECKING:
    from content.model import Problem

__all__ = ["ProblemText", "as_text"]

_MOST: Final = 200
_TALLEST: Final = 360
_CHANGES: Final = (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange)


def as_text(problems: tuple[Problem, ...]) -> str:
    """Return all problems, one a line: ``file:line:column: error: sentence advice``."""
    return "\n".join(str(problem) for problem in problems)


class ProblemText(QTextEdit):
    """Shows place, sentence and advice of each problem; as tall as it needs to be, up to a bound.

    Parameters
    ----------
    problems : tuple of Problem
        All of one file.
    parent : QWidget, optional
        Owner.
    """

    def __init__(self, problems: tuple[Problem, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problems = problems
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Problems"))
        self.document().setDocumentMargin(0)
        self._write()

    def _write(self) -> None:
        theme = theme_of(self.palette())
        words = {
            "error": ("×", self.tr("Error"), theme.wrong),
            "warning": ("!", self.tr("Warning"), theme.cell),
            "note": ("·", self.tr("Note"), theme.dim),
        }
        self.clear()
        cursor = self.textCursor()
        cursor.beginEditBlock()
        for place, problem in enumerate(self._problems[:_MOST]):
            if place:
                cursor.insertBlock()
            block = QTextBlockFormat()
            block.setTopMargin(scaled(12) if place else 0.0)
            block.setLineHeight(scaled(4), QTextBlockFormat.LineHeightTypes.LineDistanceHeight.value)
            cursor.setBlockFormat(block)
            mark, word, colour = words.get(problem.severity, words["error"])
            where = problem.place
            name = where.file.replace("\\", "/").rsplit("/", 1)[-1]
            at = f"  {name}:{where.line}:{where.column}"
            cursor.insertText(f"{mark} {word}", _format(text_font(scaled(12), 600), colour))
            cursor.insertText(at, _format(number_font(scaled(11)), theme.dim))
            self._line(cursor, _sentence(problem.message), _format(text_font(scaled(13)), theme.text))
            if problem.advice:
                self._line(cursor, problem.advice, _format(text_font(scaled(12)), theme.dim))
        left_out = len(self._problems) - _MOST
        if left_out > 0:
            more = self.tr("and {0} more").format(left_out)
            self._line(cursor, more, _format(text_font(scaled(12)), theme.dim))
        cursor.endEditBlock()
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self.updateGeometry()

    @staticmethod
    def _line(cursor: QTextCursor, text: str, style: QTextCharFormat) -> None:
        cursor.insertBlock()
        block = QTextBlockFormat()
        block.setTopMargin(scaled(2))
        cursor.setBlockFormat(block)
        cursor.insertText(text, style)

    def sizeHint(self) -> QSize:
        """Return the height of the text, bounded."""
        self.document().setTextWidth(max(100, self.viewport().width()))
        height = self.document().size().height() + 2
        return QSize(round(scaled(300)), round(min(height, scaled(_TALLEST))))

    def minimumSizeHint(self) -> QSize:
        """Return the same height, and little width."""
        return QSize(round(scaled(160)), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take the height of another width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme and the text scale."""
        super().changeEvent(event)
        if event.type() in _CHANGES and hasattr(self, "_problems"):
            self._write()


def _sentence(message: str) -> str:
    said = message[:1].upper() + message[1:]
    return said if said.endswith((".", "?", "!")) else f"{said}."


def _format(font: QFont, colour: str) -> QTextCharFormat:
    style = QTextCharFormat()
    style.setFont(font)
    style.setForeground(QColor(colour))
    return style
