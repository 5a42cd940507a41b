"""How popular is each tweet: of all time, and of the last of the data's own time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.kernels import kernel
from ml.state.feature_state import FeatureState
from ml.state.structures.pair_index import PairIndex
from ml.state.tables.engagements import ENGAGEMENT_KINDS

STEP_SECONDS: Final = 60  # popularity is as of the last whole step
SHARES: Final = (0.2, 0.05, 0.01)  # the last so much of all engagements is recent
POPULAR_LATELY: Final = 2  # the row of the last twentieth

Counts = NDArray[np.float32]


def recent_spans(at: Times) -> tuple[int, ...]:
    """The seconds that the last engagements took, for each of `SHARES`; none without times.

    Args:
        at: when people engaged, in any order.
    """
    if not len(at) or at.min() == at.max():
        return ()
    newest = int(at.max())
    return tuple(max(newest - int(np.quantile(at, 1 - share)), 1) for share in SHARES)


class Popularity:
    """Logarithms of how many people are engaged with each tweet, below that of the most popular.

    Each person counts by how established they are now (`ml.state.tables.seniority`). Remembers its
    last answer: nothing of it depends on the viewer.
    """

    def __init__(self, state: FeatureState, spans: Sequence[int]) -> None:
        """
        Args:
            state: whose engagements are counted.
            spans: seconds; an engagement is recent within each of them.
        """
        self._state = state
        self.spans = tuple(spans)
        self._moment: tuple[int, PairIndex] | None = None  # retention makes another index
        self._logs = np.empty((1 + len(self.spans), 0), np.float32)

    def of(self, now: int) -> Counts:
        """(1 + spans, tweets): of all time, then within each span; as of the last whole step.

        What was written since then is as popular as what nobody is engaged with.
        """
        moment = now // STEP_SECONDS * STEP_SECONDS, self._state.engaged.index
        if moment != self._moment:
            self._moment, self._logs = moment, self._count(moment[0])
        new = len(self._state.tweets) - self._logs.shape[1]
        if new > 0:
            unknown = self._logs.min(axis=1, initial=0, keepdims=True)
            self._logs = np.concatenate([self._logs, np.repeat(unknown, new, axis=1)], axis=1)
        return self._logs

    def _count(self, now: int) -> Counts:
        engaged = self._state.engaged
        since = np.array([np.iinfo(np.int64).min, *(now - span for span in self.spans)], np.int64)
        weight = self._state.seniority.standing(now, self._state.users.created_at)
        counts = _counts(
            engaged.index.left,
            engaged.index.right,
            weight,
            engaged.is_on,
            engaged.at,
            since,
            len(self._state.tweets),
        )
        logs = np.log1p(counts, dtype=np.float32)
        logs -= logs.max(axis=1, initial=0, keepdims=True)
        return logs


@kernel
def _counts(
    user: Rows,
    tweet: Rows,
    weight: NDArray[np.float64],
    is_on: NDArray[np.bool_],
    at: NDArray[np.int64],
    since: Times,
    tweets: int,
) -> NDArray[np.float64]:
    """What the people weigh who are engaged with each tweet, their newest engagement since each
    moment."""
    counts = np.zeros((len(since), tweets))
    for pair in range(len(tweet)):
        newest, engaged = since[0], False
        for kind in ENGAGEMENT_KINDS:
            if is_on[pair, kind]:
                newest, engaged = max(newest, at[pair, kind]), True
        for one in range(len(since)):
            if engaged and newest >= since[one]:
                counts[one, tweet[pair]] += weight[user[pair]]
    return counts
