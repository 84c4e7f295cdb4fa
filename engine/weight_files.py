"""Files of named arrays, safetensors and npz, read as a stranger's: bounded before reading, never code."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from .experiment import LIMITS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from zipfile import ZipFile

__all__ = ["Contents", "WeightsError", "finite", "listed", "read_arrays", "write_arrays"]

Array = NDArray[np.float64]

MAX_FILE_BYTES = 32 << 20
MAX_HEADER_BYTES = 1 << 20
MAX_TENSORS = 512
MAX_NPY_HEADER = 1_000
MAX_MAGNITUDE = LIMITS.max_magnitude

ABOUT = "unrolled"
"""Key of the safetensors metadata and name of the npz entry that hold words about the network, as JSON."""


class WeightsError(ValueError):
    """A file that holds no network that can be opened; its text says why."""


@dataclass(frozen=True, eq=False)
class Contents:
    """What a file held.

    Attributes
    ----------
    arrays : dict of ndarray
        Finite float64 matrices and vectors, by the file's own names.
    told : dict of str
        Words about the network, if :func:`write_arrays` put them there; else empty.
    """

    arrays: dict[str, Array]
    told: dict[str, str] = field(default_factory=dict)


def listed(names: Iterable[str]) -> str:
    """Name a few things of a stranger's, cut short and without what would not print."""
    names = list(names)
    shown = [printable(name, 60) for name in names[:6]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "") if shown else "nothing"


def printable(text: str, length: int = 160) -> str:
    """Cut a stranger's text short, and put ? for what would not print."""
    return "".join(c if c.isprintable() else "?" for c in text[:length])


def read_arrays(path: Path) -> Contents:
    """Read a ``.safetensors`` or ``.npz`` file; what it is, is seen from its first bytes.

    Raises
    ------
    WeightsError
        If it is too large, damaged, pickled, or holds something else than finite floats.
    OSError
        If it cannot be read.
    """
    about = path.stat()  # before it is opened: opening a pipe would wait for ever
    if not stat.S_ISREG(about.st_mode):
        raise WeightsError("this is not a file")
    if about.st_size > MAX_FILE_BYTES:
        raise WeightsError(f"the file is larger than {MAX_FILE_BYTES >> 20} MiB")
    with path.open("rb") as file:
        start = file.read(128)
        file.seek(0)
        if start[8:9] == b"{":
            return _read_safetensors(file)
        if start[:1] == b"\x80" or (start.startswith(b"PK") and b"data.pkl" in start):
            raise WeightsError(
                "this is a pickle, as torch.save writes it, which can run code and is not opened; save the "
                "state dict as .safetensors"
            )
        if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            return _read_npz(file)
        if start.startswith(b"\x93NUMPY"):
            raise WeightsError("a single array has no names: save an .npz with numpy.savez")
    raise WeightsError("this is neither a .safetensors nor an .npz file")


def _read_safetensors(file: BinaryIO) -> Contents:
    import json

    import safetensors

    length = int.from_bytes(file.read(8), "little")
    if length > MAX_HEADER_BYTES:
        raise WeightsError(
            f"the file says that its header is {length} bytes long; {MAX_HEADER_BYTES} are read"
        )
    header = file.read(length)
    if header.count(b"data_offsets") > MAX_TENSORS:
        raise WeightsError(f"the file has more than {MAX_TENSORS} arrays")
    file.seek(0)
    deserialize: Any = safetensors.deserialize  # its stub has no types
    try:
        entries = deserialize(file.read(MAX_FILE_BYTES + 1))
        metadata = json.loads(header).get("__metadata__") or {}
    except (safetensors.SafetensorError, ValueError, RecursionError) as error:
        raise WeightsError(f"the file is damaged: {printable(str(error))}") from None
    tensors = {}
    for name, entry in entries:
        tensors[name] = _widened(name, entry["dtype"], tuple(entry["shape"]), entry["data"])
    return Contents(tensors, _told(metadata.get(ABOUT)))


_SAFE_TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}


def _widened(name: str, kind: str, shape: tuple[int, ...], data: bytes) -> Array:
    if kind not in _SAFE_TYPES:
        raise WeightsError(
            f"{listed([name])} holds {kind} numbers; float16, bfloat16, float32 and float64 are read"
        )
    _check_shape(name, shape)
    array = np.frombuffer(data, dtype=_SAFE_TYPES[kind]).reshape(shape)
    if kind == "BF16":  # the upper half of a float32
        array = (array.astype(np.uint32) << np.uint32(16)).view(np.float32)
    return finite(name, array)


def _check_shape(name: str, shape: tuple[int, ...]) -> None:
    if not 1 <= len(shape) <= 2 or not all(0 < n <= MAX_FILE_BYTES for n in shape):
        raise WeightsError(
            f"{listed([name])} has shape {shape[:6]}; a weight is a matrix and a bias a row of numbers"
        )


def finite(name: str, array: NDArray[Any]) -> Array:
    """Widen to float64; a WeightsError where a number is not finite or beyond the engine's limit."""
    with np.errstate(all="ignore"):  # a signalling nan, widened
        wide = np.array(array, dtype=np.float64, order="C")
    good = np.isfinite(wide) & (np.abs(wide) <= MAX_MAGNITUDE)
    if not good.all():
        place = ", ".join(str(k + 1) for k in np.argwhere(~good)[0])
        value = wide[~good][0]
        raise WeightsError(
            f"{listed([name])}[{place}] is {value}, and numbers stay within {MAX_MAGNITUDE:.0e} here"
        )
    return wide


def _read_npz(file: BinaryIO) -> Contents:
    import zipfile

    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 42))
    ending = file.read(42)
    record = ending[-22:]
    # As numpy.savez writes it: the directory of the archive is the very end, without a comment. So its length
    # is known before a list of its entries is made.
    if not record.startswith(b"PK\x05\x06") or record[20:] != b"\0\0" or ending.startswith(b"PK\x06\x07"):
        raise WeightsError("the file is damaged, or was not written by numpy.savez")
    count, length = int.from_bytes(record[10:12], "little"), int.from_bytes(record[12:16], "little")
    if count > MAX_TENSORS or length > MAX_HEADER_BYTES:
        raise WeightsError(f"the file has more than {MAX_TENSORS} arrays")
    try:
        with zipfile.ZipFile(file) as archive:
            return _read_members(archive)
    except WeightsError:
        raise
    except (
        Exception
    ) as error:  # a broken archive raises what its decompressor raises: zlib.error, EOFError, ...
        raise WeightsError(f"the file is damaged: {printable(str(error))}") from None


def _read_members(archive: ZipFile) -> Contents:
    from zipfile import ZIP_DEFLATED, ZIP_STORED

    members = archive.infolist()
    if len({member.filename for member in members}) < len(members):
        raise WeightsError("the file has two arrays of one name")
    if any(member.file_size > MAX_FILE_BYTES for member in members) or (
        sum(member.file_size for member in members) > MAX_FILE_BYTES
    ):
        raise WeightsError(f"unpacked, the file is larger than {MAX_FILE_BYTES >> 20} MiB")
    tensors: dict[str, Array] = {}
    told: dict[str, str] = {}
    for member in members:
        if not member.filename.endswith(".npy"):
            raise WeightsError(f"{listed([member.filename])} in the file is no array")
        name = member.filename.removesuffix(".npy")
        if member.flag_bits & 1 or member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise WeightsError(
                f"{listed([name])} is encrypted or packed in a way that numpy.savez does not use"
            )
        with archive.open(member) as stream:
            data = stream.read(member.file_size)
            stream.read(1)  # at the end, the check sum is compared
        array = _parse_npy(name, data)
        if name == ABOUT:
            told = _told(str(array[()]) if array.dtype.kind == "U" and array.ndim == 0 else None)
        elif array.dtype.kind != "f" or array.dtype.itemsize > 8:
            raise WeightsError(
                f"{listed([name])} holds {array.dtype} numbers; float16, float32 and float64 are read"
            )
        else:
            _check_shape(name, array.shape)
            tensors[name] = finite(name, array)
    return Contents(tensors, told)


def _parse_npy(name: str, data: bytes) -> NDArray[Any]:
    """Read an array whose header is short and honest about its length; never an object."""
    import io
    import warnings

    from numpy.lib import format as npy

    stream = io.BytesIO(data)
    try:
        version = npy.read_magic(stream)
        if version not in ((1, 0), (2, 0)):
            raise WeightsError(
                f"{listed([name])} is written in version {version} of the format, which is not read"
            )
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            shape, by_columns, dtype = read(stream, max_header_size=MAX_NPY_HEADER)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError, UserWarning) as error:
        if isinstance(error, WeightsError):
            raise
        raise WeightsError(f"{listed([name])} is damaged: its header cannot be read") from None
    if dtype.hasobject:
        raise WeightsError(f"{listed([name])} is pickled, which can run code and is not opened")
    rest = data[stream.tell() :]
    count = 1
    for n in shape:
        count *= n
    if count * dtype.itemsize != len(rest) or not len(rest):
        raise WeightsError(f"{listed([name])} is damaged: its header promises another number of bytes")
    return np.frombuffer(rest, dtype=dtype).reshape(shape, order="F" if by_columns else "C")


def _told(text: object) -> dict[str, str]:
    """Read the words that :func:`write_arrays` put beside the arrays; anything else is taken as nothing."""
    import json

    if not isinstance(text, str) or len(text) > MAX_NPY_HEADER:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {k: v for k, v in found.items() if isinstance(v, str)}


def write_arrays(path: Path, arrays: dict[str, Array], told: dict[str, str]) -> None:
    """Write a file by the ending of its name; an older one is replaced only when the new one is whole."""
    import json

    about = json.dumps(told)
    unfinished = path.with_name(path.name + ".part")
    try:
        with unfinished.open("wb") as file:
            if path.suffix == ".npz":
                np.savez(file, allow_pickle=False, **{ABOUT: np.array(about)}, **arrays)
            else:
                from safetensors.numpy import save

                file.write(save(arrays, metadata={ABOUT: about}))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
