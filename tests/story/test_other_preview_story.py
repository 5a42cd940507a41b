"""Somebody looks at their feed as it was, or as other models would make it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.serving.service import Service
from app.settings import Settings


def ids(page: dict[str, Any]) -> list[str]:
    return [item["tweet_id"] for item in page["items"]]


@pytest.fixture
def given(tiny_artifacts: Path, tiny_data: Path, tmp_path: Path) -> Settings:
    return Settings(
        artifacts=tiny_artifacts, data_dir=tiny_data, log=tmp_path / "events.db", log_level="error"
    )


def test_the_state_of_then_is_rebuilt_and_hides_what_is_hidden_now(
    given: Settings, reader: str
) -> None:
    service = Service.open(given)
    users = service.engine.state.users.ids
    with TestClient(create_app(given, service=service)) as client:
        url = f"/timeline/{reader}/preview"
        then = client.get(f"/timeline/{reader}", params={"peek": True, "limit": 20}).json()
        events = [
            {"action": "follow", "user_id": reader, "target_user_id": users.id(row)}
            for row in range(5)
            if users.id(row) != reader
        ]
        offset = client.post("/events", json={"events": events}).json()["offset"]
        client.get(f"/timeline/{reader}", params={"limit": 20, "after_offset": offset})
        now = client.get(f"/timeline/{reader}", params={"peek": True, "limit": 20}).json()
        assert ids(now) != ids(then)  # some of it was served, and more people are followed
        body = {"as_of": then["as_of"], "limit": 20, "compare": True}
        found = client.post(url, json=body).json()
        assert ids(found) == ids(then)
        assert found["as_of"] == then["as_of"]
        assert found["model_version"] == then["model_version"]
        assert {*found["difference"]["entered"]} == {*ids(then)} - {*ids(now)}
        hidden, muted = ids(then)[0], then["items"][3]["author_id"]
        client.delete(f"/tweets/{hidden}")
        block = {"action": "block", "user_id": reader, "target_user_id": muted}
        offset = client.post("/events", json={"events": [block]}).json()["offset"]
        again = client.post(url, json=body, params={"after_offset": offset}).json()
        assert hidden not in ids(again)
        assert muted not in {item["author_id"] for item in again["items"]}
        assert len(again["items"]) >= 15
        early = client.post(url, json={"as_of": "2001-01-01T00:00:00Z"})
        assert early.status_code == 422
        assert "the earliest moment that can be rebuilt is 20" in early.json()["detail"]
        assert client.post(url, json={"as_of": "2099-01-01T00:00:00Z"}).status_code == 422
        assert client.post(url, json={"bundle": "0123456789ab"}).status_code == 422
        version = service.engine.model_version
        same = client.post(url, json={"bundle": version, "limit": 20}).json()
        now = client.get(f"/timeline/{reader}", params={"peek": True, "limit": 20}).json()
        assert same["model_version"] == version == service.engine.model_version
        assert ids(same) == ids(now)
