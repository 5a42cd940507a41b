"""How one page differs from another, as JSON."""

from __future__ import annotations

from typing import Any

from app.pipeline.product import Served
from app.serving.engine import Engine


def difference(engine: Engine, served: Served, in_use: Served) -> dict[str, Any]:
    """As `Difference` has it."""
    ids = engine.state.tweets.ids
    now = {tweet_id: rank for rank, tweet_id in enumerate(ids.ids(served.batch.tweet), 1)}
    before = {tweet_id: rank for rank, tweet_id in enumerate(ids.ids(in_use.batch.tweet), 1)}
    return {
        "entered": [tweet_id for tweet_id in now if tweet_id not in before],
        "left": [tweet_id for tweet_id in before if tweet_id not in now],
        "moved": [
            {"tweet_id": tweet_id, "rank": rank, "rank_before": before[tweet_id]}
            for tweet_id, rank in now.items()
            if before.get(tweet_id, rank) != rank
        ],
    }
