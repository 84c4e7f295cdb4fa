"""Events survive being written and read, also those that this version does not know."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.storage import (
    Answered,
    Event,
    Explained,
    Finished,
    Flagged,
    Hinted,
    Json,
    Payload,
    Retracted,
    Shown,
    Started,
    Unknown,
)
from app.storage.rows import from_row, to_row

UUID = "5d1c7e4e-6a63-4b54-9c6b-0a3f2f9f8e11"
SESSION = "0e0b9a5c-52a7-4d8e-8f5e-3b1f4f3a2d10"
EVENT = Event(
    UUID,
    SESSION,
    datetime(2026, 3, 1, 23, 30, 0, 250_000, timezone(timedelta(hours=-5))),
    Hinted("lstm-gates/forget", 2),
    (("unrolled", "0.1.0"),),
)

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
json_values = values.map(Json.of)
later_fields = st.dictionaries(st.text().map("later {}".format), json_values, max_size=2).map(
    lambda found: tuple(sorted(found.items()))
)
numbers = st.lists(st.tuples(st.text(), st.floats(allow_nan=False)), max_size=3).map(tuple)
payloads = st.one_of(
    [
        st.builds(
            kind,
            extra=later_fields,
            **{
                name: strategy
                for name, strategy in {
                    "answer": json_values,
                    "credit": st.floats(0, 1),
                    "draws": numbers,
                    "numbers": numbers,
                }.items()
                if name in kind.__dataclass_fields__
            },
        )
        for kind in (Started, Shown, Hinted, Answered, Retracted, Explained, Flagged, Finished)
    ]
    + [
        st.builds(
            Unknown,
            st.text(min_size=1).map("later {}".format),
            st.dictionaries(st.text(), values, max_size=3).map(Json.of),
        )
    ]
)
moments = st.datetimes(
    datetime(1990, 1, 1),
    datetime(2200, 1, 1),
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
events = st.builds(
    Event,
    st.uuids().map(str),
    st.uuids().map(str),
    moments,
    payloads,
    st.dictionaries(st.text(), st.text(), max_size=3).map(lambda found: tuple(sorted(found.items()))),
)


@given(events)
def test_an_event_comes_back_from_its_row(event: Event) -> None:
    back = from_row(to_row(event))
    assert back == event
    assert back.at.utcoffset() == event.at.utcoffset()


def test_a_row_reads_as_its_columns_say() -> None:
    assert to_row(EVENT) == (
        UUID,
        SESSION,
        "2026-03-02T04:30:00.250000Z",
        -300,
        "hinted",
        '{"hint":2,"question":"lstm-gates/forget"}',
        '{"unrolled":"0.1.0"}',
    )
    assert EVENT.utc == datetime(2026, 3, 2, 4, 30, 0, 250_000, UTC)


def test_kinds_and_fields_of_a_later_version_are_kept() -> None:
    row = to_row(EVENT)
    regraded = (*row[:4], "regraded", '{"credit":0.5,"why":{"a":[1]}}', row[6])
    assert from_row(regraded).payload == Unknown("regraded", Json.of({"credit": 0.5, "why": {"a": [1]}}))
    assert to_row(from_row(regraded)) == regraded
    richer = (*row[:5], '{"colour":"red","hint":2,"question":"lstm-gates/forget"}', row[6])
    assert from_row(richer).payload == Hinted("lstm-gates/forget", 2, extra=(("colour", Json('"red"')),))
    assert to_row(from_row(richer)) == richer


@pytest.mark.parametrize(
    "payload", ['{"hint":2}', '{"hint":"two","question":"q"}', '{"hint":2.5,"question":"q"}']
)
def test_a_payload_that_does_not_fit_its_kind_is_kept_unread(payload: str) -> None:
    row = to_row(EVENT)
    event = from_row((*row[:5], payload, row[6]))
    assert event.payload == Unknown("hinted", Json(payload))
    assert event.kind == "hinted"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (0, "no uuid"),
        (0, None),
        (0, UUID.upper()),
        (1, "today"),
        (2, "yesterday"),
        (2, "2026-03-02T04:30:00"),
        (2, 5),
        (3, "0"),
        (3, 1 << 40),
        (3, None),
        (4, ""),
        (5, "[]"),
        (5, '{"hint":'),
        (5, "[" * 100_000),
        (5, b"{}"),
        (6, "null"),
    ],
)
def test_a_damaged_row_is_noticed(column: int, value: object) -> None:
    row: list[object] = list(to_row(EVENT))
    row[column] = value
    with pytest.raises(ValueError, match=r"."):
        from_row(tuple(row))


def test_an_event_without_time_zone_or_proper_name_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        replace(EVENT, at=datetime(2026, 1, 1))
    with pytest.raises(ValueError, match="UUID"):
        replace(EVENT, uuid=UUID.upper())
    with pytest.raises(ValueError, match="UUID"):
        replace(EVENT, session="today")


@pytest.mark.parametrize("number", [float("inf"), float("-inf")])
def test_a_number_that_left_the_range_is_kept(number: float) -> None:
    payload: Payload = Answered("a/b", "", Json(), 0.0, False, numbers=(("key", number),), seconds=number)
    assert from_row(to_row(replace(EVENT, payload=payload))).payload == payload
