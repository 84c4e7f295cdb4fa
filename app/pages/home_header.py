"""The top of Home: what there is to do, and the button that does it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from app.controllers.home import HomeSummary
from app.widgets import Label, LinkCard, PrimaryButton, SecondaryButton
from app.widgets.painting import scaled

from . import home_words

__all__ = ["HomeHeader"]


class HomeHeader(QWidget):
    """Greets, says what is waiting, and leads there.

    The one filled button goes on with a session that was left, else begins one, else opens a bank.

    Attributes
    ----------
    study_requested : Signal()
        Begin a session of whatever comes next.
    resume_requested : Signal()
        Go on with the session that was left.
    open_bank_requested : Signal()
        Choose a bank file.
    open_folder_requested : Signal()
        Choose a folder of banks.
    banks_requested : Signal()
        Show the list of the banks.
    """

    study_requested = Signal()
    resume_requested = Signal()
    open_bank_requested = Signal()
    open_folder_requested = Signal()
    banks_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._summary = HomeSummary()
        self._is_low = False
        self.greeting = Label(tone="dim", parent=self)
        self.headline = Label(px=24, weight=600, wrap=True, parent=self)
        self.place = Label(tone="dim", wrap=True, parent=self)
        self.session = Label(px=12, tone="dim", wrap=True, parent=self)
        self.primary = PrimaryButton(self.tr("Study now"), parent=self)
        self.again = SecondaryButton(self.tr("New session"), parent=self)
        self.open = SecondaryButton(self.tr("Open bank…"), parent=self)
        self.folder = SecondaryButton(self.tr("Open folder…"), parent=self)
        self.menu = QMenu(self)
        self.menu.addAction(self.tr("Bank file…")).triggered.connect(self.open_bank_requested)
        self.menu.addAction(self.tr("Folder of banks…")).triggered.connect(self.open_folder_requested)
        self.banks = LinkCard("", "", parent=self)
        self.primary.clicked.connect(self.go)
        self.again.clicked.connect(self.study_requested)
        self.open.clicked.connect(self._on_open)
        self.folder.clicked.connect(self.open_folder_requested)
        for button in (self.primary, self.again, self.open, self.folder):
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._buttons = QHBoxLayout()
        for button in (self.primary, self.again, self.open, self.folder):
            self._buttons.addWidget(button)
        self._buttons.addStretch(1)
        self._text = QVBoxLayout()
        for widget in (self.greeting, self.headline, self.place):
            self._text.addWidget(widget)
        self._text.addLayout(self._buttons)
        self._text.addWidget(self.session)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addLayout(self._text, 1)
        self._row.addWidget(self.banks, 0, Qt.AlignmentFlag.AlignTop)
        self.banks.clicked.connect(self.banks_requested)
        self.set_summary(self._summary)
        self._lay_out()

    def set_summary(self, summary: HomeSummary) -> None:
        """Say what these numbers mean."""
        self._summary = summary
        resume, studies = summary.resume, summary.plan.length > 0
        self.greeting.setText(home_words.greeting(summary.hour))
        self.headline.setText(home_words.headline(summary))
        self.place.setText(
            "" if resume is None else self.tr("{0}, in “{1}”").format(resume.concept, resume.bank)
        )
        self.place.setVisible(resume is not None)
        self.session.setText(
            home_words.session(summary)
            or self.tr("Open a bank of questions to begin, or drop one on this window.")
        )
        if resume is not None:
            self.primary.setText(self.tr("Go on"))
        else:
            self.primary.setText(self.tr("Study now") if studies else self.tr("Open bank…"))
        self.primary.setAccessibleDescription(self.session.text() if resume is None else self.headline.text())
        self.again.setVisible(resume is not None and studies)
        self.open.setVisible(resume is not None or studies)
        self.folder.setVisible(resume is None and not studies)
        self._set_banks(summary)

    def _set_banks(self, summary: HomeSummary) -> None:
        title = f"{home_words.banks(summary.banks)}, {home_words.questions(summary.tally.questions)}"
        detail = self.tr("choose one to study")
        if summary.problems:
            files = sum(bool(file.problems) for file in summary.files)
            where = self.tr("in 1 file") if files == 1 else self.tr("in {0} files").format(files)
            detail = f"{home_words.problems(summary.problems)} {where}"
        self.banks.setVisible(bool(summary.files))
        if (self.banks.text(), self.banks.accessibleDescription()) == (title, detail):
            return
        # A link card's second line is given when it is made.
        had_focus = self.banks.hasFocus()
        old, self.banks = self.banks, LinkCard(title, detail, parent=self)
        self.banks.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.banks.clicked.connect(self.banks_requested)
        self.banks.setVisible(bool(summary.files))
        self._row.replaceWidget(old, self.banks)
        self._row.setAlignment(self.banks, Qt.AlignmentFlag.AlignTop)
        QWidget.setTabOrder(self.folder, self.banks)
        old.hide()
        old.deleteLater()
        if had_focus:
            self.banks.setFocus()

    def height_for(self, width: int) -> int:
        """Return the height it takes at a width."""
        return self._row.totalHeightForWidth(width)

    def go(self) -> None:
        """Do what the filled button says."""
        if self._summary.resume is not None:
            self.resume_requested.emit()
        elif self._summary.plan.length:
            self.study_requested.emit()
        else:
            self.open_bank_requested.emit()

    def set_low(self, is_low: bool) -> None:
        """Take less room where the window is low."""
        if is_low != self._is_low:
            self._is_low = is_low
            self._lay_out()

    def _on_open(self) -> None:
        self.menu.popup(self.open.mapToGlobal(QPoint(0, self.open.height() + 4)))

    def _lay_out(self) -> None:
        self.primary.setMinimumWidth(round(scaled(200)))
        self._buttons.setContentsMargins(0, round(scaled(8 if self._is_low else 12)), 0, round(scaled(6)))
        self._buttons.setSpacing(round(scaled(10)))
        self._text.setSpacing(round(scaled(2)))
        self._row.setSpacing(round(scaled(24)))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the text scale."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange) and hasattr(
            self, "_row"
        ):
            self._lay_out()
