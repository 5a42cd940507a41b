"""Which rows, in which order."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, floor

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.pipeline.batch import CandidateBatch
from app.pipeline.query import Query
from app.selectors.quota import MIDDLE, Quota
from app.selectors.top_k import TopK
from ml.state.tables.neighborhood import Neighborhood
from tests.contracts.contracts import Places, allotted

Batches = Callable[..., CandidateBatch]
SHARES = allotted(0.5, 0.15, 0.35, 0.0)
EXPLORING = allotted(0.5, 0.15, 0.35, 0.0, reserved=0.1)
PLACES = st.builds(
    Places, st.sampled_from([None, 0.0, 0.15, 0.5, 1.0]), st.sampled_from([0.0, 0.1, 0.3])
)
rows = st.lists(st.tuples(st.integers(1, 15), st.integers(0, 9)), max_size=60)


def of(pairs: list[tuple[int, int]]) -> CandidateBatch:
    tweet = np.arange(len(pairs), dtype=np.int32)
    marks = np.array([marks for marks, _ in pairs], np.uint32)
    score = np.array([score for _, score in pairs], np.float32)
    return CandidateBatch(tweet, tweet, marks, {"score": score})


def asking(limit: int) -> Query:
    none = np.empty(0, np.float32)
    return Query(0, 0, limit, 0, Neighborhood.nobody(), none, none)


@given(rows, st.integers(1, 40))
def test_quotas_never_shorten_the_feed_nor_repeat_a_row(
    pairs: list[tuple[int, int]], limit: int
) -> None:
    chosen = Quota().select(asking(limit), of(pairs), SHARES)
    assert len(set(chosen.tolist())) == len(chosen) == min(limit, len(pairs))


@given(rows, st.integers(1, 40))
def test_a_shorter_feed_is_the_beginning_of_a_longer_one(
    pairs: list[tuple[int, int]], limit: int
) -> None:
    whole = Quota().select(asking(100), of(pairs), SHARES)
    np.testing.assert_array_equal(Quota().select(asking(limit), of(pairs), SHARES), whole[:limit])


@given(rows, st.integers(1, 40), st.lists(PLACES, min_size=4, max_size=4))
def test_each_place_goes_where_the_rule_says(
    pairs: list[tuple[int, int]], limit: int, places: list[Places]
) -> None:
    batch = of(pairs)
    order = np.lexsort((batch.tweet, -batch["score"])).tolist()
    left, chosen = [(row, pairs[row][0]) for row in order], list[int]()
    taken, had = [0] * len(places), [0] * len(places)
    while left and len(chosen) < limit:
        count = len(chosen) + 1
        short = (
            [one for one in left if one[1] >> source & 1]
            for source, place in enumerate(places)
            if had[source] < floor(place.reserved * count + MIDDLE)
        )
        within = [
            one
            for one in left
            if (share := places[first_of(one[1])].share) is None
            or taken[first_of(one[1])] < ceil(share * count)
        ]
        row, marks = next((those[0] for those in short if those), (within or left)[0])
        left.remove((row, marks))
        taken[first_of(marks)] += 1
        had = [one + (marks >> source & 1) for source, one in enumerate(had)]
        chosen.append(row)
    assert Quota().select(asking(limit), batch, places).tolist() == chosen


def first_of(marks: int) -> int:
    """The first source that proposed a row of these marks."""
    return (marks & -marks).bit_length() - 1


def test_each_source_gets_its_share_where_all_have_enough(batch_of: Batches, query: Query) -> None:
    marks = [1] * 40 + [2] * 40 + [4] * 40
    batch = batch_of([0] * 120, list(np.linspace(1, 0.1, 120)), marks)
    chosen = batch.sources[Quota().select(query._replace(limit=20), batch, SHARES)]
    assert [int((chosen == mark).sum()) for mark in (1, 2, 4)] == [10, 3, 7]


def test_a_row_counts_for_the_first_source_that_proposed_it(
    batch_of: Batches, query: Query
) -> None:
    batch = batch_of([0] * 4, [0.9, 0.8, 0.7, 0.6], [0b101, 0b001, 0b100, 0b100])
    assert Quota().select(query, batch, allotted(0.5, 0.0, 0.5)).tolist() == [0, 2, 1, 3]


def test_sources_without_a_share_only_fill_up(batch_of: Batches, query: Query) -> None:
    batch = batch_of([0] * 3, [0.9, 0.2, 0.1], [0b1000, 0b0001, 0b0100])
    assert Quota().select(query, batch, SHARES).tolist() == [1, 2, 0]


def test_a_kept_place_goes_to_what_others_proposed_as_well(batch_of: Batches, query: Query) -> None:
    batch = batch_of([0] * 40, list(np.linspace(1, 0.1, 40)), [1] * 30 + [4 | 8] * 10)
    chosen = Quota().select(query._replace(limit=20), batch, EXPLORING)
    assert np.count_nonzero(batch.sources[chosen] & 8) >= 2
    first = batch_of([0] * 40, list(np.linspace(1, 0.1, 40)), [1 | 8] * 5 + [1] * 30 + [8] * 5)
    chosen = Quota().select(query, first, allotted(1.0, 0.0, 0.0, 0.0, reserved=0.1))
    assert chosen.tolist() == list(range(10))  # what is kept has been served already


@given(rows, st.integers(1, 40))
def test_places_that_are_kept_leave_a_shorter_feed_the_beginning_of_a_longer_one(
    pairs: list[tuple[int, int]], limit: int
) -> None:
    shares = allotted(0.5, 0.15, 0.35, 0.0, reserved=0.2)
    quota = Quota()
    whole = quota.select(asking(100), of(pairs), shares)
    np.testing.assert_array_equal(quota.select(asking(limit), of(pairs), shares), whole[:limit])
    assert len(set(whole.tolist())) == len(whole) == min(100, len(pairs))


def test_a_source_has_the_places_that_are_kept_for_it_whatever_it_is_worth(
    batch_of: Batches, query: Query
) -> None:
    batch = batch_of([0] * 40, list(np.linspace(1, 0.1, 40)), [1] * 30 + [8] * 10)
    chosen = Quota().select(query._replace(limit=20), batch, EXPLORING)
    assert np.flatnonzero(batch.sources[chosen] == 8).tolist() == [4, 14]
    assert chosen[4] == 30  # the best of them first
    none = batch_of([0] * 30, list(np.linspace(1, 0.1, 30)), [1] * 30)
    assert Quota().select(query, none, EXPLORING).tolist() == list(range(10))


def test_of_equals_the_older_row_comes_first(batch_of: Batches, query: Query) -> None:
    batch = batch_of([0] * 4, [0.5, 0.9, 0.5, 0.5])
    assert TopK().select(query, batch).tolist() == [1, 0, 2, 3]
