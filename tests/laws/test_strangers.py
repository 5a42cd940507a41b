"""Somebody unknown has no row, and so never gets what belongs to another's."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
import pytest

from app.pipeline.batch import CandidateBatch
from app.rankers.heavy import HeavyRanker
from app.serving.engine import Engine, assemble


@pytest.fixture(scope="module")
def changed(tiny_engine: Engine) -> Engine:
    """The same service, in which the last user has another taste and another past."""
    state = deepcopy(tiny_engine.state)
    state.users.interests[-1] = state.users.interests[state.users.interests.any(axis=1)][0]
    state.users.sensitive_ok[-1] = ~state.users.sensitive_ok[-1]
    state.history.tweet[-1] = state.history.tweet[state.history.written.argmax()]
    state.viewer_counts.value[-1] += 50
    return assemble(tiny_engine.settings, state, tiny_engine.bundle, tiny_engine.clock)


@pytest.mark.parametrize("name", ["for_you", "following", "without_profiling"])
def test_a_strangers_feed_reads_nobodys_row(
    tiny_engine: Engine, changed: Engine, name: str
) -> None:
    one, other = (
        engine.products[name].run(engine.hydrate.query("never-met", 100)).batch
        for engine in (tiny_engine, changed)
    )
    np.testing.assert_array_equal(one.tweet, other.tweet)
    for column, values in one.columns.items():
        np.testing.assert_array_equal(values, other[column], err_msg=column)


def test_a_strangers_scores_read_nobodys_row(tiny_engine: Engine, changed: Engine) -> None:
    tweet = np.arange(300, dtype=np.int32)
    batch = CandidateBatch.of(tweet, tiny_engine.state.tweets.author[tweet])
    one, other = (
        engine.products["for_you"].score(engine.hydrate.query("never-met", 300), batch)
        for engine in (tiny_engine, changed)
    )
    assert one.dropped_by == other.dropped_by
    for column, values in one.batch.columns.items():
        np.testing.assert_array_equal(values, other.batch[column], err_msg=column)


def test_whom_a_stranger_might_follow_reads_nobodys_row(
    tiny_engine: Engine, changed: Engine
) -> None:
    one, other = (
        engine.who_to_follow.recommend(engine.hydrate.query("never-met", 50), 50)
        for engine in (tiny_engine, changed)
    )
    np.testing.assert_array_equal(one.user, other.user)
    np.testing.assert_array_equal(one.score, other.score)


def test_the_trained_model_ranks_for_a_stranger(tiny_engine: Engine) -> None:
    """Nothing of what it knows of a viewer is there, and it still knows the tweets."""
    served = tiny_engine.products["for_you"].run(tiny_engine.hydrate.query("never-met", 100))
    assert served.product.name == "newcomer"
    assert isinstance(served.product.mixer.scoring.ranker, HeavyRanker)
    assert {"like", "engagement"} <= set(served.batch.columns)
    assert np.unique(served.batch["like"]).size > 50
