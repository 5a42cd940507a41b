"""Somebody opens the documentation on a train, and presses what is there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from pydantic import BaseModel, TypeAdapter

from app.api import openapi
from app.main import create_app
from app.settings import Settings

CHECKED_IN = Path(openapi.__file__).parents[1] / "openapi.json"


@pytest.fixture
def document(client: TestClient) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/openapi.json").json()
    return document


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_the_pages_that_explain_the_service_need_no_network(client: TestClient, path: str) -> None:
    page = client.get(path).text
    assert "http://" not in page
    assert "https://" not in page
    needed = re.findall(r"""(?:src|href|spec-url)="([^"]+)"|url: '([^']+)'""", page)
    assert len(needed) >= 3
    for names in needed:
        assert client.get("".join(names)).status_code == 200


def test_every_example_answers_when_pressed(live: TestClient) -> None:
    document = live.get("/openapi.json").json()
    nothing_before, pressed = {"rollback": 409, "replay": 410}, 0
    for one in openapi.requests(document):
        answer = live.request(one.method, one.path, json=one.body)
        assert answer.status_code == nothing_before.get(one.operation, 200), (one, answer.text)
        pressed += 1
    assert pressed >= 10


def test_every_answer_that_is_shown_is_like_one_that_is_given(live: TestClient) -> None:
    """It was given once: it is valid still, and has all that an answer has now."""
    document = live.get("/openapi.json").json()
    routes = iter_route_contexts(live.app.routes)  # type: ignore[attr-defined]
    models = {one.name: one.response_model for one in routes if hasattr(one, "response_model")}
    shown = json.loads(openapi.ANSWERS.read_text())
    replayed, compared = None, set()
    for one in openapi.requests(document):
        path = one.path.replace(openapi.REQUEST, str(replayed))
        answer = live.request(one.method, path, json=one.body)
        if one.operation == "timeline":
            replayed = answer.json()["request_id"]
        if one.operation in ("rollback", "metrics"):  # nothing to go back to; and text
            assert one.operation not in shown
            continue
        read = TypeAdapter(models[one.operation]).validate_python
        differing = sorted(unlike(read(shown[one.operation]), read(answer.json())))
        assert not differing, (one.operation, differing)
        compared.add(one.operation)
    assert compared == set(shown)


def unlike(shown: Any, given: Any, at: str = "") -> Iterator[str]:
    """The fields that one of two answers has, and the other has not."""
    if isinstance(shown, BaseModel) and isinstance(given, BaseModel):
        yield from (f"{at}.{name}" for name in shown.model_fields_set ^ given.model_fields_set)
        for name in shown.model_fields_set & given.model_fields_set:
            yield from unlike(getattr(shown, name), getattr(given, name), f"{at}.{name}")
    elif isinstance(shown, list) and isinstance(given, list) and shown and given:
        yield from unlike(shown[0], given[0], f"{at}[]")


def test_the_examples_have_something_to_show(client: TestClient, document: dict[str, Any]) -> None:
    def example(path: str) -> str:
        (parameter,) = (p for p in document["paths"][path]["get"]["parameters"] if "example" in p)
        return str(parameter["example"])

    user = example("/timeline/{user_id}")
    timeline = client.get(f"/timeline/{user}").json()
    assert timeline["served_by"] == "for_you"
    assert len(timeline["items"]) == 10
    score = document["paths"]["/score"]["post"]["requestBody"]["content"]["application/json"]
    scored = client.post("/score", json=score["example"]).json()
    assert len(scored["items"]) == len(score["example"]["tweet_ids"]) == 3
    assert scored["unknown"] == []


def test_operations_have_names_for_clients_and_tags_in_the_order_of_use(
    document: dict[str, Any],
) -> None:
    operations = [one for path in document["paths"].values() for one in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", name) for name in names)
    tags = [tag["name"] for tag in document["tags"]]
    assert tags == ["feed", "steering", "transparency", "events", "catalog", "operations"]
    assert {tag for operation in operations for tag in operation["tags"]} == {*tags}


def test_problems_stand_in_place_of_the_frameworks_own(document: dict[str, Any]) -> None:
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for path in document["paths"].values():
        for operation in path.values():
            content = operation["responses"]["422"]["content"]
            assert list(content) == ["application/problem+json"]


def test_the_checked_in_document_is_what_the_code_promises() -> None:
    now = openapi.text(create_app(Settings()).openapi())
    assert CHECKED_IN.read_text() == now, "run: python -m app openapi > app/openapi.json"


def test_loaded_data_changes_nothing_but_examples(document: dict[str, Any]) -> None:
    assert _without_examples(document) == json.loads(CHECKED_IN.read_text())


def _without_examples(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: _without_examples(part) for name, part in node.items() if name != "example"}
    if isinstance(node, list):
        return [_without_examples(part) for part in node]
    return node
