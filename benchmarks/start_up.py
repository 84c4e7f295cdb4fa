"""Time from the start of the process to the first question on the screen, against a bare window.

Run ``python benchmarks/start_up.py``. Five kinds of start are interleaved, each in a process of its own:

bare
    a window of PySide6 with NumPy imported, which paints one rectangle;
fresh
    the program on an empty profile, with the cache that comes with it (``python -m app.prebuild``): what one
    sees who has just installed it;
alone
    the same without that cache: banks are read, formulas typeset;
second
    the program on a profile that has been used: banks, texts and formulas come from its cache;
home
    the same, opening on Home instead of on a question.

A start ends when the event loop is idle after the question's text and the stage have been painted. Goals: a
second start takes at most 1.6 times a bare window, a fresh one at most 2.5 times.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from importlib.abc import MetaPathFinder
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.machinery import ModuleSpec

    from PySide6.QtWidgets import QWidget

ROOT = Path(__file__).resolve().parent.parent
LATE = ("yaml", "ziamath", "markdown_it", "pyqtgraph")
"""What a second start has no need to import."""
GOALS = {"second": 1.6, "fresh": 2.5}


def child(kind: str, profile: str) -> None:
    """Start, tell the time at the first idle moment after the first picture, and end."""
    if kind == "bare":
        _bare()
    else:
        _program(profile, study=kind != "home", prebuilt=kind != "alone")


def _report() -> None:
    late = [name for name in LATE if name in sys.modules]
    print(json.dumps({"at": time.time(), "late": late, "modules": len(sys.modules)}), flush=True)


def _bare() -> None:
    import numpy
    from PySide6.QtCore import QTimer
    from PySide6.QtGui import QColor, QPainter, QPaintEvent
    from PySide6.QtWidgets import QApplication, QWidget

    class Window(QWidget):
        told = False

        def paintEvent(self, event: QPaintEvent) -> None:
            painter = QPainter(self)
            painter.fillRect(self.rect(), QColor("#0e1116"))
            painter.end()
            if not self.told:
                self.told = True
                QTimer.singleShot(0, finish)

    def finish() -> None:
        _report()
        application.quit()

    numpy.zeros(1)
    application = QApplication([])
    window = Window()
    window.resize(1440, 900)
    window.show()
    application.exec()


class WhenLoaded(MetaPathFinder):
    """Calls back as soon as a module has been imported, so that the program imports in its own order.

    Parameters
    ----------
    name : str
        Of the module.
    then : callable
        Gets the module.
    """

    def __init__(self, name: str, then: Callable[[Any], None]) -> None:
        self._name = name
        self._then = then

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        """Find the module as ever, and have its loader call back."""
        if fullname != self._name:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(fullname)
        assert spec is not None
        assert spec.loader is not None
        loader: Any = spec.loader
        load = loader.exec_module

        def exec_module(module: Any) -> None:
            load(module)
            self._then(module)

        loader.exec_module = exec_module
        return spec


def _program(profile: str, *, study: bool, prebuilt: bool) -> None:
    sys.path.insert(0, str(ROOT))
    import main as launcher

    def prepare(program: Any) -> None:
        if not prebuilt:
            program.PREBUILT = None
        _watch_first_picture(program)

    sys.meta_path.insert(0, WhenLoaded("app.program", prepare))
    launcher.main(["--profile", profile, *(["--study"] if study else [])])


def _watch_first_picture(program: Any) -> None:
    from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer

    class Watch(QObject):
        """Waits until everything that it watches has been painted once."""

        def __init__(self, widgets: list[QWidget]) -> None:
            super().__init__()
            self.waiting = set(widgets)
            for widget in widgets:
                widget.installEventFilter(self)

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and watched in self.waiting:
                self.waiting.discard(watched)
                if not self.waiting:
                    QTimer.singleShot(0, finish)
            return False

    watches: list[Watch] = []
    true_show = program.Program.show

    def show(self: Any, *, study: bool = False) -> None:
        window = self.window
        window.resize(1440, 900)
        if study:
            watches.append(Watch([window.study_page.stage, window.study_page.column]))
        else:
            watches.append(Watch([window.home.map]))
        true_show(self, study=study)

    def finish() -> None:
        _report()
        QCoreApplication.quit()

    program.Program.show = show  # this process exists for it


def start(kind: str, profile: Path, *options: str) -> tuple[float, dict[str, Any], str]:
    """Run one start; return milliseconds, what the child said, and its error stream."""
    words = [
        sys.executable,
        *options,
        str(Path(__file__).resolve()),
        "--child",
        kind,
        "--profile",
        str(profile),
    ]
    began = time.time()
    done = subprocess.run(
        words,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONDONTWRITEBYTECODE": ""},
    )
    if done.returncode != 0 or not done.stdout:
        raise SystemExit(f"a start of the kind {kind} failed:\n{done.stderr}")
    said = json.loads(done.stdout.splitlines()[-1])
    return (said["at"] - began) * 1000.0, said, done.stderr


def measure(runs: int) -> None:
    """Interleave the kinds of start and print what they take."""
    times: dict[str, list[float]] = defaultdict(list)
    said: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="unrolled-start-") as folder:
        used = Path(folder) / "used"
        for _ in range(2):
            start("second", used)  # fills its cache, and Python's
        start("bare", used)
        for number in range(runs):
            for kind in ("bare", "second", "fresh", "alone", "home"):
                profile = Path(folder) / f"{kind}-{number}" if kind in ("fresh", "alone") else used
                took, said[kind], _ = start(kind, profile)
                times[kind].append(took)
        print(f"{runs} starts of each kind, interleaved; milliseconds from the start of the process")
        bare = statistics.median(times["bare"])
        for kind, taken in times.items():
            median = statistics.median(taken)
            goal = f"   goal {GOALS[kind]}" if kind in GOALS else ""
            print(
                f"{kind:<7} median {median:7.1f}  min {min(taken):7.1f}  max {max(taken):7.1f}   "
                f"ratio to bare {median / bare:5.2f} (of minima {min(taken) / min(times['bare']):5.2f})"
                f"{goal}   {said[kind]['modules']} modules"
            )
        late = said["second"]["late"]
        print(
            "a second start imports "
            + (f"NEEDLESSLY {', '.join(late)}" if late else f"none of {', '.join(LATE)}")
        )
        if said["fresh"]["late"]:
            print("app/prebuilt is missing or old, so fresh is the same as alone: python -m app.prebuild")
        _, _, lines = start("second", used, "-X", "importtime")
        print_imports(lines)


def print_imports(lines: str) -> None:
    """Print which packages cost most, from what ``-X importtime`` says."""
    own: dict[str, float] = defaultdict(float)
    for line in lines.splitlines():
        parts = line.removeprefix("import time:").split("|")
        if line.startswith("import time:") and len(parts) == 3 and parts[0].strip().isdigit():
            name = parts[2].strip()
            levels = 2 if name.startswith(("app", "PySide6", "content")) else 1
            own[".".join(name.split(".")[:levels])] += int(parts[0]) / 1000.0
    print("imports of a second start that cost most (ms, slowed by counting):")
    for name, cost in sorted(own.items(), key=lambda item: -item[1])[:14]:
        print(f"  {cost:7.1f}  {name}")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=12, help="starts of each kind (default 12)")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--profile", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child, options.profile)
    else:
        measure(options.runs)


if __name__ == "__main__":
    main()
