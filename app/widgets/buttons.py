"""Buttons: one to go on, others beside it, and cards that lead somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from app.theme import Theme, draw_icon, mix, text_font

from .painting import (
    CARD_RADIUS,
    Body,
    begin,
    body_rect,
    draw_body,
    draw_ring,
    draw_text,
    scaled,
    text_width,
)

if TYPE_CHECKING:
    from PySide6.QtGui import QFont, QKeyEvent, QPaintEvent

__all__ = ["IconButton", "LinkCard", "PrimaryButton", "SecondaryButton"]


class _PaintedButton(QPushButton):
    """A push button that paints itself; Enter presses it as Space does."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter, too."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Take another size with another text scale."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()


class SecondaryButton(_PaintedButton):
    """An outlined button.

    Parameters
    ----------
    text : str
        What it does.
    key_hint : str
        A key that does the same, shown dim at the right: ``"H"``. Only a hint: the page binds it.
    compact : bool
        Whether it is lower than usual, to stand in a line of text or a banner.
    parent : QWidget, optional
        Owner.
    """

    def __init__(
        self, text: str, key_hint: str = "", compact: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self._hint = key_hint
        self._tall = 32 if compact else 44
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_key_hint(self, key_hint: str) -> None:
        """Show another key."""
        self._hint = key_hint
        self.updateGeometry()
        self.update()

    def _font(self) -> QFont:
        return text_font(scaled(13), 500)

    def _look(self, theme: Theme) -> tuple[Body, str, str]:
        """Return body, colour of the text, and colour of the hint."""
        if not self.isEnabled():
            return Body(line=theme.line), theme.faint, theme.faint
        ground = theme.chosen if self.isDown() else theme.hover if self.underMouse() else ""
        line = mix(theme.line, theme.text, 0.35) if self.underMouse() else theme.line
        return Body(ground, line), theme.text if self.underMouse() else theme.dim, theme.dim

    def _hint_width(self) -> float:
        if not self._hint:
            return 0.0
        return scaled(16) if self._hint == "↵" else text_width(self._hint, text_font(scaled(12), 500))

    def sizeHint(self) -> QSize:
        """Return room for text, hint and the space around them."""
        width = text_width(self.text(), self._font()) + scaled(28 if self._tall < 40 else 36)
        if self._hint:
            width += 2 * (self._hint_width() + scaled(10))
        return QSize(round(width), round(scaled(self._tall)))

    def minimumSizeHint(self) -> QSize:
        """Return room for the text and little around it."""
        width = text_width(self.text(), self._font()) + scaled(20)
        if self._hint:
            width += self._hint_width() + scaled(10)
        return QSize(round(width), round(scaled(self._tall)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw body, text, hint, and the ring of the focus."""
        painter, theme = begin(self)
        focused = self.hasFocus()
        rect = body_rect(self, focused)
        radius = CARD_RADIUS if self._tall > 40 else 8.0
        body, colour, hint_colour = self._look(theme)
        draw_body(painter, rect, radius, body)
        if focused:
            draw_ring(painter, self, radius, theme)
        whole = QRectF(self.rect())
        pad, hint = scaled(10), self._hint_width()
        room = whole.adjusted(pad, 0, -pad, 0)
        needed = text_width(self.text(), self._font())
        if hint and needed + 2 * (hint + scaled(8)) > room.width():
            room.setRight(room.right() - hint - scaled(8))  # no room to centre in the whole
        draw_text(painter, room, self.text(), self._font(), colour)
        if hint:
            right = whole.right() - scaled(16)
            if self._hint == "↵":
                side = scaled(15)
                at = QRectF(right - side, whole.center().y() - side / 2, side, side)
                draw_icon(painter, "corner-down-left", hint_colour, at)
            else:
                at = QRectF(right - hint, 0, hint + 1, whole.height())
                draw_text(painter, at, self._hint, text_font(scaled(12), 500), hint_colour)
        painter.end()


class PrimaryButton(SecondaryButton):
    """The one filled button of a page: what to do next.

    Parameters
    ----------
    text : str
        What it does.
    key_hint : str
        A key that does the same; ``"↵"`` unless told otherwise.
    parent : QWidget, optional
        Owner.
    """

    def __init__(self, text: str, key_hint: str = "↵", parent: QWidget | None = None) -> None:
        super().__init__(text, key_hint, parent=parent)
        self._ready = True

    def set_ready(self, ready: bool) -> None:
        """Fill it, or only outline it while something is missing; it can be pressed all the same."""
        if ready != self._ready:
            self._ready = ready
            self.update()

    def is_ready(self) -> bool:
        """Return whether nothing is missing."""
        return self._ready

    def _font(self) -> QFont:
        return text_font(scaled(15), 600)

    def _look(self, theme: Theme) -> tuple[Body, str, str]:
        if not self.isEnabled():
            return Body(theme.card, theme.line), theme.faint, theme.faint
        if not self._ready:
            ground = theme.chosen if self.isDown() else theme.hover if self.underMouse() else theme.card
            return Body(ground, mix(theme.line, theme.text, 0.35)), theme.text, theme.dim
        away = 0.22 if self.isDown() else 0.1 if self.underMouse() else 0.0
        ink = theme.background if theme.is_dark else theme.panel
        return Body(mix(theme.text, theme.background, away)), ink, mix(theme.text, ink, 0.8)


class IconButton(_PaintedButton):
    """A round or bare button with an icon; its name is heard, and seen as a tip.

    Parameters
    ----------
    icon : str
        An icon's name.
    name : str
        What it does.
    filled : bool
        Whether it is the filled disc of the main action.
    side : float
        Its side at text scale 1.
    parent : QWidget, optional
        Owner.
    """

    def __init__(
        self, icon: str, name: str, filled: bool = False, side: float = 32, parent: QWidget | None = None
    ) -> None:
        super().__init__("", parent)
        self._icon, self._filled, self._side = icon, filled, side
        self.set_action(icon, name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_action(self, icon: str, name: str) -> None:
        """Show another icon, for another action."""
        self._icon = icon
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.update()

    def icon_name(self) -> str:
        """Return the name of the icon shown."""
        return self._icon

    def sizeHint(self) -> QSize:
        """Return a square."""
        return QSize(round(scaled(self._side)), round(scaled(self._side)))

    def minimumSizeHint(self) -> QSize:
        """Return the same square."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw disc or ground, icon, and the ring of the focus."""
        painter, theme = begin(self)
        rect = body_rect(self, self.hasFocus())
        radius = rect.height() / 2 if self._filled else 8.0
        colour = theme.text if self.isEnabled() else theme.faint
        if self._filled:
            away = 0.22 if self.isDown() else 0.1 if self.underMouse() else 0.0
            fill = mix(theme.text, theme.background, away) if self.isEnabled() else theme.line
            draw_body(painter, rect, radius, Body(fill))
            colour = theme.background if theme.is_dark else theme.panel
        elif self.isEnabled() and (self.underMouse() or self.isDown()):
            draw_body(painter, rect, radius, Body(theme.chosen if self.isDown() else theme.hover))
        if self.hasFocus():
            draw_ring(painter, self, radius, theme)
        side = scaled(self._side) * (0.5 if self._filled else 0.56)
        centre = QRectF(self.rect()).center()
        draw_icon(
            painter, self._icon, colour, QRectF(centre.x() - side / 2, centre.y() - side / 2, side, side)
        )
        painter.end()


class LinkCard(_PaintedButton):
    """A card that leads somewhere: a title, a line below it, and a chevron.

    Parameters
    ----------
    title, detail : str
        The two lines; the second may be empty.
    parent : QWidget, optional
        Owner.
    """

    def __init__(self, title: str, detail: str = "", parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._detail = detail
        self.setAccessibleDescription(detail)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return room for both lines."""
        width = max(
            text_width(self.text(), text_font(scaled(13), 600)),
            text_width(self._detail, text_font(scaled(11))),
        )
        return QSize(round(width + scaled(64)), round(scaled(52 if self._detail else 44)))

    def minimumSizeHint(self) -> QSize:
        """Return the height; the width may shrink."""
        return QSize(round(scaled(120)), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the card, its lines, the chevron, and the ring of the focus."""
        painter, theme = begin(self)
        rect = body_rect(self, self.hasFocus())
        ground = theme.chosen if self.isDown() else theme.hover if self.underMouse() else theme.card
        draw_body(painter, rect, CARD_RADIUS, Body(ground, theme.line))
        if self.hasFocus():
            draw_ring(painter, self, CARD_RADIUS, theme)
        text = QRectF(self.rect()).adjusted(scaled(16), 0, -scaled(40), 0)
        upper = text.adjusted(0, 0, 0, -scaled(18)) if self._detail else text
        left = Qt.AlignmentFlag.AlignLeft
        ink = theme.text if self.isEnabled() else theme.faint
        draw_text(painter, upper, self.text(), text_font(scaled(13), 600), ink, left)
        if self._detail:
            lower = text.adjusted(0, scaled(18), 0, 0)
            draw_text(painter, lower, self._detail, text_font(scaled(11), 400), theme.dim, left)
        side = scaled(16)
        at = QRectF(self.width() - scaled(16) - side, (self.height() - side) / 2, side, side)
        draw_icon(painter, "chevron-right", theme.dim if self.isEnabled() else theme.faint, at)
        painter.end()
