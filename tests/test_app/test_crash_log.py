"""Killed at any moment, the program has kept every answer that it acknowledged."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.storage import Answered, Shown, Started, Store
from app.storage.projections import attempts, resume_point

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 1, 31, 17, 45, tzinfo=UTC)
ROUNDS = 10

# One session of a thousand questions; each line printed acknowledges an answer.
LEARNER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from app.storage import Answered, Event, Json, Shown, Started, Store

store = Store.open(Path(sys.argv[1]), now=datetime.now(UTC)).store
session = str(uuid4())
queue = tuple(f"bank/question-{number}" for number in range(1000))
store.append(Event(str(uuid4()), session, datetime.now(UTC), Started(queue)))
for position, question in enumerate(queue):
    text = f"text of {question}"
    store.append(Event(str(uuid4()), session, datetime.now(UTC), Shown(question, "", position)), texts=[text])
    answered = Answered(question, "", Json.of({"kind": "number", "text": "1"}), 1.0, True)
    uuid = str(uuid4())
    store.append(Event(uuid, session, datetime.now(UTC), answered))
    print(uuid, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_no_acknowledged_answer_is_lost_by_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    moments = random.Random(11)
    acknowledged: set[str] = set()
    for _ in range(ROUNDS):
        with subprocess.Popen(
            [sys.executable, "-c", LEARNER, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as learner:
            assert learner.stdout is not None
            for _ in range(moments.randrange(1, 40)):
                acknowledged.add(learner.stdout.readline().strip())
            # Burn a moment that has nothing to do with the end of a write.
            sum(range(moments.randrange(200_000)))
            learner.send_signal(signal.SIGKILL)
            acknowledged.update(line.strip() for line in learner.stdout if line.endswith("\n"))
        assert learner.returncode == -signal.SIGKILL

        opened = Store.open(path, now=NOW)
        with opened.store as store:
            assert opened.notices == ()
            events = store.events()
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        kept = {attempt.uuid for attempt in attempts(events)}
        assert acknowledged <= kept
        assert "" not in acknowledged

        # The session goes on where it was: at the question shown last, answered or not.
        point = resume_point(events)
        assert point is not None
        assert isinstance(events[-1].payload, Started | Shown | Answered)
        shown = [e for e in events if e.session == point.session.uuid and isinstance(e.payload, Shown)]
        assert point.session.position == len(shown) - 1
        assert (point.answered is None) == isinstance(events[-1].payload, Shown)
    assert len(acknowledged) >= ROUNDS
