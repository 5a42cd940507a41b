"""Who asks, and when: every test user, at the first visit that training never saw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.dataset import SPLIT, Dataset
from ml.arrays import Rows, Times
from ml.schema import ENGAGEMENTS, Action
from ml.state.events import Events


@dataclass(frozen=True, slots=True)
class Visits:
    """One row per visit, in the order of time."""

    user: Rows
    at: Times

    def __len__(self) -> int:
        return len(self.at)

    def some(self, most: int) -> Visits:
        """At most so many of them, evenly over time."""
        kept = np.unique(np.linspace(0, len(self) - 1, min(most, len(self))).astype(np.intp))
        return Visits(self.user[kept], self.at[kept])

    @classmethod
    def first(cls, events: Events) -> Visits:
        """Everybody's first."""
        user, place = np.unique(events.user, return_index=True)
        at = events.at[place]
        order = np.argsort(at, kind="stable")
        return cls(user[order].astype(np.int32), at[order])

    @classmethod
    def together(cls, user: Rows, at: int) -> Visits:
        """All of them at one moment."""
        return cls(user, np.full(len(user), at, np.int64))


def of(dataset: Dataset) -> Visits:
    """Everybody who is in the held-out rows: at their first impression there; where nobody logged
    impressions, just before their first engagement; where there are no times, all at once."""
    held_out = dataset.held_out
    engaged = held_out[np.isin(held_out.action, ENGAGEMENTS) & (held_out.user >= 0)]
    if dataset.protocol == SPLIT:
        return Visits.together(np.unique(engaged.user), dataset.cut)
    shown = held_out[held_out.action == Action.IMPRESSION]
    return Visits.first(shown if len(shown) else engaged)
