"""Recurrent networks small enough to look into: every intermediate, and its gradient, kept.

The engine knows numbers. It knows no questions, no files, no clocks and no windows.

Examples
--------
>>> import engine
>>> network = engine.Network(cell="lstm", hidden=4, forget_bias=1.0, seed=3)
>>> experiment = engine.Experiment((engine.Lane("lstm", network),), engine.Input.impulse(1, 1.0, 6))
>>> (run,) = engine.run(experiment)
>>> run.grid("f").shape
(6, 4)
>>> bool((run.vector("grad(c)", 6) == run.paths(6)["loss"]).all())
True
"""

from .arithmetic import Arithmetic, arithmetic, format_number
from .decay import Decay, fit_decay, half_life
from .experiment import LIMITS, Change, Experiment, Input, Lane, Limits, Loss, Network
from .quantities import Quantity, quantities_of, quantity, quantity_names
from .run import ExperimentError, LeftRange, Run, run
from .targets import SETTINGS, Span, Target, TargetError, parse_target

__all__ = [
    "LIMITS",
    "SETTINGS",
    "Arithmetic",
    "Change",
    "Decay",
    "Experiment",
    "ExperimentError",
    "Input",
    "Lane",
    "LeftRange",
    "Limits",
    "Loss",
    "Network",
    "Quantity",
    "Run",
    "Span",
    "Target",
    "TargetError",
    "arithmetic",
    "fit_decay",
    "format_number",
    "half_life",
    "parse_target",
    "quantities_of",
    "quantity",
    "quantity_names",
    "run",
]
