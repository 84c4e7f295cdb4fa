"""Pieces that every cell has: letters, captions, the token, and the plate that hides everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .marks import Line, Panel, Rect, Veiled
from .strands import MOST, tr
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


def means(count: int) -> str:
    """Return how many neighbours one strand or slot is the mean of, nothing where each has its own."""
    if count <= MOST:
        return ""
    few, rest = divmod(count, MOST)
    return tr("{few} or {more}").format(few=few, more=few + 1) if rest else str(few)


def numbers_of(drawing: Drawing, units: int, unit: int, rect: Rect, theme: Theme) -> None:
    """Say at the right whose the numbers are, and what a strand and a slot stand for if for several units."""
    x, y, width, height = rect
    k = drawing.type_factor
    words = tr("numbers: unit {k}").format(k=unit)
    texts = [words]
    if units > MOST:
        given = {"n": units, "m": MOST, "few": means(units), "numbers": words}
        texts.insert(0, tr("{m} means of {few} units · {numbers}").format(**given))
        texts.insert(0, tr("{n} units drawn as {m} means of {few} · {numbers}").format(**given))
    shown = next((text for text in texts if text_width(text, 11.0 * k) <= width), words)
    wide = text_width(shown, 11.0 * k) + 4.0
    drawing.text(shown, (x + width - wide, y, wide, height), theme.dim, 11.0, align="right")


def token(drawing: Drawing, flows: Flows, rect: Rect, size: float, theme: Theme) -> None:
    """Write the letter of what is read, and the token if the inputs have names."""
    x, y, width, height = rect
    k = drawing.type_factor
    run = flows.run
    letter(drawing, f"{flows.reads}ₜ", (x, y, 26.0 * k, height), theme.role("x"), size, "left")
    labels = run.labels
    if run.layer > 1:
        texts = [tr("hₜ of layer {layer}").format(layer=run.layer - 1)]
        if run.network.bidirectional:
            texts.insert(0, tr("hₜ of layer {layer}, both ways").format(layer=run.layer - 1))
        room = width - 30.0 * k
        said = next((text for text in texts if text_width(text, 11.0 * k) <= room), "")
        drawing.text(said, (x + 30.0 * k, y, room, height), theme.dim, 11.0)
    elif labels and 1 <= flows.step <= len(labels):
        room = width - 30.0 * k
        text = tr("“{token}”").format(token=labels[flows.step - 1])
        drawing.text(elided(text, room, 13.0 * k), (x + 30.0 * k, y, room, height), theme.dim, 13.0)
    elif flows.run.inputs > MOST:
        said = tr("{m} means of {few} inputs").format(m=MOST, few=means(flows.run.inputs))
        wide = text_width(said, 11.0 * k) + 4.0
        if wide <= width - 30.0 * k:
            drawing.text(said, (x + 30.0 * k, y, wide, height), theme.dim, 11.0)


def legend(drawing: Drawing, units: int, rect: Rect, theme: Theme) -> None:
    """Say what colour and width mean, and backwards what a strand stands for, where there is room for it."""
    x, y, width, height = rect
    k = drawing.type_factor
    wider = tr("wider: larger |∂L/∂·|, 10⁻⁶ to 10") if drawing.backward else tr("wider: larger")
    parts = [(theme.below, tr("below 0")), (theme.above, tr("above 0")), (None, wider)]
    if drawing.backward and units > MOST:
        parts.append((None, tr("a strand: mean of {few} units").format(few=means(units))))
    stroke, gap = 16.0 * k, 14.0 * k
    widths = [text_width(text, 11.0 * k) + (stroke + 5.0 if hue else 0.0) for hue, text in parts]
    if sum(widths) + (len(parts) - 1) * gap > width:
        parts, widths = parts[:3], widths[:3]
    whole = sum(widths) + (len(parts) - 1) * gap
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
