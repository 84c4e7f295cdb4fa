"""One copy of the log a day, the last seven of them."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

KEPT = 7
_EVERY = timedelta(days=1)
_FORM = "%Y%m%dT%H%M%SZ"


def folder_of(database: Path) -> Path:
    """Return the folder with the copies of a log."""
    return database.with_name("backups")


def backups_of(database: Path) -> tuple[tuple[datetime, Path], ...]:
    """Return moment (in UTC) and path of each copy, the newest first."""
    named = re.compile(re.escape(database.stem) + r"-(\d{8}T\d{6}Z)" + re.escape(database.suffix))
    found = []
    with contextlib.suppress(OSError):
        for path in folder_of(database).iterdir():
            match = named.fullmatch(path.name)
            if match:
                with contextlib.suppress(ValueError):  # digits that are no date
                    found.append((datetime.fromisoformat(match[1]), path))
    return tuple(sorted(found, reverse=True))


def is_due(database: Path, now: datetime) -> bool:
    """Whether the newest copy is a day old, or from a future that a corrected clock took back, or missing."""
    existing = backups_of(database)
    return not existing or abs(now - existing[0][0]) >= _EVERY


def write(connection: sqlite3.Connection, database: Path, now: datetime) -> Path:
    """Copy the log and remove the copies beyond the last seven; return the path of the copy.

    Raises
    ------
    sqlite3.Error, OSError
        If it cannot be written; the older copies are then untouched.
    """
    folder = folder_of(database)
    folder.mkdir(exist_ok=True)
    path = folder / f"{database.stem}-{now.astimezone(UTC).strftime(_FORM)}{database.suffix}"
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)  # of a copy that was broken off
    target = sqlite3.connect(part, isolation_level=None)
    try:
        connection.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")  # one file, which needs no other beside it
    except BaseException:
        target.close()
        part.unlink(missing_ok=True)
        raise
    target.close()
    part.replace(path)
    for _, old in backups_of(database)[KEPT:]:
        old.unlink(missing_ok=True)
    return path
