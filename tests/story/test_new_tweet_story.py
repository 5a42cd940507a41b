"""A tweet is a candidate within a second, by every source whose evidence it has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.pipeline.candidate_pipeline import CandidatePipeline
from app.pipeline.query import Query
from app.serving.engine import Engine
from app.serving.service import Service
from app.settings import Settings
from app.sources.explore import Explore
from evaluation.policies.policy import PRODUCT
from evaluation.policies.product import answering
from ml.evidence.popularity import STEP_SECONDS

LIKES = 8
ABOUT = ("text", "topic")


@dataclass
class Watch:
    """The wall clock of a test."""

    at: float = 4e9

    def __call__(self) -> float:
        return self.at


@dataclass
class Live:
    client: TestClient
    watch: Watch

    @property
    def engine(self) -> Engine:
        engine: Engine = self.client.app_state["service"].engine
        return engine

    def put(self, tweet: str, author: int, like: int, liked_by: list[int]) -> None:
        """Somebody writes about what an older tweet is about, and others like it at once."""
        state = self.engine.state
        older = self.client.get(f"/tweets/{state.tweets.ids.id(like)}").json()
        written = {"author_id": state.users.ids.id(author), **{n: older[n] for n in ABOUT}}
        offset = self.client.put(f"/tweets/{tweet}", json=written).json()["offset"]
        likes = [
            {
                "event_id": f"{tweet}-{who}",
                "action": "like",
                "user_id": state.users.ids.id(who),
                "tweet_id": tweet,
            }
            for who in liked_by
        ]
        if likes:
            answer = self.client.post("/events", json={"events": likes}).json()
            assert {one["status"] for one in answer["results"]} == {"accepted"}
            offset = answer["offset"]
        assert self.client.get(f"/users?limit=1&after_offset={offset}").status_code == 200

    def proposed_by(self, viewer: int, tweet: str) -> set[str]:
        """The sources that propose a tweet to a viewer, each within its places."""
        query, row = self.query(viewer), self.engine.state.tweets.ids.row(tweet)
        return {
            name
            for name, one in self.sources.items()
            if row in one.source.fetch(query, one.limit).tweet
        }

    def query(self, viewer: int) -> Query:
        return self.engine.hydrate.query(self.engine.state.users.ids.id(viewer), 10)

    @property
    def sources(self) -> dict[str, CandidatePipeline]:
        found: dict[str, CandidatePipeline] = {}
        for product in answering(self.engine.products[PRODUCT]):
            for one in product.mixer.candidates:
                found.setdefault(type(one.source).__name__, one)
        return found


def opened(artifacts: Path, data: Path | None, log: Path) -> Iterator[Live]:
    watch = Watch()
    settings = Settings(artifacts=artifacts, data_dir=data, log=log, log_level="error")
    with TestClient(create_app(settings, service=Service.open(settings, watch))) as client:
        yield Live(client, watch)


@pytest.fixture
def live(tiny_artifacts: Path, tiny_data: Path, tmp_path: Path) -> Iterator[Live]:
    yield from opened(tiny_artifacts, tiny_data, tmp_path / "events.db")


def test_a_new_tweet_is_proposed_by_every_source_with_evidence_for_it(live: Live) -> None:
    state = live.engine.state
    reader = int(state.history.written.argmax())
    query = live.query(reader)
    followees, liked = query.neighborhood.following, int(state.history.tweet[reader, 0])
    engaged = state.engaged.index
    same = np.setdiff1d(engaged.left[engaged.right == liked], [reader])
    recommended = int(live.engine.who_to_follow.recommend(query, 1).user[0])
    stranger = _stranger(live, query, [recommended])

    live.put("by-a-followee", int(followees[0]), liked, [])
    live.put("by-one-recommended", recommended, liked, [])
    live.put("by-a-stranger", stranger, liked, [*followees[:LIKES], *same[:LIKES]])
    live.watch.at += 1
    assert "InNetwork" in live.proposed_by(reader, "by-a-followee")
    assert "FollowRecs" in live.proposed_by(reader, "by-one-recommended")
    found = live.proposed_by(reader, "by-a-stranger")
    assert {"Graph", "ItemItem", "OutOfNetwork", "Communities", "Popular"} <= found


def test_a_new_tweet_on_a_topic_to_explore_is_explored(live: Live) -> None:
    state, explore = live.engine.state, live.sources["Explore"].source
    assert isinstance(explore, Explore)
    explorers = ((row, live.query(row)) for row in range(len(state.users)))
    reader, query = next(pair for pair in explorers if len(explore.fetch(pair[1], 1)))
    like = int(explore.fetch(query, 1).tweet[0])
    live.put("new", _stranger(live, query, []), like, list(range(20)))
    live.watch.at += 1
    assert "Explore" in live.proposed_by(reader, "new")


def test_where_evidence_ranks_what_is_popular_is_a_candidate_within_a_step(
    chosen_engine: Engine, tmp_path: Path
) -> None:
    """Popularity of all time is counted once a minute; other sources need no such step."""
    artifacts = chosen_engine.settings.artifacts
    for live in opened(artifacts, None, tmp_path / "events.db"):
        reader = int(live.engine.state.history.written.argmax())
        query = live.query(reader)
        others = np.setdiff1d(np.arange(len(live.engine.state.users)), [reader])[:60]
        live.put("new", _stranger(live, query, []), 0, others.tolist())
        live.watch.at += STEP_SECONDS
        assert "MostPopular" in live.proposed_by(reader, "new")


def _stranger(live: Live, query: Query, others: list[int]) -> int:
    """Somebody whom the viewer does not follow."""
    near = [*query.neighborhood.following, query.viewer, *others]
    return int(np.setdiff1d(np.arange(len(live.engine.state.users)), near)[0])
