"""From one sequence to another of its own length: an encoder reads, a decoder says.

The encoder's last states are the decoder's first (Cho et al. 2014; Sutskever, Vinyals and Le 2014). In
training the decoder reads what it should have said (teacher forcing); at work it reads what it has said
(free running).

Examples
--------
>>> import numpy as np
>>> from engine import Network, tasks
>>> from engine.draws import Draws
>>> model = EncoderDecoder(Network("gru", hidden=6), Network("gru", hidden=6, outputs=6, readout="softmax"))
>>> parameters = draw_parameters(model, sources=4, inputs=6)
>>> pairs = tasks.Reversal(kinds=4, shortest=2, longest=3).pairs(5, Draws(0, "pairs"))
>>> trace = forward(model, parameters, pairs)
>>> trace.encoder.steps, trace.decoder.steps, trace.decoder.y.shape
(3, 4, (4, 5, 6))
>>> gradients = backward(trace, parameters, np.ones_like(trace.decoder.y))
>>> gradients["encoder.weight_hh_l0"].shape
(18, 6)
>>> answer(model, parameters, pairs, begin=4, end=5, longest=8).values.shape[1]
5
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from . import initializers, network
from .generation import Generated, generate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .draws import Draws
    from .experiment import Network
    from .network import NetworkTrace
    from .tasks.pairs import PairBatch

__all__ = ["EncoderDecoder", "EncoderDecoderTrace", "answer", "backward", "draw_parameters", "forward"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class EncoderDecoder:
    """Two networks, one behind the other.

    Attributes
    ----------
    encoder : Network
        Without a read-out. It may be bidirectional; then both directions' last states, one behind the
        other, are the decoder's first, which has twice as many units.
    decoder : Network
        Reads forward only.

    Raises
    ------
    ValueError
        If the states of one do not fit the other.
    """

    encoder: Network
    decoder: Network

    def __post_init__(self) -> None:
        encoder, decoder = self.encoder, self.decoder
        if encoder.outputs is not None:
            raise ValueError("an encoder has no read-out: only its states are handed on")
        if decoder.bidirectional:
            raise ValueError("a decoder says one symbol after the other: it cannot be bidirectional")
        if decoder.initial != "zero":
            raise ValueError("the decoder's initial states come from the encoder: they cannot be learned")
        if encoder.layers != decoder.layers:
            raise ValueError(f"the encoder has {encoder.layers} layers, the decoder {decoder.layers}")
        if (encoder.cell == "lstm") != (decoder.cell == "lstm"):
            raise ValueError("an LSTM hands on h and c: the other network must be an LSTM too")
        units = encoder.hidden * len(encoder.directions)
        if units != decoder.hidden:
            raise ValueError(
                f"the encoder hands on {units} numbers for each layer, the decoder has {decoder.hidden}"
            )


@dataclass(frozen=True, eq=False)
class EncoderDecoderTrace:
    """Both forward passes.

    Attributes
    ----------
    model : EncoderDecoder
        What was run.
    encoder, decoder : NetworkTrace
        T and S steps.
    """

    model: EncoderDecoder
    encoder: NetworkTrace
    decoder: NetworkTrace


def draw_parameters(model: EncoderDecoder, sources: int, inputs: int) -> dict[str, Array]:
    """Draw both networks' parameters: ``encoder.weight_ih_l0``, ..., ``decoder.bias_y``.

    Parameters
    ----------
    model : EncoderDecoder
        Each network draws by its own seed.
    sources, inputs : int
        Size of the encoder's and of the decoder's input vectors, or number of their tokens.
    """
    parameters = {}
    for part, net, size in (("encoder", model.encoder, sources), ("decoder", model.decoder, inputs)):
        for name, value in initializers.draw_parameters(net, size).items():
            parameters[f"{part}.{name}"] = value
    return parameters


def forward(
    model: EncoderDecoder,
    parameters: Mapping[str, Array],
    pairs: PairBatch,
    *,
    dropout: Draws | None = None,
) -> EncoderDecoderTrace:
    """Read the sources, then say the answers under teacher forcing.

    Parameters
    ----------
    model : EncoderDecoder
        What is run.
    parameters : mapping of str to ndarray
        As :func:`draw_parameters` names them.
    pairs : PairBatch
        Sources (T, B) and answers (S, B); the decoder reads ``pairs.answer.x``.
    dropout : Draws or None
        Given in training.
    """
    encoded = network.forward(
        model.encoder, part(parameters, "encoder"), pairs.source, mask=pairs.source_mask, dropout=dropout
    )
    decoded = network.forward(
        model.decoder,
        part(parameters, "decoder"),
        pairs.answer.x,
        states=handed_on(encoded),
        mask=pairs.answer.mask,
        dropout=dropout,
    )
    return EncoderDecoderTrace(model, encoded, decoded)


def backward(trace: EncoderDecoderTrace, parameters: Mapping[str, Array], dv: Array) -> dict[str, Array]:
    """Carry the derivative of the loss back through decoder, handed-on states and encoder.

    Parameters
    ----------
    trace : EncoderDecoderTrace
        Of the same parameters.
    parameters : mapping of str to ndarray
        As they were.
    dv : ndarray
        dL/dy of the decoder, (S, B, O).

    Returns
    -------
    dict of ndarray
        dL/d of every parameter, summed over steps and batch, named as they are.
    """
    decoder = network.backward(trace.decoder, part(parameters, "decoder"), dv)
    silent = np.zeros_like(trace.encoder.out)
    encoder = network.backward(
        trace.encoder,
        part(parameters, "encoder"),
        silent,
        d_final=_handed_back(trace.model.encoder, decoder.states),
    )
    return {
        **{f"encoder.{name}": value for name, value in encoder.weights.items()},
        **{f"decoder.{name}": value for name, value in decoder.weights.items()},
    }


def answer(
    model: EncoderDecoder,
    parameters: Mapping[str, Array],
    pairs: PairBatch,
    *,
    begin: int,
    end: int,
    longest: int,
    temperature: float = 0.0,
    draws: Draws | None = None,
) -> Generated:
    """Read the sources, then let the decoder run free; of the pairs' answers nothing is read.

    Parameters
    ----------
    model, parameters, pairs
        As for :func:`forward`.
    begin, end : int
        The token that the decoder reads first, and the one by which it says that it is done.
    longest : int
        It is stopped after so many steps.
    temperature, draws
        As for :func:`engine.generation.generate`.
    """
    encoded = network.forward(
        model.encoder, part(parameters, "encoder"), pairs.source, mask=pairs.source_mask
    )
    prompt = np.full((1, encoded.out.shape[1]), begin)
    return generate(
        model.decoder,
        part(parameters, "decoder"),
        prompt,
        longest,
        temperature=temperature,
        draws=draws,
        states=handed_on(encoded),
        end=end,
    )


def part(parameters: Mapping[str, Array], which: str) -> dict[str, Array]:
    """Parameters of one of both networks (``encoder`` or ``decoder``), without its name before theirs."""
    start = which + "."
    return {name[len(start) :]: value for name, value in parameters.items() if name.startswith(start)}


def handed_on(encoded: NetworkTrace) -> dict[str, Array]:
    """Initial states of the decoder, from the encoder's last ones; both directions' side by side."""
    final = encoded.final()
    states = {}
    for k, endings in enumerate(initializers.layer_suffixes(encoded.network)):
        for letter in ("h0", "c0"):
            if letter + endings[0] in final:
                states[f"{letter}_l{k}"] = np.concatenate([final[letter + end] for end in endings], axis=1)
    return states


def _handed_back(encoder: Network, states: Mapping[str, Array]) -> dict[str, Array]:
    """Split dL/d of the decoder's initial states up among the encoder's last ones."""
    back = {}
    for k, endings in enumerate(initializers.layer_suffixes(encoder)):
        for letter in ("h0", "c0"):
            whole = states.get(f"{letter}_l{k}")
            if whole is not None:
                shares = np.split(whole, len(endings), axis=1)
                back.update({letter + end: share for end, share in zip(endings, shares, strict=True)})
    return back
