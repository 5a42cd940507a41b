"""Everything that features read: one writer (`apply`), any number of readers."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.log.events import Events, Rows, Times
from ml.schema import Action
from ml.state.catalog import UNKNOWN_TIME, Tweets, Users
from ml.state.counters import DecayedCounts, PairCounts
from ml.state.graph import Graph
from ml.state.history import History
from ml.state.ragged import Ragged
from ml.state.toggles import Toggles


class Count(IntEnum):
    """What is counted: the columns of every table of counters."""

    IMPRESSION = 0
    LIKE = 1
    RETWEET = 2
    REPLY = 3
    FOLLOW = 4
    NEGATIVE = 5
    REPORT = 6
    CLICK = 7
    POST = 8


COUNT_OF: Final = {
    Action.IMPRESSION: Count.IMPRESSION,
    Action.LIKE: Count.LIKE,
    Action.RETWEET: Count.RETWEET,
    Action.REPLY: Count.REPLY,
    Action.FOLLOW: Count.FOLLOW,
    Action.NOT_INTERESTED: Count.NEGATIVE,
    Action.MUTE: Count.NEGATIVE,
    Action.BLOCK: Count.NEGATIVE,
    Action.REPORT: Count.REPORT,
    Action.CLICK: Count.CLICK,
    Action.POST: Count.POST,
}
ENGAGED: Final = (Count.LIKE, Count.RETWEET, Count.REPLY)
ON_PAIR: Final = (
    Action.LIKE,
    Action.RETWEET,
    Action.REPLY,
    Action.NOT_INTERESTED,
    Action.REPORT,
)
TWEET_HALF_LIFE_HOURS: Final = 72.0
PERSON_HALF_LIFE_HOURS: Final = 15 * 24.0
TIE_HALF_LIFE_HOURS: Final = 30 * 24.0

_COUNT: Final = np.array([COUNT_OF.get(action, -1) for action in Action])
_IS_ENGAGED: Final = np.isin(np.arange(len(Count)), ENGAGED)


class FeatureState:
    """The catalog, and what events made of it so far."""

    def __init__(self, users: Users, tweets: Tweets) -> None:
        self.users = users
        self.tweets = tweets
        width = len(Count)
        self.tweet_counts = DecayedCounts(width, TWEET_HALF_LIFE_HOURS, len(tweets))
        self.author_counts = DecayedCounts(width, PERSON_HALF_LIFE_HOURS, len(users))
        self.viewer_counts = DecayedCounts(width, PERSON_HALF_LIFE_HOURS, len(users))
        self.tie_counts = PairCounts(width, TIE_HALF_LIFE_HOURS)  # (viewer, author)
        self.topic_counts = PairCounts(width, PERSON_HALF_LIFE_HOURS)  # (viewer, topic)
        self.engaged = Toggles(ON_PAIR)  # (viewer, tweet)
        self.graph = Graph(len(users))
        self.history = History(len(users))
        self.newest = UNKNOWN_TIME  # the time of the newest event applied
        self.version = 0  # how often something was taken in
        self.acted = np.zeros(len(users), np.int64)  # the version in which each user last acted
        self.posts = Ragged(len(users))  # each author's tweets, oldest first
        self.by_time = np.argsort(tweets.created_at, kind="stable").astype(np.int32)
        known = self.by_time[tweets.author[self.by_time] >= 0]
        self.posts.append(tweets.author[known], known)
        self._times = tweets.created_at[self.by_time]
        self._unknown = int(np.searchsorted(self._times, UNKNOWN_TIME, "right"))

    def apply(self, events: Events) -> None:
        """Take in what happened. The order of the events matters only to what can be undone."""
        if not len(events):
            return
        self.version += 1
        self.acted[events.user] = self.version
        self.newest = max(self.newest, int(events.at.max()))
        about_pair = self.engaged.covers(events.action)
        about_user = self.graph.relations.covers(events.action)
        self._count_once(events[~about_pair & ~about_user])
        self._engage(events[about_pair])
        self._relate(events[about_user])

    def published(self, now: int) -> Rows:
        """All tweets that exist at `now`, oldest first; those of unknown time come first."""
        return self.by_time[: int(np.searchsorted(self._times, now, "right"))]

    def fresh(self, now: int, hours: float, at_least: int) -> Rows:
        """The tweets younger than `hours`, or else the newest `at_least`, oldest first.

        A tweet of unknown age is never too old.
        """
        (start,), (end,) = self._window(np.array([now]), hours, at_least)
        return np.concatenate([self.by_time[: self._unknown], self.by_time[start:end]])

    def oldest_fresh(self, now: int, hours: float, at_least: int) -> int:
        """The time from which on tweets are fresh."""
        (start,), (end,) = self._window(np.array([now]), hours, at_least)
        return int(self._times[start]) if start < end else now

    def draw_fresh(self, now: Times, hours: float, at_least: int, rng: np.random.Generator) -> Rows:
        """One tweet drawn uniformly from what was fresh at each moment."""
        start, end = self._window(now, hours, at_least)
        drawn = rng.integers(0, np.maximum(self._unknown + end - start, 1))
        place = np.where(drawn < self._unknown, drawn, start + drawn - self._unknown)
        tweet: Rows = self.by_time[np.minimum(place, len(self.by_time) - 1)]
        return tweet

    def fresh_count(self, now: Times, hours: float, at_least: int) -> NDArray[np.int64]:
        """How many tweets were fresh at each moment."""
        start, end = self._window(now, hours, at_least)
        return self._unknown + end - start

    def _window(
        self, now: Times, hours: float, at_least: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where in `by_time` the fresh tweets of known age begin and end, at each moment."""
        end = np.searchsorted(self._times, now, "right")
        start = np.searchsorted(self._times, now - int(hours * 3600), "right")
        widened = end - max(at_least - self._unknown, 0)
        return np.maximum(np.minimum(start, widened), self._unknown), end

    def _count_once(self, events: Events) -> None:
        """What simply adds up: impressions, clicks, posts."""
        kind = _COUNT[events.action]
        counted = events[kind >= 0]
        self._count(counted.user, counted.tweet, kind[kind >= 0], counted.at, np.ones(len(counted)))

    def _engage(self, events: Events) -> None:
        """Likes, retweets, replies and complaints about a tweet, and their undoing."""
        if not len(events):
            return
        changes = self.engaged.apply(events.action, events.user, events.tweet, events.at)
        user = self.engaged.index.left[changes.row]
        tweet = self.engaged.index.right[changes.row]
        kind = np.array([COUNT_OF[action] for action in self.engaged.kinds])[changes.kind]
        self._count(user, tweet, kind, changes.at, changes.sign)
        gained = _IS_ENGAGED[kind] & (changes.sign > 0)
        lost = _IS_ENGAGED[kind] & (changes.sign < 0)
        if lost.any():
            still = self.engaged.any(
                (Action.LIKE, Action.RETWEET, Action.REPLY), user[lost], tweet[lost]
            )
            self.history.forget(user[lost][~still], tweet[lost][~still])
        self.history.append(user[gained], tweet[gained], changes.at[gained])

    def _relate(self, events: Events) -> None:
        """Follows, mutes and blocks; one that came from a tweet also counts for that tweet."""
        if not len(events):
            return
        self.graph.apply(events.action, events.user, events.target, events.at)
        kind = _COUNT[events.action]
        from_tweet = (events.tweet >= 0) & (kind >= 0)
        some = events[from_tweet]
        self._count(some.user, some.tweet, kind[from_tweet], some.at, np.ones(len(some)))

    def _count(
        self,
        user: Rows,
        tweet: Rows,
        kind: NDArray[np.integer],
        at: Times,
        weight: NDArray[np.float64],
    ) -> None:
        if not len(user):
            return
        author = self.tweets.author[tweet]
        topic = self.tweets.tags[tweet, 0].view(np.int32)
        post = kind == Count.POST
        self.tweet_counts.add(tweet, kind, at, weight)
        known = author >= 0
        self.author_counts.add(author[known], kind[known], at[known], weight[known])
        acts = ~post
        self.viewer_counts.add(user[acts], kind[acts], at[acts], weight[acts])
        met = acts & known
        self.tie_counts.add(user[met], author[met], kind[met], at[met], weight[met])
        met = acts & (topic != 0)
        self.topic_counts.add(user[met], topic[met], kind[met], at[met], weight[met])
