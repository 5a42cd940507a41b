"""Which rows, in which order, and at what cost."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from app.pipeline.batch import CandidateBatch
from app.pipeline.query import Query
from app.selectors.top_k import TopK

Batches = Callable[..., CandidateBatch]


def test_of_equals_the_older_row_comes_first(batch_of: Batches, query: Query) -> None:
    batch = batch_of([0] * 4, [0.5, 0.9, 0.5, 0.5])
    selection = TopK().select(query, batch)
    assert selection.order.tolist() == [1, 0, 2, 3]
    assert np.all(selection.cost == 0)
