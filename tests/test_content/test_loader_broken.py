"""Every broken file gives a located problem that says what is wrong, quickly, and runs nothing."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from content import concepts
from content.check import Report, check

if TYPE_CHECKING:
    from content.model import ConceptMap, Problem

BROKEN = Path(__file__).parent.parent / "data" / "banks" / "broken"

# file: line of the problem, a piece of its message, a piece of its advice
EXPECTED = {
    "alias-bomb": (4, "the alias *a", "Write the value out"),
    "anchor": (8, "the anchor &stem", "Delete it"),
    "bad-control": (15, "no bias is called “q”", "bias.f[5]"),
    "colon-in-text": (8, "a second colon", "block (|)"),
    "comma-number": (13, "a number is wanted here", "Write 0.001"),
    "control-beyond-units": (15, "unit 5 does not exist", "Change its place"),
    "cursor-not-there": (12, "the run has 4 steps", "at most 4"),
    "deep-expression": (13, "24 brackets", ""),
    "division-by-zero-in-a-draw": (15, "division by zero for w = 0", "the draws"),
    "duplicate-field": (12, "in line 7 and in line 12", "Keep one"),
    "duplicate-id": (12, 'two questions have the id "q1"', "line 4"),
    "duplicate-options": (11, "the options 1 and 2 say the same", "Change"),
    "empty": (1, "the file is empty", "format: 1"),
    "empty-range": (15, "the range 1 to 0 is empty", "lower number first"),
    "format-of-later": (1, "written in format 2", "newer version"),
    "goal-at-corner": (13, "the corner 10 of the sliders reaches the goal", "two sides"),
    "goal-at-start": (14, "the start already reaches the goal", ""),
    "goal-not-passed": (16, "4 does not reach the goal", ""),
    "goal-too-easy": (15, "taken at random reach the goal", "under 5 %"),
    "hostile-expression": (13, "no function '__import__'", ""),
    "hostile-text": (16, "expected a value", ""),
    "key-against-engine": (14, "option 1 is correct, but what it holds is false", "Change the key"),
    "kind-of-later": (5, "the kind ordering is not part of this version", "numeric"),
    "list-at-top": (1, "not a list", "format: 1"),
    "missing-fields": (4, 'the field "concept" is missing', "concept: forget-gate"),
    "nabla-in-quotes": (8, r'\n of "\nabla" becomes a new line', "block"),
    "no-bank": (1, 'the field "bank" is missing', "bank: {id: my-bank"),
    "no-draw-left": (11, "no draw satisfies it", "Widen"),
    "no-misconception": (11, "names no misconception", "misconception:"),
    "no-such-experiment": (13, '"hot-dgo" is not an experiment', 'Did you mean "hot-dog"?'),
    "none-right": (10, "no option is correct", "correct: true"),
    "number-against-engine": (15, "the engine gives 0.722", "which of the two"),
    "only-comment": (1, "the file is empty", "format: 1"),
    "open-bracket": (13, "a bracket is not closed, or a comma is missing (it begins in line 12)", "Close it"),
    "open-formula": (8, "opened by $ and not closed", r"\$"),
    "part-of-another-cell": (14, "tanh is not a part of this cell", ""),
    "picture-from-the-net": (8, "a path within the bank's folder", "own folder"),
    "picture-not-there": (8, 'no picture "missing.png"', "Check its name"),
    "picture-outside": (10, "outside the bank's folder", "own folder"),
    "picture-without-text": (8, "no alternative text", "Say what it shows"),
    "power-tower": (13, "left the range of numbers", ""),
    "python-tag": (8, "!!python/object/apply:os.system", "Delete it"),
    "ragged-input": (11, "this row has 1 numbers, the first one 2", ""),
    "reserved-parameter": (10, '"f" has a meaning of its own', "f0"),
    "setting-out-of-range": (16, "27 is outside the range -10 to 10", ""),
    "sigma-in-quotes": (8, "this backslash has a meaning of its own", "block"),
    "sizes-that-do-not-fit": (10, "4 x 1", ""),
    "spoiler": (13, "what stays visible answers the question: the key reads f", "after: 2"),
    "spoiler-in-hint": (16, "the hint contains the answer", "where to look"),
    "spoiler-on-time-line": (13, "what stays visible answers the question", "after: 2"),
    "step-not-there": (13, "step 9 is not there", ""),
    "tab-indent": (12, "a tab stands where spaces should indent", "spaces"),
    "tanh-in-quotes": (8, r'\t of "\tanh" becomes a tab', "block"),
    "tolerance-too-wide": (13, "the tolerance also accepts 0 and i[3, 1]", "Narrow"),
    "too-many-units": (10, "outside 1 to 128", ""),
    "too-many-values": (10, "more than 1000 values", ""),
    "training-of-later": (12, '"training" is not part of this version', "Leave it out"),
    "two-documents": (12, "a second document begins here", "---"),
    "two-right": (11, "2 options are correct", "multiple-choice"),
    "two-tolerances-none-finite": (13, "a number is wanted here", ""),
    "unclosed-computed-number": (15, "not closed by >>", ""),
    "unknown-concept": (6, '"forget-gat" is not a concept', 'Did you mean "forget-gate"?'),
    "unknown-field": (12, 'has no field "hint"', 'Did you mean "hints"?'),
    "unknown-kind": (5, '"single-choise" is not a known kind', 'Did you mean "single-choice"?'),
    "unknown-misconception": (11, "not a known misconception", 'Did you mean "write-path-is-memory-path"?'),
    "unknown-parameter": (16, '"weigth" is neither', "parameters"),
    "veil-of-nothing": (12, '"forget" is not a quantity', ""),
    "view-of-later": (12, "the view spectrum is not part of this version", "cell, gates, gradient"),
    "wrong-type": (8, "a text is wanted here, not a list", ""),
}

_HOSTILE = {
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.fork",
    "subprocess.Popen",
    "socket.connect",
}
_started: list[str] = []


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event in _HOSTILE:
        _started.append(event)


sys.addaudithook(_watch)


@pytest.fixture(scope="module")
def concept_map() -> ConceptMap:
    return concepts.load()


def checked(path: Path, concept_map: ConceptMap) -> Report:
    """Check a file, and see that it took no time to speak of and started nothing."""
    _started.clear()
    began = time.process_time()
    report = check([path], concept_map, time.process_time)
    assert time.process_time() - began < 2.0
    assert _started == []
    return report


def has(problems: tuple[Problem, ...], line: int, message: str, advice: str = "") -> bool:
    return any(
        problem.place.line == line and message in problem.message and advice in problem.advice
        for problem in problems
        if problem.severity == "error"
    )


def test_every_broken_file_is_expected() -> None:
    assert {path.stem for path in BROKEN.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_broken_file(
    name: str, concept_map: ConceptMap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where a hostile file would leave its traces
    path = BROKEN / f"{name}.yaml"
    report = checked(path, concept_map)
    assert not report.passed
    assert has(report.problems, *EXPECTED[name]), "\n".join(map(str, report.problems))
    assert all(problem.place.file == str(path) for problem in report.problems)
    assert list(tmp_path.iterdir()) == []


GOOD = """format: 1
bank: {id: good, title: Good}
questions:
  - id: first
    kind: single-choice
    concept: forget-gate
    bloom: understand
    stem: Which gate?
    options:
      - {text: The forget gate, correct: true, why: It multiplies the old state.}
      - {text: The input gate, misconception: write-path-is-memory-path, why: It scales new content.}
"""


def broken(tmp_path: Path, data: bytes, concept_map: ConceptMap) -> tuple[Problem, ...]:
    path = tmp_path / "made.yaml"
    path.write_bytes(data)
    report = checked(path, concept_map)
    assert not report.passed
    return report.problems


def test_file_of_a_hundred_megabytes_is_not_read(tmp_path: Path, concept_map: ConceptMap) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    assert has(checked(path, concept_map).problems, 1, "too large: 100.0 MB", "Split")


def test_largest_file_of_values_ends(tmp_path: Path, concept_map: ConceptMap) -> None:
    data = GOOD.encode() + b"    sources: [" + b"a, " * 1_300_000 + b"a]\n"
    assert has(broken(tmp_path, data, concept_map), 12, "more than 100000 values", "Split")


@pytest.mark.parametrize("bracket", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_ends(bracket: str, tmp_path: Path, concept_map: ConceptMap) -> None:
    problems = broken(tmp_path, (bracket * 200_000).encode(), concept_map)
    assert any("nesting is deeper" in problem.message for problem in problems)


def test_nul_byte_is_located(tmp_path: Path, concept_map: ConceptMap) -> None:
    data = GOOD.replace("Which gate?", "Which\0gate?").encode()
    assert has(broken(tmp_path, data, concept_map), 8, "a NUL byte", "not a text file")


def test_control_character_is_located(tmp_path: Path, concept_map: ConceptMap) -> None:
    data = GOOD.replace("Which gate?", "Which\x08gate?").encode()
    problems = broken(tmp_path, data, concept_map)
    assert has(problems, 8, "U+0008", "Delete it")
    assert problems[0].place.column == 16


def test_wrong_encoding_is_located(tmp_path: Path, concept_map: ConceptMap) -> None:
    data = GOOD.replace("Which gate?", "Welches Gatter trägt?").encode("latin-1")
    problems = broken(tmp_path, data, concept_map)
    assert has(problems, 8, "the byte 0xE4 is not UTF-8", "Save the file as UTF-8")
    assert problems[0].place.column == 28


def test_utf_16_gets_advice(tmp_path: Path, concept_map: ConceptMap) -> None:
    assert has(broken(tmp_path, GOOD.encode("utf-16"), concept_map), 1, "in UTF-16", "Save it as UTF-8")


def test_monstrous_formula_is_refused(tmp_path: Path, concept_map: ConceptMap) -> None:
    data = GOOD.replace("Which gate?", "Which $" + r"\frac{1}{" * 500 + "1" + "}" * 500 + "$?").encode()
    assert has(broken(tmp_path, data, concept_map), 8, "at most 400 are drawn", "Split")


@pytest.mark.parametrize("value", ["9**9**9**9", "9" * 400, "(" * 300, "f" * 499, "-" * 499, "<" * 499])
def test_hostile_expression_ends(value: str, tmp_path: Path, concept_map: ConceptMap) -> None:
    text = GOOD.replace("Which gate?", f"Which <<{value}>> gate?")
    assert has(broken(tmp_path, text.encode(), concept_map), 8, "")


def test_expression_that_would_take_long_is_not_computed(tmp_path: Path, concept_map: ConceptMap) -> None:
    text = GOOD.replace("Which gate?", "Which <<" + " + ".join(["norm(jacobian(h, T, 0))"] * 16) + ">> gate?")
    text += "    experiment: {network: {hidden: 128}, input: {zeros: 1000}}\n"
    problems = broken(tmp_path, text.encode(), concept_map)
    assert has(problems, 12, "running this experiment takes too long") or has(problems, 8, "takes too long")


def test_many_large_experiments_are_not_built(tmp_path: Path, concept_map: ConceptMap) -> None:
    one = GOOD.split("questions:\n")[1]
    experiment = "    experiment: {network: {hidden: 128}, input: {noise: {length: 1000, size: 256}}}\n"
    questions = "".join(one.replace("first", f"q{i}") + experiment for i in range(300))
    problems = broken(tmp_path, (GOOD.split("  - id")[0] + questions).encode(), concept_map)
    assert any("inputs and weights together" in problem.message for problem in problems)


def test_reporting_ends_after_many_problems(tmp_path: Path, concept_map: ConceptMap) -> None:
    data = GOOD + "".join(f"    hintss{i}: x\n" for i in range(20_000))
    problems = broken(tmp_path, data.encode(), concept_map)
    assert len(problems) <= 101
    assert any("the rest of the file was not read" in problem.message for problem in problems)


def test_missing_file_is_a_problem(tmp_path: Path, concept_map: ConceptMap) -> None:
    assert has(checked(tmp_path / "none.yaml", concept_map).problems, 1, "cannot be read", "Check its name")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_named_pipe_is_not_opened(tmp_path: Path, concept_map: ConceptMap) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert has(checked(tmp_path, concept_map).problems, 1, "not a regular file")


def test_link_out_of_the_folder_is_not_followed(tmp_path: Path, concept_map: ConceptMap) -> None:
    outside, folder = tmp_path / "outside.yaml", tmp_path / "banks"
    folder.mkdir()
    outside.write_text(GOOD)
    (folder / "inside.yaml").symlink_to(outside)
    report = checked(folder, concept_map)
    assert has(report.problems, 1, "the link leads out of its folder", "Copy")
    assert report.questions == 0


def test_picture_behind_a_link_out_of_the_folder_is_refused(tmp_path: Path, concept_map: ConceptMap) -> None:
    folder = tmp_path / "banks"
    folder.mkdir()
    (tmp_path / "secret.png").write_bytes(b"x")
    (folder / "a.png").symlink_to(tmp_path / "secret.png")
    (folder / "bank.yaml").write_text(GOOD.replace("Which gate?", '"Which? ![shown](a.png)"'))
    assert has(checked(folder, concept_map).problems, 8, "outside the bank's folder")
