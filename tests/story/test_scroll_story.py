"""Somebody scrolls to the end: pages are full until nothing is left, and then that is what is said.

Of every source a few candidates at a time, and the newest are what no filter lets through.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.serving.service import Service
from ml.event_log.sqlite import SqliteLog
from tests.unit.app.conftest import World

LIMIT = 7
FEW = {
    "in_network_limit": 5,
    "following_limit": 5,
    "graph_limit": 3,
    "out_of_network_limit": 4,
    "communities_limit": 3,
    "popular_limit": 3,
    "newcomer_limit": 6,
    "follow_recs_limit": 3,
    "item_item_limit": 3,
    "explore_limit": 2,
}
CLIENTS = ("fresh", "cursors")


@pytest.fixture
def crowded(tmp_path: Path) -> World:
    """`a` follows b and c, blocks f and is blocked by i, mutes g; h is unsafe."""
    world = World(tmp_path).follow("a", "b", "c").follow("b", "d").act("b", "like", 0)
    for place in range(48):  # all that anybody may see
        world.tweet("bcde"[place % 4], hours_ago=5 + place / 10)
    for place in range(24):  # newer, and not for `a`
        world.tweet("afgi"[place % 4], hours_ago=1 + place / 10)
    for place in range(24):
        world.tweet("h", hours_ago=1 + place / 10, nsfw=1 - place % 2, toxic=place % 2)
    world.act("a", "block", on="f").act("a", "mute", on="g").act("i", "block", on="a")
    return world.act("a", "like", 1)


def client_of(world: World, folder: Path, **settings: Any) -> Iterator[TestClient]:
    engine = world.engine(**FEW, **settings, log=folder / "events.db", log_level="error")
    service = Service(engine, SqliteLog(folder / "events.db"))
    with TestClient(create_app(service=service)) as client:
        yield client


@pytest.fixture
def client(crowded: World, tmp_path: Path) -> Iterator[TestClient]:
    yield from client_of(crowded, tmp_path)


def get(client: TestClient, user: str, **asked: Any) -> dict[str, Any]:
    answer = client.get(f"/timeline/{user}", params={"limit": LIMIT, **asked})
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def ids(page: dict[str, Any]) -> list[str]:
    return [item["tweet_id"] for item in page["items"]]


def scroll(
    client: TestClient, user: str, how: str, most: int = 40, **asked: Any
) -> list[dict[str, Any]]:
    """All pages up to the one that says that nothing is left."""
    pages = [get(client, user, **asked)]
    while not pages[-1]["exhausted"]:
        assert len(pages) < most
        cursor = pages[-1]["next_cursor"] if how == "cursors" else None
        pages.append(get(client, user, **asked, **({"cursor": cursor} if cursor else {})))
    return pages


@pytest.mark.parametrize("how", CLIENTS)
def test_pages_are_full_until_nothing_is_left(client: TestClient, how: str) -> None:
    pages = scroll(client, "a", how)
    shown = [tweet for page in pages for tweet in ids(page)]
    eligible = {str(row) for row in range(48)} - {"1"}  # which the viewer has liked
    assert sorted(shown, key=int) == sorted(eligible, key=int)
    assert [len(page["items"]) for page in pages] == [LIMIT] * 6 + [5]
    assert ids(get(client, "a")) == []
    assert get(client, "a")["exhausted"] is True


@pytest.mark.parametrize("how", CLIENTS)
@pytest.mark.parametrize("product", ["following", "for_you"])
@pytest.mark.parametrize("user", ["a", "b", "d", "j"])
def test_every_product_ends_with_everything_shown(
    client: TestClient, user: str, product: str, how: str
) -> None:
    """`a` and `b` follow somebody, `d` has no followees, and of `j` nothing is known."""
    pages = scroll(client, user, how, product=product)
    shown = [tweet for page in pages for tweet in ids(page)]
    assert len(shown) == len(set(shown))
    assert all(len(page["items"]) == LIMIT for page in pages[:-1])
    assert not ids(get(client, user, product=product))


@pytest.mark.parametrize("limit", [4, 7, 47])
def test_exhausted_is_whether_the_next_fresh_request_is_empty(
    client: TestClient, limit: int
) -> None:
    """47 tweets may be shown: also where the last page is full, and where it is the first."""
    page = get(client, "a", limit=limit)
    while True:
        then = get(client, "a", limit=limit)
        assert page["exhausted"] is not bool(then["items"])
        if page["exhausted"]:
            break
        page = then


def test_a_page_that_is_short_because_of_one_thread_is_not_the_end(tmp_path: Path) -> None:
    world = World(tmp_path).tweet("b", 3).follow("a", "b", "c")
    for place in range(1, 12):
        world.tweet("bc"[place % 2], 2, in_reply_to_id="0", conversation_id="0")
    for client in client_of(world, tmp_path):
        pages = scroll(client, "a", "fresh")
        assert [len(page["items"]) for page in pages] == [1] * 12


def test_one_thread_does_not_take_the_places_of_all_others(tmp_path: Path) -> None:
    world = World(tmp_path).tweet("b", 3).follow("a", "b")
    for _ in range(11):
        world.tweet("b", 1, in_reply_to_id="0", conversation_id="0")
    for place in range(6):
        world.tweet("b", 4 + place)
    for client in client_of(world, tmp_path):
        assert len(get(client, "a")["items"]) == 7


def test_whom_nothing_is_remembered_of_starts_anew_and_is_never_exhausted(
    client: TestClient,
) -> None:
    page = get(client, "never-met")
    shown = ids(page)
    while page["next_cursor"]:
        page = get(client, "never-met", cursor=page["next_cursor"])
        assert page["exhausted"] is False
        shown += ids(page)
    assert len(shown) == len(set(shown)) > LIMIT
    assert ids(get(client, "never-met")) == shown[:LIMIT]


def test_without_a_log_a_page_of_something_is_not_the_end(crowded: World) -> None:
    with TestClient(create_app(service=Service(crowded.engine(**FEW)))) as client:
        for _ in range(2):
            page = get(client, "a", limit=100)
            assert len(page["items"]) == 47
            assert page["exhausted"] is False
            assert page["next_cursor"] is None


def test_ten_places_are_the_first_ten_of_a_hundred_where_sources_are_asked_again(
    crowded: World,
) -> None:
    with TestClient(create_app(service=Service(crowded.engine(**FEW)))) as client:
        hundred = ids(get(client, "a", limit=100))
        for limit in (1, 7, 10, 30):
            assert ids(get(client, "a", limit=limit)) == hundred[:limit]
