"""What is shown when the program cannot start: what happened, and what to do."""

from __future__ import annotations

import sys

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout

from app.theme import window_icon
from app.widgets import Label, PrimaryButton

__all__ = ["TroubleDialog", "show_trouble"]


class TroubleDialog(QDialog):
    """One sentence about what happened, one about what to do."""

    def __init__(self, sentence: str, advice: str) -> None:
        super().__init__()
        self.setWindowTitle("Unrolled")
        self.setWindowIcon(window_icon())
        self.setMinimumWidth(480)
        self.setAccessibleName(f"{sentence} {advice}")
        close = PrimaryButton(QCoreApplication.translate("Trouble", "Close"))
        close.clicked.connect(self.accept)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(28, 24, 28, 24)
        whole.setSpacing(14)
        whole.addWidget(Label(sentence, px=15, weight=600, wrap=True))
        whole.addWidget(Label(advice, px=13, tone="dim", wrap=True))
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(close)
        whole.addLayout(row)


def show_trouble(sentence: str, advice: str) -> None:
    """Show the dialog, and say the same on the terminal."""
    sys.stderr.write(f"{sentence} {advice}\n")
    TroubleDialog(sentence, advice).exec()
