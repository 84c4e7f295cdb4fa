"""Values as JSON text, one text per value, and back into typed fields."""

from __future__ import annotations

import json
import math
import types
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

if TYPE_CHECKING:
    from collections.abc import Callable

_NOT_FINITE = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}  # JSON has no word for them


@dataclass(frozen=True)
class Json:
    """Any JSON value, kept as its canonical text so that it is hashable and survives unread.

    Parameters
    ----------
    text
        The text; `Json.of` makes it from a value.
    """

    text: str = "null"

    @classmethod
    def of(cls, value: Any) -> Json:
        """Return the text of a value of dicts, lists, strings, numbers, booleans and None."""
        return cls(canonical(value))

    @property
    def value(self) -> Any:
        """The value."""
        return json.loads(self.text)


def canonical(value: Any) -> str:
    """Return the one text of a JSON value: keys sorted, no spaces, ASCII.

    Raises
    ------
    ValueError
        If a number is not finite (`written` spells those first).
    TypeError
        If the value is no JSON value.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def written(value: Any) -> Any:
    """Return a field's value as a JSON value: tuples as lists, numbers that are not finite as words."""
    if isinstance(value, Json):
        return value.value
    if isinstance(value, tuple):
        return [written(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def reader(hint: Any) -> Callable[[Any], Any]:
    """Return the function that makes a field of the type `hint` of a JSON value: it undoes `written`.

    The function raises ValueError if the value does not fit.

    Parameters
    ----------
    hint
        `Json`, `str`, `int`, `float`, `bool`, `None`, a tuple or a union of these.
    """
    if hint is Json:
        return Json.of
    if hint is float:
        return _number
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _union([reader(option) for option in arguments])
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return _sequence(reader(arguments[0]))
    if origin is tuple:
        return _tuple([reader(item) for item in arguments])
    return _exactly(hint)


def _exactly(kind: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise ValueError(f"{value!r} is no {kind.__name__}")
        return value

    return read


def _union(options: list[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        for option in options:
            try:
                return option(value)
            except ValueError:
                continue
        raise ValueError(f"{value!r} is none of what it may be")

    return read


def _sequence(item: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if not isinstance(value, list):
            raise ValueError(f"{value!r} is no list")
        return tuple([item(each) for each in value])

    return read


def _tuple(items: list[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if not isinstance(value, list) or len(value) != len(items):
            raise ValueError(f"{value!r} is no list of {len(items)}")
        return tuple([item(each) for item, each in zip(items, value, strict=True)])

    return read


def _number(value: Any) -> float:
    if isinstance(value, str) and value in _NOT_FINITE:
        return _NOT_FINITE[value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError as error:
            raise ValueError(f"{value!r} is out of range") from error
    raise ValueError(f"{value!r} is no number")
