"""The log keeps what it acknowledged, once, and says in a sentence when it cannot."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from app.storage import Answered, Event, Finished, Hinted, Json, Started, Store, digest_of
from app.storage.errors import (
    BusyError,
    DamagedError,
    ForeignError,
    FullError,
    InUseError,
    NewerError,
    ReadOnlyError,
    UnreachableError,
    blame,
)
from app.storage.schema import connect, migrate, version_of

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 1, 31, 17, 45, tzinfo=UTC)
SESSION = str(UUID(int=1))


def event(number: int) -> Event:
    payload = Answered(
        f"bank/question-{number}", digest_of("text"), Json.of({"kind": "number", "text": "0,5"}), 1.0, True
    )
    return Event(str(UUID(int=number)), SESSION, NOW + timedelta(seconds=number), payload)


def open_store(path: Path) -> Store:
    opened = Store.open(path, now=NOW)
    assert opened.notices == ()
    return opened.store


def test_what_was_appended_is_there_after_the_next_opening(tmp_path: Path) -> None:
    path = tmp_path / "made" / "on the way" / "log.sqlite"
    with open_store(path) as store:
        assert store.append(event(2), event(1), texts=["text", "text"]) == 2
        assert store.append(event(3), texts=["text"]) == 1
    with open_store(path) as store:
        assert store.events() == (event(2), event(1), event(3))
        assert store.text(digest_of("text")) == "text"
        assert store.text(digest_of("another")) is None


def test_writing_an_event_twice_is_writing_it_once(tmp_path: Path) -> None:
    with open_store(tmp_path / "log.sqlite") as store:
        store.append(event(1))
        other = Event(event(1).uuid, SESSION, NOW, Finished())
        assert store.append(other, event(2)) == 1
        assert store.events() == (event(1), event(2))


def test_events_are_written_all_or_none(tmp_path: Path) -> None:
    with open_store(tmp_path / "log.sqlite") as store:
        broken = Event(str(UUID(int=9)), SESSION, NOW, Started(("a/1",)), (("\ud800", "half a character"),))
        store.append(broken)  # as JSON it is plain text
        with pytest.raises(UnicodeEncodeError):
            store.append(event(1), texts=["\ud800"])
        assert store.events() == (broken,)
        store.append(event(1))
        assert store.events() == (broken, event(1))


def test_each_commit_is_synced_in_full(tmp_path: Path) -> None:
    with closing(connect(tmp_path / "log.sqlite")) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_one_file_is_left_when_it_is_closed(tmp_path: Path) -> None:
    with open_store(tmp_path / "log.sqlite") as store:
        store.append(event(1))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.sqlite", "log.sqlite.lock"]


# ----------------------------------------------------------------------------------------- forms of the log


def test_the_log_of_every_released_form_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    shutil.copy(ROOT / "tests" / "data" / "databases" / "v1.sqlite", path)
    with open_store(path) as store:
        events = store.events()
        assert [each.kind for each in events] == [
            "started",
            "shown",
            "hinted",
            "answered",
            "retracted",
            "answered",
            "explained",
            "flagged",
            "from-a-later-version",
            "finished",
        ]
        assert events[2].payload == Hinted("lstm-gates/forget", 1)
        answered = events[5].payload
        assert isinstance(answered, Answered)
        assert (answered.right, answered.certainty, answered.draws) == (True, "certain", (("w", 0.9),))
        assert answered.answer.value == {"kind": "choice", "options": [0]}
        assert store.text(answered.text) == '{"stem":"Which gate?"}'
        assert store.append(event(100)) == 1


def test_a_log_of_a_later_form_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    with open_store(path) as store:
        store.append(event(1))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 1000")
    before = path.read_bytes()
    with pytest.raises(NewerError) as caught:
        Store.open(path, now=NOW)
    assert "newer" in caught.value.sentence
    assert "--profile" in caught.value.advice
    assert path.read_bytes() == before


def test_steps_are_taken_all_or_none(tmp_path: Path) -> None:
    path = tmp_path / "steps.sqlite"
    first, second = ("CREATE TABLE a (x)",), ("ALTER TABLE a ADD COLUMN y", "INSERT INTO a VALUES (1, 2)")
    with closing(connect(path)) as connection:
        migrate(connection, path, (first,))
        with pytest.raises(sqlite3.OperationalError):
            migrate(connection, path, (first, second, ("CREATE NONSENSE",)))
        assert version_of(connection) == 1
        assert connection.execute("SELECT * FROM a").fetchall() == []
        migrate(connection, path, (first, second))
        assert version_of(connection) == 2
        assert connection.execute("SELECT * FROM a").fetchall() == [(1, 2)]
        with pytest.raises(NewerError):
            migrate(connection, path, (first,))


def test_a_database_of_another_program_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE cookies (name)")
    before = path.read_bytes()
    with pytest.raises(ForeignError) as caught:
        Store.open(path, now=NOW)
    assert str(path) in caught.value.sentence
    assert path.read_bytes() == before


# ----------------------------------------------------------------------------------------- who is to blame


def test_a_second_start_is_told_who_has_the_profile(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    holder = (
        "import sys, datetime, pathlib; from app.storage import Store;"
        "opened = Store.open(pathlib.Path(sys.argv[1]), now=datetime.datetime.now(datetime.UTC));"
        "print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        try:
            with pytest.raises(InUseError) as caught:
                Store.open(path, now=NOW)
            assert caught.value.pid == process.pid
            assert str(process.pid) in caught.value.sentence
        finally:
            process.kill()  # even a holder that dies at once lets go
    open_store(path).close()


def test_closing_lets_the_next_one_in_and_a_failed_opening_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    store = open_store(path)
    with pytest.raises(InUseError):
        Store.open(path, now=NOW)
    store.close()
    store.close()
    path.rename(tmp_path / "elsewhere.sqlite")
    path.mkdir()
    with pytest.raises(UnreachableError, match="folder"):
        Store.open(path, now=NOW)
    path.rmdir()
    open_store(path).close()


def test_a_lock_file_that_says_nothing_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "log.sqlite.lock").write_bytes(b"\xff not a number")
    open_store(tmp_path / "log.sqlite").close()


def test_a_lock_of_another_program_inside_the_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    with open_store(path) as store, closing(sqlite3.connect(path, isolation_level=None)) as viewer:
        viewer.execute("BEGIN IMMEDIATE")
        with pytest.raises(BusyError) as caught:
            store.append(event(1))
        assert "Close the program" in caught.value.advice
        viewer.execute("ROLLBACK")
        assert store.append(event(1)) == 1


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnreachableError) as caught:
        Store.open(tmp_path / "file" / "log.sqlite", now=NOW)
    assert "--profile" in caught.value.advice


def test_errors_of_sqlite_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "any.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE a (x)")
        connection.execute("PRAGMA max_page_count = 1")  # a disk that has no room for another page
        with pytest.raises(sqlite3.Error) as full:
            connection.execute("INSERT INTO a VALUES (zeroblob(100000))")
        connection.execute("PRAGMA query_only = ON")
        with pytest.raises(sqlite3.Error) as read_only:
            connection.execute("INSERT INTO a VALUES (1)")
    path.write_text("no database " * 100, encoding="utf-8")
    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.Error) as damaged:
        connection.execute("PRAGMA user_version")
    assert isinstance(blame(full.value, path), FullError)
    assert isinstance(blame(read_only.value, path), ReadOnlyError)
    assert isinstance(blame(damaged.value, path), DamagedError)
    assert isinstance(blame(OSError(28, "No space left on device"), path), FullError)
    assert isinstance(blame(PermissionError(13, "Permission denied"), path), ReadOnlyError)
    assert isinstance(blame(OSError(5, "Input/output error"), path), UnreachableError)


# Real ones: a small file system of its own, seen by one process only. It takes the right to mount, which root
# has, and on some systems everybody within a name space of their own.

SMALL_DISK = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
sys.path.insert(0, str(Path(sys.argv[1]) / "tests" / "test_app"))
from test_storage_store import NOW, Store, event
from app.storage import StoreError

folder = Path(sys.argv[2])
path = folder / "log.sqlite"
store = Store.open(path, now=NOW).store
"""


def run_on_small_disk(folder: Path, script: str) -> list[str]:
    mount = 'mount -t tmpfs -o size=400k tmpfs "$1" && shift && exec "$@"'
    commands = [["unshare", *flags, "sh", "-c", mount, "sh", str(folder)] for flags in (["-m"], ["-rm"])]
    for command in commands:
        try:
            if subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
                continue
        except FileNotFoundError:
            break
        code = [sys.executable, "-c", SMALL_DISK + script, str(ROOT), str(folder)]
        done = subprocess.run(
            [*command, *code], capture_output=True, text=True, check=False, cwd=folder.parent
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()
    pytest.skip("no file system can be mounted here")


def test_a_full_disk_is_said_loses_nothing_and_may_be_mended(tmp_path: Path) -> None:
    lines = run_on_small_disk(
        tmp_path,
        """
def fill():
    with (folder / "ballast").open("ab", buffering=0) as ballast:
        try:
            while ballast.write(bytes(512)):
                pass
        except OSError:
            pass

def append_until_full(start):
    number = start
    try:
        while True:
            store.append(event(number), texts=[str(number) * 500])
            number += 1
    except StoreError as error:
        print(type(error).__name__)
    return number

(folder / "ballast").write_bytes(bytes(100_000))
last = append_until_full(1)
print(last > 5, store.events() == tuple(map(event, range(1, last))))
(folder / "ballast").unlink()
print(store.append(event(last)), store.events() == tuple(map(event, range(1, last + 1))))
store.close()

fill()
try:
    store = Store.open(path, now=NOW).store
except StoreError as error:
    print(type(error).__name__)
(folder / "ballast").unlink()
store = Store.open(path, now=NOW).store
print(store.events() == tuple(map(event, range(1, last + 1))))
store.close()
""",
    )
    assert lines == ["FullError", "True True", "1 True", "FullError", "True"]


def test_a_read_only_folder_is_said(tmp_path: Path) -> None:
    lines = run_on_small_disk(
        tmp_path,
        """
import subprocess
store.append(event(1))
store.close()
subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
for name in ("log.sqlite", "new.sqlite", "sub/log.sqlite"):
    try:
        Store.open(folder / name, now=NOW)
    except StoreError as error:
        print(type(error).__name__)
""",
    )
    assert lines == ["ReadOnlyError"] * 3


def test_a_read_only_file_is_said(tmp_path: Path) -> None:
    lines = run_on_small_disk(
        tmp_path,
        """
import subprocess
store.append(event(1))
store.close()
subprocess.run(["mount", "--bind", str(path), str(path)], check=True)
subprocess.run(["mount", "-o", "remount,bind,ro", str(path)], check=True)
try:
    Store.open(path, now=NOW)
except StoreError as error:
    print(type(error).__name__)
""",
    )
    assert lines == ["ReadOnlyError"]
