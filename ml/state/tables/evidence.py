"""Whose evidence counts, and how much: what was served to whom, and how established they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ml.actions import Action
from ml.arrays import Rows, Tiebreaks, Times
from ml.state.events import Events
from ml.state.structures.counters import Counts
from ml.state.structures.pair_times import Forgetful
from ml.state.tables.served import Keys
from ml.state.tables.state_tables import StateTables


class Evidence(StateTables):
    """The verbs of `FeatureState` that say what evidence is worth."""

    def weigh(
        self, user: Rows, at: Times, tiebreak: Tiebreaks, action: NDArray[np.integer]
    ) -> Counts:
        """Meet users in the order of the log; how much each of their events weighs as evidence."""
        counts = (action >= 0) & (action != Action.POST)
        counts &= ~self._users.erased(user, at, tiebreak)
        acts = action != Action.IMPRESSION
        return self._seniority.weigh(user, at, acts, counts, self._users.created_at)

    def weighed(self, events: Events) -> Events:
        """Events with their weights, which are read now unless they came with them."""
        if events.weight is not None:
            return events
        read = self.weigh(events.user, events.at, events.tiebreak, events.action)
        return replace(events, weight=read)

    def standing(self, events: Events, between_users: bool) -> Events:
        """The events that have not been erased since."""
        gone = self._users.erased(events.user, events.at, events.tiebreak)
        if between_users:
            gone |= self._users.erased(events.target, events.at, events.tiebreak)
        return events[~gone] if gone.any() else events

    def remember_no_views(self) -> None:
        """Keep no list of what anybody sees, where only features are read: it is the largest."""
        self._seen = Forgetful()

    def mark_served(self, user: Rows, tweet: Rows, at: Times, request: Keys | None = None) -> None:
        """These tweets were in answers to these users, in requests of these keys."""
        key = np.zeros(len(user), np.int64) if request is None else request
        self._served.add_request(user, tweet, at, key)

    def drop_served(self, before: int) -> None:
        """Forget what was in answers before then; what of it was seen stays in `seen`."""
        self._served.drop(before)

    def mark_offered(self, offers: Iterable[tuple[int, str, int]]) -> None:
        """(key of a request, tweet, time) of answers to people who have no row."""
        for request, tweet_id, at in offers:
            self._offers.add(request, tweet_id, at)
