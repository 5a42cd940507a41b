"""What a filter answered is taken for a mask, or refused."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import cast

import numpy as np
import pytest
from numpy.typing import DTypeLike

from app.pipeline.batch import CandidateBatch, Mask
from app.pipeline.failures import BrokenContractError
from app.pipeline.query import Query
from app.pipeline.stages import judge
from app.pipeline.trace import Trace

NOBODY = cast("Query", None)  # these filters read nothing of it
BATCH = CandidateBatch.of(np.arange(3, dtype=np.int32), np.arange(3, dtype=np.int32))


@dataclass(frozen=True)
class Answers:
    dtype: DTypeLike
    rows: int = 3

    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        return np.array([0, 1, 1], self.dtype)[: self.rows]


def test_a_mask_of_a_kernel_that_was_loaded_is_one() -> None:
    loaded = pickle.loads(pickle.dumps(np.dtype(bool)))  # as numba keeps it
    assert loaded is not np.dtype(bool)
    assert judge("eligibility", NOBODY, BATCH, [Answers(loaded)], Trace()).tolist() == [0, 1, 1]


@pytest.mark.parametrize("answers", [Answers(np.int8), Answers(np.float32), Answers(bool, 2)])
def test_what_is_no_mask_of_all_rows_is_refused(answers: Answers) -> None:
    with pytest.raises(BrokenContractError, match="Answers answered with"):
        judge("eligibility", NOBODY, BATCH, [answers], Trace())
