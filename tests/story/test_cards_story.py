"""Somebody reads a feed with names, looks for people, and asks what was dropped."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.serving.engine import Engine
from ml.state.tables.neighborhood import Neighborhood


def asked(client: TestClient, path: str, **parameters: Any) -> dict[str, Any]:
    answer = client.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_cards_are_in_the_order_asked_and_name_people(
    client: TestClient, tiny_engine: Engine, reader: str
) -> None:
    page = asked(client, f"/timeline/{reader}", peek=True)["items"]
    ids = [item["tweet_id"] for item in page][::-1]
    cards = asked(client, f"/timeline/{reader}/cards", tweet_id=[*ids, "no-such-tweet"])["items"]
    assert [card["tweet_id"] for card in cards] == ids
    users = tiny_engine.state.users
    for card, item in zip(cards, page[::-1], strict=True):
        author = users.ids.row(item["author_id"])
        assert author is not None
        assert card["author"] == {"user_id": item["author_id"], "name": users.name[author]}
        assert card["text"] == item["text"]


def test_who_engaged_is_followed_and_did(
    client: TestClient, tiny_engine: Engine, reader: str
) -> None:
    state = tiny_engine.state
    row = state.users.ids.row(reader)
    assert row is not None
    around = Neighborhood.of(state.graph, row)
    ids = [
        item["tweet_id"]
        for item in asked(client, f"/timeline/{reader}", peek=True, limit=100)["items"]
    ]
    cards = asked(client, f"/timeline/{reader}/cards", tweet_id=ids)["items"]
    assert any(card["engaged"] for card in cards)
    for card in cards:
        tweet = state.tweets.ids.row(card["tweet_id"])
        assert len(card["engaged_by"]) == min(card["engaged"], 3)
        for one in card["engaged_by"]:
            who = state.users.ids.row(one["user_id"])
            assert who in around.following
            assert tweet in state.history.tweet[who]


def test_nobody_reads_a_card_that_is_not_for_them(live: TestClient, reader: str) -> None:
    secret = {"author_id": "1", "text": "psst", "visibility": "mentioned", "mentions": ["2"]}
    offset = live.put("/tweets/a-secret", json=secret).json()["offset"]
    given = {"tweet_id": ["a-secret"], "after_offset": offset}
    for viewer, sees in (("1", True), ("2", True), ("3", False)):
        cards = asked(live, f"/timeline/{viewer}/cards", **given)["items"]
        assert [card["text"] for card in cards] == (["psst"] if sees else [])


def test_what_filters_dropped_adds_up_and_is_why(client: TestClient, reader: str) -> None:
    answer = asked(client, f"/timeline/{reader}/dropped", examples=100)
    assert answer["filters"]
    for one in answer["filters"]:
        assert len(one["tweets"]) <= one["rows_in"] - one["rows_out"]
        for tweet in one["tweets"][:3]:
            why = asked(client, f"/timeline/{reader}/why/{tweet['tweet_id']}")
            verdicts = {verdict["filter"]: verdict["keeps"] for verdict in why["filters"]}
            assert verdicts.get(one["component"]) in (False, None)  # None where it compares
            assert why["outcome"] != "served"


def test_blocks_are_not_told_to_anybody(live: TestClient, reader: str) -> None:
    page = asked(live, f"/timeline/{reader}", peek=True)["items"]
    block = {"action": "block", "user_id": reader, "target_user_id": page[0]["author_id"]}
    offset = live.post("/events", json={"events": [block]}).json()["offset"]
    answer = asked(live, f"/timeline/{reader}/dropped", after_offset=offset)
    (graph,) = (one for one in answer["filters"] if one["component"] == "SocialGraph")
    assert graph["rows_in"] > graph["rows_out"]
    assert graph["withheld"]
    assert graph["tweets"] == []


@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_people_are_found_by_name_id_and_interest(live: TestClient, case: Any) -> None:
    live.put("/users/the-first", json={"name": "Zoë Quirk", "interests": ["bell ringing"]})
    offset = live.put("/users/the-second", json={"name": "Quirkily Named"}).json()["offset"]
    for wanted, expected in (
        (case("quirk"), ["the-first", "the-second"]),
        (case("bell ringing"), ["the-first"]),
        ("the-second", ["the-second"]),
        ("nobody is called so", []),
    ):
        found = asked(live, "/users", find=wanted, after_offset=offset)["items"]
        assert [one["user_id"] for one in found] == expected


def test_who_follows_nobody_is_found_page_by_page(live: TestClient) -> None:
    for number in range(3):
        offset = live.put(f"/users/lonely-{number}", json={}).json()["offset"]
    found, cursor = [], None
    while True:
        given: dict[str, str] = {"cursor": cursor} if cursor else {}
        page = asked(live, "/users", follows_nobody=True, limit=2, after_offset=offset, **given)
        found += page["items"]
        if (cursor := page["next_cursor"]) is None:
            break
    assert {one["following"] for one in found} == {0}
    assert {f"lonely-{number}" for number in range(3)} <= {one["user_id"] for one in found}


def test_a_profile_is_of_ties_and_tastes(
    client: TestClient, tiny_engine: Engine, reader: str
) -> None:
    profile = asked(client, f"/users/{reader}/profile")
    strength = [tie["strength"] for tie in profile["ties"]]
    assert strength == sorted(strength, reverse=True)
    assert strength
    count = [taste["tweets"] for taste in profile["tastes"]]
    assert count == sorted(count, reverse=True)
    for community in profile["communities"]:
        assert len(community["best_known"]) <= community["members"]
    assert client.get("/users/nobody-at-all/profile").status_code == 404
