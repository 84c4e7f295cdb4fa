"""The few values the program remembers about itself, in one JSON file that a person can read."""

from __future__ import annotations

import contextlib
import json
import math
import os
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from app.paths import dated_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

THEMES = ("system", "dark", "light")
TEXT_SCALES = (0.75, 3.0)
SPEEDS = (0.1, 10.0)
MOST_BANKS = 1000


@dataclass(frozen=True)
class Settings:
    """What is remembered between two starts. What was learned is not here but in the log.

    Parameters
    ----------
    theme
        ``system`` (follow the desktop), ``dark`` or ``light``.
    text_scale
        Factor on every size of text, 0.75 to 3.
    reduced_motion
        True: pictures change at once. None: follow the desktop.
    speed
        Factor on the speed at which a run plays, 0.1 to 10.
    window
        Position and size of the window: x, y, width, height; None before the first close.
    window_state
        What the window system saved of maximised state and screens, as base64 text.
    page
        The page that was open last.
    banks
        Paths of the banks the learner opened, in the order of opening.
    """

    theme: str = "system"
    text_scale: float = 1.0
    reduced_motion: bool | None = None
    speed: float = 1.0
    window: tuple[int, int, int, int] | None = None
    window_state: str = ""
    page: str = "home"
    banks: tuple[str, ...] = ()


@dataclass(frozen=True)
class LoadedSettings:
    """Settings, and what the learner should be told about the file they came from (empty: nothing)."""

    settings: Settings
    sentence: str = ""
    kept: Path | None = None
    """Where the damaged file was kept, if there was one."""


class SettingsError(Exception):
    """The settings could not be written.

    Parameters
    ----------
    sentence
        What happened.
    advice
        What to do about it.
    """

    def __init__(self, sentence: str, advice: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.advice = advice


def _is_number_within(low: float, high: float) -> Callable[[Any], bool]:
    def is_within(value: Any) -> bool:
        return (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and math.isfinite(value)
            and low <= value <= high
        )

    return is_within


def _is_window(value: Any) -> bool:
    return value is None or (
        isinstance(value, list)
        and len(value) == 4
        and all(isinstance(n, int) and not isinstance(n, bool) and abs(n) < 100_000 for n in value)
        and min(value[2:]) > 0
    )


def _is_texts(value: Any) -> bool:
    return (
        isinstance(value, list) and len(value) <= MOST_BANKS and all(isinstance(text, str) for text in value)
    )


_VALID: dict[str, Callable[[Any], bool]] = {
    "theme": lambda value: value in THEMES,
    "text_scale": _is_number_within(*TEXT_SCALES),
    "reduced_motion": lambda value: value is None or isinstance(value, bool),
    "speed": _is_number_within(*SPEEDS),
    "window": _is_window,
    "window_state": lambda value: isinstance(value, str),
    "page": lambda value: isinstance(value, str),
    "banks": _is_texts,
}


def load(path: Path, *, now: datetime) -> LoadedSettings:
    """Read the settings; whatever is wrong with the file, settings come back.

    A missing file gives the defaults. A file that is no JSON object is moved aside and the defaults are
    given. A single value that makes no sense, or is unknown to this version, is left out; the others stay.

    Parameters
    ----------
    path
        The file.
    now
        The moment, for the name of a file moved aside.
    """
    try:
        content = json.loads(path.read_bytes())
        if not isinstance(content, dict):
            raise ValueError("not an object")
    except FileNotFoundError:
        return LoadedSettings(Settings())
    except OSError as error:
        said = f"The settings could not be read ({error.strerror}), so the program starts with its own."
        return LoadedSettings(Settings(), said)
    except (ValueError, RecursionError):
        return _set_aside(path, now)
    known: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in content.items()
        if name in _VALID and _VALID[name](value)
    }
    return LoadedSettings(Settings(**known))


def save(path: Path, settings: Settings) -> None:
    """Write the settings so that either the old file or the new one is there, whatever happens meanwhile.

    Raises
    ------
    SettingsError
        If the file cannot be written; the old file is then untouched.
    """
    content = {field.name: getattr(settings, field.name) for field in fields(settings)}
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            # A path may hold bytes that are no UTF-8 (surrogates in Python); json reads them back so.
            file.write(text.encode("utf-8", "surrogatepass"))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise SettingsError(
            f"The settings could not be saved in {path.parent}: {error.strerror}.",
            "Make room on that disk and see that you may write there, or start with --profile DIR.",
        ) from error


def _set_aside(path: Path, now: datetime) -> LoadedSettings:
    kept = dated_name(path, "damaged", now)
    try:
        path.rename(kept)
    except OSError:
        return LoadedSettings(
            Settings(), f"The settings in {path} are damaged, so the program starts with its own."
        )
    return LoadedSettings(
        Settings(),
        f"The settings were damaged, so the program starts with its own. The damaged file is kept as {kept}.",
        kept,
    )
