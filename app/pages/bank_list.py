"""The list of the banks: what each holds, how its questions stand, and what is wrong with its file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.widgets import IconButton, Label, SecondaryButton
from app.widgets.painting import scaled

from . import home_words
from .home_panels import Panel, TallyBar, has_focus
from .home_problems import ProblemText, as_text

if TYPE_CHECKING:
    from pathlib import Path

    from app.controllers.home import BankFile

__all__ = ["BankList", "BankRow"]

_BAR_FROM: Final = 700
_FONT_CHANGES: Final = (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange)


class _PathLabel(Label):
    """A path, shortened in the middle; the whole of it is the tip."""

    def __init__(self, text: str, mono: bool, parent: QWidget) -> None:
        super().__init__(px=11, tone="dim", mono=mono, parent=parent)
        self._whole = text
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.setMinimumWidth(40)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        shown = QFontMetrics(self.font()).elidedText(self._whole, Qt.TextElideMode.ElideMiddle, self.width())
        if shown != self.text():
            self.setText(shown)


class BankRow(Panel):
    """One file.

    Parameters
    ----------
    file : BankFile
        What is told of it.
    is_open : bool
        Whether its problems are shown at once.
    parent : QWidget, optional
        Owner.

    Attributes
    ----------
    study_requested : Signal(str)
        Study the bank of this id.
    forget_requested : Signal(object)
        Leave out what lies at this path.
    opened : Signal(bool)
        Its problems were shown or hidden.
    """

    study_requested = Signal(str)
    forget_requested = Signal(object)
    opened = Signal(bool)

    def __init__(self, file: BankFile, is_open: bool = False, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self.file = file
        self.title = Label(file.title, weight=600, wrap=True, parent=self)
        self.note = Label(home_words.files_note(file), px=12, tone="dim", wrap=True, parent=self)
        self.trouble = Label(home_words.trouble(file.problems), px=12, weight=500, tone="wrong", parent=self)
        self.trouble.setVisible(bool(file.problems))
        self.path = _PathLabel(self._where(), file.origin != "shipped", self)
        self.bar = TallyBar(self)
        self.bar.set_tally(file.tally)
        self.bar.setVisible(file.tally.questions > 0)
        self.problems_button = SecondaryButton("", parent=self)
        self.problems_button.setVisible(bool(file.problems))
        self.study = SecondaryButton(self.tr("Study this bank"), parent=self)
        self.study.setAccessibleDescription(file.title)
        self.study.setVisible(file.tally.questions > 0)
        self.remove = IconButton("x", self._remove_name(), side=32, parent=self)
        self.remove.setVisible(file.root is not None)
        self.problems: ProblemText | None = None
        self._copy: SecondaryButton | None = None

        self._text = QVBoxLayout()
        for widget in (self.title, self.note, self.trouble, self.path):
            self._text.addWidget(widget)
        self._top = QHBoxLayout()
        self._top.addLayout(self._text, 1)
        parts: tuple[QWidget, ...] = (self.bar, self.problems_button, self.study, self.remove)
        for part in parts:
            self._top.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._top)
        self.problems_button.clicked.connect(lambda: self.set_open(self.problems is None))
        self.study.clicked.connect(lambda: self.study_requested.emit(file.bank_id))
        self.remove.clicked.connect(lambda: self.forget_requested.emit(file.root))
        self._name_problems()
        self._lay_out()
        if is_open:
            self.set_open(True)

    def _where(self) -> str:
        return self.tr("Came with the program") if self.file.origin == "shipped" else str(self.file.path)

    def _remove_name(self) -> str:
        file = self.file
        if file.root is not None and file.together > 1:
            return self.tr("Leave out the folder {0} with its {1} files; nothing on the disk changes").format(
                file.root.name, file.together
            )
        return self.tr("Leave out {0}; nothing on the disk changes").format(file.title)

    def set_open(self, is_open: bool) -> None:
        """Show or hide the problems."""
        if is_open == (self.problems is not None) or not self.file.problems:
            return
        if is_open:
            self.problems = ProblemText(self.file.problems, self)
            self._copy = SecondaryButton(self.tr("Copy all"), parent=self)
            self._copy.clicked.connect(self._on_copy)
            self._column.addWidget(self.problems)
            self._column.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignLeft)
            self.problems.show()
            self._copy.show()
            self.setTabOrder(self.problems_button, self.problems)
            self.setTabOrder(self.problems, self._copy)
        else:
            for widget in (self.problems, self._copy):
                if widget is not None:
                    self._column.removeWidget(widget)
                    widget.hide()
                    widget.deleteLater()
            self.problems = self._copy = None
        self._name_problems()
        self.opened.emit(is_open)

    def copy_button(self) -> SecondaryButton | None:
        """Return the button that copies all problems, while they are shown."""
        return self._copy

    def _name_problems(self) -> None:
        said = home_words.problems(len(self.file.problems))
        self.problems_button.setText(self.tr("Hide {0}").format(said) if self.problems is not None else said)
        hide, show = self.tr("Hide the problems of {0}"), self.tr("Show the problems of {0}")
        action = show if self.problems is None else hide
        self.problems_button.setAccessibleDescription(action.format(self.file.title))

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(as_text(self.file.problems))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the bar out where there is only room for the words."""
        super().resizeEvent(event)
        self.bar.setVisible(self.file.tally.questions > 0 and self.width() >= scaled(_BAR_FROM))

    def _lay_out(self) -> None:
        pad = round(scaled(14))
        self._column.setContentsMargins(pad + 2, pad - 2, pad - 2, pad - 2)
        self._column.setSpacing(round(scaled(10)))
        self._top.setSpacing(round(scaled(10)))
        self._text.setSpacing(round(scaled(2)))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the text scale."""
        super().changeEvent(event)
        if event.type() in _FONT_CHANGES and hasattr(self, "_text"):
            self._lay_out()


class BankList(Panel):
    """All files with banks, and where to put one's own.

    Parameters
    ----------
    own : Path
        Folder of the learner's own banks.
    parent : QWidget, optional
        Owner.

    Attributes
    ----------
    study_requested : Signal(str)
        Study the bank of this id.
    forget_requested : Signal(object)
        Leave out what lies at this path.
    show_folder_requested : Signal(object)
        Show this folder in the desktop's file manager.
    """

    study_requested = Signal(str)
    forget_requested = Signal(object)
    show_folder_requested = Signal(object)

    def __init__(self, own: Path, parent: QWidget | None = None) -> None:
        super().__init__("panel", parent)
        self._files: tuple[BankFile, ...] | None = None
        self._open: set[str] = set()
        self.rows: list[BankRow] = []
        self.heading = Label(self.tr("Banks"), px=15, weight=600, parent=self)
        self.empty = Label(
            self.tr("No bank is open. Open a bank file or a folder of them, or drop one on this window."),
            wrap=True,
            parent=self,
        )
        self.place = Label(
            self.tr("A bank can be dropped on this window. Your own banks live in {0}").format(own),
            px=12,
            tone="dim",
            wrap=True,
            parent=self,
        )
        self.folder = SecondaryButton(self.tr("Show folder"), parent=self)
        self.folder.clicked.connect(lambda: self.show_folder_requested.emit(own))
        self._foot = QHBoxLayout()
        self._foot.addWidget(self.place, 1)
        self._foot.addWidget(self.folder, 0, Qt.AlignmentFlag.AlignVCenter)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.heading)
        self._column.addWidget(self.empty)
        self._column.addLayout(self._foot)
        self._lay_out()

    def set_files(self, files: tuple[BankFile, ...]) -> None:
        """Show these files; what was open stays open."""
        if files == self._files:
            return
        self._files = files
        had_focus = any(has_focus(row) for row in self.rows)
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._open &= {str(file.path) for file in files}
        self.rows = []
        before: QWidget | None = None
        for place, file in enumerate(files):
            row = BankRow(file, str(file.path) in self._open, self)
            row.study_requested.connect(self.study_requested)
            row.forget_requested.connect(self.forget_requested)
            row.opened.connect(lambda on, path=str(file.path): self._on_opened(path, on))
            self._column.insertWidget(2 + place, row)
            self.rows.append(row)
            row.show()  # now and not after the next event: it may be scrolled to at once
            before = row.remove
        if before is not None:
            self.setTabOrder(before, self.folder)
        self.empty.setVisible(not files)
        if had_focus:
            self.folder.setFocus()

    def row_of(self, path: Path) -> BankRow | None:
        """Return the row of a file, or None."""
        return next((row for row in self.rows if row.file.path == path), None)

    def _on_opened(self, path: str, is_open: bool) -> None:
        if is_open:
            self._open.add(path)
        else:
            self._open.discard(path)

    def _lay_out(self) -> None:
        pad = round(scaled(20))
        self._column.setContentsMargins(pad, round(scaled(16)), pad, round(scaled(16)))
        self._column.setSpacing(round(scaled(10)))
        self._foot.setSpacing(round(scaled(16)))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the text scale."""
        super().changeEvent(event)
        if event.type() in _FONT_CHANGES and hasattr(self, "_foot"):
            self._lay_out()
