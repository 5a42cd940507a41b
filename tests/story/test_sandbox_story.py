"""Somebody tries what the feed would learn, and what a tweet would reach; nothing remembers it."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient


def tried(client: TestClient, user: str, *events: dict[str, Any], **body: Any) -> dict[str, Any]:
    sent = {"events": [{"user_id": user, **one} for one in events], **body}
    answer = client.post(f"/timeline/{user}/sandbox", json=sent)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def timeline(client: TestClient, user: str) -> list[dict[str, Any]]:
    return list(client.get(f"/timeline/{user}?peek=true").json()["items"])


def written(live: TestClient) -> int:
    """How far the log goes, with what this writes."""
    return int(live.put("/users/somebody", json={}).json()["offset"])


def ids(items: list[dict[str, Any]]) -> list[str]:
    return [item["tweet_id"] for item in items]


def test_without_events_it_is_the_timeline(client: TestClient, reader: str) -> None:
    page = tried(client, reader)
    assert page["items"] == timeline(client, reader)
    assert page["difference"] == {"entered": [], "left": [], "moved": []}


def test_a_block_takes_an_author_away_and_leaves_no_trace(live: TestClient, reader: str) -> None:
    start, before = written(live), timeline(live, reader)
    author = before[0]["author_id"]
    page = tried(live, reader, {"action": "block", "target_user_id": author})
    assert author not in {item["author_id"] for item in page["items"]}
    assert before[0]["tweet_id"] in page["difference"]["left"]
    assert ids(timeline(live, reader)) == ids(before)
    assert written(live) == start + 1  # by this alone


def test_it_learns_as_the_service_does(live: TestClient, reader: str) -> None:
    likes = [{"action": "like", "tweet_id": one} for one in ids(timeline(live, reader))[:3]]
    page = tried(live, reader, *likes)
    sent = {"events": [{"user_id": reader, **one} for one in likes]}
    offset = live.post("/events", json=sent).json()["offset"]
    learned = live.get(f"/timeline/{reader}?peek=true&after_offset={offset}").json()["items"]
    assert ids(page["items"]) == ids(learned)


def test_going_on_is_as_beginning_anew(client: TestClient, reader: str) -> None:
    feed = timeline(client, reader)
    steps = [
        {"action": "like", "tweet_id": feed[0]["tweet_id"]},
        {"action": "mute", "target_user_id": feed[1]["author_id"]},
        {"action": "like", "tweet_id": feed[2]["tweet_id"]},
    ]
    for count in range(4):
        gradually = tried(client, reader, *steps[:count])["items"]
    tried(client, reader, steps[2])  # other steps: a new copy
    assert tried(client, reader, *steps)["items"] == gradually


def test_only_the_user_acts_in_their_sandbox(client: TestClient, reader: str) -> None:
    sent = {"events": [{"action": "like", "user_id": "another", "tweet_id": "1"}]}
    answer = client.post(f"/timeline/{reader}/sandbox", json=sent)
    assert answer.status_code == 422
    assert "only" in answer.json()["detail"]


def rehearsed(client: TestClient, author: str, **body: Any) -> dict[str, Any]:
    answer = client.post(f"/users/{author}/rehearsal", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_tweet_is_rehearsed_and_not_written(live: TestClient, reader: str) -> None:
    before = live.get("/readyz").json()["tweets"]
    found = rehearsed(live, reader, text="A quiet morning with a book.", people=40)
    assert found["followers"]["people"] + found["others"]["people"] == 40
    for reach in (found["followers"], found["others"]):
        shown, ranked = reach["shown"], reach["ranked"]
        assert shown + ranked + sum(reach["dropped_by"].values()) <= reach["people"]
        assert bool(reach["sources"]) == bool(shown + ranked)
        assert (reach["median_place"] is None) == (shown == 0)
    assert found == rehearsed(live, reader, text="A quiet morning with a book.", people=40)
    assert live.get("/readyz").json()["tweets"] == before


def test_followers_are_reached_before_strangers(live: TestClient, reader: str) -> None:
    """The author with most followers among the first."""
    everybody = live.get("/users?limit=100").json()["items"]
    author = max(everybody, key=lambda one: one["followers"])["user_id"]
    found = rehearsed(live, author, text="Good morning.", people=60)
    rate = {
        kind: (found[kind]["shown"] + found[kind]["ranked"]) / max(found[kind]["people"], 1)
        for kind in ("followers", "others")
    }
    assert rate["followers"] > rate["others"]
