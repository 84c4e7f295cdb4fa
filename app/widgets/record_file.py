"""A file of keyed bytes that may be lost at any time: what is in it can be computed again.

Records are only ever appended. A record that does not match its checksum ends the reading, so a
file cut short or damaged costs the records from there on and nothing else.
"""

from __future__ import annotations

import contextlib
import struct
import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["RecordFile"]

_HEAD: Final = struct.Struct("<III")  # checksum, bytes of the key, bytes of the value
_LIMIT: Final = 24_000_000


class RecordFile:
    """Bytes by key, kept in memory and in one file.

    Parameters
    ----------
    path : Path or None
        The file; None keeps to memory. Its folder is made when first needed.
    version : str
        Whatever the values depend on. A file written for another version is started anew.
    limit : int
        Bytes from which on the file is started anew rather than read.
    """

    def __init__(self, path: Path | None, version: str, limit: int = _LIMIT) -> None:
        self._path = path
        self._title = f"unrolled records, {version}\n".encode()
        self._records: dict[str, bytes] = {}
        self._length = 0  # of the sound part of the file
        if path is not None:
            self._read(path, limit)

    def __len__(self) -> int:
        return len(self._records)

    def get(self, key: str) -> bytes | None:
        """Return the value of a key, or None."""
        return self._records.get(key)

    def put(self, key: str, value: bytes) -> None:
        """Keep a value; failing to write it down is no error, it is only not there next time."""
        self._records[key] = value
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._append(self._path, key.encode(), value)

    def _read(self, path: Path, limit: int) -> None:
        try:
            if path.stat().st_size > limit:
                return
            data = path.read_bytes()
        except OSError:
            return
        if not data.startswith(self._title):
            return
        at = len(self._title)
        while at + _HEAD.size <= len(data):
            checksum, key_size, value_size = _HEAD.unpack_from(data, at)
            end = at + _HEAD.size + key_size + value_size
            body = data[at + _HEAD.size : end]
            if end > len(data) or zlib.crc32(body) != checksum:
                break
            self._records[body[:key_size].decode()] = body[key_size:]
            at = end
        self._length = at

    def _append(self, path: Path, key: bytes, value: bytes) -> None:
        record = _HEAD.pack(zlib.crc32(key + value), len(key), len(value)) + key + value
        if self._length == 0:
            path.parent.mkdir(parents=True, exist_ok=True)
            record = self._title + record
        with path.open("r+b" if self._length else "wb") as file:
            file.seek(self._length)
            file.truncate()
            file.write(record)
        self._length += len(record)
