"""What the fast painter keeps from frame to frame."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass
from operator import is_not
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from PySide6.QtCore import QRect
    from PySide6.QtGui import QImage

    from .marks import Mark

_FRAMES = 4
"""Most pictures that one cache tells apart, by their first mark."""
_LAYERS = (3, 6)
"""Layers kept at least (what all frames share, this frame's, the next one's), and at most if not large."""


@dataclass(frozen=True, eq=False)
class Layer:
    """Marks that stand still, painted together.

    Attributes
    ----------
    marks
        What is in it.
    box
        Where it lies, in device pixels.
    image
        The picture.
    """

    marks: tuple[Mark, ...]
    box: QRect
    image: QImage


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
        self._frames: dict[int, tuple[Mark, ...]] = {}
        self._layers: OrderedDict[Hashable, Layer] = OrderedDict()
        self._asked: deque[tuple[Mark, ...]] = deque(maxlen=_FRAMES)

    def get(self, key: Hashable, make: Callable[[], tuple[Any, int]], alive: tuple[object, ...] = ()) -> Any:
        """Return what is kept under the key, made by ``make`` (the thing, its bytes) when it is not there.

        ``alive`` is kept as well: objects whose identity is part of the key.
        """
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found[0]
        thing, size = make()
        self.put(key, thing, size, alive)
        return thing

    def put(self, key: Hashable, thing: Any, size: int, alive: tuple[object, ...] = ()) -> None:
        """Keep a thing of some bytes under a key that nothing is kept under; see `get`."""
        self._kept[key] = (thing, size, alive)
        self._bytes += size
        while self._bytes > self._limit and len(self._kept) > 1:
            _, (_, freed, _) = self._kept.popitem(last=False)
            self._bytes -= freed

    def __contains__(self, key: object) -> bool:
        """Whether something is kept under the key."""
        return key in self._kept

    def clear(self) -> None:
        """Drop everything."""
        self._kept.clear()
        self._bytes = 0
        self._frames.clear()
        self._layers.clear()
        self._asked.clear()

    def standing(self, marks: tuple[Mark, ...]) -> int:
        """Return how many marks at the front are the same as when last a frame began with the first."""
        if not marks:
            return 0
        before = self._frames.pop(id(marks[0]), ())
        self._frames[id(marks[0])] = marks
        while len(self._frames) > _FRAMES:
            del self._frames[next(iter(self._frames))]
        common = min(len(marks), len(before))
        return next((k for k in range(common) if marks[k] is not before[k]), common)

    def layer(self, key: Hashable, marks: tuple[Mark, ...]) -> Layer | None:
        """Return the layer of just these marks, if it is kept under the key."""
        place = (key, *map(id, marks))
        found = self._layers.get(place)
        if found is not None:
            self._layers.move_to_end(place)
        return found

    def wanted(self, marks: tuple[Mark, ...]) -> bool:
        """Whether these marks were asked for before: one picture of them does not pay for a layer."""
        if any(len(marks) == len(asked) and not any(map(is_not, marks, asked)) for asked in self._asked):
            return True
        self._asked.append(marks)
        return False

    def keep_layer(self, key: Hashable, layer: Layer) -> None:
        """Keep a layer under a key; the least used goes when there are too many."""
        # The layer keeps its marks, so that no other mark can have the identity of one of them.
        self._layers[(key, *map(id, layer.marks))] = layer
        least, most = _LAYERS
        while len(self._layers) > most or (
            len(self._layers) > least
            and sum(kept.image.sizeInBytes() for kept in self._layers.values()) > self._limit
        ):
            self._layers.popitem(last=False)

    @property
    def size(self) -> int:
        """Bytes kept now."""
        return self._bytes
