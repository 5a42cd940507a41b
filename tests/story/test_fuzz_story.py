"""Requests that nobody should send are refused, and break nothing. `make fuzz` sends many more."""

from __future__ import annotations

from fastapi.testclient import TestClient

from tests.fuzz.__main__ import fuzz

REQUESTS = 500


def test_no_request_is_answered_with_500(live: TestClient) -> None:
    statuses, broken = fuzz(live, REQUESTS, seed=7)
    assert broken == []
    assert sum(statuses.values()) == REQUESTS
    assert {200, 400, 404, 405, 409, 415, 422} <= set(statuses)  # it reaches every refusal
    assert statuses[200] > REQUESTS / 4
    assert live.get("/readyz").json()["status"] == "ready"
