"""What each kind of component promises. Inherit a suite, say which component, and be held to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from app.pipeline.batch import CandidateBatch
from app.pipeline.candidate_pipeline import CandidatePipeline
from app.pipeline.components import (
    CandidateSource,
    Filter,
    Gate,
    Ranker,
    Rescorer,
    Selector,
    SideEffect,
)
from app.pipeline.query import Query
from app.pipeline.retrieve import retrieve
from app.pipeline.served_page import ServedPage
from app.pipeline.stages import judge
from app.pipeline.trace import Trace
from app.serving.engine import Engine

ROWS = 300


@dataclass(frozen=True, slots=True)
class Places:
    """The allotment of one source."""

    share: float | None
    reserved: float = 0.0
    present: bool = False


def allotted(*shares: float | None, reserved: float = 0.0) -> list[Places]:
    """Shares of the sources in their order; `reserved` is of the last."""
    return [*map(Places, shares[:-1]), Places(shares[-1], reserved)]


class Contract:
    @pytest.fixture
    def query(self, tiny_engine: Engine) -> Query:
        """Somebody busy, who follows people."""
        state = tiny_engine.state
        busiest = int(state.history.written.argmax())
        return tiny_engine.hydrate.query(state.users.ids.id(busiest), 10)

    @pytest.fixture
    def batch(self, tiny_engine: Engine, rng: np.random.Generator) -> CandidateBatch:
        """Tweets as they arrive, scored."""
        tweet = rng.permutation(len(tiny_engine.state.tweets))[:ROWS].astype(np.int32)
        marks = (1 << rng.integers(0, 4, ROWS)).astype(np.uint32)
        score = rng.random(ROWS).astype(np.float32)
        author = tiny_engine.state.tweets.author[tweet]
        return CandidateBatch(tweet, author, marks, {"base_score": score, "score": score})

    @pytest.fixture
    def empty(self, batch: CandidateBatch) -> CandidateBatch:
        return batch.take(np.empty(0, np.intp))


class GateContract(Contract):
    def test_it_answers_for_anybody(self, gate: Gate, query: Query, tiny_engine: Engine) -> None:
        for one in (query, tiny_engine.hydrate.query("nobody", 10)):
            assert gate.admits(one) in (True, False)
            assert gate.admits(one) == gate.admits(one)


class SourceContract(Contract):
    def test_it_finds_no_more_than_it_was_asked_for(
        self, source: CandidateSource, query: Query
    ) -> None:
        assert 0 < len(source.fetch(query, 7)) <= 7
        assert len(source.fetch(query, 0)) == 0

    def test_it_finds_each_tweet_once_with_its_author(
        self, source: CandidateSource, query: Query, tiny_engine: Engine
    ) -> None:
        found = source.fetch(query, 200)
        assert len(np.unique(found.tweet)) == len(found)
        np.testing.assert_array_equal(found.author, tiny_engine.state.tweets.author[found.tweet])

    def test_the_same_question_has_the_same_answer_best_first(
        self, source: CandidateSource, query: Query
    ) -> None:
        few, many = source.fetch(query, 5).tweet, source.fetch(query, 50).tweet
        np.testing.assert_array_equal(few, many[:5])
        np.testing.assert_array_equal(many, source.fetch(query, 50).tweet)

    def test_it_wastes_no_place_on_what_a_filter_drops(
        self, source: CandidateSource, query: Query, tiny_engine: Engine
    ) -> None:
        mixer = tiny_engine.products["for_you"].mixer
        filters = (*mixer.eligibility, *mixer.visibility)
        everything = source.fetch(query, 10_000)
        stays = judge("eligibility", query, everything, filters, Trace())
        best = everything.tweet[everything.first(stays, 5)]
        found = retrieve(
            query, [CandidatePipeline(source, 5)], mixer.eligibility, mixer.visibility, Trace()
        )
        assert found.tweet.tolist() == sorted(best.tolist())


class FilterContract(Contract):
    def test_it_answers_yes_or_no_for_every_row(
        self, filter_: Filter, query: Query, batch: CandidateBatch, empty: CandidateBatch
    ) -> None:
        keep = filter_.keep(query, batch)
        assert keep.dtype == np.bool_
        assert keep.shape == (ROWS,)
        assert filter_.keep(query, empty).shape == (0,)

    def test_the_order_of_rows_does_not_matter(
        self, filter_: Filter, query: Query, batch: CandidateBatch, rng: np.random.Generator
    ) -> None:
        order = rng.permutation(ROWS)
        straight = filter_.keep(query, batch)
        np.testing.assert_array_equal(filter_.keep(query, batch.take(order)), straight[order])


class RowFilterContract(FilterContract):
    def test_a_row_is_judged_by_itself(
        self, filter_: Filter, query: Query, batch: CandidateBatch
    ) -> None:
        half = np.arange(0, ROWS, 2)
        among = filter_.keep(query, batch)
        np.testing.assert_array_equal(filter_.keep(query, batch.take(half)), among[half])


class RankerContract(Contract):
    def test_every_column_is_a_number_per_row(
        self, ranker: Ranker, query: Query, batch: CandidateBatch, empty: CandidateBatch
    ) -> None:
        for name, column in ranker.score(query, batch).items():
            assert column.shape == (ROWS,), name
            assert column.dtype == np.float32, name
            assert np.isfinite(column).all(), name
        assert ranker.score(query, empty)["base_score"].shape == (0,)

    def test_scores_lie_between_zero_and_one_and_differ(
        self, ranker: Ranker, query: Query, batch: CandidateBatch
    ) -> None:
        score = ranker.score(query, batch)["base_score"]
        assert (score >= 0).all()
        assert (score <= 1).all()
        assert len(np.unique(score)) > ROWS / 2

    def test_a_row_scores_the_same_alone_and_among_many(
        self, ranker: Ranker, query: Query, batch: CandidateBatch
    ) -> None:
        among = ranker.score(query, batch)
        for row in range(0, ROWS, 37):
            alone = ranker.score(query, batch.take(np.array([row])))
            for name, column in among.items():
                assert alone[name][0] == pytest.approx(column[row], abs=1e-5), name


class RescorerContract(Contract):
    def test_it_never_lifts_and_never_wipes_out(
        self, rescorer: Rescorer, query: Query, batch: CandidateBatch, empty: CandidateBatch
    ) -> None:
        factor = rescorer.factor(query, batch)
        assert factor.dtype == np.float32
        assert factor.shape == (ROWS,)
        assert (factor > 0).all()
        assert (factor <= 1).all()
        assert rescorer.factor(query, empty).shape == (0,)

    def test_it_does_not_look_at_the_neighbours(
        self, rescorer: Rescorer, query: Query, batch: CandidateBatch
    ) -> None:
        half = np.arange(0, ROWS, 2)
        among = rescorer.factor(query, batch)
        np.testing.assert_array_equal(rescorer.factor(query, batch.take(half)), among[half])


class SelectorContract(Contract):
    @pytest.fixture
    def allotments(self) -> list[Places]:
        return allotted(0.5, 0.15, 0.35, 0.0)

    def test_it_serves_as_many_distinct_rows_as_it_can(
        self,
        selector: Selector,
        query: Query,
        batch: CandidateBatch,
        empty: CandidateBatch,
        allotments: list[Places],
    ) -> None:
        assert len(np.unique(selector.select(query, batch, allotments).order)) == query.limit
        few = batch.take(np.arange(4))
        assert sorted(selector.select(query, few, allotments).order) == [0, 1, 2, 3]
        assert len(selector.select(query, empty, allotments).order) == 0

    def test_it_starts_with_the_best(
        self,
        selector: Selector,
        query: Query,
        batch: CandidateBatch,
        allotments: list[Places],
    ) -> None:
        assert selector.select(query, batch, allotments).order[0] == batch["score"].argmax()

    def test_the_order_of_rows_does_not_matter(
        self,
        selector: Selector,
        query: Query,
        batch: CandidateBatch,
        allotments: list[Places],
        rng: np.random.Generator,
    ) -> None:
        mixed = batch.take(rng.permutation(ROWS))
        np.testing.assert_array_equal(
            batch.tweet[selector.select(query, batch, allotments).order],
            mixed.tweet[selector.select(query, mixed, allotments).order],
        )


class SideEffectContract(Contract):
    @pytest.fixture
    def served(self, tiny_engine: Engine, query: Query, batch: CandidateBatch) -> ServedPage:
        """Ten of the tweets, and the pool that they came from."""
        page, ids = batch.take(np.arange(10)), tiny_engine.state.tweets.ids
        return ServedPage(
            page_id="q:0",
            request_id="q",
            user_id=tiny_engine.state.users.ids.id(query.viewer),
            query=query,
            product="for_you",
            served_by="for_you",
            model_version="1",
            at_micros=query.now * 1_000_000,
            start=0,
            batch=page,
            tweet_ids=ids.ids(page.tweet),
            source=["InNetwork"] * len(page),
            pool=batch,
            pool_ids=ids.joined(batch.tweet),
        )

    def test_it_changes_nothing_of_the_page(
        self, side_effect: SideEffect, served: ServedPage
    ) -> None:
        before = served.batch.tweet.copy(), served.batch["score"].copy(), served.pool.tweet.copy()
        side_effect.run(served)
        after = served.batch.tweet, served.batch["score"], served.pool.tweet
        for old, new in zip(before, after, strict=True):
            np.testing.assert_array_equal(new, old)

    def test_it_runs_for_anybody_and_without_a_later_page(
        self, side_effect: SideEffect, served: ServedPage, tiny_engine: Engine
    ) -> None:
        stranger = tiny_engine.hydrate.query("nobody", 10)
        pool = served.pool.take(np.empty(0, np.intp))
        side_effect.run(served._replace(query=stranger, user_id="nobody", pool=pool, pool_ids=""))
