"""The tweets that sources may propose: those inside the freshness window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import CandidateBatch, Column, Mask, Rows
from app.pipeline.components import Filter
from app.pipeline.failures import FailedClosedError
from app.pipeline.query import Query
from app.retrieval.age import ages_hours
from app.retrieval.memo import Memo
from app.retrieval.posts import fresh_posts
from app.retrieval.top_k import Worth, top_k
from app.retrieval.topic_index import TopicIndex
from ml.arrays import Times
from ml.state.feature_state import FeatureState
from ml.state.tables.audience import PUBLIC

OVERFETCH: Final = 32  # rows looked at beyond the limit, to replace those that are dropped


@dataclass(frozen=True, slots=True)
class Fresh:
    """The window at a moment: the public tweets inside it, oldest first."""

    oldest: int  # the time from which on tweets are fresh
    tweet: Rows
    author: Rows
    created_at: Times
    topic: NDArray[np.int32]  # tokens, 0 where there is none
    by_topic: TopicIndex


@dataclass(frozen=True)
class FreshTweets:
    """What sources share: the tweets of the window, and the top of them.

    A source that takes from here spends no places on tweets that the filters would drop.
    """

    state: FeatureState
    max_age_hours: float
    at_least: int
    audience: Filter
    eligibility: Sequence[Filter]  # what is dropped before the ranker, but for its age
    visibility: Sequence[Filter]  # what may not be shown, but for its audience

    @cached_property
    def fresh(self) -> Memo[Fresh]:
        """The public tweets inside the window at a moment: all that a stranger may be shown."""
        return Memo(self._fresh, lambda: self.state.tweets.version)

    def _fresh(self, now: int) -> Fresh:
        tweets, window = self.state.tweets, (now, self.max_age_hours, self.at_least)
        tweet = self.state.fresh(*window)
        tweet = tweet[tweets.audience.visibility[tweet] == PUBLIC]
        topic = tweets.tags[tweet, 0].view(np.int32)
        return Fresh(
            self.state.oldest_fresh(*window),
            tweet,
            tweets.author[tweet],
            tweets.created_at[tweet],
            topic,
            TopicIndex.of(topic),
        )

    def by(
        self, query: Query, author: Rows, strength: Column, least: float, half_life_hours: float
    ) -> tuple[Rows, Worth]:
        """The fresh tweets of some authors, and what they are worth."""
        posts = self.state.posts
        return fresh_posts(
            author,
            strength,
            least,
            half_life_hours,
            posts.data,
            posts.start,
            posts.length,
            self.state.tweets.created_at,
            self.fresh(query.now).oldest,
            query.now,
        )

    def top(self, query: Query, tweet: Rows, worth: Worth, limit: int) -> CandidateBatch:
        """The `limit` tweets of the greatest worth, best first; of equals the older.

        Where there are more tweets than places, those that cannot be served take none; otherwise
        the feed's own filters drop them, but for what the viewer may not see.

        Raises:
            FailedClosedError: it is not known what may be shown.
        """
        if len(tweet) > limit:
            return self.batch(self.tops(query, tweet, [worth], limit)[0])
        batch = self.batch(tweet.take(top_k(tweet, worth, limit)))
        seen = self._seen_by(query, batch)
        return batch if seen.all() else batch.take(seen)

    def tops(self, query: Query, tweet: Rows, worths: Sequence[Worth], limit: int) -> list[Rows]:
        """The same for several worths, in one look at what can be served."""
        few = len(tweet) <= limit
        reach = limit if few else limit + OVERFETCH
        while True:
            best = [tweet.take(top_k(tweet, worth, reach)) for worth in worths]  # of one length
            batch = self.batch(np.concatenate(best))
            kept = self._seen_by(query, batch) if few else self._can_be_served(query, batch)
            kept = kept.reshape(len(worths), -1)
            served = [one[keeps][:limit] for one, keeps in zip(best, kept, strict=True)]
            if reach >= len(tweet) or all(len(one) == limit for one in served):
                return served
            reach *= 4

    def _can_be_served(self, query: Query, batch: CandidateBatch) -> Mask:
        """Which rows the filters of the feed would keep."""
        kept = self._seen_by(query, batch)
        for filter_ in self.eligibility:
            kept &= filter_.keep(query, batch)
        for filter_ in self.visibility:
            kept &= _visible(filter_, query, batch)
        return kept

    def _seen_by(self, query: Query, batch: CandidateBatch) -> Mask:
        """Which rows are for an audience that the viewer is part of."""
        return _visible(self.audience, query, batch)

    def age_hours(self, tweet: Rows, now: int) -> NDArray[np.float64]:
        """Hours since each tweet was written; 24 where that is unknown."""
        return ages_hours(tweet, self.state.tweets.created_at, now)

    def batch(self, tweet: Rows) -> CandidateBatch:
        """These tweets with their authors."""
        return CandidateBatch.of(tweet, self.state.tweets.author[tweet])


def _visible(filter_: Filter, query: Query, batch: CandidateBatch) -> Mask:
    """Which rows a visibility filter keeps.

    Raises:
        FailedClosedError: it failed, so it is not known what may be shown.
    """
    try:
        return filter_.keep(query, batch)
    except Exception as error:
        raise FailedClosedError(f"{type(filter_).__name__} failed: {error!r}") from error
