"""Candidates as columns."""

from __future__ import annotations

import numpy as np
import pytest

from app.pipeline.batch import CandidateBatch, merge
from app.pipeline.failures import BrokenContractError


def batch(tweets: list[int]) -> CandidateBatch:
    rows = np.array(tweets, np.int32)
    return CandidateBatch.of(rows, rows + 100)


def test_a_tweet_that_several_proposed_has_the_mark_of_each() -> None:
    merged = merge([batch([5, 3]), batch([]), batch([3, 9])], [0, 1, 2])
    assert merged.tweet.tolist() == [3, 5, 9]
    assert merged.author.tolist() == [103, 105, 109]
    assert merged.sources.tolist() == [0b101, 0b001, 0b100]


def test_nothing_merged_is_nothing() -> None:
    assert len(merge([], [])) == len(merge([batch([])], [3])) == 0


def test_a_column_is_written_once() -> None:
    one = batch([1]).with_columns({"score": np.ones(1, np.float32)})
    with pytest.raises(BrokenContractError, match="already written"):
        one.with_columns({"score": np.ones(1, np.float32)})


@pytest.mark.parametrize("shape", [(1,), (3,), (2, 1), ()])
def test_a_column_has_one_value_per_row(shape: tuple[int, ...]) -> None:
    with pytest.raises(BrokenContractError, match="for 2 rows"):
        batch([1, 2]).with_columns({"score": np.ones(shape, np.float32)})


def test_every_tweet_has_an_author() -> None:
    with pytest.raises(BrokenContractError, match="2 tweets with 1 authors"):
        CandidateBatch.of(np.arange(2, dtype=np.int32), np.zeros(1, np.int32))


def test_taking_rows_takes_them_of_every_column() -> None:
    whole = batch([1, 2, 3]).with_columns({"score": np.array([0.1, 0.2, 0.3], np.float32)})
    part = whole.take(np.array([2, 0]))
    assert part.tweet.tolist() == [3, 1]
    assert part["score"].tolist() == pytest.approx([0.3, 0.1])
    assert len(whole) == 3
