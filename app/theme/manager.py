"""Keeps the application's theme, text scale and motion as the learner, or the system, wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QObject, Qt, Signal

from .style import apply
from .tokens import DARK, LIGHT, Theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

__all__ = ["MAX_SCALE", "MIN_SCALE", "Mode", "ThemeManager"]

Mode = Literal["system", "dark", "light"]
MIN_SCALE: Final = 0.9
MAX_SCALE: Final = 1.6


class ThemeManager(QObject):
    """Applies a theme to an application and follows the system's colour scheme.

    Made once, where the application is put together; whoever paints with theme colours of their own
    listens to `changed`. Widgets that follow the palette need not.

    Parameters
    ----------
    application : QApplication
        What to apply to, at once and at every change.
    mode : {"system", "dark", "light"}
        ``"system"`` takes what the desktop says, and dark where it says nothing.
    text_scale : float
        Factor on every text size, brought into `MIN_SCALE`..`MAX_SCALE`.
    reduced_motion : bool
        Whether pictures cut instead of moving.
    parent : QObject, optional
        Owner.
    shapes : bool
        False leaves the shapes of Qt's own controls to `give_shapes`.

    Attributes
    ----------
    changed : Signal(Theme)
        After the theme, the text scale or the wish for less motion changed.
    """

    changed = Signal(object)

    def __init__(
        self,
        application: QApplication,
        mode: Mode = "system",
        text_scale: float = 1.0,
        reduced_motion: bool = False,
        parent: QObject | None = None,
        *,
        shapes: bool = True,
    ) -> None:
        super().__init__(parent)
        self._application = application
        self._mode: Mode = mode
        self._scale = _bounded(text_scale)
        self._reduced = reduced_motion
        application.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)
        apply(application, self.theme, self._scale, shapes=shapes)

    def give_shapes(self) -> None:
        """Give Qt's own controls their shapes, once the widgets have been put together; see `style.apply`."""
        self._apply()

    @property
    def mode(self) -> Mode:
        """What was asked for."""
        return self._mode

    @property
    def theme(self) -> Theme:
        """What is shown."""
        if self._mode == "system":
            scheme = self._application.styleHints().colorScheme()
            return LIGHT if scheme == Qt.ColorScheme.Light else DARK
        return LIGHT if self._mode == "light" else DARK

    @property
    def text_scale(self) -> float:
        """Factor on every text size."""
        return self._scale

    @property
    def reduced_motion(self) -> bool:
        """Whether pictures cut instead of moving."""
        return self._reduced

    def set_mode(self, mode: Mode) -> None:
        """Choose a theme, or let the system choose."""
        if mode != self._mode:
            self._mode = mode
            self._apply()
            self.changed.emit(self.theme)

    def set_text_scale(self, scale: float) -> None:
        """Choose the size of text; brought into `MIN_SCALE`..`MAX_SCALE`."""
        scale = _bounded(scale)
        if scale != self._scale:
            self._scale = scale
            self._apply()
            self.changed.emit(self.theme)

    def set_reduced_motion(self, reduced: bool) -> None:
        """Choose whether pictures cut instead of moving."""
        if reduced != self._reduced:
            self._reduced = reduced
            self.changed.emit(self.theme)

    def _on_scheme_changed(self, _scheme: Qt.ColorScheme) -> None:
        if self._mode == "system":
            self._apply()
            self.changed.emit(self.theme)

    def _apply(self) -> None:
        apply(self._application, self.theme, self._scale)


def _bounded(scale: float) -> float:
    return min(MAX_SCALE, max(MIN_SCALE, scale))
