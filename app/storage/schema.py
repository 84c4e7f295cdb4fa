"""The tables of the log, how they came about step by step, and how a connection to them is set up."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING

from .errors import NewerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

PAGE_SIZE = 4096

STEPS: tuple[tuple[str, ...], ...] = (
    (
        # In the order of writing. Nothing is ever updated or deleted: the log is the truth.
        """
        CREATE TABLE event (
            id INTEGER PRIMARY KEY,
            uuid TEXT NOT NULL UNIQUE,
            session TEXT NOT NULL,
            utc TEXT NOT NULL,
            utc_offset INTEGER NOT NULL,
            kind TEXT NOT NULL,
            payload TEXT NOT NULL,
            versions TEXT NOT NULL
        )
        """,
        # Texts of questions as asked, by the SHA-256 of the text: each is kept once.
        "CREATE TABLE text (hash TEXT PRIMARY KEY NOT NULL, body TEXT NOT NULL)",
    ),
)
"""Step n takes a database of `user_version` n to n + 1. A released step is never changed."""

VERSION = len(STEPS)

TABLES = frozenset({"event", "text"})
EVENT_COLUMNS = "uuid, session, utc, utc_offset, kind, payload, versions"


def connect(path: Path) -> sqlite3.Connection:
    """Return a connection for reading and writing, on which transactions are begun and ended by hand.

    Every commit is on the disk when it returns: the log in write-ahead mode, synced in full.
    """
    connection = sqlite3.connect(path, isolation_level=None, timeout=2.0)
    try:
        connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")  # macOS: an fsync there does not reach the disk
    except BaseException:
        connection.close()
        raise
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Return a connection that changes neither the file nor the write-ahead log beside it."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=2.0)


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection, kind: str = "IMMEDIATE") -> Iterator[None]:
    """Begin, and commit at the end, or roll everything back if anything is raised."""
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # After some errors (a full disk, say) SQLite has rolled back by itself, and says so if asked again.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def version_of(connection: sqlite3.Connection) -> int:
    """Return the number of steps the database has taken."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def try_to_write(connection: sqlite3.Connection) -> None:
    """Commit something that changes nothing. A transaction alone also begins on a file that is read-only."""
    with transaction(connection):
        connection.execute(f"PRAGMA user_version = {version_of(connection)}")


def migrate(connection: sqlite3.Connection, path: Path, steps: Sequence[Sequence[str]] = STEPS) -> None:
    """Take the steps that are missing, all of them or none.

    Raises
    ------
    NewerError
        If the database has taken more steps than there are; it is not touched.
    """
    if version_of(connection) == len(steps):
        return
    with transaction(connection, "EXCLUSIVE"):
        version = version_of(connection)
        if version > len(steps):
            raise NewerError(path, version, len(steps))
        for step in steps[version:]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(steps)}")
