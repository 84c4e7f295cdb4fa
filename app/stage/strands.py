"""From what a wire carries to the strands that show it.

Scales, the same in every picture so that pictures can be compared:

* forward, the width of a strand grows with the magnitude from :data:`THINNEST` at 0 to the full width at
  :func:`full_scale` (1 for x and whatever is bounded by 1; 1.5 for c and what is added up to it; 2 for an
  unbounded h; 3 for the pre-activations of gates); beyond that it stays full. The colour is the sign, a
  gate's strands have the gate's hue.
* backward, the width grows with the logarithm of the magnitude from ``10**GRADIENT_LOW`` to
  ``10**GRADIENT_HIGH``.
* more than :data:`MOST` units are shown as that many bands of neighbouring units, each as wide as the
  mean magnitude and in the colour of the mean's sign. The accessible name says so.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from app.theme import Theme, mix
from engine import format_number

from .strand import Palette, Strand, StrandRow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine import Quantity

Array = NDArray[np.float64]

MOST = 16
"""Most strands in a bundle, and most slots in a gate."""
THINNEST = 1.0
"""Width of a strand whose value is zero, in pixels."""
FAINTEST = 0.64
"""Strength of the colour of the smallest value that has one: twice the ground's brightness or half of it."""
GRADIENT_LOW, GRADIENT_HIGH = -6.0, 1.0
"""Exponents of ten between which a gradient's strand grows."""
_LEVELS = 64
"""Steps between no colour and full colour."""
_BARE = 2 * (_LEVELS + 1)
"""Place in a palette of the strands that have no colour."""
_GREY = 0.4
"""Strength of theirs."""


def tr(text: str) -> str:
    """Translate a text of the cell view."""
    return QCoreApplication.translate("Cell", text)


@dataclass(frozen=True, eq=False)
class Flow:
    """What one wire carries.

    Parameters
    ----------
    title
        In words, for the accessible name.
    values
        Shape ``(n,)``; ``None`` when it is hidden or does not exist.
    quantity, step
        Name in the registry and step, when it is one.
    scale
        ``"signed"``, ``"gate"`` (0..1 in a hue) or ``"gradient"``.
    full
        Magnitude at full width, for the first two.
    hue
        Colour of a gate's strands.
    member
        What one number belongs to: ``"unit"`` or ``"input"``.
    hidden
        Whether a veil hides it.
    """

    title: str
    values: Array | None
    quantity: str | None = None
    step: int | None = None
    scale: str = "signed"
    full: float = 1.0
    hue: str | None = None
    member: str = "unit"
    hidden: bool = False


@dataclass(frozen=True)
class Group:
    """Neighbouring numbers that are shown as one: numbers ``first..last`` from 1."""

    first: int
    last: int
    mean: float
    magnitude: float

    @property
    def single(self) -> bool:
        """Whether it is one number."""
        return self.first == self.last

    @property
    def finite(self) -> bool:
        """Whether every number in it is one."""
        return math.isfinite(self.magnitude)


def groups(values: Array) -> tuple[Group, ...]:
    """Return the numbers one by one up to :data:`MOST`, else as that many groups of nearly equal size."""
    means, magnitudes = grouped(values)
    return tuple(
        Group(first, last, mean, magnitude)
        for (first, last), mean, magnitude in zip(
            spans(len(values)), means.tolist(), magnitudes.tolist(), strict=True
        )
    )


@lru_cache(maxsize=256)
def spans(count: int) -> tuple[tuple[int, int], ...]:
    """Return the first and the last number of each group, from 1."""
    return tuple((low + 1, high) for low, high in itertools.pairwise(_edges(count)))


@lru_cache(maxsize=256)
def _edges(count: int) -> tuple[int, ...]:
    """Return where groups begin, and where the last one ends."""
    shown = min(count, MOST)
    return tuple(round(k * count / shown) for k in range(shown + 1)) if count else (0,)


def grouped(values: Array) -> tuple[Array, Array]:
    """Return the mean and the mean magnitude of each group."""
    if len(values) <= MOST:
        return values, np.abs(values)
    edges = _edges(len(values))
    sizes = np.diff(edges)
    with np.errstate(all="ignore"):
        means = np.add.reduceat(values, edges[:-1]) / sizes
        magnitudes = np.add.reduceat(np.abs(values), edges[:-1]) / sizes
    return means, magnitudes


def full_scale(known: Quantity) -> float:
    """Return the magnitude at which a strand of a quantity has its full width."""
    base = known.name
    if known.bounded or base in ("x", "e"):
        return 1.0
    if base in ("c", "tanh_c"):
        return 1.5
    if base == "h":
        return 2.0
    return 3.0


def number(value: float, gradient: bool = False) -> str:
    """Return a number as it is shown and said: two decimals, or two digits and a power for a gradient."""
    if not math.isfinite(value):
        return tr("left the range")
    if abs(value) >= 1000 or gradient:
        return format_number(value, 2)
    return f"{value:z.2f}".replace("-", "−")


def sizes_of(magnitudes: Array, flow: Flow) -> Array:
    """Return the places of magnitudes on their scale, 0..1, shape ``(n,)``; NaN where there is no number."""
    if flow.scale != "gradient":
        return np.minimum(magnitudes / flow.full, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        place = (np.log10(magnitudes) - GRADIENT_LOW) / (GRADIENT_HIGH - GRADIENT_LOW)
    return np.minimum(np.maximum(place, 0.0), 1.0)


def say(flow: Flow, group: Group) -> str:
    """Return the accessible name of one strand or slot."""
    gradient = flow.scale == "gradient"
    member = tr("input") if flow.member == "input" else tr("unit")
    if group.single:
        text = tr("{title}, {member} {k}").format(title=flow.title, member=member, k=group.first)
    else:
        several = tr("inputs") if flow.member == "input" else tr("units")
        text = tr("{title}, {several} {a} to {b}").format(
            title=flow.title, several=several, a=group.first, b=group.last
        )
    if flow.step is not None:
        text += tr(" at t = {t}").format(t=flow.step)
    if not group.finite:
        return text + ": " + tr("left the range")
    if group.single:
        return f"{text}: {number(group.mean, gradient)}"
    return tr("{text}: mean size {size}, mean {mean}").format(
        text=text, size=number(group.magnitude, gradient), mean=number(group.mean, gradient)
    )


def summary(flow: Flow) -> str:
    """Return the accessible name of a whole bundle."""
    text = flow.title
    if flow.step is not None:
        text += tr(" at t = {t}").format(t=flow.step)
    if flow.hidden:
        return text + ": " + tr("hidden for now")
    if flow.values is None:
        return text
    if not np.isfinite(flow.values).all():
        return text + ": " + tr("left the range")
    count = len(flow.values)
    several = tr("inputs") if flow.member == "input" else tr("units")
    if count > MOST:
        return tr("{text}: {n} {several}, drawn as {m} bands of mean size").format(
            text=text, n=count, several=several, m=MOST
        )
    return tr("{text}: {n} {several}").format(text=text, n=count, several=several) if count > 1 else text


def strands(flow: Flow, count: int, pitch: float, widest: float, theme: Theme) -> Sequence[Strand]:
    """Return the strands of a wire.

    Parameters
    ----------
    flow
        What it carries; without values there are hairlines that say nothing.
    count
        Number of strands (bands included), for a wire without values.
    pitch, widest
        Distance between neighbours and full width, in pixels.
    theme
        Gives the colours.
    """
    hues = (flow.hue or theme.above, flow.hue or theme.below)
    palette = _palette(theme.card, theme.dim, *hues)
    if flow.values is None:
        indices, offsets = _places(count, pitch)
        bare = np.full(count, _BARE)
        return StrandRow(offsets, np.full(count, THINNEST), palette, bare, indices, None, False)
    means, magnitudes = grouped(flow.values)
    indices, offsets = _places(len(means), pitch)
    sizes = sizes_of(magnitudes, flow)
    finite = np.isfinite(magnitudes)
    if not finite.all():
        indices, offsets, sizes, means = indices[finite], offsets[finite], sizes[finite], means[finite]
    tones = np.rint(_LEVELS * _strengths(sizes, flow)).astype(np.intp)
    tones[means < 0.0] += _LEVELS + 1
    tones[sizes == 0.0] = _BARE
    widths = THINNEST + max(widest - THINNEST, 0.0) * sizes
    return StrandRow(offsets, widths, palette, tones, indices, means, len(flow.values) <= MOST)


@lru_cache(maxsize=64)
def _places(count: int, pitch: float) -> tuple[NDArray[np.intp], Array]:
    """Return the numbers of strands from 0 on, and where they lie across the route."""
    offsets: Array = (np.arange(count, dtype=np.float64) - (count - 1) / 2) * pitch
    return np.arange(count), offsets


def _strengths(sizes: Array, flow: Flow) -> Array:
    """Return how full the colours are at places on the scale: small values recede."""
    return FAINTEST + (1.0 - FAINTEST) * (sizes if flow.scale == "gradient" else np.sqrt(sizes))


@lru_cache(maxsize=64)
def _palette(ground: str, bare: str, above: str, below: str) -> Palette:
    """Return the tones of what is above 0, then those of what is below, then that of a bare strand."""
    return Palette((*_tones(ground, above), *_tones(ground, below), mix(ground, bare, _GREY)))


def _tones(ground: str, hue: str) -> tuple[str, ...]:
    """Return the hue on a ground, from none of it to all of it."""
    return tuple(mix(ground, hue, strength / _LEVELS) for strength in range(_LEVELS + 1))


def sample_tones(theme: Theme) -> tuple[str, str, str]:
    """Return the colours of strands below 0, above 0 and at 0 as a key shows them: those of middling size."""
    middling = (1.0 + FAINTEST) / 2
    below, above = (mix(theme.card, hue, middling) for hue in (theme.below, theme.above))
    return below, above, mix(theme.card, theme.dim, _GREY)


def has_bare(strands: Sequence[Strand]) -> bool:
    """Whether some strand stands for a number and yet has no colour: it is 0, or too small for the scale."""
    return (
        isinstance(strands, StrandRow) and strands.values is not None and bool((strands.tones == _BARE).any())
    )


def names(flow: Flow) -> Callable[[int], str]:
    """Return the function that gives the accessible name of each strand of a wire."""

    def name(index: int) -> str:
        return "" if flow.values is None else say(flow, groups(flow.values)[index])

    return name
