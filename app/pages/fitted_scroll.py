"""A scroll area that is as tall as what it holds, up to the room there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

__all__ = ["FittedScroll"]


class FittedScroll(QScrollArea):
    """Scrolls vertically, and takes no more height than its content needs.

    What stands below it in a layout therefore follows the content closely while there is room, and stays in
    view when there is not.

    Parameters
    ----------
    content : QWidget
        With a layout; it becomes as wide as the area.
    """

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content = content
        self._whole = False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self.fit)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.setWidget(content)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)
        content.installEventFilter(self)

    def set_whole(self, whole: bool) -> None:
        """Show everything at once, where something around it scrolls; else shrink and scroll."""
        if whole != self._whole:
            self._whole = whole
            self.updateGeometry()
            self.fit()

    def content_height(self) -> int:
        """Return the height that shows everything at the present width."""
        width = max(1, self.width())
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
        # Said outright: left to itself, a bar that came with a first narrow layout takes the width whose lack
        # keeps it there.
        policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if self.height() < height:
            policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOn
        if policy != self.verticalScrollBarPolicy():
            self.setVerticalScrollBarPolicy(policy)
        if policy == Qt.ScrollBarPolicy.ScrollBarAlwaysOff:
            self.verticalScrollBar().setValue(0)

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
