"""A moment lies in 1970–2100 in whatever form it comes, and one bad item spoils no other."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

OUTSIDE = [
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "1969-12-31T23:59:59Z",
    "1970-01-01T00:00:00+00:01",
    "2100-01-01T00:00:01Z",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31T23:59:59",
    "-1",
    "-62135596800",
    "1e-3",
    -1,
    -0.5,
    4_102_444_801,
    1_700_000_000_000,
    1e300,
    True,
    "",
    "yesterday",
    "\ud800",
]
INSIDE = [
    "2001-09-09T01:46:40Z",
    "2001-09-09T03:46:40+02:00",
    "2001-09-09T01:46:40",
    1_000_000_000,
]
EDGES = [0, "1970-01-01T14:00:00+14:00", "1970-01-01"]
HALF = "a\ud800"  # which JSON can name, and UTF-8 cannot encode


def send(client: TestClient, method: str, url: str, body: object) -> Any:
    """A request whose JSON escapes what cannot be encoded; the answer, which is never a 500."""
    json_ = {"content-type": "application/json"}
    answer = client.request(method, url, content=json.dumps(body), headers=json_)
    assert answer.status_code < 500, answer.text
    return answer


@pytest.fixture(scope="module")
def tweets(client: TestClient) -> list[str]:
    return [item["tweet_id"] for item in client.get("/timeline/1").json()["items"]]


def test_a_moment_outside_is_refused_and_its_neighbours_are_taken(
    live: TestClient, tweets: list[str]
) -> None:
    like = {"action": "like", "user_id": "1", "tweet_id": tweets[0]}
    batches: dict[str, dict[str, Any]] = {
        "events": like,
        "users": {"user_id": "u"},
        "tweets": {"tweet_id": "t", "author_id": "1", "text": "hello"},
    }
    for name, good in batches.items():
        bad = [good | {"created_at": moment} for moment in OUTSIDE]
        results = send(live, "POST", f"/{name}", {name: [good, *bad, good]}).json()["results"]
        statuses = [result["status"] for result in results]
        assert statuses == ["accepted", *["rejected"] * len(bad), "accepted"], name
        assert all("created_at" in result["problem"] for result in results[1:-1])


def test_a_moment_outside_is_refused_in_a_put(live: TestClient) -> None:
    for moment in OUTSIDE:
        for url, body in (("/users/u", {}), ("/tweets/t", {"author_id": "1"})):
            answer = send(live, "PUT", url, body | {"created_at": moment})
            assert answer.status_code == 422, moment
            assert "1970–2100" in answer.json()["detail"]


def test_all_forms_of_a_moment_are_one(live: TestClient) -> None:
    found = []
    for n, moment in enumerate([*INSIDE, *EDGES]):
        user = send(live, "PUT", f"/users/u{n}", {"created_at": moment})
        tweet = send(live, "PUT", f"/tweets/t{n}", {"author_id": f"u{n}", "created_at": moment})
        assert (user.status_code, tweet.status_code) == (200, 200)
        after = {"after_offset": tweet.json()["offset"]}
        user, tweet = live.get(f"/users/u{n}", params=after), live.get(f"/tweets/t{n}")
        found.append((user.json()["created_at"], tweet.json()["created_at"]))
        assert live.get(f"/timeline/u{n}").status_code == 200
    assert len(set(found[: len(INSIDE)])) == len(set(found[len(INSIDE) :])) == 1


def test_a_body_of_another_shape_is_told_which(live: TestClient, tweets: list[str]) -> None:
    like = {"action": "like", "user_id": "1", "tweet_id": tweets[0]}
    answer = send(live, "POST", "/events", [like])
    assert answer.status_code == 422
    assert answer.json()["detail"] == 'body: expected {"events": …}, got a list'
    events = [like | {"when": 1}, like | {"created_at": "25/10/2026"}]
    results = send(live, "POST", "/events", {"events": events}).json()["results"]
    assert results[0]["problem"].startswith("when: nothing here has this name")
    assert results[1]["problem"].endswith("not '25/10/2026'")


def test_half_of_a_surrogate_pair_rejects_its_item_alone(
    live: TestClient, tweets: list[str]
) -> None:
    like = {"event_id": "e", "action": "like", "user_id": "1", "tweet_id": tweets[0]}
    keys = ["event_id", "user_id", "tweet_id", "request_id", "action", HALF]
    bad: list[dict[str, Any]] = [like | {"event_id": key[:3], key: HALF} for key in keys]
    results = send(live, "POST", "/events", {"events": [*bad, like]}).json()["results"]
    assert [result["status"] for result in results] == ["rejected"] * len(bad) + ["accepted"]
    names = [result["event_id"] for result in results]
    assert names == [None, "use", "twe", "req", "act", None, "e"]


def test_a_dwell_is_a_number_of_seconds(live: TestClient, tweets: list[str]) -> None:
    dwell: dict[str, Any] = {"action": "dwell", "user_id": "1", "tweet_id": tweets[0]}
    values = [0, 3.5, None, -1, "3.5", "12s", True, [1]]
    events = [{**dwell, "value": value} for value in values]
    results = send(live, "POST", "/events", {"events": events}).json()["results"]
    statuses = [result["status"] for result in results]
    assert statuses == ["accepted"] * 3 + ["rejected"] * 5
    assert "seconds" in results[3]["problem"]


def test_whatever_is_echoed_can_be_encoded(live: TestClient) -> None:
    """Names of fields, values, paths and parameters that a client invents."""
    for method, url, body in (
        ("POST", "/score", {"user_id": HALF, "tweet_ids": ["1"]}),
        ("POST", "/score", {"user_id": "1", "tweet_ids": [HALF, HALF]}),
        ("POST", "/score", {"user_id": "1", "tweet_ids": ["1"], HALF: HALF}),
        ("POST", "/events", {HALF: []}),
        ("POST", "/events", HALF),
        ("POST", "/events", {"events": [HALF, {HALF: HALF}, None, 1, {}]}),
        ("POST", "/events", {"events": {HALF: HALF}}),
        ("POST", "/users", {"users": [{"user_id": HALF}, {HALF: 1}, {"interests": [HALF]}]}),
        ("POST", "/tweets", {"tweets": [{"tweet_id": "1", "author_id": HALF, "text": HALF}]}),
        ("PUT", "/users/1", {"name": HALF}),
        ("PUT", "/users/1", {"interests": [HALF]}),
        ("PUT", "/tweets/1", {"author_id": "1", "text": HALF, "topic": HALF, HALF: 1}),
        ("GET", "/timeline/1?limit=%ED%A0%80&%FF=1&product=%C3", None),
        ("GET", "/timeline/1?cursor=%F0%9F", None),
        ("GET", "/%ED%A0%80?%ED%A0%80", None),
        ("P\u00d6ST", "/score", None),
    ):
        answer = send(live, method, url, body)
        json.loads(answer.content.decode())
        assert answer.status_code >= 400 or method == "POST", (method, url, body)


def test_no_number_is_too_long_to_be_refused(live: TestClient) -> None:
    json_ = {"content-type": "application/json"}
    for number in ("1" * 4_000, "1" * 5_000, "-" + "9" * 300, "1e999", "NaN"):
        for body in (
            f'{{"user_id": {number}, "tweet_ids": ["1"]}}',
            f'{{"events": [{{"event_id": {number}, "created_at": {number}, "value": {number}, '
            f'"position": {number}, "user_id": {number}}}]}}',
        ):
            for url in ("/score", "/events"):
                answer = live.post(url, content=body, headers=json_)
                assert answer.status_code < 500, answer.text
