"""Where texts and formulas come from, ready to be laid out: made once, then kept on disk."""

from __future__ import annotations

from functools import cached_property
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from . import blocks as markdown
from .formula import Formula, FormulaError, from_bytes, to_bytes, typeset
from .formula_images import FormulaImages
from .record_file import RecordFile

if TYPE_CHECKING:
    from .blocks import Block

__all__ = ["TextStore", "installed_version"]

_FORMAT: Final = 3  # of the two files; to be raised when formula.py or blocks.py changes its result
# What the contents of each depend on besides. The glyphs are ziamath's, too.
_FORMULA_MAKERS: Final = ("ziamath", "ziafont", "latex2mathml")
_TEXT_MAKERS: Final = ("markdown_it", "mdit_py_plugins")


def installed_version(package: str) -> str:
    """Return a package's version without importing it, or ``"unknown"``.

    Read off the name of the folder beside it that says what was installed: asking
    ``importlib.metadata`` takes 50 ms of every start.
    """
    spec = find_spec(package)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        for folder in Path(place).parent.glob(f"{package}*.dist-info"):
            # The package markdown_it is of the distribution markdown_it_py.
            name, _, version = folder.name.removesuffix(".dist-info").partition("-")
            if name in (package, f"{package}_py"):
                return version
    return "unknown"


class _Kept:
    """What was made of one kind: the learner's own file, and behind it one that came with the program."""

    def __init__(self, name: str, makers: tuple[str, ...], folder: Path | None, shipped: Path | None) -> None:
        said = [f"{package} {installed_version(package)}" for package in makers]
        self._version = ", ".join([f"format {_FORMAT}", *said])
        self._own = RecordFile(folder and folder / name, self._version)
        self._shipped_file = shipped and shipped / name

    @cached_property
    def _shipped(self) -> RecordFile:
        return RecordFile(self._shipped_file, self._version)

    def get(self, key: str) -> bytes | None:
        """Return the value of a key, or None."""
        kept = self._own.get(key)
        return self._shipped.get(key) if kept is None else kept

    def put(self, key: str, value: bytes) -> None:
        """Keep a value in the learner's own file."""
        self._own.put(key, value)


class TextStore:
    """Typesets formulas and reads Markdown, each text once.

    One store serves the whole application; it is handed to every widget that shows text.

    Parameters
    ----------
    folder : Path or None
        Where what was made is kept for the next start; None keeps to memory. Files that are
        damaged, or from other versions of the libraries, are as good as absent.
    shipped : Path or None
        The like, made when the program was built. It is only read, and only for what is not in `folder`.

    Attributes
    ----------
    images : FormulaImages
        The formulas as drawn most recently, shared by all widgets.
    """

    def __init__(self, folder: Path | None = None, shipped: Path | None = None) -> None:
        self._formulas = _Kept("formulas", _FORMULA_MAKERS, folder, shipped)
        self._texts = _Kept("texts", _TEXT_MAKERS, folder, shipped)
        self._made: dict[str, Formula | None] = {}
        self._read: dict[str, tuple[Block, ...]] = {}
        self.images = FormulaImages()

    def formula(self, latex: str, display: bool = False) -> Formula | None:
        """Return a formula's outline, or None if it cannot be typeset.

        Parameters
        ----------
        latex : str
            Mathematics without its dollar signs.
        display : bool
            Whether it stands on a line of its own.
        """
        key = ("display " if display else "inline ") + latex
        if key not in self._made:
            self._made[key] = self._find(key, latex, display)
        return self._made[key]

    def _find(self, key: str, latex: str, display: bool) -> Formula | None:
        kept = self._formulas.get(key)
        if kept == b"":  # known to be impossible
            return None
        if kept is not None and (formula := from_bytes(kept)) is not None:
            return formula
        try:
            formula = typeset(latex, display)
        except FormulaError:
            self._formulas.put(key, b"")
            return None
        self._formulas.put(key, to_bytes(formula))
        return formula

    def blocks(self, text: str) -> tuple[Block, ...]:
        """Return a Markdown text as blocks."""
        if text not in self._read:
            key = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
            kept = self._texts.get(key)
            found = None if kept is None else markdown.from_json(kept)
            if found is None:
                found = markdown.parse(text)
                self._texts.put(key, markdown.to_json(found))
            self._read[text] = found
        return self._read[text]
