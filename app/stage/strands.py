"""From what a wire carries to the strands that show it.

Scales, the same in every picture so that pictures can be compared:

* forward, the width of a strand grows with the magnitude from :data:`THINNEST` at 0 to the full width at
  :func:`full_scale` (1 for gates, candidate, tanh c, h and x; 1.5 for c and for what is added up to it; 3
  for z); beyond that it stays full. The colour is the sign, a gate's strands have the gate's hue.
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

from .marks import Strand

if TYPE_CHECKING:
    from collections.abc import Callable

Array = NDArray[np.float64]

MOST = 16
"""Most strands in a bundle, and most slots in a gate."""
THINNEST = 0.8
"""Width of a strand whose value is zero, in pixels."""
GRADIENT_LOW, GRADIENT_HIGH = -6.0, 1.0
"""Exponents of ten between which a gradient's strand grows."""


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
    edges = _edges(len(values))
    return tuple(
        Group(low + 1, high, mean, magnitude)
        for (low, high), mean, magnitude in zip(itertools.pairwise(edges), *_grouped(values), strict=True)
    )


def _edges(count: int) -> list[int]:
    """Return where groups begin, and where the last one ends."""
    shown = min(count, MOST)
    return [round(k * count / shown) for k in range(shown + 1)] if count else [0]


def _grouped(values: Array) -> tuple[list[float], list[float]]:
    """Return the mean and the mean magnitude of each group."""
    if len(values) <= MOST:
        numbers = values.tolist()
        return numbers, [abs(value) for value in numbers]
    edges = _edges(len(values))
    sizes = np.diff(edges)
    with np.errstate(all="ignore"):
        means = np.add.reduceat(values, edges[:-1]) / sizes
        magnitudes = np.add.reduceat(np.abs(values), edges[:-1]) / sizes
    return means.tolist(), magnitudes.tolist()


def full_scale(name: str, activation: str = "tanh") -> float:
    """Return the magnitude at which a strand of a quantity has its full width."""
    if name == "c":
        return 1.5
    if name.startswith("z"):
        return 3.0
    if name == "h" and activation in ("relu", "identity"):
        return 2.0
    return 1.0


def number(value: float, gradient: bool = False) -> str:
    """Return a number as it is shown and said: two decimals, or two digits and a power for a gradient."""
    if not math.isfinite(value):
        return tr("left the range")
    if abs(value) >= 1000 or gradient:
        return format_number(value, 2)
    return f"{value:.2f}".replace("-", "−")


def size_of(magnitude: float, flow: Flow) -> float:
    """Return the place of a magnitude on its scale, 0..1."""
    if flow.scale != "gradient":
        return min(1.0, magnitude / flow.full)
    if magnitude <= 0.0:
        return 0.0
    place = (math.log10(magnitude) - GRADIENT_LOW) / (GRADIENT_HIGH - GRADIENT_LOW)
    return min(1.0, max(0.0, place))


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
        return text + ": " + tr("hidden until you answer")
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


def strands(flow: Flow, count: int, pitch: float, widest: float, theme: Theme) -> tuple[Strand, ...]:
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
    bare = mix(theme.card, theme.dim, 0.2)
    if flow.values is None:
        middle = (count - 1) / 2
        return tuple(Strand((k - middle) * pitch, THINNEST, bare, k, None, None) for k in range(count))
    means, magnitudes = _grouped(flow.values)
    single = len(flow.values) <= MOST
    middle = (len(means) - 1) / 2
    above = _tones(theme.card, flow.hue or theme.above)
    below = _tones(theme.card, flow.hue or theme.below)
    made = []
    for k, (mean, magnitude) in enumerate(zip(means, magnitudes, strict=True)):
        if not math.isfinite(magnitude):
            continue
        size = size_of(magnitude, flow)
        tones = above if mean >= 0 else below
        made.append(
            Strand(
                (k - middle) * pitch,
                THINNEST + (widest - THINNEST) * size,
                bare if size == 0.0 else tones[round(64 * _strength(size, flow))],
                k,
                k + 1 if single else None,
                mean,
            )
        )
    return tuple(made)


def _strength(size: float, flow: Flow) -> float:
    """Return how full the colour is at a place on the scale: small values recede."""
    if flow.scale == "gradient":
        return 0.28 + 0.72 * size * math.sqrt(size)
    return 0.5 + 0.5 * math.sqrt(size)


@lru_cache(maxsize=64)
def _tones(ground: str, hue: str) -> tuple[str, ...]:
    """Return the hue on a ground, from none of it to all of it in 64 steps."""
    return tuple(mix(ground, hue, strength / 64) for strength in range(65))


def names(flow: Flow) -> Callable[[int], str]:
    """Return the function that gives the accessible name of each strand of a wire."""

    def name(index: int) -> str:
        return "" if flow.values is None else say(flow, groups(flow.values)[index])

    return name
