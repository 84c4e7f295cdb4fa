"""Cutting the text of an expression into tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .syntax import ExpressionError

MAX_LENGTH = 500
KEYWORDS = frozenset({"and", "or", "not", "true", "false"})

# "3..8" is a span, so a point followed by another one does not belong to the number before it.
_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\n]+)
    | (?P<number>(?:[0-9]+(?:\.(?!\.)[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<string>"[^"\r\n]*"|'[^'\r\n]*')
    | (?P<symbol>\*\*|\.\.|<=|>=|==|!=|[-+*/()\[\],.<>=])
    """,
    re.VERBOSE,
)

_ADVICE = {
    "−": "write the minus sign as a plain hyphen, -",
    "–": "write the minus sign as a plain hyphen, -",
    "^": "a power is written **",
    "·": "a product is written *",
    "×": "a product is written *",
    "|": "an absolute value is written abs(...)",
    "!": "write not, or != between two values",
    "&": "write and",
    "%": "there is no remainder or percent sign here",
    '"': "this string is not closed",
    "'": "this string is not closed",
}


@dataclass(frozen=True)
class Token:
    """One word of an expression: its kind (number, name, string, symbol, end), text and place."""

    kind: str
    text: str
    offset: int


def tokenize(text: str) -> tuple[Token, ...]:
    """Cut an expression into tokens.

    Parameters
    ----------
    text : str
        At most `MAX_LENGTH` characters.

    Returns
    -------
    tuple of Token
        The last one has the kind "end".

    Raises
    ------
    ExpressionError
        For a text too long or a character that belongs to no token.
    """
    if len(text) > MAX_LENGTH:
        said = f"an expression has at most {MAX_LENGTH} characters, this one {len(text)}"
        raise ExpressionError(said, MAX_LENGTH)
    tokens: list[Token] = []
    offset = 0
    while offset < len(text):
        found = _TOKEN.match(text, offset)
        if found is None:
            character = text[offset]
            advice = _ADVICE.get(character, "it has no meaning in an expression")
            raise ExpressionError(f"{character!r} cannot stand here: {advice}", offset)
        kind = found.lastgroup or "symbol"
        if kind != "space":
            tokens.append(Token(kind, found.group(), offset))
        offset = found.end()
    tokens.append(Token("end", "", len(text)))
    return tuple(tokens)


class Cursor:
    """A place in the tokens of a text that moves from left to right."""

    def __init__(self, text: str) -> None:
        self._tokens = tokenize(text)
        self._next = 0

    @property
    def token(self) -> Token:
        """The token that is next."""
        return self._tokens[self._next]

    def take(self) -> Token:
        """Return the next token and move on; the end stays where it is."""
        token = self.token
        if token.kind != "end":
            self._next += 1
        return token

    def sees(self, *texts: str) -> bool:
        """Tell whether the next token is one of these words or symbols."""
        return self.token.kind in ("symbol", "name") and self.token.text in texts

    def expect(self, text: str, why: str) -> None:
        """Move past a symbol that must come next."""
        if not self.sees(text):
            raise ExpressionError(f"expected {text} {why}, found {self.found()}", self.token.offset)
        self.take()

    def name(self, what: str) -> Token:
        """Return a name that must come next and move on."""
        if self.token.kind != "name" or self.token.text in KEYWORDS:
            raise ExpressionError(f"expected {what}, found {self.found()}", self.token.offset)
        return self.take()

    def found(self) -> str:
        """Say what is next, for an error."""
        return "the end" if self.token.kind == "end" else f"{self.token.text!r}"
