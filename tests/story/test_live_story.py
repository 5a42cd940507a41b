"""The feed listens: what people do shows on the next page."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.serving.engine import Engine
from app.serving.tail import Tail


def engine_of(client: TestClient) -> Engine:
    engine: Engine = client.app_state["service"].engine
    return engine


def timeline(client: TestClient, user: str, **asked: Any) -> dict[str, Any]:
    answer = client.get(f"/timeline/{user}", params=asked)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def ids(page: dict[str, Any]) -> list[str]:
    return [item["tweet_id"] for item in page["items"]]


def act(client: TestClient, *events: dict[str, Any]) -> str:
    """Send events, all of which are accepted; the offset to wait for."""
    answer = client.post("/events", json={"events": list(events)})
    assert answer.status_code == 200, answer.text
    assert {result["status"] for result in answer.json()["results"]} == {"accepted"}
    offset: str = answer.json()["offset"]
    return offset


def event(name: str, action: str, user: str, **about: str) -> dict[str, Any]:
    return {"event_id": name, "action": action, "user_id": user, **about}


def topics(client: TestClient, tweets: Sequence[str]) -> list[str | None]:
    state = engine_of(client).state
    rows = [state.tweets.ids.row(tweet) for tweet in tweets]
    return [None if row is None else state.tweets.topic[row] for row in rows]


def on_topic(client: TestClient, topic: str, count: int) -> list[str]:
    """The newest tweets on a topic."""
    tweets = engine_of(client).state.tweets
    newest = engine_of(client).state.by_time[::-1]
    found = [tweets.ids.id(row) for row in newest.tolist() if tweets.topic[row] == topic]
    return found[:count]


def rarest_topic(client: TestClient, shown: Sequence[str], at_least: int = 5) -> str:
    """Of the topics on which there is enough, the one that is shown least."""
    told = topics(client, shown)
    everything = Counter(topic for topic in engine_of(client).state.tweets.topic if topic)
    enough = sorted(topic for topic, count in everything.items() if count >= at_least)
    return min(enough, key=told.count)


def test_three_likes_on_a_topic_bring_more_of_it(live: TestClient) -> None:
    """For one person a page may stay as it was; together they get more, and nobody gets less."""
    people = [engine_of(live).state.users.ids.id(row) for row in range(0, 40, 2)]
    before, after = [], []
    for who in people:
        page = ids(timeline(live, who, limit=20))
        topic = rarest_topic(live, page, at_least=15)
        liked = [tweet for tweet in on_topic(live, topic, 20) if tweet not in page][-3:]
        offset = act(live, *(event(f"{who}-{t}", "like", who, tweet_id=t) for t in liked))
        before.append(topics(live, page).count(topic))
        page = ids(timeline(live, who, limit=20, after_offset=offset))
        after.append(topics(live, page).count(topic))
    assert sum(after) >= sum(before) + len(people)
    assert sum(a > b for a, b in zip(after, before, strict=True)) >= len(people) / 2


def test_who_joined_a_second_ago_gets_what_they_like(live: TestClient) -> None:
    stranger = ids(timeline(live, "nobody-yet", limit=20))
    supply = Counter(topic for topic in engine_of(live).state.tweets.topic if topic)
    got, by_chance = 0, 0
    for topic, _ in supply.most_common(6):
        who = f"fan-of-{topic}"
        assert live.put(f"/users/{who}", json={"name": "Ada"}).status_code == 200
        liked = on_topic(live, topic, 40)[-5:]
        offset = act(live, *(event(f"{who}-{t}", "like", who, tweet_id=t) for t in liked))
        page = timeline(live, who, limit=20, after_offset=offset)
        assert page["served_by"] == "discovery"
        got += topics(live, ids(page)).count(topic)
        by_chance += topics(live, stranger).count(topic)
    assert got > 1.5 * by_chance


def test_a_block_empties_the_author_from_the_very_next_page(live: TestClient, reader: str) -> None:
    first = timeline(live, reader)
    author = first["items"][0]["author_id"]
    offset = act(live, event("b", "block", reader, target_user_id=author))
    cursor, seen = first["next_cursor"], 0
    while cursor:
        page = timeline(live, reader, cursor=cursor, after_offset=offset)
        assert author not in {item["author_id"] for item in page["items"]}
        cursor, seen = page["next_cursor"], seen + len(page["items"])
    assert seen > 20
    fresh = timeline(live, reader, limit=100)
    assert author not in {item["author_id"] for item in fresh["items"]}


def test_pages_never_overlap_and_follow_the_stored_order(live: TestClient, reader: str) -> None:
    pages = [timeline(live, reader)]
    while cursor := pages[-1]["next_cursor"]:
        pages.append(timeline(live, reader, cursor=cursor))
    shown = [tweet for page in pages for tweet in ids(page)]
    assert len(shown) == len(set(shown)) > 30
    ranks = [item["rank"] for page in pages for item in page["items"]]
    assert ranks == sorted(ranks)
    assert all(page["product"] == "for_you" for page in pages)


def test_what_was_served_is_not_served_again(live: TestClient, reader: str) -> None:
    shown: list[str] = []
    while True:
        page = timeline(live, reader, limit=50)
        assert not set(ids(page)) & set(shown)
        shown += ids(page)
        if page["exhausted"]:
            break
    assert len(shown) > 50
    assert timeline(live, reader)["exhausted"] is True


def test_a_new_tweet_is_found_and_a_deleted_one_never_comes_back(
    live: TestClient, reader: str
) -> None:
    state = engine_of(live).state
    followee = state.users.ids.id(int(state.graph.followees(state.users.ids.known([reader]))[0][0]))
    body = {"author_id": followee, "text": "Good morning", "topic": "science"}
    offset = live.put("/tweets/brand-new", json=body).json()["offset"]
    assert "brand-new" in ids(timeline(live, reader, limit=100, after_offset=offset))

    assert live.delete("/tweets/early").status_code == 200  # before anybody has heard of it
    offset = act(live, event("e1", "like", reader, tweet_id="early"))
    assert live.put("/tweets/early", json=body).status_code == 409
    assert live.get("/tweets/early", params={"after_offset": offset}).status_code == 404
    assert "early" not in ids(timeline(live, reader, limit=100))


def test_each_item_is_judged_by_itself(live: TestClient, reader: str) -> None:
    good = event("good", "like", reader, tweet_id="1")
    bad = [
        {**good, "event_id": "1", "action": "adore"},
        {**good, "event_id": "2", "tweet_id": None},
        {**good, "event_id": "3", "created_at": "2999-01-01T00:00:00Z"},
        {**good, "event_id": "4", "user_id": "no spaces"},
        {**good, "event_id": "5", "colour": "red"},
        {**good, "event_id": "6", "value": float("nan")},
        event("7", "follow", reader, target_user_id=reader),
        "not even an object",
    ]
    results = live.post(
        "/events", content=_json({"events": [*bad, good, good]}),
        headers={"Content-Type": "application/json"},
    ).json()["results"]  # fmt: skip
    assert [one["status"] for one in results] == [*["rejected"] * 8, "accepted", "duplicate"]
    for one, named in zip(results, ["1", "2", "3", "4", "5", "6", "7", None], strict=False):
        assert one["event_id"] == named
        assert one["problem"]
    assert "problem" not in results[-1]


def _json(body: Any) -> bytes:
    return json.dumps(body).encode()  # httpx would refuse what is not a number


def test_an_unlike_takes_a_like_back(live: TestClient, reader: str) -> None:
    state = engine_of(live).state
    row = state.users.ids.row(reader)
    assert row is not None
    before = state.engaged_by(row).tolist()
    (tweet,) = [t for t in on_topic(live, "science", 40) if state.tweets.ids.row(t) not in before][
        :1
    ]
    at = "2026-01-01T00:00:00Z"
    act(live, event("on", "like", reader, tweet_id=tweet) | {"created_at": at})
    later = event("off", "unlike", reader, tweet_id=tweet) | {"created_at": "2026-01-01T00:00:01Z"}
    timeline(live, reader, after_offset=act(live, later))
    assert state.engaged_by(row).tolist() == before


@pytest.mark.parametrize("cursor", ["AAAA", "x" * 512])
def test_a_forged_cursor_is_refused(live: TestClient, reader: str, cursor: str) -> None:
    answer = live.get(f"/timeline/{reader}", params={"cursor": cursor})
    assert answer.status_code == 400
    assert "first page" in answer.json()["detail"]


def test_a_cursor_is_its_readers_own(live: TestClient, reader: str) -> None:
    cursor = timeline(live, reader)["next_cursor"]
    answer = live.get("/timeline/somebody-else", params={"cursor": cursor})
    assert answer.status_code == 400


def test_who_leaves_takes_everything_along(live: TestClient, reader: str) -> None:
    wrote = timeline(live, reader)["items"][0]
    author = wrote["author_id"]
    offset = live.delete(f"/users/{author}").json()["offset"]
    assert live.get(f"/users/{author}", params={"after_offset": offset}).status_code == 404
    assert live.get(f"/tweets/{wrote['tweet_id']}").status_code == 404
    page = timeline(live, reader, limit=100)
    assert author not in {item["author_id"] for item in page["items"]}


def test_what_was_deleted_is_gone_when_the_deletion_is_answered(
    live: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Tail, "hurry", lambda tail: None)  # so that it comes to it later
    users = [one["user_id"] for one in live.get("/users?limit=5").json()["items"]]
    for user in users:
        live.delete(f"/users/{user}")
        assert live.get(f"/users/{user}").status_code == 404
    for tweet in ids(timeline(live, "somebody"))[:5]:
        live.delete(f"/tweets/{tweet}")
        assert live.get(f"/tweets/{tweet}").status_code == 404


def test_what_has_not_happened_cannot_be_waited_for(live: TestClient, reader: str) -> None:
    answer = live.get(f"/timeline/{reader}", params={"after_offset": 10**9})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"


def test_without_a_log_nothing_can_be_written(client: TestClient, reader: str) -> None:
    answer = client.post("/events", json={"events": [event("e", "like", reader, tweet_id="1")]})
    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:foryou:problem:read-only"


def test_an_impression_is_counted_once(live: TestClient, reader: str) -> None:
    page = timeline(live, reader)
    seen = {
        **event("i1", "impression", reader, tweet_id=ids(page)[0]),
        "request_id": page["request_id"],
    }
    body = {"events": [seen, {**seen, "event_id": "i2"}]}
    results = live.post("/events", json=body).json()["results"]
    assert [one["status"] for one in results] == ["duplicate", "duplicate"]  # it was served


def test_replies_that_come_before_their_parents_join_one_conversation(live: TestClient) -> None:
    names = [f"chain-{n}" for n in range(12)]
    for child, parent in zip(names[:0:-1], names[-2::-1], strict=True):
        body = {"author_id": "1", "text": child, "in_reply_to_id": parent}
        assert live.put(f"/tweets/{child}", json=body).status_code == 200
    written = live.put("/tweets/chain-0", json={"author_id": "1"}).json()["offset"]
    asked = {"after_offset": written}
    found = {live.get(f"/tweets/{one}", params=asked).json()["conversation_id"] for one in names}
    assert found == {"chain-0"}
