"""Computed numbers in Markdown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.expressions import ExpressionError, Scope
from content.texts import find_fields, format_number, render

SCOPE = Scope({"w": -0.5, "x1": 2.0, "tiny": 4.1372e-15, "third": 1 / 3})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("no numbers, 1 < 2", "no numbers, 1 < 2"),
        ("$h_t = <<w>>\\,h_{t-1} <<x1 | +.1f>>$", "$h_t = -0.5\\,h_{t-1} +2.0$"),
        ("weight <<w>>", "weight −0.5"),
        ("<<tiny | .1e>> and $<<tiny | .1e>>$", "4.1\u202f·\u202f10⁻¹⁵ and $4.1 \\cdot 10^{-15}$"),
        ("a $x$ <<w>> $$<<w>>$$ <<w>>", "a $x$ −0.5 $$-0.5$$ −0.5"),
        ("5 \\$ each: <<w>>", "5 \\$ each: −0.5"),
        ("<<x1>><<x1|d>>", "22"),
        ("<< third|.2f >>", "0.33"),
        ("<<abs(w)>>", "0.5"),
    ],
)
def test_numbers_are_put_in(text: str, shown: str) -> None:
    assert render(text, SCOPE) == shown


@pytest.mark.parametrize(
    ("value", "style", "outside", "inside"),
    [
        (3.0, "", "3", "3"),
        (-3.0, "", "−3", "-3"),
        (0.1 + 0.2, "", "0.3", "0.3"),
        (2 / 3, "", "0.6667", "0.6667"),
        (12345.6, "", "12346", "12346"),
        (9999.96, "", "10000", "10000"),
        (999.96, "", "1000", "1000"),
        (524288.0, "", "524288", "524288"),
        (1.5e9, "", "1.5\u202f·\u202f10⁹", r"1.5 \cdot 10^{9}"),
        (1e-5, "", "10⁻⁵", "10^{-5}"),
        (-1e-12, ".0e", "−10⁻¹²", "-10^{-12}"),
        (1e-12, "+.0e", "+10⁻¹²", "+10^{-12}"),
        (1e-12, ".1e", "1.0\u202f·\u202f10⁻¹²", r"1.0 \cdot 10^{-12}"),
        (0.0, "", "0", "0"),
        (0.25, "+.2f", "+0.25", "+0.25"),
        (-0.25, "+.2f", "−0.25", "-0.25"),
        (-0.0001, ".2f", "0.00", "0.00"),
        (-0.0001, "+.2f", "+0.00", "+0.00"),
        (4.1372e-15, ".2e", "4.14\u202f·\u202f10⁻¹⁵", r"4.14 \cdot 10^{-15}"),
        (5.0, ".1e", "5.0", "5.0"),
        (12.0, "d", "12", "12"),
        (12.0, "+d", "+12", "+12"),
        (12.0, "+", "+12", "+12"),
        (0.123456, ".3g", "0.123", "0.123"),
    ],
)
def test_numbers_are_written_for_people_and_for_tex(
    value: float, style: str, outside: str, inside: str
) -> None:
    assert format_number(value, style) == outside
    assert format_number(value, style, in_math=True) == inside


@pytest.mark.parametrize(
    ("text", "offset", "words"),
    [
        ("a << w", 2, "not closed"),
        ("a >> b", 2, "closes nothing"),
        ("see <<w +>>", 9, "expected a value"),
        ("see << v >>", 7, "'v' is no parameter"),
        ("<<w | .3q>>", 5, "no format"),
        ("<<w | .99f>>", 5, "no format"),
        ("<<w | 10d>>", 5, "no format"),
        ("<<w |>>", 5, "no format"),
        ("<<w | d>>", 2, "no whole number"),
        ("<<w > 1>>", 2, "true or false"),
        ("<<>>", 2, "empty"),
        ("<<1>> <<1 / (w + 0.5)>>", 10, "division by zero"),
        ("<<1>>" * 101, 500, "at most 100"),
    ],
)
def test_errors_are_located_in_the_text(text: str, offset: int, words: str) -> None:
    with pytest.raises(ExpressionError, match=words) as caught:
        render(text, SCOPE)
    assert caught.value.offset == offset


def test_fields_tell_their_places() -> None:
    text = "a <<w>> $<<x1 | .2f>>$"
    first, second = find_fields(text)
    assert text[first.start : first.end] == "<<w>>"
    assert text[second.start : second.end] == "<<x1 | .2f>>"
    assert (first.format, second.format) == ("", ".2f")
    assert (first.in_math, second.in_math) == (False, True)
    assert text[second.expression_at :].startswith("x1")


def attempt(text: str) -> str | ExpressionError:
    try:
        return render(text, SCOPE)
    except ExpressionError as error:
        return error


@given(st.text(alphabet="<>|$\\ w1.f+e\n", max_size=60))
def test_any_text_is_rendered_or_refused_at_a_place_in_it(text: str) -> None:
    outcome = attempt(text)
    if isinstance(outcome, ExpressionError):
        assert 0 <= outcome.offset <= len(text)
    else:
        assert "<<" not in outcome


@given(st.text(max_size=80).filter(lambda text: "<<" not in text and ">>" not in text))
def test_text_without_fields_stays_as_it_is(text: str) -> None:
    assert render(text, SCOPE) == text


@given(st.floats(min_value=-1e300, max_value=1e300, allow_nan=False))
def test_the_default_format_is_true_to_four_digits(value: float) -> None:
    written = format_number(value, in_math=True).replace(r" \cdot 10^{", "e").replace("}", "")
    written = written.replace("10^{", "1e")
    assert float(written) == pytest.approx(value, rel=5.01e-4)
    assert len(written) <= 13
