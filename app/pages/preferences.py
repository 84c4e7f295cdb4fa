"""Theme, text size and motion; each takes effect at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout

from app.theme.manager import MAX_SCALE, MIN_SCALE, Mode
from app.widgets import Label, LabeledSlider, PrimaryButton, SegmentedControl

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.theme import ThemeManager

__all__ = ["PreferencesDialog"]


class PreferencesDialog(QDialog):
    """Changes the looks while one watches.

    Parameters
    ----------
    themes : ThemeManager
        What is changed.
    """

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Looks"))
        self.setMinimumWidth(420)
        self._themes = themes
        modes: tuple[Mode, ...] = get_args(Mode)
        words = {"system": self.tr("As the system"), "dark": self.tr("Dark"), "light": self.tr("Light")}
        self.theme = SegmentedControl(
            [words[mode] for mode in modes], current=modes.index(themes.mode), name=self.tr("Theme")
        )
        self.theme.chosen.connect(lambda place: themes.set_mode(modes[place]))
        self.text_size = LabeledSlider(
            self.tr("Text size"),
            MIN_SCALE,
            MAX_SCALE,
            0.1,
            themes.text_scale,
            lambda value: f"{round(100 * value)} %",
        )
        # Not while dragging: the slider itself would move away under the pointer.
        self.text_size.edit_finished.connect(themes.set_text_scale)
        self.motion = SegmentedControl(
            [self.tr("Animated"), self.tr("Step by step")],
            current=int(themes.reduced_motion),
            name=self.tr("Motion"),
        )
        self.motion.chosen.connect(lambda place: themes.set_reduced_motion(place == 1))
        close = PrimaryButton(self.tr("Close"), "Esc")
        close.clicked.connect(self.accept)

        whole = QVBoxLayout(self)
        whole.setContentsMargins(28, 24, 28, 24)
        whole.setSpacing(16)
        whole.addWidget(Label(self.tr("Theme"), px=12, weight=500, tone="dim"))
        whole.addWidget(self.theme)
        whole.addWidget(self.text_size)
        whole.addWidget(Label(self.tr("Motion"), px=12, weight=500, tone="dim"))
        whole.addWidget(self.motion)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(close)
        whole.addLayout(row)
        self.theme.segment(modes.index(themes.mode)).setFocus()
