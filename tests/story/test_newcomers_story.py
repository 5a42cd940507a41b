"""Newcomers are shown what is good for most, not all the same, and nothing unsafe."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from fastapi.testclient import TestClient

from app.rescorers.exploration import Exploration
from app.serving.engine import Engine

FOUR = ("ada", "bo", "cy", "di")


def first_page(client: TestClient, user: str, limit: int = 10) -> list[dict[str, Any]]:
    page = client.get(f"/timeline/{user}", params={"limit": limit}).json()
    assert page["served_by"] == "newcomer"
    items: list[dict[str, Any]] = page["items"]
    assert len(items) == limit
    return items


def test_four_newcomers_at_one_moment_do_not_get_one_page(client: TestClient) -> None:
    """How much they share in a world of full size is measured by `evaluation newcomers`."""
    pages = [{item["tweet_id"] for item in first_page(client, user)} for user in FOUR]
    shared = [len(one & other) for one, other in combinations(pages, 2)]
    assert max(shared) < 10
    assert np.mean(shared) < 7


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


def test_exploration_shrinks_with_what_is_known(tiny_engine: Engine) -> None:
    state, rescorer = tiny_engine.state, Exploration(tiny_engine.state, spread=0.5)
    written = state.history.written
    served = tiny_engine.products["for_you"].run(tiny_engine.hydrate.query("ada", 50))
    least = []
    for row in [-1, *np.argsort(written, kind="stable")[-2:].tolist()]:
        name = "ada" if row < 0 else state.users.ids.id(row)
        factor = rescorer.factor(tiny_engine.hydrate.query(name, 10), served.batch)
        least.append(factor.min())
    assert 0.5 < least[0] < 0.7
    assert min(least[1:]) > 0.9
