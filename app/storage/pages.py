"""Reads rows straight from the pages of an SQLite file; header, schema and tree need not be sound.

SQLite itself gives up on a damaged file at the first page that it cannot trust on the way to a row. Rows lie
in leaf pages, and a leaf page describes itself; so every page is looked at, and whatever has the form of a
row is given back. Whether it also means something is for the caller to decide. The format is described at
https://www.sqlite.org/fileformat2.html.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

Value = None | int | float | str | bytes
Record = tuple[int, tuple[Value, ...]]
"""A row id and the values of the columns."""

_TABLE_LEAF = 0x0D
_WAL_HEADER = 32
_FRAME_HEADER = 24
_INTEGER_SIZES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}


def records(database: bytes, wal: bytes = b"", *, page_size: int = 4096) -> Iterator[Record]:
    """Yield every row that can be read, of all tables, in no useful order and some of them more than once.

    Parameters
    ----------
    database
        The bytes of the file.
    wal
        The bytes of the write-ahead log beside it.
    page_size
        Bytes per page, if the header does not say.
    """
    size = _page_size(database) or page_size
    pages = {
        number: database[start : start + size]
        for number, start in enumerate(range(0, len(database) - size + 1, size), start=1)
    }
    candidates = list(pages.items())
    # A frame of the write-ahead log is a newer version of a page. Both are looked at: rows are only ever
    # added, so an older version tells nothing wrong, and the newer one may be the damaged one.
    frames = _frames(wal, size)
    salts = _salts(wal, frames)
    for frame in frames:
        candidates.append((frame.number, frame.page))
        if frame.salts == salts:
            pages[frame.number] = frame.page
    for number, page in candidates:
        yield from _rows_of(page, 100 if number == 1 else 0, pages, size)


def _page_size(database: bytes) -> int | None:
    if not database.startswith(b"SQLite format 3\0") or len(database) < 18:
        return None
    size = int.from_bytes(database[16:18], "big")
    size = 65536 if size == 1 else size
    return size if 512 <= size <= 65536 and size & (size - 1) == 0 else None


def until_last_commit(wal: bytes, *, page_size: int = 4096) -> bytes:
    """Return a write-ahead log without the transaction at its end that was never committed."""
    frames = _frames(wal, page_size)
    salts = _salts(wal, frames)
    commits = [place for place, frame in enumerate(frames, start=1) if frame.commits and frame.salts == salts]
    return wal[: _WAL_HEADER + (_FRAME_HEADER + page_size) * commits[-1]] if commits else b""


class _Frame(NamedTuple):
    number: int
    commits: bool
    salts: bytes
    page: bytes


def _frames(wal: bytes, page_size: int) -> list[_Frame]:
    frames = []
    for start in range(_WAL_HEADER, len(wal) - _FRAME_HEADER - page_size + 1, _FRAME_HEADER + page_size):
        number, pages, salts = struct.unpack(">II8s", wal[start : start + 16])
        page = wal[start + _FRAME_HEADER : start + _FRAME_HEADER + page_size]
        frames.append(_Frame(number, pages > 0, salts, page))
    return frames


def _salts(wal: bytes, frames: list[_Frame]) -> bytes:
    """Return what marks the frames since the log was last begun anew; older ones may follow them."""
    marks = [frame.salts for frame in frames]
    in_header = wal[16:24]
    return in_header if in_header in marks or not marks else max(marks, key=marks.count)


def _rows_of(page: bytes, header: int, pages: dict[int, bytes], size: int) -> Iterator[Record]:
    if page[header] != _TABLE_LEAF:
        return
    count = int.from_bytes(page[header + 3 : header + 5], "big")
    for at in range(header + 8, min(header + 8 + 2 * count, size - 1), 2):
        try:
            yield _cell(page, int.from_bytes(page[at : at + 2], "big"), pages, size)
        except (ValueError, IndexError, KeyError):
            continue  # this cell is damaged; the next one need not be


def _cell(page: bytes, start: int, pages: dict[int, bytes], size: int) -> Record:
    length, start = _varint(page, start)
    row_id, start = _varint(page, start)
    if not 0 <= length <= size * len(pages):
        raise ValueError("longer than the file")
    local = _local_length(length, size)
    payload = page[start : start + local]
    if local < length:
        payload += _overflow(page[start + local : start + local + 4], length - local, pages, size)
    if len(payload) != length:
        raise ValueError("cut short")
    return row_id, _values(payload)


def _local_length(length: int, size: int) -> int:
    """Return how much of a row lies in the leaf page itself."""
    if length <= size - 35:
        return length
    least = (size - 12) * 32 // 255 - 23
    local = least + (length - least) % (size - 4)
    return local if local <= size - 35 else least


def _overflow(pointer: bytes, missing: int, pages: dict[int, bytes], size: int) -> bytes:
    """Follow the chain of overflow pages; `missing` falls with each, so a ring of pages ends, too."""
    parts = []
    while missing > 0:
        page = pages[int.from_bytes(pointer, "big")]
        part = page[4 : 4 + min(missing, size - 4)]
        parts.append(part)
        missing -= len(part)
        pointer = page[:4]
    return b"".join(parts)


def _values(payload: bytes) -> tuple[Value, ...]:
    header, at = _varint(payload, 0)
    body = header
    values: list[Value] = []
    while at < header:
        kind, at = _varint(payload, at)
        value, body = _value(kind, payload, body)
        values.append(value)
    return tuple(values)


def _value(kind: int, payload: bytes, start: int) -> tuple[Value, int]:
    if kind == 0:
        return None, start
    if kind in (8, 9):
        return kind - 8, start
    if kind in _INTEGER_SIZES or kind == 7:
        end = start + _INTEGER_SIZES.get(kind, 8)
    elif kind >= 12:
        end = start + (kind - 12) // 2
    else:
        raise ValueError("a reserved type")
    if end > len(payload):
        raise ValueError("a value beyond its row")
    content = payload[start:end]
    if kind == 7:
        return float(struct.unpack(">d", content)[0]), end
    if kind in _INTEGER_SIZES:
        return int.from_bytes(content, "big", signed=True), end
    return (content.decode() if kind % 2 else content), end


def _varint(content: bytes, start: int) -> tuple[int, int]:
    """Return the variable-length integer at `start` and where it ends."""
    value = 0
    for at in range(start, start + 8):
        byte = content[at]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + 1
    value = value << 8 | content[start + 8]
    return (value - (1 << 64) if value >> 63 else value), start + 9
