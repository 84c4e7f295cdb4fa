"""The whole program, opened for a proof: no screen, a profile of its own, and nothing left to chance."""

from __future__ import annotations

import itertools
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app import paths
from app.program import SHIPPED_BANKS, Clock, Program

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["SIZE", "application", "fixed_clock", "opened", "settle"]

SIZE = (1280, 720)
"""Width and height of the window, if nothing else is asked for."""
_BEGINNING = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)


def application() -> QApplication:
    """Return Qt's application, making it if there is none."""
    found = QApplication.instance()
    return found if isinstance(found, QApplication) else QApplication(["unrolled"])


def fixed_clock() -> Clock:
    """Return a clock that goes on by a second each time it is asked, and names that count up.

    The same questions are then drawn with the same numbers each time.
    """
    seconds, names = itertools.count(), itertools.count(1)
    return Clock(
        lambda: _BEGINNING + timedelta(seconds=next(seconds)), lambda: str(uuid.UUID(int=next(names)))
    )


@contextmanager
def opened(
    folder: Path,
    *,
    shipped: Path = SHIPPED_BANKS,
    banks: Sequence[Path] = (),
    size: tuple[int, int] = SIZE,
) -> Iterator[Program]:
    """Open the program with its window shown, and close it at the end.

    Parameters
    ----------
    folder : Path
        The profile's.
    shipped : Path
        Folder of the banks that come with the program.
    banks : sequence of Path
        To open besides.
    size : (int, int)
        Of the window.
    """
    qt = application()
    program = Program(qt, paths.profile(folder), banks=banks, shipped=shipped, clock=fixed_clock())
    try:
        program.window.resize(*size)
        program.show()
        settle()
        yield program
    finally:
        program.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        settle()


def settle(milliseconds: int = 0) -> None:
    """Let everything happen that waits to happen, layouts above all; with a time, also what that brings."""
    if milliseconds:
        QTest.qWait(milliseconds)
    for _ in range(4):
        QCoreApplication.sendPostedEvents()
        QCoreApplication.processEvents()
