"""Packed lists against lists of lists."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ml.state.structures.packed import Packed

ROWS = 5
writes = st.lists(
    st.dictionaries(st.integers(0, ROWS - 1), st.lists(st.integers(0, 9), max_size=4), min_size=1),
    max_size=12,
)


@given(writes=writes, kept=st.lists(st.integers(0, ROWS - 1), unique=True))
def test_lists_hold_what_was_written_last(
    writes: list[dict[int, list[int]]], kept: list[int]
) -> None:
    packed, plain = Packed(), [[] for _ in range(ROWS)]  # type: tuple[Packed, list[list[int]]]
    packed.grow(ROWS)
    for write in writes:
        row = np.array([*write], np.int32)
        owner = np.repeat(np.arange(len(row)), [len(one) for one in write.values()])
        value = np.array([x for one in write.values() for x in one], np.uint32)
        packed.replace(row, value, owner)
        for which, one in write.items():
            plain[which] = one
        assert lists_of(packed, ROWS) == plain
    packed.keep(np.array(kept, np.int32))
    assert lists_of(packed, len(kept)) == [plain[which] for which in kept]


def test_holes_do_not_pile_up() -> None:
    packed = Packed(1)
    row, value = np.zeros(1, np.int32), np.arange(10, dtype=np.uint32)
    for _ in range(1_000):
        packed.replace(row, value, np.zeros(10, np.int64))
    assert len(packed.data) < 100


def lists_of(packed: Packed, rows: int) -> list[list[int]]:
    value, owner = packed.gather(np.arange(rows, dtype=np.int32))
    return [value[owner == row].tolist() for row in range(rows)]
