"""Somebody runs the service, and somebody calls it wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from app.engine import Engine
from app.filters.unsafe import Unsafe
from app.main import create_app
from app.schemas import Problem


def test_it_says_that_it_lives_and_what_it_serves(client: TestClient, tiny_engine: Engine) -> None:
    assert client.get("/livez").json() == {"status": "alive"}
    ready = client.get("/readyz").json()
    assert ready["clock"] == "world"
    assert ready["model_version"] == tiny_engine.hydrate.version
    assert ready["ranker"] == "HeavyRanker"
    assert ready["users"] == len(tiny_engine.state.users)
    assert ready["window"]["widened"] is True


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nowhere", None, 404),
        ("PUT", "/timeline/1", None, 405),
        ("GET", "/timeline/1?limit=0", None, 422),
        ("GET", "/timeline/1?limit=101", None, 422),
        ("GET", "/timeline/1?limit=ten", None, 422),
        ("GET", "/timeline/1?product=no", None, 422),
        ("GET", "/timeline/1?colour=red", None, 422),
        ("GET", "/timeline/a%20b", None, 422),
        ("GET", "/readyz?colour=red", None, 422),
        ("POST", "/score", {"user_id": "1"}, 422),
        ("POST", "/score", {"user_id": "1", "tweet_ids": []}, 422),
        ("POST", "/score", {"user_id": "1", "tweet_ids": ["1"] * 1001}, 422),
        ("POST", "/score", {"user_id": True, "tweet_ids": ["1"]}, 422),
        ("POST", "/score", {"user_id": "1", "tweet_ids": ["1"], "colour": "red"}, 422),
        ("POST", "/score?colour=red", {"user_id": "1", "tweet_ids": ["1"]}, 422),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(
    client: TestClient, method: str, path: str, body: object, status: int
) -> None:
    answer = client.request(method, path, json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate_json(answer.content)
    assert problem.status == status
    assert problem.detail
    assert answer.headers["x-request-id"]


def test_a_body_that_is_no_json_is_a_problem(client: TestClient) -> None:
    headers = {"content-type": "application/json"}
    answer = client.post("/score", content=b"{", headers=headers)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.fixture
def blind(tiny_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A service whose safety filter fails."""

    def fail(*_: object) -> None:
        raise OSError("the model is gone")

    monkeypatch.setattr(Unsafe, "keep", fail)
    app = create_app(tiny_engine.settings, tiny_engine)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def test_no_feed_rather_than_an_unsafe_one(blind: TestClient, reader: str) -> None:
    answer = blind.get(f"/timeline/{reader}")
    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:foryou:problem:withheld"
    assert "Unsafe" in answer.json()["detail"]


def test_our_own_mistake_is_a_problem_that_names_the_request(tiny_engine: Engine) -> None:
    broken = replace(tiny_engine, products={})
    app = create_app(broken.settings, broken)
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/timeline/1")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
