"""Replies to what is hidden are hidden: in every feed, on later pages, and in scores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from app.main import create_app
from app.serving.engine import Engine
from app.serving.service import Service
from ml.event_log.sqlite import SqliteLog
from tests.unit.app.conftest import World

REPLY = "1"  # by c, to tweet 0, which is by b


@pytest.fixture
def replied(world: World) -> World:
    """A follows everybody; c replies to b, d to c."""
    world.tweet("b", 9).tweet("c", 8, in_reply_to_id="0").tweet("d", 7, in_reply_to_id="1")
    for n in range(30):
        world.tweet("efgh"[n % 4], 6)
    return world.follow("a", *"bcdefgh")


@contextmanager
def serving(world: World, **settings: Any) -> Iterator[TestClient]:
    """To a reader who may know who blocked whom."""
    engine = world.engine(read_key=SecretStr("reads"), **settings)
    service = Service(engine, SqliteLog(world.folder / "events.db"))
    with TestClient(create_app(service=service), headers={"X-API-Key": "reads"}) as client:
        yield client


def scored(client: TestClient, *tweets: str) -> list[str | None]:
    answer = client.post("/score", json={"user_id": "a", "tweet_ids": list(tweets)}).json()
    return [item["dropped_by"] for item in answer["items"]]


def act(client: TestClient, action: str, user: str, target: str) -> None:
    event = {"event_id": action, "action": action, "user_id": user, "target_user_id": target}
    offset = client.post("/events", json={"events": [event]}).json()["offset"]
    client.get("/users/a", params={"after_offset": offset})


def shown(client: TestClient, **asked: Any) -> set[str]:
    page = client.get("/timeline/a", params={"limit": 100, **asked}).json()
    return {item["tweet_id"] for item in page["items"]}


@pytest.mark.parametrize(
    ("action", "user", "target"), [("block", "a", "b"), ("block", "b", "a"), ("mute", "a", "b")]
)
def test_a_reply_to_somebody_who_is_kept_away_is_hidden(
    replied: World, action: str, user: str, target: str
) -> None:
    with serving(replied) as client:
        assert scored(client, "0", "1", "2") == [None] * 3
        act(client, action, user, target)
        assert scored(client, "0", "1", "2") == ["SocialGraph", "HiddenParent", None]
        act(client, f"un{action}", user, target)
        assert scored(client, "0", "1", "2") == [None] * 3


@pytest.mark.parametrize("product", ["for_you", "following", "without_profiling"])
def test_a_reply_to_a_deleted_tweet_is_hidden_on_every_page(replied: World, product: str) -> None:
    with serving(replied) as client:
        first = client.get("/timeline/a", params={"limit": 1, "product": product}).json()
        offset = client.delete("/tweets/0").json()["offset"]
        pages, cursor = [], first["next_cursor"]
        while cursor:
            asked = {"limit": 100, "cursor": cursor, "after_offset": offset}
            page = client.get("/timeline/a", params=asked).json()
            pages += [item["tweet_id"] for item in page["items"]]
            cursor = page["next_cursor"]
        assert len(pages) > 10
        assert not {"0", REPLY} & {*pages}
        assert not {"0", REPLY} & shown(client, product=product)


def test_the_fallback_hides_it_too(world: World) -> None:
    world.tweet("b", 9).tweet("c", 3, in_reply_to_id="0").tweet("d", 7, in_reply_to_id="1")
    world.follow("a", *"bcd").act("a", "block", on="b")
    engine: Engine = world.engine()
    product = engine.products["for_you"].fallback
    assert product is not None
    batch = product.run(engine.hydrate.query("a", 100)).batch
    ids = set(engine.state.tweets.ids.ids(batch.tweet))
    assert ids == {"2"}


@pytest.mark.parametrize("early", [True, False])
def test_a_parent_that_was_deleted_before_it_came_hides_its_replies(
    replied: World, early: bool
) -> None:
    body = {"author_id": "c", "in_reply_to_id": "late"}
    with serving(replied) as client:
        if early:
            client.delete("/tweets/late")
        assert client.put("/tweets/reply", json=body).status_code == 200
        if not early:
            client.delete("/tweets/late")
        offset = client.put("/tweets/other", json={"author_id": "c"}).json()["offset"]
        client.get("/users/a", params={"after_offset": offset})
        assert scored(client, "reply", "other") == ["HiddenParent", None]


def test_who_wants_to_see_such_replies_may(replied: World) -> None:
    replied.act("a", "block", on="b")
    with serving(replied, hide_orphaned_replies=False) as client:
        assert scored(client, "0", "1", "2") == ["SocialGraph", None, None]
