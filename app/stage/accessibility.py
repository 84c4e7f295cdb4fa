"""The stage as assistive technology finds it: a graphic whose children are its marks.

What a veil hides is in no mark, so it cannot be heard. Qt never frees interface objects made in
Python; so there is one per place in the list of children, made once, and it holds the widget weakly.
"""

from __future__ import annotations

import weakref
from functools import cache
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QRect
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QAccessibleInterface,
    QColor,
    QWindow,
)
from PySide6.QtWidgets import QAccessibleWidget, QWidget
from shiboken6 import isValid

from .walk import is_chip

if TYPE_CHECKING:
    from .marks import Mark

__all__ = ["MarkedWidget", "announce", "install", "notify_focus"]


class MarkedWidget(QWidget):
    """A painted widget whose marks can be heard."""

    def spoken_marks(self) -> tuple[Mark, ...]:
        """Return the marks that are children of the widget for assistive technology."""
        raise NotImplementedError

    def focused_child(self) -> int:
        """Return the index of the child that has the keyboard focus, -1 if none has."""
        raise NotImplementedError

    def spoken_name(self) -> str:
        """Return the name of the whole."""
        raise NotImplementedError

    def global_rect(self, mark: Mark) -> QRect:
        """Return where a mark is on the screen."""
        raise NotImplementedError


def _alive(widget: weakref.ref[MarkedWidget]) -> MarkedWidget | None:
    """Return the widget if Python and Qt still have it."""
    found = widget()
    return found if found is not None and isValid(found) else None


class _MarkInterface(QAccessibleInterface):
    """One place in the list of a stage's marks."""

    def __init__(self, widget: weakref.ref[MarkedWidget], index: int) -> None:
        super().__init__()
        self._widget = widget
        self._index = index

    def _mark(self) -> Mark | None:
        widget = _alive(self._widget)
        if widget is None:
            return None
        marks = widget.spoken_marks()
        return marks[self._index] if self._index < len(marks) else None

    def isValid(self) -> bool:
        return self._mark() is not None

    def object(self) -> QObject | None:  # type: ignore[override] # a mark is no QObject
        return None

    def window(self) -> QWindow | None:  # type: ignore[override] # there is none before the widget is shown
        widget = _alive(self._widget)
        return widget.window().windowHandle() if widget is not None else None

    def parent(self) -> QAccessibleInterface | None:  # type: ignore[override] # the widget may be gone
        widget = _alive(self._widget)
        return QAccessible.queryAccessibleInterface(widget) if widget is not None else None

    def childCount(self) -> int:
        return 0

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override] # marks have no children
        return None

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def rect(self) -> QRect:
        widget, mark = _alive(self._widget), self._mark()
        return widget.global_rect(mark) if widget is not None and mark is not None else QRect()

    def role(self) -> QAccessible.Role:
        mark = self._mark()
        if mark is None:
            return QAccessible.Role.NoRole
        return QAccessible.Role.PageTab if is_chip(mark) else QAccessible.Role.StaticText

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        widget = _alive(self._widget)
        if widget is None or self._mark() is None:
            state.invalid = True
            return state
        state.focusable = True
        state.focused = widget.hasFocus() and widget.focused_child() == self._index
        state.readOnly = True
        return state

    def text(self, kind: QAccessible.Text) -> str:
        mark = self._mark()
        return mark.label if mark is not None and kind == QAccessible.Text.Name else ""

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        return

    def foregroundColor(self) -> QColor:
        return QColor()

    def backgroundColor(self) -> QColor:
        return QColor()


class _StageInterface(QAccessibleWidget):
    """The stage itself."""

    def __init__(self, widget: MarkedWidget) -> None:
        super().__init__(widget, QAccessible.Role.Graphic, "")
        self._widget = weakref.ref(widget)
        self._places: list[_MarkInterface] = []

    def _grown(self, count: int) -> list[_MarkInterface]:
        while len(self._places) < count:
            place = _MarkInterface(self._widget, len(self._places))
            QAccessible.registerAccessibleInterface(place)
            self._places.append(place)
        return self._places

    def childCount(self) -> int:
        widget = _alive(self._widget)
        return len(widget.spoken_marks()) if widget is not None else 0

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override] # out of range: none
        count = self.childCount()
        return self._grown(count)[index] if 0 <= index < count else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return next((k for k, place in enumerate(self._places) if place is child), -1)

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        count = self.childCount()
        return next((place for place in self._grown(count)[:count] if place.rect().contains(x, y)), None)

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]
        widget = _alive(self._widget)
        if widget is None or not widget.hasFocus():
            return None
        index = widget.focused_child()
        return self.child(index) if index >= 0 else self

    def text(self, kind: QAccessible.Text) -> str:
        widget = _alive(self._widget)
        if widget is None:
            return ""
        if kind == QAccessible.Text.Name:
            return widget.spoken_name()
        if kind == QAccessible.Text.Description:
            return widget.accessibleDescription()
        return ""


def _factory(key: str, thing: QObject) -> QAccessibleInterface | None:
    return _StageInterface(thing) if isinstance(thing, MarkedWidget) else None


@cache
def install() -> None:
    """Tell Qt how stages are heard; more calls do nothing."""
    QAccessible.installFactory(cast("object", _factory))  # type: ignore[arg-type] # the stub knows no callables


def notify_focus(widget: MarkedWidget) -> None:
    """Tell assistive technology that the focus moved to the mark in focus."""
    child = QAccessible.queryAccessibleInterface(widget).child(widget.focused_child())
    if child is not None:
        QAccessible.updateAccessibility(QAccessibleEvent(child, QAccessible.Event.Focus))


def announce(widget: QWidget, text: str) -> None:
    """Let a screen reader say something once, after what it is saying now."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))
