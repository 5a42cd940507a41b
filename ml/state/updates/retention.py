"""Memory is bounded: what is old enough is let go, and what was seen leaves a trace.

Old pairs go to the bloom filter, so that they are not shown as new. Counts that have faded go.
Tweets that are neither new nor in anybody's history give up their rows, so all that names tweets
by row is written anew. What left memory is still in the log.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows
from ml.state.feature_state import FeatureState
from ml.state.structures.counters import PairCounts
from ml.state.structures.event_order import UNKNOWN_TIME
from ml.state.structures.pair_index import PairIndex
from ml.state.tables.complaints import DAY_SECONDS
from ml.state.tables.counts import Count

FADED = 1e-4  # a count below that changes no feature by more


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

    Whoever holds rows of tweets, as an encoder does, must follow what is returned.
    """
    horizon = now - int(keep_hours * 3600)
    kept = _tweets_kept(state, horizon, at_least)
    _let_pairs_go(state, horizon, kept)
    for counts in (state.tie_counts, state.topic_counts, state.topic_counts_lately):
        _let_faded_go(counts, now, horizon)
    for complaints in (state.tally.tweet_complaints, state.tally.author_complaints):
        complaints.keep_from(horizon // DAY_SECONDS)
    if kept.moved:
        _renumber(state, kept)
    state.touch(kept.tweet[:0])
    return kept


def _tweets_kept(state: FeatureState, horizon: int, at_least: int) -> Kept:
    written = state.tweets.created_at
    stays = (written >= horizon) | (written == UNKNOWN_TIME) & ~state.tweets.deleted
    stays[state.by_time[-at_least:] if at_least else state.by_time[:0]] = True
    stays[state.history.tweet[state.history.tweet >= 0]] = True
    new = np.where(stays, np.cumsum(stays) - 1, -1).astype(np.int32)
    return Kept(np.flatnonzero(stays).astype(np.int32), new)


def _let_pairs_go(state: FeatureState, horizon: int, kept: Kept) -> None:
    engaged = state.engaged
    pairs = len(engaged.index)
    goes = engaged.at[:pairs].max(axis=1, initial=np.iinfo(np.int64).min) < horizon
    goes |= kept.new[engaged.index.right] < 0
    _remember_seen(state, engaged.index, goes)
    rows = np.flatnonzero(~goes).astype(np.int32)
    engaged.keep(rows, kept.new)
    state.engagements.refill(engaged.index.left, np.arange(len(rows), dtype=np.int32))
    for met in (state.seen, state.served):
        goes = (met.at[: len(met.index)] < horizon) | (kept.new[met.index.right] < 0)
        if met is state.seen:
            _remember_seen(state, met.index, goes)
        met.keep(np.flatnonzero(~goes).astype(np.int32), kept.new)


def _remember_seen(state: FeatureState, index: PairIndex, goes: NDArray[np.bool_]) -> None:
    user, tweet = index.left[goes], index.right[goes]
    state.seen_long_ago.add(state.users.ids.hashes(user), state.tweets.ids.hashes(tweet))


def _let_faded_go(pairs: PairCounts, now: int, horizon: int) -> None:
    """And what is old. A mute or a block of any age may be taken back, and what it counted with
    it, so that stays until it has faded."""
    rows = np.arange(len(pairs.index), dtype=np.int32)
    counts = np.abs(pairs.counts.read(rows, now)) >= FADED
    is_recent = pairs.counts.newest[: len(rows)] >= horizon
    lives = counts.any(axis=1) & is_recent | counts[:, Count.NEGATIVE]
    if not lives.all():
        pairs.keep(rows[lives])


def _renumber(state: FeatureState, kept: Kept) -> None:
    new, relations = kept.new, state.graph.relations
    history = state.history.tweet
    state.history.tweet = np.where(history >= 0, new[history], -1).astype(np.int32)
    relations.note = np.where(relations.note >= 0, new[relations.note], -1).astype(np.int32)
    state.tally.tweet.keep(kept.tweet)
    state.tally.tweet_complaints.renumber(new)
    state.tweets.keep(kept.tweet, new)
    state.show_all()
