"""Everything that features read: one writer (`apply`), any number of readers."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.schema import ENGAGEMENTS, ONCE_PER_TWEET, UNDOES, Action
from ml.state.events import Events
from ml.state.structures.bloom import FALSE_POSITIVES, Bloom
from ml.state.structures.counters import Counts, DecayedCounts, PairCounts
from ml.state.structures.event_order import NEVER, UNKNOWN_TIME
from ml.state.structures.growable import with_room
from ml.state.structures.lww_register import Changes, LwwRegister
from ml.state.structures.pair_times import PairTimes
from ml.state.structures.ragged import Ragged
from ml.state.structures.time_index import TimeIndex
from ml.state.tables.counts import COMPLAINTS, COUNT_OF
from ml.state.tables.counts import ENGAGED as ENGAGED
from ml.state.tables.counts import Count as Count
from ml.state.tables.engagement_counts import Acts, EngagementCounts
from ml.state.tables.graph import RELATIONS, Graph
from ml.state.tables.history import History
from ml.state.tables.pending_events import PendingEvents
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users

ON_PAIR: Final = ONCE_PER_TWEET
ENGAGEMENT_KINDS: Final = tuple(ON_PAIR.index(action) for action in ENGAGEMENTS)
AWAY: Final = tuple(RELATIONS.index(action) for action in (Action.MUTE, Action.BLOCK))

_COUNT: Final = np.array([COUNT_OF.get(action, -1) for action in Action])
_COUNT_ON_PAIR: Final = np.array([COUNT_OF[action] for action in ON_PAIR])


class FeatureState:
    """The catalog, and what events made of it so far.

    The same events give the same state, whatever the order and the batches they come in.
    """

    def __init__(
        self, users: Users, tweets: Tweets, false_positives: float = FALSE_POSITIVES
    ) -> None:
        self.users = users
        self.tweets = tweets
        self.tally = EngagementCounts(len(users), len(tweets))
        self.engaged = LwwRegister(ON_PAIR, UNDOES)  # (viewer, tweet)
        self.engagements = Ragged(len(users))  # each viewer's rows of `engaged`
        self.graph = Graph(len(users))
        self.history = History(len(users))
        self.seen = PairTimes(len(users))  # (viewer, tweet), when the tweet was last shown
        self.served = PairTimes(len(users))  # (viewer, tweet), when it was last in an answer
        self.parked = PendingEvents()  # events about tweets that are not here yet
        self.newest = UNKNOWN_TIME  # the time of the newest event applied
        self.version = 0  # how often something was taken in
        self.rewritten = 0  # how often a profile or a text was
        self.acted = np.zeros(len(users), np.int64)  # the version in which each user last acted
        self.offset = 0  # of the last record of the live log that was taken in
        self.seen_long_ago = Bloom(false_positives)  # what left `seen` and `engaged`
        self.posts = Ragged(len(users))  # each author's tweets, in the order they became known
        self.show_all()

    @property
    def tweet_counts(self) -> DecayedCounts:
        return self.tally.tweet

    @property
    def author_counts(self) -> DecayedCounts:
        return self.tally.author

    @property
    def viewer_counts(self) -> DecayedCounts:
        return self.tally.viewer

    @property
    def tie_counts(self) -> PairCounts:
        """By (viewer, author)."""
        return self.tally.tie

    @property
    def topic_counts(self) -> PairCounts:
        """By (viewer, topic)."""
        return self.tally.topic

    @property
    def topic_counts_lately(self) -> PairCounts:
        """The same, of the last days."""
        return self.tally.topic_lately

    @property
    def by_time(self) -> Rows:
        """All tweets but the deleted, oldest first."""
        return self.calendar.row

    def show_all(self) -> None:
        """Put every tweet that is not deleted on show."""
        tweets = self.tweets
        there = np.flatnonzero(~tweets.deleted).astype(np.int32)
        self.calendar = TimeIndex(there, tweets.created_at[there])
        known = self.by_time[tweets.author[self.by_time] >= 0]
        self.posts.refill(tweets.author[known], known)

    def grow(self) -> None:
        """Make room for everybody and everything that the catalog has."""
        self.tally.grow(len(self.users), len(self.tweets))
        for part in (
            self.graph,
            self.history,
            self.engagements,
            self.posts,
            self.seen,
            self.served,
        ):
            part.grow(len(self.users))
        self.acted = with_room(self.acted, len(self.users), 0)

    def apply(self, events: Events) -> None:
        """Take in what happened, in any order; all tweets must be known."""
        if not len(events):
            return
        self.newest = max(self.newest, int(events.at.max()))
        about_pair = self.engaged.covers(events.action)
        about_user = self.graph.relations.covers(events.action) & ~about_pair
        self.touch(events.user[about_pair | about_user])  # looking on changes nobody's taste
        self._count_once(events[~about_pair & ~about_user])
        self._engage(self._standing(events[about_pair], between_users=False))
        self._relate(events[about_user])

    def touch(self, user: Rows) -> None:
        """Something is about to change, for these users in particular."""
        self.version += 1
        self.acted[user] = self.version

    def published(self, now: int) -> Rows:
        """All tweets that exist at `now`, oldest first; those of unknown time come first."""
        return self.calendar.until(now)

    def fresh(self, now: int, hours: float, at_least: int) -> Rows:
        """The tweets younger than `hours`, or else the newest `at_least`, oldest first.

        A tweet of unknown age is never too old.
        """
        return self.calendar.fresh(now, hours, at_least)

    def oldest_fresh(self, now: int, hours: float, at_least: int) -> int:
        """The time from which on tweets are fresh."""
        return self.calendar.oldest_fresh(now, hours, at_least)

    def draw_fresh(self, now: Times, hours: float, at_least: int, rng: np.random.Generator) -> Rows:
        """One tweet drawn uniformly from what was fresh at each moment."""
        return self.calendar.draw_fresh(now, hours, at_least, rng)

    def fresh_count(self, now: Times, hours: float, at_least: int) -> NDArray[np.int64]:
        """How many tweets were fresh at each moment."""
        return self.calendar.fresh_count(now, hours, at_least)

    def seen_by(self, viewer: int, since: int = NEVER) -> Rows:
        """The tweets that a viewer was shown at `since` or later, by row."""
        return self.seen.of(viewer, since)

    def may_have_seen(self, viewer: int, tweet: Rows) -> NDArray[np.bool_]:
        """Which tweets a viewer saw or acted on so long ago that only a trace is left."""
        if not self.seen_long_ago.count:
            return np.zeros(len(tweet), bool)
        who = self.users.ids.hashes(np.array([viewer], np.int32))
        return self.seen_long_ago.has(who, self.tweets.ids.hashes(tweet))

    def served_since(self, viewer: int, at: int) -> Rows:
        """The tweets that were in an answer to a viewer at `at` or later, by row."""
        return self.served.of(viewer, at)

    def engaged_by(self, viewer: int) -> Rows:
        """The tweets that a viewer has acted on and not taken that back, by row."""
        row = self.engagements.of(viewer)
        return np.sort(self.engaged.index.right[row[self.engaged.is_on[row].any(axis=1)]])

    def remember(self, row: Rows) -> None:
        """Bring the histories up to date with these rows of `engaged`."""
        if not len(row):
            return
        index = self.engaged.index
        user, tweet = index.left[row], index.right[row]
        at, tiebreak = self.engaged.newest(row, ENGAGEMENT_KINDS)
        at[self.tweets.deleted[tweet]] = NEVER
        short = self.history.update(user, tweet, at, tiebreak)
        if len(short):
            row, owner = self.engagements.gather(short)
            at, tiebreak = self.engaged.newest(row, ENGAGEMENT_KINDS)
            there = (at != NEVER) & ~self.tweets.deleted[index.right[row]]
            self.history.fill(
                short, owner[there], index.right[row[there]], at[there], tiebreak[there]
            )

    def count_engagements(self, changes: Changes) -> None:
        """Add and take back what people said of tweets."""
        index, kind = self.engaged.index, _COUNT_ON_PAIR[changes.kind]
        acts = self._acts(
            index.left[changes.row], index.right[changes.row], kind, changes.at, changes.sign
        )
        self.tally.add_for_actor(acts)
        complains = np.isin(kind, COMPLAINTS)
        self.tally.add_for_subject(acts[~complains])
        self.tally.complain(acts[complains])
        engaging = np.isin(kind, ENGAGED)
        self._count_written(changes.row[engaging], changes.sign[engaging])

    def count_relations(self, changes: Changes) -> None:
        """Add and take back mutes and blocks."""
        relations = self.graph.relations
        changes = changes[np.isin(changes.kind, AWAY)]
        if not len(changes.row):
            return
        kind = np.full(len(changes.row), int(Count.NEGATIVE))
        acts = self._acts(
            relations.index.left[changes.row],
            changes.note,
            kind,
            changes.at,
            changes.sign,
            relations.index.right[changes.row],
        )
        self.tally.add_for_actor(acts)
        self.tally.complain(acts)

    def _standing(self, events: Events, between_users: bool) -> Events:
        """The events that have not been erased since."""
        gone = self.users.erased(events.user, events.at, events.tiebreak)
        if between_users:
            gone |= self.users.erased(events.target, events.at, events.tiebreak)
        return events[~gone] if gone.any() else events

    def _count_once(self, events: Events) -> None:
        """What simply adds up: impressions, clicks, posts. Of somebody erased the numbers stay,
        and nobody knows whose they were."""
        kind = _COUNT[events.action]
        events, kind = events[kind >= 0], kind[kind >= 0]
        if not len(events):
            return
        acts = self._acts(events.user, events.tweet, kind, events.at, np.ones(len(events)))
        self.tally.add_for_subject(acts)
        acts = acts[
            (kind != Count.POST) & ~self.users.erased(events.user, events.at, events.tiebreak)
        ]
        self.tally.add_for_actor(acts)
        shown = acts[acts.kind == Count.IMPRESSION]
        self.seen.add(shown.user, shown.tweet, shown.at)

    def _engage(self, events: Events) -> None:
        """Likes, retweets, replies and complaints about a tweet, and their undoing."""
        if not len(events):
            return
        listed = len(self.engaged.index)
        changes = self.engaged.apply(
            events.action, events.user, events.tweet, events.at, events.tiebreak
        )
        new = np.arange(listed, len(self.engaged.index), dtype=np.int32)
        self.engagements.append(self.engaged.index.left[new], new)
        self.count_engagements(changes)
        self.remember(changes.touched)
        author = self.tweets.author[events.tweet]
        averse = (events.action == Action.NOT_INTERESTED) & (author >= 0)
        if averse.any():
            some = events[averse]
            self.graph.apply(
                some.action, some.user, author[averse], some.at, some.tiebreak, some.tweet
            )

    def _relate(self, events: Events) -> None:
        """Follows, mutes and blocks; what came from a tweet also counts for that tweet."""
        if not len(events):
            return
        follows = events[(events.action == Action.FOLLOW) & (events.tweet >= 0)]
        kind = np.full(len(follows), int(Count.FOLLOW))
        acts = self._acts(follows.user, follows.tweet, kind, follows.at, np.ones(len(follows)))
        self.tally.add_for_subject(acts)
        self.tally.add_for_actor(
            acts[~self.users.erased(follows.user, follows.at, follows.tiebreak)]
        )
        standing = self._standing(events[events.target >= 0], between_users=True)
        self.count_relations(
            self.graph.apply(
                standing.action,
                standing.user,
                standing.target,
                standing.at,
                standing.tiebreak,
                standing.tweet,
            )
        )

    def _acts(
        self,
        user: Rows,
        tweet: Rows,
        kind: NDArray[np.integer],
        at: Times,
        weight: Counts,
        author: Rows | None = None,
    ) -> Acts:
        """`author` is given where a tweet may be missing."""
        topic = np.zeros(len(tweet), np.int32)
        known = tweet >= 0
        topic[known] = self.tweets.tags[tweet[known], 0].view(np.int32)
        if author is None:
            author = self.tweets.author[tweet]
        return Acts(user, tweet, author, topic, kind, at, weight)

    def _count_written(self, row: Rows, sign: Counts) -> None:
        """How many tweets each user is engaged with, by what changed in rows of `engaged`."""
        rows, place = np.unique(row, return_inverse=True)
        change = np.bincount(place, weights=sign, minlength=len(rows)).astype(np.int64)
        after = self.engaged.is_on[rows][:, ENGAGEMENT_KINDS].sum(axis=1)
        gained = (after > 0).astype(np.int64) - (after - change > 0)
        np.add.at(self.history.written, self.engaged.index.left[rows], gained)
