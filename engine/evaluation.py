"""How a network does on a batch: its loss, its task's score, and how far its gates are open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import network as networks
from . import seq2seq
from .initializers import layer_suffixes
from .losses import loss_arrays, read_out
from .tasks.pairs import PairBatch, PairTask

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .draws import Draws
    from .experiment import Network
    from .network import NetworkTrace
    from .seq2seq import EncoderDecoder, EncoderDecoderTrace
    from .tasks import Batch, Task

__all__ = ["Evaluation", "Judgement", "Saturation", "cast", "evaluate", "judge", "run_over", "saturation"]

Array = NDArray[np.float64]

LEFT, RIGHT = 0.1, 0.9


class Saturation(NamedTuple):
    """Shares of a gate's values that are nearly closed (below 0.1) and nearly open (above 0.9).

    The limits are those of Karpathy, Johnson and Fei-Fei (2015), section 4.1. Of a tanh state the limits
    are -0.9 and 0.9.
    """

    left: float
    right: float


class Evaluation(NamedTuple):
    """What a network reached on sequences it was not trained on.

    Attributes
    ----------
    loss : float
        Mean over the judged steps.
    score : float
        See the task's ``measure``.
    saturation : mapping of str to Saturation
        By gate, layer and direction, such as ``f_l0``; the plain cell's states as ``h_l0``.
    """

    loss: float
    score: float
    saturation: Mapping[str, Saturation]


class Judgement(NamedTuple):
    """Mean loss of a forward pass, and dL/d of what was judged, (T, B, O)."""

    loss: float
    dv: Array


def evaluate(
    network: Network | EncoderDecoder,
    parameters: Mapping[str, Array],
    task: Task,
    size: int,
    draws: Draws,
) -> Evaluation:
    """Draw sequences of a task and see how a network does on them, with no dropout.

    Parameters
    ----------
    network : Network or EncoderDecoder
        What is run; an encoder and decoder want a task of pairs. Its loss is that of teacher forcing, its
        score that of running free.
    parameters : mapping of str to ndarray
        Of the network.
    task : Task
        What is asked.
    size : int
        How many sequences.
    draws : Draws
        Equal draws give equal sequences.

    Examples
    --------
    >>> from engine import Network, tasks
    >>> from engine.draws import Draws
    >>> from engine.network import draw_parameters
    >>> network = Network("gru", hidden=4, outputs=1)
    >>> parameters = draw_parameters(network, inputs=1)
    >>> seen = evaluate(network, parameters, tasks.Parity(5), 100, Draws(0, "parity"))
    >>> round(seen.loss, 2), seen.saturation["z_l0"]
    (0.75, Saturation(left=0.0, right=0.0))
    """
    item = task.pairs(size, draws) if isinstance(task, PairTask) else task.batch(size, draws)
    return evaluate_on(network, parameters, task, item)


def evaluate_on(
    network: Network | EncoderDecoder,
    parameters: Mapping[str, Array],
    task: Task,
    item: Batch | PairBatch,
) -> Evaluation:
    """See how a network does on a drawn batch; see :func:`evaluate`."""
    trace = run_over(network, parameters, item)
    batch = item.answer if isinstance(item, PairBatch) else item
    last = trace if isinstance(trace, networks.NetworkTrace) else trace.decoder
    loss = judge(last, task.loss, batch).loss
    read: Array = last.judged
    if (
        isinstance(item, PairBatch)
        and isinstance(task, PairTask)
        and isinstance(network, seq2seq.EncoderDecoder)
    ):
        read = _said(network, parameters, task, item)
    elif task.loss == "squared-error" and last.y is not None:
        read = read_out(last.network.readout, last.y)
    with np.errstate(all="ignore"):
        return Evaluation(loss, task.score(read, batch), dict(_saturations(trace)))


def run_over(
    network: Network | EncoderDecoder,
    parameters: Mapping[str, Array],
    item: Batch | PairBatch,
    *,
    states: Mapping[str, Array] | None = None,
    dropout: Draws | None = None,
) -> NetworkTrace | EncoderDecoderTrace:
    """Run a network forward over a batch, or an encoder and decoder over pairs."""
    if isinstance(network, seq2seq.EncoderDecoder):
        if not isinstance(item, PairBatch):
            raise ValueError("an encoder and decoder want a task of pairs")
        return seq2seq.forward(network, parameters, cast_pairs(item, parameters), dropout=dropout)
    if isinstance(item, PairBatch):
        raise ValueError("a task of pairs wants an encoder and decoder")
    return networks.forward(
        network, parameters, cast(item.x, parameters), states=states, mask=item.mask, dropout=dropout
    )


def judge(trace: NetworkTrace, kind: str, batch: Batch, fresh: int = 0) -> Judgement:
    """Mean loss over the judged steps, those up to ``fresh`` left out; nan if there are none."""
    judged = batch.judged
    if fresh:
        judged = judged.copy()
        judged[:fresh] = False
    count = int(judged.sum())
    v = trace.judged
    with np.errstate(all="ignore"):
        # loss_arrays averages over the batch; the weights make that an average over the judged steps.
        weights = judged * (batch.size / count) if count else judged.astype(np.float64)
        readout = trace.network.readout if trace.y is not None else "linear"
        terms, dv = loss_arrays(kind, v, batch.target, weights, readout=readout)
        return Judgement(float(terms.sum()) / batch.size if count else float("nan"), dv)


def cast(x: NDArray[Any], parameters: Mapping[str, Array]) -> NDArray[Any]:
    """Bring numbers to the parameters' precision; tokens stay as they are."""
    if x.ndim == 2:
        return x
    return x.astype(next(iter(parameters.values())).dtype, copy=False)


def cast_pairs(pairs: PairBatch, parameters: Mapping[str, Array]) -> PairBatch:
    """Bring the sources of pairs to the parameters' precision."""
    return PairBatch(cast(pairs.source, parameters), pairs.answer, pairs.source_mask)


def _said(model: EncoderDecoder, parameters: Mapping[str, Array], task: PairTask, pairs: PairBatch) -> Array:
    """What a free-running decoder said, as a read-out that holds 1 for each said symbol, (S, B, O)."""
    steps = pairs.answer.steps
    said = seq2seq.answer(
        model, parameters, cast_pairs(pairs, parameters), begin=task.begin, end=task.end, longest=steps
    )
    spoken = np.full((steps, pairs.answer.size), task.end)
    spoken[: len(said.values)] = said.values
    return np.asarray(np.eye(task.outputs)[spoken])


def saturation(trace: NetworkTrace) -> dict[str, Saturation]:
    """Shares of nearly closed and open values of every gate, over units and steps, padding left out."""
    return dict(_saturations(trace))


def _saturations(trace: NetworkTrace | EncoderDecoderTrace) -> Iterator[tuple[str, Saturation]]:
    if not isinstance(trace, networks.NetworkTrace):
        for name, one in (("encoder", trace.encoder), ("decoder", trace.decoder)):
            for gate, shares in _saturations(one):
                yield f"{name}.{gate}", shares
        return
    for endings, layer in zip(layer_suffixes(trace.network), trace.layers, strict=True):
        for end, one_way in zip(endings, layer, strict=True):
            cell = one_way.cell
            for gate in cell.values:
                if gate in "gn" or (gate not in cell.gates and cell.variant != "coupled"):
                    continue  # a candidate is no gate, and a missing gate is always open
                yield gate + end, _shares(one_way.gates[gate], one_way.mask, LEFT)
            if cell.kind == "rnn" and cell.activation in ("tanh", "sigmoid"):
                left = -RIGHT if cell.activation == "tanh" else LEFT
                yield "h" + end, _shares(one_way.h[1:], one_way.mask, left)


def _shares(values: Array, mask: NDArray[np.bool_] | None, left: float) -> Saturation:
    if mask is not None:
        values = values[mask]
    return Saturation(float(np.mean(values < left)), float(np.mean(values > RIGHT)))
