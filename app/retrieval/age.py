"""How old is a tweet?"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.kernels import inline_kernel
from ml.state.structures.event_order import UNKNOWN_TIME

UNKNOWN_AGE_HOURS: Final = 24.0


@inline_kernel
def age_hours(written: int, now: int) -> float:
    """Hours since a tweet was written; 24 where that is unknown."""
    if written == UNKNOWN_TIME:
        return UNKNOWN_AGE_HOURS
    return (now - written) / 3600


def ages_hours(tweet: Rows, written: Times, now: int) -> NDArray[np.float64]:
    """The age of each of these tweets; `written` is by row."""
    at = written[tweet]
    return np.where(at == UNKNOWN_TIME, UNKNOWN_AGE_HOURS, (now - at) / 3600)
