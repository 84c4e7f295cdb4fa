"""Weights as a network states them: given ones as they are, the others drawn."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .draws import Draws

if TYPE_CHECKING:
    from .experiment import Network

__all__ = [
    "INITS",
    "draw_parameters",
    "gate_rows",
    "layer_suffixes",
    "parameter_shapes",
    "spectral_radius",
]

Array = NDArray[np.float64]

INITS = ("uniform", "glorot", "he", "gaussian", "orthogonal", "identity", "zero")


def gate_rows(network: Network, gate: str) -> slice:
    """Rows of one gate's block in the packed matrices, in PyTorch's order.

    Raises
    ------
    ValueError
        If the cell has no such gate.
    """
    k = network.recurrence.gates.index(gate)
    return slice(k * network.hidden, (k + 1) * network.hidden)


def layer_suffixes(network: Network) -> tuple[tuple[str, ...], ...]:
    """PyTorch's endings of parameter names, a row for each layer: ``_l0``, and ``_l0_reverse``."""
    ends = ("", "_reverse") if network.bidirectional else ("",)
    return tuple(tuple(f"_l{k}{end}" for end in ends) for k in range(network.layers))


def parameter_shapes(network: Network, inputs: int) -> dict[str, tuple[int, ...]]:
    """Shapes of all parameters under PyTorch's names.

    Parameters
    ----------
    network : Network
        What is described.
    inputs : int
        Size I of an input vector; with an embedding, the number of tokens.

    Returns
    -------
    dict of tuple of int
        ``weight_e`` (I, E) with an embedding; for each layer and direction ``weight_ih_l0`` (G*H, I),
        ``weight_hh_l0`` (G*H, H), ``bias_ih_l0`` and ``bias_hh_l0`` (G*H,), with peepholes ``weight_ci_l0``,
        ``weight_cf_l0``, ``weight_co_l0`` (H,), with learned initial states ``h0_l0``, ``c0_l0`` (H,);
        ``weight_y`` (O, D) and ``bias_y`` (O,) with a read-out.
    """
    cell, units = network.recurrence, network.hidden
    rows = len(cell.gates) * units
    shapes: dict[str, tuple[int, ...]] = {}
    reads = inputs
    if network.embedding is not None:
        shapes["weight_e"] = (inputs, network.embedding)
        reads = network.embedding
    for endings in layer_suffixes(network):
        for end in endings:
            shapes[f"weight_ih{end}"] = (rows, reads)
            shapes[f"weight_hh{end}"] = (rows, units)
            shapes[f"bias_ih{end}"] = (rows,)
            shapes[f"bias_hh{end}"] = (rows,)
            for gate in cell.peepholes:
                shapes[f"weight_c{gate}{end}"] = (units,)
            if network.initial == "learned":
                shapes[f"h0{end}"] = (units,)
                if cell.kind == "lstm":
                    shapes[f"c0{end}"] = (units,)
        reads = network.width
    if network.outputs is not None:
        shapes["weight_y"] = (network.outputs, network.width)
        shapes["bias_y"] = (network.outputs,)
    return shapes


def spectral_radius(matrix: Array) -> float:
    """Largest absolute eigenvalue of a square matrix (H, H)."""
    return float(np.max(np.abs(np.linalg.eigvals(matrix))))


def draw_parameters(network: Network, inputs: int) -> dict[str, Array]:
    """Give every parameter of a network.

    Parameters
    ----------
    network : Network
        Its ``weights`` are taken as they are; what is missing is drawn by ``init`` and ``seed``.
    inputs : int
        Size I of the input vectors.

    Returns
    -------
    dict of ndarray
        As :func:`parameter_shapes`, float64.

    Notes
    -----
    ========== ============================================ ============================== ==============
    init       recurrent matrix, each gate's block          input matrix, read-out         bias_ih
    ========== ============================================ ============================== ==============
    uniform    U(-1/sqrt H, 1/sqrt H), as PyTorch           the same                       the same
    glorot     U(-a, a), a = sqrt(6 / (fan_in + fan_out))   the same                       0
    he         N(0, 2/H)                                    N(0, 2/fan_in)                 0
    gaussian   N(0, 1/H)                                    N(0, 1/fan_in)                 0
    orthogonal Q of the QR of a normal matrix               as glorot                      0
    identity   the unit matrix (Le, Jaitly, Hinton 2015)    as glorot                      0
    zero       0                                            0                              0
    ========== ============================================ ============================== ==============
    ``bias_hh`` is 0. A bias that is not given is 0 where its matrices are: who writes them means no bias.
    Peepholes are drawn from U(-1/sqrt H, 1/sqrt H), an embedding from N(0, 1) as in PyTorch (0 under
    ``zero``), learned initial states begin at 0.
    Then: the drawn recurrent matrix times ``scale`` (identity and a scale: the scaled identity);
    rescaled to ``spectral_radius`` where one is given; the forget gate's rows of ``bias_ih`` set to
    ``forget_bias`` where one is given.
    Glorot and Bengio (2010); He, Zhang, Ren and Sun (2015), equation 10; Saxe, McClelland and Ganguli (2014)
    for orthogonal matrices.

    Examples
    --------
    >>> from engine import Network
    >>> parameters = draw_parameters(Network("rnn", hidden=3, init="orthogonal"), 2)
    >>> parameters["weight_ih_l0"].shape
    (3, 2)
    >>> W = parameters["weight_hh_l0"]
    >>> bool(np.allclose(W @ W.T, np.eye(3)))
    True
    """
    return {name: array.copy() for name, array in _parameters(network, inputs).items()}


@lru_cache(maxsize=32)
def _parameters(network: Network, inputs: int) -> dict[str, Array]:
    """Draw once what a control that moves something else would have drawn again and again."""
    given = {name: np.array(rows, dtype=np.float64) for name, rows in network.weights}
    parameters: dict[str, Array] = {}
    for name, shape in parameter_shapes(network, inputs).items():
        if name in given:
            parameters[name] = given[name].reshape(shape)
        else:
            parameters[name] = _draw(network, name, shape)
    for endings in layer_suffixes(network):
        for end in endings:
            _settle(network, parameters, end)
    return parameters


def _settle(network: Network, parameters: dict[str, Array], end: str) -> None:
    """Put the settings that speak of a layer's weights as a whole into them."""
    if network.spectral_radius is not None:
        recurrent = parameters[f"weight_hh{end}"]
        radius = spectral_radius(recurrent)
        if radius > 0.0:
            parameters[f"weight_hh{end}"] = recurrent * (network.spectral_radius / radius)
    if network.forget_bias is not None:
        forget = gate_rows(network, "f")
        parameters[f"bias_ih{end}"][forget] = network.forget_bias - parameters[f"bias_hh{end}"][forget]


def _draw(network: Network, name: str, shape: tuple[int, ...]) -> Array:
    kind = name.split("_l")[0]
    nothing = network.init == "zero" or kind in ("bias_hh", "h0", "c0")
    if nothing or (kind.startswith("bias") and _matrices_given(network, name)):
        return np.zeros(shape)
    draws = Draws(network.seed, name)
    hidden = network.hidden
    bound = hidden**-0.5
    if kind.startswith("bias"):
        return draws.uniform(-bound, bound, *shape) if network.init == "uniform" else np.zeros(shape)
    if kind == "weight_hh":
        blocks = [_recurrent_block(network.init, draws, hidden) for _ in network.recurrence.gates]
        return network.scale * np.concatenate(blocks)
    if kind == "weight_e":
        return draws.normal(*shape)
    fan_in = shape[-1]
    if network.init == "uniform" or len(shape) == 1:
        return draws.uniform(-bound, bound, *shape)
    if network.init in ("gaussian", "he"):
        return np.asarray(draws.normal(*shape) / np.sqrt(fan_in / _gain(network.init)))
    fan_out = shape[0] if name == "weight_y" else hidden
    bound = (6.0 / (fan_in + fan_out)) ** 0.5
    return draws.uniform(-bound, bound, *shape)


def _matrices_given(network: Network, bias: str) -> bool:
    names = {name for name, _ in network.weights}
    if bias == "bias_y":
        return "weight_y" in names
    end = bias.removeprefix("bias_ih")
    return {f"weight_ih{end}", f"weight_hh{end}"} <= names


def _gain(init: str) -> float:
    """Variance of a normal matrix's entries, times its fan-in."""
    return 2.0 if init == "he" else 1.0


def _recurrent_block(init: str, draws: Draws, hidden: int) -> Array:
    if init == "identity":
        return np.eye(hidden)
    if init in ("gaussian", "he"):
        return np.asarray(draws.normal(hidden, hidden) / np.sqrt(hidden / _gain(init)))
    if init == "orthogonal":
        q, r = np.linalg.qr(draws.normal(hidden, hidden))
        # Signs of the diagonal of R made positive, so that Q is drawn evenly (Mezzadri 2007) and is unique.
        return np.asarray(q * np.where(np.diag(r) < 0.0, -1.0, 1.0))
    bound = hidden**-0.5 if init == "uniform" else (3.0 / hidden) ** 0.5
    return draws.uniform(-bound, bound, hidden, hidden)
