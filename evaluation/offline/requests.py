"""Who asks, and when: every test user, at the first visit that training never saw; and what they
went on to engage with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from evaluation.offline.dataset import SPLIT, Dataset
from ml.actions import ENGAGEMENTS, Action
from ml.arrays import Rows, Times

MOST: Final = 3_000
SEED: Final = 0


@dataclass(frozen=True, slots=True)
class Requests:
    """One row per visit, in the order of time."""

    user: Rows
    at: Times

    def __len__(self) -> int:
        return len(self.at)

    def some(self, most: int) -> Requests:
        """At most so many of them, evenly over time."""
        kept = np.unique(np.linspace(0, len(self) - 1, min(most, len(self))).astype(np.intp))
        return Requests(self.user[kept], self.at[kept])


def of(dataset: Dataset, most: int = MOST) -> Requests:
    """Everybody who is in the held-out rows: at their first impression there; where nobody logged
    impressions, just before their first engagement; where the data is split, all at once. Of more
    than `most`, some drawn by chance."""
    everybody = _everybody(dataset)
    if len(everybody) <= most:
        return everybody
    drawn = np.sort(np.random.default_rng(SEED).choice(len(everybody), most, replace=False))
    return Requests(everybody.user[drawn], everybody.at[drawn])


def _everybody(dataset: Dataset) -> Requests:
    held_out = dataset.held_out
    engaged = held_out[np.isin(held_out.action, ENGAGEMENTS) & (held_out.user >= 0)]
    if dataset.protocol == SPLIT:
        user = np.unique(engaged.user)
        return Requests(user, np.full(len(user), dataset.cut, np.int64))
    shown = held_out[held_out.action == Action.IMPRESSION]
    asked = shown if len(shown) else engaged
    user, first = np.unique(asked.user, return_index=True)
    at = asked.at[first]
    order = np.argsort(at, kind="stable")
    return Requests(user[order].astype(np.int32), at[order])
