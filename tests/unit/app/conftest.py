"""Small worlds, written down by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from app.pipeline.batch import CandidateBatch
from app.pipeline.query import Query
from app.serving.engine import Engine, build_engine
from app.settings import Settings
from ml.state.tables.neighborhood import Neighborhood

NOW = 1_800_000_000
HOUR = 3600


class World:
    """Nobody has a model here; the ids of tweets are their rows, those of users are letters."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tweets: list[dict[str, object]] = []
        self.follows: list[dict[str, object]] = []
        self.acts: list[dict[str, object]] = []
        self.views: list[dict[str, object]] = []
        self.joined: dict[str, int] = {}

    def join(self, user: str, hours_ago: float) -> World:
        self.joined[user] = NOW - int(hours_ago * HOUR)
        return self

    def tweet(self, author: str | None, hours_ago: float = 1, **facts: object) -> World:
        at = NOW - int(hours_ago * HOUR)
        row = {"tweet_id": str(len(self.tweets)), "author_id": author, "created_at": at, **facts}
        self.tweets.append(row)
        return self

    def follow(self, follower: str, *followees: str) -> World:
        self.follows += [
            {"follower_id": follower, "followee_id": one, "created_at": NOW - 900 * HOUR}
            for one in followees
        ]
        return self

    def act(
        self,
        user: str,
        action: str,
        tweet: int | None = None,
        on: str | None = None,
        ago: float = 1,
        **more: object,
    ) -> World:
        at = NOW - int(ago * HOUR)
        row = {"user_id": user, "action": action, "target_user_id": on, "created_at": at, **more}
        self.acts.append({**row, "tweet_id": None if tweet is None else str(tweet)})
        return self

    def view(self, user: str, tweet: int, ago: float = 1) -> World:
        at = NOW - int(ago * HOUR)
        self.views.append({"user_id": user, "tweet_id": str(tweet), "created_at": at})
        return self

    def engine(self, **settings: Any) -> Engine:
        """The world at `NOW`."""
        users = [
            {"user_id": letter, "created_at": self.joined.get(letter)} for letter in "abcdefghij"
        ]
        if not self.acts:
            self.act("j", "unfollow", on="i")  # a dataset without any action is refused
        for name, rows in (
            ("users", users),
            ("tweets", self.tweets),
            ("follows", self.follows),
            ("interactions", self.acts),
            ("impressions", self.views),
        ):
            if rows:
                frame = pl.DataFrame(rows, infer_schema_length=None)
                frame.write_parquet(self.folder / f"{name}.parquet")
        given: dict[str, Any] = {
            "clock": "2027-01-15T08:00:00Z",
            "data_dir": self.folder,
            **settings,
        }
        return build_engine(Settings(artifacts=self.folder / "none", **given))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def query() -> Query:
    """Viewer 0, who follows 1 and 2."""
    return Query(
        viewer=0,
        now=NOW,
        limit=10,
        seed=0,
        neighborhood=Neighborhood.nobody()._replace(following=np.array([1, 2], np.int32)),
        tie_strength=np.array([0.5, 0.5], np.float32),
        vector=np.zeros(1, np.float32),
    )


@pytest.fixture
def batch_of(query: Query) -> Callable[..., CandidateBatch]:
    """A batch with the given authors, scores and marks."""

    def make(
        author: list[int], score: list[float], marks: list[int] | None = None
    ) -> CandidateBatch:
        tweet = np.arange(len(author), dtype=np.int32)
        batch = CandidateBatch.of(tweet, np.array(author, np.int32))
        if marks is not None:
            batch = CandidateBatch(tweet, batch.author, np.array(marks, np.uint32))
        return batch.with_columns({"score": np.array(score, np.float32)})

    return make
