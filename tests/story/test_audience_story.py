"""Followers' posts stay with followers, and what somebody mutes stays away, over HTTP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import uuid4

import polars as pl
import pytest
from fastapi.testclient import TestClient

from app.filters.audience import Audience
from app.filters.muted import Muted
from app.main import create_app
from app.serving.service import Service
from app.settings import Settings
from ml.schema import VISIBILITIES
from ml.training import train
from ml.training.options import TrainingOptions

NOW = 1_800_000_000
PEOPLE = ("ann", "bob", "cyd", "dan@evil.example", "eve")


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """Ann wrote a tweet for each audience; Bob follows her, Cyd follows Eve, who likes them all."""
    folder = tmp_path / "data"
    folder.mkdir()
    tweets: list[dict[str, Any]] = [
        {"tweet_id": name, "author_id": "ann", "visibility": name, "mentions": ["cyd"]}
        for name in VISIBILITIES
    ]
    tweets += [
        {"tweet_id": "plain", "author_id": "ann", "visibility": None, "mentions": None},
        {"tweet_id": "evil", "author_id": "dan@evil.example", "visibility": None, "mentions": None},
    ]
    written: dict[str, list[dict[str, Any]]] = {
        "users": [{"user_id": one, "created_at": NOW - 9_000} for one in PEOPLE],
        "tweets": [{**one, "created_at": NOW - 600, "text": "Good Köln"} for one in tweets],
        "follows": [
            {"follower_id": "bob", "followee_id": "ann"},
            {"follower_id": "cyd", "followee_id": "eve"},
        ],
        "interactions": [
            {"user_id": "eve", "action": "like", "tweet_id": one["tweet_id"], "created_at": NOW}
            for one in tweets
        ],
    }
    for name, rows in written.items():
        pl.DataFrame(rows, infer_schema_length=None).write_parquet(folder / f"{name}.parquet")
    return folder


@pytest.fixture
def settings(tables: Path, tmp_path: Path) -> Settings:
    return Settings(
        artifacts=tmp_path / "none",
        data_dir=tables,
        log=tmp_path / "events.db",
        log_level="error",
        clock="wall",
        served_hours=0,
        impressions="client",
    )


class Wall:
    """A clock that a test moves, so that what was served a second ago may be served again."""

    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def service(settings: Settings, wall: Wall) -> Iterator[TestClient]:
    with client_of(settings, wall) as client:
        yield client


def client_of(settings: Settings, wall: Wall) -> TestClient:
    app = create_app(settings, service=Service.open(settings, wall))
    client = TestClient(app, raise_server_exceptions=False)
    app.state.wall = wall
    return client


def shown(client: TestClient, user: str, **asked: Any) -> set[str]:
    """All pages of a feed that begins a second later than the last one."""
    if hasattr(client.app.state, "wall"):  # type: ignore[attr-defined]
        client.app.state.wall.now += 1  # type: ignore[attr-defined]
    found: set[str] = set()
    while True:
        page = client.get(f"/timeline/{user}", params=asked)
        assert page.status_code == 200, page.text
        found |= {item["tweet_id"] for item in page.json()["items"]}
        if not page.json()["next_cursor"]:
            return found
        asked["cursor"] = page.json()["next_cursor"]


def everywhere(client: TestClient, user: str) -> set[str]:
    return shown(client, user, limit=2) | shown(client, user, product="following")


def scores(client: TestClient, user: str) -> tuple[set[str], set[str]]:
    """The tweets that may be shown by their scores, and those that are not known."""
    names = [*VISIBILITIES, "plain", "evil"]
    answer = client.post("/score", json={"user_id": user, "tweet_ids": names}).json()
    return {one["tweet_id"] for one in answer["items"] if one["eligible"]}, {*answer["unknown"]}


def write(client: TestClient, *events: dict[str, Any]) -> list[dict[str, Any]]:
    """Send events, and wait until they are applied."""
    named = [{"event_id": uuid4().hex, **one} for one in events]
    answer = client.post("/events", json={"events": named}).json()
    client.get("/timeline/nobody", params={"after_offset": answer["offset"]})
    results: list[dict[str, Any]] = answer["results"]
    return results


def mute(client: TestClient, user: str, action: str, text: str, **more: Any) -> None:
    event = {"action": action, "user_id": user, "text": text, **more}
    assert [one["status"] for one in write(client, event)] == ["accepted"]


def test_a_post_for_followers_never_reaches_a_stranger(service: TestClient) -> None:
    assert everywhere(service, "bob") == {"public", "unlisted", "followers", "plain", "evil"}
    for stranger in ("cyd", "dan@evil.example", "never-met"):
        assert not everywhere(service, stranger) & {"unlisted", "followers"}
    assert everywhere(service, "never-met") == {"public", "plain", "evil"}
    assert scores(service, "cyd")[1] == {"unlisted", "followers"}
    assert scores(service, "never-met")[1] == {"unlisted", "followers", "mentioned"}
    for name, status in (
        ("public", 200),
        ("unlisted", 200),
        ("followers", 404),
        ("mentioned", 404),
    ):
        assert service.get(f"/tweets/{name}").status_code == status


def test_the_fallback_keeps_the_rule(service: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("app.rankers.heuristic.Heuristic.score", fail)
    page = service.get("/timeline/cyd").json()
    assert page["served_by"] == "fallback"
    assert {item["tweet_id"] for item in page["items"]} == {"public", "plain", "evil"}


@pytest.mark.parametrize("filter_", [Audience, Muted])
def test_where_nobody_knows_nothing_is_shown(
    service: TestClient, filter_: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(filter_, "keep", fail)
    for user in ("bob", "never-met"):
        assert service.get(f"/timeline/{user}").status_code == 503
    body = {"user_id": "bob", "tweet_ids": ["plain"]}
    assert service.post("/score", json=body).status_code == 503


def test_who_unfollows_sees_it_on_no_later_page(service: TestClient) -> None:
    page = service.get("/timeline/bob", params={"limit": 1}).json()
    write(service, {"action": "unfollow", "user_id": "bob", "target_user_id": "ann"})
    rest = shown(service, "bob", limit=1, cursor=page["next_cursor"])
    assert not rest & {"unlisted", "followers"}
    assert not everywhere(service, "bob") & {"unlisted", "followers"}


def test_a_tweet_over_http_has_an_audience_and_an_edit_keeps_it(service: TestClient) -> None:
    row = {"author_id": "ann", "text": "new", "visibility": "followers"}
    service.put("/tweets/new", json=row)
    batch = {
        "tweets": [{**row, "tweet_id": "new2", "visibility": "mentioned", "mentions": ["bob"]}]
    }
    offset = service.post("/tweets", json=batch).json()["offset"]
    service.get("/timeline/bob", params={"after_offset": offset})
    assert {"new", "new2"} <= shown(service, "bob")
    assert "new" not in everywhere(service, "never-met")
    edit = service.put("/tweets/new", json={"author_id": "ann", "text": "newer"}).json()
    service.get("/timeline/bob", params={"after_offset": edit["offset"]})
    assert "new" not in everywhere(service, "never-met")
    edit = service.put("/tweets/new", json={**row, "visibility": "public"}).json()
    service.get("/timeline/bob", params={"after_offset": edit["offset"]})
    assert "new" in everywhere(service, "never-met")
    wrong = service.put("/tweets/new", json={**row, "visibility": "friends"})
    assert wrong.status_code == 422
    assert "'public', 'unlisted', 'followers' or 'mentioned'" in wrong.text
    everybody = {"user_id": "cyd", "tweet_ids": ["new2"]}
    assert service.post("/score", json=everybody).json()["unknown"] == ["new2"]


def test_a_muted_word_hides_everywhere_and_comes_back(service: TestClient) -> None:
    mute(service, "bob", "mute_word", "KO\u0308LN")
    assert everywhere(service, "bob") == set()
    assert scores(service, "bob")[0] == set()
    assert "plain" in everywhere(service, "cyd")
    mute(service, "bob", "unmute_word", "köln")
    assert "plain" in everywhere(service, "bob")
    mute(service, "bob", "mute_domain", "evil.example")
    assert "evil" not in everywhere(service, "bob")
    assert "plain" in everywhere(service, "bob")
    mute(service, "bob", "unmute_domain", "EVIL.example")
    assert "evil" in everywhere(service, "bob")


def test_a_mute_hides_nothing_from_the_second_on_in_which_it_expires(
    service: TestClient, wall: Wall
) -> None:
    mute(service, "bob", "mute_word", "Köln", expires_at=NOW + 60)
    wall.now = NOW + 56
    assert everywhere(service, "bob") == set()
    wall.now = NOW + 59
    assert "plain" in shown(service, "bob")


def test_mutes_survive_a_restart_and_go_with_their_user(
    service: TestClient, settings: Settings, wall: Wall
) -> None:
    mute(service, "bob", "mute_word", "Köln")
    with client_of(settings, wall) as again:
        assert everywhere(again, "bob") == set()
        offset = again.delete("/users/bob").json()["offset"]
        again.get("/timeline/bob", params={"after_offset": offset})
        assert everywhere(again, "bob") == {"public", "plain", "evil"}


@pytest.mark.parametrize(
    ("event", "problem"),
    [
        ({"action": "mute_word"}, "needs a text"),
        ({"action": "mute_word", "text": " "}, "needs a text"),
        ({"action": "mute_word", "text": "x " * 51}, "up to 50 words"),
        ({"action": "mute_domain", "text": "two words"}, "such as example.com"),
        ({"action": "unmute_word", "text": "a", "expires_at": 1}, "no expires_at"),
        ({"action": "mute_word", "text": "a", "tweet_id": "plain"}, "about a text"),
        ({"action": "mute_word", "text": "a", "expires_at": "soon"}, "RFC 3339"),
        ({"action": "like", "tweet_id": "plain", "text": "a"}, "no text"),
    ],
)
def test_a_mute_of_nothing_is_refused(
    service: TestClient, event: dict[str, Any], problem: str
) -> None:
    (result,) = write(service, {"user_id": "bob", **event})
    assert result["status"] == "rejected"
    assert problem in result["problem"]


def test_an_export_with_audiences_and_mutes_trains_and_serves(
    tiny_data: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    frames = {one.stem: pl.read_parquet(one) for one in tiny_data.glob("*.parquet")}
    tweets, acts = frames["tweets"], frames["interactions"].tail(1_000)
    texts = {
        str(row[0]): {*row[1].lower().split()} for row in tweets.select("tweet_id", "text").rows()
    }
    counts = Counter(chain.from_iterable(texts.values()))
    word = min(
        counts, key=lambda one: abs(counts[one] - len(tweets) / 4) + 1e9 * (not one.isalpha())
    )
    audience = {tweet: VISIBILITIES[place % 4] for place, tweet in enumerate(texts)}
    frames["tweets"] = tweets.with_columns(
        visibility=pl.Series([*audience.values()]), mentions=pl.concat_list("author_id")
    )
    muted = acts.tail(1).with_columns(
        action=pl.lit("mute_word"), text=pl.lit(word.upper()), event_id=-1, tweet_id=None
    )
    frames["interactions"] = pl.concat([acts, muted], how="diagonal_relaxed")
    frames["impressions"] = frames["impressions"].tail(4_000)
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet")
    train.train(folder, tmp_path / "artifacts", TrainingOptions())
    settings = Settings(artifacts=tmp_path / "artifacts", data_dir=folder, log_level="error")
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        first = client.get(f"/timeline/{acts['user_id'][-1]}", params={"limit": 50}).json()
        page = {one["tweet_id"] for one in first["items"]}
        assert first["served_by"] == "for_you"
        assert len(page) > 10
        assert not any(word in texts[tweet] for tweet in page)
        assert {audience[one] for one in page} <= {"public", "unlisted", "followers"}
        assert {audience[one] for one in shown(client, "never-met", limit=50)} == {"public"}
