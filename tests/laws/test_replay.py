"""Training sees what serving sees, and nothing of what comes after."""

from __future__ import annotations

import numpy as np
import pytest

from ml.actions import Action
from ml.bundle import Bundle
from ml.features import NAMES, Pairs, matrix
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.storage.state_diff import differences
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.training.examples import of_impressions
from ml.training.featurise import featurise
from ml.training.replay import BUCKET_SECONDS

Catalog = tuple[Users, Tweets]


def test_serving_features_equal_replayed_features(
    tiny_catalog: Catalog, tiny_events: Events, tiny_bundle: Bundle
) -> None:
    """One viewer at a time on a state fed event by event, against the buckets of training."""
    start = int(np.quantile(tiny_events.at, 0.9))
    before, after = tiny_events.before(start), tiny_events[tiny_events.at >= start]
    after = after[slice(0, 1_500)]
    examples = of_impressions(after, tiny_catalog[1])
    replayed = FeatureState(*tiny_catalog)
    replayed.apply(before)
    rows = featurise(replayed, after, tiny_bundle.encode(replayed), examples)

    live = FeatureState(*tiny_catalog)
    for half in np.array_split(np.arange(len(before)), 7):
        live.apply(before[half])
    encoder, applied = tiny_bundle.encode(live), 0
    for row, at in enumerate(examples.at):
        bucket = at // BUCKET_SECONDS * BUCKET_SECONDS
        while applied < len(after) and after.at[applied] < bucket:
            live.apply(after[slice(applied, applied + 1)])
            applied += 1
        tweet, viewer = examples.tweet[[row]], int(examples.viewer[row])
        x = Pairs.of_one(live, encoder, viewer, tweet, int(at))
        np.testing.assert_allclose(
            matrix(x)[0], rows.features[row], rtol=1e-5, atol=1e-5, err_msg=str(NAMES)
        )
        np.testing.assert_allclose(x.vectors[0], rows.viewers[rows.viewer[row]], atol=1e-5)


@pytest.mark.parametrize("share", [0.3, 0.7])
def test_replay_is_prefix_closed(
    tiny_catalog: Catalog, tiny_events: Events, tiny_bundle: Bundle, share: float
) -> None:
    """Cutting the log never changes the rows before the cut."""
    some = tiny_events[tiny_events.at < int(np.quantile(tiny_events.at, 0.4))]
    cut = int(np.quantile(some.at, share))

    def rows(events: Events) -> np.ndarray:
        state = FeatureState(*tiny_catalog)
        encoder = tiny_bundle.encode(state)
        return featurise(state, events, encoder, of_impressions(events, tiny_catalog[1])).features

    short, long = rows(some.before(cut)), rows(some)
    np.testing.assert_array_equal(short, long[: len(short)])
    assert len(long) > len(short)


def test_a_row_does_not_hold_its_own_label(
    tiny_catalog: Catalog, tiny_events: Events, tiny_bundle: Bundle
) -> None:
    """Whatever happens at the very second of an impression leaves its features as they were."""
    some = tiny_events.before(int(np.quantile(tiny_events.at, 0.2)))
    examples = of_impressions(some, tiny_catalog[1])
    state = FeatureState(*tiny_catalog)
    honest = featurise(state, some, tiny_bundle.encode(state), examples).features
    likes = Events(
        np.full(len(examples), Action.LIKE, np.int8),
        examples.viewer,
        examples.tweet,
        np.full(len(examples), -1, np.int32),
        examples.at,
        np.full(len(examples), np.nan, np.float32),
        np.zeros(len(examples), np.uint64),
    )
    last = examples.at >= examples.at[-1] // BUCKET_SECONDS * BUCKET_SECONDS
    state = FeatureState(*tiny_catalog)
    told = Events.merge([some, likes[last]])
    again = featurise(state, told, tiny_bundle.encode(state), examples).features
    np.testing.assert_array_equal(honest, again)


def test_the_state_does_not_depend_on_batching(tiny_catalog: Catalog, tiny_events: Events) -> None:
    once, often = FeatureState(*tiny_catalog), FeatureState(*tiny_catalog)
    once.apply(tiny_events)
    for part in np.array_split(np.arange(len(tiny_events)), 500):
        often.apply(tiny_events[part])
    assert not differences(once, often)
