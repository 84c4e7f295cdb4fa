"""Scroll areas that show what lies behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from PySide6.QtWidgets import QScrollArea

__all__ = ["clear_viewport"]


def clear_viewport(area: QScrollArea) -> None:
    """Give a new scroll area a viewport without a ground of its own.

    It is made here, because of a widget that Qt made for itself PySide must first find out what it is: for
    that it loads every class of widgets there is, which costs a start 15 to 30 ms.

    Parameters
    ----------
    area : QScrollArea
        One that holds nothing yet: what it holds is lost with the viewport it has.
    """
    area.setViewport(QWidget())
