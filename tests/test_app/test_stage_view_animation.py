"""Moving the cursor: the arithmetic of playing, and a player whose timer runs only while it plays."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.stage.animation import (
    SPEEDS,
    STEP_MS,
    Player,
    advance,
    at_end,
    cut,
    rewound,
    stepped,
    sub_stepped,
)
from app.stage.cursor import Cursor

cursors = st.builds(
    Cursor,
    step=st.integers(1, 9),
    phase=st.sampled_from([0.0, 0.5, 1.0, 2.75, 4.0, 5.0]),
    backward=st.booleans(),
)


def test_a_whole_step_takes_its_time_in_five_equal_parts() -> None:
    start = Cursor(step=2, phase=0.0)
    assert advance(start, 120.0, 600.0, 9, backward=False) == replace(start, phase=1.0)
    assert advance(start, 300.0, 600.0, 9, backward=False) == replace(start, phase=2.5)
    assert advance(start, 600.0, 600.0, 9, backward=False) == replace(start, step=3, phase=0.0)


def test_backwards_it_runs_to_the_left() -> None:
    start = Cursor(step=3, phase=4.0, backward=True)
    assert advance(start, 240.0, 600.0, 9, backward=True) == replace(start, step=2, phase=1.0)


@given(cursors, st.floats(0.0, 20_000.0), st.floats(0.0, 20_000.0))
def test_playing_twice_is_playing_the_sum(cursor: Cursor, one: float, other: float) -> None:
    twice = advance(advance(cursor, one, 600.0, 9, cursor.backward), other, 600.0, 9, cursor.backward)
    once = advance(cursor, one + other, 600.0, 9, cursor.backward)

    def done(c: Cursor) -> float:
        return 5 * (9 - c.step if c.backward else c.step - 1) + c.phase

    assert done(twice) == pytest.approx(done(once), abs=1e-6)


@given(cursors, st.floats(0.0, 1e6))
def test_it_never_leaves_the_run(cursor: Cursor, dt: float) -> None:
    moved = advance(cursor, dt, 150.0, 9, cursor.backward)
    assert 1 <= moved.step <= 9
    assert 0.0 <= moved.phase <= 5.0


@pytest.mark.parametrize(("backward", "step"), [(False, 9), (True, 1)])
def test_at_the_end_it_rests_on_the_finished_step(backward: bool, step: int) -> None:
    end = advance(Cursor(step=5, backward=backward), 1e6, 600.0, 9, backward)
    assert (end.step, end.phase) == (step, 5.0)
    assert at_end(end, 9, backward)
    assert not at_end(rewound(end, 9, backward), 9, backward)


def test_steps_are_held_within_the_run() -> None:
    assert stepped(Cursor(step=1), -1, 9).step == 1
    assert stepped(Cursor(step=9), 1, 9).step == 9
    assert stepped(Cursor(step=4, phase=2.0), 1, 9) == Cursor(step=5, phase=5.0)


def test_sub_steps_go_through_all_five_and_on_to_the_next_step() -> None:
    cursor = Cursor(step=2, phase=5.0)
    seen = []
    for _ in range(6):
        cursor = sub_stepped(cursor, 1, 9)
        seen.append((cursor.step, cursor.phase))
    assert seen == [(3, 1.0), (3, 2.0), (3, 3.0), (3, 4.0), (3, 5.0), (4, 1.0)]


@given(cursors)
def test_a_sub_step_back_undoes_one_on(cursor: Cursor) -> None:
    whole = replace(cursor, phase=float(round(cursor.phase)) or 5.0, step=min(max(cursor.step, 2), 8))
    assert sub_stepped(sub_stepped(whole, 1, 9), -1, 9) == whole


def test_in_the_backward_pass_left_is_onwards() -> None:
    assert sub_stepped(Cursor(step=4, phase=5.0, backward=True), -1, 9) == Cursor(3, 1.0, backward=True)


def test_cutting_finishes_the_step_then_goes_on() -> None:
    assert cut(Cursor(step=2, phase=1.5), 9, backward=False) == Cursor(step=2, phase=5.0)
    assert cut(Cursor(step=2), 9, backward=False) == Cursor(step=3, phase=5.0)
    assert cut(Cursor(step=2, backward=True), 9, backward=True).step == 1


class _Track:
    """A cursor that a player moves, and a clock that stands still."""

    def __init__(self, last: int = 4, **settings: object) -> None:
        self.cursor = Cursor(**settings)  # type: ignore[arg-type] # fields by name
        self.seen: list[Cursor] = []
        self.player = Player(lambda: self.cursor, lambda: last, clock=lambda: 0.0)
        self.player.moved.connect(self.follow)

    def follow(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.seen.append(cursor)


@pytest.mark.usefixtures("qapp")
class TestPlayer:
    """The player, whose clock stands still: time is handed in."""

    def test_no_timer_runs_before_and_after(self) -> None:
        track = _Track(step=3)
        assert not track.player.playing
        track.player.play()
        assert track.player.playing
        track.player.tick(STEP_MS * 2)
        assert not track.player.playing
        assert (track.cursor.step, track.cursor.phase) == (4, 5.0)

    def test_from_the_end_it_starts_anew(self) -> None:
        track = _Track(step=4)
        track.player.play()
        assert (track.cursor.step, track.cursor.phase) == (1, 0.0)
        track.player.pause()

    def test_speed_changes_the_time_of_a_step(self) -> None:
        track = _Track(step=1, phase=0.0)
        track.player.set_speed(4.0)
        track.player.play()
        track.player.tick(150.0)
        assert track.cursor.step == 2
        track.player.pause()

    def test_speeds_stop_at_their_ends_and_a_click_goes_round(self) -> None:
        track = _Track()
        for _ in range(9):
            track.player.change_speed(1)
        assert track.player.speed == SPEEDS[-1]
        assert track.player.step_ms == 150.0
        track.player.cycle_speed()
        assert track.player.speed == SPEEDS[0]
        assert track.player.step_ms == 2400.0

    def test_reduced_motion_shows_finished_steps_only(self) -> None:
        track = _Track(step=1)
        track.player.set_reduced_motion(True)
        track.player.play()
        for _ in range(30):
            track.player.tick(100.0)
        assert {c.phase for c in track.seen} == {5.0}
        assert [c.step for c in track.seen] == [2, 3, 4]
        assert not track.player.playing

    def test_pausing_keeps_the_place(self) -> None:
        track = _Track(step=2, phase=0.0)
        track.player.play()
        track.player.tick(120.0)
        track.player.toggle()
        assert (track.cursor.step, track.cursor.phase) == (2, 1.0)
        assert not track.player.playing
