"""What the request asks, resolved once and read by every stage."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import Column, Mask, Rows

Times = NDArray[np.int64]  # unix seconds


def nobody() -> Rows:
    """No rows at all."""
    return np.empty(0, np.int32)


def never() -> Times:
    """No times at all."""
    return np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Query:
    viewer: int  # row in the table of users; -1 for somebody we have never met
    now: int  # unix seconds: the only clock that a stage may read
    limit: int
    seed: int  # where chance comes from: the same for the same viewer, moment and model
    following: Rows  # whom the viewer follows, in the order of rows
    tie: Column  # how strong the tie to each of them is, in 0–1
    vector: Column  # where the viewer's taste lies; zeros where nobody knows
    sensitive_ok: bool = False  # the viewer asked to see adult content
    walked: Rows = field(default_factory=nobody)  # the newest that the viewer follows
    followers: Rows = field(default_factory=nobody)  # who follows the viewer, sorted
    second: Rows = field(default_factory=nobody)  # whom `walked` follow, once per way, sorted
    seen: Rows = field(default_factory=nobody)  # tweets the viewer knows, sorted
    hidden: Rows = field(default_factory=nobody)  # whom a block or a mute keeps away, sorted
    unwelcome: Rows = field(default_factory=nobody)  # of whom the viewer wanted less, sorted
    unwelcome_since: Times = field(default_factory=never)  # when, in unix seconds

    def follows(self, author: Rows) -> Mask:
        """Whether the viewer follows each of these authors."""
        highest = max(author.max(initial=0), self.following.max(initial=0))
        followed = np.zeros(highest + 2, bool)  # the last place, that of -1, stays free
        followed[self.following] = True
        return followed[author]
