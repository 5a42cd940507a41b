"""What time it is."""

from __future__ import annotations

import pytest

from app.serving.clock import Clock

NEWEST = 1_000_000
DAY = 86_400


def clock(setting: str, wall: float, newest: int = NEWEST, elapsed: float = 0) -> Clock:
    ticks = iter([0.0, elapsed, elapsed])
    return Clock.of(setting, newest, 168, wall=lambda: wall, monotonic=lambda: next(ticks))


def test_auto_is_the_wall_clock_while_something_happened_lately() -> None:
    assert clock("auto", NEWEST + 3 * DAY).mode == "wall"
    assert clock("auto", NEWEST + 3 * DAY).now() == NEWEST + 3 * DAY


@pytest.mark.parametrize("wall", [NEWEST + 8 * DAY, NEWEST - 1])
def test_auto_goes_on_from_the_newest_event_of_an_old_or_a_future_dump(wall: float) -> None:
    world = clock("auto", wall, elapsed=90.0)
    assert world.mode == "world"
    assert world.now() == NEWEST + 90


def test_a_world_without_times_begins_at_zero() -> None:
    assert clock("auto", 2e9, newest=-(2**60)).now() == 0


@pytest.mark.parametrize(
    "instant", ["2026-03-01T12:00:00Z", "2026-03-01T12:00", "2026-03-01T13+01"]
)
def test_a_given_instant_does_not_pass(instant: str) -> None:
    frozen = clock(instant, wall=0)
    assert frozen.mode == "frozen"
    assert frozen.now() == frozen.now() == 1_772_366_400


def test_wall_is_wall_whatever_happened() -> None:
    assert clock("wall", 5e9).now() == 5_000_000_000
