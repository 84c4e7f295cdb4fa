"""Where the program keeps what belongs to the learner, and how a damaged file is kept out of the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import platformdirs

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

FOLDER_NAME = "unrolled"


@dataclass(frozen=True)
class Profile:
    """The folder of one learner. Everything the program writes unasked lies in it, so it can be copied whole.

    Parameters
    ----------
    folder
        The folder; it need not exist.
    """

    folder: Path

    @property
    def database(self) -> Path:
        """The log of everything that was answered."""
        return self.folder / "log.sqlite"

    @property
    def settings(self) -> Path:
        """How the program looks and where its window stood."""
        return self.folder / "settings.json"


def profile(folder: Path | None = None) -> Profile:
    """Return the profile in `folder`, or in the user's data folder if None is given.

    Nothing is created. A relative folder is taken from the current directory, now and not later.
    """
    if folder is None:
        return Profile(platformdirs.user_data_path(FOLDER_NAME, appauthor=False))
    return Profile(folder.expanduser().absolute())


def dated_name(path: Path, word: str, now: datetime) -> Path:
    """Return a free name beside `path` that says what happened to the file and when.

    Parameters
    ----------
    path
        The file, say ``log.sqlite``.
    word
        What it is now, say ``damaged``.
    now
        The moment, with time zone or without; it is written as it is.

    Returns
    -------
    Path
        ``log.damaged-20260131-174500.sqlite``, with ``-2``, ``-3``... before the ending if that is taken.
    """
    stem = f"{path.stem}.{word}-{now:%Y%m%d-%H%M%S}"
    candidate = path.with_name(stem + path.suffix)
    number = 2
    while candidate.exists():
        candidate = path.with_name(f"{stem}-{number}{path.suffix}")
        number += 1
    return candidate
