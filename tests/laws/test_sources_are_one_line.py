"""A source is one line: wherever it stands in the list, it moves nobody's share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest

from app.pipeline.batch import CandidateBatch
from app.pipeline.candidate_pipeline import CandidatePipeline
from app.pipeline.mixer import MixerPipeline
from app.pipeline.query import Query
from app.pipeline.trace import Trace
from app.products import shared_stages
from app.retrieval.fresh_tweets import FreshTweets
from app.selectors.budgeted import Budgeted, worth
from app.serving.engine import Engine


@dataclass(frozen=True, slots=True)
class Silent:
    """Proposes nothing."""

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        none = np.empty(0, np.int32)
        return CandidateBatch.of(none, none)


@dataclass(frozen=True, slots=True)
class Missed:
    """What followees wrote longest ago, as in the guide to adding a source."""

    fresh_tweets: FreshTweets

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        fresh = self.fresh_tweets.fresh(query.now)
        mine = fresh.tweet[np.isin(fresh.author, query.neighborhood.following)]
        age_hours = self.fresh_tweets.age_hours(mine, query.now)
        return self.fresh_tweets.top(mine, age_hours, limit)


@dataclass(frozen=True, slots=True)
class Alone:
    """Proposes what nobody else did: the rows of the feed's first page, which it alone knows."""

    tweet: tuple[int, ...]
    author: tuple[int, ...]

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        return CandidateBatch.of(np.array(self.tweet, np.int32), np.array(self.author, np.int32))


@pytest.fixture(params=["as it is", "with a source more"])
def mixer(tiny_engine: Engine, request: pytest.FixtureRequest) -> MixerPipeline:
    """For You as it is, and as it would be with the next source that somebody adds."""
    mixer = tiny_engine.products["for_you"].mixer
    if request.param == "as it is":
        return mixer
    missed = Missed(shared_stages.fresh_tweets(tiny_engine.state, tiny_engine.settings))
    return inserted(mixer, len(mixer.candidates), CandidatePipeline(missed, 50))


def queries(engine: Engine, limit: int = 20) -> Iterator[Query]:
    ids = engine.state.users.ids
    for row in range(0, len(engine.state.users), 5):
        query = engine.hydrate.query(ids.id(row), limit)
        if len(query.neighborhood.following):
            yield query


def places(mixer: MixerPipeline) -> range:
    """Before each source, and at the end."""
    return range(len(mixer.candidates) + 1)


def inserted(mixer: MixerPipeline, place: int, pipeline: CandidatePipeline) -> MixerPipeline:
    candidates = [*mixer.candidates]
    candidates.insert(place, pipeline)
    return replace(mixer, candidates=candidates)


def test_a_source_that_proposes_nothing_changes_no_page(
    tiny_engine: Engine, mixer: MixerPipeline
) -> None:
    asking = list(queries(tiny_engine))
    pages = [mixer.run(query, Trace()).batch.tweet for query in asking]
    for place in places(mixer):
        longer = inserted(mixer, place, CandidatePipeline(Silent(), 50))
        for query, page in zip(asking, pages, strict=True):
            np.testing.assert_array_equal(page, longer.run(query, Trace()).batch.tweet)


def test_an_inserted_source_leaves_everybody_their_share(
    tiny_engine: Engine, mixer: MixerPipeline
) -> None:
    """With a competitor that takes no place, each source has the places that it had."""
    asking = list(queries(tiny_engine))
    pages = [served(mixer, query) for query in asking]
    for place in places(mixer):
        longer = inserted(mixer, place, CandidatePipeline(Silent(), 50, share=0.3))
        allotted = {type(one.source).__name__: replace(one, limit=0) for one in longer.candidates}
        for one in mixer.candidates:
            assert allotted[type(one.source).__name__] == replace(one, limit=0)
        assert [served(longer, query) for query in asking] == pages


def test_a_source_that_is_appended_is_served_when_its_rows_are_best(
    tiny_engine: Engine, mixer: MixerPipeline
) -> None:
    """The best rows of a feed, were they proposed by a new source alone, fill its page as far as
    they are the best, where no rule may pay for another."""
    assert isinstance(mixer.selector, Budgeted)
    mixer = replace(mixer, selector=replace(mixer.selector, budget=0.0))
    from_it = 0
    for query in queries(tiny_engine, limit=5):
        best = best_of(mixer.run(query, Trace()).pool, 5)
        others = [replace(one, source=Without(one.source, best.tweet)) for one in mixer.candidates]
        alone = CandidatePipeline(Alone(tuple(best.tweet.tolist()), tuple(best.author.tolist())), 5)
        served = replace(mixer, candidates=[*others, alone]).run(query, Trace())
        assert served.batch.tweet.tolist() == best_of(served.pool, 5).tweet.tolist()
        assert np.isin(best.tweet, served.pool.tweet).all()
        from_it += int((served.batch.sources >> len(mixer.candidates) & 1).sum())
    assert from_it > 0


@dataclass(frozen=True, slots=True)
class Without:
    """A source that does not know some tweets."""

    source: object
    tweet: np.ndarray

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        found: CandidateBatch = self.source.fetch(query, limit)  # type: ignore[attr-defined]
        return found.take(~np.isin(found.tweet, self.tweet))


def best_of(pool: CandidateBatch, count: int) -> CandidateBatch:
    return pool.take(np.lexsort((pool.tweet, -worth(pool)))[:count])


def served(mixer: MixerPipeline, query: Query) -> Counter[str]:
    """How many places each source has on the page."""
    page = mixer.run(query, Trace()).batch
    first = (page.sources & (~page.sources + np.uint32(1))).tolist()
    return Counter(mixer.sources[mark.bit_length() - 1] for mark in first)
