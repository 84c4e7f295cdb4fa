"""What lies on top of the stage's picture: the open card, a hovered cell's outline, the ring of the focus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.theme import lettering

from .hover import card_marks
from .marks import HeatMap, Mark, Node, Panel, Rect, Text, Veiled
from .plain import font_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.theme import Theme

    from .hover import Card

__all__ = ["card_over", "outline", "paint_ring"]

_SHARP: Final = 3.0
"""Radius of the ring around a heat map's cell: its corners are sharp."""


def card_over(
    card: Card,
    beside: Rect,
    marks: Iterable[Mark],
    size: tuple[float, float],
    theme: Theme,
    *,
    pinned: bool,
) -> tuple[Mark, ...]:
    """Return a card as marks, clear of the stage's words where there is room.

    Parameters
    ----------
    card : Card
        What it says.
    beside : Rect
        What it speaks of.
    marks : iterable of Mark
        All that is on the stage.
    size : (float, float)
        Of the stage.
    theme : Theme
        The colours.
    pinned : bool
        Whether it was opened to stay.
    """
    area = (0.0, 0.0, *size)
    return card_marks(card, beside, area, theme, _measured, pinned=pinned, words=_words(marks))


def outline(found: Mark | None, marks: Iterable[Mark], theme: Theme) -> tuple[Mark, ...]:
    """Return the outline of a heat map's cell, seen on any colour; nothing for other marks.

    Parameters
    ----------
    found : Mark or None
        The finest mark under the pointer.
    marks : iterable of Mark
        All that is on the stage.
    theme : Theme
        The colours.
    """
    if found is None or found.unit is None or found.step is None:
        return ()
    x, y, width, height = found.rect
    for owner in marks:
        same = isinstance(owner, HeatMap) and (owner.lane, owner.quantity) == (found.lane, found.quantity)
        if isinstance(owner, HeatMap) and same and owner.contains(x + width / 2, y + height / 2):
            # Outside the cell, which may be a few pixels low: its colour is what is asked about.
            cell = (x - 2.5, y - 2.5, width - owner.gap + 5.0, height - owner.row_gap + 5.0)
            around = (cell[0] - 1.5, cell[1] - 1.5, cell[2] + 3.0, cell[3] + 3.0)
            return (
                Panel(rect=around, border=theme.panel, border_width=1.5, radius=3.0),
                Panel(rect=cell, border=theme.text, border_width=2.0, radius=2.0),
            )
    return ()


def paint_ring(painter: QPainter, mark: Mark | None, size: tuple[float, float], theme: Theme) -> None:
    """Paint the ring around the mark in focus, around the whole stage if none is.

    Parameters
    ----------
    painter : QPainter
        Works in the stage's coordinates.
    mark : Mark or None
        What the keyboard visits.
    size : (float, float)
        Of the stage.
    theme : Theme
        The colours.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.text), 2.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if mark is None:
        painter.drawRoundedRect(QRectF(0.0, 0.0, *size).adjusted(2, 2, -2, -2), 11, 11)
        return
    gap = 4.0 if mark.rect[3] >= 20.0 else 1.0  # rows of text stand close
    box = QRectF(*mark.rect).adjusted(-gap, -gap, gap, gap)
    disc = abs(box.width() - box.height()) <= 2 and mark.unit is None
    radius = _SHARP if mark.unit is not None else box.height() / 2 if disc else min(box.height() / 2, 12.0)
    painter.drawRoundedRect(box, radius, radius)


def _words(marks: Iterable[Mark]) -> tuple[Rect, ...]:
    """Return where words are really written, and where signs stand."""
    found: list[Rect] = []
    for mark in marks:
        if isinstance(mark, Text):
            x, y, room, height = mark.rect
            width = min(_measured(mark), room)
            left = {"left": x, "right": x + room - width}.get(mark.align, x + (room - width) / 2)
            found.append((left, y + height / 2 - 0.6 * mark.size, width, 1.2 * mark.size))
        elif isinstance(mark, Node) or (isinstance(mark, Veiled) and mark.text and mark.rect[3] < 80.0):
            found.append(mark.rect)
    return tuple(found)


def _measured(text: Text) -> float:
    """Return how wide a text is when painted."""
    font, _ = font_of(text.size, text.weight, text.italic, text.mono)
    return lettering.advance(text.text, font)
