"""The checker: what it confirms, what it contradicts, what it leaves open and says so."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from content import concepts
from content.check import Report, check

if TYPE_CHECKING:
    from content.model import ConceptMap
from content.style import RULES

ROOT = Path(__file__).parent.parent.parent
MAP: ConceptMap = concepts.load()

HEAD = "format: 1\nbank: {id: b, title: T}\nquestions:\n"
COMMON = """  - id: q
    kind: %s
    concept: forget-gate
    bloom: apply
    stem: Say it.
"""
CELL = """    experiment:
      network: {cell: lstm, hidden: 1, init: zero, forget_bias: b0}
      input: {zeros: 4}
      interventions: [{set: "c[0]", value: 1}]
    parameters:
      b0: {choose: [1, 2, 3]}
    stage: {veil: {after: 0, views: [gradient]}}
"""
OPTIONS = """    options:
      - {text: Some of it remains, correct: true, why: w, holds: "%s"}
      - {text: Nothing of it remains, misconception: write-path-is-memory-path, why: w%s}
"""
NUMBER = '    answer: {value: "c[2, 1]", relative: 0.001}\n'


class Ticks:
    """A clock that advances by a fixed amount whenever it is read."""

    def __init__(self, step: float) -> None:
        self._times = itertools.count(0.0, step)

    def __call__(self) -> float:
        return next(self._times)


def checked(tmp_path: Path, question: str, step: float = 0.0) -> Report:
    path = tmp_path / "bank.yaml"
    path.write_text(HEAD + question, encoding="utf-8")
    return check([path], MAP, Ticks(step))


def choice(holds: str, wrong: str = ', holds: "c[4, 1] == 0"') -> str:
    return COMMON % "single-choice" + CELL + OPTIONS % (holds, wrong)


# -- keys


def test_choice_is_confirmed_when_every_option_agrees(tmp_path: Path) -> None:
    report = checked(tmp_path, choice("c[4, 1] > 0"))
    (key,) = report.keys
    assert (key.verdict, key.total, key.looked_at, key.asked) == ("confirmed", 3, 3, 3)
    assert report.passed


def test_option_without_holds_leaves_the_key_open(tmp_path: Path) -> None:
    (key,) = checked(tmp_path, choice("c[4, 1] > 0", "")).keys
    assert (key.question, key.verdict, key.reason) == ("b/q", "undecided", "no holds at option 2")


def test_one_draw_can_contradict_a_choice(tmp_path: Path) -> None:
    report = checked(tmp_path, choice("b0 < 3"))
    assert [key.verdict for key in report.keys] == ["contradicted"]
    (problem,) = report.problems
    assert problem.message == "option 1 is correct, but what it holds is false for b0 = 3"
    assert problem.place.line == 17


def test_holds_that_is_no_condition_is_told(tmp_path: Path) -> None:
    report = checked(tmp_path, choice("c[4, 1]"))
    assert "a condition is needed" in report.problems[0].message
    assert [key.verdict for key in report.keys] == ["undecided"]


def test_what_if_decides_an_option(tmp_path: Path) -> None:
    report = checked(tmp_path, choice("changed('bias.f[1]', 9, c[4, 1]) > c[4, 1]".replace("'", r"\"")))
    assert [key.verdict for key in report.keys] == ["confirmed"], report.problems


def test_number_is_confirmed_by_an_expectation(tmp_path: Path) -> None:
    expect = '    expect:\n      - {draw: {b0: 1}, value: "c[2,1]", equals: 0.534447, relative: 1.0e-5}\n'
    report = checked(tmp_path, COMMON % "numeric" + CELL + NUMBER + expect)
    assert [key.verdict for key in report.keys] == ["confirmed"]
    assert report.problems == ()


def test_expectation_of_another_number_leaves_the_key_open(tmp_path: Path) -> None:
    expect = '    expect:\n      - {draw: {b0: 1}, value: "f[2, 1]", equals: 0.731059, relative: 1.0e-5}\n'
    (key,) = checked(tmp_path, COMMON % "numeric" + CELL + NUMBER + expect).keys
    assert (key.verdict, key.reason) == ("undecided", "no expect for the key's expression")


def test_draws_that_collide_are_counted(tmp_path: Path) -> None:
    diagnose = '    diagnose:\n      - {value: "c[2, 1] + b0 - 3", why: w}\n'
    report = checked(tmp_path, COMMON % "numeric" + CELL + NUMBER + diagnose)
    (key,) = report.keys
    assert (key.looked_at, key.asked) == (3, 2)
    assert report.passed


def test_mostly_colliding_draws_are_an_error(tmp_path: Path) -> None:
    diagnose = '    diagnose:\n      - {value: "c[2, 1] + max(0, b0 - 2)", why: w}\n'
    report = checked(tmp_path, COMMON % "numeric" + CELL + NUMBER + diagnose)
    assert any("only 1 of 3 draws are left" in problem.message for problem in report.problems)


def test_draws_are_sampled_when_there_are_many(tmp_path: Path) -> None:
    many = choice("c[4, 1] > 0").replace("{choose: [1, 2, 3]}", "{from: 1, to: 3, step: 0.004}")
    (key,) = checked(tmp_path, many).keys
    assert (key.total, key.looked_at, key.verdict) == (501, 200, "confirmed")


def test_time_that_is_over_leaves_a_key_open(tmp_path: Path) -> None:
    (key,) = checked(tmp_path, choice("c[4, 1] > 0"), step=10.0).keys
    assert (key.verdict, key.looked_at) == ("undecided", 1)
    (key,) = checked(tmp_path, choice("c[4, 1] > 0"), step=1.0).keys
    assert (key.verdict, key.looked_at) == ("undecided", 2)
    assert key.reason == "time was over after 2 of 3 draws"


GOAL = (
    COMMON % "make-it-happen"
    + """    experiment:
      network: {cell: lstm, hidden: 1, init: zero, forget_bias: 1}
      input: {zeros: 4}
    controls:
      - {set: "bias.f[1]", range: [-10, 10], step: 0.01, when: answer}
    start: [0]
    goal: "f[4, 1] >= 0.9 and f[4, 1] <= 0.95"
    passes: [[2.3], [2.5], [2.9]]
    fails: [[1], [2.1], [3.1]]
"""
)


def test_goal_is_confirmed(tmp_path: Path) -> None:
    report = checked(tmp_path, GOAL)
    assert [key.verdict for key in report.keys] == ["confirmed"]
    assert report.problems == ()


def test_fewer_samples_are_told(tmp_path: Path) -> None:
    report = checked(tmp_path, GOAL, step=0.005)
    (problem,) = report.problems
    assert problem.severity == "note"
    assert "of 2000 random settings" in problem.message
    assert report.passed


def test_goal_that_fails_where_it_should_pass(tmp_path: Path) -> None:
    report = checked(tmp_path, GOAL.replace("[2.9]", "[3.2]"))
    assert [(p.place.line, p.message) for p in report.problems] == [(16, "3.2 does not reach the goal")]


# -- computed texts


def test_every_computed_number_of_every_draw_is_computed(tmp_path: Path) -> None:
    text = (
        choice("c[4, 1] > 0")
        + "    explanation: |\n      One.\n      It is <<1 / (b0 - 2)>> or <<1 / (b0 - 3)>>.\n"
    )
    report = checked(tmp_path, text)
    (problem,) = report.problems
    assert "division by zero for b0 = 2" in problem.message
    assert problem.place.line == 21


def test_condition_of_a_hint_is_computed(tmp_path: Path) -> None:
    report = checked(tmp_path, GOAL + '    hints:\n      - {when: "f[9, 1] > 0", say: Look.}\n')
    assert [problem.place.line for problem in report.problems] == [19]


# -- spoilers

SEEN = choice("c[2, 1] > 0.1")


def test_veil_before_the_step_that_decides_is_enough(tmp_path: Path) -> None:
    report = checked(tmp_path, SEEN.replace("after: 0", "after: 1"))
    assert report.problems == ()


@pytest.mark.parametrize(
    "veil", ["{after: 2}", "{views: [gradient]}", "{quantities: [f]}", "{views: [cell]}"]
)
def test_key_that_can_be_read_off_is_told(veil: str, tmp_path: Path) -> None:
    report = checked(tmp_path, SEEN.replace("{after: 0, views: [gradient]}", veil))
    (problem,) = report.problems
    assert problem.message == "what stays visible answers the question: the key reads c"
    assert "after: 1" in problem.advice


@pytest.mark.parametrize("veil", ["{quantities: [c]}", "{views: [cell, gates]}", "{after: 1}"])
def test_veiled_quantity_views_or_steps_hide_the_key(veil: str, tmp_path: Path) -> None:
    report = checked(tmp_path, SEEN.replace("{after: 0, views: [gradient]}", veil))
    assert report.problems == ()


def test_jacobian_is_seen_in_the_gradient_view(tmp_path: Path) -> None:
    seen = choice("direct(c, 4, 0) > 0.01").replace("{after: 0, views: [gradient]}", "{quantities: [c]}")
    report = checked(tmp_path, seen)
    assert "views: [gradient]" in report.problems[0].advice
    hidden = seen.replace("{quantities: [c]}", "{views: [gradient]}")
    assert checked(tmp_path, hidden).problems == ()


def test_changed_run_is_never_on_the_stage(tmp_path: Path) -> None:
    text = choice(r"changed(\"bias.f[1]\", 9, c[2, 1]) > 0.9").replace("after: 0, ", "")
    assert checked(tmp_path, text).problems == ()


def test_key_from_given_numbers_is_an_exercise(tmp_path: Path) -> None:
    text = choice("bias.f[1] + x[1, 1] > 0").replace("after: 0, ", "")
    assert checked(tmp_path, text).problems == ()


def test_reading_off_may_be_meant(tmp_path: Path) -> None:
    text = (
        SEEN.replace("after: 0", "after: 2")
        + "    dismiss: [{rule: visible-key, reason: Reading is the task.}]\n"
    )
    assert checked(tmp_path, text).problems == ()


def test_hint_with_the_right_options_words(tmp_path: Path) -> None:
    report = checked(tmp_path, choice("c[4, 1] > 0") + "    hints: [Is it that some of it remains?]\n")
    assert [problem.message for problem in report.problems] == ["the hint contains the answer"]


# -- warnings


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "Some of it remains",
            "Some of the old state certainly remains after the last step",
            "is the longest",
        ),
        ("Nothing of it remains", "None of the above", "speaks of the other options"),
        ("Say it.", "word " * 61, "61 words"),
    ],
)
def test_warnings(old: str, new: str, message: str, tmp_path: Path) -> None:
    report = checked(tmp_path, choice("c[4, 1] > 0").replace(old, new))
    assert any(message in problem.message and problem.severity == "warning" for problem in report.problems)
    assert report.passed


def test_warning_is_dismissed_with_a_reason(tmp_path: Path) -> None:
    text = choice("c[4, 1] > 0").replace("Say it.", "word " * 61)
    text += "    dismiss: [{rule: long-stem, reason: The setting needs it.}]\n"
    assert checked(tmp_path, text).problems == ()


def test_dismissal_of_nothing_known_is_told(tmp_path: Path) -> None:
    text = choice("c[4, 1] > 0") + "    dismiss: [{rule: long-stm, reason: The setting needs it.}]\n"
    (problem,) = checked(tmp_path, text).problems
    assert problem.advice == 'Did you mean "long-stem"?'


# -- what is promised to authors

GUIDE = (ROOT / "docs" / "bank-format.md").read_text(encoding="utf-8").split("```yaml\n")


def test_first_question_of_the_guide_is_confirmed(tmp_path: Path) -> None:
    path = tmp_path / "my-bank.yaml"
    path.write_text(GUIDE[1].split("```")[0], encoding="utf-8")
    report = check([path], MAP, Ticks(0.0))
    assert report.problems == ()
    assert [key.verdict for key in report.keys] == ["confirmed"]


def test_experiment_of_the_guide_runs(tmp_path: Path) -> None:
    described = GUIDE[2].split("```")[0]
    path = tmp_path / "bank.yaml"
    question = (
        COMMON % "single-choice" + "    experiment: two-cells\n    stage: {lane: gated, veil: {after: 0}}\n"
    )
    question += OPTIONS % ("in_lane(gated, f[2, 1]) == 1", "")
    path.write_text(HEAD.replace("questions:", described + "questions:") + question, encoding="utf-8")
    assert check([path], MAP, Ticks(0.0)).problems == ()


def test_every_warning_is_in_the_guide() -> None:
    assert all(f"`{rule}`" in GUIDE[-1] or rule in GUIDE[-1] for rule in RULES)


# -- the command line


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "content", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_command_confirms(tmp_path: Path) -> None:
    path = tmp_path / "bank.yaml"
    path.write_text(HEAD + choice("c[4, 1] > 0"))
    done = run("check", str(path))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "1 files, 1 questions, 0 errors; keys: 1 confirmed, 0 contradicted, 0 undecided.\n"


def test_command_says_where_and_what(tmp_path: Path) -> None:
    path = tmp_path / "bank.yaml"
    path.write_text(HEAD + choice("c[4, 1] < 0", ""))
    done = run("check", str(tmp_path))
    assert done.returncode == 1
    assert done.stdout.splitlines()[0].startswith(f"{path}:17:")
    assert "contradicted: b/q" in done.stdout


def test_command_names_what_it_could_not_decide(tmp_path: Path) -> None:
    path = tmp_path / "bank.yaml"
    path.write_text(HEAD + choice("c[4, 1] > 0", ""))
    done = run("check", str(path))
    assert done.returncode == 0
    assert "undecided: b/q: no holds at option 2" in done.stdout


def test_command_prints_the_schema() -> None:
    done = run("schema")
    assert done.returncode == 0
    assert done.stdout == (ROOT / "content" / "bank.schema.json").read_text(encoding="utf-8")
