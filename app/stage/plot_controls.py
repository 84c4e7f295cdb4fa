"""What stands above a plot: the quantity, what of it is drawn, the axis, and the way back to all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPalette, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.theme import DARK, Theme, text_font

from .plot_model import Drawn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent

    from engine import Quantity

__all__ = ["PlotControls"]

_DRAWN: Final[tuple[Drawn, ...]] = get_args(Drawn)
_SYMBOL: Final = int(Qt.ItemDataRole.UserRole) + 1
_TITLE: Final = int(Qt.ItemDataRole.UserRole) + 2
_HEIGHT: Final = 28.0
_LETTERS: Final = 12.0
_CENTRE = Qt.AlignmentFlag.AlignCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


def _width(text: str, font: QFont) -> float:
    return float(QFontMetricsF(font).horizontalAdvance(text))


class _Rows(QStyledItemDelegate):
    """The rows of the list: symbols under each other, titles beside them."""

    def __init__(self, parent: QComboBox) -> None:
        super().__init__(parent)
        self.theme = DARK
        self.zoom = 1.0
        self.symbols = 40.0

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the size of a row, or of the line between two groups."""
        if index.data(_SYMBOL) is None:
            return QSize(10, 9)
        title = _width(str(index.data(_TITLE)), text_font(_LETTERS * self.zoom))
        return QSize(round(self.symbols + title + 40.0 * self.zoom), round(26.0 * self.zoom))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one row."""
        theme, zoom = self.theme, self.zoom
        rect = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(rect, QColor(theme.card))
        if index.data(_SYMBOL) is None:
            painter.fillRect(QRectF(rect.left(), rect.center().y(), rect.width(), 1.0), QColor(theme.line))
            painter.restore()
            return
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.chosen))
            painter.drawRoundedRect(rect.adjusted(3.0, 1.0, -3.0, -1.0), 5.0, 5.0)
        symbol = rect.adjusted(12.0 * zoom, 0.0, 0.0, 0.0)
        painter.setFont(text_font(_LETTERS * zoom, 600))
        painter.setPen(QColor(theme.text))
        painter.drawText(symbol, _LEFT, str(index.data(_SYMBOL)))
        painter.setFont(text_font(_LETTERS * zoom))
        painter.drawText(symbol.adjusted(self.symbols + 14.0 * zoom, 0, 0, 0), _LEFT, str(index.data(_TITLE)))
        painter.restore()


class _QuantityBox(QComboBox):
    """The chooser of the quantity; it paints itself, and a passing wheel does not change it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = DARK
        self._zoom = 1.0
        self._rows = _Rows(self)
        self.setItemDelegate(self._rows)
        self.setMaxVisibleItems(30)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_look(self, theme: Theme, zoom: float) -> None:
        """Draw in other colours and sizes."""
        self._theme = self._rows.theme = theme
        self._zoom = self._rows.zoom = zoom
        self._measure()
        colours = self.view().palette()
        for role in (QPalette.ColorRole.Base, QPalette.ColorRole.Window):
            colours.setColor(role, QColor(theme.card))
        self.view().setPalette(colours)
        self.updateGeometry()
        self.update()

    def offer(self, quantities: Sequence[Quantity], chosen: str) -> None:
        """Offer these, gradients under a line, one of them chosen; silent."""
        blocked = self.blockSignals(True)
        names = [self.itemData(k) for k in range(self.count()) if self.itemData(k) is not None]
        if names != [q.name for q in quantities]:
            self.clear()
            for q in quantities:
                if q.is_gradient and self.count() and not self._parted():
                    self.insertSeparator(self.count())
                self.addItem(f"{q.title}, {q.label}", q.name)
                self.setItemData(self.count() - 1, q.label, _SYMBOL)
                self.setItemData(self.count() - 1, q.title, _TITLE)
                self.setItemData(self.count() - 1, q.meaning, Qt.ItemDataRole.ToolTipRole)
            self._measure()
        self.setCurrentIndex(self.findData(chosen))
        self.blockSignals(blocked)
        self.update()

    def _parted(self) -> bool:
        return any(self.itemData(k) is None for k in range(self.count()))

    def _measure(self) -> None:
        font = text_font(_LETTERS * self._zoom, 600)
        symbols = [str(self.itemData(k, _SYMBOL) or "") for k in range(self.count())]
        self._rows.symbols = max((_width(text, font) for text in symbols), default=20.0)
        title = text_font(_LETTERS * self._zoom)
        titles = [str(self.itemData(k, _TITLE) or "") for k in range(self.count())]
        widest = max((_width(text, title) for text in titles), default=60.0)
        self.view().setMinimumWidth(round(self._rows.symbols + widest + 56.0 * self._zoom))

    def sizeHint(self) -> QSize:
        """Return room for most titles."""
        return QSize(round(252.0 * self._zoom), round(_HEIGHT * self._zoom))

    def minimumSizeHint(self) -> QSize:
        """Return room for a short title."""
        return QSize(round(150.0 * self._zoom), round(_HEIGHT * self._zoom))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to what is under it."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the face: symbol, title, and a sign that there are more."""
        theme, zoom = self._theme, self._zoom
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _face(painter, self, theme, bordered=True, chosen=False)
        box = QRectF(self.rect()).adjusted(11.0 * zoom, 0.0, -26.0 * zoom, 0.0)
        symbol, title = str(self.currentData(_SYMBOL) or ""), str(self.currentData(_TITLE) or "")
        strong, plain = text_font(_LETTERS * zoom, 600), text_font(_LETTERS * zoom)
        painter.setPen(QColor(theme.text))
        painter.setFont(strong)
        painter.drawText(box, _LEFT, symbol)
        box.setLeft(box.left() + _width(symbol, strong) + 10.0 * zoom)
        painter.setFont(plain)
        shown = QFontMetricsF(plain).elidedText(title, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, _LEFT, shown)
        painter.setPen(QPen(QColor(theme.dim), 1.5 * zoom))
        middle = QPointF(self.width() - 15.0 * zoom, self.height() / 2.0)
        points = [middle + QPointF(x, y) * zoom for x, y in ((-4.0, -2.0), (0.0, 2.0), (4.0, -2.0))]
        painter.drawPolyline(points)
        painter.end()


class _Segment(QRadioButton):
    """One of a few choices side by side."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = DARK
        self._zoom = 1.0
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_look(self, theme: Theme, zoom: float) -> None:
        """Draw in other colours and sizes."""
        self._theme, self._zoom = theme, zoom
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for the text at its boldest."""
        width = _width(self.text(), text_font(_LETTERS * self._zoom, 600)) + 20.0 * self._zoom
        return QSize(round(width), round(_HEIGHT * self._zoom))

    def minimumSizeHint(self) -> QSize:
        """Return the same: nothing is cut off."""
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        """Take clicks anywhere on it."""
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground and text."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _face(painter, self, self._theme, bordered=False, chosen=self.isChecked() and self.isEnabled())
        _caption(painter, self, self._theme, self._zoom, self.isChecked())
        painter.end()


class _Button(QPushButton):
    """A button with a short text."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = DARK
        self._zoom = 1.0
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_look(self, theme: Theme, zoom: float) -> None:
        """Draw in other colours and sizes."""
        self._theme, self._zoom = theme, zoom
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for the text."""
        width = _width(self.text(), text_font(_LETTERS * self._zoom, 500)) + 22.0 * self._zoom
        return QSize(round(width), round(_HEIGHT * self._zoom))

    def minimumSizeHint(self) -> QSize:
        """Return the same: nothing is cut off."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground and text."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _face(painter, self, self._theme, bordered=True, chosen=False)
        _caption(painter, self, self._theme, self._zoom, strong=False)
        painter.end()


def _face(painter: QPainter, control: QWidget, theme: Theme, *, bordered: bool, chosen: bool) -> None:
    """Paint a control's ground, border and focus ring."""
    box = QRectF(control.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
    over = control.underMouse() and control.isEnabled()
    painter.setPen(QPen(QColor(theme.line), 1.0) if bordered else QPen(Qt.PenStyle.NoPen))
    ground = theme.chosen if chosen else theme.hover if over else theme.card if bordered else None
    painter.setBrush(QColor(ground) if ground else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, 7.0, 7.0)
    if control.hasFocus():
        painter.setPen(QPen(QColor(theme.text), 2.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 7.0, 7.0)


def _caption(painter: QPainter, button: QAbstractButton, theme: Theme, zoom: float, strong: bool) -> None:
    colour = theme.text if strong or button.underMouse() else theme.dim
    painter.setPen(QColor(colour if button.isEnabled() else theme.faint))
    painter.setFont(text_font(_LETTERS * zoom, 600 if strong and button.isEnabled() else 500))
    painter.drawText(QRectF(button.rect()), _CENTRE, button.text())


class _Segments(QWidget):
    """A row of choices of which one is chosen; arrow keys move the choice."""

    chosen = Signal(int)

    def __init__(self, labels: Sequence[str], name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self.segments = [_Segment(self) for _ in labels]
        for k, (segment, label) in enumerate(zip(self.segments, labels, strict=True)):
            segment.setText(label)
            segment.setAccessibleDescription(name)
            self._group.addButton(segment, k)
            row.addWidget(segment)
        self._silent = False
        self._group.idToggled.connect(self._on_toggled)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def _on_toggled(self, place: int, checked: bool) -> None:
        if checked and not self._silent:
            self.chosen.emit(place)

    def set_current(self, place: int) -> None:
        """Choose silently."""
        self._silent = True
        self.segments[place].setChecked(True)
        self._silent = False


class PlotControls(QWidget):
    """Chooser of the quantity, of what is drawn, of the axis; and the button that shows all again."""

    quantity_chosen = Signal(str)
    drawn_chosen = Signal(str)
    log_chosen = Signal(bool)
    reset_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._quantities = _QuantityBox(self)
        self._quantities.setAccessibleName(self.tr("quantity"))
        self._quantities.currentIndexChanged.connect(self._on_quantity)
        self._drawn = _Segments(
            (self.tr("Unit 1"), self.tr("All units"), self.tr("Norm")), self.tr("what is drawn"), self
        )
        self._drawn.chosen.connect(lambda place: self.drawn_chosen.emit(_DRAWN[place]))
        self._axis = _Segments((self.tr("Linear"), self.tr("Log")), self.tr("axis of values"), self)
        self._axis.chosen.connect(lambda place: self.log_chosen.emit(place == 1))
        self._reset = _Button(self)
        self._reset.setText(self.tr("Show all"))
        self._reset.setToolTip(self.tr("show all steps and values again (R, or a double click)"))
        self._reset.setAccessibleDescription(self._reset.toolTip())
        self._reset.clicked.connect(self.reset_clicked)
        self._lower = QHBoxLayout()
        self._lower.setSpacing(14)
        self._lower.addWidget(self._drawn)
        self._lower.addWidget(self._axis)
        self._lower.addStretch(1)
        self._lower.addWidget(self._reset)
        self._rows = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(14)
        self._rows.addWidget(self._quantities, 1)
        self._rows.addLayout(self._lower, 2)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.set_look(DARK, 1.0)

    def set_look(self, theme: Theme, zoom: float) -> None:
        """Draw in other colours, and everything larger by a factor."""
        self._quantities.set_look(theme, zoom)
        for segment in (*self._drawn.segments, *self._axis.segments):
            segment.set_look(theme, zoom)
        self._reset.set_look(theme, zoom)
        self._arrange()

    def show_choice(
        self, quantities: Sequence[Quantity], chosen: str, drawn: Drawn, log: bool, unit: str, vector: bool
    ) -> None:
        """Show what is chosen; silent.

        Parameters
        ----------
        quantities : sequence of Quantity
            What is offered.
        chosen : str
            The one that is shown.
        drawn : {"unit", "all", "norm"}
            What of it.
        log : bool
            Whether the axis is logarithmic.
        unit : str
            Name of the cursor's unit.
        vector : bool
            Whether a step has more than one number of it.
        """
        self._quantities.offer(quantities, chosen)
        self._drawn.segments[0].setText(unit)
        self._drawn.segments[0].updateGeometry()
        self._drawn.set_current(_DRAWN.index(drawn))
        self._drawn.setEnabled(vector)
        self._axis.set_current(int(log))

    def set_reset_available(self, available: bool) -> None:
        """Say whether there is more than is seen."""
        self._reset.setEnabled(available)

    def quantity_box(self) -> QComboBox:
        """Return the chooser of the quantity."""
        return self._quantities

    def button(self, text: str) -> QAbstractButton:
        """Return the button or choice with this text.

        Raises
        ------
        LookupError
            If there is none.
        """
        for found in (*self._drawn.segments, *self._axis.segments, self._reset):
            if found.text() == text:
                return found
        raise LookupError(text)

    def _on_quantity(self, index: int) -> None:
        name = self._quantities.itemData(index)
        if isinstance(name, str):
            self.quantity_chosen.emit(name)

    def _arrange(self) -> None:
        """Set all in one row, or in two where one has no room."""
        needed = self._quantities.sizeHint().width() + self._lower.sizeHint().width() + 14
        wide = self.width() >= needed
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._rows.direction() != direction:
            self._rows.setDirection(direction)
            self._rows.setSpacing(14 if wide else 8)
            self.updateGeometry()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange for the new width."""
        self._arrange()
        super().resizeEvent(event)
