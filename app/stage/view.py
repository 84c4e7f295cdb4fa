"""The stage's widget: it keeps what is shown, paints the marks, and turns pointer and keys into moves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import DARK, Theme

from .accessibility import MarkedWidget, announce, install, notify_focus
from .animation import Player, following, rewound, stepped
from .compose import TABS, Scene, cell_frame, fixed_frame, prepare_gradient
from .cursor import Cursor
from .gradient import all_hidden
from .hover import Card, card_for
from .keys import Action, action_for, view_number
from .lanes import LaneTrace, trace
from .marks import Mark, Rect, hit
from .moves import held_within, moved, turned
from .overlay import card_over, outline, paint_ring
from .part import Looked, Part
from .picture import AT_REST_MS, Picture
from .scales import last_visible
from .shift import shifted
from .speech import cursor_text, stage_name
from .veil import Veil
from .walk import Stop, is_chip, spoken_marks, stops

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine import Run

    from .drawing import Frame
    from .gradient import Prepared

__all__ = ["StageView"]

_LEAST = (560.0, 420.0)


class StageView(MarkedWidget):
    """The live picture of one or more runs.

    All views share one cursor. What is drawn, hovered, heard and exported comes from `marks`, in
    which nothing that the veil hides is to be found.
    """

    cursor_moved = Signal(object)
    """The cursor is elsewhere now; carries a `Cursor`."""
    view_changed = Signal(str)
    """Another view is shown; carries one of `compose.TABS`."""
    node_clicked = Signal(str)
    """A node of the cell or a column was chosen, by pointer or by Enter; carries e.g. ``"forget-product"``
    or ``"step-7"``."""
    part_changed = Signal(object)
    """Another layer or direction is looked at; carries a `Part`."""
    mark_focused = Signal(object)
    """The keyboard visits a mark; carries it."""
    decided_requested = Signal()
    """The user asks to be taken to what decided the question."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        install()
        self._looked = Looked()
        self._runs: tuple[Run, ...] = ()
        self._cursor = Cursor()
        self._veil = Veil()
        self._view = "cell"
        self._theme = DARK
        self._zoom = 1.0
        self._traces: tuple[LaneTrace, ...] | None = None
        self._prepared: Prepared | None = None
        self._fixed: Frame | None = None
        self._cell: Frame | None = None
        self._marks: tuple[Mark, ...] | None = None
        self._stops: tuple[Stop, ...] | None = None
        self._picture = Picture(self)
        self._hovered: Mark | None = None
        self._pointer = QPointF()
        self._pinned = False
        self._focus_key: object = None
        self._ring = False
        self._leave_next = False
        self._pressed: Mark | None = None
        self._scrubbing = False
        self.player = Player(self._played, self.last_step, self)
        self.player.moved.connect(self._on_played)
        self.player.playing_changed.connect(lambda _: self._describe())
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(int(_LEAST[0]), int(_LEAST[1]))

    # -- what is shown --

    def set_runs(self, runs: Sequence[Run]) -> None:
        """Show other runs, one per lane; the cursor stays as near to where it was as they allow."""
        self._look(replace(self._looked, given=tuple(runs)))

    def set_part(self, part: Part) -> None:
        """Look at another layer or direction, the nearest one that there is."""
        before = self.part()
        self._look(replace(self._looked, wanted=part))
        if self.part() != before:
            self.part_changed.emit(self.part())

    def _look(self, looked: Looked) -> None:
        """Take up the runs as they are looked at, and lay the veil on them."""
        self._looked = looked
        runs, self._veil = looked.runs, looked.veil
        if runs != self._runs:
            self._runs, self._traces = runs, None
        self._hold()

    def set_cursor(self, cursor: Cursor) -> None:
        """Move the cursor; it is held within the lanes, units and visible steps there are."""
        cursor = held_within(cursor, self._runs, self._veil)
        if cursor == self._cursor:
            return
        before, self._cursor = self._cursor, cursor
        cell, self._cell = self._cell, None
        self._marks = self._stops = None
        if replace(before, phase=0.0) != replace(cursor, phase=0.0):
            self._fixed = None
            self._describe()
            self.update()
        elif cell is None:
            self.update()
        else:
            self._update_part(self._picture.changed(self._scene(), cell, self._cell_frame()))
        self.cursor_moved.emit(cursor)

    def set_veil(self, veil: Veil) -> None:
        """Hide other things; what the pointer or the keyboard had opened is closed."""
        self._look(replace(self._looked, over=veil))

    def set_view(self, view: str) -> None:
        """Show another view.

        Raises
        ------
        ValueError
            If there is no view of that name.
        """
        if view not in TABS:
            raise ValueError(view)
        if view == self._view:
            return
        self._view = view
        self._forget_pointer()
        self._focus_key = None
        self._renew()
        self.view_changed.emit(view)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self._renew()

    def set_reduced_motion(self, reduced: bool) -> None:
        """Cut from step to step instead of moving."""
        self.player.set_reduced_motion(reduced)

    def set_zoom(self, zoom: float) -> None:
        """Draw everything larger by a factor; for the text size of the settings."""
        self._zoom = zoom
        self._renew()

    def set_backward(self, backward: bool) -> None:
        """Show the backward pass, or the forward one."""
        self.set_cursor(replace(self._cursor, backward=backward))

    def runs(self) -> tuple[Run, ...]:
        """Return the runs shown, as they are looked at."""
        return self._runs

    def veil(self) -> Veil:
        """Return the veil as it lies on what is looked at; it may hide more than was asked for."""
        return self._veil

    def part(self) -> Part:
        """Return which layer and direction is looked at."""
        return self._looked.part

    def cursor_now(self) -> Cursor:
        """Return where the cursor stands."""
        return self._cursor

    def view(self) -> str:
        """Return the view's name."""
        return self._view

    def theme(self) -> Theme:
        """Return the colours in use."""
        return self._theme

    def last_step(self) -> int:
        """Return the last step the cursor can be at: the run's, or the last one the veil shows."""
        return max(1, last_visible(self._scene().run, self._veil)) if self._runs else 1

    def marks(self) -> tuple[Mark, ...]:
        """Return everything that is drawn now, except the card and the focus ring."""
        if self._marks is None:
            x, y, _, _ = self._scene().cell if self._runs else (0.0, 0.0, 0.0, 0.0)
            self._marks = (*self._fixed_frame().marks, *shifted(self._cell_frame().marks, x, y))
        return self._marks

    def card(self) -> Card | None:
        """Return what the card says that is open now, at the pointer or at the mark in focus."""
        mark = self._card_mark()
        if mark is None or is_chip(mark) or (mark.node is None and mark.quantity is None):
            return None
        return card_for(mark, self._runs, self._veil, self._cursor)

    def shown_card_marks(self) -> tuple[Mark, ...]:
        """Return the open card as marks; nothing if none is open."""
        card, mark = self.card(), self._card_mark()
        if card is None or mark is None:
            return ()
        beside: Rect = mark.rect
        if not self._pinned and not (mark.unit and outline(mark, self.marks(), self._theme)):
            # Near the pointer, and not over the few pixels it points at.
            beside = (self._pointer.x() - 8.0, self._pointer.y() - 8.0, 16.0, 16.0)
        size = self._layout_size()
        return card_over(card, beside, self.marks(), size, self._theme, pinned=self._pinned)

    def focused_mark(self) -> Mark | None:
        """Return the mark the keyboard visits."""
        index = self.focused_child()
        return self._walk()[index].mark if index >= 0 else None

    # -- for assistive technology --

    def spoken_marks(self) -> tuple[Mark, ...]:
        """Return the marks that are children of the stage for assistive technology."""
        return spoken_marks(self.marks(), self._cursor)

    def focused_child(self) -> int:
        """Return the place of the mark in focus among the spoken marks, -1 if none is."""
        if self._focus_key is None:
            return -1
        return next((k for k, stop in enumerate(self._walk()) if stop.key == self._focus_key), -1)

    def spoken_name(self) -> str:
        """Return the stage's name: network, view, step."""
        return stage_name(self._scene())

    def global_rect(self, mark: Mark) -> QRect:
        """Return where a mark is on the screen."""
        x, y, width, height = (value * self._zoom for value in mark.rect)
        corner = self.mapToGlobal(QPointF(x, y))
        return QRectF(corner.x(), corner.y(), width, height).toAlignedRect()

    # -- keeping up --

    def _layout_size(self) -> tuple[float, float]:
        return (max(self.width() / self._zoom, _LEAST[0]), max(self.height() / self._zoom, _LEAST[1]))

    def _scene(self) -> Scene:
        size = self._layout_size()
        return Scene(self._runs, self._cursor, self._veil, self._view, self._theme, size, self._prepared)

    def _played(self) -> Cursor:
        """Return the cursor as the view plays: ``backward`` if that is from the last step to the first.

        A gradient goes back, and only the cell shows both ways. What reads from the end goes the other way.
        """
        backward = self._cursor.backward if self._view == "cell" else self._view == "gradient"
        return turned(replace(self._cursor, backward=backward), self._runs)

    def _on_played(self, cursor: Cursor) -> None:
        """Follow the player; which pass the cell shows is not its to change."""
        self.set_cursor(replace(cursor, backward=self._cursor.backward))

    def _hold(self) -> None:
        """Bring the cursor back to where there is something, before anything is laid out; then lay out."""
        before, self._cursor = self._cursor, held_within(self._cursor, self._runs, self._veil)
        self._forget_pointer()
        self._renew()
        if self._cursor != before:
            self.cursor_moved.emit(self._cursor)

    def _renew(self) -> None:
        """Lay everything out anew; a gradient that is to be shown is computed now, never while painting."""
        self._forget_layout()
        self._describe()
        self.update()

    def _forget_layout(self) -> None:
        self._fixed = self._cell = self._marks = self._stops = self._prepared = None
        self._picture.forget_plans()
        if not self._runs or self._view != "gradient" or all_hidden(self._runs, self._veil):
            return
        if self._traces is None:
            self._traces = tuple(trace(run) for run in self._runs)
        self._prepared = prepare_gradient(self._scene(), self._traces)

    def _fixed_frame(self) -> Frame:
        if self._fixed is None:
            self._fixed = fixed_frame(self._scene())
        return self._fixed

    def _cell_frame(self) -> Frame:
        """Return the cell's marks in the cell's own coordinates."""
        if self._cell is None:
            self._cell = cell_frame(self._scene())
        return self._cell

    def _update_part(self, part: QRectF) -> None:
        """Ask for a new picture of a part of the stage, if there is anything to it."""
        if not part.isEmpty():
            self.update(QRectF(part.topLeft() * self._zoom, part.size() * self._zoom).toAlignedRect())

    def _walk(self) -> tuple[Stop, ...]:
        if self._stops is None:
            self._stops = stops(self.marks(), self._cursor)
        return self._stops

    def _describe(self) -> None:
        """Put the value under the cursor into the accessible description; not while frames fly by."""
        if not self.player.playing:
            self.setAccessibleDescription(cursor_text(self._scene()))

    # -- painting --

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the marks, the card, and the ring around what has the focus."""
        scene, card = self._scene(), self.shown_card_marks()
        if card and not self._pinned:
            card = (*outline(self._hovered, self.marks(), self._theme), *card)
        painter = QPainter(self)
        painter.scale(self._zoom, self._zoom)
        box = QRectF(event.rect())
        part = QRectF(box.topLeft() / self._zoom, box.size() / self._zoom)
        transform = self._picture.paint(painter, scene, self._cell_frame(), self._fixed_frame, part)
        if self._ring and self.hasFocus():
            whole = (self.width() / self._zoom, self.height() / self._zoom)
            paint_ring(painter, self.focused_mark(), whole, self._theme)
        self._picture.paint_over(painter, scene, card)
        painter.end()
        if transform is not None:
            now = turned(self._cursor, self._runs)
            goal = turned(following(now, self.last_step(), self.player.moving), self._runs)
            self._picture.expect(scene, goal, transform, 0 if self.player.playing else AT_REST_MS)

    def hideEvent(self, event: QHideEvent) -> None:
        """Get nothing ready that nobody sees."""
        self._picture.forget_plans()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Compose anew from the size as it is now."""
        self._forget_layout()
        super().resizeEvent(event)

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(900, 720)

    # -- pointer --

    def _at(self, event: QMouseEvent) -> QPointF:
        return event.position() / self._zoom

    def _found(self, at: QPointF) -> Mark | None:
        return hit(self.marks(), at.x(), at.y())

    def _forget_pointer(self) -> None:
        self._hovered = None
        self._pinned = False
        self._pressed = None
        self._scrubbing = False

    def _card_mark(self) -> Mark | None:
        return self.focused_mark() if self._pinned else self._hovered

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show the card of what is under the pointer; while a button is held, scrub through the steps."""
        at = self._at(event)
        if self._scrubbing:
            self._scrub(at.x())
            return
        found = self._found(at)
        self._pointer = at
        if found is not None or self._hovered is not None:
            self._hovered = found
            self.update()
        self.setCursor(
            Qt.CursorShape.PointingHandCursor
            if found is not None and found.node is not None
            else Qt.CursorShape.ArrowCursor
        )

    def leaveEvent(self, event: QEvent) -> None:
        """Close the pointer's card."""
        self._hovered = None
        self.update()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a step or a unit at once; begin to scrub on a column."""
        if event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self._ring = False
        self._pinned = False
        found = self._found(self._at(event))
        self._pressed = found
        if found is None or found.node is None or is_chip(found):
            self.update()
            return
        cursor = replace(self._cursor, unit=found.unit or self._cursor.unit)
        if found.node.startswith("step-"):
            self.player.pause()
            self._hovered = None
            self._scrubbing = True
            lane = found.lane if self._view == "gradient" and found.lane else cursor.lane
            cursor = replace(cursor, step=found.step or cursor.step, phase=5.0, lane=lane)
        self.set_cursor(cursor)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Finish a click: on a tab, a lane, a node, or a column."""
        pressed, self._pressed = self._pressed, None
        self._scrubbing = False
        found = self._found(self._at(event))
        if pressed is None or found is None or pressed.node is None or found.node != pressed.node:
            return
        self._activate(found)

    def _scrub(self, x: float) -> None:
        columns = [
            m
            for m in self._fixed_frame().marks
            if type(m) is Mark and m.node == f"step-{m.step}" and m.unit is None
        ]
        if not columns:
            return
        nearest = min(columns, key=lambda mark: abs(mark.rect[0] + mark.rect[2] / 2 - x))
        self.set_cursor(replace(self._cursor, step=nearest.step or 1, phase=5.0))

    def _activate(self, mark: Mark) -> None:
        """Do what a mark's node stands for."""
        if mark.node is None:
            return
        if mark.node.startswith("view:"):
            self.set_view(mark.node.removeprefix("view:"))
        elif mark.node.startswith("lane:"):
            self._show_lane(mark.node.removeprefix("lane:"))
        elif mark.node.startswith("layer:"):
            self.set_part(replace(self.part(), layer=int(mark.node.removeprefix("layer:"))))
        elif mark.node.startswith("way:"):
            self.set_part(replace(self.part(), direction=mark.node.removeprefix("way:")))
        else:
            self.node_clicked.emit(mark.node)

    def _show_lane(self, name: str) -> None:
        self._forget_pointer()
        self.set_cursor(replace(self._cursor, lane=name))

    # -- keyboard --

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do what `keys.STAGE_KEYS` says; other keys go to the page."""
        action = action_for(event)
        if action is None or not self._do(action, event):
            super().keyPressEvent(event)
            return
        self._ring = True
        self.update()

    def _do(self, action: Action, event: QKeyEvent) -> bool:
        """Carry out an action; False if there was nothing to do, so that the page may use the key."""
        if action is Action.CLOSE:
            return self._close()
        if not self._runs or (action is Action.DIRECTION and self._view != "cell"):
            return False
        if action in (Action.LAYER_UP, Action.LAYER_DOWN, Action.WAY):
            part = self._looked.beside(action)
            self.set_part(part or self.part())
            return part is not None
        cursor = moved(action, self._cursor, self._runs, self.last_step())
        if cursor is not None:
            if action not in (Action.UNIT_UP, Action.UNIT_DOWN):
                self.player.pause()
            self._hovered = None
            self.set_cursor(cursor)
        elif action is Action.PLAY:
            self.player.toggle()
        elif action in (Action.SLOWER, Action.FASTER):
            self.player.change_speed(-1 if action is Action.SLOWER else 1)
        elif action is Action.DECIDED:
            self.decided_requested.emit()
        elif action is Action.VIEW:
            return self._choose_view(view_number(event))
        elif action is Action.OPEN:
            return self._open()
        return True

    def _choose_view(self, number: int) -> bool:
        if number >= len(TABS):
            return False
        self.set_view(TABS[number])
        return True

    def _open(self) -> bool:
        """Open the card of the mark in focus; a tab is chosen, a node counts as clicked too."""
        mark = self.focused_mark()
        if mark is None:
            return False
        if is_chip(mark):
            self._activate(mark)
            return True
        self._pinned = True
        card = self.card()
        if card is not None:
            announce(self, card.spoken)
        self._activate(mark)
        return True

    def _close(self) -> bool:
        """Close the card; with none open, let go of the mark in focus, and the next Tab leaves the stage."""
        if self._pinned:
            self._pinned = False
            return True
        if self._focus_key is not None:
            self._focus_key = None
            self._leave_next = True
            return True
        return False

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Walk through the marks with Tab and Shift+Tab; after the last and before the first one, leave."""
        walk = self._walk()
        index = self.focused_child()
        target = index + (1 if forward else -1)
        if index < 0 and not forward:
            target = -1
        if self._leave_next or not 0 <= target < len(walk):
            self._leave_next = False
            self._focus_key = None
            self._pinned = False
            self.update()
            return super().focusNextPrevChild(forward)
        self._pinned = False
        self._ring = True
        self._focus_key = walk[target].key
        notify_focus(self)
        self.mark_focused.emit(walk[target].mark)
        self.update()
        return True

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring when the focus came by the keyboard; Shift+Tab enters at the last mark."""
        by_key = event.reason() in (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
            Qt.FocusReason.ShortcutFocusReason,
        )
        self._ring = by_key
        self._leave_next = False
        if event.reason() == Qt.FocusReason.BacktabFocusReason and self._walk():
            self._focus_key = self._walk()[-1].key
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Close what the keyboard had opened."""
        self._pinned = False
        super().focusOutEvent(event)
        self.update()

    def play_from_start(self) -> None:
        """Play the whole pass from its beginning."""
        self.player.pause()
        cursor = self._played()
        self._on_played(rewound(cursor, self.last_step(), cursor.backward))
        self.player.play()

    def step(self, by: int) -> None:
        """Go `by` steps on, playing stopped."""
        self.player.pause()
        self.set_cursor(stepped(self._cursor, by, self.last_step()))
