"""Learned communities: found where they are, live, and no jump for who is new."""

from __future__ import annotations

import pickle
import shutil
from dataclasses import fields, replace
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ml.actions import Action
from ml.arrays import Rows
from ml.bundle import Bundle, community_list
from ml.dataset.tables import Tables
from ml.embeddings.communities import Communities, MemberTable, arrays_of
from ml.embeddings.simclusters import hashed, hashed_cosines, similarity
from ml.errors import BundleError
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.tables import engagers
from ml.state.tables.neighborhood import Neighborhood
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.training import communities
from tests.pulled import pulled

GROUPS, PER_GROUP = 3, 20
NEWCOMER = GROUPS * PER_GROUP
AnyRows = NDArray[np.integer[Any]]
JAZZ = 7  # a token
FIRST_OF = [group * PER_GROUP for group in range(GROUPS)]


def _events(
    action: Action, user: AnyRows, target: AnyRows, tweet: AnyRows, at: int = 100
) -> Events:
    n = len(user)
    return Events(
        np.full(n, action, np.int8),
        user.astype(np.int32),
        tweet.astype(np.int32),
        target.astype(np.int32),
        at + np.arange(n, dtype=np.int64),
        np.full(n, np.nan, np.float32),
        np.arange(n, dtype=np.uint64),
    )


def _follows(user: AnyRows, target: AnyRows) -> Events:
    return _events(Action.FOLLOW, user, target, np.full(len(user), -1))


def _likes(user: AnyRows, tweet: AnyRows) -> Events:
    return _events(Action.LIKE, user, np.full(len(user), -1), tweet, 1_000)


def _catalog(with_authors: bool = True) -> FeatureState:
    """Some groups of users and somebody new; a tweet by each."""
    people = [str(row) for row in range(GROUPS * PER_GROUP + 1)]
    users, tweets = Users(people), Tweets(people)
    users.interests[1::2, 0] = JAZZ  # half of each group, and nobody new
    tweets.tags[:, 0] = JAZZ
    tweets.author[:] = np.arange(len(people)) if with_authors else -1
    return FeatureState(users, tweets)


def _pairs(rng: np.random.Generator) -> tuple[Rows, Rows]:
    """Most pairs are within a group, some are not."""
    one, other = np.triu_indices(GROUPS * PER_GROUP, 1)
    same = one // PER_GROUP == other // PER_GROUP
    kept = rng.random(len(one)) < np.where(same, 0.5, 0.03)
    pairs = one[kept], other[kept]
    return np.concatenate(pairs).astype(np.int32), np.concatenate(pairs[::-1]).astype(np.int32)


@pytest.fixture
def state(rng: np.random.Generator) -> FeatureState:
    made = _catalog()
    made.apply(_follows(*_pairs(rng)))
    return made


def _near(
    state: FeatureState, learned: Communities, viewer: int, members: MemberTable | None = None
) -> np.ndarray:
    members = members or MemberTable(learned)
    members.extend(state.users.ids)
    return similarity(
        viewer,
        Neighborhood.of(state.graph, viewer).following,
        np.arange(len(state.tweets), dtype=np.int32),
        state.users.interests,
        state.tweets.tags,
        state.tweets.author,
        state.history.tweet,
        arrays_of(state, members),
    )


def _known_for(state: FeatureState, learned: Communities) -> Rows:
    members = MemberTable(learned)
    members.extend(state.users.ids)
    return members.community


def _trained(state: FeatureState) -> Communities:
    learned = communities.train(state, None, seed=0)
    assert learned is not None
    return learned


def test_groups_that_follow_each_other_are_found(state: FeatureState) -> None:
    learned = _trained(state)
    assert learned.count == GROUPS
    found = _known_for(state, learned)[:-1].reshape(GROUPS, PER_GROUP)
    assert (found == found[:, :1]).all()
    assert len(np.unique(found[:, 0])) == GROUPS


def test_where_nobody_follows_groups_are_found_by_engagement(rng: np.random.Generator) -> None:
    liking = _catalog()
    liking.apply(_likes(*_pairs(rng)))
    found = _known_for(liking, _trained(liking))[:-1].reshape(GROUPS, PER_GROUP)
    assert (found == found[:, :1]).all()
    assert len(np.unique(found[:, 0])) == GROUPS


def test_nothing_is_learned_where_nobody_has_an_audience() -> None:
    assert communities.train(_catalog(), None, seed=0) is None
    nobody = _catalog(with_authors=False)
    nobody.apply(_likes(np.arange(9), np.arange(9)))
    assert communities.train(nobody, None, seed=0) is None


def test_the_same_state_has_the_same_communities(state: FeatureState) -> None:
    one, other = _trained(state), _trained(state)
    for part in fields(Communities):
        np.testing.assert_array_equal(getattr(one, part.name), getattr(other, part.name))
    stored = Communities.of(one.arrays())
    for part in fields(Communities):
        np.testing.assert_array_equal(getattr(one, part.name), getattr(stored, part.name))


def test_somebody_new_has_the_communities_of_their_interests(state: FeatureState) -> None:
    state.users.interests[NEWCOMER] = state.users.interests[1]
    near = _near(state, _trained(state), NEWCOMER)
    vector = hashed(state.users.interests, NEWCOMER)
    everything = np.arange(len(state.tweets), dtype=np.int32)
    np.testing.assert_array_equal(near, hashed_cosines(vector, state.tweets.tags, everything))
    assert near.all()


def test_each_followee_moves_somebody_new_a_little(state: FeatureState) -> None:
    learned = _trained(state)
    before = _near(state, learned, NEWCOMER)
    largest = 0.0
    for followee in range(8):
        state.apply(_follows(np.array([NEWCOMER]), np.array([followee])))
        now = _near(state, learned, NEWCOMER)
        largest = max(largest, float(np.abs(now - before).max()))
        before = now
    group = before[:-1].reshape(GROUPS, PER_GROUP).mean(axis=1)
    assert group[0] > 2 * group[1:].max()
    assert largest < 0.2  # of 0–1: no follow is a jump


def test_a_tweet_belongs_to_those_who_engaged_with_it_at_once(state: FeatureState) -> None:
    learned = _trained(state)
    theirs, other = NEWCOMER, FIRST_OF[1]  # the tweet of somebody without community
    assert _near(state, learned, other)[theirs] == 0
    state.apply(_likes(np.arange(other + 1, other + 6), np.full(5, theirs)))
    assert _near(state, learned, other)[theirs] > 0.2
    assert _near(state, learned, FIRST_OF[2])[theirs] < 0.1


def test_old_engagements_fade_beside_new_ones(state: FeatureState) -> None:
    learned = _trained(state)
    first, second = FIRST_OF[0], FIRST_OF[1]
    state.apply(_likes(np.arange(first + 1, first + 6), np.full(5, NEWCOMER)))
    late = _likes(np.arange(second + 1, second + 6), np.full(5, NEWCOMER))
    state.apply(replace(late, at=late.at + 10_000, tiebreak=late.tiebreak + 9))
    even = [_near(state, learned, who)[NEWCOMER] for who in (first, second)]
    assert even[0] == pytest.approx(even[1], rel=0.3)
    fading = replace(learned, half_life_seconds=1_000.0)
    faded = [_near(state, fading, who)[NEWCOMER] for who in (first, second)]
    assert faded[0] < 0.1 < faded[1]


def test_what_is_remembered_of_a_tweet_is_what_is_found_anew(
    state: FeatureState, rng: np.random.Generator
) -> None:
    learned, viewer = _trained(state), FIRST_OF[1]
    remembering = MemberTable(learned)
    found = [_near(state, learned, viewer, remembering)]
    who = what = np.arange(9)
    for step in range(12):
        undoes, erases = step % 3 == 2, step % 3 == 1
        if not undoes:
            who, what = rng.choice(NEWCOMER, (2, 9))
        some = _events(Action.UNLIKE if undoes else Action.LIKE, who, np.full(9, -1), what)
        state.apply(replace(some, at=some.at + 100 * step))
        if erases:
            state.erase_actions(int(who[0]), 10**6, 0)
        found.append(_near(state, learned, viewer, remembering))
        np.testing.assert_array_equal(found[-1], _near(state, learned, viewer))
    assert sum((one != other).any() for one, other in pairwise(found)) > 9


def test_what_is_remembered_in_another_process_is_what_is_found_anew(
    state: FeatureState, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned, viewer = _trained(state), FIRST_OF[1]
    pickled, latest = pickle.dumps(state), int(state.engagers.changed.max())
    monkeypatch.setattr(engagers, "CHANGES", count(latest))  # which numbers its own changes
    there, remembering = pickle.loads(pickled), MemberTable(learned)
    before = _near(there, learned, viewer, remembering)
    there.apply(_likes(np.array(FIRST_OF), np.full(GROUPS, NEWCOMER)))
    after = _near(there, learned, viewer, remembering)
    np.testing.assert_array_equal(after, _near(there, learned, viewer))
    assert (before != after).any()


def test_communities_are_listed_by_who_is_known_there_and_by_what_is_theirs(
    tiny_bundle: Bundle, tiny_tables: Tables
) -> None:
    learned = tiny_bundle.models.communities
    assert learned is not None
    found = list(community_list.of(learned, tiny_tables, members=2))
    assert len(found) == learned.count
    assert sum(one.members for one in found) == (learned.community >= 0).sum()
    names = set(tiny_tables.users["name"])
    tweets = tiny_tables.tweets
    for one in found:
        scores = [float(known.rpartition(" ")[2]) for known in one.best_known]
        assert scores == sorted(scores, reverse=True)
        assert all(known.rpartition(" ")[0] in names for known in one.best_known)
        assert set(one.topics) <= set(tweets["topic"])
    shown = "\n".join(community_list.lines(found))
    assert found[0].best_known[0] in shown
    assert found[0].topics[0] in shown


def test_a_list_without_tables_says_why_there_are_none(
    tiny_artifacts: Path, tmp_path: Path
) -> None:
    there = pulled(tiny_artifacts, tmp_path)
    with pytest.raises(BundleError, match="was trained on another machine"):
        community_list.of_current(there, members=2)
    shutil.rmtree(there / "state")
    with pytest.raises(BundleError, match="state names no state; run foryou train again"):
        community_list.of_current(there, members=2)
