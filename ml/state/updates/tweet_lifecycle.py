"""Put tweets and apply the events about them, with what follows beyond the catalog."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from ml.actions import Action
from ml.arrays import Rows, Tiebreaks, Times
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.structures.event_order import UNKNOWN_TIME
from ml.state.tables.pending_events import SERVED, Waiting
from ml.state.updates.deletion import delete_of_the_erased


def put(state: FeatureState, frame: pl.DataFrame, at: Times, tiebreak: Tiebreaks) -> Rows:
    """Write tweets; the rows new or changed. The events that waited for them are not released."""
    new, changed = state.put_tweets(frame, at, tiebreak)
    touched = np.union1d(new, changed).astype(np.int32)
    delete_of_the_erased(state, touched)
    _post(state, new)
    state.touch(touched[:0])
    return touched[~state.tweets.deleted[touched]]


def happen(state: FeatureState, waiting: Sequence[Waiting], tweet: Rows) -> None:
    """Apply events whose tweets are here; `tweet` is -1 where there is none."""
    if not len(waiting):
        return
    at, tiebreak, action, user, whom, position, request, weight = zip(*waiting, strict=True)
    target = np.array(whom, np.int32)
    author = np.full(len(tweet), -1, np.int32)
    author[tweet >= 0] = state.tweets.author[tweet[tweet >= 0]]
    events = Events(
        np.array(action, np.int8),
        np.array(user, np.int32),
        tweet,
        np.where(target >= 0, target, author),
        np.array(at, np.int64),
        np.array(position, np.float32),
        np.array(tiebreak, np.uint64),
        np.array(weight, np.float64),
    )
    served = events.action == SERVED
    if served.any():
        some, key = events[served], np.array(request, np.int64)[served]
        stands = ~state.users.erased(some.user, some.at, some.tiebreak)
        some, key = some[stands], key[stands]
        state.mark_served(some.user, some.tweet, some.at, key)
        events = events[~served]
    state.apply(events)


def _post(state: FeatureState, row: Rows) -> None:
    """Count new tweets as posts of their authors, also those deleted since."""
    author, written = state.tweets.author[row], state.tweets.created_at[row]
    known = (author >= 0) & (written != UNKNOWN_TIME)
    happen(
        state,
        [
            Waiting(then, 0, int(Action.POST), who, -1, float("nan"))
            for then, who in zip(written[known].tolist(), author[known].tolist(), strict=True)
        ],
        row[known],
    )
