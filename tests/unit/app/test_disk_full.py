"""A disk without room: what is refused, what is remembered, and what is not promised."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.serving.service import Service
from ml.event_log import bodies
from ml.event_log.sqlite import SqliteLog
from tests.unit.app.conftest import World

LIKE = {"event_id": "e", "action": "like", "user_id": "a", "tweet_id": "0"}


class Disk:
    """The log of a service, on a disk whose room can be taken away."""

    def __init__(self, path: Path) -> None:
        self.log = SqliteLog(path)

    def fill(self) -> None:
        (pages,) = self.log._write.execute("PRAGMA page_count").fetchone()
        self.log._write.execute(f"PRAGMA max_page_count = {pages}")

    def clear(self) -> None:
        self.log._write.execute("PRAGMA max_page_count = 100000")


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path / "events.db")


@pytest.fixture
def client(world: World, disk: Disk) -> Iterator[TestClient]:
    for _ in range(60):
        world.tweet("b", text="x" * 100)
    service = Service(world.follow("a", "b").engine(), disk.log)
    with TestClient(create_app(service=service), raise_server_exceptions=False) as client:
        yield client


def soon(happens: Callable[[], bool]) -> bool:
    until = time.monotonic() + 20
    while not happens() and time.monotonic() < until:
        time.sleep(0.02)
    return happens()


def ready(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/readyz").json()
    return found


def fill(client: TestClient, disk: Disk) -> None:
    """Until the log notices."""
    disk.fill()
    events = [{**LIKE, "event_id": f"filler-{n}", "user_id": "u" * 99} for n in range(900)]
    assert client.post("/events", json={"events": events}).status_code == 507
    assert soon(lambda: ready(client)["writing"] == "off")


def test_a_write_is_refused_with_507_that_names_the_log(client: TestClient, disk: Disk) -> None:
    assert ready(client)["writing"] == "on"
    fill(client, disk)
    tweets = [{"tweet_id": f"t{n}", "author_id": "b", "text": "x" * 900} for n in range(90)]
    answer = client.post("/tweets", json={"tweets": tweets})
    assert answer.status_code == 507
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:foryou:problem:disk-full"
    assert "events.db" in answer.json()["detail"]
    assert "make room" in answer.json()["detail"]


def test_readyz_says_that_writing_is_off_until_there_is_room(
    client: TestClient, disk: Disk
) -> None:
    fill(client, disk)
    found = ready(client)
    assert (found["status"], found["writing"]) == ("degraded", "off")
    assert "full" in found["degraded"]["writing"]
    disk.clear()
    assert soon(lambda: ready(client)["writing"] == "on")
    assert soon(lambda: ready(client)["status"] == "ready")
    assert client.post("/events", json={"events": [LIKE]}).status_code == 200


def test_no_cursor_is_given_that_leads_nowhere(client: TestClient, disk: Disk) -> None:
    """Pages are served all the same, and what was served is written once there is room."""
    assert client.get("/timeline/a").json()["next_cursor"]
    fill(client, disk)
    page = client.get("/timeline/a")
    assert page.status_code == 200
    assert len(page.json()["items"]) == 10
    assert page.json()["next_cursor"] is None
    disk.clear()
    assert soon(lambda: ready(client)["writing"] == "on")
    assert client.get("/timeline/a").json()["next_cursor"]
    name = page.json()["request_id"]

    def written() -> bool:
        records = disk.log.read(0, 5_000)
        return any(bodies.json_of(record.entry).get("request_id") == name for record in records)

    assert soon(written)


def test_a_cursor_from_the_moment_before_can_be_followed(client: TestClient, disk: Disk) -> None:
    """Its page was not written when the disk became full; this process still knows it."""
    disk.fill()
    cursors: list[tuple[str, str]] = []
    for n in range(500):
        page = client.get(f"/timeline/new{n}", params={"limit": 3}).json()
        if page["next_cursor"]:
            cursors.append((page["user_id"], page["next_cursor"]))
        elif ready(client)["writing"] == "off":
            break
    assert ready(client)["writing"] == "off"
    for user, cursor in cursors[-12:]:
        answer = client.get(f"/timeline/{user}", params={"cursor": cursor})
        assert answer.status_code == 200, answer.text
