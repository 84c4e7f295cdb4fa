"""The log of everything the learner did: opened, appended to, read."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import backups, recovery, schema
from .errors import InUseError, UnreachableError, blame
from .lock import HeldError, ProfileLock
from .rows import from_row, to_row

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType

    from .events import Event
    from .recovery import Notice


class Store:
    """An open log. One program has it at a time, and one thread of that program.

    Make it with `Store.open`; close it, or use it in a `with` statement.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: ProfileLock) -> None:
        self._path = path
        self._connection = connection
        self._lock = lock

    @classmethod
    def open(cls, path: Path, *, now: datetime) -> OpenedStore:
        """Open the log, making it if there is none and rescuing it if it is damaged.

        Parameters
        ----------
        path
            The log, in the profile's folder, which is made if need be. The lock, the backups and damaged
            files kept aside lie in the same folder.
        now
            The moment, with a time zone.

        Raises
        ------
        StoreError
            If the log cannot be used now; it says why and what to do.
        """
        try:
            with contextlib.ExitStack() as undo:
                lock = _lock(path)
                undo.callback(lock.release)
                notices = _prepare(path, now)
                store = cls(path, schema.connect(path), lock)
                undo.callback(store.close)
                notices += store._back_up(now)
                schema.migrate(store._connection, path)
                schema.try_to_write(store._connection)  # if it fails, now and not at the first answer
                undo.pop_all()
                return OpenedStore(store, tuple(notices))
        except (sqlite3.Error, OSError) as error:
            raise blame(error, path) from error

    def append(self, *events: Event, texts: Iterable[str] = ()) -> int:
        """Write events, all or none; when this returns they are on the disk.

        Parameters
        ----------
        events
            What happened, in order. One whose uuid is in the log already is left as it is there.
        texts
            Texts of questions as asked which the events name by `digest_of`; known ones are kept once.

        Returns
        -------
        int
            How many events are new.

        Raises
        ------
        StoreError
            If they cannot be written; none of them is then in the log, and the same call may be tried again.
        """
        rows = [to_row(event) for event in events]
        named = [(recovery.digest_of(text), text) for text in texts]
        try:
            with schema.transaction(self._connection):
                self._connection.executemany("INSERT INTO text VALUES (?, ?) ON CONFLICT DO NOTHING", named)
                before = self._connection.total_changes
                self._connection.executemany(
                    f"INSERT INTO event ({schema.EVENT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?) "
                    "ON CONFLICT (uuid) DO NOTHING",
                    rows,
                )
                return self._connection.total_changes - before
        except sqlite3.Error as error:
            raise blame(error, self._path) from error

    def events(self) -> tuple[Event, ...]:
        """Return the whole log in the order of writing.

        Raises
        ------
        StoreError
            If it cannot be read.
        """
        try:
            rows = self._connection.execute(f"SELECT {schema.EVENT_COLUMNS} FROM event ORDER BY id")
            return tuple(from_row(row) for row in rows)
        except sqlite3.Error as error:
            raise blame(error, self._path) from error

    def text(self, digest: str) -> str | None:
        """Return a question's text as asked by its digest, or None if there is none.

        Raises
        ------
        StoreError
            If it cannot be read.
        """
        try:
            row = self._connection.execute("SELECT body FROM text WHERE hash = ?", (digest,)).fetchone()
        except sqlite3.Error as error:
            raise blame(error, self._path) from error
        return None if row is None else str(row[0])

    def close(self) -> None:
        """Close the log and let another program have it; a second time does nothing."""
        try:
            self._connection.close()
        finally:
            self._lock.release()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _back_up(self, now: datetime) -> list[Notice]:
        """Write the copy of the day. Failing at it is no reason not to study."""
        is_empty = self._connection.execute("SELECT 1 FROM event LIMIT 1").fetchone() is None
        if is_empty or not backups.is_due(self._path, now):
            return []
        try:
            backups.write(self._connection, self._path, now)
        except (sqlite3.Error, OSError) as error:
            folder = backups.folder_of(self._path)
            return [
                recovery.Notice(f"No backup could be written to {folder}: {error}. The log itself is sound.")
            ]
        return []


@dataclass(frozen=True)
class OpenedStore:
    """A store, and what the learner should be told about its opening."""

    store: Store
    notices: tuple[Notice, ...]


def _lock(path: Path) -> ProfileLock:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return ProfileLock(path.with_name(f"{path.name}.lock"))
    except HeldError as error:
        raise InUseError(path.parent, error.pid) from error


def _prepare(path: Path, now: datetime) -> list[Notice]:
    """See to it that there is a sound log."""
    if path.is_dir():
        raise UnreachableError(path, "it is a folder")
    finished = recovery.finish_interrupted(path, now)
    if finished is not None:
        return [finished]
    if path.exists():
        return [recovery.rescue(path, now)] if recovery.is_damaged(path) else []
    if backups.backups_of(path):
        return [recovery.rescue(path, now)]
    recovery.create(path)
    return []
