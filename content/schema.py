"""The tables of the bank format, put together: questions by kind, the bank, and the JSON Schema of the whole.

Every YAML object has one table (in `question_tables`, `experiment_tables` and here); both the reader
(`content.loader`) and the JSON Schema for editors are made from it. There is no second description in code.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any

from .asked import asked_text
from .experiment_tables import EXPERIMENT, Experiments
from .fields import ConceptId, ExperimentName, Expression, Integer, Pattern, Real, Text, Word
from .model import FORMAT, BankHeader, Goal, Hint, Parameter, Place, Question, StageSetup
from .nodes import MappingNode, Node, ScalarNode
from .question_tables import (
    ANSWER,
    CONTROL,
    DIAGNOSIS,
    DISMISSAL,
    EXPECTATION,
    EXPLAIN,
    HINT_OR_TEXT,
    OPTION,
    REVEAL,
    STAGE,
    ParameterValues,
)
from .reader import INVALID, Invalid, Json, Reader, Type, short
from .tables import ByField, ByShape, Field, Many, Named, Table
from .words import BLOOM, ID, LATER_KINDS, MAX_QUESTIONS, PARAMETER_NAME

_COMMON = (
    Field(
        "id",
        Pattern(ID, "an id of small letters, digits and -", "which-gate-keeps"),
        "Permanent and unique in its bank.",
        required=True,
        example="which-gate-keeps",
    ),
    Field("kind", Text(40), "The kind of question.", required=True, example="single-choice"),
    Field("concept", ConceptId(), "What it is about, first of all.", required=True, example="forget-gate"),
    Field("also", Many(ConceptId(), 0, 8, "concepts"), "What it touches besides.", default=()),
    Field("topic", Text(80), "Its place in a plan of topics."),
    Field("bloom", Word(BLOOM, (), "Bloom level"), "What must be done.", required=True, example="analyze"),
    Field("stem", Text(), "The question, with all conditions.", required=True, example='"..."'),
    Field(
        "experiment",
        ByShape("an experiment or its name", "held-gates", single=ExperimentName(), group=EXPERIMENT),
        "What is run: a name, or written out.",
    ),
    Field("stage", STAGE, "What is shown before the answer.", default=StageSetup()),
    Field("reveal", REVEAL, "What is shown after the answer."),
    Field("controls", Many(CONTROL, 0, 8, "controls"), "Sliders.", default=()),
    Field("explain", EXPLAIN, "The one thing to do after the run."),
    Field(
        "hints",
        Many(HINT_OR_TEXT, 0, 8, "hints"),
        "From where to look to how to start; never the key.",
        default=(),
    ),
    Field("explanation", Text(), "What is said in the end.", default=""),
    Field("sources", Many(Text(300), 0, 20, "sources"), "Where it can be read.", default=()),
    Field(
        "parameters",
        Named(ParameterValues(), PARAMETER_NAME, "parameter", "w: {choose: [0.5, 1]}", most=8),
        "Numbers that are drawn anew for each variant.",
        default=(),
    ),
    Field("where", Expression(), "Draws for which this is false are drawn again."),
    Field(
        "expect",
        Many(EXPECTATION, 0, 20, "expectations"),
        "Numbers found by other means that the engine must give.",
        default=(),
    ),
    Field("dismiss", Many(DISMISSAL, 0, 10, "dismissals"), "Warnings that are meant to be so.", default=()),
)

_OPTIONS = Field(
    "options",
    Many(OPTION, 2, 6, "options"),
    "Two to six options.",
    required=True,
    example="[{text: ..., correct: true, why: ...}, ...]",
)
_SETTING = Many(Real(), 1, 8, "numbers")
_SETTINGS = Many(_SETTING, 3, 20, "settings")

_OF_KIND: dict[str, tuple[Field, ...]] = {
    "single-choice": (_OPTIONS,),
    "multiple-choice": (_OPTIONS,),
    "numeric": (
        Field(
            "answer",
            ANSWER,
            "The key and its tolerance.",
            required=True,
            example='{value: "h[3, 1]", relative: 0.02}',
        ),
        Field(
            "diagnose", Many(DIAGNOSIS, 0, 10, "diagnoses"), "Wrong numbers that tell an idea.", default=()
        ),
    ),
    "make-it-happen": (
        Field(
            "start",
            _SETTING,
            "Where the answering controls stand at first.",
            required=True,
            example="[1.0, 0.0]",
        ),
        Field(
            "goal",
            Expression(),
            "What must become true of the run.",
            required=True,
            example='"c[50, 1] >= 0.9"',
        ),
        Field(
            "passes",
            _SETTINGS,
            "At least three settings that reach it.",
            required=True,
            example="[[6.2, -10], ...]",
        ),
        Field(
            "fails",
            _SETTINGS,
            "At least three settings that do not.",
            required=True,
            example="[[1, -3], ...]",
        ),
    ),
}

KINDS = tuple(_OF_KIND)
"""The kinds of question that this version asks."""


def _question(values: Any) -> Question:
    kept = {name: value for name, value in values.items() if name not in ("start", "goal", "passes", "fails")}
    if "goal" in values:
        kept["goal"] = Goal(values["start"], values["goal"], values["passes"], values["fails"])
    kept["hints"] = tuple(hint if isinstance(hint, Hint) else Hint(hint) for hint in values["hints"])
    kept["parameters"] = tuple(Parameter(name, drawn) for name, drawn in values["parameters"])
    return Question(**kept)


def _question_table(kind: str) -> Table:
    own = _OF_KIND[kind]
    mine = {each.name for each in own}
    elsewhere = {
        each.name: f"questions of the kind {other}"
        for other, fields in _OF_KIND.items()
        for each in fields
        if each.name not in mine
    }
    return Table(
        f"{kind}-question",
        f"a {kind} question",
        (*_COMMON[:7], *own, *_COMMON[7:]),
        _question,
        elsewhere=elsewhere,
    )


_BY_KIND = ByField("kind", {kind: _question_table(kind) for kind in KINDS}, LATER_KINDS, "a question")


@dataclass(frozen=True)
class QuestionType(Type):
    """A question with its place and digest; its path in the file is kept in the reader."""

    def read(self, node: Node, reader: Reader, path: str) -> Any:
        """Read a question, or `INVALID`."""
        question = _BY_KIND.read(node, reader, path)
        name = node.get("id") if isinstance(node, MappingNode) else None
        free = name is None or reader.claim(name, path)
        if isinstance(question, Invalid) or not free:
            return INVALID
        return replace(
            question,
            place=Place(reader.file, node.line, node.column),
            digest=hashlib.sha256(asked_text(question).encode("utf-8", "surrogatepass")).hexdigest(),
        )

    def schema(self, definitions: Json) -> Json:
        """Describe a question of any kind."""
        return _BY_KIND.schema(definitions)


@dataclass(frozen=True)
class FormatVersion(Type):
    """The version of the format; a later one is refused as a whole."""

    def read(self, node: Node, reader: Reader, path: str) -> Any:
        """Read the version, or note a problem and give `INVALID`."""
        if isinstance(node, ScalarNode) and isinstance(node.value, int) and node.value > FORMAT:
            message = f"this bank is written in format {short(node.raw)}, this version reads format {FORMAT}"
            return reader.report(node, message, "Use a newer version of the program.")
        return Integer(FORMAT, FORMAT).read(node, reader, path)

    def schema(self, definitions: Json) -> Json:
        """Describe it as JSON Schema."""
        return {"const": FORMAT}


BANK = Table(
    "bank",
    "a bank",
    (
        Field(
            "id",
            Pattern(ID, "an id of small letters, digits and -", "my-bank"),
            "Permanent; no two banks may share it.",
            required=True,
            example="my-bank",
        ),
        Field(
            "title",
            Text(200),
            "Neutral: it must not give answers away.",
            required=True,
            example="My first bank",
        ),
        Field(
            "language",
            Pattern(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", "a language tag", "en"),
            "Language of its texts.",
            default="en",
        ),
        Field("license", Text(100), "Under which others may use it.", default="", example="CC-BY-4.0"),
        Field("authors", Many(Text(200), 0, 50, "authors"), "Who wrote it.", default=()),
    ),
    lambda values: BankHeader(**values),
)

BANK_FILE = Table(
    "bank-file",
    "a bank file",
    (
        Field("format", FormatVersion(), "The version of this format.", required=True, example="1"),
        Field(
            "bank",
            BANK,
            "Who and what this bank is.",
            required=True,
            example="{id: my-bank, title: My first bank}",
        ),
        Field("experiments", Experiments(), "Experiments that questions name.", default=()),
        Field(
            "questions",
            Many(QuestionType(), 1, MAX_QUESTIONS, "questions", skip=True),
            "The questions.",
            required=True,
            example="[...]",
        ),
    ),
    dict,
)


def json_schema() -> Json:
    """The JSON Schema of a bank file, for editors."""
    definitions: Json = {}
    BANK_FILE.schema(definitions)
    root = definitions.pop(BANK_FILE.name)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Unrolled question bank",
        **root,
        "$defs": dict(sorted(definitions.items())),
    }


def schema_text() -> str:
    """The JSON Schema as it is committed in `content/bank.schema.json`."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"
