"""Whom to follow, in a world small enough to see through."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.follow_recommendations import standing
from app.follow_recommendations.candidates import promising
from app.follow_recommendations.reasons import Weights
from app.follow_recommendations.recommended import Recommended
from app.follow_recommendations.standing import NOBODY, Standings, best_first
from app.serving.engine import Engine
from tests.unit.app.conftest import World

NOTHING = Weights(0, 0, 0, 0, 0)


@pytest.fixture
def world(world: World) -> World:
    """A dataset without any tweet is refused."""
    return world.tweet(None)


def recommend(engine: Engine, viewer: str = "a", limit: int = 10, **weights: float) -> Recommended:
    who = engine.who_to_follow
    if weights:
        who = replace(who, weights=NOTHING._replace(**weights))
    return who.recommend(engine.hydrate.query(viewer, limit), limit)


def names(engine: Engine, viewer: str = "a", limit: int = 10, **weights: float) -> str:
    return "".join(engine.state.users.ids.ids(recommend(engine, viewer, limit, **weights).user))


def test_whom_most_friends_follow_comes_first(world: World) -> None:
    world.follow("a", "b", "c", "d").follow("b", "e", "f").follow("c", "e", "f").follow("d", "f")
    assert names(world.engine(), limit=2, friends=1) == "fe"


def test_of_equals_the_less_famous_has_more_to_do_with_the_friends(world: World) -> None:
    world.follow("a", "b").follow("b", "e", "f")
    for stranger in "ghij":
        world.follow(stranger, "e")
    assert names(world.engine(), limit=2, friends=1) == "fe"


def test_followers_newcomers_and_the_famous_are_recommended_for_what_they_are(world: World) -> None:
    world.follow("g", "a").follow("b", "h").follow("c", "h").join("i", hours_ago=1)
    engine = world.engine()
    assert names(engine, limit=1, follows_you=1) == "g"
    assert names(engine, limit=1, popular=1) == "h"
    assert names(engine, limit=1, newly_joined=1) == "i"


def test_nobody_is_recommended_whom_they_are_or_follow_or_mute_or_who_blocked_them(
    world: World,
) -> None:
    world.follow("a", "b").follow("b", *"acdefg")
    world.act("a", "mute", on="c").act("a", "block", on="d").act("e", "block", on="a")
    world.act("f", "mute", on="a").join("h", hours_ago=-1)
    assert set(names(world.engine())) == set("fgij")


def test_who_was_unfollowed_may_be_recommended_again(world: World) -> None:
    world.follow("a", "b").act("a", "unfollow", on="b")
    assert "b" in names(world.engine())


def test_a_stranger_is_recommended_the_famous_and_nobody_is_left_out(world: World) -> None:
    world.follow("b", "h").follow("c", "h").act("j", "block", on="h")
    engine = world.engine()
    assert names(engine, viewer="never-met")[0] == "h"
    assert set(names(engine, viewer="never-met")) == set("abcdefghij")


@pytest.mark.parametrize("viewer", ["a", "j", "never-met"])
def test_the_reasons_add_up_to_the_score(world: World, viewer: str) -> None:
    world.follow("a", "b", "c").follow("b", "e", "a").follow("c", "e").join("i", hours_ago=1)
    found = recommend(world.engine(), viewer)
    np.testing.assert_allclose(sum(found.reasons.values()), found.score, rtol=1e-6)
    assert (found.score >= 0).all()
    assert (found.score <= 1).all()
    assert (np.diff(found.score) <= 0).all()


def test_only_the_proportions_of_the_weights_matter(world: World) -> None:
    world.follow("a", "b").follow("b", "e", "f").follow("g", "a", "f")
    engine = world.engine()
    once = recommend(engine, friends=0.2, popular=0.1)
    twice = recommend(engine, friends=0.4, popular=0.2)
    np.testing.assert_array_equal(once.user, twice.user)
    np.testing.assert_allclose(once.score, twice.score)


def test_fewer_are_the_first_of_more(world: World) -> None:
    world.follow("a", "b").follow("b", "e", "f").follow("g", "a", "f").join("i", hours_ago=9)
    engine = world.engine()
    assert names(engine, limit=3) == names(engine)[:3]


def test_the_friends_who_follow_somebody_are_named_the_closest_first(world: World) -> None:
    world.tweet("c").follow("a", "b", "c", "d").follow("b", "e").follow("c", "e")
    world.act("a", "reply", tweet=1)
    engine = world.engine()
    found = engine.who_to_follow.followed_by(
        engine.hydrate.query("a", 10), np.array([4, 5], np.int32)
    )
    assert [engine.state.users.ids.ids(rows) for rows in found] == [["c", "b"], []]


def test_who_is_gone_takes_no_place_among_candidates(world: World) -> None:
    """Far more of them than places: a search for a free one would never end."""
    users, gone = np.arange(300, dtype=np.int32), slice(50, 250)
    nobody, score = np.empty(0, np.int32), np.ones(300)
    score[gone] = NOBODY
    followers = np.zeros(300, np.int64)
    keys, foremost = promising(
        0, nobody, nobody, nobody, nobody, users, 100, score, followers, 1.0, 1.0
    )
    assert foremost == 99
    assert len(keys) == 99


def test_the_foremost_are_those_of_all_whatever_happened_since(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who was foremost before says what the others need, so that few of them are compared."""
    monkeypatch.setattr(standing, "FOREMOST", 3)
    monkeypatch.setattr(standing, "REMEMBERED", 4)
    for hours_ago, user in enumerate("abcdefghi"):
        world.join(user, 100 * hours_ago)
    engine = world.follow("a", "b", "c", "i").follow("b", "c", "i").engine()
    state, now = engine.state, engine.hydrate.query("a", 10).now
    half_life, share, rng = 720.0, Weights().shares(), np.random.default_rng(7)
    standings = Standings(state, share, half_life)
    for moment in range(now, now + 100_000, 499):
        found, followers = standings(moment), state.graph.followers
        new = np.exp2(-np.maximum(moment - state.users.created_at, 0) / 3600 / half_life)
        fame = np.log1p(followers) / max(np.log1p(followers.max()), 1)
        expected = share.newly_joined * new + share.popular * fame
        np.testing.assert_allclose(found.score, expected, rtol=1e-12)
        assert found.foremost.tolist() == best_first(found.score, 3).tolist()
        followers[rng.integers(0, len(followers), 3)] = rng.integers(0, 5, 3)
