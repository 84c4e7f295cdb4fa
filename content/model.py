"""The words of the content room as frozen dataclasses: banks, questions, experiments as written, concepts.

Nothing here reads files, computes or checks. Numbers of an experiment may be expressions of the question's
parameters; they stay strings (`Number`) until `content.experiments.build_experiment` is given the draws.
Steps and units count from 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
"""The only version of the bank format there is."""

Number = float | str
"""A number, or an expression of the question's parameters that gives one."""

Draws = tuple[tuple[str, float], ...]
"""Drawn values of the parameters, in the order of the parameters."""


@dataclass(frozen=True)
class Place:
    """A place in a file, line and column counted from 1."""

    file: str = ""
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Problem:
    """Something wrong in a file, said in one sentence, with what to write instead."""

    place: Place
    message: str
    advice: str = ""
    severity: str = "error"
    """`error`, `warning` or `note`."""

    def __str__(self) -> str:
        said = self.message if self.message.endswith((".", "?", "!")) else f"{self.message}."
        return f"{self.place}: {self.severity}: {said} {self.advice}".rstrip()


# --- experiments as written --------------------------------------------------------------------------------


@dataclass(frozen=True)
class NetworkSpec:
    """A network as written; the meaning of every field is that of `engine.Network`."""

    cell: str = "lstm"
    hidden: Number = 8
    activation: str = "tanh"
    init: str = "uniform"
    scale: Number = 1.0
    spectral_radius: Number | None = None
    forget_bias: Number | None = None
    seed: Number = 0
    weights: tuple[tuple[str, tuple[tuple[Number, ...], ...]], ...] = ()
    outputs: int | None = None
    variant: str = ""
    reset: str = "after"
    layers: Number = 1
    bidirectional: bool = False
    merge: str = "concatenate"
    readout: str = "linear"
    embedding: Number | None = None
    initial: str = "zero"


@dataclass(frozen=True)
class LaneSpec:
    """A named network; several lanes see the same input side by side."""

    name: str
    network: NetworkSpec = NetworkSpec()


@dataclass(frozen=True)
class FreeSpec:
    """Steps at which a network reads what it said itself; the fields are those of `engine.Free`."""

    steps: Number
    temperature: Number = 0.0
    seed: Number = 0


@dataclass(frozen=True)
class InputSpec:
    """An input as written; `kind` says which of the other fields count.

    `values` uses `values` (one row per step), `tokens` uses `tokens`, `zeros` uses `length`,
    `impulse` uses `at`, `value`, `length`, and `noise` uses `length`, `size`, `seed`.
    """

    kind: str = "values"
    values: tuple[tuple[Number, ...], ...] = ()
    tokens: tuple[str, ...] = ()
    length: Number = 0
    size: Number = 1
    at: Number = 1
    value: Number = 1.0
    seed: Number = 0
    free: FreeSpec | None = None


@dataclass(frozen=True)
class LossSpec:
    """A loss as written."""

    kind: str = "half-squared-norm"
    at: str | tuple[int, ...] = "last"
    """`last`, `every`, or the listed steps."""
    target: tuple[tuple[Number, ...], ...] = ()
    """One row per step of `at`; a single row stands for every step."""


@dataclass(frozen=True)
class ChangeSpec:
    """An intervention as written: the target in the engine's spelling, and the value it is set to."""

    target: str
    value: Number


@dataclass(frozen=True)
class ExperimentSpec:
    """An experiment as written in a bank."""

    lanes: tuple[LaneSpec, ...] = ()
    input: InputSpec = InputSpec()
    loss: LossSpec | None = None
    changes: tuple[ChangeSpec, ...] = ()
    truncate: Number | None = None
    """Window of truncated BPTT; None for the whole sequence."""
    name: str | None = None
    """Its name in the bank's `experiments`, or None for one written inside a question."""


# --- questions ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Option:
    """One option of a choice; `holds` is true of the run exactly when the option is correct."""

    text: str
    correct: bool = False
    why: str = ""
    misconception: str | None = None
    holds: str | None = None


@dataclass(frozen=True)
class Parameter:
    """A parameter and every value that can be drawn for it."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Veil:
    """What the stage hides until the answer: steps later than `after`, quantities, views."""

    after: int | None = None
    quantities: frozenset[str] = frozenset()
    views: frozenset[str] = frozenset()


@dataclass(frozen=True)
class StageSetup:
    """What the stage shows before the answer."""

    view: str = "cell"
    cursor: int = 1
    veil: Veil = Veil()
    unit: int = 1
    lane: str | None = None


@dataclass(frozen=True)
class Reveal:
    """What the stage shows once the answer is given."""

    view: str = "cell"
    watch: tuple[str, ...] = ()
    unit: int | None = None
    decided_at: int | None = None
    backward: bool = False


@dataclass(frozen=True)
class Control:
    """A slider on one target; `when` is `after` or `before` the answer, or `answer` (it is the answer)."""

    target: str
    low: float
    high: float
    step: float
    when: str = "after"
    label: str | None = None
    lane: str | None = None


@dataclass(frozen=True)
class ExplainStep:
    """The one thing to do after the run: click one of `nodes`, or choose the reason among `options`."""

    ask: str
    nodes: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()


@dataclass(frozen=True)
class Hint:
    """A hint; with `when`, said only where that expression is true of the run."""

    say: str
    when: str | None = None


@dataclass(frozen=True)
class NumericAnswer:
    """The key of a numeric question and its tolerance (exactly one of relative, absolute, digits)."""

    value: str
    relative: float | None = None
    absolute: float | None = None
    digits: int | None = None
    unit: str | None = None


@dataclass(frozen=True)
class Diagnosis:
    """A wrong number that tells which idea led to it."""

    value: str
    misconception: str | None = None
    why: str = ""


@dataclass(frozen=True)
class Goal:
    """What is to be made happen; settings are one number per `when: answer` control."""

    start: tuple[float, ...]
    expression: str
    passes: tuple[tuple[float, ...], ...] = ()
    fails: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True)
class Expectation:
    """A number typed by the author that the engine must reproduce for the given draw."""

    value: str
    equals: float
    relative: float = 1e-6
    absolute: float | None = None
    draw: Draws = ()


@dataclass(frozen=True)
class Dismissal:
    """A warning that the author has seen and decided against, with the reason."""

    rule: str
    reason: str


@dataclass(frozen=True)
class Question:
    """One question; its full name is `bank-id/question-id`."""

    id: str
    kind: str
    """`single-choice`, `multiple-choice`, `numeric` or `make-it-happen`."""
    concept: str
    bloom: str
    stem: str
    also: tuple[str, ...] = ()
    topic: str | None = None
    experiment: ExperimentSpec | None = None
    stage: StageSetup = StageSetup()
    reveal: Reveal | None = None
    controls: tuple[Control, ...] = ()
    options: tuple[Option, ...] = ()
    answer: NumericAnswer | None = None
    diagnose: tuple[Diagnosis, ...] = ()
    goal: Goal | None = None
    explain: ExplainStep | None = None
    hints: tuple[Hint, ...] = ()
    explanation: str = ""
    sources: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    where: str | None = None
    expect: tuple[Expectation, ...] = ()
    dismiss: tuple[Dismissal, ...] = ()
    place: Place = Place()
    digest: str = ""
    """SHA-256 (hex) of the question as asked; it changes exactly when the question does."""

    @property
    def answer_controls(self) -> tuple[Control, ...]:
        """The controls whose setting is the answer, in the order of `Goal.start`."""
        return tuple(control for control in self.controls if control.when == "answer")


@dataclass(frozen=True)
class BankHeader:
    """Who and what a bank is."""

    id: str
    title: str
    language: str = "en"
    license: str = ""
    authors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bank:
    """A file of questions."""

    header: BankHeader
    path: Path
    questions: tuple[Question, ...]
    digest: str = ""
    """SHA-256 (hex) of the file."""

    @property
    def id(self) -> str:
        """The bank's id."""
        return self.header.id

    def question(self, question_id: str) -> Question | None:
        """The question of that id, or None."""
        return next((question for question in self.questions if question.id == question_id), None)


@dataclass(frozen=True)
class Library:
    """All banks that could be read, and everything that was wrong with the files."""

    banks: tuple[Bank, ...] = ()
    problems: tuple[Problem, ...] = ()

    def bank(self, bank_id: str) -> Bank | None:
        """The bank of that id, or None."""
        return next((bank for bank in self.banks if bank.id == bank_id), None)

    def question(self, name: str) -> Question | None:
        """The question of the full name `bank-id/question-id`, or None."""
        bank_id, _, question_id = name.partition("/")
        bank = self.bank(bank_id)
        return bank.question(question_id) if bank is not None else None


# --- the concept map ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Concept:
    """One thing to be able to do, with what has to be known before."""

    id: str
    title: str
    chapter: str
    objective: str
    bloom: str
    experiment: str
    prerequisites: tuple[str, ...] = ()
    misconceptions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Misconception:
    """A wrong idea, why it is wrong, what run refutes it, and the wrong model that behaves so (if any)."""

    id: str
    statement: str
    concept: str
    why_wrong: str
    refuted_by: str
    wrong_model: str | None = None


@dataclass(frozen=True)
class Chapter:
    """A chapter and the ids of its concepts, in the order they are taught."""

    id: str
    title: str
    concepts: tuple[str, ...]


@dataclass(frozen=True)
class ConceptMap:
    """All concepts in the order they are taught, by chapter, and all misconceptions."""

    chapters: tuple[Chapter, ...] = ()
    concepts: tuple[Concept, ...] = ()
    misconceptions: tuple[Misconception, ...] = ()

    @cached_property
    def _concept_by_id(self) -> dict[str, Concept]:
        return {concept.id: concept for concept in self.concepts}

    @cached_property
    def _misconception_by_id(self) -> dict[str, Misconception]:
        return {misconception.id: misconception for misconception in self.misconceptions}

    def concept(self, concept_id: str) -> Concept | None:
        """The concept of that id, or None."""
        return self._concept_by_id.get(concept_id)

    def misconception(self, misconception_id: str) -> Misconception | None:
        """The misconception of that id, or None."""
        return self._misconception_by_id.get(misconception_id)
