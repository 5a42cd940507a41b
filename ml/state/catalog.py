"""Who there is and what was said: the facts about users and tweets that no action changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ml.log.events import Rows, Times
from ml.state.metadata import metadata
from ml.state.tokens import Tokens, table, words
from ml.state.vocabulary import Vocabulary

INTERESTS: Final = 8  # kept per user
TAGS: Final = 4  # kept per tweet: the topic, then hashtags
WORDS: Final = 16  # kept per tweet
UNKNOWN_TIME: Final = np.iinfo(np.int64).min // 4


@dataclass(frozen=True, slots=True)
class Users:
    """One row per user."""

    ids: Vocabulary
    created_at: Times  # UNKNOWN_TIME where the data does not say
    interests: Tokens  # (users, INTERESTS)
    sensitive_ok: NDArray[np.bool_]
    name: list[str | None]

    def __len__(self) -> int:
        return len(self.created_at)

    @classmethod
    def of(cls, frame: pl.DataFrame) -> Users:
        return cls(
            ids=Vocabulary(frame["user_id"].cast(pl.String).to_list()),
            created_at=frame["created_at"].fill_null(UNKNOWN_TIME).to_numpy(),
            interests=table(frame["interests"], INTERESTS),
            sensitive_ok=frame["sensitive_ok"].fill_null(False).to_numpy(),
            name=frame["name"].to_list(),
        )


@dataclass(frozen=True, slots=True)
class Tweets:
    """One row per tweet."""

    ids: Vocabulary
    author: Rows  # -1 where unknown
    created_at: Times  # UNKNOWN_TIME where the data does not say
    tags: Tokens  # (tweets, TAGS): the topic or 0, then the hashtags
    words: Tokens  # (tweets, WORDS)
    metadata: NDArray[np.float32]  # (tweets, 10)
    conversation: Rows  # the row of the tweet that began it; its own where it began one
    is_reply: NDArray[np.bool_]
    nsfw: NDArray[np.float32]  # the declared label: 1, 0, or NaN where nobody said
    toxic: NDArray[np.float32]
    text: list[str | None]
    topic: list[str | None]

    def __len__(self) -> int:
        return len(self.created_at)

    @classmethod
    def of(cls, frame: pl.DataFrame, users: Users) -> Tweets:
        ids = Vocabulary(frame["tweet_id"].cast(pl.String).to_list())
        own = np.arange(len(frame), dtype=np.int32)
        parent = ids.rows(frame["in_reply_to_id"])
        began = ids.rows(frame["conversation_id"])
        topic = table(frame.select(pl.concat_list("topic")).to_series(), 1)
        return cls(
            ids=ids,
            author=users.ids.rows(frame["author_id"]),
            created_at=frame["created_at"].fill_null(UNKNOWN_TIME).to_numpy(),
            tags=np.concatenate([topic, table(frame["hashtags"], TAGS - 1)], axis=1),
            words=words(frame["text"], WORDS),
            metadata=metadata(frame),
            conversation=np.where(began >= 0, began, np.where(parent >= 0, parent, own)),
            is_reply=frame["in_reply_to_id"].is_not_null().to_numpy(),
            nsfw=_label(frame["nsfw"]),
            toxic=_label(frame["toxic"]),
            text=frame["text"].to_list(),
            topic=frame["topic"].to_list(),
        )


def _label(column: pl.Series) -> NDArray[np.float32]:
    return column.cast(pl.Float32).fill_null(float("nan")).to_numpy()
