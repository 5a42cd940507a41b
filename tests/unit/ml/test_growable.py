"""Arrays grow in place where nobody else holds them, and are there all the while."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ml.state.structures.growable import STEP_BYTES, grow


class Owner:
    """Of one array, that is never without it."""

    def __init__(self, array: NDArray[np.int64]) -> None:
        self.array = array

    def __delattr__(self, name: str) -> None:
        raise AssertionError("another thread would read what is not there")


def test_rows_stay_and_the_room_is_filled() -> None:
    owner = Owner(np.arange(10))
    grow(owner, "array", 11, -1)
    assert owner.array.tolist() == [*range(10), *[-1] * 10]
    grow(owner, "array", 20, 0)
    assert len(owner.array) == 20  # it has as many


def test_what_somebody_holds_stays_as_it_was() -> None:
    owner = Owner(np.arange(10))
    held, part = owner.array, owner.array[:3]
    grow(owner, "array", 11, -1)
    owner.array[:3] = 7
    assert held.tolist() == [*range(10)]
    assert part.tolist() == [0, 1, 2]


def test_what_nobody_holds_grows_in_place_by_a_step() -> None:
    rows = STEP_BYTES
    owner = Owner(np.zeros(rows, np.int64))
    was = id(owner.array)
    grow(owner, "array", rows + 1, 0)
    assert id(owner.array) == was
    assert len(owner.array) == rows + STEP_BYTES // 8


def test_rows_stay_that_do_not_lie_one_after_another() -> None:
    owner = Owner(np.asfortranarray(np.arange(6).reshape(2, 3)))
    grow(owner, "array", 3, 0)
    assert owner.array[:2].tolist() == [[0, 1, 2], [3, 4, 5]]
