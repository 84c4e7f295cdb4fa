"""Line icons and the product's mark, in any colour and sharp at any scale factor."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

__all__ = ["ICON_FOLDER", "MARK", "draw_icon", "icon", "icon_names", "window_icon"]

ICON_FOLDER: Final = Path(__file__).resolve().parent.parent / "assets" / "icons"
_FILLED: Final = "-filled"
MARK: Final = "unrolled"
"""Name of the product's mark: a loop being unrolled."""


def icon_names() -> tuple[str, ...]:
    """Return the names of all icons, sorted."""
    return tuple(sorted(file.stem for file in ICON_FOLDER.glob("*.svg")))


@lru_cache(maxsize=512)
def _image(name: str, colour: str, side: int) -> QImage:
    """Draw an icon into a square of `side` device pixels."""
    source = (ICON_FOLDER / f"{name.removesuffix(_FILLED)}.svg").read_text(encoding="utf-8")
    if name.endswith(_FILLED):
        source = source.replace('fill="none"', 'fill="currentColor"')
    source = source.replace("currentColor", colour)
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    renderer = QSvgRenderer(QByteArray(source.encode()))
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    return image


def draw_icon(painter: QPainter, name: str, colour: str, rect: QRectF) -> None:
    """Draw an icon into a square, snapped to device pixels.

    Parameters
    ----------
    painter : QPainter
        Must not be rotated or sheared.
    name : str
        A name out of `icon_names`; with ``-filled`` after it, the same as a solid shape.
    colour : str
        ``#rrggbb``.
    rect : QRectF
        Where; the shorter side counts.

    Raises
    ------
    FileNotFoundError
        If there is no such icon.
    """
    device = painter.deviceTransform()
    scale = device.m11()
    side = max(1, round(min(rect.width(), rect.height()) * scale))
    image = _image(name, colour, side)
    corner = device.map(rect.center() - QPointF(side, side) / (2 * scale))
    snapped = device.inverted()[0].map(QPointF(round(corner.x()), round(corner.y())))
    painter.drawImage(QRectF(snapped.x(), snapped.y(), side / scale, side / scale), image)


class _Engine(QIconEngine):
    """Draws whenever Qt asks, so that each size and ratio gets an image of its own."""

    def __init__(self, name: str, colour: str, px: int) -> None:
        super().__init__()
        self._name, self._colour, self._px = name, colour, px

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        if mode == QIcon.Mode.Disabled:
            painter.setOpacity(0.4)
        draw_icon(painter, self._name, self._colour, QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap

    def actualSize(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QSize:
        return QSize(self._px, self._px).scaled(size, Qt.AspectRatioMode.KeepAspectRatio)

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._colour, self._px)


@lru_cache(maxsize=256)
def icon(name: str, colour: str, px: int = 18) -> QIcon:
    """Return an icon for Qt's own buttons and menus.

    Parameters
    ----------
    name : str
        A name out of `icon_names`.
    colour : str
        ``#rrggbb``; disabled, it is drawn at 40 %.
    px : int
        The natural side in logical pixels.

    Raises
    ------
    FileNotFoundError
        If there is no such icon.
    """
    if not (ICON_FOLDER / f"{name.removesuffix(_FILLED)}.svg").is_file():
        raise FileNotFoundError(name)
    return QIcon(_Engine(name, colour, px))


def window_icon() -> QIcon:
    """Return the mark on its tile, for title bars and task bars."""
    return icon(f"{MARK}-tile", "#000000", 64)
