"""Tells a sound log from a damaged one, and makes a sound one of what that and the backups still hold.

A damaged file is never deleted and never written to: it is moved aside. A crash at any point of a rescue
loses nothing, since the new log is complete under a name of its own before the damaged one is touched, and
the next start goes on from there.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.paths import dated_name

from . import backups, schema
from .errors import DamagedError, ForeignError, NewerError, blame
from .pages import records, until_last_commit
from .rows import Row, checked

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

_MOST_EVENTS = 1 << 40  # a larger number comes from a damaged row,
_MOST_VERSIONS = 10_000  # and such a version from a damaged header
_BESIDE = ("", "-wal", "-shm")  # the file itself, its write-ahead log, the index of that


@dataclass(frozen=True)
class Notice:
    """Something that the learner should be told once.

    Parameters
    ----------
    sentence
        What happened, in one or more sentences.
    kept
        Files that were kept aside.
    """

    sentence: str
    kept: tuple[Path, ...] = ()


@dataclass
class Rows:
    """Rows on the way from one file into another."""

    events: dict[str, tuple[int, Row]] = field(default_factory=dict)
    """By uuid: the row's place in the order of writing, and the row."""
    texts: dict[str, str] = field(default_factory=dict)

    def add_missing(self, other: Rows) -> int:
        """Take over what is not here yet; return how many events that were."""
        before = len(self.events)
        self.events = other.events | self.events
        self.texts = other.texts | self.texts
        return len(self.events) - before


def digest_of(text: str) -> str:
    """Return the name of a text: the SHA-256 (hex) of its UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


# ------------------------------------------------------------------------------------------------ looking


def is_damaged(path: Path) -> bool:
    """Whether an existing log must be rescued. It is only read.

    Raises
    ------
    StoreError
        If that cannot be told, or the file is not to be touched: newer, of another program, locked.
    """
    try:
        if path.stat().st_size == 0:  # SQLite would take it for a new database; ours are never empty
            return True
        with contextlib.closing(schema.connect_to_read(path)) as connection:
            return _is_damaged_inside(connection, path)
    except (sqlite3.Error, OSError) as error:
        reason = blame(error, path)
        if isinstance(reason, DamagedError):
            return True
        raise reason from error


def _is_damaged_inside(connection: sqlite3.Connection, path: Path) -> bool:
    version = schema.version_of(connection)
    if schema.VERSION < version < _MOST_VERSIONS:
        raise NewerError(path, version, schema.VERSION)
    if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        return True
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if tables and not tables & schema.TABLES:
        raise ForeignError(path)
    if not tables >= schema.TABLES:
        return True
    if not 1 <= version < _MOST_VERSIONS:
        return True
    # quick_check sees the tree of pages, not what the values say.
    try:
        events = {checked(row)[0] for row in connection.execute(f"SELECT {schema.EVENT_COLUMNS} FROM event")}
        texts = dict(connection.execute("SELECT hash, body FROM text"))
        if any(digest_of(body) != name for name, body in texts.items()):
            return True
    except (ValueError, AttributeError):  # AttributeError: the body of a text is no text
        return True
    return _misses_committed(path, events, set(texts))


def _misses_committed(path: Path, events: set[str], texts: set[str]) -> bool:
    """Whether the write-ahead log that a crash left holds commits that SQLite does not see.

    It stops without a word at the first frame that is damaged, however much comes after that one.
    """
    if not _wal_of(path):
        return False
    rows = _salvage(path, committed=True)
    return not (rows.events.keys() <= events and rows.texts.keys() <= texts)


# ------------------------------------------------------------------------------------------------ rescuing


def create(path: Path, rows: Rows | None = None) -> None:
    """Make a new log with the given rows, which is there complete or not at all.

    Raises
    ------
    sqlite3.Error, OSError
        If it cannot be written.
    """
    part = path.with_name(f"{path.name}.part")
    for beside in _BESIDE:
        part.with_name(part.name + beside).unlink(missing_ok=True)  # of a creation that was broken off
    with contextlib.closing(schema.connect(part)) as connection:
        schema.migrate(connection, part)
        with schema.transaction(connection):
            _insert(connection, rows or Rows())
    part.replace(path)
    _sync_folder(path.parent)


def rescue(path: Path, now: datetime) -> Notice:
    """Put a new log in the place of a damaged or missing one, with every row still readable anywhere.

    Raises
    ------
    sqlite3.Error, OSError
        If that cannot be written; the damaged file is then where it was.
    """
    rows = _salvage(path)
    read = len(rows.events)
    added, taken_from = 0, None
    for moment, backup in backups.backups_of(path):
        copy = _salvage(backup)
        if copy.events:
            added, taken_from = rows.add_missing(copy), moment
            break
    was_missing = not path.exists()
    create(_rescued(path), rows)
    kept = _put_in_place(path, now)
    said = ["The log of your answers was missing." if was_missing else "The log of your answers was damaged."]
    if not was_missing:
        said.append(
            f"{_entries(read)} could be read and taken over." if read else "Nothing in it could be read."
        )
    if added and taken_from is not None:
        said.append(f"{_entries(added)} came back from the backup of {taken_from:%Y-%m-%d %H:%M} UTC.")
    elif not rows.events:
        said.append("There is no backup, so it starts anew.")
    if kept:
        said.append(f"The damaged file is kept as {kept[0]}.")
    return Notice(" ".join(said), kept)


def finish_interrupted(path: Path, now: datetime) -> Notice | None:
    """Finish a rescue in which the program was killed, if there is one."""
    if not _rescued(path).exists():
        return None
    kept = _put_in_place(path, now)
    return Notice(
        "The log of your answers was damaged; its rescue was interrupted and is now finished."
        + (f" The damaged file is kept as {kept[0]}." if kept else ""),
        kept,
    )


def _rescued(path: Path) -> Path:
    return path.with_name(f"{path.name}.rescued")


def _put_in_place(path: Path, now: datetime) -> tuple[Path, ...]:
    """Move the damaged files aside and the rescued one in; return where the damaged ones are kept."""
    aside = dated_name(path, "damaged", now)
    kept = []
    for beside in _BESIDE:
        damaged = path.with_name(path.name + beside)
        if damaged.exists():
            kept.append(damaged.rename(aside.with_name(aside.name + beside)))
    _rescued(path).replace(path)
    _sync_folder(path.parent)
    return tuple(kept)


def _wal_of(path: Path) -> bytes:
    wal = path.with_name(f"{path.name}-wal")
    return wal.read_bytes() if wal.exists() else b""


def _salvage(path: Path, *, committed: bool = False) -> Rows:
    """Read every sound row of a file, whatever state it is in; if asked, only committed ones."""
    rows = Rows()
    if not path.exists():
        return rows
    wal = until_last_commit(_wal_of(path)) if committed else _wal_of(path)
    for place, values in records(path.read_bytes(), wal):
        if len(values) == 8:  # event; the first column is the row's own number and lies outside the values
            if values[1] not in rows.events:  # the same page may have been seen in an older version
                with contextlib.suppress(ValueError):
                    row = checked(values[1:])
                    rows.events[row[0]] = (place, row)
        elif len(values) == 2:  # text
            name, body = values
            if isinstance(name, str) and isinstance(body, str) and digest_of(body) == name:
                rows.texts[name] = body
    return rows


def _insert(connection: sqlite3.Connection, rows: Rows) -> None:
    """Write rows in their old order, under their old numbers where those are free and make sense."""
    last = 0
    for place, row in sorted(rows.events.values()):
        last = place if last < place < _MOST_EVENTS else last + 1
        connection.execute(
            f"INSERT INTO event (id, {schema.EVENT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (last, *row)
        )
    connection.executemany("INSERT INTO text VALUES (?, ?)", rows.texts.items())


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def _sync_folder(folder: Path) -> None:
    """Make a rename outlive a power cut; where folders cannot be synced, the system does it by itself."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
