"""Colours, typefaces and icons; everything here depends on Qt and NumPy only."""

from __future__ import annotations

from . import lettering
from .fonts import load_fonts, number_font, text_font
from .icons import draw_icon, icon, window_icon
from .luts import signed_lut, unit_lut, viridis_lut
from .manager import ThemeManager
from .palette import palette, theme_of
from .style import make_application, text_scale
from .tokens import DARK, LIGHT, Theme, contrast, mix, theme_named

__all__ = [
    "DARK",
    "LIGHT",
    "Theme",
    "ThemeManager",
    "contrast",
    "draw_icon",
    "icon",
    "lettering",
    "load_fonts",
    "make_application",
    "mix",
    "number_font",
    "palette",
    "signed_lut",
    "text_font",
    "text_scale",
    "theme_named",
    "theme_of",
    "unit_lut",
    "viridis_lut",
    "window_icon",
]
