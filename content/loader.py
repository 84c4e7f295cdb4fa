"""A bank file to a `Bank`: every problem located, nothing run, one bad question never in another's way."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .files import decode, read_bytes, split_lines
from .model import Bank, BankHeader, ConceptMap, Place, Problem, Question
from .nodes import MAX_PROBLEMS, MappingNode, Node
from .reader import INVALID, Reader, TooManyProblemsError
from .rules import Found, broken_rules
from .schema import BANK_FILE
from .written import Workload, unreadable
from .yaml_reader import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Source:
    """The lines of a file and where its values stand, for problems that are found after reading."""

    file: str
    lines: tuple[str, ...] = ()
    spans: Mapping[str, Node] = field(default_factory=dict)
    questions: Mapping[str, str] = field(default_factory=dict)
    """The path of each question by its id."""

    def place(self, question: Question, found: Found) -> Place:
        """Where something found in a question stands in the file."""
        node = self._node(question, found.path)
        if node is None:
            return question.place
        if found.offset is not None or found.fragment:
            inside = self._inside(node, found)
            if inside is not None:
                return Place(self.file, *inside)
        return Place(self.file, node.line, node.column)

    def _node(self, question: Question, path: str) -> Node | None:
        """The nearest node on the way to a path below a question."""
        below = self.questions.get(question.id, "")
        full = f"{below}.{path}" if path else below
        spec = question.experiment
        if spec is not None and spec.name is not None and path.split(".")[0] == "experiment":
            full = f"experiments.{spec.name}{path.removeprefix('experiment')}"
        while full:
            if full in self.spans:
                return self.spans[full]
            full = full[: max(full.rfind("."), full.rfind("["), 0)]
        return None

    def _inside(self, node: Node, found: Found) -> tuple[int, int] | None:
        """The line and column of the fragment within the lines of a value."""
        lines = self.lines[node.line - 1 : node.end_line]
        fragment = found.fragment.split("\n")[0].rstrip()
        while fragment:
            for number, line in enumerate(lines):
                start = node.column - 1 if number == 0 else 0
                column = line.find(fragment, start)
                if column >= 0:
                    return node.line + number, column + 1
            # A folded text joins lines: look for less of it.
            fragment = fragment[: len(fragment) * 2 // 3].rstrip() if len(fragment) > 3 else ""
        return None


@dataclass(frozen=True)
class Loaded:
    """What a file gave: the bank (None if it cannot be used), all problems, and where things stand."""

    bank: Bank | None
    problems: tuple[Problem, ...]
    source: Source


def load_bank(path: Path, concepts: ConceptMap) -> Loaded:
    """Read a bank file.

    Parameters
    ----------
    path : Path
        The file; pictures are looked for in its folder.
    concepts : ConceptMap
        Which concepts and misconceptions there are.
    """
    data, problems = read_bytes(path)
    if data is None:
        return Loaded(None, problems, Source(str(path)))
    return read_bank(data, path, concepts)


def read_bank(data: bytes, path: Path, concepts: ConceptMap) -> Loaded:
    """Read the bytes of a bank file; see `load_bank`."""
    file = str(path)
    text, problems = decode(data, file)
    if text is None:
        return Loaded(None, problems, Source(file))
    lines = split_lines(text)
    root, problems = parse_yaml(text, file)
    if root is None:
        empty = (
            Problem(Place(file), "the file is empty", "Begin it with format: 1; see docs/bank-format.md."),
        )
        return Loaded(None, problems or empty, Source(file, lines))
    reader = Reader(file, concepts, list(problems))
    header, questions = _read_tables(root, reader)
    source = Source(file, lines, reader.spans, reader.questions)
    noted = _without_echoes(reader.problems, problems)
    more, questions = _look_into(questions, source, path.parent, max(MAX_PROBLEMS - len(noted), 1))
    noted += more
    noted.sort(key=lambda problem: (problem.place.line, problem.place.column))
    if header is None:
        return Loaded(None, tuple(noted), source)
    usable = tuple(question for question in questions if not _spoilt(question, source, noted))
    bank = Bank(header, path, usable, hashlib.sha256(data).hexdigest())
    return Loaded(bank, tuple(noted), source)


def _read_tables(root: Node, reader: Reader) -> tuple[BankHeader | None, tuple[Question, ...]]:
    try:
        values: Mapping[str, Any] | None = BANK_FILE.values(root, reader, "")
    except TooManyProblemsError:
        place = Place(reader.file, *_last_place(reader))
        reader.problems.append(_too_many(place))
        return None, ()
    if values is None or isinstance(values["bank"], type(INVALID)) or values["format"] is INVALID:
        return None, ()
    header = values["bank"]
    questions = values["questions"]
    return header, questions if isinstance(questions, tuple) else ()


def _last_place(reader: Reader) -> tuple[int, int]:
    last = max(reader.problems, key=lambda problem: problem.place.line).place
    return last.line, last.column


def _without_echoes(found: list[Problem], first: tuple[Problem, ...]) -> list[Problem]:
    """Leave out what follows from a value that was refused at the same place: it only hides the cause."""
    refused = {problem.place for problem in first}
    return [*first, *(problem for problem in found[len(first) :] if problem.place not in refused)]


def _look_into(
    questions: tuple[Question, ...], source: Source, folder: Path, most: int
) -> tuple[list[Problem], tuple[Question, ...]]:
    """Return what is wrong with questions that could be read, and the questions that were looked into."""
    noted: list[Problem] = []
    workload = Workload()
    for number, question in enumerate(questions):
        for found in (*broken_rules(question, folder), *unreadable(question, workload)):
            problem = Problem(source.place(question, found), found.message, found.advice, found.severity)
            if problem not in noted:
                noted.append(problem)
            if len(noted) >= most:
                noted.append(_too_many(noted[-1].place))
                return noted, questions[:number]
    return noted, questions


def _too_many(place: Place) -> Problem:
    message = f"more than {MAX_PROBLEMS} problems; the rest of the file was not read"
    return Problem(place, message, "Mend these first.")


def _spoilt(question: Question, source: Source, problems: list[Problem]) -> bool:
    node = source.spans.get(source.questions.get(question.id, ""))
    if not isinstance(node, MappingNode):
        return True
    named = question.experiment.name if question.experiment is not None else None
    used = source.spans.get(f"experiments.{named}") if named is not None else None
    nodes = [node] if used is None else [node, used]
    return any(
        problem.severity == "error" and each.line <= problem.place.line <= each.end_line
        for problem in problems
        for each in nodes
    )
