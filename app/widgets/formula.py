"""One formula: LaTeX in, an outline out, in em, so that one outline serves all sizes and themes."""

from __future__ import annotations

import re
import warnings
import zlib
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QByteArray, QDataStream, QIODevice, QRectF, Qt
from PySide6.QtGui import QPainterPath

__all__ = ["MAX_LATEX", "Formula", "FormulaError", "from_bytes", "to_bytes", "typeset"]

MAX_LATEX: Final = 1000
"""The longest LaTeX that is typeset, in characters."""

_SIZE: Final = 64.0  # pixels an em, of what is asked for
_TAG: Final = re.compile(r"<(path|rect)\s([^>]*)>")
_ATTRIBUTE: Final = re.compile(r'([\w-]+)="([^"]*)"')
_OTHER_TAG: Final = re.compile(r"<(?!/?(?:svg|path|rect|g)\b)[^>]*>|<g[^>]*transform[^>]*>")
_SIGN: Final = re.compile(r"((?:^|[=(,\[<>]|\\(?:le|ge|leq|geq|approx|times|cdot|in)\b)\s*)-")
_FRACTION: Final = re.compile(r"<math[^>]*><mrow>(?:<mstyle[^>]*>)?<mfrac>")
_FRACTION_SIDE: Final = 0.12  # TeX's \nulldelimiterspace, em: a bar has no side bearing of its own
_EM: Final = 0.75  # ziamath takes an em of space for 4/3 of one
_SPACE: Final = re.compile(r'(?<=<mspace width=")(-?[\d.]+)em')
_THIN: Final = '<mspace width="0.167em" />'
_SPACES: Final = {  # in eighteenths of an em
    "veryverythinmathspace": 1,
    "verythinmathspace": 2,
    "thinmathspace": 3,
    "mediummathspace": 4,
    "thickmathspace": 5,
}
_NAME: Final = re.compile(
    r"(<m(?:sub|sup|subsup|under|over|underover)>|&#x00029;</mo>|</m(?:i|n|text|sub|sup|subsup|frac|row)>)?"
    r"<m[io]>([a-z]{2,})</m[io]>(?=(</|(?:<mrow>)?<mo[^>]*>&#x00028;)?)"
)


class FormulaError(ValueError):
    """A LaTeX text cannot be typeset."""


@dataclass(frozen=True, slots=True)
class Formula:
    """An outline with its baseline at y = 0, in em; y grows downwards as in Qt.

    Attributes
    ----------
    path : QPainterPath
        What to fill; never changed after it was made.
    ascent, descent : float
        Reach above and below the baseline, neither negative.
    advance : float
        Width from the pen's start to its end.
    """

    path: QPainterPath
    ascent: float
    descent: float
    advance: float


def typeset(latex: str, display: bool = False) -> Formula:
    """Typeset a formula.

    Parameters
    ----------
    latex : str
        Mathematics without its dollar signs.
    display : bool
        Whether it stands on a line of its own: limits then go under and over.

    Raises
    ------
    FormulaError
        If it is empty, longer than `MAX_LATEX`, malformed, or says a command that is not known.
    """
    if not latex.strip() or len(latex) > MAX_LATEX:
        raise FormulaError(f"a formula has 1 to {MAX_LATEX} characters, not {len(latex)}")
    # Imported here: most starts find every formula they need in the cache, and this takes 0.3 s.
    with warnings.catch_warnings():
        # ziamath 0.13 opens its typeface in a way that Python deprecates.
        warnings.simplefilter("ignore", DeprecationWarning)
        from ziafont.config import config as glyphs
        from ziamath.config import config as layout
        from ziamath.operators import operators
        from ziamath.tex import tex2mml
        from ziamath.zmath import Math

    layout.svg2 = glyphs.svg2 = False  # plain paths, not symbols used by reference
    _space_like_tex(operators)
    try:
        # A minus with nothing before it is a sign, which the converter spaces like an operation.
        source = _spaced(tex2mml(_SIGN.sub(r"\1{-}", latex), inline=not display))
        unknown = re.search(r">\s*(\\[A-Za-z]+)", source)
        drawn = Math(source, size=_SIZE, margin=0)
        svg, end = drawn.svg(), float(drawn.node.bbox.xmax)
    except Exception as error:
        # The parser lets whatever went wrong inside it escape, from IndexError to RecursionError.
        raise FormulaError(f"not understood: {type(error).__name__}") from error
    if unknown:
        raise FormulaError(f"{unknown.group(1)} is not known")
    path = _outline(svg)
    ink = path.boundingRect()
    if ink.isEmpty():
        raise FormulaError("nothing to draw")
    # Accents overhang to the left of the pen's start; the whole is moved so that none is cut.
    overhang = max(_FRACTION_SIDE if _FRACTION.match(source) else 0.0, -ink.left())
    path.translate(overhang, 0)
    return Formula(
        path,
        ascent=max(0.0, -ink.top()),
        descent=max(0.0, ink.bottom()),
        advance=max(end / _SIZE, ink.right()) + overhang,
    )


def _space_like_tex(operators: dict[tuple[str, str], dict[str, str]]) -> None:
    """Bring the spaces around ziamath's operators to TeX's; doing it again changes nothing."""
    operators[",", "infix"]["rspace"] = "thinmathspace"
    operators["⊙", "infix"].update(lspace="thinmathspace", rspace="thinmathspace")
    operators["∇", "prefix"]["rspace"] = "0em"
    for spaces in operators.values():
        for side in ("lspace", "rspace"):
            if spaces.get(side) in _SPACES:
                spaces[side] = f"{_SPACES[spaces[side]] / 18 * _EM:.4f}em"


def _spaced(source: str) -> str:
    """Put into MathML what TeX does and the converter does not."""
    # ∂ is the slanted letter, not the upright operator, which would stand apart from what it belongs to.
    source = source.replace("<mo>&#x02202;</mo>", "<mi>&#x1D715;</mi>")
    source = _NAME.sub(_spaced_name, source)
    return _SPACE.sub(lambda width: f"{float(width.group(1)) * _EM:.4f}em", source)


def _spaced_name(found: re.Match[str]) -> str:
    """Set the name of a function apart from what it stands beside, but not from its bracket."""
    before, name, after = found.group(1) or "", found.group(2), found.group(3)
    if before.startswith("<m"):
        return found.group()  # it bears an index
    return f"{before}{_THIN if before else ''}<mtext>{name}</mtext>{'' if after else _THIN}"


def _outline(svg: str) -> QPainterPath:
    """Join the paths and bars of an SVG text, in em."""
    if other := _OTHER_TAG.search(svg):
        raise FormulaError(f"drawn with {other.group()[:40]}")
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    for tag, rest in _TAG.findall(svg):
        attributes = dict(_ATTRIBUTE.findall(rest))
        if tag == "path":
            _add_path(path, attributes["d"])
        else:
            _add_bar(path, attributes)
    return path


def _add_path(path: QPainterPath, data: str) -> None:
    words = iter(data.split())

    def number() -> float:
        return float(next(words)) / _SIZE

    for word in words:
        if word == "M":
            path.moveTo(number(), number())
        elif word == "L":
            path.lineTo(number(), number())
        elif word == "Q":
            path.quadTo(number(), number(), number(), number())
        elif word == "Z":
            path.closeSubpath()
        else:
            raise FormulaError(f"drawn with the path command {word[:8]}")


def _add_bar(path: QPainterPath, attributes: dict[str, str]) -> None:
    x, y, width, height = (float(attributes[name]) / _SIZE for name in ("x", "y", "width", "height"))
    if attributes.get("fill") != "none":
        path.addRect(QRectF(x, y, width, height))
        return
    # A frame: four bars, because a filled outline has no pen.
    pen = float(attributes["stroke-width"]) / _SIZE
    path.addRect(QRectF(x - pen / 2, y - pen / 2, width + pen, pen))
    path.addRect(QRectF(x - pen / 2, y + height - pen / 2, width + pen, pen))
    path.addRect(QRectF(x - pen / 2, y, pen, height))
    path.addRect(QRectF(x + width - pen / 2, y, pen, height))


def to_bytes(formula: Formula) -> bytes:
    """Pack a formula; `from_bytes` undoes it up to single precision."""
    packed = QByteArray()
    stream = QDataStream(packed, QIODevice.OpenModeFlag.WriteOnly)
    stream.setVersion(QDataStream.Version.Qt_6_0)
    stream.setFloatingPointPrecision(QDataStream.FloatingPointPrecision.SinglePrecision)
    for number in (formula.ascent, formula.descent, formula.advance):
        stream.writeDouble(number)
    stream << formula.path  # Qt spells writing so
    return zlib.compress(bytes(packed.data()), 6)


def from_bytes(data: bytes) -> Formula | None:
    """Unpack a formula; None if the bytes are not one."""
    try:
        packed = QByteArray(zlib.decompress(data))
    except zlib.error:
        return None
    stream = QDataStream(packed, QIODevice.OpenModeFlag.ReadOnly)
    stream.setVersion(QDataStream.Version.Qt_6_0)
    stream.setFloatingPointPrecision(QDataStream.FloatingPointPrecision.SinglePrecision)
    ascent, descent, advance = stream.readDouble(), stream.readDouble(), stream.readDouble()
    path = QPainterPath()
    stream >> path
    if stream.status() != QDataStream.Status.Ok or path.isEmpty():
        return None
    path.setFillRule(Qt.FillRule.WindingFill)
    return Formula(path, ascent, descent, advance)
