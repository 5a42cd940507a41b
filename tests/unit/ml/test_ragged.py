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


def test_it_makes_room_for_more_rows() -> None:
    ragged = Ragged(1)
    ragged.grow(10)
    ragged.append(np.array([9, 9], np.int32), np.array([3, 4], np.int32))
    assert ragged.gather(np.array([9], np.int32))[0].tolist() == [3, 4]
