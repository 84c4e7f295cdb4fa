"""What every reading of a file shares: the problems found so far, and the one type of all kinds of values."""

from __future__ import annotations

import difflib
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from .model import ConceptMap, ExperimentSpec, Place, Problem
from .nodes import MAX_PROBLEMS, ListNode, MappingNode, Node, ScalarNode

if TYPE_CHECKING:
    from collections.abc import Collection

Json = dict[str, Any]


class Invalid:
    """The type of `INVALID`, which stands for a value that could not be read."""


INVALID: Final = Invalid()


class TooManyProblemsError(Exception):
    """So many problems were found that the rest of the file is not read."""


@dataclass
class Reader:
    """What is known while one file is read, and the problems found so far."""

    file: str
    concepts: ConceptMap
    problems: list[Problem] = field(default_factory=list)
    spans: dict[str, Node] = field(default_factory=dict)
    experiments: dict[str, ExperimentSpec | Invalid] = field(default_factory=dict)
    questions: dict[str, str] = field(default_factory=dict)
    """The path of every question by its id."""
    first_names: dict[str, Node] = field(default_factory=dict)

    def claim(self, name: Node, path: str) -> bool:
        """Note that a question bears an id; False (and a problem at both places) if another one does."""
        said = name.raw if isinstance(name, ScalarNode) else ""
        first = self.first_names.get(said)
        if first is None:
            self.first_names[said] = name
            self.questions[said] = path
            return True
        again = f'two questions have the id "{short(said)}"'
        self.report(
            first, again, f"The other one stands in line {name.line}; give one of them an id of its own."
        )
        self.report(
            name, again, f"The other one stands in line {first.line}; give one of them an id of its own."
        )
        return False

    def report(self, node: Node, message: str, advice: str = "") -> Invalid:
        """Note a problem at a node; returns `INVALID` so that a reader can end with it."""
        if len(self.problems) >= MAX_PROBLEMS:
            raise TooManyProblemsError
        self.problems.append(Problem(Place(self.file, node.line, node.column), message, advice))
        return INVALID


def short(text: str, length: int = 40) -> str:
    """One line of at most `length` characters, for messages."""
    text = " ".join(text[: 4 * length].split())
    return text if len(text) <= length else f"{text[: length - 3]}..."


def did_you_mean(word: str, known: Collection[str]) -> str | None:
    """The known word most like a misspelt one, or None."""
    close = difflib.get_close_matches(word[:60], known, 1, 0.6)
    return close[0] if close else None


def choose_advice(word: str, known: Collection[str]) -> str:
    """Advice for a word that is not known: the nearest known one, or a list where it is short."""
    near = did_you_mean(word, known)
    if near is not None:
        return f'Did you mean "{near}"?'
    if len(known) <= 16:
        return f"Write one of: {', '.join(sorted(known))}."
    return ""


class Type(ABC):
    """A kind of value."""

    @abstractmethod
    def read(self, node: Node, reader: Reader, path: str) -> Any:
        """Read a node; `INVALID` (and a problem in the reader) where it does not fit."""

    @abstractmethod
    def schema(self, definitions: Json) -> Json:
        """Describe the value as JSON Schema; tables are put into `definitions`."""


def kind_of(node: Node) -> str:
    """Say what stands in the file, for a message."""
    if isinstance(node, ListNode):
        return "a list"
    if isinstance(node, MappingNode):
        return "a group of fields"
    if isinstance(node, ScalarNode) and node.value is None:
        return "nothing"
    return f'"{short(node.raw)}"' if isinstance(node, ScalarNode) else "something else"
