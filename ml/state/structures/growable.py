"""Room for more rows: arrays that grow in place, or by a share, so that growing costs little."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", bound=np.generic)
MANY: Final = 1 << 20  # rows up to which a copy is twice as long; beyond that by a quarter
STEP_BYTES: Final = 4 << 20  # by which a large array grows in place, which takes some milliseconds
LEAST_SHARE: Final = 16  # one in so many rows must go


def grow(owner: object, name: str, rows: int, fill: float) -> None:
    """Let the array of this name have at least so many rows.

    It grows in place, so that neither time nor memory is spent on a copy of what is there. Where
    anybody else holds it a longer copy takes its place, and what they hold stays as it was.
    """
    held = len(getattr(owner, name))
    if rows <= held:
        return
    shape, row_bytes = getattr(owner, name).shape[1:], getattr(owner, name)[:1].nbytes
    room = held + min(held, STEP_BYTES // max(row_bytes, 1))
    try:  # without a name for the array: numpy refuses where there is another reference
        if not getattr(owner, name).flags.c_contiguous:
            raise ValueError("rows that do not lie one after another would not stay")
        getattr(owner, name).resize((max(rows, room), *shape))
    except ValueError:
        setattr(owner, name, longer(getattr(owner, name), rows, fill))
        return
    if fill != 0:
        getattr(owner, name)[held:] = fill


class HasRoom(Protocol):
    """Arrays that grow together by `grow`, of which only the first rows are in use: as many
    as the `used` of their owner says, or of the owner of that."""

    ROOM: ClassVar[Mapping[str, float]]  # the names of the arrays, and what the room holds


def make_room(owner: HasRoom, rows: int) -> None:
    """Room for at least so many rows."""
    for name, fill in owner.ROOM.items():
        grow(owner, name, rows, fill)


def whole(array: NDArray[T], fill: float) -> NDArray[T]:
    """The array of zeros that another is the beginning of, with `fill` in the room behind that."""
    room = array if array.base is None else array.base
    if fill != 0:
        room[len(array) :] = fill
    return room


def is_worth_a_copy(goes: NDArray[np.bool_]) -> bool:
    """Whether enough rows go to make a copy without them: then copying costs little on average."""
    return int(np.count_nonzero(goes)) * LEAST_SHARE >= max(len(goes), 1)


class GrowableColumns:
    """Arrays of one length that grow together; each attribute shows only the rows that are there.

    A longer array is made aside and then published, so what a reader holds stays as it was.
    """

    FILL: ClassVar[Mapping[str, float]] = {}  # what a row holds about which nothing is known

    def show(self, name: str, shown: NDArray[T]) -> None:
        """Show an array, which may be the beginning of a larger one, of zeros."""
        self.__dict__[f"_room_of_{name}"] = whole(shown, self.FILL[name])
        setattr(self, name, shown)

    def lengthen(self, rows: int) -> None:
        """Show at least so many rows."""
        for name, fill in self.FILL.items():
            shown = getattr(self, name)
            if len(shown) >= rows:
                continue
            room = shown.base
            if room is None or room is not self.__dict__.get(f"_room_of_{name}"):
                room = shown
            if len(room) < rows:
                room = longer(shown, rows, fill)
            self.__dict__[f"_room_of_{name}"] = room
            setattr(self, name, room[:rows])


def longer(array: NDArray[T], rows: int, fill: float) -> NDArray[T]:
    """A longer copy, with at least so many rows, padded with `fill`."""
    room = len(array) + max(min(len(array), MANY), len(array) // 4)
    copy = np.zeros((max(rows, room), *array.shape[1:]), array.dtype)
    copy[: len(array)] = array
    if fill != 0:  # zeros take no memory until they are used
        copy[len(array) :] = fill
    return copy
