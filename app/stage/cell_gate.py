"""One gate of a cell: its mixing block, its slots with a blade each, its letter and its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .cell_parts import captions, letter
from .marks import Panel
from .strands import number
from .timeline import text_width

if TYPE_CHECKING:
    from app.theme import Theme

    from .drawing import Drawing
    from .marks import Rect
    from .strands import Flow

__all__ = ["MIXED", "MIXED_EARLY", "absent_gate", "gate_box", "mixed_back", "mixing_block", "roomy"]


MIXED: Final = "W·x+U·h+b"
"""What a block computes in which x and h are mixed, as the formulas have it."""
MIXED_EARLY: Final = "W·x+U·q+b"
"""The same where the past has been reset before, q = r ⊙ h."""
_MIXED_BACK: Final = ("Wᵀδ, Uᵀδ", "Wᵀδ")
_PEEPED_BACK: Final = ("Wᵀδ, Uᵀδ, w⊙δ", "…, w⊙δ", "w⊙δ")


def mixed_back(drawing: Drawing, width: float, *, peephole: bool = False) -> str:
    """Return what a mixing block of that width does on the way back: the gradient to x, to h, and to c."""
    texts, size = _PEEPED_BACK if peephole else _MIXED_BACK, 11.0 * drawing.type_factor
    return next((text for text in texts if text_width(text, size, mono=True) + 12.0 <= width), texts[-1])


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
    fits = text_width(text, 11.0 * drawing.type_factor, mono=True) + 12.0 <= rect[2]
    drawing.box(
        text,
        rect,
        theme.line,
        node,
        label,
        at,
        size=size or (11.0 if fits else 10.0),
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
    operand: tuple[str, str] = ("", ""),
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
    sign, operand, symbol, title
        What it does (``σ``), to what if that is not its pre-activation (a letter and its hue), its own
        letter, and its name if there is room for it.
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
    pad, k = padding(width), drawing.type_factor
    # Where the slots would be left no height, the number under them gives way: hovering tells it.
    numbered = height >= 66.0 * k
    head, tail = 23.0 * k, 21.0 * k if numbered else 6.0
    inner = width - 2 * pad
    slots = (left + pad, top + head, inner, height - head - tail - 3.0)
    drawing.slots(flow, slots, unit, node, (stage, clock, clock + slots[3]), signed=signed)
    row = (left + pad, top + 4.0, inner, head - 6.0)
    drawing.text(sign, row, theme.dim, 11.0, mono=True)
    if operand[0]:
        after = text_width(sign, 11.0 * k, mono=True) + 5.0
        letter(
            drawing, operand[0], (row[0] + after, row[1], row[2] - after, row[3]), operand[1], 13.0, "left"
        )
    letter(drawing, symbol, row, hue, 15.0, "right")
    if not numbered:
        return
    shown = "" if flow.values is None else number(float(flow.values[unit - 1]))
    place = (left + pad, top + height - tail + 1.0, inner, tail - 4.0)
    known = None if drawing.backward else (stage, clock + slots[3])
    captions(drawing, title, shown, place, theme, known)


def padding(width: float) -> float:
    """Return what a gate of that width leaves free at its sides."""
    return max(8.0, 0.075 * width)


def roomy(drawing: Drawing, width: float, titles: tuple[str, ...]) -> bool:
    """Whether a gate of that width has room for every one of the titles beside a number."""
    k = drawing.type_factor
    room = width - 2 * padding(width) - text_width("−0.00", 11.0 * k, mono=True) - 3.0
    return all(text_width(title, 11.0 * k) <= room for title in titles)


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
