"""Times that go in over HTTP come out equal and stay so in the log, whatever the clock shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.serving.service import Service
from app.settings import Settings
from ml.event_log import bodies
from ml.event_log.record import Entry, Kind, Record
from ml.event_log.sqlite import SqliteLog
from ml.event_log.to_tables import logged_rows
from ml.state.feature_state import FeatureState
from tests.unit.app.conftest import HOUR, NOW, World

DAY = 24 * HOUR
AGES = {"wall": 1, "old": 30 * 24, "1 h ahead": -1, "30 years ahead": -30 * 365 * 24}


class Watch:
    """A wall clock that tests set, forward and back."""

    def __init__(self) -> None:
        self.at = float(NOW)

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def watch() -> Watch:
    return Watch()


@contextmanager
def serving(world: World, watch: Watch, **settings: Any) -> Iterator[TestClient]:
    if not world.acts:
        world.act("j", "unfollow", on="i", ago=365 * 24)
    world.engine()  # which writes the tables
    given = Settings(
        artifacts=world.folder / "none",
        data_dir=world.folder,
        log=world.folder / "events.db",
        log_level="error",
        **settings,
    )
    service = Service.open(given, watch)
    with TestClient(create_app(given, service=service)) as client:
        yield client


def state_of(client: TestClient) -> FeatureState:
    state: FeatureState = client.app_state["service"].engine.state
    return state


def put(client: TestClient, path: str, **body: Any) -> str:
    answer = client.put(path, json=body)
    assert answer.status_code == 200, answer.text
    offset: str = answer.json()["offset"]
    return offset


def send(client: TestClient, *events: dict[str, Any]) -> dict[str, Any]:
    named = [{"event_id": uuid4().hex, **event} for event in events]
    answer = client.post("/events", json={"events": named})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def act(client: TestClient, action: str, user: str = "a", **about: Any) -> None:
    written = send(client, {"action": action, "user_id": user, **about})
    assert [one["status"] for one in written["results"]] == ["accepted"]
    client.get("/users/a", params={"after_offset": written["offset"]})


def records(folder: Path) -> list[Record]:
    with closing(SqliteLog(folder / "events.db")) as log:
        return log.read(0, 1000)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("age", AGES)
@pytest.mark.parametrize("ago", [0, 0.25, 90, 3600.5, 40 * DAY])
def test_a_time_comes_out_as_it_went_in(world: World, watch: Watch, age: str, ago: float) -> None:
    world.tweet("b", AGES["old"] if age == "old" else 1)
    if "ahead" in age:
        world.tweet("c", AGES[age])
    given = datetime.fromtimestamp(NOW - ago, UTC)
    with serving(world, watch) as client:
        put(client, "/users/d", created_at=given.isoformat())
        offset = put(client, "/tweets/new", author_id="b", created_at=given.isoformat())
        asked = {"after_offset": offset}
        assert moment(client.get("/tweets/new", params=asked).json()["created_at"]) == given
        assert moment(client.get("/users/d").json()["created_at"]) == given
        scored = client.post("/score", json={"user_id": "a", "tweet_ids": ["new", "0"]}).json()
        times = [moment(item["created_at"]) for item in scored["items"]]
        assert times == [given, datetime.fromtimestamp(world.tweets[0]["created_at"], UTC)]  # type: ignore[arg-type]
        assert moment(scored["as_of"]).timestamp() <= watch.at
    written = [one.entry for one in records(world.folder) if one.entry.kind == Kind.PUT_TWEET]
    assert [entry.at for entry in written] == [NOW * 1_000_000]
    body = written[0].body
    assert isinstance(body, Mapping)
    assert body["created_at"] == given.timestamp()


def test_one_tweet_thirty_years_ahead_moves_no_clock(world: World, watch: Watch) -> None:
    world.tweet("b", 1).tweet("c", AGES["30 years ahead"]).follow("a", "b", "c")
    with serving(world, watch) as client:
        ready = client.get("/readyz").json()
        assert ready["clock"] == "wall"
        assert moment(ready["as_of"]).timestamp() == NOW
        shown = client.get("/timeline/a").json()["items"]
        assert [item["tweet_id"] for item in shown] == ["0"]


def test_an_old_world_begins_at_its_newest_event_and_keeps_its_distance(
    world: World, watch: Watch
) -> None:
    world.tweet("b", 30 * 24).follow("a", "b")
    for start in range(4):
        watch.at = NOW + start * HOUR
        with serving(world, watch) as client:
            ready = client.get("/readyz").json()
            assert ready["clock"] == "world"
            assert moment(ready["as_of"]).timestamp() == watch.at - 30 * DAY
            ahead = datetime.fromtimestamp(watch.at + 299, UTC).isoformat()
            act(client, "like", tweet_id="0", created_at=ahead)
            put(client, f"/tweets/new{start}", author_id="b")
            assert client.get("/timeline/a").status_code == 200
    kinds = [one.entry.kind for one in records(world.folder)]
    assert kinds.count(Kind.CLOCK) == 1
    times = [one.entry.at for one in records(world.folder)]
    assert min(times) >= NOW * 1_000_000


def test_what_is_done_in_an_old_world_is_as_of_now_there(world: World, watch: Watch) -> None:
    """The state and the tables of training agree on the moved times."""
    world.tweet("b", 30 * 24).follow("a", "b")
    with serving(world, watch) as client:
        offset = put(client, "/tweets/new", author_id="b", text="hello")
        act(client, "like", user="c", tweet_id="new")
        page = client.get("/timeline/a", params={"after_offset": offset}).json()
        assert "new" in [item["tweet_id"] for item in page["items"]]
        state = state_of(client)
        assert state.tweets.created_at.tolist() == [NOW - 30 * DAY] * 2
        assert state.newest == NOW - 30 * DAY
    with closing(SqliteLog(world.folder / "events.db")) as log:
        rows = logged_rows(log).rows
    assert rows["tweets"][0]["created_at"] == NOW - 30 * DAY
    assert rows["interactions"][0]["created_at"] == NOW - 30 * DAY


def test_a_restart_and_a_new_process_have_the_same_times(world: World, watch: Watch) -> None:
    world.tweet("b", 30 * 24).follow("a", "b")
    with serving(world, watch) as client:
        put(client, "/tweets/new", author_id="b")
        watch.at += 30
        with serving(world, watch) as other:
            asked = {"after_offset": 2}
            answers = [one.get("/tweets/new", params=asked).json() for one in (client, other)]
            assert answers[0] == answers[1]
            clocks = [one.app_state["service"].engine.clock.precisely() for one in (client, other)]
            assert clocks == [watch.at - 30 * DAY] * 2


@pytest.mark.parametrize(("action", "undo"), [("like", "unlike"), ("block", "unblock")])
@pytest.mark.parametrize("given", [None, 240])
def test_a_wall_clock_that_steps_back_lets_no_undoing_lose(
    world: World, watch: Watch, action: str, undo: str, given: int | None
) -> None:
    about: dict[str, Any] = {"target_user_id": "b"} if action == "block" else {"tweet_id": "0"}
    world.tweet("b", 1)
    with serving(world, watch) as client:
        at: dict[str, Any] = {} if given is None else {"created_at": NOW + given}
        act(client, action, **about, **at)
        watch.at -= HOUR
        act(client, undo, **about)
        state = state_of(client)
        who, author = (state.users.ids.known([one]) for one in "ab")
        assert not len(state.engaged_by(int(who[0])))
        assert not state.graph.hides(who, author).any()


def test_two_actions_of_one_request_are_in_its_order(world: World, watch: Watch) -> None:
    world.tweet("b", 1)
    for n in range(8):  # their ids, which break ties, have any order
        with serving(world, watch) as client:
            like = {"event_id": f"l{n}", "action": "like", "user_id": "a", "tweet_id": "0"}
            unlike = {**like, "event_id": f"u{n}", "action": "unlike"}
            offset = send(client, like, unlike)["offset"]
            client.get("/users/a", params={"after_offset": offset})
            state = state_of(client)
            assert not len(state.engaged_by(int(state.users.ids.known(["a"])[0])))


def test_times_of_clients_order_as_given(world: World, watch: Watch) -> None:
    world.tweet("b", 1)
    with serving(world, watch) as client:
        act(client, "unlike", tweet_id="0", created_at=NOW - 10)
        act(client, "like", tweet_id="0", created_at=NOW - 20)
        state = state_of(client)
        assert not len(state.engaged_by(int(state.users.ids.known(["a"])[0])))


def test_what_lies_in_the_future_is_refused_item_by_item(world: World, watch: Watch) -> None:
    world.tweet("b", 30 * 24)
    late, early = NOW + 301, NOW + 299
    with serving(world, watch) as client:
        like = {"action": "like", "user_id": "a", "tweet_id": "0"}
        written = send(client, {**like, "created_at": late}, {**like, "created_at": early})
        assert [one["status"] for one in written["results"]] == ["rejected", "accepted"]
        assert "future" in written["results"][0]["problem"]
        for kind, row in (
            ("users", {"user_id": "z"}),
            ("tweets", {"tweet_id": "z", "author_id": "b"}),
        ):
            rows = [{**row, "created_at": late}, {**row, "created_at": early}]
            results = client.post(f"/{kind}", json={kind: rows}).json()["results"]
            assert [one["status"] for one in results] == ["rejected", "accepted"]
            body = {k: v for k, v in rows[0].items() if k not in ("user_id", "tweet_id")}
            assert client.put(f"/{kind}/y", json=body).status_code == 409


def test_a_live_log_stays_with_the_wall_clock(world: World, watch: Watch) -> None:
    world.tweet("b", 1)
    with serving(world, watch) as client:
        act(client, "like", tweet_id="0")
    watch.at += 30 * DAY
    with serving(world, watch) as client:
        assert client.get("/readyz").json()["clock"] == "wall"


def test_a_world_that_0_3_0_served_goes_on_from_its_newest_event(
    world: World, watch: Watch
) -> None:
    """That version wrote times of the world to the log, and its offset beside it."""
    world.tweet("b", 30 * 24)
    at = NOW - 29 * DAY
    body = bodies.Row({"tweet_id": "new", "author_id": "b", "created_at": at}).to_json()
    with closing(SqliteLog(world.folder / "events.db")) as log:
        log.append([Entry("write/1", Kind.PUT_TWEET, at * 1_000_000, "b", body)])
    (world.folder / "events.db.world").write_text("123.5")
    with serving(world, watch) as client:
        ready = client.get("/readyz").json()
        assert (ready["clock"], moment(ready["as_of"]).timestamp()) == ("world", NOW - 29 * DAY)
