"""Two replicas over one log in Postgres: what one acknowledges, the other knows."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.cli.snapshot import snapshot
from app.main import create_app
from app.serving.service import Service
from app.serving.shared_artifacts import push
from app.settings import Settings
from evaluation.cluster.postgres_server import PostgresServer
from ml.errors import BundleError
from ml.state.storage.state_diff import differences
from tests.opened import opened

pytestmark = pytest.mark.usefixtures("kernels_are_ready")

Pair = tuple[TestClient, TestClient]
PATIENCE_SECONDS = 30.0


@pytest.fixture
def settings(tiny_artifacts: Path, tiny_data: Path, tmp_path: Path, postgres_url: str) -> Settings:
    artifacts = tmp_path / "shared"
    shutil.copytree(tiny_artifacts, artifacts)
    return Settings(
        artifacts=artifacts, data_dir=tiny_data, log=postgres_url, log_level="error",
        impressions="client",
    )  # fmt: skip


@pytest.fixture
def replicas(settings: Settings) -> Iterator[Pair]:
    with (
        opened(settings, raise_server_exceptions=False) as one,
        opened(settings, raise_server_exceptions=False) as other,
    ):
        yield one, other


def service(client: TestClient) -> Service:
    found: Service = client.app_state["service"]
    return found


def written(answer: Any) -> str:
    assert answer.status_code == 200, answer.text
    offset = answer.json()["offset"]
    assert isinstance(offset, str)
    return offset


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_what_one_acknowledged_has_its_effect_on_the_other(replicas: Pair) -> None:
    for n in range(20):
        here, there = replicas if n % 2 else replicas[::-1]
        tweet = {"author_id": "1", "text": f"number {n}"}
        after = {"after_offset": written(here.put(f"/tweets/new-{n}", json=tweet))}
        assert there.get(f"/tweets/new-{n}", params=after).json()["text"] == f"number {n}"
        after = {"after_offset": written(here.delete(f"/tweets/new-{n}"))}
        assert there.get(f"/tweets/new-{n}", params=after).status_code == 404


@contextmanager
def replica(settings: Settings, port: int) -> Iterator[TestClient]:
    """One with a file of answers of its own, as on another machine."""
    own = settings.model_copy(update={"port": port})
    with opened(own, raise_server_exceptions=False) as client:
        yield client


def kept(client: TestClient, user_id: str) -> int:
    answers = service(client).answers
    assert answers is not None
    found: int = client.portal.call(answers.count, user_id)  # type: ignore[union-attr]
    return found


def test_an_erasure_reaches_the_answers_that_each_replica_keeps(
    settings: Settings, reader: str
) -> None:
    with replica(settings, 8001) as here, replica(settings, 8002) as there:
        for client in (here, there):
            assert client.get(f"/timeline/{reader}").status_code == 200
            assert client.get("/timeline/2").status_code == 200
            assert kept(client, reader) == kept(client, "2") == 1
        written(here.delete(f"/users/{reader}"))
        assert kept(here, reader) == 0
        wait_until(lambda: kept(there, reader) == 0)
        assert kept(here, "2") == kept(there, "2") == 1


def test_an_erasure_reaches_the_answers_of_a_replica_that_was_away(
    settings: Settings, reader: str
) -> None:
    with replica(settings, 8001) as here:
        with replica(settings, 8002) as there:
            assert there.get(f"/timeline/{reader}").status_code == 200
            assert there.get("/timeline/2").status_code == 200
            assert kept(there, reader) == 1
        written(here.delete(f"/users/{reader}"))
        with replica(settings, 8002) as back:
            wait_until(lambda: kept(back, reader) == 0)
            assert kept(back, "2") == 1


def test_an_event_is_accepted_by_one_of_them(replicas: Pair, reader: str) -> None:
    like = {"action": "like", "user_id": reader, "tweet_id": "1"}
    events = [{**like, "event_id": f"e{n}"} for n in range(50)]
    for one in replicas:  # FastAPI makes a route ready for its first request, not for two threads
        written(one.post("/events", json={"events": [{**like, "event_id": "first"}]}))
    with ThreadPoolExecutor(6) as pool:
        answers = [*pool.map(lambda n: replicas[n % 2].post("/events", json={"events": events}),
                             range(6))]  # fmt: skip
    for answer in answers:
        written(answer)
    results = [answer.json()["results"] for answer in answers]
    for same in zip(*results, strict=True):
        assert sorted(one["status"] for one in same) == ["accepted"] + ["duplicate"] * 5
    log = service(replicas[0]).log
    assert log is not None
    assert sum(record.entry.event_id.startswith("e") for record in log.read(0, 1_000)) == 50


def test_the_states_of_both_are_equal(replicas: Pair, reader: str) -> None:
    offset = "0"
    for n in range(30):
        event = {"action": ["like", "follow"][n % 2], "user_id": reader}
        event |= {"target_user_id": str(n)} if n % 2 else {"tweet_id": str(n)}
        offset = written(replicas[n % 2].post("/events", json={"events": [event]}))
    for one in replicas:
        assert one.get("/users?limit=1", params={"after_offset": offset}).status_code == 200
    assert not differences(*(service(one).engine.state for one in replicas))


def test_the_cursor_of_one_is_that_of_the_other(replicas: Pair, reader: str) -> None:
    here, there = replicas
    first = here.get(f"/timeline/{reader}?limit=5").json()
    second = there.get(f"/timeline/{reader}?limit=5&cursor={first['next_cursor']}").json()
    third = here.get(f"/timeline/{reader}?limit=5&cursor={second['next_cursor']}").json()
    shown = [item["tweet_id"] for page in (first, second, third) for item in page["items"]]
    assert len(shown) == len(set(shown)) == 15


def test_the_other_knows_what_was_served_when_it_is_reported_as_seen(
    replicas: Pair, reader: str
) -> None:
    here, there = replicas
    page = here.get(f"/timeline/{reader}?limit=3").json()
    seen = {"action": "impression", "user_id": reader, "request_id": page["request_id"]}
    events = [{**seen, "tweet_id": item["tweet_id"]} for item in page["items"]]
    answer = there.post("/events", json={"events": events}).json()
    assert [one["status"] for one in answer["results"]] == ["accepted"] * 3


def test_without_the_log_reading_goes_on_and_says_how_old_it_is(
    replicas: Pair, reader: str, postgres_server: PostgresServer
) -> None:
    like = {"action": "like", "user_id": reader, "tweet_id": "1", "event_id": "before"}
    written(replicas[0].post("/events", json={"events": [like]}))
    cursor = replicas[0].get(f"/timeline/{reader}?limit=5").json()["next_cursor"]
    postgres_server.kill()
    try:
        for one in replicas:
            wait_until(lambda one=one: service(one).is_away)  # type: ignore[misc]
            ready = one.get("/readyz")
            assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
            assert ready.json()["stale_seconds"] > 0
            assert "cannot be reached" in ready.json()["degraded"]["tail"]
            page = one.get(f"/timeline/{reader}?limit=5")
            assert (page.status_code, len(page.json()["items"])) == (200, 5)
            assert "EventLog" in page.json()["missing"]
            refused = one.post("/events", json={"events": [{**like, "event_id": "meanwhile"}]})
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
            later = one.get(f"/timeline/{reader}?limit=5&cursor={cursor}")
            assert (later.status_code, later.headers["Retry-After"]) == (503, "1")
    finally:
        postgres_server.start()
    for one in replicas:
        wait_until(lambda one=one: one.get("/readyz").json()["status"] == "ready")  # type: ignore[misc]
        assert one.get("/readyz").json()["stale_seconds"] is None
    again = [{**like, "event_id": name} for name in ("before", "meanwhile")]
    answer = replicas[1].post("/events", json={"events": again})
    assert [one["status"] for one in answer.json()["results"]] == ["duplicate", "accepted"]
    page = replicas[1].get(f"/timeline/{reader}?after_offset={written(answer)}").json()
    assert "EventLog" not in page["missing"]


def test_one_of_them_does_the_work_that_is_done_once(replicas: Pair) -> None:
    leases = [service(one)._lifecycle._lease for one in replicas]
    held = [lease.is_held() for lease in leases if lease is not None]
    assert sorted(held) == [False, True]


def test_a_start_reads_the_newest_snapshot_and_the_rest(settings: Settings, reader: str) -> None:
    with opened(settings) as one:
        like = {"action": "like", "user_id": reader, "tweet_id": "1"}
        written(one.post("/events", json={"events": [like, like]}))
        snapshot(settings)
        assert list(settings.artifacts.glob("test*.log.state/0*"))
        offset = written(one.post("/events", json={"events": [like]}))
        with opened(settings) as new:
            params = {"after_offset": offset}
            assert new.get(f"/timeline/{reader}", params=params).status_code == 200
            assert not differences(*(service(each).engine.state for each in (one, new)))


def test_a_machine_without_artifacts_fetches_them_from_the_store(
    settings: Settings, reader: str, tmp_path: Path
) -> None:
    shared = settings.model_copy(update={"store": str(tmp_path / "store")})
    push(shared)
    with opened(shared) as one:
        like = {"action": "like", "user_id": reader, "tweet_id": "1"}
        offset = written(one.post("/events", json={"events": [like]}))
        one.get("/users?limit=1", params={"after_offset": offset})
        snapshot(shared)
        elsewhere = shared.model_copy(update={"artifacts": tmp_path / "elsewhere"})
        with opened(elsewhere) as other:
            assert other.get("/readyz").json()["model_version"] == service(one).engine.model_version
            assert list(elsewhere.artifacts.glob("test*.log.state/0*"))
            assert not differences(*(service(each).engine.state for each in (one, other)))


def test_a_store_that_is_away_keeps_a_machine_from_its_first_start_only(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise BundleError("the store is away")

    monkeypatch.setattr("app.serving.shared_artifacts.pull_artifacts", away)
    shared = settings.model_copy(update={"store": str(tmp_path / "store")})
    with opened(shared) as one:
        assert one.get("/livez").status_code == 200
    nothing = shared.model_copy(update={"artifacts": tmp_path / "nothing"})
    with pytest.raises(BundleError, match="the store is away"), TestClient(create_app(nothing)):
        pass
