"""What Home shows, counted afresh from the banks and the log; nothing here is kept."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from app.tutor.attempts import latest_by_question, scored
from app.tutor.choice import SESSION_LENGTH, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.tutor.choice import Choice
    from content.model import Bank, Problem

    from .journal import Journal
    from .library import LibraryController
    from .study import StudyController

__all__ = [
    "BankFile",
    "ConceptCount",
    "HomeSummary",
    "Origin",
    "Plan",
    "Resume",
    "StudyRequest",
    "Tally",
    "request_for",
    "summarize",
]

Origin = Literal["shipped", "own", "opened"]
"""Why a bank is there: it came with the program, lies in the learner's own folder, or was opened."""


@dataclass(frozen=True)
class Tally:
    """How some questions stand.

    Attributes
    ----------
    questions : int
        How many there are.
    right, wrong : int
        How many of them have a last first answer that is right, or wrong; the rest have none.
    """

    questions: int = 0
    right: int = 0
    wrong: int = 0

    @property
    def answered(self) -> int:
        """How many have been answered."""
        return self.right + self.wrong

    @property
    def new(self) -> int:
        """How many have never been answered."""
        return self.questions - self.answered


@dataclass(frozen=True)
class Plan:
    """What a session would ask: questions answered wrong, new ones, and right ones to see again."""

    wrong: int = 0
    new: int = 0
    seen: int = 0

    @property
    def length(self) -> int:
        """How many questions that is."""
        return self.wrong + self.new + self.seen


@dataclass(frozen=True)
class Resume:
    """Where a session was left.

    Attributes
    ----------
    number, of : int
        The question it goes on with, from 1, and how many the session has.
    concept, bank : str
        Titles of what that question is about and of its bank.
    """

    number: int
    of: int
    concept: str
    bank: str


@dataclass(frozen=True)
class ConceptCount:
    """How the questions of one concept stand.

    Attributes
    ----------
    tally : Tally
        The questions whose primary concept it is.
    touching : int
        How many more touch it besides their own.
    banks : tuple of str
        Titles of the banks that hold any of them.
    """

    tally: Tally = Tally()
    touching: int = 0
    banks: tuple[str, ...] = ()

    @property
    def can_be_studied(self) -> bool:
        """Whether there is a question to ask."""
        return self.tally.questions + self.touching > 0


@dataclass(frozen=True)
class BankFile:
    """A file that holds a bank, or was meant to.

    Attributes
    ----------
    path : Path
        The file; of a folder that could not be read, the folder.
    bank_id : str
        Empty if no bank could be read from it.
    title : str
        The bank's title, or the file's name.
    tally : Tally
        Its questions that can be studied.
    problems : tuple of Problem
        What is wrong with the file.
    origin : {"shipped", "own", "opened"}
        Why it is there.
    root : Path or None
        What to forget in order to be rid of it: the file, or the opened folder it lies in.
    together : int
        How many files go when `root` is forgotten.
    """

    path: Path
    bank_id: str
    title: str
    tally: Tally
    problems: tuple[Problem, ...] = ()
    origin: Origin = "shipped"
    root: Path | None = None
    together: int = 0


class StudyRequest(NamedTuple):
    """A session to begin: the arguments of ``StudyController.begin``."""

    queue: tuple[str, ...]
    mode: str = "study"
    subject: str = ""


@dataclass(frozen=True)
class HomeSummary:
    """Everything Home says, as numbers.

    Attributes
    ----------
    tally : Tally
        Of all questions of all banks.
    plan : Plan
        What "Study now" asks.
    longest : int
        The most questions a session has.
    resume : Resume or None
        Where a session was left.
    concepts : mapping of str to ConceptCount
        By the concept's id; every concept of the map is there.
    files : tuple of BankFile
        Those with a bank first, in the order of the library.
    hour : int
        Of the learner's clock, 0 to 23.
    """

    tally: Tally = Tally()
    plan: Plan = Plan()
    longest: int = SESSION_LENGTH
    resume: Resume | None = None
    concepts: Mapping[str, ConceptCount] = field(default_factory=dict)
    files: tuple[BankFile, ...] = ()
    hour: int = 0

    @property
    def banks(self) -> int:
        """How many files hold a bank."""
        return sum(bool(file.bank_id) for file in self.files)

    @property
    def problems(self) -> int:
        """How many problems the files have."""
        return sum(len(file.problems) for file in self.files)


def summarize(library: LibraryController, study: StudyController, journal: Journal) -> HomeSummary:
    """Count what Home shows.

    Parameters
    ----------
    library, study, journal
        Where banks, the session and the answers are.
    """
    outcomes = {name: last.right for name, last in latest_by_question(scored(journal.attempts())).items()}
    names = [f"{bank.id}/{question.id}" for bank in library.banks for question in bank.questions]
    return HomeSummary(
        tally=_tally(names, outcomes),
        plan=_plan(study.plan()),
        resume=_resume(library, study),
        concepts=_concepts(library, outcomes),
        files=tuple(_files(library, outcomes)),
        hour=journal.now().hour,
    )


def request_for(
    study: StudyController, *, bank: str | None = None, concept: str | None = None
) -> StudyRequest:
    """Return the session that studies everything, one bank or one concept; its queue may be empty."""
    queue = tuple(choice.question for choice in study.plan(bank=bank, concept=concept))
    if bank is not None:
        return StudyRequest(queue, "bank", bank)
    if concept is not None:
        return StudyRequest(queue, "concept", concept)
    return StudyRequest(queue)


def _tally(names: Iterable[str], outcomes: Mapping[str, bool]) -> Tally:
    known = Counter(outcomes.get(name) for name in names)
    return Tally(known.total(), known[True], known[False])


def _plan(choices: Iterable[Choice]) -> Plan:
    reasons = Counter(choice.reason for choice in choices)
    wrong = reasons[Reason.CERTAIN_AND_WRONG] + reasons[Reason.WRONG]
    return Plan(wrong, reasons[Reason.NEW], reasons[Reason.SEEN_LONG_AGO])


def _resume(library: LibraryController, study: StudyController) -> Resume | None:
    session = study.session
    if session is None:
        point = study.resume_point()
        if point is None:
            return None
        session = point.session
    for place in range(session.position, len(session.queue)):
        asked = library.find(session.queue[place])
        if asked is not None:
            concept = library.concepts.concept(asked.question.concept)
            title = concept.title if concept is not None else asked.question.concept
            return Resume(place + 1, len(session.queue), title, asked.bank.header.title)
    return None


def _concepts(library: LibraryController, outcomes: Mapping[str, bool]) -> dict[str, ConceptCount]:
    primary: dict[str, list[str]] = {concept: [] for concept in library.concept_order()}
    touching: Counter[str] = Counter()
    banks: dict[str, dict[str, None]] = {concept: {} for concept in primary}
    for bank in library.banks:
        for question in bank.questions:
            primary.setdefault(question.concept, []).append(f"{bank.id}/{question.id}")
            others = set(question.also) - {question.concept}
            touching.update(others)
            for concept in (question.concept, *others):
                banks.setdefault(concept, {})[bank.header.title] = None
    return {
        concept: ConceptCount(_tally(names, outcomes), touching[concept], tuple(banks[concept]))
        for concept, names in primary.items()
    }


def _files(library: LibraryController, outcomes: Mapping[str, bool]) -> list[BankFile]:
    banks: dict[str, Bank | None] = {str(bank.path): bank for bank in library.banks}
    troubled = {problem.place.file: None for problem in library.problems}
    every = {**troubled, **banks}
    roots = {name: _root(library, Path(name)) for name in every}
    sizes = Counter(root for root in roots.values() if root is not None)
    ordered = [*banks, *(name for name in troubled if name not in banks)]
    return [_file(library, Path(name), every[name], roots[name], sizes, outcomes) for name in ordered]


def _file(
    library: LibraryController,
    path: Path,
    bank: Bank | None,
    root: Path | None,
    sizes: Mapping[Path, int],
    outcomes: Mapping[str, bool],
) -> BankFile:
    names = [f"{bank.id}/{question.id}" for question in bank.questions] if bank is not None else []
    origin: Origin = "own" if _lies_in(path, library.own) else "opened" if root is not None else "shipped"
    return BankFile(
        path=path,
        bank_id=bank.id if bank is not None else "",
        title=bank.header.title if bank is not None else path.name,
        tally=_tally(names, outcomes),
        problems=library.problems_of(path),
        origin=origin,
        root=root,
        together=sizes[root] if root is not None else 0,
    )


def _root(library: LibraryController, path: Path) -> Path | None:
    """Return the opened file or folder by which a file is there; None if it is there anyway."""
    if _lies_in(path, library.own):
        return None
    return next((root for root in library.opened if _lies_in(path, root)), None)


def _lies_in(path: Path, root: Path) -> bool:
    mine, theirs = _resolved(path), _resolved(root)
    return mine == theirs or theirs in mine.parents


def _resolved(path: Path) -> Path:
    with contextlib.suppress(OSError, RuntimeError):
        return path.resolve()
    return path
