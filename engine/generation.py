"""Free running: a network reads what it has said itself.

What is fed back counts as data. A choice has no slope, so no gradient passes through it; that is why
training feeds the wanted symbols instead (teacher forcing), and why what is generated may drift off from
what was trained.

Examples
--------
A network that says 1 after 0, 2 after 1, 0 after 2, whatever it remembers:

>>> import numpy as np
>>> from engine import Network
>>> from engine.draws import Draws
>>> from engine.network import draw_parameters
>>> network = Network("rnn", hidden=3, activation="identity", init="zero", outputs=3, readout="softmax")
>>> parameters = draw_parameters(network, inputs=3)
>>> parameters["weight_ih_l0"] = np.roll(np.eye(3), 1, axis=0)
>>> parameters["weight_y"] = 2.0 * np.eye(3)
>>> said = generate(network, parameters, np.array([[0]]), steps=7)
>>> said.values[:, 0].tolist()
[1, 2, 0, 1, 2, 0, 1]

Warmer, it errs:

>>> said = generate(network, parameters, np.array([[0]]), steps=7, temperature=2.0, draws=Draws(4, "said"))
>>> said.values[:, 0].tolist(), np.round(said.p[0, 0], 2).tolist()
([1, 2, 0, 1, 2, 2, 0], [0.21, 0.58, 0.21])
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .losses import read_out
from .network import forward

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .draws import Draws
    from .experiment import Network

__all__ = ["Generated", "choose", "generate"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Generated:
    """What a network said by itself.

    Attributes
    ----------
    values : ndarray
        What was said and fed back: tokens (S, B) counted from 0, or numbers (S, B, O).
    y : ndarray
        The read-out before softmax or sigmoid, (S, B, O).
    p : ndarray or None
        (S, B, O), the probabilities that the choice was made by, at its temperature (at 1 where the choice
        was greedy). None for numbers fed back as they are.
    lengths : ndarray of int
        (B,), how many steps each sequence took to say ``end``, with it; S where it never did.
    states : mapping of str to ndarray
        After all that was read, named as :func:`engine.network.forward` takes them. What was said last has
        not been read yet: to go on, hand it in as the next prompt together with these states.
    """

    values: NDArray[Any]
    y: Array
    p: Array | None
    lengths: NDArray[np.int64]
    states: Mapping[str, Array]


def generate(
    network: Network,
    parameters: Mapping[str, Array],
    prompt: NDArray[Any],
    steps: int,
    *,
    temperature: float = 0.0,
    draws: Draws | None = None,
    states: Mapping[str, Array] | None = None,
    end: int | None = None,
) -> Generated:
    r"""Let a network run on from a prompt.

    Tokens are chosen by :math:`p = \mathrm{softmax}(y / \tau)`, at temperature :math:`\tau = 0` the
    likeliest one (the first of equals). Numbers behind a linear read-out are fed back as they are; behind a
    sigmoid they are bits, each 1 with probability :math:`\sigma(y / \tau)`, at temperature 0 where y > 0.

    Parameters
    ----------
    network : Network
        Reads forward only, and has a read-out as wide as its input.
    parameters : mapping of str to ndarray
        Of the network.
    prompt : ndarray
        Read first: tokens (P, B), or numbers (P, B, I), P from 1.
    steps : int
        How many steps S to say, from 1.
    temperature : float
        0 for greedy; above 1 bolder, below 1 more careful.
    draws : Draws or None
        Needed where a temperature is given.
    states : mapping or None
        Where the network begins, as for :func:`engine.network.forward`.
    end : int or None
        A token that ends a sequence. Once every sequence has said it no more is said; behind it stands
        ``end`` again.

    Raises
    ------
    ValueError
        If network and prompt cannot run on so, or if the read-out leaves the range of numbers.
    """
    tokens = prompt.ndim == 2
    _check(network, parameters, prompt, steps, temperature, draws)
    said: list[NDArray[Any]] = []
    outputs: list[Array] = []
    chances: list[Array] = []
    lengths = np.full(prompt.shape[1], steps, dtype=np.int64)
    over = np.zeros(prompt.shape[1], dtype=np.bool_)
    reads = prompt
    for step in range(1, steps + 1):
        trace = forward(network, parameters, reads, states=states)
        states = trace.final()
        y = trace.judged[-1]
        if not np.isfinite(y).all():
            raise ValueError(f"the read-out left the range of numbers at generated step {step}")
        choice, p = choose(y, network.readout, tokens=tokens, temperature=temperature, draws=draws)
        if p is not None:
            chances.append(p)
        if tokens and end is not None:
            choice = np.where(over, end, choice)
            lengths[~over & (choice == end)] = step
            over |= choice == end
        said.append(choice)
        outputs.append(y)
        reads = choice[np.newaxis]
        if end is not None and over.all():
            break
    return Generated(
        np.stack(said),
        np.stack(outputs),
        np.stack(chances) if chances else None,
        np.minimum(lengths, len(said)),
        states or {},
    )


def choose(
    y: Array, readout: str, *, tokens: bool, temperature: float = 0.0, draws: Draws | None = None
) -> tuple[NDArray[Any], Array | None]:
    """Say what follows from a read-out, as :func:`generate` does at each step.

    Parameters
    ----------
    y : ndarray
        (B, O).
    readout : str
        linear, softmax or sigmoid.
    tokens : bool
        Whether a token is to be chosen, whatever the read-out.
    temperature : float
        0 for greedy.
    draws : Draws or None
        For a temperature above 0.

    Returns
    -------
    choice : ndarray
        Tokens (B,) from 0, bits or numbers (B, O).
    p : ndarray or None
        (B, O), the probabilities that the choice was made by; None for numbers.

    Examples
    --------
    >>> choose(np.array([[0.1, 2.0]]), "softmax", tokens=True)[0].tolist()
    [1]
    """
    greedy = draws is None or temperature == 0.0
    if tokens:
        p = read_out("softmax", y / (temperature or 1.0))
        return np.argmax(y, axis=1) if greedy or draws is None else draws.choice(p), p
    if readout == "sigmoid":
        p = read_out("sigmoid", y / (temperature or 1.0))
        drawn = p > 0.5 if greedy or draws is None else draws.unit(*p.shape) < p
        return drawn.astype(y.dtype), p
    return y, None


def _check(
    network: Network,
    parameters: Mapping[str, Array],
    prompt: NDArray[Any],
    steps: int,
    temperature: float,
    draws: Draws | None,
) -> None:
    if network.bidirectional:
        raise ValueError("a bidirectional network reads the future: it cannot say it")
    if len(prompt) < 1 or steps < 1:
        raise ValueError("a prompt has at least 1 step, and at least 1 is to be said")
    if prompt.ndim == 2 and not np.issubdtype(prompt.dtype, np.integer):
        raise ValueError("tokens are whole numbers; numbers to read have three axes (P, B, I)")
    if temperature < 0.0:
        raise ValueError(f"a temperature is 0 or more, not {temperature:g}")
    if temperature > 0.0 and draws is None:
        raise ValueError("a choice by chance needs draws: draws=Draws(seed, purpose)")
    if prompt.ndim == 3 and network.readout == "softmax":
        raise ValueError("classes are fed back as tokens: the prompt is (P, B) whole numbers")
    inputs = parameters["weight_ih_l0" if network.embedding is None else "weight_e"]
    reads = inputs.shape[1] if network.embedding is None else inputs.shape[0]
    says = network.width if network.outputs is None else network.outputs
    if reads != says:
        raise ValueError(f"what is fed back has {says} entries, but the network reads {reads}")
