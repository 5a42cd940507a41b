"""Somebody asks what is not theirs to know."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from app.settings import Settings
from tests.opened import opened

pytestmark = pytest.mark.usefixtures("kernels_are_ready")

READ_KEY, SECRET = "the key that reads", "a secret of thirty-two bytes or more"


@pytest.fixture(params=["open", "private"])
def asking(
    request: pytest.FixtureRequest, tiny_artifacts: Path, tiny_data: Path, tmp_path: Path
) -> Iterator[TestClient]:
    given: dict[str, Any] = (
        {}
        if request.param == "open"
        else {"read_key": SecretStr(READ_KEY), "token_secret": SecretStr(SECRET)}
    )
    settings = Settings(
        artifacts=tiny_artifacts,
        data_dir=tiny_data,
        log=tmp_path / "events.db",
        log_level="error",
        **given,
    )
    with opened(settings, raise_server_exceptions=False) as client:
        client.headers["X-Asked"] = request.param
        yield client


def scored(client: TestClient, user: str, tweets: list[str], **headers: str) -> dict[str, Any]:
    body = {"user_id": user, "tweet_ids": tweets}
    answer = client.post("/score", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.mark.parametrize(
    ("action", "by_viewer"), [("block", True), ("block", False), ("mute", True)]
)
def test_scores_tell_a_stranger_nothing_of_blocks(
    asking: TestClient, reader: str, action: str, by_viewer: bool
) -> None:
    private = asking.headers["X-Asked"] == "private"
    known = {"X-API-Key": READ_KEY} if private else {}
    page = asking.get(f"/timeline/{reader}?limit=20&peek=true", headers=known).json()["items"]
    author = page[0]["author_id"]
    tweets = [item["tweet_id"] for item in page]
    before = scored(asking, reader, tweets, **known)
    assert all(item["eligible"] for item in before["items"])
    user, target = (reader, author) if by_viewer else (author, reader)
    event = {"event_id": "e", "action": action, "user_id": user, "target_user_id": target}
    written = asking.post("/events", json={"events": [event]}).json()
    assert written["results"][0]["status"] == "accepted", written
    offset = written["offset"]
    asking.get(f"/users/{reader}?after_offset={offset}", headers=known)
    after = scored(asking, reader, tweets, **known)
    dropped = {item["author_id"]: item["dropped_by"] for item in after["items"]}
    assert dropped[author] == ("SocialGraph" if private else None)
    assert [item["eligible"] for item in after["items"]] == [
        not private or item["author_id"] != author for item in page
    ]


def test_muted_words_hold_for_every_reader(asking: TestClient, reader: str) -> None:
    private = asking.headers["X-Asked"] == "private"
    known = {"X-API-Key": READ_KEY} if private else {}
    page = asking.get(f"/timeline/{reader}?limit=20&peek=true", headers=known).json()["items"]
    tweets = [item["tweet_id"] for item in page]
    word = page[0]["text"].split()[0].strip(".,:;!?#@")
    event = {"event_id": "e", "action": "mute_word", "user_id": reader, "text": word}
    written = asking.post("/events", json={"events": [event]}).json()
    assert written["results"][0]["status"] == "accepted", written
    asking.get(f"/users/{reader}?after_offset={written['offset']}", headers=known)
    first = scored(asking, reader, tweets, **known)["items"][0]
    assert (first["eligible"], first["dropped_by"]) == (False, "Muted")


@pytest.mark.parametrize("asking", ["private"], indirect=True)
def test_the_viewer_knows_what_a_stranger_does_not(asking: TestClient, reader: str) -> None:
    own = {"Authorization": "Bearer " + jwt.encode({"sub": reader}, SECRET, "HS256")}
    item = asking.get(f"/timeline/{reader}?peek=true", headers=own).json()["items"][0]
    event = {
        "event_id": "e",
        "action": "block",
        "user_id": reader,
        "target_user_id": item["author_id"],
    }
    written = asking.post("/events", json={"events": [event]}).json()
    assert written["results"][0]["status"] == "accepted", written
    offset = written["offset"]
    asking.get(f"/users/{reader}?after_offset={offset}", headers=own)
    answer = scored(asking, reader, [item["tweet_id"]], **own)
    assert answer["items"][0]["dropped_by"] == "SocialGraph"


@pytest.mark.parametrize("asking", ["private"], indirect=True)
def test_a_token_that_has_expired_is_refused_in_words(asking: TestClient, reader: str) -> None:
    old = jwt.encode({"sub": reader, "exp": time.time() - 3_600}, SECRET, "HS256")
    answer = asking.get(f"/timeline/{reader}", headers={"Authorization": f"Bearer {old}"})
    assert answer.status_code == 401
    assert answer.json()["type"] == "urn:foryou:problem:invalid-token"
    assert "expired" in answer.json()["detail"]
    nothing = asking.get(f"/timeline/{reader}").json()
    assert nothing["detail"] == (
        "reading is private here; send FORYOU_READ_KEY as X-API-Key or a token as "
        "Authorization: Bearer"
    )
