"""Scores of given tweets for one user, whether or not they would be served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.filters.audience import Audience
from app.pipeline.batch import CandidateBatch, Rows
from app.pipeline.product import Scored
from app.pipeline.query import Query
from app.pipeline.stages import filter_visibility
from app.pipeline.trace import Trace
from app.serving.engine import Engine
from app.serving.preferred_settings import products_for
from ml.state.tables.neighborhood import Neighborhood


@dataclass(frozen=True, slots=True)
class ScoredTweets:
    query: Query
    scored: Scored  # the known tweets, in the order given
    unknown: list[str]  # ids of no known tweet, each once


def score_tweets(
    engine: Engine, user_id: str, tweet_ids: Sequence[str], *, relations: bool = True
) -> ScoredTweets:
    """Score each tweet by itself: no rank, and no regard to the others.

    A tweet that this user may not see is as unknown to them as one that is not there.

    Args:
        relations: whether blocks, mutes and authors to see less of count. Where they do not, the
            answer tells nobody who blocked whom. Muted words and domains always hold.

    Raises:
        FailedClosedError: nobody knows what this user may see.
    """
    tweets = engine.state.tweets
    known = {id_: row for id_ in tweet_ids if (row := tweets.ids.row(id_)) is not None}
    query = engine.hydrate.query(user_id, limit=len(tweet_ids))
    visible = _visible(engine, query, np.array([*known.values()], np.int32))
    known = {id_: row for id_, row in known.items() if row in visible}
    rows = np.array([known[id_] for id_ in tweet_ids if id_ in known], np.int32)
    query = query._replace(limit=len(rows))
    if not relations:
        around = query.neighborhood
        assert isinstance(around, Neighborhood)  # what `hydrate` makes
        discreet = query.steering and query.steering.without_authors()
        query = query._replace(neighborhood=around.without_refusals(), steering=discreet)
    batch = CandidateBatch.of(rows, tweets.author[rows])
    scored = products_for(engine, query)["for_you"].score(query, batch)
    unknown = [id_ for id_ in dict.fromkeys(tweet_ids) if id_ not in known]
    return ScoredTweets(query, scored, unknown)


def _visible(engine: Engine, query: Query, rows: Rows) -> set[int]:
    batch = CandidateBatch.of(rows, engine.state.tweets.author[rows])
    seen = filter_visibility(query, batch, [Audience(engine.state)], Trace())
    return {*seen.tweet.tolist()}
