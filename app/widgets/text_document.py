"""Writes blocks into a text document, and reads a selection back as LaTeX and text.

No format names a foreground: words and formulas take the palette's text colour when they are
painted, so a change of theme needs no new document. Tints are translucent and serve both themes.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextList,
    QTextListFormat,
    QTextTableFormat,
)

from app.theme import number_font, text_font

from .blocks import Block, Span
from .inline_objects import CLING, SOURCE, formula_format, picture_format

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QFont

    from .text_store import TextStore

__all__ = ["TextLook", "fill", "plain_text"]

_OBJECT: Final = "\ufffc"
_STRUT: Final = "\u200b"
_CLINGING: Final = ".,;:!?)”’…"
_FORMULA_SIZE: Final = 1.10  # the mathematical typeface has a smaller x-height than Inter
_DISPLAY_SIZE: Final = 1.2
_CODE_SIZE: Final = 0.92
_TINT: Final = QColor(128, 142, 160, 46)
_ERROR_TINT: Final = QColor(225, 60, 80, 52)
_ERROR_LINE: Final = QColor(225, 60, 80)
_RULE: Final = QColor(128, 142, 160, 110)


@dataclass(frozen=True, slots=True)
class TextLook:
    """Size in pixels (text scale multiplied in) and weight of a document's plain text."""

    px: float
    weight: int = 400


def fill(
    document: QTextDocument,
    blocks: Sequence[Block],
    look: TextLook,
    store: TextStore,
    has_picture: Callable[[str], bool],
) -> None:
    """Replace a document's content.

    Parameters
    ----------
    document : QTextDocument
        Has a text width, or formulas wider than the column stay uncut at first.
    blocks : sequence of Block
        The text.
    look : TextLook
        Size and weight.
    store : TextStore
        Gives the formulas.
    has_picture : callable
        Whether a picture's file can be shown; otherwise its description is.
    """
    document.clear()
    document.setDefaultFont(text_font(look.px, look.weight))
    document.setDocumentMargin(0)
    document.setIndentWidth(look.px * 1.5)
    writer = _Writer(document, look, store, has_picture)
    # One edit: Qt then asks each formula for its size once, not once per insertion after it.
    writer.cursor.beginEditBlock()
    for place, block in enumerate(blocks):
        writer.write(block, first=place == 0)
    writer.cursor.endEditBlock()


class _Writer:
    def __init__(
        self, document: QTextDocument, look: TextLook, store: TextStore, has_picture: Callable[[str], bool]
    ) -> None:
        self.cursor = QTextCursor(document)
        self._look = look
        self._store = store
        self._has_picture = has_picture
        self._lists: dict[int, QTextList] = {}
        self._fresh = True  # the cursor stands in an empty block not yet given to anyone

    def write(self, block: Block, first: bool) -> None:
        px = self._look.px
        form = QTextBlockFormat()
        # A distance between lines, not a multiple of their height: that would tear holes around
        # tall formulas, and a minimal height lets fractions touch the line above.
        form.setLineHeight(0.28 * px, QTextBlockFormat.LineHeightTypes.LineDistanceHeight.value)
        form.setTopMargin(0 if first else px * (1.1 if block.kind == "heading" else 0.6))
        if block.marker and not first:
            form.setTopMargin(px * 0.3)
        listed = block.list_id and block.marker
        # The list itself indents its items by one.
        form.setIndent(block.depth - 1 if listed else block.depth)
        if block.kind == "table":
            self._table(block)
            return
        if block.kind == "rule":
            width = QTextLength(QTextLength.Type.PercentageLength, 100)
            form.setProperty(QTextBlockFormat.Property.BlockTrailingHorizontalRulerWidth, width)
            form.setBackground(Qt.BrushStyle.NoBrush)
        if block.kind == "code":
            form.setBackground(_TINT)
            form.setLeftMargin(px * 0.2)
        self._open(form)
        if listed:
            self._list_item(block)
        elif block.kind == "math":
            self._formula(block.spans[0].text, px * _DISPLAY_SIZE, display=True, bold=False)
            return
        elif block.kind == "code":
            plain = QTextCharFormat()
            plain.setFont(number_font(px * _CODE_SIZE))
            self.cursor.insertText(block.spans[0].text.replace("\n", "\u2028"), plain)
            return
        self._spans(block.spans, heading=block.level)

    def _open(self, form: QTextBlockFormat) -> None:
        """Begin a paragraph, in the empty one at hand if there is one."""
        plain = QTextCharFormat()
        plain.setFont(text_font(self._look.px, self._look.weight))
        if self._fresh:
            self.cursor.setBlockFormat(form)
            self.cursor.setBlockCharFormat(plain)
            self.cursor.setCharFormat(plain)
        else:
            self.cursor.insertBlock(form, plain)
        self._fresh = False

    def _list_item(self, block: Block) -> None:
        if block.list_id in self._lists:
            self._lists[block.list_id].add(self.cursor.block())
            return
        style = QTextListFormat()
        numbered = block.marker.endswith(".")
        style.setStyle(QTextListFormat.Style.ListDecimal if numbered else QTextListFormat.Style.ListDisc)
        if numbered:
            style.setStart(int(block.marker[:-1]))
        style.setIndent(block.depth)
        self._lists[block.list_id] = self.cursor.createList(style)

    def _spans(self, spans: Sequence[Span], heading: int = 0) -> None:
        if spans and spans[0].kind == "math":
            # Nothing to see, but it gives the line the height of its words: a formula alone, in a
            # cell or on an answer card, then stands on the same baseline as words beside it would.
            self.cursor.insertText(_STRUT, self._format(Span("text", ""), heading))
        carried = ""  # the beginning of a span, which the formula before it carries
        for span, after in zip_longest(spans, spans[1:]):
            if span.kind == "math":
                px, bold = self._size(heading) * _FORMULA_SIZE, span.bold or heading > 0
                carried = _clinging(after)
                cling = (carried, self._format(after, heading).font()) if carried else None
                if not self._formula(span.text, px, display=False, bold=bold, cling=cling):
                    carried = ""
                continue
            if span.kind == "picture":
                self._picture(span)
            elif span.kind == "break":
                self.cursor.insertText("\u2028", self._format(span, heading))
            else:
                text = span.text.removeprefix(carried).replace("\n", "\u2028")
                self.cursor.insertText(text, self._format(span, heading))
            carried = ""

    def _size(self, heading: int) -> float:
        return self._look.px * {0: 1.0, 1: 1.3, 2: 1.15}.get(heading, 1.0)

    def _format(self, span: Span, heading: int = 0) -> QTextCharFormat:
        result = QTextCharFormat()
        px = self._size(heading)
        if span.kind == "code":
            result.setFont(number_font(px * _CODE_SIZE, 500 if span.bold or heading else 400))
            result.setBackground(_TINT)
        else:
            strong = span.bold or heading > 0
            weight = (700 if self._look.weight >= 600 else 600) if strong else self._look.weight
            if span.italic:  # the italics that come along
                weight = 600 if weight > 400 else 400
            result.setFont(text_font(px, weight, span.italic))
        if span.struck:
            result.setFontStrikeOut(True)
        if span.target:
            result.setAnchor(True)
            result.setAnchorHref(span.target)
            result.setFontUnderline(True)
        return result

    def _formula(
        self, latex: str, px: float, display: bool, bold: bool, cling: tuple[str, QFont] | None = None
    ) -> bool:
        """Write a formula, and return whether it could be typeset."""
        formula = self._store.formula(latex, display)
        if formula is not None:
            form = formula_format(formula, latex, px, display, bold or self._look.weight >= 600, cling)
            self.cursor.insertText(_OBJECT, form)
            return True
        shown = QTextCharFormat()
        shown.setFont(number_font(self._look.px * _CODE_SIZE))
        shown.setBackground(_ERROR_TINT)
        shown.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        shown.setUnderlineColor(_ERROR_LINE)
        self.cursor.insertText(latex, shown)
        return False

    def _picture(self, span: Span) -> None:
        if self._has_picture(span.target):
            self.cursor.insertText(_OBJECT, picture_format(span.target, span.text))
        elif span.text:
            form = self._format(Span("text", span.text, italic=True))
            self.cursor.insertText(f"[{span.text}]", form)

    def _table(self, block: Block) -> None:
        rows = block.rows
        columns = max(map(len, rows), default=0)
        if not columns:
            return
        form = QTextTableFormat()
        form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        form.setBorder(1)
        form.setBorderBrush(QBrush(_RULE))
        form.setBorderCollapse(True)
        form.setCellPadding(self._look.px * 0.4)
        form.setTopMargin(self._look.px * 0.6)
        form.setBottomMargin(self._look.px * 0.6)
        if self._fresh:
            self._shrink()
        table = self.cursor.insertTable(len(rows), columns, form)
        for y, row in enumerate(rows):
            for x, cell in enumerate(row):
                self.cursor = table.cellAt(y, x).firstCursorPosition()
                self.cursor.setBlockCharFormat(self._format(Span("text", "", bold=y == 0)))
                spans = [Span(s.kind, s.text, y == 0 or s.bold, s.italic, s.struck, s.target) for s in cell]
                self._spans(spans)
        self.cursor = QTextCursor(table.document())
        self.cursor.movePosition(QTextCursor.MoveOperation.End)
        # Qt keeps an empty paragraph after a table: the next block goes in there.
        self._fresh = True
        self._shrink()

    def _shrink(self) -> None:
        """Make the empty paragraph at hand, which Qt wants around tables, too low to be seen."""
        small = QTextCharFormat()
        small.setFont(text_font(1))
        self.cursor.setBlockFormat(QTextBlockFormat())
        self.cursor.setBlockCharFormat(small)


def _clinging(after: Span | None) -> str:
    """Return the marks that a text after a formula begins with, and that must not begin a line."""
    if after is None or after.kind != "text" or after.struck or after.target:
        return ""
    return after.text[: len(after.text) - len(after.text.lstrip(_CLINGING))]


def plain_text(cursor: QTextCursor) -> str:
    """Return what a cursor has selected, formulas as ``$LaTeX$``."""
    document = cursor.document()
    start, end = cursor.selectionStart(), cursor.selectionEnd()
    lines: list[str] = []
    block = document.findBlock(start)
    while block.isValid() and block.position() < end:
        parts: list[str] = []
        pieces = block.begin()
        while not pieces.atEnd():
            fragment = pieces.fragment()
            low = max(start, fragment.position())
            high = min(end, fragment.position() + fragment.length())
            if low < high:
                part = QTextCursor(document)
                part.setPosition(low)
                part.setPosition(high, QTextCursor.MoveMode.KeepAnchor)
                form = fragment.charFormat()
                source, cling = form.property(SOURCE), form.property(CLING) or ""
                text = part.selectedText().replace("\u2028", "\n").replace(_STRUT, "")
                parts.append(text.replace(_OBJECT, f"${source}${cling}"))
            pieces += 1
        if parts:
            lines.append("".join(parts))
        block = block.next()
    return "\n".join(lines)
