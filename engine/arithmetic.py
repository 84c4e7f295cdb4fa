"""A formula with its numbers put in: how one value of a run came about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .initializers import gate_rows
from .quantities import quantity

if TYPE_CHECKING:
    from .run import Run

__all__ = ["Arithmetic", "arithmetic", "format_number"]

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_RAISED = {"i": "ⁱ", "f": "ᶠ", "g": "ᵍ", "o": "ᵒ"}


@dataclass(frozen=True)
class Arithmetic:
    """One value and where it comes from.

    Attributes
    ----------
    name, t, unit
        Which value.
    value : float
        The number.
    formula : str
        LaTeX, in symbols.
    plain : str
        Unicode, with the numbers put in: ``c₃ = 0.73·1.20 + 0.91·0.40 = 1.24``.
    terms : tuple of (str, float)
        What is added, term by term, by the words that stand for each; empty for a single product.
    """

    name: str
    t: int
    unit: int
    value: float
    formula: str
    plain: str
    terms: tuple[tuple[str, float], ...] = ()


def format_number(value: float, digits: int = 3) -> str:
    """Write a number with ``digits`` significant digits, a true minus, and powers of ten when far from 1."""
    if not np.isfinite(value):
        return "out of range"
    size = abs(value)
    if size == 0.0:
        return "0"
    if size < 1e-3 or size >= 1e5:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        return f"{mantissa.replace('-', '−')}·10{str(int(exponent)).translate(_SUPERSCRIPT)}"
    decimals = max(0, digits - 1 - int(np.floor(np.log10(float(f"{size:.{digits - 1}e}")))))
    return f"{value:.{decimals}f}".replace("-", "−")


def arithmetic(run: Run, name: str, t: int, unit: int) -> Arithmetic:
    """Put the numbers of a run into the formula of one value.

    Parameters
    ----------
    run : Run
        Of one lane.
    name : str
        Quantity.
    t, unit : int
        Which value, counted as on screen.

    Raises
    ------
    KeyError, IndexError
        As :meth:`engine.Run.at`.
    """
    value = run.at(name, t, unit)
    assert isinstance(value, float)
    entry = quantity(name, run.cell)
    right, terms = _right_side(run, name, t, unit)
    if name != "x" and t > 0 and _is_held(run, name, t, unit):
        right, terms = "held by the experiment", ()
    symbol = _symbol(name, t)
    number = format_number(value)
    plain = f"{symbol} = {right} = {number}" if right and right != number else f"{symbol} = {number}"
    if right == "held by the experiment":
        plain = f"{symbol} = {number} (held by the experiment)"
    return Arithmetic(name, t, unit, value, entry.formula, plain, terms)


def _is_held(run: Run, name: str, t: int, unit: int) -> bool:
    return name in run.held and bool(run.held[name].mask[t - 1, unit - 1])


def _symbol(name: str, t: int) -> str:
    step = str(t).translate(_SUBSCRIPT)
    if name.startswith("grad("):
        return f"∂L/∂{_symbol(name[5:-1], t)}"
    if name.startswith("z_"):
        return f"z{_RAISED[name[2:]]}{step}"
    if name == "tanh_c":
        return f"tanh c{step}"
    return f"{'L' if name == 'loss' else name}{step}"


def _factor(value: float) -> str:
    text = format_number(value)
    return f"({text})" if value < 0 else text


def _product(*values: float) -> str:
    return "·".join([format_number(values[0]), *(_factor(v) for v in values[1:])])


def _sum(terms: tuple[tuple[str, float], ...]) -> str:
    text = format_number(terms[0][1])
    for _, value in terms[1:]:
        text += f" − {format_number(-value)}" if value < 0 else f" + {format_number(value)}"
    return text


Sides = tuple[str, tuple[tuple[str, float], ...]]
_NOTHING: Sides = ("", ())


def _right_side(run: Run, name: str, t: int, unit: int) -> Sides:
    if name.startswith("grad("):
        return _gradient_side(run, name[5:-1], t, unit)
    if name in ("x", "loss") or t == 0:
        return _NOTHING
    if name == "z" or name.startswith("z_"):
        return _pre_activation(run, name[2:], t, unit)
    if name == "y":
        return _read_out(run, t, unit)
    return _state_or_gate(run, name, t, unit)


def _value(run: Run, name: str, t: int, unit: int) -> float:
    value = run.at(name, t, unit)
    assert isinstance(value, float)
    return value


def _state_or_gate(run: Run, name: str, t: int, unit: int) -> Sides:
    def at(key: str, step: int = t) -> float:
        return _value(run, key, step, unit)

    if name == "g":
        return f"tanh({format_number(at('z_g'))})", ()
    if name in ("i", "f", "o"):
        return f"σ({format_number(at(f'z_{name}'))})", ()
    if name == "c":
        kept, written = at("f") * at("c", t - 1), at("i") * at("g")
        text = f"{_product(at('f'), at('c', t - 1))} + {_product(at('i'), at('g'))}"
        return text, (("kept, f·c", kept), ("written, i·g", written))
    if name == "tanh_c":
        return f"tanh({format_number(at('c'))})", ()
    if run.cell == "lstm":
        return _product(at("o"), at("tanh_c")), ()
    symbol = {"tanh": "tanh", "sigmoid": "σ", "relu": "ReLU", "identity": ""}[run.network.activation]
    inner = format_number(at("z"))
    return (f"{symbol}({inner})" if symbol else inner), ()


def _pre_activation(run: Run, gate: str, t: int, unit: int) -> Sides:
    row = gate_rows(run.network, gate).start + unit - 1
    with np.errstate(all="ignore"):
        from_x = float(run.parameters["weight_ih_l0"][row] @ run.vector("x", t))
        from_h = float(run.parameters["weight_hh_l0"][row] @ run.vector("h", t - 1))
    bias = float(run.parameters["bias_ih_l0"][row] + run.parameters["bias_hh_l0"][row])
    terms = (("from x", from_x), ("from h", from_h), ("bias", bias))
    return f"{_sum(terms)} (from x, h, bias)", terms


def _read_out(run: Run, t: int, unit: int) -> Sides:
    with np.errstate(all="ignore"):
        from_h = float(run.parameters["weight_y"][unit - 1] @ run.vector("h", t))
    terms = (("from h", from_h), ("bias", float(run.parameters["bias_y"][unit - 1])))
    return f"{_sum(terms)} (from h, bias)", terms


def _gradient_side(run: Run, base: str, t: int, unit: int) -> Sides:
    def at(key: str, step: int = t) -> float:
        return _value(run, key, step, unit)

    if base == "c":
        parts = {key: float(part[unit - 1]) for key, part in run.paths(t).items()}
        gates = sum((parts[key] for key in "ifgo"), 0.0)
        split = (
            ("along c", parts["c"]),
            ("through the gates", gates),
            ("from this step's loss", parts["loss"]),
        )
        return f"{_sum(split)} (along c, through the gates, from this loss)", split
    if base == "h":
        own = float(run.backward.loss_h[t, 0, unit - 1])
        terms = (("from this step's loss", own), ("from the next step", at("grad(h)") - own))
        return f"{_sum(terms)} (from this loss, from the next step)", terms
    if base in ("i", "f", "g"):
        factor = {"i": lambda: at("g"), "f": lambda: at("c", t - 1), "g": lambda: at("i")}[base]()
        return _product(at("grad(c)"), factor), ()
    if base in ("o", "tanh_c"):
        return _product(at("grad(h)"), at("tanh_c" if base == "o" else "o")), ()
    if base.startswith("z_"):
        gate = base[2:]
        a = at(gate)
        slope = 1.0 - a * a if gate == "g" else a * (1.0 - a)
        if _is_held(run, gate, t, unit):
            slope = 0.0
        return f"{_product(at(f'grad({gate})'), slope)} (times the slope)", ()
    return _NOTHING
