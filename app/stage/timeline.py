"""The time axis that heat maps, lines and the cursor share: one column per step, left to right."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from .marks import Mark, Panel, Rect, Text
from .series import step_ticks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.theme import Theme

__all__ = ["Timeline", "column_labels", "columns", "cursor_frame", "elided", "text_width"]

_NARROW = frozenset("iljtfrI.,;:'|!()[]· ’‘“”1")
_WIDE = frozenset("mwMW@%—…")
_RAISED = frozenset("⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_OVERHANG = 10.0
"""Pixels by which the last step's number may stand out over its column."""


@lru_cache(maxsize=2048)
def text_width(text: str, size: float, *, mono: bool = False) -> float:
    """Return about how wide a text is, in pixels; a little on the safe side.

    Layout runs without fonts, so that it stays a pure function; what it places by this estimate
    keeps clear of its neighbours with the shipped typefaces.
    """
    if mono:
        return size * sum(0.46 if c in _RAISED else 0.6 for c in text)
    return size * sum(
        0.34 if c in _NARROW else 0.92 if c in _WIDE else 0.68 if c.isupper() else 0.6 for c in text
    )


def elided(text: str, room: float, size: float) -> str:
    """Return the text, cut short with ``…`` where it would be wider than `room`; at least ``…``."""
    if text_width(text, size) <= room:
        return text
    for end in range(len(text) - 1, 0, -1):
        short = text[:end].rstrip() + "…"
        if text_width(short, size) <= room:
            return short
    return "…"


@dataclass(frozen=True, slots=True)
class Timeline:
    """Columns of equal width, one per step 1..`steps`, from `left` on over `width` pixels."""

    left: float
    width: float
    steps: int

    @property
    def pitch(self) -> float:
        """Width of one column."""
        return self.width / self.steps

    def start(self, step: int) -> float:
        """Return the left edge of a step's column."""
        return self.left + (step - 1) * self.pitch

    def centre(self, step: int) -> float:
        """Return the middle of a step's column."""
        return self.left + (step - 0.5) * self.pitch

    def step_at(self, x: float) -> int:
        """Return the step whose column is at or nearest to `x`."""
        return min(max(int((x - self.left) / self.pitch) + 1, 1), self.steps)


@lru_cache(maxsize=8)
def columns(
    line: Timeline, top: float, height: float, labels: tuple[str, ...], last: int
) -> tuple[Mark, ...]:
    """Return one unpainted mark per visible step, so that a click on a column means that step."""
    return tuple(
        Mark(
            rect=(line.start(t), top, line.pitch, height),
            step=t,
            node=f"step-{t}",
            label=f"step {t}" + (f", “{labels[t - 1]}”" if labels else ""),
        )
        for t in range(1, last + 1)
    )


def cursor_frame(line: Timeline, step: int, top: float, height: float, theme: Theme) -> Panel:
    """Return the frame around the cursor's column."""
    width = max(line.pitch, 6.0)
    return Panel(
        rect=(line.centre(step) - width / 2 - 1.0, top, width + 2.0, height),
        border=theme.text,
        border_width=2.0 if line.pitch >= 8.0 else 1.5,
        radius=6.0 if line.pitch >= 24.0 else 2.0,
    )


def column_labels(
    line: Timeline, top: float, labels: Sequence[str], cursor: int, theme: Theme, size: float = 12.0
) -> tuple[Text, ...]:
    """Return what stands above the columns: the tokens, or the numbers of the steps.

    They are thinned where there is no room; the cursor's own label is always there.

    Parameters
    ----------
    line : Timeline
        The columns.
    top : float
        Upper edge of the row of labels, 20 pixels high.
    labels : sequence of str
        One token per step, or nothing: then the steps' numbers stand there.
    cursor : int
        The current step.
    theme : Theme
        For the colours.
    size : float
        Type size.
    """
    mono = not labels
    if labels and line.pitch >= 28.0:
        wanted: tuple[int, ...] = tuple(range(1, line.steps + 1))
        room = line.pitch - 2.0
    elif labels:
        room = 64.0
        wanted = step_ticks(line.steps, max(2, int(line.width / 76.0)))
    else:
        room = text_width(str(line.steps), size, mono=True) + 4.0
        wanted = step_ticks(line.steps, max(2, int(line.width / (room + 10.0))))

    def text(t: int) -> str:
        return elided(labels[t - 1], room, size) if labels else str(t)

    def span(t: int) -> tuple[float, float]:
        half = text_width(text(t), size, mono=mono) / 2 + 4.0
        end = line.left + line.width + (0.0 if labels else _OVERHANG)
        middle = min(max(line.centre(t), line.left + half - 4.0), end - half + 4.0)
        return middle - half, middle + half

    low, high = span(cursor)
    kept = [t for t in wanted if t != cursor and (span(t)[1] <= low or span(t)[0] >= high)]
    return tuple(
        _label(text(t), span(t), top, t, t == cursor, mono, size, theme) for t in sorted([*kept, cursor])
    )


def _label(
    text: str,
    span: tuple[float, float],
    top: float,
    step: int,
    current: bool,
    mono: bool,
    size: float,
    theme: Theme,
) -> Text:
    box: Rect = (span[0], top, span[1] - span[0], 20.0)
    colour = theme.text if current else theme.dim
    return Text(
        rect=box,
        step=step,
        text=text,
        colour=colour,
        size=size,
        weight=600 if current and not mono else 500 if current else 400,
        mono=mono,
        align="centre",
    )
