"""Somebody looks for people to follow."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from app.schemas.follow_recommendations import FollowRecommendations
from app.serving.engine import Engine


def test_a_reader_is_told_whom_to_follow_and_why(
    client: TestClient, reader: str, tiny_engine: Engine
) -> None:
    answer = client.get(f"/follow-recommendations/{reader}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    items = FollowRecommendations.model_validate_json(answer.content).items
    assert len({item.user_id for item in items}) == 10
    query = tiny_engine.hydrate.query(reader, 10)
    following = set(tiny_engine.state.users.ids.ids(query.neighborhood.following))
    for item in items:
        assert item.user_id not in following | {reader}
        assert sum(dict(item.reasons).values()) == pytest.approx(item.score, abs=1e-5)
        assert set(item.followed_by) <= following
        assert bool(item.followed_by) == (item.reasons.friends > 0)


def test_reasons_differ_from_person_to_person(client: TestClient, reader: str) -> None:
    items = client.get(f"/follow-recommendations/{reader}?limit=30").json()["items"]
    for reason in items[0]["reasons"]:
        assert len({item["reasons"][reason] for item in items}) > 1, reason


def test_a_stranger_is_told_too(client: TestClient) -> None:
    items = client.get("/follow-recommendations/never-met?limit=3").json()["items"]
    assert [item["followed_by"] for item in items] == [[], [], []]


@pytest.mark.parametrize("question", ["limit=0", "limit=101", "colour=red"])
def test_a_wrong_question_is_refused(client: TestClient, question: str) -> None:
    assert client.get(f"/follow-recommendations/1?{question}").status_code == 422
