"""Moving the cursor through a run: pure steps of arithmetic, and a player that makes them in time.

Along the chain the cursor has one place, ``5 * (steps done) + sub-steps done``. Walking, playing
and scrubbing all reduce to moving that place, forwards to the right or backwards to the left.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal

if TYPE_CHECKING:
    from collections.abc import Callable

    from .cursor import Cursor

__all__ = [
    "FRAME_MS",
    "SPEEDS",
    "STEP_MS",
    "SUBSTEPS",
    "Player",
    "advance",
    "at_end",
    "cut",
    "following",
    "rewound",
    "stepped",
    "sub_stepped",
]

SUBSTEPS: Final = 5
STEP_MS: Final = 600.0
"""A whole step at speed 1."""
SPEEDS: Final = (0.25, 0.5, 1.0, 2.0, 4.0)
"""The speeds one can choose: a step then takes 2400, 1200, 600, 300 or 150 ms."""
FRAME_MS: Final = 16
_LONGEST_FRAME_MS: Final = 100.0


def _done(cursor: Cursor, last: int, backward: bool) -> float:
    """Sub-steps done so far, counted in the direction of travel."""
    behind = last - cursor.step if backward else cursor.step - 1
    return SUBSTEPS * behind + cursor.phase


def _placed(cursor: Cursor, done: float, last: int, backward: bool, *, finish: bool) -> Cursor:
    """Put the cursor where `done` sub-steps are done.

    Where one step ends and the next begins, `finish` says which of the two is meant.
    """
    done = min(max(done, 0.0), float(SUBSTEPS * last))
    behind = math.floor(done / SUBSTEPS)
    phase = done - SUBSTEPS * behind
    if behind == last or (finish and phase == 0.0 and behind > 0):
        behind -= 1
        phase = float(SUBSTEPS)
    return replace(cursor, step=last - behind if backward else behind + 1, phase=phase, backward=backward)


def advance(cursor: Cursor, dt: float, step_ms: float, last: int, backward: bool) -> Cursor:
    """Return the cursor after `dt` milliseconds of playing.

    Parameters
    ----------
    cursor : Cursor
        Where it stands.
    dt : float
        Milliseconds gone by since.
    step_ms : float
        Milliseconds a whole step takes.
    last : int
        The last step that may be shown; the run's last, or the veil's.
    backward : bool
        Whether the pass is the backward one, which runs from `last` to step 1.

    Returns
    -------
    Cursor
        At the end it rests on the finished last step.
    """
    return _placed(
        cursor, _done(cursor, last, backward) + SUBSTEPS * dt / step_ms, last, backward, finish=False
    )


def at_end(cursor: Cursor, last: int, backward: bool) -> bool:
    """Whether there is nothing left to play."""
    return _done(cursor, last, backward) >= SUBSTEPS * last


def rewound(cursor: Cursor, last: int, backward: bool) -> Cursor:
    """Return the cursor at the beginning of the pass, nothing of it done."""
    return replace(cursor, step=last if backward else 1, phase=0.0, backward=backward)


def stepped(cursor: Cursor, by: int, last: int) -> Cursor:
    """Return the cursor `by` steps later in time, that step finished; it stays within 1..`last`."""
    return replace(cursor, step=min(max(cursor.step + by, 1), last), phase=float(SUBSTEPS))


def sub_stepped(cursor: Cursor, by: int, last: int) -> Cursor:
    """Return the cursor `by` sub-steps to the right (to the left if negative).

    To the right is onwards in the forward pass and back in the backward pass, so that the arrow
    keys point where things go.
    """
    done = _done(cursor, last, cursor.backward)
    onward = -by if cursor.backward else by
    whole = math.floor(done) if onward > 0 else math.ceil(done)
    return _placed(cursor, whole + onward, last, cursor.backward, finish=True)


def cut(cursor: Cursor, last: int, backward: bool) -> Cursor:
    """Return the next finished step of the pass, for those who asked for no motion."""
    if cursor.phase < SUBSTEPS:
        return replace(cursor, phase=float(SUBSTEPS), backward=backward)
    return replace(stepped(cursor, -1 if backward else 1, last), backward=backward)


def following(cursor: Cursor, last: int, playing: bool) -> Cursor:
    """Return the cursor where the picture next changes as a whole.

    That is where the next sub-step begins while it plays, else the next step at rest.

    Parameters
    ----------
    cursor, last
        As for `advance`.
    playing
        Whether it moves on by itself, sub-step by sub-step.
    """
    backward = cursor.backward
    if not playing:
        return stepped(cursor, -1 if backward else 1, last)
    done = math.floor(_done(cursor, last, backward)) + 1.0
    return _placed(cursor, done, last, backward, finish=False)


class Player(QObject):
    """Moves a cursor while time goes by; no timer runs unless it plays.

    Parameters
    ----------
    cursor : callable
        Tells where the cursor stands now.
    last : callable
        Tells the last step that may be shown now.
    clock : callable
        Seconds from any origin, as `time.perf_counter`.
    """

    moved = Signal(object)
    playing_changed = Signal(bool)
    speed_changed = Signal(float)

    def __init__(
        self,
        cursor: Callable[[], Cursor],
        last: Callable[[], int],
        parent: QObject | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__(parent)
        self._cursor = cursor
        self._last = last
        self._clock = clock
        self._then = 0.0
        self._waited = 0.0
        self._speed = 1.0
        self._reduced = False
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timeout)

    @property
    def playing(self) -> bool:
        """Whether it plays, and so whether its timer runs."""
        return self._timer.isActive()

    @property
    def moving(self) -> bool:
        """Whether it plays and moves inside the steps too."""
        return self.playing and not self._reduced

    @property
    def speed(self) -> float:
        """One of `SPEEDS`."""
        return self._speed

    @property
    def step_ms(self) -> float:
        """Milliseconds a whole step takes at this speed."""
        return STEP_MS / self._speed

    def set_speed(self, speed: float) -> None:
        """Choose a speed; the nearest of `SPEEDS` is taken."""
        nearest = min(SPEEDS, key=lambda known: abs(known - speed))
        if nearest != self._speed:
            self._speed = nearest
            self.speed_changed.emit(nearest)

    def change_speed(self, by: int) -> None:
        """Go `by` places along `SPEEDS`, stopping at its ends."""
        self.set_speed(SPEEDS[min(max(SPEEDS.index(self._speed) + by, 0), len(SPEEDS) - 1)])

    def cycle_speed(self) -> None:
        """Go to the next speed, after the fastest to the slowest."""
        self.set_speed(SPEEDS[(SPEEDS.index(self._speed) + 1) % len(SPEEDS)])

    def set_reduced_motion(self, reduced: bool) -> None:
        """Cut from step to step instead of moving."""
        self._reduced = reduced
        if self.playing:
            self._timer.setInterval(self._interval())

    def play(self) -> None:
        """Play to the end; from the beginning if the end was reached."""
        if self.playing:
            return
        cursor = self._cursor()
        if at_end(cursor, self._last(), cursor.backward):
            first = rewound(cursor, self._last(), cursor.backward)
            if self._reduced:
                first = replace(first, phase=float(SUBSTEPS))
            self.moved.emit(first)
        self._waited = 0.0
        self._then = self._clock()
        self._timer.start(self._interval())
        self.playing_changed.emit(True)

    def pause(self) -> None:
        """Stop where it is."""
        if self.playing:
            self._timer.stop()
            self.playing_changed.emit(False)

    def toggle(self) -> None:
        """Play if it stands, stop if it plays."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def tick(self, dt: float) -> None:
        """Let `dt` milliseconds go by."""
        cursor = self._cursor()
        last = self._last()
        if self._reduced:
            self._waited += dt
            while self._waited >= self.step_ms:
                self._waited -= self.step_ms
                cursor = cut(cursor, last, cursor.backward)
        else:
            cursor = advance(cursor, dt, self.step_ms, last, cursor.backward)
        if cursor != self._cursor():
            self.moved.emit(cursor)
        if at_end(cursor, last, cursor.backward):
            self.pause()

    def _interval(self) -> int:
        return 50 if self._reduced else FRAME_MS

    def _on_timeout(self) -> None:
        now = self._clock()
        # A frame that came late (the window was dragged) must not make the picture jump.
        dt = min((now - self._then) * 1000.0, _LONGEST_FRAME_MS)
        self._then = now
        self.tick(dt)
