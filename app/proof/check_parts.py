"""Banks, typefaces, formulas, numbers: whether the parts are there that everything stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFontDatabase, QFontInfo, QFontMetricsF, QImage, QPainter

import engine
from app.theme import load_fonts, number_font, text_font
from app.theme.fonts import NUMBER_FAMILY, TEXT_FAMILY
from app.widgets import TextStore

from .ink import ink, pixels
from .report import Context, Failed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.widgets.blocks import Block
    from content.model import Question

__all__ = ["KINDS", "check_banks", "check_fonts", "check_formulas", "check_numbers", "trial"]

KINDS: Final = ("single-choice", "multiple-choice", "numeric", "make-it-happen")
"""Every kind of question."""

_FORMULA: Final = r"\frac{\partial L}{\partial h_0} = \prod_{t=1}^{T} \sigma'(z_t)\, W_{hh}^\top"
_LEAST_INK: Final = 0.04
_SIGNS: Final = "σ×−·∂∇‖½²₀₁₉ₜᶠⁱᵍᵒʳᶻⁿ⁻≤≥←→✓✗…“”›"
"""What the program writes besides letters and digits."""


def trial(cell: str = "lstm", units: int = 8, steps: int = 12) -> engine.Experiment:
    """Return an experiment in which everything moves."""
    network = engine.Network(cell=cell, hidden=units, init="gaussian", scale=1.1, seed=7)
    return engine.Experiment((engine.Lane(cell, network),), engine.Input.noise(steps, 3, seed=5))


def check_banks(context: Context) -> None:
    """Every shipped bank is read without a problem, and every kind of question is among them."""
    library = context.program.library
    questions = [question for bank in library.banks for question in bank.questions]
    context.figures["banks"] = len(library.banks)
    context.figures["questions"] = len(questions)
    context.figures["concepts"] = len(library.concepts.concepts)
    problems = [problem for problem in library.problems if problem.severity != "note"]
    if problems:
        first = problems[0]
        where = f"{first.place.file}:{first.place.line}:{first.place.column}"
        raise Failed(f"the shipped banks have {len(problems)} problems, first {where}: {first.message}")
    if not questions:
        raise Failed("there is no question to study")
    missing = [kind for kind in KINDS if all(question.kind != kind for question in questions)]
    if missing:
        raise Failed(f"no shipped bank has a question of the kind {' or '.join(missing)}")


def check_fonts(_context: Context) -> None:
    """Both typefaces are in use, in all their weights, and have the signs that are written."""
    unusable = load_fonts()
    if unusable:
        raise Failed(f"the font file {unusable[0]} cannot be used")
    for family, font in ((TEXT_FAMILY, text_font(15)), (NUMBER_FAMILY, number_font(15))):
        if family not in QFontDatabase.families():
            raise Failed(f"the typeface {family} is missing")
        taken = QFontInfo(font).family()
        if taken != family:
            raise Failed(f"Qt takes {taken} where {family} was asked for")
    for family, weight in ((TEXT_FAMILY, 400), (TEXT_FAMILY, 500), (TEXT_FAMILY, 600), (NUMBER_FAMILY, 500)):
        make = text_font if family == TEXT_FAMILY else number_font
        if QFontInfo(make(15, weight)).weight() != weight:
            raise Failed(f"the typeface {family} has no weight {weight}")
    metrics = QFontMetricsF(text_font(15)), QFontMetricsF(number_font(15))
    absent = [sign for sign in _SIGNS if not any(one.inFontUcs4(ord(sign)) for one in metrics)]
    if absent:
        raise Failed(f"neither typeface has {' '.join(absent)}")


def check_formulas(context: Context) -> None:
    """A formula becomes ink, and every formula of the shipped banks can be typeset."""
    store = TextStore()
    formula = store.formula(_FORMULA, display=True)
    if formula is None:
        raise Failed("a formula could not be typeset")
    px = 24.0
    image = QImage(
        max(1, round(formula.advance * px)),
        max(1, round((formula.ascent + formula.descent) * px)),
        QImage.Format.Format_RGB32,
    )
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    store.images.draw(painter, formula, px, QPointF(0.0, formula.ascent * px), QColor("#16202b"))
    painter.end()
    if ink(pixels(image)) < _LEAST_INK:
        raise Failed("a formula was drawn without ink")
    found: set[str] = set()
    for bank in context.program.library.banks:
        for question in bank.questions:
            for latex, display in _formulas(store, _texts(question)):
                found.add(latex)
                if store.formula(latex, display) is None:
                    raise Failed(f"{bank.id}/{question.id}: the formula ${latex}$ cannot be typeset")
    context.figures["formulas"] = len(found)


def _texts(question: Question) -> Iterator[str]:
    yield question.stem
    yield question.explanation
    for option in question.options:
        yield option.text
        yield option.why
    for hint in question.hints:
        yield hint.say


def _formulas(store: TextStore, texts: Iterable[str]) -> Iterator[tuple[str, bool]]:
    for text in texts:
        for block in store.blocks(text):
            for latex in _in_block(block):
                # One whose numbers are still to be computed is another formula when it is shown.
                if "<<" not in latex:
                    yield latex, block.kind == "math"


def _in_block(block: Block) -> Iterator[str]:
    cells = [block.spans, *(cell for row in block.rows for cell in row)]
    return (span.text for cell in cells for span in cell if span.kind == "math")


def check_numbers(_context: Context) -> None:
    """The LSTM obeys its equations, its gates vary, and its gradient is the slope of its loss."""
    experiment = trial()
    (run,) = engine.run(experiment)
    c, h = run.states("c"), run.states("h")
    f, i, g, o = (run.grid(name) for name in "figo")
    if not np.allclose(c[1:], f * c[:-1] + i * g, rtol=1e-12, atol=1e-14):
        raise Failed("the cell state is not f times its predecessor plus i times g")
    if not np.allclose(h[1:], o * np.tanh(c[1:]), rtol=1e-12, atol=1e-14):
        raise Failed("the hidden state is not o times tanh of the cell state")
    for name, gate in (("forget", f), ("input", i), ("output", o)):
        if np.ptp(gate, axis=0).min() < 1e-3:
            raise Failed(f"the {name} gate of a unit stays the same at all steps")
        if np.ptp(gate, axis=1).min() < 1e-3:
            raise Failed(f"the {name} gate is the same in all units")
    target, width = engine.parse_target("c[0, 3]"), 1e-5
    losses = [engine.run(experiment.changed(target, shift))[0].loss for shift in (-width, width)]
    slope = (losses[1] - losses[0]) / (2 * width)
    claimed = float(run.at("grad(c)", 0, 3))
    if abs(slope - claimed) > 1e-6 * abs(slope) + 1e-9:
        raise Failed(f"the gradient says {claimed:.6g} where the loss has the slope {slope:.6g}")
