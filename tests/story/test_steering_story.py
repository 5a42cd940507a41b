"""A person says what they want, and sees what it does: at once, everywhere, and for as long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.pipeline.stages import BASE, SCORE
from app.rescorers.steering import Steering
from app.serving.clock import Clock
from app.serving.service import Service
from app.settings import Settings
from ml.state.storage import snapshot
from ml.state.storage.state_diff import differences

DAY = 86_400


@pytest.fixture
def given(tiny_artifacts: Path, tiny_data: Path, tmp_path: Path) -> Settings:
    return Settings(
        artifacts=tiny_artifacts, data_dir=tiny_data, log=tmp_path / "events.db", log_level="error"
    )


@pytest.fixture
def service(given: Settings) -> Service:
    return Service.open(given)


@pytest.fixture
def client(given: Settings, service: Service) -> Iterator[TestClient]:
    with TestClient(create_app(given, service=service)) as client:
        yield client


def ahead_of(clock: Clock, seconds: float) -> float:
    return clock.tick() + seconds


def page(client: TestClient, user: str, **asked: Any) -> dict[str, Any]:
    answer = client.get(f"/timeline/{user}", params={"peek": True, "limit": 20, **asked})
    assert answer.status_code == 200
    return dict(answer.json())


def steer(client: TestClient, user: str, text: str) -> dict[str, Any]:
    answer = client.post(f"/steering/{user}", json={"text": text})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def ids(found: dict[str, Any]) -> list[str]:
    """The tweets of a page; its numbers are as of another second."""
    return [item["tweet_id"] for item in found["items"]]


def topics(service: Service, items: list[dict[str, Any]]) -> list[str | None]:
    tweets = service.engine.state.tweets
    rows = tweets.ids.known([item["tweet_id"] for item in items])
    return [tweets.topic[row] for row in rows]


def test_a_sentence_changes_the_feed_and_says_how(
    client: TestClient, service: Service, reader: str
) -> None:
    before = page(client, reader)["items"]
    topic = topics(service, before)[0]
    author = before[3]["author_id"]
    asked = steer(client, reader, f"no {topic} for 3 days, less from @{author}. Blah blah")
    no, less = asked["understood"]
    assert (no["id"], no["verb"], no["part"]) == (f"topic:{topic}", "no", f"no {topic} for 3 days")
    assert (less["kind"], less["name"]) == ("author", author)
    assert asked["not_understood"][0]["part"] == "Blah blah"
    after = page(client, reader)["items"]
    assert topic in topics(service, before)
    assert topic not in topics(service, after)
    factors = {item["author_id"]: item["factors"]["Steering"] for item in after}
    assert factors.get(author, 0.25) == 0.25
    assert all(factor == 1 for who, factor in factors.items() if who != author)
    ten = {item["tweet_id"] for item in page(client, reader, limit=10)["items"]}
    shown = {item["tweet_id"] for item in before[:10]}
    assert set(asked["difference"]["entered"]) == ten - shown
    assert set(asked["difference"]["left"]) == shown - ten
    gone = next(item for item in before if item["tweet_id"] not in ten)
    tweet = next(
        item["tweet_id"] for item, one in zip(before, topics(service, before), strict=True)
        if one == topic
    )  # fmt: skip
    why = client.get(f"/timeline/{reader}/why/{tweet}").json()
    verdict = next(one for one in why["filters"] if one["filter"] == "Unwanted")
    assert verdict["grounds"]["asked_for_none"] is True
    assert why["dropped_by"] == "Unwanted"
    assert gone is not None


def test_it_is_listed_revoked_and_gone(client: TestClient, reader: str) -> None:
    before = ids(page(client, reader))
    steer(client, reader, "no spoilers, less football, more jazz until friday")
    held = client.get(f"/steering/{reader}").json()["preferences"]
    assert {one["id"] for one in held} == {"word:spoilers", "topic:football", "topic:jazz"}
    revoked = client.delete(f"/steering/{reader}", params={"preference": "topic:jazz"}).json()
    assert revoked["revoked"] == ["topic:jazz"]
    assert len(revoked["preferences"]) == 2
    again = client.delete(f"/steering/{reader}", params={"preference": "topic:jazz"})
    assert again.status_code == 404
    assert len(client.delete(f"/steering/{reader}").json()["revoked"]) == 2
    assert client.get(f"/steering/{reader}").json()["preferences"] == []
    assert ids(page(client, reader)) == before


def test_it_expires(client: TestClient, service: Service, reader: str) -> None:
    before = page(client, reader)["items"]
    topic = topics(service, before)[0]
    steer(client, reader, f"no {topic} for 2 days, no jazz forever")
    clock = service.engine.clock
    for ahead, holds in ((2 * DAY - 60, True), (2 * DAY + 60, False)):
        later = replace(clock, tick=partial(ahead_of, clock, ahead))
        engine = service.engine
        service.engine = replace(engine, clock=later, hydrate=replace(engine.hydrate, clock=later))
        assert (topic in topics(service, page(client, reader)["items"])) != holds
        held = client.get(f"/steering/{reader}").json()["preferences"]
        assert len(held) == 1 + holds
    assert held[0]["expires_at"] is None


def test_only_leaves_nothing_else_and_nothing_hidden(
    client: TestClient, service: Service, reader: str
) -> None:
    topic = topics(service, page(client, reader)["items"])[1]
    steer(client, reader, f"only {topic}")
    found = topics(service, page(client, reader)["items"])
    assert found
    assert {*found} == {topic}


def test_a_preset_is_preferred_and_side_effects_still_run(client: TestClient, reader: str) -> None:
    preset = client.post(
        f"/timeline/{reader}/preview", json={"overrides": {"preset": "seed"}, "limit": 20}
    ).json()
    steer(client, reader, "use seed, more variety")
    steer(client, reader, "less variety")
    held = client.get(f"/steering/{reader}").json()["preferences"]
    assert [one["name"] for one in held] == ["preset:seed", "rules:best"]
    client.delete(f"/steering/{reader}", params={"preference": "setting:rules:best"})
    mine = page(client, reader)
    assert ids(mine) == ids(preset)
    first = client.get(f"/timeline/{reader}").json()
    later = client.get(f"/timeline/{reader}", params={"cursor": first["next_cursor"]}).json()
    assert not {one["tweet_id"] for one in first["items"]} & {
        one["tweet_id"] for one in later["items"]
    }


def test_a_preview_of_a_sentence_leaves_no_trace(client: TestClient, reader: str) -> None:
    before = ids(page(client, reader))
    body = {"sentence": "only jazz, and hm", "compare": True, "limit": 20}
    answer = client.post(f"/timeline/{reader}/preview", json=body).json()
    assert [one["label"] for one in answer["understood"]] == ["only jazz"]
    assert [one["part"] for one in answer["not_understood"]] == ["hm"]
    assert answer["difference"]["left"]
    assert client.get(f"/steering/{reader}").json()["preferences"] == []
    assert ids(page(client, reader)) == before


def test_a_restart_knows_it_and_erasure_forgets_it(
    given: Settings, client: TestClient, service: Service, reader: str, tmp_path: Path
) -> None:
    author = page(client, reader)["items"][0]["author_id"]
    other = next(
        item["author_id"] for item in page(client, reader)["items"]
        if item["author_id"] not in (author, reader)
    )  # fmt: skip
    steer(client, reader, f"no spoilers, less from @{author}")
    steer(client, other, f"no jazz, less from @{reader}")
    again = Service.open(given)
    assert not differences(again.engine.state, service.engine.state)
    (tmp_path / "state").mkdir()
    snapshot.save(again.engine.state, tmp_path / "state", tmp_path, "tables")
    assert not differences(snapshot.load(tmp_path / "state"), again.engine.state)
    client.delete(f"/users/{reader}")
    assert client.get(f"/steering/{reader}").json()["preferences"] == []
    left = client.get(f"/steering/{other}").json()["preferences"]
    assert [one["id"] for one in left] == ["topic:jazz"]


def test_nobody_who_asks_for_nothing_is_concerned(
    client: TestClient, service: Service, reader: str
) -> None:
    users = service.engine.state.users.ids
    others = [users.id(row) for row in range(12) if users.id(row) != reader]
    before = [ids(page(client, other)) for other in others]
    steer(client, reader, "only jazz, no spoilers, use seed")
    assert [ids(page(client, other)) for other in others] == before
    query = service.engine.hydrate.query(others[0], 10)
    assert query.steering is None


def test_the_factor_is_part_of_the_score(service: Service, client: TestClient, reader: str) -> None:
    steer(client, reader, "more jazz, less politics, no spoilers")
    query = service.engine.hydrate.query(reader, 50)
    served = service.engine.products["for_you"].run(query)
    batch = served.batch
    product = np.prod([batch[name] for name in served.product.mixer.scoring.factors], axis=0)
    np.testing.assert_allclose(batch[SCORE], batch[BASE] * product, rtol=1e-5)
    assert {*batch[Steering.__name__].tolist()} <= {1.0, 0.5, 0.125}


def test_a_model_may_read_the_sentence_but_not_invent(
    client: TestClient, service: Service, reader: str
) -> None:
    class Model:
        def read(self, text: str, now: int, catalog: Any) -> Any:
            from app.steering.port import Asked, Understood

            invented = Asked(text, "less", "author", "nobody at all", now + DAY)
            past = Asked(text, "no", "topic", "jazz", now - DAY)
            fine = Asked(text, "less", "topic", "jazz", now + DAY)
            return Understood([invented, past, fine], [])

    service.interpreter = Model()
    answer = steer(client, reader, "somehow calmer")
    assert [one["id"] for one in answer["understood"]] == ["topic:jazz"]
    assert len(answer["not_understood"]) == 2


def test_more_of_a_topic_is_explained_beside_others(
    client: TestClient, service: Service, reader: str
) -> None:
    """No factor lifts, so all else is lowered; what was asked for counts twice as much."""
    items = page(client, reader)["items"]
    asked = next(one for one in topics(service, items) if one)
    steer(client, reader, f"more {asked}")
    items = page(client, reader)["items"]
    found = {}
    for item, topic in zip(items, topics(service, items), strict=True):
        why = client.get(f"/timeline/{reader}/why/{item['tweet_id']}").json()
        (factor,) = (one for one in why["factors"] if one["component"] == "Steering")
        found[topic == asked] = factor["factor"], factor["beside_others"]
    assert found == {True: (1.0, 2.0), False: (0.5, 1.0)}
