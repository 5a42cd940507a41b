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
from ml.state.tables.preferences import Wish
from ml.state.updates import deletion, tweet_lifecycle
from ml.state.updates.decode import Batch, Muted, Preferred, Put, frame
from ml.state.updates.live_events import LiveEvents

NOBODY: Final[Rows] = np.empty(0, np.int32)
BEFORE_EVENTS: Final = -1
Placed = tuple[int, int, str, Waiting]  # how many tweets were put before, row, tweet, event


@dataclass(frozen=True, slots=True)
class AppliedRecords:
    """The rows that encoders and caches must follow up."""

    tweets: Rows  # new, or written anew
    users: Rows  # new, or with a new profile
    fewer: Rows  # users who have a tweet less

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to follow up, as after pages that were served."""
        return not (len(self.tweets) or len(self.users) or len(self.fewer))


def apply_records(state: FeatureState, records: Sequence[Record]) -> AppliedRecords:
    """Apply records, in any order but that of the clock's, which move the times of later ones.

    Raises:
        DataError: a record that the log should never have accepted; nothing was applied.
    """
    batches, shift = _decoded(records, state.shift)
    applied = [_apply_batch(state, batch) for batch in batches]
    state.advance(max((record.offset for record in records), default=0), shift)
    tweets = _distinct([one.tweets for one in applied])
    return AppliedRecords(
        tweets[~state.tweets.deleted[tweets]],
        _distinct([one.users for one in applied]),
        _distinct([one.fewer for one in applied]),
    )


def _distinct(parts: Sequence[Rows]) -> Rows:
    """Every row of some parts once, in ascending order."""
    some = [part for part in parts if len(part)]
    return np.unique(np.concatenate(some)) if some else NOBODY


def _decoded(records: Sequence[Record], shift: int) -> tuple[list[Batch], int]:
    """Batches that end where somebody is erased: who is counted from nothing must not lose what
    they did afterwards, however many records are applied at once. They end before a profile, too:
    events weigh by the profiles that were there before them. Also the shift after them."""
    batches = [Batch()]
    for record in records:
        kind, last = record.entry.kind, batches[-1]
        if kind == Kind.CLOCK:
            shift = _shift(record)
            continue
        if (last.erased and kind != Kind.DELETE_USER) or (last.events and kind == Kind.PUT_USER):
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
    profiles = _put_users(state, batch.users)
    ids = [id_ for one in batch.events for id_ in one.tweets]
    tweet = state.tweets.ids.known(ids)
    tweets = _put_tweets(state, batch.tweets)
    fewer = deletion.delete_tweets(state, batch.deleted) if batch.deleted else NOBODY
    _happen(state, batch, tweet, ids)
    state.mark_offered(batch.offers)
    _mute(state, batch.muted)
    _prefer(state, batch.preferred)
    gone = _erase(state, batch.erased)
    users = np.concatenate([profiles, gone, np.arange(everybody, len(state.users), dtype=np.int32)])
    return AppliedRecords(tweets, users, fewer)


def _put_users(state: FeatureState, puts: Sequence[Put]) -> Rows:
    if not puts:
        return NOBODY
    return state.put_users(frame(USERS, puts), *_moments(puts))


def _put_tweets(state: FeatureState, puts: Sequence[Put]) -> Rows:
    return tweet_lifecycle.put(state, frame(TWEETS, puts), *_moments(puts)) if puts else NOBODY


def _happen(state: FeatureState, batch: Batch, tweet: Rows, ids: Sequence[str | None]) -> None:
    """Events about tweets that are here are applied, the others wait; what is also about a
    person has its effect on that at once.

    Args:
        tweet: the row of each tweet that the events name; -1 where it was not here before.
        ids: of the same tweets; None where an event names none.
    """
    events = LiveEvents.of(state, batch, tweet)
    rows = np.flatnonzero(events.tweet < 0).tolist()
    absent = [row for row in rows if ids[events.which[row]] is not None]
    placed = _wait_and_release(state, batch, events, ids, absent)
    if absent:
        now = np.ones(len(events), bool)
        now[absent] = events.target[absent] >= 0
        events = events[now]
    if placed:
        puts, row, id_, waited = zip(*placed, strict=True)
        late = LiveEvents.released(
            waited, state.tweets.ids.known(id_), np.array(puts, np.intp), np.array(row, np.intp)
        )
        events = LiveEvents.concatenated([events, late]).in_order()
    tweet_lifecycle.happen(state, events)


def _wait_and_release(
    state: FeatureState,
    batch: Batch,
    events: LiveEvents,
    ids: Sequence[str | None],
    absent: Sequence[int],
) -> list[Placed]:
    """Let events wait until their tweets come, record by record as the log has them, so that how
    many wait at a time does not depend on the size of batches; the events whose tweets are here,
    where the log has them or, if they waited, where it has their tweets."""
    placed: list[Placed] = []
    put, came = [str(one.row["tweet_id"]) for one in batch.tweets], 0
    first = {id_: place for place, id_ in reversed([*enumerate(put)])}

    def release(upto: int) -> None:
        released = state.release(put[came:upto])
        placed.extend((first[id_] + 1, BEFORE_EVENTS, id_, one) for id_, one in released)

    for row in absent:
        upto, id_ = int(events.puts[row]), ids[events.which[row]] or ""
        event = events.without_tweet(row)
        release(upto)
        came = upto
        if first.get(id_, came) < came:
            placed.append((came, row, id_, event))
        else:
            state.wait_for([(id_, event)])
    release(len(put))
    return placed


def _mute(state: FeatureState, muted: Sequence[Muted]) -> None:
    if not muted:
        return
    user = state.admit_users(one.user for one in muted).tolist()
    state.mute(
        [
            Muting(one.at, one.tiebreak, one.action, who, one.text, one.expires_at)
            for one, who in zip(muted, user, strict=True)
        ]
    )


def _prefer(state: FeatureState, preferred: Sequence[Preferred]) -> None:
    if preferred:
        user = state.admit_users(one.user for one in preferred).tolist()
        rows = zip(preferred, user, strict=True)
        state.prefer([Wish(one.at, one.tiebreak, who, *one[3:]) for one, who in rows])


def _erase(state: FeatureState, erased: Sequence[tuple[str, int, int]]) -> Rows:
    if not erased:
        return NOBODY
    users = state.admit_users(user for user, _, _ in erased)
    for row, (_, at, tiebreak) in zip(users.tolist(), erased, strict=True):
        deletion.erase_user(state, row, at, tiebreak)
    return users


def _moments(puts: Sequence[Put]) -> tuple[Times, Tiebreaks]:
    return (
        np.array([put.at for put in puts], np.int64),
        np.array([put.tiebreak for put in puts], np.uint64),
    )
