"""The calm sentence that stands where something is hidden until the learner has answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from .marks import Rect, Veiled

if TYPE_CHECKING:
    from app.theme import Theme

__all__ = ["hidden_sentence", "veiled_place"]

_ROW: Final = 20.0
"""The least height in which the sentence stands at its usual size."""


def hidden_sentence() -> str:
    """Return the sentence itself, in the user's language."""
    return QCoreApplication.translate("Veil", "hidden for now")


def veiled_place(
    rect: Rect, theme: Theme, *, fill: str | None = None, border: str | None = None, radius: float = 6.0
) -> Veiled:
    """Return a veiled place whose sentence fits into it; the detail only where two lines have room."""
    _, _, width, height = rect
    text = hidden_sentence()
    detail = QCoreApplication.translate("Veil", "your prediction comes first")
    if width < 170.0 or height < _ROW:
        text = QCoreApplication.translate("Veil", "hidden") if width >= 56.0 and height >= _ROW else ""
    return Veiled(
        rect=rect,
        label=hidden_sentence(),
        text=text,
        detail=detail if width >= 190.0 and height >= 52.0 else "",
        colour=theme.dim,
        detail_colour=theme.dim,
        fill=fill,
        border=border,
        radius=radius,
    )
