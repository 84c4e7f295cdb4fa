"""The strip at Home's foot that tells of the concept picked in the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.widgets import IconButton, Label, SecondaryButton
from app.widgets.painting import scaled

from . import home_words
from .home_panels import Panel

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from app.controllers.home import ConceptCount
    from content.model import Concept, ConceptMap

__all__ = ["ConceptStrip"]


class ConceptStrip(Panel):
    """Tells what a concept is about, what it stands on and how its questions stand; hidden while none is.

    Parameters
    ----------
    concepts : ConceptMap
        For titles.
    parent : QWidget, optional
        Owner.

    Attributes
    ----------
    study_requested : Signal(str)
        Study the concept of this id.
    closed : Signal()
        It is to go.
    """

    study_requested = Signal(str)
    closed = Signal()

    def __init__(self, concepts: ConceptMap, parent: QWidget | None = None) -> None:
        super().__init__("foot", parent)
        self._concepts = concepts
        self._concept = ""
        self.title = Label(px=15, weight=600, parent=self)
        self.chapter = Label(px=12, tone="dim", parent=self)
        self.objective = Label(wrap=True, parent=self)
        self.counts = Label(px=12, tone="dim", wrap=True, parent=self)
        self.study = SecondaryButton(self.tr("Study this concept"), parent=self)
        self.close_button = IconButton("x", self.tr("Close"), side=28, parent=self)
        self.study.clicked.connect(lambda: self.study_requested.emit(self._concept))
        self.close_button.clicked.connect(self.closed)
        heading = QHBoxLayout()
        heading.addWidget(self.title)
        heading.addWidget(self.chapter, 1, Qt.AlignmentFlag.AlignBottom)
        self._heading = heading
        self._text = QVBoxLayout()
        self._text.addLayout(heading)
        self._text.addWidget(self.objective)
        self._text.addWidget(self.counts)
        self._row = QHBoxLayout(self)
        self._row.addLayout(self._text, 1)
        self._row.addWidget(self.study, 0, Qt.AlignmentFlag.AlignVCenter)
        self._row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.setVisible(False)
        self._lay_out()

    def concept(self) -> str:
        """Return the id of the concept told of, or nothing."""
        return self._concept

    def show_concept(self, concept: Concept, count: ConceptCount) -> None:
        """Tell of a concept."""
        self._concept = concept.id
        self.title.setText(concept.title)
        self.chapter.setText(next((c.title for c in self._concepts.chapters if concept.id in c.concepts), ""))
        self.objective.setText(concept.objective)
        self.counts.setText(" ".join(part for part in self._said(concept, count) if part))
        self.study.setVisible(count.can_be_studied)
        self.setAccessibleName(self.tr("Concept picked: {0}").format(concept.title))
        self.setVisible(True)

    def _said(self, concept: Concept, count: ConceptCount) -> tuple[str, ...]:
        needed = (self._concepts.concept(name) for name in concept.prerequisites)
        titles = ", ".join(found.title for found in needed if found is not None)
        return (
            home_words.concept_counts(count.tally, count.touching),
            self.tr("In {0}.").format(", ".join(f"“{bank}”" for bank in count.banks)) if count.banks else "",
            self.tr("Stands on: {0}.").format(titles) if titles else self.tr("Stands on nothing before it."),
        )

    def clear(self) -> None:
        """Tell of nothing."""
        self._concept = ""
        self.setVisible(False)

    def _lay_out(self) -> None:
        side = round(scaled(28))
        self._row.setContentsMargins(side, round(scaled(12)), round(scaled(16)), round(scaled(14)))
        self._row.setSpacing(round(scaled(16)))
        self._text.setSpacing(round(scaled(3)))
        self._heading.setSpacing(round(scaled(10)))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the text scale."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange) and hasattr(
            self, "_row"
        ):
            self._lay_out()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
