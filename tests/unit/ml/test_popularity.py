"""Popularity counts the people who are engaged now, by how established they are."""

from __future__ import annotations

import numpy as np
import pytest

from ml.actions import ENGAGEMENTS
from ml.evidence.popularity import SHARES, Popularity, recent_spans
from ml.state.feature_state import FeatureState
from ml.state.tables.seniority import LEAST, Seniority


def test_it_is_what_numpy_counts(tiny_state: FeatureState) -> None:
    register, spans = tiny_state.engaged, (5 * 86_400, 86_400)
    now = int(register.at.max()) // 60 * 60
    logs = Popularity(tiny_state, spans).of(now)
    pairs, kinds = len(register.index), [register.column(action) for action in ENGAGEMENTS]
    newest = np.where(register.is_on[:pairs, kinds], register.at[:pairs, kinds], -1).max(axis=1)
    weight = tiny_state.seniority.standing(now, tiny_state.users.created_at)
    for row, since in enumerate((0, now - spans[0], now - spans[1])):
        recent = np.flatnonzero(newest >= since)
        user, tweet = register.index.left[recent], register.index.right[recent]
        count = np.log1p(np.bincount(tweet, weight[user], minlength=len(tiny_state.tweets)))
        np.testing.assert_allclose(logs[row], count - count.max(), atol=1e-6)


def test_it_is_counted_once_a_minute(tiny_state: FeatureState) -> None:
    popularity = Popularity(tiny_state, ())
    first = popularity.of(600)
    assert popularity.of(659) is first
    assert popularity.of(660) is not first


def test_what_was_written_meanwhile_is_as_popular_as_nothing(tiny_state: FeatureState) -> None:
    popularity = Popularity(tiny_state, ())
    before = popularity.of(600).copy()
    popularity._logs = popularity._logs[:, :-5]  # as if the last five had come since
    after = popularity.of(610)
    assert after.shape == before.shape
    assert (after[:, -5:] == before.min()).all()


def test_recent_is_what_the_last_engagements_took() -> None:
    at = np.arange(1_001) * 100
    spans = recent_spans(at)
    np.testing.assert_allclose(spans, [share * 100_000 for share in SHARES], rtol=0.01)
    assert recent_spans(np.full(5, 7)) == ()
    assert recent_spans(at[:0]) == ()


def test_a_crowd_of_new_accounts_weighs_next_to_nothing(tiny_state: FeatureState) -> None:
    now, joined = tiny_state.newest, tiny_state.users.created_at
    today = np.append(joined, np.full(1_000, now - 60))
    crowd = Seniority()
    crowd.grow(len(today))
    crowd.join(joined)
    assert crowd.standing(now, today)[-1_000:].sum() == pytest.approx(1_000 * LEAST)
