"""The hash table of pairs behaves like a dictionary."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ml.state.structures.pair_index import PairIndex, find_each

Pair = tuple[int, int]
PAIR = st.tuples(st.integers(0, 40), st.integers(-3, 40))


def columns(pairs: list[Pair]) -> tuple[np.ndarray, np.ndarray]:
    left, right = np.array(pairs, np.int32).reshape(-1, 2).T.copy()
    return left, right


@given(st.lists(st.lists(PAIR, max_size=60), max_size=8), st.lists(PAIR, max_size=30))
def test_rows_are_given_in_the_order_of_arrival(
    batches: list[list[Pair]], asked: list[Pair]
) -> None:
    index, model = PairIndex(), dict[Pair, int]()
    for batch in batches:
        rows = index.add(*columns(batch))
        assert rows.tolist() == [model.setdefault(pair, len(model)) for pair in batch]
    assert len(index) == len(model)
    assert index.find(*columns(asked)).tolist() == [model.get(pair, -1) for pair in asked]
    _, right = columns(asked)
    for left in range(3):
        expected = [model.get((left, one), -1) for one in right.tolist()]
        assert find_each(index.table, left, right).tolist() == expected
    assert list(zip(index.left.tolist(), index.right.tolist(), strict=True)) == list(model)


def test_it_grows_past_its_first_size(rng: np.random.Generator) -> None:
    left, right = rng.integers(0, 2**31 - 1, (2, 50_000)).astype(np.int32)
    index = PairIndex()
    rows = index.add(left, right)
    assert len(index) > 49_990
    np.testing.assert_array_equal(index.find(left, right), rows)
    np.testing.assert_array_equal(index.left[rows], left)


def test_a_table_for_as_many_pairs_as_come_never_grows() -> None:
    index, count = PairIndex(), 1_000
    index.expect(count)
    table = index.table
    left = np.arange(count, dtype=np.int32)
    np.testing.assert_array_equal(index.add(left, left[::-1].copy()), left)
    assert index.table is table
    index.expect(1)
    assert index.table is table


def test_the_first_pair_that_is_added_to_many_waits_for_no_copy_of_them() -> None:
    many = np.arange(1_000, dtype=np.int32)
    index = PairIndex(many, many)
    held = index.left.base
    assert index.add(np.array([7], np.int32), np.array([8], np.int32)).tolist() == [1_000]
    assert index.left.base is held
    assert index.left.tolist() == [*many.tolist(), 7]
