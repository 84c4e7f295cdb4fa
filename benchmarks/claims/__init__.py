"""Published results, rerun, in the order of the table.

Each claim holds a pure function of a seed, and the rule by which its figures are judged, fixed beforehand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import (
    adding,
    both_ways,
    bounds,
    cliff,
    clipping,
    continual,
    copying,
    counting,
    embedded,
    gap,
    lag,
    latch,
    order,
    saturation,
    starts,
    truncated,
)

if TYPE_CHECKING:
    from .model import Claim

__all__ = ["CLAIMS", "claim"]

CLAIMS: tuple[Claim, ...] = (
    # What a gradient meets on its way back.
    bounds.CLAIM,
    cliff.CLAIM,
    *starts.CLAIMS,
    # Keeping something over many steps.
    order.CLAIM,
    adding.CLAIM,
    lag.CLAIM,
    latch.CLAIM,
    copying.CLAIM,
    # Strings and texts.
    embedded.CLAIM,
    *continual.CLAIMS,
    counting.CLAIM,
    saturation.CLAIM,
    # Remedies.
    clipping.CLAIM,
    truncated.CLAIM,
    gap.CLAIM,
    both_ways.CLAIM,
)


def claim(name: str) -> Claim:
    """Find a claim.

    Raises
    ------
    KeyError
        If none is called so.
    """
    for one in CLAIMS:
        if one.name == name:
            return one
    raise KeyError(name)
