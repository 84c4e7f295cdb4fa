"""The store: an append-only log of events in SQLite is the truth; the rest follows from it.

No Qt. `Store.open` gives the log, `events` what can be written into it, `projections` what follows from it.
"""

from __future__ import annotations

from .errors import StoreError
from .events import (
    Answered,
    Event,
    Explained,
    Finished,
    Flagged,
    Hinted,
    Payload,
    Retracted,
    Shown,
    Started,
    Unknown,
)
from .json_text import Json
from .recovery import Notice, digest_of
from .store import OpenedStore, Store

__all__ = [
    "Answered",
    "Event",
    "Explained",
    "Finished",
    "Flagged",
    "Hinted",
    "Json",
    "Notice",
    "OpenedStore",
    "Payload",
    "Retracted",
    "Shown",
    "Started",
    "Store",
    "StoreError",
    "Unknown",
    "digest_of",
]
