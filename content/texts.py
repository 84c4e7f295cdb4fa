"""Computed numbers in Markdown: ``<<expression | format>>``.

A format is a small part of Python's: ``.3f``, ``.2e``, ``.4g``, ``d``, each with a ``+`` before it where the
sign is to be written always. Without one a number has up to four significant digits. Between dollar signs
numbers are written for TeX, elsewhere with the proper minus sign and superscripts.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from .expressions import Expression, ExpressionError, Scope, evaluate_number, parse

MAX_FIELDS = 100
OPENING, CLOSING = "<<", ">>"

_FORMAT = re.compile(r"(?P<sign>\+?)(?P<body>(?:\.(?P<digits>[0-9]{1,2})(?P<kind>[feg]))|d?)")
_MAX_DIGITS = 15
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SIGNIFICANT = 4
_NARROW = "\u202f"  # a narrow space at which no line breaks


@dataclass(frozen=True)
class Field:
    """One computed number in a text.

    Attributes
    ----------
    start, end : int
        Where it stands, from ``<<`` to behind ``>>``.
    expression : Expression
        What is computed; its offsets count from `expression_at`.
    expression_at : int
        Where the expression begins in the text.
    format : str
        As written, without spaces; empty for the default.
    in_math : bool
        Whether it stands between dollar signs.
    """

    start: int
    end: int
    expression: Expression
    expression_at: int
    format: str
    in_math: bool


@lru_cache(maxsize=1024)
def find_fields(text: str) -> tuple[Field, ...]:
    """Find and parse the computed numbers of a text.

    Parameters
    ----------
    text : str
        Markdown.

    Returns
    -------
    tuple of Field
        In reading order.

    Raises
    ------
    ExpressionError
        With the offset in the text: a ``<<`` that is not closed, a ``>>`` that was not opened, an expression
        that cannot be parsed, a format that is none.
    """
    fields: list[Field] = []
    in_math = False
    at = 0
    for piece in re.finditer(r"\\.|\$\$?|<<|>>", text, re.DOTALL):
        if piece.start() < at:
            continue
        if piece.group() in ("$", "$$"):
            in_math = not in_math
        elif piece.group() == OPENING:
            field = _field(text, piece.start(), in_math)
            fields.append(field)
            at = field.end
            if len(fields) > MAX_FIELDS:
                raise ExpressionError(f"a text has at most {MAX_FIELDS} computed numbers", piece.start())
        elif piece.group() == CLOSING:
            raise ExpressionError("this >> closes nothing; in a formula write \\gg", piece.start())
    return tuple(fields)


def _field(text: str, start: int, in_math: bool) -> Field:
    end = text.find(CLOSING, start)
    if end < 0:
        raise ExpressionError("this << is not closed by >>; in a formula write \\ll", start)
    inner_at = start + len(OPENING)
    spelled, bar, style = text[inner_at:end].partition("|")
    try:
        expression = parse(spelled)
    except ExpressionError as error:
        raise error.shifted(inner_at) from None
    if bar and (not style.strip() or _format(style.strip()) is None):
        raise ExpressionError(
            f"{style.strip()!r} is no format; there are .3f, .2e, .4g and d, with + before them for the sign",
            inner_at + len(spelled) + 1,
        )
    return Field(start, end + len(CLOSING), expression, inner_at, style.strip(), in_math)


def _format(style: str) -> tuple[bool, str, int] | None:
    """Return sign, kind (f, e, g, d or empty) and digits of a format, or None."""
    found = _FORMAT.fullmatch(style)
    if found is None or int(found["digits"] or 0) > _MAX_DIGITS:
        return None
    return bool(found["sign"]), found["kind"] or found["body"], int(found["digits"] or 0)


def render(text: str, scope: Scope) -> str:
    """Put the computed numbers into a text.

    Parameters
    ----------
    text : str
        Markdown with fields.
    scope : Scope
        What they are computed from.

    Returns
    -------
    str
        Markdown without fields.

    Raises
    ------
    ExpressionError
        With the offset in `text`.
    """
    pieces: list[str] = []
    at = 0
    for field in find_fields(text):
        try:
            value = evaluate_number(field.expression, scope)
            written = format_number(value, field.format, in_math=field.in_math)
        except ExpressionError as error:
            raise error.shifted(field.expression_at) from None
        pieces += [text[at : field.start], written]
        at = field.end
    return "".join([*pieces, text[at:]])


def format_number(value: float, style: str = "", *, in_math: bool = False) -> str:
    r"""Write a number for people.

    Parameters
    ----------
    value : float
        A finite number.
    style : str
        A format, or empty for up to four significant digits.
    in_math : bool
        Whether it is written for TeX.

    Returns
    -------
    str
        Such as ``−0.25``, ``10⁻⁵``, ``4.1 · 10⁻¹⁵``, which no line breaks, or, for TeX,
        ``4.1 \cdot 10^{-15}``.

    Raises
    ------
    ExpressionError
        For a format that is none, and for ``d`` of a number that is not whole.
    """
    parts = _format(style)
    if parts is None or not math.isfinite(value):
        raise ExpressionError(f"{value!r} cannot be written as {style!r}")
    signed, kind, digits = parts
    if kind == "d":
        if not math.isclose(value, round(value), rel_tol=1e-12, abs_tol=1e-9):
            raise ExpressionError(f"{value:.6g} is no whole number; write it with a format such as .2f")
        plain = f"{round(value):d}"
    elif kind == "g":
        # Significant digits are all written, zeros too: 0.0019 to three digits is 0.00190.
        plain = f"{value:z#.{max(digits, 1)}g}".removesuffix(".")
    elif kind:
        plain = f"{value:z.{digits}{kind}}"
    else:
        plain = _shortest(value)
    if signed and not plain.startswith("-"):
        plain = f"+{plain}"
    return _typeset(plain, in_math)


def _shortest(value: float) -> str:
    if value == round(value) and abs(value) < 1e7:
        return f"{round(value):d}"
    if 1000 <= abs(value) < 1e7:
        # Never fewer digits than stand before the point: 12345.6 is 12346, not 12350.
        return f"{value:.0f}"
    if 1e-4 <= abs(value) < 1000:
        return f"{value:.{_SIGNIFICANT}g}"
    mantissa, _, exponent = f"{value:.{_SIGNIFICANT - 1}e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{exponent}"


def _typeset(plain: str, in_math: bool) -> str:
    mantissa, _, exponent = plain.partition("e")
    power = str(int(exponent)) if exponent and int(exponent) else ""
    if not in_math:
        mantissa = mantissa.replace("-", "−")
    if not power:
        return mantissa
    ten = f"10^{{{power}}}" if in_math else f"10{power.translate(_SUPERSCRIPTS)}"
    if mantissa.lstrip("+-−") == "1":
        return mantissa[:-1] + ten  # once a power of ten is the power of ten
    return rf"{mantissa} \cdot {ten}" if in_math else f"{mantissa}{_NARROW}·{_NARROW}{ten}"
