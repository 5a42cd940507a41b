"""What a tweet was first written with and keeps: which facts of a later write have no effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import polars as pl

from app.api.log_entries import micros
from app.schemas.rows import TweetIn
from ml.state.feature_state import FeatureState
from ml.state.structures.event_order import MICROS
from ml.state.structures.tokens import table
from ml.state.tables.threads import Reply
from ml.state.tables.tweets import HASHTAGS, TAGS, Tweets

Differs = Callable[[Tweets, int, TweetIn], bool]


class SettledFacts:
    """Compares the writes of one request with what the state has, and with each other."""

    def __init__(self, state: FeatureState) -> None:
        self._state = state
        self._first: dict[str, TweetIn] = {}  # writes of tweets that are not here yet

    def conflict(self, tweet_id: str, given: TweetIn) -> str | None:
        """Why nothing of a write can have an effect, as a sentence; None where something can."""
        tweets, row = self._state.tweets, self._state.tweets.ids.row(tweet_id)
        if tweet_id in tweets.tombstones or (row is not None and tweets.deleted[row]):
            return f"tweet {tweet_id} was deleted and does not come back; write it under another id"
        if row is None:
            wrote = self._first.get(tweet_id, given).author_id
        else:
            author = int(tweets.author[row])
            wrote = self._state.users.ids.id(author) if author >= 0 else None
        if wrote == given.author_id:
            return None
        return (
            f"author_id: tweet {tweet_id} has the author {wrote or 'null'}, which never changes, "
            f"not {given.author_id or 'null'}; write it under another id"
        )

    def ignored(self, tweet_id: str, given: TweetIn) -> list[str]:
        """The fields of a write that differ from what the tweet has and will keep."""
        row = self._state.tweets.ids.row(tweet_id)
        named = [name for name in DIFFERS if getattr(given, name) is not None]
        if row is not None:
            return [name for name in named if DIFFERS[name](self._state.tweets, row, given)]
        first = self._first.setdefault(tweet_id, given)
        return [name for name in named if getattr(first, name) != getattr(given, name)]


def _created_at(tweets: Tweets, row: int, given: TweetIn) -> bool:
    assert given.created_at is not None
    return bool(tweets.stated_at[row] // MICROS != micros(given.created_at) // MICROS)


def _topic(tweets: Tweets, row: int, given: TweetIn) -> bool:
    return bool(tweets.topic[row] != given.topic)


def _hashtags(tweets: Tweets, row: int, given: TweetIn) -> bool:
    """By the first few, which are kept as hashes, and by how many there are."""
    hashtags = pl.Series([given.hashtags], dtype=pl.List(pl.String))
    count = round(float(np.expm1(tweets.metadata[row, HASHTAGS])))
    kept = table(hashtags, TAGS - 1)[0]
    return count != len(given.hashtags or ()) or bool((kept != tweets.tags[row, 1:]).any())


def _in_reply_to_id(tweets: Tweets, row: int, given: TweetIn) -> bool:
    named = given.in_reply_to_id or ""
    if Reply(row, begins=False) in tweets.threads.waiting.get(named, ()):
        return False
    parent = int(tweets.threads.parent[row])
    return parent < 0 or tweets.ids.id(parent) != named


def _conversation_id(tweets: Tweets, row: int, given: TweetIn) -> bool:
    """Whether it names neither a tweet of the same conversation nor what the tweet waits for."""
    named = given.conversation_id or ""
    if Reply(row, begins=True) in tweets.threads.waiting.get(named, ()):
        return False
    other = tweets.ids.row(named)
    if other is None:
        return True
    mine, theirs = tweets.threads.began(np.array([row, other], np.int32)).tolist()
    return bool(mine != (row if other == row else theirs))


DIFFERS: Final[Mapping[str, Differs]] = {
    "created_at": _created_at,
    "topic": _topic,
    "hashtags": _hashtags,
    "in_reply_to_id": _in_reply_to_id,
    "conversation_id": _conversation_id,
}
