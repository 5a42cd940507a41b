"""Training sees what serving sees, and nothing of what comes after."""

from __future__ import annotations

from dataclasses import fields

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
from ml.training.heavy_ranker import RankerRows
from ml.training.replay import BUCKET_SECONDS
from ml.training.segments import segments_of

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


@pytest.mark.parametrize("count", [1, 2, 5])
def test_segments_joined_are_the_serial_replay_byte_for_byte(
    tiny_catalog: Catalog, tiny_events: Events, tiny_bundle: Bundle, count: int
) -> None:
    start, end = (int(np.quantile(tiny_events.at, share)) for share in (0.6, 0.75))
    later = tiny_events[(tiny_events.at >= start) & (tiny_events.at < end)]
    examples = of_impressions(later, tiny_catalog[1])

    def rows(segment: slice) -> RankerRows:
        state = FeatureState(*tiny_catalog)
        state.apply(tiny_events.before(start))
        return featurise(state, later, tiny_bundle.encode(state), examples, segment)

    serial = rows(slice(None))
    joined = RankerRows.stack([rows(segment) for segment in segments_of(len(examples), count)])
    assert len(joined) == len(examples)
    for field in fields(RankerRows):
        one, other = getattr(serial, field.name), getattr(joined, field.name)
        assert one.dtype == other.dtype
        assert one.tobytes() == other.tobytes(), field.name


@pytest.mark.parametrize("examples", [0, 1, 3, 1_000])
def test_segments_follow_one_another(examples: int) -> None:
    found = segments_of(examples, 4)
    assert [one.start for one in found] == [0, *(one.stop for one in found[:-1])]
    assert found[-1].stop == examples


def test_the_state_does_not_depend_on_batching(tiny_catalog: Catalog, tiny_events: Events) -> None:
    once, often = FeatureState(*tiny_catalog), FeatureState(*tiny_catalog)
    once.apply(tiny_events)
    for part in np.array_split(np.arange(len(tiny_events)), 500):
        often.apply(tiny_events[part])
    assert not differences(once, often)
