"""Which rows stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from app.filters.one_per_thread import OnePerThread
from app.filters.own_tweets import OwnTweets
from app.filters.social_graph import SocialGraph
from app.filters.too_old import TooOld
from app.filters.unsafe import Unsafe
from app.pipeline.batch import CandidateBatch
from app.pipeline.components import Filter
from app.pipeline.query import Query
from app.serving.engine import Engine
from app.serving.null_encoder import NullEncoder
from ml.embeddings.encoder import EncodedTweets
from tests.unit.app.conftest import World


def kept(engine: Engine, filter_: Filter, viewer: str = "a") -> list[int]:
    tweet = np.arange(len(engine.state.tweets), dtype=np.int32)
    batch = CandidateBatch.of(tweet, engine.state.tweets.author[tweet])
    rows: list[int] = tweet[filter_.keep(engine.hydrate.query(viewer, 10), batch)].tolist()
    return rows


def test_a_block_works_both_ways_and_a_mute_one_way(world: World) -> None:
    for author in "bcde":
        world.tweet(author)
    world.act("a", "block", on="b").act("c", "block", on="a")
    world.act("a", "mute", on="d").act("e", "mute", on="a")
    engine = world.engine()
    assert kept(engine, SocialGraph()) == [3]


def test_what_was_unblocked_comes_back(world: World) -> None:
    world.tweet("b").act("a", "block", on="b", ago=2).act("a", "unblock", on="b", ago=1)
    engine = world.engine()
    assert kept(engine, SocialGraph()) == [0]


def test_own_tweets_go_and_tweets_by_nobody_stay_for_a_stranger(world: World) -> None:
    world.tweet("a").tweet("b").tweet(None)
    engine = world.engine()
    assert kept(engine, OwnTweets()) == [1, 2]
    assert kept(engine, OwnTweets(), viewer="never-met") == [0, 1, 2]


@pytest.mark.parametrize(("at_least", "expected"), [(1, [0, 3]), (2, [0, 1, 3])])
def test_old_tweets_go_unless_too_few_are_young(
    world: World, at_least: int, expected: list[int]
) -> None:
    world.tweet("b", 10).tweet("b", 30).tweet("b", 40).tweet("b", created_at=None).tweet("b", -2)
    engine = world.engine()
    filter_ = TooOld(engine.state, max_age_hours=24, at_least=at_least + 1)
    assert kept(engine, filter_) == expected


@pytest.fixture
def judged(world: World) -> Callable[[list[float], list[float]], Engine]:
    """An engine whose safety models say what a test wants."""

    def make(nsfw: list[float], toxicity: list[float]) -> Engine:
        engine = world.engine()
        assert isinstance(engine.encoder, NullEncoder)
        encoded = EncodedTweets(
            engine.encoder.tweets.vector,
            engine.encoder.tweets.content,
            np.array(nsfw, np.float32),
            np.array(toxicity, np.float32),
        )
        return replace(engine, encoder=replace(engine.encoder, tweets=encoded))

    return make


def test_unsafe_is_what_probably_is_or_what_somebody_declared(
    world: World, judged: Callable[[list[float], list[float]], Engine]
) -> None:
    world.tweet("b").tweet("b").tweet("b").tweet("b", nsfw=True).tweet("b", toxic=True).tweet("b")
    engine = judged([0.3, 0.0, 0.29, 0.0, 0.0, np.nan], [0.0, 0.3, 0.29, 0.0, 0.0, np.nan])
    filter_ = Unsafe(engine.state, engine.encoder)
    assert kept(engine, filter_) == [2, 5]
    batch = CandidateBatch.of(np.arange(6, dtype=np.int32), np.ones(6, np.int32))
    willing = engine.hydrate.query("a", 10)._replace(sensitive_ok=True)
    assert np.flatnonzero(filter_.keep(willing, batch)).tolist() == [0, 2, 3, 5]


def test_what_was_declared_harmless_is_believed_but_for_the_worst(
    world: World, judged: Callable[[list[float], list[float]], Engine]
) -> None:
    world.tweet("b", toxic=False, nsfw=False).tweet("b", toxic=False).tweet("b")
    engine = judged([0.9, 0.0, 0.0], [0.9, 0.96, 0.9])
    assert kept(engine, Unsafe(engine.state, engine.encoder)) == [0]


def test_the_best_of_a_conversation_speaks_for_all(world: World, query: Query) -> None:
    world.tweet("b").tweet("c", in_reply_to_id="0").tweet("d", conversation_id="0").tweet("e")
    engine = world.engine()
    tweet = np.arange(4, dtype=np.int32)
    score = {"score": np.array([0.2, 0.9, 0.9, 0.1], np.float32)}
    batch = CandidateBatch.of(tweet, tweet).with_columns(score)
    assert OnePerThread(engine.state).keep(query, batch).tolist() == [False, True, False, True]


def test_a_chain_of_replies_has_one_place_on_a_page(world: World) -> None:
    """Also for replies whose parents are listed after them: 100 ← 101 ← … ← 119."""
    world.tweet("b", 30, tweet_id="100")
    for n in range(119, 100, -1):
        world.tweet("cde"[n % 3], 130 - n, tweet_id=str(n), in_reply_to_id=str(n - 1))
    world.tweet("f", tweet_id="other").follow("a", *"bcdef")
    engine = world.engine()
    batch = engine.products["for_you"].run(engine.hydrate.query("a", 20)).batch
    ids = set(engine.state.tweets.ids.ids(batch.tweet))
    assert len(ids) == 2
    assert "other" in ids
