"""The tables of `content/concepts.yaml`."""

from __future__ import annotations

from typing import Any

from .fields import Pattern, Text, Word
from .model import Chapter, Concept, ConceptMap, Misconception
from .tables import Field, Many, Table
from .words import BLOOM

_ID = Pattern(r"[a-z0-9]+(?:-[a-z0-9]+)*", "an id of small letters, digits and -", "forget-gate")

MISCONCEPTION = Table(
    "misconception",
    "a misconception",
    (
        Field("id", _ID, "Permanent and unique.", required=True, example="gate-is-binary"),
        Field(
            "statement",
            Text(600),
            "The wrong idea, as its holder would say it.",
            required=True,
            example='"..."',
        ),
        Field("why_wrong", Text(1000), "Why it is wrong.", required=True, example='"..."'),
        Field("refuted_by", Text(1000), "The run that shows it.", required=True, example='"..."'),
        Field("wrong_model", _ID, "The wrong model that behaves so."),
    ),
    dict,
)

CONCEPT = Table(
    "concept",
    "a concept",
    (
        Field("id", _ID, "Permanent and unique.", required=True, example="forget-gate"),
        Field("title", Text(100), "Its name on the screen.", required=True, example="Forget gate"),
        Field("prerequisites", Many(_ID, 0, 20, "concepts"), "What has to be known before.", default=()),
        Field("objective", Text(600), "What one can do after it.", required=True, example='"..."'),
        Field(
            "bloom",
            Word(BLOOM, (), "Bloom level"),
            "The level of the objective.",
            required=True,
            example="apply",
        ),
        Field("experiment", Text(1500), "The live experiment that shows it.", required=True, example='"..."'),
        Field(
            "misconceptions",
            Many(MISCONCEPTION, 0, 20, "misconceptions"),
            "Wrong ideas about it.",
            default=(),
        ),
        Field(
            "shares",
            Many(_ID, 0, 20, "misconceptions"),
            "Wrong ideas about other concepts that show here, too.",
            default=(),
        ),
    ),
    dict,
)

CHAPTER = Table(
    "chapter",
    "a chapter",
    (
        Field("id", _ID, "Permanent and unique.", required=True, example="gates"),
        Field("title", Text(100), "Its name on the screen.", required=True, example="Gates"),
        Field("concepts", Many(CONCEPT, 1, 100, "concepts"), "Its concepts.", required=True, example="[...]"),
    ),
    dict,
)


def _concept_map(values: Any) -> ConceptMap:
    chapters, concepts, misconceptions = [], [], []
    for chapter in values["chapters"]:
        chapters.append(
            Chapter(chapter["id"], chapter["title"], tuple(each["id"] for each in chapter["concepts"]))
        )
        for each in chapter["concepts"]:
            own = each["misconceptions"]
            fields = {name: value for name, value in each.items() if name != "shares"}
            ids = (*(wrong["id"] for wrong in own), *each["shares"])
            concepts.append(Concept(**{**fields, "chapter": chapter["id"], "misconceptions": ids}))
            misconceptions += [Misconception(**{**wrong, "concept": each["id"]}) for wrong in own]
    place = {name: number for number, name in reversed(list(enumerate(values["order"])))}
    concepts.sort(key=lambda concept: place.get(concept.id, len(place)))
    return ConceptMap(tuple(chapters), tuple(concepts), tuple(misconceptions))


CONCEPT_FILE = Table(
    "concept-map",
    "a concept map",
    (
        Field(
            "order",
            Many(_ID, 0, 1000, "concepts"),
            "All concepts as they are taught.",
            required=True,
            example="[...]",
        ),
        Field("chapters", Many(CHAPTER, 1, 50, "chapters"), "The chapters.", required=True, example="[...]"),
    ),
    _concept_map,
)
