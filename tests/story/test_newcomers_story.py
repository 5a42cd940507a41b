"""Newcomers are shown what is good for most, not all the same, and nothing unsafe."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.selectors.exploration import CERTAIN, TRIED, Exploration
from app.selectors.top_k import TopK
from app.serving.engine import Engine


def first_page(client: TestClient, user: str, limit: int = 10) -> list[dict[str, Any]]:
    page = client.get(f"/timeline/{user}", params={"limit": limit}).json()
    assert page["served_by"] == "newcomer"
    items: list[dict[str, Any]] = page["items"]
    assert len(items) == limit
    return items


@pytest.fixture(scope="module")
def forty(client: TestClient) -> list[frozenset[str]]:
    """The pages of forty newcomers at one moment."""
    pages = [first_page(client, f"new-{n}") for n in range(40)]
    return [frozenset(item["tweet_id"] for item in page) for page in pages]


def test_four_newcomers_at_one_moment_do_not_get_one_page(forty: list[frozenset[str]]) -> None:
    """Of ten times four, since two of them may be alike by chance: one pair in four hundred."""
    assert min(len({*forty[n : n + 4]}) for n in range(0, 40, 4)) >= 3
    assert np.mean([one == other for one, other in combinations(forty, 2)]) < 0.01


def test_newcomers_share_little_more_than_half_of_a_page(forty: list[frozenset[str]]) -> None:
    """Of forty, since four may be alike by chance; `evaluation newcomers` asks a whole world."""
    assert np.mean([len(one & other) for one, other in combinations(forty, 2)]) < 6.5


def test_newcomers_are_not_shown_what_is_unsafe(live: TestClient) -> None:
    unsafe = first_page(live, "ada", 3)
    for item, label in zip(unsafe, ("nsfw", "toxic", "nsfw"), strict=True):
        facts = {name: item[name] for name in ("author_id", "text")}
        answer = live.put(f"/tweets/{item['tweet_id']}", json={**facts, label: True})
        assert answer.status_code == 200
        offset = answer.json()["offset"]
    assert live.get(f"/users?limit=1&after_offset={offset}").status_code == 200
    for user in ("bo", "cy"):
        shown = {item["tweet_id"] for item in first_page(live, user, 100)}
        assert not shown & {item["tweet_id"] for item in unsafe}


def test_the_same_request_explores_the_same(client: TestClient) -> None:
    assert first_page(client, "ada") == first_page(client, "ada")


def test_what_is_best_for_most_comes_first_and_nothing_is_lost(tiny_engine: Engine) -> None:
    """Whatever the limit; each place that somebody else's tweet waits for says so."""
    asked = tiny_engine.hydrate.query("ada", 10)
    newcomer = tiny_engine.products["for_you"].run(asked)
    mixer = newcomer.product.mixer
    assert isinstance(mixer.selector, Exploration)
    query = asked._replace(limit=len(newcomer.pool))
    best = mixer.selector.selector.select(query, newcomer.pool, mixer.candidates)
    tried = mixer.selector.select(query, newcomer.pool, mixer.candidates)
    np.testing.assert_array_equal(tried.order[:CERTAIN], best.order[:CERTAIN])
    np.testing.assert_array_equal(np.sort(tried.order), np.sort(best.order))
    place_before = np.argsort(best.order)[tried.order]
    places = np.arange(len(place_before))
    np.testing.assert_array_equal(tried.rule == TRIED, place_before > places)
    assert (tried.cost[place_before < places] == 0).all()
    short = mixer.selector.select(query._replace(limit=10), newcomer.pool, mixer.candidates)
    np.testing.assert_array_equal(short.order, tried.order[:10])
    np.testing.assert_array_equal(short.cost, tried.cost[:10])


def test_exploration_shrinks_with_what_is_known(tiny_engine: Engine) -> None:
    state = tiny_engine.state
    selector = Exploration(TopK(), state, share=0.5)
    pool = tiny_engine.products["for_you"].run(tiny_engine.hydrate.query("ada", 50)).pool
    waiting = []
    for row in [-1, *np.argsort(state.history.written, kind="stable")[-2:].tolist()]:
        name = "ada" if row < 0 else state.users.ids.id(row)
        query = tiny_engine.hydrate.query(name, len(pool))
        order = selector.select(query, pool, ()).order
        place_before = np.argsort(TopK().select(query, pool).order)[order]
        waiting.append((place_before < np.arange(len(pool))).mean())
    assert waiting[0] > 0.25
    assert max(waiting[1:]) < 0.1
