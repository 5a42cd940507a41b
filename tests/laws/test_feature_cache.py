"""A feature that is remembered across viewers is declared so by its argument's type."""

from __future__ import annotations

from typing import get_type_hints

import numpy as np
import pytest

import ml.features
from app.serving.engine import Engine
from ml.features import FEATURES, NAMES, Pairs, TweetFeatureCache, matrix
from ml.features.relation import author_affinity
from ml.features.tweet_view import TweetView
from ml.features.viewer import viewer_activity


def pairs(engine: Engine, viewer: int) -> Pairs:
    tweet = np.arange(100, dtype=np.int32)
    return Pairs.of_one(engine.state, engine.encoder, viewer, tweet, engine.clock.now())


def busiest(engine: Engine) -> list[int]:
    return [int(row) for row in np.argsort(-engine.state.history.written)[:5]]


def test_with_and_without_the_cache_features_are_the_same(tiny_engine: Engine) -> None:
    cache = TweetFeatureCache()
    for viewer in busiest(tiny_engine) * 2:
        x = pairs(tiny_engine, viewer)
        np.testing.assert_array_equal(matrix(x, cache), matrix(x), err_msg=str(NAMES))


@pytest.mark.parametrize("last", [viewer_activity, author_affinity])
def test_where_a_feature_stands_in_the_list_does_not_matter(
    tiny_engine: Engine, monkeypatch: pytest.MonkeyPatch, last: ml.features.Feature
) -> None:
    moved = (*(feature for feature in FEATURES if feature is not last), last)
    monkeypatch.setattr(ml.features, "FEATURES", moved)
    cache = TweetFeatureCache()
    for viewer in busiest(tiny_engine):
        x = pairs(tiny_engine, viewer)
        np.testing.assert_array_equal(matrix(x, cache), matrix(x))


def test_a_remembered_feature_cannot_read_a_viewer(
    tiny_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leaking(x: TweetView) -> np.ndarray:
        """The viewer, from a feature that is declared to have none."""
        return x.viewer.astype(np.float32)  # type: ignore[attr-defined, no-any-return]

    assert not {name for name in vars(TweetView) | get_type_hints(TweetView) if "viewer" in name}
    monkeypatch.setattr(ml.features, "FEATURES", (*FEATURES, leaking))
    with pytest.raises(AttributeError, match="viewer"):
        matrix(pairs(tiny_engine, busiest(tiny_engine)[0]), TweetFeatureCache())
