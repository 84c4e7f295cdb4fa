"""Values of a YAML file that know their places; plain scalars by the YAML 1.2 core rules.

So `no` is a text, `012` is 12, `1:30` is a text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_DEPTH = 24
"""The deepest nesting that is read; a question of every kind needs 9."""

MAX_NODES = 100_000
"""The most values of one file; a full question has about 100."""

MAX_PROBLEMS = 100
"""The most problems reported for one file."""

Value = None | bool | int | float | str

_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NULLS = {"", "~", "null", "Null", "NULL"}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)")
_NAN = {".nan", ".NaN", ".NAN"}
_LONGEST_INTEGER = 18  # beyond it, a float says as much and int() may take long


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the file: line and column of its first character (from 1), and its last line."""

    line: int
    column: int
    end_line: int


@dataclass(frozen=True, slots=True)
class ScalarNode(Node):
    """A single value: `raw` as written (escapes resolved), `value` by the core rules."""

    raw: str = ""
    value: Value = None


@dataclass(frozen=True, slots=True)
class ListNode(Node):
    """A list of nodes."""

    items: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class MappingNode(Node):
    """Keys and values in the order of the file; keys are texts and differ."""

    entries: tuple[tuple[ScalarNode, Node], ...] = ()

    def get(self, key: str) -> Node | None:
        """The value of a key, or None."""
        return next((value for name, value in self.entries if name.raw == key), None)


def resolve_plain(raw: str) -> Value:
    """Resolve a plain scalar by the YAML 1.2 core rules.

    Parameters
    ----------
    raw : str
        The scalar as written, without quotes.

    Returns
    -------
    None, bool, int, float or str
        Whole numbers of more than 18 digits become floats.
    """
    if raw in _NULLS:
        return None
    if raw in _BOOLEANS:
        return _BOOLEANS[raw]
    if _INTEGER.fullmatch(raw):
        return int(raw) if len(raw) <= _LONGEST_INTEGER else float(raw)
    if _FLOAT.fullmatch(raw):
        return float(raw)
    if _OCTAL.fullmatch(raw) and len(raw) <= _LONGEST_INTEGER:
        return int(raw[2:], 8)
    if _HEXADECIMAL.fullmatch(raw) and len(raw) <= _LONGEST_INTEGER:
        return int(raw[2:], 16)
    if _INFINITE.fullmatch(raw):
        return float("-inf") if raw.startswith("-") else float("inf")
    if raw in _NAN:
        return float("nan")
    return raw
