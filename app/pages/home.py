"""Home: what to study now, the map of the concepts, and the banks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractSlider,
    QApplication,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.controllers.home import ConceptCount, HomeSummary, request_for, summarize
from app.widgets import Announcer, Label
from app.widgets.painting import scaled

from .bank_list import BankList
from .concept_map import EDGE, ConceptMapView
from .home_concept_strip import ConceptStrip
from .home_header import HomeHeader
from .home_panels import MapLegend, Panel, has_focus

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent

    from app.controllers import Journal, LibraryController, StudyController

__all__ = ["HomePage"]

_Scroll = QAbstractSlider.SliderAction
_SCROLLS: Final = {
    Qt.Key.Key_Up: _Scroll.SliderSingleStepSub,
    Qt.Key.Key_Down: _Scroll.SliderSingleStepAdd,
    Qt.Key.Key_PageUp: _Scroll.SliderPageStepSub,
    Qt.Key.Key_PageDown: _Scroll.SliderPageStepAdd,
}
_NARROW: Final = 1000
_LOW: Final = 780
_FONT_CHANGES: Final = (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange)


class HomePage(QWidget):
    """The page the program opens with.

    It counts anew whenever the banks change and whenever it is shown.

    Parameters
    ----------
    library : LibraryController
        The banks; leaving one out is done here, opening one is asked for.
    study : StudyController
        What comes next and what was left.
    journal : Journal
        The answers.
    parent : QWidget, optional
        Owner.

    Attributes
    ----------
    study_requested : Signal(StudyRequest)
        Begin this session.
    resume_requested : Signal()
        Go on with the session that is open or was left.
    open_bank_requested, open_folder_requested : Signal()
        Choose a bank file, or a folder of banks.
    show_folder_requested : Signal(Path)
        Show this folder in the desktop's file manager; it may not exist yet.
    """

    study_requested = Signal(object)
    resume_requested = Signal()
    open_bank_requested = Signal()
    open_folder_requested = Signal()
    show_folder_requested = Signal(object)

    def __init__(
        self,
        library: LibraryController,
        study: StudyController,
        journal: Journal,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._library, self._study, self._journal = library, study, journal
        self._summary = HomeSummary()
        self.header = HomeHeader(self)
        self.map = ConceptMapView(library.concepts, self)
        self.legend = MapLegend(self)
        self.strip = ConceptStrip(library.concepts, self)
        self.banks = BankList(library.own, self)
        self.announcer = Announcer(self)
        self._map_panel = Panel("panel", self)
        self._body = QWidget(self)
        self._column = QVBoxLayout(self._body)
        self._map_column = QVBoxLayout(self._map_panel)
        self._map_title, self._legend_row = QHBoxLayout(), QHBoxLayout()
        self._build()
        self._connect()
        self._lay_out()
        self.refresh()

    def _build(self) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(self.tr("Home"))
        concepts = self._library.concepts
        said = self.tr("{0} concepts in {1} chapters; pick one to see what it stands on").format(
            len(concepts.concepts), len(concepts.chapters)
        )
        self._map_title.addWidget(Label(self.tr("The map"), px=15, weight=600, parent=self), 0)
        hint = Label(said, px=12, tone="dim", parent=self)
        hint.setMinimumWidth(1)  # it may be cut before the page is widened for it
        self._map_title.addWidget(hint, 1, Qt.AlignmentFlag.AlignBottom)
        self._map_column.addLayout(self._map_title)
        self._map_column.addWidget(self.map)
        self._legend_row.addWidget(self.legend)
        self._map_column.addLayout(self._legend_row)
        for widget in (self.header, self._map_panel, self.banks):
            self._column.addWidget(widget)
        self._column.addStretch(1)
        self.area = QScrollArea(self)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidgetResizable(True)
        self.area.setWidget(self._body)
        self.area.viewport().setAutoFillBackground(False)
        self._body.setAutoFillBackground(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.area, 1)
        whole.addWidget(self.strip)

    def _connect(self) -> None:
        self._library.changed.connect(self.refresh)
        self.header.study_requested.connect(self.study_now)
        self.header.resume_requested.connect(self.resume_requested)
        self.header.open_bank_requested.connect(self.open_bank_requested)
        self.header.open_folder_requested.connect(self.open_folder_requested)
        self.header.banks_requested.connect(self.show_banks)
        self.map.picked.connect(self._on_picked)
        self.map.entered.connect(self._on_entered)
        self.map.moved.connect(self._on_moved)
        self.strip.study_requested.connect(self.study_concept)
        self.strip.closed.connect(self._on_strip_closed)
        self.banks.study_requested.connect(self.study_bank)
        self.banks.forget_requested.connect(self._library.forget)
        self.banks.show_folder_requested.connect(self.show_folder_requested)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow_focus)

    # ------------------------------------------------------------------------------------------- what it says

    def summary(self) -> HomeSummary:
        """Return the numbers shown."""
        return self._summary

    def refresh(self) -> None:
        """Count anew."""
        self._summary = summarize(self._library, self._study, self._journal)
        self.header.set_summary(self._summary)
        self.setAccessibleDescription(f"{self.header.headline.text()}. {self.header.session.text()}")
        self.map.set_counts(self._summary.concepts)
        self.banks.set_files(self._summary.files)
        self._tell_of(self.map.picked_concept())
        self._give_room()

    def showEvent(self, event: QShowEvent) -> None:
        """Count anew, and take the keys unless something in the page has them."""
        super().showEvent(event)
        self.refresh()
        if not has_focus(self):
            self.setFocus()

    # ------------------------------------------------------------------------------------------- what it does

    def study_now(self) -> None:
        """Ask for a session of whatever comes next."""
        self._ask_for()

    def study_bank(self, bank: str) -> None:
        """Ask for a session of one bank."""
        self._ask_for(bank=bank)

    def study_concept(self, concept: str) -> None:
        """Ask for a session of one concept."""
        self._ask_for(concept=concept)

    def _ask_for(self, bank: str | None = None, concept: str | None = None) -> None:
        request = request_for(self._study, bank=bank, concept=concept)
        if request.queue:
            self.study_requested.emit(request)

    def show_banks(self) -> None:
        """Bring the list of banks into view, and open the first file with problems."""
        troubled = next((row for row in self.banks.rows if row.file.problems), None)
        if troubled is not None:
            troubled.set_open(True)
        self._bring(self.banks)
        first = troubled.problems_button if troubled is not None else self.banks.folder
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_problems(self, path: Path) -> None:
        """Bring the problems of a file into view."""
        row = self.banks.row_of(path)
        if row is not None:
            row.set_open(True)
            self._bring(row)
            row.problems_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _bring(self, widget: QWidget) -> None:
        """Scroll until a widget begins at the top, as far as the page goes."""
        self._settle()
        top = widget.mapTo(self._body, QPoint(0, 0)).y()
        self.area.verticalScrollBar().setValue(top - round(scaled(16)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do what the filled button says on Enter, while nothing within the page has the keys; scroll."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.hasFocus() and not event.isAutoRepeat():
            self.header.go()
        elif key == Qt.Key.Key_Escape and self.map.picked_concept():
            self.map.pick("")
        elif key in _SCROLLS:
            self.area.verticalScrollBar().triggerAction(_SCROLLS[Qt.Key(key)])
        else:
            super().keyPressEvent(event)

    # ----------------------------------------------------------------------------------------- the map's pick

    def _on_picked(self, concept: str) -> None:
        self._tell_of(concept)
        if concept:
            self._on_moved(self.map.cell_rect(concept))
            self.announcer.say(f"{self.strip.objective.text()} {self.strip.counts.text()}")

    def _tell_of(self, concept: str) -> None:
        found = self._library.concepts.concept(concept) if concept else None
        if found is None:
            self.strip.clear()
        else:
            self.strip.show_concept(found, self._summary.concepts.get(concept, ConceptCount()))

    def _on_entered(self, _concept: str) -> None:
        if self.strip.study.isVisible():
            self.strip.study.setFocus(Qt.FocusReason.TabFocusReason)

    def _follow_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Bring what the keys have come to into view; the map does so itself, cell by cell."""
        pressed = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        if now is not None and now is not self.map and not pressed and self._body.isAncestorOf(now):
            self.area.ensureWidgetVisible(now, 0, round(scaled(16)))

    def _on_strip_closed(self) -> None:
        self.map.pick("")
        self.map.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_moved(self, rect: QRect) -> None:
        self._settle()
        centre = self.map.mapTo(self._body, rect.center())
        margin = round(scaled(6))
        self.area.ensureVisible(centre.x(), centre.y(), 0, rect.height() // 2 + margin)

    def _settle(self) -> None:
        """Let the layouts take their sizes now: what is scrolled to must be where it will be."""
        whole = self.layout()
        if whole is not None:
            whole.activate()
        self._column.activate()

    # ----------------------------------------------------------------------------------------------- the room

    def _give_room(self) -> None:
        """Let the map use the height that the page has without the strip, so that it does not move for it."""
        width = self.area.viewport().width() - 2 * self._column.contentsMargins().left()
        above = self.header.height_for(width)
        edges = self._map_column.contentsMargins()
        around = edges.top() + edges.bottom() + 2 * self._map_column.spacing()
        around += self._map_title.sizeHint().height()
        around += self.legend.heightForWidth(max(1, width - edges.left() - edges.right() - 2 * EDGE))
        page = self._column.contentsMargins()
        margins = page.top() + page.bottom() + self._column.spacing()
        self.map.set_room(self.height() - above - around - margins)

    def _lay_out(self) -> None:
        narrow, low = self.width() < scaled(_NARROW), self.height() < scaled(_LOW)
        self.header.set_low(low)
        side = round(scaled(16 if narrow else 28))
        self._column.setContentsMargins(side, round(scaled(14 if low else 22)), side, round(scaled(16)))
        self._column.setSpacing(round(scaled(12 if low else 16)))
        inner = round(scaled(12 if narrow else 20)) - EDGE
        edge = round(scaled(10 if low else 14))
        self._map_column.setContentsMargins(inner, edge, inner, edge)
        self._map_title.setContentsMargins(EDGE, 0, EDGE, 0)
        self._legend_row.setContentsMargins(EDGE, 0, EDGE, 0)
        self._map_column.setSpacing(round(scaled(5 if low else 10)))
        self._map_title.setSpacing(round(scaled(12)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the height anew."""
        super().resizeEvent(event)
        self._lay_out()
        self._give_room()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the text scale."""
        super().changeEvent(event)
        if event.type() in _FONT_CHANGES and hasattr(self, "_map_title"):
            self._lay_out()
            self._give_room()
