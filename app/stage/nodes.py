"""The parts of a drawn cell that can be visited, and what each works out: the one list of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from engine import Run

__all__ = ["NODES", "CellNode", "node_of"]


@dataclass(frozen=True, slots=True)
class CellNode:
    """What a part of a cell works out.

    Attributes
    ----------
    quantity : str
        Forwards, by its name in the registry.
    back : str
        Backwards.
    terms : tuple of int
        Which terms of the worked formula alone, if not all of it.
    """

    quantity: str
    back: str
    terms: tuple[int, ...] = ()


NODES: Final = {
    "mix-f": CellNode("z_f", "grad(z_f)"),
    "forget-sigmoid": CellNode("f", "grad(z_f)"),
    "forget-product": CellNode("c", "grad(f)", (0,)),
    "mix-i": CellNode("z_i", "grad(z_i)"),
    "input-sigmoid": CellNode("i", "grad(z_i)"),
    "mix-g": CellNode("z_g", "grad(z_g)"),
    "mix-r": CellNode("z_r", "grad(z_r)"),
    "reset-sigmoid": CellNode("r", "grad(z_r)"),
    "mix-z": CellNode("z_z", "grad(z_z)"),
    "update-sigmoid": CellNode("z", "grad(z_z)"),
    "mix-q": CellNode("q", "grad(q)"),
    "reset-product": CellNode("q", "grad(r)"),
    "mix-n": CellNode("z_n", "grad(z_n)"),
    "candidate-sum": CellNode("z_n", "grad(z_n)"),
    "candidate-tanh": CellNode("g", "grad(z_g)"),
    "complement": CellNode("f", "grad(f)"),
    "input-product": CellNode("c", "grad(i)", (1,)),
    "cell-sum": CellNode("c", "grad(c)"),
    "output-tanh": CellNode("tanh_c", "grad(tanh_c)"),
    "mix-o": CellNode("z_o", "grad(z_o)"),
    "output-sigmoid": CellNode("o", "grad(z_o)"),
    "output-product": CellNode("h", "grad(o)"),
    "keep-product": CellNode("h", "grad(z)", (1,)),
    "new-product": CellNode("h", "grad(n)", (0,)),
    "state-sum": CellNode("h", "grad(h)"),
    "mix": CellNode("z", "grad(z)"),
    "tanh": CellNode("h", "grad(z)"),
}
"""By identifier, in order of computation."""

_GRU: Final = {
    "candidate-tanh": CellNode("n", "grad(z_n)"),
    "complement": CellNode("z", "grad(z)"),
}
_RESET_AFTER: Final = {
    "mix-n": CellNode("z_n", "grad(z_n)", (0, 2)),
    "reset-product": CellNode("z_n", "grad(r)", (1,)),
}


def node_of(name: str, run: Run) -> CellNode | None:
    """Return what a part works out in a run's cell; None for what is no part of a cell.

    Parameters
    ----------
    name : str
        Identifier of a mark, such as ``"forget-product"``.
    run : Run
        Gives the kind of cell.
    """
    if run.cell == "gru":
        if run.network.reset == "after" and name in _RESET_AFTER:
            return _RESET_AFTER[name]
        if name in _GRU:
            return _GRU[name]
    return NODES.get(name)
