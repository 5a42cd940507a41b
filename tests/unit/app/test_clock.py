"""What time it is."""

from __future__ import annotations

import pytest

from app.serving.clock import Clock, shift_for
from ml.event_log.record import Kind
from tests.unit.ml.recorded_state import RecordedState

NEWEST = 1_000_000
DAY = 86_400
HOUR = 3600


def recorded(*newest: int) -> RecordedState:
    """A state whose tweets are of these times."""
    known = RecordedState()
    for at in newest:
        known.tweet(f"t{at}", "ann", 10, created_at=at)
    return known


def shift(setting: str, wall: float, *newest: int, is_live: bool = False) -> int:
    return shift_for(setting, recorded(*newest).state, wall, 168, is_live)


def test_auto_is_the_wall_clock_while_something_happened_lately() -> None:
    assert shift("auto", NEWEST + 3 * DAY, NEWEST) == 0
    assert shift("auto", NEWEST - 300, NEWEST) == 0


def test_auto_goes_on_from_the_newest_event_of_an_old_dump() -> None:
    assert shift("auto", NEWEST + 8 * DAY, NEWEST) == -8 * DAY
    assert shift("auto", NEWEST + 8 * DAY + 0.25, NEWEST) == -8 * DAY


@pytest.mark.parametrize("ahead", [1, 300, 301, HOUR, 30 * 365 * DAY])
def test_the_clock_never_runs_ahead_of_the_wall(ahead: int) -> None:
    wall = NEWEST + 8 * DAY
    assert shift("auto", wall, int(wall) + ahead) == 0
    assert shift("auto", wall, NEWEST, int(wall) + 30 * 365 * DAY) == -8 * DAY
    assert shift("auto", wall, int(wall) - DAY, int(wall) + ahead) == 0


def test_a_world_without_times_begins_at_zero() -> None:
    assert shift("auto", 2e9) == -2e9


def test_what_was_recorded_by_the_wall_clock_stays_with_it() -> None:
    """A service that was down for a week is not served as of a week ago."""
    assert shift("auto", NEWEST + 8 * DAY, NEWEST, is_live=True) == 0


def test_a_world_keeps_its_distance_over_restarts() -> None:
    known = recorded(NEWEST)
    known.record(Kind.CLOCK, shift_seconds=-8 * DAY)
    wall = NEWEST + 8 * DAY
    for later in (0, 5, 6 * DAY):
        assert shift_for("auto", known.state, wall + later, 168, True) == -8 * DAY
    assert shift_for("auto", known.state, wall + 10 * DAY, 168, True) == -18 * DAY
    assert shift_for("wall", known.state, wall, 168, True) == 0


@pytest.mark.parametrize(
    "instant", ["2026-03-01T12:00:00Z", "2026-03-01T12:00", "2026-03-01T13+01"]
)
def test_a_given_instant_does_not_pass(instant: str) -> None:
    frozen = Clock.of(instant, recorded(NEWEST).state, wall=lambda: 0)
    assert frozen.mode == "frozen"
    assert frozen.now() == frozen.now() == 1_772_366_400


def test_wall_is_wall_whatever_happened() -> None:
    assert shift("wall", 5e9, NEWEST) == 0
    clock = Clock.of("wall", recorded(NEWEST).state, wall=lambda: 5e9)
    assert (clock.mode, clock.now()) == ("wall", 5_000_000_000)
