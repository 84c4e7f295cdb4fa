"""Which banks there are, where they come from, and what is wrong with them."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.version import __version__
from content import library

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from content.model import Bank, ConceptMap, Library, Problem, Question

__all__ = ["Asked", "LibraryController"]


@dataclass(frozen=True)
class Asked:
    """A question and the bank it stands in."""

    bank: Bank
    question: Question

    @property
    def name(self) -> str:
        """Full name, ``bank-id/question-id``."""
        return f"{self.bank.id}/{self.question.id}"


class LibraryController(QObject):
    """Keeps the banks that can be studied: shipped with the program, the learner's own, and opened ones.

    Parameters
    ----------
    concepts : ConceptMap
        What questions are about.
    shipped : Path
        Folder of the banks that came with the program.
    own : Path
        Folder of the learner's own banks; it need not exist.
    cache : Path or None
        Where banks that were read are kept.
    shipped_cache : Path or None
        A cache that came with the program; it is only read.
    opened : sequence of Path
        Files and folders that the learner opened, remembered.

    Attributes
    ----------
    changed : Signal()
        After banks were read anew.
    """

    changed = Signal()

    def __init__(
        self,
        concepts: ConceptMap,
        *,
        shipped: Path,
        own: Path,
        cache: Path | None,
        shipped_cache: Path | None = None,
        opened: Sequence[Path] = (),
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.concepts = concepts
        self.own = own
        self._shipped = shipped
        self._cache = cache
        self._shipped_cache = shipped_cache
        self._opened = list(opened)
        self._library: Library = self._read()

    @property
    def opened(self) -> tuple[Path, ...]:
        """Files and folders that the learner opened, in that order."""
        return tuple(self._opened)

    @property
    def banks(self) -> tuple[Bank, ...]:
        """Every bank that could be read."""
        return self._library.banks

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every problem of every file."""
        return self._library.problems

    def problems_of(self, path: Path) -> tuple[Problem, ...]:
        """Return the problems of one file."""
        return tuple(problem for problem in self.problems if problem.place.file == str(path))

    def find(self, name: str) -> Asked | None:
        """Look a question up by its full name; None if no bank has it."""
        bank_id, _, question_id = name.partition("/")
        bank = self._library.bank(bank_id)
        question = bank.question(question_id) if bank is not None else None
        return Asked(bank, question) if bank is not None and question is not None else None

    def concept_order(self) -> tuple[str, ...]:
        """Return the ids of the concepts as they are taught."""
        return tuple(concept.id for concept in self.concepts.concepts)

    def is_removable(self, bank: Bank) -> bool:
        """Tell whether a bank is there because the learner opened it."""
        return self._root_of(bank.path) is not None

    def open(self, path: Path) -> None:
        """Add a file or folder and read everything anew; opening one again reads it again."""
        known = _resolved(path)
        if all(_resolved(other) != known for other in self._opened):
            self._opened.append(path)
        self.reload()

    def forget(self, path: Path) -> None:
        """Leave out a file or the opened folder it lies in; nothing on the disk changes."""
        root = self._root_of(path)
        if root is not None:
            self._opened.remove(root)
            self.reload()

    def reload(self) -> None:
        """Read all banks again."""
        self._library = self._read()
        self.changed.emit()

    def _root_of(self, path: Path) -> Path | None:
        mine = _resolved(path)
        for root in self._opened:
            theirs = _resolved(root)
            if mine == theirs or theirs in mine.parents:
                return root
        return None

    def _read(self) -> Library:
        paths = [self._shipped, *([self.own] if self.own.is_dir() else []), *self._opened]
        return library.load(paths, self.concepts, self._cache, __version__, self._shipped_cache)


def _resolved(path: Path) -> Path:
    with contextlib.suppress(OSError, RuntimeError):
        return path.resolve()
    return path
