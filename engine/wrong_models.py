"""Named deviations of the engine, each the arithmetic that a misconception would make true.

A drawn distractor, a computed wrong value and a planted fault all come from this one list. A wrong model is
run like the right one, :func:`engine.run` with ``wrong=``; what comes out is a run with every array, so that
the wrong idea can be looked at beside the right one.

Three kinds of deviation, by where they are:

``forward``
    The forward pass computes something else. The backward pass applies the usual formulas to what it finds,
    as a program with that fault would.
``backward``
    The forward pass is right, the chain rule is not.
``training``
    A single run is right; what is made of its gradient is not. See :attr:`WrongModel.gradient`.

Examples
--------
>>> import engine
>>> weights = (("weight_hh_l0", ((0.5,),)), ("weight_ih_l0", ((1.0,),)))
>>> network = engine.Network("rnn", hidden=1, weights=weights)
>>> experiment = engine.Experiment((engine.Lane("rnn", network),), engine.Input(((1.0,), (0.0,), (0.0,))))
>>> (right,), (wrong,) = engine.run(experiment), engine.run(experiment, wrong="no-activation-slope")
>>> round(float(right.jacobian("h", 3, 1)[0, 0]), 4), float(wrong.jacobian("h", 3, 1)[0, 0])
(0.21, 0.25)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .trace import ForwardTrace
from .unroll import unroll
from .wrong_backward import (
    by_entries,
    cut_at_saturation,
    everywhere,
    flipped,
    halved_at_sums,
    input_gate_on_path,
    last_loss,
    last_share,
    mean_share,
    nowhere,
    reversed_between,
    reversed_order,
    tanh_on_path,
    to_length_one,
    without_slope,
)
from .wrong_forward import (
    RIGHT,
    STEPS,
    SWAPPED,
    adding,
    by_term,
    coupled,
    exchanged,
    gated_cell,
    lstm_with,
    memoryless,
    negated,
    old_hidden,
    ones_for_recurrent,
    open_gate,
    other_reset,
    sigmoids,
    squashed_cell,
    stepwise,
    transposed,
    without_bias,
)

if TYPE_CHECKING:
    from .experiment import Loss, Network

__all__ = ["WRONG_MODELS", "WrongModel", "wrong_model"]

Array = NDArray[np.float64]
Parameters = Mapping[str, Array]
Unroll = Callable[..., ForwardTrace]


def _same_network(network: Network) -> Network:
    return network


def _same_parameters(network: Network, p: dict[str, Array]) -> dict[str, Array]:
    return p


def _same_factors(trace: ForwardTrace, k: dict[str, Array]) -> dict[str, Array]:
    return k


def _same_loss(loss: Loss, steps: int) -> Loss:
    return loss


def _no_more_cuts(steps: int, window: int | None) -> tuple[int, ...]:
    return () if window is None else tuple(range(window, steps, window))


def _same_gradient(gradient: Array) -> Array:
    return gradient


@dataclass(frozen=True, eq=False)
class WrongModel:
    """One deviation, and the misconception that it stands for.

    Attributes
    ----------
    name : str
        As written in banks.
    title : str
        A few words.
    meaning : str
        One sentence: what is computed instead.
    misconceptions : tuple of str
        Ids of the concept map whose holder expects this.
    where : str
        forward, backward or training.
    cells : tuple of str
        Kinds of cells that it applies to.
    network : callable
        ``Network -> Network``: a deviation that another network has by right.
    parameters : callable
        ``(network, short-named parameters) -> parameters``, of one layer and direction, for both passes.
    unroll : callable
        In place of :func:`engine.unroll.unroll`.
    factors : callable
        ``(trace, factors) -> factors`` of the way back, see :func:`engine.factors.factors`.
    between : callable or None
        ``(factors, first, last) -> factors`` where only rows first to last - 1 are passed through, as by a
        Jacobian; None where that makes no difference.
    back : callable
        ``(network, parameters) -> parameters`` of the way back alone.
    loss : callable
        ``(loss, steps) -> loss``.
    cuts : callable
        ``(steps, window) -> cuts`` of the gradient.
    shares : callable or None
        ``(T, ...) -> (...)``: what is made of the steps' shares of a weight's gradient, in place of a sum.
    gradient : callable
        What is made of the whole gradient, a flat vector.
    """

    name: str
    title: str
    meaning: str
    misconceptions: tuple[str, ...]
    where: str
    cells: tuple[str, ...] = ("rnn", "lstm", "gru")
    network: Callable[[Network], Network] = _same_network
    parameters: Callable[[Network, dict[str, Array]], dict[str, Array]] = _same_parameters
    unroll: Unroll = unroll
    factors: Callable[[ForwardTrace, dict[str, Array]], dict[str, Array]] = _same_factors
    between: Callable[[dict[str, Array], int, int], dict[str, Array]] | None = None
    back: Callable[[Network, dict[str, Array]], dict[str, Array]] = _same_parameters
    loss: Callable[[Loss, int], Loss] = _same_loss
    cuts: Callable[[int, int | None], tuple[int, ...]] = _no_more_cuts
    shares: Callable[[Array], Array] | None = None
    gradient: Callable[[Array], Array] = _same_gradient


def wrong_model(name: str) -> WrongModel:
    """Look a wrong model up.

    Raises
    ------
    KeyError
        If there is none of that name; the text lists those that there are.
    """
    if name not in WRONG_MODELS:
        raise KeyError(f"no wrong model is called “{name}”; there are {', '.join(WRONG_MODELS)}")
    return WRONG_MODELS[name]


_LSTM = ("lstm",)

_TABLE = (
    WrongModel(
        "memoryless-state",
        "no recurrence",
        "The state is computed from the current input alone; the recurrent matrix is not used.",
        ("token-has-one-state", "only-last-input-matters"),
        "forward",
        parameters=memoryless,
    ),
    WrongModel(
        "state-adds-input",
        "the input is added to the state",
        "h is the old h plus the mixed input: no recurrent matrix and no activation.",
        ("state-adds-input",),
        "forward",
        ("rnn",),
        unroll=stepwise(adding),
    ),
    WrongModel(
        "tanh-per-term",
        "tanh of each term",
        "tanh is applied to the input's share and to the recurrent share apart, and the results are added.",
        ("tanh-per-term",),
        "forward",
        ("rnn",),
        unroll=stepwise(by_term),
    ),
    WrongModel(
        "bias-forgotten",
        "no bias",
        "Every bias is left out.",
        (),
        "forward",
        parameters=without_bias,
    ),
    WrongModel(
        "sigmoid-per-class",
        "a sigmoid for each class",
        "Each class has a probability of its own: a sigmoid stands where the softmax is.",
        ("softmax-outputs-independent",),
        "forward",
        network=sigmoids,
    ),
    WrongModel(
        "tanh-sigmoid-swap",
        "tanh and sigmoid exchanged",
        "The gates go through tanh, from -1 to 1, and the candidate through the sigmoid, from 0 to 1.",
        (
            "sigmoid-centred-at-zero",
            "tanh-is-a-gate",
            "candidate-in-zero-one",
            "candidate-only-adds",
        ),
        "forward",
        _LSTM,
        unroll=lstm_with(SWAPPED),
    ),
    WrongModel(
        "step-gate",
        "gates of 0 and 1 only",
        "A gate is 1 where its pre-activation is positive and 0 elsewhere.",
        ("analog-only-for-precision",),
        "forward",
        _LSTM,
        unroll=lstm_with(STEPS),
    ),
    WrongModel(
        "cell-squashed",
        "the cell state goes through tanh",
        "The new cell state is brought between -1 and 1 before it is kept.",
        ("cell-bounded-by-one",),
        "forward",
        _LSTM,
        unroll=lstm_with(after=squashed_cell),
    ),
    WrongModel(
        "h-for-c",
        "h is kept in the place of c",
        "The forget gate multiplies the old hidden state, where the old cell state belongs.",
        ("cell-is-the-output", "cell-and-hidden-are-one"),
        "forward",
        _LSTM,
        unroll=lstm_with(old=old_hidden),
    ),
    WrongModel(
        "forget-inverted",
        "1 means forget",
        "The forget gate keeps the share 1 - f of the old cell state.",
        ("one-means-forget",),
        "forward",
        _LSTM,
        parameters=negated("f"),
    ),
    WrongModel(
        "no-forget-gate",
        "nothing is forgotten",
        "The forget gate is 1 at every step: the old cell state is kept whole.",
        (
            "forget-gate-was-in-1997",
            "point-nine-keeps-everything",
            "lstm-gradient-never-decays",
            "plus-alone-preserves",
        ),
        "forward",
        _LSTM,
        unroll=lstm_with({**RIGHT, "f": open_gate}),
    ),
    WrongModel(
        "gate-candidate-swap",
        "input gate and candidate exchanged",
        "The input gate's weights make the candidate, and the candidate's weights the input gate.",
        ("input-gate-is-the-information", "candidate-is-a-gate"),
        "forward",
        _LSTM,
        parameters=exchanged,
    ),
    WrongModel(
        "coupled-gates",
        "f is 1 - i",
        "What is written is taken from what is kept, as in a variant of the LSTM.",
        ("input-is-one-minus-forget",),
        "forward",
        _LSTM,
        unroll=lstm_with(old=coupled),
    ),
    WrongModel(
        "output-erases",
        "the output gate acts on what is kept",
        "The cell state itself is multiplied by the output gate before it is carried on.",
        ("output-zero-erases", "output-gate-edits-the-cell"),
        "forward",
        _LSTM,
        unroll=lstm_with(after=gated_cell),
    ),
    WrongModel(
        "gru-update-swapped",
        "z and 1 - z exchanged",
        "The update gate multiplies the candidate, and 1 - z the old state.",
        ("z-means-the-same-everywhere",),
        "forward",
        ("gru",),
        parameters=negated("z"),
    ),
    WrongModel(
        "gru-reset-swapped",
        "the reset gate on the other side of the matrix",
        "r acts before the recurrent matrix where the network has it after, or the other way round.",
        ("reset-place-is-irrelevant",),
        "forward",
        ("gru",),
        network=other_reset,
    ),
    WrongModel(
        "last-loss-only",
        "only the last loss counts",
        "Losses at earlier steps are left out.",
        ("loss-only-at-last-step",),
        "backward",
        loss=last_loss,
    ),
    WrongModel(
        "local-loss-only",
        "no gradient from later steps",
        "Each step's gradient comes from its own loss alone.",
        ("loss-needed-at-every-step",),
        "backward",
        cuts=everywhere,
    ),
    WrongModel(
        "full-bptt",
        "the cut is overlooked",
        "The gradient runs through the whole sequence although it is truncated.",
        ("carried-state-carries-gradient",),
        "backward",
        cuts=nowhere,
    ),
    WrongModel(
        "no-activation-slope",
        "no slope of the activation",
        "A step back multiplies by the weights and leaves the slopes out.",
        (
            "forgot-activation-slope",
            "only-small-weights-vanish",
            "weight-above-1-always-explodes",
            "tanh-prevents-vanishing",
            "tanh-slope-one-is-safe",
        ),
        "backward",
        factors=without_slope,
    ),
    WrongModel(
        "no-recurrent-weight",
        "no recurrent weight",
        "A step back multiplies by the slopes and leaves the recurrent matrix out.",
        ("forgot-recurrent-weight", "slope-bound-is-step-factor"),
        "backward",
        back=ones_for_recurrent,
    ),
    WrongModel(
        "matrix-not-transposed",
        "the recurrent matrix not transposed",
        "A step back multiplies by U where its transpose belongs.",
        (),
        "backward",
        back=transposed,
    ),
    WrongModel(
        "product-order-reversed",
        "the factors in the order of the forward pass",
        "The steps' factors are used from the first step on, where the way back begins with the last.",
        ("product-order-is-irrelevant",),
        "backward",
        factors=reversed_order,
        between=reversed_between,
    ),
    WrongModel(
        "saturated-slope-zero",
        "slope 0 where saturated",
        "A unit or gate within 0.1 of an end of its range passes nothing.",
        ("saturation-is-zero-slope",),
        "backward",
        factors=cut_at_saturation,
    ),
    WrongModel(
        "addition-splits",
        "a sum divides its gradient",
        "The two terms of a sum get half of its gradient each.",
        ("addition-scales-gradient",),
        "backward",
        factors=halved_at_sums,
    ),
    WrongModel(
        "direct-path-only",
        "the direct path alone",
        "Only the way along the cell state is followed back, none through the gates.",
        ("direct-path-is-whole-gradient", "lstm-gradient-never-explodes"),
        "backward",
        _LSTM,
        back=memoryless,
    ),
    WrongModel(
        "tanh-on-cell-path",
        "tanh on the way along c",
        "The slope of the output's tanh multiplies the direct path too.",
        ("hidden-path-is-cell-path",),
        "backward",
        _LSTM,
        factors=tanh_on_path,
    ),
    WrongModel(
        "input-gate-on-path",
        "the input gate on the way along c",
        "The direct path is multiplied by the input gate as well.",
        ("write-path-is-memory-path",),
        "backward",
        _LSTM,
        factors=input_gate_on_path,
    ),
    WrongModel(
        "last-step-only",
        "the last step's share alone",
        "A weight's gradient is what its last use adds, not the sum over all uses.",
        ("last-step-gradient-suffices",),
        "backward",
        shares=last_share,
    ),
    WrongModel(
        "mean-over-steps",
        "the mean of the steps' shares",
        "A weight's gradient is the mean over its uses, not their sum.",
        (),
        "backward",
        shares=mean_share,
    ),
    WrongModel(
        "gradient-sign-flipped",
        "the sign exchanged",
        "The step goes up the gradient.",
        ("step-is-added",),
        "training",
        gradient=flipped,
    ),
    WrongModel(
        "clip-by-value",
        "each entry clipped",
        "Every entry is brought between -1 and 1, where the whole vector should be shortened.",
        ("norm-clipping-turns-the-gradient", "value-clipping-keeps-direction"),
        "training",
        gradient=by_entries,
    ),
    WrongModel(
        "clip-rescales-always",
        "brought to length 1, short or long",
        "Short gradients are lengthened as long ones are shortened.",
        ("clipping-helps-vanishing",),
        "training",
        gradient=to_length_one,
    ),
)

WRONG_MODELS: Mapping[str, WrongModel] = MappingProxyType({model.name: model for model in _TABLE})
"""All wrong models by name."""
