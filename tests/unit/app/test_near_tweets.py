"""The inverted file over the window: what it finds, and that it never finds anything else."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest

from app.retrieval.fresh_tweets import KEPT_SECONDS, Fresh, FreshTweets
from app.retrieval.near_tweets import FEWEST, KEPT_TWEETS, REACH, NearTweets, Window
from app.retrieval.sketch import sketch_of, worth_by_sketch
from app.retrieval.sort_keys import rows_of, scores_of, sort_keys
from app.retrieval.top_k import top_k
from app.retrieval.topic_index import TopicIndex
from ml.arrays import Rows
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
        return Fresh(oldest, row, row, known[row], topic, TopicIndex.of(topic), 0)

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


def _looked_at(near: NearTweets, tastes: Vectors, now: int = NOW) -> Window:
    return near.of([*tastes], now).best(TWEETS)


@pytest.fixture(scope="module")
def large() -> tuple[NearTweets, Vectors, np.ndarray]:
    return _near(TWEETS)


def test_a_small_window_is_read_as_a_whole() -> None:
    near, tastes, _ = _near(500)
    assert len(_looked_at(near, tastes[:1]).tweet) == 500


def test_nearly_all_of_the_best_are_found_in_a_large_window(
    large: tuple[NearTweets, Vectors, np.ndarray],
) -> None:
    near, tastes, created_at = large
    vector, recall = near.encoder.tweets.vector, []
    for taste in tastes:
        fading = np.log(2) / HALF_LIFE * (NOW - created_at) / 3600
        worth = (vector @ taste / TEMPERATURE - fading).astype(np.float32)
        best = rows_of(top_k(sort_keys(worth, np.arange(TWEETS, dtype=np.int32)), 200))
        recall.append(np.isin(best, near.of([taste], NOW).best(FEWEST).tweet).mean())
    assert TWEETS > WORTHWHILE
    assert np.mean(recall) >= 0.98


def test_about_as_many_tweets_are_looked_at_as_are_meant_to_be(
    large: tuple[NearTweets, Vectors, np.ndarray],
) -> None:
    near, tastes, _ = large
    one = _looked_at(near, tastes[:1]).tweet
    both = _looked_at(near, tastes[:2]).tweet
    assert 0.8 * REACH <= len(one) <= REACH
    assert np.isin(one, both).all()
    assert len(both) <= 2 * REACH


def test_each_tweet_of_the_window_is_in_the_file_once(
    large: tuple[NearTweets, Vectors, np.ndarray],
) -> None:
    near, tastes, created_at = large
    all_of_it = near.within_reach(tastes[:1], NOW, reach=10 * TWEETS).best(TWEETS)
    assert np.sort(all_of_it.tweet).tolist() == list(range(TWEETS))
    assert (all_of_it.created_at == created_at[all_of_it.tweet]).all()


def test_of_one_cell_the_newest_are_read_first(
    large: tuple[NearTweets, Vectors, np.ndarray],
) -> None:
    near, tastes, created_at = large
    cell, found = near.encoder.tweets.cell, _looked_at(near, tastes[:1])
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
    found, new = _looked_at(near, taste, later).tweet, np.arange(TWEETS - KEPT_TWEETS, window.known)
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
        kept, made_now = (_looked_at(one, taste, now) for one in (near, anew))
        assert kept.tweet.tolist() == made_now.tweet.tolist()
        assert kept.created_at.tolist() == made_now.created_at.tolist()


def test_rows_that_are_given_anew_are_sorted_anew() -> None:
    near, _, created_at = _near(TWEETS)
    window = cast(_Window, near.fresh_tweets)
    before = near.file(NOW)
    assert near.file(NOW) is before
    window.created_at, window.renumbered = np.roll(created_at, 1_000), 1
    assert not np.array_equal(near.file(NOW).window.tweet, before.window.tweet)


def test_the_best_by_sketch_are_the_first_of_those_within_reach(
    large: tuple[NearTweets, Vectors, np.ndarray],
) -> None:
    near, tastes, created_at = large
    all_of_it, some = _looked_at(near, tastes[:1]), near.of([*tastes[:1]], NOW).best(200)
    vector = near.encoder.tweets.vector[all_of_it.tweet].astype(np.float64)
    fading = np.log(2) / HALF_LIFE * (NOW - all_of_it.created_at) / 3600
    worth = vector @ tastes[0] / TEMPERATURE - fading
    is_in = np.isin(all_of_it.tweet, some.tweet)
    assert is_in.sum() == len(some.tweet) == 200
    assert worth[is_in].min() > np.sort(worth)[-200] - 0.5
    assert (some.created_at == created_at[some.tweet]).all()


def test_by_a_sketch_worth_is_nearly_as_by_the_vectors() -> None:
    rng = np.random.default_rng(7)
    vectors, tastes = _clustered(500, rng), _clustered(2, rng)
    row = rng.permutation(500).astype(np.int32)[:300]
    place, created_at = rng.permutation(300).astype(np.int32), NOW - rng.integers(0, 9_999, 300)
    sketch = sketch_of(vectors, row, place)
    asked, per_hour = rng.permutation(300).astype(np.int32)[:100], 0.1
    both = worth_by_sketch(sketch, asked, created_at, tastes[0], tastes[1], per_hour, NOW)
    theirs = np.empty_like(row)
    theirs[place] = row
    for taste, keys in zip(tastes, both, strict=True):
        assert rows_of(keys).tolist() == asked.tolist()
        cosine = vectors[theirs[asked]] @ taste
        expected = cosine - per_hour * (NOW - created_at[asked]) / 3600
        np.testing.assert_allclose(scores_of(keys), expected, atol=0.5 / 127 * np.sqrt(DIM))
