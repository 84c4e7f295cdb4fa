"""What an expression reads, found without computing it: for finding spoilers and unknown names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import engine

from .expressions import evaluate_number, parse
from .forms import FORMS
from .functions import FUNCTIONS
from .scope import Scope
from .syntax import (
    Changed,
    Contribution,
    Direct,
    Entry,
    Expression,
    ExpressionError,
    InLane,
    Jacobian,
    Name,
    Node,
    Quantity,
    Span,
    Wrong,
    children,
)
from .tokens import KEYWORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONSTANTS = frozenset({"T", "H", "parameters.count"})


@dataclass(frozen=True)
class Reading:
    """One thing an expression reads from a run.

    Attributes
    ----------
    name : str
        The quantity (`f`, `grad(c)`, `loss`), `jacobian(h)`, `direct(c)`, or a parameter of the network as
        written (`weight.hh`, `bias.f`, `grad(weight.hh)`, `contribution(weight.hh)`).
    steps : tuple of two int, or None
        First and last step read, both included; None if that cannot be told, or for what has no steps.
    lane : str or None
        The lane addressed; None for the first.
    changed : bool
        Whether it is read from a run with one more change made, or of a wrong model, not from the run on
        the stage. What a wrong model computes as the right one does counts as read from the stage.
    """

    name: str
    steps: tuple[int, int] | None
    lane: str | None = None
    changed: bool = False


@cache
def quantity_names() -> frozenset[str]:
    """Return the names of all quantities of all cells, without those of gradients."""
    return frozenset(name for name in engine.quantity_names() if "(" not in name)


@cache
def reserved_names() -> frozenset[str]:
    """Return the names that mean something already and so cannot be names of parameters.

    Of quantities, those of the plain cell and the LSTM only. A parameter may bear the name of one that came
    later, such as a GRU's n; the name alone then means the parameter, `at(n, t=3)` the quantity.
    """
    words = {*FUNCTIONS, *FORMS, "weight", "bias", "loss", "parameters"}
    first = {quantity.name for cell in ("rnn", "lstm") for quantity in engine.quantities_of(cell)}
    return frozenset(first - {"e", "p"}) | KEYWORDS | _CONSTANTS | words


def names_used(expression: Expression | str) -> frozenset[str]:
    """Return the bare names that only parameters can be meant by.

    Parameters
    ----------
    expression : Expression or str
        A string is parsed first.

    Raises
    ------
    ExpressionError
        For a text that cannot be parsed.
    """
    root = _root(expression)
    names = {node.name for node, _, _ in _walk(root, None, "") if isinstance(node, Name)}
    return frozenset(names - quantity_names() - _CONSTANTS - {"loss"})


def quantities_used(expression: Expression | str, scope: Scope | None = None) -> frozenset[Reading]:
    """Return what an expression reads from runs.

    Parameters
    ----------
    expression : Expression or str
        A string is parsed first.
    scope : Scope or None
        With it, steps that depend on parameters or on T are known too.

    Raises
    ------
    ExpressionError
        For a text that cannot be parsed.
    """
    known = scope or Scope()
    found: set[Reading] = set()
    for node, lane, otherwise in _walk(_root(expression), None, ""):
        changed = bool(otherwise)
        match node:
            case Name() if node.name == "loss" or node.name in quantity_names():
                if node.name not in known.parameters:
                    elsewhere = _is_elsewhere(otherwise, node.name)
                    found.add(Reading(node.name, None, lane, elsewhere))
            case Quantity():
                elsewhere = _is_elsewhere(otherwise, node.full_name)
                found.add(Reading(node.full_name, _steps(node.step, known), node.lane or lane, elsewhere))
            case Jacobian():
                steps = _interval(node.first, node.last, known)
                found.add(Reading(f"jacobian({node.name})", steps, lane, changed))
            case Direct():
                steps = _interval(node.first, node.last, known)
                found.add(Reading(f"direct({node.name})", steps, lane, changed))
            case Entry():
                found.add(Reading(node.spelling, None, lane, changed))
            case Contribution():
                found.add(Reading(f"contribution({node.entry.spelling})", None, lane, changed))
            case _:
                pass
    return frozenset(found)


def _root(expression: Expression | str) -> Node:
    return (parse(expression) if isinstance(expression, str) else expression).root


_ANOTHER_RUN = "changed"


def _walk(node: Node, lane: str | None, otherwise: str) -> Iterator[tuple[Node, str | None, str]]:
    """Visit every node, with its lane and what is otherwise than on the stage: a change, or a wrong model."""
    yield node, lane, otherwise
    if isinstance(node, Changed):
        # The new value is computed in the run on the stage, the body in the changed one.
        yield from _walk(node.value, lane, otherwise)
        yield from _walk(node.body, lane, _ANOTHER_RUN)
        return
    if isinstance(node, Wrong):
        otherwise = otherwise or node.model
    if isinstance(node, InLane):
        lane = node.lane
    for child in children(node):
        yield from _walk(child, lane, otherwise)


def _is_elsewhere(otherwise: str, quantity: str) -> bool:
    """Whether a quantity is another than on the stage where something is otherwise."""
    if otherwise in ("", _ANOTHER_RUN):
        return bool(otherwise)
    from engine.wrong_models import wrong_model  # few expressions name one, and a start need not load them

    where = wrong_model(otherwise).where
    # Where only the way back goes wrong, the way forward is that on the stage; where only the training does,
    # so are the gradients of all but the weights.
    backward = quantity == "loss" or quantity.startswith("grad(")
    return where == "forward" or (where == "backward" and backward)


def _steps(place: Node | Span | None, scope: Scope) -> tuple[int, int] | None:
    if place is None:
        return None
    if isinstance(place, Span):
        return _interval(place.low, place.high, scope)
    return _interval(place, place, scope)


def _interval(low: Node, high: Node, scope: Scope) -> tuple[int, int] | None:
    try:
        ends = [evaluate_number(Expression("", node), scope) for node in (low, high)]
    except ExpressionError:
        return None
    return int(ends[0]), int(ends[1])
