"""Tweets: the facts about them that no action changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ml.arrays import Rows, Tiebreaks, Times
from ml.state.structures.event_order import NEVER, UNKNOWN_TIME, not_before, stated
from ml.state.structures.growable import GrowableColumns
from ml.state.structures.tokens import Tokens, table, words
from ml.state.structures.vocabulary import Vocabulary
from ml.state.tables.audience import Audience
from ml.state.tables.metadata import NAMES, metadata
from ml.state.tables.threads import Threads
from ml.state.tables.users import Users
from ml.state.tables.wording import Wording

TAGS: Final = 4  # kept per tweet: the topic, then hashtags
WORDS: Final = 16  # kept per tweet
TOGETHER: Final = 1 << 16  # texts that are read at a time
HASHTAGS: Final = NAMES.index("hashtags")


class Tweets(GrowableColumns):
    """One row per tweet. Who wrote it, when and on what is settled by the first that we hear of
    it; what it says and shows may be written anew. A deleted tweet keeps its row, emptied."""

    FILL: ClassVar[Mapping[str, float]] = {
        "author": -1,
        "created_at": UNKNOWN_TIME,
        "stated_at": UNKNOWN_TIME,
        "tags": 0,
        "words": 0,
        "metadata": 0,
        "is_reply": False,
        "nsfw": np.nan,
        "toxic": np.nan,
        "deleted": False,
        "put_at": NEVER,
        "put_tiebreak": 0,
        "first_at": NEVER,
        "first_tiebreak": 0,
    }

    def __init__(self, ids: Iterable[str] = ()) -> None:
        self.version = 0  # how often anything here was changed
        self.renumbered = 0  # how often rows were given anew
        self.ids = Vocabulary()
        self.author: Rows = np.empty(0, np.int32)  # -1 where unknown
        self.created_at: Times = np.empty(0, np.int64)  # UNKNOWN_TIME where nobody says
        self.stated_at: Times = np.empty(0, np.int64)  # `created_at` as given, in microseconds
        self.tags: Tokens = np.empty((0, TAGS), np.uint32)  # the topic or 0, then the hashtags
        self.words: Tokens = np.empty((0, WORDS), np.uint32)
        self.metadata = np.empty((0, len(NAMES)), np.float32)
        self.is_reply: NDArray[np.bool_] = np.empty(0, bool)
        self.nsfw = np.empty(0, np.float32)  # the declared label: 1, 0, or NaN where not declared
        self.toxic = np.empty(0, np.float32)
        self.deleted: NDArray[np.bool_] = np.empty(0, bool)
        self.put_at: Times = np.empty(0, np.int64)  # when the text was written
        self.put_tiebreak: Tiebreaks = np.empty(0, np.uint64)
        self.first_at: Times = np.empty(0, np.int64)  # when the tweet was first put
        self.first_tiebreak: Tiebreaks = np.empty(0, np.uint64)
        self.text: list[str | None] = []
        self.topic: list[str | None] = []
        self.tombstones: set[str] = set()  # deleted before they were ever seen
        self.threads = Threads()
        self.audience = Audience()
        self.wording = Wording()
        self._admit(ids)

    def __len__(self) -> int:
        return len(self.text)

    @property
    def declared(self) -> dict[str, NDArray[np.float32]]:
        """The labels, by what the safety models call them."""
        return {"nsfw": self.nsfw, "toxicity": self.toxic}

    @property
    def conversation(self) -> Rows:
        """(tweets,) the row of the tweet that began the conversation of each."""
        return self.threads.began(np.arange(len(self), dtype=np.int32))

    def answers_deleted(self, row: Rows) -> NDArray[np.bool_]:
        """Which of these are replies to deleted tweets."""
        return self.threads.answers_deleted(row, self.deleted)

    def texts(self, row: Rows) -> pl.Series:
        """The text of each tweet, "" where there is none."""
        return pl.Series("text", [self.text[which] or "" for which in row.tolist()], pl.String)

    @classmethod
    def of(cls, frame: pl.DataFrame, users: Users) -> Tweets:
        """The rows of a table."""
        tweets = cls(frame["tweet_id"].cast(pl.String).to_list())
        row = np.arange(len(frame), dtype=np.int32)
        tweets._settle(frame, row, users)
        for start in range(0, len(frame), TOGETHER):
            tweets._write(frame[start : start + TOGETHER], row[start : start + TOGETHER])
        tweets.audience.put(frame, row, tweets.put_at, tweets.put_tiebreak, users)
        return tweets

    def put(
        self, frame: pl.DataFrame, at: Times, tiebreak: Tiebreaks, users: Users
    ) -> tuple[Rows, Rows]:
        """Write tweets, each text unless a later one is there; the new rows, and the changed.
        What is settled is what was given first, in the order of the log."""
        self.version += 1
        known = len(self)
        row = self._admit(frame["tweet_id"])
        rows, given_first = np.unique(row, return_index=True)
        new = rows >= known
        settled = frame[given_first[new]]
        order = np.lexsort((tiebreak, at))
        frame, at, tiebreak, row = frame[order], at[order], tiebreak[order], row[order]
        first = np.unique(row, return_index=True)[1]
        self.first_at[rows[new]], self.first_tiebreak[rows[new]] = (
            at[first[new]],
            tiebreak[first[new]],
        )
        earlier = ~not_before(
            at[first], tiebreak[first], self.first_at[rows], self.first_tiebreak[rows]
        )
        self.first_at[rows[earlier]], self.first_tiebreak[rows[earlier]] = (
            at[first[earlier]],
            tiebreak[first[earlier]],
        )
        self._settle(settled, rows[new], users)
        self.deleted[rows[new]] = self._buried(rows[new])
        there = np.where(self.deleted[row], -1, row).astype(np.int32)
        self.audience.put(frame, there, at, tiebreak, users)

        last = len(row) - 1 - np.unique(row[::-1], return_index=True)[1]
        wins = not_before(at[last], tiebreak[last], self.put_at[rows], self.put_tiebreak[rows])
        wins &= ~self.deleted[rows]
        self.put_at[rows[wins]], self.put_tiebreak[rows[wins]] = (
            at[last[wins]],
            tiebreak[last[wins]],
        )
        self._write(frame[last[wins]], rows[wins])
        return rows[new], rows[wins]

    def bury(self, row: Rows) -> None:
        """Delete these tweets, and their texts."""
        self.version += 1
        self.deleted[row] = True
        for name in ("words", "metadata", "nsfw", "toxic"):
            getattr(self, name)[row] = self.FILL[name]
        self.audience.clear(row)
        self.wording.clear(row)
        for which in row.tolist():
            self.text[which] = None

    def delete_on_arrival(self, ids: Iterable[str]) -> None:
        """Tweets that are not here yet will be deleted when they come."""
        ids = list(ids)
        self.tombstones.update(ids)
        self.threads.mark_deleted(ids)

    def keep(self, row: Rows, new: Rows) -> None:
        """Only these tweets, in rows of their own; `new` says where each is now. A thread that
        loses its beginning begins with what is left; what was deleted stays so."""
        self.version += 1
        self.renumbered += 1
        deleted = self.deleted
        gone = np.flatnonzero(deleted & (new < 0)).astype(np.int32)
        self.tombstones = self.tombstones.union(self.ids.ids(gone))
        self.ids = self.ids.kept(row)
        self.text = [self.text[which] for which in row.tolist()]
        self.topic = [self.topic[which] for which in row.tolist()]
        for name in self.FILL:
            setattr(self, name, getattr(self, name)[row])
        self.threads.keep(row, new, deleted, self)
        self.audience.keep(row)
        self.wording.keep(row)

    def _admit(self, ids: Iterable[str]) -> Rows:
        ids = list(ids)
        self.ids.add(ids)
        self.text += [None] * (len(self.ids) - len(self.text))
        self.topic += [None] * (len(self.ids) - len(self.topic))
        for part in (self, self.audience, self.threads):
            part.lengthen(len(self.ids))
        self.wording.grow(len(self.ids))
        return self.ids.known(ids)

    def _buried(self, row: Rows) -> NDArray[np.bool_]:
        if not self.tombstones:
            return np.zeros(len(row), bool)
        ids = self.ids.ids(row)
        buried = np.array([id_ in self.tombstones for id_ in ids], bool)
        self.tombstones.difference_update(ids)
        return buried

    def _settle(self, frame: pl.DataFrame, row: Rows, users: Users) -> None:
        """Write what is settled once."""
        if not len(row):
            return
        frame = frame.with_columns(
            pl.col("author_id", "in_reply_to_id", "conversation_id").cast(pl.String)
        )
        self.author[row] = users.ids.known(frame["author_id"])
        self.created_at[row] = frame["created_at"].fill_null(UNKNOWN_TIME).to_numpy()
        self.stated_at[row] = stated(frame)
        self.tags[row, :1] = table(frame.select(pl.concat_list("topic")).to_series(), 1)
        self.tags[row, 1:] = table(frame["hashtags"], TAGS - 1)
        hashtags = frame["hashtags"].list.len().fill_null(0).to_numpy()
        self.metadata[row, HASHTAGS] = np.log1p(hashtags.astype(np.float64))
        self.is_reply[row] = frame["in_reply_to_id"].is_not_null().to_numpy()
        names = {name: name for name in frame["topic"].unique()}  # each is kept once
        for which, topic in zip(row.tolist(), frame["topic"], strict=True):
            self.topic[which] = names[topic]
        self.wording.settle(row, frame["hashtags"], frame["author_id"])
        self.threads.join(row, frame["in_reply_to_id"], frame["conversation_id"], self)

    def _write(self, frame: pl.DataFrame, row: Rows) -> None:
        """Write what may be written anew."""
        if not len(row):
            return
        hashtags = self.metadata[row, HASHTAGS]
        self.words[row] = words(frame["text"], WORDS)
        self.metadata[row] = metadata(frame)
        self.metadata[row, HASHTAGS] = hashtags
        self.nsfw[row] = _label(frame["nsfw"])
        self.toxic[row] = _label(frame["toxic"])
        self.wording.write(row, frame["text"].to_list())
        for which, text in zip(row.tolist(), frame["text"], strict=True):
            self.text[which] = text


def _label(column: pl.Series) -> NDArray[np.float32]:
    return column.cast(pl.Float32).fill_null(float("nan")).to_numpy()
