"""Time scales are those of the data: days in one world, months in another, none without times."""

from __future__ import annotations

import numpy as np
import pytest

from ml.actions import Action
from ml.state.events import Events
from ml.state.structures.event_order import UNKNOWN_TIME
from ml.state.tables.tweets import Tweets
from ml.training.time_scales import (
    FEWEST,
    LEAST_HALF_LIFE_HOURS,
    LEAST_WINDOW_HOURS,
    ROOM,
    time_scales,
)

HOUR = 3600
WEEK_HOURS = 168.0


def likes(age_hours: np.ndarray, written: int = 1_700_000_000) -> tuple[Events, Tweets]:
    """As many likes of one tweet, at these ages."""
    tweets = Tweets(["0"])
    tweets.created_at[:] = written
    count = len(age_hours)
    nothing = np.full(count, -1, np.int32)
    events = Events(
        action=np.full(count, int(Action.LIKE), np.int8),
        user=np.arange(count, dtype=np.int32),
        tweet=np.zeros(count, np.int32),
        target=nothing,
        at=(1_700_000_000 + age_hours * HOUR).astype(np.int64),
        position=np.full(count, np.nan, np.float32),
        tiebreak=np.arange(count, dtype=np.uint64),
    )
    return events, tweets


@pytest.mark.parametrize("half_life_hours", [12.0, 3 * WEEK_HOURS, 20 * WEEK_HOURS])
def test_the_half_life_is_found(half_life_hours: float, rng: np.random.Generator) -> None:
    ages = rng.exponential(half_life_hours / np.log(2), 20_000)
    scales = time_scales(*likes(ages))
    assert scales.half_life_hours == pytest.approx(half_life_hours, rel=0.05)
    nearly_all = half_life_hours * np.log2(100)
    assert scales.window_hours == pytest.approx(ROOM * nearly_all, rel=0.1)


def test_an_hour_is_not_all_that_a_tweet_has() -> None:
    scales = time_scales(*likes(np.full(FEWEST, 0.01)))
    assert scales.window_hours == LEAST_WINDOW_HOURS
    assert scales.half_life_hours == LEAST_HALF_LIFE_HOURS


@pytest.mark.parametrize("missing", ["of tweets", "of events", "nearly all"])
def test_without_times_nothing_ages(missing: str) -> None:
    ages = np.full(FEWEST - 1 if missing == "nearly all" else 1_000, 5.0)
    events, tweets = likes(ages, UNKNOWN_TIME if missing == "of tweets" else 1_700_000_000)
    if missing == "of events":
        events.at[:] = 0
    scales = time_scales(events, tweets)
    assert scales.window_hours is None
    assert scales.half_life_hours is None


def test_impressions_and_complaints_have_no_say(rng: np.random.Generator) -> None:
    events, tweets = likes(rng.exponential(100.0, 1_000))
    before = time_scales(events, tweets)
    events.action[500:] = int(Action.IMPRESSION)
    events.at[500:] += 10_000 * HOUR
    after = time_scales(events, tweets)
    assert after.half_life_hours == pytest.approx(before.half_life_hours, rel=0.2)
