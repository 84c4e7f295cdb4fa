"""What is written like a call but is no function over numbers, and the entries of weights and biases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import LIMITS, TargetError, parse_target

from .syntax import (
    GATES,
    Changed,
    Contribution,
    Direct,
    Entry,
    ExpressionError,
    InLane,
    InLayer,
    Jacobian,
    Node,
    Quantity,
    Span,
    Wrong,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from .parsing import Parser
    from .tokens import Token

MAX_CHANGED = 8

_PEEPHOLES = ("ci", "cf", "co")

PARTS = {"weight": ("hh", "ih", "y", "e", *_PEEPHOLES), "bias": ("", "h", "hh", "ih", "y")}


def _gradient(parser: Parser, token: Token) -> Node:
    inner = parser.name("a quantity, such as grad(c), or weight.hh")
    if inner.text in PARTS:
        return entry(parser, inner, token.offset)
    parser.expect(")", "after the quantity; the place comes behind: grad(c)[3, 5]")
    step, unit = parser.places(("step", "unit")) if parser.sees("[") else (None, None)
    return parser.counted(Quantity(token.offset, inner.text, True, step, unit))


def _between(parser: Parser, token: Token) -> Node:
    example = f"{token.text}({'c' if token.text == 'direct' else 'h'}, T, t)"
    name = parser.name("the state, c or h")
    parser.expect(",", f"after the state: {example}")
    last = parser.expression()
    parser.expect(",", f"after the later step: {example}")
    first = parser.expression()
    parser.expect(")", f"after the earlier step: {example}")
    if token.text == "direct":
        if name.text not in ("c", "h"):
            message = "a direct path is that of c, or of a GRU's h: direct(c, T, t)"
            raise ExpressionError(message, name.offset)
        (unit,) = parser.single_places(("unit",))
        return parser.counted(Direct(token.offset, name.text, last, first, unit))
    if name.text not in ("c", "h"):
        raise ExpressionError("a Jacobian is taken of the states c or h", name.offset)
    row, column = parser.single_places(("row", "column"))
    if row is not None and column is None:
        raise ExpressionError("name both units of a Jacobian: jacobian(h, T, t)[2, 1]", token.offset)
    return parser.counted(Jacobian(token.offset, name.text, last, first, row, column))


def _at(parser: Parser, token: Token) -> Node:
    inner = parser.name("a quantity: at(f, t=3, unit=5)")
    name, gradient = inner.text, False
    if name == "grad" and parser.sees("("):
        parser.take()
        name, gradient = parser.name("a quantity in grad(...)").text, True
        parser.expect(")", "after the quantity")
    said: dict[str, Node | Span | None] = {}
    lane: str | None = None
    layer: int | None = None
    direction: str | None = None
    while parser.sees(","):
        parser.take()
        key = parser.name("t, unit, layer, direction or lane")
        given = {"lane": lane, "layer": layer, "direction": direction}
        if key.text in said or given.get(key.text) is not None:
            raise ExpressionError(f"{key.text} is said twice", key.offset)
        parser.expect("=", f"after {key.text}")
        match key.text:
            case "t" | "unit":
                said[key.text] = parser.place()
            case "lane":
                lane = _lane(parser)
            case "layer":
                layer = _layer(parser)
            case "direction":
                direction = _direction(parser)
            case _:
                raise ExpressionError(
                    f"at(...) knows t, unit, layer, direction and lane, not {key.text!r}", key.offset
                )
    parser.expect(")", "to close at(...)")
    return parser.counted(
        Quantity(token.offset, name, gradient, said.get("t"), said.get("unit"), lane, layer, direction)
    )


def _layer(parser: Parser) -> int:
    token = parser.take()
    if token.text not in {str(layer) for layer in range(1, LIMITS.max_layers + 1)}:
        raise ExpressionError(f"a layer is a whole number from 1 to {LIMITS.max_layers}", token.offset)
    return int(token.text)


def _direction(parser: Parser) -> str:
    token = parser.take()
    if token.text not in ("forward", "reverse"):
        raise ExpressionError("a direction is forward or reverse", token.offset)
    return token.text


def _lane(parser: Parser) -> str:
    token = parser.token
    if token.kind == "string":
        parser.take()
        return token.text[1:-1]
    return parser.name("the name of a lane").text


def _in_lane(parser: Parser, token: Token) -> Node:
    lane = _lane(parser)
    parser.expect(",", "after the lane: in_lane(lstm, h[3, 1])")
    body = _enclosed(parser, "in_lane", token)
    return parser.counted(InLane(token.offset, lane, body))


def _in_layer(parser: Parser, token: Token) -> Node:
    example = "in_layer(2, h[3, 1]) or in_layer(1, reverse, h[3, 1])"
    layer = _layer(parser)
    parser.expect(",", f"after the layer: {example}")
    direction = "forward"
    if parser.token.text in ("forward", "reverse"):
        direction = _direction(parser)
        parser.expect(",", f"after the direction: {example}")
    return parser.counted(InLayer(token.offset, layer, direction, _enclosed(parser, "in_layer", token)))


def _wrong(parser: Parser, token: Token) -> Node:
    from engine.wrong_models import WRONG_MODELS  # few expressions name one, and a start need not load them

    example = 'wrong("no-activation-slope", jacobian(h, 3, 1))'
    parser.changed_runs += 1
    if parser.changed_runs > MAX_CHANGED:
        raise ExpressionError(f"at most {MAX_CHANGED} changed runs in one expression", token.offset)
    model = parser.take()
    if model.kind != "string":
        raise ExpressionError(f"the wrong model's name stands in quotes: {example}", model.offset)
    name = model.text[1:-1]
    if name not in WRONG_MODELS:
        known = ", ".join(WRONG_MODELS)
        raise ExpressionError(f"no wrong model is called {name!r}; there are {known}", model.offset)
    parser.expect(",", f"after the name: {example}")
    return parser.counted(Wrong(token.offset, name, _enclosed(parser, "wrong", token)))


def _contribution(parser: Parser, token: Token) -> Node:
    example = "contribution(weight.hh, t)[2, 1]"
    name = parser.name(f"weight or bias: {example}")
    if name.text not in PARTS:
        raise ExpressionError(f"a step contributes to a weight or a bias: {example}", name.offset)
    names = _dotted(parser)
    part, gate = _part_and_gate(name, names)
    if part in ("y", "e"):
        message = "contributions are those to the weights of a recurrent layer"
        raise ExpressionError(message, name.offset)
    parser.expect(",", f"after the weight: {example}")
    step = parser.expression()
    parser.expect(")", f"after the step: {example}")
    indices = _indices(parser, name, one=part in _PEEPHOLES)
    entry = Entry(token.offset, name.text, part, gate, False, indices)
    return parser.counted(Contribution(token.offset, entry, step))


def _changed_run(parser: Parser, token: Token) -> Node:
    example = 'changed("bias.f[5]", 4, f[3, 5])'
    parser.changed_runs += 1
    if parser.changed_runs > MAX_CHANGED:
        raise ExpressionError(f"at most {MAX_CHANGED} changed runs in one expression", token.offset)
    target = parser.take()
    if target.kind != "string":
        raise ExpressionError(f"the place to change stands in quotes: {example}", target.offset)
    spelling = target.text[1:-1]
    try:
        parse_target(spelling)
    except TargetError as error:
        raise ExpressionError(error.message, target.offset + 1 + error.offset) from None
    parser.expect(",", f"after the place: {example}")
    value = parser.expression()
    parser.expect(",", f"after the new value: {example}")
    return parser.counted(Changed(token.offset, spelling, value, _enclosed(parser, "changed", token)))


def _enclosed(parser: Parser, form: str, token: Token) -> Node:
    if form in parser.enclosing:
        raise ExpressionError(f"{form}(...) cannot stand inside another one", token.offset)
    outside = parser.enclosing
    parser.enclosing = (*outside, form)
    body = parser.expression()
    parser.enclosing = outside
    parser.expect(")", f"to close {form}(...)")
    return body


def entry(parser: Parser, token: Token, start: int | None = None) -> Node:
    """Read weight.hh, weight.hh.f, bias or bias.f, with or without the place in brackets.

    Parameters
    ----------
    parser : Parser
        Behind `token`.
    token : Token
        `weight` or `bias`.
    start : int or None
        Where `grad(` began, if it stands in one.

    Returns
    -------
    Node
        An `Entry`.

    Raises
    ------
    ExpressionError
        For a part or gate that is not there, or a row without a column.
    """
    gradient = start is not None
    kind = token.text
    part, gate = _part_and_gate(token, _dotted(parser))
    if gradient:
        parser.expect(")", f"after {kind}; the place comes behind: grad(weight.hh)[2, 1]")
    indices = _indices(parser, token, one=part in _PEEPHOLES)
    return parser.counted(
        Entry(token.offset if start is None else start, kind, part, gate, gradient, indices)
    )


def _dotted(parser: Parser) -> list[str]:
    names: list[str] = []
    while parser.sees(".") and len(names) < 2:
        parser.take()
        names.append(parser.name("a name after the point").text)
    return names


def _indices(parser: Parser, token: Token, *, one: bool = False) -> tuple[Node, ...]:
    words = ("row", "column") if token.text == "weight" and not one else ("unit",)
    indices = tuple(index for index in parser.single_places(words) if index is not None)
    if len(words) == 2 and len(indices) == 1:
        raise ExpressionError("name row and column of a weight: weight.hh[2, 1]", token.offset)
    return indices


def _part_and_gate(token: Token, names: list[str]) -> tuple[str, str | None]:
    kind = token.text
    part, gate = [*names, None, None][:2]
    if kind == "bias" and part in GATES and gate is None:
        return "", part
    part = part or ""
    if part not in PARTS[kind] or (
        gate is not None and (gate not in GATES or part in ("h", "y", "e", *_PEEPHOLES))
    ):
        weights, biases = "weight.hh, weight.ih, weight.y or weight.hh.f", "bias, bias.f or bias.y"
        raise ExpressionError(f"write {weights if kind == 'weight' else biases}", token.offset)
    return ("" if part == "h" else part), gate


FORMS: dict[str, Callable[[Parser, Token], Node]] = {
    "at": _at,
    "changed": _changed_run,
    "contribution": _contribution,
    "direct": _between,
    "grad": _gradient,
    "in_lane": _in_lane,
    "in_layer": _in_layer,
    "jacobian": _between,
    "wrong": _wrong,
}
