"""Room for more rows: arrays that double, so that growing costs little on average."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", bound=np.generic)


def with_room(array: NDArray[T], rows: int, fill: float) -> NDArray[T]:
    """The same array, or a longer copy padded with `fill`; the old one stays as it was."""
    if rows <= len(array):
        return array
    longer = np.full((max(rows, 2 * len(array)), *array.shape[1:]), fill, array.dtype)
    longer[: len(array)] = array
    return longer
