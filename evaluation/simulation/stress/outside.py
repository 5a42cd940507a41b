"""What a scenario adds to the days."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from datagen.continuation import joined_by, some
from datagen.parameters import instants
from datagen.tweets import Tweets
from datagen.vocabulary import TOPICS
from evaluation.simulation.plan import Plan
from ml.arrays import Rows


def with_tweets(
    plan: Plan,
    author: Rows,
    created: NDArray[np.int64],
    topic: Rows,
    quality: NDArray[np.float32],
    text: list[str],
) -> Plan:
    """The same days with a few tweets more; they are harmless."""
    world, onward, n = plan.world, plan.onward, len(author)
    old = len(world.tweets)
    row = np.arange(old, old + n, dtype=np.int32)
    alike: Tweets = some(world.tweets, np.full(n, old - 1, np.int32))
    more = replace(
        alike,
        tweet_id=world.tweets.tweet_id[-1] + 1 + np.arange(n, dtype=np.int64),
        created=created,
        author=author,
        topic=topic,
        parent=np.full(n, -1, np.int32),
        root=row,
        media=np.zeros(n, np.bool_),
        quality=quality,
        toxic=np.full(n, 0.02, np.float32),
        nsfw=np.full(n, 0.02, np.float32),
    )
    rows = pl.DataFrame(
        {
            "tweet_id": more.tweet_id,
            "author_id": world.users.user_id[author],
            "created_at": instants(created),
            "text": text,
            "topic": np.array(TOPICS)[topic],
            "has_media": more.media,
        }
    )
    table = pl.concat([onward.tweets, rows], how="diagonal")
    grown = replace(world, tweets=joined_by(world.tweets, more))
    return replace(plan, onward=replace(onward, world=grown, tweets=table))
