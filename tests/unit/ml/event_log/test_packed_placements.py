"""What is stored of the places of a feed comes back as it was."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.event_log.packed_placements import packed, unpacked


@given(st.lists(st.tuples(st.integers(0, 255), st.floats(0, 1, width=32)), max_size=300))
def test_rules_and_costs_come_back_to_the_bit(placed: list[tuple[int, float]]) -> None:
    table = np.array(placed, np.float32).reshape(-1, 2)
    rule, cost = np.ascontiguousarray(table.T)
    for before, after in zip((rule, cost), unpacked(packed(rule, cost), len(placed)), strict=True):
        np.testing.assert_array_equal(before, after)
        assert after.dtype == np.float32


def test_what_costs_nothing_takes_a_byte() -> None:
    assert len(packed(np.full(300, 5, np.float32), np.zeros(300, np.float32))) == 300


@pytest.mark.parametrize("length", [0, 9, 51])
def test_those_of_fewer_or_more_tweets_are_refused(length: int) -> None:
    with pytest.raises(ValueError, match=f"{length} bytes are no placements of 10 tweets"):
        unpacked(b"\5" * length, 10)
