"""What the old feed showed: news from followees, then what trends, then anything at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from datagen.pairs import Pairs
from datagen.parameters import HOUR
from datagen.sessions import Sessions
from datagen.users import Rows
from datagen.world import World

FOLLOWED_SHARE: Final = 0.5
TRENDING_SHARE: Final = 0.5  # of what the followees leave
FOLLOWED_HOURS: Final = 48
TRENDING_HOURS: Final = 48
EXPLORED_HOURS: Final = 72
TRENDING: Final = 60
EXPLORED: Final = 24
TREND_HALF_LIFE_HOURS: Final = 8.0
NEWS_HALF_LIFE_HOURS: Final = 16.0

Floats64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Slates:
    """What each session showed, top first; `session` counts within the batch."""

    session: Rows
    tweet: Rows
    position: Rows
    propensity: Floats64


class Policy:
    """A feed of three channels. Within a channel tweets race: weight w arrives after
    Exponential(w), the first ones win, and P(shown) is known without counting the ways
    (bottom-k sampling: Cohen and Kaplan, 2007)."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.avoided = Pairs(len(world.users))
        self.finished = Pairs(len(world.tweets))
        self._trend = np.zeros(len(world.tweets))
        self._trend_at = world.parameters.start
        tweets = world.tweets
        self._by_author = np.lexsort((tweets.created, tweets.author)).astype(np.int32)
        self._author_time = self._moment(tweets.author, tweets.created)[self._by_author]

    def learn(self, tweet: Rows, now: int) -> None:
        """Engagements make trends, and trends fade."""
        self._trend *= 0.5 ** ((now - self._trend_at) / HOUR / TREND_HALF_LIFE_HOURS)
        self._trend_at = now
        np.add.at(self._trend, tweet, 1.0)

    def show(self, sessions: Sessions, rng: np.random.Generator) -> Slates:
        """Fill each session: half from followees as far as they have news, half of the rest
        from trends, and whatever is left from anywhere."""
        followed = self._followed(sessions)
        trending = self._trending(sessions)
        explored = self._explored(sessions, rng)
        session, tweet, weight, share = (
            np.concatenate(columns) for columns in zip(followed, trending, explored, strict=True)
        )
        channel = np.repeat(np.arange(3), [len(followed[0]), len(trending[0]), len(explored[0])])
        fit = self._fit(sessions, session.astype(np.int32), tweet)
        session, tweet, weight, share, channel = (
            column[fit] for column in (session, tweet, weight, share, channel)
        )
        return _fill(
            sessions, session, tweet, weight, share, channel, self.world.tweets.author[tweet], rng
        )

    def _followed(self, sessions: Sessions) -> tuple[Rows, Rows, Floats64, Floats64]:
        ties, tweets, n = self.world.ties, self.world.tweets, len(self.world.users)
        low = np.searchsorted(ties.key, sessions.user.astype(np.int64) * n)
        high = np.searchsorted(ties.key, (sessions.user.astype(np.int64) + 1) * n)
        session, tie = _ranges(low, high)
        known = ties.since[tie] <= sessions.started[session]
        session, tie = session[known], tie[known]
        followee = (ties.key[tie] % n).astype(np.int32)
        now = sessions.started[session]
        low = np.searchsorted(
            self._author_time, self._moment(followee, now - FOLLOWED_HOURS * HOUR)
        )
        high = np.searchsorted(self._author_time, self._moment(followee, now), side="right")
        friend, place = _ranges(low, high)
        tweet = self._by_author[place]
        age_hours = (now[friend] - tweets.created[tweet]) / HOUR
        weight = np.exp2(-age_hours / NEWS_HALF_LIFE_HOURS)
        return session[friend], tweet, weight, np.ones(len(tweet))

    def _trending(self, sessions: Sessions) -> tuple[Rows, Rows, Floats64, Floats64]:
        """The same top for everybody in the batch, as of its first session."""
        first = int(sessions.started[0])
        low, high = np.searchsorted(
            self.world.tweets.created, [first - TRENDING_HOURS * HOUR, first]
        )
        top = low + np.argsort(-self._trend[low:high], kind="stable")[:TRENDING]
        session = np.repeat(np.arange(len(sessions), dtype=np.int32), len(top))
        weight = 1.0 / (10.0 + np.arange(len(top)))
        return (
            session,
            np.tile(top.astype(np.int32), len(sessions)),
            np.tile(weight, len(sessions)),
            np.ones(len(session)),
        )

    def _explored(
        self, sessions: Sessions, rng: np.random.Generator
    ) -> tuple[Rows, Rows, Floats64, Floats64]:
        created = self.world.tweets.created
        low = np.searchsorted(created, sessions.started - EXPLORED_HOURS * HOUR)
        pool = np.searchsorted(created, sessions.started, side="right") - low
        session = np.repeat(np.flatnonzero(pool > 0).astype(np.int32), EXPLORED)
        pool, low = pool[session], low[session]
        tweet = low + (rng.random(len(session)) * pool).astype(np.int64)
        share = np.minimum(EXPLORED / pool, 1.0)
        return session, tweet.astype(np.int32), np.ones(len(session)), share

    def _fit(self, sessions: Sessions, session: Rows, tweet: Rows) -> NDArray[np.bool_]:
        """Not one's own, not finished with, not by somebody one has had enough of."""
        user, author = sessions.user[session], self.world.tweets.author[tweet]
        return (
            (user != author) & ~self.avoided.holds(user, author) & ~self.finished.holds(user, tweet)
        )

    def _moment(self, author: Rows, at: NDArray[np.int64]) -> NDArray[np.int64]:
        """One number that sorts by author, then by time."""
        start, until = self.world.parameters.start, self.world.parameters.until
        return author.astype(np.int64) * (until - start + 1) + np.clip(at - start, 0, until - start)


def _fill(
    sessions: Sessions,
    session: Rows,
    tweet: Rows,
    weight: Floats64,
    share: Floats64,
    channel: NDArray[np.int64],
    author: Rows,
    rng: np.random.Generator,
) -> Slates:
    arrival = rng.exponential(1.0, len(tweet)) / weight
    # One tweet per author and session: the one that arrives first in its best channel.
    group = session.astype(np.int64) * (int(author.max(initial=0)) + 1) + author
    order = np.lexsort((arrival, channel, group))
    lead = np.ones(len(order), np.bool_)
    lead[1:] = np.diff(group[order]) > 0
    group_of = np.cumsum(lead) - 1
    first = order[lead]
    same = channel[order] == channel[first][group_of]
    total = np.bincount(group_of, weight[order] * same, minlength=len(first))  # per group
    share = share[first] * weight[first] / total
    session, tweet, channel, arrival = session[first], tweet[first], channel[first], arrival[first]
    # Rank the arrivals of each session's channels and let each channel take its quota.
    order = np.lexsort((arrival, channel, session))
    session, tweet, channel = session[order], tweet[order], channel[order]
    arrival, share, total = arrival[order], share[order], total[order]
    lane = session.astype(np.int64) * 3 + channel
    offers = np.bincount(lane, minlength=3 * len(sessions)).reshape(-1, 3)  # (sessions, channels)
    quota = _quotas(sessions.length, offers)
    begin = np.cumsum(offers.ravel()) - offers.ravel()
    rank = np.arange(len(lane)) - begin[lane]
    shown = rank < quota.ravel()[lane]
    full = offers.ravel() > quota.ravel()
    bar = np.full(3 * len(sessions), np.inf)
    bar[full] = arrival[(begin + quota.ravel())[full]]
    propensity = share * -np.expm1(-total * bar[lane])
    session, tweet, propensity = session[shown], tweet[shown], propensity[shown]
    # The order on the page is chance, so that position says nothing about the tweet.
    order = np.lexsort((rng.random(len(session)), session))
    session, tweet, propensity = session[order], tweet[order], propensity[order]
    starts = np.searchsorted(session, np.arange(len(sessions)))
    position = np.arange(len(session)) - starts[session]
    return Slates(session, tweet, position.astype(np.int32), propensity)


def _quotas(length: NDArray[np.int64], offers: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many each channel shows: what one cannot fill falls through to the next."""
    followed = np.minimum(np.ceil(FOLLOWED_SHARE * length).astype(np.int64), offers[:, 0])
    rest = length - followed
    trending = np.minimum(np.ceil(TRENDING_SHARE * rest).astype(np.int64), offers[:, 1])
    explored = np.minimum(rest - trending, offers[:, 2])
    return np.column_stack((followed, trending, explored))


def _ranges(low: NDArray[np.int64], high: NDArray[np.int64]) -> tuple[Rows, NDArray[np.int64]]:
    """All of low[i]..high[i], with i beside each."""
    count = np.maximum(high - low, 0)
    owner = np.repeat(np.arange(len(count), dtype=np.int32), count)
    begin = np.cumsum(count) - count
    return owner, np.arange(len(owner)) - begin[owner] + low[owner]
