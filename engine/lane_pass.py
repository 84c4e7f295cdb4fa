"""One lane of an experiment, computed as a whole: what the runs of its layers and directions share."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .factors import factors
from .free_run import read_on
from .losses import loss_terms
from .network import backward, forward, layer_parameters
from .resolve import set_up
from .trace import HeldValues

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .experiment import Experiment, Lane, Network
    from .network import NetworkGradient, NetworkTrace
    from .trace import ForwardTrace, Held
    from .wrong_models import WrongModel

__all__ = ["LanePass"]

Array = NDArray[np.float64]


class LanePass:
    """One lane's computation as a whole; runs of its layers and directions share it."""

    def __init__(self, experiment: Experiment, lane: Lane, wrong: WrongModel | None = None) -> None:
        setup = set_up(experiment, lane)
        self.experiment = experiment
        self.name = lane.name
        self.wrong = wrong
        self.network: Network = setup.lane.network if wrong is None else wrong.network(setup.lane.network)
        self.parameters: Mapping[str, Array] = MappingProxyType(dict(setup.parameters))
        self.held = setup.held
        self.window = setup.truncate
        held = {place: _processed(held, place[1]) for place, held in setup.held.items()}
        x, self.labels = setup.x, setup.source.labels
        if setup.source.free is not None:
            x, self.labels = read_on(
                self.network, self.parameters, x, setup.source, states=setup.states, held=held, wrong=wrong
            )
        self.trace: NetworkTrace = forward(
            self.network, self.parameters, x, states=setup.states, held=held, wrong=wrong
        )

    def sounds(self, *, gradients: bool) -> bool:
        """Tell by a few sums that all numbers are in range; False where that cannot be told so quickly.

        What is not summed is computed from what is: a gate from its z, p from y.
        """
        layers = (self.gradient if gradients else self.trace).layers
        sums = [0.0 if gradients else float(np.sum(self.losses[0]))]
        with np.errstate(all="ignore"):
            for trace in (trace for row in layers for trace in row):
                arrays = [trace.z, trace.h, trace.x, trace.c]
                if gradients:
                    arrays += [*trace.gates.values(), trace.tanh_c, trace.q]
                sums += [float(np.sum(array)) for array in arrays if array is not None]
            y = self.losses[1] if gradients else self.trace.judged
            sums.append(float(np.sum(y)))
        return all(math.isfinite(value) for value in sums)

    @cached_property
    def losses(self) -> tuple[Array, Array]:
        """Terms of the loss (T, 1) and their derivatives by what it reads (T, 1, N)."""
        loss = self.experiment.loss
        if self.wrong is not None:
            loss = self.wrong.loss(loss, self.trace.steps)
        return loss_terms(loss, self.trace.judged, readout=self.network.readout)

    @property
    def cuts(self) -> tuple[int, ...]:
        """Steps after which the gradient is cut."""
        steps, window = self.trace.steps, self.window
        if self.wrong is not None:
            return self.wrong.cuts(steps, window)
        return () if window is None else tuple(range(window, steps, window))

    @cached_property
    def gradient(self) -> NetworkGradient:
        """The way back from the whole loss."""
        return self.back(self.losses[1])

    def back(self, dv: Array) -> NetworkGradient:
        """Go back from any derivative by what the loss reads, (T, 1, N)."""
        gradient = backward(self.trace, self.parameters, dv, cuts=self.cuts, wrong=self.wrong)
        return gradient if self.wrong is None else _made_of(self.wrong, gradient)

    def factors_of(self, trace: ForwardTrace) -> Mapping[str, Array] | None:
        """Other factors of the way back than those of the trace."""
        return None if self.wrong is None else self.wrong.factors(trace, factors(trace))

    def parameters_back(self, end: str) -> dict[str, Array]:
        """Parameters of one layer and direction, short names, as the way back uses them."""
        own = layer_parameters(self.parameters, end)
        if self.wrong is None:
            return own
        return self.wrong.back(self.network, self.wrong.parameters(self.network, own))


def _made_of(wrong: WrongModel, gradient: NetworkGradient) -> NetworkGradient:
    """Let a wrong model have its way with the whole gradient, as one vector."""
    names = list(gradient.weights)
    flat = wrong.gradient(np.concatenate([gradient.weights[name].ravel() for name in names]))
    sizes = np.cumsum([gradient.weights[name].size for name in names])[:-1]
    parts = np.split(flat, sizes)
    weights = {
        name: part.reshape(gradient.weights[name].shape) for name, part in zip(names, parts, strict=True)
    }
    return replace(gradient, weights=weights)


def _processed(held: Held, direction: str) -> Held:
    """Turn what is held so that it stands in the order in which a direction is computed."""
    if direction == "forward":
        return held
    return {name: HeldValues(entry.mask[::-1], entry.values[::-1]) for name, entry in held.items()}
