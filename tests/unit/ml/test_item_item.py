"""What goes with what the viewer engaged with, in graphs small enough to count in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ml.actions import Action
from ml.embeddings import item_item, neighbors
from ml.embeddings.item_item import ItemItem
from ml.event_log.record import Kind
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.storage import snapshot
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.state.updates.retention import retain
from tests.unit.ml.recorded_state import RecordedState

MANY = 7
Likes = NDArray[np.int64]  # (likes, 2): user and tweet


def state_of(likes: Likes, weight: NDArray[np.float64] | None = None) -> FeatureState:
    """Users and tweets, and who likes what in that order."""
    tweets = Tweets(str(tweet) for tweet in range(MANY))
    state = FeatureState(Users(str(user) for user in range(MANY)), tweets)
    count = len(likes)
    events = Events(
        action=np.full(count, int(Action.LIKE), np.int8),
        user=likes[:, 0].astype(np.int32),
        tweet=likes[:, 1].astype(np.int32),
        target=np.full(count, -1, np.int32),
        at=np.arange(count),
        position=np.full(count, np.nan, np.float32),
        tiebreak=np.zeros(count, np.uint64),
        weight=np.ones(count) if weight is None else weight,
    )
    state.apply(events)
    return state


def everything() -> NDArray[np.int32]:
    return np.arange(MANY, dtype=np.int32)


LIKES = st.lists(
    st.tuples(st.integers(0, MANY - 1), st.integers(0, MANY - 1)), min_size=1, unique=True
)


@given(LIKES, st.data())
def test_the_strength_is_that_of_plain_matrices(
    likes: list[tuple[int, int]], data: st.DataObject
) -> None:
    pairs = np.array(likes)
    weight = np.array(
        data.draw(st.lists(st.sampled_from([0.25, 1.0]), min_size=len(likes), max_size=len(likes)))
    )
    state = state_of(pairs, weight)
    engaged, weighed = np.zeros((2, MANY, MANY))
    engaged[tuple(pairs.T)], weighed[tuple(pairs.T)] = 1, weight
    root = np.sqrt(np.maximum(engaged.sum(0), 1))
    weighed /= np.sqrt(np.maximum(engaged.sum(1), 1))[:, None]  # who likes much says little
    for viewer in range(MANY):
        of_others = np.arange(MANY) != viewer
        cooc = (weighed[of_others].T @ engaged[of_others]) / np.outer(root, root)
        newest = pairs[pairs[:, 0] == viewer][::-1, 1]
        other = ~np.isin(np.arange(MANY), newest)
        found = ItemItem.of(state, viewer)
        strength, latest = found.of_tweets(everything())
        assert strength == pytest.approx(cooc[newest].sum(0) * other)
        assert latest == pytest.approx(cooc[newest[: neighbors.LATEST]].sum(0) * other)
        assert dict(zip(found.tweet.tolist(), found.strength, strict=True)) == {
            tweet: pytest.approx(strength[tweet]) for tweet in np.flatnonzero(strength)
        }
        because = found.because(everything())
        for tweet in range(MANY):
            if cooc[newest, tweet].sum() == 0:
                assert because[tweet] == -1
            else:
                assert cooc[because[tweet], tweet] == pytest.approx(cooc[newest, tweet].max())


@given(LIKES, st.data())
def test_leaving_out_is_as_if_it_had_never_been(
    likes: list[tuple[int, int]], data: st.DataObject
) -> None:
    viewer, left_out = data.draw(st.sampled_from(likes))
    also = data.draw(st.sets(st.integers(0, MANY - 1)))
    without = np.array([left_out, *also], np.int32)
    without = np.unique(without[[(viewer, tweet) in likes for tweet in without.tolist()]])
    rest = [like for like in likes if like[0] != viewer or like[1] not in without]
    left = ItemItem.of(state_of(np.array(likes)), viewer, without).of_tweets(everything())
    never = ItemItem.of(state_of(np.array(rest).reshape(-1, 2)), viewer).of_tweets(everything())
    assert np.allclose(left, never)


@pytest.fixture
def recorded() -> RecordedState:
    """Ann and Bob like chess; Bob and Cat like jazz; all of the same seniority."""
    recorded = RecordedState()
    for tweet in ("chess", "jazz", "golf"):
        recorded.tweet(tweet, "zed")
    for user, tweet in (("ann", "chess"), ("bob", "chess"), ("bob", "jazz"), ("cat", "jazz")):
        recorded.act(user, "like", tweet)
    return recorded


def found_for(recorded: RecordedState, user: str) -> list[str]:
    """What goes with a user's history."""
    found = ItemItem.of(recorded.state, recorded.row(user))
    return recorded.tweets(np.sort(found.tweet))


def test_who_likes_the_same_leads_to_what_they_like_besides(recorded: RecordedState) -> None:
    assert found_for(recorded, "ann") == ["jazz"]
    assert found_for(recorded, "cat") == ["chess"]
    assert found_for(recorded, "bob") == []


def test_an_engagement_counts_at_once_and_once(recorded: RecordedState) -> None:
    recorded.act("bob", "like", "golf")
    assert set(found_for(recorded, "ann")) == {"jazz", "golf"}
    golf, ann = recorded.state.tweets.ids.known(["golf"]), recorded.row("ann")
    before = ItemItem.of(recorded.state, ann).of_tweets(golf)
    recorded.act("bob", "retweet", "golf")
    assert ItemItem.of(recorded.state, ann).of_tweets(golf) == before


def test_what_is_taken_back_leads_nowhere(recorded: RecordedState) -> None:
    recorded.act("bob", "unlike", "chess")
    assert found_for(recorded, "ann") == found_for(recorded, "cat") == []
    assert recorded.state.engagers.count[recorded.state.tweets.ids.known(["chess"])] == [1]


def test_a_complaint_is_no_engagement(recorded: RecordedState) -> None:
    recorded.act("bob", "report", "golf")
    recorded.act("bob", "not_interested", "golf")
    assert found_for(recorded, "ann") == ["jazz"]
    assert recorded.state.engagers.count[recorded.state.tweets.ids.known(["golf"])] == [0]


def test_complaints_take_no_place_among_engagers(recorded: RecordedState, tmp_path: Path) -> None:
    """Readers look at the newest engagers alone, so a crowd would hide all others."""
    golf = int(recorded.state.tweets.ids.known(["golf"])[0])
    lists = recorded.state.engagers.lists
    before = lists.of(golf).tolist()
    for number in range(100):
        recorded.act(f"foe{number}", "report", "golf")
    assert lists.of(golf).tolist() == before
    recorded.act("late", "like", "golf")
    recorded.act("foe7", "like", "golf")  # complained before, and has an older row
    recorded.act("gone", "like", "golf")
    recorded.record(Kind.DELETE_USER, user_id="gone")
    who = recorded.state.engaged.index.left[lists.of(golf)[-2:]]
    assert recorded.state.users.ids.ids(who) == ["foe7", "late"]
    snapshot.save(recorded.state, tmp_path, tmp_path, "none")
    loaded = snapshot.load(tmp_path)
    np.testing.assert_array_equal(loaded.engagers.lists.of(golf), lists.of(golf))


def test_blocks_do_not_change_what_goes_with_what(recorded: RecordedState) -> None:
    """Whom the viewer shall not meet is a question of authors; here nobody is named."""
    recorded.act("ann", "block", target_user_id="bob")
    assert found_for(recorded, "ann") == ["jazz"]


def test_the_erased_lead_nowhere(recorded: RecordedState) -> None:
    recorded.record(Kind.DELETE_USER, user_id="bob")
    assert found_for(recorded, "ann") == found_for(recorded, "cat") == []
    assert recorded.state.engagers.count[:3].tolist() == [1, 1, 0]


def test_a_deleted_tweet_neither_leads_nor_is_found(recorded: RecordedState) -> None:
    recorded.record(Kind.DELETE_TWEET, tweet_id="jazz")
    assert found_for(recorded, "ann") == found_for(recorded, "cat") == []


def test_somebody_unknown_has_no_history(recorded: RecordedState) -> None:
    nobody = ItemItem.of(recorded.state, -1)
    assert not len(nobody.tweet)
    assert nobody.because(everything()[:3]).tolist() == [-1, -1, -1]


def test_it_is_the_same_after_a_snapshot(recorded: RecordedState, tmp_path: Path) -> None:
    snapshot.save(recorded.state, tmp_path, tmp_path, "none")
    loaded = snapshot.load(tmp_path)
    rows = np.arange(3, dtype=np.int32)
    ann = recorded.row("ann")
    before = ItemItem.of(recorded.state, ann).of_tweets(rows)
    assert np.array_equal(ItemItem.of(loaded, ann).of_tweets(rows), before)
    assert np.array_equal(loaded.engagers.count[rows], recorded.state.engagers.count[rows])


def test_tweets_that_move_keep_their_engagers() -> None:
    recorded, hour = RecordedState(), 3600
    for number in range(20):
        recorded.tweet(f"t{number}", "zed", at=number * hour + 1)
    for user, tweet in (("ann", "t17"), ("bob", "t17"), ("bob", "t18")):
        recorded.act(user, "like", tweet, at=19 * hour)
    before = ItemItem.of(recorded.state, recorded.row("ann"))
    assert retain(recorded.state, 20 * hour, keep_hours=4, at_least=0).moved
    after = ItemItem.of(recorded.state, recorded.row("ann"))
    assert recorded.tweets(after.tweet) == ["t18"]
    assert after.strength.tolist() == before.strength.tolist()
    recorded.tweet("t20", "zed", at=20 * hour)
    recorded.act("bob", "like", "t20", at=20 * hour)
    assert found_for(recorded, "ann") == ["t18", "t20"]


def test_no_more_than_the_caps_are_walked() -> None:
    """Everybody likes one tweet, and something of their own."""
    users = item_item.NEIGHBORS + neighbors.ENGAGERS
    tweets = Tweets(str(tweet) for tweet in range(users + 1))
    state = FeatureState(Users(str(user) for user in range(users)), tweets)
    user = np.repeat(np.arange(users, dtype=np.int32), 2)
    tweet = np.where(np.arange(2 * users) % 2, user + 1, 0).astype(np.int32)
    events = Events(
        action=np.full(2 * users, int(Action.LIKE), np.int8),
        user=user,
        tweet=tweet,
        target=np.full(2 * users, -1, np.int32),
        at=np.arange(2 * users),
        position=np.full(2 * users, np.nan, np.float32),
        tiebreak=np.zeros(2 * users, np.uint64),
        weight=np.ones(2 * users),
    )
    state.apply(events)
    found = ItemItem.of(state, 0)
    others = neighbors.ENGAGERS - 1  # the oldest is the viewer
    assert len(found.neighbor) == others
    assert len(found.tweet) == others
    assert found.neighbor.max() == users - 1, "the newest is asked"
    assert found.neighbor.min() < users / 50, "and some of the oldest"
    assert np.median(found.neighbor) > users / 2, "of the newer more"
