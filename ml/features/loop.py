"""Looks up the numbers of one viewer and some tweets, and writes their features row by row.

With `look_ups` it is the only code of features that sees arrays: what is found by searching is
looked up for all rows at once, and then each row is numbers. The module `row_writer` completes the
text of this file with the functions that write the features.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.embeddings.graph_feature_service import followees_engaged, neighbors_following
from ml.embeddings.simclusters import similarity
from ml.features.logarithm import take_logarithms
from ml.features.look_ups import (
    age_hours,
    declared_by,
    neighbors_declaring,
    shared_interests,
)
from ml.features.numbers import DAY_SECONDS, Author, Moment, Pair, Topic, Tweet, Viewer
from ml.features.tables import Numbers
from ml.state.structures.counters import Counts, CountTable, Moments
from ml.state.structures.pair_index import PairTable, find_each
from ml.state.structures.tokens import Tokens
from ml.state.tables.counted import counted
from ml.state.tables.metadata import NAMES as METADATA
from ml.state.tables.neighborhood import places_among

MEDIA: Final = METADATA.index("media")
TEXT_LENGTH: Final = METADATA.index("text_length")
IS_LOG: NDArray[np.bool_] = np.empty(0, np.bool_)  # of each feature; generated


def write_once(out: Numbers, i: int, moment: Moment, viewer: Viewer) -> None:
    """Write the features of a moment and a viewer into a row; generated."""


def repeat_once(out: Numbers, i: int) -> None:
    """Copy the features of a moment and a viewer from the row before; generated."""


def write_row(out: Numbers, i: int, author: Author, tweet: Tweet, topic: Topic, pair: Pair) -> None:
    """Write all other features into a row; generated."""


def write(
    out: Numbers,
    viewer: int,
    tweets: Rows,
    now: Times,
    taste: Numbers,
    following: Rows,
    followed_by: Rows,
    second_degree: Rows,
    by_followers: Rows,
    sampled: Rows,
    author_of: Rows,
    created_at: Times,
    tags: Tokens,
    metadata: Numbers,
    is_reply: NDArray[np.bool_],
    toxicity: Numbers,
    nsfw: Numbers,
    interests: Tokens,
    followers: NDArray[np.int64],
    engaged: Rows,
    engaged_at: Times,
    of_tweets: Counts,
    tweets_newest: Moments,
    tweets_half_life: float,
    of_authors: Counts,
    authors_newest: Moments,
    authors_half_life: float,
    of_viewers: Counts,
    viewers_newest: Moments,
    viewers_half_life: float,
    of_ties: Counts,
    ties_newest: Moments,
    ties_half_life: float,
    of_topics: Counts,
    topics_newest: Moments,
    topics_half_life: float,
    tie_index: PairTable,
    topic_index: PairTable,
    communities: int,
    engagement_half_life: float,
    known_for: Rows,
    how_well_known: Numbers,
    pull: Numbers,
    interested_in: Rows,
    interest: Numbers,
    engagers_start: NDArray[np.int64],
    engagers_length: NDArray[np.int64],
    engagers: Rows,
    engagement_by: Rows,
    engagement_is_on: NDArray[np.bool_],
    engagement_weight: Rows,
    engagement_at: Times,
    engagements_changed: Times,
    communities_as_of: Times,
    communities_of: NDArray[np.int16],
    community_weight: Numbers,
    how_sure: Numbers,
) -> None:
    """Write the features of one viewer and each tweet, as of each moment, into the rows of `out`.

    A feature of viewer or moment is computed where the moment is not that of the row before.

    Args:
        taste: (rows,) of the viewer for each tweet, computed by a kernel of its own: as part of
            this one it could be compiled otherwise, and its last bits would differ.
        following, followed_by, second_degree, by_followers, sampled: the users around the viewer:
            whom they follow, who follows them, whom the sampled followees follow, once per way
            there, whom the followers follow, likewise, and the sampled followees.
    """
    tweet_counts = CountTable(of_tweets, tweets_newest, tweets_half_life)
    author_counts = CountTable(of_authors, authors_newest, authors_half_life)
    viewer_counts = CountTable(of_viewers, viewers_newest, viewers_half_life)
    ties = CountTable(of_ties, ties_newest, ties_half_life)
    topics = CountTable(of_topics, topics_newest, topics_half_life)
    authors, topic_of = np.empty(len(tweets), np.int32), np.empty(len(tweets), np.int32)
    latest = now[0]
    for i in range(len(tweets)):
        authors[i], topic_of[i] = author_of[tweets[i]], np.int32(tags[tweets[i], 0])
        latest = max(latest, now[i])
    tie, about = find_each(tie_index, viewer, authors), find_each(topic_index, viewer, topic_of)
    follows, back = places_among(authors, following), places_among(authors, followed_by)
    known = neighbors_following(authors, second_degree, by_followers)
    proof = followees_engaged(tweets, sampled, engaged, engaged_at, latest)
    shared = shared_interests(interests, viewer, authors)
    alike, asked = neighbors_declaring(interests, following, followed_by, topic_of)
    fame, speaks = (followers[viewer], interests[viewer, 0] != 0) if viewer >= 0 else (0, False)
    declared = declared_by(interests, viewer, topic_of)
    learned = (
        communities,
        engagement_half_life,
        known_for,
        how_well_known,
        pull,
        interested_in,
        interest,
        engagers_start,
        engagers_length,
        engagers,
        engagement_by,
        engagement_is_on,
        engagement_weight,
        engagement_at,
        engagements_changed,
        communities_as_of,
        communities_of,
        community_weight,
        how_sure,
    )
    near = similarity(viewer, following, tweets, interests, tags, author_of, engaged, learned)
    for i in range(len(tweets)):
        tweet, author, at = int(tweets[i]), int(authors[i]), now[i]
        if i == 0 or at != now[i - 1]:
            the_viewer = Viewer(counted(viewer_counts, viewer, at), fame, speaks, asked)
            write_once(out, i, Moment(at % DAY_SECONDS), the_viewer)
        else:
            repeat_once(out, i)
        the_author = Author(
            counted(author_counts, author, at), followers[author] if author >= 0 else 0
        )
        the_tweet = Tweet(
            counted(tweet_counts, tweet, at),
            age_hours(created_at[tweet], at),
            float(metadata[tweet, MEDIA]),
            bool(is_reply[tweet]),
            float(metadata[tweet, TEXT_LENGTH]),
            float(toxicity[tweet]),
            float(nsfw[tweet]),
        )
        topic = Topic(
            the_viewer,
            counted(topics, int(about[i]), at),
            declared[i],
            alike[i],
        )
        pair = Pair(
            counted(ties, int(tie[i]), at),
            the_viewer.counts.negative + the_viewer.counts.report,
            the_author.followers,
            the_tweet.toxicity,
            the_tweet.nsfw,
            follows[i] >= 0,
            back[i] >= 0,
            shared[i],
            known[i],
            proof[i],
            near[i],
            float(taste[i]),
        )
        write_row(out, i, the_author, the_tweet, topic, pair)
    take_logarithms(out, IS_LOG)
