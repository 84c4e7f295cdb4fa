"""Weights as a network states them: given ones as they are, the others drawn."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .draws import Draws

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .experiment import Network

__all__ = ["INITS", "draw_parameters", "gate_rows", "parameter_shapes", "spectral_radius"]

Array = NDArray[np.float64]

INITS = ("uniform", "glorot", "gaussian", "orthogonal", "identity", "zero")
GATES: Mapping[str, tuple[str, ...]] = MappingProxyType({"rnn": ("",), "lstm": ("i", "f", "g", "o")})


def gate_rows(network: Network, gate: str) -> slice:
    """Rows of one gate's block in the packed matrices; PyTorch's order is i, f, g, o."""
    k = GATES[network.cell].index(gate)
    return slice(k * network.hidden, (k + 1) * network.hidden)


def parameter_shapes(network: Network, inputs: int) -> dict[str, tuple[int, ...]]:
    """Shapes of all parameters under PyTorch's names (``weight_y``, ``bias_y`` for the read-out)."""
    rows = len(GATES[network.cell]) * network.hidden
    shapes: dict[str, tuple[int, ...]] = {
        "weight_ih_l0": (rows, inputs),
        "weight_hh_l0": (rows, network.hidden),
        "bias_ih_l0": (rows,),
        "bias_hh_l0": (rows,),
    }
    if network.outputs is not None:
        shapes["weight_y"] = (network.outputs, network.hidden)
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
        ``weight_ih_l0`` (G*H, I), ``weight_hh_l0`` (G*H, H), ``bias_ih_l0`` and ``bias_hh_l0`` (G*H,), G = 1
        for the plain cell and 4 for the LSTM; ``weight_y`` (O, H) and ``bias_y`` (O,) with a read-out.

    Notes
    -----
    ========== ============================================ ============================== ==============
    init       recurrent matrix, each gate's block          input matrix, read-out         bias_ih
    ========== ============================================ ============================== ==============
    uniform    U(-1/sqrt H, 1/sqrt H), as PyTorch           the same                       the same
    glorot     U(-a, a), a = sqrt(6 / (fan_in + fan_out))   the same                       0
    gaussian   N(0, 1/H)                                    N(0, 1/fan_in)                 0
    orthogonal Q of the QR of a normal matrix               as glorot                      0
    identity   the unit matrix (Le, Jaitly, Hinton 2015)    as glorot                      0
    zero       0                                            0                              0
    ========== ============================================ ============================== ==============
    ``bias_hh`` is 0. A bias that is not given is 0 where its matrices are: who writes them means no bias.
    Then: the drawn recurrent matrix times ``scale``; rescaled to ``spectral_radius`` where
    one is given; the forget gate's rows of ``bias_ih`` set to ``forget_bias`` where one is given.
    Glorot and Bengio (2010); Saxe, McClelland and Ganguli (2014) for orthogonal matrices.
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
    recurrent = parameters["weight_hh_l0"]
    if network.spectral_radius is not None:
        radius = spectral_radius(recurrent)
        if radius > 0.0:
            parameters["weight_hh_l0"] = recurrent * (network.spectral_radius / radius)
    if network.forget_bias is not None:
        forget = gate_rows(network, "f")
        parameters["bias_ih_l0"][forget] = network.forget_bias - parameters["bias_hh_l0"][forget]
    return parameters


def _draw(network: Network, name: str, shape: tuple[int, ...]) -> Array:
    if network.init == "zero" or name == "bias_hh_l0" or _matrices_given(network, name):
        return np.zeros(shape)
    draws = Draws(network.seed, name)
    hidden = network.hidden
    if name.startswith("bias"):
        bound = hidden**-0.5
        return draws.uniform(-bound, bound, *shape) if network.init == "uniform" else np.zeros(shape)
    if name == "weight_hh_l0":
        blocks = [_recurrent_block(network.init, draws, hidden) for _ in GATES[network.cell]]
        return network.scale * np.concatenate(blocks)
    fan_in = shape[1]
    if network.init == "uniform":
        bound = hidden**-0.5
        return draws.uniform(-bound, bound, *shape)
    if network.init == "gaussian":
        return np.asarray(draws.normal(*shape) / np.sqrt(fan_in))
    fan_out = shape[0] if name == "weight_y" else hidden
    bound = (6.0 / (fan_in + fan_out)) ** 0.5
    return draws.uniform(-bound, bound, *shape)


def _matrices_given(network: Network, bias: str) -> bool:
    needed = {"bias_ih_l0": {"weight_ih_l0", "weight_hh_l0"}, "bias_y": {"weight_y"}}.get(bias)
    return needed is not None and needed <= {name for name, _ in network.weights}


def _recurrent_block(init: str, draws: Draws, hidden: int) -> Array:
    if init == "identity":
        return np.eye(hidden)
    if init == "gaussian":
        return np.asarray(draws.normal(hidden, hidden) / np.sqrt(hidden))
    if init == "orthogonal":
        q, r = np.linalg.qr(draws.normal(hidden, hidden))
        # Signs of the diagonal of R made positive, so that Q is drawn evenly (Mezzadri 2007) and is unique.
        return np.asarray(q * np.where(np.diag(r) < 0.0, -1.0, 1.0))
    bound = hidden**-0.5 if init == "uniform" else (3.0 / hidden) ** 0.5
    return draws.uniform(-bound, bound, hidden, hidden)
