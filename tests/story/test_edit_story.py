"""An edit that cannot have its effect says so."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

FIRST = {
    "author_id": "1",
    "text": "first",
    "topic": "jazz",
    "hashtags": ["a", "b"],
    "created_at": "2026-01-02T03:04:05Z",
    "in_reply_to_id": "elsewhere",
    "conversation_id": "beginning",
}


def put(live: TestClient, tweet: str, **facts: Any) -> dict[str, Any]:
    answer = live.put(f"/tweets/{tweet}", json={"author_id": "1", **facts})
    assert answer.status_code == 200, answer.text
    written: dict[str, Any] = answer.json()
    return written


def get(live: TestClient, tweet: str, offset: str) -> dict[str, Any]:
    view: dict[str, Any] = live.get(f"/tweets/{tweet}", params={"after_offset": offset}).json()
    return view


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("topic", "rock"),
        ("hashtags", ["a"]),
        ("hashtags", ["a", "c"]),
        ("created_at", "2026-01-02T03:04:06Z"),
        ("in_reply_to_id", "another"),
        ("conversation_id", "another"),
    ],
)
def test_what_an_edit_does_not_change_is_named(live: TestClient, name: str, other: object) -> None:
    assert put(live, "t", **FIRST)["ignored"] == []
    assert put(live, "t", **FIRST)["ignored"] == []
    written = put(live, "t", **{**FIRST, "text": "second", name: other})
    assert written["ignored"] == [name]
    view = get(live, "t", written["offset"])
    assert (view["text"], view["topic"]) == ("second", "jazz")
    assert view["created_at"] == FIRST["created_at"]


def test_what_an_edit_leaves_out_is_not_named(live: TestClient) -> None:
    put(live, "t", **FIRST)
    assert put(live, "t", text="second")["ignored"] == []


def test_a_reply_whose_parent_is_here_is_compared_by_it(live: TestClient) -> None:
    put(live, "p", text="parent")
    reply = {"in_reply_to_id": "p", "conversation_id": "p"}
    assert put(live, "t", **reply)["ignored"] == []
    assert put(live, "t", **reply)["ignored"] == []
    assert put(live, "t", in_reply_to_id="t0")["ignored"] == ["in_reply_to_id"]
    assert put(live, "p", in_reply_to_id="t")["ignored"] == ["in_reply_to_id"]


@pytest.mark.parametrize("author", ["2", None])
def test_another_author_is_refused_and_nothing_is_written(
    live: TestClient, author: str | None
) -> None:
    before = put(live, "t", **FIRST)
    answer = live.put("/tweets/t", json={**FIRST, "author_id": author, "text": "forged"})
    assert answer.status_code == 409
    assert "author" in answer.json()["detail"]
    later = put(live, "other")["offset"]
    assert int(later) == int(before["offset"]) + 1
    assert get(live, "t", later)["text"] == "first"


@pytest.mark.parametrize("known", [True, False])
def test_a_deleted_tweet_is_not_written_again(live: TestClient, known: bool) -> None:
    if known:
        put(live, "t", **FIRST)
    live.delete("/tweets/t")
    answer = live.put("/tweets/t", json=FIRST)
    assert answer.status_code == 409
    assert "deleted" in answer.json()["detail"]
    assert answer.json()["type"] == "urn:foryou:problem:conflict"


def test_each_row_of_a_batch_is_judged_by_what_came_before_it(live: TestClient) -> None:
    live.delete("/tweets/gone")
    rows = [
        {"tweet_id": "t", **FIRST},
        {"tweet_id": "t", **FIRST, "topic": "rock"},
        {"tweet_id": "t", **FIRST, "author_id": "2"},
        {"tweet_id": "gone", **FIRST},
        {"tweet_id": "u", **FIRST},
    ]
    results = live.post("/tweets", json={"tweets": rows}).json()["results"]
    assert [one["status"] for one in results] == [
        "accepted",
        "accepted",
        "rejected",
        "rejected",
        "accepted",
    ]
    assert [one.get("ignored") for one in results] == [None, ["topic"], None, None, None]
    assert "author" in results[2]["problem"]
    assert "deleted" in results[3]["problem"]
