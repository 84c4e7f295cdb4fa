"""Formulas and pictures inside a text document: how much room they take, and how they are drawn.

Both stand in the text as U+FFFC with a character format that tells what they are. Qt gives such
a character a descent only if it is aligned to the middle of the line; it then splits the height
around half the x-height of the character's own font. A font is chosen for each formula so that
this split leaves exactly its ascent above the baseline and its descent below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSizeF
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QFontMetricsF,
    QImage,
    QPainter,
    QPyTextObject,
    QTextCharFormat,
    QTextDocument,
    QTextFormat,
)

from app.theme import text_font

if TYPE_CHECKING:
    from collections.abc import Callable

    from .formula import Formula
    from .text_store import TextStore

__all__ = [
    "CLING",
    "FORMULA",
    "PICTURE",
    "SOURCE",
    "FormulaObject",
    "PictureObject",
    "formula_format",
    "picture_format",
]

FORMULA: Final = int(QTextFormat.ObjectTypes.UserObject) + 1
PICTURE: Final = int(QTextFormat.ObjectTypes.UserObject) + 2
SOURCE: Final = int(QTextFormat.Property.UserProperty) + 1  # the LaTeX, or a picture's description
_PX: Final = int(QTextFormat.Property.UserProperty) + 2
_DISPLAY: Final = int(QTextFormat.Property.UserProperty) + 3
_FILE: Final = int(QTextFormat.Property.UserProperty) + 4
_BOLD: Final = int(QTextFormat.Property.UserProperty) + 5
CLING: Final = int(QTextFormat.Property.UserProperty) + 6  # marks that stand right behind the formula
_CLING_FONT: Final = int(QTextFormat.Property.UserProperty) + 7
_X_HEIGHT: Final = 0.546  # of Inter, in em


def formula_format(
    formula: Formula, latex: str, px: float, display: bool, bold: bool, cling: tuple[str, QFont] | None = None
) -> QTextCharFormat:
    """Return the format of the character that stands for a formula of `px` pixels an em.

    Parameters
    ----------
    formula, latex
        What is written.
    px : float
        Its size.
    display, bold : bool
        How it is set.
    cling : (str, QFont), optional
        A mark such as a comma that follows, and its font. It is drawn with the formula: between a formula and
        the text after it Qt breaks lines wherever it likes.
    """
    result = QTextCharFormat()
    result.setObjectType(FORMULA)
    result.setProperty(SOURCE, latex)
    result.setProperty(_PX, px)
    result.setProperty(_DISPLAY, display)
    result.setProperty(_BOLD, bold)
    if cling is not None:
        result.setProperty(CLING, cling[0])
        result.setProperty(_CLING_FONT, cling[1])
    lopsided = max(0.0, formula.ascent - formula.descent) * px
    result.setFont(text_font(max(1, int(2 * lopsided / _X_HEIGHT))))
    result.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)
    return result


def picture_format(file: str, description: str) -> QTextCharFormat:
    """Return the format of the character that stands for a picture."""
    result = QTextCharFormat()
    result.setObjectType(PICTURE)
    result.setProperty(SOURCE, description)
    result.setProperty(_FILE, file)
    return result


def _room(document: QTextDocument, position: int) -> float:
    """Width a line has at a position; infinite while the document has none."""
    width = document.textWidth()
    if width <= 0:
        return float("inf")
    margins = document.findBlock(position).blockFormat()
    indent = margins.indent() * document.indentWidth()
    left = margins.leftMargin() + margins.rightMargin() + indent
    # Two pixels stay free, for the rounding to device pixels.
    return float(max(1.0, width - 2 * document.documentMargin() - left - 2))


def _cling_width(form: QTextFormat) -> float:
    """Return the width of the marks that a formula carries."""
    if not form.hasProperty(CLING):
        return 0.0
    metrics = QFontMetricsF(cast("QFont", form.property(_CLING_FONT)))
    return metrics.horizontalAdvance(str(form.property(CLING)))


class FormulaObject(QPyTextObject):
    """Lays out and draws the formulas of one document."""

    def __init__(self, store: TextStore, parent: QObject) -> None:
        super().__init__(parent)
        self._store = store

    def _formula(self, form: QTextFormat) -> tuple[Formula | None, float]:
        latex, display = str(form.property(SOURCE)), bool(form.property(_DISPLAY))
        return self._store.formula(latex, display), cast("float", form.property(_PX))

    def intrinsicSize(self, doc: QTextDocument, posInDocument: int, format: QTextFormat) -> QSizeF:
        """Return the room for a formula; wider than the line, it will be drawn smaller."""
        formula, px = self._formula(format)
        if formula is None:
            return QSizeF()
        cling = _cling_width(format)
        px *= min(1.0, max(1.0, _room(doc, posInDocument) - cling) / (formula.advance * px))
        half_x = QFontMetrics(QFont(format.toCharFormat().font())).xHeight() / 2
        height = max(2 * formula.ascent * px - half_x, 2 * formula.descent * px + half_x)
        return QSizeF(formula.advance * px + cling, height)

    def drawObject(
        self,
        painter: QPainter,
        rect: QRectF | QRect,
        doc: QTextDocument,
        posInDocument: int,
        format: QTextFormat,
    ) -> None:
        """Draw a formula on the baseline of its line.

        The line's own baseline counts: the rectangle's top is rounded on its way here.
        """
        formula, px = self._formula(format)
        if formula is None:
            return
        block = doc.findBlock(posInDocument)
        line = block.layout().lineForTextPosition(posInDocument - block.position())
        top = doc.documentLayout().blockBoundingRect(block).top()
        px *= min(1.0, max(1.0, rect.width() - _cling_width(format)) / (formula.advance * px))
        baseline = QPointF(rect.left(), top + line.y() + line.ascent())
        colour = painter.pen().color()
        self._store.images.draw(painter, formula, px, baseline, colour, bool(format.property(_BOLD)))
        if format.hasProperty(CLING):
            painter.setFont(cast("QFont", format.property(_CLING_FONT)))
            painter.drawText(baseline + QPointF(formula.advance * px, 0), str(format.property(CLING)))


class PictureObject(QPyTextObject):
    """Lays out and draws the pictures of one document, never wider than a line.

    Parameters
    ----------
    load : callable
        Gives a file's picture, or None.
    parent : QObject
        Owner.
    """

    def __init__(self, load: Callable[[str], QImage | None], parent: QObject) -> None:
        super().__init__(parent)
        self._load = load

    def intrinsicSize(self, doc: QTextDocument, posInDocument: int, format: QTextFormat) -> QSizeF:
        """Return the room for a picture."""
        image = self._load(str(format.property(_FILE)))
        if image is None:
            return QSizeF()
        size = image.deviceIndependentSize()
        return size * min(1.0, _room(doc, posInDocument) / size.width())

    def drawObject(
        self,
        painter: QPainter,
        rect: QRectF | QRect,
        doc: QTextDocument,
        posInDocument: int,
        format: QTextFormat,
    ) -> None:
        """Draw a picture."""
        image = self._load(str(format.property(_FILE)))
        if image is not None:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(rect, image)
            painter.restore()
