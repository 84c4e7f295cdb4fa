"""Work done before it is needed, in small portions, while nothing else is to be done."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["PORTION_MS", "Ahead"]

PORTION_MS: Final = 3.0
"""Longest portion, but for its last piece: a frame that becomes due meanwhile is late by no more."""


class Ahead(QObject):
    """Runs an iterator bit by bit from the event loop; its timer stops by itself when the work is done.

    Parameters
    ----------
    parent : QObject
        Its owner.
    clock : callable
        Seconds from any origin, as `time.perf_counter`.
    """

    def __init__(self, parent: QObject, clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__(parent)
        self._clock = clock
        self._work: Iterator[None] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go_on)

    @property
    def busy(self) -> bool:
        """Whether work is left, and so whether its timer runs."""
        return self._timer.isActive()

    def begin(self, work: Iterator[None], wait_ms: int = 0) -> None:
        """Take up work after a wait; earlier work is dropped."""
        self._work = work
        self._timer.start(wait_ms)

    def stop(self) -> None:
        """Drop the work."""
        self._work = None
        self._timer.stop()

    def _go_on(self) -> None:
        if self._work is None:
            return
        end = self._clock() + PORTION_MS / 1000.0
        for _ in self._work:
            if self._clock() >= end:
                self._timer.start(0)
                return
        self._work = None
