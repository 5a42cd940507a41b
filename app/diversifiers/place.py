"""Which place does each row have among its like?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import Column, Rows


def place_within(group: NDArray[np.integer], score: Column, tie: Rows) -> NDArray[np.float64]:
    """0 for each group's best row, 1 for its second best, and so on; a row of group -1 has no
    like."""
    if (group < 0).any():
        group = np.where(group >= 0, group, -1 - tie.astype(np.int64))
    order = np.lexsort((tie, -score, group))
    starts = np.flatnonzero(np.diff(group[order], prepend=group[order][:1] - 1))
    lengths = np.diff(starts, append=len(group))
    place = np.empty(len(group))
    place[order] = np.arange(len(group)) - np.repeat(starts, lengths)
    return place
