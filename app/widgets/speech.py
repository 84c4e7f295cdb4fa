"""Texts and formulas as a screen reader is to say them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .blocks import Block, Span

__all__ = ["speak_blocks", "speak_latex"]

_WORDS: Final = {
    "partial": "partial", "nabla": "nabla", "infty": "infinity", "cdot": "times", "times": "times",
    "odot": "elementwise times", "circ": "composed with", "pm": "plus or minus", "mp": "minus or plus",
    "le": "at most", "leq": "at most", "ge": "at least", "geq": "at least", "ne": "is not", "neq": "is not",
    "approx": "is about", "equiv": "is identical to", "sim": "is distributed as",
    "propto": "is proportional to",
    "ll": "is much less than", "gg": "is much greater than", "in": "in", "to": "to", "rightarrow": "to",
    "mapsto": "maps to", "Rightarrow": "implies", "leftarrow": "from", "sum": "sum", "prod": "product",
    "int": "integral", "ldots": "and so on", "cdots": "and so on", "dots": "and so on", "vdots": "and so on",
    "top": "transposed", "intercal": "transposed", "mid": "given", "vert": "bar", "prime": "prime",
    "forall": "for all", "exists": "there is", "log": "log", "ln": "natural log", "exp": "exp",
    "tanh": "tanh", "max": "max", "min": "min", "arg": "arg", "lim": "limit", "det": "det",
    "varepsilon": "epsilon", "varphi": "phi", "ell": "l", "langle": "", "rangle": "",
}  # fmt: skip
_SIGNS: Final = {
    "=": "equals", "+": "plus", "-": "minus", "−": "minus", "<": "less than", ">": "greater than",
    "/": "over", "·": "times", "×": "times", "!": "factorial", "'": "prime", "*": "times", "~": "",
    "(": "(", ")": ")", "[": "[", "]": "]", ",": ",", "|": "bar", "∂": "partial",
    "≤": "at most", "≥": "at least",
}  # fmt: skip
_ACCENTS: Final = {
    "hat": "hat", "bar": "bar", "overline": "bar", "tilde": "tilde", "vec": "vector", "dot": "dot",
    "widehat": "hat", "widetilde": "tilde",
}  # fmt: skip
_FONTS: Final = frozenset(
    [
        "mathbf",
        "mathrm",
        "mathit",
        "mathsf",
        "mathtt",
        "mathcal",
        "mathbb",
        "boldsymbol",
        "text",
        "textbf",
        "textit",
        "operatorname",
        "bm",
        "mathbin",
    ]
)
_SILENT: Final = frozenset(
    [
        "left",
        "right",
        "big",
        "Big",
        "bigl",
        "bigr",
        "Bigl",
        "Bigr",
        "displaystyle",
        "textstyle",
        "limits",
        "nolimits",
        "quad",
        "qquad",
    ]
)
_TOKEN: Final = re.compile(r"\\[A-Za-z]+\*?|\\.|[0-9]+(?:\.[0-9]+)?|\s+|.", re.DOTALL)


def speak_latex(latex: str) -> str:
    r"""Say a formula in words: ``\\frac{\\partial h_3}{\\partial h_1}`` is "partial h 3 over partial h 1".

    What is not known is said by its name, so that nothing is left out.
    """
    tokens = [token for token in _TOKEN.findall(latex) if not token.isspace() or "\n" not in token]
    words = " ".join(_Reader(tokens).all().split())
    return re.sub(r" ([,)\]])", r"\1", re.sub(r"([(\[]) ", r"\1", words))


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    def all(self) -> str:
        parts = []
        while self._at < len(self._tokens):
            parts.append(self._one())
        return " ".join(parts)

    def _peek(self) -> str:
        while self._at < len(self._tokens) and self._tokens[self._at].isspace():
            self._at += 1
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def _group(self, closing: str) -> str:
        parts = []
        while (token := self._peek()) and token != closing:
            parts.append(self._one())
        self._at += 1
        return " ".join(parts)

    def _raw(self) -> str:
        """Take a braced group as it is written: the name of an operator, or words."""
        if self._peek() != "{":
            return self._take()
        self._at += 1
        parts, open_braces = [], 1
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            open_braces += {"{": 1, "}": -1}.get(token, 0)
            if not open_braces:
                break
            parts.append(token)
        return "".join(parts)

    def _one(self) -> str:
        token = self._take()
        if token == "{":
            return self._group("}")
        if token == "^":
            return self._power()
        if token == "_":
            below = self._one().strip()
            return f"sub {below}" if " " in below else below
        if token.startswith("\\"):
            return self._command(token[1:].rstrip("*"))
        return {"&": ",", "}": ""}.get(token, _SIGNS.get(token, token))

    def _power(self) -> str:
        power = self._one().strip()
        if power in ("transposed", "T"):
            return "transposed"
        if power == "prime":
            return "prime"
        return {"2": "squared", "3": "cubed", "minus 1": "inverse"}.get(power, f"to the {power}")

    def _command(self, name: str) -> str:
        if name in ("frac", "dfrac", "tfrac"):
            return self._fraction()
        if name == "sqrt":
            degree = ""
            if self._peek() == "[":
                self._at += 1
                degree = f" {self._group(']')}"
            return f"root{degree} of {self._one()}"
        if name in ("sum", "prod", "int"):
            return self._over(_WORDS[name])
        if name in _ACCENTS:
            return f"{self._one()} {_ACCENTS[name]}"
        if name in _FONTS:
            return self._raw().replace("\\", " ") if name.startswith(("text", "operator")) else self._one()
        if name in ("lVert", "Vert", "|", "lvert"):
            return self._between("norm of" if "V" in name or name == "|" else "size of")
        if name in ("begin", "end"):
            kind = self._raw()
            return "matrix" if name == "begin" and "matrix" in kind else "end" if name == "end" else kind
        if name == "\\":
            return ";"
        if name in _SILENT or name in (",", ";", ":", "!", " "):
            return ""
        if name == "overset" or name == "underset":
            return f"{self._one()} at {self._one()}"
        return _WORDS.get(name, name)

    def _fraction(self) -> str:
        above, below = self._argument().strip(), self._argument().strip()
        if " " in above and not above.startswith("partial "):
            above += ","
        return f"{above} over {below}"

    def _argument(self) -> str:
        """Say what a command takes: without braces that is one digit of a number."""
        token = self._peek()
        if token.isdigit():
            self._tokens[self._at : self._at + 1] = list(token)
        return self._one()

    def _over(self, word: str) -> str:
        """Say a sum or product with its limits."""
        while self._peek() in ("\\limits", "\\nolimits"):
            self._at += 1
        low = high = ""
        while self._peek() in ("_", "^"):
            if self._take() == "_":
                low = self._one()
            else:
                high = self._one()
        if not low:
            return f"{word} of"
        return f"{word} over {low} to {high} of" if high else f"{word} over {low} of"

    def _between(self, word: str) -> str:
        parts = []
        while (token := self._peek()) and token not in ("\\rVert", "\\Vert", "\\|", "\\rvert"):
            parts.append(self._one())
        self._at += 1
        return f"{word} {' '.join(parts)}"


def _speak_spans(spans: Sequence[Span]) -> str:
    def said(span: Span) -> str:
        if span.kind == "math":
            return speak_latex(span.text)
        return " " if span.kind == "break" else span.text

    return "".join(said(span) for span in spans)


def _speak_block(block: Block) -> str:
    if block.kind == "table":
        return "; ".join(", ".join(_speak_spans(cell) for cell in row) for row in block.rows)
    said = _speak_spans(block.spans)
    return f"{block.marker} {said}" if block.marker.endswith(".") else said


def speak_blocks(blocks: Sequence[Block]) -> str:
    """Say a whole text, one line a block."""
    return "\n".join(said for said in map(_speak_block, blocks) if said)
