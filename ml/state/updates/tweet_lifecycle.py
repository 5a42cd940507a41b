"""Put tweets and apply the events about them, with what follows beyond the catalog."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from ml.actions import Action
from ml.arrays import Rows, Tiebreaks, Times
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.structures.event_order import UNKNOWN_TIME
from ml.state.tables.pending_events import SERVED
from ml.state.updates.deletion import delete_of_the_erased
from ml.state.updates.live_events import LiveEvents


def put(state: FeatureState, frame: pl.DataFrame, at: Times, tiebreak: Tiebreaks) -> Rows:
    """Write tweets; the rows new or changed. The events that waited for them are not released."""
    new, changed = state.put_tweets(frame, at, tiebreak)
    touched = np.union1d(new, changed).astype(np.int32)
    delete_of_the_erased(state, touched)
    _post(state, new)
    return touched[~state.tweets.deleted[touched]]


def happen(state: FeatureState, events: LiveEvents) -> None:
    """Apply events whose tweets are here, -1 where there is none; the `target` of one that names
    none is the author of its tweet."""
    served = events.action == SERVED
    if served.any():
        shown = events[served]
        shown = shown[~state.users.erased(shown.user, shown.at, shown.tiebreak)]
        state.mark_served(shown.user, shown.tweet, shown.at, shown.request)
        events = events[~served]
    whose = np.flatnonzero((events.target < 0) & (events.tweet >= 0))
    target = events.target.copy()
    target[whose] = state.tweets.author[events.tweet[whose]]
    state.apply(replace(events, target=target))


def _post(state: FeatureState, row: Rows) -> None:
    """Count new tweets as posts of their authors, also those deleted since."""
    author, written = state.tweets.author[row], state.tweets.created_at[row]
    known = (author >= 0) & (written != UNKNOWN_TIME)
    count = int(np.count_nonzero(known))
    posts = Events(
        action=np.full(count, int(Action.POST), np.int8),
        user=author[known],
        tweet=row[known],
        target=author[known],
        at=written[known],
        position=np.full(count, np.nan, np.float32),
        tiebreak=np.zeros(count, np.uint64),
        weight=np.ones(count),
    )
    state.apply(posts)
