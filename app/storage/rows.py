"""Events as rows of the log and back. What a later version wrote is written back as it came."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import TYPE_CHECKING, Any, get_type_hints

from .events import KINDS, Event, Payload, Unknown, is_uuid
from .json_text import Json, canonical, reader, written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Row = tuple[str, str, str, int, str, str, str]
"""uuid, session, utc, utc_offset, kind, payload, versions: the columns of the table `event`."""

_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


@cache
def _readers(kind: str) -> dict[str, Callable[[Any], Any]]:
    """Return what reads each field of a kind of payload."""
    payload = KINDS[kind]
    hints = get_type_hints(payload)
    return {entry.name: reader(hints[entry.name]) for entry in fields(payload) if entry.name != "extra"}


def to_row(event: Event) -> Row:
    """Return the event as a row of the log."""
    offset = event.at.utcoffset() or timedelta()
    utc = event.utc.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    return (
        event.uuid,
        event.session,
        utc,
        round(offset / timedelta(minutes=1)),
        event.kind,
        _payload_text(event.payload),
        canonical(dict(event.versions)),
    )


def from_row(values: Sequence[object]) -> Event:
    """Return the event of a row.

    Raises
    ------
    ValueError
        If no version of the program wrote it: it is damaged.
    """
    (uuid, session, _, offset, kind, _, _), moment, content, said = _parsed(values)
    at = moment.astimezone(timezone(timedelta(minutes=offset)))
    versions = tuple(sorted((name, str(version)) for name, version in said.items()))
    return Event(uuid, session, at, _payload(kind, content), versions)


def checked(values: Sequence[object]) -> Row:
    """Return values as the row they are; much faster than `from_row`, and as strict.

    Raises
    ------
    ValueError
        As `from_row`.
    """
    return _parsed(values)[0]


def _parsed(values: Sequence[object]) -> tuple[Row, datetime, dict[str, Any], dict[str, Any]]:
    """Return the row, and of it the moment, the payload and the versions."""
    match values:
        case [str(uuid), str(session), str(utc), int(offset), str(kind), str(payload), str(versions)] if (
            is_uuid(uuid) and is_uuid(session) and _UTC.fullmatch(utc) and abs(offset) < 24 * 60 and kind
        ):
            row = (uuid, session, utc, offset, kind, payload, versions)
        case _:
            raise ValueError("this is no row of the log")
    try:
        content = json.loads(payload)
        said = json.loads(versions)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(content, dict) or not isinstance(said, dict):
        raise ValueError("payload or versions are no JSON object")
    return row, datetime.fromisoformat(utc), content, said


def _payload_text(payload: Payload) -> str:
    if isinstance(payload, Unknown):
        return payload.content.text
    values = {name: written(getattr(payload, name)) for name in _readers(payload.kind)}
    return canonical({name: text.value for name, text in payload.extra} | values)


def _payload(kind: str, content: dict[str, Any]) -> Payload:
    """Return the payload, unknown fields kept; if known ones do not fit, it is unknown as a whole."""
    payload = KINDS.get(kind)
    if payload is None:
        return Unknown(kind, Json.of(content))
    known = _readers(kind)
    try:
        values = {name: known[name](value) for name, value in content.items() if name in known}
        extra = tuple((name, Json.of(content[name])) for name in sorted(content.keys() - known.keys()))
        return payload(**values, extra=extra)
    except (ValueError, TypeError):  # TypeError: a field without default is missing
        return Unknown(kind, Json.of(content))
