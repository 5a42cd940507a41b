"""Training reads a large log in parts, and of it only what it needs; what comes out is the same."""

from __future__ import annotations

import weakref
from collections import Counter
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml import bundle
from ml.bundle import Bundle
from ml.dataset.tables import Tables
from ml.errors import DataError
from ml.heads import NAMES as HEADS
from ml.state import events as events_module
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.storage import array_file, snapshot
from ml.state.storage.state_diff import differences
from ml.state.structures import vocabulary
from ml.state.structures.vocabulary import Vocabulary
from ml.state.tables import tweets as tweets_module
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.state.updates import tables_to_events
from ml.state.updates.last_reading import LastReading
from ml.training import communities, exposure, train, two_tower
from ml.training.examples import Examples, of_impressions
from ml.training.featurise import featurise
from ml.training.options import TrainingOptions
from ml.training.refit import RefitData
from ml.training.replay import BUCKET_SECONDS
from ml.training.training_data import bounded, examples

Catalog = tuple[Users, Tweets]
VISITS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), min_size=1, max_size=60)


def _same(one: object, other: object) -> None:
    """All fields hold the same numbers."""
    for field in fields(one):  # type: ignore[arg-type]
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name))


@pytest.fixture
def whole(
    tiny_catalog: Catalog, tiny_events: Events, monkeypatch: pytest.MonkeyPatch
) -> FeatureState:
    """The state of a log that was applied at once; from here on it has many parts."""
    state = FeatureState(*tiny_catalog)
    state.apply(tiny_events)
    monkeypatch.setattr(events_module, "PART", 1_000)
    assert len(list(tiny_events.parts())) > 5
    return state


def test_a_log_applied_in_parts_gives_the_same_state(
    whole: FeatureState, tiny_catalog: Catalog, tiny_events: Events
) -> None:
    parts = FeatureState(*tiny_catalog)
    parts.apply(tiny_events)
    assert not differences(whole, parts)
    assert exposure.is_logged(tiny_events)


def test_a_log_read_for_the_last_time_gives_the_same_state_and_is_forgotten(
    whole: FeatureState,
    tiny_catalog: Catalog,
    tiny_events: Events,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    last = FeatureState(*tiny_catalog)
    copy = Events.concatenated([tiny_events])
    gone = weakref.ref(copy.at)
    reading = LastReading(copy)
    del copy
    apply, seen = last.apply, list[bool]()

    def watched(part: Events) -> None:
        seen.append(gone() is None)
        apply(part)

    monkeypatch.setattr(last, "apply", watched)
    reading.apply_to(last)
    assert len(seen) > 5
    assert all(seen)
    assert not differences(whole, last)
    with pytest.raises(IndexError):
        reading.apply_to(last)


def test_a_stored_state_has_no_spare_room(
    tiny_catalog: Catalog, tiny_events: Events, tmp_path: Path
) -> None:
    state = FeatureState(*tiny_catalog)
    for some in np.array_split(np.arange(len(tiny_events)), 30):
        state.apply(tiny_events[some])
    assert len(state.seen.at) > len(state.seen.index)
    snapshot.save(state, tmp_path, tmp_path, "")
    arrays = array_file.load(tmp_path / "state.safetensors")
    for name, pairs in (
        ("_seen/at", state.seen.index),
        ("_engagements/register/at", state.engaged.index),
        ("_counts/tie/counts/value", state.tie_counts.index),
        ("_counts/topic/counts/newest", state.topic_counts.index),
    ):
        assert len(arrays[name]) == len(pairs)
    assert not differences(state, snapshot.load(tmp_path))


def test_tables_read_in_parts_give_the_same_catalog(
    tiny_tables: Tables, tiny_catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tweets_module, "TOGETHER", 100)
    assert len(tiny_tables.tweets) > 300
    _, tweets = tables_to_events.catalog(tiny_tables)
    rows = np.arange(len(tweets), dtype=np.int32)
    for name in Tweets.FILL:
        np.testing.assert_array_equal(getattr(tweets, name), getattr(tiny_catalog[1], name))
    for one, other in (
        (tweets.wording.tokens, tiny_catalog[1].wording.tokens),
        (tweets.wording.domains, tiny_catalog[1].wording.domains),
    ):
        for part, expected in zip(one.gather(rows), other.gather(rows), strict=True):
            np.testing.assert_array_equal(part, expected)
    assert tweets.text == tiny_catalog[1].text


@given(st.lists(st.none() | st.integers(-3, 9), max_size=30))
def test_ids_looked_up_in_parts_have_the_same_rows(ids: list[int | None]) -> None:
    known = Vocabulary(["7", "-2", "0", "5"])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(vocabulary, "TOGETHER", 7)
        rows = known.rows(pl.Series(ids, dtype=pl.Int64))
    texts = [None if one is None else str(one) for one in ids]
    assert rows.tolist() == known.known(texts).tolist()
    assert known.rows(pl.Series(texts, dtype=pl.String)).tolist() == rows.tolist()


def test_what_is_refitted_needs_no_impressions(tiny_catalog: Catalog, tiny_events: Events) -> None:
    data = RefitData.of(tiny_events, *tiny_catalog, 12.0, seed=3, has_times=True)
    state = FeatureState(*tiny_catalog)
    viewers, positive = two_tower.refit_inputs(state, tiny_events, 3)
    _same(data.viewers, viewers)
    for name in ("user", "tweet", "at"):
        np.testing.assert_array_equal(getattr(data.positive, name), getattr(positive, name))
    groups = communities.train(state, 12.0, 3)
    assert groups is not None
    assert data.communities is not None
    _same(data.communities, groups)


def test_features_do_not_ask_what_was_seen(
    tiny_catalog: Catalog, tiny_events: Events, tiny_bundle: Bundle
) -> None:
    start, end = (int(np.quantile(tiny_events.at, share)) for share in (0.6, 0.7))
    later = tiny_events[(tiny_events.at >= start) & (tiny_events.at < end)]
    shown = of_impressions(later, tiny_catalog[1])
    whole, features_only = FeatureState(*tiny_catalog), FeatureState(*tiny_catalog)
    features_only.remember_no_views()
    for state in (whole, features_only):
        state.apply(tiny_events.before(start))
    encoder = tiny_bundle.encode(whole)
    _same(featurise(whole, later, encoder, shown), featurise(features_only, later, encoder, shown))
    assert len(whole.seen.index)
    assert not len(features_only.seen.index)


def test_later_examples_are_labelled_as_they_are_among_all(
    tiny_catalog: Catalog, tiny_events: Events
) -> None:
    since = int(np.quantile(tiny_events.at, 0.5))
    everything = of_impressions(tiny_events, tiny_catalog[1])
    later, _ = examples(tiny_events, *tiny_catalog, np.random.default_rng(0), since)
    _same(later, everything[everything.at >= since])
    assert later.label.any()


@given(VISITS, st.integers(1, 70))
def test_the_ranker_sees_whole_visits_and_no_more_rows_than_its_bound(
    visits: list[tuple[int, int]], most: int
) -> None:
    viewer, minute = np.array(sorted(visits, key=lambda one: one[1]), np.int32).T
    rows = len(viewer)
    label, number = np.zeros((rows, len(HEADS)), np.bool_), np.arange(rows, dtype=np.float32)
    at = minute.astype(np.int64) * BUCKET_SECONDS
    all_rows = Examples(viewer, viewer, at, number, label, number)
    try:
        some, notes = bounded(all_rows, np.random.default_rng(7), most)
    except DataError:  # no visit is cut in two
        assert max(Counter(visits).values()) > most
        return
    assert 0 < len(some) <= most
    assert bool(notes) == (rows > most)
    assert (np.diff(some.position) > 0).all()  # in the same order
    if minute[0] != minute[-1]:
        drawn = set(zip(some.viewer.tolist(), some.at.tolist(), strict=True))
        whole = sum((one, when * BUCKET_SECONDS) in drawn for one, when in visits)
        assert whole == len(some)


def test_training_keeps_its_bound_with_any_number_of_processes(
    tiny_data: Path, tmp_path: Path
) -> None:
    options = TrainingOptions(ranker_rows=2_000)
    one, two = (
        train.train(tiny_data, tmp_path / str(count), replace(options, processes=count))
        for count in (1, 2)
    )
    assert one == two
    trained = bundle.load(tmp_path / "1")
    assert trained is not None
    seen = trained.manifest.rows["train"] + trained.manifest.rows["calibrate"]
    assert 1_900 < seen <= 2_000
    assert any(f"the ranker saw {seen:,} of" in note for note in trained.manifest.notes)


def test_the_bound_is_used_and_every_visit_is_as_likely() -> None:
    viewer = np.repeat(np.arange(2_000, dtype=np.int32), 5)
    at = np.repeat(np.arange(2_000), 5) * BUCKET_SECONDS
    number = np.zeros(len(at), np.float32)
    label = np.zeros((len(at), len(HEADS)), np.bool_)
    some, notes = bounded(
        Examples(viewer, viewer, at, number, label, number), np.random.default_rng(7), 2_500
    )
    assert 2_490 <= len(some) <= 2_500
    assert f"{len(some):,} of 10,000" in notes[0]
    by_tenth = np.bincount(some.viewer // 200, minlength=10)
    assert (abs(by_tenth - 250) < 5 * np.sqrt(5 * 250 * 0.75)).all()
