"""Puts the program together: profile, settings, log, banks, looks, window; and takes it apart again."""

from __future__ import annotations

import dataclasses
import gc
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app import paths, settings
from app.controllers import Journal, LibraryController, StudyController
from app.pages.window import MainWindow
from app.storage import Store, StoreError
from app.theme import ThemeManager, load_fonts, make_application
from app.version import __version__
from app.widgets import TextStore
from content import concepts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QApplication

__all__ = ["Program", "run_window"]

SHIPPED_BANKS = Path(concepts.__file__).with_name("banks")
PREBUILT = Path(__file__).with_name("prebuilt")
"""What `app.prebuild` made of them: a cache that is only read, and need not be there."""


_SETTLED_MS = 200  # after the window was shown; its first picture is there


def local_now() -> datetime:
    """Return the moment, with the time zone of this computer."""
    return datetime.now().astimezone()


def new_uuid() -> str:
    """Return a random UUID."""
    return str(uuid.uuid4())


@dataclass(frozen=True)
class Clock:
    """Where the program gets the time and new names from; tests hand in their own."""

    now: Callable[[], datetime] = local_now
    new_uuid: Callable[[], str] = new_uuid


class Program(QObject):
    """Everything that lives while the window is open.

    Parameters
    ----------
    application : QApplication
        Qt's.
    profile : Profile
        Where the learner's things are kept.
    banks : sequence of Path
        Files and folders to open besides the remembered ones.
    shipped : Path
        Folder of the banks that come with the program.
    clock : Clock
        Time and names.

    Raises
    ------
    StoreError
        If the log cannot be opened; it says why and what to do.
    """

    def __init__(
        self,
        application: QApplication,
        profile: paths.Profile,
        *,
        banks: Sequence[Path] = (),
        shipped: Path = SHIPPED_BANKS,
        clock: Clock | None = None,
    ) -> None:
        super().__init__()
        clock = clock or Clock()
        self.profile = profile
        loaded = settings.load(profile.settings, now=clock.now())
        self._settings = loaded.settings
        opened = Store.open(profile.database, now=clock.now())
        self.store = opened.store
        load_fonts()
        self.themes = ThemeManager(
            application,
            self._settings.theme,  # type: ignore[arg-type]  # checked when it was read
            self._settings.text_scale,
            bool(self._settings.reduced_motion),
            self,
            shapes=False,
        )
        cache = profile.folder / "cache"
        remembered = [Path(name) for name in self._settings.banks]
        self.library = LibraryController(
            concepts.load(cache, shipped_cache=PREBUILT),
            shipped=shipped,
            own=profile.folder / "banks",
            cache=cache,
            shipped_cache=PREBUILT,
            opened=[path for path in remembered if path.exists()],
            parent=self,
        )
        self._gone = [path for path in remembered if not path.exists()]
        journal = Journal(self.store, clock.now, clock.new_uuid)
        self.study = StudyController(journal, self.library, self)
        self.window = MainWindow(self.library, self.study, journal, self.themes, TextStore(cache, PREBUILT))
        self.themes.give_shapes()
        self.window.study_page.stage.player.set_speed(self._settings.speed)
        self.window.closing.connect(self.save_settings)
        self.window.place(self._settings.window)
        for path in banks:
            self.window.open_bank(path.expanduser().absolute())
        notes = [loaded.sentence, *(notice.sentence for notice in opened.notices)]
        if said := " ".join(note for note in notes if note):
            self.window.tell(said, problem=True)

    def show(self, *, study: bool = False) -> None:
        """Open the window; with ``study``, on the question left last, or else on the first one."""
        if study:
            self.window.resume()
            if self.study.card is None:
                self.window.study_now()
        if self.study.card is None:
            self.window.go_to("home")
        if self._settings.window_state == "maximized":
            self.window.showMaximized()
        else:
            self.window.show()

    def save_settings(self) -> None:
        """Remember looks, window and banks; failing at it is said and loses nothing else."""
        banks = [*self.library.opened, *self._gone]
        kept = dataclasses.replace(
            self._settings,
            theme=self.themes.mode,
            text_scale=self.themes.text_scale,
            reduced_motion=self.themes.reduced_motion,
            speed=self.window.study_page.stage.player.speed,
            window=self.window.geometry_to_keep(),
            window_state=self.window.state_to_keep(),
            page=self.window.page,
            banks=tuple(str(path) for path in banks),
        )
        try:
            settings.save(self.profile.settings, kept)
        except settings.SettingsError as error:
            self.window.tell(str(error), problem=True)

    def close(self) -> None:
        """Close window and log."""
        self.window.close()
        self.store.close()
        self.window.deleteLater()


def _collect_again() -> None:
    """Let Python look again for what can be thrown away, which `app.run` put off; what is here, stays."""
    gc.freeze()
    gc.enable()


def run_window(profile_folder: Path | None, banks: Sequence[Path], *, study: bool) -> int:
    """Open the window and stay until it is closed.

    Parameters
    ----------
    profile_folder : Path or None
        None for the user's own data folder.
    banks : sequence of Path
        To open.
    study : bool
        Whether to begin with a question at once.

    Returns
    -------
    int
        Exit status.
    """
    application = make_application("unrolled")
    application.setApplicationName("Unrolled")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("unrolled")
    profile = paths.profile(profile_folder)
    try:
        program = Program(application, profile, banks=banks)
    except StoreError as error:
        from app.pages.trouble import show_trouble

        load_fonts()
        ThemeManager(application)
        show_trouble(error.sentence, error.advice)
        return 1
    program.show(study=study)
    QTimer.singleShot(_SETTLED_MS, application, _collect_again)
    status = application.exec()
    program.close()
    return status
