"""Whether what a learner sees before the answer gives it away: the picture behind its veil, and the hints.

As far as that can be decided: a key is taken to be given away if every quantity it reads can be seen, at
the steps it reads, in a view that is not veiled. Inputs, weights and drawn numbers are given in any case; a
key that is computed from them alone is an exercise, not a spoiler. What is read from a changed run is never
seen before.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import engine

from .expressions import ExpressionError
from .readings import Reading, quantities_used
from .rules import Found
from .tolerance import accepts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import Question, Veil
    from .variants import Variant

RULE = "visible-key"
"""Under this name a question that is meant to be read off the stage can say so."""

_GIVEN = ("x", "weight", "bias", "parameters")
_NUMBER = re.compile(r"[-−+]?\d+(?:[.,]\d+)?(?:\s*(?:e|·10\^?|\\cdot\s*10\^)\s*\{?[-−+]?\d+\}?)?")
_SHORTEST_TEXT = 6


def visible_keys(question: Question, variant: Variant) -> Iterator[Found]:
    """Find keys that can be read off the stage before the answer.

    Parameters
    ----------
    question : Question
        Any; in make-it-happen the run that is asked for is not on the stage.
    variant : Variant
        One that can be asked.
    """
    if question.experiment is None or variant.experiment is None:
        return
    steps = variant.experiment.steps
    for path, text in _keys(question):
        try:
            readings = quantities_used(text, variant.scope)
        except ExpressionError:
            continue
        computed = [reading for reading in readings if reading.changed or not _is_given(reading)]
        if computed and all(_is_visible(reading, question.stage.veil, steps) for reading in computed):
            names = ", ".join(sorted({reading.name for reading in computed}))
            yield Found(
                path,
                f"what stays visible answers the question: the key reads {names}",
                _veil_advice(computed, question.stage.veil),
                severity="error",
                rule=RULE,
            )


def _keys(question: Question) -> Iterator[tuple[str, str]]:
    if question.answer is not None:
        yield "answer.value", question.answer.value
    for i, option in enumerate(question.options):
        if option.correct and option.holds is not None:
            yield f"options[{i}].holds", option.holds


def _is_given(reading: Reading) -> bool:
    return reading.name.split(".")[0] in _GIVEN


def _is_visible(reading: Reading, veil: Veil, steps: int) -> bool:
    if reading.changed:
        return False
    if _is_given(reading):
        return True
    if reading.name in veil.quantities or not _views(reading.name) - veil.views:
        return False
    last = reading.steps[1] if reading.steps is not None else steps
    return veil.after is None or last <= veil.after


@cache
def _in_gates_view() -> frozenset[str]:
    """What the heat maps show, of any cell."""
    shown = (quantity.name for cell in engine.CELLS for quantity in engine.heat_quantities(cell))
    return frozenset(shown) | {"tanh_c"}  # which c tells


def _views(name: str) -> set[str]:
    """The views that show a quantity."""
    if name.startswith(("grad(", "jacobian(", "direct(", "contribution(")) or name == "loss":
        return {"gradient"}
    return {"cell", "gates"} if name in _in_gates_view() else {"cell"}


def _veil_advice(readings: list[Reading], veil: Veil) -> str:
    last = max((reading.steps[1] for reading in readings if reading.steps is not None), default=None)
    if any(_views(reading.name) == {"gradient"} for reading in readings):
        views = ", ".join(sorted({*veil.views, "gradient"}))
        return f"Write veil: {{views: [{views}]}} at the stage."
    if last is not None and last >= 1:
        return f"Write veil: {{after: {last - 1}}} at the stage, or veil the quantities."
    names = ", ".join(sorted({reading.name for reading in readings}))
    return f"Write veil: {{quantities: [{names}]}} at the stage."


# -- hints


def telling_hints(question: Question, variants: list[Variant]) -> Iterator[Found]:
    """Find hints that contain the key's number or the right option's text.

    Parameters
    ----------
    question : Question
        Any.
    variants : list of Variant
        Some that can be asked; a number counts only if it stands in the hint for all of them.
    """
    for i, hint in enumerate(question.hints):
        path = f"hints[{i}]" if hint.when is None else f"hints[{i}].say"
        try:
            said = [(variant, variant.text(hint.say)) for variant in variants]
            tells = bool(said) and all(_tells(variant, text) for variant, text in said)
        except ExpressionError:
            continue
        if tells:
            yield Found(path, "the hint contains the answer", "Say where to look or how to begin.")


def _tells(variant: Variant, text: str) -> bool:
    question = variant.question
    if question.answer is not None:
        key = variant.key_value()
        return any(accepts(question.answer, key, number) for number in _numbers(text))
    plain = _plain(text)
    right = [_plain(variant.text(option.text)) for option in question.options if option.correct]
    return any(len(each) >= _SHORTEST_TEXT and each in plain for each in right)


def _numbers(text: str) -> Iterator[float]:
    """The numbers of a text that can hardly stand there by chance: those of two digits and more."""
    for found in _NUMBER.finditer(text[:8000]):
        written = found.group().replace("−", "-").replace(",", ".")
        if sum(character.isdigit() for character in written) < 2:
            continue
        written = re.sub(r"\s*(?:·10\^?|\\cdot\s*10\^)\s*", "e", written).replace("{", "").replace("}", "")
        try:
            yield float(written)
        except ValueError:
            continue


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")


def known_quantities(cell: str) -> frozenset[str]:
    """The names a veil or a reveal may use for a cell."""
    return frozenset(quantity.name for quantity in engine.quantities_of(cell))
