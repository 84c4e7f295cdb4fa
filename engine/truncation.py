"""Backpropagation through time, cut short: over a window of so many steps, every so many steps.

The state passes every cut; only the gradient stops there (Williams and Peng 1990, BPTT(h; h')). So what
lies before the window gets no credit, and may still be known from the state that was carried on.

Examples
--------
A sequence of seven steps, read three at a time, each time with a gradient that reaches five steps back:

>>> for window in Truncation(window=5, stride=3).windows(7):
...     print(window)
Window(start=0, fresh=0, stop=3)
Window(start=1, fresh=3, stop=6)
Window(start=2, fresh=6, stop=7)

The gradient that it gives, beside the whole one:

>>> from engine import Network
>>> from engine.network import backward, draw_parameters, forward
>>> import numpy as np
>>> network = Network("rnn", hidden=3)
>>> parameters = draw_parameters(network, inputs=1)
>>> trace = forward(network, parameters, np.ones((7, 1, 1)))
>>> dv = np.ones_like(trace.out)
>>> cut = truncated_gradient(trace, parameters, dv, Truncation(2))
>>> whole = truncated_gradient(trace, parameters, dv, Truncation(7))
>>> bool(np.allclose(whole["weight_hh_l0"], backward(trace, parameters, dv).weights["weight_hh_l0"]))
True
>>> bool(np.allclose(whole["weight_hh_l0"], cut["weight_hh_l0"]))
False
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .initializers import layer_suffixes
from .network import backward

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .network import NetworkTrace

__all__ = ["Truncation", "Window", "states_after", "truncated_gradient"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Window:
    """One stretch of a sequence that a gradient runs back over.

    Attributes
    ----------
    start : int
        The gradient stops after this step: it reaches the steps start + 1 to stop.
    fresh : int
        The losses of the steps fresh + 1 to stop count here; those before have counted in earlier windows.
    stop : int
        Last step.
    """

    start: int
    fresh: int
    stop: int


@dataclass(frozen=True)
class Truncation:
    """How backpropagation is cut short.

    Attributes
    ----------
    window : int
        k2: how many steps the gradient reaches back from the end of a window.
    stride : int or None
        k1: how many new steps come with each window, at most ``window``; None for as many (windows side by
        side, as :mod:`torch` users do it with ``detach``).
    carry : bool
        The state at the beginning of a window is the one that was reached there; else it begins anew, and
        nothing before the window can be known at all.
    """

    window: int
    stride: int | None = None
    carry: bool = True

    def __post_init__(self) -> None:
        if self.window < 1:
            raise ValueError("a window has at least 1 step")
        if self.stride is not None and not 1 <= self.stride <= self.window:
            raise ValueError(f"a stride has 1 to {self.window} steps, no more than its window")

    def windows(self, steps: int) -> tuple[Window, ...]:
        """Cut a sequence of so many steps; every step's loss counts in exactly one window."""
        stride = self.window if self.stride is None else self.stride
        cuts = []
        for fresh in range(0, steps, stride):
            stop = min(fresh + stride, steps)
            start = fresh if stride == self.window else max(0, stop - self.window)
            cuts.append(Window(start, fresh, stop))
        return tuple(cuts)


def truncated_gradient(
    trace: NetworkTrace, parameters: Mapping[str, Array], dv: Array, truncation: Truncation
) -> dict[str, Array]:
    """Add up the windows' gradients over one forward pass: what truncation leaves of the whole gradient.

    In training the parameters move between windows; here they stand still, so both can be compared.

    Parameters
    ----------
    trace : NetworkTrace
        Of the whole sequence, the state carried through.
    parameters : mapping of str to ndarray
        As they were.
    dv : ndarray
        As for :func:`engine.network.backward`.
    truncation : Truncation
        Window and stride.

    Returns
    -------
    dict of ndarray
        Of every parameter. Equal to that of :func:`engine.network.backward` if the window holds all steps.

    Raises
    ------
    ValueError
        If the state is not carried: then the forward pass is another one, and so is each window's.
    """
    if not truncation.carry:
        raise ValueError("without carrying the state every window is a run of its own: run each by itself")
    windows = truncation.windows(trace.steps)
    if all(window.start == window.fresh for window in windows):
        cuts = [window.start for window in windows if window.start > 0]
        return dict(backward(trace, parameters, dv, cuts=cuts).weights)
    total = {name: np.zeros_like(value) for name, value in parameters.items()}
    for window in windows:
        fresh = np.zeros_like(dv)
        fresh[window.fresh : window.stop] = dv[window.fresh : window.stop]
        cuts = [window.start] if window.start > 0 else []
        for name, share in backward(trace, parameters, fresh, cuts=cuts).weights.items():
            total[name] += share
    return total


def states_after(trace: NetworkTrace, step: int) -> dict[str, Array]:
    """States after a step, (B, H) each, named as :func:`engine.network.forward` takes them.

    Parameters
    ----------
    trace : NetworkTrace
        Of a network that reads forward only.
    step : int
        0 (where it began) to T.

    Raises
    ------
    ValueError
        If the network is bidirectional: its reverse states at a step come from what follows.
    """
    if trace.network.bidirectional:
        raise ValueError(
            "a bidirectional network needs its whole sequence: it cannot be carried on from a step"
        )
    states: dict[str, Array] = {}
    for (end,), (layer,) in zip(layer_suffixes(trace.network), trace.layers, strict=True):
        states[f"h0{end}"] = layer.h[step].copy()
        if layer.c is not None:
            states[f"c0{end}"] = layer.c[step].copy()
    return states
