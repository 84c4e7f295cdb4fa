"""The chips in the stage's head: small labels of which one is chosen, by pointer or by Tab and Enter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from .marks import Dots, Mark, Panel, Rect, Text
from .part import layers_of, ways_of
from .timeline import text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.theme import Theme
    from engine import Run

__all__ = ["DOT", "chip", "least_width", "part_chips"]

_WIDE: Final = 24.0
_NARROW: Final = 20.0
_GAP: Final = 8.0
_Y, _TALL = 12.0, 26.0
DOT: Final = 12.0
"""What a dot takes of a chip's width."""
_SPOT: Final = 3.5


def _tr(text: str) -> str:
    return QCoreApplication.translate("Stage", text)


def chip(
    rect: Rect, text: str, chosen: bool, theme: Theme, node: str, said: str, hue: str | None = None
) -> tuple[Mark, ...]:
    """Return one chip.

    Parameters
    ----------
    rect, text
        Where, and what is on it.
    chosen
        Whether it is the chosen one.
    theme, hue
        The colours; a hue is that of a dot before the text.
    node, said
        What it does when it is pressed, and its accessible name.
    """
    x, y, width, height = rect
    room = DOT if hue else 0.0
    panel = Panel(rect=rect, fill=theme.chosen if chosen else None, radius=7.0, node=node, label=said)
    word = Text(
        rect=(x + room, y, width - room, height),
        text=text,
        colour=theme.text if chosen else theme.dim,
        size=12.0,
        weight=600 if chosen else 500,
        align="centre",
    )
    if hue is None:
        return (panel, word)
    middle = (x + 15.0, y + height / 2)
    box = (middle[0] - _SPOT, middle[1] - _SPOT, 2 * _SPOT, 2 * _SPOT)
    return (panel, word, Dots(rect=box, points=(middle,), radius=_SPOT, fill=hue))


def least_width(runs: Sequence[Run]) -> float:
    """Return the least room that the choice of layer and direction needs; 0 where there is none."""
    layers, ways = layers_of(runs), len(ways_of(runs))
    return sum(_NARROW * count + _GAP for count in (layers, ways) if count > 1)


def part_chips(
    runs: Sequence[Run], shown: Run, theme: Theme, x: float, end: float
) -> tuple[list[Mark], float]:
    """Return a chip per layer and per direction, where there are several, and where they end.

    Parameters
    ----------
    runs, shown
        All lanes, and the one whose layer and direction are marked as chosen.
    theme
        The colours.
    x, end
        Where they begin, and where other things do.
    """
    layers, ways = layers_of(runs), ways_of(runs)
    word = _tr("layer")
    spare = end - x - least_width(runs)
    size = _WIDE if spare >= (_WIDE - _NARROW) * (layers + len(ways)) else _NARROW
    spare -= (size - _NARROW) * (layers + len(ways))
    groups: list[tuple[str, list[tuple[str, str, str, bool]]]] = []
    if layers > 1:
        names = [
            (f"layer:{n}", str(n), _tr("layer {n}").format(n=n), n == shown.layer)
            for n in range(1, layers + 1)
        ]
        groups.append((word, names))
    if len(ways) > 1:
        words = {"forward": ("→", _tr("read from the beginning")), "reverse": ("←", _tr("read from the end"))}
        groups.append(("", [(f"way:{way}", *words[way], way == shown.direction) for way in ways]))
    marks: list[Mark] = []
    for title, members in groups:
        wide = text_width(title, 12.0) + 6.0
        if title and wide <= spare:
            marks.append(Text(rect=(x + 2.0, _Y, wide, _TALL), text=title, colour=theme.dim, size=12.0))
            x += wide
        for node, text, said, chosen in members:
            spoken = (_tr("{part}, shown") if chosen else _tr("show {part}")).format(part=said)
            marks += chip((x, _Y, size, _TALL), text, chosen, theme, node, spoken)
            x += size
        x += _GAP
    return marks, x
