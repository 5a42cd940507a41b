"""A viewer's vector is computed again when it may have changed, and only then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from app.serving.null_encoder import NullEncoder
from app.serving.viewer_vector_cache import ViewerVectorCache
from ml.arrays import Rows, Times
from ml.embeddings.communities import MemberTable
from ml.embeddings.encoder import EncodedTweets, Vectors
from ml.event_log.record import Kind
from ml.state.feature_state import FeatureState
from tests.unit.ml.recorded_state import RecordedState


@dataclass
class Counting:
    """An encoder that counts how often it was asked for a viewer."""

    tweets: EncodedTweets
    authors: Vectors
    members: MemberTable = field(default_factory=MemberTable.nobody)
    asked: list[int] = field(default_factory=list)

    def viewers(self, state: FeatureState, viewer: Rows, now: Times) -> Vectors:
        self.asked += viewer.tolist()
        return np.zeros((len(viewer), 1), np.float32)


def like(recorded: RecordedState) -> None:
    recorded.act("bob", "like", "t")


def follow(recorded: RecordedState) -> None:
    recorded.act("bob", "follow", target_user_id="ann")


def change_a_profile(recorded: RecordedState) -> None:
    recorded.record(Kind.PUT_USER, user_id="ann", interests=["chess"])


def delete_what_was_liked(recorded: RecordedState) -> None:
    recorded.record(Kind.DELETE_TWEET, tweet_id="liked")


def see(recorded: RecordedState) -> None:
    recorded.act("bob", "impression", "t")


def join(recorded: RecordedState) -> None:
    recorded.record(Kind.PUT_USER, user_id="eve", interests=["chess"])


def write(recorded: RecordedState) -> None:
    recorded.tweet("t2", "ann")


@pytest.mark.parametrize(
    ("happens", "times"),
    [(like, 2), (follow, 2), (change_a_profile, 2), (delete_what_was_liked, 2),
     (see, 1), (join, 1), (write, 1)],
)  # fmt: skip
def test_it_is_computed_again_when_it_may_have_changed(
    happens: Callable[[RecordedState], None], times: int
) -> None:
    recorded = RecordedState()
    for tweet in ("t", "liked"):
        recorded.tweet(tweet, "ann")
    recorded.act("bob", "like", "liked")
    nobody = NullEncoder.of(recorded.state)
    encoder = Counting(nobody.tweets, nobody.authors)
    cache, bob = ViewerVectorCache(recorded.state, encoder), recorded.row("bob")
    cache.of(bob, now=0)
    happens(recorded)
    cache.of(bob, now=1)
    cache.of(bob, now=2)
    assert encoder.asked == [bob] * times
