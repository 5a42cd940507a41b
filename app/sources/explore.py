"""Tweets on a topic that the viewer may have come to like, to find out whether it is so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import CandidateBatch, Rows
from app.pipeline.query import Query
from app.retrieval.age import age_hours
from app.retrieval.fresh_tweets import FreshTweets
from app.retrieval.sort_keys import Keys, sort_key
from ml.arrays import Times
from ml.features import author as of_author
from ml.features import tweet as of_tweet
from ml.features.liking import before_seeing, liking, own_posts
from ml.features.rates import engagement_rate
from ml.kernels import kernel
from ml.state.structures.counters import Counts, CountTable, Moments
from ml.state.structures.pair_index import PairTable, find
from ml.state.structures.tokens import Tokens
from ml.state.tables.counted import counted
from ml.state.tables.counts import Count
from ml.state.tables.neighborhood import places_among

Topics = NDArray[np.int32]
NO_TOPIC: Final = 0
IMPRESSION: Final = int(Count.IMPRESSION)
NEWEST: Final = 1_000  # tweets on a topic that are looked at
TWEET_STRENGTH: Final = of_tweet.STRENGTH
AUTHOR_STRENGTH: Final = of_author.STRENGTH


@dataclass(frozen=True, slots=True)
class Explore:
    """Tweets by strangers on one topic that the viewer engaged with lately, and that is not known
    to be theirs: the likeliest. The best received come first.

    Who engages off their usual track may have meant the author, or the topic. The ranker has seen
    too many of the first kind to believe in the second; a few more tweets tell. What is passed by
    is soon let go.
    """

    fresh_tweets: FreshTweets
    half_life_hours: float
    hopeful: float = 0.1  # a topic liked with a lower probability is not worth a place
    certain: float = 0.97  # a topic liked with a greater one needs no exploring

    def fetch(self, query: Query, limit: int) -> CandidateBatch:
        wanted = self._wanted(query)
        state, around = self.fresh_tweets.state, query.neighborhood
        fresh = self.fresh_tweets.fresh(query.now)
        keys = _on_topic(
            wanted,
            fresh.by_topic.near(wanted),
            fresh.first,
            fresh.topic,
            fresh.tweet,
            fresh.author,
            query.viewer,
            around.following,
            around.excluded_authors,
            around.see_fewer_authors,
            *state.tweet_counts.table,
            *state.author_counts.table,
            state.tweets.created_at,
            self.half_life_hours,
            query.now,
        )
        return self.fresh_tweets.best(keys, limit)

    def _wanted(self, query: Query) -> int:
        """The topic to try, or `NO_TOPIC`.

        Without impressions of the viewer it is unknown which topics they passed by.
        """
        state, viewer = self.fresh_tweets.state, query.viewer
        tastes, lately = state.topic_counts, state.topic_counts_lately
        if viewer < 0:
            return NO_TOPIC
        return _likeliest(
            viewer,
            state.history.tweet,
            state.tweets.tags,
            state.users.interests,
            *state.viewer_counts.table,
            tastes.index.table,
            *tastes.counts.table,
            lately.index.table,
            *lately.counts.table,
            self.hopeful,
            self.certain,
            query.now,
        )


@kernel
def _likeliest(
    viewer: int,
    engaged: Rows,
    tags: Tokens,
    interests: Tokens,
    of_viewers: Counts,
    viewers_newest: Moments,
    viewers_half_life_seconds: float,
    index: PairTable,
    of_pairs: Counts,
    pairs_newest: Moments,
    pairs_half_life_seconds: float,
    lately_index: PairTable,
    of_pairs_lately: Counts,
    lately_newest: Moments,
    lately_half_life_seconds: float,
    hopeful: float,
    certain: float,
    now: int,
) -> int:
    """The topic of what a viewer engaged with that they like with the greatest probability from
    `hopeful` to `certain`, but for declared ones; of equals that of the newest engagement. None
    without impressions.

    What they did counts for days only: a topic passed by a month ago may be liked now.
    """
    viewer_counts = CountTable(of_viewers, viewers_newest, viewers_half_life_seconds)
    counts = CountTable(of_pairs, pairs_newest, pairs_half_life_seconds)
    lately_counts = CountTable(of_pairs_lately, lately_newest, lately_half_life_seconds)
    wanted, likeliest = NO_TOPIC, 0.0
    they, declares = counted(viewer_counts, viewer, now), interests[viewer, 0] != NO_TOPIC
    tried, tries = np.empty(engaged.shape[1], np.int32), 0
    for place in range(engaged.shape[1] if of_viewers[viewer, IMPRESSION] > 0 else 0):
        tweet = engaged[viewer, place]
        topic = int(np.int32(tags[tweet, 0])) if tweet >= 0 else NO_TOPIC
        is_known = topic == NO_TOPIC
        for i in range(interests.shape[1]):
            is_known |= np.int32(interests[viewer, i]) == topic
        for i in range(tries):
            is_known |= tried[i] == topic
        if is_known:
            continue
        tried[tries], tries = topic, tries + 1
        written = own_posts(counted(counts, find(index, viewer, topic), now), they)
        did = counted(lately_counts, find(lately_index, viewer, topic), now)
        likely = liking(before_seeing(written, 1.0, False, declares), did, they)
        if likeliest < likely <= certain and likely >= hopeful:
            wanted, likeliest = topic, likely
    return int(wanted)


@kernel
def _on_topic(
    wanted: int,
    places: Rows,
    first: int,
    topic: Topics,
    tweet: Rows,
    author: Rows,
    viewer: int,
    following: Rows,
    excluded: Rows,
    see_fewer: Rows,
    of_tweets: Counts,
    tweets_newest: Moments,
    tweets_half_life_seconds: float,
    of_authors: Counts,
    authors_newest: Moments,
    authors_half_life_seconds: float,
    created_at: Times,
    half_life_hours: float,
    now: int,
) -> Keys:
    """The newest tweets on a topic, by authors that the viewer neither follows nor excludes, nor
    wants to see less of; by their reception and recency.

    Args:
        places: where they may be in a list, oldest first.
        first: the place in it of the first of the tweets.
    """
    tweet_counts = CountTable(of_tweets, tweets_newest, tweets_half_life_seconds)
    author_counts = CountTable(of_authors, authors_newest, authors_half_life_seconds)
    rows, authors, on_topic = np.empty(len(places), np.int32), np.empty(len(places), np.int32), 0
    seen = 0
    for place in range(len(places) - 1, -1, -1):
        if seen == NEWEST or wanted == NO_TOPIC:
            break
        i = places[place] - first
        if 0 <= i < len(topic) and topic[i] == wanted:
            seen += 1
            if author[i] != viewer:
                rows[on_topic], authors[on_topic], on_topic = tweet[i], author[i], on_topic + 1
    rows, authors = rows[:on_topic], authors[:on_topic]
    follows, excludes = places_among(authors, following), places_among(authors, excluded)
    wants_less = places_among(authors, see_fewer)
    keys, found = np.empty(on_topic, np.int64), 0
    for i in range(on_topic):
        if follows[i] >= 0 or excludes[i] >= 0 or wants_less[i] >= 0:
            continue
        received = engagement_rate(counted(tweet_counts, int(rows[i]), now), TWEET_STRENGTH)
        received *= engagement_rate(counted(author_counts, int(authors[i]), now), AUTHOR_STRENGTH)
        fading = np.log(2) / half_life_hours * age_hours(created_at[rows[i]], now)
        keys[found] = sort_key(np.log(received) - fading, rows[i])
        found += 1
    return keys[:found]
