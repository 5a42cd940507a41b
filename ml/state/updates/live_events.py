"""Events of the log as columns: one row for each tweet that an event is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.tables.pending_events import Waiting
from ml.state.tables.served import Keys
from ml.state.updates.decode import Batch, Happened

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveEvents(Events):
    """Events in the order of the log; `target` is -1 where an event names none."""

    request: Keys  # of the answer that the tweet was in
    puts: Places  # how many tweets of the batch came before
    row: Places  # among the events behind as many tweets

    @classmethod
    def of(cls, state: FeatureState, batch: Batch, tweet: Rows) -> Self:
        """The events of a batch, with the tweet of each row; people who are new get a row."""
        happened = batch.events
        place = _repeated(happened)
        who, whom = [one.user for one in happened], [one.target for one in happened]
        user = state.admit_users(chain(who, (one for one in whom if one is not None)))[place]
        at = np.array([one.at for one in happened], np.int64)[place]
        tiebreak = np.array([one.tiebreak for one in happened], np.uint64)[place]
        action = np.array([one.action for one in happened], np.int8)[place]
        position = np.array([one.position for one in happened], np.float32)[place]
        row = np.arange(len(place))
        return cls(
            action=action,
            user=user,
            tweet=tweet,
            target=state.users.ids.known(whom)[place],
            at=at,
            position=position + (row - np.searchsorted(place, place)).astype(np.float32),
            tiebreak=tiebreak,
            weight=state.weigh(user, at, tiebreak, action),
            request=np.array([one.request for one in happened], np.int64)[place],
            puts=np.array(batch.puts_before, np.intp)[place],
            row=row,
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


def _repeated(happened: Sequence[Happened]) -> Places:
    """(rows,) the event of each row."""
    count = np.fromiter((len(one.tweets) for one in happened), np.intp, len(happened))
    return np.repeat(np.arange(len(happened)), count)
