"""The sentences of Home: what the numbers of its summary say, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from app.controllers.home import BankFile, HomeSummary, Plan, Tally
    from content.model import Problem

__all__ = [
    "answers",
    "banks",
    "concept_counts",
    "files_note",
    "greeting",
    "headline",
    "plan_parts",
    "problems",
    "questions",
    "session",
    "trouble",
]


def _tr(text: str) -> str:
    return QCoreApplication.translate("Home", text)


def questions(count: int) -> str:
    """Return "1 question", "3 questions"."""
    return _tr("1 question") if count == 1 else _tr("{0} questions").format(count)


def banks(count: int) -> str:
    """Return "1 bank", "3 banks"."""
    return _tr("1 bank") if count == 1 else _tr("{0} banks").format(count)


def problems(count: int) -> str:
    """Return "1 problem", "3 problems"."""
    return _tr("1 problem") if count == 1 else _tr("{0} problems").format(count)


def trouble(found: tuple[Problem, ...]) -> str:
    """Return "× 2 errors" or, where there are only lesser problems, their number."""
    errors = sum(problem.severity == "error" for problem in found)
    if not errors:
        return problems(len(found))
    return f"× {_tr('1 error') if errors == 1 else _tr('{0} errors').format(errors)}"


def greeting(hour: int) -> str:
    """Greet as the learner's clock has it."""
    if 5 <= hour < 12:
        return _tr("Good morning")
    if 12 <= hour < 18:
        return _tr("Good afternoon")
    return _tr("Good evening")


def headline(summary: HomeSummary) -> str:
    """Say what there is to do."""
    tally = summary.tally
    if summary.resume is not None:
        return _tr("Go on where you were: question {0} of {1}").format(
            summary.resume.number, summary.resume.of
        )
    if not tally.questions:
        return _tr("There are no questions yet")
    new = _tr("1 new question") if tally.new == 1 else _tr("{0} new questions").format(tally.new)
    if tally.wrong and tally.new:
        return _tr("{0} to put right, {1}").format(tally.wrong, new)
    if tally.wrong == 1:
        return _tr("1 question to put right")
    if tally.wrong:
        return _tr("{0} questions to put right").format(tally.wrong)
    if tally.new == 1:
        return _tr("1 new question is waiting")
    if tally.new:
        return _tr("{0} new questions are waiting").format(tally.new)
    return _tr("Everything answered right once; the longest unseen comes first")


def plan_parts(plan: Plan) -> str:
    """Return "3 to put right, 13 new, 4 to see again", without what is none."""
    parts = [
        _tr("{0} to put right").format(plan.wrong) if plan.wrong else "",
        _tr("{0} new").format(plan.new) if plan.new else "",
        _tr("{0} to see again").format(plan.seen) if plan.seen else "",
    ]
    return ", ".join(part for part in parts if part)


def session(summary: HomeSummary) -> str:
    """Say how long a session would be, of what, and what it ends."""
    plan = summary.plan
    if not plan.length:
        return ""
    again = summary.resume is not None
    said = (_tr("A new session asks {0}.") if again else _tr("This session asks {0}.")).format(_asked(plan))
    if summary.tally.questions > plan.length:
        most = _tr("at most {0} at a time").format(summary.longest)
        said = f"{said.removesuffix('.')}; {most}."
    return f"{said} {_tr('It ends the one you left; its answers stay.')}" if again else said


def _asked(plan: Plan) -> str:
    if plan.new == plan.length:
        return _tr("1 new question") if plan.new == 1 else _tr("{0} new questions").format(plan.new)
    if plan.wrong == plan.length:
        return _tr("{0} to put right").format(questions(plan.wrong))
    if plan.seen == plan.length:
        return _tr("{0} to see again").format(questions(plan.seen))
    return f"{questions(plan.length)}: {plan_parts(plan)}"


def answers(tally: Tally) -> str:
    """Return "2 right, 1 wrong, 3 not answered yet", without what is none."""
    parts = [
        _tr("{0} right").format(tally.right) if tally.right else "",
        _tr("{0} wrong").format(tally.wrong) if tally.wrong else "",
        _tr("{0} not answered yet").format(tally.new) if tally.answered and tally.new else "",
    ]
    said = ", ".join(part for part in parts if part)
    return said or (_tr("not answered yet") if tally.questions else "")


def concept_counts(tally: Tally, touching: int) -> str:
    """Say how many questions a concept has and how they stand."""
    more = ""
    if touching:
        one = _tr("1 other touches it")
        more = one if touching == 1 else _tr("{0} others touch it").format(touching)
    if not tally.questions:
        if not touching:
            return _tr("None of your banks has a question on this yet.")
        return _tr("No question is mainly about this; {0}.").format(more)
    said = f"{questions(tally.questions)}: {answers(tally)}"
    return f"{said}; {more}." if more else f"{said}."


def files_note(file: BankFile) -> str:
    """Say what a file holds: "16 questions, 3 right, 1 wrong, 12 not answered yet"."""
    if not file.tally.questions:
        return (
            _tr("No question could be read from this file.")
            if not file.bank_id
            else _tr("No usable question.")
        )
    return _tr("{0}: {1}").format(questions(file.tally.questions), answers(file.tally))
