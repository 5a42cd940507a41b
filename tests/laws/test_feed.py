"""What holds for every feed, whoever asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from app.pipeline.batch import CandidateBatch, Column
from app.pipeline.components import CandidateSource, Ranker
from app.pipeline.query import Query
from app.pipeline.retrieve import BEYOND
from app.pipeline.trace import Trace
from app.serving.engine import Engine


@dataclass(frozen=True)
class Shuffled:
    """Proposes as many rows as have places, in any order."""

    source: CandidateSource
    seed: int

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        found = self.source.fetch(query, limit - BEYOND)
        return found.take(np.random.default_rng(self.seed).permutation(len(found)))


def queries(engine: Engine, limit: int = 10) -> list[Query]:
    """One per user, and one for somebody unknown."""
    ids = engine.state.users.ids
    names = [ids.id(row) for row in range(len(ids))]
    return [engine.hydrate.query(name, limit) for name in [*names, "nobody"]]


@pytest.fixture(params=["tiny_engine", "chosen_engine"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Where the heads decide what a tweet is worth, and where all evidence does."""
    found: Engine = request.getfixturevalue(request.param)
    return found


def test_ten_tweets_are_the_first_ten_of_a_hundred(engine: Engine) -> None:
    product = engine.products["for_you"]
    for ten, hundred in zip(queries(engine), queries(engine, 100), strict=True):
        short, long = product.run(ten).batch.tweet, product.run(hundred).batch.tweet
        assert len(long) > 10
        np.testing.assert_array_equal(short, long[:10])


@pytest.mark.parametrize("seed", range(3))
def test_the_order_in_which_a_source_answers_does_not_matter(engine: Engine, seed: int) -> None:
    """Where there is a place for every row: beyond its limit a source leaves out the last."""
    mixer = engine.products["for_you"].mixer
    mixer = replace(mixer, candidates=[replace(one, limit=1_000) for one in mixer.candidates])
    one, other = (
        replace(
            mixer,
            candidates=[replace(of, source=Shuffled(of.source, by)) for of in mixer.candidates],
        )
        for by in (seed, seed + 1)
    )
    for query in queries(engine)[:-1:10]:
        straight, mixed = one.run(query, Trace()).batch, other.run(query, Trace()).batch
        np.testing.assert_array_equal(straight.tweet, mixed.tweet)
        np.testing.assert_array_equal(straight["score"], mixed["score"])


def test_a_tweet_is_worth_the_same_alone_and_among_many(engine: Engine) -> None:
    mixer = engine.products["for_you"].mixer
    tweet = np.arange(0, 500, dtype=np.int32)
    batch = CandidateBatch.of(tweet, engine.state.tweets.author[tweet])
    for query in queries(engine)[:5]:
        among, _ = mixer.score(query, batch, Trace())
        for row in range(0, 500, 61):
            alone, _ = mixer.score(query, batch.take(np.array([row])), Trace())
            for name, column in among.columns.items():
                assert alone[name][0] == pytest.approx(column[row], abs=1e-5), name


@dataclass(frozen=True)
class Watched:
    """A ranker, and what it was asked about."""

    ranker: Ranker
    asked: list[CandidateBatch] = field(default_factory=list)

    def score(self, query: Query, batch: CandidateBatch) -> Mapping[str, Column]:
        self.asked.append(batch)
        return self.ranker.score(query, batch)


def test_nothing_is_ranked_that_a_filter_drops(tiny_engine: Engine) -> None:
    mixer = tiny_engine.products["for_you"].mixer
    for query in queries(tiny_engine)[:-1:10]:
        watched = Watched(mixer.scoring.ranker)
        replace(mixer, scoring=replace(mixer.scoring, ranker=watched)).run(query, Trace())
        for batch in watched.asked:
            for filter_ in (*mixer.eligibility, *mixer.visibility):
                assert filter_.keep(query, batch).all(), filter_
        assert watched.asked


def test_no_factor_lifts_a_tweet(tiny_engine: Engine) -> None:
    for query in queries(tiny_engine, 100):
        served = tiny_engine.products["for_you"].run(query)
        factors = served.product.mixer.scoring.factors
        assert (served.batch["score"] <= served.batch["base_score"]).all()
        for name in factors:
            assert (served.batch[name] <= 1).all(), name
            assert (served.batch[name] > 0).all(), name


def test_nobody_is_shown_what_they_must_not_see(tiny_engine: Engine) -> None:
    state, encoder = tiny_engine.state, tiny_engine.encoder
    for query in queries(tiny_engine, 100):
        batch = tiny_engine.products["for_you"].run(query).batch
        viewer = np.full(len(batch), query.viewer, np.int32)
        assert len(np.unique(batch.tweet)) == len(batch)
        assert not state.engaged.any(state.engaged.kinds, viewer, batch.tweet).any()
        assert not state.graph.hides(viewer, batch.author).any()
        assert not ((batch.author == query.viewer) & (batch.author >= 0)).any()
        assert not (encoder.tweets.toxicity[batch.tweet] >= 0.3).any()
        if not query.sensitive_ok:
            assert not (encoder.tweets.nsfw[batch.tweet] >= 0.3).any()
            assert not (state.tweets.nsfw[batch.tweet] == 1).any()


def test_everybody_gets_a_full_feed(tiny_engine: Engine) -> None:
    for query in queries(tiny_engine):
        assert len(tiny_engine.products["for_you"].run(query).batch) == 10
