"""What the log says of a question: shown, answered. Pure functions of what is on the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.storage import Answered, Json, Shown, digest_of
from content.answers import answer_to_data
from content.asked import asked_text

if TYPE_CHECKING:
    from app.tutor.session import QuestionState
    from content.answers import Answer
    from content.grader import Verdict
    from content.model import Question
    from content.variants import Variant

__all__ = ["answered_record", "shown_record", "text_digest"]


def text_digest(question: Question) -> str:
    """Return the name under which the log keeps a question's text as asked."""
    return digest_of(asked_text(question))


def shown_record(variant: Variant, state: QuestionState, position: int) -> Shown:
    """Return what the log says when a variant is shown.

    Parameters
    ----------
    variant : Variant
        What is shown.
    state : QuestionState
        Of the question, ready to be answered.
    position : int
        Its place in the queue, from 0.
    """
    return Shown(
        question=state.question,
        text=text_digest(variant.question),
        position=position,
        variant=state.variant,
        attempt=state.attempt,
        seed=variant.seed,
        draws=variant.draws,
        order=variant.order,
        hints=state.hints,
        explains=state.explains,
        varies=state.varies,
    )


def answered_record(
    variant: Variant, state: QuestionState, answer: Answer, verdict: Verdict, seconds: float | None
) -> Answered:
    """Return what the log says when an answer is checked.

    Parameters
    ----------
    variant, state
        What was asked, and the state it was answered in.
    answer : Answer
        What the learner gave.
    verdict : Verdict
        What it is worth.
    seconds : float or None
        Time from showing to checking.
    """
    numbers: tuple[tuple[str, float], ...] = ()
    if variant.question.answer is not None:
        numbers = (("key", variant.key_value()),)
    ideas = dict.fromkeys(said.misconception for said in verdict.feedback if said.misconception)
    return Answered(
        question=state.question,
        text=text_digest(variant.question),
        answer=Json.of(answer_to_data(answer)),
        credit=verdict.credit,
        right=verdict.right,
        variant=state.variant,
        attempt=state.attempt,
        seed=variant.seed,
        draws=variant.draws,
        order=variant.order,
        hints=state.hints_seen,
        certainty=None if state.certainty is None else str(state.certainty),
        misconceptions=tuple(ideas),
        numbers=numbers,
        seconds=seconds,
    )
