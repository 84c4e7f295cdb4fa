"""What is wrong with a file: where, what, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPaintEvent, QResizeEvent, QTextOption
from PySide6.QtWidgets import QButtonGroup, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.theme import Theme, draw_icon, number_font, text_font, theme_of

from .label import Label
from .painting import CARD_RADIUS, Body, begin, body_rect, draw_body, draw_ring, scaled

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ProblemList", "ProblemRow", "Severity"]

Severity = Literal["error", "warning", "note"]

_MOST: Final = 100
_ICONS: Final[dict[Severity, str]] = {"error": "circle-x", "warning": "triangle-alert", "note": "info"}


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """One problem: `place` as ``file:line:column``, a sentence, and advice, which may be empty."""

    place: str
    message: str
    advice: str = ""
    severity: Severity = "error"


class _Row(QPushButton):
    """One problem as a button that leads to its place."""

    def __init__(self, row: ProblemRow, word: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._row = row
        said = (word, row.message, row.advice, row.place)
        self.setAccessibleName(". ".join(part.rstrip(".") for part in said if part))
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _lines(self, theme: Theme) -> list[tuple[str, QFont, str]]:
        lines = [
            (self._row.place, number_font(scaled(11)), theme.dim),
            (self._row.message, text_font(scaled(13), 500), theme.text),
            (self._row.advice, text_font(scaled(12)), theme.dim),
        ]
        return [line for line in lines if line[0]]

    def _heights(self, width: float, theme: Theme) -> list[float]:
        flags = int(Qt.TextFlag.TextWrapAnywhere) | int(Qt.TextFlag.TextWordWrap)
        return [
            QFontMetricsF(font).boundingRect(QRectF(0, 0, width, 1e6), flags, text).height()
            for text, font, _colour in self._lines(theme)
        ]

    def _room(self, width: float) -> float:
        return max(40.0, width - scaled(44 + 14))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        heights = self._heights(self._room(width), theme_of(self.palette()))
        return round(sum(heights) + scaled(4) * (len(heights) - 1) + scaled(22))

    def sizeHint(self) -> QSize:
        return QSize(round(scaled(320)), self.heightForWidth(round(scaled(320))))

    def minimumSizeHint(self) -> QSize:
        return QSize(round(scaled(160)), self.heightForWidth(100_000))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = begin(self)
        over = self.underMouse() and self.isEnabled()
        ground = Body(theme.hover if over else theme.card, theme.line)
        draw_body(painter, body_rect(self, self.hasFocus()), CARD_RADIUS, ground)
        if self.hasFocus():
            draw_ring(painter, self, CARD_RADIUS, theme)
        colours = {"error": theme.wrong, "warning": theme.cell, "note": theme.dim}
        side = scaled(16)
        icon_at = QRectF(scaled(14), scaled(12), side, side)
        draw_icon(painter, _ICONS[self._row.severity], colours[self._row.severity], icon_at)
        left, room, y = scaled(44), self._room(self.width()), scaled(11)
        for (text, font, colour), height in zip(self._lines(theme), self._heights(room, theme), strict=True):
            option = QTextOption()
            option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
            painter.setFont(font)
            painter.setPen(QColor(colour))
            painter.drawText(QRectF(left, y, room, height + 2), text, option)
            y += height + scaled(4)
        painter.end()


class ProblemList(QWidget):
    """Problems one below the other, each leading to its place.

    Parameters
    ----------
    parent : QWidget, optional
        Owner.

    Attributes
    ----------
    activated : Signal(int)
        The place in the list, from 0, of the problem the author wants to go to.
    """

    activated = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self.rows: list[QPushButton] = []
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self.activated)
        self._more = Label(px=12, tone="dim", parent=self)
        self._more.setVisible(False)
        self._column.addWidget(self._more)

    def set_problems(self, problems: Sequence[ProblemRow]) -> None:
        """Show these, the first hundred of them; the rest are counted."""
        for button in self.rows:
            self._group.removeButton(button)
            self._column.removeWidget(button)
            button.hide()
            button.deleteLater()
        words = {"error": self.tr("Error"), "warning": self.tr("Warning"), "note": self.tr("Note")}
        self.rows = [_Row(row, words[row.severity], self) for row in problems[:_MOST]]
        for place, button in enumerate(self.rows):
            self._column.insertWidget(place, button)
            self._group.addButton(button, place)
        left_out = len(problems) - len(self.rows)
        self._more.setText(self.tr("and %n more", "", left_out) if left_out else "")
        self._more.setVisible(left_out > 0)
        self.setAccessibleName(self.tr("%n problem(s)", "", len(problems)))
