"""The inverted file over the window: what it finds, and that it never finds anything else."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest

from app.retrieval.fresh_tweets import Fresh, FreshTweets
from app.retrieval.near_tweets import KEPT_SECONDS, KEPT_TWEETS, REACH, NearTweets
from app.retrieval.sort_keys import rows_of, sort_keys
from app.retrieval.top_k import top_k
from app.retrieval.topic_index import TopicIndex
from ml.embeddings.cells import WORTHWHILE, cells_of, centroids_of
from ml.embeddings.encoder import EncodedTweets, Encoder, Vectors

TWEETS, DIM, HOURS = 30_000, 32, 168
NOW = 10**9 // KEPT_SECONDS * KEPT_SECONDS
TEMPERATURE, HALF_LIFE = 0.08, 12.0
NEAREST = 200


class _Window:
    """A window of tweets by nobody in particular, of which so many are known."""

    def __init__(self, created_at: np.ndarray) -> None:
        self.created_at = created_at
        self.known = len(created_at)
        self.renumbered = 0
        self.state = self.tweets = self

    def __len__(self) -> int:
        return self.known

    @property
    def version(self) -> int:
        return self.known

    def window(self, now: int) -> Fresh:
        oldest, known = now - HOURS * 3600, self.created_at[: self.known]
        row = np.flatnonzero((known > oldest) & (known <= now)).astype(np.int32)
        row = row[np.argsort(known[row], kind="stable")]
        topic = np.zeros(len(row), np.int32)
        return Fresh(oldest, row, row, known[row], topic, TopicIndex.of(topic))

    fresh = window

    def age_hours(self, tweet: Rows, now: int) -> np.ndarray:
        return (now - self.created_at[tweet]) / 3600


class _Encoder:
    def __init__(self, vector: Vectors) -> None:
        none = np.full(len(vector), np.nan, np.float32)
        centroids = centroids_of(vector)
        cell = cells_of(vector, centroids) if len(centroids) else np.zeros(len(vector), np.int16)
        self.tweets = EncodedTweets(vector, vector, none, none, cell, centroids)


def _clustered(rows: int, rng: np.random.Generator) -> Vectors:
    """Vectors of length 1 around 40 subjects."""
    subject = rng.normal(size=(40, DIM))
    vector = subject[rng.integers(0, 40, rows)] + 0.7 * rng.normal(size=(rows, DIM))
    unit: Vectors = (vector / np.linalg.norm(vector, axis=1, keepdims=True)).astype(np.float32)
    return unit


def _near(rows: int) -> tuple[NearTweets, Vectors, np.ndarray]:
    rng = np.random.default_rng(7)
    created_at = np.sort(NOW - rng.integers(0, HOURS * 3600, rows))
    vector = _clustered(rows + 20, rng)
    window, encoder = _Window(created_at), _Encoder(vector[:rows])
    near = NearTweets(cast(FreshTweets, window), cast(Encoder, encoder), TEMPERATURE, HALF_LIFE)
    return near, vector[rows:], created_at


@pytest.fixture(scope="module")
def large() -> tuple[NearTweets, Vectors, np.ndarray]:
    return _near(TWEETS)


def test_a_small_window_is_read_as_a_whole() -> None:
    near, tastes, _ = _near(500)
    assert len(near.of([*tastes[:1]], NOW).tweet) == 500


def test_nearly_all_of_the_best_are_found_in_a_large_window(
    large: tuple[NearTweets, Vectors, np.ndarray],
) -> None:
    near, tastes, created_at = large
    vector, recall = near.encoder.tweets.vector, []
    for taste in tastes:
        fading = np.log(2) / HALF_LIFE * (NOW - created_at) / 3600
        worth = (vector @ taste / TEMPERATURE - fading).astype(np.float32)
        best = rows_of(top_k(sort_keys(worth, np.arange(TWEETS, dtype=np.int32)), 200))
        recall.append(np.isin(best, near.of([taste], NOW).tweet).mean())
    assert TWEETS > WORTHWHILE
    assert np.mean(recall) >= 0.98


def test_about_as_many_tweets_are_looked_at_as_are_meant_to_be(
    large: tuple[NearTweets, Vectors, np.ndarray],
) -> None:
    near, tastes, _ = large
    one = near.of([*tastes[:1]], NOW).tweet
    both = near.of([*tastes[:2]], NOW).tweet
    assert 0.8 * REACH <= len(one) <= REACH
    assert np.isin(one, both).all()
    assert len(both) <= 2 * REACH


def test_each_tweet_of_the_window_is_in_the_file_once(
    large: tuple[NearTweets, Vectors, np.ndarray],
) -> None:
    near, tastes, created_at = large
    all_of_it = near.within_reach(tastes[:1], NOW, reach=10 * TWEETS)
    assert np.sort(all_of_it.tweet).tolist() == list(range(TWEETS))
    assert (all_of_it.created_at == created_at[all_of_it.tweet]).all()


def test_of_one_cell_the_newest_are_read_first(
    large: tuple[NearTweets, Vectors, np.ndarray],
) -> None:
    near, tastes, created_at = large
    cell, found = near.encoder.tweets.cell, near.of([*tastes[:1]], NOW)
    hours = HOURS / 256
    for one in np.unique(cell[found.tweet]):
        read = found.created_at[cell[found.tweet] == one]
        left = np.setdiff1d(np.flatnonzero(cell == one), found.tweet)
        if len(left):
            assert created_at[left].max() <= read.min() + hours * 3600


def _grown(known: int, rng: np.random.Generator) -> tuple[_Window, NearTweets, Vectors]:
    """Of the tweets so many are known; some were written while a file is kept."""
    created_at = NOW - rng.integers(0, HOURS * 3600, TWEETS)
    created_at[-KEPT_TWEETS:] = NOW + rng.integers(0, KEPT_SECONDS, KEPT_TWEETS)
    vector = _clustered(TWEETS + 1, rng)
    window, encoder = _Window(created_at), _Encoder(vector[:-1])
    window.known = known
    near = NearTweets(cast(FreshTweets, window), cast(Encoder, encoder), TEMPERATURE, HALF_LIFE)
    return window, near, vector[-1:]


def test_tweets_that_come_while_a_file_is_kept_are_looked_at_at_once() -> None:
    window, near, taste = _grown(TWEETS - KEPT_TWEETS, np.random.default_rng(7))
    near.of([*taste], NOW + 1)
    window.known += KEPT_TWEETS // 2
    later = NOW + KEPT_SECONDS - 1
    found, new = near.of([*taste], later).tweet, np.arange(TWEETS - KEPT_TWEETS, window.known)
    written = new[window.created_at[new] <= later]
    assert len(written) > 0
    assert np.isin(written, found).all()
    assert len(np.unique(found)) == len(found)


def test_what_is_found_does_not_depend_on_when_the_file_was_made() -> None:
    window, near, taste = _grown(TWEETS - KEPT_TWEETS, np.random.default_rng(7))
    near.of([*taste], NOW + 1)
    for known, now in ((1, NOW + 300), (KEPT_TWEETS // 2, NOW + 599), (KEPT_TWEETS, NOW + 600)):
        window.known = TWEETS - KEPT_TWEETS + known
        _, anew, _ = _grown(window.known, np.random.default_rng(7))
        kept, made_now = near.of([*taste], now), anew.of([*taste], now)
        assert kept.tweet.tolist() == made_now.tweet.tolist()
        assert kept.created_at.tolist() == made_now.created_at.tolist()


def test_rows_that_are_given_anew_are_sorted_anew() -> None:
    near, _, created_at = _near(TWEETS)
    window = cast(_Window, near.fresh_tweets)
    before = near.file(NOW)
    assert near.file(NOW) is before
    window.created_at, window.renumbered = np.roll(created_at, 1_000), 1
    assert not np.array_equal(near.file(NOW).window.tweet, before.window.tweet)
