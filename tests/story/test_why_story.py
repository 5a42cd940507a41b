"""Somebody asks why a tweet is in their feed, and why another is not."""

from __future__ import annotations

from math import exp, prod
from typing import Any

import pytest
from fastapi.testclient import TestClient


def ask(client: TestClient, path: str, **headers: str) -> dict[str, Any]:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_the_third_tweet_is_explained(client: TestClient, reader: str) -> None:
    page = ask(client, f"/timeline/{reader}?peek=true&explain=true")
    third = page["items"][2]
    why = ask(client, f"/timeline/{reader}/why/{third['tweet_id']}")
    assert (why["outcome"], why["rank"], why["to_enter"]) == ("served", 3, None)
    assert why["served_by"] == page["served_by"]
    assert [one["source"] for one in why["proposals"] if one["taken"]] == third["sources"]
    assert {one["component"]: one["factor"] for one in why["factors"]} == pytest.approx(
        third["factors"], abs=1e-6
    )
    assert why["score"] == pytest.approx(third["score"], abs=1e-6)
    placements = [one["placement"] for one in page["items"]]
    assert why["placement"] == placements[2]
    for one in placements:
        assert (one["rule"] is None) == (one["reason"] in ("best", "moved"))
    predictions = {one["name"]: one["probability"] for one in why["heads"]}
    assert third["predictions"] == pytest.approx(
        {name: predictions[name] for name in third["predictions"]}, abs=1e-6
    )
    assert [(one["stage"], one["rows_out"]) for one in why["stages"]] == [
        (one["stage"], one["rows_out"]) for one in page["trace"] if one["stage"] != "side_effect"
    ]


def test_every_number_adds_up(client: TestClient, reader: str) -> None:
    page = ask(client, f"/timeline/{reader}?peek=true&limit=30")
    for item in page["items"]:
        why = ask(client, f"/timeline/{reader}/why/{item['tweet_id']}")
        value, factors = why["value"], [one["factor"] for one in why["factors"]]
        assert value["heads"] == pytest.approx(
            sum(head["adds"] for head in why["heads"]) + value["folded"], abs=1e-6
        )
        assert value["log_value"] == pytest.approx(sum(value["evidence"].values()), abs=1e-6)
        base = 1 / (1 + exp(-value["log_value"]))
        assert value["base_score"] == pytest.approx(base, abs=1e-6)
        assert why["score"] == pytest.approx(base * prod(factors), abs=1e-6)


def test_a_tweet_further_back_would_have_to_be_worth_more(client: TestClient, reader: str) -> None:
    items = ask(client, f"/timeline/{reader}?peek=true&limit=40")["items"]
    why = ask(client, f"/timeline/{reader}/why/{items[-1]['tweet_id']}?limit=10")
    assert (why["outcome"], why["rank"]) == ("ranked", len(items))
    change = why["to_enter"]["change"]
    assert change["value_times"] > 1
    assert change["rank"] <= 10
    assert why["to_enter"]["hard_rules"] == []


def test_what_was_seen_would_have_to_be_new(live: TestClient, reader: str) -> None:
    served = ask(live, f"/timeline/{reader}")["items"][0]
    why = ask(live, f"/timeline/{reader}/why/{served['tweet_id']}")
    assert (why["outcome"], why["dropped_by"]) == ("dropped", "AlreadySeen")
    assert why["to_enter"]["change"]["passes"] == ["AlreadySeen"]


def test_asking_leaves_no_trace(live: TestClient, reader: str) -> None:
    before = ask(live, f"/timeline/{reader}?peek=true")
    for item in before["items"]:
        ask(live, f"/timeline/{reader}/why/{item['tweet_id']}")
    after = ask(live, f"/timeline/{reader}?peek=true")
    assert [one["tweet_id"] for one in after["items"]] == [
        one["tweet_id"] for one in before["items"]
    ]


def test_a_hard_rule_has_no_way_out(live: TestClient, reader: str) -> None:
    item = ask(live, f"/timeline/{reader}?peek=true")["items"][0]
    offset = live.delete(f"/tweets/{item['tweet_id']}").json()["offset"]
    why = ask(live, f"/timeline/{reader}/why/{item['tweet_id']}?after_offset={offset}")
    assert why["dropped_by"] == "Deleted"
    assert why["to_enter"] == {"hard_rules": ["Deleted"], "change": None}


@pytest.mark.parametrize("action", ["block", "mute"])
def test_a_stranger_does_not_learn_of_blocks(live: TestClient, reader: str, action: str) -> None:
    item = ask(live, f"/timeline/{reader}?peek=true")["items"][0]
    event = {"action": action, "user_id": reader, "target_user_id": item["author_id"]}
    offset = live.post("/events", json={"events": [event]}).json()["offset"]
    why = ask(live, f"/timeline/{reader}/why/{item['tweet_id']}?after_offset={offset}")
    assert why["outcome"] == "served"
    (verdict,) = (one for one in why["filters"] if one["filter"] == "SocialGraph")
    assert verdict["keeps"]


def test_newcomers_and_other_feeds_are_explained(client: TestClient, reader: str) -> None:
    item = ask(client, "/timeline/somebody-new?peek=true")["items"][0]
    why = ask(client, f"/timeline/somebody-new/why/{item['tweet_id']}")
    assert (why["served_by"], why["outcome"]) == ("newcomer", "served")
    item = ask(client, f"/timeline/{reader}?peek=true&product=following")["items"][0]
    why = ask(client, f"/timeline/{reader}/why/{item['tweet_id']}?product=following")
    assert (why["product"], why["rank"], why["heads"]) == ("following", 1, [])


def test_what_nobody_knows_is_not_found(client: TestClient, reader: str) -> None:
    assert client.get(f"/timeline/{reader}/why/no-such-tweet").status_code == 404
    assert client.get(f"/timeline/{reader}/why/1?depth=3").status_code == 422
