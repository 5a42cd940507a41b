"""What retrieval remembers between requests is never out of date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from random import Random
from typing import Any

import numpy as np
import pytest

from app.follow_recommendations import standing
from app.follow_recommendations.standing import Standings
from app.pipeline.batch import Rows
from app.products import shared_stages
from app.retrieval import topic_index
from app.retrieval.fresh_tweets import KEPT_SECONDS, Fresh, FreshTweets
from app.retrieval.recent_tweets import COLUMNS, RecentTweets
from app.serving.null_encoder import NullEncoder
from app.settings import Settings
from app.sources import popular
from ml.event_log.record import Kind
from ml.state.updates.retention import retain
from tests.unit.ml.recorded_state import RecordedState

HALF_LIFE_HOURS = 24.0
HOUR = 3600


def test_nothing_remembered_is_out_of_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "FOREMOST", 3)
    monkeypatch.setattr(standing, "REMEMBERED", 5)
    changed = RecordedState()
    chance = Random(7)
    for n in range(40):
        changed.tweet(f"t{n}", f"u{n % 9}", at=n * HOUR)
    state, settings = changed.state, Settings(max_age_hours=20, fresh_at_least=5)
    encoder = NullEncoder.of(state)
    fresh_tweets = shared_stages.fresh_tweets(state, settings)
    who = shared_stages.who_to_follow(state, encoder, settings)
    most_popular = popular.Popular(fresh_tweets, HALF_LIFE_HOURS)
    now = 41 * HOUR

    def someone() -> str:
        return f"u{chance.randrange(12)}"

    def tweet() -> str:
        return f"t{chance.randrange(50)}"

    changes: list[Callable[[], object]] = [
        lambda: changed.tweet(tweet(), someone(), at=chance.randrange(42) * HOUR),
        lambda: changed.tweet(tweet(), someone(), at=now, visibility="followers"),
        lambda: changed.tweet(tweet(), someone(), chance.randrange(42) * HOUR, visibility="public"),
        lambda: changed.tweet(
            tweet(), someone(), chance.randrange(42) * HOUR, visibility="unlisted"
        ),
        lambda: changed.act(someone(), "follow", target_user_id=someone()),
        lambda: changed.act(someone(), "unfollow", target_user_id=someone()),
        lambda: changed.act(someone(), "like", tweet()),
        lambda: changed.record(Kind.DELETE_TWEET, tweet_id=tweet()),
        lambda: changed.record(Kind.PUT_USER, user_id=someone(), created_at=now - HOUR),
        lambda: changed.record(Kind.DELETE_USER, now, user_id=someone()),
        lambda: retain(state, now, 24, 5),
    ]
    for _ in range(300):
        fresh_tweets.fresh(now)
        most_popular.engaged(now)
        who.standing(now)
        chance.choice(changes)()
        known = who.standing(now)
        anew = Standings(state, who.shares, settings.newly_joined_half_life_hours)(now)
        assert all(map(np.array_equal, _columns(astuple(known)), _columns(astuple(anew))))
        recent = fresh_tweets.recent(now).tweet
        engaged = most_popular._engaged(now)[recent]
        np.testing.assert_array_equal(most_popular.engaged(now)[recent], engaged)
        for moment in (now, now + 1, now + KEPT_SECONDS - 1):
            _assert_is(fresh_tweets.fresh(moment), fresh_tweets.window(moment))


def test_the_window_at_any_moment_is_a_part_of_what_is_recent() -> None:
    changed = RecordedState()
    chance = Random(7)
    for n in range(300):
        at = chance.randrange(100 * HOUR, 104 * HOUR)
        changed.tweet(f"t{n}", f"u{n % 9}", at, created_at=at if n % 50 else None)
    for hours, at_least in ((1, 0), (0.25, 5), (1, 280)):
        fresh_tweets = FreshTweets(changed.state, hours, at_least)
        for now in range(100 * HOUR, 104 * HOUR, KEPT_SECONDS // 4):
            _assert_is(fresh_tweets.fresh(now), fresh_tweets.window(now))
            fresh = changed.state.fresh(now, hours, at_least)
            np.testing.assert_array_equal(fresh_tweets.fresh(now).tweet, fresh)


def test_new_tweets_are_put_behind_those_that_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody who holds an earlier answer sees them, and few places are on any topic."""
    monkeypatch.setattr(topic_index, "MOST_MORE", 20)
    changed, now, held = RecordedState(), 100 * HOUR, []
    for n in range(40):
        changed.tweet(f"t{n}", f"u{n % 9}", now - n, topic=f"topic{n % 5}")
    recent_tweets = RecentTweets(changed.state, 24, 5)
    for n in range(60):
        if n == 30:
            changed.tweet("late", "u1", now, created_at=now - HOUR)
            changed.tweet("t3", "u3", now, visibility="followers")
        else:
            hidden = {"visibility": "unlisted"} if n % 7 == 0 else {}
            changed.tweet(f"n{n}", f"u{n % 9}", now + n, topic=f"topic{n % 6}", **hidden)
        known, anew = recent_tweets(now), recent_tweets.anew(now)
        for name in COLUMNS:
            np.testing.assert_array_equal(getattr(known, name), getattr(anew, name))
        for topic in np.unique(anew.topic):
            near, expected = known.by_topic.near(topic), anew.by_topic.near(topic)
            assert near[known.topic[near] == topic].tolist() == expected.tolist()
        held.append((known, known.tweet.copy(), len(known.by_topic.more)))
    assert all(known.tweet.tolist() == tweet.tolist() for known, tweet, _ in held)
    assert max(more for _, _, more in held) == 20
    assert sum(more > 0 for _, _, more in held) > 40


def _assert_is(known: Fresh, anew: Fresh) -> None:
    for name in ("oldest", "tweet", "author", "created_at", "topic"):
        np.testing.assert_array_equal(getattr(known, name), getattr(anew, name))
    for topic in np.unique(anew.topic):
        np.testing.assert_array_equal(_places(known, topic), _places(anew, topic))


def _places(fresh: Fresh, topic: int) -> Rows:
    place = fresh.by_topic.near(topic) - np.int32(fresh.first)
    return place[(place >= 0) & (place < len(fresh.tweet))]


def _columns(fields: tuple[Any, ...]) -> list[Any]:
    """The fields of a dataclass and of those in it."""
    return [
        column
        for field in fields
        for column in (_columns(field) if isinstance(field, tuple) else [field])
    ]
