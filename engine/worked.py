"""A formula with its numbers put in: how one value of a run came about."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .initializers import gate_rows
from .quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from .cells import Cell
    from .runs import Run

__all__ = ["Arithmetic", "arithmetic", "format_number", "ingredients"]

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_DECIMALS = 8
"""Most decimals of a term; where a sum cancels further, each term has its own four digits."""
_RAISED = {"i": "ⁱ", "f": "ᶠ", "g": "ᵍ", "o": "ᵒ", "r": "ʳ", "z": "ᶻ", "n": "ⁿ"}


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
    if not math.isfinite(value):
        return "out of range"
    size = abs(value)
    if size == 0.0:
        return "0"
    if size < 1e-3 or size >= 1e5:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        return f"{mantissa.replace('-', '−')}·10{str(int(exponent)).translate(_SUPERSCRIPT)}"
    decimals = max(0, digits - 1 - math.floor(math.log10(float(f"{size:.{digits - 1}e}"))))
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
    entry = quantity(name, run.network.recurrence)
    right, terms = _right_side(run, name, t, unit)
    if name in run.held and 1 <= t <= run.steps and _is_held(run, name, t, unit):
        right, terms = "held by the experiment", ()
    symbol = _symbol(run, name, t)
    number = format_number(value)
    plain = f"{symbol} = {right} = {number}" if right and right != number else f"{symbol} = {number}"
    if right == "held by the experiment":
        plain = f"{symbol} = {number} (held by the experiment)"
    return Arithmetic(name, t, unit, value, entry.formula, plain, terms)


def ingredients(cell: Cell, name: str) -> tuple[str, ...]:
    """Name the quantities whose numbers :func:`arithmetic` puts into a formula, besides the value itself.

    Parameters
    ----------
    cell : Cell
        Which recurrence.
    name : str
        A quantity of the forward pass; for a gradient nothing is named.

    Examples
    --------
    >>> from engine.cells import Cell
    >>> ingredients(Cell("gru"), "h")
    ('z', 'n', 'h')
    """
    if name and name in cell.gates:
        return (f"z_{name}",)
    if name == "z" or name.startswith("z_"):
        return _mixed_from(cell, name[2:])
    if cell.kind == "gru":
        reads = ("h",) if cell.reset == "after" else ("r", "h")
        return {"h": ("z", "n", "h"), "q": reads, "y": ("h",)}.get(name, ())
    if cell.kind == "rnn":
        return {"h": ("z",), "y": ("h",)}.get(name, ())
    coupled = ("i",) if cell.variant == "coupled" else ()
    table = {"f": coupled, "c": ("f", "i", "g", "c"), "tanh_c": ("c",), "h": ("o", "tanh_c"), "y": ("h",)}
    return table.get(name, ())


def _mixed_from(cell: Cell, gate: str) -> tuple[str, ...]:
    if gate == "n":
        return ("x", "r", "q") if cell.reset == "after" else ("x", "q")
    return ("x", "h", "c") if gate in cell.peepholes else ("x", "h")


def _is_held(run: Run, name: str, t: int, unit: int) -> bool:
    return name in run.held and bool(run.held[name].mask[t - 1, unit - 1])


def _symbol(run: Run, name: str, t: int) -> str:
    step = str(t).translate(_SUBSCRIPT)
    if name.startswith("grad("):
        return f"∂L/∂{_symbol(run, name[5:-1], t)}"
    if name.startswith("z_"):
        return f"z{_RAISED[name[2:]]}{step}"
    if name == "tanh_c":
        return f"c{step}" if run.network.variant == "no-output-activation" else f"tanh c{step}"
    return f"{'L' if name == 'loss' else name}{step}"


def _factor(value: float) -> str:
    text = format_number(value, 4)
    return f"({text})" if value < 0 else text


def _product(*values: float) -> str:
    """Write a product whose factors have a digit more than results have: it comes out as it is printed."""
    return "·".join([format_number(values[0], 4), *(_factor(v) for v in values[1:])])


def _sum(terms: tuple[tuple[str, float], ...]) -> str:
    """Write a sum whose terms have one decimal more than its result: it comes out as it is printed."""
    whole = sum(value for _, value in terms)
    known = math.isfinite(whole) and whole != 0.0
    decimals = 3 - math.floor(math.log10(abs(whole))) if known else 0
    plain = known and 0 <= decimals <= _DECIMALS and max(abs(value) for _, value in terms) >= 1e-3

    def term(value: float) -> str:
        written = f"{value:.{decimals}f}" if plain else ""
        return written if written.strip("0.") else format_number(value, 4)

    text = ("−" if terms[0][1] < 0 else "") + term(abs(terms[0][1]))
    for _, value in terms[1:]:
        text += (" − " if value < 0 else " + ") + term(abs(value))
    return text


Sides = tuple[str, tuple[tuple[str, float], ...]]
_NOTHING: Sides = ("", ())


def _right_side(run: Run, name: str, t: int, unit: int) -> Sides:
    if name.startswith("grad("):
        return _gradient_side(run, name[5:-1], t, unit)
    if name in ("x", "loss", "p") or t in (0, run.steps + 1):
        return _NOTHING
    if name == "e":
        return _embedded(run, t, unit)
    if name.startswith("z_") or (name == "z" and run.cell == "rnn"):
        return _pre_activation(run, name[2:], t, unit)
    if name == "y":
        return _read_out(run, t, unit)
    if run.cell == "rnn":
        symbol = {"tanh": "tanh", "sigmoid": "σ", "relu": "ReLU", "identity": ""}[run.network.activation]
        inner = format_number(_value(run, "z", t, unit))
        return (f"{symbol}({inner})" if symbol else inner), ()
    return (_of_lstm if run.cell == "lstm" else _of_gru)(run, name, t, unit)


def _value(run: Run, name: str, t: int, unit: int) -> float:
    value = run.at(name, t, unit)
    assert isinstance(value, float)
    return value


def _before(run: Run, t: int) -> int:
    """Step that a direction reads before t."""
    return t - 1 if run.direction == "forward" else t + 1


def _of_lstm(run: Run, name: str, t: int, unit: int) -> Sides:
    def at(key: str, step: int = t) -> float:
        return _value(run, key, step, unit)

    variant = run.network.variant
    if name == "f" and variant == "coupled":
        return f"1 − {_factor(at('i'))}", ()
    if name in "ifgo":
        if name not in run.network.recurrence.gates:
            return "fixed in this variant", ()
        inner = format_number(at(f"z_{name}"))
        if name == "g":
            return (inner if variant == "no-input-activation" else f"tanh({inner})"), ()
        return f"σ({inner})", ()
    if name == "c":
        old = at("c", _before(run, t))
        kept, written = at("f") * old, at("i") * at("g")
        text = f"{_product(at('f'), old)} + {_product(at('i'), at('g'))}"
        return text, (("kept, f·c", kept), ("written, i·g", written))
    if name == "tanh_c":
        inner = format_number(at("c"))
        return (inner if variant == "no-output-activation" else f"tanh({inner})"), ()
    return _product(at("o"), at("tanh_c")), ()


def _of_gru(run: Run, name: str, t: int, unit: int) -> Sides:
    def at(key: str, step: int = t) -> float:
        return _value(run, key, step, unit)

    if name == "n":
        return f"tanh({format_number(at('z_n'))})", ()
    if name in "rz":
        return f"σ({format_number(at(f'z_{name}'))})", ()
    old = at("h", _before(run, t))
    if name == "q":
        if run.network.reset == "before":
            return _product(at("r"), old), ()
        row = gate_rows(run.network, "n").start + unit - 1
        bias = float(_parameter(run, "bias_hh")[row])
        terms = (*_mixed_terms(run, {"weight_hh": ("h", _before(run, t))}, row), ("bias", bias))
        return f"{_sum(terms)} (from h, bias)", terms
    copied, new = at("z") * old, (1.0 - at("z")) * at("n")
    text = f"{_product(1.0 - at('z'), at('n'))} + {_product(at('z'), old)}"
    return text, (("new, (1 − z)·n", new), ("kept, z·h", copied))


def _parameter(run: Run, name: str) -> NDArray[np.float64]:
    """Look up one of the parameters of the layer and direction that is looked at."""
    return run.parameters[name + run.ending]


def _mixed_terms(run: Run, reads: dict[str, tuple[str, int]], row: int) -> tuple[tuple[str, float], ...]:
    """What each matrix's row makes of the vector that it reads."""
    terms = []
    with np.errstate(all="ignore"):
        for matrix, (name, step) in reads.items():
            source = run.forward.x[_trace_row(run, step), 0] if name == "x" else run.vector(name, step)
            terms.append((f"from {name}", float(_parameter(run, matrix)[row] @ source)))
    return tuple(terms)


def _trace_row(run: Run, t: int) -> int:
    return t - 1 if run.direction == "forward" else run.steps - t


def _pre_activation(run: Run, gate: str, t: int, unit: int) -> Sides:
    row = gate_rows(run.network, gate).start + unit - 1
    before = _before(run, t)
    terms = _mixed_terms(run, {"weight_ih": ("x", t)}, row)
    own, other = float(_parameter(run, "bias_ih")[row]), float(_parameter(run, "bias_hh")[row])
    if gate == "n" and run.network.reset == "after":
        share = _value(run, "r", t, unit) * _value(run, "q", t, unit)
        terms += (("r·q", share), ("bias", own))
        return f"{_sum(terms)} (from x, r·q, bias)", terms
    reads = {"weight_hh": ("q", t) if gate == "n" else ("h", before)}
    terms += _mixed_terms(run, reads, row)
    names = ["x", "q" if gate == "n" else "h"]
    if gate in run.network.recurrence.peepholes:
        weight = float(_parameter(run, f"weight_c{gate}")[unit - 1])
        terms += (("from c", weight * _value(run, "c", t if gate == "o" else before, unit)),)
        names.append("c")
    terms += (("bias", own + other),)
    return f"{_sum(terms)} (from {', '.join(names)}, bias)", terms


def _embedded(run: Run, t: int, unit: int) -> Sides:
    x = run.vector("x", t)
    if np.count_nonzero(x) == 1 and x.max() == 1.0:
        return f"entry {unit} of token {int(np.argmax(x)) + 1}", ()
    return _NOTHING


def _read_out(run: Run, t: int, unit: int) -> Sides:
    top = run.on(run.network.layers)
    with np.errstate(all="ignore"):
        weights = run.parameters["weight_y"][unit - 1]
        whole = _value(run, "y", t, unit)
        bias = float(run.parameters["bias_y"][unit - 1])
        if run.network.bidirectional:
            terms = (("from both directions", whole - bias), ("bias", bias))
            return f"{_sum(terms)} (from both directions, bias)", terms
        from_h = float(weights @ top.vector("h", t))
    terms = (("from h", from_h), ("bias", bias))
    return f"{_sum(terms)} (from h, bias)", terms


def _gradient_side(run: Run, base: str, t: int, unit: int) -> Sides:
    if base in ("c", "h"):
        return _state_gradient(run, base, t, unit)
    if base.startswith("z_"):
        gate = base[2:]
        a = _value(run, gate, t, unit)
        signed = gate in "gn"
        slope = 1.0 - a * a if signed else a * (1.0 - a)
        if gate == "g" and run.network.variant == "no-input-activation":
            slope = 1.0
        if gate in run.held and _is_held(run, gate, t, unit):
            slope = 0.0
        return f"{_product(_value(run, f'grad({gate})', t, unit), slope)} (times the slope)", ()
    factor = _local_factor(run, base, t, unit)
    if factor is None:
        return _NOTHING
    source, value = factor
    return _product(_value(run, f"grad({source})", t, unit), value), ()


def _state_gradient(run: Run, base: str, t: int, unit: int) -> Sides:
    parts = {key: float(part[unit - 1]) for key, part in run.paths(t, base).items()}
    own = parts.pop("above")
    top = run.layer == run.network.layers
    words, short = (
        ("from this step's loss", "from this loss") if top else ("from the layer above", "from above")
    )
    if base == "h" and run.cell != "gru":
        terms = ((words, own), ("from the next step", sum(parts.values())))
        return f"{_sum(terms)} ({short}, from the next step)", terms
    # Term by term as in the formula.
    direct = parts.pop(base, 0.0)
    if base == "c":
        through = "through hₜ and peepholes" if run.network.recurrence.peepholes else "through hₜ"
        terms = (("along c", direct), (through, sum(parts.values()) + own))
        return f"{_sum(terms)} (along c, {through})", terms
    split = ((words, own), ("along h", direct), ("through the gates", sum(parts.values())))
    return f"{_sum(split)} ({short}, along h, through the gates)", split


def _local_factor(run: Run, base: str, t: int, unit: int) -> tuple[str, float] | None:
    """By what the gradient of which quantity is multiplied, inside one step."""

    def at(key: str, step: int = t) -> float:
        return _value(run, key, step, unit)

    before = _before(run, t)
    if run.cell == "lstm" and run.network.variant == "coupled" and base == "i":
        return "c", at("g") - at("c", before)
    table: dict[str, Callable[[], tuple[str, float]]]
    if run.cell == "lstm":
        table = {
            "i": lambda: ("c", at("g")),
            "f": lambda: ("c", at("c", before)),
            "g": lambda: ("c", at("i")),
            "o": lambda: ("h", at("tanh_c")),
            "tanh_c": lambda: ("h", at("o")),
        }
    elif run.cell == "gru":
        after = run.network.reset == "after"
        table = {
            "z": lambda: ("h", at("h", before) - at("n")),
            "n": lambda: ("h", 1.0 - at("z")),
            "r": lambda: ("z_n", at("q")) if after else ("q", at("h", before)),
        }
        if after:
            table["q"] = lambda: ("z_n", at("r"))
    else:
        return None
    return table[base]() if base in table else None
