"""A crowd of new accounts does not decide what newcomers are shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings

SYBILS = 1_000


@pytest.fixture(params=["profiles", "no profiles"])
def live(
    request: pytest.FixtureRequest, tiny_artifacts: Path, tiny_data: Path, tmp_path: Path
) -> Iterator[TestClient]:
    """A trained service, or one of the same tables without any model."""
    artifacts = tiny_artifacts if request.param == "profiles" else tmp_path / "none"
    settings = Settings(
        artifacts=artifacts, data_dir=tiny_data, log=tmp_path / "events.db", log_level="error"
    )
    with TestClient(create_app(settings)) as client:
        client.headers["X-Test"] = request.param
        yield client


def post(client: TestClient, path: str, rows: list[dict[str, Any]]) -> None:
    answer = client.post(f"/{path}", json={path: rows}).json()
    assert {one["status"] for one in answer["results"]} == {"accepted"}
    assert client.get(f"/users?limit=1&after_offset={answer['offset']}").status_code == 200


def shown(client: TestClient, limit: int = 10) -> list[dict[str, Any]]:
    page = client.get("/timeline/never-met", params={"limit": limit}).json()
    assert page["served_by"] == "newcomer"
    items: list[dict[str, Any]] = page["items"]
    return items


def test_a_thousand_sybil_likes_do_not_put_a_tweet_first(live: TestClient) -> None:
    """Of the tweets that no factor lowers, the one that is worth least."""
    items = [item for item in shown(live, 100) if item["factors"]["Safety"] == 1]
    best = {item["author_id"]: item for item in reversed(items)}
    pushed = min(best.values(), key=lambda item: item["base_score"])["tweet_id"]
    if live.headers["X-Test"] == "profiles":
        post(live, "users", [{"user_id": f"sybil-{n}"} for n in range(SYBILS)])
    likes = [
        {"event_id": f"s{n}", "action": "like", "user_id": f"sybil-{n}", "tweet_id": pushed}
        for n in range(SYBILS)
    ]
    post(live, "events", likes)
    assert pushed not in {item["tweet_id"] for item in shown(live)}


def test_ten_established_people_are_heard(live: TestClient) -> None:
    """The defence does not make popularity deaf: the same likes by people who have been here."""
    state = live.app_state["service"].engine.state
    pushed = state.tweets.ids.id(int(state.by_time[-1]))
    row = state.tweets.ids.known([pushed])
    before = state.tweet_counts.read(row, state.newest)[0, 1]
    likes = [
        {"event_id": f"l{n}", "action": "like", "user_id": str(n + 1), "tweet_id": pushed}
        for n in range(10)
    ]
    post(live, "events", likes)
    assert state.tweet_counts.read(row, state.newest)[0, 1] - before > 5
