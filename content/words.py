"""The words, bounds and patterns of the bank format."""

from __future__ import annotations

MAX_STEPS = 1000
MAX_UNITS = 128
MAX_INPUTS = 256
MAX_LANES = 4
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
)
"""Parts of the drawn cell that can be clicked; `step-1`, `step-2`, ... are the steps of the time lines."""

ID = r"[a-z0-9]+(?:-[a-z0-9]+)*"
NAME = r"[a-z][a-z0-9_-]*"
LANE_NAME = r"[a-z][a-z0-9_]*"  # written bare in expressions
PARAMETER_NAME = r"[A-Za-z][A-Za-z0-9_]*"
QUANTITY_NAME = r"(?:[a-z][a-z_]*|grad\([a-z][a-z_]*\))"
NODE = "|".join((*CELL_NODES, "step-[1-9][0-9]{0,3}"))
