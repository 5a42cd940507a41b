"""How one page differs from another, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def difference(page: Sequence[str], in_use: Sequence[str]) -> dict[str, Any]:
    """As `Difference` has it, of the ids of two pages."""
    now = {tweet_id: rank for rank, tweet_id in enumerate(page, 1)}
    before = {tweet_id: rank for rank, tweet_id in enumerate(in_use, 1)}
    return {
        "entered": [tweet_id for tweet_id in now if tweet_id not in before],
        "left": [tweet_id for tweet_id in before if tweet_id not in now],
        "moved": [
            {"tweet_id": tweet_id, "rank": rank, "rank_before": before[tweet_id]}
            for tweet_id, rank in now.items()
            if before.get(tweet_id, rank) != rank
        ],
    }
