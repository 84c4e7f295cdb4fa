"""The checker: everything wrong with some banks, and whether the engine confirms every key."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .examination import Clock, KeyCheck, Timer
from .keys import examine, total_draws
from .library import list_files, twins
from .loader import Source, load_bank
from .model import Bank, ConceptMap, Problem, Question
from .spoilers import telling_hints, visible_keys
from .staging import misfits
from .style import style_warnings, without_dismissed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from .rules import Found
    from .variants import Variant

SECONDS_PER_QUESTION = 1.5
SECONDS_PER_FILE = 300.0


@dataclass(frozen=True)
class Report:
    """What a check found."""

    files: int
    questions: int
    problems: tuple[Problem, ...]
    keys: tuple[KeyCheck, ...]

    def with_verdict(self, verdict: str) -> tuple[KeyCheck, ...]:
        """The keys of one verdict."""
        return tuple(key for key in self.keys if key.verdict == verdict)

    @property
    def passed(self) -> bool:
        """Whether there is no error; warnings, notes and undecided keys do not fail a check."""
        return not any(problem.severity == "error" for problem in self.problems)


def check(
    paths: Sequence[Path],
    concepts: ConceptMap,
    clock: Clock,
    seconds_per_question: float = SECONDS_PER_QUESTION,
    seconds_per_file: float = SECONDS_PER_FILE,
) -> Report:
    """Check banks.

    Parameters
    ----------
    paths : sequence of Path
        Files and folders.
    concepts : ConceptMap
        Which concepts and misconceptions there are.
    clock : callable
        Seconds from any start, such as `time.process_time`; it bounds how much is computed.
    seconds_per_question, seconds_per_file : float
        After so long the rest of a question (of a file's questions) is left undecided.
    """
    files, problems = list_files(paths)
    keys: list[KeyCheck] = []
    banks: list[Bank] = []
    for file in files:
        loaded = load_bank(file, concepts)
        problems += loaded.problems
        if loaded.bank is None:
            continue
        twin = next((bank for bank in banks if bank.id == loaded.bank.id), None)
        if twin is not None:
            problems += twins(twin, loaded.bank)
            continue
        banks.append(loaded.bank)
        timer = Timer(clock, seconds_per_file)
        for question in loaded.bank.questions:
            name = f"{loaded.bank.id}/{question.id}"
            if timer.over:
                keys.append(
                    KeyCheck(
                        name, "undecided", "the time for this file was over", total_draws(question), 0, 0
                    )
                )
                continue
            key, found = check_question(question, name, Timer(clock, seconds_per_question))
            keys.append(key)
            problems += _located(question, found, loaded.source)
    return Report(len(files), sum(len(bank.questions) for bank in banks), tuple(problems), tuple(keys))


def check_question(question: Question, name: str, timer: Timer) -> tuple[KeyCheck, tuple[Found, ...]]:
    """Check one question that loaded without a problem; see `check`."""
    key, work = examine(question, name, timer)
    more = itertools.chain(_on_stage(question, work.samples), style_warnings(question))
    return key, (*work.found, *without_dismissed(question, more))


def _on_stage(question: Question, variants: list[Variant]) -> Iterator[Found]:
    if not variants:
        return
    if variants[0].experiment is not None:
        yield from misfits(question, variants[0].experiment)
        yield from visible_keys(question, variants[0])
    yield from telling_hints(question, variants)


def _located(question: Question, found: tuple[Found, ...], source: Source) -> list[Problem]:
    return [Problem(source.place(question, each), each.message, each.advice, each.severity) for each in found]
