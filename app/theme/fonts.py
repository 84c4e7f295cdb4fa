"""The two typefaces that come with the application, and fonts of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from PySide6.QtGui import QFont, QFontDatabase

__all__ = ["FONT_FOLDER", "NUMBER_FAMILY", "TEXT_FAMILY", "load_fonts", "number_font", "text_font"]

TEXT_FAMILY: Final = "Inter"
NUMBER_FAMILY: Final = "JetBrains Mono"
FONT_FOLDER: Final = Path(__file__).resolve().parent.parent / "assets" / "fonts"


@cache
def _add(file: Path) -> bool:
    """Hand one file to Qt; remembered, because Qt would add it a second time."""
    return QFontDatabase.addApplicationFont(str(file)) >= 0


def load_fonts(folder: Path = FONT_FOLDER) -> tuple[str, ...]:
    """Make the shipped typefaces known to Qt; a second call does nothing.

    Needs a ``QGuiApplication``.

    Returns
    -------
    tuple of str
        Names of the font files that could not be used; empty when all is well. Qt then falls
        back to what the system has, so this is worth a note in the log and no more.
    """
    files = sorted((*folder.glob("*.otf"), *folder.glob("*.ttf")))
    return tuple(file.name for file in files if not _add(file))


def text_font(px: float, weight: int = 400, italic: bool = False) -> QFont:
    """Return Inter.

    Parameters
    ----------
    px : float
        Size in logical pixels, the text scale already multiplied in.
    weight : int
        400, 500, 600 or 700.
    italic : bool
        There are true italics of 400 and 600 only.
    """
    font = QFont(TEXT_FAMILY)
    font.setPixelSize(max(1, round(px)))
    font.setWeight(QFont.Weight(weight))
    font.setItalic(italic)
    return font


def number_font(px: float, weight: int = 400, italic: bool = False) -> QFont:
    """Return JetBrains Mono, in which all digits are equally wide.

    Parameters
    ----------
    px : float
        Size in logical pixels, the text scale already multiplied in.
    weight : int
        400 or 500.
    italic : bool
        There is a true italic of 400 only.
    """
    font = QFont(NUMBER_FAMILY)
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPixelSize(max(1, round(px)))
    font.setWeight(QFont.Weight(weight))
    font.setItalic(italic)
    return font
