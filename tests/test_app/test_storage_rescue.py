"""Whatever happens to the file, the log opens with all that can be read, and the damaged file is kept."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.storage import Answered, Event, Json, Store, digest_of
from app.storage.backups import KEPT, backups_of
from app.storage.errors import ForeignError, NewerError
from app.storage.pages import records

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 1, 31, 17, 45, tzinfo=UTC)
SESSION = str(UUID(int=1))
PAGE = 4096
COUNT = 120


def text(number: int) -> str:
    return f'{{"stem":"{number} {"long " * 40 * (number % 50)}"}}'  # some need more than one page


def event(number: int) -> Event:
    answer = Json.of({"kind": "number", "text": "9" * (number * 37 % 6000)})
    payload = Answered(f"bank/question-{number}", digest_of(text(number)), answer, 0.5, False)
    return Event(str(UUID(int=number)), SESSION, NOW + timedelta(seconds=number), payload)


EVENTS = tuple(event(number) for number in range(1, COUNT + 1))


def write(path: Path, numbers: range) -> None:
    with Store.open(path, now=NOW).store as store:
        for number in numbers:
            store.append(event(number), texts=[text(number)])


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "log.sqlite"
    write(path, range(1, COUNT + 1))
    return path


@pytest.fixture
def path(tmp_path: Path, sound: Path) -> Path:
    return Path(shutil.copy(sound, tmp_path / "log.sqlite"))


def contents(path: Path) -> tuple[Event, ...]:
    opened = Store.open(path, now=NOW)
    with opened.store as store:
        assert opened.notices == ()
        return store.events()


def overwrite(start: int, new: bytes) -> Callable[[bytes], bytes]:
    return lambda old: old[:start] + new + old[start + len(new) :]


def middle_pages(old: bytes) -> bytes:
    pages = [old[start : start + PAGE] for start in range(0, len(old), PAGE)]
    noise = random.Random(5)
    for number in range(5, len(pages), 10):
        pages[number] = noise.randbytes(PAGE)
    return b"".join(pages)


def tree_roots(old: bytes) -> bytes:
    """Wipe every interior page of a table, without which SQLite finds no row."""
    pages = [old[start : start + PAGE] for start in range(0, len(old), PAGE)]
    return b"".join(bytes(PAGE) if page[0] == 0x05 else page for page in pages)


def indexes(old: bytes) -> bytes:
    """Wipe every page of an index."""
    pages = [old[start : start + PAGE] for start in range(0, len(old), PAGE)]
    return b"".join(bytes(PAGE) if page[0] in (0x02, 0x0A) else page for page in pages)


NOISE = random.Random(7).randbytes(50_000)
DAMAGE: dict[str, tuple[Callable[[bytes], bytes], float]] = {
    # what is done to the file, and which share of the events must be read out of it at least
    "header of zeros": (overwrite(0, bytes(100)), 1),
    "first page of noise": (overwrite(0, NOISE[:PAGE]), 1),
    "page size of nonsense": (overwrite(16, b"\x00\x07"), 1),
    "version of nonsense": (overwrite(60, b"\xff\xff\xff\xff"), 1),
    "roots wiped": (tree_roots, 1),
    "indexes wiped": (indexes, 1),
    "every tenth page of noise": (middle_pages, 0.6),
    "last half cut off": (lambda old: old[: len(old) // 2], 0.2),
    "cut inside a page": (lambda old: old[: len(old) * 3 // 4 + 1000], 0.4),
    "a single byte": (lambda old: old[:1], 0),
    "nothing": (lambda _: b"", 0),
    "zeros": (lambda old: bytes(len(old)), 0),
    "noise": (lambda _: NOISE, 0),
    "a text": (lambda _: b"Dear diary, " * 1000, 0),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_log_is_rescued_and_kept(path: Path, damage: str) -> None:
    spoil, share = DAMAGE[damage]
    damaged = spoil(path.read_bytes())
    path.write_bytes(damaged)
    opened = Store.open(path, now=NOW)
    with opened.store as store:
        (notice,) = opened.notices
        assert notice.kept[0].read_bytes() == damaged
        assert str(notice.kept[0]) in notice.sentence
        events = store.events()
        assert [each for each in EVENTS if each in set(events)] == list(events), (
            "rows changed, or their order"
        )
        assert len(events) >= share * COUNT
        assert (f"{len(events)} entries could be read" in notice.sentence) == bool(events)
        for each in events if share == 1 else ():
            assert isinstance(each.payload, Answered)
            assert store.text(each.payload.text) is not None
        fresh = event(COUNT + 1)
        assert store.append(fresh) == 1
    assert contents(path) == (*events, fresh)


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_cannot_be_read_comes_back_from_the_backup(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "log.sqlite"
    write(path, range(1, 91))
    with Store.open(path, now=NOW).store as store:  # writes the backup
        store.append(event(91))
    path.write_bytes(DAMAGE[damage][0](path.read_bytes()))
    opened = Store.open(path, now=NOW)
    with opened.store as store:
        events = store.events()
        assert events[:90] == EVENTS[:90]
        assert set(events) <= set(EVENTS[:91])
        assert all(store.text(digest_of(text(number))) for number in range(1, 91))
    if DAMAGE[damage][1] < 1:
        assert "from the backup of 2026-01-31 17:45 UTC" in opened.notices[0].sentence


def test_a_damaged_backup_gives_what_it_has_and_an_empty_one_is_passed_over(path: Path) -> None:
    for day in range(2):
        Store.open(path, now=NOW + timedelta(days=day)).store.close()
    (_, newest), (_, older) = backups_of(path)
    newest.write_bytes(b"")
    older.write_bytes(middle_pages(older.read_bytes()))
    path.write_bytes(b"")
    opened = Store.open(path, now=NOW)
    opened.store.close()
    assert "backup of 2026-01-31" in opened.notices[0].sentence
    assert len(contents(path)) > COUNT / 2


def test_a_log_that_vanished_comes_back_from_the_backup(path: Path) -> None:
    Store.open(path, now=NOW).store.close()
    path.unlink()
    opened = Store.open(path, now=NOW)
    with opened.store as store:
        assert store.events() == EVENTS
    assert "missing" in opened.notices[0].sentence
    assert opened.notices[0].kept == ()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE event SET payload = '{' WHERE id = 7",
        "UPDATE event SET utc = 'yesterday' WHERE id = 7",
        "UPDATE event SET uuid = 'x' WHERE id = 7",
        "UPDATE text SET body = 'another' WHERE rowid = 7",
        "UPDATE text SET body = x'00' WHERE rowid = 7",
        "PRAGMA user_version = 0",
        "PRAGMA user_version = -3",
        "PRAGMA user_version = 100000",
        "ALTER TABLE text RENAME TO test",
    ],
)
def test_values_that_make_no_sense_are_damage_too(path: Path, change: str) -> None:
    Store.open(path, now=NOW).store.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(change)
    opened = Store.open(path, now=NOW)
    with opened.store as store:
        assert len(opened.notices) == 1
        assert store.events() == EVENTS
        assert store.text(digest_of(text(7))) == text(7)


def copy_of_a_crash(path: Path, folder: Path) -> Path:
    """Copy the log and what lies beside it while it is open, which is what a crash leaves."""
    folder.mkdir()
    for beside in path.parent.glob(f"{path.name}*"):
        shutil.copy(beside, folder)
    return folder / path.name


def test_answers_still_in_the_write_ahead_log_are_rescued(path: Path, tmp_path: Path) -> None:
    with Store.open(path, now=NOW).store as store:
        for number in range(COUNT + 1, COUNT + 11):
            store.append(event(number))
        crashed = copy_of_a_crash(path, tmp_path / "crash")
    expected = (*EVENTS, *(event(number) for number in range(COUNT + 1, COUNT + 11)))
    crashed.write_bytes(indexes(crashed.read_bytes()))
    opened = Store.open(crashed, now=NOW)
    with opened.store as store:
        assert store.events() == expected
    (notice,) = opened.notices
    assert any(kept.name.endswith("-wal") for kept in notice.kept)
    assert all(kept.exists() for kept in notice.kept)
    assert contents(crashed) == expected


def test_a_write_ahead_log_of_noise_harms_nothing(path: Path) -> None:
    path.with_name(f"{path.name}-wal").write_bytes(NOISE)
    assert contents(path) == EVENTS


@pytest.mark.parametrize("at", [16, 40, 3 * 4120], ids=["header", "first frame", "third frame"])
def test_commits_behind_damage_in_the_write_ahead_log_are_missed(path: Path, tmp_path: Path, at: int) -> None:
    with Store.open(path, now=NOW).store as store:
        for number in range(COUNT + 1, COUNT + 11):
            store.append(event(number))
        crashed = copy_of_a_crash(path, tmp_path / "crash")
    wal = crashed.with_name(f"{crashed.name}-wal")
    wal.write_bytes(overwrite(at, b"noise")(wal.read_bytes()))
    opened = Store.open(crashed, now=NOW)
    with opened.store as store:
        assert store.events() == (*EVENTS, *(event(number) for number in range(COUNT + 1, COUNT + 11)))
    assert len(opened.notices) == 1


def test_a_commit_that_was_broken_off_is_no_damage(path: Path, tmp_path: Path) -> None:
    with Store.open(path, now=NOW).store as store:
        store.append(event(COUNT + 1))
        acknowledged = len(path.with_name(f"{path.name}-wal").read_bytes())
        store.append(*(event(number) for number in range(COUNT + 2, COUNT + 11)))
        crashed = copy_of_a_crash(path, tmp_path / "crash")
    wal = crashed.with_name(f"{crashed.name}-wal")
    wal.write_bytes(wal.read_bytes()[:-4120])
    assert len(wal.read_bytes()) > acknowledged
    assert contents(crashed) == (*EVENTS, event(COUNT + 1))


@pytest.mark.parametrize("moves", range(6))
def test_a_rescue_may_be_killed_at_every_move(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moves: int
) -> None:
    with Store.open(path, now=NOW).store as store:
        store.append(event(COUNT + 1))
        crashed = copy_of_a_crash(path, tmp_path / "crash")
    expected = (*EVENTS, event(COUNT + 1))
    crashed.write_bytes(indexes(crashed.read_bytes()))
    left = [moves]

    def until_killed(move: Callable[[Path, Path], Path]) -> Callable[[Path, Path], Path]:
        def moved(self: Path, target: Path) -> Path:
            if left[0] == 0:
                raise KeyboardInterrupt
            left[0] -= 1
            return move(self, target)

        return moved

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", until_killed(Path.rename))
        patched.setattr(Path, "replace", until_killed(Path.replace))
        try:
            Store.open(crashed, now=NOW).store.close()
        except KeyboardInterrupt:
            pass
        else:
            assert moves == 5, "this many moves are the whole rescue"
    opened = Store.open(crashed, now=NOW)
    with opened.store as store:
        assert store.events() == expected
        assert bool(opened.notices) == (moves < 5)
    assert contents(crashed) == expected
    kept = [each for each in crashed.parent.iterdir() if "damaged" in each.name]
    assert len(kept) == 3


@settings(max_examples=20)
@given(st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=3000)), min_size=1, max_size=4))
def test_no_damage_keeps_the_program_from_starting(
    sound: Path, tmp_path_factory: pytest.TempPathFactory, blows: list[tuple[float, bytes]]
) -> None:
    path = tmp_path_factory.mktemp("struck") / "log.sqlite"
    old = sound.read_bytes()
    for where, blow in blows:
        old = overwrite(int(where * (len(old) - len(blow))), blow)(old)
    path.write_bytes(old)
    try:
        opened = Store.open(path, now=NOW)
    except (NewerError, ForeignError):  # so it seems, and such a file is not to be touched
        assert path.read_bytes() == old
        return
    with opened.store as store:
        store.append(event(COUNT + 1))
        events = store.events()
    assert events[-1] == event(COUNT + 1)
    assert contents(path) == events


# ----------------------------------------------------------------------------------------- pages


cell = (
    st.none()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.binary(max_size=50)
    | st.integers(0, 20_000).map("x".__mul__)
)


@given(st.lists(st.tuples(cell, cell, cell), max_size=60), st.sampled_from([512, 4096, 65536]))
def test_rows_read_from_pages_are_those_of_sqlite(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[object, object, object]], size: int
) -> None:
    path = tmp_path_factory.mktemp("pages") / "any.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA page_size = {size}")
        connection.execute("CREATE TABLE a (x, y, z)")
        connection.executemany("INSERT INTO a VALUES (?, ?, ?)", rows)
        connection.commit()
        expected = connection.execute("SELECT rowid, x, y, z FROM a ORDER BY rowid").fetchall()
    read = [(row_id, *values) for row_id, values in records(path.read_bytes()) if len(values) == 3]
    assert sorted(read, key=lambda row: row[0]) == expected


# ----------------------------------------------------------------------------------------- backups


def test_one_backup_a_day_and_the_last_seven(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    Store.open(path, now=NOW).store.close()
    assert backups_of(path) == (), "of an empty log none is made"
    for number in range(1, 21):
        with Store.open(path, now=NOW + timedelta(hours=12 * number)).store as store:
            store.append(event(number))
    moments = [moment for moment, _ in backups_of(path)]
    assert moments == [NOW + timedelta(days=day) for day in range(10, 10 - KEPT, -1)]
    with closing(sqlite3.connect(backups_of(path)[0][1])) as connection:
        assert connection.execute("SELECT count(*) FROM event").fetchone() == (19,)
    assert len(list((tmp_path / "backups").iterdir())) == KEPT


def test_a_clock_that_was_set_back_does_not_stop_the_backups(path: Path) -> None:
    Store.open(path, now=NOW + timedelta(days=400)).store.close()
    Store.open(path, now=NOW).store.close()
    assert [moment for moment, _ in backups_of(path)] == [NOW + timedelta(days=400), NOW]


def test_studying_goes_on_without_a_backup(path: Path) -> None:
    (path.parent / "backups").write_text("in the way", encoding="utf-8")
    opened = Store.open(path, now=NOW)
    with opened.store as store:
        assert "No backup" in opened.notices[0].sentence
        assert store.events() == EVENTS
