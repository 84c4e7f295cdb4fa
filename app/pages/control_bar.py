"""The controls under the stage: sliders on typed places of the experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.widgets import IconButton, Label, LabeledSlider

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.controllers import ControlCard

__all__ = ["ControlBar"]

_LEAST = 150
"""Pixels that a slider and its label need."""


class ControlBar(QWidget):
    """A slider for each control, and a way back to where they began.

    Attributes
    ----------
    moved : Signal(int, float)
        Number of the control, from 0, and where it stands now.
    reset_requested : Signal()
        The learner wants all of them back where they began.
    """

    moved = Signal(int, float)
    reset_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self._row = QHBoxLayout()
        self._row.setSpacing(24)
        column.addLayout(self._row)
        self._note = Label(px=11, tone="dim")
        policy = self._note.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the picture keeps its size when the note goes
        self._note.setSizePolicy(policy)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self._note)
        column.addLayout(foot)
        self._reset = IconButton("rotate-ccw", self.tr("Put the controls back"), parent=self)
        self._reset.clicked.connect(self.reset_requested)
        self._reset.hide()
        self._sliders: list[LabeledSlider] = []

    @property
    def sliders(self) -> tuple[LabeledSlider, ...]:
        """The sliders, in the order of the controls."""
        return tuple(self._sliders)

    def set_controls(self, controls: Sequence[ControlCard]) -> None:
        """Show other controls."""
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None and widget is not self._reset:
                widget.hide()
                widget.deleteLater()
        self._sliders = []
        for number, control in enumerate(controls):
            slider = LabeledSlider(
                control.label, control.low, control.high, control.step, control.low, parent=self
            )
            slider.setMinimumWidth(_LEAST)
            slider.value_changed.connect(lambda value, number=number: self.moved.emit(number, value))
            self._row.addWidget(slider, 1)
            self._sliders.append(slider)
        self._row.addWidget(self._reset)
        self.setVisible(bool(controls))

    def show_state(
        self, values: Sequence[float | None], live: Sequence[bool], changed: bool, note: str
    ) -> None:
        """Show where the controls stand, without a signal.

        Parameters
        ----------
        values : sequence of float or None
            None leaves a slider where it is.
        live : sequence of bool
            Which may be moved.
        changed : bool
            Whether there is anything to put back.
        note : str
            One sentence under the sliders, or empty.
        """
        for slider, value, is_live in zip(self._sliders, values, live, strict=True):
            if value is not None:
                slider.set_value(value)
            slider.set_locked(not is_live)
        self._reset.setVisible(changed and all(live))
        self._note.setText(note)
        self._note.setVisible(bool(note))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the text scale."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
