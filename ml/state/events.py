"""Events travel together: one array per property, one row per thing that happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Tiebreaks, Times
from ml.state.structures.counters import Counts

PART: Final = 1 << 19  # events that are looked at together, at most


@dataclass(frozen=True, slots=True)
class Events:
    """What happened, oldest first. `tweet` or `target` is -1 where an action has none."""

    action: NDArray[np.int8]
    user: Rows
    tweet: Rows
    target: Rows
    at: Times
    position: NDArray[np.float32]  # of an impression, 0 at the top; NaN where unknown
    tiebreak: Tiebreaks
    weight: Counts | None = None  # as evidence; None where it is still to be read

    def __len__(self) -> int:
        return len(self.at)

    def __getitem__(self, rows: slice | NDArray[np.bool_] | NDArray[np.intp]) -> Self:
        columns = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return type(self)(
            **{name: column[rows] for name, column in columns.items() if column is not None}
        )

    def where(self, holds: NDArray[np.bool_]) -> Self:
        """The events for which this holds."""
        return self if holds.all() else self[holds]

    def before(self, at: int) -> Self:
        """The events strictly before an instant."""
        return self[: int(np.searchsorted(self.at, at))]

    def parts(self) -> Iterator[Self]:
        """So many at a time, in order, that what is computed of them takes little memory."""
        if len(self) <= PART:
            yield self
            return
        for start in range(0, len(self), PART):
            yield self[start : start + PART]

    @classmethod
    def merge(cls, parts: Sequence[Events]) -> Events:
        """All events of all parts in the order of time; those of one second keep the order of
        the parts, and so become one after the other. Weights are to be read anew."""
        order = np.argsort(np.concatenate([part.at for part in parts]), kind="stable")
        columns = {  # one by one: a log may be large
            name: np.concatenate([getattr(part, name) for part in parts])[order]
            for name in ("action", "user", "tweet", "target", "at", "position")
        }
        return cls(**columns, tiebreak=np.arange(len(order), dtype=np.uint64))

    @classmethod
    def concatenated(cls, parts: Sequence[Self]) -> Self:
        """All events of all parts, which have the same columns."""
        columns = {
            field.name: [getattr(part, field.name) for part in parts] for field in fields(cls)
        }
        return cls(
            **{
                name: np.concatenate(column)
                for name, column in columns.items()
                if all(part is not None for part in column)
            }
        )

    @classmethod
    def none(cls) -> Events:
        empty = np.empty(0, np.int32)
        return cls(
            empty.astype(np.int8),
            empty,
            empty,
            empty,
            empty.astype(np.int64),
            empty.astype(np.float32),
            empty.astype(np.uint64),
        )
