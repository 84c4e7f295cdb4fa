"""The one registry of what a run can show: symbol, range, formula and meaning of every quantity.

Expressions, labels, tooltips, worked solutions and accessible names all read it; none has a list of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from .cells import CELLS, VARIANTS, Cell

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Quantity",
    "heat_quantities",
    "measures",
    "quantities_of",
    "quantity",
    "quantity_names",
]


@dataclass(frozen=True)
class Quantity:
    """One named array of a run.

    Attributes
    ----------
    name : str
        As in expressions: ``f``, ``z_f``, ``grad(c)``.
    symbol : str
        LaTeX, with the step as subscript.
    label : str
        The same in plain Unicode.
    title : str
        In words.
    meaning : str
        One sentence.
    formula : str
        LaTeX of what it is computed from.
    scale : str
        ``unit`` (0 to 1), ``signed``, or ``magnitude`` (not negative).
    first : int
        0 for states, whose initial value counts; else 1.
    role : str
        Key of its colour: i, f, g, o, c, h, x, y, z, gradient or loss. A GRU's z keeps as f does, its n is a
        candidate as g, its r has the colour of o.
    size : str
        How many numbers a step has: ``units``, ``inputs``, ``outputs``, ``embedding``, ``one`` or ``matrix``.
    bounded : bool
        Whether its size never exceeds 1.
    """

    name: str
    symbol: str
    label: str
    title: str
    meaning: str
    formula: str
    scale: str = "signed"
    first: int = 1
    role: str = "z"
    size: str = "units"
    bounded: bool = False

    @property
    def is_gradient(self) -> bool:
        """Tell whether it is a derivative of the loss."""
        return self.name.startswith("grad(")

    @property
    def is_gate(self) -> bool:
        """Tell whether it opens and closes between 0 and 1."""
        return self.scale == "unit" and self.size == "units"


_RAISED = {"i": "ⁱ", "f": "ᶠ", "g": "ᵍ", "o": "ᵒ", "r": "ʳ", "z": "ᶻ", "n": "ⁿ"}
_SQUASH = {"tanh": r"\tanh", "sigmoid": r"\sigma", "relu": r"\mathrm{ReLU}", "identity": ""}
_GATE_WORDS = {
    "i": (
        "input gate",
        "The share of the candidate that is written into the cell state: 0 none, 1 all.",
        "i",
    ),
    "f": ("forget gate", "The share of the old cell state that is kept: 0 erases, 1 keeps all.", "f"),
    "g": ("candidate", "The new content, between -1 and 1, that the input gate may let in.", "g"),
    "o": ("output gate", "The share of tanh of the cell state that is emitted as hidden state.", "o"),
    "r": ("reset gate", "The share of the recurrent part that enters the candidate: 0 none, 1 all.", "o"),
    "z": ("update gate", "The share of the old hidden state that is kept: 1 copies it, 0 replaces it.", "f"),
    "n": ("candidate", "The new content, between -1 and 1, that takes the place of what is not kept.", "g"),
}
_FIXED = {
    "i": "This variant has no input gate: the whole candidate is written.",
    "f": "The cell of 1997 has no forget gate: the old cell state is kept whole.",
    "o": "This variant has no output gate: all of tanh of the cell state is emitted.",
}


@lru_cache(maxsize=64)
def quantities_of(cell: str | Cell) -> tuple[Quantity, ...]:
    """All quantities of a cell, in order of computation; the gradients after them, in the same order.

    What a network does not have (an embedding, a read-out) is in the list all the same; a run knows what it
    has, see :meth:`engine.Run.quantities`.

    Parameters
    ----------
    cell : str or Cell
        ``"rnn"``, ``"lstm"``, ``"gru"``, or one of their variants said in full.

    Examples
    --------
    >>> [q.name for q in quantities_of("gru")][:9]
    ['x', 'e', 'z_r', 'z_z', 'r', 'z', 'q', 'z_n', 'n']
    """
    kind = Cell(cell) if isinstance(cell, str) else cell
    forward = tuple(_forward(kind))
    back = _backward_formulas(kind)
    return forward + tuple(_gradient_of(base, back[base.name]) for base in forward if base.name in back)


def _forward(cell: Cell) -> Iterator[Quantity]:
    yield Quantity("x", "x_t", "xₜ", "input", "The vector read at this step.", "x_t", role="x", size="inputs")
    yield Quantity(
        "e",
        "e_t",
        "eₜ",
        "embedding",
        "The vector of learned numbers that stands for what is read.",
        r"e_t = W_e^\top x_t",
        role="x",
        size="embedding",
    )
    yield from {"rnn": _rnn, "lstm": _lstm, "gru": _gru}[cell.kind](cell)
    yield Quantity(
        "y",
        "y_t",
        "yₜ",
        "read-out",
        "The network's answer at this step, a linear function of h.",
        r"y_t = W_y h_t + b_y",
        role="y",
        size="outputs",
    )
    yield Quantity(
        "p",
        "p_t",
        "pₜ",
        "output",
        "The read-out brought between 0 and 1 by softmax or sigmoid.",
        r"p_t = \mathrm{softmax}(y_t) \text{ or } \sigma(y_t)",
        scale="unit",
        role="y",
        size="outputs",
        bounded=True,
    )
    yield Quantity(
        "loss",
        "L_t",
        "Lₜ",
        "loss of this step",
        "This step's term of the loss; 0 where the step is not judged.",
        r"L = \sum_t L_t",
        scale="magnitude",
        role="loss",
        size="one",
    )


def _rnn(cell: Cell) -> Iterator[Quantity]:
    yield Quantity(
        "z",
        "z_t",
        "zₜ",
        "pre-activation",
        "What the activation is applied to: input, previous hidden state and bias, mixed by the weights.",
        r"z_t = W x_t + U h_{t-1} + b",
    )
    yield _hidden(r"h_t = \phi(W x_t + U h_{t-1} + b)", bounded=cell.activation in ("tanh", "sigmoid"))


def _hidden(formula: str, *, bounded: bool) -> Quantity:
    meaning = "What the cell emits, to the next step and to whatever stands above it."
    return Quantity("h", "h_t", "hₜ", "hidden state", meaning, formula, first=0, role="h", bounded=bounded)


def _mixed(cell: Cell, letter: str) -> str:
    """LaTeX of what a gate is computed from."""
    text = rf"W_{letter}x_t + U_{letter}h_{{t-1}} + b_{letter}"
    if letter in cell.peepholes:
        text += rf" + w_{{c{letter}}} \odot c_{{{'t' if letter == 'o' else 't-1'}}}"
    return text


def _pre_activation(letter: str, mixed: str, squash: str) -> Quantity:
    title, _, role = _GATE_WORDS[letter]
    return Quantity(
        f"z_{letter}",
        rf"z^{letter}_t",
        f"z{_RAISED[letter]}ₜ",
        f"pre-activation of the {title}",
        f"What {squash} of the {title} is applied to: input, previous hidden state and bias, mixed by the "
        "weights.",
        rf"z^{letter}_t = {mixed}",
        role=role,
    )


def _gate(letter: str, formula: str, meaning: str = "", *, signed: bool = False) -> Quantity:
    title, usual, role = _GATE_WORDS[letter]
    return Quantity(
        letter,
        rf"{letter}_t",
        f"{letter}ₜ",
        title,
        meaning or usual,
        rf"{letter}_t = {formula}",
        scale="signed" if signed else "unit",
        role=role,
        bounded=True,
    )


def _lstm(cell: Cell) -> Iterator[Quantity]:
    for letter in "ifgo":
        mixed = _mixed(cell, letter)
        if letter == "g" and cell.variant == "no-input-activation":
            yield replace(
                _pre_activation("g", mixed, "tanh"), meaning="The candidate: this variant does not squash it."
            )
            meaning = "The new content that the input gate may let in; this variant does not squash it."
            yield replace(_gate("g", mixed, meaning, signed=True), bounded=False)
        elif letter in cell.gates:
            yield _pre_activation(letter, mixed, "tanh" if letter == "g" else "the sigmoid")
            squash = r"\tanh" if letter == "g" else r"\sigma"
            yield _gate(letter, f"{squash}({mixed})", signed=letter == "g")
        elif letter == "f" and cell.variant == "coupled":
            meaning = "The share of the old cell state that is kept: what the input gate does not write."
            yield _gate("f", "1 - i_t", meaning)
        else:
            yield _gate(letter, "1", _FIXED[letter])
    yield Quantity(
        "c",
        "c_t",
        "cₜ",
        "cell state",
        "What the cell carries from step to step: the old state times f, plus i times g.",
        r"c_t = f_t \odot c_{t-1} + i_t \odot g_t",
        first=0,
        role="c",
    )
    plain = cell.variant == "no-output-activation"
    squashed = "c_t" if plain else r"\tanh c_t"
    yield Quantity(
        "tanh_c",
        squashed,
        "cₜ" if plain else "tanh cₜ",
        "emitted cell state" if plain else "squashed cell state",
        "The cell state as it is: this variant does not squash it."
        if plain
        else "The cell state brought between -1 and 1 before the output gate.",
        "c_t" if plain else r"\tanh(c_t)",
        role="c",
        bounded=not plain,
    )
    gated = "" if cell.variant == "no-output-gate" else r"o_t \odot "
    yield _hidden(f"h_t = {gated}" + ("c_t" if plain else r"\tanh(c_t)"), bounded=not plain)


def _gru(cell: Cell) -> Iterator[Quantity]:
    for letter in "rz":
        yield _pre_activation(letter, _mixed(cell, letter), "the sigmoid")
    for letter in "rz":
        yield _gate(letter, rf"\sigma({_mixed(cell, letter)})")
    if cell.reset == "after":
        recurrent = r"q_t = U_n h_{t-1} + b_{hn}"
        mixed = r"W_n x_t + b_n + r_t \odot q_t"
        meaning = "The recurrent part of the candidate, before the reset gate acts on it."
    else:
        recurrent = r"q_t = r_t \odot h_{t-1}"
        mixed = r"W_n x_t + U_n q_t + b_n"
        meaning = "The old hidden state after the reset gate, as the candidate reads it."
    yield Quantity("q", "q_t", "qₜ", "recurrent part of the candidate", meaning, recurrent, role="h")
    yield _pre_activation("n", mixed, "tanh")
    yield _gate("n", rf"\tanh({mixed})", signed=True)
    yield _hidden(r"h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}", bounded=True)


def _gradient_of(base: Quantity, formula: str) -> Quantity:
    return Quantity(
        f"grad({base.name})",
        rf"\partial L/\partial {base.symbol}",
        f"∂L/∂{base.label}",
        f"gradient of the {base.title}",
        f"How much the loss would change for a small change of the {base.title} at this step.",
        formula,
        first=base.first,
        role="gradient",
        size=base.size,
    )


def _d(symbol: str) -> str:
    return rf"\partial L/\partial {symbol}"


def _backward_formulas(cell: Cell) -> dict[str, str]:
    common = {"e": rf"{_d('e_t')} = {_into('W', cell)}", "y": _d("y_t")}
    common["x"] = rf"{_d('x_t')} = {_into('W', cell)}"
    return common | {"rnn": _rnn_back, "lstm": _lstm_back, "gru": _gru_back}[cell.kind](cell)


def _into(matrix: str, cell: Cell, step: str = "t") -> str:
    if cell.kind == "rnn":
        return rf"{matrix}^\top\, \partial L/\partial z_{{{step}}}"
    if cell.kind == "gru" and matrix == "U" and cell.reset == "after":
        share = rf"U_n^\top (r_{{{step}}} \odot \partial L/\partial z^n_{{{step}}})"
        return rf"\sum_{{k=r,z}} U_k^\top\, \partial L/\partial z^k_{{{step}}} + {share}"
    if cell.kind == "gru" and matrix == "U":
        share = rf"r_{{{step}}} \odot U_n^\top\, \partial L/\partial z^n_{{{step}}}"
        return rf"\sum_{{k=r,z}} U_k^\top\, \partial L/\partial z^k_{{{step}}} + {share}"
    return rf"\sum_k {matrix}_k^\top\, \partial L/\partial z^k_{{{step}}}"


def _rnn_back(cell: Cell) -> dict[str, str]:
    return {
        "z": rf"{_d('z_t')} = \phi'(z_t) \odot {_d('h_t')}",
        "h": rf"{_d('h_t')} = \partial L_t/\partial h_t + {_into('U', cell, 't+1')}",
    }


def _lstm_back(cell: Cell) -> dict[str, str]:
    plain = cell.variant == "no-output-activation"
    slope = "" if plain else r" \odot (1 - \tanh^2 c_t)"
    gated = "" if cell.variant == "no-output-gate" else r"o_t"
    lead = (gated + slope).removeprefix(r" \odot ")
    into_c = rf"{lead} \odot {_d('h_t')}" if lead else _d("h_t")
    kept = "" if cell.variant == "no-forget-gate" else r"f_{t+1} \odot "
    peeped = "".join(
        rf" + w_{{c{k}}} \odot \partial L/\partial z^{k}_{{{'t' if k == 'o' else 't+1'}}}"
        for k in cell.peepholes
    )
    squashed = "c_t" if plain else r"\tanh c_t"
    coupled = cell.variant == "coupled"
    times_i = "" if cell.variant == "no-input-gate" else r"i_t \odot "
    times_o = gated and r"o_t \odot "
    table = {
        "c": rf"{_d('c_t')} = {kept}\partial L/\partial c_{{t+1}} + {into_c}{peeped}",
        "tanh_c": rf"{_d(squashed)} = {times_o}{_d('h_t')}",
        "h": rf"{_d('h_t')} = \partial L_t/\partial h_t + {_into('U', cell, 't+1')}",
        "i": rf"{_d('i_t')} = {'(g_t - c_{t-1})' if coupled else 'g_t'} \odot {_d('c_t')}",
        "f": rf"{_d('f_t')} = c_{{t-1}} \odot {_d('c_t')}",
        "g": rf"{_d('g_t')} = {times_i}{_d('c_t')}",
        "o": rf"{_d('o_t')} = {squashed} \odot {_d('h_t')}",
    }
    for k in cell.gates:
        slope = r"(1 - g_t^2) \odot " if k == "g" else rf"{k}_t(1 - {k}_t) \odot "
        if k == "g" and cell.variant == "no-input-activation":
            slope = ""
        table[f"z_{k}"] = rf"\partial L/\partial z^{k}_t = {slope}{_d(f'{k}_t')}"
    return table


def _gru_back(cell: Cell) -> dict[str, str]:
    after = cell.reset == "after"
    table = {
        "h": (
            rf"{_d('h_t')} = \partial L_t/\partial h_t + z_{{t+1}} \odot \partial L/\partial h_{{t+1}}"
            rf" + {_into('U', cell, 't+1')}"
        ),
        "n": rf"{_d('n_t')} = (1 - z_t) \odot {_d('h_t')}",
        "z": rf"{_d('z_t')} = (h_{{t-1}} - n_t) \odot {_d('h_t')}",
        "q": rf"{_d('q_t')} = r_t \odot \partial L/\partial z^n_t"
        if after
        else rf"{_d('q_t')} = U_n^\top\, \partial L/\partial z^n_t",
        "r": rf"{_d('r_t')} = {'q_t' if after else 'h_{t-1}'} \odot "
        + (r"\partial L/\partial z^n_t" if after else _d("q_t")),
    }
    for k in cell.gates:
        slope = "(1 - n_t^2)" if k == "n" else rf"{k}_t(1 - {k}_t)"
        table[f"z_{k}"] = rf"\partial L/\partial z^{k}_t = {slope} \odot {_d(f'{k}_t')}"
    return table


def quantity(name: str, cell: str | Cell = "lstm") -> Quantity:
    """Look a quantity up by its name.

    Raises
    ------
    KeyError
        If the cell has no such quantity.

    Examples
    --------
    >>> quantity("f", Cell("lstm", variant="coupled")).formula
    'f_t = 1 - i_t'
    """
    return _by_name(cell)[name]


@lru_cache(maxsize=64)
def _by_name(cell: str | Cell) -> dict[str, Quantity]:
    return {q.name: q for q in quantities_of(cell)}


def quantity_names() -> tuple[str, ...]:
    """Names of all quantities of all cells, each once."""
    cells = [Cell(kind) for kind in CELLS] + [Cell("lstm", variant=name) for name in VARIANTS]
    return tuple(dict.fromkeys(q.name for cell in cells for q in quantities_of(cell)))


def heat_quantities(cell: str | Cell) -> tuple[Quantity, ...]:
    """Quantities of units that a picture of all units and steps shows, in the order of the diagram.

    Gates that a variant fixes at 1 are left out; so are an LSTM's pre-activations.
    """
    kind = Cell(cell) if isinstance(cell, str) else cell
    names = {"rnn": ("z", "h"), "lstm": ("f", "i", "g", "o", "c", "h"), "gru": ("r", "z", "n", "h")}[
        kind.kind
    ]
    shown = [name for name in names if kind.kind == "rnn" or name in "chf" or name in kind.gates]
    if kind.variant == "no-forget-gate":
        shown.remove("f")
    return tuple(quantity(name, kind) for name in shown)


@lru_cache(maxsize=1)
def measures() -> dict[str, Quantity]:
    r"""What is computed from a run beside its arrays by step, by name: symbol, formula and meaning.

    Examples
    --------
    >>> measures()["direct"].title
    'direct path'
    """
    table = (
        Quantity(
            "jacobian",
            r"\partial h_T/\partial h_t",
            "∂h_T/∂hₜ",
            "Jacobian",
            "How a state answers to the same state at an earlier step, everything between recomputed.",
            r"\prod_{s=t+1}^{T} \partial h_s/\partial h_{s-1}",
            size="matrix",
            role="gradient",
        ),
        Quantity(
            "direct",
            r"\prod_s f_s",
            "∏ fₛ",
            "direct path",
            "What the forget gates alone let through from an earlier cell state.",
            r"\prod_{s=t+1}^{T} f_s",
            scale="unit",
            role="f",
        ),
        Quantity(
            "singular_values",
            r"\sigma_k",
            "σₖ",
            "singular values",
            "By how much a matrix stretches the directions that it keeps apart, the largest first.",
            r"\sigma_k = \sqrt{\lambda_k(J^\top J)}",
            scale="magnitude",
            role="gradient",
        ),
        Quantity(
            "spectral_radius",
            r"\rho(U)",
            "ρ",
            "spectral radius",
            "The largest absolute eigenvalue of the recurrent matrix.",
            r"\rho = \max_k |\lambda_k(U)|",
            scale="magnitude",
            role="gradient",
            size="one",
        ),
        Quantity(
            "bound",
            r"\gamma \sigma_1",
            "γσ₁",
            "bound on a step's factor",
            "No step of a plain cell lengthens a gradient by more (Pascanu, Mikolov and Bengio 2013, section "
            "2.1).",
            r"\lVert \partial h_{t+1}/\partial h_t \rVert \le \gamma \sigma_1(U)",
            scale="magnitude",
            role="gradient",
            size="one",
        ),
        Quantity(
            "contribution",
            r"\partial L/\partial W\,|_t",
            "∂L/∂W at t",
            "step's share of a weight gradient",
            "What one step adds to a weight's gradient; the gradient is the sum over all steps.",
            r"\partial L/\partial W = \sum_t \partial L/\partial z_t\, v_t^\top",
            size="matrix",
            role="gradient",
        ),
        Quantity(
            "path",
            r"\partial L/\partial c_t\,|_k",
            "∂L/∂cₜ by path",
            "path's share of a state's gradient",
            "The part of a gradient that came one way; the parts sum to the whole as vectors.",
            r"\partial L/\partial c_t = \sum_k \partial L/\partial c_t\,|_k",
            role="gradient",
        ),
        Quantity(
            "half_life",
            r"t_{1/2}",
            "t½",
            "half-life",
            "After how many steps a constant factor per step halves.",
            r"t_{1/2} = \ln 2 / (-\ln \lvert f \rvert)",
            scale="magnitude",
            size="one",
            role="gradient",
        ),
        Quantity(
            "perplexity",
            r"e^{\bar L}",
            "perplexity",
            "perplexity",
            "Among how many equally likely symbols the network guesses: the exponential of its mean "
            "cross-entropy.",
            r"\exp\big(\tfrac1n \sum_t L_t\big)",
            scale="magnitude",
            size="one",
            role="loss",
        ),
        Quantity(
            "saliency",
            r"\lVert \partial L/\partial x_t \rVert",
            "‖∂L/∂xₜ‖",
            "saliency",
            "How strongly the loss answers to a small change of the input at this step.",
            r"\lVert \partial L/\partial x_t \rVert_2",
            scale="magnitude",
            size="one",
            role="gradient",
        ),
    )
    return {q.name: q for q in table}
