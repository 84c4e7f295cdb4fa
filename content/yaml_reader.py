"""YAML text to a tree of nodes, in one pass over PyYAML's events; nothing is executed.

Not PyYAML's loaders but its events are read, so that aliases, anchors and tags are refused the moment they
are met, and depth and number of values are bounded while reading. Who starts from cached banks does not
import this.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml

from .model import Place, Problem
from .nodes import MAX_DEPTH, MAX_NODES, MAX_PROBLEMS, ListNode, MappingNode, Node, ScalarNode, resolve_plain
from .yaml_advice import USE_BLOCK, syntax_problem

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_MARKS = 10
_OWN_TAGS = "tag:yaml.org,2002:"

_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_BROKEN_TEX = re.compile(r"\n(abla|u|e|eq|eg|ot|i|leq|geq|mid|earrow|ewline|onumber|olimits)(?![A-Za-z])")
_ESCAPES = {
    "\t": r"\t",
    "\b": r"\b",
    "\f": r"\f",
    "\r": r"\r",
    "\a": r"\a",
    "\v": r"\v",
    "\0": r"\0",
    "\x1b": r"\e",
    "\x85": r"\N",
    "\u2028": r"\L",
    "\u2029": r"\P",
}


def parse_yaml(text: str, file: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """Read one YAML document.

    Parameters
    ----------
    text : str
        The decoded file.
    file : str
        Its name, for the problems.

    Returns
    -------
    tuple
        The root node, or None where nothing could be made of the text; and every problem found. With problems
        the tree holds what could be read: refused values stand in it as empty ones.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder(file)
    try:
        root = builder.document(yaml.parse(text, Loader=loader))
    except _Stop:
        root = None
    except yaml.MarkedYAMLError as error:
        builder.problems.append(syntax_problem(error, file, text))
        root = None
    except yaml.YAMLError as error:
        builder.problems.append(
            Problem(Place(file), f"this is not YAML: {error}", "Save the file as plain UTF-8 text.")
        )
        root = None
    return root, tuple(builder.problems)


class _Stop(Exception):
    """A bound was met; what follows in the file is not read."""


@dataclass
class _Builder:
    file: str
    problems: list[Problem] = field(default_factory=list)
    nodes: int = 0
    marks: int = 0

    def document(self, events: Iterator[yaml.Event]) -> Node | None:
        """Build the tree of the only document."""
        root: Node | None = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(
                        event, "a second document begins here", 'Delete the line "---"; one file is one bank.'
                    )
                    return root
            elif isinstance(event, yaml.NodeEvent):
                root = self._node(event, events, 1)
        return root

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self._refuse(event, f"the file has more than {MAX_NODES} values", "Split it into several banks.")
            raise _Stop
        if isinstance(event, yaml.AliasEvent):
            advice = "Write the value out where it is needed."
            self._refuse_mark(event, f"the alias *{event.anchor} is not read", advice)
            return ScalarNode(*_span(event))
        self._refuse_marks(event)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if depth > MAX_DEPTH:
            self._refuse(
                event,
                f"the nesting is deeper than {MAX_DEPTH} levels",
                "Check the indentation and the brackets.",
            )
            raise _Stop
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(event, events, depth)
        return self._mapping(event, events, depth)

    def _refuse_marks(self, event: yaml.Event) -> None:
        """Refuse an anchor or a tag; the value below it is read as if they were not there."""
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if anchor is None and tag is None:
            return
        if anchor is not None:
            advice = "Delete it and write the value out where it is needed."
            self._refuse_mark(event, f"the anchor &{anchor} is not read", advice)
        if tag is not None:
            said = f"!!{tag.removeprefix(_OWN_TAGS)}" if tag.startswith(_OWN_TAGS) else tag
            advice = "Delete it; a bank holds texts, numbers, lists and fields."
            self._refuse_mark(event, f"the tag {_short(said)} is not read", advice)

    def _refuse_mark(self, event: yaml.Event, message: str, advice: str) -> None:
        """Refuse an alias, anchor or tag; after a few of them the rest of the file is not looked at."""
        self.marks += 1
        self._refuse(event, message, advice)
        if self.marks == _MAX_MARKS:
            raise _Stop

    def _list(self, start: yaml.Event, events: Iterator[yaml.Event], depth: int) -> ListNode:
        items: list[Node] = []
        end = start
        for event in events:
            if type(event) is yaml.SequenceEndEvent:
                end = event
                break
            items.append(self._node(event, events, depth + 1))
        return ListNode(*_span(start, end), tuple(items))

    def _mapping(self, start: yaml.Event, events: Iterator[yaml.Event], depth: int) -> MappingNode:
        entries: dict[str, tuple[ScalarNode, Node]] = {}
        end = start
        for event in events:
            if type(event) is yaml.MappingEndEvent:
                end = event
                break
            key = self._node(event, events, depth + 1)
            value = self._node(next(events), events, depth + 1)
            if not isinstance(key, ScalarNode):
                self._report(
                    key.line,
                    key.column,
                    "a list or a group of fields stands as a field's name",
                    "Write a word before the colon.",
                )
            elif key.raw in entries:
                first = entries[key.raw][0].line
                self._report(
                    key.line,
                    key.column,
                    f'the field "{_short(key.raw)}" stands twice, in line {first} and in line {key.line}',
                    "Keep one of them.",
                )
            else:
                entries[key.raw] = (key, value)
        return MappingNode(*_span(start, end), tuple(entries.values()))

    def _scalar(self, event: yaml.ScalarEvent) -> ScalarNode:
        line, column, end_line = _span(event)
        plain = event.implicit[0]
        self._refuse_control_characters(event.value, line, column, quoted=event.style == '"')
        return ScalarNode(
            line, column, end_line, event.value, resolve_plain(event.value) if plain else event.value
        )

    def _refuse_control_characters(self, raw: str, line: int, column: int, *, quoted: bool) -> None:
        found = _CONTROL.search(raw)
        if found is not None:
            character = found.group()
            escape = _ESCAPES.get(character)
            what = "a tab" if character == "\t" else f"the control character U+{ord(character):04X}"
            if quoted and escape is not None:
                after = re.match("[A-Za-z]*", raw[found.end() :])
                word = escape + (after.group() if after else "")
                self._report(
                    line,
                    column,
                    f'between double quotes {escape} of "{_short(word)}" becomes {what}',
                    USE_BLOCK,
                )
            else:
                self._report(
                    line,
                    column,
                    f"the text holds {what}",
                    "Write spaces instead." if character == "\t" else USE_BLOCK,
                )
        elif quoted and (broken := _BROKEN_TEX.search(raw)) is not None:
            self._report(
                line,
                column,
                rf'between double quotes \n of "\n{broken.group(1)}" becomes a new line',
                USE_BLOCK,
            )

    def _refuse(self, event: yaml.Event, message: str, advice: str) -> None:
        line, column, _ = _span(event)
        self._report(line, column, message, advice)

    def _report(self, line: int, column: int, message: str, advice: str) -> None:
        if len(self.problems) >= MAX_PROBLEMS:
            raise _Stop
        self.problems.append(Problem(Place(self.file, line, column), message, advice))


def _span(start: yaml.Event, end: yaml.Event | None = None) -> tuple[int, int, int]:
    first, last = start.start_mark, (end or start).end_mark
    if first is None or last is None:  # PyYAML's types allow it, its parser does not do it
        return 1, 1, 1
    # A block ends where the next token begins, which is column 0 of a line that is not its own.
    last_line = last.line if last.column == 0 and last.line > first.line else last.line + 1
    return first.line + 1, first.column + 1, last_line


def _short(text: str, length: int = 40) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else f"{text[: length - 3]}..."
