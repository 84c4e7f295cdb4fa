"""Text with mathematics: Markdown in, selectable and copyable, as tall as its width needs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QBuffer, QByteArray, QEvent, QIODevice, QSignalBlocker, QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QClipboard,
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFontMetricsF,
    QGuiApplication,
    QImage,
    QImageReader,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTextCursor,
    QTextDocument,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QMenu, QSizePolicy, QTextBrowser, QWidget

from app.theme import text_scale, theme_of

from .accessibility import install_accessibility
from .inline_objects import FORMULA, PICTURE, FormulaObject, PictureObject
from .speech import speak_blocks
from .text_document import TextLook, fill, plain_text

if TYPE_CHECKING:
    from .text_store import TextStore

__all__ = ["MathText", "PictureLoader", "Tone"]

Tone = Literal["text", "dim", "right", "wrong"]
PictureLoader = Callable[[str], bytes | None]
"""Gives the bytes of a picture named in a text, or None if there is none to show."""

_FIRST_WIDTH = 400.0  # of the document until the widget has one; without any, wide formulas stay uncut
WIDE = 100_000  # a width at which no text wraps
_MAX_PICTURE = 4000  # pixels a side


class MathText(QTextBrowser):
    """A text in Markdown with ``$formulas$``, in the palette's colour.

    It has no scroll bars: `heightForWidth` tells how tall it is, and the wheel is left to whatever
    it stands in. Copying gives the formulas as LaTeX; a screen reader hears them in words.

    Parameters
    ----------
    store : TextStore
        Where parsed texts and typeset formulas come from.
    text : str
        Markdown.
    px : float
        Size at text scale 1.
    weight : int
        Of plain text, 400 to 700.
    tone : {"text", "dim", "right", "wrong"}
        Which of the theme's colours.
    interactive : bool
        False for text that is part of a button: it neither takes the mouse nor the focus.
    pictures : callable, optional
        Gives the bytes of pictures; without it their descriptions are shown.
    parent : QWidget, optional
        Owner.

    Attributes
    ----------
    link_activated : Signal(str)
        The target of a link, which is not opened here.
    """

    link_activated = Signal(str)

    def __init__(
        self,
        store: TextStore,
        text: str = "",
        *,
        px: float = 13,
        weight: int = 400,
        tone: Tone = "text",
        interactive: bool = True,
        pictures: PictureLoader | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        install_accessibility()
        self._store = store
        self._text = text
        self._px = px
        self._weight = weight
        self._tone: Tone = tone
        self._interactive = interactive
        self._load = pictures
        self._images: dict[str, QImage | None] = {}
        self._measures: dict[int, tuple[int, float]] = {}
        self._built_for = 0.0
        self._tabbed_to = False
        self._plain_frame()
        layout = self.document().documentLayout()
        layout.registerHandler(FORMULA, FormulaObject(store, self))
        layout.registerHandler(PICTURE, PictureObject(self._picture, self))
        self.anchorClicked.connect(self._on_anchor)
        self._apply_tone()
        self._build()

    def _plain_frame(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        flags = Qt.TextInteractionFlag
        if self._interactive:
            self.setTextInteractionFlags(
                flags.TextSelectableByMouse
                | flags.TextSelectableByKeyboard
                | flags.LinksAccessibleByMouse
                | flags.LinksAccessibleByKeyboard
            )
        else:
            self.setTextInteractionFlags(flags.NoTextInteraction)
            self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    # What it shows

    def text(self) -> str:
        """Return the Markdown."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show another text."""
        if text != self._text:
            self._text = text
            self._build()

    def set_look(self, px: float | None = None, weight: int | None = None, tone: Tone | None = None) -> None:
        """Change size, weight or colour; what is None stays."""
        if tone is not None and tone != self._tone:
            self._tone = tone
            self._apply_tone()
        px, weight = px or self._px, weight or self._weight
        if (px, weight) != (self._px, self._weight):
            self._px, self._weight = px, weight
            self._build()

    def spoken(self) -> str:
        """Return the text with its formulas in words."""
        return speak_blocks(self._store.blocks(self._text))

    def selected_text(self) -> str:
        """Return what is selected, formulas as ``$LaTeX$``."""
        return plain_text(self.textCursor())

    def leading(self) -> float:
        """Return the empty pixels below the last line; a card centres the text without them."""
        return 0.28 * self._px * text_scale()

    def _build(self) -> None:
        document = self.document()
        if document.textWidth() <= 0:
            document.setTextWidth(_FIRST_WIDTH)
        self._built_for = text_scale()
        blocks = self._store.blocks(self._text)
        look = TextLook(self._px * self._built_for, self._weight)
        fill(document, blocks, look, self._store, lambda file: self._picture(file) is not None)
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self._measures.clear()
        if self._interactive:
            links = any(span.target and span.kind != "picture" for block in blocks for span in block.spans)
            # A text to read is no stop for Tab, one with links is.
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if links else Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(self.spoken())
        self.updateGeometry()

    def _apply_tone(self) -> None:
        palette, role = self.palette(), QPalette.ColorRole
        colours = {
            role.Text: QColor(getattr(theme_of(palette), self._tone)),
            # What lies behind shows through. (Not by asking the viewport for no ground: see `clear_viewport`;
            # and a text's viewport cannot be another than Qt's.)
            role.Base: QColor(0, 0, 0, 0),
        }
        if any(palette.color(name) != colour for name, colour in colours.items()):
            for name, colour in colours.items():
                palette.setColor(name, colour)
            self.setPalette(palette)

    def _picture(self, file: str) -> QImage | None:
        if file not in self._images:
            data = self._load(file) if self._load else None
            self._images[file] = None if data is None else _read_picture(data)
        return self._images[file]

    def _on_anchor(self, url: QUrl) -> None:
        self.link_activated.emit(url.toString())

    # Its size

    def hasHeightForWidth(self) -> bool:
        """Say that the height follows from the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height that shows everything at a width."""
        return self._measure(width)[0]

    def first_middle(self, width: int) -> float:
        """Return how far below the top the first line's capital letters have their middle."""
        return self._measure(width)[1]

    def _measure(self, width: int) -> tuple[int, float]:
        if width not in self._measures:
            with self._laid_out(width) as document:
                height = math.ceil(document.size().height())
                block = document.firstBlock()
                top = document.documentLayout().blockBoundingRect(block).top()
                line = block.layout().lineAt(0)
                capitals = QFontMetricsF(document.defaultFont()).capHeight()
                self._measures[width] = (height, top + line.y() + line.ascent() - capitals / 2)
        return self._measures[width]

    @contextmanager
    def _laid_out(self, width: float) -> Iterator[QTextDocument]:
        """Lay the document out at another width for a while.

        Nobody hears of it: told of another size, the text edit would set its own width again.
        """
        document = self.document()
        before = document.textWidth()
        with QSignalBlocker(document.documentLayout()):
            document.setTextWidth(width)
            yield document
            document.setTextWidth(before)

    def sizeHint(self) -> QSize:
        """Return the width of the longest line, up to some forty characters a line, and its height."""
        most = 30 * self._px * text_scale()
        with self._laid_out(most) as document:
            width = math.ceil(min(most, document.idealWidth() + 1))
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Return a small width and the least height there is; layouts ask `heightForWidth` for the rest.

        The height at the present width would do harm: a page begins narrow, and the height it
        needs then would stay with a window for good.
        """
        return QSize(40, self.heightForWidth(WIDE))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell the layout, because another width needs another height."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    # What happens to it

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette and the text scale."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._apply_tone()
            return
        if event.type() == QEvent.Type.FontChange and self._built_for and text_scale() != self._built_for:
            self._build()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a new selection even on the old one: a dragged formula would be a bare placeholder."""
        if event.button() == Qt.MouseButton.LeftButton and self.textCursor().hasSelection():
            cursor = self.textCursor()
            cursor.clearSelection()
            self.setTextCursor(cursor)
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Give the selection clipboard, where there is one, the LaTeX too."""
        super().mouseReleaseEvent(event)
        event.accept()
        clipboard = QGuiApplication.clipboard()
        if clipboard.supportsSelection() and self.textCursor().hasSelection():
            clipboard.setText(self.selected_text(), QClipboard.Mode.Selection)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy with LaTeX; the rest is as in any text."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_selection()
            return
        super().keyPressEvent(event)

    def copy_selection(self) -> None:
        """Put what is selected on the clipboard, formulas as ``$LaTeX$``."""
        if self.textCursor().hasSelection():
            QGuiApplication.clipboard().setText(self.selected_text())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to copy and to select all."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copy = menu.addAction(self.tr("Copy"), self.copy_selection)
        copy.setEnabled(self.textCursor().hasSelection())
        menu.addAction(self.tr("Select all"), self.selectAll)
        menu.popup(event.globalPos())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Note whether the focus came by key, for the ring."""
        self._tabbed_to = event.reason() != Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text, and the ring if the focus came by key."""
        super().paintEvent(event)
        if self.hasFocus() and self._tabbed_to:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(theme_of(self.palette()).text))
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))
            painter.end()


def _read_picture(data: bytes) -> QImage | None:
    """Decode a picture of reasonable size, or return None."""
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    size = reader.size()
    if not size.isValid() or max(size.width(), size.height()) > _MAX_PICTURE:
        return None
    ratio = 1.0
    if bytes(reader.format().data()).startswith(b"svg"):
        ratio = 3.0  # drawn finely enough for any screen
        reader.setScaledSize(size * ratio)
    image = reader.read()
    if image.isNull():
        return None
    image.setDevicePixelRatio(ratio)
    return image
