"""The plot inside the stage: made when its tab is first shown, kept in step with the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject

from .compose import PLOT, plot_place
from .veil import Veil

if TYPE_CHECKING:
    from app.theme import Theme
    from engine import Run

    from .plot import PlotView
    from .view import StageView

__all__ = ["PlotTab"]


class PlotTab(QObject):
    """Lays a `PlotView` over the stage's body while the tab is chosen.

    Parameters
    ----------
    view : StageView
        The stage; the plot becomes its child, so keys that it does not take go to the stage.
    """

    def __init__(self, view: StageView) -> None:
        super().__init__(view)
        self._view = view
        self._runs: tuple[Run, ...] = ()
        self._veil = Veil()
        self._theme: Theme = view.theme()
        self._zoom = 1.0
        self._plot: PlotView | None = None
        view.installEventFilter(self)
        view.view_changed.connect(self._on_view)

    @property
    def plot(self) -> PlotView | None:
        """The plot, once it has been shown."""
        return self._plot

    def set_runs(self, runs: tuple[Run, ...]) -> None:
        """Show other runs."""
        self._runs = runs
        self._follow()

    def set_veil(self, veil: Veil) -> None:
        """Hide other things."""
        self._veil = veil
        self._follow()

    def set_look(self, theme: Theme, zoom: float) -> None:
        """Draw in other colours, larger or smaller."""
        self._theme, self._zoom = theme, zoom
        self._follow()

    def _on_view(self, view: str) -> None:
        if view != PLOT:
            if self._plot is not None:
                if self._plot.isAncestorOf(self._plot.window().focusWidget()):
                    self._view.setFocus()
                self._plot.hide()
            return
        if self._plot is None:
            # Imported here: with it comes pyqtgraph, which takes longer than the first question.
            from .plot import PlotView

            self._plot = PlotView(self._view)
            self._plot.cursor_moved.connect(self._view.set_cursor)
            self._view.cursor_moved.connect(self._plot.set_cursor)
        self._follow()
        self._place()
        self._plot.show()

    def _follow(self) -> None:
        """Bring the plot up to date if it is seen."""
        if self._plot is None or self._view.view() != PLOT:
            return
        self._plot.set_theme(self._theme)
        self._plot.set_zoom(self._zoom)
        self._plot.set_veil(self._veil)
        self._plot.set_runs(self._runs)
        self._plot.set_cursor(self._view.cursor_now())

    def _place(self) -> None:
        if self._plot is not None:
            x, y, width, height = plot_place(
                self._view.width() / self._zoom, self._view.height() / self._zoom
            )
            zoom = self._zoom
            self._plot.setGeometry(
                round(x * zoom), round(y * zoom), round(width * zoom), round(height * zoom)
            )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep to the stage's size."""
        if watched is self._view and event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)
