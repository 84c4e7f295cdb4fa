"""Draws: the same for the same name, fair, and pinned to values that must never move."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.draws import Stream


@given(st.integers(1, 2**64), st.integers())
def test_draws_lie_below_their_bound(count: int, seed: int) -> None:
    stream = Stream("bound", seed)
    assert all(0 <= stream.below(count) < count for _ in range(5))


@given(st.integers(0, 40), st.integers())
def test_a_permutation_has_everything_once(count: int, seed: int) -> None:
    assert sorted(Stream("order", seed).permutation(count)) == list(range(count))


@given(st.integers())
def test_units_lie_from_0_to_below_1(seed: int) -> None:
    stream = Stream("unit", seed)
    assert all(0 <= stream.unit() < 1 for _ in range(5))


@pytest.mark.parametrize("count", [0, -1, 2**64 + 1])
def test_impossible_bounds_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match="cannot draw below"):
        Stream("a").below(count)


def test_streams_are_told_apart_by_every_part_of_their_name() -> None:
    names = [("a", 1), ("a", 2), ("b", 1), ("a1",), ("a", "1x")]
    assert len({Stream(*name).word() for name in names}) == len(names)
    assert Stream("a", 1).word() == Stream("a", "1").word()


def test_all_orders_of_three_come_equally_often() -> None:
    seen = Counter(Stream("fair", seed).permutation(3) for seed in range(6000))
    # Each of the 6 has 1000 on average with a deviation of 29; five of those are allowed.
    assert len(seen) == 6
    assert all(abs(count - 1000) < 150 for count in seen.values())


def test_words_from_the_last_uneven_part_are_thrown_away() -> None:
    count = 2**63 + 1
    stream, raw = Stream("reject", 3), Stream("reject", 3)
    kept = [word for word in (raw.word() for _ in range(40)) if word < count][:5]
    assert [stream.below(count) for _ in range(5)] == kept


def test_pinned_values() -> None:
    stream = Stream("parameters", "two-steps-back", 1)
    assert [stream.word() for _ in range(3)] == [
        16653887961441595670,
        5939149396568616684,
        7677069348003262952,
    ]
    assert [stream.below(10) for _ in range(12)] == [9, 0, 2, 5, 7, 0, 7, 6, 6, 5, 1, 4]
    assert stream.unit() == 0.9069427757817288
    assert stream.permutation(8) == (0, 7, 2, 3, 5, 6, 4, 1)
    assert Stream("order", "two-steps-back", -7).permutation(4) == (1, 0, 2, 3)
