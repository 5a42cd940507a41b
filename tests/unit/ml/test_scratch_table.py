"""A hash table of numbers tells them apart, however many share a slot."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ml.state.structures.scratch_table import FREE, scratch_table, slot_of

numbers = st.lists(st.integers(0, 50) | st.integers(0, 2**31 - 1), max_size=60)


@given(numbers, numbers)
def test_each_number_has_a_slot_of_its_own(put: list[int], asked: list[int]) -> None:
    table = scratch_table(len(put))
    slots: dict[int, int] = {}
    for number in put:
        slot = slot_of(table, number)
        assert slots.setdefault(number, slot) == slot
        table[slot] = number
    assert len({*slots.values()}) == len(slots)
    assert np.count_nonzero(table != FREE) == len(slots)
    for number in asked:
        assert table[slot_of(table, number)] == (number if number in slots else FREE)
