"""The card beside a mark: its value, its formula, and the formula with the numbers put in."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from engine import Run, arithmetic, format_number, quantity

from .marks import Mark, Panel, Rect, Text
from .naming import lane_title
from .scales import hidden

if TYPE_CHECKING:
    from app.theme import Theme

    from .cursor import Cursor
    from .veil import Veil

__all__ = ["Card", "Measure", "card_for", "card_marks", "unicode_formula"]

Measure = Callable[[Text], float]
"""Tells how wide a text is when painted."""

_PARTS: Final = {
    "f": ("z_f",),
    "i": ("z_i",),
    "g": ("z_g",),
    "o": ("z_o",),
    "c": ("f", "i", "g"),
    "tanh_c": ("c",),
    "z": ("x", "h"),
    "z_f": ("x", "h"),
    "z_i": ("x", "h"),
    "z_g": ("x", "h"),
    "z_o": ("x", "h"),
    "y": ("h",),
}
"""What a worked formula shows beside its own value."""


@dataclass(frozen=True, slots=True)
class _Node:
    """What a node of the cell works out: forwards, backwards, and which term of the sum if only that."""

    quantity: str
    back: str
    term: int | None = None


_NODES: Final = {
    "mix-f": _Node("z_f", "grad(z_f)"),
    "mix-i": _Node("z_i", "grad(z_i)"),
    "mix-g": _Node("z_g", "grad(z_g)"),
    "mix-o": _Node("z_o", "grad(z_o)"),
    "forget-sigmoid": _Node("f", "grad(z_f)"),
    "input-sigmoid": _Node("i", "grad(z_i)"),
    "candidate-tanh": _Node("g", "grad(z_g)"),
    "output-sigmoid": _Node("o", "grad(z_o)"),
    "forget-product": _Node("c", "grad(f)", 0),
    "input-product": _Node("c", "grad(i)", 1),
    "cell-sum": _Node("c", "grad(c)"),
    "output-tanh": _Node("tanh_c", "grad(tanh_c)"),
    "output-product": _Node("h", "grad(o)"),
    "mix": _Node("z", "grad(z)"),
    "tanh": _Node("h", "grad(z)"),
}

_WORDS: Final = (
    (r"\partial ", "∂"),
    (r"\partial", "∂"),
    (r"\sigma", "σ"),
    (r"\phi", "φ"),
    (r"\tanh^2 ", "tanh² "),
    (r"\tanh", "tanh"),
    (r"\odot", "⊙"),
    (r"^\top", "ᵀ"),
    (r"\sum_k", "Σₖ"),
    (r"\sum_t", "Σₜ"),
    (r"\,", " "),
    ("_t^2", "ₜ²"),
)
_LOW: Final = str.maketrans({"t": "ₜ", "k": "ₖ", "0": "₀", "1": "₁", "+": "₊", "-": "₋"})
_HIGH: Final = str.maketrans({"f": "ᶠ", "i": "ⁱ", "g": "ᵍ", "o": "ᵒ", "k": "ᵏ", "y": "ʸ"})


def unicode_formula(latex: str) -> str:
    """Write a formula of the registry in plain Unicode.

    Unicode has no lower f and g, so a gate's letter stands above: ``W_f`` becomes ``Wᶠ``, as in zᶠ.
    """
    text = latex
    for word, sign in _WORDS:
        text = text.replace(word, sign)
    text = re.sub(r"_([fgioy])", lambda m: m[1].translate(_HIGH), text)
    text = re.sub(r"\^([fgiok])", lambda m: m[1].translate(_HIGH), text)
    text = re.sub(r"_\{([^}]*)\}", lambda m: m[1].translate(_LOW), text)
    text = re.sub(r"_([tk])", lambda m: m[1].translate(_LOW), text)
    text = re.sub(r"([WU][ᶠⁱᵍᵒʸᵀ]*) ?([xh]ₜ)", r"\1·\2", text)
    return re.sub(r" +", " ", text).replace("-", "−").strip()


@dataclass(frozen=True, slots=True)
class Card:
    """What is said about a mark.

    Attributes
    ----------
    title : str
        What it is.
    place : str
        Where: lane, unit, step.
    value : str
        The number, or nothing.
    formula : str
        In symbols, or nothing.
    numbers : str
        The formula with the numbers put in, or nothing.
    role : str
        Colour key of the title.
    """

    title: str
    place: str = ""
    value: str = ""
    formula: str = ""
    numbers: str = ""
    role: str = "h"

    @property
    def spoken(self) -> str:
        """Everything on the card as one line, for a screen reader."""
        return ". ".join(
            part for part in (self.title, self.place, self.value, self.formula, self.numbers) if part
        )


def _tr(text: str) -> str:
    return QCoreApplication.translate("Card", text)


def card_for(mark: Mark, runs: Sequence[Run], veil: Veil, cursor: Cursor) -> Card | None:
    """Return the card of a mark; None if there is nothing to say, or the veil forbids it.

    Parameters
    ----------
    mark : Mark
        The finest mark under the pointer or in focus.
    runs : sequence of Run
        All lanes; the mark names its own.
    veil : Veil
        A formula with numbers shows other quantities too: none of them may be hidden.
    cursor : Cursor
        A node of the cell is worked out for the cursor's step and unit.
    """
    if not mark.label:
        return None
    run = next((run for run in runs if run.name == mark.lane), runs[0] if runs else None)
    name, step, unit = mark.quantity, mark.step, mark.unit
    node = _NODES.get(mark.node or "") if name is None else None
    if node is not None:
        name, step, unit = (node.back if cursor.backward else node.quantity), cursor.step, cursor.unit
    if run is None or name is None or step is None or unit is None or not run.has(name):
        return Card(title=mark.label)
    if not run.first_step(name) <= step <= run.steps:
        return None
    if hidden(run, veil, name, step):
        return Card(title=mark.label) if node is not None else None
    known = quantity(name, run.cell)
    worked = arithmetic(run, name, step, unit)
    where = [lane_title(run)] if len(runs) > 1 else []
    where += [_tr("unit {unit}").format(unit=unit), f"t = {step}"]
    if step > 0 and run.labels and run.labels[step - 1] and not veil.hides(quantity="x"):
        where.append(f"“{run.labels[step - 1]}”")
    formula = unicode_formula(known.formula)
    open_parts = not any(hidden(run, veil, part, step) for part in _parts(name, run.cell))
    if veil.quantities and known.is_gradient:
        open_parts = False
    title, value = f"{known.title} {known.label}", worked.value
    if node is not None:
        title = mark.label
        if node.term is not None and not cursor.backward:
            if not open_parts or node.term >= len(worked.terms):
                return Card(title=title)
            value = worked.terms[node.term][1]
    return Card(
        title=title,
        place=" · ".join(where),
        value=format_number(value),
        formula=formula if step > 0 and formula != known.label else "",
        numbers=worked.plain if open_parts and worked.plain.count("=") > 1 else "",
        role=known.role,
    )


def _parts(name: str, cell: str) -> tuple[str, ...]:
    if name == "h":
        return ("o", "tanh_c") if cell == "lstm" else ("z",)
    return _PARTS.get(name, ())


# --- layout ------------------------------------------------------------------------------------

_PAD: Final = 12.0
_WIDEST: Final = 400.0


def card_marks(
    card: Card, beside: Rect, area: Rect, theme: Theme, measure: Measure, *, pinned: bool = False
) -> tuple[Mark, ...]:
    """Return the card as marks, next to what it speaks of and wholly inside the area.

    Parameters
    ----------
    card : Card
        What to say.
    beside : Rect
        The mark's box, or a point; the card never covers it if there is room elsewhere.
    area : Rect
        Where it must stay.
    theme : Theme
        The colours.
    measure : callable
        Width of a text.
    pinned : bool
        Whether it was opened to stay; its border then is the accent.
    """
    room = min(_WIDEST, area[2] - 16.0) - 2 * _PAD
    plain = Text(rect=(0.0, 0.0, 0.0, 0.0), text="", colour=theme.text)
    dim = replace(plain, colour=theme.dim)
    title_colour = theme.role(card.role) if card.value else theme.text
    wanted = (
        (card.title, 20.0, replace(plain, size=13.0, weight=600, colour=title_colour)),
        (card.place, 18.0, replace(dim, size=11.0)),
        (card.value, 24.0, replace(plain, size=15.0, weight=500, mono=True)),
        (card.formula, 19.0, dim),
        (card.numbers, 19.0, replace(plain, mono=True)),
    )
    rows = [
        (replace(style, text=part), step)
        for text, step, style in wanted
        if text
        for part in _wrapped(text, room, _measure_in(style, measure))
    ]
    width = max(measure(text) for text, _ in rows) + 2 * _PAD + 2.0
    height = sum(step for _, step in rows) + 2 * _PAD - 6.0
    left, top = _beside(beside, (width, height), area)
    marks: list[Mark] = [
        Panel(
            rect=(left, top, width, height),
            fill=theme.card,
            border=theme.text if pinned else theme.dim,
            border_width=1.5 if pinned else 1.0,
            radius=10.0,
        )
    ]
    y = top + _PAD - 3.0
    for text, step in rows:
        box = (left + _PAD, y, width - 2 * _PAD + 1.0, step)
        marks.append(replace(text, rect=box))
        y += step
    return tuple(marks)


def _measure_in(style: Text, measure: Measure) -> Callable[[str], float]:
    return lambda text: measure(replace(style, text=text))


def _wrapped(text: str, room: float, width: Callable[[str], float]) -> list[str]:
    """Break a text at spaces; in a formula a sign stays with what follows, further lines are indented."""
    if width(text) <= room:
        return [text]
    formula = "=" in text
    words = re.findall(r"[=+−] \S+|\([^)]* [^)]*\)|\S+", text) if formula else text.split(" ")
    lines: list[str] = []
    current = ""
    for word in words:
        longer = f"{current} {word}" if current else word
        if current and width(longer) > room:
            lines.append(current)
            longer = f"   {word}" if formula else word
        current = longer
    return [*lines, current]


def _beside(beside: Rect, size: tuple[float, float], area: Rect) -> tuple[float, float]:
    """Find a corner for the card: right, left, below or above, else where the most of it stays clear."""
    x, y, w, h = beside
    width, height = size
    left, top, across, down = area
    gap = 12.0
    middle_x = min(max(x + w / 2 - width / 2, left + 4.0), left + across - width - 4.0)
    middle_y = min(max(y + h / 2 - height / 2, top + 4.0), top + down - height - 4.0)
    options = (
        (x + w + gap, middle_y),
        (x - gap - width, middle_y),
        (middle_x, y - gap - height),
        (middle_x, y + h + gap),
    )
    for a, b in options:
        if left <= a <= left + across - width and top <= b <= top + down - height:
            return a, b
    a = min(max(x + w + gap, left + 4.0), left + across - width - 4.0)
    return max(a, left), max(middle_y, top)
