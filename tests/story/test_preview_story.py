"""Somebody tries other settings on their feed before anybody else sees them."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient

from app.serving.engine import Engine
from ml.heads import NAMES as HEADS


def previewed(client: TestClient, user: str, **body: Any) -> dict[str, Any]:
    answer = client.post(f"/timeline/{user}/preview", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def ids(page: dict[str, Any]) -> list[str]:
    return [item["tweet_id"] for item in page["items"]]


def timeline(client: TestClient, user: str) -> dict[str, Any]:
    return dict(client.get(f"/timeline/{user}?peek=true").json())


def test_without_overrides_it_is_the_timeline(client: TestClient, reader: str) -> None:
    page, plain = previewed(client, reader, compare=True), timeline(client, reader)
    assert ids(page) == ids(plain)
    assert page["difference"] == {"entered": [], "left": [], "moved": []}
    assert page["next_cursor"] is None


def test_the_difference_is_what_changed(client: TestClient, reader: str) -> None:
    overrides = {"weights": {"reply": 500}, "out_of_network_factor": 1, "in_network_share": 0.1}
    page, plain = (
        previewed(client, reader, overrides=overrides, compare=True),
        timeline(client, reader),
    )
    now, before, difference = ids(page), ids(plain), page["difference"]
    assert now != before
    assert {*difference["entered"]} == {*now} - {*before}
    assert {*difference["left"]} == {*before} - {*now}
    for one in difference["moved"]:
        assert now[one["rank"] - 1] == before[one["rank_before"] - 1] == one["tweet_id"]
        assert one["rank"] != one["rank_before"]


def test_trying_leaves_no_trace(live: TestClient, reader: str) -> None:
    before = timeline(live, reader)
    for preset in ("seed", "twitter-2023", "x-2026"):
        previewed(live, reader, overrides={"preset": preset}, limit=100)
    assert ids(timeline(live, reader)) == ids(before)


def test_a_bound_is_named(client: TestClient, reader: str) -> None:
    body = {"overrides": {"graph_share": 2, "unsafe_toxicity": 1}}
    answer = client.post(f"/timeline/{reader}/preview", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    errors = {one["where"]: one["detail"] for one in answer.json()["errors"]}
    assert "less than or equal to 1" in errors["body.overrides.graph_share"]
    assert "nothing here has this name" in errors["body.overrides.unsafe_toxicity"]


def test_it_reads_and_does_not_write(live: TestClient, reader: str) -> None:
    far = {"X-Forwarded-For": "203.0.113.7", "Origin": "https://elsewhere.example"}
    answer = live.post(f"/timeline/{reader}/preview", json={}, headers=far)
    assert answer.status_code == 200
    assert live.post(f"/timeline/{reader}/other", json={}, headers=far).status_code != 200


def test_other_feeds_can_be_tried(client: TestClient, reader: str) -> None:
    page = previewed(client, reader, product="following", explain=True)
    assert (page["product"], page["served_by"]) == ("following", "following")
    assert page["trace"]
    assert previewed(client, "somebody-new", limit=3)["served_by"] == "newcomer"


def test_it_says_which_overrides_have_no_effect(
    client: TestClient, reader: str, tiny_engine: Engine
) -> None:
    """What is named changes nothing, in whatever direction; what is not named may."""

    def tried(**overrides: Any) -> dict[str, Any]:
        return previewed(client, reader, overrides=overrides, limit=50)

    def order(page: dict[str, Any]) -> list[tuple[str, float]]:
        return [(item["tweet_id"], item["score"]) for item in page["items"]]

    plain = tried()
    assert plain["without_effect"] == []
    idle = {"in_network_share": 0.01, "communities_limit": 1, "graph_share": 0.9}
    found = tried(**idle)
    assert {one["override"] for one in found["without_effect"]} == {*idle}
    because = {one["override"]: one["because"] for one in found["without_effect"]}
    assert "prices.share" in because["in_network_share"]
    assert order(found) == order(plain)
    priced = tried(in_network_share=0.01, prices={"share": 0.3}, budget=0.9)
    assert priced["without_effect"] == []
    assert order(priced) != order(plain)
    best = tried(rules="best", explore_share=0.5)
    assert [one["override"] for one in best["without_effect"]] == ["explore_share"]
    assert tiny_engine.bundle is not None
    head = next(name for name in HEADS if name not in tiny_engine.bundle.manifest.heads)
    assert tried(weights={head: 1})["without_effect"][0]["override"] == f"weights.{head}"
