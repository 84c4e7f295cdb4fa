"""Lists, groups and tables of values: what a YAML object may hold is said once, as a `Table`.

The reader and the JSON Schema are both made from the same table; see `content.schema`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .fields import Word
from .nodes import ListNode, MappingNode, Node
from .reader import INVALID, Json, Reader, Type, choose_advice, kind_of, short

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True)
class Many(Type):
    """A list; with `skip` an item that could not be read is left out instead of spoiling the list."""

    item: Type
    least: int = 0
    most: int = 100
    what: str = "items"
    skip: bool = False

    def read(self, node: Node, reader: Reader, path: str) -> Any:
        """Read the value, or note a problem and give `INVALID`."""
        if not isinstance(node, ListNode):
            return reader.report(
                node,
                f"a list is wanted here, not {kind_of(node)}",
                'Write it in brackets, [a, b], or one item a line, each behind "- ".',
            )
        if not self.least <= len(node.items) <= self.most:
            return reader.report(
                node,
                f"{len(node.items)} {self.what} stand here",
                f"Write {self.least} to {self.most}." if self.least != self.most else f"Write {self.least}.",
            )
        read = []
        for index, item in enumerate(node.items):
            here = f"{path}[{index}]"
            reader.spans[here] = item
            read.append(self.item.read(item, reader, here))
        if self.skip:
            return tuple(value for value in read if value is not INVALID)
        return INVALID if INVALID in read else tuple(read)

    def schema(self, definitions: Json) -> Json:
        """Describe it as JSON Schema."""
        return {
            "type": "array",
            "items": self.item.schema(definitions),
            "minItems": self.least,
            "maxItems": self.most,
        }


@dataclass(frozen=True)
class Named(Type):
    """Fields with names of the author's own; read as pairs in the order of the file."""

    item: Type
    pattern: str
    what: str
    example: str
    least: int = 0
    most: int = 100

    def read(self, node: Node, reader: Reader, path: str) -> Any:
        """Read the value, or note a problem and give `INVALID`."""
        if not isinstance(node, MappingNode):
            return reader.report(
                node,
                f"a group of {self.what}s is wanted here, not {kind_of(node)}",
                f"Write {self.example}.",
            )
        if not self.least <= len(node.entries) <= self.most:
            return reader.report(
                node, f"{len(node.entries)} {self.what}s stand here", f"Write {self.least} to {self.most}."
            )
        read: list[Any] = []
        for key, value in node.entries:
            here = f"{path}.{key.raw}"
            reader.spans[here] = value
            if len(key.raw) > 80 or not re.fullmatch(self.pattern, key.raw):
                reader.report(
                    key, f'"{short(key.raw)}" cannot be the name of a {self.what}', f"Write {self.example}."
                )
                read.append(INVALID)
                continue
            item = self.item.read(value, reader, here)
            read.append(item if item is INVALID else (key.raw, item))
        return INVALID if INVALID in read else tuple(read)

    def schema(self, definitions: Json) -> Json:
        """Describe it as JSON Schema."""
        return {
            "type": "object",
            "patternProperties": {f"^(?:{self.pattern})$": self.item.schema(definitions)},
            "additionalProperties": False,
            "minProperties": self.least,
            "maxProperties": self.most,
        }


@dataclass(frozen=True)
class ByShape(Type):
    """One kind of value where a single value stands, others for a list and a group of fields."""

    what: str
    example: str
    single: Type | None = None
    many: Type | None = None
    group: Type | None = None

    def read(self, node: Node, reader: Reader, path: str) -> Any:
        """Read the value, or note a problem and give `INVALID`."""
        if isinstance(node, ListNode):
            chosen = self.many
        elif isinstance(node, MappingNode):
            chosen = self.group
        else:
            chosen = self.single
        if chosen is None:
            return reader.report(
                node,
                f"{self.what} is wanted here, not {kind_of(node)}",
                f"Write for example {self.example}.",
            )
        return chosen.read(node, reader, path)

    def schema(self, definitions: Json) -> Json:
        """Describe it as JSON Schema."""
        shapes = [
            shape.schema(definitions) for shape in (self.single, self.many, self.group) if shape is not None
        ]
        return {"anyOf": shapes}


@dataclass(frozen=True)
class Field:
    """One field of a table."""

    name: str
    type: Type
    doc: str
    required: bool = False
    default: Any = None
    example: str = ""


@dataclass(frozen=True)
class Table(Type):
    """A group of known fields, and how its values become a part of the model.

    `later` names fields of the format that this version does not have; `one_of` names fields of which exactly
    one must stand.
    """

    name: str
    doc: str
    fields: tuple[Field, ...]
    build: Callable[[Mapping[str, Any]], Any]
    later: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """Fields that belong to another table, and which; only for a better message."""

    def read(self, node: Node, reader: Reader, path: str) -> Any:
        """Read the value, or note a problem and give `INVALID`."""
        before = len(reader.problems)
        values = self.values(node, reader, path)
        return INVALID if values is None or len(reader.problems) > before else self.build(values)

    def values(self, node: Node, reader: Reader, path: str) -> dict[str, Any] | None:
        """Read the fields one by one, in the table's order; None where there are none."""
        if not isinstance(node, MappingNode):
            reader.report(
                node,
                f"the fields of {self.doc} are wanted here, not {kind_of(node)}",
                f"Write {self._example()}.",
            )
            return None
        self._unknown(node, reader)
        values: dict[str, Any] = {}
        for each in self.fields:
            found = node.get(each.name)
            if found is None:
                if each.required:
                    reader.report(
                        node,
                        f'the field "{each.name}" is missing in {self.doc}',
                        f"Add {each.name}: {each.example}.",
                    )
                values[each.name] = each.default
                continue
            here = f"{path}.{each.name}" if path else each.name
            reader.spans[here] = found
            values[each.name] = each.type.read(found, reader, here)
        self._exactly_one(node, reader)
        return values

    def _unknown(self, node: MappingNode, reader: Reader) -> None:
        known = [each.name for each in self.fields]
        for key, _ in node.entries:
            if key.raw in known:
                continue
            if key.raw in self.later:
                reader.report(key, f'the field "{key.raw}" is not part of this version', "Leave it out.")
            elif key.raw in self.elsewhere:
                reader.report(
                    key,
                    f'the field "{key.raw}" belongs to {self.elsewhere[key.raw]}, not to {self.doc}',
                    "Leave it out.",
                )
            else:
                reader.report(
                    key,
                    f'{self.doc} has no field "{short(key.raw)}"',
                    choose_advice(key.raw, known) or "Leave it out.",
                )

    def _exactly_one(self, node: MappingNode, reader: Reader) -> None:
        if not self.one_of:
            return
        given = [key for key, _ in node.entries if key.raw in self.one_of]
        names = ", ".join(self.one_of)
        if not given and not any(key.raw in self.later for key, _ in node.entries):
            reader.report(node, f"{self.doc} needs one of the fields {names}", f"Add {self.one_of[0]}.")
        elif len(given) > 1:
            reader.report(
                given[1],
                f"{self.doc} takes only one of the fields {names}",
                f'"{given[0].raw}" stands in line {given[0].line} already.',
            )

    def _example(self) -> str:
        wanted = [f"{each.name}: {each.example}" for each in self.fields if each.required]
        if not wanted:
            wanted = [f"{each.name}: {each.example or '...'}" for each in self.fields[:1]]
        return "{" + ", ".join(wanted) + "}"

    def schema(self, definitions: Json) -> Json:
        """Describe it as JSON Schema."""
        if self.name not in definitions:
            described: Json = {}
            definitions[self.name] = described  # first, so that a table may hold itself
            described["type"] = "object"
            described["description"] = _sentence(self.doc)
            described["properties"] = {each.name: self._property(each, definitions) for each in self.fields}
            required = [each.name for each in self.fields if each.required]
            if required:
                described["required"] = required
            if self.one_of:
                described["oneOf"] = [{"required": [name]} for name in self.one_of]
            described["additionalProperties"] = False
        return {"$ref": f"#/$defs/{self.name}"}

    @staticmethod
    def _property(each: Field, definitions: Json) -> Json:
        described = {"description": each.doc, **each.type.schema(definitions)}
        if isinstance(each.default, bool | int | float | str):
            described["default"] = each.default
        return described


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


@dataclass(frozen=True)
class ByField(Type):
    """A group of fields whose table is chosen by one of them, as a question's by its kind."""

    name: str
    tables: Mapping[str, Table]
    later: tuple[str, ...]
    doc: str

    def read(self, node: Node, reader: Reader, path: str) -> Any:
        """Read the value, or note a problem and give `INVALID`."""
        if not isinstance(node, MappingNode):
            return reader.report(
                node,
                f"the fields of {self.doc} are wanted here, not {kind_of(node)}",
                'Write "id: ..." and its other fields.',
            )
        key = node.get(self.name)
        if key is None:
            return reader.report(
                node,
                f'the field "{self.name}" is missing in {self.doc}',
                f"Add {self.name}: {next(iter(self.tables))}.",
            )
        word = Word(tuple(self.tables), self.later, self.name).read(key, reader, path)
        return INVALID if word is INVALID else self.tables[word].read(node, reader, path)

    def schema(self, definitions: Json) -> Json:
        """Describe it as JSON Schema."""
        cases = [
            {
                "if": {"properties": {self.name: {"const": value}}, "required": [self.name]},
                "then": table.schema(definitions),
            }
            for value, table in self.tables.items()
        ]
        return {
            "type": "object",
            "properties": {self.name: {"enum": list(self.tables)}},
            "required": [self.name],
            "allOf": cases,
        }
