"""What events leave behind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ml.actions import Action
from ml.dataset.tables import Tables
from ml.models.viewer_inputs import ViewerInputs
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.storage import snapshot
from ml.state.storage.state_diff import differences
from ml.state.tables.counts import Count
from ml.state.tables.history import LENGTH, History
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users

HOUR = 3600


@pytest.fixture
def state(tiny_catalog: tuple[Users, Tweets]) -> FeatureState:
    return FeatureState(*tiny_catalog)


def happen(
    state: FeatureState, action: Action, user: int, tweet: int, target: int, at: int
) -> None:
    by, on, person = (np.array([value], np.int32) for value in (user, tweet, target))
    none = np.array([np.nan], np.float32)
    state.apply(
        Events(
            np.array([action], np.int8),
            by,
            on,
            person,
            np.array([at]),
            none,
            np.zeros(1, np.uint64),
        )
    )


def test_an_unlike_cancels_a_like(state: FeatureState) -> None:
    happen(state, Action.LIKE, 1, 2, -1, 1_000)
    assert 2 in state.history.tweet[1]
    happen(state, Action.UNLIKE, 1, 2, -1, 90_000)
    assert state.tweet_counts.read(np.array([2], np.int32), 90_000)[0, Count.LIKE] == 0
    assert 2 not in state.history.tweet[1]


def test_an_unlike_leaves_a_retweet_in_the_history(state: FeatureState) -> None:
    happen(state, Action.LIKE, 1, 2, -1, 1_000)
    happen(state, Action.RETWEET, 1, 2, -1, 1_001)
    happen(state, Action.UNLIKE, 1, 2, -1, 2_000)
    assert 2 in state.history.tweet[1]


def test_a_block_hides_both_ways_and_a_mute_one_way(state: FeatureState) -> None:
    one, other = np.array([3], np.int32), np.array([4], np.int32)
    happen(state, Action.MUTE, 3, -1, 4, 1)
    assert state.graph.hides(one, other)[0]
    assert not state.graph.hides(other, one)[0]
    happen(state, Action.UNMUTE, 3, -1, 4, 2)
    assert not state.graph.hides(one, other)[0]
    happen(state, Action.BLOCK, 3, -1, 4, 3)
    assert state.graph.hides(one, other)[0]
    assert state.graph.hides(other, one)[0]


def test_who_is_unfollowed_is_no_followee(state: FeatureState) -> None:
    happen(state, Action.FOLLOW, 3, -1, 4, 1)
    happen(state, Action.FOLLOW, 3, -1, 5, 2)
    happen(state, Action.UNFOLLOW, 3, -1, 4, 3)
    assert state.graph.followees(np.array([3], np.int32))[0].tolist() == [5]
    assert state.graph.followers_of(np.array([5], np.int32))[0].tolist() == [3]
    assert state.graph.followers[[4, 5]].tolist() == [0, 1]


def test_the_newest_followees_are_those_followed_last(state: FeatureState) -> None:
    for target, at in ((4, 30), (5, 10), (6, 20), (7, 40)):
        happen(state, Action.FOLLOW, 3, -1, target, at)
    happen(state, Action.FOLLOW, 4, -1, 5, 1)
    happen(state, Action.UNFOLLOW, 3, -1, 7, 50)
    viewers = np.array([3, 4], np.int32)
    followee, owner = state.graph.followees(viewers, newest=2)
    assert sorted(zip(owner.tolist(), followee.tolist(), strict=True)) == [(0, 4), (0, 6), (1, 5)]
    assert ViewerInputs.read(state, viewers).followees[0, :4].tolist() == [4, 6, 5, -1]


def test_the_oldest_is_forgotten_first() -> None:
    history = History(2)
    tweets = np.arange(LENGTH + 10, dtype=np.int32)
    tiebreak = np.zeros(len(tweets), np.uint64)
    history.update(np.ones(len(tweets), np.int32), tweets, tweets.astype(np.int64), tiebreak)
    assert history.tweet[1].tolist() == list(range(LENGTH + 9, 9, -1))
    history.update(
        np.array([1], np.int32), np.array([999], np.int32), np.array([999]), tiebreak[:1]
    )
    assert 10 not in history.tweet[1]
    assert 999 in history.tweet[1]


def test_fresh_widens_to_the_newest_where_there_is_little(state: FeatureState) -> None:
    last = int(state.tweets.created_at.max())
    day = state.fresh(last, hours=24, at_least=1)
    assert (state.tweets.created_at[day] > last - 24 * HOUR).all()
    wide = state.fresh(last, hours=24, at_least=400)
    assert len(wide) == 400
    assert state.tweets.created_at[wide].min() == state.oldest_fresh(last, 24, 400)
    assert len(state.fresh(last, 24, at_least=10**6)) == len(state.tweets)
    assert state.fresh_count(np.array([last]), 24, 400).tolist() == [400]


def test_a_snapshot_comes_back_as_it_was(
    tiny_tables: Tables, tiny_catalog: tuple[Users, Tweets], tiny_events: Events, tmp_path: Path
) -> None:
    state = FeatureState(*tiny_catalog)
    state.apply(tiny_events)
    snapshot.save(state, tmp_path, tmp_path / "data", tiny_tables.fingerprint)
    again = snapshot.load(tmp_path)
    assert snapshot.source(tmp_path) == tmp_path / "data"
    assert not differences(state, again)
    happen(again, Action.LIKE, 1, 2, -1, state.newest + 5)
    assert again.newest == state.newest + 5
