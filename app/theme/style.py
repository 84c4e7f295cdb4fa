"""Everything that is not a colour: shapes of Qt's own controls, and the text scale.

The style sheet is one constant text that names no colour but the palette's, so a change of theme
never touches it. Controls with a look of their own paint themselves and need no rule here; the leading
dots keep the rules for fields from their subclasses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QApplication

from .fonts import load_fonts, text_font
from .palette import palette

if TYPE_CHECKING:
    from .tokens import Theme

__all__ = ["BASE_PX", "apply", "make_application", "text_scale"]

BASE_PX: Final = 13
_IS_FUSION: Final = "is_fusion"  # a property of the application

_SHAPES: Final = """
QToolTip { border: 1px solid palette(mid); padding: 4px 6px; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: palette(mid); border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: palette(placeholder-text); }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
.QLineEdit, .QPlainTextEdit { background: palette(alternate-base); border: 1px solid palette(mid);
  border-radius: 8px; padding: 6px 9px; }
.QLineEdit:focus, .QPlainTextEdit:focus { border: 2px solid palette(text); padding: 5px 8px; }
QMenu { background: palette(alternate-base); border: 1px solid palette(mid); padding: 4px; }
QMenu::item { padding: 6px 20px 6px 12px; border-radius: 5px; }
QMenu::item:selected { background: palette(highlight); }
QMenu::separator { height: 1px; background: palette(mid); margin: 4px 6px; }
"""


def make_application(name: str) -> QApplication:
    """Make the application, in the Fusion style from the start.

    The style can be set later, as `apply` does for an application that was made elsewhere. But then PySide
    hands it over as an object of Python's, with some six hundred names of its parts, which takes 15 ms.
    """
    application = QApplication([name, "-style", "Fusion"])
    application.setProperty(_IS_FUSION, True)
    return application


def text_scale() -> float:
    """Return how much larger than normal text is to be, as the application's font says.

    Widgets ask this when they lay themselves out and when they paint; the application's font is
    what Qt tells every widget about when it changes.
    """
    px = QApplication.font().pixelSize()
    return px / BASE_PX if px > 0 else 1.0


def apply(application: QApplication, theme: Theme, scale: float = 1.0, *, shapes: bool = True) -> None:
    """Give the whole application a theme and a text scale.

    Parameters
    ----------
    application : QApplication
        The running one; gets the Fusion style, the palette, the base font and the shapes.
    theme : Theme
        Its colours.
    scale : float
        Factor on every text size.
    shapes : bool
        Whether the shapes are given now. Under a style sheet every widget is polished anew whenever it, or
        what it stands in, gets a parent; so they are best given when the widgets have been put together.
    """
    load_fonts()
    if application.styleSheet() != _SHAPES and not application.property(_IS_FUSION):
        application.setStyle("Fusion")
    font, colours = text_font(BASE_PX * scale), palette(theme)
    is_new = application.font() != font or application.palette() != colours
    if is_new:
        application.setFont(font)
        application.setPalette(colours)
    if shapes and (is_new or application.styleSheet() != _SHAPES):
        # Under a style sheet Qt hands a new palette or font to windows only, not to what stands in them;
        # setting the sheet anew reaches every widget.
        application.setStyleSheet(_SHAPES)
