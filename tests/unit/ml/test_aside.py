"""A copy that is changed aside shows nothing to readers of the original until it is adopted."""

from __future__ import annotations

import copy

import numpy as np

from ml.bundle import Bundle
from ml.event_log.record import Kind
from ml.models.encode import TowerEncoder
from ml.state.feature_state import FeatureState
from ml.state.storage.state_diff import canonical, differences
from ml.state.structures.pair_index import SLICE, PairIndex
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.state.updates.apply_records import AppliedRecords
from ml.state.updates.retention import retain
from tests.unit.ml.recorded_state import RecordedState

HOUR = 3600


def busy() -> RecordedState:
    """Twenty tweets, an hour apart, that three people saw, liked and complained of."""
    recorded = RecordedState()
    for hour in range(20):
        name = f"t{hour}"
        recorded.tweet(name, f"a{hour % 3}", hour * HOUR + 1, topic=f"topic{hour % 2}")
        for place, user in enumerate(("bob", "cid", "dan")):
            at = hour * HOUR + 2 + place
            recorded.act(user, "impression", name, at=at)
            if hour % 4 == place:
                recorded.act(user, ("like", "report", "not_interested")[place], name, at=at)
        recorded.act("bob", "follow", target_user_id=f"a{hour % 3}", at=hour * HOUR)
        recorded.record(Kind.SERVED, hour * HOUR, user_id="eve", shown=[name], impressions=True)
    recorded.record(Kind.DELETE_TWEET, tweet_id="t3")
    return recorded


def test_nothing_of_the_original_changes_until_it_adopts_the_copy() -> None:
    one, other = busy(), busy()
    before = copy.deepcopy(canonical(one.state))
    changed = one.state.aside()
    kept = retain(changed, 20 * HOUR, keep_hours=8, at_least=2)
    assert kept.moved
    assert canonical(one.state) == before
    tables = one.state.tweets, one.state.users, one.state.graph, one.state.tweets.ids
    assert one.state.tweets.renumbered == 0
    one.state.adopt(changed)
    assert one.state.tweets.renumbered == 1
    retain(other.state, 20 * HOUR, keep_hours=8, at_least=2)
    assert not differences(one.state, other.state)
    assert tables == (one.state.tweets, one.state.users, one.state.graph, one.state.tweets.ids)
    for after in (one, other):
        after.tweet("new", "bob", 21 * HOUR)
        after.act("cid", "like", "t19", at=21 * HOUR)
        after.act("cid", "like", "new", at=21 * HOUR)
    assert not differences(one.state, other.state)


def test_an_encoder_can_be_changed_aside(tiny_bundle: Bundle) -> None:
    recorded = busy()
    encoder = tiny_bundle.encode(FeatureState(Users(), Tweets()))
    assert isinstance(encoder, TowerEncoder)
    everything, everybody = (
        np.arange(len(part), dtype=np.int32)
        for part in (recorded.state.tweets, recorded.state.users)
    )
    encoder.extend(recorded.state, AppliedRecords(everything, everybody, everybody[:0]))
    before, vectors = encoder.tweets, encoder.tweets.vector.copy()
    changed, state = encoder.aside(), recorded.state.aside()
    kept = retain(state, 20 * HOUR, keep_hours=8, at_least=2)
    changed.keep(state, kept.tweet)
    np.testing.assert_array_equal(encoder.tweets.vector, vectors)
    encoder.adopt(changed)
    assert encoder.tweets is before
    np.testing.assert_array_equal(encoder.tweets.vector, vectors[kept.tweet])


def test_no_addition_moves_all_pairs_to_a_larger_table(rng: np.random.Generator) -> None:
    """While they move, every pair is found, also those that were added meanwhile."""
    index, added, moves = PairIndex(), 0, list[int]()
    left, right = rng.integers(0, 2**31 - 1, (2, 100_000)).astype(np.int32)
    for start in range(0, len(left), 500):
        some, before = slice(start, start + 500), index._copied
        index.add(left[some], right[some])
        moves.append(index._copied - before)
        added += 500
        asked = rng.integers(0, added, 300)
        found = index.find(left[asked], right[asked])
        np.testing.assert_array_equal(index.left[found], left[asked])
        np.testing.assert_array_equal(index.right[found], right[asked])
        assert (index.find(right[asked], left[asked]) == -1).all()
    assert max(moves) <= SLICE
    assert sum(move > 0 for move in moves) > len(left) / SLICE
    np.testing.assert_array_equal(PairIndex(index.left, index.right).find(left, right),
                                  index.find(left, right))  # fmt: skip


def test_a_table_is_between_a_quarter_and_three_quarters_full(rng: np.random.Generator) -> None:
    left, right = np.unique(rng.integers(0, 2**31 - 1, (2, 9_000)), axis=1).astype(np.int32)
    grown = PairIndex()
    for start in range(0, len(left), 77):
        grown.add(left[start : start + 77], right[start : start + 77])
    for index in (grown, PairIndex(left, right)):
        assert 1 / 4 <= len(index) / len(index.table) <= 3 / 4
