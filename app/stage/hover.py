"""The card beside a mark: its value, its formula, and the formula with the numbers put in."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from engine import Run, arithmetic, format_number, ingredients, quantity

from .beside import beside
from .marks import Mark, Panel, Rect, Text
from .naming import lane_title, part_words
from .nodes import node_of
from .order import before, is_reverse
from .scales import hidden

if TYPE_CHECKING:
    from app.theme import Theme

    from .cursor import Cursor
    from .veil import Veil

__all__ = ["Card", "Measure", "card_for", "card_marks", "unicode_formula"]

Measure = Callable[[Text], float]
"""Tells how wide a text is when painted."""

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
    (r"\mathrm{softmax}", "softmax"),
    (r"\text{ or }", " or "),
    (r"\sum_t", "Σₜ"),
    (r"\,", " "),
    ("_t^2", "ₜ²"),
)
_LOW: Final = str.maketrans({"t": "ₜ", "k": "ₖ", "0": "₀", "1": "₁", "+": "₊", "-": "₋"})
_HIGH: Final = str.maketrans(
    {
        "f": "ᶠ",
        "i": "ⁱ",
        "g": "ᵍ",
        "o": "ᵒ",
        "k": "ᵏ",
        "y": "ʸ",
        "r": "ʳ",
        "z": "ᶻ",
        "n": "ⁿ",
        "e": "ᵉ",
        "h": "ʰ",
        "c": "ᶜ",
    }
)


def _both_gates(term: re.Match[str]) -> str:
    return " + ".join(re.sub(r"(?<=[_^])k", gate, term[1]) for gate in "rz")


def unicode_formula(latex: str) -> str:
    """Write a formula of the registry in plain Unicode.

    Unicode has no lower f and g, so a gate's letter stands above: ``W_f`` becomes ``Wᶠ``, as in zᶠ.
    """
    # A sum over two gates is no longer than the words that would say over which.
    text = re.sub(r"\\sum_\{k=r,z\} (\S+ \S+ \S+ \S+)", _both_gates, latex)
    for word, sign in _WORDS:
        text = text.replace(word, sign)
    text = re.sub(r"_(?:([fgioyrzne])|\{([hc][fgiorzn])\})", lambda m: (m[1] or m[2]).translate(_HIGH), text)
    text = re.sub(r"\^([fgiokrzn])", lambda m: m[1].translate(_HIGH), text)
    text = re.sub(r"_\{([^}]*)\}", lambda m: m[1].translate(_LOW), text)
    text = re.sub(r"_([tk])", lambda m: m[1].translate(_LOW), text)
    text = re.sub(r"([WU][ᶠⁱᵍᵒʸʳᶻⁿᵉᵀ]*) ?([xhq]ₜ)", r"\1·\2", text)
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
    node = node_of(mark.node or "", run) if name is None and run is not None else None
    if node is not None:
        name, step, unit = (node.back if cursor.backward else node.quantity), cursor.step, cursor.unit
    if run is None or name is None or step is None or unit is None or not run.has(name):
        return Card(title=mark.label)
    if not run.first_step(name) <= step <= run.last_step(name):
        return None
    if hidden(run, veil, name, step):
        return Card(title=mark.label) if node is not None else None
    cell = run.network.recurrence
    known = quantity(name, cell)
    worked = arithmetic(run, name, step, unit)
    where = [lane_title(run)] if len(runs) > 1 else []
    where += [_tr("unit {unit}").format(unit=unit), f"t = {step}"]
    if part_words(run):
        where.append(part_words(run))
    if 0 < step <= len(run.labels) and run.labels[step - 1] and not veil.hides(quantity="x"):
        where.append(f"“{run.labels[step - 1]}”")
    formula = unicode_formula(_in_time(known.formula, run))
    open_parts = not any(hidden(run, veil, part, step) for part in ingredients(cell, name))
    if open_parts and known.first == 0 and 0 < step <= run.steps:
        open_parts = not hidden(run, veil, name, before(run, step))
    if veil.quantities and known.is_gradient:
        open_parts = False
    title, value = f"{known.title} {known.label}", worked.value
    if node is not None:
        title = mark.label
        if node.terms and not cursor.backward:
            if not open_parts or max(node.terms) >= len(worked.terms):
                return Card(title=title)
            value = sum(worked.terms[k][1] for k in node.terms)
    return Card(
        title=title,
        place=" · ".join(where),
        value=format_number(value),
        formula=formula if 0 < step <= run.steps and formula != known.label else "",
        numbers=worked.plain if open_parts and worked.plain.count("=") > 1 else "",
        role=known.role,
    )


def _in_time(formula: str, run: Run) -> str:
    """Name steps as a direction reads them: the reverse one reads t + 1 before t."""
    if not is_reverse(run):
        return formula
    turned = {"t-1": "t+1", "t+1": "t-1"}
    return re.sub(r"t-1|t\+1", lambda m: turned[m[0]], formula)


# --- layout ------------------------------------------------------------------------------------

_PAD: Final = 12.0
_WIDEST: Final = 400.0
_BETWEEN: Final = 20.0
"""Least distance between a title and the value on its line."""


def card_marks(
    card: Card,
    mark: Rect,
    area: Rect,
    theme: Theme,
    measure: Measure,
    *,
    pinned: bool = False,
    words: Sequence[Rect] = (),
) -> tuple[Mark, ...]:
    """Return the card as marks, next to what it speaks of and wholly inside the area.

    Parameters
    ----------
    card : Card
        What to say.
    mark : Rect
        The mark's box, or a point; the card never covers it if there is room elsewhere.
    area : Rect
        Where it must stay.
    theme : Theme
        The colours.
    measure : callable
        Width of a text.
    pinned : bool
        Whether it was opened to stay; its border then is the accent.
    words : sequence of Rect
        What should stay readable beside it.
    """
    room = min(_WIDEST, area[2] - 16.0) - 2 * _PAD
    plain = Text(rect=(0.0, 0.0, 0.0, 0.0), text="", colour=theme.text)
    dim = replace(plain, colour=theme.dim)
    title_colour = theme.role(card.role) if card.value else theme.text
    title = replace(plain, text=card.title, size=13.0, weight=600, colour=title_colour)
    value = replace(plain, text=card.value, size=15.0, weight=500, mono=True)
    # The value stands at the end of the title's line where it fits: a low card covers less.
    headline = measure(title) + _BETWEEN + measure(value)
    inline = bool(card.value) and headline <= room
    wanted = (
        (title, 20.0),
        (replace(dim, text=card.place, size=11.0), 18.0),
        (replace(value, text="" if inline else card.value), 24.0),
        (replace(dim, text=card.formula), 19.0),
        (replace(plain, text=card.numbers, mono=True), 19.0),
    )
    rows = [
        (replace(style, text=part), step)
        for style, step in wanted
        if style.text
        for part in _wrapped(style.text, room, _measure_in(style, measure))
    ]
    widths = [measure(text) for text, _ in rows] + ([headline] if inline else [])
    width = max(widths) + 2 * _PAD + 2.0
    height = sum(step for _, step in rows) + 2 * _PAD - 6.0
    left, top = beside(mark, (width, height), area, words)
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
    if inline:
        box = (left + _PAD, y, width - 2 * _PAD, 20.0)
        marks.append(replace(value, rect=box, align="right"))
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
