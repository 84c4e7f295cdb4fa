"""Values of the model kept as JSON files, so that a start reads no YAML.

A cache file holds one line with the SHA-256 of the rest, then the rest. It is only ever a copy: one that is
missing, damaged or of another version is as good as none, and one that cannot be written is not missed.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from .codec import decoder, digest, encode, fingerprint

MAX_KEPT = 1000
"""So many files are kept; every change of a bank leaves an old one behind."""

_MAX_BYTES = 64 * 1024 * 1024


@cache
def _shape(cls: type) -> str:
    return fingerprint(cls)


def key(cls: type, *parts: str) -> str:
    """Return the name under which a value is kept.

    Parameters
    ----------
    cls : type
        The dataclass that is kept; its fields are part of the name.
    *parts : str
        Whatever else the value depends on, such as the file's hash and the versions that read it.
    """
    return digest([_shape(cls), *parts])


def fetch(name: str, cls: type, *folders: Path | None) -> Any:
    """Return the value kept under a name, or None if there is none that can be trusted.

    Parameters
    ----------
    name : str
        A `key`.
    cls : type
        What the value is.
    *folders : Path or None
        Where caches are, in the order of looking; None for no cache.
    """
    for folder in folders:
        if folder is not None and (found := _fetch(folder, name, cls)) is not None:
            return found
    return None


def _fetch(folder: Path, name: str, cls: type) -> Any:
    file = folder / f"{name}.json"
    try:
        if file.stat().st_size > _MAX_BYTES:
            return None
        checksum, _, body = file.read_bytes().partition(b"\n")
        if hashlib.sha256(body).hexdigest().encode() != checksum:
            return None
        return decoder(cls)(json.loads(body))
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def keep(folder: Path | None, name: str, value: Any) -> None:
    """Keep a value under a name; nothing happens where that is not possible.

    Parameters
    ----------
    folder : Path or None
        Where the cache is; None for no cache.
    name : str
        A `key`.
    value : object
        An instance of the dataclass the key was made for.
    """
    if folder is None:
        return
    body = json.dumps(encode(value), ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )
    written: str | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as file:
            written = file.name
            file.write(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
        os.replace(written, folder / f"{name}.json")
        _tidy(folder)
    except OSError:
        if written is not None:
            Path(written).unlink(missing_ok=True)


def _tidy(folder: Path) -> None:
    """Delete what was kept longest ago, where much has gathered."""
    files = list(folder.glob("*.json"))
    if len(files) > MAX_KEPT:
        files.sort(key=lambda file: file.stat().st_mtime)
        for file in files[:-MAX_KEPT]:
            file.unlink(missing_ok=True)
