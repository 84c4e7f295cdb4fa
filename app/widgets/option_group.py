"""All answers of a question: which are chosen, by key and by mouse, and the verdict on each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from .option_card import LIP, OptionCard

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .math_text import PictureLoader
    from .text_store import TextStore

__all__ = ["OptionGroup"]


class OptionGroup(QWidget):
    """All answers of one question, one below the other.

    Up and down move the focus, Space chooses; which numbers choose is for the page to bind, with
    `choose`. In a group of single answers a choice replaces the one before.

    Parameters
    ----------
    store : TextStore
        For the texts.
    texts : sequence of str
        The answers in Markdown, in the order shown.
    multiple : bool
        Whether several may be chosen.
    name : str
        What is chosen here, for screen readers.
    pictures : callable, optional
        As in `MathText`.
    parent : QWidget, optional
        Owner.

    Attributes
    ----------
    changed : Signal()
        Another set of answers is chosen.
    """

    changed = Signal()

    def __init__(
        self,
        store: TextStore,
        texts: Sequence[str],
        multiple: bool = False,
        name: str = "",
        pictures: PictureLoader | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._multiple = multiple
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8 - LIP)
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        self.cards = [
            OptionCard(store, letters[place % 26], text, multiple, pictures, self)
            for place, text in enumerate(texts)
        ]
        for card in self.cards:
            column.addWidget(card)
            card.toggled.connect(self._on_toggled)
            card.button.installEventFilter(self)
        column.addStretch(1)

    def chosen(self) -> frozenset[int]:
        """Return the places, from 0 in the order shown, of what is chosen."""
        return frozenset(place for place, card in enumerate(self.cards) if card.is_chosen())

    def set_chosen(self, places: Iterable[int]) -> None:
        """Choose exactly these."""
        wanted = frozenset(places)
        for place, card in enumerate(self.cards):
            card.set_chosen(place in wanted)

    def choose(self, place: int) -> None:
        """Choose, or take back, as a click does; a place that is not there is passed over."""
        if 0 <= place < len(self.cards) and self.cards[place].verdict() == "none":
            self.cards[place].button.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.cards[place].button.click()

    def show_verdicts(self, correct: Iterable[int]) -> None:
        """Close all cards and say of each what became of it."""
        right = frozenset(correct)
        for place, card in enumerate(self.cards):
            if place in right:
                card.set_verdict("right" if card.is_chosen() else "missed")
            else:
                card.set_verdict("wrong" if card.is_chosen() else "passed")

    def _on_toggled(self, toggled: OptionCard) -> None:
        if toggled.is_chosen() and not self._multiple:
            for card in self.cards:
                if card is not toggled and card.is_chosen():
                    card.button.blockSignals(True)
                    card.set_chosen(False)
                    card.button.blockSignals(False)
                    card.update()
                    card.button.update()
        self.changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move the focus with the arrow keys."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            place = next((k for k, card in enumerate(self.cards) if card.button is watched), None)
            if step is not None and place is not None:
                target = self.cards[(place + step) % len(self.cards)]
                target.button.setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return super().eventFilter(watched, event)
