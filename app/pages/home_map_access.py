"""The concept map as assistive technology finds it: a list whose items are its concepts.

Qt never frees interface objects made in Python; so there is one per concept, made once, and it holds the map
weakly.
"""

from __future__ import annotations

import weakref
from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface, QColor, QWindow
from PySide6.QtWidgets import QAccessibleWidget, QWidget
from shiboken6 import isValid

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SpokenItems", "install", "notify_focus"]


class SpokenItems(QWidget):
    """A painted widget whose items can be heard and one of which has the keyboard's attention."""

    def item_count(self) -> int:
        """Return how many items there are."""
        raise NotImplementedError

    def item_text(self, index: int) -> str:
        """Return what is to be said of an item."""
        raise NotImplementedError

    def item_rect(self, index: int) -> QRect:
        """Return where an item is in the widget."""
        raise NotImplementedError

    def current_item(self) -> int:
        """Return the item the keys act on, -1 if there is none."""
        raise NotImplementedError

    def picked_item(self) -> int:
        """Return the item that is picked, -1 if none is."""
        raise NotImplementedError


class _Item(QAccessibleInterface):
    """One item."""

    def __init__(self, find: Callable[[], SpokenItems | None], index: int) -> None:
        super().__init__()
        self._find = find
        self._index = index

    def _owner(self) -> SpokenItems | None:
        owner = self._find()
        return owner if owner is not None and isValid(owner) and self._index < owner.item_count() else None

    def isValid(self) -> bool:
        return self._owner() is not None

    def object(self) -> QObject | None:  # type: ignore[override]  # an item is no QObject
        return None

    def window(self) -> QWindow | None:  # type: ignore[override]  # there is none before the widget is shown
        owner = self._owner()
        return owner.window().windowHandle() if owner is not None else None

    def parent(self) -> QAccessibleInterface | None:  # type: ignore[override]  # the widget may be gone
        owner = self._owner()
        return QAccessible.queryAccessibleInterface(owner) if owner is not None else None

    def childCount(self) -> int:
        return 0

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # there are none
        return None

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        return None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def rect(self) -> QRect:
        owner = self._owner()
        if owner is None:
            return QRect()
        rect = owner.item_rect(self._index)
        return QRect(owner.mapToGlobal(rect.topLeft()), rect.size())

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        owner = self._owner()
        if owner is None:
            state.invalid = True
            return state
        state.focusable = state.selectable = True
        state.focused = owner.hasFocus() and owner.current_item() == self._index
        state.selected = owner.picked_item() == self._index
        return state

    def text(self, kind: QAccessible.Text) -> str:
        owner = self._owner()
        return owner.item_text(self._index) if owner is not None and kind == QAccessible.Text.Name else ""

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        return

    def foregroundColor(self) -> QColor:
        return QColor()

    def backgroundColor(self) -> QColor:
        return QColor()


class _List(QAccessibleWidget):
    """The map itself."""

    def __init__(self, owner: SpokenItems) -> None:
        super().__init__(owner, QAccessible.Role.List)
        self._find = weakref.ref(owner)
        self._items: list[_Item] = []

    def _owner(self) -> SpokenItems | None:
        owner = self._find()
        return owner if owner is not None and isValid(owner) else None

    def childCount(self) -> int:
        owner = self._owner()
        return owner.item_count() if owner is not None else 0

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # none is allowed
        if not 0 <= index < self.childCount():
            return None
        while len(self._items) <= index:
            item = _Item(self._find, len(self._items))
            QAccessible.registerAccessibleInterface(item)
            self._items.append(item)
        return self._items[index]

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return self._items.index(child) if isinstance(child, _Item) and child in self._items else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        for index in range(self.childCount()):
            item = self.child(index)
            if item is not None and item.rect().contains(x, y):
                return item
        return None

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]
        owner = self._owner()
        return self.child(owner.current_item()) if owner is not None and owner.hasFocus() else None


def _make(_key: str, thing: QObject) -> QAccessibleInterface | None:
    return _List(thing) if isinstance(thing, SpokenItems) else None


@cache
def install() -> None:
    """Register the interfaces with Qt; a second call does nothing."""
    QAccessible.installFactory(_make)


def notify_focus(owner: SpokenItems) -> None:
    """Tell assistive technology that the keyboard's attention is on another item."""
    whole: QAccessibleInterface | None = QAccessible.queryAccessibleInterface(owner)
    if whole is not None and owner.current_item() >= 0:
        item = whole.child(owner.current_item())
        QAccessible.updateAccessibility(QAccessibleEvent(item, QAccessible.Event.Focus))
