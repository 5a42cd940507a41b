"""Memory is bounded: what is old enough is let go, and what was seen leaves a trace.

Old pairs go to the bloom filter, so that they are not shown as new. Counts that have faded go.
Tweets that are neither new nor in anybody's history give up their rows, so all that names tweets
by row is written anew. What left memory is still in the log.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.arrays import Rows
from ml.state.feature_state import FeatureState
from ml.state.structures.event_order import UNKNOWN_TIME
from ml.state.structures.growable import is_worth_a_copy


@dataclass(frozen=True, slots=True)
class Kept:
    """Which tweets stay, by their old rows, and where each old row is now; -1 where it went."""

    tweet: Rows
    new: Rows

    @property
    def moved(self) -> bool:
        """Whether any row changed."""
        return len(self.tweet) < len(self.new)


def retain(state: FeatureState, now: int, keep_hours: float, at_least: int) -> Kept:
    """Let go of what is older than `keep_hours`, but for the newest `at_least` tweets.

    A holder of rows of tweets, as an encoder is, must follow what is returned. No array is
    written into, so this can change a copy while others read the original.
    """
    horizon = now - int(keep_hours * 3600)
    kept = _tweets_kept(state, horizon, at_least)
    state.drop_pairs(horizon, kept.new)
    state.drop_faded(now, horizon)
    if kept.moved:
        state.renumber(kept.tweet, kept.new)
    return kept


def _tweets_kept(state: FeatureState, horizon: int, at_least: int) -> Kept:
    written = state.tweets.created_at
    stays = (written >= horizon) | (written == UNKNOWN_TIME) & ~state.tweets.deleted
    stays[state.by_time[-at_least:] if at_least else state.by_time[:0]] = True
    stays[state.history.tweet[state.history.tweet >= 0]] = True
    if not is_worth_a_copy(~stays):
        stays[:] = True
    new = np.where(stays, np.cumsum(stays) - 1, -1).astype(np.int32)
    return Kept(np.flatnonzero(stays).astype(np.int32), new)
