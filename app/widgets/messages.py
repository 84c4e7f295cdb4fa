"""Messages of the application itself: a banner in the page, a toast over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QEvent, QObject, QRectF, QTimer, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.theme import Theme, draw_icon, mix

from .buttons import IconButton, SecondaryButton
from .label import Label
from .painting import CARD_RADIUS, Body, begin, draw_body, scaled

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QPaintEvent

__all__ = ["Banner", "MessageKind", "Toast"]

MessageKind = Literal["note", "right", "warning", "error"]

_ICONS: Final[dict[MessageKind, str]] = {
    "note": "info",
    "right": "check",
    "warning": "triangle-alert",
    "error": "circle-x",
}


def _colour(kind: MessageKind, theme: Theme) -> str:
    return {"note": theme.dim, "right": theme.right, "warning": theme.cell, "error": theme.wrong}[kind]


class Banner(QWidget):
    """A message that stays in the page until it is closed, with at most one thing to do about it.

    Parameters
    ----------
    parent : QWidget, optional
        Owner.

    Attributes
    ----------
    acted : Signal()
        The learner took the action offered.
    closed : Signal()
        The learner closed it.
    """

    acted = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind: MessageKind = "note"
        self._label = Label(px=13, wrap=True, parent=self)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._action = SecondaryButton("", compact=True, parent=self)
        self._close = IconButton("x", self.tr("Close"), side=28, parent=self)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._label, 1)
        self._row.addWidget(self._action)
        self._row.addWidget(self._close)
        self._action.clicked.connect(self.acted)
        self._close.clicked.connect(self._on_close)
        self.setVisible(False)
        self._lay_out()

    def show_message(
        self, text: str, kind: MessageKind = "note", action: str = "", closable: bool = True
    ) -> None:
        """Show a message; without `action` there is no button."""
        self._kind = kind
        self._label.setText(text)
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self._close.setVisible(closable)
        self.setAccessibleName(text)
        self.setVisible(True)
        self.updateGeometry()
        self.update()

    def message(self) -> str:
        """Return what it says."""
        return self._label.text()

    def action_button(self) -> SecondaryButton:
        """Return the button of the action."""
        return self._action

    def close_button(self) -> IconButton:
        """Return the button that closes it."""
        return self._close

    def _on_close(self) -> None:
        self.setVisible(False)
        self.closed.emit()

    def _lay_out(self) -> None:
        pad = round(scaled(10))
        self._row.setContentsMargins(round(scaled(42)), pad, pad, pad)
        self._row.setSpacing(pad)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the text scale."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_row"):
            self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground and the mark of its kind."""
        painter, theme = begin(self)
        colour = _colour(self._kind, theme)
        plain = self._kind == "note"
        line = theme.line if plain else mix(theme.card, colour, 0.6)
        fill = theme.card if plain else theme.tint(colour)
        draw_body(painter, QRectF(self.rect()), CARD_RADIUS, Body(fill, line))
        side = scaled(18)
        draw_icon(
            painter, _ICONS[self._kind], colour, QRectF(scaled(14), (self.height() - side) / 2, side, side)
        )
        painter.end()


class Toast(Banner):
    """A message in the lower right corner of the page that goes by itself.

    Parameters
    ----------
    page : QWidget
        Over which it lies; what is to be done next stands at its left.
    milliseconds : int
        How long it stays; while the pointer or the focus is in it, it stays on.
    """

    def __init__(self, page: QWidget, milliseconds: int = 5000) -> None:
        self._timer = QTimer()  # before the rest: hiding, which stops it, is part of being made
        super().__init__(page)
        self._page = page
        self._timer.setParent(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(milliseconds)
        self._timer.timeout.connect(self._on_timeout)
        page.installEventFilter(self)

    def show_message(
        self, text: str, kind: MessageKind = "note", action: str = "", closable: bool = True
    ) -> None:
        """Show a message for a while, in place of the one before."""
        super().show_message(text, kind, action, closable)
        self._place()
        self.raise_()
        self._timer.start()

    def _on_timeout(self) -> None:
        pointed_at = self.rect().contains(self.mapFromGlobal(QCursor.pos()))
        if pointed_at or any(button.hasFocus() for button in (self._action, self._close)):
            self._timer.start()
        else:
            self.setVisible(False)

    def _place(self) -> None:
        page = self._page
        width = min(page.width() - 32, round(scaled(460)))
        height = max(self._row.totalHeightForWidth(width), self._row.totalMinimumSize().height())
        self.setGeometry(page.width() - width - 20, page.height() - height - 20, width, height)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the text scale, and keep the place."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and not self.isHidden():
            self._place()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop waiting when it is gone."""
        self._timer.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep its place when the page's size changes."""
        if event.type() == QEvent.Type.Resize and not self.isHidden():  # the page itself may not be shown yet
            self._place()
        return super().eventFilter(watched, event)
