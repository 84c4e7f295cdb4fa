"""The words, bounds and patterns of the bank format; what speaks of networks is the engine's."""

from __future__ import annotations

from engine import ACTIVATIONS, CELLS, INITS, LIMITS, LOSSES, MERGES, READOUTS, RESETS, VARIANTS

__all__ = [
    "ACTIVATIONS",
    "BLOOM",
    "CELLS",
    "CELL_NODES",
    "ID",
    "INITS",
    "LANE_NAME",
    "LATER_KINDS",
    "LATER_VIEWS",
    "LOSSES",
    "MAX_EMBEDDING",
    "MAX_INPUTS",
    "MAX_LANES",
    "MAX_LAYERS",
    "MAX_PARAMETER_VALUES",
    "MAX_QUESTIONS",
    "MAX_STEPS",
    "MAX_UNITS",
    "MERGES",
    "NAME",
    "NODE",
    "PARAMETER_NAME",
    "QUANTITY_NAME",
    "READOUTS",
    "RESETS",
    "VARIANTS",
    "VIEWS",
]

MAX_STEPS = LIMITS.max_steps
MAX_UNITS = LIMITS.max_hidden
MAX_INPUTS = LIMITS.max_inputs
MAX_LANES = LIMITS.max_lanes
MAX_LAYERS = LIMITS.max_layers
MAX_EMBEDDING = LIMITS.max_embedding
MAX_QUESTIONS = 2000
MAX_PARAMETER_VALUES = 1000

VIEWS = ("cell", "gates", "gradient")
"""What the stage can show."""

LATER_VIEWS = ("unrolled", "arithmetic", "spectrum", "training", "surface")
"""Views of the format that this version does not draw; a veil may name them all the same."""

LATER_KINDS = ("true-false", "ordering", "matching", "cloze", "hotspot", "draw-curve", "bug-hunt")
"""Kinds of the format that this version does not ask."""

BLOOM = ("remember", "understand", "apply", "analyze", "evaluate", "create")

CELL_NODES = (
    "forget-sigmoid",
    "input-sigmoid",
    "output-sigmoid",
    "candidate-tanh",
    "forget-product",
    "input-product",
    "cell-sum",
    "output-tanh",
    "output-product",
    "mix-f",
    "mix-i",
    "mix-g",
    "mix-o",
    "mix",
    "tanh",
    "update-sigmoid",
    "reset-sigmoid",
    "reset-product",
    "candidate-sum",
    "complement",
    "keep-product",
    "new-product",
    "state-sum",
    "mix-z",
    "mix-r",
    "mix-q",
    "mix-n",
)
"""Parts of the drawn cell that can be clicked; `step-1`, `step-2`, ... are the steps of the time lines."""

ID = r"[a-z0-9]+(?:-[a-z0-9]+)*"
NAME = r"[a-z][a-z0-9_-]*"
LANE_NAME = r"[a-z][a-z0-9_]*"  # written bare in expressions
PARAMETER_NAME = r"[A-Za-z][A-Za-z0-9_]*"
QUANTITY_NAME = r"(?:[a-z][a-z_]*|grad\([a-z][a-z_]*\))"
NODE = "|".join((*CELL_NODES, "step-[1-9][0-9]{0,3}"))
