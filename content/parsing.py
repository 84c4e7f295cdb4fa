"""A parser for expressions by binding powers (Pratt 1973), bounded in depth and size.

From loose to tight: ``or``, ``and``, ``not``, comparisons, ``+ -``, ``* /``, signs, ``**`` (from the right).
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING

from .forms import FORMS, PARTS, entry
from .functions import FUNCTIONS
from .syntax import (
    Call,
    Chain,
    Compare,
    Expression,
    ExpressionError,
    Logic,
    Name,
    Node,
    Number,
    Pick,
    Power,
    Quantity,
    Span,
    Truth,
    Unary,
)
from .tokens import KEYWORDS, Cursor, Token

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 24
MAX_NODES = 200

_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _SIGN, _POWER = range(1, 9)
_INFIX = {
    "or": _OR,
    "and": _AND,
    **dict.fromkeys(_COMPARISONS, _COMPARE),
    "+": _SUM,
    "-": _SUM,
    "*": _PRODUCT,
    "/": _PRODUCT,
    "**": _POWER,
}


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """Read an expression.

    Parameters
    ----------
    text : str
        At most 500 characters, 24 brackets deep, 200 parts.

    Returns
    -------
    Expression
        The same object for the same text.

    Raises
    ------
    ExpressionError
        With a sentence and the offset of the trouble.
    """
    return Expression(text, Parser(text).whole())


class Parser(Cursor):
    """One pass over a text; every method reads from the next token on and moves past what it has read."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0
        self._nodes = 0
        self.enclosing: tuple[str, ...] = ()
        self.changed_runs = 0

    @contextmanager
    def deeper(self, offset: int) -> Iterator[None]:
        """Go one bracket, sign or power deeper."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionError(f"an expression is at most {MAX_DEPTH} brackets deep", offset)
        yield
        self._depth -= 1

    def counted(self, node: Node) -> Node:
        """Return a node that adds to the size of the expression."""
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise ExpressionError(f"an expression has at most {MAX_NODES} parts", node.offset)
        return node

    def whole(self) -> Node:
        """Read all of the text."""
        if self.token.kind == "end":
            raise ExpressionError("the expression is empty", 0)
        root = self.expression()
        if self.token.kind != "end":
            token = self.token
            if token.text == "=":
                raise ExpressionError("two values are compared with ==", token.offset)
            raise ExpressionError(f"{token.text!r} is not expected here", token.offset)
        return root

    def expression(self, floor: int = 0) -> Node:
        """Read what binds at least as tightly as `floor`."""
        left = self._prefix()
        while True:
            token = self.token
            power = _INFIX.get(token.text, 0) if token.kind in ("symbol", "name") else 0
            if power == 0 or power < floor:
                return left
            if power in (_OR, _AND):
                left = self._logic(left, token.text, power)
            elif power == _COMPARE:
                left = self._comparison(left)
            elif power in (_SUM, _PRODUCT):
                left = self._chain(left, power)
            else:
                self.take()
                with self.deeper(token.offset):
                    left = self.counted(Power(token.offset, left, self.expression(_POWER)))

    def _logic(self, first: Node, operator: str, power: int) -> Node:
        offset = self.token.offset
        terms = [first]
        while self.sees(operator):
            self.take()
            terms.append(self.expression(power + 1))
        return self.counted(Logic(offset, operator, tuple(terms)))

    def _comparison(self, left: Node) -> Node:
        token = self.take()
        node = self.counted(Compare(token.offset, token.text, left, self.expression(_COMPARE + 1)))
        if self.sees(*_COMPARISONS):
            raise ExpressionError("compare two values at a time: a < b and b < c", self.token.offset)
        return node

    def _chain(self, first: Node, power: int) -> Node:
        offset = self.token.offset
        rest: list[tuple[str, int, Node]] = []
        while self.token.kind == "symbol" and _INFIX.get(self.token.text) == power:
            token = self.take()
            rest.append((token.text, token.offset, self.expression(power + 1)))
        return self.counted(Chain(offset, first, tuple(rest)))

    def _prefix(self) -> Node:
        token = self.token
        if token.kind == "number":
            self.take()
            value = float(token.text)
            if not math.isfinite(value):
                raise ExpressionError("this number is too large", token.offset)
            return self.counted(Number(token.offset, value))
        if token.kind == "symbol" and token.text in "+-":
            self.take()
            with self.deeper(token.offset):
                return self.counted(Unary(token.offset, token.text, self.expression(_SIGN)))
        if self.sees("("):
            self.take()
            with self.deeper(token.offset):
                inner = self.expression()
            self.expect(")", "to close the bracket")
            return self._picked(inner)
        if token.kind == "name":
            return self._word()
        raise ExpressionError(f"expected a value, found {self.found()}", token.offset)

    def _word(self) -> Node:
        token = self.take()
        word = token.text
        if word == "not":
            with self.deeper(token.offset):
                return self.counted(Unary(token.offset, word, self.expression(_NOT)))
        if word in ("true", "false"):
            return self.counted(Truth(token.offset, word == "true"))
        if word in KEYWORDS:
            raise ExpressionError(f"there is nothing before {word!r}", token.offset)
        if word in PARTS:
            return entry(self, token)
        if self.sees("("):
            return self._call(token)
        if self.sees("."):
            self.take()
            part = self.name("a name after the point")
            if (word, part.text) != ("parameters", "count"):
                raise ExpressionError(
                    "a point follows only weight, bias and parameters: weight.hh[2, 1], bias.f[5], "
                    "parameters.count",
                    token.offset,
                )
            return self.counted(Name(token.offset, "parameters.count"))
        if self.sees("["):
            step, unit = self.places(("step", "unit"))
            return self.counted(Quantity(token.offset, word, False, step, unit))
        return self.counted(Name(token.offset, word))

    def _call(self, token: Token) -> Node:
        word = token.text
        bracket = self.take()
        with self.deeper(bracket.offset):
            if word in FORMS:
                return FORMS[word](self, token)
            if word in FUNCTIONS:
                return self._function(token)
        near = get_close_matches(word, [*FUNCTIONS, *FORMS], n=1)
        known = ", ".join(sorted([*FUNCTIONS, *FORMS]))
        advice = f"did you mean {near[0]}?" if near else f"there are {known}"
        raise ExpressionError(f"there is no function {word!r}; {advice}", token.offset)

    def _function(self, token: Token) -> Node:
        arguments: list[Node] = []
        while not self.sees(")"):
            arguments.append(self.expression())
            if not self.sees(","):
                break
            self.take()
        self.expect(")", f"after what {token.text} is taken of")
        most = FUNCTIONS[token.text].most
        if not 1 <= len(arguments) <= most:
            wanted = "one value" if most == 1 else f"one to {most} values"
            raise ExpressionError(f"{token.text} takes {wanted}, not {len(arguments)}", token.offset)
        return self._picked(self.counted(Call(token.offset, token.text, tuple(arguments))))

    def _picked(self, base: Node) -> Node:
        if not self.sees("["):
            return base
        offset = self.token.offset
        indices = [index for index in self.places(("row", "column")) if index is not None]
        singles = [index for index in indices if not isinstance(index, Span)]
        if len(singles) < len(indices):
            raise ExpressionError("pick one entry of a computed value, not a span", offset)
        return self.counted(Pick(offset, base, tuple(singles)))

    def places(self, words: tuple[str, ...]) -> list[Node | Span | None]:
        """Read one or two indices in brackets; what is left out comes back as None."""
        bracket = self.take()
        places: list[Node | Span | None] = []
        with self.deeper(bracket.offset):
            places.append(self.place())
            while self.sees(",") and len(places) < len(words):
                self.take()
                places.append(self.place())
        self.expect("]", f"after the {words[len(places) - 1]}")
        return places + [None] * (len(words) - len(places))

    def place(self) -> Node | Span:
        """Read one index or a span of them."""
        low = self.expression()
        if not self.sees(".."):
            return low
        token = self.take()
        return Span(token.offset, low, self.expression())

    def single_places(self, words: tuple[str, ...]) -> list[Node | None]:
        """Read indices in brackets if there are any, no spans among them."""
        if not self.sees("["):
            return [None] * len(words)
        offset = self.token.offset
        singles: list[Node | None] = []
        for place in self.places(words):
            if isinstance(place, Span):
                raise ExpressionError(f"one {words[0]} at a time here, not a span", offset)
            singles.append(place)
        return singles
