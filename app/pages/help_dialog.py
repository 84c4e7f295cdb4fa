"""All keys at a glance, from the tables that define them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout

from app.stage.keys import stage_help
from app.stage.plot import plot_help
from app.widgets import Label, PrimaryButton
from app.widgets.painting import scaled

from .keys import question_help

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtWidgets import QWidget

__all__ = ["HelpDialog"]

_KEYS: Final = 66
"""Pixels for the keys, so that their meanings stand below each other in all tables."""


class HelpDialog(QDialog):
    """Lists the keys of question, stage and window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        columns = QHBoxLayout()
        columns.setSpacing(40)
        left = QVBoxLayout()
        left.setSpacing(24)
        left.addLayout(self._table(self.tr("Question"), question_help()))
        left.addLayout(self._table(self.tr("Everywhere"), self._window_keys()))
        left.addStretch(1)
        columns.addLayout(left)
        right = QVBoxLayout()
        right.setSpacing(24)
        right.addLayout(self._table(self.tr("Stage"), stage_help()))
        right.addLayout(self._table(self.tr("Plot"), plot_help()))
        columns.addLayout(right)
        close = PrimaryButton(self.tr("Close"), "Esc")
        close.clicked.connect(self.accept)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(28, 24, 28, 24)
        whole.setSpacing(20)
        whole.addLayout(columns)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(close)
        whole.addLayout(row)
        close.setFocus()

    def _window_keys(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Ctrl+1", self.tr("home")),
            ("Ctrl+2", self.tr("study")),
            ("Ctrl+O", self.tr("open a bank")),
            ("Ctrl+,", self.tr("theme, text size, motion")),
            ("?", self.tr("this list")),
        )

    def _table(self, title: str, rows: Iterable[tuple[str, str]]) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(10)
        column.addWidget(Label(title, px=15, weight=600))
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(7)
        for number, (shown, meaning) in enumerate(rows):
            grid.addWidget(Label(shown, px=12, mono=True), number, 0)
            grid.addWidget(Label(meaning, px=12, tone="dim"), number, 1)
        grid.setColumnMinimumWidth(0, round(scaled(_KEYS)))
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)
        column.addStretch(1)
        return column
