"""Looks up the numbers of one viewer and some tweets, and writes their features row by row.

It is the only code of features that sees arrays, and takes them apart before it begins. The module
`row_writer` completes the text of this file with the functions that write the features.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ml.arrays import Rows, Times
from ml.embeddings.graph_feature_service import followees_engaged, followees_following
from ml.embeddings.simclusters import communities_of, nearness
from ml.features.look_ups import age_hours, declares, dot, shared_interests
from ml.features.numbers import DAY_SECONDS, Author, Moment, Pair, Tweet, Viewer
from ml.features.tables import Around, Catalog, CountTables, Numbers, People
from ml.state.structures.pair_index import find
from ml.state.tables.counted import counted
from ml.state.tables.metadata import NAMES as METADATA
from ml.state.tables.neighborhood import place_among

MEDIA: Final = METADATA.index("media")
TEXT_LENGTH: Final = METADATA.index("text_length")


def write_once(row: Numbers, moment: Moment, viewer: Viewer) -> None:
    """Write the features of a moment and a viewer into a row; generated."""


def repeat_once(row: Numbers, before: Numbers) -> None:
    """Copy the features of a moment and a viewer from another row; generated."""


def write_row(row: Numbers, author: Author, tweet: Tweet, pair: Pair) -> None:
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
) -> None:
    """Write the features of one viewer and each tweet, as of each moment, into the rows of `out`.

    A feature of viewer or moment is computed where the moment is not that of the row before.
    """
    author_of, created_at, tags, metadata, is_reply, toxicity, nsfw, vectors = catalog
    interests, followers, engaged, engaged_at = people
    tweet_counts, author_counts, viewer_counts, tie_index, ties, topic_index, topics = counts
    following, followed_by, second_degree, sampled = around
    latest = now[0]
    for at in now:
        latest = max(latest, at)
    proof = followees_engaged(tweets, sampled, engaged, engaged_at, latest)
    communities = communities_of(interests, viewer)
    fame = followers[viewer] if viewer >= 0 else 0
    for i in range(len(tweets)):
        tweet, at = tweets[i], now[i]
        author, topic = author_of[tweet], tags[tweet, 0]
        if i == 0 or at != now[i - 1]:
            the_viewer = Viewer(counted(viewer_counts, viewer, at), fame)
            write_once(out[i], Moment(at % DAY_SECONDS), the_viewer)
        else:
            repeat_once(out[i], out[i - 1])
        the_author = Author(
            counted(author_counts, author, at), followers[author] if author >= 0 else 0
        )
        the_tweet = Tweet(
            counted(tweet_counts, tweet, at),
            the_author,
            age_hours(created_at[tweet], at),
            float(metadata[tweet, MEDIA]),
            bool(is_reply[tweet]),
            float(metadata[tweet, TEXT_LENGTH]),
            float(toxicity[tweet]),
            float(nsfw[tweet]),
        )
        pair = Pair(
            the_viewer,
            the_tweet,
            counted(ties, find(tie_index, viewer, author), at),
            counted(topics, find(topic_index, viewer, int(np.int32(topic))), at),
            place_among(author, following) >= 0,
            place_among(author, followed_by) >= 0,
            declares(interests, viewer, topic),
            shared_interests(interests, viewer, author),
            followees_following(author, second_degree),
            proof[i],
            nearness(communities, tags, tweet),
            dot(vector, vectors[tweet]),
        )
        write_row(out[i], the_author, the_tweet, pair)
