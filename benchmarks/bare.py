"""The yardstick of the frame benchmarks: as many lines and rectangles as the cell shows, and nothing else.

Lines are antialiased, with pens made beforehand; a corner is a single chord. There are no texts and no nodes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.stage.marks import Mark, Slots, Strands
from app.stage.routes import Arc, pieces

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintDevice

__all__ = ["Bare"]


class Bare:
    """What the strands and slots of some marks come to when each is stroked and filled.

    Parameters
    ----------
    marks : tuple of Mark
        The marks; others than strands and slots are passed over.
    """

    def __init__(self, marks: tuple[Mark, ...]) -> None:
        self.lines: list[tuple[QPen, list[QPointF]]] = []
        self.boxes: list[tuple[QColor, QRectF]] = []
        for mark in marks:
            if isinstance(mark, Strands):
                self._strands(mark)
            elif isinstance(mark, Slots):
                for index, slot in enumerate(mark.slots):
                    x, y, width, height = mark.slot_rect(index)
                    level = abs(slot.level or 0.0) * height
                    self.boxes.append((QColor(mark.track), QRectF(x, y, width, height)))
                    self.boxes.append((QColor(slot.colour), QRectF(x, y + height - level, width, level)))

    def _strands(self, mark: Strands) -> None:
        chain = pieces(mark.route, mark.radius)
        for strand in mark.strands:
            points = []
            for piece in chain:
                moved = piece.shifted(strand.offset)
                if isinstance(moved, Arc):
                    points += [moved.point(moved.start), moved.point(moved.start + moved.sweep)]
                else:
                    points += [moved.start, moved.end]
            pen = QPen(QColor(strand.colour), strand.width)
            self.lines.append((pen, [QPointF(*point) for point in points]))

    def paint(self, device: QPaintDevice, ground: str, size: tuple[float, float]) -> None:
        """Paint them on a ground of the given size."""
        painter = QPainter(device)
        painter.fillRect(QRectF(0, 0, *size), QColor(ground))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen, points in self.lines:
            painter.setPen(pen)
            painter.drawPolyline(points)
        for colour, box in self.boxes:
            painter.fillRect(box, colour)
        painter.end()
