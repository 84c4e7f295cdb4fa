"""Draws for variants that come out the same years later.

NumPy promises the raw 64-bit words of a bit generator for ever, not what its other methods make of them. A
stream here is `PCG64` seeded with the SHA-256 of its name; everything drawn is the arithmetic written below.
"""

from __future__ import annotations

import hashlib

import numpy as np

_WORD = 2**64


class Stream:
    """A stream of draws that only its name determines.

    Parameters
    ----------
    *name : str or int
        What the draws are for, such as `"parameters", question.id, seed`. The parts are joined by a line
        feed, encoded as UTF-8 and hashed with SHA-256; the digest, read as one big-endian integer, seeds
        `numpy.random.PCG64`.
    """

    def __init__(self, *name: str | int) -> None:
        text = "\n".join(str(part) for part in name)
        self._bits = np.random.PCG64(int.from_bytes(hashlib.sha256(text.encode()).digest(), "big"))

    def word(self) -> int:
        """Return the next raw word, from 0 to 2**64 - 1."""
        return int(self._bits.random_raw())

    def below(self, count: int) -> int:
        """Draw an integer from 0 to `count` - 1, all equally likely.

        Words from the largest multiple of `count` on are thrown away, the rest is taken modulo `count`.

        Raises
        ------
        ValueError
            For a count below 1 or above 2**64.
        """
        if not 1 <= count <= _WORD:
            raise ValueError(f"cannot draw below {count}")
        limit = _WORD - _WORD % count
        word = self.word()
        while word >= limit:
            word = self.word()
        return word % count

    def unit(self) -> float:
        """Draw a number from 0 to below 1: the upper 53 bits of a word over 2**53."""
        return (self.word() >> 11) / 2.0**53

    def permutation(self, count: int) -> tuple[int, ...]:
        """Draw an order of 0 to `count` - 1 (Fisher and Yates, from the last place down)."""
        order = list(range(count))
        for place in range(count - 1, 0, -1):
            other = self.below(place + 1)
            order[place], order[other] = order[other], order[place]
        return tuple(order)
