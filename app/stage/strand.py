"""The strands of a bundle, kept as arrays: what is drawn in bulk is not made one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, overload

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["Palette", "Strand", "StrandRow", "channels"]


@dataclass(frozen=True, slots=True)
class Strand:
    """One strand of a bundle: its place across the route, its width, its colour, and what it stands for.

    ``index`` is its number among the numbers of the wire, for :attr:`Strands.name`; ``value`` is ``None``
    where there is nothing to tell.
    """

    offset: float
    width: float
    colour: str
    index: int
    unit: int | None
    value: float | None


@lru_cache(maxsize=1024)
def channels(colour: str) -> NDArray[np.float64]:
    """Return blue, green, red and a full alpha in 0..255, shape ``(4,)``, read-only."""
    value = int(colour[1:], 16)
    found = np.array([value & 255, value >> 8 & 255, value >> 16 & 255, 255.0])
    found.flags.writeable = False
    return found


class Palette:
    """Colours that strands choose from by number.

    Parameters
    ----------
    colours : tuple of str
        As ``#rrggbb``.

    Attributes
    ----------
    channels : ndarray, shape (n, 4)
        Blue, green, red and alpha of each, in 0..255.
    """

    def __init__(self, colours: tuple[str, ...]) -> None:
        self.colours = colours
        self.channels: NDArray[np.float64] = np.array([channels(colour) for colour in colours])


@dataclass(frozen=True, eq=False)
class StrandRow(Sequence[Strand]):
    """Strands as columns of a table; a strand of it is made when it is asked for.

    Attributes
    ----------
    offsets, widths : ndarray, shape (n,)
        Of each strand, in pixels.
    palette, tones : Palette, ndarray of int, shape (n,)
        The colours, and which of them each strand has.
    indices : ndarray of int, shape (n,)
        Numbers among the numbers of the wire.
    values : ndarray, shape (n,), or None
        What they stand for.
    single : bool
        Whether each stands for one unit, so that its unit is its index and one.
    """

    offsets: NDArray[np.float64]
    widths: NDArray[np.float64]
    palette: Palette
    tones: NDArray[np.intp]
    indices: NDArray[np.intp]
    values: NDArray[np.float64] | None
    single: bool

    @property
    def channels(self) -> NDArray[np.float64]:
        """Blue, green, red and alpha of each strand, shape ``(n, 4)``."""
        return self.palette.channels[self.tones]

    @cached_property
    def _made(self) -> tuple[Strand, ...]:
        count = len(self.offsets)
        indices = self.indices.tolist()
        return tuple(
            map(
                Strand,
                self.offsets.tolist(),
                self.widths.tolist(),
                [self.palette.colours[tone] for tone in self.tones.tolist()],
                indices,
                [index + 1 for index in indices] if self.single else [None] * count,
                [None] * count if self.values is None else self.values.tolist(),
            )
        )

    def __len__(self) -> int:
        return len(self.offsets)

    def __iter__(self) -> Iterator[Strand]:
        return iter(self._made)

    @overload
    def __getitem__(self, index: int) -> Strand: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Strand, ...]: ...
    def __getitem__(self, index: int | slice) -> Strand | tuple[Strand, ...]:
        """Return one strand, or some."""
        return self._made[index]
