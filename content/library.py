"""All banks of some files and folders: what is wrong with one file never keeps another from being read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from . import cache
from .codec import digest, encode
from .files import bank_files, read_bytes
from .model import FORMAT, Bank, BankHeader, ConceptMap, Library, Place, Problem, Question
from .versions import LOADER_VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True)
class _Kept:
    """What the cache holds of a bank; its path is not part of it, so that a moved file is found again."""

    header: BankHeader
    questions: tuple[Question, ...]


def load(
    paths: Sequence[Path],
    concepts: ConceptMap,
    cache_folder: Path | None = None,
    version: str = "",
    shipped_cache: Path | None = None,
) -> Library:
    """Read banks from files and folders.

    Parameters
    ----------
    paths : sequence of Path
        Files, and folders whose `*.yaml` and `*.yml` files are read. A file named twice is read once.
    concepts : ConceptMap
        Which concepts and misconceptions there are.
    cache_folder : Path or None
        Where banks without problems are kept as JSON; None for no cache.
    version : str
        The program's version: banks cached by another one are read anew.
    shipped_cache : Path or None
        A cache that came with the program; it is only read.

    Returns
    -------
    Library
        Every question that could be read, and every problem of every file.
    """
    files, problems = list_files(paths)
    marks = digest(encode(concepts))
    banks: list[Bank] = []
    for file in files:
        bank, found = _bank(file, concepts, (marks, version), cache_folder, shipped_cache)
        problems += found
        if bank is None:
            continue
        twin = next((other for other in banks if other.id == bank.id), None)
        if twin is not None:
            problems += twins(twin, bank)
            continue
        banks.append(bank)
    return Library(tuple(banks), tuple(problems))


def list_files(paths: Sequence[Path]) -> tuple[list[Path], list[Problem]]:
    """Return the bank files of files and folders, each once, and what could not be listed."""
    problems: list[Problem] = []
    files: dict[Path, Path] = {}
    for path in paths:
        if path.is_dir():
            found, trouble = bank_files(path)
            problems += trouble
        else:
            found = (path,)
        for file in found:
            try:
                files.setdefault(file.resolve(), file)
            except (OSError, RuntimeError, ValueError):
                files.setdefault(file, file)
    return list(files.values()), problems


def twins(first: Bank, second: Bank) -> tuple[Problem, Problem]:
    """Return the two problems of two banks with one id; the second one is not used."""
    message = f'two banks have the id "{first.id}"'
    return (
        Problem(
            Place(str(first.path)),
            message,
            f"The other one is {second.path}; give one of them an id of its own.",
        ),
        Problem(Place(str(second.path)), message, f"This one is left out; the other one is {first.path}."),
    )


def _bank(
    file: Path,
    concepts: ConceptMap,
    depends: tuple[str, ...],
    cache_folder: Path | None,
    shipped_cache: Path | None,
) -> tuple[Bank | None, tuple[Problem, ...]]:
    data, problems = read_bytes(file)
    if data is None:
        return None, problems
    sha = hashlib.sha256(data).hexdigest()
    name = cache.key(_Kept, sha, str(FORMAT), str(LOADER_VERSION), *depends)
    kept = cache.fetch(name, _Kept, cache_folder, shipped_cache)
    if isinstance(kept, _Kept):
        return Bank(kept.header, file, _at(kept.questions, str(file)), sha), ()
    # Imported here: with a warm cache neither the YAML reader nor the expression parser is needed.
    from .loader import read_bank

    loaded = read_bank(data, file, concepts)
    if loaded.bank is not None and not loaded.problems and b"![" not in data:
        # A bank with pictures is read anew each time: whether they are there is not a matter of its bytes.
        cache.keep(cache_folder, name, _Kept(loaded.bank.header, _at(loaded.bank.questions, "")))
    return loaded.bank, loaded.problems


def _at(questions: tuple[Question, ...], file: str) -> tuple[Question, ...]:
    return tuple(replace(question, place=replace(question.place, file=file)) for question in questions)
