"""The window: a rail, the pages, messages on top, banks dropped on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, QUrl, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDesktopServices,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
    QShortcut,
)
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.theme import window_icon
from app.widgets import Announcer, Banner, Rail, RailEntry, Toast

from .study import StudyPage

if TYPE_CHECKING:
    from app.controllers import Journal, LibraryController, StudyController, Summary
    from app.theme import ThemeManager
    from app.widgets import TextStore

    from .home import HomePage

__all__ = ["MainWindow"]

SMALLEST = (760, 520)
USUAL = (1440, 900)


class MainWindow(QWidget):
    """Holds the pages and goes from one to the other.

    Parameters
    ----------
    library, study, journal
        The controllers.
    themes : ThemeManager
        Looks.
    store : TextStore
        Texts.

    Attributes
    ----------
    closing : Signal()
        The window is about to close.
    """

    closing = Signal()

    def __init__(
        self,
        library: LibraryController,
        study: StudyController,
        journal: Journal,
        themes: ThemeManager,
        store: TextStore,
    ) -> None:
        super().__init__()
        self._library = library
        self._study = study
        self._journal = journal
        self._themes = themes
        self.setWindowTitle("Unrolled")
        self.setWindowIcon(window_icon())
        self.setMinimumSize(*SMALLEST)
        self.setAcceptDrops(True)

        self.announcer = Announcer(self)
        self.rail = Rail(
            (
                RailEntry("home", "house", self.tr("Home")),
                RailEntry("study", "square-check", self.tr("Study")),
                RailEntry("help", "keyboard", self.tr("Keys"), at_foot=True),
                RailEntry("preferences", "settings", self.tr("Looks"), at_foot=True),
            ),
            "home",
        )
        self.banner = Banner()
        self._home: HomePage | None = None
        self.study_page = StudyPage(study, themes, store, self.announcer)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.study_page)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        self._above = QWidget()  # the banner's margins come and go with it
        above = QVBoxLayout(self._above)
        above.setContentsMargins(28, 12, 28, 0)
        above.addWidget(self.banner)
        self._above.hide()
        self.banner.closed.connect(self._above.hide)
        right.addWidget(self._above)
        right.addWidget(self.pages, 1)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.rail)
        whole.addLayout(right, 1)
        self.toast = Toast(self)

        self.rail.chosen.connect(self._on_rail)
        self.study_page.failed.connect(lambda sentence: self.tell(sentence))
        study.failed.connect(lambda sentence, advice: self.tell(f"{sentence} {advice}".strip(), problem=True))
        study.finished.connect(self._on_finished)
        study.question_changed.connect(self._on_question)
        themes.changed.connect(lambda _theme: self.update())
        self._shortcut("?", self.show_help)
        self._shortcut("Ctrl+O", self.ask_for_bank)
        self._shortcut("Ctrl+,", self.show_preferences)
        self._shortcut("Ctrl+1", lambda: self.go_to("home"))
        self._shortcut("Ctrl+2", lambda: self.go_to("study"))
        self.rail.button("study").setEnabled(False)

    # -------------------------------------------------------------------------------------------- going

    @property
    def home(self) -> HomePage:
        """The home page, made when first wanted: who goes on with a question need not wait for it."""
        if self._home is None:
            from .home import HomePage

            home = self._home = HomePage(self._library, self._study, self._journal)
            self.pages.addWidget(home)
            home.study_requested.connect(self._on_study_requested)
            home.resume_requested.connect(self.resume)
            home.open_bank_requested.connect(self.ask_for_bank)
            home.open_folder_requested.connect(self.ask_for_folder)
            home.show_folder_requested.connect(self.show_folder)
        return self._home

    def go_to(self, page: str) -> None:
        """Show a page, ``home`` or ``study``; without a question on the table there is no study page."""
        if page == "study" and self._study.card is None:
            page = "home"
        self.pages.setCurrentWidget(self.study_page if page == "study" else self.home)
        self.rail.set_current(page)
        if page == "home":
            self.home.setFocus(Qt.FocusReason.OtherFocusReason)  # so that Enter does what the page offers

    @property
    def page(self) -> str:
        """The page on show."""
        return "study" if self.pages.currentWidget() is self.study_page else "home"

    def study_now(self) -> None:
        """Begin with what the tutor would ask."""
        queue = tuple(choice.question for choice in self._study.plan())
        if queue and self._study.begin(queue):
            self.go_to("study")

    def resume(self) -> None:
        """Go on with the question on the table, or where the last session was left."""
        if self._study.card is not None:
            self.go_to("study")
            return
        point = self._study.resume_point()
        if point is not None and self._study.resume(point):
            self.go_to("study")

    def open_bank(self, path: Path) -> None:
        """Add a bank or a folder of banks, and say what came of it."""
        known = {bank.path for bank in self._library.banks}
        self._library.open(path)
        new = [bank for bank in self._library.banks if bank.path not in known]
        troubled = [p for p in self._library.problems if _lies_in(Path(p.place.file), path)]
        questions = sum(len(bank.questions) for bank in new)
        if troubled:
            count = (
                self.tr("{0} problems").format(len(troubled)) if len(troubled) > 1 else self.tr("1 problem")
            )
            self.tell(self.tr("{0} has {1}; they are listed under the banks.").format(path.name, count), True)
        elif new:
            self.tell(self.tr("{0}: {1} questions added.").format(path.name, questions))
        else:
            self.tell(self.tr("{0} was read again.").format(path.name))
        self.go_to("home")
        self.home.show_banks()

    def ask_for_bank(self) -> None:
        """Let the learner choose a file."""
        name, _ = QFileDialog.getOpenFileName(
            self, self.tr("Open a bank"), str(Path.home()), self.tr("Question banks (*.yaml *.yml)")
        )
        if name:
            self.open_bank(Path(name))

    def ask_for_folder(self) -> None:
        """Let the learner choose a folder of banks."""
        name = QFileDialog.getExistingDirectory(self, self.tr("Open a folder of banks"), str(Path.home()))
        if name:
            self.open_bank(Path(name))

    def show_folder(self, folder: Path) -> None:
        """Open the folder of the learner's own banks in the file manager, making it if there is none."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self.tell(self.tr("{0} cannot be made: {1}").format(folder, error.strerror), problem=True)
            return
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self.tell(str(folder))

    def show_help(self) -> None:
        """Show the keys."""
        from .help_dialog import HelpDialog

        HelpDialog(self).exec()

    def show_preferences(self) -> None:
        """Let the learner choose theme, text size and motion."""
        from .preferences import PreferencesDialog

        PreferencesDialog(self._themes, self).exec()

    def tell(self, text: str, problem: bool = False) -> None:
        """Say something: a problem stays until it is closed, the rest goes by itself."""
        self.announcer.say(text, urgent=problem)
        if problem:
            self.banner.show_message(text, "warning")
            self._above.show()
        else:
            self.toast.show_message(text)

    # ------------------------------------------------------------------------------------ place on screen

    def geometry_to_keep(self) -> tuple[int, int, int, int]:
        """Return x, y, width and height of the window when it is neither maximised nor full screen."""
        rect = self.normalGeometry() if self.isMaximized() or self.isFullScreen() else self.geometry()
        return rect.x(), rect.y(), rect.width(), rect.height()

    def place(self, geometry: tuple[int, int, int, int] | None) -> None:
        """Put the window where it was, as far as that is on a screen; else in the middle, and no larger."""
        room = QGuiApplication.primaryScreen().availableGeometry()
        if geometry is not None:
            wanted = QRect(*geometry)
            on = QGuiApplication.screenAt(wanted.center())
            if on is not None:
                area = on.availableGeometry()
                wanted.setSize(wanted.size().boundedTo(area.size()).expandedTo(self.minimumSize()))
                self.setGeometry(wanted)
                return
        width, height = min(USUAL[0], room.width() - 40), min(USUAL[1], room.height() - 60)
        rect = QRect(0, 0, max(width, SMALLEST[0]), max(height, SMALLEST[1]))
        rect.moveCenter(room.center())
        self.setGeometry(rect)

    def state_to_keep(self) -> str:
        """Return maximised state and screen as text."""
        return "maximized" if self.isMaximized() else ""

    # --------------------------------------------------------------------------------------------- within

    def _shortcut(self, keys: str, act: object) -> None:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.activated.connect(act)

    def _on_rail(self, key: str) -> None:
        match key:
            case "help":
                self.rail.set_current(self.page)
                self.show_help()
            case "preferences":
                self.rail.set_current(self.page)
                self.show_preferences()
            case _:
                self.go_to(key)

    def _on_study_requested(self, request: tuple[tuple[str, ...], str, str]) -> None:
        queue, mode, subject = request
        if self._study.begin(queue, mode, subject):
            self.go_to("study")

    def _on_question(self) -> None:
        is_open = self._study.card is not None
        self.rail.button("study").setEnabled(is_open)
        if not is_open:
            self.go_to("home")

    def _on_finished(self, summary: Summary) -> None:
        text = self.tr("Done: {0} of {1} right at the first try.").format(summary.right, summary.answered)
        self.go_to("home")
        self.home.area.verticalScrollBar().setValue(0)
        self.tell(text)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take banks and folders."""
        if _dropped(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        for path in _dropped(event):
            self.open_bank(path)
        event.acceptProposedAction()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Say that it closes, while everything is still there."""
        self.study_page.stage.player.pause()
        self.closing.emit()
        super().closeEvent(event)


def _dropped(event: QDropEvent) -> list[Path]:
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return [path for path in paths if path.is_dir() or path.suffix.lower() in (".yaml", ".yml")]


def _lies_in(file: Path, root: Path) -> bool:
    return file == root or root in file.parents
