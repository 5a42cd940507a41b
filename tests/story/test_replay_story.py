"""What was served can be shown again, byte for byte: after a restart, and with another bundle."""

from __future__ import annotations

import time
from argparse import Namespace
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import jwt
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from app.main import create_app
from app.serving.clock import Clock
from app.serving.cursor import CURSOR_SECONDS
from app.serving.service import Service
from app.settings import Settings
from evaluation.loadtest import replayed
from evaluation.loadtest.command import Given

SECRET = "a secret of thirty-two bytes or more"
Opened = tuple[TestClient, Service]


def ahead_of(clock: Clock, seconds: float) -> float:
    return clock.tick() + seconds


def opened(settings: Settings) -> Opened:
    service = Service.open(settings)
    return TestClient(create_app(settings, service=service)), service


@pytest.fixture
def given(tiny_artifacts: Path, tiny_data: Path, tmp_path: Path) -> Settings:
    return Settings(
        artifacts=tiny_artifacts, data_dir=tiny_data, log=tmp_path / "events.db", log_level="error"
    )


def some_users(service: Service, count: int) -> list[str]:
    ids = service.engine.state.users.ids
    return [ids.id(row) for row in range(count)]


def served(client: TestClient, user_id: str, **parameters: Any) -> tuple[str, bytes]:
    answer = client.get(f"/timeline/{user_id}", params=parameters)
    assert answer.status_code == 200
    return answer.headers["x-request-id"], answer.content


def test_answers_are_replayed_to_the_byte_whatever_is_served_by_then(
    two: tuple[Path, str, str], tmp_path: Path
) -> None:
    artifacts, bundle, other = two
    given = Settings(artifacts=artifacts, log=tmp_path / "events.db", log_level="error")
    kept = {}
    client, service = opened(given)
    with client:
        users = some_users(service, 25)
        for place in range(100):
            explain = {"explain": place % 3 == 0, "limit": 5 + place % 20}
            product = "following" if place % 7 == 0 else "for_you"
            request_id, body = served(client, users[place % 25], product=product, **explain)
            kept[request_id] = body
        settings = service.engine.settings.fingerprint
        for request_id, body in kept.items():  # also before they are written
            assert client.get(f"/replay/{request_id}").content == body
    client, service = opened(given.model_copy(update={"bundle": other, "preset": "seed"}))
    with client:
        assert service.engine.model_version == other
        for request_id, body in kept.items():
            answer = client.get(f"/replay/{request_id}")
            assert answer.content == body
            assert answer.headers["x-bundle"] == bundle
            assert answer.headers["x-settings"] == settings
            assert answer.headers["cache-control"] == "private, no-store"
    assert len(kept) == 100


def test_the_command_replays_with_another_bundle_over_the_network(
    two: tuple[Path, str, str],
) -> None:
    artifacts, bundle, other = two
    report = replayed.measure(Given(artifacts, 7, Namespace(requests=15, other=other)))
    assert report.kept, report.table()
    assert report.figures["identical"] == 15
    assert (report.figures["recorded_by"], report.figures["replayed_by"]) == (bundle, other)


def test_a_later_page_is_kept_and_a_peek_is_not(given: Settings) -> None:
    client, service = opened(given)
    with client:
        user = service.engine.state.users.ids.id(0)
        first = client.get(f"/timeline/{user}").json()
        second = client.get(f"/timeline/{user}", params={"cursor": first["next_cursor"]})
        peeked = client.get(f"/timeline/{user}", params={"peek": True})
        again = client.get(f"/replay/{second.headers['x-request-id']}")
        assert again.content == second.content
        assert client.get(f"/replay/{peeked.headers['x-request-id']}").status_code == 410


def test_what_is_too_old_is_gone(given: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    client, service = opened(given)
    with client:
        user = service.engine.state.users.ids.id(0)
        request_id, _ = served(client, user)
        now = service.engine.clock.now()
        assert service.answers is not None
        assert Settings().replay_hours * 3600 == CURSOR_SECONDS
        clock = service.engine.clock
        for seconds, status in ((CURSOR_SECONDS - 60, 200), (CURSOR_SECONDS + 60, 410)):
            later = replace(clock, tick=partial(ahead_of, clock, seconds))
            service.engine = replace(service.engine, clock=later)
            assert client.get(f"/replay/{request_id}").status_code == status
        gone = client.get(f"/replay/{request_id}").json()
        assert "0.5 hours ago" in gone["detail"]
        service.engine = replace(service.engine, clock=clock)
        client.portal.call(service.answers.write)  # type: ignore[union-attr]
        client.portal.call(service.answers.expire, now + CURSOR_SECONDS + 60)  # type: ignore[union-attr]
        assert client.get(f"/replay/{request_id}").status_code == 410


def test_none_is_kept_where_none_is_asked_for(given: Settings, tmp_path: Path) -> None:
    client, service = opened(given.model_copy(update={"replay_hours": 0}))
    with client:
        request_id, _ = served(client, service.engine.state.users.ids.id(0))
        answer = client.get(f"/replay/{request_id}")
        assert answer.status_code == 410
        assert "FORYOU_REPLAY_HOURS" in answer.json()["detail"]
    assert not list(tmp_path.glob("*.answers*"))


def test_what_was_deleted_does_not_come_back(given: Settings, tmp_path: Path) -> None:
    client, service = opened(given)
    with client:
        users = service.engine.state.users.ids
        request_id, _ = served(client, users.id(0))
        other_id, _ = served(client, users.id(1))
        shown = client.get(f"/replay/{request_id}").json()["items"][0]["tweet_id"]
        client.delete(f"/tweets/{shown}")
        assert client.get(f"/replay/{request_id}").status_code == 410
        client.delete(f"/users/{users.id(1)}")
        assert client.get(f"/replay/{other_id}").status_code == 410
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("*.answers*"))
    assert f"{other_id}{users.id(1)}".encode() not in stored  # neighbours in a row
    assert f"{request_id}{users.id(0)}".encode() in stored


def test_an_id_that_two_people_send_is_each_ones_own(given: Settings) -> None:
    private = given.model_copy(
        update={"token_secret": SecretStr(SECRET), "read_key": SecretStr("the key that reads")}
    )
    client, service = opened(private)
    with client:
        one, other, third = some_users(service, 3)

        def ask(path: str, sub: str) -> Any:
            bearer = f"Bearer {jwt.encode({'sub': sub}, SECRET, 'HS256')}"
            return client.get(path, headers={"Authorization": bearer, "X-Request-ID": "the-same"})

        pages = {sub: ask(f"/timeline/{sub}", sub).content for sub in (one, other)}
        for sub, body in pages.items():
            assert ask("/replay/the-same", sub).content == body
        assert ask("/replay/the-same", third).status_code == 410
        assert client.get("/replay/the-same").status_code == 401
        newest = client.get("/replay/the-same", headers={"X-API-Key": "the key that reads"})
        assert newest.content == pages[other]


def test_the_room_on_disk_is_bounded(given: Settings, tmp_path: Path) -> None:
    client, service = opened(given.model_copy(update={"replay_megabytes": 1}))
    with client:
        users = some_users(service, 50)
        ids = [served(client, user, limit=100)[0] for user in users for _ in range(4)]
        time.sleep(1)  # in which it is written
        assert client.get(f"/replay/{ids[-1]}").status_code == 200
    stored = sum(path.stat().st_size for path in tmp_path.glob("*.answers"))
    assert stored < 6_000_000
