"""The model's dataclasses to JSON values and back, without a hand-written line for any of them.

A dataclass becomes the list of its fields' values, in their order; `fingerprint` changes whenever that order
or a type does, so a stored value is never read by a model it was not written for.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import types
import typing
from collections.abc import Callable
from functools import cache
from typing import Any

Decoder = Callable[[Any], Any]


def encode(value: Any) -> Any:
    """Turn a value of the model into what `json.dumps` takes.

    Parameters
    ----------
    value : object
        Dataclasses, tuples, frozensets, strings, numbers, booleans and None, nested.
    """
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(value)
    cls: Any = type(value)
    return [encode(getattr(value, name)) for name in _names(cls)]


@cache
def _names(cls: Any) -> tuple[str, ...]:
    return tuple(each.name for each in dataclasses.fields(cls))


@cache
def decoder(hint: Any) -> Decoder:
    """Return the function that undoes `encode` for a type.

    Parameters
    ----------
    hint : type
        A dataclass of the model or a type annotation made of the types `encode` takes.
    """
    if dataclasses.is_dataclass(hint):
        return _dataclass_decoder(typing.cast("type", hint))
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        return _tuple_decoder(arguments)
    if origin is frozenset:
        return frozenset
    if origin in (typing.Union, types.UnionType):
        return _union_decoder(arguments)
    return _same


def _same(value: Any) -> Any:
    return value


def _dataclass_decoder(cls: type) -> Decoder:
    hints = _hints(cls)
    names = _names(cls)
    parts: list[Decoder] = []

    def decode(value: Any) -> Any:
        if not parts:  # filled at first use: a dataclass may hold itself
            parts.extend(decoder(hints[name]) for name in names)
        return cls(*[part(item) for part, item in zip(parts, value, strict=True)])

    return decode


def _hints(cls: type) -> dict[str, Any]:
    """Return the types of a class's fields as `typing.get_type_hints` does, each spelling resolved once."""
    return {
        name: _hint(owner.__module__, text)
        for owner in reversed(cls.__mro__)
        for name, text in vars(owner).get("__annotations__", {}).items()
    }


@cache
def _hint(module: str, text: str) -> Any:
    holder = type("Holder", (), {"__module__": module, "__annotations__": {"it": text}})
    return typing.get_type_hints(holder)["it"]


def _tuple_decoder(arguments: tuple[Any, ...]) -> Decoder:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        item = decoder(arguments[0])
        return tuple if item is _same else lambda value: tuple([item(each) for each in value])
    parts = [decoder(argument) for argument in arguments]
    return lambda value: tuple([part(each) for part, each in zip(parts, value, strict=True)])


def _union_decoder(arguments: tuple[Any, ...]) -> Decoder:
    nested = [part for part in map(decoder, arguments) if part is not _same]
    if not nested:
        return _same
    if len(nested) > 1:
        raise TypeError(f"two of {arguments} are stored as lists and could not be told apart")
    return lambda value: nested[0](value) if isinstance(value, list) else value


def fingerprint(*classes: type) -> str:
    """Return a short text that changes when a field of these dataclasses, or of those they hold, changes."""
    seen: dict[str, list[str]] = {}

    def walk(hint: Any) -> None:
        if dataclasses.is_dataclass(hint):
            name = typing.cast("type", hint).__name__
            if name not in seen:
                hints = _hints(typing.cast("type", hint))
                seen[name] = [f"{field}: {hints[field]}" for field in _names(typing.cast("type", hint))]
                for field in seen[name]:
                    walk(hints[field.partition(":")[0]])
        for argument in typing.get_args(hint):
            walk(argument)

    for cls in classes:
        walk(cls)
    return digest(seen)[:16]


def digest(value: Any) -> str:
    """SHA-256 (hex) of a JSON value in its one canonical spelling."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
