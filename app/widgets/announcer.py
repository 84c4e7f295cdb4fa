"""Says things to a screen reader that are shown elsewhere than where the focus is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

__all__ = ["Announcer"]


class Announcer(QObject):
    """The one door for announcements of a window.

    Parameters
    ----------
    window : QWidget
        In whose name they are made.

    Attributes
    ----------
    announced : Signal(str, bool)
        Everything that was said, and whether it interrupted.
    """

    announced = Signal(str, bool)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window

    def say(self, text: str, urgent: bool = False) -> None:
        """Say something; what is urgent, as a verdict is, interrupts what is being said."""
        event = QAccessibleAnnouncementEvent(self._window, text)
        politeness = QAccessible.AnnouncementPoliteness
        event.setPoliteness(politeness.Assertive if urgent else politeness.Polite)
        QAccessible.updateAccessibility(event)
        self.announced.emit(text, urgent)
