"""The tables of the parts of a question: options, stage, controls, hints, parameters, keys."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .fields import Expression, Flag, Integer, MisconceptionId, Pattern, Real, Text, Word
from .model import (
    Control,
    Diagnosis,
    Dismissal,
    Expectation,
    ExplainStep,
    Hint,
    NumericAnswer,
    Option,
    Reveal,
    StageSetup,
    Veil,
)
from .nodes import MappingNode, Node
from .reader import INVALID, Invalid, Json, Reader, Type
from .tables import ByShape, Field, Many, Named, Table
from .words import (
    ID,
    LATER_VIEWS,
    MAX_PARAMETER_VALUES,
    MAX_STEPS,
    MAX_UNITS,
    NAME,
    NODE,
    PARAMETER_NAME,
    QUANTITY_NAME,
    VIEWS,
)

OPTION = Table(
    "option",
    "an option",
    (
        Field("text", Text(1000), "What the learner reads.", required=True, example="The gradient vanishes"),
        Field("correct", Flag(), "Whether it is right.", default=False),
        Field(
            "why",
            Text(),
            "Why it is right, or what thinking leads to it and what tells it apart.",
            required=True,
            example='"..."',
        ),
        Field("misconception", MisconceptionId(), "The wrong idea behind it."),
        Field("holds", Expression(), "True of the run, for every draw, exactly if the option is right."),
    ),
    lambda values: Option(**values),
    later=("wrong_model",),
)

VEIL = Table(
    "veil",
    "a veil",
    (
        Field("after", Integer(0, MAX_STEPS), "Steps later than this one are hidden."),
        Field(
            "quantities",
            Many(Pattern(QUANTITY_NAME, "the name of a quantity", "f"), 0, 40, "quantities"),
            "Quantities that are hidden at every step.",
            default=(),
        ),
        Field(
            "views",
            Many(Word((*VIEWS, *LATER_VIEWS), (), "view"), 0, 8, "views"),
            "Views that are hidden.",
            default=(),
        ),
    ),
    lambda values: Veil(values["after"], frozenset(values["quantities"]), frozenset(values["views"])),
)

STAGE = Table(
    "stage",
    "a stage",
    (
        Field(
            "view",
            Word(VIEWS, LATER_VIEWS, "view"),
            "What is shown before the answer.",
            default="cell",
            example="cell",
        ),
        Field("cursor", Integer(1, MAX_STEPS), "The current step.", default=1),
        Field("unit", Integer(1, MAX_UNITS), "The unit that is shown.", default=1),
        Field("lane", Pattern(NAME, "the name of a lane", "lstm"), "The lane that is shown."),
        Field("veil", VEIL, "What is hidden until the answer.", default=Veil()),
    ),
    lambda values: StageSetup(**values),
)

REVEAL = Table(
    "reveal",
    "a reveal",
    (
        Field(
            "view",
            Word(VIEWS, LATER_VIEWS, "view"),
            "What is shown after the answer.",
            default="cell",
            example="cell",
        ),
        Field(
            "watch",
            Many(Pattern(QUANTITY_NAME, "the name of a quantity", "c"), 0, 8, "quantities"),
            "Quantities to look at.",
            default=(),
        ),
        Field("unit", Integer(1, MAX_UNITS), "The unit to look at."),
        Field("decided_at", Integer(0, MAX_STEPS), "The step that decides the outcome."),
        Field("backward", Flag(), "Play the way back.", default=False),
    ),
    lambda values: Reveal(**values),
)

CONTROL = Table(
    "control",
    "a control",
    (
        Field(
            "set",
            Text(60, '"bias.f[5]"'),
            "The place that the slider sets.",
            required=True,
            example='"bias.f[5]"',
        ),
        Field(
            "range",
            Many(Real(), 2, 2, "numbers"),
            "Lowest and highest value.",
            required=True,
            example="[-6, 6]",
        ),
        Field("step", Real(1e-9), "Distance of neighbouring values.", required=True, example="0.1"),
        Field(
            "when",
            Word(("after", "before", "answer"), (), "time of a control"),
            "Free after the answer, before it, or itself the answer.",
            default="after",
        ),
        Field("label", Text(80), "What stands beside it; made from the place if absent."),
        Field("lane", Pattern(NAME, "the name of a lane", "lstm"), "The only lane it acts on."),
    ),
    lambda values: Control(
        values["set"],
        values["range"][0],
        values["range"][1],
        values["step"],
        values["when"],
        values["label"],
        values["lane"],
    ),
)

REASON = Table(
    "reason",
    "a reason",
    OPTION.fields[:4],
    lambda values: Option(**values),
)

EXPLAIN = Table(
    "explain",
    "an explain step",
    (
        Field(
            "ask",
            Text(500),
            "What is to be clicked or chosen.",
            required=True,
            example="Click the operation that decides it",
        ),
        Field(
            "nodes",
            Many(Pattern(NODE, "a part of the cell or a step", "forget-product or step-3"), 1, 20, "nodes"),
            "The parts of the picture that count as right.",
            default=(),
        ),
        Field("options", Many(REASON, 2, 6, "reasons"), "Reasons to choose from.", default=()),
    ),
    lambda values: ExplainStep(**values),
    one_of=("nodes", "options"),
)

HINT = Table(
    "hint",
    "a hint",
    (
        Field("say", Text(1000), "The hint.", required=True, example="Where to look first?"),
        Field("when", Expression(), "Said only where this is true of the run."),
    ),
    lambda values: Hint(**values),
)

HINT_OR_TEXT = ByShape("a hint", "Where to look first?", single=Text(1000), group=HINT)


@dataclass(frozen=True)
class ParameterValues(Type):
    """The values of a parameter, listed or counted up."""

    def read(self, node: Node, reader: Reader, path: str) -> Any:
        """Read the values that can be drawn, or `INVALID`."""
        listed = isinstance(node, MappingNode) and node.get("choose") is not None
        values = (CHOOSE if listed else STEPS).read(node, reader, path)
        if isinstance(values, Invalid):
            return INVALID
        if not values or len(values) > MAX_PARAMETER_VALUES:
            count = "no values" if not values else f"more than {MAX_PARAMETER_VALUES} values"
            return reader.report(node, f"{count} can be drawn", f"Let 1 to {MAX_PARAMETER_VALUES} remain.")
        if len(set(values)) != len(values):
            return reader.report(node, "a value stands twice", "Write every value once.")
        return values

    def schema(self, definitions: Json) -> Json:
        """Describe both forms."""
        return {"anyOf": [CHOOSE.schema(definitions), STEPS.schema(definitions)]}


def _count_up(values: Any) -> tuple[float, ...]:
    first, last, step = (Decimal(repr(values[name])) for name in ("from", "to", "step"))
    if last < first:
        return ()
    # One more than is allowed is enough to be refused.
    count = min(int((last - first) / step) + 1, MAX_PARAMETER_VALUES + len(values["except"]) + 1)
    left_out = set(values["except"])
    counted = (float(first + step * number) for number in range(count))
    return tuple(value for value in counted if value not in left_out)


CHOOSE = Table(
    "choose",
    "a parameter",
    (
        Field(
            "choose",
            Many(Real(), 1, MAX_PARAMETER_VALUES, "values"),
            "The values.",
            required=True,
            example="[0.5, 1, 2]",
        ),
    ),
    lambda values: values["choose"],
)

STEPS = Table(
    "steps",
    "a parameter",
    (
        Field("from", Real(), "The first value.", required=True, example="-0.9"),
        Field("to", Real(), "The last value.", required=True, example="0.9"),
        Field("step", Real(1e-9), "The distance of neighbours.", required=True, example="0.1"),
        Field("except", Many(Real(), 0, 100, "values"), "Values that are left out.", default=()),
    ),
    _count_up,
)

ANSWER = Table(
    "answer",
    "an answer",
    (
        Field("value", Expression(), "The key, one number.", required=True, example='"jacobian(h, 3, 1)"'),
        Field(
            "relative",
            Real(1e-9, 0.5, 0.02),
            "Accepted distance as a share of the key (0.01 if none is given).",
        ),
        Field("absolute", Real(1e-12, 1e9, 0.01), "Accepted distance."),
        Field("digits", Integer(1, 12), "The key rounded to so many significant digits is accepted."),
        Field("unit", Text(40), "What stands behind the field."),
    ),
    lambda values: NumericAnswer(
        **{**values, "relative": 0.01}
        if values["relative"] is None and values["absolute"] is None and values["digits"] is None
        else values
    ),
)

DIAGNOSIS = Table(
    "diagnosis",
    "a diagnosis",
    (
        Field("value", Expression(), "The wrong number.", required=True, example='"w ** 2"'),
        Field("misconception", MisconceptionId(), "The wrong idea that leads to it."),
        Field(
            "why",
            Text(),
            "What thinking leads to it, and what tells it apart.",
            required=True,
            example='"..."',
        ),
    ),
    lambda values: Diagnosis(**values),
)

EXPECTATION = Table(
    "expectation",
    "an expectation",
    (
        Field("value", Expression(), "What the engine computes.", required=True, example='"h[4, 1]"'),
        Field(
            "equals", Real(-1e308, 1e308), "The number found by other means.", required=True, example="0.2099"
        ),
        Field("relative", Real(0, 1, 0.001), "Accepted distance as a share.", default=1e-6),
        Field("absolute", Real(0, 1e9, 0.001), "Accepted distance; the larger of both counts."),
        Field(
            "draw",
            Named(Real(), PARAMETER_NAME, "parameter", "draw: {w: 0.5}", most=20),
            "The values of all parameters.",
            default=(),
        ),
    ),
    lambda values: Expectation(**values),
)

DISMISSAL = Table(
    "dismissal",
    "a dismissal",
    (
        Field(
            "rule",
            Pattern(ID, "the name of a warning", "long-key"),
            "The warning.",
            required=True,
            example="long-key",
        ),
        Field("reason", Text(500), "Why it is meant to be so.", required=True, example='"..."'),
    ),
    lambda values: Dismissal(**values),
)
