"""Whole networks: an embedding, recurrent layers in one or both directions, and a read-out; over batches.

Each layer and direction is one trace of :mod:`engine.unroll`. A reverse direction reads the flipped sequence,
so that its trace stands in the order in which it was computed.

Examples
--------
Three sequences of five steps through two GRU layers, and back:

>>> from engine import Network
>>> network = Network("gru", hidden=4, layers=2, outputs=2)
>>> parameters = draw_parameters(network, inputs=3)
>>> x = np.ones((5, 3, 3))
>>> trace = forward(network, parameters, x)
>>> trace.y.shape
(5, 3, 2)
>>> gradient = backward(trace, parameters, np.ones_like(trace.y))
>>> gradient.weights["weight_hh_l1"].shape
(12, 4)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .backprop import backpropagate, step_contribution
from .factors import factors
from .initializers import draw_parameters, layer_suffixes
from .losses import read_out
from .trace import NOTHING_HELD
from .unroll import unroll

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .draws import Draws
    from .experiment import Network
    from .trace import ForwardTrace, GradientTrace, Held
    from .wrong_models import WrongModel

__all__ = ["NetworkGradient", "NetworkTrace", "backward", "draw_parameters", "forward", "layer_parameters"]

Array = NDArray[np.float64]

_NOTHING: Mapping[tuple[int, str], Held] = MappingProxyType({})
_PARTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_ci", "weight_cf", "weight_co")


@dataclass(frozen=True, eq=False, repr=False)
class NetworkTrace:
    """Everything that a network computed on its way forward.

    Attributes
    ----------
    network : Network
        Its description.
    x : ndarray
        As it was read: numbers (T, B, I), or tokens (T, B) counted from 0.
    e : ndarray or None
        (T, B, E), what the embedding made of it.
    layers : tuple of tuple of ForwardTrace
        A row for each layer from below, in it one trace for each direction.
    out : ndarray
        (T, B, D): both directions of the top layer, merged; D is H or 2H.
    y, p : ndarray or None
        (T, B, O): the linear read-out, and what softmax or sigmoid makes of it (None where it is linear).
    mask : ndarray of bool or None
        (T, B), False at padding.
    kept : tuple of (ndarray or None)
        Dropout's factors on the input of each layer, 0 or 1/(1 - rate).
    """

    network: Network
    x: NDArray[Any]
    e: Array | None
    layers: tuple[tuple[ForwardTrace, ...], ...]
    out: Array
    y: Array | None
    p: Array | None
    mask: NDArray[np.bool_] | None
    kept: tuple[Array | None, ...]

    @property
    def steps(self) -> int:
        """Number of steps T."""
        return int(self.out.shape[0])

    @property
    def judged(self) -> Array:
        """What a loss reads: y where there is a read-out, else ``out``."""
        return self.out if self.y is None else self.y

    def final(self) -> dict[str, Array]:
        """States after the last step, (B, H) each, named as :func:`forward` takes them.

        At a sequence's end where it is shorter than the batch; of a reverse direction, the state at step 1.
        """
        states = {}
        for endings, traces in zip(layer_suffixes(self.network), self.layers, strict=True):
            for end, trace in zip(endings, traces, strict=True):
                states[f"h0{end}"] = trace.h[-1].copy()
                if trace.c is not None:
                    states[f"c0{end}"] = trace.c[-1].copy()
        return states


@dataclass(frozen=True, eq=False, repr=False)
class NetworkGradient:
    """dL/d of everything in a :class:`NetworkTrace`.

    Attributes
    ----------
    layers : tuple of tuple of GradientTrace
        As in the forward trace.
    x : ndarray or None
        (T, B, I); None where tokens were read.
    e, y : ndarray or None
        As in the forward trace.
    weights : mapping of str to ndarray
        Every parameter's gradient, summed over steps and batch, under PyTorch's names.
    states : mapping of str to ndarray
        Of the initial states, (B, H), named as :func:`forward` takes them.
    """

    layers: tuple[tuple[GradientTrace, ...], ...]
    x: Array | None
    e: Array | None
    y: Array | None
    weights: Mapping[str, Array]
    states: Mapping[str, Array]


def layer_parameters(parameters: Mapping[str, Array], end: str) -> dict[str, Array]:
    """Parameters of one layer and direction by their names without the ending, such as ``weight_hh``."""
    return {part: parameters[part + end] for part in _PARTS if part + end in parameters}


def forward(
    network: Network,
    parameters: Mapping[str, Array],
    x: NDArray[Any],
    *,
    states: Mapping[str, Array] | None = None,
    mask: NDArray[np.bool_] | None = None,
    held: Mapping[tuple[int, str], Held] = _NOTHING,
    dropout: Draws | None = None,
    wrong: WrongModel | None = None,
) -> NetworkTrace:
    r"""Run a network over a batch of sequences.

    .. math::

        e_t = x_t W_e, \qquad h^{(l)}_t = \text{cell}(h^{(l-1)}_t, h^{(l)}_{t-1}), \qquad
        y_t = W_y h^{(L)}_t + b_y

    Parameters
    ----------
    network : Network
        What is run.
    parameters : mapping
        As :func:`engine.initializers.draw_parameters` gives them.
    x : ndarray
        Numbers (T, B, I), or whole numbers (T, B): tokens counted from 0.
    states : mapping or None
        Initial states (B, H) or (H,) by name (``h0_l0``, ``c0_l1_reverse``); those missing are the learned
        ones, or 0.
    mask : ndarray of bool or None
        (T, B), False where a sequence has ended: there the states are carried over, so that
        :meth:`NetworkTrace.final` is each sequence's last one. Padding stands at the end.
    held : mapping
        By (layer from 1, direction): gates and states that are fixed, in the order of time.
    dropout : Draws or None
        Given in training: ``network.dropout`` of each layer's inputs is left out, the rest scaled up.
    wrong : WrongModel or None
        A deviation to run instead; see :mod:`engine.wrong_models`.

    Returns
    -------
    NetworkTrace
        Numbers that leave the range come out as inf or nan, without a warning.
    """
    with np.errstate(all="ignore"):
        e: Array | None = None
        reads = _numbers(x, parameters, network)
        if network.embedding is not None:
            weight = parameters["weight_e"]
            e = reads = weight[x] if x.ndim == 2 else x @ weight
        rows: list[tuple[ForwardTrace, ...]] = []
        kept: list[Array | None] = []
        for k, endings in enumerate(layer_suffixes(network)):
            factor = _dropped(network.dropout, reads, dropout)
            kept.append(factor)
            if factor is not None:
                reads = reads * factor
            traces = tuple(
                _one_way(
                    network, parameters, reads, end, states or {}, mask, held.get((k + 1, way)), way, wrong
                )
                for end, way in zip(endings, network.directions, strict=True)
            )
            rows.append(traces)
            reads = _merged(network, traces)
        y = p = None
        if "weight_y" in parameters:
            y = reads @ parameters["weight_y"].T + parameters["bias_y"]
            p = None if network.readout == "linear" else read_out(network.readout, y)
        return NetworkTrace(network, x, e, tuple(rows), reads, y, p, mask, tuple(kept))


def _numbers(x: NDArray[Any], parameters: Mapping[str, Array], network: Network) -> Array:
    if x.ndim == 3 or network.embedding is not None:
        return x
    weight = parameters["weight_ih_l0"]
    return np.asarray(np.eye(weight.shape[1], dtype=weight.dtype)[x])


def _dropped(rate: float, values: Array, draws: Draws | None) -> Array | None:
    if draws is None or rate == 0.0:
        return None
    kept = draws.unit(*values.shape) >= rate
    return np.asarray(kept / (1.0 - rate), dtype=values.dtype)


def _one_way(
    network: Network,
    parameters: Mapping[str, Array],
    x: Array,
    end: str,
    states: Mapping[str, Array],
    mask: NDArray[np.bool_] | None,
    held: Held | None,
    way: str,
    wrong: WrongModel | None,
) -> ForwardTrace:
    if way == "reverse":
        x = x[::-1]
        mask = None if mask is None else mask[::-1]
    start = {}
    for letter in ("h0", "c0") if network.cell == "lstm" else ("h0",):
        name = letter + end
        value = states.get(name, parameters.get(name))
        if value is not None:
            start[letter] = np.broadcast_to(value, (x.shape[1], network.hidden))
    own = layer_parameters(parameters, end)
    return (unroll if wrong is None else wrong.unroll)(
        network.recurrence,
        own if wrong is None else wrong.parameters(network, own),
        x,
        held=NOTHING_HELD if held is None else held,
        mask=mask,
        **start,
    )


def _merged(network: Network, traces: tuple[ForwardTrace, ...]) -> Array:
    if len(traces) == 1:
        return traces[0].h[1:]
    ahead, back = traces[0].h[1:], traces[1].h[:0:-1]
    if network.merge == "concatenate":
        return np.concatenate([ahead, back], axis=2)
    both = ahead + back
    return both * 0.5 if network.merge == "average" else both


def backward(
    trace: NetworkTrace,
    parameters: Mapping[str, Array],
    dv: Array,
    *,
    cuts: Sequence[int] = (),
    d_final: Mapping[str, Array] | None = None,
    wrong: WrongModel | None = None,
) -> NetworkGradient:
    """Carry the derivative of the loss back through a network and all its steps.

    Parameters
    ----------
    trace : NetworkTrace
        Of the same parameters.
    parameters : mapping
        As they were.
    dv : ndarray
        dL/dy (T, B, O) where there is a read-out, else dL/d of ``out`` (T, B, D).
    cuts : sequence of int
        Steps t from 1 to T-1: no gradient passes between t and t+1 (truncated BPTT).
    d_final : mapping or None
        dL/d of final states, (B, H), named as :meth:`NetworkTrace.final` names them: what a decoder or a
        later window sends back.
    wrong : WrongModel or None
        The deviation by which the trace was made.

    Returns
    -------
    NetworkGradient
        Numbers that leave the range come out as inf or nan, without a warning.
    """
    network = trace.network
    with np.errstate(all="ignore"):
        weights: dict[str, Array] = {}
        above = dv
        if trace.y is not None:
            weights["weight_y"] = np.tensordot(dv, trace.out, axes=((0, 1), (0, 1)))
            weights["bias_y"] = dv.sum(axis=(0, 1))
            above = dv @ parameters["weight_y"]
        rows: list[tuple[GradientTrace, ...]] = []
        states: dict[str, Array] = {}
        for k in range(network.layers - 1, -1, -1):
            endings = layer_suffixes(network)[k]
            shares = _shares(network, above)
            gradients = tuple(
                _back_one_way(
                    network, trace.layers[k][j], parameters, shares[j], end, cuts, d_final or {}, way, wrong
                )
                for j, (end, way) in enumerate(zip(endings, network.directions, strict=True))
            )
            rows.append(gradients)
            above = gradients[0].x if len(gradients) == 1 else gradients[0].x + gradients[1].x[::-1]
            factor = trace.kept[k]
            if factor is not None:
                above = above * factor
            for end, gradient in zip(endings, gradients, strict=True):
                _gather(parameters, gradient, end, weights, states)
        dx: Array | None = above
        de: Array | None = None
        if network.embedding is not None:
            de = above
            weights["weight_e"] = _embedding_gradient(trace.x, above, parameters["weight_e"])
            dx = above @ parameters["weight_e"].T
        if trace.x.ndim == 2:
            dx = None
        ordered = {name: weights[name] for name in parameters}
        return NetworkGradient(
            tuple(reversed(rows)), dx, de, dv if trace.y is not None else None, ordered, states
        )


def _shares(network: Network, above: Array) -> tuple[Array, ...]:
    """What of the gradient from above belongs to each direction, in the order of its own steps."""
    if not network.bidirectional:
        return (above,)
    if network.merge == "concatenate":
        return above[:, :, : network.hidden], above[::-1, :, network.hidden :]
    if network.merge == "average":
        above = above * 0.5
    return above, above[::-1]


def _back_one_way(
    network: Network,
    trace: ForwardTrace,
    parameters: Mapping[str, Array],
    above: Array,
    end: str,
    cuts: Sequence[int],
    d_final: Mapping[str, Array],
    way: str,
    wrong: WrongModel | None,
) -> GradientTrace:
    if way == "reverse":
        cuts = tuple(trace.steps - t for t in cuts)
    own = layer_parameters(parameters, end)
    using = None
    if wrong is not None:
        own = wrong.back(network, wrong.parameters(network, own))
        using = wrong.factors(trace, factors(trace))
    gradient = backpropagate(
        trace,
        own,
        above,
        dh_end=d_final.get(f"h0{end}"),
        dc_end=d_final.get(f"c0{end}"),
        cuts=cuts,
        using=using,
    )
    if wrong is None or wrong.shares is None:
        return gradient
    weights = {name: wrong.shares(step_contribution(trace, gradient, name)) for name in own}
    return replace(gradient, weights=weights)


def _gather(
    parameters: Mapping[str, Array],
    gradient: GradientTrace,
    end: str,
    weights: dict[str, Array],
    states: dict[str, Array],
) -> None:
    for part, array in gradient.weights.items():
        weights[part + end] = array
    states[f"h0{end}"] = gradient.h[0]
    if gradient.c is not None:
        states[f"c0{end}"] = gradient.c[0]
    for letter in ("h0", "c0"):
        if letter + end in parameters:
            weights[letter + end] = states[letter + end].sum(axis=0)


def _embedding_gradient(x: NDArray[Any], de: Array, weight: Array) -> Array:
    if x.ndim == 3:
        return np.asarray(np.tensordot(x, de, axes=((0, 1), (0, 1))))
    summed = np.zeros_like(weight)
    np.add.at(summed, x.reshape(-1), de.reshape(-1, de.shape[2]))
    return summed
