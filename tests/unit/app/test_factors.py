"""By what factor a score changes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from app.pipeline.batch import CandidateBatch
from app.pipeline.query import Query
from app.rescorers.out_of_network import OutOfNetwork
from app.rescorers.recency import Recency
from app.rescorers.safety import Safety
from ml.arrays import Rows, Times
from ml.embeddings.communities import MemberTable
from ml.embeddings.encoder import EncodedTweets, Vectors
from ml.state.feature_state import FeatureState
from ml.state.tables.neighborhood import Neighborhood
from tests.unit.app.conftest import World


@dataclass(frozen=True)
class Scored:
    """An encoder that knows one tweet's scores, and no viewer."""

    tweets: EncodedTweets
    authors: Vectors
    members: MemberTable = field(default_factory=MemberTable.nobody)

    def viewers(self, state: FeatureState, viewer: Rows, now: Times) -> Vectors:
        raise NotImplementedError


def anybody() -> Query:
    none = np.empty(0, np.float32)
    return Query(0, 0, 10, 0, Neighborhood.nobody(), none, none)


def rows(count: int) -> CandidateBatch:
    return CandidateBatch.of(np.arange(count, dtype=np.int32), np.zeros(count, np.int32))


@pytest.mark.parametrize(
    ("nsfw", "toxicity", "factor"),
    [
        (0.2, 0.2, 1.0),
        (0.21, 0.0, 0.7),
        (0.8, 0.0, 0.7),
        (0.81, 0.0, 0.1),
        (0.0, 0.21, 0.8),
        (0.0, 0.71, 0.1),
        (0.6, 0.6, 0.7 * 0.8),
        (0.9, 0.9, 0.1 * 0.1),
        (np.nan, 0.6, 0.8),
        (np.nan, np.nan, 1.0),
    ],
)
def test_adult_content_and_abuse_each_count_for_themselves(
    query: Query, nsfw: float, toxicity: float, factor: float
) -> None:
    none = np.zeros((1, 1), np.float32)
    scores = EncodedTweets(
        none, none, np.array([nsfw], np.float32), np.array([toxicity], np.float32)
    )
    assert Safety(Scored(scores, none)).factor(query, rows(1))[0] == pytest.approx(factor)


def test_a_score_halves_every_half_life(world: World, query: Query) -> None:
    world.tweet("b", 0).tweet("b", 72).tweet("b", 144).tweet("b", created_at=None).tweet("b", -5)
    engine = world.engine()
    factor = Recency(engine.state, half_life_hours=72, floor=0).factor(query, rows(5))
    assert factor.tolist() == [1, 0.5, 0.25, 1, 1]


def test_no_tweet_is_so_old_that_it_keeps_less_than_the_floor(world: World, query: Query) -> None:
    world.tweet("b", 72).tweet("b", 10_000)
    engine = world.engine()
    factor = Recency(engine.state, half_life_hours=72, floor=0.4).factor(query, rows(2))
    assert factor.tolist() == [0.5, np.float32(0.4)]


def test_strangers_have_to_be_better(query: Query) -> None:
    batch = CandidateBatch.of(np.arange(4, dtype=np.int32), np.array([1, 2, 3, -1], np.int32))
    assert OutOfNetwork(0.75).factor(query, batch).tolist() == [1, 1, 0.75, 0.75]
