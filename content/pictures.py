"""Pictures that a bank's texts name: bytes from the bank's own folder, and from nowhere else."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from .files import is_inside

__all__ = ["MAX_PICTURE_BYTES", "read_picture"]

MAX_PICTURE_BYTES = 4 * 1024 * 1024


def read_picture(folder: Path, name: str) -> bytes | None:
    """Read a picture.

    Parameters
    ----------
    folder : Path
        The bank's folder.
    name : str
        As written in the text: a relative path with slashes.

    Returns
    -------
    bytes or None
        None where there is no such file, where it lies outside the folder (also by a link), or where it is
        larger than `MAX_PICTURE_BYTES`.
    """
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or ":" in name or "\\" in name:
        return None
    file = folder.joinpath(*path.parts)
    try:
        if (
            not is_inside(file, folder.resolve())
            or not file.is_file()
            or file.stat().st_size > MAX_PICTURE_BYTES
        ):
            return None
        return file.read_bytes()
    except (OSError, ValueError):
        return None
