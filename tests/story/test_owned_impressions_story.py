"""An impression is evidence only where its tweet was served to that person, in that request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.serving.engine import Engine, build_engine
from app.serving.service import Service
from app.settings import Settings
from ml.event_log.sqlite import SqliteLog
from ml.state.tables.counts import Count
from tests.opened import opened
from tests.unit.app.conftest import World

pytestmark = pytest.mark.usefixtures("kernels_are_ready")


@pytest.fixture
def settings(tiny_artifacts: Path, tiny_data: Path, tmp_path: Path) -> Settings:
    return Settings(
        artifacts=tiny_artifacts,
        data_dir=tiny_data,
        log=tmp_path / "events.db",
        log_level="error",
        impressions="client",
    )


@pytest.fixture
def telling(settings: Settings) -> Iterator[TestClient]:
    """A service that counts what clients say was seen."""
    with opened(settings) as client:
        yield client


def engine_of(client: TestClient) -> Engine:
    engine: Engine = client.app_state["service"].engine
    return engine


def seen(user: str, tweet: str, request: str, name: str = "i") -> dict[str, Any]:
    about = {"tweet_id": tweet, "request_id": request}
    return {"event_id": name, "action": "impression", "user_id": user, **about}


def send(client: TestClient, *events: dict[str, Any]) -> list[dict[str, Any]]:
    answer = client.post("/events", json={"events": list(events)})
    assert answer.status_code == 200, answer.text
    client.get(f"/users?limit=1&after_offset={answer.json()['offset']}")
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def score(client: TestClient, user: str, tweet: str) -> float:
    body = {"user_id": user, "tweet_ids": [tweet]}
    scored: float = client.post("/score", json=body).json()["items"][0]["base_score"]
    return scored


@pytest.mark.parametrize("mode", ["served", "client"])
def test_invented_request_ids_do_not_change_what_an_author_is_worth(
    settings: Settings, reader: str, mode: str
) -> None:
    with opened(settings.model_copy(update={"impressions": mode})) as client:
        state = engine_of(client).state
        author = int(state.tweets.author[state.by_time[-1]])
        tweets = state.tweets.ids.ids(state.posts.of(author))
        row = state.users.ids.known([state.users.ids.id(author)])
        before = state.author_counts.read(row, state.newest).copy()
        worth = score(client, reader, tweets[-1])
        for start in range(0, 5_000, 1_000):
            results = send(
                client,
                *(
                    seen(str(n % 50), tweets[n % len(tweets)], f"invented-{start + n}")
                    for n in range(1_000)
                ),
            )
            assert {one["status"] for one in results} == {"rejected"}
            assert "did not show tweet" in results[0]["problem"]
        assert (state.author_counts.read(row, state.newest) == before).all()
        assert score(client, reader, tweets[-1]) == pytest.approx(worth, abs=1e-3)  # time passes


def test_what_was_served_is_accepted_once_and_from_its_reader_only(
    telling: TestClient, reader: str
) -> None:
    page = telling.get(f"/timeline/{reader}").json()
    request, tweet = page["request_id"], page["items"][0]["tweet_id"]
    elsewhere = telling.get(f"/timeline/{reader}?limit=3").json()
    results = send(
        telling,
        seen(reader, tweet, request),
        seen(reader, tweet, request, "again"),
        seen("somebody-else", tweet, request),
        seen(reader, tweet, elsewhere["request_id"]),
        seen(reader, elsewhere["items"][0]["tweet_id"], request),
        seen(reader, "no-such-tweet", request),
        {**seen(reader, "1", request), "action": "like"},
    )
    assert [one["status"] for one in results] == [
        *("accepted", "duplicate"),
        *["rejected"] * 4,
        "accepted",
    ]


def test_a_later_page_is_served_under_its_own_request_id(telling: TestClient, reader: str) -> None:
    first = telling.get(f"/timeline/{reader}").json()
    second = telling.get(f"/timeline/{reader}?cursor={first['next_cursor']}").json()
    tweet = second["items"][0]["tweet_id"]
    results = send(
        telling, seen(reader, tweet, first["request_id"]), seen(reader, tweet, second["request_id"])
    )
    assert [one["status"] for one in results] == ["rejected", "accepted"]


def test_a_restart_forgets_nothing_of_what_was_served(settings: Settings, reader: str) -> None:
    with opened(settings) as client:
        pages = [
            client.get(f"/timeline/{who}", headers={"X-Request-ID": "r"}).json()
            for who in (reader, "nobody-yet")
        ]
    with opened(settings) as client:
        for page in pages:
            who, tweet = page["user_id"], page["items"][0]["tweet_id"]
            results = send(
                client, seen(who, tweet, page["request_id"]), seen("other", tweet, "r", "x")
            )
            assert [one["status"] for one in results] == ["accepted", "rejected"]


def test_who_is_not_known_yet_may_say_what_they_saw(telling: TestClient) -> None:
    page = telling.get("/timeline/nobody-yet").json()
    request, items = page["request_id"], page["items"]
    results = send(telling, *(seen("nobody-yet", one["tweet_id"], request) for one in items))
    assert {one["status"] for one in results} == {"accepted"}
    results = send(telling, seen("nobody-else", items[0]["tweet_id"], request))
    assert results[0]["status"] == "rejected"


def test_after_the_served_window_it_is_too_late(tmp_path: Path) -> None:
    now = [1_800_000_000.0]
    engine = (
        World(tmp_path)
        .tweet("b", 1)
        .tweet("b", 2)
        .follow("a", "b")
        .engine(clock="wall", impressions="client", served_hours=2, log=tmp_path / "events.db")
    )
    engine = build_engine(engine.settings, wall=lambda: now[0])
    service = Service(engine, SqliteLog(tmp_path / "events.db"))
    with TestClient(create_app(service=service)) as client:
        page = client.get("/timeline/a?limit=2").json()
        tweets, request = [one["tweet_id"] for one in page["items"]], page["request_id"]
        now[0] += 2 * 3600 - 5
        assert send(client, seen("a", tweets[0], request))[0]["status"] == "accepted"
        now[0] += 10
        (late,) = send(client, seen("a", tweets[1], request))
        assert late["status"] == "rejected"
        assert "2 hours" in late["problem"]
        row = engine.state.tweets.ids.known(tweets)
        counts = engine.state.tweet_counts.read(row, int(now[0]))
        assert (counts[:, Count.IMPRESSION] > 0.5).tolist() == [True, False]
