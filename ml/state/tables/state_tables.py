"""All tables of a state, for reading; `FeatureState` adds the verbs that change them."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.state.structures.aside import adopt, aside
from ml.state.structures.bloom import Bloom
from ml.state.structures.counters import DecayedCounts, PairCounts
from ml.state.structures.event_order import UNKNOWN_TIME
from ml.state.structures.lww_register import LwwRegister
from ml.state.structures.pair_times import PairTimes
from ml.state.structures.ragged import Ragged
from ml.state.structures.read_only import read_only
from ml.state.structures.time_index import TimeIndex
from ml.state.tables.engagement_counts import EngagementCounts
from ml.state.tables.engagements import Engagements
from ml.state.tables.engagers import Engagers
from ml.state.tables.graph import Graph
from ml.state.tables.history import History
from ml.state.tables.known_tweets import known_tweets
from ml.state.tables.mutes import Mutes
from ml.state.tables.pending_events import PendingEvents
from ml.state.tables.seniority import Seniority
from ml.state.tables.served import Offers, Served
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users


class StateTables:
    """The catalog, and what events made of it so far; every property is for reading only."""

    users: Users = read_only("_users")
    tweets: Tweets = read_only("_tweets")
    graph: Graph = read_only("_graph")
    engaged: LwwRegister = read_only("_engagements.register")  # by (viewer, tweet)
    # Each viewer's rows of `engaged`, on or off.
    engagement_lists: Ragged = read_only("_engagements.lists")
    # Each tweet's rows of `engaged`, on or off, and how many people engage with it.
    engagers: Engagers = read_only("_engagements.engagers")
    history: History = read_only("_engagements.history")
    seen: PairTimes = read_only("_seen")  # when a tweet was last shown, by (viewer, tweet)
    served: Served = read_only("_served")  # when a tweet was last in an answer, by (viewer, tweet)
    seen_long_ago: Bloom = read_only("_seen_long_ago")  # the pairs that left `seen` and `engaged`
    pending_events: PendingEvents = read_only(
        "_pending"
    )  # events about tweets that are not here yet
    mutes: Mutes = read_only("_mutes")  # the words and domains that viewers do not want to read
    seniority: Seniority = read_only("_seniority")  # how established each user is
    posts: Ragged = read_only("_posts")  # each author's tweets, in the order they became known
    version: int = read_only("_version")  # how often actions were applied, or taken back
    newest: int = read_only("_newest")  # the time of the newest event applied
    rewritten: int = read_only("_rewritten")  # how often a profile or a text was written anew
    acted: NDArray[np.int64] = read_only("_acted")  # the version in which each user last acted
    offset: int = read_only("_offset")  # the offset of the last record of the log that was applied
    # By how many seconds true times are moved to become times of this state, from now on.
    shift: int = read_only("_shift")
    tweet_counts: DecayedCounts = read_only("_counts.tweet")
    author_counts: DecayedCounts = read_only("_counts.author")
    viewer_counts: DecayedCounts = read_only("_counts.viewer")
    tie_counts: PairCounts = read_only("_counts.tie")  # by (viewer, author)
    topic_counts: PairCounts = read_only("_counts.topic")  # by (viewer, topic)
    # The counts by (viewer, topic) of the last days.
    topic_counts_lately: PairCounts = read_only("_counts.topic_lately")
    by_time: Rows = read_only("_calendar.row")  # all tweets but the deleted, oldest first
    # How often `by_time` changed but for new tweets behind all others.
    reordered: int = read_only("_calendar.reordered")

    def __init__(self, users: Users, tweets: Tweets, false_positives: float) -> None:
        self._users = users
        self._tweets = tweets
        self._counts = EngagementCounts(len(users), len(tweets))
        self._engagements = Engagements(len(users), len(tweets))
        self._graph = Graph(len(users))
        self._seen = PairTimes(len(users))
        self._served = Served(len(users))
        self._offers = Offers()
        self._pending = PendingEvents()
        self._mutes = Mutes()
        self._seniority = Seniority(len(users))
        self._seniority.join(users.created_at)
        self._newest = UNKNOWN_TIME
        self._version = 0
        self._rewritten = 0
        self._acted = np.zeros(len(users), np.int64)
        self._offset = 0
        self._shift = 0
        self._seen_long_ago = Bloom(false_positives)
        self._posts = Ragged(len(users))
        self._calendar = TimeIndex(np.empty(0, np.int32), np.empty(0, np.int64))

    def aside(self) -> Self:
        """A copy to change, by verbs that replace arrays, while others read this."""
        return aside(self)

    def adopt(self, changed: Self) -> None:
        """Know what such a copy knows after it was changed."""
        adopt(self, changed)

    @property
    def offers(self) -> list[tuple[int, str, int]]:
        """(key of a request, tweet, time) of what people without a row were offered."""
        return [(key, tweet, at) for (key, tweet), at in self._offers.at.items()]

    def published(self, now: int) -> Rows:
        """All tweets that exist at `now`, oldest first; those of unknown time come first."""
        return self._calendar.until(now)

    def fresh(self, now: int, hours: float, at_least: int) -> Rows:
        """The tweets younger than `hours`, or else the newest `at_least`, oldest first.

        A tweet of unknown age is never too old.
        """
        return self._calendar.fresh(now, hours, at_least)

    def fresh_places(self, now: int, hours: float, at_least: int) -> tuple[int, int, int]:
        """The same as places of `by_time`: so many from the first on, and those from one place up
        to another. Neither of these is less at a later moment."""
        return self._calendar.fresh_places(now, hours, at_least)

    def oldest_fresh(self, now: int, hours: float, at_least: int) -> int:
        """The time from which on tweets are fresh."""
        return self._calendar.oldest_fresh(now, hours, at_least)

    def draw_fresh(self, now: Times, hours: float, at_least: int, rng: np.random.Generator) -> Rows:
        """One tweet drawn uniformly from what was fresh at each moment."""
        return self._calendar.draw_fresh(now, hours, at_least, rng)

    def fresh_count(self, now: Times, hours: float, at_least: int) -> NDArray[np.int64]:
        """How many tweets were fresh at each moment."""
        return self._calendar.fresh_count(now, hours, at_least)

    def known_to(self, viewer: int, served_since: int) -> Rows:
        """The tweets that a viewer acted on, was shown, or was served lately; in no order."""
        return known_tweets(viewer, self._engagements, self._seen, self._served, served_since)

    def may_have_seen(self, viewer: int, tweet: Rows) -> NDArray[np.bool_]:
        """Which tweets a viewer saw or acted on so long ago that only a trace is left."""
        if not self._seen_long_ago.count:
            return np.zeros(len(tweet), bool)
        who = self._users.ids.hashes(np.array([viewer], np.int32))
        return self._seen_long_ago.has(who, self._tweets.ids.hashes(tweet))

    def served_since(self, viewer: int, at: int) -> Rows:
        """The tweets that were in an answer to a viewer at `at` or later, by row."""
        return self._served.of(viewer, at)

    def served_in(self, viewer: int, tweet: int, request: int) -> int | None:
        """When a tweet was served to a viewer in a request, by its key; None if it was not."""
        return self._served.at_request(viewer, tweet, request)

    def offered_in(self, request: int, tweet_id: str) -> int | None:
        """When a tweet was offered in a request of somebody who had no row then."""
        return self._offers.at_request(request, tweet_id)

    def engaged_by(self, viewer: int) -> Rows:
        """The tweets that a viewer has acted on and not taken that back, by row."""
        return self._engagements.of(viewer)
