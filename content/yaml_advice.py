"""What the YAML parser complains of, in an author's words, with what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .files import split_lines
from .model import Place, Problem

if TYPE_CHECKING:
    import yaml

USE_BLOCK = 'Write the text in a block ("|" and the text on the next lines) or without quotes.'

_ADVICE = (
    (
        "mapping values are not allowed",
        "a second colon stands in this value",
        "Put the text into a block (|) or single quotes.",
    ),
    ("unknown escape", "between double quotes this backslash has a meaning of its own", USE_BLOCK),
    (
        "cannot start any token",
        "this sign cannot begin a value",
        "Indent with spaces, not tabs; put a text that begins with @, ` or % into single quotes.",
    ),
    (
        "did not find expected ',' or",
        "a bracket is not closed, or a comma is missing",
        "Close it before the next field begins.",
    ),
    (
        "unexpected end of stream",
        "a quote or bracket is not closed before the file ends",
        "Close it where the value ends.",
    ),
    (
        "did not find expected key",
        "the fields around this line do not line up",
        "Let fields of one group begin in one column; quote texts that begin with a quote or a bracket.",
    ),
    (
        "could not find expected ':'",
        "this line has no colon after its field's name",
        'Write "name: value", or indent the line to belong to the text above.',
    ),
    (
        "did not find expected '-'",
        "this line does not belong to the list above",
        'Begin it with "- " in the same column, or indent it as that list\'s field.',
    ),
    (
        "did not find expected <document start>",
        "something stands after the end of the bank",
        "Let all fields begin in the first column.",
    ),
    (
        "did not find expected hexdecimal",
        "between double quotes this backslash has a meaning of its own",
        USE_BLOCK,
    ),
    (
        "did not find expected hexadecimal",
        "between double quotes this backslash has a meaning of its own",
        USE_BLOCK,
    ),
    ("undefined alias", "an alias (*) is not read", "Write the value out where it is needed."),
    (
        "did not find expected alphabetic",
        "an alias (*) or anchor (&) is not read",
        "Put a text that begins with * or & into single quotes.",
    ),
    ("unknown directive", "a directive (%) is not read", "Delete the line."),
    (
        "incompatible YAML document",
        "this YAML version is not read",
        "Delete the line that begins with %YAML.",
    ),
    (
        "undefined tag handle",
        "a tag (!) is not read",
        "Delete it, or put a text that begins with ! into single quotes.",
    ),
    ("found a tab character", "a tab stands where spaces should indent", "Indent with spaces."),
    ("control characters are not allowed", "here stands a control character", "Delete it."),
)


def syntax_problem(error: yaml.MarkedYAMLError, file: str, text: str) -> Problem:
    """Turn a complaint of the parser into a located problem."""
    mark = error.problem_mark or error.context_mark
    place = Place(file, mark.line + 1, mark.column + 1) if mark is not None else Place(file)
    said = error.problem or error.context or "the text cannot be read"
    message, advice = f"this is not YAML: {said}", "Compare the line with one of the examples."
    for part, ours, what_to_write in _ADVICE:
        if part in said:
            message, advice = ours, what_to_write
            break
    if mark is not None and _stands_on_a_tab(text, mark.line, mark.column):
        message, advice = "a tab stands where spaces should indent", "Indent with spaces."
    begun = error.context_mark
    if begun is not None and mark is not None and begun.line < mark.line:
        message = f"{message} (it begins in line {begun.line + 1})"
    return Problem(place, message, advice)


def _stands_on_a_tab(text: str, line: int, column: int) -> bool:
    """Whether the parser stumbled over a tab, which it only calls a sign that cannot begin a value."""
    lines = split_lines(text)
    return line < len(lines) and lines[line][column : column + 1] == "\t"
