"""What holds for every test: no screen, no real user folder, nothing left behind, nothing logged unasked.

The first lines run before any test module is imported, so before Qt or NumPy is. A test that needs its own
exception says so: it asks for `caplog` to look at log records itself, or bears
`@pytest.mark.leaves_running("why")`.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

if not os.environ.get("UNROLLED_TEST_WINDOWS"):  # set it to watch the windows on a real screen
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
# One thread each: matrices here are small, and the digits must not depend on how many cores share a sum.
for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[_variable] = "1"
# A foreign Qt plugin path, style, scale or language would change what the tests see.
for _variable in ("QT_PLUGIN_PATH", "QT_STYLE_OVERRIDE", "QT_SCALE_FACTOR", "QT_FONT_DPI", "LANGUAGE"):
    os.environ.pop(_variable, None)

_SESSION_HOME = tempfile.TemporaryDirectory(prefix="unrolled-tests-", ignore_cleanup_errors=True)


def _home_variables(home: Path) -> dict[str, str]:
    """Return the variables by which programs find a user's folders, all pointing below `home`."""
    return {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "APPDATA": str(home / "AppData" / "Roaming"),
        "LOCALAPPDATA": str(home / "AppData" / "Local"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "XDG_STATE_HOME": str(home / ".local" / "state"),
    }


# For fixtures that live longer than one test; each test then gets a home of its own (below).
os.environ.update(_home_variables(Path(_SESSION_HOME.name)))

import gc  # noqa: E402 - the variables above come first
import logging  # noqa: E402
import sys  # noqa: E402
import threading  # noqa: E402
import weakref  # noqa: E402
from typing import TYPE_CHECKING, Any  # noqa: E402

import hypothesis  # noqa: E402
import pytest  # noqa: E402
from hypothesis.configuration import set_hypothesis_home_dir  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtCore import QObject
    from PySide6.QtWidgets import QWidget

set_hypothesis_home_dir(Path(_SESSION_HOME.name) / "hypothesis")
hypothesis.settings.register_profile(
    "unrolled",
    derandomize=True,  # the same examples everywhere: a red build can be repeated
    max_examples=40,
    deadline=None,  # a slow machine is not a wrong program
    suppress_health_check=[hypothesis.HealthCheck.too_slow],  # for the same reason
    database=None,
    print_blob=True,
)
hypothesis.settings.load_profile("unrolled")


# ------------------------------------------------------------------------------------------ a home per test


@pytest.fixture(autouse=True)
def isolated_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give every test an empty home folder, so that none reads or writes the real one."""
    home = tmp_path_factory.mktemp("home", numbered=True)
    for name, value in _home_variables(home).items():
        monkeypatch.setenv(name, value)
    return home


# ----------------------------------------------------------------------------------------------- stray logs


class _Records(logging.Handler):
    """Keep what was logged at WARNING or above."""

    def __init__(self) -> None:
        super().__init__(level=logging.WARNING)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record as a line of text."""
        self.seen.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def no_stray_logs(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test during which a warning was logged, unless it asked for `caplog` and so looks for itself."""
    records = _Records()
    root = logging.getLogger()
    root.addHandler(records)
    yield
    root.removeHandler(records)
    if records.seen and "caplog" not in request.fixturenames:
        pytest.fail(
            "logged, though the test does not ask for caplog:\n  " + "\n  ".join(records.seen), pytrace=False
        )


# ---------------------------------------------------------------------------------------------- left behind


def _application() -> Any:
    """Return the QApplication, or None: then nothing of Qt can be left behind."""
    widgets = sys.modules.get("PySide6.QtWidgets")
    return widgets.QApplication.instance() if widgets else None


def _windows() -> list[QWidget]:
    """Return all top-level widgets but the tooltip, which belongs to Qt and hides itself later."""
    from PySide6.QtWidgets import QApplication

    return [w for w in QApplication.topLevelWidgets() if w.metaObject().className() != "QTipLabel"]


def _outermost(widget: QWidget) -> QWidget:
    while (parent := widget.parentWidget()) is not None:
        widget = parent
    return widget


def _left_windows(before: set[int]) -> list[QWidget]:
    """Return the windows that came since; the menu of an older window is that window's affair."""
    return [w for w in _windows() if id(_outermost(w)) not in before and id(w) not in before]


def pytest_collection_finish() -> None:
    """Keep what imports made out of every later search and collection: it is most of the heap."""
    gc.collect()
    gc.freeze()


def _deliver_deletions() -> None:
    """Carry out deleteLater and break reference cycles, neither of which waits for the next test."""
    from PySide6.QtCore import QCoreApplication, QEvent

    gc.collect()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QCoreApplication.processEvents()


def _running() -> list[QObject]:
    """Return every timer, thread and animation that Python knows and that still runs."""
    import shiboken6
    from PySide6.QtCore import QAbstractAnimation, QThread, QTimer

    kinds: dict[type, bool] = {}
    running: list[QObject] = []
    for thing in gc.get_objects():
        kind = type(thing)
        if kind not in kinds:
            kinds[kind] = issubclass(kind, QTimer | QThread | QAbstractAnimation)
        if not kinds[kind] or not shiboken6.isValid(thing):
            continue
        if isinstance(thing, QTimer):
            runs = thing.isActive()
        elif isinstance(thing, QThread):
            runs = thing.isRunning() and thing != QThread.currentThread()
        else:
            runs = thing.state() != QAbstractAnimation.State.Stopped
        if runs:
            running.append(thing)
    return running


def _describe(thing: QObject) -> str:
    """Say what a thing is and who still holds it."""
    kind = type(thing)
    name = f" {thing.objectName()!r}" if thing.objectName() else ""
    parent = f", child of {type(thing.parent()).__qualname__}" if thing.parent() is not None else ""
    holders = {type(r).__qualname__ for r in gc.get_referrers(thing)} - {"frame", "list", "list_iterator"}
    held = f", held by {', '.join(sorted(holders))}" if holders else ""
    return f"{kind.__module__}.{kind.__qualname__}{name}{parent}{held}"


_blamed: weakref.WeakSet[QObject] = weakref.WeakSet()  # reported once, not again by every later test


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves windows, or timers, threads and animations that still run."""
    application_before = _application()
    before = {id(w) for w in _windows()} if application_before else set()
    threads_before = set(threading.enumerate())
    yield
    problems: list[str] = []
    may_run = request.node.get_closest_marker("leaves_running") is not None
    if _application() is not None:
        if _left_windows(before):
            _deliver_deletions()
        left = _left_windows(before)
        problems += [f"a window is left: {_describe(w)}" for w in left]
        # The search walks all objects of the process: only after tests that asked for Qt.
        if not may_run and "qapp" in request.fixturenames:
            if _running():
                _deliver_deletions()
            fresh = [thing for thing in _running() if thing not in _blamed]
            problems += [f"still running: {_describe(thing)}" for thing in fresh]
            for thing in fresh:
                _blamed.add(thing)
        for window in left:  # so that one careless test fails, and not all that come after it
            window.close()
            window.deleteLater()
        if left:
            del left, window
            _deliver_deletions()
    if not may_run:
        problems += [
            f"a thread still runs: {thread.name}"
            for thread in set(threading.enumerate()) - threads_before
            if thread.is_alive() and not thread.name.startswith("Dummy")  # Qt's own, seen from Python
        ]
    if problems:
        pytest.fail("left behind by this test:\n  " + "\n  ".join(problems), pytrace=False)
