"""Somebody scrolls on, while other things happen."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from app.serving.service import Service
from ml.event_log.group_commit import GroupCommit
from ml.event_log.port import Appended
from ml.event_log.record import Entry
from ml.event_log.sqlite import SqliteLog


def test_the_next_page_may_be_asked_for_before_the_first_is_written_down(
    live: TestClient, reader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = SqliteLog.append

    def slowly(log: SqliteLog, entries: Sequence[Entry]) -> Appended:
        time.sleep(0.2)
        return append(log, entries)

    monkeypatch.setattr(SqliteLog, "append", slowly)
    first = live.get(f"/timeline/{reader}?limit=3").json()
    second = live.get(f"/timeline/{reader}?limit=3&cursor={first['next_cursor']}")
    assert second.status_code == 200
    assert [item["rank"] for item in second.json()["items"]] == [4, 5, 6]


def test_a_later_page_names_the_bundle_that_made_it(
    live: TestClient, reader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = Service.find

    async def reloaded_meanwhile(service: Service, event_id: str) -> Entry | None:
        found = await find(service, event_id)
        engine = service.engine
        service.engine = replace(engine, hydrate=replace(engine.hydrate, model_version="newer"))
        return found

    first = live.get(f"/timeline/{reader}?limit=3").json()
    monkeypatch.setattr(Service, "find", reloaded_meanwhile)
    second = live.get(f"/timeline/{reader}?limit=3&cursor={first['next_cursor']}").json()
    assert second["model_version"] == "newer"


@pytest.mark.parametrize("product", ["for_you", "following"])
def test_a_failing_side_effect_costs_the_cursor_and_nothing_else(
    live: TestClient,
    reader: str,
    product: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    url = f"/timeline/{reader}?limit=3&explain=true&product={product}"
    assert live.get(url).json()["next_cursor"]

    def fail(group: GroupCommit, entries: Sequence[Entry]) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(GroupCommit, "submit_quietly", fail)
    answer = live.get(url)
    assert answer.status_code == 200
    assert len(answer.json()["items"]) == 3
    assert answer.json()["next_cursor"] is None
    assert answer.json()["missing"][-1] == "RememberServed"
    (span,) = [span for span in answer.json()["trace"] if span["component"] == "RememberServed"]
    assert span["stage"] == "side_effect"
    assert "the disk is gone" in span["error"]
    assert "RememberServed failed" in caplog.text


def test_a_later_page_says_why_its_tweets_stand_there_as_a_longer_first_page_does(
    live: TestClient, reader: str
) -> None:
    whole = live.get(f"/timeline/{reader}?limit=60&peek=true").json()["items"]
    page = live.get(f"/timeline/{reader}?limit=20").json()
    items = page["items"]
    while len(items) < len(whole) and page["next_cursor"]:
        page = live.get(f"/timeline/{reader}?limit=20&cursor={page['next_cursor']}").json()
        items += page["items"]
    assert [item["tweet_id"] for item in items] == [item["tweet_id"] for item in whole]
    assert [item["placement"] for item in items] == [item["placement"] for item in whole]
    assert {item["placement"]["reason"] for item in items[20:]} > {"best"}
