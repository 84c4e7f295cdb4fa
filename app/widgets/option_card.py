"""One answer to choose: a card with a letter, and what became of it after the check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QRadioButton,
    QSizePolicy,
    QWidget,
)

from app.theme import Theme, mix, text_font

from .label import Label
from .math_text import WIDE, MathText, PictureLoader
from .painting import CARD_RADIUS, Body, begin, body_rect, draw_body, draw_ring, draw_text, scaled

if TYPE_CHECKING:
    from .text_store import TextStore

__all__ = ["LIP", "OptionCard", "OptionVerdict"]

OptionVerdict = Literal["none", "right", "wrong", "missed", "passed"]
"""After the check: chosen and right, chosen and wrong, right but not chosen, rightly left alone."""

_BADGE: Final = 24
_TEXT_PX: Final = 15
LIP: Final = 7
"""Pixels above a card's body, for the verdict that sits astride its border; at text scale 1."""


class _Letter(QRadioButton):
    """The badge of an answer that excludes the others.

    The group keeps them apart, for Qt does so among children of one parent only. It is exclusive
    by itself all the same: that is what makes it a radio button to a screen reader.
    """

    def nextCheckState(self) -> None:
        self.setChecked(True)

    def sizeHint(self) -> QSize:
        side = round(scaled(_BADGE))
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = begin(self)
        _draw_badge(painter, self, theme, self.text())
        painter.end()


class _Box(QCheckBox):
    """The badge of an answer that goes with others: its letter, filled once chosen."""

    def sizeHint(self) -> QSize:
        side = round(scaled(_BADGE))
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = begin(self)
        # Filled and square when chosen, and still called by its letter: feedback speaks of it.
        _draw_badge(painter, self, theme, self.text())
        painter.end()


def _ink(theme: Theme) -> str:
    """Return the colour on a ground of the text colour."""
    return theme.background if theme.is_dark else theme.panel


def _draw_badge(painter: QPainter, badge: QAbstractButton, theme: Theme, letter: str) -> None:
    rect, radius = QRectF(badge.rect()), scaled(6)
    if badge.isChecked():
        draw_body(painter, rect, radius, Body(theme.text))
    else:
        draw_body(painter, rect, radius, Body(line=mix(theme.line, theme.text, 0.3)))
    colour = _ink(theme) if badge.isChecked() else theme.dim
    draw_text(painter, rect, letter, text_font(scaled(12), 600), colour)


class _Tag(Label):
    """The verdict, in a gap that its ground leaves in the card's border."""

    def sizeHint(self) -> QSize:
        """Return the text's room and some beside it."""
        size = super().sizeHint()
        return QSize(size.width() + round(scaled(10)), size.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Cover the border, then draw the text."""
        painter, theme = begin(self)
        draw_body(painter, QRectF(self.rect()), self.height() / 2, Body(theme.background))
        painter.end()
        super().paintEvent(event)


class OptionCard(QWidget):
    """One answer; the whole card can be clicked.

    Parameters
    ----------
    store : TextStore
        For the text.
    letter : str
        Its badge, and the first thing a screen reader says of it.
    text : str
        The answer in Markdown.
    multiple : bool
        Whether others may be chosen with it.
    pictures : callable, optional
        As in `MathText`.
    parent : QWidget, optional
        Owner.

    Attributes
    ----------
    toggled : Signal(OptionCard)
        It was chosen, or no longer is: the card itself is sent along.
    """

    toggled = Signal(object)

    def __init__(
        self,
        store: TextStore,
        letter: str,
        text: str,
        multiple: bool = False,
        pictures: PictureLoader | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._verdict: OptionVerdict = "none"
        self.button: QAbstractButton = _Box(letter, self) if multiple else _Letter(letter, self)
        self.button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.content = MathText(store, text, px=_TEXT_PX, interactive=False, pictures=pictures, parent=self)
        self._word = _Tag(px=10, weight=600, parent=self)
        self._word.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._word.setVisible(False)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.button.installEventFilter(self)
        self.button.toggled.connect(self._on_toggled)
        self._say()

    def _arrange(self, width: int) -> tuple[QRect, QRect, QRect, int]:
        """Return the places of badge, text and verdict in a card of a width, and the card's height.

        Badge, verdict and first line share their middle, however tall and long the text is.
        """
        pad, side, lip = round(scaled(13)), round(scaled(_BADGE)), round(scaled(LIP))
        word = self._word.sizeHint() if self._verdict_word() else QSize(0, 0)
        left = pad + side + pad
        room = max(40, width - left - pad)
        tall = self.content.heightForWidth(room)
        middle = self.content.first_middle(room)
        y = lip + pad + max(side / 2, middle)
        badge = QRect(pad, round(y - side / 2), side, side)
        text = QRect(left, round(y - middle), room, tall)
        # Astride the border, clear of the text: a verdict changes no line and moves nothing below.
        said = QRect(QPoint(width - pad - word.width(), lip - word.height() // 2), word)
        # Below the last line is its distance to a next one, where there is none.
        bottom = max(badge.bottom() + 1.0, text.top() + tall - self.content.leading())
        return badge, text, said, round(bottom) + pad

    def _lay_out(self) -> None:
        badge, text, said, _height = self._arrange(self.width())
        self.button.setGeometry(badge)
        self.content.setGeometry(text)
        self._word.setGeometry(said)

    def hasHeightForWidth(self) -> bool:
        """Say that the height follows from the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height that shows the whole answer."""
        return self._arrange(width)[3]

    def sizeHint(self) -> QSize:
        """Return the width of the text's longest line with badge and padding."""
        width = self.content.sizeHint().width() + round(scaled(3 * 13 + _BADGE))
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Return a narrow card of one line; layouts ask `heightForWidth` for the rest."""
        return QSize(round(scaled(160)), self.heightForWidth(WIDE))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put everything in its place."""
        super().resizeEvent(event)
        self._lay_out()
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def letter(self) -> str:
        """Return the badge's letter."""
        return self.button.text()

    def is_chosen(self) -> bool:
        """Return whether the learner chose it."""
        return self.button.isChecked()

    def set_chosen(self, chosen: bool) -> None:
        """Choose it, or take it back."""
        self.button.setChecked(chosen)

    def verdict(self) -> OptionVerdict:
        """Return what became of it."""
        return self._verdict

    def set_verdict(self, verdict: OptionVerdict) -> None:
        """Say what became of it; anything but ``"none"`` also closes it to further clicks."""
        self._verdict = verdict
        self._word.setText(self._verdict_word())
        self._word.setVisible(verdict in ("right", "wrong", "missed"))
        self._word.set_tone("wrong" if verdict == "wrong" else "right")
        self.content.set_look(tone="dim" if verdict == "passed" else "text")
        closed = verdict != "none"
        self.setCursor(Qt.CursorShape.ArrowCursor if closed else Qt.CursorShape.PointingHandCursor)
        self._say()
        self.updateGeometry()
        self._lay_out()
        self.update()

    def _verdict_word(self) -> str:
        words = {
            "right": "✓ " + self.tr("Right"),
            "wrong": "✗ " + self.tr("Not this"),
            "missed": "✓ " + self.tr("Right, not chosen")
            if isinstance(self.button, QCheckBox)
            else "✓ " + self.tr("The answer"),
        }
        return words.get(self._verdict, "")

    def _say(self) -> None:
        said = f"{self.letter()}: {self.content.spoken()}"
        word = self._verdict_word()
        self.button.setAccessibleName(f"{said}. {word[2:]}" if word else said)

    def _on_toggled(self) -> None:
        self.update()
        self.toggled.emit(self)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the text scale."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_word"):
            self.updateGeometry()
            self._lay_out()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Draw the ring when the badge has the focus; keep closed cards as they are."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        if self._verdict != "none":
            if isinstance(event, QMouseEvent):
                return True
            if isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Select):
                return True
        return super().eventFilter(watched, event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take a click anywhere on the card."""
        inside = self.rect().contains(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and inside and self._verdict == "none":
            self.button.setFocus(Qt.FocusReason.MouseFocusReason)
            self.button.click()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Wait for the release, as buttons do."""
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the card's body, by state, and the ring of the focus."""
        painter, theme = begin(self)
        focused, lip = self.button.hasFocus(), round(scaled(LIP))
        draw_body(painter, body_rect(self, focused, lip), CARD_RADIUS, self._body(theme))
        if focused:
            draw_ring(painter, self, CARD_RADIUS, theme, lip)
        painter.end()

    def _body(self, theme: Theme) -> Body:
        match self._verdict:
            case "right":
                return Body(theme.tint(theme.right), theme.right, 1.5)
            case "wrong":
                return Body(theme.tint(theme.wrong), theme.wrong, 1.5)
            case "missed":
                return Body(theme.card, theme.right, 1.5, dashed=True)
            case "passed":
                return Body("", theme.line)
        if self.is_chosen():
            return Body(theme.chosen, theme.text, 1.5)
        if self.underMouse() and self.isEnabled():
            return Body(theme.hover, mix(theme.line, theme.text, 0.35))
        return Body(theme.card, theme.line)
