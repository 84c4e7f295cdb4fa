"""What is to be run: a frozen, hashable description of networks, input, loss and changes. Pure data.

An :class:`Experiment` has one input and one loss, and one or more *lanes*: networks seen side by side.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .cells import Cell
from .draws import Draws

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .targets import Target

__all__ = [
    "LIMITS",
    "MERGES",
    "Change",
    "Experiment",
    "Free",
    "Input",
    "Lane",
    "Limits",
    "Loss",
    "Matrix",
    "Network",
]

Matrix = tuple[tuple[float, ...], ...]

MERGES = ("concatenate", "sum", "average")
"""Ways to make one vector of both directions' states."""


@dataclass(frozen=True, eq=False)
class Limits:
    """The largest experiment that a run accepts; it bounds the memory of its traces.

    ``max_states`` bounds steps times units, summed over layers and directions: with it a forward and a
    gradient trace together stay below 120 MB. A kept set of Jacobians stays below 32 MB
    (``max_jacobian_numbers`` float64 numbers), and so does a kept table of each step's share of a weight's
    gradient.
    """

    max_steps: int = 1000
    max_hidden: int = 128
    max_inputs: int = 256
    max_outputs: int = 256
    max_lanes: int = 4
    max_layers: int = 4
    max_embedding: int = 256
    max_magnitude: float = 1e9
    max_states: int = 262_144
    max_jacobian_numbers: int = 4_000_000


LIMITS = Limits()


@dataclass(frozen=True)
class Network:
    """Recurrent layers, one above the other, with an optional embedding below and read-out above.

    Attributes
    ----------
    cell : str
        ``"rnn"``, ``"lstm"`` or ``"gru"``.
    hidden : int
        Number of units H of each layer and direction.
    activation : str
        Of the plain cell: tanh, relu, sigmoid or identity.
    init : str
        How weights that are not given are drawn: uniform, glorot, he, gaussian, orthogonal, identity or zero;
        see :func:`engine.initializers.draw_parameters`.
    scale : float
        Factor on the drawn recurrent matrix.
    spectral_radius : float or None
        The plain cell's recurrent matrix is rescaled to this radius, after ``scale``.
    forget_bias : float or None
        Effective sum of both biases of the forget gate, kept in ``bias_ih``.
    seed : int
        Of the drawn weights.
    weights : tuple of (name, matrix)
        Given parameters under PyTorch's names; a bias is a matrix of one row.
    outputs : int or None
        Size of the linear read-out ``y = W_y h + b_y``; None for none.
    variant : str
        Of the LSTM, one of :data:`engine.VARIANTS` (Greff et al. 2017); empty for the usual cell.
    reset : str
        Of the GRU: the reset gate acts ``after`` the recurrent matrix (PyTorch, cuDNN) or ``before`` it
        (Cho et al. 2014).
    layers : int
        Recurrent layers, each reading the hidden states of the one below.
    bidirectional : bool
        Each layer also reads its input from the end (Schuster and Paliwal 1997).
    merge : str
        How both directions' states make one vector: concatenate, sum or average.
    readout : str
        What the read-out's y is brought through: linear, softmax or sigmoid.
    embedding : int or None
        Size E of the vectors that stand for the input's entries, ``e_t = x_t W_e``; None for none.
    initial : str
        Initial states: ``zero``, or ``learned`` (parameters ``h0_l0``, ``c0_l0``, ...).
    dropout : float
        Share of entries left out of the input and between layers *in training*; a run leaves none out
        (Srivastava et al. 2014, Zaremba et al. 2014: never between steps).
    """

    cell: str = "lstm"
    hidden: int = 8
    activation: str = "tanh"
    init: str = "uniform"
    scale: float = 1.0
    spectral_radius: float | None = None
    forget_bias: float | None = None
    seed: int = 0
    weights: tuple[tuple[str, Matrix], ...] = ()
    outputs: int | None = None
    variant: str = ""
    reset: str = "after"
    layers: int = 1
    bidirectional: bool = False
    merge: str = "concatenate"
    readout: str = "linear"
    embedding: int | None = None
    initial: str = "zero"
    dropout: float = 0.0

    @property
    def recurrence(self) -> Cell:
        """The kind of cell, without sizes and numbers."""
        return Cell(self.cell, self.activation, self.variant, self.reset)

    @property
    def directions(self) -> tuple[str, ...]:
        """``("forward",)``, or ``("forward", "reverse")``."""
        return ("forward", "reverse") if self.bidirectional else ("forward",)

    @property
    def width(self) -> int:
        """Entries of the vector that a layer hands upwards: H, or 2H of two concatenated directions."""
        return self.hidden * (2 if self.bidirectional and self.merge == "concatenate" else 1)


@dataclass(frozen=True)
class Lane:
    """A network and the name by which it is told from its neighbours."""

    name: str
    network: Network


@dataclass(frozen=True)
class Free:
    """Steps at which a network reads what it said at the step before, see :mod:`engine.generation`.

    Attributes
    ----------
    steps : int
        How many.
    temperature : float
        0 for the likeliest symbol; above 0 it is drawn.
    seed : int
        Of what is drawn.
    """

    steps: int
    temperature: float = 0.0
    seed: int = 0


@dataclass(frozen=True)
class Input:
    """The sequence that every lane reads.

    Attributes
    ----------
    values : tuple of tuple of float
        Shape (T, I), row 0 is step 1.
    labels : tuple of str
        What stands over each step (the tokens), or empty.
    free : Free or None
        Further steps, at which each lane reads what it said itself. With labels, what is fed back is the
        chosen token.
    """

    values: Matrix
    labels: tuple[str, ...] = ()
    free: Free | None = None

    @property
    def steps(self) -> int:
        """Number of steps T, those of free running included."""
        return len(self.values) + (0 if self.free is None else self.free.steps)

    @property
    def size(self) -> int:
        """Number of entries I of each step's vector."""
        return len(self.values[0]) if self.values else 0

    @classmethod
    def tokens(cls, tokens: Sequence[str]) -> Input:
        """One-hot vectors, one entry for each different token in order of first appearance."""
        vocabulary = list(dict.fromkeys(tokens))
        rows = tuple(tuple(1.0 if word == token else 0.0 for word in vocabulary) for token in tokens)
        return cls(rows, tuple(tokens))

    @classmethod
    def zeros(cls, length: int) -> Input:
        """Return a single entry that is 0 at each of ``length`` steps."""
        return cls(((0.0,),) * length)

    @classmethod
    def impulse(cls, at: int, value: float, length: int) -> Input:
        """Return a single entry that is ``value`` at step ``at`` (from 1) and 0 elsewhere."""
        return cls(tuple((value if t == at else 0.0,) for t in range(1, length + 1)))

    @classmethod
    def noise(cls, length: int, size: int = 1, seed: int = 0) -> Input:
        """Draw standard normal numbers, ``size`` at each step."""
        drawn = Draws(seed, "input noise").normal(length, size)
        return cls(tuple(tuple(float(v) for v in row) for row in drawn))

    def resized(self, steps: int) -> Input:
        """Cut to the first ``steps`` steps, or read zeros after the end (or run free so much longer)."""
        if self.free is not None and steps > len(self.values):
            return replace(self, free=replace(self.free, steps=steps - len(self.values)))
        rows = self.values[:steps] + ((0.0,) * self.size,) * max(0, steps - len(self.values))
        labels = self.labels[:steps] + ("",) * max(0, steps - len(self.labels)) if self.labels else ()
        return Input(rows, labels)


@dataclass(frozen=True)
class Loss:
    """What the run is judged by: the sum over the steps ``at`` of one term each.

    Attributes
    ----------
    kind : str
        ``half-squared-norm`` (half the squared norm, no target), ``squared-error``, ``half-squared-error``,
        ``cross-entropy`` (of the softmax of the read-out; the target is a class number from 1) or
        ``binary-cross-entropy`` (of the sigmoid of the read-out; targets from 0 to 1).
    at : tuple of int or None
        Steps that are judged; None for the last one.
    target : tuple of tuple of float
        One row for each judged step, or one row for all. A row of one number stands for every entry.

    Notes
    -----
    The loss reads the read-out y where the network has one, else the hidden state h.
    """

    kind: str = "half-squared-norm"
    at: tuple[int, ...] | None = None
    target: Matrix = ()

    def steps(self, total: int) -> tuple[int, ...]:
        """Give the judged steps of a sequence of ``total`` steps; those past its end fall away."""
        if self.at is None:
            return (total,)
        return tuple(t for t in self.at if t <= total)


@dataclass(frozen=True)
class Change:
    """One place set to a number: an intervention of the author's, or the position of a control."""

    target: Target
    value: float


@dataclass(frozen=True)
class Experiment:
    """Lanes, one input, one loss, and changes made on top of them.

    Changes of settings act first, whatever their place in the list; then those of weights, inputs, states and
    forced gates, in order. With ``truncate`` = K the gradient is cut after every K-th step (truncated BPTT
    with windows side by side; the states are carried on).
    """

    lanes: tuple[Lane, ...]
    input: Input
    loss: Loss = Loss()
    changes: tuple[Change, ...] = ()
    truncate: int | None = None

    @property
    def steps(self) -> int:
        """Number of steps T, after a change of ``steps``."""
        for change in reversed(self.changes):
            if change.target.kind == "setting" and change.target.name == "steps":
                return round(change.value)
        return self.input.steps

    def changed(self, target: Target, value: float) -> Experiment:
        """Return this experiment with ``target`` set to ``value``, in place of an earlier change of it."""
        kept = tuple(change for change in self.changes if change.target != target)
        return replace(self, changes=(*kept, Change(target, float(value))))

    def value_of(self, target: Target) -> float | None:
        """Say what ``target`` holds now, weights drawn; None where it is not there or not one number."""
        from .resolve import current_value

        return current_value(self, target)

    def problems(self) -> tuple[str, ...]:
        """Say, a sentence each, what keeps this experiment from running; empty when nothing does."""
        from .problems import find_problems

        return find_problems(self)
