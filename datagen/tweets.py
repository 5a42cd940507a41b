"""Generation of tweets: author, time, topic, thread, and hidden quality and harm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from datagen.arrivals import arrivals
from datagen.parameters import Parameters, instants
from datagen.users import Floats, Rows, Users
from datagen.vocabulary import TOPICS

REPLY_SHARE: Final = 0.12
REPLY_REACH: Final = 60  # tweets back at scale 1, on average
LABELLED: Final = 0.5
MISSED: Final = 0.05
FALSE_ALARM: Final = 0.003
QUALITY_PRECISION: Final = 12.0
HARM_PRECISION: Final = 4.0


@dataclass(frozen=True, slots=True)
class Tweets:
    """One row per tweet, oldest first; quality and harm are hidden from the tables."""

    tweet_id: NDArray[np.int64]
    created: NDArray[np.int64]
    author: Rows
    topic: Rows
    parent: Rows  # the tweet it replies to, -1 for none
    root: Rows  # where the conversation began, itself for most
    media: NDArray[np.bool_]
    quality: Floats  # 0–1
    toxic: Floats  # 0–1
    nsfw: Floats  # 0–1

    def __len__(self) -> int:
        return len(self.tweet_id)


def draw_tweets(parameters: Parameters, users: Users, rng: np.random.Generator) -> Tweets:
    """Draw all tweets of the log."""
    since = np.maximum(users.joined, parameters.start)
    return write(parameters, users, since, parameters.until, parameters.tweets, rng)


def write(
    parameters: Parameters,
    users: Users,
    since: NDArray[np.int64],  # (users,)
    until: int,
    n: int,
    rng: np.random.Generator,
    before: Tweets | None = None,
) -> Tweets:
    """Draw `n` tweets by these users between two instants; they may reply to those `before`."""
    share = users.posting * np.maximum(until - since, 0)
    author = rng.choice(len(users), n, p=share / share.sum()).astype(np.int32)
    created = arrivals(rng, since[author], until)
    order = np.argsort(created, kind="stable")
    author, created = author[order], created[order]
    old = before.author if before else author[:0]
    parent, root = _threads(
        np.concatenate((old, author)),
        before.root if before else author[:0],
        REPLY_REACH * parameters.scale,
        rng,
    )
    toxic = _around(users.toxic[author], HARM_PRECISION, rng)
    nsfw = _around(users.nsfw[author], HARM_PRECISION, rng)
    topic = _topics(users, author, rng)
    return Tweets(
        tweet_id=np.arange(1, n + 1, dtype=np.int64) + (before.tweet_id[-1] if before else 0),
        created=created,
        author=author,
        topic=np.concatenate((before.topic, topic))[root] if before else topic[root],
        parent=parent,
        root=root,
        media=rng.random(n) < 0.3 + 0.35 * nsfw,
        quality=_around(users.quality[author], QUALITY_PRECISION, rng),
        toxic=toxic,
        nsfw=nsfw,
    )


def tweets_table(
    tweets: Tweets, users: Users, text: pl.Series, hashtags: pl.Series, rng: np.random.Generator
) -> pl.DataFrame:
    """The tweets table, without the hidden columns."""
    table = pl.DataFrame(
        {
            "tweet_id": tweets.tweet_id,
            "author_id": users.user_id[tweets.author],
            "created_at": instants(tweets.created),
            "text": text,
            "topic": np.array(TOPICS)[tweets.topic],
            "has_media": tweets.media,
            "hashtags": hashtags,
            "in_reply_to_id": tweets.tweet_id[tweets.parent],
            "conversation_id": tweets.tweet_id[tweets.root],
            "nsfw": _label(tweets.nsfw, rng),
            "toxic": _label(tweets.toxic, rng),
        }
    )
    answers = pl.lit(pl.Series(tweets.parent >= 0))
    return table.with_columns(pl.when(answers).then(pl.col("in_reply_to_id")))


def _label(harm: Floats, rng: np.random.Generator) -> pl.Series:
    """The labels of moderators, who see a share `LABELLED` of the tweets and sometimes err."""
    label = rng.random(len(harm)) < np.where(harm > 0.5, 1.0 - MISSED, FALSE_ALARM)
    seen = rng.random(len(harm)) < LABELLED
    return pl.select(pl.when(pl.Series(seen)).then(pl.Series(label))).to_series()


def _threads(
    author: Rows, old_root: Rows, reach: float, rng: np.random.Generator
) -> tuple[Rows, Rows]:
    """The parents and roots of the new tweets: some reply to a recent tweet by another author and
    join its conversation. The first `len(old_root)` authors are those of older tweets."""
    row = np.arange(len(old_root), len(author), dtype=np.int32)
    n = len(row)
    back = 1 + rng.exponential(max(reach, 1.0), n).astype(np.int32)
    target = row - back
    replies = (rng.random(n) < REPLY_SHARE) & (target >= 0)
    replies &= author[np.maximum(target, 0)] != author[row]
    parent = np.where(replies, target, -1).astype(np.int32)
    root = np.concatenate((old_root, np.where(replies, target, row))).astype(np.int32)
    while not np.array_equal(root, root[root]):
        root = root[root]
    return parent, root[len(old_root) :]


def _topics(users: Users, author: Rows, rng: np.random.Generator) -> Rows:
    """A topic for each tweet, drawn by the taste of its author."""
    reach = np.cumsum(users.taste.astype(np.float64) ** 2, axis=1)  # (users, topics)
    drawn = rng.random(len(author)) * reach[author, -1]
    return np.asarray(np.count_nonzero(reach[author] <= drawn[:, None], axis=1), np.int32)


def _around(mean: Floats, precision: float, rng: np.random.Generator) -> Floats:
    """A Beta draw around each mean."""
    clear = np.clip(mean.astype(np.float64), 0.01, 0.99)
    return rng.beta(clear * precision, (1.0 - clear) * precision).astype(np.float32)
