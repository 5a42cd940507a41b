"""Item-item collaborative filtering, live: tweets that go with what the viewer engaged with.

A tweet goes with another by the people who engaged with both, over the root of how many engaged
with either (Sarwar et al., WWW 2001; Deshpande and Karypis, 2004). Nothing is fitted: the sums are
taken over the engagements of this second.
"""

from __future__ import annotations

from math import sqrt
from typing import Final, NamedTuple

import numpy as np

from ml.arrays import Rows, Times
from ml.embeddings.neighbors import Strengths, most_shared, neighbors
from ml.kernels import kernel
from ml.state.feature_state import FeatureState
from ml.state.structures.event_order import NEVER
from ml.state.structures.scratch_table import FREE, Numbers, scratch_table, slot_of
from ml.state.structures.time_index import is_fresh

NEIGHBORS: Final = 512  # of the most in common: on lastfm the order is best with 400, .234 NDCG@10
NOWHERE: Final = -1  # the place of a tweet of the history itself
ALWAYS: Final = (NEVER, np.iinfo(np.int64).max)
NO_TWEETS: Final = np.empty(0, np.int32)


class ItemItem(NamedTuple):
    """What goes with the history of one viewer, as of one moment.

    `strength` is the sum of cooc(i, j) / sqrt(degree i * degree j) over the viewer's history i,
    where each person of cooc counts over the root of how many tweets they engaged with,
    and `latest` the same over the last three.
    """

    state: FeatureState
    viewer: int
    without: Rows
    history: Rows  # tweets, the newest first
    neighbor: Rows  # users, those of the most in common first
    tweet: Rows  # that goes with the history and is no part of it, in no order
    strength: Strengths
    latest: Strengths
    place: Rows  # of the tweet in each slot of `slot`
    slot: Numbers

    @classmethod
    def of(
        cls,
        state: FeatureState,
        viewer: int,
        without: Rows = NO_TWEETS,
        window: tuple[int, int] = ALWAYS,
    ) -> ItemItem:
        """
        Args:
            viewer: row of a user; -1 for somebody who is not known.
            without: tweets that the viewer is taken not to have engaged with, for training.
            window: only tweets from the one moment to the other, or of unknown time, go with it.
        """
        history = state.history.tweet[viewer] if viewer >= 0 else NO_TWEETS
        if len(without):
            history = history[~np.isin(history, without)]
        register, lists = state.engaged, state.engagers.lists
        neighbor, common, common_lately = neighbors(
            viewer,
            history,
            state.engagers.count,
            lists.start,
            lists.length,
            lists.data,
            register.index.left,
            register.is_on,
            register.weight,
            state.history.written,
        )
        if len(neighbor) > NEIGHBORS:
            most = np.argsort(-common, kind="stable")[:NEIGHBORS]
            neighbor, common, common_lately = neighbor[most], common[most], common_lately[most]
        found = _going_with(
            neighbor,
            common,
            common_lately,
            state.history.tweet,
            history,
            state.engagers.count,
            without,
            state.tweets.created_at,
            *window,
        )
        return cls(state, viewer, without, history, neighbor, *found)

    def of_tweets(self, tweet: Rows) -> tuple[Strengths, Strengths]:
        """`strength` and `latest` of given tweets; 0 of those that are not in `tweet`."""
        return _look_up(tweet, self.slot, self.place, self.strength, self.latest)

    def because(self, tweet: Rows) -> Rows:
        """The tweet of the history that each of these goes with most; -1 where none."""
        lists, register = self.state.engagers.lists, self.state.engaged
        return most_shared(
            tweet,
            self.viewer,
            self.history,
            self.state.engagers.count,
            lists.start,
            lists.length,
            lists.data,
            register.index.left,
            register.is_on,
            register.weight,
            self.state.history.written,
        )


@kernel
def _going_with(
    neighbor: Rows,
    common: Strengths,
    common_lately: Strengths,
    engaged: Rows,
    history: Rows,
    degree: Numbers,
    without: Rows,
    created_at: Times,
    oldest: int,
    newest: int,
) -> tuple[Rows, Strengths, Strengths, Rows, Numbers]:
    """The tweets of a window in the histories of the neighbors, and how strongly they go with the
    viewer's; then a table: the place of the tweet in each slot, and the tweet in each slot."""
    each, entries = engaged.shape[1], 0
    row_of = np.empty(len(neighbor) * each, np.int32)  # of every tweet of the window, in turn
    who_of = np.empty(len(row_of), np.int32)  # the place of the neighbor it belongs to
    for i in range(len(neighbor)):
        for k in range(each):
            row = engaged[neighbor[i], k]
            if row < 0:  # the list ends here
                break
            row_of[entries], who_of[entries] = row, i
            entries += is_fresh(created_at[row], oldest, newest)
    most = len(history) + entries
    table = scratch_table(most)
    place = np.empty(len(table), np.int32)
    tweet, found = np.empty(most, np.int32), 0
    strength, latest = np.empty(most, np.float64), np.empty(most, np.float64)
    strength[:] = latest[:] = 0.0
    for row in history:
        if row >= 0:
            slot = slot_of(table, row)
            table[slot], place[slot] = row, NOWHERE
    for entry in range(entries):
        row, i = row_of[entry], who_of[entry]
        slot = slot_of(table, row)
        if table[slot] == FREE:
            table[slot], place[slot], tweet[found] = row, found, row
            found += 1
        if place[slot] != NOWHERE:
            strength[place[slot]] += common[i]
            latest[place[slot]] += common_lately[i]
    for i in range(found):
        engagers = degree[tweet[i]]
        for k in range(len(without)):
            engagers -= without[k] == tweet[i]
        strength[i] /= sqrt(max(engagers, 1))
        latest[i] /= sqrt(max(engagers, 1))
    return tweet[:found], strength[:found], latest[:found], place, table


@kernel
def _look_up(
    tweet: Rows, table: Numbers, place: Rows, strength: Strengths, latest: Strengths
) -> tuple[Strengths, Strengths]:
    """What is known of given tweets; 0 of those that are not in the table."""
    theirs, theirs_lately = np.empty(len(tweet), np.float64), np.empty(len(tweet), np.float64)
    theirs[:] = theirs_lately[:] = 0.0
    for i in range(len(tweet)):
        slot = slot_of(table, tweet[i])
        if table[slot] != FREE and place[slot] != NOWHERE:
            theirs[i], theirs_lately[i] = strength[place[slot]], latest[place[slot]]
    return theirs, theirs_lately
