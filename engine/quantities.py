"""The one registry of what a run can show: symbol, range, formula and meaning of every quantity.

Expressions, labels, tooltips, worked solutions and accessible names all read it; none has a list of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Quantity", "quantities_of", "quantity", "quantity_names"]


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
        Key of its colour: i, f, g, o, c, h, x, y, z, gradient or loss.
    size : str
        How many numbers a step has: ``units``, ``inputs``, ``outputs`` or ``one``.
    cells : tuple of str
        Which cells have it.
    """

    name: str
    symbol: str
    label: str
    title: str
    meaning: str
    formula: str
    scale: str
    first: int
    role: str
    size: str = "units"
    cells: tuple[str, ...] = ("rnn", "lstm")

    @property
    def is_gradient(self) -> bool:
        """Tell whether it is a derivative of the loss."""
        return self.name.startswith("grad(")


def _gate(letter: str, title: str, meaning: str) -> tuple[Quantity, Quantity]:
    squash, scale = (r"\tanh", "signed") if letter == "g" else (r"\sigma", "unit")
    subscript = rf"W_{letter}x_t + U_{letter}h_{{t-1}} + b_{letter}"
    lstm = ("lstm",)
    return (
        Quantity(
            f"z_{letter}",
            rf"z^{letter}_t",
            f"z{_superscript(letter)}ₜ",
            f"pre-activation of the {title}",
            f"What {'tanh' if letter == 'g' else 'the sigmoid'} of the {title} is applied to: input, "
            "previous hidden state and bias, mixed by the weights.",
            rf"z^{letter}_t = {subscript}",
            "signed",
            1,
            letter,
            cells=lstm,
        ),
        Quantity(
            letter,
            rf"{letter}_t",
            f"{letter}ₜ",
            title,
            meaning,
            rf"{letter}_t = {squash}({subscript})",
            scale,
            1,
            letter,
            cells=lstm,
        ),
    )


def _superscript(letter: str) -> str:
    return {"i": "ⁱ", "f": "ᶠ", "g": "ᵍ", "o": "ᵒ"}[letter]


_FORWARD: tuple[Quantity, ...] = (
    Quantity("x", "x_t", "xₜ", "input", "The vector read at this step.", "x_t", "signed", 1, "x", "inputs"),
    Quantity(
        "z",
        "z_t",
        "zₜ",
        "pre-activation",
        "What the activation is applied to: input, previous hidden state and bias, mixed by the weights.",
        r"z_t = W x_t + U h_{t-1} + b",
        "signed",
        1,
        "z",
        cells=("rnn",),
    ),
    *_gate(
        "i", "input gate", "The share of the candidate that is written into the cell state: 0 none, 1 all."
    ),
    *_gate("f", "forget gate", "The share of the old cell state that is kept: 0 erases, 1 keeps all."),
    *_gate("g", "candidate", "The new content, between -1 and 1, that the input gate may let in."),
    *_gate("o", "output gate", "The share of tanh of the cell state that is emitted as hidden state."),
    Quantity(
        "c",
        "c_t",
        "cₜ",
        "cell state",
        "What the cell carries from step to step: the old state times f, plus i times g.",
        r"c_t = f_t \odot c_{t-1} + i_t \odot g_t",
        "signed",
        0,
        "c",
        cells=("lstm",),
    ),
    Quantity(
        "tanh_c",
        r"\tanh c_t",
        "tanh cₜ",
        "squashed cell state",
        "The cell state brought between -1 and 1 before the output gate.",
        r"\tanh(c_t)",
        "signed",
        1,
        "c",
        cells=("lstm",),
    ),
    Quantity(
        "h",
        "h_t",
        "hₜ",
        "hidden state",
        "What the cell emits, to the next step and to whatever stands above it.",
        "",  # depends on the cell: see quantities_of
        "signed",
        0,
        "h",
    ),
    Quantity(
        "y",
        "y_t",
        "yₜ",
        "read-out",
        "The network's answer at this step, a linear function of h.",
        r"y_t = W_y h_t + b_y",
        "signed",
        1,
        "y",
        "outputs",
    ),
    Quantity(
        "loss",
        "L_t",
        "Lₜ",
        "loss of this step",
        "This step's term of the loss; 0 where the step is not judged.",
        r"L = \sum_t L_t",
        "magnitude",
        1,
        "loss",
        "one",
    ),
)

_H_FORMULA = {"rnn": r"h_t = \phi(W x_t + U h_{t-1} + b)", "lstm": r"h_t = o_t \odot \tanh(c_t)"}

_BACK_FORMULA = {
    "lstm": {
        "x": r"\partial L/\partial x_t = \sum_k W_k^\top\, \partial L/\partial z^k_t",
        "c": (
            r"\partial L/\partial c_t = f_{t+1} \odot \partial L/\partial c_{t+1}"
            r" + o_t \odot (1 - \tanh^2 c_t) \odot \partial L/\partial h_t"
        ),
        "tanh_c": r"\partial L/\partial \tanh c_t = o_t \odot \partial L/\partial h_t",
        "h": (
            r"\partial L/\partial h_t = \partial L_t/\partial h_t"
            r" + \sum_k U_k^\top\, \partial L/\partial z^k_{t+1}"
        ),
        "i": r"\partial L/\partial i_t = g_t \odot \partial L/\partial c_t",
        "f": r"\partial L/\partial f_t = c_{t-1} \odot \partial L/\partial c_t",
        "g": r"\partial L/\partial g_t = i_t \odot \partial L/\partial c_t",
        "o": r"\partial L/\partial o_t = \tanh(c_t) \odot \partial L/\partial h_t",
        "z_i": r"\partial L/\partial z^i_t = i_t(1 - i_t) \odot \partial L/\partial i_t",
        "z_f": r"\partial L/\partial z^f_t = f_t(1 - f_t) \odot \partial L/\partial f_t",
        "z_g": r"\partial L/\partial z^g_t = (1 - g_t^2) \odot \partial L/\partial g_t",
        "z_o": r"\partial L/\partial z^o_t = o_t(1 - o_t) \odot \partial L/\partial o_t",
        "y": r"\partial L/\partial y_t",
    },
    "rnn": {
        "x": r"\partial L/\partial x_t = W^\top\, \partial L/\partial z_t",
        "z": r"\partial L/\partial z_t = \phi'(z_t) \odot \partial L/\partial h_t",
        "h": r"\partial L/\partial h_t = \partial L_t/\partial h_t + U^\top\, \partial L/\partial z_{t+1}",
        "y": r"\partial L/\partial y_t",
    },
}


def _gradient_of(base: Quantity, cell: str) -> Quantity:
    return Quantity(
        f"grad({base.name})",
        rf"\partial L/\partial {base.symbol}",
        f"∂L/∂{base.label}",
        f"gradient of the {base.title}",
        f"How much the loss would change for a small change of the {base.title} at this step.",
        _BACK_FORMULA[cell][base.name],
        "signed",
        base.first,
        "gradient",
        base.size,
        base.cells,
    )


def quantities_of(cell: str) -> tuple[Quantity, ...]:
    """All quantities of a cell, in order of computation; the gradients after them, in the same order.

    Parameters
    ----------
    cell : str
        ``"rnn"`` or ``"lstm"``.
    """
    return _TABLE[cell]


def _build(cell: str) -> Iterator[Quantity]:
    forward = []
    for base in _FORWARD:
        if cell not in base.cells:
            continue
        if base.name == "h":
            base = Quantity(
                **{**base.__dict__, "formula": _H_FORMULA[cell]}  # the one formula that differs by cell
            )
        forward.append(base)
    yield from forward
    for base in forward:
        if base.name in _BACK_FORMULA[cell]:
            yield _gradient_of(base, cell)


_TABLE = {cell: tuple(_build(cell)) for cell in ("rnn", "lstm")}
_BY_NAME = {cell: {q.name: q for q in table} for cell, table in _TABLE.items()}


def quantity(name: str, cell: str = "lstm") -> Quantity:
    """Look a quantity up by its name.

    Raises
    ------
    KeyError
        If the cell has no such quantity.
    """
    return _BY_NAME[cell][name]


def quantity_names() -> tuple[str, ...]:
    """Names of all quantities of all cells, each once."""
    return tuple(dict.fromkeys(q.name for table in _TABLE.values() for q in table))
