"""Apply records of the event log to the state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ml.arrays import Rows, Tiebreaks, Times
from ml.errors import DataError
from ml.event_log import bodies
from ml.event_log.record import Kind, Record
from ml.schema import TWEETS, USERS
from ml.state.feature_state import FeatureState
from ml.state.tables.mutes import Muting
from ml.state.tables.pending_events import Waiting
from ml.state.updates import erasure, tweet_lifecycle
from ml.state.updates.decode import Batch, Happened, Muted, Put, frame

NOBODY: Final[Rows] = np.empty(0, np.int32)


@dataclass(frozen=True, slots=True)
class AppliedRecords:
    """The rows that encoders and caches must follow up."""

    tweets: Rows  # new, or written anew
    users: Rows  # new, or with a new profile
    fewer: Rows  # users who have a tweet less


def apply_records(state: FeatureState, records: Sequence[Record]) -> AppliedRecords:
    """Apply records, in any order but that of the clock's, which move the times of later ones.

    Raises:
        DataError: a record that the log should never have accepted; nothing was applied.
    """
    batches, shift = _decoded(records, state.shift)
    applied = [_apply_batch(state, batch) for batch in batches]
    state.advance(max((record.offset for record in records), default=0), shift)
    tweets = np.concatenate([NOBODY, *(one.tweets for one in applied)])
    users = np.concatenate([NOBODY, *(one.users for one in applied)])
    fewer = np.concatenate([NOBODY, *(one.fewer for one in applied)])
    tweets = tweets[~state.tweets.deleted[tweets]]
    return AppliedRecords(np.unique(tweets), np.unique(users), np.unique(fewer))


def _decoded(records: Sequence[Record], shift: int) -> tuple[list[Batch], int]:
    """Batches that end where somebody is erased: who is counted from nothing must not lose what
    they did afterwards, however many records are applied at once. Also the shift after them."""
    batches = [Batch()]
    for record in records:
        if record.entry.kind == Kind.CLOCK:
            shift = _shift(record)
            continue
        if batches[-1].erased and record.entry.kind != Kind.DELETE_USER:
            batches.append(Batch())
        try:
            batches[-1].add(record.entry, shift)
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"record {record.offset} of the log, a {record.entry.kind}, cannot be read: "
                f"{error!r}; it should not have been accepted"
            ) from error
    return batches, shift


def _shift(record: Record) -> int:
    clock = bodies.read(record.entry)
    assert isinstance(clock, bodies.Clock)
    return clock.shift_seconds


def _apply_batch(state: FeatureState, batch: Batch) -> AppliedRecords:
    everybody = len(state.users)
    state.touch(NOBODY)
    profiles = _put_users(state, batch.users)
    tweets = _put_tweets(state, batch.tweets)
    fewer = tweet_lifecycle.delete(state, batch.deleted)
    _happen(state, batch.events)
    _mute(state, batch.muted)
    gone = _erase(state, batch.erased)
    users = np.concatenate([profiles, gone, np.arange(everybody, len(state.users), dtype=np.int32)])
    return AppliedRecords(tweets, users, fewer)


def _put_users(state: FeatureState, puts: Sequence[Put]) -> Rows:
    if not puts:
        return NOBODY
    return state.put_users(frame(USERS, puts), *_moments(puts))


def _put_tweets(state: FeatureState, puts: Sequence[Put]) -> Rows:
    return tweet_lifecycle.put(state, frame(TWEETS, puts), *_moments(puts)) if puts else NOBODY


def _happen(state: FeatureState, happened: Sequence[Happened]) -> None:
    """Events about tweets that are here are applied, the others wait; what is also about a
    person has its effect on that at once."""
    if not happened:
        return
    user = state.admit_users(one.user for one in happened)
    state.admit_users(one.target for one in happened if one.target is not None)
    target = state.users.ids.known(one.target for one in happened)
    tweet = state.tweets.ids.known(one.tweet for one in happened)
    waiting = [
        Waiting(one.at, one.tiebreak, one.action, who, whom, one.position)
        for one, who, whom in zip(happened, user.tolist(), target.tolist(), strict=True)
    ]
    absent = (tweet < 0) & np.array([one.tweet is not None for one in happened])
    state.wait_for(
        (happened[place].tweet or "", waiting[place]) for place in np.flatnonzero(absent).tolist()
    )
    now = np.flatnonzero(~absent | (target >= 0))
    tweet_lifecycle.happen(state, [waiting[place] for place in now.tolist()], tweet[now])


def _mute(state: FeatureState, muted: Sequence[Muted]) -> None:
    user = state.admit_users(one.user for one in muted).tolist()
    state.mute(
        [
            Muting(one.at, one.tiebreak, one.action, who, one.text, one.expires_at)
            for one, who in zip(muted, user, strict=True)
        ]
    )


def _erase(state: FeatureState, erased: Sequence[tuple[str, int, int]]) -> Rows:
    users = state.admit_users(user for user, _, _ in erased)
    for row, (_, at, tiebreak) in zip(users.tolist(), erased, strict=True):
        erasure.erase(state, row, at, tiebreak)
    return users


def _moments(puts: Sequence[Put]) -> tuple[Times, Tiebreaks]:
    return (
        np.array([put.at for put in puts], np.int64),
        np.array([put.tiebreak for put in puts], np.uint64),
    )
