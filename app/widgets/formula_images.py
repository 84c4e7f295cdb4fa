"""Formulas painted at a size, a colour and a scale factor; the last few hundred are kept."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPaintEngine, QPainter, QPainterPath, QPen, QTransform

if TYPE_CHECKING:
    from .formula import Formula

__all__ = ["FormulaImages", "draw_formula"]

_KEPT: Final = 600
_VECTOR: Final = (
    QPaintEngine.Type.SVG,
    QPaintEngine.Type.Pdf,
    QPaintEngine.Type.MacPrinter,
    QPaintEngine.Type.Windows,
    QPaintEngine.Type.Picture,
)
# Qt draws light text on a dark ground heavier than it fills paths; at one device pixel a logical
# pixel the formula needs this much of a pen, in em, to look as dark as the words around it.
_DARK_PEN: Final = 0.012
_BOLD_PEN: Final = 0.03


@dataclass(frozen=True, slots=True)
class _Picture:
    image: QImage
    left: float  # from the image's corner to the pen's start on the baseline, device pixels
    ascent: int


class FormulaImages:
    """Paints formulas through images that are made when first needed."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, float, int, float, float], tuple[Formula, _Picture]] = (
            OrderedDict()
        )

    def __len__(self) -> int:
        return len(self._kept)

    def draw(
        self,
        painter: QPainter,
        formula: Formula,
        px: float,
        origin: QPointF,
        colour: QColor,
        bold: bool = False,
    ) -> None:
        """Draw a formula with its pen's start at `origin`, which lies on the baseline.

        Parameters
        ----------
        painter : QPainter
            Not rotated. Paths are filled where it writes vectors, images drawn elsewhere.
        formula : Formula
            What to draw.
        px : float
            Pixels an em.
        origin : QPointF
            In the painter's coordinates; moved by less than a device pixel to be sharp.
        colour : QColor
            Of the ink.
        bold : bool
            Whether it stands among bold words; the typeface has one weight, so a pen makes the other.
        """
        pen = _BOLD_PEN if bold else 0.0
        if painter.paintEngine().type() in _VECTOR:
            draw_formula(painter, formula, px, origin, colour, pen)
            return
        device = painter.deviceTransform()
        scale = device.m11()
        if colour.lightness() > 127 and scale < 1.5:
            pen += _DARK_PEN
        picture = self._picture(formula, px, colour, scale, pen)
        at = device.map(origin)
        corner = QPointF(round(at.x() - picture.left), round(at.y()) - picture.ascent)
        corner = device.inverted()[0].map(corner)
        size = picture.image.size()
        target = QRectF(corner.x(), corner.y(), size.width() / scale, size.height() / scale)
        painter.drawImage(target, picture.image)

    def _picture(self, formula: Formula, px: float, colour: QColor, scale: float, pen: float) -> _Picture:
        key = (id(formula), px, colour.rgba(), scale, pen)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key][1]
        em = px * scale
        ascent = math.ceil(formula.ascent * em) + 1
        height = ascent + math.ceil(formula.descent * em) + 1
        width = math.ceil(formula.advance * em) + 2
        image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        draw_formula(painter, formula, em, QPointF(1, ascent), colour, pen)
        painter.end()
        picture = _Picture(image, 1.0, ascent)
        # The formula is kept with its picture so that its id stays its own.
        self._kept[key] = (formula, picture)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return picture


def draw_formula(
    painter: QPainter, formula: Formula, px: float, origin: QPointF, colour: QColor, pen: float = 0.0
) -> None:
    """Fill a formula's outline; `pen` in em thickens it."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(origin)
    outline: QPainterPath = QTransform.fromScale(px, px).map(formula.path)
    outline.setFillRule(Qt.FillRule.WindingFill)
    painter.setPen(QPen(colour, pen * px) if pen else Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPath(outline)
    painter.restore()
