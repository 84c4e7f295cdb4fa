"""What lies over the curves: names, the cursor with its values, and the veil."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from app.theme import Theme, lettering, number_font, text_font
from engine import format_number

from . import plain
from .veiled import hidden_sentence, veiled_place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .plot_axes import Range
    from .plot_model import Picture, PlotCurve

__all__ = ["HEADING", "READOUT", "Overlay", "paint_overlay"]

HEADING: Final = 26.0
"""Height of the row in which the axis of values is named."""
READOUT: Final = 32.0
"""Height of the row in which the cursor's values stand."""

_DOT_PITCH: Final = 11.0
_LABEL_ROW: Final = 17.0
_SENTENCE: Final = 170.0
"""The width that `veiled_place` needs for its sentence."""
_WORD: Final = 56.0
"""The width that it needs for one word."""


@dataclass(frozen=True, eq=False)
class Overlay:
    """Everything to be painted over the curves.

    Attributes
    ----------
    picture : Picture
        What is shown.
    theme : Theme
        The colours.
    hues : mapping of str to str
        One colour per lane.
    labels : mapping of str to str
        What stands at the end of each lane's strong curve; may be empty.
    plot : QRectF
        Where the curves are.
    x, y : Range
        What part of the axes is seen there.
    size : (float, float)
        Of the whole.
    zoom : float
        Factor on every size.
    step : int
        The cursor's.
    token : str
        The word read at that step, or nothing.
    axis_name : str
        Of the axis of steps.
    ring : bool
        Whether the keyboard is here.
    """

    picture: Picture
    theme: Theme
    hues: Mapping[str, str]
    labels: Mapping[str, str]
    plot: QRectF
    x: Range
    y: Range
    size: tuple[float, float]
    zoom: float
    step: int
    token: str
    axis_name: str
    ring: bool

    def across(self, step: float) -> float:
        """Return where a step is."""
        return self.plot.left() + (step - self.x.low) / self.x.size * self.plot.width()

    def down(self, place: float) -> float:
        """Return where a place on the axis of values is; may lie outside."""
        return self.plot.bottom() - (place - self.y.low) / self.y.size * self.plot.height()

    def points(self, curve: PlotCurve) -> list[QPointF | None]:
        """Return where a curve's numbers are, None for those that have no place in the window."""
        places = self.picture.axis.place(curve.values)
        made: list[QPointF | None] = []
        for step, place in zip(curve.steps, places, strict=True):
            seen = self.x.low <= step <= self.x.high and self.y.low <= place <= self.y.high
            made.append(QPointF(self.across(float(step)), self.down(float(place))) if seen else None)
        return made


def paint_overlay(painter: QPainter, overlay: Overlay) -> None:
    """Paint it all; the painter's unit is a pixel of the widget."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if overlay.picture.quantity is None:
        _veil(painter, overlay, QRectF(0.5, 0.5, overlay.size[0] - 1.0, overlay.size[1] - 1.0))
    else:
        _heading(painter, overlay)
        _axis_name(painter, overlay)
        _hidden_steps(painter, overlay)
        _dots(painter, overlay)
        _cursor(painter, overlay)
        _end_labels(painter, overlay)
    if overlay.ring:
        painter.setPen(QPen(QColor(overlay.theme.text), 2.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        top = 0.0 if overlay.picture.quantity is None else HEADING * overlay.zoom - 2.0
        whole = QRectF(0.0, top, overlay.size[0], overlay.size[1] - top).adjusted(1.0, 1.0, -1.0, -1.0)
        painter.drawRoundedRect(whole, 9.0, 9.0)


def _write(
    painter: QPainter, rect: QRectF, text: str, font: QFont, colour: str, align: Qt.AlignmentFlag
) -> None:
    metrics, spare = QFontMetricsF(font), rect.width() - lettering.advance(text, font)
    share = {Qt.AlignmentFlag.AlignHCenter: 0.5, Qt.AlignmentFlag.AlignRight: 1.0}.get(align, 0.0)
    baseline = round(rect.center().y() + (metrics.ascent() - metrics.descent()) / 2)
    painter.setPen(QColor(colour))
    lettering.write(painter, rect.left() + share * spare, baseline, text, font)


def _width(text: str, font: QFont) -> float:
    return lettering.advance(text, font)


# --- around the plot ----------------------------------------------------------------------------------


def _heading(painter: QPainter, overlay: Overlay) -> None:
    zoom, theme, picture = overlay.zoom, overlay.theme, overlay.picture
    strong, quiet = text_font(13.0 * zoom, 600), text_font(12.0 * zoom)
    left, row = 0.0, HEADING * zoom
    colour = theme.text
    if len(overlay.hues) == 1:
        colour = next(iter(overlay.hues.values()))
    width = _width(picture.symbol, strong)
    begin = Qt.AlignmentFlag.AlignLeft
    _write(painter, QRectF(left, 0.0, width + 4.0, row), picture.symbol, strong, colour, begin)
    left += width + 9.0 * zoom
    room = overlay.size[0] - left
    aside, font = _aside(overlay), text_font(12.0 * zoom, 500)
    width = _width(aside, font) + 12.0 * zoom
    # The axis comes first: where both have no room, the word on the hidden place itself has to do.
    if aside and (_width(picture.words, quiet) + width <= room or not _has_word(overlay)):
        room -= width
        width -= 12.0 * zoom
        rect = QRectF(overlay.size[0] - width - 2.0, 0.0, width + 2.0, row)
        _write(painter, rect, aside, font, theme.dim, begin)
    words = QFontMetricsF(quiet).elidedText(picture.words, Qt.TextElideMode.ElideRight, room)
    _write(painter, QRectF(left, 0.0, room, row), words, quiet, theme.dim, begin)


def _axis_name(painter: QPainter, overlay: Overlay) -> None:
    row = 20.0 * overlay.zoom
    rect = QRectF(overlay.plot.left(), overlay.size[1] - row - 2.0, overlay.plot.width(), row)
    font = text_font(12.0 * overlay.zoom)
    _write(painter, rect, overlay.axis_name, font, overlay.theme.dim, Qt.AlignmentFlag.AlignHCenter)


# --- what the veil hides ------------------------------------------------------------------------------


def _hidden_steps(painter: QPainter, overlay: Overlay) -> None:
    """Cover the steps after the last one shown."""
    place = _hidden_place(overlay)
    if place.width() > 1.0:
        _veil(painter, overlay, place)


def _hidden_place(overlay: Overlay) -> QRectF:
    """Return where the hidden steps in the window are; of no width if there are none."""
    picture, plot = overlay.picture, overlay.plot
    left = plot.right()
    if picture.last < picture.steps:
        left = min(max(overlay.across(picture.last + 0.5), plot.left()), plot.right())
    return QRectF(left, plot.top(), plot.right() - left, plot.height())


def _has_word(overlay: Overlay) -> bool:
    """Whether the place of the hidden steps is wide enough for one word."""
    return _hidden_place(overlay).width() >= _WORD * overlay.zoom


def _aside(overlay: Overlay) -> str:
    """Return the sentence for above the plot, where the hidden steps leave it no room."""
    if not 1.0 < _hidden_place(overlay).width() < _SENTENCE * overlay.zoom:
        return ""
    return f"t > {overlay.picture.last}: {hidden_sentence()}"


def _veil(painter: QPainter, overlay: Overlay, place: QRectF) -> None:
    zoom, theme = overlay.zoom, overlay.theme
    rect = (place.x() / zoom, place.y() / zoom, place.width() / zoom, place.height() / zoom)
    mark = veiled_place(rect, theme, fill=theme.card, border=theme.line)
    painter.save()
    painter.scale(zoom, zoom)
    plain.draw(painter, (mark,), theme)
    painter.restore()


# --- curves and cursor --------------------------------------------------------------------------------


def _dots(painter: QPainter, overlay: Overlay) -> None:
    """Mark every step while there is room; a number between two gaps always, as no line shows it."""
    roomy = overlay.plot.width() / overlay.x.size >= _DOT_PITCH * overlay.zoom
    painter.setPen(Qt.PenStyle.NoPen)
    for curve in overlay.picture.strong:
        known = np.isfinite(overlay.picture.axis.place(curve.values))
        padded = np.concatenate(([False], known, [False]))
        alone = known & ~padded[:-2] & ~padded[2:]
        painter.setBrush(QColor(overlay.hues[curve.lane]))
        for point, lonely in zip(overlay.points(curve), alone, strict=True):
            if point is not None and (roomy or lonely):
                painter.drawEllipse(point, 2.5 * overlay.zoom, 2.5 * overlay.zoom)


def _cursor(painter: QPainter, overlay: Overlay) -> None:
    plot, theme, zoom = overlay.plot, overlay.theme, overlay.zoom
    seen = overlay.x.low <= overlay.step <= overlay.x.high
    chip = _readout(painter, overlay)
    if not seen:
        return
    ratio = painter.device().devicePixelRatio()
    x = round(overlay.across(overlay.step) * ratio) / ratio
    painter.fillRect(QRectF(x - 0.5, chip.bottom(), 1.0, plot.bottom() - chip.bottom()), QColor(theme.text))
    for curve in overlay.picture.strong:
        at = overlay.step - int(curve.steps[0]) if curve.steps.size else -1
        point = overlay.points(curve)[at] if 0 <= at < curve.steps.size else None
        if point is not None:
            painter.setPen(QPen(QColor(theme.panel), 2.0 * zoom))
            painter.setBrush(QColor(overlay.hues[curve.lane]))
            painter.drawEllipse(QPointF(x, point.y()), 5.0 * zoom, 5.0 * zoom)


def _readout(painter: QPainter, overlay: Overlay) -> QRectF:
    """Write the step and its values over the cursor; return the chip they stand on."""
    theme, zoom, picture = overlay.theme, overlay.zoom, overlay.picture
    numbers, words = number_font(12.0 * zoom), text_font(12.0 * zoom, 500)
    gap, near = 14.0 * zoom, 6.0 * zoom
    parts: list[tuple[str, QFont, str, float]] = [(f"t = {overlay.step}", numbers, theme.text, gap)]
    if overlay.token:
        parts[0] = (*parts[0][:3], near)
        parts.append((overlay.token, words, theme.dim, gap))
    for curve in picture.strong:
        value, hue = curve.at(overlay.step), overlay.hues[curve.lane]
        if len(picture.strong) > 1:
            name = QFontMetricsF(words).elidedText(curve.title, Qt.TextElideMode.ElideRight, 120.0 * zoom)
            parts.append((name, words, hue, near))
        parts.append(("—" if value is None else format_number(value), numbers, hue, gap))
    parts[-1] = (*parts[-1][:3], 0.0)
    widths = [_width(text, font) for text, font, _, _ in parts]
    width = sum(widths) + sum(part[3] for part in parts) + 2 * 10.0 * zoom
    height = 24.0 * zoom
    x = overlay.across(overlay.step) - width / 2
    x = max(min(x, overlay.size[0] - width - 2.0), 2.0)
    chip = QRectF(x, HEADING * zoom + 1.0, width, height)
    painter.setPen(QPen(QColor(theme.line), 1.0))
    painter.setBrush(QColor(theme.card))
    painter.drawRoundedRect(chip.adjusted(0.5, 0.5, -0.5, -0.5), 7.0, 7.0)
    left = chip.left() + 10.0 * zoom
    for (text, font, colour, after), wide in zip(parts, widths, strict=True):
        rect = QRectF(left, chip.top(), wide + 4.0, height)
        _write(painter, rect, text, font, colour, Qt.AlignmentFlag.AlignLeft)
        left += wide + after
    return chip


# --- names at the ends --------------------------------------------------------------------------------


def _end_labels(painter: QPainter, overlay: Overlay) -> None:
    """Name each strong curve at the last point of it that is in the window; names keep apart."""
    zoom, plot = overlay.zoom, overlay.plot
    font = text_font(12.0 * zoom, 600)
    placed: list[tuple[float, float, str, str]] = []
    for curve in overlay.picture.strong:
        if text := overlay.labels.get(curve.lane):
            found = _end(overlay, curve)
            if found is not None:
                x, y, arrow = found
                placed.append((y, x, text + arrow, overlay.hues[curve.lane]))
    placed.sort(key=lambda label: label[0])
    row = _LABEL_ROW * zoom
    for y, (_, x, text, hue) in zip(_apart([p[0] for p in placed], row, plot), placed, strict=True):
        room = overlay.size[0] - x - 2.0
        shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, room)
        _write(painter, QRectF(x, y - row / 2, room, row), shown, font, hue, Qt.AlignmentFlag.AlignLeft)


def _end(overlay: Overlay, curve: PlotCurve) -> tuple[float, float, str] | None:
    """Return where a curve's name stands, and an arrow if the curve has left the window up or down."""
    places = overlay.picture.axis.place(curve.values)
    seen = np.flatnonzero(
        np.isfinite(places) & (curve.steps >= overlay.x.low) & (curve.steps <= overlay.x.high)
    )
    if not seen.size:
        return None
    step, place = float(curve.steps[seen[-1]]), float(places[seen[-1]])
    x = overlay.across(step) + 10.0 * overlay.zoom
    if _hidden_place(overlay).width() < _SENTENCE * overlay.zoom:
        x = overlay.plot.right() + 8.0 * overlay.zoom
    if place > overlay.y.high:
        return x, overlay.plot.top(), " ↑"
    if place < overlay.y.low:
        return x, overlay.plot.bottom(), " ↓"
    return x, overlay.down(place), ""


def _apart(wanted: Sequence[float], row: float, plot: QRectF) -> list[float]:
    """Return heights, in order, at least a row apart and inside the plot, near the wanted ones."""
    made: list[float] = []
    for y in wanted:
        made.append(max(y, made[-1] + row) if made else max(y, plot.top() + row / 2))
    below = plot.bottom() - row / 2
    for k in range(len(made) - 1, -1, -1):
        made[k] = min(made[k], below)
        below = made[k] - row
    return made
