"""Reading a stranger's file: bounded, regular files only, strict UTF-8, every refusal with a place.

Nothing here knows YAML. A file is looked at (size, kind) before a byte of it is read.
"""

from __future__ import annotations

import codecs
import re
import stat
from typing import TYPE_CHECKING

from .model import Place, Problem

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 4 * 1024 * 1024
"""The largest file that is read."""

MAX_FILES = 500
"""The most files that are read from one folder."""

_MAX_REPORTED = 10
_BAD_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff]")
_LINE_END = re.compile("\r\n|\n|\r")


def read_bytes(path: Path) -> tuple[bytes | None, tuple[Problem, ...]]:
    """Read a whole file of at most `MAX_BYTES`.

    Parameters
    ----------
    path : Path
        The file; a symlink is followed.

    Returns
    -------
    tuple
        The bytes, or None and the problems that kept them from being read.
    """
    place = Place(str(path))
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return None, (
                Problem(place, "this is not a regular file", "Give the name of a .yaml file or its folder."),
            )
        if status.st_size > MAX_BYTES:
            return None, (_too_large(place, status.st_size),)
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return None, (
            Problem(place, f"the file cannot be read: {reason}", "Check its name and your right to read it."),
        )
    except ValueError:
        return None, (
            Problem(place, "the name is not that of a file", "Give the name of a .yaml file or its folder."),
        )
    if len(data) > MAX_BYTES:
        return None, (_too_large(place, len(data)),)
    return data, ()


def _too_large(place: Place, size: int) -> Problem:
    return Problem(
        place,
        f"the file is too large: {size / 1e6:.1f} MB, at most {MAX_BYTES / 1e6:.1f} MB are read",
        "Split it into several banks.",
    )


def decode(data: bytes, file: str) -> tuple[str | None, tuple[Problem, ...]]:
    """Decode a file's bytes as UTF-8 and refuse characters that no text needs.

    Parameters
    ----------
    data : bytes
        The whole file, with or without a byte order mark.
    file : str
        Its name, for the problems.

    Returns
    -------
    tuple
        The text without the byte order mark, or None; and the problems.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None, (Problem(Place(file), "the file is in UTF-16", "Save it as UTF-8."),)
    body = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        before = body[: error.start].decode("utf-8")
        line, column = _position(before)
        return None, (
            Problem(
                Place(file, line, column),
                f"the byte 0x{body[error.start]:02X} is not UTF-8",
                "Save the file as UTF-8; it seems to be in an older encoding such as Windows-1252.",
            ),
        )
    return _without_bad_characters(text, file)


def _without_bad_characters(text: str, file: str) -> tuple[str | None, tuple[Problem, ...]]:
    problems: list[Problem] = []
    for found in _BAD_CHARACTER.finditer(text):
        line, column = _position(text[: found.start()])
        code = ord(found.group())
        name, advice = (
            ("a NUL byte", "The file is not a text file or is damaged; save it as UTF-8.")
            if code == 0
            else (
                f"the control character U+{code:04X}",
                "Delete it; your editor may show it as an odd sign or not at all.",
            )
        )
        problems.append(Problem(Place(file, line, column), f"here stands {name}", advice))
        if len(problems) == _MAX_REPORTED:
            break
    return (None if problems else text), tuple(problems)


def _position(before: str) -> tuple[int, int]:
    """The line and column, from 1, of what follows `before`."""
    line, start = 1, 0
    for end in _LINE_END.finditer(before):
        line, start = line + 1, end.end()
    return line, len(before) - start + 1


def split_lines(text: str) -> tuple[str, ...]:
    """Split a decoded text into lines exactly as its places count them."""
    return tuple(_LINE_END.split(text))


def bank_files(folder: Path) -> tuple[tuple[Path, ...], tuple[Problem, ...]]:
    """List the bank files of a folder, by name: every `*.yaml` and `*.yml` directly in it.

    Parameters
    ----------
    folder : Path
        An existing folder.

    Returns
    -------
    tuple
        At most `MAX_FILES` paths, and a problem for what was left out: links that lead out of the folder, and
        files beyond that number.
    """
    problems: list[Problem] = []
    found: list[Path] = []
    try:
        names = sorted(path for path in folder.iterdir() if path.suffix.lower() in {".yaml", ".yml"})
        home = folder.resolve()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return (), (
            Problem(
                Place(str(folder)), f"the folder cannot be read: {reason}", "Check your right to read it."
            ),
        )
    for path in names:
        if len(found) == MAX_FILES:
            problems.append(
                Problem(
                    Place(str(folder)),
                    f"the folder has more than {MAX_FILES} banks",
                    "Split it into several folders.",
                )
            )
            break
        if path.is_symlink() and not is_inside(path, home):
            problems.append(
                Problem(
                    Place(str(path)),
                    "the link leads out of its folder",
                    "Copy the bank into the folder instead.",
                )
            )
            continue
        found.append(path)
    return tuple(found), tuple(problems)


def is_inside(path: Path, home: Path) -> bool:
    """Tell whether a path, links followed, lies inside the resolved folder `home`."""
    try:
        return path.resolve().is_relative_to(home)
    except (OSError, RuntimeError, ValueError):  # a circle of links, or a name no file can have
        return False
