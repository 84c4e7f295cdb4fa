"""What assistive technology is told about the widgets that paint themselves."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

__all__ = ["Spoken", "install_accessibility"]


@runtime_checkable
class Spoken(Protocol):
    """A widget whose whole content is one text, said as `spoken` has it."""

    def spoken(self) -> str:
        """Return what is to be said."""
        ...


class _StaticText(QAccessibleWidget):
    """Stands for a text browser, whose own interface would say U+FFFC for each formula."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget, QAccessible.Role.StaticText)

    def text(self, kind: QAccessible.Text) -> str:
        # Qt keeps interfaces longer than widgets: the widget may be gone.
        widget = self.object()
        if kind == QAccessible.Text.Name and isinstance(widget, Spoken):
            return widget.spoken()
        return ""

    def childCount(self) -> int:
        return 0

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # none is allowed
        return None


def _make(_key: str, thing: QObject) -> QAccessibleInterface | None:
    return _StaticText(thing) if isinstance(thing, QWidget) and isinstance(thing, Spoken) else None


@cache
def install_accessibility() -> None:
    """Register the interfaces with Qt; a second call does nothing."""
    QAccessible.installFactory(_make)
