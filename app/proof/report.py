"""What a check may use, how it says that something is off, and the one line that comes of all of them."""

from __future__ import annotations

import json
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QtMsgType, qInstallMessageHandler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from app.program import Program

__all__ = ["Check", "Context", "Failed", "Report", "listening", "run_checks"]

_OF_THE_PLATFORM = "This plugin does not support"
"""What the platform without a screen says of things that need one."""


class Failed(Exception):
    """Something is off; the message is a sentence."""


@dataclass
class Context:
    """What the checks share.

    Attributes
    ----------
    program : Program
        Open, with its window shown.
    figures : dict
        What was counted, by name; goes into the report.
    """

    program: Program
    figures: dict[str, Any] = field(default_factory=dict)

    def count(self, name: str, number: int = 1) -> None:
        """Add to a figure."""
        self.figures[name] = self.figures.get(name, 0) + number


Check = tuple[str, "Callable[[Context], None]"]
"""A check's name, and what it does."""


@dataclass
class Report:
    """What came of the checks."""

    problems: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    milliseconds: dict[str, float] = field(default_factory=dict)

    def line(self, versions: dict[str, str]) -> str:
        """Return everything as one line of JSON."""
        said = {
            "ok": not self.problems,
            "versions": versions,
            **self.figures,
            "milliseconds": self.milliseconds,
            "problems": self.problems,
        }
        return json.dumps(said, ensure_ascii=False)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Note how long something takes."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.milliseconds[name] = round((time.perf_counter() - began) * 1000.0, 1)


def run_checks(context: Context, checks: tuple[Check, ...], report: Report) -> None:
    """Run the checks one after the other; what one of them finds keeps no other from looking."""
    for name, check in checks:
        with report.timed(name), listening() as complaints:
            try:
                check(context)
            except Failed as failed:
                report.problems.append(f"{name}: {failed}")
            except Exception as error:
                report.problems.append(f"{name}: broke off with {type(error).__name__}: {error}")
        report.problems.extend(f"{name}: {said}" for said in dict.fromkeys(complaints))
    report.figures.update(context.figures)


@contextmanager
def listening() -> Iterator[list[str]]:
    """Collect what would otherwise be lost: Qt's warnings, and errors in what Qt called."""
    said: list[str] = []

    def on_message(kind: QtMsgType, _context: object, message: str) -> None:
        if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) and _OF_THE_PLATFORM not in message:
            said.append(f"Qt says: {message}")

    def on_error(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        said.append(f"an error went unnoticed: {kind.__name__}: {error}")

    hook, handler = sys.excepthook, qInstallMessageHandler(on_message)
    sys.excepthook = on_error
    try:
        yield said
    finally:
        sys.excepthook = hook
        qInstallMessageHandler(handler)
