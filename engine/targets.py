"""Typed places that can be set: the one spelling shared by interventions, controls and what-if expressions.

======================== =================================================================
``forget_bias``          a setting: forget_bias, scale, spectral_radius, hidden, steps, seed
``weight.hh[2, 1]``      entry (row, column) of the packed matrix, as PyTorch stores it; also ``ih``, ``y``
``weight.hh.f[2, 1]``    the same, rows counted within the forget gate's block (LSTM)
``bias.f[5]``            effective bias of unit 5 of a gate; ``bias[5]`` of the plain cell, ``bias.y[1]``
``x[3]``, ``x[3, 2]``    input at step 3 (all entries, or entry 2)
``c[0]``, ``h[7, 2]``    a state held at a step (all units, or unit 2); step 0 is the initial state
``force.f[5, 3..8]``     a gate held: unit 5, steps 3 to 8; what is not said means all
``weight.ci[5]``         a peephole weight of unit 5 (also ``cf``, ``co``)
``bias.hn[5]``           a GRU's second bias of its candidate, inside the bracket that r scales
``force.f.l2.reverse``   layers from 2 and the reverse direction are named after the rest
======================== =================================================================

Units, steps, rows, columns and layers count from 1, step 0 is the initial state. Of a reverse direction the
initial state is step T+1, and it is written as such.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["SETTINGS", "Span", "Target", "TargetError", "parse_target"]

SETTINGS: dict[str, str] = {
    "forget_bias": "forget bias",
    "scale": "weight scale",
    "spectral_radius": "spectral radius ρ",
    "hidden": "units H",
    "steps": "steps T",
    "seed": "seed",
    "layers": "layers",
    "truncate": "window of BPTT",
}

_GATES = {
    "i": "input gate",
    "f": "forget gate",
    "g": "candidate",
    "o": "output gate",
    "r": "reset gate",
    "z": "update gate",
    "n": "candidate",
}
_BIAS = {
    "i": "input",
    "f": "forget",
    "g": "candidate",
    "o": "output",
    "r": "reset",
    "z": "update",
    "n": "candidate",
    "hn": "recurrent candidate",
}
_MATRICES = ("ih", "hh", "y", "e")
_PEEPHOLES = {"ci": "input", "cf": "forget", "co": "output"}
_HEAD = re.compile(r"[a-z_]+(?:\.[a-z]+\d{0,2}){0,4}")
_LAYER = re.compile(r"l([1-9]\d?)")
_SPAN = re.compile(r"\s*(\d{1,6})\s*(?:\.\.\s*(\d{1,6})\s*)?")
MAX_LENGTH = 60


class TargetError(ValueError):
    """A spelling that names no place. ``offset`` is the position in the text, from 0."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


@dataclass(frozen=True)
class Span:
    """A range of numbers from ``first`` to ``last``, both included."""

    first: int
    last: int

    def __str__(self) -> str:
        """Spell it as it is read."""
        return str(self.first) if self.first == self.last else f"{self.first}..{self.last}"

    def __contains__(self, number: int) -> bool:
        """Tell whether ``number`` lies in the range."""
        return self.first <= number <= self.last


@dataclass(frozen=True)
class Target:
    """A place that can be set to a number.

    Attributes
    ----------
    kind : str
        setting, weight, bias, input, state or force.
    name : str
        The setting; ih, hh, y, e, or a peephole (ci, cf, co); the gate (empty for the plain cell's bias); x;
        c or h; the forced gate.
    gate : str
        Block of a weight's rows, or empty.
    index : tuple of Span or None
        Two places: (row, column), (unit, None), (step, entry), (step, unit), or for a forced gate
        (unit, steps). None stands for all.
    lane : str or None
        None for every lane that has such a place.
    layer : int
        From 1.
    direction : str
        forward or reverse.
    """

    kind: str
    name: str
    gate: str = ""
    index: tuple[Span | None, Span | None] = (None, None)
    lane: str | None = None
    layer: int = 1
    direction: str = "forward"

    def __str__(self) -> str:
        """Spell it as :func:`parse_target` reads it (the lane is not part of the spelling)."""
        head = {
            "setting": self.name,
            "weight": f"weight.{self.name}" + (f".{self.gate}" if self.gate else ""),
            "bias": f"bias.{self.name}" if self.name else "bias",
            "input": "x",
            "state": self.name,
            "force": f"force.{self.name}",
        }[self.kind]
        if self.layer != 1:
            head += f".l{self.layer}"
        if self.direction == "reverse":
            head += ".reverse"
        places = [str(span) for span in self.index if span is not None]
        return f"{head}[{', '.join(places)}]" if places else head

    @property
    def label(self) -> str:
        """A few words for the screen, such as ``forget bias of unit 5``."""
        where = "" if self.layer == 1 else f", layer {self.layer}"
        return self._words() + where + (", reverse direction" if self.direction == "reverse" else "")

    def _words(self) -> str:
        a, b = self.index
        if self.kind == "setting":
            return SETTINGS[self.name]
        if self.kind == "weight" and self.name in _PEEPHOLES:
            return f"{_PEEPHOLES[self.name]} peephole" + _of("unit", a)
        if self.kind == "weight":
            gate = f"{_GATES[self.gate]}, " if self.gate else ""
            matrix = {
                "ih": "input weight",
                "hh": "recurrent weight",
                "y": "read-out weight",
                "e": "embedding entry",
            }[self.name]
            return f"{gate}{matrix} {a}, {b}"
        if self.kind == "bias":
            name = "read-out bias" if self.name == "y" else f"{_BIAS.get(self.name, '')} bias".strip()
            return name + _of("unit", a)
        if self.kind == "input":
            return f"input x at t = {a}" + _of("entry", b)
        if self.kind == "state":
            what = {"c": "cell state c", "h": "hidden state h"}[self.name]
            return f"{what} at t = {a}" + _of("unit", b)
        steps = "" if b is None else f", t = {b}" if b.first == b.last else f", t {b}"
        return f"{self.name} held" + ("" if a is None else f", unit {a}") + steps


def _of(word: str, span: Span | None) -> str:
    return f" of {word} {span}" if span is not None else ""


def parse_target(text: str, lane: str | None = None) -> Target:
    """Read the spelling of a place.

    Parameters
    ----------
    text : str
        Such as ``force.f[5, 3..8]``.
    lane : str or None
        The lane it is meant for.

    Raises
    ------
    TargetError
        With a sentence and the offset in the text.
    """
    if len(text) > MAX_LENGTH:
        raise TargetError(f"a control's target has at most {MAX_LENGTH} characters", MAX_LENGTH)
    start = len(text) - len(text.lstrip())
    match = _HEAD.match(text, start)
    if match is None:
        raise TargetError("expected a place such as forget_bias, bias.f[5] or x[3]", start)
    head, rest_at = match.group(), match.end()
    index = _parse_index(text, rest_at)
    return _build(head, index, start, rest_at, lane)


def _parse_index(text: str, at: int) -> tuple[Span, ...]:
    rest = text[at:].rstrip()
    if not rest:
        return ()
    if not (rest.startswith("[") and rest.endswith("]")):
        raise TargetError("expected the place in square brackets, such as [5] or [5, 3..8]", at)
    spans = []
    offset = at + 1
    for part in rest[1:-1].split(","):
        match = _SPAN.fullmatch(part)
        if match is None:
            raise TargetError(
                f"expected a whole number or a range such as 3..8, not “{part.strip()}”", offset
            )
        first = int(match.group(1))
        last = int(match.group(2)) if match.group(2) else first
        if last < first:
            raise TargetError(f"the range {first}..{last} runs backwards", offset)
        spans.append(Span(first, last))
        offset += len(part) + 1
    return tuple(spans)


def _place(parts: list[str], start: int) -> tuple[list[str], int, str]:
    """Take the layer and direction from the end of a dotted name."""
    direction, layer = "forward", 1
    if len(parts) > 1 and parts[-1] in ("reverse", "forward"):
        direction = parts.pop()
    if len(parts) > 1:
        match = _LAYER.fullmatch(parts[-1])
        if match is not None:
            layer = int(match.group(1))
            parts.pop()
        elif any(letter.isdigit() for letter in parts[-1]):
            raise TargetError(f"“{parts[-1]}” is no layer; write l2 for the second one", start)
    return parts, layer, direction


def _build(head: str, index: tuple[Span, ...], start: int, rest_at: int, lane: str | None) -> Target:
    parts, layer, direction = _place(head.split("."), start)
    base = ".".join(parts)
    pair: tuple[Span | None, Span | None] = (
        index[0] if index else None,
        index[1] if len(index) > 1 else None,
    )

    def need(counts: tuple[int, ...], example: str) -> None:
        if len(index) not in counts:
            raise TargetError(f"write it as {example}", rest_at)

    def single(example: str) -> None:
        if any(span.first != span.last for span in index):
            raise TargetError(f"one place, not a range: write it as {example}", rest_at)

    def whole_network(kind: str, name: str, gate: str = "") -> Target:
        if base != head:
            raise TargetError(f"{base} belongs to the whole network, not to a layer: leave .l2 out", start)
        return Target(kind, name, gate, pair, lane)

    if base in SETTINGS:
        need((0,), base)
        return whole_network("setting", base)
    if parts[0] == "weight" and len(parts) == 2 and parts[1] in _PEEPHOLES:
        need((1,), f"{head}[5]")
        return Target("weight", parts[1], "", pair, lane, layer, direction)
    if parts[0] == "weight" and len(parts) in (2, 3) and parts[1] in _MATRICES:
        gate = parts[2] if len(parts) == 3 else ""
        if gate and (gate not in _GATES or parts[1] in ("y", "e")):
            raise TargetError(
                f"no gate is called “{gate}” here; the gates are i, f, g and o (GRU: r, z and n)", start
            )
        need((2,), f"{head}[2, 1]")
        single(f"{head}[2, 1]")
        if parts[1] in ("y", "e"):
            return whole_network("weight", parts[1])
        return Target("weight", parts[1], gate, pair, lane, layer, direction)
    if parts[0] == "bias" and len(parts) <= 2:
        gate = parts[1] if len(parts) == 2 else ""
        gate = "" if gate == "h" else gate
        if gate not in ("", "y", *_BIAS):
            raise TargetError(
                f"no bias is called “{gate}”; write bias.f[5], or bias[5] for a plain cell", start
            )
        need((1,), f"{head}[5]")
        if gate == "y":
            return whole_network("bias", "y")
        return Target("bias", gate, "", pair, lane, layer, direction)
    if base == "x":
        need((1, 2), "x[3] or x[3, 2]")
        return whole_network("input", "x")
    if base in ("c", "h"):
        need((1, 2), f"{head}[0] or {head}[0, 5]")
        return Target("state", base, "", pair, lane, layer, direction)
    if parts[0] == "force" and len(parts) == 2 and parts[1] in _GATES:
        need((0, 1, 2), "force.f, force.f[5] or force.f[5, 3..8]")
        return Target("force", parts[1], "", pair, lane, layer, direction)
    raise TargetError(
        f"“{head}” is no place that can be set; places are {', '.join(SETTINGS)}, weight.hh[2, 1], "
        "bias.f[5], x[3], c[0], h[0] and force.f[5, 3..8]",
        start,
    )
