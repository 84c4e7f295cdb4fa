"""The guards of conftest.py catch what they are there for, and let the innocent pass."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

SAMPLE = """
import logging, os, threading, time, warnings
import pytest
from PySide6.QtCore import QThread, QTimer, qWarning
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

kept = []

def test_bad_log():
    logging.getLogger("x").warning("spilt")

def test_good_log_looked_at(caplog):
    logging.getLogger("x").warning("spilt")

def test_good_window(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    box = QComboBox()
    box.addItems(["a", "b"])
    QVBoxLayout(window).addWidget(box)
    window.show()
    box.showPopup()
    timer = QTimer(window)
    timer.start(1000)

def test_good_cycle(qtbot):
    window = QWidget()
    window.itself = window

def test_bad_window(qtbot):
    kept.append(QWidget())

def test_good_after_bad_window(qtbot):
    pass

def test_bad_timer(qtbot):
    kept.append(QTimer())
    kept[-1].start(100_000)

def test_good_after_bad_timer(qtbot):
    pass

class Sleeper(QThread):
    def run(self):
        while not self.isInterruptionRequested():
            time.sleep(0.01)

def test_bad_thread(qtbot):
    kept.append(Sleeper())
    kept[-1].start()

def test_good_end_of_thread(qtbot):
    kept[-1].requestInterruption()
    kept[-1].wait()

@pytest.mark.leaves_running("to see that this can be said")
def test_good_timer_with_leave(qtbot):
    kept.append(QTimer())
    kept[-1].start(100_000)

def test_bad_warning():
    warnings.warn("deprecated")

def test_bad_qt_message(qtbot):
    qWarning("no such slot")

def test_good_home(isolated_home):
    import platformdirs
    assert platformdirs.user_data_path("x").is_relative_to(isolated_home)
    assert os.environ["QT_QPA_PLATFORM"] == "offscreen"
"""


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="the folders of other systems are not made of HOME"
)
def test_the_guards_tell_good_from_bad(tmp_path: Path) -> None:
    tests = tmp_path / "tests"
    tests.mkdir()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copy(ROOT / "tests" / "conftest.py", tests)
    (tests / "test_sample.py").write_text(SAMPLE, encoding="utf-8")
    environ = {name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    outcomes = re.findall(
        r"^(PASSED|FAILED|ERROR) \S+::test_(good|bad)(\w*)", done.stdout, flags=re.MULTILINE
    )
    failed = {kind + name for outcome, kind, name in outcomes if outcome != "PASSED"}
    every = {kind + name for _, kind, name in outcomes}
    assert failed == {name for name in every if name.startswith("bad")}, done.stdout
    assert len(every) == SAMPLE.count("def test_")
