"""Reading numbers as learners type them."""

from __future__ import annotations

import math
import re

MAX_LENGTH = 40

_SIGNS = str.maketrans("−–﹣－＋⁄∕×·⋅", "----+//***")
_SPACES = "\u0020\u00a0\u2007\u2009\u202f"
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_SUPERSCRIPT_POWER = re.compile(r"10([⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_GROUPED = re.compile(rf"(?<![0-9.,])[0-9]{{1,3}}(?:[{_SPACES}][0-9]{{3}})+(?![0-9])")
_PLAIN = r"(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)"
_TERM = re.compile(
    rf"""(?P<sign>[+-]?)
    (?:(?P<mantissa>{_PLAIN})(?:[eE](?P<exponent>[+-]?[0-9]{{1,4}}))?)?
    (?P<times>\*)?
    (?:10\^\(?(?P<power>[+-]?[0-9]{{1,4}})\)?)?""",
    re.VERBOSE,
)
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")

HELP = "Type a number such as 0.5, 1e-3 or 1/3."


class NumberError(ValueError):
    """What was typed is no number; the message says what to type instead."""


def parse_number(text: str) -> float:
    """Read a number as typed by a learner.

    Parameters
    ----------
    text : str
        At most 40 characters: `0.5`, `.5`, `0,5`, `1e-3`, `1.5*10^-3`, `1.5·10⁻³`, `1/3`, with a leading sign
        if wanted; every usual minus sign and space is understood.

    Returns
    -------
    float
        A finite number.

    Raises
    ------
    NumberError
        With a sentence that says what to type.
    """
    if len(text) > MAX_LENGTH:
        raise NumberError(f"That is too long for a number. {HELP}")
    cleaned = _SUPERSCRIPT_POWER.sub(lambda found: "10^" + found[1].translate(_SUPERSCRIPTS), text)
    cleaned = cleaned.translate(_SIGNS).strip()
    if not cleaned:
        raise NumberError(HELP)
    if "%" in cleaned:
        raise NumberError("Type the number without a percent sign: 0.5 for 50 %.")
    cleaned = _GROUPED.sub(lambda found: re.sub(f"[{_SPACES}]", "", found.group()), cleaned)
    cleaned = re.sub(rf"[{_SPACES}]*([-+*/^])[{_SPACES}]*", r"\1", cleaned)
    numerator, slash, denominator = cleaned.partition("/")
    value = _term(numerator)
    if slash:
        below = _term(denominator)
        if below == 0:
            raise NumberError("A fraction cannot have 0 below its line.")
        value /= below
    if not math.isfinite(value):
        raise NumberError("That number is too large to compute with.")
    return value


def _term(text: str) -> float:
    found = _TERM.fullmatch(text)
    if found is None or not _complete(found):
        if "," in text and ("." in text or text.count(",") > 1):
            raise NumberError("Use one decimal sign and nothing between thousands: 1234.5, not 1,234.5.")
        raise NumberError(f"“{text or ' '}” is not a number. {HELP}")
    mantissa = found["mantissa"]
    if mantissa is not None and _THOUSANDS.fullmatch(mantissa):
        plain, point = mantissa.replace(",", ""), mantissa.replace(",", ".")
        raise NumberError(f"{mantissa} can be read in two ways: type {plain} or {point}.")
    number = "1" if mantissa is None else mantissa.replace(",", ".")
    exponent = int(found["exponent"] or 0) + int(found["power"] or 0)
    # One conversion of the whole, so that 1.5*10^-3 is the very float that 1.5e-3 is.
    value = float(f"{found['sign']}{number}e{exponent}")
    if not math.isfinite(value):
        raise NumberError("That number is too large to compute with.")
    return value


def _complete(found: re.Match[str]) -> bool:
    """Tell whether a term has a number, and a sign of multiplication just where both factors are there."""
    mantissa, power = found["mantissa"] is not None, found["power"] is not None
    return (mantissa or power) and (found["times"] is not None) == (mantissa and power)
