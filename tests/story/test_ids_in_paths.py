"""An id is one percent-encoded segment of a path, whatever it holds."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from ml import ids
from tests.odd_ids import IDS, NO_IDS


def test_an_id_is_one_segment_of_a_path(live: TestClient) -> None:
    """Whatever it holds: it is written, read, served, scored and deleted under its own name."""
    offset = 0
    for id_ in IDS:
        path = quote(id_, safe="")
        for url, body in (
            (f"/users/{path}", {"name": "N"}),
            (f"/tweets/{path}", {"author_id": id_, "text": "hello"}),
        ):
            written = live.put(url, json=body)
            assert written.status_code == 200, written.text
            offset = written.json()["offset"]
    for id_ in IDS:
        path, after = quote(id_, safe=""), {"after_offset": offset}
        assert live.get(f"/users/{path}", params=after).json()["user_id"] == id_
        found = live.get(f"/tweets/{path}", params=after).json()
        assert (found["tweet_id"], found["author_id"]) == (id_, id_)
        assert live.get(f"/timeline/{path}").json()["user_id"] == id_
        assert live.get(f"/follow-recommendations/{path}").status_code == 200
        scored = live.post("/score", json={"user_id": id_, "tweet_ids": [id_]}).json()
        assert [item["tweet_id"] for item in scored["items"]] == [id_]
    after = {"after_offset": live.delete(f"/tweets/{quote(IDS[0], safe='')}").json()["offset"]}
    gone = [live.get(f"/tweets/{quote(id_, safe='')}", params=after).status_code for id_ in IDS]
    assert gone == [404] + [200] * (len(IDS) - 1)


def test_an_event_id_is_any_text_and_null_where_none_was_sent(live: TestClient) -> None:
    tweets = [item["tweet_id"] for item in live.get("/timeline/1?limit=2").json()["items"]]
    like = {"action": "like", "user_id": "1", "tweet_id": tweets[0]}
    named = ["{550e8400-e29b-41d4-a716-446655440000}", "a b\n\u202e", "x" * 128, "served/x", 7]
    events: list[dict[str, Any]] = [like | {"event_id": name} for name in named]
    events += [like, like, like | {"event_id": None}]  # of which every copy counts
    events += [like | {"event_id": name} for name in ("", "x" * 129, True, 1.5)]
    answer = live.post("/events", json={"events": events + events[:2]})
    assert answer.status_code == 200, answer.text
    results = answer.json()["results"]
    names = [result["event_id"] for result in results]
    assert names == [*map(str, named), *[None] * 7, *named[:2]]
    statuses = [result["status"] for result in results]
    assert statuses == ["accepted"] * 8 + ["rejected"] * 4 + ["duplicate"] * 2


def test_no_event_takes_the_place_of_a_served_page(live: TestClient) -> None:
    """The log names pages and writes too; whatever a client calls its events, these stand."""
    asked = {"x-request-id": "mine"}
    page = live.get("/timeline/1?limit=2", headers=asked).json()
    like = {"action": "like", "user_id": "1", "tweet_id": page["items"][0]["tweet_id"]}
    names = ["served/mine", "client/served/mine", "write/1", "impression:1", "client/"]
    events = [like | {"event_id": name} for name in names]
    for status in ("accepted", "duplicate"):
        answer = live.post("/events", json={"events": events}).json()
        found = [(result["event_id"], result["status"]) for result in answer["results"]]
        assert found == [(name, status) for name in names]
    log = live.app_state["service"].log
    stored = {record.entry.event_id for record in log.read(0, 1_000)}
    assert stored.isdisjoint({"served/mine", "write/1", "impression:1"})
    assert {"client/served/mine", "client/client/served/mine"} <= stored


@pytest.mark.parametrize("id_", [text for text in NO_IDS if text])
def test_a_path_refuses_what_is_not_an_id_with_a_sentence(client: TestClient, id_: str) -> None:
    answer = client.get(f"/timeline/{quote(id_, safe='')}")
    assert answer.status_code == 422
    assert "path.user_id: an id " in answer.json()["detail"]


@pytest.mark.parametrize("segment", ["%FF", "%C3", "a%80b", "%ED%A0%80"])
def test_a_path_that_is_not_utf8_names_nobody(client: TestClient, segment: str) -> None:
    for path in (f"/timeline/{segment}", f"/timeline/{segment}/", f"/{segment}"):
        answer = client.get(path)
        assert answer.status_code in (404, 422), answer.text
        assert answer.json()["instance"].startswith(path.rstrip("/"))


def test_a_problem_repeats_the_path_as_it_came(client: TestClient) -> None:
    answer = client.get("/users/nobody%2Fwhy%2Fat%20all%3F")
    assert answer.json()["instance"] == "/users/nobody%2Fwhy%2Fat%20all%3F"


def test_slashes_in_an_id_do_not_choose_another_route(client: TestClient) -> None:
    """`a/why/b` is one id; `a` and `why` and `b` as three segments are another path."""
    assert client.get("/timeline/a%2Fwhy%2Fb").json()["user_id"] == "a/why/b"
    assert client.get("/timeline/a/b").status_code == 404
    assert client.get("/timeline//").status_code == 404


def test_every_path_parameter_is_an_id_of_one_segment(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    parameters: list[tuple[str, dict[str, Any]]] = [
        (path, parameter)
        for path, operations in document["paths"].items()
        for operation in operations.values()
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "path" and parameter["name"] != "request_id"  # of a header
    ]
    assert parameters
    for path, parameter in parameters:
        assert parameter["schema"].get("pattern") == ids.PATTERN, path
