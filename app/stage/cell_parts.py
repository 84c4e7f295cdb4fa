"""Pieces that every cell has: letters, captions, the token, and the plate that hides everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .marks import Line, Panel, Rect, Veiled
from .strands import tr
from .timeline import elided, text_width

if TYPE_CHECKING:
    from app.theme import Theme

    from .cell_flows import Flows
    from .drawing import Drawing


def letter(drawing: Drawing, text: str, rect: Rect, colour: str, size: float, align: str) -> None:
    """Write a quantity's letter: italic, in its hue."""
    drawing.text(text, rect, colour, size, weight=600, italic=True, align=align)


def captions(drawing: Drawing, name: str, number: str, rect: Rect, theme: Theme) -> None:
    """Write a block's name, and the chosen unit's number at its right; one alone stands in the middle."""
    x, y, width, height = rect
    if not name:
        drawing.text(number, rect, theme.text, 11.0, mono=True, align="centre")
        return
    wide = text_width(number, 11.0 * drawing.type_factor, mono=True)
    drawing.text(name, (x, y, width - wide, height), theme.dim, 11.0, align="left" if number else "centre")
    if number:
        drawing.text(number, (x + width - wide, y, wide, height), theme.text, 11.0, mono=True, align="right")


def token(drawing: Drawing, flows: Flows, rect: Rect, size: float, theme: Theme) -> None:
    """Write xₜ and the token that is read, if the inputs have names."""
    x, y, width, height = rect
    k = drawing.type_factor
    letter(drawing, "xₜ", (x, y, 26.0 * k, height), theme.role("x"), size, "left")
    labels = flows.run.labels
    if labels and 1 <= flows.step <= len(labels):
        room = width - 30.0 * k
        text = tr("“{token}”").format(token=labels[flows.step - 1])
        drawing.text(elided(text, room, 13.0 * k), (x + 30.0 * k, y, room, height), theme.dim, 13.0)


def legend(drawing: Drawing, rect: Rect, theme: Theme) -> None:
    """Say what colour and width mean, where there is room for it."""
    x, y, width, height = rect
    k = drawing.type_factor
    wider = tr("wider: larger |∂L/∂·|, 10⁻⁶ to 10") if drawing.backward else tr("wider: larger")
    parts = ((theme.below, tr("below 0")), (theme.above, tr("above 0")), (None, wider))
    stroke, gap = 16.0 * k, 14.0 * k
    widths = [text_width(text, 11.0 * k) + (stroke + 5.0 if hue else 0.0) for hue, text in parts]
    whole = sum(widths) + 2 * gap
    if whole > width:
        return
    left = x + (width - whole) / 2
    middle = y + height / 2
    for (hue, text), wide in zip(parts, widths, strict=True):
        shift = 0.0
        if hue is not None:
            shift = stroke + 5.0
            points = ((left, middle), (left + stroke, middle))
            box = (left, middle - 1.5, stroke, 3.0)
            drawing.add(Line(rect=box, lane=drawing.lane, points=points, colour=hue, width=3.0))
        drawing.text(text, (left + shift, y, wide - shift, height), theme.dim, 11.0)
        left += wide + gap


def sentence_plate(drawing: Drawing, rect: Rect, theme: Theme) -> None:
    """Draw the empty plate with the calm sentence."""
    drawing.add(Panel(rect=rect, fill=theme.card, border=theme.line, radius=14.0))
    words = tr("hidden until you answer")
    drawing.add(
        Veiled(
            rect=rect,
            label=words,
            text=words,
            detail=tr("your prediction comes first"),
            colour=theme.dim,
            detail_colour=theme.dim,
        )
    )
