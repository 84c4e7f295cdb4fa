"""State dicts in and out: networks trained elsewhere opened here, ours saved, under PyTorch's names.

A file is a stranger's: everything is bounded before it is read, nothing in it can become code, and what is
wrong with it is said in a sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .activations import ACTIVATIONS
from .cells import CELLS, RESETS, VARIANTS
from .experiment import LIMITS, Network
from .initializers import parameter_shapes
from .losses import READOUTS
from .weight_files import WeightsError, finite, listed, read_arrays, write_arrays

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Mapping

__all__ = ["Weights", "WeightsError", "load_weights", "save_weights"]

Array = NDArray[np.float64]

# What shapes do not tell about a network, so that it is written beside them.
TOLD: Mapping[str, Collection[str]] = {
    "cell": CELLS,
    "activation": ACTIVATIONS,
    "variant": VARIANTS,
    "reset": RESETS,
    "merge": ("concatenate", "sum", "average"),
    "readout": READOUTS,
    "initial": ("zero", "learned"),
}

_CORE = re.compile(r"(weight_ih|weight_hh|bias_ih|bias_hh)_l(\d{1,3})(_reverse)?")
_OURS = re.compile(r"((weight_c[ifo]|h0|c0)_l\d{1,3}(_reverse)?|weight_y|bias_y|weight_e)")


@dataclass(frozen=True, eq=False)
class Weights:
    """What a file held.

    Attributes
    ----------
    parameters : mapping of str to ndarray
        Float64, under PyTorch's names, with ``weight_y`` and ``bias_y`` for the read-out and ``weight_e`` for
        the embedding. A bias that the file does not have is zero.
    network : Network
        Cell, sizes, layers and directions as the shapes say; its ``weights`` are empty.
    inputs : int
        Size I of the input vectors; with an embedding, the number of its rows.
    """

    parameters: Mapping[str, Array]
    network: Network
    inputs: int

    @property
    def filled(self) -> Network:
        """The network with these weights given, ready for a :class:`engine.Lane`."""
        given = tuple(
            (name, tuple(tuple(float(v) for v in row) for row in np.atleast_2d(array)))
            for name, array in self.parameters.items()
        )
        return replace(self.network, weights=given)


# --------------------------------------------------------------------------------------------------------- in


def load_weights(
    path: str | os.PathLike[str],
    *,
    prefix: str | None = None,
    readout: str | None = None,
    embedding: str | None = None,
    like: Network | None = None,
) -> Weights:
    """Open the weights of a recurrent network.

    Parameters
    ----------
    path : path
        A ``.safetensors`` or ``.npz`` file; what it is, is seen from its first bytes.
    prefix : str or None
        What stands before ``weight_ih_l0`` in the file, such as ``"rnn."``; what else the file has is then
        left alone. None to take the only recurrent network there is, and the whole file with it.
    readout, embedding : str or None
        Module of the linear read-out (``"fc"`` for ``fc.weight`` and ``fc.bias``) and of the embedding. None
        to take what remains of the file, where only one thing can be meant, or none beside a prefix.
    like : Network or None
        Gives what shapes do not tell: the activation of a plain cell, a variant, the GRU's reset, how
        directions are merged. None: as the file says, if :func:`save_weights` made it, else the defaults.

    Returns
    -------
    Weights

    Raises
    ------
    WeightsError
        If the file is too large, damaged, pickled, of other numbers than floats, not finite, or holds names
        or shapes that make no network within :data:`engine.LIMITS`.
    OSError
        If the file cannot be read.

    Notes
    -----
    Float16, bfloat16 and float32 are widened to float64, which is exact. Rows of the packed matrices are in
    PyTorch's order: i, f, g, o of an LSTM; r, z, n of a GRU. One row block for each unit is a plain cell,
    three a GRU, four an LSTM.

    Examples
    --------
    >>> import tempfile, engine
    >>> from engine.weights import load_weights, save_weights
    >>> network = engine.Network(cell="lstm", hidden=4, outputs=2)
    >>> from engine.initializers import draw_parameters
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_weights(folder + "/net.npz", network, draw_parameters(network, 3), readout="fc")
    ...     weights = load_weights(folder + "/net.npz")
    >>> weights.network.hidden, weights.network.outputs, weights.inputs
    (4, 2, 3)
    """
    contents = read_arrays(Path(path))
    names = _Names(contents.arrays, prefix)
    whole = prefix is None
    names.take_module(readout, "weight_y", "bias_y", names.width, guess=whole)
    names.take_module(embedding, "weight_e", None, (names.entries,), guess=whole)
    if whole and names.rest:
        raise WeightsError(
            f"it is not said what these are: {listed(names.rest)}; name the read-out or the embedding, or "
            "save the recurrent network alone"
        )
    told = {key: word for key, word in contents.told.items() if word in TOLD.get(key, ())}
    network = _network_of(names, told, like)
    inputs = names.entries if network.embedding is None else len(names.found["weight_e"])
    return Weights(_fitted(names.found, network, inputs), network, inputs)


class _Names:
    """A file's arrays sorted into the recurrent network's own and the rest."""

    def __init__(self, tensors: Mapping[str, Array], prefix: str | None) -> None:
        if prefix is None:
            prefix = self._only_prefix(tensors)
        mine = {name[len(prefix) :]: array for name, array in tensors.items() if name.startswith(prefix)}
        self.found = {
            name: array for name, array in mine.items() if _CORE.fullmatch(name) or _OURS.fullmatch(name)
        }
        self.rest = {
            name: array
            for name, array in tensors.items()
            if not (name.startswith(prefix) and name[len(prefix) :] in self.found)
        }
        if prefix:  # the read-out of ours stands beside the recurrent network, not in it
            for name in ("weight_y", "bias_y", "weight_e"):
                if name in self.rest:
                    self.found[name] = self.rest.pop(name)
        if any(name.startswith(f"{prefix}weight_hr_l") for name in self.rest):
            raise WeightsError("an LSTM with projected states (proj_size, weight_hr) is not known here")
        for name in ("weight_ih_l0", "weight_hh_l0"):
            if name not in self.found:
                raise WeightsError(f"{prefix}{name} is missing; the file has {listed(tensors)}")
            if self.found[name].ndim != 2 or 0 in self.found[name].shape:
                raise WeightsError(f"{prefix}{name} is a matrix, not of shape {self.found[name].shape}")
        self.rows, self.hidden = self.found["weight_hh_l0"].shape
        self.entries = int(self.found["weight_ih_l0"].shape[1])
        cores = [match for name in self.found if (match := _CORE.fullmatch(name))]
        self.layers = 1 + max(int(match[2]) for match in cores)
        self.both = any(match[3] for match in cores)

    @staticmethod
    def _only_prefix(tensors: Mapping[str, Array]) -> str:
        ending = "weight_ih_l0"
        prefixes = [name.removesuffix(ending) for name in tensors if name.endswith(ending)]
        if len(prefixes) != 1:
            what = "no recurrent network" if not prefixes else f"{len(prefixes)} recurrent networks"
            raise WeightsError(
                f"the file holds {what}: a network has weight_ih_l0, and the file has {listed(tensors)}"
                + ("; name the prefix of one" if prefixes else "")
            )
        return prefixes[0]

    @property
    def width(self) -> tuple[int, ...]:
        """How many columns a read-out may have: with the directions side by side, or merged."""
        return (2 * self.hidden, self.hidden) if self.both else (self.hidden,)

    def take_module(
        self, module: str | None, weight: str, bias: str | None, columns: tuple[int, ...], *, guess: bool
    ) -> None:
        """Find a linear read-out or an embedding among the rest, and give it our names."""
        if module is None and guess and weight not in self.found:
            module = self._only_module(columns, biased=bias is not None)
        if module is None:
            return
        if f"{module}.weight" not in self.rest:
            raise WeightsError(f"{module}.weight is missing; the file has {listed(self.rest)}")
        self.found[weight] = self.rest.pop(f"{module}.weight")
        if self.found[weight].ndim != 2 or self.found[weight].shape[1] not in columns:
            wanted = " or ".join(str(n) for n in columns)
            shape = self.found[weight].shape
            raise WeightsError(f"{module}.weight has {wanted} columns in such a network, not shape {shape}")
        if bias is not None and f"{module}.bias" in self.rest:
            self.found[bias] = self.rest.pop(f"{module}.bias")

    def _only_module(self, columns: tuple[int, ...], *, biased: bool) -> str | None:
        fitting = [
            name.removesuffix(".weight")
            for name, array in self.rest.items()
            if name.endswith(".weight") and array.ndim == 2 and array.shape[1] in columns
        ]
        with_bias = [module for module in fitting if f"{module}.bias" in self.rest]
        fitting = with_bias if biased and with_bias else [m for m in fitting if m not in with_bias]
        return fitting[0] if len(fitting) == 1 else None


def _network_of(names: _Names, told: Mapping[str, str], like: Network | None) -> Network:
    blocks, left = divmod(names.rows, names.hidden)
    told_cell = like.cell if like is not None else told.get("cell")
    variant = like.variant if like is not None else told.get("variant", "")
    if any(name.startswith("weight_c") for name in names.found):
        variant = "peepholes"
    cells = {1: "rnn", 3: "lstm" if told_cell == "lstm" and variant else "gru", 4: "lstm"}
    if left or blocks not in cells:
        raise WeightsError(
            f"weight_hh_l0 of shape ({names.rows}, {names.hidden}) is no cell known here: there are as many "
            "rows as columns in a plain cell, three times as many in a GRU and four times in an LSTM"
        )
    cell = cells[blocks]
    settings: dict[str, Any] = {}
    for key in TOLD.keys() - {"cell"}:
        value = getattr(like, key) if like is not None else told.get(key)
        if isinstance(value, str):
            settings[key] = value
    settings["variant"] = variant if cell == "lstm" else ""
    if cell != "rnn":
        settings["activation"] = "tanh"
    if any(name.startswith(("h0_l", "c0_l")) for name in names.found):
        settings["initial"] = "learned"
    readout = names.found.get("weight_y")
    reads_both = names.found.get("weight_ih_l1", readout)
    if names.both and reads_both is not None and reads_both.ndim == 2:
        merged = settings.get("merge", "concatenate")
        apart = reads_both.shape[1] == 2 * names.hidden
        settings["merge"] = "concatenate" if apart else ("sum" if merged == "concatenate" else merged)
    network = Network(
        cell=cell,
        hidden=names.hidden,
        layers=names.layers,
        bidirectional=names.both,
        outputs=None if readout is None else len(readout),
        embedding=names.entries if "weight_e" in names.found else None,
        **settings,
    )
    _check_limits(network, names)
    return network


def _check_limits(network: Network, names: _Names) -> None:
    bounds = (
        ("units", network.hidden, LIMITS.max_hidden),
        ("inputs", names.entries, LIMITS.max_inputs),
        ("layers", network.layers, LIMITS.max_layers),
        ("outputs", network.outputs or 1, LIMITS.max_outputs),
        ("rows of the embedding", len(names.found.get("weight_e", [0])), LIMITS.max_inputs),
        ("entries of an embedding", network.embedding or 1, LIMITS.max_embedding),
    )
    for what, found, most in bounds:
        if not 1 <= found <= most:
            raise WeightsError(f"a network has at most {most} {what} here, not {found}")


def _fitted(found: Mapping[str, Array], network: Network, inputs: int) -> dict[str, Array]:
    """Compare with what such a network has, and put zeros for biases that are not there."""
    shapes = parameter_shapes(network, inputs)
    unknown = sorted(found.keys() - shapes.keys())
    if unknown:
        raise WeightsError(f"such a network has no {listed(unknown)}")
    parameters = {}
    for name, shape in shapes.items():
        if name in found:
            if found[name].shape != shape:
                raise WeightsError(f"{name} has shape {shape} in such a network, not {found[name].shape}")
            parameters[name] = found[name]
        elif name.startswith("bias"):
            parameters[name] = np.zeros(shape)
        else:
            raise WeightsError(f"{name} is missing")
    return parameters


# -------------------------------------------------------------------------------------------------------- out


def save_weights(
    path: str | os.PathLike[str],
    network: Network,
    parameters: Mapping[str, Array],
    *,
    prefix: str = "",
    readout: str = "",
    embedding: str = "",
) -> None:
    """Save the weights of a network, to be opened here or by PyTorch's ``load_state_dict``.

    Parameters
    ----------
    path : path
        Ends in ``.safetensors`` or ``.npz``. An older file there is replaced only when the new one is whole.
    network : Network
        Whose weights they are.
    parameters : mapping of str to ndarray
        All of its parameters, under PyTorch's names.
    prefix : str
        Put before the recurrent parameters, such as ``"rnn."``.
    readout, embedding : str
        Modules under which ``weight_y``, ``bias_y`` and ``weight_e`` are saved: ``"fc"`` gives ``fc.weight``
        and ``fc.bias``. Empty to keep our names.

    Raises
    ------
    WeightsError
        If the parameters are not the network's, or the name ends otherwise.
    """
    path = Path(path)
    if path.suffix not in (".safetensors", ".npz"):
        raise WeightsError("a file of weights ends in .safetensors or .npz")
    if "weight_ih_l0" not in parameters:
        raise WeightsError("weight_ih_l0 is missing")
    first = parameters.get("weight_e", parameters["weight_ih_l0"].T)
    _fitted(parameters, network, len(first))
    renamed = {}
    for name, array in parameters.items():
        renamed[_outside_name(name, prefix, readout, embedding)] = finite(name, array)
    defaults = {f.name: f.default for f in fields(Network)}
    told = {key: getattr(network, key) for key in TOLD if getattr(network, key) != defaults[key]}
    write_arrays(path, renamed, told | {"cell": network.cell})


def _outside_name(name: str, prefix: str, readout: str, embedding: str) -> str:
    outside = {"weight_y": readout and f"{readout}.weight", "bias_y": readout and f"{readout}.bias"}
    outside["weight_e"] = embedding and f"{embedding}.weight"
    return outside.get(name, prefix + name) or name
