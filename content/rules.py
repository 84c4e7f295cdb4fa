"""What must be true of a question whatever its experiment computes: keys, options, settings, pictures.

Every rule yields `Found`: a path below the question, a sentence, and what to do.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

from .files import is_inside
from .readings import reserved_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import Control, Option, Question

MAX_FORMULA = 400
"""The longest formula, in characters of TeX."""

MAX_PICTURE_BYTES = 4 * 1024 * 1024

_PICTURE = re.compile(r"!\[([^\]\[]{0,1000})\]\(\s*(<[^<>\n]{0,500}>|[^\s()]{0,500})[^()]{0,500}\)")
_REFERENCE_PICTURE = re.compile(r"!\[[^\]\[]{0,1000}\]\s?\[")
_PICTURE_ENDINGS = {".png", ".jpg", ".jpeg", ".svg", ".webp", ".gif"}


@dataclass(frozen=True)
class Found:
    """Something wrong with a question."""

    path: str
    message: str
    advice: str = ""
    fragment: str = ""
    """A piece of the text at `path` by which the line is found."""
    offset: int | None = None
    """Where in the text at `path` it is, from 0, if that is known."""
    severity: str = "error"
    rule: str = ""
    """The name under which a warning can be dismissed."""


def texts_of(question: Question) -> Iterator[tuple[str, str]]:
    """Every text a learner may read, with its path below the question."""
    yield "stem", question.stem
    for i, option in enumerate(question.options):
        yield f"options[{i}].text", option.text
        yield f"options[{i}].why", option.why
    for i, diagnosis in enumerate(question.diagnose):
        yield f"diagnose[{i}].why", diagnosis.why
    for i, hint in enumerate(question.hints):
        yield (f"hints[{i}]" if hint.when is None else f"hints[{i}].say"), hint.say
    if question.explain is not None:
        yield "explain.ask", question.explain.ask
        for i, option in enumerate(question.explain.options):
            yield f"explain.options[{i}].text", option.text
            yield f"explain.options[{i}].why", option.why
    if question.explanation:
        yield "explanation", question.explanation


def broken_rules(question: Question, folder: Path | None) -> Iterator[Found]:
    """Check a question by itself.

    Parameters
    ----------
    question : Question
        As read.
    folder : Path or None
        The bank's folder, for its pictures; None where there is none, and no picture is allowed.
    """
    if question.kind in ("single-choice", "multiple-choice"):
        yield from _choice(question.options, "options", single=question.kind == "single-choice")
        yield from _distractors(question)
    if question.explain is not None and question.explain.options:
        yield from _choice(question.explain.options, "explain.options", single=False)
    for i, control in enumerate(question.controls):
        yield from _control(control, f"controls[{i}]")
    yield from _goal(question)
    yield from _experiment_needed(question)
    yield from _parameters(question)
    for path, text in texts_of(question):
        yield from _formulas(path, text)
        yield from _pictures(path, text, folder)


def _choice(options: tuple[Option, ...], path: str, *, single: bool) -> Iterator[Found]:
    right = [i for i, option in enumerate(options) if option.correct]
    if not right:
        yield Found(path, "no option is correct", 'Add "correct: true" to the right one.')
    if single and len(right) > 1:
        yield Found(
            f"{path}[{right[1]}]",
            f"{len(right)} options are correct, a single-choice question has one",
            'Leave "correct: true" at one of them, or write kind: multiple-choice.',
        )
    seen: dict[str, int] = {}
    for i, option in enumerate(options):
        text = " ".join(unicodedata.normalize("NFKC", option.text).casefold().split()).rstrip(".")
        if text in seen:
            yield Found(
                f"{path}[{i}].text",
                f"the options {seen[text] + 1} and {i + 1} say the same",
                "Change or delete one.",
            )
        seen.setdefault(text, i)


def _distractors(question: Question) -> Iterator[Found]:
    for i, option in enumerate(question.options):
        if not option.correct and option.misconception is None:
            yield Found(
                f"options[{i}]",
                "a wrong option names no misconception",
                "Add misconception: and the id of the idea behind it.",
            )


def _control(control: Control, path: str) -> Iterator[Found]:
    if control.low >= control.high:
        yield Found(
            f"{path}.range",
            f"the range {control.low:g} to {control.high:g} is empty",
            "Write the lower number first.",
        )
    elif control.step > control.high - control.low:
        yield Found(f"{path}.step", "the step is larger than the range", "Write a smaller step.")


def _goal(question: Question) -> Iterator[Found]:
    answering = question.answer_controls
    if question.goal is None:
        for i, control in enumerate(question.controls):
            if control.when == "answer":
                yield Found(
                    f"controls[{i}].when",
                    "only in make-it-happen is a control the answer",
                    "Write when: before or when: after.",
                )
        return
    if not answering:
        yield Found(
            "controls" if question.controls else "",
            "no control is the answer",
            "Add when: answer to a control.",
        )
        return
    settings = [("start", question.goal.start)]
    settings += [(f"passes[{i}]", numbers) for i, numbers in enumerate(question.goal.passes)]
    settings += [(f"fails[{i}]", numbers) for i, numbers in enumerate(question.goal.fails)]
    for path, numbers in settings:
        if len(numbers) != len(answering):
            yield Found(
                path,
                f"{len(numbers)} numbers stand here for {len(answering)} answering controls",
                "Write one number for each control with when: answer, in their order.",
            )
            continue
        for number, control in zip(numbers, answering, strict=True):
            if not control.low <= number <= control.high:
                yield Found(
                    path,
                    f"{number:g} is outside the range {control.low:g} to {control.high:g} of its slider",
                    "Change the number or the range.",
                )


def _experiment_needed(question: Question) -> Iterator[Found]:
    if question.experiment is not None:
        lanes = {lane.name for lane in question.experiment.lanes}
        named = [("stage.lane", question.stage.lane)]
        named += [(f"controls[{i}].lane", control.lane) for i, control in enumerate(question.controls)]
        for path, lane in named:
            if lane is not None and lane not in lanes:
                yield Found(path, f'there is no lane "{lane}"', f"Write one of: {', '.join(sorted(lanes))}.")
        return
    wanted = {
        "controls": bool(question.controls),
        "reveal": question.reveal is not None,
        "goal": question.goal is not None,
    }
    for path, stands in wanted.items():
        if stands:
            yield Found(path, f'"{path}" needs an experiment', "Add the field experiment.")


def _parameters(question: Question) -> Iterator[Found]:
    for parameter in question.parameters:
        if parameter.name in reserved_names():
            yield Found(
                f"parameters.{parameter.name}",
                f'"{parameter.name}" has a meaning of its own in expressions',
                f"Name the parameter otherwise, such as {parameter.name}0.",
            )
    names = {parameter.name for parameter in question.parameters}
    if question.where is not None and not names:
        yield Found("where", '"where" needs parameters', "Leave it out.")
    for i, expectation in enumerate(question.expect):
        drawn = {name for name, _ in expectation.draw}
        path = f"expect[{i}]"
        for extra in sorted(drawn - names):
            yield Found(
                f"{path}.draw.{extra}", f'"{extra}" is no parameter of this question', "Leave it out."
            )
        if names - drawn:
            missing = ", ".join(sorted(names - drawn))
            yield Found(
                path, f"the draw says no value for {missing}", "Write a value for every parameter under draw."
            )


def formulas(text: str) -> Iterator[tuple[str, bool]]:
    """The formulas between dollar signs, in order; with whether the closing sign stands."""
    pieces = re.split(r"(?<!\\)(\$\$?)", text)
    index = 1
    while index < len(pieces):
        sign = pieces[index]
        end = next((j for j in range(index + 2, len(pieces), 2) if pieces[j] == sign), None)
        if end is None:
            yield pieces[index + 1], False
            return
        yield "".join(pieces[index + 1 : end]), True
        index = end + 2


def _formulas(path: str, text: str) -> Iterator[Found]:
    for formula, closed in formulas(text):
        if not closed:
            yield Found(
                path,
                "a formula is opened by $ and not closed",
                r"Close it with $, or write \$ for a dollar.",
                f"${formula[:20]}",
            )
        elif len(formula) > MAX_FORMULA:
            yield Found(
                path,
                f"a formula has {len(formula)} characters, at most {MAX_FORMULA} are drawn",
                "Split it into several.",
                formula.strip()[:20],
            )


def _pictures(path: str, text: str, folder: Path | None) -> Iterator[Found]:
    if "![" not in text:
        return
    if _REFERENCE_PICTURE.search(text):
        yield Found(path, "a picture by reference is not read", "Write ![what it shows](picture.png).", "![")
    for found in _PICTURE.finditer(text):
        said, name = found.group(1), found.group(2).strip("<>")
        if not said.strip():
            yield Found(
                path,
                "the picture has no alternative text",
                "Say what it shows between [ and ].",
                found.group(0)[:20],
            )
        trouble = _picture_trouble(name, folder)
        if trouble is not None:
            yield Found(path, trouble[0], trouble[1], found.group(0)[:60])


def _picture_trouble(name: str, folder: Path | None) -> tuple[str, str] | None:
    inside = "Put the picture into the bank's own folder and write its name."
    windows = PureWindowsPath(name)
    if not name or ":" in name or "%" in name or "\\" in name or windows.is_absolute() or windows.drive:
        return "a picture is named by a path within the bank's folder", inside
    relative = PurePosixPath(name)
    if relative.is_absolute() or ".." in relative.parts:
        return "the picture lies outside the bank's folder", inside
    if relative.suffix.lower() not in _PICTURE_ENDINGS:
        return f'"{name[:60]}" is not a picture that can be shown', "Use PNG, JPEG, SVG, WebP or GIF."
    if folder is None:
        return "a bank without a folder has no pictures", inside
    file = folder / relative
    if not is_inside(file, folder.resolve()):
        return "the picture lies outside the bank's folder", inside
    if not file.is_file():
        return (
            f'there is no picture "{name[:60]}" in the bank\'s folder',
            "Check its name; small and capital letters differ.",
        )
    if file.stat().st_size > MAX_PICTURE_BYTES:
        return (
            f'the picture "{name[:60]}" is larger than {MAX_PICTURE_BYTES // 1024 // 1024} MB',
            "Make it smaller.",
        )
    return None
