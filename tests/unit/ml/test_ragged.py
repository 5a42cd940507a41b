"""Lists in one array behave like a list of lists."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ml.state.structures.ragged import Ragged

APPENDS = st.lists(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 99)), max_size=20), max_size=8
)


@given(APPENDS, st.lists(st.integers(0, 5), max_size=5))
def test_it_behaves_like_a_list_of_lists(
    batches: list[list[tuple[int, int]]], asked: list[int]
) -> None:
    ragged, model = Ragged(6), [list[int]() for _ in range(6)]
    for batch in batches:
        rows, values = np.array(batch, np.int32).reshape(-1, 2).T.copy()
        ragged.append(rows, values)
        for row, value in batch:
            model[row].append(value)
    values, owner = ragged.gather(np.array(asked, np.int32))
    assert list(zip(values.tolist(), owner.tolist(), strict=True)) == [
        (value, position) for position, row in enumerate(asked) for value in model[row]
    ]
    table = ragged.table
    for row, expected in enumerate(model):
        start = table.start[row]
        assert table.data[start : start + table.length[row]].tolist() == expected


@given(APPENDS, st.lists(st.integers(0, 5), max_size=40))
def test_what_is_expected_changes_no_list(
    batches: list[list[tuple[int, int]]], expected: list[int]
) -> None:
    plain, roomy = Ragged(6), Ragged(6)
    roomy.expect(np.array(expected, np.int32))
    for batch in batches:
        rows, values = np.array(batch, np.int32).reshape(-1, 2).T.copy()
        plain.append(rows, values)
        roomy.append(rows, values)
        roomy.expect(np.zeros(9, np.int32))
    for one, other in zip(roomy.packed().table, plain.packed().table, strict=True):
        np.testing.assert_array_equal(one, other)


def test_lists_as_long_as_expected_never_grow() -> None:
    ragged, row = Ragged(3), np.array([2, 0, 2, 2], np.int32)
    ragged.expect(row)
    data = ragged.data
    ragged.append(row, np.array([5, 6, 7, 8], np.int32))
    assert ragged.data is data
    assert len(data) == len(row)
    assert ragged.of(2).tolist() == [5, 7, 8]


def test_it_makes_room_for_more_rows() -> None:
    ragged = Ragged(1)
    ragged.grow(10)
    ragged.append(np.array([9, 9], np.int32), np.array([3, 4], np.int32))
    assert ragged.gather(np.array([9], np.int32))[0].tolist() == [3, 4]
