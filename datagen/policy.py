"""The logging policy: recent tweets of followees, then trending tweets, then random ones."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from datagen.offers import Offers, Slates
from datagen.pairs import Pairs
from datagen.parameters import HOUR
from datagen.sessions import Sessions
from datagen.slate_sampling import sample_slates
from datagen.users import Rows
from datagen.world import World

NEWS_HOURS: Final = 48
NEWS_HALF_LIFE_HOURS: Final = 16.0
TRENDS: Final = 60
TREND_HOURS: Final = 48
TREND_HALF_LIFE_HOURS: Final = 8.0
FINDS: Final = 24
FIND_HOURS: Final = 72
FOLLOWED, TRENDING, EXPLORED = range(3)

Numbers = NDArray[np.float64]


class Policy:
    """The feed that served the log. It remembers the tweets that each viewer acted on, the authors
    that each viewer avoids, and the trends."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.finished = Pairs(len(world.tweets))  # viewer, tweet
        self.avoided = Pairs(len(world.users))  # viewer, author
        self._trend = np.zeros(len(world.tweets))
        self._trend_at = world.parameters.start
        tweets = world.tweets
        self._by_author = np.lexsort((tweets.created, tweets.author)).astype(np.int32)
        self._written = self._moment(tweets.author, tweets.created)[self._by_author]

    def learn(self, tweet: Rows, now: int) -> None:
        """Count engagements as trends, which decay."""
        self._trend *= 0.5 ** ((now - self._trend_at) / HOUR / TREND_HALF_LIFE_HOURS)
        self._trend_at = now
        np.add.at(self._trend, tweet, 1.0)

    def show(self, sessions: Sessions, rng: np.random.Generator) -> Slates:
        """Sample a slate for each session."""
        channels = (
            self._followed(sessions),
            self._trending(sessions),
            self._explored(sessions, rng),
        )
        offers = Offers.together(channels)
        viewer = sessions.user[offers.session]
        fit = viewer != offers.author
        fit &= ~self.avoided.holds(viewer, offers.author)
        fit &= ~self.finished.holds(viewer, offers.tweet)
        return sample_slates(offers.take(fit), sessions.length, rng)

    def _followed(self, sessions: Sessions) -> Offers:
        """Offers by followees of the last `NEWS_HOURS`, weighted towards the newest."""
        graph, tweets = self.world.follow_graph, self.world.tweets
        session, tie = _spread(*graph.ranges(sessions.user))
        known = graph.since[tie] <= sessions.started[session]
        session, tie = session[known], tie[known]
        followee = (graph.key[tie] % graph.users).astype(np.int32)
        now = sessions.started[session]
        since = self._moment(followee, now - NEWS_HOURS * HOUR)
        low = np.searchsorted(self._written, since)
        high = np.searchsorted(self._written, self._moment(followee, now), side="right")
        friend, place = _spread(low, high)
        tweet = self._by_author[place]
        age_hours = (now[friend] - tweets.created[tweet]) / HOUR
        weight = np.exp2(-age_hours / NEWS_HALF_LIFE_HOURS)
        return self._offers(FOLLOWED, session[friend], tweet, weight, np.ones(len(tweet)))

    def _trending(self, sessions: Sessions) -> Offers:
        """Offers of the trending tweets as of the first session, the same for every session."""
        first = int(sessions.started[0])
        created = self.world.tweets.created
        low, high = np.searchsorted(created, [first - TREND_HOURS * HOUR, first])
        top = low + np.argsort(-self._trend[low:high], kind="stable")[:TRENDS]
        n = len(sessions)
        session = np.repeat(np.arange(n, dtype=np.int32), len(top))
        weight = np.tile(1.0 / (10.0 + np.arange(len(top))), n)
        tweet = np.tile(top.astype(np.int32), n)
        return self._offers(TRENDING, session, tweet, weight, np.ones(len(tweet)))

    def _explored(self, sessions: Sessions, rng: np.random.Generator) -> Offers:
        """Offers of a few random tweets of the last `FIND_HOURS`, by any author."""
        created = self.world.tweets.created
        low = np.searchsorted(created, sessions.started - FIND_HOURS * HOUR)
        pool = np.searchsorted(created, sessions.started, side="right") - low
        session = np.repeat(np.flatnonzero(pool > 0).astype(np.int32), FINDS)
        tweet = low[session] + (rng.random(len(session)) * pool[session]).astype(np.int64)
        share = np.minimum(FINDS / pool[session], 1.0)
        return self._offers(EXPLORED, session, tweet.astype(np.int32), np.ones(len(tweet)), share)

    def _offers(
        self, channel: int, session: Rows, tweet: Rows, weight: Numbers, share: Numbers
    ) -> Offers:
        author = self.world.tweets.author[tweet]
        return Offers(session, tweet, author, np.full_like(session, channel), weight, share)

    def _moment(self, author: Rows, at: NDArray[np.int64]) -> NDArray[np.int64]:
        """One number that sorts by author, then by time."""
        start, until = self.world.parameters.start, self.world.parameters.until
        return author.astype(np.int64) * (until - start + 1) + np.clip(at - start, 0, until - start)


def _spread(low: NDArray[np.int64], high: NDArray[np.int64]) -> tuple[Rows, NDArray[np.int64]]:
    """All numbers from low[i] to high[i] - 1, and the i of each."""
    count = high - low
    owner = np.repeat(np.arange(len(count), dtype=np.int32), count)
    begin = np.cumsum(count) - count
    return owner, np.arange(len(owner)) - begin[owner] + low[owner]
