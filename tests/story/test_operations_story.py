"""Somebody runs the service, and somebody calls it wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from app.filters.unsafe import Unsafe
from app.main import create_app
from app.schemas.problem import Problem
from app.serving.engine import Engine
from app.serving.service import Service


def test_it_says_that_it_lives_and_what_it_serves(client: TestClient, tiny_engine: Engine) -> None:
    assert client.get("/livez").json() == {"status": "alive"}
    ready = client.get("/readyz").json()
    assert ready["clock"] == "world"
    assert ready["model_version"] == tiny_engine.model_version
    assert ready["ranker"] == "HeavyRanker"
    assert ready["users"] == len(tiny_engine.state.users)
    assert ready["window"]["widened"] is True


def test_a_process_that_is_about_to_end_answers_and_says_that_another_should_be_asked(
    tiny_engine: Engine, reader: str
) -> None:
    service = Service(tiny_engine)
    with TestClient(create_app(tiny_engine.settings, service=service)) as client:
        assert client.get("/readyz").status_code == 200
        service.announce_end()
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["type"].rpartition(":")[2]) == (503, "stopping")
        assert client.get("/livez").status_code == 200
        assert client.get(f"/timeline/{reader}").status_code == 200


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
        ("GET", "/timeline/42%0A", None, 422),
        ("GET", "/timeline/a/b", None, 404),
        ("GET", "/timeline/%FF", None, 422),
        ("GET", f"/timeline/{'x' * 257}", None, 422),
        ("GET", "/timeline/1?limit=10000000000000000000000", None, 422),
        ("GET", "/users?cursor=zzz", None, 422),
        ("PATCH", "/tweets/1", None, 405),
        ("POST", "/score", {"user_id": 1.5, "tweet_ids": ["1"]}, 422),
        ("POST", "/score", {"user_id": "1", "tweet_ids": ["a b"]}, 422),
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


def test_what_was_expected_is_said_in_words(client: TestClient) -> None:
    spaced = client.get("/timeline/a%20b").json()["detail"]
    assert spaced == (
        "path.user_id: an id has no spaces, control, bidi or invisible characters, this one has "
        "U+0020 at character 2, not 'a b'"
    )
    unknown = client.get("/timeline/1?colour=red").json()["detail"]
    assert unknown == "query.colour: nothing here has this name; /docs says what does"


@pytest.mark.parametrize(
    "user_id",
    ["a.b:c@d-e_f", "ñandú", "пользователь", "مستخدم", "用户", "사용자", "ผู้ใช้", "x" * 256],
)
def test_an_id_may_be_in_any_script(client: TestClient, user_id: str) -> None:
    timeline = client.get(f"/timeline/{quote(user_id)}")
    assert timeline.json()["user_id"] == user_id
    scores = client.post("/score", json={"user_id": user_id, "tweet_ids": [user_id]})
    assert scores.json()["unknown"] == [user_id]


@pytest.mark.parametrize(
    ("body", "form", "status", "detail"),
    [
        (b"{", "application/json", 400, "the body is not JSON: Expecting property name"),
        (b"\xff\xfe", "application/json", 400, "the body is not JSON"),
        (b"9" * 5000, "application/json", 400, "error parsing the body"),
        (b"[" * 20_000, "application/json", 400, "error parsing the body"),
        (b"{}", "text/plain", 415, "expected application/json, got text/plain"),
        (b"a=1", "application/x-www-form-urlencoded", 415, "expected application/json"),
        (b"", "application/json", 422, "body: Field required"),
        (b'{"user_id": NaN, "tweet_ids": ["1"]}', "application/json", 422, "not nan"),
        (b'{"user_id": 1e999, "tweet_ids": ["1"]}', "application/json", 422, "not inf"),
        (b'{"user_id": "\\ud800", "tweet_ids": ["1"]}', "application/json", 422, "U+D800"),
        (b'{"user_id": "1", "tweet_ids": ["1"], "\\ud800": 1}', "application/json", 422, "unicode"),
    ],
)
def test_a_body_that_cannot_be_read_is_told_why(
    client: TestClient, body: bytes, form: str, status: int, detail: str
) -> None:
    answer = client.post("/score", content=body, headers={"content-type": form})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == status
    assert detail in answer.json()["detail"]


def test_a_problem_says_what_was_expected_and_what_came(client: TestClient) -> None:
    limit = client.get("/timeline/1?limit=1000&colour=red").json()
    assert limit["detail"] == (
        "query.limit: Input should be less than or equal to 100, not '1000'; and 1 more"
    )
    assert [error["where"] for error in limit["errors"]] == ["query.limit", "query.colour"]
    long = client.get(f"/timeline/{'x' * 500}").json()
    assert len(long["detail"]) < 200
    assert "answers to POST, not to GET" in client.get("/score").json()["detail"]
    assert "nothing answers at /nowhere" in client.get("/nowhere").json()["detail"]


def test_a_tweet_asked_about_twice_is_answered_twice(client: TestClient, reader: str) -> None:
    tweet = client.get(f"/timeline/{reader}").json()["items"][0]["tweet_id"]
    body = {"user_id": reader, "tweet_ids": [tweet, "nope", tweet, "nope"]}
    answer = client.post("/score", json=body).json()
    assert answer["items"][0] == answer["items"][1]
    assert answer["unknown"] == ["nope"]


def test_scores_for_a_stranger_are_those_of_the_newcomer_product(
    client: TestClient, reader: str
) -> None:
    tweet = client.get(f"/timeline/{reader}").json()["items"][0]["tweet_id"]
    answer = client.post("/score", json={"user_id": "never-met", "tweet_ids": [tweet]}).json()
    assert answer["served_by"] == "newcomer"
    assert 0 < answer["items"][0]["predictions"]["like"] < 1  # of the tweet, if not the viewer


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
