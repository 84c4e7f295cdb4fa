"""State dicts in and out: PyTorch's networks give PyTorch's numbers; wrong files say what is wrong."""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine import Network
from engine.network import draw_parameters, forward
from engine.weight_files import MAX_FILE_BYTES
from engine.weights import Weights, WeightsError, load_weights, save_weights

DATA = Path(__file__).parents[1] / "data" / "engine"

NETWORKS = {
    "plain": Network("rnn", hidden=3, activation="relu"),
    "lstm, 2 layers, read-out": Network("lstm", hidden=3, layers=2, outputs=4, readout="softmax"),
    "gru, both ways": Network("gru", hidden=2, layers=2, bidirectional=True, outputs=3),
    "both ways, averaged": Network("rnn", hidden=3, bidirectional=True, merge="average", outputs=2),
    "reset before": Network("gru", hidden=3, reset="before"),
    "coupled": Network("lstm", hidden=3, variant="coupled"),
    "peepholes, both ways": Network("lstm", hidden=2, variant="peepholes", bidirectional=True),
    "no output activation": Network("lstm", hidden=2, variant="no-output-activation"),
    "learned, embedded": Network("lstm", hidden=2, initial="learned", embedding=3, outputs=5),
}


def saved(path: Path, network: Network, **names: str) -> dict[str, Any]:
    parameters = draw_parameters(network, 4)
    save_weights(path, network, parameters, **names)
    return parameters


# ----------------------------------------------------------------------------------- from elsewhere, and back


@pytest.mark.parametrize(
    ("file", "key", "like"),
    [
        ("foreign-lstm.safetensors", "lstm", None),
        ("foreign-gru-bf16.safetensors", "gru", None),
        ("foreign-rnn-f16.npz", "rnn", Network("rnn", activation="relu")),
    ],
)
def test_a_network_of_pytorch_gives_its_outputs(file: str, key: str, like: Network | None) -> None:
    weights = load_weights(DATA / file, like=like)
    assert weights.network.cell == key
    with np.load(DATA / "foreign.npz") as given:
        x = given["tokens"] if weights.network.embedding else given["x"]
        trace = forward(weights.network, weights.parameters, x)
        np.testing.assert_allclose(trace.y, given[key], rtol=0, atol=1e-15)


@pytest.mark.parametrize("ending", ["npz", "safetensors"])
@pytest.mark.parametrize("name", NETWORKS)
def test_there_and_back(tmp_path: Path, name: str, ending: str) -> None:
    path = tmp_path / f"net.{ending}"
    parameters = saved(path, NETWORKS[name])
    weights = load_weights(path)
    assert weights.network == NETWORKS[name]
    assert weights.inputs == 4
    assert weights.parameters.keys() == parameters.keys()
    for key, array in parameters.items():
        assert weights.parameters[key].dtype == np.float64
        np.testing.assert_array_equal(weights.parameters[key], array)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_pytorchs_names_for_what_stands_around(tmp_path: Path) -> None:
    network = NETWORKS["learned, embedded"]
    path = tmp_path / "net.npz"
    saved(path, network, prefix="encoder.rnn.", readout="head", embedding="words")
    with np.load(path) as arrays:
        names = set(arrays.files)
    assert {"encoder.rnn.weight_hh_l0", "head.weight", "head.bias", "words.weight"} < names
    assert load_weights(path).network == network
    explicit = load_weights(path, prefix="encoder.rnn.", readout="head", embedding="words")
    assert explicit.network == network


def test_one_of_two_networks_by_its_prefix(tmp_path: Path) -> None:
    arrays = {f"encoder.{name}": np.zeros(shape) for name, shape in _shapes("gru").items()}
    arrays |= {f"decoder.{name}": np.zeros(shape) for name, shape in _shapes("lstm").items()}
    np.savez(
        tmp_path / "net.npz", **arrays, **{"head.weight": np.ones((5, 2)), "other.weight": np.ones((7, 2))}
    )
    encoder = load_weights(tmp_path / "net.npz", prefix="encoder.")
    assert encoder.network == Network("gru", hidden=2)
    decoder = load_weights(tmp_path / "net.npz", prefix="decoder.", readout="head")
    assert decoder.network == Network("lstm", hidden=2, outputs=5)
    with pytest.raises(WeightsError, match=r"fc\.weight is missing"):
        load_weights(tmp_path / "net.npz", prefix="decoder.", readout="fc")
    with pytest.raises(WeightsError, match=r"head\.weight has 3 columns"):
        load_weights(tmp_path / "net.npz", prefix="decoder.", embedding="head")


@pytest.mark.parametrize("columns", [2, 4])
def test_what_reads_both_directions_says_how_they_are_merged(tmp_path: Path, columns: int) -> None:
    shapes = _shapes("rnn")
    arrays = {name + end: np.zeros(shape) for name, shape in shapes.items() for end in ("", "_reverse")}
    np.savez(tmp_path / "net.npz", **arrays, **{"fc.weight": np.zeros((1, columns))})
    expected = Network(
        "rnn", hidden=2, bidirectional=True, outputs=1, merge="sum" if columns == 2 else "concatenate"
    )
    assert load_weights(tmp_path / "net.npz").network == expected
    assert load_weights(tmp_path / "net.npz", like=Network("rnn")).network == expected


def test_the_network_runs_in_an_experiment(tmp_path: Path) -> None:
    network = Network("lstm", hidden=3, layers=2, outputs=2)
    path = tmp_path / "net.safetensors"
    saved(path, network)
    source = engine.Input.noise(5, 4)
    (ours,) = engine.run(engine.Experiment((engine.Lane("a", network),), source))
    (theirs,) = engine.run(engine.Experiment((engine.Lane("a", load_weights(path).filled),), source))
    assert ours.loss == theirs.loss


def test_shapes_win_over_what_the_file_tells(tmp_path: Path) -> None:
    path = tmp_path / "net.npz"
    arrays = {name: np.zeros(shape) for name, shape in _shapes("gru").items()}
    told = {"cell": "lstm", "activation": "no such", "reset": "before"}
    np.savez(path, unrolled=np.array(json.dumps(told)), **arrays)
    network = load_weights(path).network
    assert (network.cell, network.activation, network.reset) == ("gru", "tanh", "before")


def test_three_blocks_are_an_lstm_only_where_one_says_so(tmp_path: Path) -> None:
    path = tmp_path / "net.npz"
    np.savez(path, **{name: np.zeros(shape) for name, shape in _shapes("gru").items()})
    assert load_weights(path).network.cell == "gru"
    coupled = Network(hidden=2, variant="coupled")
    assert load_weights(path, like=coupled).network == coupled


def _shapes(cell: str, hidden: int = 2, inputs: int = 3) -> dict[str, tuple[int, ...]]:
    rows = {"rnn": 1, "gru": 3, "lstm": 4}[cell] * hidden
    return {
        "weight_ih_l0": (rows, inputs),
        "weight_hh_l0": (rows, hidden),
        "bias_ih_l0": (rows,),
        "bias_hh_l0": (rows,),
    }


# ------------------------------------------------------------------------------------------- not this network


def arrays_of(**changed: Any) -> dict[str, Any]:
    arrays: dict[str, Any] = {name: np.zeros(shape) for name, shape in _shapes("lstm").items()}
    arrays |= changed
    return {name: array for name, array in arrays.items() if array is not None}


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "no recurrent network"),
    "no recurrent matrix": (arrays_of(weight_hh_l0=None), "weight_hh_l0 is missing"),
    "no input matrix in the second layer": (
        arrays_of(weight_hh_l1=np.zeros((8, 2)), bias_ih_l1=np.zeros(8), bias_hh_l1=np.zeros(8)),
        "weight_ih_l1 is missing",
    ),
    "a layer too far": (arrays_of(weight_hh_l9=np.zeros((8, 2))), "at most 4 layers"),
    "wrong rows": (arrays_of(weight_ih_l0=np.zeros((6, 3))), r"weight_ih_l0 has shape \(8, 3\)"),
    "wrong bias": (arrays_of(bias_ih_l0=np.zeros(7)), r"bias_ih_l0 has shape \(8,\)"),
    "no cell": (arrays_of(weight_hh_l0=np.zeros((5, 2))), "no cell known here"),
    "two blocks": (arrays_of(weight_hh_l0=np.zeros((4, 2))), "no cell known here"),
    "too many units": (arrays_of(weight_hh_l0=np.zeros((4 * 129, 129))), "at most 128 units"),
    "whole numbers": (arrays_of(bias_ih_l0=np.zeros(8, dtype=np.int64)), "bias_ih_l0 holds int64"),
    "truths": (arrays_of(bias_ih_l0=np.zeros(8, dtype=np.bool_)), "bias_ih_l0 holds bool"),
    "complex numbers": (
        arrays_of(bias_ih_l0=np.zeros(8, dtype=np.complex128)),
        "bias_ih_l0 holds complex128",
    ),
    "words": (arrays_of(bias_ih_l0=np.array(["a"] * 8)), "bias_ih_l0 holds <U1"),
    "nan": (arrays_of(bias_ih_l0=np.array([0, 0, np.nan, 0, 0, 0, 0, 0.0])), r"bias_ih_l0\[3\] is nan"),
    "infinity": (arrays_of(weight_hh_l0=np.full((8, 2), -np.inf)), r"weight_hh_l0\[1, 1\] is -inf"),
    "huge": (arrays_of(bias_ih_l0=np.full(8, 1e300)), "stay within 1e[+]09"),
    "projected states": (arrays_of(weight_hr_l0=np.zeros((2, 2))), "projected"),
    "no layer": (arrays_of(strange=np.zeros((3, 3))), "not said what these are: strange"),
    "two read-outs": (
        arrays_of(**{"a.weight": np.zeros((1, 2)), "b.weight": np.zeros((1, 2))}),
        "not said what these are: a.weight, b.weight",
    ),
    "two networks": (
        {f"{k}.{name}": np.zeros(s) for k in ("a", "b") for name, s in _shapes("rnn").items()},
        "2 recurrent networks",
    ),
    "a scalar": (arrays_of(bias_ih_l0=np.float64(1.0)), "a weight is a matrix"),
    "three axes": (arrays_of(weight_ih_l0=np.zeros((8, 3, 1))), "a weight is a matrix"),
    "an empty matrix": (arrays_of(weight_ih_l0=np.zeros((8, 0))), "damaged"),
    "peepholes of a plain cell": (
        {name: np.zeros(shape) for name, shape in _shapes("rnn").items()} | {"weight_ci_l0": np.zeros(2)},
        "weight_ci_l0",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_network_says_what_is_wrong(tmp_path: Path, name: str) -> None:
    arrays, message = WRONG[name]
    np.savez(tmp_path / "net.npz", **arrays)
    with pytest.raises(WeightsError, match=message):
        load_weights(tmp_path / "net.npz")


def test_a_missing_bias_is_zero(tmp_path: Path) -> None:
    np.savez(tmp_path / "net.npz", **arrays_of(bias_ih_l0=None, bias_hh_l0=None))
    parameters = load_weights(tmp_path / "net.npz").parameters
    assert parameters["bias_ih_l0"].shape == parameters["bias_hh_l0"].shape == (8,)
    assert not parameters["bias_ih_l0"].any()


def test_only_a_networks_own_parameters_are_saved(tmp_path: Path) -> None:
    network = Network("rnn", hidden=2)
    parameters = draw_parameters(network, 3)
    with pytest.raises(WeightsError, match="weight_hh_l0 has shape"):
        save_weights(tmp_path / "net.npz", network, parameters | {"weight_hh_l0": np.zeros((3, 3))})
    with pytest.raises(WeightsError, match="ends in"):
        save_weights(tmp_path / "net.pt", network, parameters)
    with pytest.raises(WeightsError, match="is nan"):
        save_weights(tmp_path / "net.npz", network, parameters | {"bias_hh_l0": np.full(2, np.nan)})
    assert not list(tmp_path.iterdir())


# ---------------------------------------------------------------------------------------------- hostile files


def refused(path: Path, data: bytes, message: str) -> None:
    path.write_bytes(data)
    with pytest.raises(WeightsError, match=message):
        load_weights(path)


def safetensors_file(header: object, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def npz_file(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def npy(header: str, data: bytes = b"") -> bytes:
    text = header.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


HEADER = "{'descr': '<f8', 'fortran_order': False, 'shape': %s, }"
F32 = {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]}
HOSTILE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "neither"),
    "text": (b"weights: none\n" * 9, "neither"),
    "old pickle": (b"\x80\x02}q\x00.", "pickle"),
    "pickle in a zip": (npz_file({"archive/data.pkl": b"\x80\x02}."}), "pickle"),
    "a single array": (npy(HEADER % "(1,)", b"12345678"), "no names"),
    # safetensors
    "header longer than the file": (safetensors_file({"a": F32})[:40], "damaged"),
    "header of terabytes": (struct.pack("<Q", 2**42) + b"{}", "header is 4398046511104 bytes"),
    "no json": (safetensors_file(b'{"a": '), "damaged"),
    "deep json": (safetensors_file(b'{"a":' + b"[" * 100_000), "damaged"),
    "short data": (safetensors_file({"a": F32}, b"1234567"), "damaged"),
    "overlapping": (safetensors_file({"a": F32, "b": F32}, b"12345678"), "damaged"),
    "offsets that disagree": (safetensors_file({"a": {**F32, "shape": [9, 9]}}, b"12345678"), "damaged"),
    "integers": (safetensors_file({"a": {**F32, "dtype": "I32"}}, b"12345678"), "a holds I32"),
    "eight-bit floats": (
        safetensors_file({"a": {"dtype": "F8_E4M3", "shape": [8], "data_offsets": [0, 8]}}, b"12345678"),
        "a holds F8_E4M3",
    ),
    "no numbers": (
        safetensors_file({"a": {"dtype": "F32", "shape": [0, 10**18], "data_offsets": [0, 0]}}),
        "a weight is a matrix",
    ),
    "thousands of arrays": (
        safetensors_file({f"a{k}": {**F32, "shape": [0], "data_offsets": [0, 0]} for k in range(600)}),
        "more than 512 arrays",
    ),
    "control characters in a name": (
        safetensors_file({"\x1b[2J": {**F32, "dtype": "U32"}}, b"12345678"),
        r"\?\[2J",
    ),
    # npz
    "half a zip": (npz_file({"a.npy": b"123"})[:-5], "damaged"),
    "a comment at the end": (npz_file({"a.npy": b"123"}) + b"!", "damaged"),
    "thousands of members": (npz_file({f"{k}.npy": b"" for k in range(600)}), "more than 512 arrays"),
    "something else in the zip": (npz_file({"readme.txt": b"hello"}), "readme.txt in the file is no array"),
    "packed another way": (npz_file({"a.npy": b"123"}, zipfile.ZIP_LZMA), "packed in a way"),
    "a bomb": (npz_file({"a.npy": b"\0" * (MAX_FILE_BYTES + 1)}), "unpacked, the file is larger"),
    "many small bombs": (npz_file({f"{k}.npy": b"\0" * (5 << 20) for k in range(8)}), "unpacked, the"),
    "no array": (npz_file({"a.npy": b"123"}), "header cannot be read"),
    "a header of terabytes": (
        npz_file({"a.npy": npy(HEADER % "(10**12,)")}),
        "header",
    ),
    "a shape of terabytes": (
        npz_file({"a.npy": npy(HEADER % "(1000000000000,)")}),
        "another number of bytes",
    ),
    "a long header": (npz_file({"a.npy": npy("{" + " " * 5000 + "}")}), "header cannot be read"),
    "nested brackets": (npz_file({"a.npy": npy("(" * 900)}), "damaged"),
    "a call in the header": (
        npz_file({"a.npy": npy(HEADER % "exit()")}),
        "header cannot be read",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused(tmp_path: Path, name: str) -> None:
    refused(tmp_path / "net.npz", *HOSTILE[name])


def test_a_pickled_array_is_refused(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, tuple[str]]:
            return os.mkdir, (str(tmp_path / "sprung"),)

    with np.errstate(all="ignore"):
        np.savez(tmp_path / "net.npz", weight_ih_l0=np.array([Trap()], dtype=object))
    with pytest.raises(WeightsError, match="pickled"):
        load_weights(tmp_path / "net.npz")
    assert not (tmp_path / "sprung").exists()


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    saved(tmp_path / "net.npz", Network(hidden=2))
    data = bytearray((tmp_path / "net.npz").read_bytes())
    data[data.rindex(b"NUMPY") + 130] ^= 1  # among the last array's numbers
    refused(tmp_path / "net.npz", bytes(data), "damaged")


def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.npy", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.npy", b"2")
    refused(tmp_path / "net.npz", stream.getvalue(), "two arrays of one name")


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "net.npz").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(WeightsError, match="larger than 32 MiB"):
        load_weights(tmp_path / "net.npz")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "net.npz")
    with pytest.raises(WeightsError, match="not a file"):
        load_weights(tmp_path / "net.npz")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_weights(tmp_path / "net.npz")


@pytest.mark.parametrize("file", ["foreign-lstm.safetensors", "foreign-rnn-f16.npz"])
def test_damage_anywhere_gives_a_sentence_or_a_network(tmp_path: Path, file: str) -> None:
    """Whatever single byte is changed, nothing but a WeightsError comes out."""
    whole = (DATA / file).read_bytes()
    draws = np.random.Generator(np.random.PCG64(5))
    path = tmp_path / "net"
    for place, value in zip(draws.integers(len(whole), size=150), draws.integers(256, size=150), strict=True):
        path.write_bytes(whole[:place] + bytes([value]) + whole[place + 1 :])
        with suppress(WeightsError):
            assert isinstance(load_weights(path), Weights)


def test_safetensors_is_asked_for_only_when_such_a_file_is_opened() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import sys, engine, engine.weights; print('safetensors' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert said.stdout.strip() == "False"
