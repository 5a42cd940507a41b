"""Candidates as columns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pipeline.batch import CandidateBatch, joined, merged
from app.pipeline.failures import BrokenContractError


def batch(tweets: list[int]) -> CandidateBatch:
    rows = np.array(tweets, np.int32)
    return CandidateBatch.of(rows, rows + 100)


def test_a_tweet_that_several_proposed_has_the_mark_of_each() -> None:
    found = merged([joined({0: batch([5, 3]), 1: batch([])}), joined({2: batch([3, 9])})])
    assert found.tweet.tolist() == [3, 5, 9]
    assert found.author.tolist() == [103, 105, 109]
    assert found.sources.tolist() == [0b101, 0b001, 0b100]


def test_nothing_merged_is_nothing() -> None:
    assert len(merged([])) == len(merged([joined({3: batch([])})])) == 0


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


def test_what_was_taken_from_can_be_taken_from_and_widened() -> None:
    column = np.array([0.1, 0.2, 0.3, 0.4], np.float32)
    whole = batch([1, 2, 3, 4]).with_columns({"score": column})
    part = whole.take(np.array([True, False, True, True])).take(np.array([2, 1]))
    wider = part.with_columns({"rank": np.array([7, 8], np.float32)})
    assert wider.tweet.tolist() == [4, 3]
    assert {name: values.tolist() for name, values in wider.columns.items()} == {
        "score": column[[3, 2]].tolist(),
        "rank": [7, 8],
    }
    assert "score" in part.columns
    assert "rank" not in part.columns
    with pytest.raises(BrokenContractError, match="already written"):
        part.with_columns({"score": column[:2]})
    with pytest.raises(BrokenContractError, match="for 2 rows"):
        part.with_columns({"rank": column})


@given(st.lists(st.lists(st.integers(0, 15), unique=True, max_size=9), min_size=1, max_size=6))
def test_merged_rows_are_those_of_a_dictionary(proposed: list[list[int]]) -> None:
    found = merged([joined(dict(enumerate(map(batch, proposed))))])
    marks: dict[int, int] = {}
    for source, tweets in enumerate(proposed):
        for tweet in tweets:
            marks[tweet] = marks.get(tweet, 0) | 1 << source
    assert found.tweet.tolist() == sorted(marks)
    assert found.author.tolist() == [tweet + 100 for tweet in sorted(marks)]
    assert found.sources.tolist() == [marks[tweet] for tweet in sorted(marks)]
    assert not found.columns


def test_taking_rows_takes_them_of_every_column() -> None:
    whole = batch([1, 2, 3]).with_columns({"score": np.array([0.1, 0.2, 0.3], np.float32)})
    part = whole.take(np.array([2, 0]))
    assert part.tweet.tolist() == [3, 1]
    assert part["score"].tolist() == pytest.approx([0.3, 0.1])
    assert len(whole) == 3
