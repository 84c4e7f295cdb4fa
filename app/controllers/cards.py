"""What a page shows of a question: texts with their numbers computed, options as ordered, typed controls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

import engine

if TYPE_CHECKING:
    from content.model import Bank, Control, Option, Question
    from content.variants import Variant

__all__ = ["Card", "ControlCard", "ExplainCard", "OptionCardData", "make_card"]


@dataclass(frozen=True)
class OptionCardData:
    """One option as shown.

    Attributes
    ----------
    index : int
        Its place in ``question.options``, which is what an answer names.
    letter : str
        A, B, C ... in the order shown.
    text : str
        Markdown.
    correct : bool
        The key.
    why : str
        Why it is right or wrong, Markdown.
    """

    index: int
    letter: str
    text: str
    correct: bool
    why: str


@dataclass(frozen=True)
class ControlCard:
    """One control: a place of the experiment with its range."""

    target: engine.Target
    label: str
    low: float
    high: float
    step: float
    when: str

    def is_live(self, answered: bool) -> bool:
        """Tell whether the learner may move it now."""
        return answered or self.when in ("before", "answer")


@dataclass(frozen=True)
class ExplainCard:
    """The learner's own small act of explaining: click one of ``nodes``, or choose among ``options``."""

    ask: str
    nodes: tuple[str, ...]
    options: tuple[OptionCardData, ...]


@dataclass(frozen=True)
class Card:
    """A variant, ready to be shown.

    Attributes
    ----------
    name : str
        Full name of the question.
    kind : str
        single-choice, multiple-choice, numeric or make-it-happen.
    bank : str
        Title of the bank.
    stem : str
        Markdown.
    veil : str
        What the stage hides until the answer, in a sentence of Markdown; empty if it hides nothing.
    options : tuple of OptionCardData
        In the order shown.
    hints : tuple of str
        Those that are said unconditionally, Markdown.
    controls : tuple of ControlCard
        Sliders under the stage.
    explain : ExplainCard or None
        What the learner is asked after the run.
    explanation : str
        The worked solution, Markdown.
    unit : str
        Written behind the number field.
    sources : tuple of str
        Where it stands in the literature.
    """

    name: str
    kind: str
    bank: str
    stem: str
    veil: str
    options: tuple[OptionCardData, ...]
    hints: tuple[str, ...]
    controls: tuple[ControlCard, ...]
    explain: ExplainCard | None
    explanation: str
    unit: str
    sources: tuple[str, ...]


def plain_hints(question: Question) -> tuple[str, ...]:
    """Return the hints that do not wait for a condition."""
    return tuple(hint.say for hint in question.hints if hint.when is None)


def make_card(bank: Bank, variant: Variant) -> Card:
    """Compute the texts of a variant.

    Raises
    ------
    ExpressionError
        For a number that cannot be computed; the checker finds those.
    """
    question = variant.question
    explain = question.explain
    return Card(
        name=f"{bank.id}/{question.id}",
        kind=question.kind,
        bank=bank.header.title,
        stem=variant.text(question.stem),
        veil=_veil_sentence(variant),
        options=_options(variant, variant.order),
        hints=tuple(variant.text(hint) for hint in plain_hints(question)),
        controls=tuple(_control(control) for control in question.controls),
        explain=None
        if explain is None
        else ExplainCard(
            variant.text(explain.ask),
            explain.nodes,
            tuple(_option(variant, option, index, index) for index, option in enumerate(explain.options)),
        ),
        explanation=variant.text(question.explanation),
        unit=question.answer.unit or "" if question.answer is not None else "",
        sources=question.sources,
    )


def _options(variant: Variant, order: tuple[int, ...]) -> tuple[OptionCardData, ...]:
    options = variant.question.options
    return tuple(_option(variant, options[index], index, place) for place, index in enumerate(order))


def _option(variant: Variant, option: Option, index: int, place: int) -> OptionCardData:
    letter = chr(ord("A") + place)
    return OptionCardData(index, letter, variant.text(option.text), option.correct, variant.text(option.why))


def _veil_sentence(variant: Variant) -> str:
    def tr(text: str) -> str:
        return QCoreApplication.translate("Card", text)

    veil = variant.question.stage.veil
    steps = variant.experiment.steps if variant.experiment is not None else 0
    if veil.after is None:
        if not veil.quantities and not veil.views:
            return ""
        return tr("Predict first: what would tell the answer stays hidden until then.")
    if veil.after >= steps:
        return tr("Predict first: the gradients stay hidden until you answer.")
    if veil.after > 0:
        return tr("Predict first: the run past $t = {0}$ stays hidden until you answer.").format(veil.after)
    return tr("Predict first: the run stays hidden until you answer.")


_LANES = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}


def _control(control: Control) -> ControlCard:
    target = engine.parse_target(control.target, control.lane)
    label = control.label or target.label
    if control.lane is not None and control.label is None:
        label = f"{_LANES.get(control.lane, control.lane)}: {label}"
    return ControlCard(target, label, control.low, control.high, control.step, control.when)
