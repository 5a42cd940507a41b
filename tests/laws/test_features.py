"""A feature depends on what its argument's type says; its place in the list does not matter."""

from __future__ import annotations

import numpy as np
import pytest

import ml.features
from app.serving.engine import Engine
from ml import kernels
from ml.features import FEATURES, Pairs, matrix
from ml.features.numbers import Tweet
from ml.features.relation import author_affinity
from ml.features.viewer import viewer_activity
from ml.kernels import inline_kernel


@inline_kernel
def leaking(tweet: Tweet) -> float:
    """The viewer, from a feature that is declared to have none."""
    return tweet.viewer.counts.impression  # type: ignore[attr-defined, no-any-return]


def pairs(engine: Engine, viewer: int) -> Pairs:
    tweet = np.arange(100, dtype=np.int32)
    return Pairs.of_one(engine.state, engine.encoder, viewer, tweet, engine.clock.now())


def busiest(engine: Engine) -> list[int]:
    return [int(row) for row in np.argsort(-engine.state.history.written)[:5]]


def test_where_a_feature_stands_in_the_list_does_not_matter(
    tiny_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [matrix(pairs(tiny_engine, viewer)) for viewer in busiest(tiny_engine)]
    last = (viewer_activity, author_affinity)
    order = [*(i for i, one in enumerate(FEATURES) if one not in last)]
    order += [FEATURES.index(feature) for feature in last]
    monkeypatch.setattr(ml.features, "FEATURES", tuple(FEATURES[i] for i in order))
    for viewer, features in zip(busiest(tiny_engine), before, strict=True):
        np.testing.assert_array_equal(matrix(pairs(tiny_engine, viewer)), features[:, order])


def test_a_feature_of_a_tweet_cannot_read_a_viewer(
    tiny_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ml.features, "FEATURES", (leaking,))
    error = "TypingError" if kernels.IS_COMPILED else "AttributeError"
    with pytest.raises(Exception, match="viewer") as raised:
        matrix(pairs(tiny_engine, busiest(tiny_engine)[0]))
    assert raised.typename == error
