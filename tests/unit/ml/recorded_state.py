"""A state that is changed by records, one after the other."""

from __future__ import annotations

from typing import Any

import numpy as np

from ml.event_log.record import Entry, Kind, Record
from ml.state.feature_state import FeatureState
from ml.state.tables.counts import Count
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.state.updates.apply_records import AppliedRecords, apply_records


class RecordedState:
    """One record after the other, a second apart unless a time is given."""

    def __init__(self) -> None:
        self.state = FeatureState(Users(), Tweets())
        self.offset = 0

    def record(self, kind: Kind, at: int | None = None, **body: Any) -> AppliedRecords:
        self.offset += 1
        moment = (self.offset if at is None else at) * 1_000_000
        entry = Entry(f"e{self.offset}", kind, moment, body.get("user_id"), body)
        return apply_records(self.state, [Record(self.offset, entry)])

    def act(self, user: str, action: str, tweet: str | None = None, **more: Any) -> AppliedRecords:
        return self.record(Kind.EVENT, user_id=user, action=action, tweet_id=tweet, **more)

    def tweet(
        self, tweet: str, author: str | None, at: int | None = None, **more: Any
    ) -> AppliedRecords:
        facts = {"created_at": at or self.offset, "text": tweet, **more}
        return self.record(Kind.PUT_TWEET, at, tweet_id=tweet, author_id=author, **facts)

    def row(self, user: str) -> int:
        return int(self.state.users.ids.known([user])[0])

    def tweets(self, rows: np.ndarray) -> list[str]:
        return self.state.tweets.ids.ids(rows)

    def count(self, user: str, kind: Count) -> float:
        row = np.array([self.row(user)], np.int32)
        return float(self.state.author_counts.read(row, self.state.newest)[0, kind])
