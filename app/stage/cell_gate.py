"""One gate of a cell: its mixing block, its slots with a blade each, its letter and its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .cell_parts import captions, letter
from .marks import Panel
from .strands import number
from .timeline import text_width

if TYPE_CHECKING:
    from app.theme import Theme

    from .drawing import Drawing
    from .marks import Rect
    from .strands import Flow

__all__ = ["absent_gate", "gate_box", "mixing_block"]


def mixing_block(
    drawing: Drawing,
    text: str,
    rect: Rect,
    node: str,
    label: str,
    at: tuple[int, float],
    theme: Theme,
    *,
    size: float | None = None,
) -> None:
    """Draw a block in which a matrix mixes what enters it."""
    wide = rect[2] > 74
    drawing.box(
        text,
        rect,
        theme.line,
        node,
        label,
        at,
        size=size or (11.0 if wide else 10.0),
        colour=theme.dim,
        fill=theme.panel,
    )


def gate_box(
    drawing: Drawing,
    rect: Rect,
    flow: Flow,
    unit: int,
    *,
    sign: str,
    symbol: str,
    title: str,
    hue: str,
    node: str,
    label: str,
    at: tuple[int, float],
    signed: bool,
    theme: Theme,
) -> None:
    """Draw a row of slots in a frame of the gate's hue.

    Parameters
    ----------
    drawing, rect, theme
        Where to and in which colours.
    flow, unit
        What the slots show, and whose number stands below them.
    sign, symbol, title
        What it does (``σ``), its letter, and its name if there is room for it.
    hue
        Of frame and letter.
    node, label
        Identifier, and name for who does not see it.
    at
        Sub-step, and the reading of its clock when the gate is reached.
    signed
        Whether the slots fill from their middle.
    """
    left, top, width, height = rect
    stage, clock = at
    drawing.box("", rect, hue, node, label, (stage, clock), radius=10.0, border_width=1.6, fill=theme.panel)
    pad, k = max(8.0, 0.1 * width), drawing.type_factor
    # Where the slots would be left no height, the number under them gives way: hovering tells it.
    numbered = height >= 66.0 * k
    head, tail = 23.0 * k, 21.0 * k if numbered else 6.0
    inner = width - 2 * pad
    slots = (left + pad, top + head, inner, height - head - tail - 3.0)
    drawing.slots(flow, slots, unit, node, (stage, clock, clock + slots[3]), signed=signed)
    row = (left + pad, top + 4.0, inner, head - 6.0)
    drawing.text(sign, row, theme.dim, 11.0, mono=True)
    letter(drawing, symbol, row, hue, 15.0, "right")
    if not numbered:
        return
    shown = "" if flow.values is None else number(float(flow.values[unit - 1]))
    captions(drawing, title, shown, (left + pad, top + height - tail + 1.0, inner, tail - 4.0), theme)


def roomy(drawing: Drawing, width: float, titles: tuple[str, ...]) -> bool:
    """Whether a gate of that width has room for every one of the titles beside a number."""
    k = drawing.type_factor
    return all(width * 0.8 >= text_width(title + " ", 11.0 * k) + 33.0 * k for title in titles)


def absent_gate(
    drawing: Drawing, rect: Rect, says: str, why: str, hue: str, label: str, theme: Theme
) -> None:
    """Say at its place that there is no gate: what stands for it, and nothing that could open or close."""
    x, y, width, height = rect
    k = drawing.type_factor
    tall = min(height, 54.0 * k)
    top = y + height - tall
    drawing.add(
        Panel(
            rect=(x, top, width, tall),
            lane=drawing.lane,
            border=theme.line,
            radius=10.0,
            dashed=True,
            label=label,
        )
    )
    whole = text_width(why, 11.0 * k) <= width - 8.0
    middle = top + tall / 2
    row = (x, middle - (20.0 if whole else 10.0) * k, width, 20.0 * k)
    letter(drawing, says, row, hue, 15.0, "centre")
    if whole:
        drawing.text(why, (x, middle + 1.0, width, 16.0 * k), theme.dim, 11.0, align="centre")
