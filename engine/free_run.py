"""Free running within an experiment: each lane goes on from the input with what it says itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .draws import Draws
from .network import forward
from .trace import HeldValues

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .experiment import Input, Network
    from .trace import Held
    from .wrong_models import WrongModel

__all__ = ["read_on"]

Array = NDArray[np.float64]


def read_on(
    network: Network,
    parameters: Mapping[str, Array],
    x: Array,
    source: Input,
    *,
    states: Mapping[str, Array],
    held: Mapping[tuple[int, str], Held],
    wrong: WrongModel | None = None,
) -> tuple[Array, tuple[str, ...]]:
    """Fill in what a lane reads after the end of its input.

    Parameters
    ----------
    network : Network
        Reads forward only.
    parameters : mapping
        Of the network.
    x : ndarray
        (T, 1, I), the input and, behind it, room for the free steps.
    source : Input
        Says how many steps are free, and how what is said is chosen. With labels a token is chosen and fed
        back as its one-hot vector.
    states, held : mapping
        As for :func:`engine.network.forward`.
    wrong : WrongModel or None
        A deviation to run.

    Returns
    -------
    x : ndarray
        (T, 1, I), filled.
    labels : tuple of str
        What stands over each step, or empty.

    Notes
    -----
    What is fed back counts as data: the run over the filled input is an ordinary one, and no gradient passes
    through the choice. Where the read-out leaves the range of numbers, so does what is fed back.
    """
    from .generation import choose  # of use only here, and a start need not load it

    free = source.free
    assert free is not None
    filled = x.copy()
    vocabulary = list(dict.fromkeys(source.labels))
    labels = list(source.labels)
    draws = Draws(free.seed, "free running")
    first = len(source.values)
    low = 0
    for t in range(first, len(x)):
        part = {place: _rows(entries, low, t) for place, entries in held.items()}
        trace = forward(network, parameters, filled[low:t], states=states, held=part, wrong=wrong)
        states, low = trace.final(), t
        y = trace.judged[-1]
        if not np.isfinite(y).all():
            filled[t] = np.nan
            labels += [""] if vocabulary else []
            continue
        said, _ = choose(
            y, network.readout, tokens=bool(vocabulary), temperature=free.temperature, draws=draws
        )
        if vocabulary:
            filled[t, 0, int(said[0])] = 1.0
            labels.append(vocabulary[int(said[0])])
        else:
            filled[t] = said
    filled.flags.writeable = False
    return filled, tuple(labels)


def _rows(held: Held, low: int, high: int) -> Held:
    return {name: HeldValues(entry.mask[low:high], entry.values[low:high]) for name, entry in held.items()}
