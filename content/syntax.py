"""What a parsed expression is made of, and the one error the expression language raises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

GATES = ("i", "f", "g", "o", "r", "z", "n")
"""The gates in the order of the blocks of rows of an LSTM's weights."""


class ExpressionError(ValueError):
    """An expression, or a text with computed fields, that cannot be read or has no value.

    Parameters
    ----------
    message : str
        A sentence for the author of the question.
    offset : int
        Where in the text the trouble is, counted from 0.
    """

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset

    def shifted(self, by: int) -> ExpressionError:
        """Return the same error for a text in which the expression starts `by` characters later."""
        return ExpressionError(self.message, self.offset + by)


@dataclass(frozen=True)
class Number:
    """A number as typed."""

    offset: int
    value: float


@dataclass(frozen=True)
class Truth:
    """`true` or `false`."""

    offset: int
    value: bool


@dataclass(frozen=True)
class Name:
    """A bare name: a parameter, `T`, `H`, `loss`, `parameters.count`, or a quantity over all steps."""

    offset: int
    name: str


@dataclass(frozen=True)
class Unary:
    """`-x`, `+x` or `not x`."""

    offset: int
    operator: str
    operand: Node


@dataclass(frozen=True)
class Chain:
    """Terms joined by `+` and `-`, or factors joined by `*` and `/`, taken from the left.

    One flat node instead of a tower of pairs keeps the depth of a tree equal to its brackets.
    """

    offset: int
    first: Node
    rest: tuple[tuple[str, int, Node], ...]


@dataclass(frozen=True)
class Power:
    """`base ** exponent`."""

    offset: int
    base: Node
    exponent: Node


@dataclass(frozen=True)
class Compare:
    """Two values compared by one of `< <= > >= == !=`."""

    offset: int
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Logic:
    """Conditions joined by `and`, or by `or`."""

    offset: int
    operator: str
    terms: tuple[Node, ...]


@dataclass(frozen=True)
class Span:
    """An index `low..high`, both ends included."""

    offset: int
    low: Node
    high: Node


@dataclass(frozen=True)
class Quantity:
    """A quantity of a run at a step, a span of steps or all of them, and so for its units."""

    offset: int
    name: str
    gradient: bool = False
    step: Node | Span | None = None
    unit: Node | Span | None = None
    lane: str | None = None
    layer: int | None = None
    direction: str | None = None

    @property
    def full_name(self) -> str:
        """The name by which a run knows it, `c` or `grad(c)`."""
        return f"grad({self.name})" if self.gradient else self.name


@dataclass(frozen=True)
class Jacobian:
    """`jacobian(h, last, first)[row, column]`."""

    offset: int
    name: str
    last: Node
    first: Node
    row: Node | None = None
    column: Node | None = None


@dataclass(frozen=True)
class Direct:
    """`direct(c, last, first)[unit]`: the product of the forget gate alone, of a GRU's update gate for h."""

    offset: int
    name: str
    last: Node
    first: Node
    unit: Node | None = None


@dataclass(frozen=True)
class Entry:
    """A weight or bias, or its gradient: whole, the rows of one gate, or one entry.

    `indices` holds the expressions in the brackets: row and column of a weight, the unit of a bias.
    """

    offset: int
    kind: str
    part: str
    gate: str | None = None
    gradient: bool = False
    indices: tuple[Node, ...] = ()

    @property
    def spelling(self) -> str:
        """The name without brackets, as an author writes it."""
        parts = [self.kind, self.part, self.gate or ""]
        name = ".".join(part for part in parts if part)
        return f"grad({name})" if self.gradient else name


@dataclass(frozen=True)
class Contribution:
    """`contribution(weight.hh, step)[row, column]`: what one step adds to a gradient."""

    offset: int
    entry: Entry
    step: Node


@dataclass(frozen=True)
class Call:
    """One of the functions over numbers."""

    offset: int
    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Pick:
    """Entries of a computed row or matrix, as in `singular_values(weight.hh)[1]`."""

    offset: int
    base: Node
    indices: tuple[Node, ...]


@dataclass(frozen=True)
class Changed:
    """The body's value in the run with one more change made."""

    offset: int
    target: str
    value: Node
    body: Node


@dataclass(frozen=True)
class InLane:
    """The body's value in a lane other than the first."""

    offset: int
    lane: str
    body: Node


@dataclass(frozen=True)
class InLayer:
    """The body's value in another layer, or in the reverse direction."""

    offset: int
    layer: int
    direction: str
    body: Node


@dataclass(frozen=True)
class Wrong:
    """The body's value in the run of a wrong model."""

    offset: int
    model: str
    body: Node


Node: TypeAlias = (
    Number
    | Truth
    | Name
    | Unary
    | Chain
    | Power
    | Compare
    | Logic
    | Quantity
    | Jacobian
    | Direct
    | Entry
    | Contribution
    | Call
    | Pick
    | Changed
    | InLane
    | InLayer
    | Wrong
)


@dataclass(frozen=True)
class Expression:
    """A parsed expression with the text it was read from."""

    text: str
    root: Node


def children(node: Node) -> tuple[Node, ...]:
    """Return the expressions directly below one, index expressions included.

    Parameters
    ----------
    node : Node
        Any part of a tree.

    Returns
    -------
    tuple of Node
        In reading order.
    """
    found: list[Node | Span | None] = []
    match node:
        case Unary():
            found = [node.operand]
        case Chain():
            found = [node.first, *(term for _, _, term in node.rest)]
        case Power():
            found = [node.base, node.exponent]
        case Compare():
            found = [node.left, node.right]
        case Logic():
            found = [*node.terms]
        case Quantity():
            found = [node.step, node.unit]
        case Jacobian():
            found = [node.last, node.first, node.row, node.column]
        case Direct():
            found = [node.last, node.first, node.unit]
        case Entry():
            found = [*node.indices]
        case Contribution():
            found = [node.step, *node.entry.indices]
        case Call():
            found = [*node.arguments]
        case Pick():
            found = [node.base, *node.indices]
        case Changed():
            found = [node.value, node.body]
        case InLane() | InLayer() | Wrong():
            found = [node.body]
        case _:
            pass
    flat: list[Node] = []
    for child in found:
        if isinstance(child, Span):
            flat += [child.low, child.high]
        elif child is not None:
            flat.append(child)
    return tuple(flat)
