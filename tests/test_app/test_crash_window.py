"""Ten questions by keyboard alone, the program killed in the middle, and no answer lost."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

DRIVER = """
import json, os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
sys.path.insert(0, {root!r})
from pathlib import Path
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from app import paths
from app.program import Program
from app.tutor.session import Phase

application = QApplication(["test"])
program = Program(application, paths.profile(Path({profile!r})), shipped=Path({banks!r}))
program.themes.set_reduced_motion(True)
program.show(study=True)
study, window = program.study, program.window

def say(**what):
    print(json.dumps(what), flush=True)

say(place=study.session.position, total=len(study.session.queue))
while study.card is not None:
    application.processEvents()
    if study.phase is Phase.PREDICT:
        window.study_page.column.focus_answer()
        if study.card.kind == "numeric":
            QTest.keyClicks(window.focusWidget(), "0.5")
        elif study.card.kind == "make-it-happen":
            window.study_page.controls.sliders[0].setFocus()
            QTest.keyClick(window.focusWidget(), Qt.Key.Key_PageUp)
            window.study_page.column.primary.setFocus()
        else:
            QTest.keyClick(window.focusWidget(), Qt.Key.Key_1)
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
        if study.phase is not Phase.PREDICT:
            say(answered=study.state.result.event, question=study.card.name)
    else:
        column = window.study_page.column
        further = column.secondary if study.phase in (Phase.RUN, Phase.EXPLAIN_SELF) else column.primary
        further.setFocus()
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
say(done=True)
program.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a thing of POSIX systems")
def test_ten_questions_survive_a_kill(tmp_path: Path) -> None:
    code = DRIVER.format(
        root=str(ROOT), profile=str(tmp_path / "profile"), banks=str(ROOT / "content" / "banks")
    )

    def start() -> subprocess.Popen[str]:
        return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)

    acknowledged: list[str] = []
    first = start()
    assert first.stdout is not None
    for line in first.stdout:
        said = json.loads(line)
        if "answered" in said:
            acknowledged.append(said["answered"])
        if len(acknowledged) == 5:
            break
    first.send_signal(signal.SIGKILL)
    first.wait()
    first.stdout.close()

    second = start()
    assert second.stdout is not None
    lines = [json.loads(line) for line in second.stdout]
    second.stdout.close()
    assert second.wait() == 0
    assert lines[0]["place"] >= 4, "it went on where it was"
    assert lines[-1] == {"done": True}
    acknowledged += [said["answered"] for said in lines if "answered" in said]

    from datetime import UTC, datetime

    from app.storage import Answered, Store

    with Store.open(tmp_path / "profile" / "log.sqlite", now=datetime(2026, 1, 1, tzinfo=UTC)).store as store:
        kept = {event.uuid: event.payload for event in store.events()}
    assert set(acknowledged) <= set(kept)
    questions = {payload.question for payload in kept.values() if isinstance(payload, Answered)}
    assert len(questions) >= 10
