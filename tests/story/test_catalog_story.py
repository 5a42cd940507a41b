"""Somebody looks around: who there is, what was said, and how the feed is made."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from app.products.rules import RULES
from app.rankers.heavy import HeavyRanker
from app.serving.engine import Engine
from ml.heads import NAMES as HEADS


def test_everybody_is_found_page_by_page_once(client: TestClient, tiny_engine: Engine) -> None:
    found: list[str] = []
    cursor = ""
    while cursor is not None:
        page = client.get(f"/users?limit=30{cursor and f'&cursor={cursor}'}").json()
        found += [user["user_id"] for user in page["items"]]
        cursor = page["next_cursor"]
    assert found == tiny_engine.state.users.ids.all_ids().to_list()


def test_after_the_end_there_is_nobody(client: TestClient) -> None:
    page = client.get("/users?cursor=ffffffff").json()
    assert page == {"items": [], "next_cursor": None}


def test_a_person_is_told_with_whom_they_follow_and_what_they_wrote(
    client: TestClient, reader: str, tiny_engine: Engine
) -> None:
    state, row = tiny_engine.state, tiny_engine.state.users.ids.row(reader)
    user = client.get(f"/users/{reader}").json()
    assert user["user_id"] == reader
    assert user["following"] == len(tiny_engine.hydrate.query(reader, 1).neighborhood.following)
    assert user["followers"] == state.graph.followers[row]
    assert user["tweets"] == (state.tweets.author == row).sum()


def test_a_tweet_is_told_with_what_was_declared_of_it(
    client: TestClient, reader: str, tiny_engine: Engine
) -> None:
    item = client.get(f"/timeline/{reader}").json()["items"][0]
    tweet = client.get(f"/tweets/{item['tweet_id']}").json()
    declared = tiny_engine.state.tweets.nsfw
    for name in ("tweet_id", "author_id", "created_at", "text"):
        assert tweet[name] == item[name]
    assert tweet["nsfw"] in (None, False)
    labelled = tiny_engine.state.tweets.ids.id(int((declared == 1).argmax()))
    assert client.get(f"/tweets/{labelled}").json()["nsfw"] is True


@pytest.mark.parametrize("path", ["/users/never-met", "/tweets/never-met"])
def test_what_is_not_there_is_a_problem(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "'never-met'" in answer.json()["detail"]


def test_following_is_in_the_order_of_time(client: TestClient, reader: str) -> None:
    timeline = client.get(f"/timeline/{reader}?product=following&limit=50").json()
    assert timeline["product"] == timeline["served_by"] == "following"
    times = [item["created_at"] for item in timeline["items"]]
    assert times == sorted(times, reverse=True)
    assert timeline["source_distribution"] == {"InNetwork": len(times)}


def test_products_are_described_by_the_objects_that_serve(
    client: TestClient, tiny_engine: Engine
) -> None:
    answer = client.get("/products").json()
    assert answer["asked"] == {name: name for name in ("for_you", "following", "without_profiling")}
    names = [product["name"] for product in answer["products"]]
    assert names == [
        *("for_you", "discovery", "newcomer", "fallback", "following", "without_profiling"),
    ]
    page, mixer = answer["products"][0], tiny_engine.products["for_you"].mixer
    assert [one["source"]["name"] for one in page["candidates"]] == list(mixer.sources)
    selector = page["selector"]
    assert selector["name"] == "Budgeted"
    assert selector["about"].startswith("The best rows, among which rules bring others")
    assert selector["settings"]["budget"] == RULES["balanced"].budget
    assert selector["settings"]["prices"]["author"] == RULES["balanced"].prices.author
    assert isinstance(mixer.scoring.ranker, HeavyRanker)
    assert tiny_engine.bundle is not None
    weights = mixer.scoring.ranker.fusion.weights
    assert answer["weights"] == {
        name: weight
        for name, weight in weights.items()
        if name in tiny_engine.bundle.manifest.heads
    }


def test_presets_say_what_nothing_here_predicts(client: TestClient, tiny_engine: Engine) -> None:
    presets = {preset["name"]: preset for preset in client.get("/products").json()["presets"]}
    assert list(presets) == ["balanced", "seed", "twitter-2023", "x-2026"]
    assert presets["twitter-2023"]["without_head"]["reply_engaged_by_author"] == 75
    assert presets["x-2026"]["without_head"]["quote"] == 5
    assert presets["seed"]["weights"] == {"engagement": 0.5, "follow": 0.2, "similarity": 0.3}
    assert tiny_engine.bundle is not None
    trained = set(tiny_engine.bundle.manifest.heads)
    assert set(presets["balanced"]["untrained"]) == set(HEADS) - trained
