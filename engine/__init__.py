"""Recurrent networks small enough to look into: every intermediate, and its gradient, kept.

The engine knows numbers. It knows no questions, no data files, no clocks and no windows.

Examples
--------
>>> import engine
>>> network = engine.Network(cell="lstm", hidden=4, forget_bias=1.0, seed=3)
>>> experiment = engine.Experiment((engine.Lane("lstm", network),), engine.Input.impulse(1, 1.0, 6))
>>> (run,) = engine.run(experiment)
>>> run.grid("f").shape
(6, 4)
>>> bool((run.vector("grad(c)", 6) == run.paths(6)["above"]).all())
True

The descriptions are loaded at once, the rest when it is first asked for: who only says what is to be run need
not wait for what runs it, nor a study session for training, sweeps, wrong models or weights from files.

>>> engine.Adam(beta1=0.8)
Adam(beta1=0.8, beta2=0.999, epsilon=1e-08)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .activations import ACTIVATIONS
from .cells import CELLS, RESETS, VARIANTS, Cell
from .experiment import LIMITS, MERGES, Change, Experiment, Free, Input, Lane, Limits, Loss, Network
from .initializers import INITS
from .losses import LOSSES, READOUTS
from .targets import SETTINGS, Span, Target, TargetError, parse_target

if TYPE_CHECKING:
    from . import tasks
    from .clipping import ClipByNorm, ClipByValue
    from .decay import Decay, fit_decay, half_life
    from .generation import Generated, generate
    from .optimizers import SGD, Adam, Momentum, RMSProp
    from .quantities import Quantity, heat_quantities, measures, quantities_of, quantity, quantity_names
    from .runs import ExperimentError, LeftRange, Run, run
    from .seq2seq import EncoderDecoder
    from .sweeps import Sweep, joined, surface, sweep
    from .training import Checkpoint, Progress, Training, history, train
    from .truncation import Truncation, truncated_gradient
    from .weight_files import WeightsError
    from .weights import Weights, load_weights, save_weights
    from .worked import Arithmetic, arithmetic, format_number, ingredients
    from .wrong_models import WRONG_MODELS, WrongModel, wrong_model

_LATER = {
    "Adam": "optimizers",
    "Arithmetic": "worked",
    "Checkpoint": "training",
    "ClipByNorm": "clipping",
    "ClipByValue": "clipping",
    "Decay": "decay",
    "EncoderDecoder": "seq2seq",
    "ExperimentError": "runs",
    "Generated": "generation",
    "LeftRange": "runs",
    "Momentum": "optimizers",
    "Progress": "training",
    "Quantity": "quantities",
    "RMSProp": "optimizers",
    "Run": "runs",
    "SGD": "optimizers",
    "Sweep": "sweeps",
    "Training": "training",
    "Truncation": "truncation",
    "WRONG_MODELS": "wrong_models",
    "Weights": "weights",
    "WeightsError": "weight_files",
    "WrongModel": "wrong_models",
    "arithmetic": "worked",
    "fit_decay": "decay",
    "format_number": "worked",
    "generate": "generation",
    "half_life": "decay",
    "heat_quantities": "quantities",
    "history": "training",
    "ingredients": "worked",
    "joined": "sweeps",
    "load_weights": "weights",
    "measures": "quantities",
    "quantities_of": "quantities",
    "quantity": "quantities",
    "quantity_names": "quantities",
    "run": "runs",
    "save_weights": "weights",
    "surface": "sweeps",
    "sweep": "sweeps",
    "tasks": "tasks",
    "train": "training",
    "truncated_gradient": "truncation",
    "wrong_model": "wrong_models",
}


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module = import_module(f"{__name__}.{_LATER[name]}")
    found = globals()[name] = module if name == "tasks" else getattr(module, name)
    return found


__all__ = [
    "ACTIVATIONS",
    "CELLS",
    "INITS",
    "LIMITS",
    "LOSSES",
    "MERGES",
    "READOUTS",
    "RESETS",
    "SETTINGS",
    "SGD",
    "VARIANTS",
    "WRONG_MODELS",
    "Adam",
    "Arithmetic",
    "Cell",
    "Change",
    "Checkpoint",
    "ClipByNorm",
    "ClipByValue",
    "Decay",
    "EncoderDecoder",
    "Experiment",
    "ExperimentError",
    "Free",
    "Generated",
    "Input",
    "Lane",
    "LeftRange",
    "Limits",
    "Loss",
    "Momentum",
    "Network",
    "Progress",
    "Quantity",
    "RMSProp",
    "Run",
    "Span",
    "Sweep",
    "Target",
    "TargetError",
    "Training",
    "Truncation",
    "Weights",
    "WeightsError",
    "WrongModel",
    "arithmetic",
    "fit_decay",
    "format_number",
    "generate",
    "half_life",
    "heat_quantities",
    "history",
    "ingredients",
    "joined",
    "load_weights",
    "measures",
    "parse_target",
    "quantities_of",
    "quantity",
    "quantity_names",
    "run",
    "save_weights",
    "surface",
    "sweep",
    "tasks",
    "train",
    "truncated_gradient",
    "wrong_model",
]
