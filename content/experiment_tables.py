"""The tables of an experiment: networks, input, loss, interventions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from .fields import Integer, NumberOrExpression, Pattern, Text, Word
from .model import ChangeSpec, ExperimentSpec, InputSpec, LaneSpec, LossSpec, NetworkSpec
from .nodes import ListNode, MappingNode, Node
from .reader import INVALID, Invalid, Json, Reader, Type
from .tables import ByShape, Field, Many, Named, Table
from .words import LANE_NAME, MAX_INPUTS, MAX_LANES, MAX_STEPS, MAX_UNITS, NAME


@dataclass(frozen=True)
class Rows(Type):
    """Numbers in rows. A flat list is one row (`flat_is_row`) or one number per row."""

    flat_is_row: bool
    most_rows: int
    most_columns: int
    single: bool = False

    def read(self, node: Node, reader: Reader, path: str) -> Any:
        """Read rows of equal length, or `INVALID`."""
        number = NumberOrExpression()
        if self.single and not isinstance(node, ListNode):
            value = number.read(node, reader, path)
            return INVALID if value is INVALID else ((value,),)
        if not isinstance(node, ListNode) or not node.items:
            return reader.report(
                node, "a list of numbers is wanted here", "Write for example [1, 0, 0] or [[1, 0], [0, 1]]."
            )
        nested = [isinstance(item, ListNode) for item in node.items]
        if not any(nested):
            row = Many(number, 1, self.most_columns if self.flat_is_row else self.most_rows, "numbers").read(
                node, reader, path
            )
            if isinstance(row, Invalid):
                return INVALID
            return (row,) if self.flat_is_row else tuple((value,) for value in row)
        rows = Many(Many(number, 1, self.most_columns, "numbers"), 1, self.most_rows, "rows").read(
            node, reader, path
        )
        if isinstance(rows, Invalid):
            return INVALID
        for item, row in zip(node.items, rows, strict=True):
            if len(row) != len(rows[0]):
                return reader.report(
                    item,
                    f"this row has {len(row)} numbers, the first one {len(rows[0])}",
                    "Give every row as many numbers.",
                )
        return rows

    def schema(self, definitions: Json) -> Json:
        """Describe the shapes that are read."""
        number = NumberOrExpression().schema(definitions)
        row = {"type": "array", "items": number, "minItems": 1}
        shapes = [row, {"type": "array", "items": row, "minItems": 1}]
        return {"anyOf": [number, *shapes] if self.single else shapes}


def _network(values: Any) -> NetworkSpec:
    readout = values["readout"]
    return NetworkSpec(
        **{name: value for name, value in values.items() if name not in ("readout", "weights")},
        weights=values["weights"],
        outputs=readout,
    )


READOUT = Table(
    "readout",
    "a read-out",
    (
        Field(
            "outputs",
            Integer(1, MAX_INPUTS),
            "Number of outputs y of a linear layer on h.",
            required=True,
            example="1",
        ),
    ),
    lambda values: values["outputs"],
)

NETWORK = Table(
    "network",
    "a network",
    (
        Field("cell", Word(("rnn", "lstm"), ("gru",), "cell"), "The cell.", default="lstm", example="lstm"),
        Field("hidden", NumberOrExpression(1, MAX_UNITS), "Number of units H.", default=8),
        Field(
            "activation",
            Word(("tanh", "relu", "sigmoid", "identity"), (), "activation"),
            "Activation of the plain cell.",
            default="tanh",
        ),
        Field(
            "init",
            Word(("uniform", "glorot", "gaussian", "orthogonal", "identity", "zero"), (), "init"),
            "How weights that are not given are drawn.",
            default="uniform",
        ),
        Field("scale", NumberOrExpression(), "Factor on the drawn recurrent weights.", default=1.0),
        Field(
            "spectral_radius", NumberOrExpression(0), "Scale the recurrent weights to this radius (rnn only)."
        ),
        Field(
            "forget_bias",
            NumberOrExpression(),
            "Effective forget bias, the sum of both of PyTorch's (lstm only).",
        ),
        Field("seed", NumberOrExpression(0), "Seed of the drawn weights.", default=0),
        Field(
            "weights",
            Named(
                Rows(True, 4 * MAX_UNITS, MAX_INPUTS),
                r"[a-z_]+[0-9]*",
                "weight",
                "weight_hh_l0: [[0.5]]",
                most=8,
            ),
            "Given weights under PyTorch's names; a bias is one row.",
            default=(),
        ),
        Field("readout", READOUT, "A linear read-out of h."),
    ),
    _network,
    later=("layers", "direction", "bidirectional", "dropout"),
)

IMPULSE = Table(
    "impulse",
    "an impulse",
    (
        Field("at", NumberOrExpression(1, MAX_STEPS), "The step of the impulse.", default=1),
        Field("value", NumberOrExpression(), "Its height.", default=1.0),
        Field("length", NumberOrExpression(1, MAX_STEPS), "Number of steps T.", required=True, example="20"),
    ),
    lambda values: InputSpec("impulse", **values),
)

NOISE = Table(
    "noise",
    "a noise",
    (
        Field("length", NumberOrExpression(1, MAX_STEPS), "Number of steps T.", required=True, example="20"),
        Field("size", NumberOrExpression(1, MAX_INPUTS), "Numbers per step.", default=1),
        Field("seed", NumberOrExpression(0), "Seed of the numbers.", default=0),
    ),
    lambda values: InputSpec("noise", **values),
)


def _input(values: Any) -> InputSpec:
    for kind in ("impulse", "noise"):
        if values[kind] is not None:
            made: InputSpec = values[kind]
            return made
    if values["zeros"] is not None:
        return InputSpec("zeros", length=values["zeros"])
    if values["tokens"] is not None:
        return InputSpec("tokens", tokens=values["tokens"])
    return InputSpec("values", values=values["values"])


INPUT = Table(
    "input",
    "an input",
    (
        Field("values", Rows(False, MAX_STEPS, MAX_INPUTS), "One number or one list of numbers per step."),
        Field("tokens", Many(Text(100), 1, MAX_STEPS, "tokens"), "Words, read as one-hot vectors."),
        Field("zeros", NumberOrExpression(1, MAX_STEPS), "So many steps of the number 0."),
        Field("impulse", IMPULSE, "One number at one step, else 0."),
        Field("noise", NOISE, "Standard normal numbers."),
        Field(
            "encoding",
            Word(("one-hot",), ("embedding",), "encoding"),
            "How tokens are read.",
            default="one-hot",
        ),
    ),
    _input,
    later=("series", "task", "from"),
    one_of=("values", "tokens", "zeros", "impulse", "noise"),
)


def _loss(values: Any) -> LossSpec:
    at, target = values["at"], values["target"]
    if at == "last" and len(target) > 1 and all(len(row) == 1 for row in target):
        target = (tuple(row[0] for row in target),)  # one judged step: a flat list is its row
    return LossSpec(values["kind"], at, target)


LOSS = Table(
    "loss",
    "a loss",
    (
        Field(
            "kind",
            Word(("half-squared-norm", "squared-error", "half-squared-error", "cross-entropy"), (), "loss"),
            "What is summed over the judged steps; it reads y where there is a read-out, else h.",
            default="half-squared-norm",
        ),
        Field(
            "at",
            ByShape(
                "last, every or a list of steps",
                "last",
                single=Word(("last", "every"), (), "place of a loss"),
                many=Many(Integer(1, MAX_STEPS), 1, MAX_STEPS, "steps"),
            ),
            "The judged steps.",
            default="last",
        ),
        Field(
            "target",
            Rows(False, MAX_STEPS, MAX_UNITS, single=True),
            "One number for all, or one number or row per judged step; for cross-entropy a class from 1.",
            default=(),
        ),
    ),
    _loss,
)

INTERVENTION = Table(
    "intervention",
    "an intervention",
    (
        Field(
            "set",
            Text(60, '"force.f[5, 3..8]"'),
            "The place that is set.",
            required=True,
            example='"force.f"',
        ),
        Field("value", NumberOrExpression(), "What it is set to.", required=True, example="0.9"),
    ),
    lambda values: ChangeSpec(values["set"], values["value"]),
)


def _experiment(values: Any) -> ExperimentSpec:
    if values["lanes"] is not None:
        lanes = tuple(LaneSpec(name, network) for name, network in values["lanes"])
    else:
        network = values["network"]
        lanes = (LaneSpec(network.cell, network),)
    return ExperimentSpec(lanes, values["input"], values["loss"], values["interventions"])


EXPERIMENT = Table(
    "experiment",
    "an experiment",
    (
        Field("network", NETWORK, "The network, for a single lane."),
        Field(
            "lanes",
            Named(NETWORK, LANE_NAME, "lane", "lanes: {rnn: {cell: rnn}, lstm: {cell: lstm}}", 1, MAX_LANES),
            "Several networks side by side on the same input.",
        ),
        Field("input", INPUT, "What is read.", required=True, example="{values: [1, 0, 0]}"),
        Field("loss", LOSS, "What is minimised; half the squared norm of the last h if absent."),
        Field(
            "interventions",
            Many(INTERVENTION, 0, 50, "interventions"),
            "Gates, states, inputs, weights or settings set from outside.",
            default=(),
        ),
    ),
    _experiment,
    later=("training",),
    one_of=("network", "lanes"),
    elsewhere={"readout": "the network"},
)


@dataclass(frozen=True)
class Experiments(Type):
    """The named experiments of a bank; each is kept in the reader for the questions that name it."""

    def read(self, node: Node, reader: Reader, path: str) -> Any:
        """Read every experiment that can be read."""
        if not isinstance(node, MappingNode):
            return reader.report(
                node,
                "named experiments are wanted here",
                "Write a name, a colon, and the experiment's fields.",
            )
        for key, value in node.entries:
            here = f"{path}.{key.raw}"
            reader.spans[here] = value
            named = Pattern(NAME, "a name of small letters, digits and -", "held-gates").read(
                key, reader, here
            )
            spec = EXPERIMENT.read(value, reader, here)
            known = not isinstance(named, Invalid) and isinstance(spec, ExperimentSpec)
            reader.experiments[key.raw] = replace(spec, name=key.raw) if known else INVALID
        return tuple(spec for spec in reader.experiments.values() if isinstance(spec, ExperimentSpec))

    def schema(self, definitions: Json) -> Json:
        """Describe the group."""
        return {"type": "object", "additionalProperties": EXPERIMENT.schema(definitions)}
