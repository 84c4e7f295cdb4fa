"""The tables of an experiment: networks, input, loss, interventions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from .fields import Flag, Integer, NumberOrExpression, Pattern, Text, Word
from .model import ChangeSpec, ExperimentSpec, FreeSpec, InputSpec, LaneSpec, LossSpec, NetworkSpec
from .nodes import ListNode, MappingNode, Node
from .reader import INVALID, Invalid, Json, Reader, Type
from .tables import ByShape, Field, Many, Named, Table
from .words import (
    ACTIVATIONS,
    CELLS,
    INITS,
    LANE_NAME,
    LOSSES,
    MAX_EMBEDDING,
    MAX_INPUTS,
    MAX_LANES,
    MAX_LAYERS,
    MAX_STEPS,
    MAX_UNITS,
    MERGES,
    NAME,
    READOUTS,
    RESETS,
    VARIANTS,
)


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
    outputs, kind = values["readout"] or (None, "linear")
    return NetworkSpec(**{**values, "outputs": outputs, "readout": kind})


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
        Field(
            "kind",
            Word(READOUTS, (), "read-out"),
            "What y is brought through: linear, softmax or sigmoid.",
            default="linear",
        ),
    ),
    lambda values: (values["outputs"], values["kind"]),
)

NETWORK = Table(
    "network",
    "a network",
    (
        Field("cell", Word(CELLS, (), "cell"), "The cell.", default="lstm", example="lstm"),
        Field(
            "variant",
            Word(tuple(name for name in VARIANTS if name), (), "variant"),
            "A variant of the LSTM (Greff et al. 2017); the usual cell if absent.",
            default="",
        ),
        Field(
            "reset",
            Word(RESETS, (), "place of the reset gate"),
            "Of a GRU: the reset gate acts after the recurrent matrix (as in PyTorch) or before it.",
            default="after",
        ),
        Field("layers", NumberOrExpression(1, MAX_LAYERS), "Number of stacked layers.", default=1),
        Field("bidirectional", Flag(), "Whether every layer also reads from the end.", default=False),
        Field(
            "merge",
            Word(MERGES, (), "merge"),
            "How the two directions' states make one vector.",
            default="concatenate",
        ),
        Field(
            "embedding",
            NumberOrExpression(1, MAX_EMBEDDING),
            "Size of learned vectors that stand for the input's entries; none if absent.",
        ),
        Field(
            "initial",
            Word(("zero", "learned"), (), "kind of initial state"),
            "Initial states: 0, or parameters of their own (h0_l0, c0_l0).",
            default="zero",
        ),
        Field("hidden", NumberOrExpression(1, MAX_UNITS), "Number of units H.", default=8),
        Field(
            "activation",
            Word(tuple(ACTIVATIONS), (), "activation"),
            "Activation of the plain cell.",
            default="tanh",
        ),
        Field(
            "init",
            Word(INITS, (), "init"),
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
                r"[a-z][a-z0-9_]*",
                "weight",
                "weight_hh_l0: [[0.5]]",
                most=64,
            ),
            "Given weights under PyTorch's names; a bias is one row.",
            default=(),
        ),
        Field("readout", READOUT, "A read-out of h: a linear layer, and what follows it."),
    ),
    _network,
    later=("direction", "dropout"),
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


FREE = Table(
    "free running",
    "a free running",
    (
        Field("steps", NumberOrExpression(1, MAX_STEPS), "How many steps.", required=True, example="5"),
        Field(
            "temperature",
            NumberOrExpression(0),
            "0 for the likeliest token at each step; above 0 it is drawn.",
            default=0.0,
        ),
        Field("seed", NumberOrExpression(0), "Seed of what is drawn.", default=0),
    ),
    lambda values: FreeSpec(**values),
)


def _input(values: Any) -> InputSpec:
    return replace(_given(values), free=values["free"])


def _given(values: Any) -> InputSpec:
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
        Field("free", FREE, "Further steps, at which each network reads what it said at the step before."),
        Field(
            "encoding",
            Word(("one-hot",), (), "encoding"),
            "How tokens are read; for an embedding of them say `embedding` in the network.",
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
            Word(LOSSES, (), "loss"),
            "What is summed over the judged steps; it reads the read-out where there is one, else h.",
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
            "One number for all, or one number or row per judged step; for cross-entropy a class from 1, for "
            "binary-cross-entropy numbers from 0 to 1.",
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
    return ExperimentSpec(lanes, values["input"], values["loss"], values["interventions"], values["truncate"])


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
        Field(
            "truncate",
            NumberOrExpression(1, MAX_STEPS),
            "Window of truncated BPTT: the gradient is cut after every so many steps; states are carried.",
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
