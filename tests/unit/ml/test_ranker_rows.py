"""Rows of the ranker share vectors, and mean the same however they are cut and put together."""

from __future__ import annotations

import numpy as np
import torch

from ml.errors import DataError
from ml.features import NAMES
from ml.heads import NAMES as HEADS
from ml.models.heavy_ranker import HeavyRanker
from ml.models.two_tower import DIM
from ml.training.examples import Examples
from ml.training.heavy_ranker import RankerRows, log_odds
from ml.training.replay import BUCKET_SECONDS
from ml.training.training_data import bounded


def _rows(count: int, seed: int, tweets: np.ndarray) -> RankerRows:
    rng = np.random.default_rng(seed)
    normal = rng.normal(size=(count, len(NAMES))).astype(np.float32)
    return RankerRows(
        viewers=rng.normal(size=(3, DIM)).astype(np.float32),
        tweets=tweets,
        viewer=rng.integers(0, 3, count).astype(np.int32),
        tweet=rng.integers(0, len(tweets), count).astype(np.int32),
        features=normal,
        position=np.zeros(count, np.float32),
        label=np.zeros((count, len(HEADS)), np.bool_),
        weight=np.ones(count, np.float32),
    )


def test_stacked_rows_keep_their_vectors() -> None:
    tweets = np.random.default_rng(0).normal(size=(5, DIM)).astype(np.float32)
    one, other = _rows(7, 1, tweets), _rows(4, 2, tweets)
    both = RankerRows.stack([one, other])
    for part, rows in ((one, slice(0, 7)), (other, slice(7, 11))):
        assert (both[rows].viewers[both[rows].viewer] == part.viewers[part.viewer]).all()
        assert (both.tweets[both[rows].tweet] == part.tweets[part.tweet]).all()
    assert both.tweets is tweets


def test_the_ranker_reads_the_vectors_of_each_row() -> None:
    tweets = np.random.default_rng(0).normal(size=(5, DIM)).astype(np.float32)
    rows, model = _rows(9, 1, tweets), HeavyRanker().eval()
    with torch.inference_mode():
        expected = model(
            torch.from_numpy(rows.features),
            torch.from_numpy(rows.viewers[rows.viewer]),
            torch.from_numpy(rows.tweets[rows.tweet]),
        ).numpy()
    np.testing.assert_allclose(log_odds(model, rows), expected, rtol=1e-5, atol=1e-5)


def test_examples_beyond_the_bound_are_drawn_from_all_and_noted() -> None:
    row, at = np.arange(1_000, dtype=np.int32), np.arange(1_000)
    number = row.astype(np.float32)
    label = np.zeros((1_000, len(HEADS)), np.bool_)
    examples = Examples(row, row, at, number, label, number)
    some, notes = bounded(examples, np.random.default_rng(7), most=100)
    assert len(np.unique(some.viewer)) == 100
    assert (np.diff(some.at) > 0).all()
    assert some.at[0] < 100
    assert some.at[-1] >= 900
    assert "100 of 1,000" in notes[0]
    assert bounded(examples, np.random.default_rng(7), most=1_000) == (examples, ())


def test_a_visit_with_more_examples_than_the_bound_is_refused() -> None:
    """No visit is cut in two, and of none nothing could be learned."""
    number, viewer = np.zeros(101, np.float32), np.zeros(101, np.int32)
    at = np.where(np.arange(101) < 100, 0, 10 * BUCKET_SECONDS)
    label = np.zeros((101, len(HEADS)), np.bool_)
    examples = Examples(viewer, viewer, at, number, label, number)
    refused = []
    for seed in range(10):
        try:
            assert len(bounded(examples, np.random.default_rng(seed), most=50)[0]) == 1
        except DataError as error:
            refused.append(str(error))
    assert 0 < len(refused) < 10  # by which of the two is drawn first
    assert "has 100 labelled rows, more than the 50" in refused[0]
