"""The part of the plot that pyqtgraph draws: curves, grid and the numbers at the axes.

Importing this module imports pyqtgraph, so it is imported when the first plot is shown and not before.
pyqtgraph only draws here, and in pixels: Qt strokes thick lines thirty times as fast where both axes have one
scale. Its mouse handling, menus and automatic ranges are off, because they offer what
makes no sense on this stage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPen

from app.theme import Theme, mix, text_font

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from .plot_axes import Range, Tick
    from .plot_strokes import Stroke

__all__ = ["Canvas"]

_SIDES: Final = ("left", "bottom")
_MANY: Final = 4000
"""Strokes of more points are drawn as hairlines, which are faster still."""

# OpenGL breaks where there is no screen, and brings nothing at these sizes.
pg.setConfigOptions(antialias=True, useOpenGL=False, segmentedLineMode="on")


class Canvas:
    """A pyqtgraph view of strokes within a window.

    Parameters
    ----------
    parent : QWidget
        Owner of the view.
    """

    def __init__(self, parent: QWidget) -> None:
        self.view: Any = pg.GraphicsView(parent, background=None)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # The area around it answers the pointer.
        self.view.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._box: Any = pg.ViewBox(enableMouse=False, enableMenu=False)
        self._box.disableAutoRange()
        # An axis with a grid leaves out numbers at its very ends, so grid and numbers are two.
        self._axes: dict[str, Any] = {side: pg.AxisItem(side, maxTickLength=0) for side in _SIDES}
        self._grids: dict[str, Any] = {side: pg.AxisItem(side, showValues=False) for side in _SIDES}
        for axis in (*self._axes.values(), *self._grids.values()):
            axis.setZValue(-1000.0)  # behind the curves, whose box is at -100
            axis.setStyle(tickAlpha=255, autoExpandTextSpace=False, hideOverlappingLabels=20)
            self.view.addItem(axis)
            axis.linkToView(self._box)
        for grid in self._grids.values():
            grid.setGrid(255)
        self.view.addItem(self._box)
        self._items: list[Any] = []
        self._ratio = 1.0
        self._size = (1.0, 1.0)
        self._strokes: list[Stroke] = []

    def place(self, size: QRectF, plot: QRectF, gutter: float, foot: float) -> None:
        """Lay out: the view fills `size`, curves fill `plot`, numbers stand left of it and below."""
        self.view.setGeometry(size.toRect())
        self._size = (plot.width(), plot.height())
        self._box.setGeometry(plot)
        self._box.setRange(xRange=(0.0, plot.width()), yRange=(0.0, plot.height()), padding=0.0)
        for kind in (self._axes, self._grids):
            kind["left"].setWidth(gutter)
            kind["left"].setGeometry(QRectF(plot.left() - gutter, plot.top(), gutter, plot.height()))
            kind["bottom"].setHeight(foot)
            kind["bottom"].setGeometry(QRectF(plot.left(), plot.bottom(), plot.width(), foot))

    def dress(self, theme: Theme, zoom: float) -> None:
        """Take the theme's colours, and letters of a size."""
        self._ratio = self.view.devicePixelRatioF()
        self.view.setBackground(theme.panel)
        faint = mix(theme.panel, theme.line, 0.62)
        for side, axis in self._axes.items():
            axis.setPen(QPen(Qt.PenStyle.NoPen) if side == "left" else self._pen(theme.line, 1.0))
            axis.setTickPen(QPen(Qt.PenStyle.NoPen))
            self._grids[side].setPen(QPen(Qt.PenStyle.NoPen))
            self._grids[side].setTickPen(self._pen(faint, 1.0))
            axis.setTextPen(self._pen(theme.dim, 1.0))
            axis.setStyle(
                # pyqtgraph writes them itself: Inter has a minus and raised figures that can be read.
                tickFont=text_font(11.0 * zoom),
                tickTextOffset=round((8 if side == "left" else 6) * zoom),
            )

    def show_window(self, x: Range, y: Range, x_ticks: Sequence[Tick], y_ticks: Sequence[Tick]) -> None:
        """Show a window, and write these ticks at its axes."""
        width, height = self._size
        for kind in (self._axes, self._grids):
            kind["bottom"].setTicks([[((at - x.low) / x.size * width, text) for at, text in x_ticks]])
            kind["left"].setTicks([[((at - y.low) / y.size * height, text) for at, text in y_ticks]])
        for item, stroke in zip(self._items, self._strokes, strict=False):
            pen = self._pen(stroke.colour, stroke.width)
            if stroke.x.size > _MANY:
                pen.setWidthF(1.0)
            across = (stroke.x - x.low) / x.size * width
            item.setData(x=across, y=(stroke.y - y.low) / y.size * height, pen=pen, connect="finite")

    def take(self, strokes: Sequence[Stroke]) -> None:
        """Take these strokes, later ones over earlier ones, in place of all others; `show_window` draws."""
        self._strokes = [stroke for stroke in strokes if np.isfinite(stroke.y).any()]
        while len(self._items) < len(self._strokes):
            item = pg.PlotCurveItem()
            self._box.addItem(item, ignoreBounds=True)
            self._items.append(item)
        for k, item in enumerate(self._items):
            item.setVisible(k < len(self._strokes))

    def curve_count(self) -> int:
        """Return how many strokes are drawn now."""
        return sum(item.isVisible() for item in self._items)

    def _pen(self, colour: str, width: float) -> QPen:
        # Cosmetic: a width on the screen, whatever the axes span. Qt then counts it in device pixels.
        pen = QPen(QColor(colour), width * self._ratio)
        pen.setCosmetic(True)
        # Qt has a fast way for thick lines with these ends only; round ones take a hundred times as long.
        pen.setCapStyle(Qt.PenCapStyle.SquareCap)
        return pen
