"""Events of the log as columns: one row for each tweet that an event is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ml.actions import Action
from ml.arrays import Rows
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.tables.pending_events import Waiting
from ml.state.tables.served import NO_REQUEST, Keys
from ml.state.updates.decode import Batch

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveEvents(Events):
    """Events in the order of the log; `target` is -1 where an event names none."""

    request: Keys  # of the answer that the tweet was in
    puts: Places  # how many tweets of the batch came before
    row: Places  # among the events behind as many tweets
    which: Places  # of the tweets that the events of the batch name

    @classmethod
    def of(cls, state: FeatureState, batch: Batch, tweet: Rows) -> Self:
        """The events of a batch, with the row of each tweet that they name; new people get a row.
        A tweet that was served and seen has two events."""
        happened = batch.events
        place = np.repeat(np.arange(len(happened)), [len(one.tweets) for one in happened])
        below = np.arange(len(place)) - np.searchsorted(place, place)  # the event's first tweet
        seen = np.array([one.seen for one in happened], bool)[place]
        which = np.repeat(np.arange(len(place)), 1 + seen)
        place, again = place[which], np.diff(which, prepend=-1) == 0
        who, whom = [one.user for one in happened], [one.target for one in happened]
        user = state.admit_users(chain(who, (one for one in whom if one is not None)))[place]
        at = np.array([one.at for one in happened], np.int64)[place]
        tiebreak = np.array([one.tiebreak for one in happened], np.uint64)[place]
        action = np.array([one.action for one in happened], np.int8)[place]
        action[again] = Action.IMPRESSION
        position = np.array([one.position for one in happened], np.float32)[place]
        request = np.array([one.request for one in happened], np.int64)[place]
        return cls(
            action=action,
            user=user,
            tweet=tweet[which],
            target=state.users.ids.known(whom)[place],
            at=at,
            position=position + below[which].astype(np.float32),
            tiebreak=tiebreak,
            weight=state.weigh(user, at, tiebreak, action),
            request=np.where(again, NO_REQUEST, request),
            puts=np.array(batch.puts_before, np.intp)[place],
            row=np.arange(len(place)),
            which=which,
        )

    @classmethod
    def released(cls, waited: Sequence[Waiting], tweet: Rows, puts: Places, row: Places) -> Self:
        """Events that waited, with their tweets."""
        at, tiebreak, action, user, target, position, request, weight = zip(*waited, strict=True)
        return cls(
            action=np.array(action, np.int8),
            user=np.array(user, np.int32),
            tweet=tweet,
            target=np.array(target, np.int32),
            at=np.array(at, np.int64),
            position=np.array(position, np.float32),
            tiebreak=np.array(tiebreak, np.uint64),
            weight=np.array(weight, np.float64),
            request=np.array(request, np.int64),
            puts=puts,
            row=row,
            which=np.full(len(row), -1),
        )

    def without_tweet(self, place: int) -> Waiting:
        """One event, to wait for its tweet."""
        assert self.weight is not None
        return Waiting(
            at=int(self.at[place]),
            tiebreak=int(self.tiebreak[place]),
            action=int(self.action[place]),
            user=int(self.user[place]),
            target=int(self.target[place]),
            position=float(self.position[place]),
            request=int(self.request[place]),
            weight=float(self.weight[place]),
        )

    def in_order(self) -> Self:
        """The order of the log."""
        return self[np.lexsort((self.row, self.puts))]
