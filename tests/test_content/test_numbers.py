"""Numbers as learners type them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.numbers import NumberError, parse_number

TYPED = [
    ("0.5", 0.5),
    (".5", 0.5),
    ("0,5", 0.5),
    (",5", 0.5),
    ("5.", 5.0),
    ("  7 ", 7.0),
    ("1e-3", 1e-3),
    ("1E−3", 1e-3),
    ("1,5e3", 1500.0),
    ("1/3", 1 / 3),
    ("-1/3", -1 / 3),
    ("0,5/0,25", 2.0),
    ("−2", -2.0),
    ("–2", -2.0),
    ("+2", 2.0),
    ("+ 2", 2.0),
    ("1.5*10^-3", 1.5e-3),
    ("1.5 × 10^(-3)", 1.5e-3),
    ("1.5·10⁻³", 1.5e-3),
    ("4.137 · 10⁻¹⁵", 4.137e-15),
    ("-2·10⁴", -2e4),
    ("10^-3", 1e-3),
    ("10⁻³", 1e-3),
    ("1\u2009234.5", 1234.5),
    ("1 234 567", 1234567.0),
    ("1234,5", 1234.5),
    ("0,123", 0.123),
    ("1,2345", 1.2345),
    ("0", 0.0),
    ("-0", 0.0),
    ("00012", 12.0),
    ("1e-400", 0.0),
]


@pytest.mark.parametrize(("text", "value"), TYPED)
def test_what_is_understood(text: str, value: float) -> None:
    assert parse_number(text) == value


REFUSED = [
    ("", "Type a number"),
    ("   ", "Type a number"),
    ("abc", "“abc” is not a number"),
    ("nan", "not a number"),
    ("inf", "not a number"),
    ("1,234.5", "nothing between thousands"),
    ("1.234,5", "nothing between thousands"),
    ("1,234,567", "nothing between thousands"),
    ("1,234", "in two ways: type 1234 or 1.234"),
    ("1 2", "not a number"),
    ("12 34", "not a number"),
    ("1.2.3", "not a number"),
    ("1/0", "0 below"),
    ("1/", "not a number"),
    ("/3", "not a number"),
    ("1/2/3", "not a number"),
    ("1e", "not a number"),
    ("1e999", "too large"),
    ("1*10^9999", "too large"),
    ("1e300/1e-300", "too large"),
    ("50 %", "without a percent sign"),
    ("2*3", "not a number"),
    ("1.5*", "not a number"),
    ("*10^3", "not a number"),
    ("1.5 10^3", "not a number"),
    ("--2", "not a number"),
    ("1_000", "not a number"),
    ("٣", "not a number"),
    ("0x10", "not a number"),
    ("1" * 41, "too long"),
]


@pytest.mark.parametrize(("text", "words"), REFUSED)
def test_what_is_not_says_what_to_type(text: str, words: str) -> None:
    with pytest.raises(NumberError, match=words):
        parse_number(text)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_comes_back(value: float) -> None:
    assert parse_number(repr(value)) == value
    assert parse_number(repr(value).replace("-", "−").replace("e", "E")) == value


@given(st.floats(min_value=-1e9, max_value=1e9).filter(lambda value: abs(value) >= 1e-4))
def test_a_decimal_comma_means_a_point(value: float) -> None:
    assert parse_number(f"{value:.7f}".replace(".", ",")) == float(f"{value:.7f}")


@given(st.integers(-999, 999), st.integers(-20, 20))
def test_powers_of_ten_in_three_spellings(mantissa: int, power: int) -> None:
    value = float(f"{mantissa}e{power}")
    superscript = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    assert parse_number(f"{mantissa}e{power}") == value
    assert parse_number(f"{mantissa}*10^{power}") == value
    assert parse_number(f"{mantissa} · 10{superscript}") == value


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6))
def test_fractions_are_divided(above: int, below: int) -> None:
    assert parse_number(f"{above}/{below}") == above / below


def attempt(text: str) -> float | NumberError:
    try:
        return parse_number(text)
    except NumberError as error:
        return error


@given(st.one_of(st.text(max_size=50), st.text(alphabet="0123456789.,eE+-−/*^·×⁰³⁻ ()%\u2009", max_size=20)))
def test_any_text_gives_a_finite_number_or_a_sentence(text: str) -> None:
    outcome = attempt(text)
    if isinstance(outcome, NumberError):
        assert str(outcome).endswith(".")
    else:
        assert math.isfinite(outcome)
