"""Somebody opens the app."""

from __future__ import annotations

from collections import Counter
from math import prod

import pytest
from fastapi.testclient import TestClient

from app.schemas.timeline import Timeline
from app.serving.engine import Engine


def test_a_reader_gets_ten_ranked_tweets(client: TestClient, reader: str) -> None:
    answer = client.get(f"/timeline/{reader}")
    assert answer.status_code == 200
    timeline = Timeline.model_validate_json(answer.content)
    assert timeline.user_id == reader
    assert timeline.product == timeline.served_by == "for_you"
    assert [item.rank for item in timeline.items] == list(range(1, 11))
    assert timeline.next_cursor is None
    assert "trace" not in answer.json()


def test_a_score_is_the_base_score_times_every_factor(client: TestClient, reader: str) -> None:
    for item in client.get(f"/timeline/{reader}?limit=100").json()["items"]:
        assert item["score"] == pytest.approx(
            item["base_score"] * prod(item["factors"].values()), abs=2e-6
        )
        assert 0 <= item["score"] <= item["base_score"] <= 1


def test_every_item_says_who_proposed_it(client: TestClient, reader: str) -> None:
    timeline = client.get(f"/timeline/{reader}").json()
    items = timeline["items"]
    assert all(item["source"] == item["sources"][0] for item in items)
    assert timeline["source_distribution"] == Counter(item["source"] for item in items)
    assert {"InNetwork", "OutOfNetwork", "Graph"} <= {s for item in items for s in item["sources"]}


def test_what_was_not_trained_is_null_and_missing(client: TestClient, reader: str) -> None:
    timeline = client.get(f"/timeline/{reader}").json()
    item = timeline["items"][0]
    unsaid = {
        name
        for part in ("predictions", "safety")
        for name, value in item[part].items()
        if value is None
    }
    assert unsaid == set(timeline["missing"]) > set()


def test_a_stranger_gets_the_newcomer_product(client: TestClient) -> None:
    timeline = client.get("/timeline/never-met").json()
    assert timeline["served_by"] == "newcomer"
    assert len(timeline["items"]) == 10


def test_explain_adds_who_did_what_in_what_time(client: TestClient, reader: str) -> None:
    trace = client.get(f"/timeline/{reader}?explain=true").json()["trace"]
    stages = list(dict.fromkeys(span["stage"] for span in trace))
    assert stages == [
        "gate",
        "retrieve",
        "eligibility",
        "visibility",
        "rank",
        "rescore",
        "slate",
        "select",
        "side_effect",
    ]
    assert trace[-1]["rows_out"] == 10


def test_a_timeline_is_private(client: TestClient, reader: str) -> None:
    assert client.get(f"/timeline/{reader}").headers["cache-control"] == "private, no-store"


def test_the_same_instant_gives_the_same_bytes(client: TestClient, reader: str) -> None:
    named = {"X-Request-ID": "again"}
    first, second = (client.get(f"/timeline/{reader}", headers=named) for _ in range(2))
    assert first.content == second.content


def test_a_request_keeps_its_name_or_gets_one(client: TestClient, reader: str) -> None:
    named = client.get(f"/timeline/{reader}", headers={"X-Request-ID": "a-b:7"})
    assert named.headers["x-request-id"] == named.json()["request_id"] == "a-b:7"
    odd = client.get(f"/timeline/{reader}", headers={"X-Request-ID": "a b\t"})
    assert odd.headers["x-request-id"] == odd.json()["request_id"] != "a b\t"


def test_scores_of_given_tweets_are_those_of_the_timeline(client: TestClient, reader: str) -> None:
    items = client.get(f"/timeline/{reader}").json()["items"]
    asked = [item["tweet_id"] for item in items]
    answer = client.post("/score", json={"user_id": reader, "tweet_ids": asked}).json()
    for item, scored in zip(items, answer["items"], strict=True):
        assert scored["tweet_id"] == item["tweet_id"]
        assert scored["base_score"] == pytest.approx(item["base_score"], abs=1e-5)
        assert scored["eligible"] is True
        assert scored["factors"] == pytest.approx(item["factors"], abs=1e-5)


def test_scores_say_what_would_be_dropped_and_what_is_unknown(
    client: TestClient, reader: str, tiny_engine: Engine
) -> None:
    state = tiny_engine.state
    row = state.users.ids.row(reader)
    seen = state.tweets.ids.id(int(state.history.tweet[row].max()))
    body = {"user_id": reader, "tweet_ids": [int(seen), "no-such-tweet"]}
    answer = client.post("/score", json=body).json()
    assert answer["unknown"] == ["no-such-tweet"]
    assert [item["dropped_by"] for item in answer["items"]] == ["AlreadySeen"]
    assert answer["items"][0]["eligible"] is False
