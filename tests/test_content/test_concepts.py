"""The concept map: whole, in an order that can be taught, and cached."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from content import concepts
from content.concepts import ConceptMapError, contradictions, load, read
from content.model import Chapter, Concept, ConceptMap, Misconception
from engine.wrong_models import WRONG_MODELS

if TYPE_CHECKING:
    from pathlib import Path

MAP = load()


def concept(name: str, *prerequisites: str, shares: tuple[str, ...] = ()) -> Concept:
    return Concept(name, name, "c", "o", "apply", "e", prerequisites, shares)


def test_size_of_the_map() -> None:
    assert (len(MAP.chapters), len(MAP.concepts), len(MAP.misconceptions)) == (8, 58, 172)


def test_nothing_contradicts_itself() -> None:
    assert list(contradictions(MAP)) == []


def test_every_concept_is_taught_after_those_it_needs() -> None:
    taught: set[str] = set()
    for each in MAP.concepts:
        assert set(each.prerequisites) <= taught, each.id
        taught.add(each.id)


def test_every_concept_stands_in_its_chapter() -> None:
    listed = [name for chapter in MAP.chapters for name in chapter.concepts]
    assert Counter(listed) == Counter(each.id for each in MAP.concepts)
    for chapter in MAP.chapters:
        for name in chapter.concepts:
            found = MAP.concept(name)
            assert found is not None
            assert found.chapter == chapter.id


def test_every_misconception_is_met_by_a_concept() -> None:
    met = {name for each in MAP.concepts for name in each.misconceptions}
    assert met == {each.id for each in MAP.misconceptions}


def test_every_concept_has_a_wrong_idea_to_meet() -> None:
    assert [each.id for each in MAP.concepts if not each.misconceptions] == []


def test_look_up() -> None:
    forget_gate = MAP.concept("forget-gate")
    assert forget_gate is not None
    assert forget_gate.title == "Forget gate"
    assert MAP.concept("nothing") is None
    assert MAP.misconception("nothing") is None


def test_nothing_is_missing_in_a_misconception() -> None:
    for each in MAP.misconceptions:
        assert all((each.statement, each.why_wrong, each.refuted_by)), each.id
        assert MAP.concept(each.concept) is not None


LATER_WRONG_MODELS = {
    "clip-after-update",
    "constant-factor",
    "constant-gradient",
    "curved-on-log",
    "fresh-mask",
    "no-loss-mask",
    "no-state-mask",
    "off-by-one-lag",
    "one-sided-difference",
    "output-feedback",
    "path-norms-add",
    "radius-power",
    "saturated-gate",
    "single-factor",
    "token-as-number",
    "truncate-and-reset",
    "truncated-gradient",
    "wrong-log-base",
}
"""Named by the map, not in the engine: curves to be drawn, faults of training and of batches."""


def test_map_and_engine_name_the_same_wrong_models() -> None:
    named = {each.id: each.wrong_model for each in MAP.misconceptions}
    for name, model in WRONG_MODELS.items():
        for misconception in model.misconceptions:
            assert named.get(misconception) == name, (name, misconception)
    for misconception, name in named.items():
        if name in WRONG_MODELS:
            assert misconception in WRONG_MODELS[name].misconceptions, (name, misconception)


def test_what_the_engine_lacks_is_known() -> None:
    named = {each.wrong_model for each in MAP.misconceptions if each.wrong_model is not None}
    assert named - set(WRONG_MODELS) == LATER_WRONG_MODELS


@pytest.mark.parametrize(
    ("concept_map", "said"),
    [
        (ConceptMap(concepts=(concept("a", "b"), concept("b", "a"))), "run in a circle among a, b"),
        (ConceptMap(concepts=(concept("a", "a"),)), "run in a circle among a"),
        (ConceptMap(concepts=(concept("a", "x"),)), '"a" needs "x", which is no concept'),
        (ConceptMap(concepts=(concept("a", "b"), concept("b"))), '"a" is taught before "b"'),
        (ConceptMap(concepts=(concept("a"), concept("a"))), 'two concepts have the id "a"'),
        (ConceptMap(concepts=(concept("a", shares=("m",)),)), '"a" shares "m"'),
        (
            ConceptMap(misconceptions=(Misconception("m", "", "a", "", ""),) * 2),
            'two misconceptions have the id "m"',
        ),
    ],
)
def test_contradictions_are_said(concept_map: ConceptMap, said: str) -> None:
    assert any(said in sentence for sentence, _ in contradictions(concept_map))


def test_broken_map_says_every_problem_with_its_line() -> None:
    text = """order: [a, b]
chapters:
  - id: c
    title: C
    concepts:
      - {id: a, title: A, objective: o, bloom: knows, experiment: e}
      - {id: b, title: B, objective: o, bloom: apply, experimant: e}
"""
    concept_map, problems = read(text.encode(), "map.yaml")
    assert concept_map is None
    assert {problem.place.line for problem in problems} == {6, 7}


def test_broken_map_cannot_be_loaded(tmp_path: Path) -> None:
    file = tmp_path / "map.yaml"
    file.write_text("chapters: []\n")
    with pytest.raises(ConceptMapError, match="order"):
        load(file=file)


def test_cache_gives_the_same_map(tmp_path: Path) -> None:
    assert load(tmp_path) == load(tmp_path) == MAP
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(b"damaged")
    assert load(tmp_path) == MAP


def test_map_may_be_another_one(tmp_path: Path) -> None:
    file = tmp_path / "map.yaml"
    file.write_text(
        "order: [a]\nchapters:\n  - id: c\n    title: C\n    concepts:\n"
        "      - {id: a, title: A, objective: o, bloom: apply, experiment: e}\n"
    )
    assert concepts.load(file=file).chapters == (Chapter("c", "C", ("a",)),)
