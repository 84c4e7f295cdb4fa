"""A scroll area that is as tall as what it holds, up to the room there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPalette
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from app.theme import draw_icon, theme_of
from app.widgets import clear_viewport

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QResizeEvent

__all__ = ["FADE", "FittedScroll"]

FADE: Final = 36
"""Pixels over which the content fades where it goes on."""


class _Fade(QWidget):
    """Lies over an edge of the area, and lets what goes on behind it fade into the ground."""

    def __init__(self, at_top: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self._at_top = at_top
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground, fully at the edge and not at all at the other end; below, point on."""
        solid = self.palette().color(QPalette.ColorRole.Window)
        clear = QColor(solid)
        clear.setAlpha(0)
        edge, away = (0.0, float(self.height())) if self.at_top else (float(self.height()), 0.0)
        shade = QLinearGradient(QPointF(0, edge), QPointF(0, away))
        shade.setColorAt(0.0, solid)
        shade.setColorAt(0.4, solid)
        shade.setColorAt(1.0, clear)
        painter = QPainter(self)
        painter.fillRect(self.rect(), shade)
        if not self.at_top and self.height() == FADE:
            side, theme = 14.0, theme_of(self.palette())
            mark = QRectF((self.width() - side) / 2, self.height() - side, side, side)
            draw_icon(painter, "chevron-down", theme.dim, mark)
        painter.end()

    @property
    def at_top(self) -> bool:
        """Whether it lies at the upper edge."""
        return self._at_top


class FittedScroll(QScrollArea):
    """Scrolls vertically, and takes no more height than its content needs.

    What stands below it in a layout therefore follows the content closely while there is room, and stays in
    view when there is not. The bar has room of its own, so that no line breaks elsewhere when it comes; and
    where the content goes on, above or below, it fades.

    Parameters
    ----------
    content : QWidget
        With a layout; it becomes as wide as the area without the bar.
    """

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        clear_viewport(self)
        self._content = content
        self._whole = False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self.fit)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.setWidget(content)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        content.setAutoFillBackground(False)
        content.installEventFilter(self)
        self._fades = (_Fade(True, self), _Fade(False, self))
        bar = self.verticalScrollBar()
        bar.valueChanged.connect(self._place_fades)
        bar.rangeChanged.connect(self._place_fades)
        self._keep_room()

    def bar_room(self) -> int:
        """Return the width that is kept for the bar."""
        return self.verticalScrollBar().sizeHint().width()

    def set_whole(self, whole: bool) -> None:
        """Show everything at once, where something around it scrolls; else shrink and scroll."""
        if whole != self._whole:
            self._whole = whole
            self.updateGeometry()
            self.fit()

    def content_height(self) -> int:
        """Return the height that shows everything at the present width."""
        width = max(1, self.width() - self.bar_room())
        layout = self._content.layout()
        if layout is not None and layout.hasHeightForWidth():
            return layout.totalHeightForWidth(width)
        return self._content.sizeHint().height()

    def fit(self) -> None:
        """Measure again."""
        height = self.content_height()
        if height != self.maximumHeight():
            self.setMaximumHeight(height)
            self.updateGeometry()
            parent = self.parentWidget()
            around = parent.layout() if parent is not None else None
            if around is not None:
                around.activate()  # at once: a bar must not come for the moment until there is room
        policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if self.height() < height:
            policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOn
        if policy != self.verticalScrollBarPolicy():
            self.setVerticalScrollBarPolicy(policy)
        self._keep_room()
        if policy == Qt.ScrollBarPolicy.ScrollBarAlwaysOff:
            self.verticalScrollBar().setValue(0)
        self._place_fades()

    def _keep_room(self) -> None:
        """Leave the bar's room free while there is none."""
        is_on = self.verticalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAlwaysOn
        free = 0 if is_on else self.bar_room()
        if self.viewportMargins().right() != free:
            self.setViewportMargins(0, 0, free, 0)

    def _place_fades(self) -> None:
        bar, view = self.verticalScrollBar(), self.viewport().geometry()
        is_on = self.verticalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAlwaysOn
        for fade in self._fades:
            more = bar.value() - bar.minimum() if fade.at_top else bar.maximum() - bar.value()
            # It grows with what it hides, so that the first and the last line are never under it.
            tall = min(FADE, more, view.height() // 4)
            fade.setVisible(is_on and tall > 0)
            top = view.top() if fade.at_top else view.bottom() + 1 - tall
            fade.setGeometry(view.left(), top, view.width(), tall)
            fade.raise_()

    def sizeHint(self) -> QSize:
        """Return the content's height."""
        return QSize(super().sizeHint().width(), self.content_height())

    def minimumSizeHint(self) -> QSize:
        """Return little: the rest can be scrolled to."""
        height = self.content_height()
        return QSize(0, height if self._whole else min(120, height))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the height to another width."""
        super().resizeEvent(event)
        self.fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fit the height when something in the content grew, and again once that is laid out."""
        if watched is self._content and event.type() == QEvent.Type.LayoutRequest:
            self.fit()
            self._later.start()
        return super().eventFilter(watched, event)
