"""The stage's picture from frame to frame: what is kept, what is painted anew, what is got ready."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF

from .ahead import Ahead
from .compose import Scene, cell_frame
from .painter import PaintCache, paint, prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtCore import QObject
    from PySide6.QtGui import QPainter, QTransform

    from .cursor import Cursor
    from .drawing import Frame
    from .marks import Mark, Rect

__all__ = ["AT_REST_MS", "Picture"]

AT_REST_MS: Final = 150
"""How long the stage must stand before it gets the next step ready; a dragged slider leaves it alone."""
_AROUND: Final = 8.0
"""Pixels beyond the cell's place that belong to it: what juts out there is its own."""


class Picture:
    """Paints a stage.

    Parameters
    ----------
    owner : QObject
        The stage's widget; what is got ready ends with it.
    """

    def __init__(self, owner: QObject) -> None:
        self._cache = PaintCache()
        self._ahead = Ahead(owner)
        self._expected: Cursor | None = None

    def forget_plans(self) -> None:
        """Get nothing ready any more that was thought to be next."""
        self._ahead.stop()
        self._expected = None

    def changed(self, scene: Scene, before: Frame, after: Frame) -> QRectF:
        """Return the part of the stage in which two frames of the cell may differ; empty if they do not."""
        x, y, _, _ = scene.cell
        whole = QRectF(*_area(scene)).translated(x, y)
        if len(before.marks) != len(after.marks) or before.standing != after.standing:
            return whole
        found = QRectF()
        for old, new in zip(before.marks, after.marks, strict=True):
            if old is not new:
                found |= QRectF(*new.rect)
        if found.isEmpty():
            return found
        return found.translated(x, y).adjusted(-_AROUND, -_AROUND, _AROUND, _AROUND) & whole

    def paint(
        self, painter: QPainter, scene: Scene, cell: Frame, fixed: Callable[[], Frame], part: QRectF
    ) -> QTransform | None:
        """Paint the stage.

        Parameters
        ----------
        painter
            Works in the stage's coordinates.
        scene, cell
            What is shown, and the cell of it.
        fixed
            Gives the rest; not asked for when ``part`` lies in the cell.
        part
            What has to be painted; the painter is clipped to it.

        Returns
        -------
        QTransform or None
            From the cell's coordinates to the device's; None without a cell.
        """
        ground, transform = scene.theme.panel, None
        x, y, _, _ = scene.cell if cell.marks else (0.0, 0.0, 0.0, 0.0)
        if not cell.marks or not QRectF(*_area(scene)).translated(x, y).contains(part):
            rest, whole = fixed(), (0.0, 0.0, *scene.size)
            paint(painter, rest.marks, scene.theme, self._cache, ground, whole, rest.standing)
        if cell.marks:
            painter.save()
            painter.translate(x, y)
            paint(painter, cell.marks, scene.theme, self._cache, ground, _area(scene), cell.standing)
            transform = painter.deviceTransform()
            painter.restore()
        return transform

    def paint_over(self, painter: QPainter, scene: Scene, marks: tuple[Mark, ...]) -> None:
        """Paint a few marks on top, such as the card."""
        paint(painter, marks, scene.theme, self._cache)

    def expect(self, scene: Scene, goal: Cursor, transform: QTransform, wait_ms: int) -> None:
        """While nothing else is to be done, get the cell ready as it will be at another place of the cursor.

        Parameters
        ----------
        scene
            What is shown.
        goal
            Where the cursor will be; nothing is done for the same one twice.
        transform
            What `paint` returned.
        wait_ms
            How long to wait before.
        """
        if goal in (self._expected, scene.cursor):
            return
        self._expected = goal
        self._ahead.begin(self._readied(replace(scene, cursor=goal), transform), wait_ms)

    def _readied(self, scene: Scene, transform: QTransform) -> Iterator[None]:
        frame = cell_frame(scene)
        yield
        yield from prepare(
            frame.marks, scene.theme, self._cache, transform, scene.theme.panel, _area(scene), frame.standing
        )


def _area(scene: Scene) -> Rect:
    """Return what the cell's picture covers, in the cell's own coordinates."""
    _, _, width, height = scene.cell
    return (-_AROUND, -_AROUND, width + 2 * _AROUND, height + 2 * _AROUND)
