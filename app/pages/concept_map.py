"""The map of the concepts: what there is to learn, what there are questions about, and how those stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.controllers.home import ConceptCount, Tally
from app.theme import text_font
from app.widgets.painting import begin, scaled, text_width

from . import home_map_access, home_words
from .home_map_access import SpokenItems
from .home_map_layout import Cell, MapLayout, MapSpec, lay_out, route
from .home_map_paint import CellLook, cell_room, draw_cell, draw_heading, draw_route, title_font, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from content.model import Concept, ConceptMap

__all__ = ["EDGE", "ConceptMapView", "standing_on"]

EDGE: Final = 5
"""Room around the outermost cells, for the ring of the focus."""
_NONE: Final = ConceptCount()
_FONT_CHANGES: Final = (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange)


def standing_on(concepts: ConceptMap, concept: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return what a concept needs directly, and what those need in turn."""
    found = concepts.concept(concept)
    direct = frozenset(found.prerequisites if found is not None else ())
    reached, waiting = set(direct), list(direct)
    while waiting:
        needed = concepts.concept(waiting.pop())
        fresh = set(needed.prerequisites if needed is not None else ()) - reached
        reached |= fresh
        waiting.extend(fresh)
    return direct, frozenset(reached - direct)


class ConceptMapView(SpokenItems):
    """Paints the map; arrow keys move in it, Enter or a click picks a concept.

    Parameters
    ----------
    concepts : ConceptMap
        What is shown; it does not change.
    parent : QWidget, optional
        Owner.

    Attributes
    ----------
    picked : Signal(str)
        A concept was picked; empty: the pick was taken back.
    entered : Signal(str)
        Enter was pressed on the concept that is picked already.
    moved : Signal(QRect)
        The keys moved to a cell; where it is in this widget.
    """

    picked = Signal(str)
    entered = Signal(str)
    moved = Signal(QRect)

    def __init__(self, concepts: ConceptMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        home_map_access.install()
        self._concepts = concepts
        self._counts: Mapping[str, ConceptCount] = {}
        self._current = ""
        self._picked = ""
        self._column = 0
        self._hovered = ""
        self._room = 0.0
        self._layout: MapLayout | None = None
        self._spec_kept: MapSpec | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Map of the concepts"))
        self.setAccessibleDescription(self.tr("Arrow keys move, Enter picks a concept, Escape unpicks it"))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    # ------------------------------------------------------------------------------------------ what is shown

    def set_counts(self, counts: Mapping[str, ConceptCount]) -> None:
        """Show how the questions stand now."""
        self._counts = counts
        self._spec_kept = None  # the words of a heading may have become longer
        self._relay()

    def set_room(self, height: int) -> None:
        """Say how much height there is without scrolling; rows move apart to use it."""
        if height != self._room:
            self._room = height
            self._relay()

    def picked_concept(self) -> str:
        """Return the id of the concept that is picked, or nothing."""
        return self._picked

    def current_concept(self) -> str:
        """Return the id of the concept the keys act on, or nothing before they did."""
        return self._current

    def pick(self, concept: str) -> None:
        """Pick a concept, or with an empty id none."""
        if concept == self._picked:
            return
        self._picked = concept
        if concept:
            self._go_to(concept)
        self.update()
        self.picked.emit(concept)

    def cell_rect(self, concept: str) -> QRect:
        """Return where a concept is in this widget; empty if it is nowhere."""
        cell = self._cells().cell(concept)
        return _rect(cell).toAlignedRect() if cell is not None else QRect()

    # ----------------------------------------------------------------------------------------------- geometry

    def _spec(self) -> MapSpec:
        if self._spec_kept is None:
            self._spec_kept = self._measured()
        return self._spec_kept

    def _measured(self) -> MapSpec:
        parts = {part.rstrip() for concept in self._concepts.concepts for part in words(concept.title)}
        longest = [
            max((text_width(part, font) for part in parts), default=0.0) + cell_room()
            for font in (title_font(), title_font(small=True))
        ]
        heading, small = text_font(scaled(13), 600), text_font(scaled(11))
        chapters = self._concepts.chapters
        return MapSpec(
            tuple(chapter.concepts for chapter in chapters),
            longest[0],
            longest[1],
            max(
                (
                    max(
                        text_width(chapter.title, heading),
                        text_width(self._chapter_note(chapter.concepts), small),
                    )
                    for chapter in chapters
                ),
                default=0.0,
            ),
            scaled(1),
        )

    def _laid_out(self, width: int) -> MapLayout:
        return lay_out(self._spec(), max(1.0, width - 2 * EDGE), self._room - 2 * EDGE)

    def _cells(self) -> MapLayout:
        if self._layout is None:
            self._layout = self._laid_out(self.width())
        return self._layout

    def _relay(self) -> None:
        self._layout = None
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        """Say that broken chapters take more height."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of the map at a width."""
        return round(self._laid_out(width).size[1] + 2 * EDGE)

    def sizeHint(self) -> QSize:
        """Return a comfortable width, and the height that belongs to it."""
        width = round(scaled(1100))
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Return room for two columns."""
        return QSize(round(scaled(260)), round(scaled(100)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        super().resizeEvent(event)
        self._layout = None

    def changeEvent(self, event: QEvent) -> None:
        """Follow the text scale."""
        super().changeEvent(event)
        if event.type() in _FONT_CHANGES and hasattr(self, "_spec_kept"):
            self._spec_kept = None
            self._relay()

    # ------------------------------------------------------------------------------------------------ drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines to what is stood on, and headings and cells over them."""
        painter, theme = begin(self)
        painter.translate(EDGE, EDGE)
        layout = self._cells()
        for y in layout.lines:
            painter.fillRect(QRectF(0, y - 0.5, self._rule_end(layout), 1), theme.line)
        direct, indirect = standing_on(self._concepts, self._picked)
        for corners, strong in self._routes(layout, direct, indirect):
            draw_route(painter, corners, strong, theme)
        for chapter, heading in zip(self._concepts.chapters, layout.headings, strict=True):
            draw_heading(painter, heading, chapter.title, self._chapter_note(chapter.concepts), theme)
        for cell in layout.cells:
            look = CellLook(
                picked=cell.concept == self._picked,
                direct=cell.concept in direct,
                indirect=cell.concept in indirect,
                hovered=cell.concept == self._hovered,
                focused=self.hasFocus() and cell.concept == self._current,
                small=layout.small,
            )
            title, tally = self._title(cell.concept), self._tally(cell.concept)
            draw_cell(painter, QRectF(*cell.box), title, tally, look, theme)
        painter.end()

    def _rule_end(self, layout: MapLayout) -> float:
        """Return how far the rules between chapters go: where lines run between the rows, not among them."""
        if not self._picked:
            return layout.size[0]
        beside = (heading.box for heading in layout.headings if not heading.above)
        return max((left + width for left, _, width, _ in beside), default=0.0)

    def _routes(
        self, layout: MapLayout, direct: frozenset[str], indirect: frozenset[str]
    ) -> list[tuple[tuple[tuple[float, float], ...], bool]]:
        """Return the lines of everything that is stood on, those that stand out last."""
        shown = direct | indirect | {self._picked}
        weak: list[tuple[tuple[tuple[float, float], ...], bool]] = []
        strong: list[tuple[tuple[tuple[float, float], ...], bool]] = []
        for concept in self._concepts.concepts:
            end = layout.cell(concept.id)
            if concept.id not in shown or end is None:
                continue
            starts = [start for name in concept.prerequisites if (start := layout.cell(name)) is not None]
            for place, start in enumerate(starts):
                lane = scaled(4) * (place - (len(starts) - 1) / 2)
                into = strong if concept.id == self._picked else weak
                into.append((route(layout, start, end, lane), concept.id == self._picked))
        return weak + strong

    def _concept(self, concept: str) -> Concept | None:
        return self._concepts.concept(concept)

    def _title(self, concept: str) -> str:
        found = self._concept(concept)
        return found.title if found is not None else concept

    def _tally(self, concept: str) -> Tally:
        return self._counts.get(concept, _NONE).tally

    def _chapter_note(self, concepts: tuple[str, ...]) -> str:
        tallies = [self._tally(concept) for concept in concepts]
        count = sum(tally.questions for tally in tallies)
        if not count:
            return self.tr("no questions")
        if any(tally.answered for tally in tallies):
            return self.tr("{0} of {1} right").format(sum(tally.right for tally in tallies), count)
        return home_words.questions(count)

    # -------------------------------------------------------------------------------------- keys and pointer

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move in the grid, pick, or take the pick back."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._enter()
        elif key == Qt.Key.Key_Escape and self._picked:
            self.pick("")
        elif not self._move(key, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)):
            super().keyPressEvent(event)

    def _enter(self) -> None:
        if self._current and self._current == self._picked:
            self.entered.emit(self._current)
        elif self._current:
            self.pick(self._current)

    def _move(self, key: int, control: bool) -> bool:
        """Go where an arrow key or Home or End leads; return whether the key was one of these."""
        cells = self._cells().cells
        here = self._cells().cell(self._current)
        if not cells or here is None:
            return False
        row = [cell for cell in cells if cell.row == here.row]
        match key:
            case Qt.Key.Key_Left | Qt.Key.Key_Right:
                step = 1 if key == Qt.Key.Key_Right else -1
                self._step_to(row[min(max(here.column + step, 0), len(row) - 1)])
            case Qt.Key.Key_Home:
                self._step_to(cells[0] if control else row[0])
            case Qt.Key.Key_End:
                self._step_to(cells[-1] if control else row[-1])
            case Qt.Key.Key_Up | Qt.Key.Key_Down:
                target = here.row + (1 if key == Qt.Key.Key_Down else -1)
                other = [cell for cell in cells if cell.row == target]
                if other:
                    self._go_to(other[min(self._column, len(other) - 1)].concept)
            case _:
                return False
        return True

    def _step_to(self, cell: Cell) -> None:
        self._column = cell.column
        self._go_to(cell.concept)

    def _go_to(self, concept: str) -> None:
        if concept == self._current:
            return
        self._current = concept
        self.update()
        if self.hasFocus():
            home_map_access.notify_focus(self)
        self.moved.emit(self.cell_rect(concept))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Begin at the picked concept, or at the first."""
        super().focusInEvent(event)
        cells = self._cells().cells
        if not self._current and cells:
            self._current = self._picked or cells[0].concept
        self.update()
        if event.reason() != Qt.FocusReason.MouseFocusReason and self._current:
            self.moved.emit(self.cell_rect(self._current))
        home_map_access.notify_focus(self)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.update()

    def _under(self, position: QPoint) -> str:
        cell = self._cells().at((position.x() - EDGE, position.y() - EDGE))
        return cell.concept if cell is not None else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick what was clicked."""
        concept = self._under(event.position().toPoint())
        if event.button() != Qt.MouseButton.LeftButton or not concept:
            super().mousePressEvent(event)
            return
        cell = self._cells().cell(concept)
        if cell is not None:
            self._step_to(cell)
        self.pick(concept)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Mark what the pointer is over."""
        self._hover(self._under(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        """Mark nothing."""
        super().leaveEvent(event)
        self._hover("")

    def _hover(self, concept: str) -> None:
        if concept != self._hovered:
            self._hovered = concept
            shape = Qt.CursorShape.PointingHandCursor if concept else Qt.CursorShape.ArrowCursor
            self.setCursor(shape)
            self.update()

    def event(self, event: QEvent) -> bool:
        """Show counts as a tip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            concept = self._under(event.pos())
            if concept:
                QToolTip.showText(event.globalPos(), self.tip(concept), self, self.cell_rect(concept))
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def tip(self, concept: str) -> str:
        """Return what the tip says of a concept: its title and counts."""
        count = self._counts.get(concept, _NONE)
        return f"{self._title(concept)}\n{home_words.concept_counts(count.tally, count.touching)}"

    # --------------------------------------------------------------------------------- for screen readers

    def item_count(self) -> int:
        """Return how many concepts there are."""
        return len(self._cells().cells)

    def item_text(self, index: int) -> str:
        """Return title, chapter, counts, and what the concept stands on."""
        concept = self._concept(self._cells().cells[index].concept)
        if concept is None:
            return ""
        count = self._counts.get(concept.id, _NONE)
        chapter = next((c.title for c in self._concepts.chapters if concept.id in c.concepts), "")
        said = f"{concept.title}, {chapter}. {home_words.concept_counts(count.tally, count.touching)}"
        needs = ", ".join(self._title(name) for name in concept.prerequisites)
        return f"{said} {self.tr('Stands on: {0}.').format(needs)}" if needs else said

    def item_rect(self, index: int) -> QRect:
        """Return where a concept is."""
        return _rect(self._cells().cells[index]).toAlignedRect()

    def current_item(self) -> int:
        """Return the concept the keys act on."""
        return self._index(self._current)

    def picked_item(self) -> int:
        """Return the concept that is picked."""
        return self._index(self._picked)

    def _index(self, concept: str) -> int:
        return next((k for k, cell in enumerate(self._cells().cells) if cell.concept == concept), -1)


def _rect(cell: Cell) -> QRectF:
    return QRectF(*cell.box).translated(EDGE, EDGE)
