"""The neighbours show what they say they show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from app.pipeline.batch import CandidateBatch
from app.pipeline.query import Query
from app.settings import Settings
from evaluation.offline.dataset import Dataset
from evaluation.offline.replay_evaluation import ReplayEnvironment
from evaluation.policies import factorisation, simple
from evaluation.policies.factorisation import Factorisation
from evaluation.policies.policy import Best, Moment, Policy, best
from evaluation.policies.product import EvaluationError, Product
from evaluation.policies.registry import neighbours
from ml.bundle import Bundle
from ml.errors import FeedError
from ml.state.tables.counted import engaged
from ml.state.tables.neighborhood import among

Ask = Callable[[Policy], list[np.ndarray]]


@pytest.fixture(scope="module")
def stage(tiny_dataset: Dataset, tiny_settings: Settings, tiny_bundle: Bundle) -> ReplayEnvironment:
    return ReplayEnvironment.set(tiny_dataset, tiny_settings, tiny_bundle)


@pytest.fixture(scope="module")
def moments(stage: ReplayEnvironment) -> list[Moment]:
    return [stage.moment(user, stage.dataset.cut) for user in range(0, 100, 5)]


def test_the_best_are_those_that_sorting_finds(rng: np.random.Generator) -> None:
    for _ in range(200):
        score = np.round(rng.random(50), 1)
        tweet = rng.permutation(50).astype(np.int32)
        count = int(rng.integers(1, 60))
        expected = tweet[np.lexsort((tweet, -score))][:count]
        np.testing.assert_array_equal(best(tweet, score, count), expected)


def test_nobody_shows_what_the_product_may_not(moments: list[Moment]) -> None:
    """However many of the best are not admitted."""
    for moment in moments:
        shown = Best(simple.newest).show(moment).tweet
        everything = moment.admitted(moment.fresh)
        written = moment.state.tweets.created_at
        assert len(shown) == 20
        np.testing.assert_array_equal(shown, moment.admitted(shown))
        np.testing.assert_array_equal(written[shown], np.sort(written[everything])[::-1][:20])


def test_popular_is_by_engagements(moments: list[Moment]) -> None:
    popular = Best(simple.Popular())
    for moment in moments:
        counts = moment.state.tweet_counts
        shown = engaged(counts.read(popular.show(moment).tweet, moment.query.now))
        assert (np.diff(shown) <= 0).all()


def test_following_shows_nobody_else(moments: list[Moment]) -> None:
    for moment in moments:
        shown = Best(simple.following).show(moment).tweet
        author = moment.state.tweets.author[shown]
        assert among(author, moment.query.neighborhood.following).all()


def test_random_is_the_same_for_the_same_question(moments: list[Moment]) -> None:
    first = [Best(simple.random).show(moment).tweet.tolist() for moment in moments]
    again = [Best(simple.random).show(moment).tweet.tolist() for moment in moments]
    assert first == again
    assert first[0] != first[1]


@pytest.mark.parametrize("kind", ["als", "bpr"])
def test_factorisation_shows_what_others_touched(kind: str, moments: list[Moment]) -> None:
    model = Factorisation(kind)  # type: ignore[arg-type]  # parametrised
    for moment in moments:
        shown = Best(model).show(moment).tweet
        assert model.touched[shown].all()
    assert model.fitted_at == moments[0].query.now
    later = replace(moments[0], query=replace(moments[0].query, now=moments[0].query.now + 86_400))
    Best(model).show(later)
    assert model.fitted_at == later.query.now


def test_without_the_library_it_is_missing(
    stage: ReplayEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(factorisation, "AVAILABLE", False)
    policies, missing = neighbours(stage.engine, stage.dataset, None)
    assert "als" not in policies
    assert any("foryou[evaluation]" in name for name in missing)


def test_a_product_that_fails_is_not_evaluated(
    stage: ReplayEnvironment, moments: list[Moment]
) -> None:
    class Broken:
        def fetch(self, query: Query, limit: int) -> CandidateBatch:
            raise OSError("gone")

    product = stage.engine.products["for_you"]
    first, *others = product.mixer.candidates
    mixer = replace(product.mixer, candidates=[replace(first, source=Broken()), *others])
    assert issubclass(EvaluationError, FeedError), "the command line answers in one line"
    with pytest.raises(EvaluationError, match="Broken failed"):
        Product(replace(product, mixer=mixer)).show(moments[0])
