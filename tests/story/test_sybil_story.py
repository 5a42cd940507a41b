"""A crowd of new accounts does not decide what newcomers are shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.settings import Settings
from tests.opened import opened

pytestmark = pytest.mark.usefixtures("kernels_are_ready")

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
    with opened(settings) as client:
        client.headers["X-Test"] = request.param
        yield client


def post(client: TestClient, path: str, rows: list[dict[str, Any]]) -> None:
    answer = client.post(f"/{path}", json={path: rows}).json()
    assert {one["status"] for one in answer["results"]} == {"accepted"}
    looks = (client.get(f"/users?limit=1&after_offset={answer['offset']}") for _ in range(60))
    assert any(look.status_code == 200 for look in looks)  # each waits a second for the effect


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


def test_a_thousand_new_accounts_bury_nobody(
    tiny_artifacts: Path, tiny_data: Path, tmp_path: Path
) -> None:
    """They block an author and report all that they wrote; others find it where it was."""
    settings = Settings(
        artifacts=tiny_artifacts, data_dir=tiny_data, log=tmp_path / "events.db", log_level="error"
    )
    with opened(settings) as client:
        state = client.app_state["service"].engine.state
        viewers = state.users.ids.ids(np.argsort(-state.history.written)[:10])
        before = {viewer: places(client, viewer) for viewer in viewers}
        victim = next(iter(before[viewers[0]].values()))[1]
        written = state.posts.of(int(state.users.ids.known([victim])[0]))
        hostile = [f"hostile-{n}" for n in range(SYBILS)]
        post(client, "users", [{"user_id": who} for who in hostile])
        for tweet in state.tweets.ids.ids(written[-3:]):
            post(client, "events", [about("report", who, tweet_id=tweet) for who in hostile])
        post(client, "events", [about("block", who, target_user_id=victim) for who in hostile])
        moved = [
            after.get(tweet, (100, victim))[0] - place
            for viewer in viewers
            for after in [places(client, viewer)]
            for tweet, (place, author) in before[viewer].items()
            if author == victim
        ]
    assert len(moved) >= 10
    assert max(moved) <= 3, sorted(moved)


def about(action: str, who: str, **what: str) -> dict[str, str]:
    name = "-".join(what.values())
    return {"event_id": f"{action}-{who}-{name}", "action": action, "user_id": who, **what}


def places(client: TestClient, viewer: str) -> dict[str, tuple[int, str]]:
    """The place of each tweet on somebody's page, and its author."""
    page = client.get(f"/timeline/{viewer}", params={"limit": 100, "peek": True}).json()
    return {item["tweet_id"]: (n, item["author_id"]) for n, item in enumerate(page["items"])}
