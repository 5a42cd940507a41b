"""A name is the same number however many names come with it."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from ml.state.structures.tokens import FEW, table

NAMES = st.lists(
    st.none() | st.lists(st.none() | st.sampled_from(["Jazz", "ox ", "é"]), max_size=5)
)


@given(NAMES)
def test_few_rows_read_as_they_would_among_many(names: list[list[str | None] | None]) -> None:
    column = pl.Series(names[:FEW], dtype=pl.List(pl.String))
    among = pl.Series(names[:FEW] + [["x"]] * (FEW + 1), dtype=pl.List(pl.String))
    np.testing.assert_array_equal(table(column, 3), table(among, 3)[: len(column)])
