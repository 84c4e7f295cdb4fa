"""A theme as Qt's palette, and the way back from a palette to its theme."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

from .tokens import DARK, LIGHT, Theme, mix

__all__ = ["palette", "theme_of"]


def palette(theme: Theme) -> QPalette:
    """Return the palette that gives Qt's own Fusion widgets the theme's colours.

    All colours on screen follow the palette, so a change of theme is one
    ``QApplication.setPalette`` and one repaint.
    """
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.background,
        role.WindowText: theme.text,
        role.Base: theme.panel,
        role.AlternateBase: theme.card,
        role.Text: theme.text,
        role.Button: theme.card,
        role.ButtonText: theme.text,
        role.BrightText: theme.wrong,
        role.ToolTipBase: theme.card,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.dim,
        role.Highlight: mix(theme.panel, theme.text, 0.24),
        role.HighlightedText: theme.text,
        role.Accent: theme.text,
        role.Link: theme.text,
        role.LinkVisited: theme.dim,
        role.Light: theme.line,
        role.Midlight: theme.line,
        role.Mid: theme.line,
        role.Dark: theme.line,
        role.Shadow: theme.background,
    }
    result = QPalette()
    for name, colour in colours.items():
        result.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        result.setColor(QPalette.ColorGroup.Disabled, name, QColor(theme.faint))
    return result


def theme_of(colours: QPalette) -> Theme:
    """Return the theme a palette came from: `LIGHT` if the window is light, else `DARK`.

    Widgets ask their own palette, so no one has to hand a theme through the widget tree.
    """
    return LIGHT if colours.color(QPalette.ColorRole.Window).lightness() > 127 else DARK
