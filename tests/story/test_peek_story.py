"""Somebody looks without having asked: a prefetch, a HEAD, a peek. Nothing remembers it."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient


def look(client: TestClient, url: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    answer = client.get(url, headers=headers)
    assert answer.status_code == 200
    return dict(answer.json())


def offset(live: TestClient) -> int:
    """How far the log goes, once all that waits to be written is written."""
    return int(live.put("/users/somebody", json={}).json()["offset"])


def ids(page: dict[str, Any]) -> list[str]:
    return [item["tweet_id"] for item in page["items"]]


LOOKS: dict[str, tuple[str, dict[str, str]]] = {
    "peek": ("&peek=true", {}),
    "prefetch": ("", {"Sec-Purpose": "prefetch"}),
    "prerender": ("", {"Sec-Purpose": "prefetch;prerender"}),
    "anonymous prefetch": ("", {"Sec-Purpose": "prefetch; anonymous-client-ip"}),
    "older browsers": ("", {"Purpose": "prefetch"}),
    "Firefox": ("", {"X-Moz": "prefetch"}),
    "Safari": ("", {"X-Purpose": "Preview"}),
}


@pytest.mark.parametrize("way", LOOKS)
@pytest.mark.parametrize("product", ["for_you", "following"])
def test_what_was_looked_at_is_served_all_the_same(
    live: TestClient, reader: str, way: str, product: str
) -> None:
    more, headers = LOOKS[way]
    url = f"/timeline/{reader}?limit=5&product={product}"
    before = offset(live)
    looked = [look(live, url + more, headers) for _ in range(3)]
    assert offset(live) == before + 1  # by the write that asks
    served = look(live, url)
    for one in looked:
        assert ids(one) == ids(served)
        assert one["next_cursor"] is None  # it would lead to what nobody stored
    assert served["next_cursor"] is not None


def test_a_head_consumes_nothing(live: TestClient, reader: str) -> None:
    url = f"/timeline/{reader}?limit=5"
    expected = look(live, f"{url}&peek=true")
    before = offset(live)
    for _ in range(3):
        head = live.head(url)
        assert head.status_code == 200
        assert head.content == b""
        assert int(head.headers["content-length"]) > 1_000
    assert offset(live) == before + 1
    assert ids(look(live, url)) == ids(expected)


def test_a_later_page_can_be_looked_at_and_then_read(live: TestClient, reader: str) -> None:
    first = look(live, f"/timeline/{reader}?limit=3")
    url = f"/timeline/{reader}?limit=3&cursor={first['next_cursor']}"
    peeked = look(live, f"{url}&peek=true")
    before = offset(live)
    assert ids(look(live, f"{url}&peek=true")) == ids(peeked)
    assert offset(live) == before + 1
    third = look(live, f"/timeline/{reader}?limit=3&cursor={peeked['next_cursor']}")
    assert [item["rank"] for item in third["items"]] == [7, 8, 9]


def test_other_purposes_are_readings(live: TestClient, reader: str) -> None:
    url = f"/timeline/{reader}?limit=5"
    first = look(live, url, {"Sec-Purpose": "no-prefetch", "Purpose": "reading"})
    second = look(live, url)
    assert not set(ids(first)) & set(ids(second))
