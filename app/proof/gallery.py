"""Every page and view as PNG files, in both themes and at several sizes, for whoever judges how it looks."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .opened import application, opened, settle
from .scenes import SCENES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QWidget

    from app.theme.manager import Mode

__all__ = ["run_gallery"]

_FACTOR: Final = "QT_SCALE_FACTOR"
_MAIN: Final = Path(__file__).resolve().parents[2] / "main.py"


@dataclass(frozen=True)
class Setting:
    """How pictures are taken.

    Attributes
    ----------
    theme : str
        ``"dark"`` or ``"light"``.
    size : (int, int)
        Of the window.
    text : float
        Text scale.
    only : tuple of str
        Pictures in whose names one of these words stands; empty for all.
    """

    theme: Mode
    size: tuple[int, int]
    text: float = 1.0
    only: tuple[str, ...] = ()

    def file_name(self, name: str, factor: str) -> str:
        """Return a picture's file name, which says how it was taken."""
        width, height = self.size
        text = f"_text{round(100 * self.text)}" if self.text != 1.0 else ""
        return f"{name}_{self.theme}_{width}x{height}{text}{factor}.png"

    def takes(self, name: str, word: str) -> bool:
        """Tell whether a picture is wanted."""
        return word in name and (not self.only or any(part in name for part in self.only))


def _settings(factor: str) -> tuple[Setting, ...]:
    themes: tuple[Mode, Mode] = ("dark", "light")
    if factor:
        return tuple(Setting(theme, (1440, 900)) for theme in themes)
    whole = tuple(Setting(theme, size) for theme in themes for size in ((1280, 720), (1440, 900)))
    words = ("home-fresh", "study-single-choice-explained", "study-numeric-before", "stage-lstm-cell-hover")
    large_text = tuple(Setting(theme, (1280, 720), 1.4, words) for theme in themes)
    narrow = (Setting("dark", (900, 1000), 1.0, (*words[:3], "home-history")),)
    return (*whole, *large_text, *narrow)


def run_gallery(folder: Path, *, only: str = "") -> int:
    """Draw the pictures, and say how many there are.

    A screen of another scale factor needs a process of its own: unless ``QT_SCALE_FACTOR`` is set, which then
    is the only factor, one is started for factor 2.

    Parameters
    ----------
    folder : Path
        Where to put them; made if need be. Files of the same names are replaced.
    only : str
        Leave out pictures in whose names this does not stand.

    Returns
    -------
    int
        0 if there are pictures.
    """
    folder.mkdir(parents=True, exist_ok=True)
    given = os.environ.get(_FACTOR, "")
    factor = f"@{given}" if given not in ("", "1") else ""
    application()
    written = 0
    for setting in _settings(factor):
        for name in _take(setting, folder, only, factor):
            _show_progress(name)
            written += 1
    _show_progress("")
    sys.stdout.write(f"{written} pictures{' at factor ' + given if factor else ''} in {folder}\n")
    sys.stdout.flush()
    failed = 0 if given else _again_at("2", folder, only)
    return 0 if written and not failed else 1


def _show_progress(name: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{name:<79}" if name else "\r" + " " * 79 + "\r")


def _again_at(factor: str, folder: Path, only: str) -> int:
    words = [sys.executable, str(_MAIN), "--gallery", str(folder), "--only", only]
    return subprocess.run(words, env={**os.environ, _FACTOR: factor}, check=False).returncode


def _take(setting: Setting, folder: Path, only: str, factor: str) -> Iterator[str]:
    """Take the pictures of one setting, each as soon as it is on the screen."""
    scenes = [scene for scene in SCENES if any(setting.takes(name, only) for name in scene.names)]
    if not scenes:
        return
    with (
        tempfile.TemporaryDirectory(prefix="unrolled-gallery-", ignore_cleanup_errors=True) as own,
        opened(Path(own) / "profile", size=setting.size) as program,
    ):
        program.themes.set_mode(setting.theme)
        program.themes.set_text_scale(setting.text)
        for scene in scenes:
            for name, widget in scene.play(program, Path(own)):
                if setting.takes(name, only):
                    settle()
                    yield _save(widget, folder / setting.file_name(name, factor))


def _save(widget: QWidget, file: Path) -> str:
    if not widget.grab().save(str(file)):
        raise OSError(f"{file} could not be written")
    return file.name
