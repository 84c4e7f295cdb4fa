"""The single values a bank file may hold; each kind reads a node and describes itself as JSON Schema.

A value that does not fit gives a problem (where, what, what to write instead) and `INVALID`; reading goes on,
so that every problem is found.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from .nodes import Node, ScalarNode
from .reader import Invalid, Json, Reader, Type, choose_advice, kind_of, short


@dataclass(frozen=True)
class Text(Type):
    """A text. What YAML would read as a number or `true` is taken as it was written."""

    longest: int = 8000
    example: str = ""

    def read(self, node: Node, reader: Reader, path: str) -> Any:
        """Read the value, or note a problem and give `INVALID`."""
        if not isinstance(node, ScalarNode):
            return reader.report(node, f"a text is wanted here, not {kind_of(node)}", self._advice())
        if not node.raw.strip() or node.value is None:
            return reader.report(node, "the text is empty", self._advice())
        if len(node.raw) > self.longest:
            return reader.report(
                node, f"the text is longer than {self.longest} characters", "Say it shorter."
            )
        return node.raw.strip("\n")

    def _advice(self) -> str:
        if self.example:
            return f"Write {self.example}."
        return 'Write the text on this line, or "|" and the text indented on the next lines.'

    def schema(self, definitions: Json) -> Json:
        """Describe it as JSON Schema."""
        return {"type": ["string", "number", "boolean"], "maxLength": self.longest}


@dataclass(frozen=True)
class Pattern(Type):
    """A text of a given form, such as an id."""

    pattern: str
    what: str
    example: str

    def read(self, node: Node, reader: Reader, path: str) -> Any:
        """Read the value, or note a problem and give `INVALID`."""
        if isinstance(node, ScalarNode) and len(node.raw) <= 200 and re.fullmatch(self.pattern, node.raw):
            return node.raw
        return reader.report(
            node, f"{kind_of(node)} is not {self.what}", f"Write for example {self.example}."
        )

    def schema(self, definitions: Json) -> Json:
        """Describe it as JSON Schema."""
        return {"type": "string", "pattern": f"^(?:{self.pattern})$"}


@dataclass(frozen=True)
class Word(Type):
    """One of a few words; those of `later` belong to the format, but not to this version."""

    choices: tuple[str, ...]
    later: tuple[str, ...] = ()
    what: str = "word"

    def read(self, node: Node, reader: Reader, path: str) -> Any:
        """Read the value, or note a problem and give `INVALID`."""
        if isinstance(node, ScalarNode):
            if node.raw in self.choices:
                return node.raw
            if node.raw in self.later:
                return reader.report(
                    node,
                    f"the {self.what} {node.raw} is not part of this version",
                    f"Write one of: {', '.join(self.choices)}.",
                )
        said = node.raw if isinstance(node, ScalarNode) else ""
        return reader.report(
            node, f"{kind_of(node)} is not a known {self.what}", choose_advice(said, self.choices)
        )

    def schema(self, definitions: Json) -> Json:
        """Describe it as JSON Schema."""
        return {"enum": list(self.choices)}


@dataclass(frozen=True)
class Integer(Type):
    """A whole number within bounds."""

    low: int
    high: int

    def read(self, node: Node, reader: Reader, path: str) -> Any:
        """Read the value, or note a problem and give `INVALID`."""
        value = node.value if isinstance(node, ScalarNode) else None
        if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and self.low <= value <= self.high:
            return value
        return reader.report(
            node,
            f"{kind_of(node)} is not a whole number from {self.low} to {self.high}",
            f"Write for example {self.low}.",
        )

    def schema(self, definitions: Json) -> Json:
        """Describe it as JSON Schema."""
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True)
class Real(Type):
    """A finite number within bounds."""

    low: float = -1e9
    high: float = 1e9
    example: float = 0.5

    def read(self, node: Node, reader: Reader, path: str) -> Any:
        """Read the value, or note a problem and give `INVALID`."""
        value = node.value if isinstance(node, ScalarNode) else None
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            if self.low <= value <= self.high:
                return float(value)
            return reader.report(
                node,
                f"{kind_of(node)} is outside {self.low:g} to {self.high:g}",
                "Write a number within these bounds.",
            )
        return reader.report(
            node, f"a number is wanted here, not {kind_of(node)}", _number_advice(node, self.example)
        )

    def schema(self, definitions: Json) -> Json:
        """Describe it as JSON Schema."""
        return {"type": "number", "minimum": self.low, "maximum": self.high}


def _number_advice(node: Node, example: float) -> str:
    if isinstance(node, ScalarNode):
        dotted = node.raw.strip().replace(",", ".").replace("−", "-")
        try:
            if math.isfinite(float(dotted)) and dotted != node.raw.strip():
                return f"Write {dotted}."
        except ValueError:
            pass
    return f"Write for example {example:g}."


@dataclass(frozen=True)
class Flag(Type):
    """True or false."""

    def read(self, node: Node, reader: Reader, path: str) -> Any:
        """Read the value, or note a problem and give `INVALID`."""
        if isinstance(node, ScalarNode) and isinstance(node.value, bool):
            return node.value
        return reader.report(
            node,
            f"true or false is wanted here, not {kind_of(node)}",
            "Write true or false, without quotes.",
        )

    def schema(self, definitions: Json) -> Json:
        """Describe it as JSON Schema."""
        return {"type": "boolean"}


MAX_EXPRESSION = 500
"""The longest expression, in characters."""


@dataclass(frozen=True)
class Expression(Type):
    """An expression of the run and the parameters, kept as its text; a number is one, too."""

    def read(self, node: Node, reader: Reader, path: str) -> Any:
        """Read the value, or note a problem and give `INVALID`."""
        if not isinstance(node, ScalarNode) or node.value is None:
            return reader.report(
                node,
                f"an expression is wanted here, not {kind_of(node)}",
                'Write for example "f[3, 5]" in quotes.',
            )
        if len(node.raw) > MAX_EXPRESSION:
            return reader.report(
                node, f"the expression is longer than {MAX_EXPRESSION} characters", "Say it shorter."
            )
        return node.raw.strip()

    def schema(self, definitions: Json) -> Json:
        """Describe it as JSON Schema."""
        return {"type": ["string", "number", "boolean"], "maxLength": MAX_EXPRESSION}


@dataclass(frozen=True)
class NumberOrExpression(Type):
    """A number, or (in quotes or not) an expression of the question's parameters."""

    low: float = -1e9
    high: float = 1e9

    def read(self, node: Node, reader: Reader, path: str) -> Any:
        """Read the value, or note a problem and give `INVALID`."""
        if isinstance(node, ScalarNode) and isinstance(node.value, str):
            return Expression().read(node, reader, path)
        return Real(self.low, self.high).read(node, reader, path)

    def schema(self, definitions: Json) -> Json:
        """Describe it as JSON Schema."""
        return {
            "anyOf": [
                Real(self.low, self.high).schema(definitions),
                {"type": "string", "maxLength": MAX_EXPRESSION},
            ]
        }


@dataclass(frozen=True)
class ConceptId(Type):
    """The id of a concept of the concept map."""

    def read(self, node: Node, reader: Reader, path: str) -> Any:
        """Read the value, or note a problem and give `INVALID`."""
        if isinstance(node, ScalarNode) and reader.concepts.concept(node.raw) is not None:
            return node.raw
        said = node.raw if isinstance(node, ScalarNode) else ""
        known = [concept.id for concept in reader.concepts.concepts]
        return reader.report(
            node,
            f"{kind_of(node)} is not a concept of the concept map",
            choose_advice(said, known) or "Choose an id from content/concepts.yaml.",
        )

    def schema(self, definitions: Json) -> Json:
        """Describe it as JSON Schema."""
        return {"type": "string"}


@dataclass(frozen=True)
class MisconceptionId(Type):
    """The id of a misconception of the registry."""

    def read(self, node: Node, reader: Reader, path: str) -> Any:
        """Read the value, or note a problem and give `INVALID`."""
        if isinstance(node, ScalarNode) and reader.concepts.misconception(node.raw) is not None:
            return node.raw
        said = node.raw if isinstance(node, ScalarNode) else ""
        known = [misconception.id for misconception in reader.concepts.misconceptions]
        return reader.report(
            node,
            f"{kind_of(node)} is not a known misconception",
            choose_advice(said, known) or "Add it to content/concepts.yaml first.",
        )

    def schema(self, definitions: Json) -> Json:
        """Describe it as JSON Schema."""
        return {"type": "string"}


@dataclass(frozen=True)
class ExperimentName(Type):
    """The name of an experiment of the same bank; read as that experiment."""

    def read(self, node: Node, reader: Reader, path: str) -> Any:
        """Read the value, or note a problem and give `INVALID`."""
        if not isinstance(node, ScalarNode) or node.raw not in reader.experiments:
            said = node.raw if isinstance(node, ScalarNode) else ""
            return reader.report(
                node,
                f"{kind_of(node)} is not an experiment of this bank",
                choose_advice(said, reader.experiments)
                if reader.experiments
                else 'Describe it under "experiments", or here.',
            )
        found = reader.experiments[node.raw]
        if isinstance(found, Invalid):
            return reader.report(
                node, f'the experiment "{short(node.raw)}" could not be read', "Mend it first."
            )
        return found

    def schema(self, definitions: Json) -> Json:
        """Describe it as JSON Schema."""
        return {"type": "string"}
