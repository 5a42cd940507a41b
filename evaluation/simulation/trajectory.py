"""What was shown to whom, and what came of it: one row per impression, one per visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evaluation.simulation.people import Flags, Looked
from ml.arrays import Rows, Times

COLUMNS: Final = {  # of what is looked at
    **dict.fromkeys(("tweet", "position"), np.int32),
    **dict.fromkeys(("engaged", "negative", "reported", "followed"), np.bool_),
    "at": np.int64,
    "worth": np.float64,
}


@dataclass(frozen=True, slots=True)
class Trajectory:
    """The columns of one policy's run; `user` and `visitor` are places in the panel."""

    user: Rows
    tweet: Rows  # of the world
    at: NDArray[np.int64]
    position: Rows
    visit: Rows  # of the row, in `visitor`
    engaged: Flags
    negative: Flags
    reported: Flags
    followed: Flags
    worth: NDArray[np.float64]  # P(engagement), had it been examined
    visitor: Rows
    started: NDArray[np.int64]
    planned: NDArray[np.int64]  # per member of the panel, the visits that their rhythm held

    @classmethod
    def of(
        cls, looks: Sequence[Looked], members: Sequence[int], planned: Sequence[int]
    ) -> Trajectory:
        """From every visit in order of time, and the member who made it."""
        visit = np.repeat(np.arange(len(looks)), [len(look.tweet) for look in looks])
        visitor = np.array(members, np.int32)
        columns = {
            name: np.concatenate([np.empty(0, dtype), *(getattr(look, name) for look in looks)])
            for name, dtype in COLUMNS.items()
        }
        return cls(
            **columns,
            user=visitor[visit],
            visit=visit.astype(np.int32),
            visitor=visitor,
            started=np.array([look.started for look in looks], np.int64),
            planned=np.array(planned, np.int64),
        )

    def per_member(self, value: NDArray[np.generic] | None = None) -> NDArray[np.float64]:
        """Of each member of the panel, the sum of a column of impressions; without one, how many
        impressions they had."""
        weight = None if value is None else value.astype(np.float64)
        return np.bincount(self.user, weight, len(self.planned)).astype(np.float64)


def turn(owner: Rows, at: Times) -> NDArray[np.int64]:
    """How many rows of the same owner came before each, in the order of time."""
    rank = pl.col("at").rank("ordinal").over("owner").cast(pl.Int64)
    turns = pl.DataFrame({"owner": owner, "at": at}).select(rank - 1).to_series()
    return np.asarray(turns.to_numpy(), np.int64)
