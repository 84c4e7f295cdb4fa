"""The plot: any quantity of the runs over the steps, as curves that one reads, pans and zooms."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.theme import DARK, Theme, text_font

from .accessibility import announce
from .cursor import Cursor
from .keys import Action, action_for
from .lanes import colours
from .plot_area import PlotArea
from .plot_controls import PlotControls
from .plot_model import Picture, PlotChoice, PlotCurve, build, plot_quantities, unit_name
from .scales import last_visible
from .veil import Veil
from .veiled import hidden_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine import Run

__all__ = ["PlotView", "plot_help"]

_ZOOM_KEYS: Final = {
    Qt.Key.Key_Plus: 0.7,
    Qt.Key.Key_Equal: 0.7,  # where + is typed with Shift, without it is meant too
    Qt.Key.Key_Minus: 1 / 0.7,
}
_COMMANDS: Final = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)


def plot_help() -> tuple[tuple[str, str], ...]:
    """Return the keys that only the plot has, as shown, and their meaning in the user's language."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("PlotKeys", text)

    return (
        ("+ −", tr("show fewer or more steps")),
        ("R", tr("show all again")),
    )


class PlotView(QWidget):
    """Curves over the steps, one colour per lane, with the stage's cursor.

    pyqtgraph, which draws the curves, is imported when the plot is first shown.
    """

    cursor_moved = Signal(object)
    """The learner moved the cursor here; carries a `Cursor`. Not sent by `set_cursor`."""
    choice_changed = Signal(object)
    """The learner chose something else to see; carries a `PlotChoice`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs: tuple[Run, ...] = ()
        self._veil = Veil()
        self._cursor = Cursor()
        self._theme = DARK
        self._zoom = 1.0
        self._choice = PlotChoice()
        self._picture: Picture = build((), self._choice, self._cursor, self._veil)
        self.controls = PlotControls(self)
        self.area = PlotArea(self)
        self._notes = QLabel(self)
        self._notes.setWordWrap(True)
        self._notes.setTextFormat(Qt.TextFormat.PlainText)
        self._notes.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._notes.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.controls)
        column.addWidget(self.area, 1)
        column.addWidget(self._notes)
        self.setFocusProxy(self.area)
        self.setTabOrder(self.controls, self.area)
        self.controls.quantity_chosen.connect(lambda name: self._choose(quantity=name))
        self.controls.drawn_chosen.connect(lambda drawn: self._choose(drawn=drawn))
        self.controls.log_chosen.connect(lambda log: self._choose(log=log))
        self.controls.reset_clicked.connect(self.area.show_all)
        self.area.step_chosen.connect(lambda step: self._move(step=step))
        self.area.window_changed.connect(self._on_window)
        self.set_theme(DARK)
        self._renew()

    # -- what is shown --

    def set_runs(self, runs: Sequence[Run]) -> None:
        """Show other runs, one per lane; what is seen of them stays as it was where it can."""
        self._runs = tuple(runs)
        self._renew()

    def set_veil(self, veil: Veil) -> None:
        """Hide other things; they are neither drawn, nor said, nor felt by the axes."""
        self._veil = veil
        self._renew()

    def set_cursor(self, cursor: Cursor) -> None:
        """Move the cursor to where the stage has it; silent."""
        before, self._cursor = self._cursor, cursor
        if (before.unit, before.lane) != (cursor.unit, cursor.lane):
            self._renew()
        elif before.step != cursor.step:
            self._show_cursor()

    def set_choice(self, choice: PlotChoice) -> None:
        """Show something else; silent."""
        self._choice = choice
        self._renew()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self._dress()

    def set_zoom(self, zoom: float) -> None:
        """Draw everything larger by a factor; for the text size of the settings."""
        self._zoom = zoom
        self._dress()

    def cursor_now(self) -> Cursor:
        """Return where the cursor stands."""
        return self._cursor

    def choice(self) -> PlotChoice:
        """Return what is shown, which may differ from what was chosen where that cannot be."""
        return self._picture.choice

    def shown_values(self) -> tuple[PlotCurve, ...]:
        """Return the curves that are drawn; nothing in them is hidden by the veil."""
        return self._picture.curves

    def notes(self) -> tuple[str, ...]:
        """Return what is said under the curves."""
        return self._picture.notes

    # -- keeping up --

    def _choose(self, **parts: object) -> None:
        # A name that cannot be shown just now is not forgotten for a choice about something else.
        self._choice = replace(self._choice, **parts)  # type: ignore[arg-type] # from signals, by name
        self._renew()
        self.choice_changed.emit(self._picture.choice)

    def _renew(self) -> None:
        self._picture = picture = build(self._runs, self._choice, self._cursor, self._veil)
        quantity = picture.quantity
        self.controls.setVisible(quantity is not None)
        if quantity is not None:
            vector = quantity.size != "one"
            unit = unit_name(quantity, self._cursor.unit if vector else 1)
            self.controls.show_choice(
                plot_quantities(self._runs, self._veil),
                quantity.name,
                picture.choice.drawn if vector else self._choice.drawn,
                bool(picture.choice.log),
                unit[:1].upper() + unit[1:],
                vector,
            )
        self._notes.setText(" · ".join(picture.notes))
        self._notes.setVisible(bool(picture.notes))
        self._show()
        self._show_cursor()
        self._on_window()

    def _show(self) -> None:
        hues = self._hues()
        labels = {}
        if len(self._picture.strong) > 1:
            labels = {curve.lane: curve.title for curve in self._picture.strong}
        elif self._picture.choice.drawn == "all" and self._picture.quantity is not None:
            labels = {
                curve.lane: unit_name(self._picture.quantity, curve.unit or 1)
                for curve in self._picture.strong
            }
        self.area.set_picture(self._picture, hues, labels)

    def _hues(self) -> dict[str, str]:
        """Return one colour per lane; a single lane has the colour of its quantity, as everywhere."""
        quantity = self._picture.quantity
        if quantity is None:
            return {}
        if len(self._runs) == 1:
            return {self._runs[0].name: self._theme.role(quantity.role)}
        shown = {curve.lane for curve in self._picture.curves}
        pairs = zip(self._runs, colours(self._runs, self._theme), strict=True)
        return {run.name: hue for run, hue in pairs if run.name in shown}

    def _step(self) -> int:
        return min(max(self._cursor.step, 1), max(self._picture.last, 1))

    def _show_cursor(self) -> None:
        self.area.set_cursor(self._step(), self._token())
        self.area.setAccessibleName(self._spoken_name())
        self.area.setAccessibleDescription(self._spoken_values())

    def _token(self) -> str:
        if not self._runs or self._veil.hides(quantity="x", t=self._step()):
            return ""
        labels = self._runs[0].labels
        word = labels[self._step() - 1] if len(labels) >= self._step() else ""
        return f"“{word}”" if word else ""

    def _spoken_name(self) -> str:
        if not self._runs:
            return self.tr("plot, empty")
        if self._picture.quantity is None:
            return self.tr("plot: {sentence}").format(sentence=hidden_sentence())
        return self.tr("plot over the steps: {what}").format(what=self._picture.words)

    def _spoken_values(self) -> str:
        if not self._runs:
            return ""
        said = [self._picture.said(self._step()), *self._picture.notes]
        if 0 < self._picture.last < self._picture.steps:
            where = self.tr("after t = {step}").format(step=self._picture.last)
            said.append(f"{where}: {hidden_sentence()}")
        return ". ".join(said)

    def _dress(self) -> None:
        self.controls.set_look(self._theme, self._zoom)
        self.area.set_look(self._theme, self._zoom)
        self._notes.setFont(text_font(12.0 * self._zoom))
        colours_now = self._notes.palette()
        colours_now.setColor(self._notes.foregroundRole(), QColor(self._theme.dim))
        self._notes.setPalette(colours_now)
        self._show()
        self.update()

    def _on_window(self) -> None:
        self.controls.set_reset_available(not self.area.is_whole())

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(860, 620)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the stage's ground."""
        painter = QPainter(self)
        painter.fillRect(QRectF(self.rect()), QColor(self._theme.panel))
        painter.end()

    # -- hands --

    def _move(self, step: int | None = None, unit: int | None = None) -> None:
        if not self._runs or self._picture.quantity is None:
            return
        cursor = self._cursor
        run = next((run for run in self._runs if run.name == cursor.lane), self._runs[0])
        if step is not None:
            last = max(last_visible(run, self._veil), 1)
            cursor = cursor.moved(step, last)
        if unit is not None:
            cursor = replace(cursor, unit=min(max(unit, 1), run.units))
        if cursor != self._cursor:
            self.set_cursor(cursor)
            self.cursor_moved.emit(cursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step, change the unit, zoom, show all; other keys go to the stage around."""
        if self._picture.quantity is None or not self._pressed(event):
            super().keyPressEvent(event)
            return
        self.area.show_ring()
        announce(self.area, self._picture.said(self._step()))

    def _pressed(self, event: QKeyEvent) -> bool:
        if event.modifiers() & _COMMANDS:
            return False
        factor = next((value for key, value in _ZOOM_KEYS.items() if key == event.key()), None)
        if factor is not None:
            self.area.zoom_by(factor)
            return True
        if event.key() == Qt.Key.Key_R:
            self.area.show_all()
            return True
        action = action_for(event)
        if action in (Action.BACK, Action.ON):
            self._move(step=self._step() + (1 if action is Action.ON else -1))
        elif action in (Action.UNIT_UP, Action.UNIT_DOWN):
            self._move(unit=self._cursor.unit + (1 if action is Action.UNIT_DOWN else -1))
        else:
            return False
        return True
