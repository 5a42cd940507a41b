"""Looks up the numbers of one viewer and some tweets, and writes their features row by row.

It is the only code of features that sees arrays: what is found by searching is looked up for all
rows at once, and then each row is numbers. The module `row_writer` completes the text of this file
with the functions that write the features.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ml.arrays import Rows, Times
from ml.embeddings.communities import CommunityArrays
from ml.embeddings.graph_feature_service import followees_engaged, neighbors_following
from ml.embeddings.simclusters import similarity
from ml.features.look_ups import (
    age_hours,
    declared_by,
    dots,
    neighbors_declaring,
    shared_interests,
)
from ml.features.numbers import DAY_SECONDS, Author, Moment, Pair, Topic, Tweet, Viewer
from ml.features.tables import Around, Catalog, CountTables, Numbers, People
from ml.state.structures.counters import CountTable
from ml.state.structures.pair_index import find_each
from ml.state.tables.counted import counted
from ml.state.tables.metadata import NAMES as METADATA
from ml.state.tables.neighborhood import places_among

MEDIA: Final = METADATA.index("media")
TEXT_LENGTH: Final = METADATA.index("text_length")


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
    vector: Numbers,
    around: Around,
    catalog: Catalog,
    people: People,
    counts: CountTables,
    communities: CommunityArrays,
) -> None:
    """Write the features of one viewer and each tweet, as of each moment, into the rows of `out`.

    A feature of viewer or moment is computed where the moment is not that of the row before.
    """
    author_of, created_at, tags, metadata, is_reply, toxicity, nsfw, vectors = catalog
    interests, followers, engaged, engaged_at = people
    of_tweets, of_authors, of_viewers, of_ties, of_topics, tie_index, topic_index = counts
    tweet_counts, author_counts = CountTable(*of_tweets), CountTable(*of_authors)
    viewer_counts, ties, topics = (
        CountTable(*of_viewers),
        CountTable(*of_ties),
        CountTable(*of_topics),
    )
    following, followed_by, second_degree, by_followers, sampled = around
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
    near = similarity(viewer, following, tweets, interests, tags, author_of, engaged, communities)
    taste = dots(vector, vectors, tweets)
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
