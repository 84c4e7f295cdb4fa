"""The shipped banks: every key that the engine can decide is confirmed, and a key that is moved is caught."""

from __future__ import annotations

import copy
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from content import concepts
from content.check import Report, check

BANKS = Path(__file__).parents[2] / "content" / "banks"
PATIENT, BRIEF = 60.0, 4.0
"""Seconds of processor time a question may take: to confirm it, and to catch it moved."""


def bank_files() -> list[Path]:
    return sorted(BANKS.glob("*.yaml"))


def run_check(path: Path, seconds: float) -> Report:
    return check([path], concepts.load(), time.process_time, seconds)


@pytest.fixture(scope="module")
def report() -> Report:
    return run_check(BANKS, PATIENT)


def test_the_shipped_banks_have_no_problem(report: Report) -> None:
    assert [str(problem) for problem in report.problems if problem.severity != "note"] == []


def test_the_engine_confirms_the_keys(report: Report) -> None:
    assert report.questions >= 16
    assert report.with_verdict("contradicted") == ()
    assert len(report.with_verdict("confirmed")) >= 0.75 * report.questions


def test_they_are_on_ten_concepts_in_four_kinds() -> None:
    questions = [q for path in bank_files() for q in yaml.safe_load(path.read_text("utf-8"))["questions"]]
    assert len({q["concept"] for q in questions}) >= 10
    kinds = {q["kind"] for q in questions}
    assert kinds == {"single-choice", "multiple-choice", "numeric", "make-it-happen"}


def moved(question: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the question with its key moved, once in each way that its kind allows."""
    variants = []
    match question["kind"]:
        case "single-choice":
            right = next(k for k, option in enumerate(question["options"]) if option.get("correct"))
            for k in range(len(question["options"])):
                if k != right:
                    other = copy.deepcopy(question)
                    other["options"][right]["correct"] = False
                    other["options"][right]["misconception"] = other["options"][k].pop("misconception")
                    other["options"][k]["correct"] = True
                    variants.append(other)
        case "multiple-choice":
            correct = [k for k, option in enumerate(question["options"]) if option.get("correct")]
            for k, option in enumerate(question["options"]):
                if correct == [k]:
                    continue  # a question without any correct option is refused for that alone
                other = copy.deepcopy(question)
                other["options"][k]["correct"] = not option.get("correct", False)
                other["options"][k]["misconception"] = option.get("misconception", SOME_MISCONCEPTION)
                variants.append(other)
        case "numeric":
            tolerance = question["answer"].get("relative", 0.02)
            for factor in (1 + 2 * tolerance, 1 - 2 * tolerance):
                other = copy.deepcopy(question)
                key = other["answer"]["value"]
                other["answer"]["value"] = f"({key}) * {factor}"
                for expectation in other["expect"]:
                    if expectation["value"] == key:
                        expectation["value"] = other["answer"]["value"]
                variants.append(other)
        case "make-it-happen":
            other = copy.deepcopy(question)
            other["goal"] = f"not ({question['goal']})"
            variants.append(other)
    return variants


SOME_MISCONCEPTION = "sequence-means-timestamps"


def single_questions() -> list[Any]:
    found = []
    for path in bank_files():
        bank = yaml.safe_load(path.read_text("utf-8"))
        for question in bank["questions"]:
            alone = {key: value for key, value in bank.items() if key != "questions"}
            found.append(pytest.param(alone, question, id=question["id"]))
    return found


@pytest.mark.parametrize(("bank", "question"), single_questions())
def test_a_moved_key_is_caught(bank: dict[str, Any], question: dict[str, Any], tmp_path: Path) -> None:
    changes = moved(question)
    assert changes
    for number, change in enumerate(changes):
        path = tmp_path / f"moved-{number}.yaml"
        path.write_text(yaml.safe_dump(bank | {"questions": [change]}, allow_unicode=True), "utf-8")
        report = run_check(path, BRIEF)
        assert not report.passed, f"variant {number} of {question['id']} was not caught"
        assert [key.verdict for key in report.keys] == ["contradicted"], [str(p) for p in report.problems]
