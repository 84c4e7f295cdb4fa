"""Random numbers that come out the same years later.

NumPy keeps the raw stream of a bit generator for ever, not what ``Generator`` makes of it. So everything
drawn here is our own arithmetic over ``PCG64.random_raw``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Draws"]

_TWO_POW_53 = float(2**53)


class Draws:
    """A stream of random numbers named by a seed and a purpose.

    Two streams with different purposes are independent, so drawing one more parameter of a network does not
    move the others.

    Parameters
    ----------
    seed : int
        Any integer.
    purpose : str
        What is drawn, e.g. ``"weight_hh_l0"``.

    Notes
    -----
    The generator's key is the SHA-256 of ``"seed/purpose"``, read as one big-endian integer.
    """

    def __init__(self, seed: int, purpose: str) -> None:
        from hashlib import sha256  # loads OpenSSL, which whoever draws nothing need not wait for

        key = sha256(f"{seed}/{purpose}".encode()).digest()
        self._bits = np.random.PCG64(int.from_bytes(key, "big"))

    def unit(self, *shape: int) -> NDArray[np.float64]:
        """Draw from the uniform distribution on [0, 1): the upper 53 bits of each raw word, over 2**53."""
        count = int(np.prod(shape))
        raw = np.asarray(self._bits.random_raw(count), dtype=np.uint64)
        return ((raw >> np.uint64(11)).astype(np.float64) / _TWO_POW_53).reshape(shape)

    def uniform(self, low: float, high: float, *shape: int) -> NDArray[np.float64]:
        """Draw from the uniform distribution on [low, high)."""
        return low + (high - low) * self.unit(*shape)

    def normal(self, *shape: int) -> NDArray[np.float64]:
        """Draw from the standard normal distribution (Box and Muller 1958), two uniforms for each number."""
        u = self.unit(2, *shape)
        radius = np.sqrt(-2.0 * np.log1p(-u[0]))
        return np.asarray(radius * np.cos(2.0 * np.pi * u[1]))

    def integers(self, low: int, high: int, *shape: int) -> NDArray[np.int64]:
        """Draw whole numbers from low to high - 1, each as likely: low + floor((high - low) * unit).

        Raises
        ------
        ValueError
            If there is nothing to draw from, or more than 2**32 numbers (beyond them the floor is not even).
        """
        if not 0 < high - low <= 2**32:
            raise ValueError(f"no even draw from {low} to {high - 1}")
        return low + np.floor((high - low) * self.unit(*shape)).astype(np.int64)

    def choice(self, probabilities: NDArray[np.float64]) -> NDArray[np.int64]:
        """Draw one class from each row of probabilities (..., K), counted from 0.

        The drawn class is the first whose cumulated probability exceeds one uniform number (times the row's
        sum, so that rounding cannot pick a class of probability 0).
        """
        cumulated = np.cumsum(probabilities, axis=-1)
        point = self.unit(*probabilities.shape[:-1])[..., np.newaxis] * cumulated[..., -1:]
        return np.asarray(np.argmax(cumulated > point, axis=-1), dtype=np.int64)

    def permutation(self, count: int) -> NDArray[np.int64]:
        """Draw an order of 0..count - 1: the stable ranking of ``count`` uniform numbers."""
        return np.asarray(np.argsort(self.unit(count), kind="stable"), dtype=np.int64)
