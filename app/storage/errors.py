"""What can go wrong with the log, by who can mend it: each error says what happened and what to do."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_LITTLE_ROOM = 1 << 20  # bytes; below this an unexplained write error is blamed on the full disk
_ELSEWHERE = "start with --profile DIR to use another folder"


class StoreError(Exception):
    """The log cannot be used. Nothing that was acknowledged is lost by it.

    Parameters
    ----------
    sentence
        What happened.
    advice
        What to do.
    """

    def __init__(self, sentence: str, advice: str) -> None:
        super().__init__(f"{sentence} {advice}")
        self.sentence = sentence
        self.advice = advice


class NewerError(StoreError):
    """The log was written by a later version."""

    def __init__(self, path: Path, version: int, known: int) -> None:
        super().__init__(
            f"The log {path} is of a newer Unrolled (form {version}; this version knows up to {known}).",
            f"Install the newer version again, or {_ELSEWHERE}. The log was not touched.",
        )


class ForeignError(StoreError):
    """The file is a sound database of another program."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is a database, but not a log of Unrolled.",
            f"Move the file elsewhere, or {_ELSEWHERE}. The file was not touched.",
        )


class InUseError(StoreError):
    """Another running Unrolled has the profile open.

    Parameters
    ----------
    folder
        The profile's folder.
    pid
        The process that holds it, or None if it did not say.
    """

    def __init__(self, folder: Path, pid: int | None) -> None:
        who = f" (process {pid})" if pid is not None else ""
        super().__init__(
            f"Unrolled is already running{who} with the profile {folder}.",
            f"Go on in its window, or close it first; to run a second one, {_ELSEWHERE}.",
        )
        self.pid = pid


class BusyError(StoreError):
    """Another program holds a lock inside the database."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"Another program is using the log {path}.",
            "Close the program that has it open (a database viewer, a backup), then try again.",
        )


class ReadOnlyError(StoreError):
    """The file or its folder cannot be written."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"Answers cannot be saved: {path} is read-only.",
            f"See that you may write to this file and its folder, or {_ELSEWHERE}.",
        )


class FullError(StoreError):
    """The disk has no room left."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"Answers cannot be saved: the disk that holds {path} is full.",
            "Make room on that disk, then try again.",
        )


class UnreachableError(StoreError):
    """The file or its folder cannot be opened or created, or the disk fails."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"The log {path} cannot be opened or written: {reason}.",
            f"See that the folder exists and the disk is connected and sound, or {_ELSEWHERE}.",
        )


class DamagedError(StoreError):
    """The database is damaged; the next opening mends it."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"The log {path} is damaged ({reason}).",
            "Start Unrolled again: it keeps the damaged file aside and takes over all that can be read.",
        )


def blame(error: Exception, path: Path) -> StoreError:
    """Return the error to show for one of SQLite or of the operating system.

    Parameters
    ----------
    error
        A `sqlite3.Error` or an `OSError`; a `StoreError` is returned as it is.
    path
        The log.
    """
    if isinstance(error, StoreError):
        return error
    if isinstance(error, OSError):
        return _blame_system(error, path)
    code = getattr(error, "sqlite_errorcode", None)
    if code is None and isinstance(error, sqlite3.OperationalError):  # Python's own: a stored text is none
        return DamagedError(path, str(error))
    primary = (code or 0) & 0xFF  # the rest of the bits says where, not what
    # ERROR: the header or the schema is none that our statements could run on.
    if primary in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR):
        return DamagedError(path, str(error))
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return BusyError(path)
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return ReadOnlyError(path)
    if primary == sqlite3.SQLITE_FULL:
        return FullError(path)
    # Where SQLite maps a file into memory, a full disk shows as an I/O error; a read-only one as CANTOPEN.
    if primary in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN):
        if _has_little_room(path):
            return FullError(path)
        if path.parent.is_dir() and not os.access(path.parent, os.W_OK):
            return ReadOnlyError(path)
    return UnreachableError(path, str(error))


def _blame_system(error: OSError, path: Path) -> StoreError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return FullError(path)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return ReadOnlyError(path)
    return UnreachableError(path, error.strerror or str(error))


def _has_little_room(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _LITTLE_ROOM
    except OSError:
        return False
