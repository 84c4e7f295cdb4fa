"""Writing the log: every event gets its name and moment here, and is on the disk before anything is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.storage import Answered, Event, Shown
from app.storage.projections import attempts, resume_point
from app.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from app.storage import Payload, Store
    from app.storage.projections import ResumePoint
    from app.tutor.attempts import Attempt

__all__ = ["Journal"]


class Journal:
    """The store as controllers use it.

    Parameters
    ----------
    store : Store
        An open log.
    clock : callable
        Gives the moment, with the learner's time zone.
    new_uuid : callable
        Gives a new UUID in its usual spelling.
    """

    def __init__(self, store: Store, clock: Callable[[], datetime], new_uuid: Callable[[], str]) -> None:
        self._store = store
        self._clock = clock
        self._new_uuid = new_uuid
        self._events = list(store.events())

    def new_session(self) -> str:
        """Return the uuid of a session that begins."""
        return self._new_uuid()

    def now(self) -> datetime:
        """Return the moment."""
        return self._clock()

    def write(self, session: str, *payloads: Payload, texts: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Write what happened, all or nothing, and return the uuids of the events.

        Raises
        ------
        StoreError
            If it could not be written; nothing of it is in the log then.
        """
        now = self._clock()
        versions = (("unrolled", __version__),)
        events = [Event(self._new_uuid(), session, now, payload, versions) for payload in payloads]
        self._store.append(*events, texts=texts)
        self._events.extend(events)
        return tuple(event.uuid for event in events)

    def attempts(self) -> tuple[Attempt, ...]:
        """Return every answer that was checked and not taken back, the oldest first."""
        return attempts(self._events)

    def resume_point(self) -> ResumePoint | None:
        """Return where the last session was left, if it was not finished."""
        return resume_point(self._events)

    def seconds_since_shown(self, session: str) -> float | None:
        """Return how long ago a question was last shown in a session; None if none was."""
        for event in reversed(self._events):
            if event.session == session and isinstance(event.payload, Shown):
                return max(0.0, (self._clock() - event.at).total_seconds())
        return None

    def answers_in(self, session: str) -> tuple[Answered, ...]:
        """Return the answers of a session that count, in order."""
        kept = {attempt.uuid for attempt in self.attempts()}
        return tuple(
            event.payload
            for event in self._events
            if event.session == session and isinstance(event.payload, Answered) and event.uuid in kept
        )
