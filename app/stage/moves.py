"""Where a key takes the cursor, and how far it may go: pure steps over what is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .animation import stepped, sub_stepped
from .keys import Action
from .order import is_reverse
from .scales import last_visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine import Run

    from .cursor import Cursor
    from .veil import Veil

__all__ = ["held_within", "lane_of", "moved", "turned"]


def lane_of(cursor: Cursor, runs: Sequence[Run]) -> Run:
    """Return the run of the cursor's lane, the first one if there is no such lane."""
    return next((run for run in runs if run.name == cursor.lane), runs[0])


def held_within(cursor: Cursor, runs: Sequence[Run], veil: Veil) -> Cursor:
    """Return the cursor at the nearest place that there is, among lanes, visible steps and units."""
    if not runs:
        return cursor
    run = lane_of(cursor, runs)
    return replace(
        cursor,
        lane=run.name,
        step=min(max(cursor.step, 1), max(1, last_visible(run, veil))),
        unit=min(max(cursor.unit, 1), run.units),
        phase=min(max(cursor.phase, 0.0), 5.0),
    )


def turned(cursor: Cursor, runs: Sequence[Run]) -> Cursor:
    """Swap the passes of what is read from the end, so that steps are walked as it reads them."""
    if not runs or not is_reverse(lane_of(cursor, runs)):
        return cursor
    return replace(cursor, backward=not cursor.backward)


def moved(action: Action, cursor: Cursor, runs: Sequence[Run], last: int) -> Cursor | None:
    """Return where a key takes the cursor; None for a key that does not move it.

    Parameters
    ----------
    action : Action
        What the key does.
    cursor : Cursor
        Where it stands.
    runs : sequence of Run
        All lanes.
    last : int
        The last step that may be shown.
    """
    steps = {Action.BACK: -1, Action.ON: 1, Action.FIRST: 1 - cursor.step, Action.LAST: last - cursor.step}
    if action in steps:
        return stepped(cursor, steps[action], last)
    sub_steps = {Action.SUB_BACK: -1, Action.SUB_ON: 1}
    if action in sub_steps:
        return turned(sub_stepped(turned(cursor, runs), sub_steps[action], last), runs)
    units = {Action.UNIT_UP: -1, Action.UNIT_DOWN: 1}
    if action in units:
        return replace(cursor, unit=cursor.unit + units[action])
    if action is Action.DIRECTION:
        return replace(cursor, backward=not cursor.backward)
    if action is Action.LANE:
        names = [run.name for run in runs]
        return replace(cursor, lane=names[(names.index(lane_of(cursor, runs).name) + 1) % len(names)])
    return None
