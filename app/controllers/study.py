"""The loop of studying, predict, run, explain, return, as one object with signals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.storage import Explained, Finished, Flagged, Hinted, Retracted, Shown, Started, StoreError
from app.storage.projections import answer_of
from app.tutor.choice import candidates, plan_session
from app.tutor.session import Phase, QuestionState, Result, Session
from content.answers import AnswerError, ChoiceAnswer, SettingsAnswer
from content.asked import asked_text
from content.expressions import ExpressionError
from content.grader import grade
from content.numbers import NumberError
from content.variants import VariantError, draw, restore

from .cards import make_card, plain_hints
from .records import answered_record, shown_record, text_digest
from .table import Explanation, Table

if TYPE_CHECKING:
    from app.storage import Payload
    from app.storage.projections import ResumePoint
    from app.tutor.attempts import Certainty
    from app.tutor.choice import Choice
    from content.answers import Answer

    from .journal import Journal
    from .library import LibraryController

__all__ = ["StudyController", "Summary"]


@dataclass(frozen=True)
class Summary:
    """What came of a session: how many questions were answered, and how many of them right at first."""

    questions: int
    answered: int
    right: int


class StudyController(Table):
    """Asks the questions of a queue, one after the other.

    Every act that counts is written to the log before its effect is shown; one that cannot be written has no
    effect, is said by :attr:`failed`, and may be tried again.

    Parameters
    ----------
    journal : Journal
        The log.
    library : LibraryController
        Where questions are found.

    Attributes
    ----------
    finished : Signal(Summary)
        The queue is done.
    refused : Signal(str)
        An answer that cannot be checked as it is, such as a text that is no number; a sentence.
    failed : Signal(str, str)
        Something went wrong: a sentence and what to do.
    """

    finished = Signal(object)
    refused = Signal(str)
    failed = Signal(str, str)

    def __init__(self, journal: Journal, library: LibraryController, parent: QObject | None = None) -> None:
        super().__init__(library, parent)
        self._journal = journal

    # ------------------------------------------------------------------------------------- what can be begun

    def plan(self, *, bank: str | None = None, concept: str | None = None) -> tuple[Choice, ...]:
        """Return what "Study now" asks: wrong ones first, then new ones as taught, then the oldest."""
        return plan_session(
            candidates(self._library.banks),
            self._journal.attempts(),
            self._library.concept_order(),
            bank=bank,
            concept=concept,
        )

    def resume_point(self) -> ResumePoint | None:
        """Return where an unfinished session can be taken up; None if there is none or its banks are gone."""
        point = self._journal.resume_point()
        if point is None or self.session is not None:
            return None
        rest = point.session.queue[point.session.position :]
        return point if any(self._library.find(name) for name in rest) else None

    def begin(self, queue: tuple[str, ...], mode: str = "study", subject: str = "") -> bool:
        """Begin a session; one that is open is ended first. Return whether it began."""
        if not queue:
            return False
        left = self._journal.resume_point()
        ends = () if left is None else (left.session.uuid,)
        session = Session(self._journal.new_session(), queue)
        try:
            for uuid in ends:
                self._journal.write(uuid, Finished(completed=False))
            self._journal.write(session.uuid, Started(queue, mode, subject))
        except StoreError as error:
            self.failed.emit(error.sentence, error.advice)
            return False
        self.session = session
        return self._show_from_here()

    def resume(self, point: ResumePoint) -> bool:
        """Take up an unfinished session where it was left. Return whether there was anything to take up."""
        self.session = point.session
        asked = self._library.find(point.session.question)
        if asked is None or point.state is None or point.shown is None:
            return self._show_from_here()
        if text_digest(asked.question) != point.shown.text:
            # The bank was edited meanwhile: what was half done belongs to another text.
            return self._show_from_here()
        try:
            variant = restore(asked.question, point.shown.seed, point.shown.draws, point.shown.order)
            card = make_card(asked.bank, variant)
        except (ValueError, ExpressionError):
            return self._show_from_here()
        state = replace(point.state, retries=asked.question.goal is not None)
        answer = answer_of(point.answered) if point.answered is not None else None
        if state.result is not None and answer is not None:
            self.verdict = grade(variant, answer)
        if state.phase is Phase.RUN and not state.can_try_again:
            state = state.watched()
        self._put(variant, card, state)
        if isinstance(answer, SettingsAnswer):
            self._put_settings(answer.values)
        return True

    # ------------------------------------------------------------------------------------------ predicting

    def choose(self, answer: Answer) -> None:
        """Choose an answer; nothing is committed yet."""
        if self.state is not None and self.phase is Phase.PREDICT:
            self._become(self.state.choose(answer))

    def choose_option(self, index: int) -> None:
        """Choose an option of a single choice, or turn one of a multiple choice on or off."""
        if self.card is None or self.phase is not Phase.PREDICT:
            return
        now = self.answer.options if isinstance(self.answer, ChoiceAnswer) else frozenset()
        if self.card.kind == "multiple-choice":
            self.choose(ChoiceAnswer(now ^ {index}))
        else:
            self.choose(ChoiceAnswer(frozenset({index})))

    def set_control(self, number: int, value: float) -> None:
        """Move a control of the card: play, or where the setting is the answer, answer with it."""
        if self.card is None:
            return
        control = self.card.controls[number]
        if not control.is_live(self.is_open) or not self.playground.set_value(control.target, value):
            return
        if control.when == "answer" and self.phase is Phase.PREDICT:
            self.choose(SettingsAnswer(self._settings()))

    def say_certainty(self, certainty: Certainty | None) -> None:
        """Say how sure; saying the same again takes it back."""
        if self.state is not None and self.phase is Phase.PREDICT:
            again = certainty == self.state.certainty
            self._become(self.state.say_certainty(None if again else certainty))

    def take_back(self) -> None:
        """Return to the choice before; after the check, withdraw the answer so that it does not count."""
        if self.state is None or self.session is None:
            return
        if self.state.can_take_back:
            self._become(self.state.take_back())
            if self.question is not None and self.question.goal is not None:
                answer = self.answer
                self._put_settings(answer.values if isinstance(answer, SettingsAnswer) else self._from)
        elif self.state.can_retract and self.state.result is not None:
            if self._write(Retracted(self.state.question, self.state.result.event)) is None:
                return
            self._ask_anew(self.state.retract())

    def read_hint(self) -> None:
        """Read the next hint."""
        if self.state is None or not self.state.can_hint:
            return
        state = self.state.hint()
        if self._write(Hinted(state.question, state.hints_seen)) is not None:
            self._become(state)

    def check(self) -> None:
        """Commit the answer: grade it, write it down, and only then show what came of it."""
        answer = self.answer
        if self.state is None or self.variant is None or self.session is None:
            return
        if answer is None or not self.can_check:
            return
        try:
            verdict = grade(self.variant, answer)
        except (NumberError, AnswerError) as error:
            self.refused.emit(str(error))
            return
        except ExpressionError as error:
            self.failed.emit(self.tr("This question cannot be graded: {0}").format(error.message), "")
            return
        seconds = self._journal.seconds_since_shown(self.session.uuid)
        record = answered_record(self.variant, self.state, answer, verdict, seconds)
        written = self._write(record, texts=(asked_text(self.variant.question),))
        if written is None:
            return
        self.verdict = verdict
        state = self.state.check(Result(written, verdict.right, verdict.credit))
        # A pause only where there is something to decide: try again, or see what happened.
        self._become(state if state.can_try_again else state.watched())

    # ------------------------------------------------------------------------------------------ afterwards

    def go_on(self) -> None:
        """Do what comes next: see the run, skip the explaining, or go to the next question."""
        match self.phase:
            case Phase.RUN if self.state is not None:
                self._become(self.state.watched())
            case Phase.EXPLAIN_SELF if self.state is not None:
                self._become(self.state.explain())
            case Phase.EXPLAINED:
                self.next_question()

    def explain_node(self, node: str) -> None:
        """Take a click on the stage as the learner's explanation."""
        explain = self.card.explain if self.card is not None else None
        if explain is not None and explain.nodes:
            self._explain(node, node in explain.nodes)

    def choose_reason(self, index: int) -> None:
        """Choose a reason; nothing is committed yet."""
        explain = self.card.explain if self.card is not None else None
        known = explain is not None and 0 <= index < len(explain.options)
        if known and self.phase is Phase.EXPLAIN_SELF and index != self.reason:
            self.reason = index
            self.state_changed.emit()

    def give_reason(self) -> None:
        """Take the chosen reason as the learner's explanation."""
        explain = self.card.explain if self.card is not None else None
        if explain is not None and self.reason is not None:
            self._explain(str(self.reason), explain.options[self.reason].correct)

    def _explain(self, choice: str, right: bool) -> None:
        if self.state is None or self.phase is not Phase.EXPLAIN_SELF:
            return
        if self._write(Explained(self.state.question, choice, right)) is not None:
            self.explanation = Explanation(choice, right)
            self._become(self.state.explain())

    def try_again(self) -> None:
        """Try the same variant a second time, with one more hint."""
        if self.state is None or self.variant is None or self.session is None:
            return
        if not self.state.can_try_again:
            return
        state = self.state.try_again()
        texts = (asked_text(self.variant.question),)
        events: tuple[Shown | Hinted, ...] = (shown_record(self.variant, state, self.session.position),)
        if state.hints_seen > self.state.hints_seen:
            events = (*events, Hinted(state.question, state.hints_seen))
        if self._write(*events, texts=texts) is not None:
            self._ask_anew(state)

    def another_variant(self) -> None:
        """Ask the question again with other numbers."""
        if self.state is None or self.session is None or not self.state.can_take_sibling:
            return
        asked = self._library.find(self.state.question)
        state = self.state.sibling()
        if asked is not None:
            self._ask(state, self.session.seed(state.variant))

    def next_question(self) -> None:
        """Leave the question for the next one, or end the session after the last."""
        if self.state is None or self.session is None or self.phase is not Phase.EXPLAINED:
            return
        if self.session.is_last:
            self._finish()
            return
        self.session = self.session.advance()
        self._show_from_here()

    def flag(self) -> None:
        """Flag the question for a second look, or take the flag away."""
        if self.variant is None or self.state is None:
            return
        text = asked_text(self.variant.question)
        flagged = Flagged(self.state.question, text_digest(self.variant.question), not self.is_flagged)
        if self._write(flagged, texts=(text,)) is not None:
            self.is_flagged = not self.is_flagged
            self.state_changed.emit()

    def leave(self) -> None:
        """Put the session aside; it can be taken up again."""
        self.session = self.state = self.card = self.variant = self.verdict = self.explanation = None
        self.reason = None
        self.playground.open(None)
        self.question_changed.emit()

    # --------------------------------------------------------------------------------------------- within

    def _show_from_here(self) -> bool:
        """Show the question at the session's place, or the first after it that can be asked."""
        while self.session is not None:
            asked = self._library.find(self.session.question)
            if asked is not None:
                state = QuestionState(
                    self.session.question,
                    hints=len(plain_hints(asked.question)),
                    explains=asked.question.explain is not None,
                    varies=bool(asked.question.parameters),
                    # The run of a goal says what was missing, so it may be tried again without a hint.
                    retries=asked.question.goal is not None,
                )
                if self._ask(state, self.session.seed(state.variant)):
                    return True
            if self.session.is_last:
                self._finish()
                return False
            self.session = self.session.advance()
        return False

    def _ask(self, state: QuestionState, seed: int) -> bool:
        asked = self._library.find(state.question)
        if asked is None or self.session is None:
            return False
        try:
            variant = draw(asked.question, seed)
            card = make_card(asked.bank, variant)
        except (VariantError, ExpressionError) as error:
            self.failed.emit(
                self.tr("The question {0} cannot be asked: {1}").format(state.question, error),
                self.tr("Check its bank: python -m content check {0}").format(asked.bank.path),
            )
            return False
        texts = (asked_text(asked.question),)
        if self._write(shown_record(variant, state, self.session.position), texts=texts) is None:
            return False
        self.verdict = self.explanation = None
        self._put(variant, card, state)
        return True

    def _finish(self) -> None:
        assert self.session is not None
        answered = [a for a in self._journal.answers_in(self.session.uuid) if a.attempt == 1]
        summary = Summary(len(self.session.queue), len(answered), sum(a.right for a in answered))
        if self._write(Finished()) is not None:
            self.leave()
            self.finished.emit(summary)

    def _write(self, *payloads: Payload, texts: tuple[str, ...] = ()) -> str | None:
        """Write to the log; return the first event's uuid, or None after saying why it cannot be written."""
        assert self.session is not None
        try:
            return self._journal.write(self.session.uuid, *payloads, texts=texts)[0]
        except StoreError as error:
            self.failed.emit(error.sentence, error.advice)
            return None
