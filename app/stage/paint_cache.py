"""What the fast painter keeps from frame to frame."""

from __future__ import annotations

from collections import OrderedDict
from operator import is_not
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from PySide6.QtGui import QImage

    from .marks import Mark

    _Layer = tuple[Hashable, tuple[Mark, ...], QImage]
    """What the image depends on, the marks in it, the image."""

_FRAMES = 4
"""Most pictures that one cache tells apart, by their first mark."""


class PaintCache:
    """Images kept from frame to frame; the least used go first when there are too many bytes.

    One cache serves one widget. It never has to be emptied: what is kept is found by its content, the
    theme's colours, the scale and the place, so nothing stale can be shown.

    Parameters
    ----------
    limit
        Bytes of images to keep at most.
    """

    def __init__(self, limit: int = 64 << 20) -> None:
        self._limit = limit
        self._bytes = 0
        self._kept: OrderedDict[Hashable, tuple[Any, int, tuple[object, ...]]] = OrderedDict()
        self._frames: dict[int, tuple[tuple[Mark, ...], _Layer | None]] = {}

    def get(self, key: Hashable, make: Callable[[], tuple[Any, int]], alive: tuple[object, ...] = ()) -> Any:
        """Return what is kept under the key, made by ``make`` (the thing, its bytes) when it is not there.

        ``alive`` is kept as well: objects whose identity is part of the key.
        """
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found[0]
        thing, size = make()
        self._kept[key] = (thing, size, alive)
        self._bytes += size
        while self._bytes > self._limit and len(self._kept) > 1:
            _, (_, freed, _) = self._kept.popitem(last=False)
            self._bytes -= freed
        return thing

    def clear(self) -> None:
        """Drop everything."""
        self._kept.clear()
        self._bytes = 0
        self._frames.clear()

    def standing(self, marks: tuple[Mark, ...]) -> int:
        """Return how many marks at the front are the same as when last a frame began with the first."""
        if not marks:
            return 0
        before, layer = self._frames.pop(id(marks[0]), ((), None))
        self._frames[id(marks[0])] = (marks, layer)
        while len(self._frames) > _FRAMES:
            del self._frames[next(iter(self._frames))]
        common = min(len(marks), len(before))
        return next((k for k in range(common) if marks[k] is not before[k]), common)

    def layer(self, key: Hashable, marks: tuple[Mark, ...], make: Callable[[], QImage]) -> QImage:
        """Return the image of the marks that stand still, painted by ``make`` when it is of other marks."""
        frame, kept = self._frames[id(marks[0])]
        if kept is None or kept[0] != key or len(kept[1]) != len(marks) or any(map(is_not, kept[1], marks)):
            kept = (key, marks, make())
            self._frames[id(marks[0])] = (frame, kept)
        return kept[2]

    @property
    def size(self) -> int:
        """Bytes kept now."""
        return self._bytes
