"""Files that look odd and are right load without a problem, and mean what they say."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from content import concepts
from content.check import check
from content.library import load

if TYPE_CHECKING:
    from content.model import ConceptMap, Question

ODD = Path(__file__).parent.parent / "data" / "banks" / "odd"


@pytest.fixture(scope="module")
def concept_map() -> ConceptMap:
    return concepts.load()


def question(name: str, concept_map: ConceptMap) -> Question:
    library = load([ODD / f"{name}.yaml"], concept_map)
    assert library.problems == ()
    return library.banks[0].questions[0]


@pytest.mark.parametrize("name", sorted(path.stem for path in ODD.iterdir()))
def test_odd_file_loads(name: str, concept_map: ConceptMap) -> None:
    assert question(name, concept_map).id == "q1"
    assert check([ODD / f"{name}.yaml"], concept_map, time.process_time).passed


def test_no_and_yes_are_texts(concept_map: ConceptMap) -> None:
    assert [option.text for option in question("no-and-yes", concept_map).options] == ["no", "yes"]


def test_numbers_stay_as_written_in_texts(concept_map: ConceptMap) -> None:
    texts = [option.text for option in question("numbers-as-texts", concept_map).options]
    assert texts == ["0.250", "012"]


def test_times_are_no_numbers(concept_map: ConceptMap) -> None:
    texts = [option.text for option in question("times-and-octals", concept_map).options]
    assert texts == ["1:30", "0o17"]


def test_unicode_is_kept(concept_map: ConceptMap) -> None:
    assert question("unicode", concept_map).stem == r"Was hält $f_t \approx 1$ fest? 🧠"


def test_windows_line_ends_become_plain_ones(concept_map: ConceptMap) -> None:
    assert question("windows-lines", concept_map).stem == "Which gate?\n\nIt has two paragraphs."


def test_backslashes_stay_in_blocks(concept_map: ConceptMap) -> None:
    stem = question("backslashes-in-block", concept_map).stem
    assert stem == r"What is $\tanh(\nabla L)$ at $\beta = \frac{1}{2}$?"


def test_folded_text_is_one_line(concept_map: ConceptMap) -> None:
    asked = question("folded-and-quoted", concept_map)
    assert asked.stem == "Which gate scales the old state?"
    assert [option.text for option in asked.options] == ["#1: forget", 'a "quoted" one']


def test_comment_is_no_text(concept_map: ConceptMap) -> None:
    assert question("comments", concept_map).stem == "Which gate?"


def test_experiment_may_stand_behind_its_question(concept_map: ConceptMap) -> None:
    spec = question("fields-in-another-order", concept_map).experiment
    assert spec is not None
    assert (spec.name, spec.input.length, spec.lanes[0].network.forget_bias) == ("still", 5, 3)


def test_decimal_forms(concept_map: ConceptMap) -> None:
    values = {p.name: p.values for p in question("decimal-forms", concept_map).parameters}
    assert values == {"w": (0.5, 1.0, 2.0, 3.0, 4.0), "v": (-0.3, -0.2, -0.1, 0.1, 0.2, 0.3)}
