"""The concept map: what is taught in which order, and the wrong ideas the questions are made to meet.

It is written in `content/concepts.yaml` and read with the same bounded YAML reader as the banks.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import cache
from .files import decode, read_bytes
from .model import ConceptMap, Place, Problem
from .versions import LOADER_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

CONCEPTS_FILE = Path(__file__).with_name("concepts.yaml")
"""The concept map that comes with the program."""


class ConceptMapError(ValueError):
    """A concept map that cannot be used.

    Parameters
    ----------
    problems : tuple of Problem
        Everything that is wrong with it.
    """

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def load(
    cache_folder: Path | None = None, file: Path = CONCEPTS_FILE, shipped_cache: Path | None = None
) -> ConceptMap:
    """Read the concept map.

    Parameters
    ----------
    cache_folder : Path or None
        Where it is kept as JSON; None for no cache.
    file : Path
        Another map than the program's own.
    shipped_cache : Path or None
        A cache that came with the program; it is only read.

    Raises
    ------
    ConceptMapError
        If the file has any problem.
    """
    data, problems = read_bytes(file)
    if data is None:
        raise ConceptMapError(problems)
    name = cache.key(ConceptMap, hashlib.sha256(data).hexdigest(), str(LOADER_VERSION))
    kept = cache.fetch(name, ConceptMap, cache_folder, shipped_cache)
    if isinstance(kept, ConceptMap):
        return kept
    concept_map, problems = read(data, str(file))
    if concept_map is None or problems:
        raise ConceptMapError(problems)
    cache.keep(cache_folder, name, concept_map)
    return concept_map


def read(data: bytes, file: str) -> tuple[ConceptMap | None, tuple[Problem, ...]]:
    """Read the bytes of a concept map.

    Parameters
    ----------
    data : bytes
        The whole file.
    file : str
        Its name, for the problems.

    Returns
    -------
    tuple
        The map, or None where none could be read; and every problem.
    """
    # Imported here: a cached map needs neither the tables nor YAML.
    from .concept_tables import CONCEPT_FILE
    from .reader import INVALID, Reader
    from .yaml_reader import parse_yaml

    text, problems = decode(data, file)
    if text is None:
        return None, problems
    root, problems = parse_yaml(text, file)
    if root is None:
        return None, problems or (Problem(Place(file), "the file is empty", "Begin it with chapters:."),)
    reader = Reader(file, ConceptMap(), list(problems))
    found: Any = CONCEPT_FILE.read(root, reader, "")
    if found is INVALID:
        return None, tuple(reader.problems)
    concept_map: ConceptMap = found
    problems = (*reader.problems, *(Problem(Place(file), *said) for said in contradictions(concept_map)))
    return concept_map, problems


def contradictions(concept_map: ConceptMap) -> Iterator[tuple[str, str]]:
    """Say what does not fit together: unknown or doubled ids, prerequisites in a circle or taught later.

    Parameters
    ----------
    concept_map : ConceptMap
        Any map.

    Yields
    ------
    tuple of str
        A sentence, and what to do.
    """
    concepts = [concept.id for concept in concept_map.concepts]
    misconceptions = [misconception.id for misconception in concept_map.misconceptions]
    for what, ids in (("concepts", concepts), ("misconceptions", misconceptions)):
        for doubled in sorted({name for name in ids if ids.count(name) > 1}):
            yield f'two {what} have the id "{doubled}"', "Give one of them an id of its own."
    for concept in concept_map.concepts:
        for name in concept.prerequisites:
            if concept_map.concept(name) is None:
                yield f'"{concept.id}" needs "{name}", which is no concept', "Write the id of a concept."
        for name in concept.misconceptions:
            if concept_map.misconception(name) is None:
                yield (
                    f'"{concept.id}" shares "{name}", which is no misconception',
                    "Write the id of a misconception.",
                )
    yield from _order(concept_map)
    yield from _circles(concept_map)


def _order(concept_map: ConceptMap) -> Iterator[tuple[str, str]]:
    known: set[str] = set()
    for concept in concept_map.concepts:
        for name in concept.prerequisites:
            if name not in known and concept_map.concept(name) is not None:
                yield f'"{concept.id}" is taught before "{name}", which it needs', "Change the order."
        known.add(concept.id)


def _circles(concept_map: ConceptMap) -> Iterator[tuple[str, str]]:
    reached: set[str] = set()
    waiting = list(concept_map.concepts)
    while waiting:
        ready = [
            concept
            for concept in waiting
            if all(name in reached or concept_map.concept(name) is None for name in concept.prerequisites)
        ]
        if not ready:
            names = ", ".join(sorted(concept.id for concept in waiting))
            yield f"the prerequisites run in a circle among {names}", "Take out one of them."
            return
        reached.update(concept.id for concept in ready)
        waiting = [concept for concept in waiting if concept.id not in reached]
