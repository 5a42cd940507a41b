"""What the law asks for: how the feed is made, another one without profiling, one's own data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from app.main import create_app
from app.serving.main_parameters import METRIC
from app.serving.service import Service
from app.settings import Settings

SECRET = "a secret of thirty-two bytes or more"
HERE = "http://127.0.0.1"


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
    app = create_app(given, service=service)
    with TestClient(app, base_url=HERE, client=("127.0.0.1", 1)) as client:
        yield client


def page(client: TestClient, user: str, product: str | None = None) -> list[str]:
    asked = {"limit": 50, "peek": True} | ({} if product is None else {"product": product})
    answer = client.get(f"/timeline/{user}", params=asked)
    assert answer.status_code == 200
    return [item["tweet_id"] for item in answer.json()["items"]]


def happened(client: TestClient, events: list[dict[str, Any]]) -> None:
    answer = client.post("/events", json={"events": events}).json()
    assert {one["status"] for one in answer["results"]} == {"accepted"}
    settled = client.get("/users/twin-a", params={"after_offset": answer["offset"]})
    assert settled.status_code == 200


def test_without_profiling_everybody_alike_gets_the_same(
    client: TestClient, service: Service
) -> None:
    """Two people follow, block and have seen the same, and are otherwise as different as can
    be: their interests, what they did with what they saw, and how often."""
    users, tweets = service.engine.state.users.ids, service.engine.state.tweets
    client.put("/users/twin-a", json={"name": "A", "interests": ["jazz", "chess"]})
    client.put("/users/twin-b", json={"name": "B", "interests": ["football", "fashion"]})
    followed = [users.id(row) for row in range(12)]
    newest = service.engine.state.by_time[-40:].tolist()
    seen = [tweets.ids.id(row) for row in newest[::4]]
    events: list[dict[str, Any]] = []
    for place, one in enumerate(followed):
        for twin in ("twin-a", "twin-b"):
            action = "block" if place == 11 else "follow"
            events.append({"action": action, "user_id": twin, "target_user_id": one})
    for place, tweet in enumerate(seen):
        deeds = ("like", "reply", "retweet") if place % 2 else ("not_interested",)
        events += [{"action": deed, "user_id": "twin-a", "tweet_id": tweet} for deed in deeds]
        events.append({"action": "like", "user_id": "twin-b", "tweet_id": tweet})
    happened(client, events)
    alike = page(client, "twin-a", "without_profiling")
    assert len(alike) > 10
    assert alike == page(client, "twin-b", "without_profiling")
    assert page(client, "twin-a", "for_you") != page(client, "twin-b", "for_you")
    more = {"action": "follow", "user_id": "twin-b", "target_user_id": users.id(20)}
    happened(client, [more])
    fewer = page(client, "twin-a", "without_profiling")
    assert fewer == alike
    hidden = {"action": "block", "user_id": "twin-b", "target_user_id": author(service, alike[0])}
    happened(client, [hidden])
    assert alike[0] not in page(client, "twin-b", "without_profiling")


def author(service: Service, tweet: str) -> str:
    state = service.engine.state
    row = state.tweets.ids.row(tweet)
    assert row is not None
    return state.users.ids.id(int(state.tweets.author[row]))


def test_a_choice_persists(given: Settings, client: TestClient, reader: str) -> None:
    assert client.get(f"/transparency/{reader}").json()["product"] == "for_you"
    before = page(client, reader)
    for product in ("following", "without_profiling"):
        chosen = client.put(f"/transparency/{reader}", json={"product": product})
        assert chosen.status_code == 200, chosen.text
        assert page(client, reader) == page(client, reader, product) != before
        answer = client.get(f"/timeline/{reader}", params={"peek": True}).json()
        assert answer["product"] == product
        why = client.get(f"/timeline/{reader}/why/{page(client, reader)[0]}").json()
        assert (why["product"], why["outcome"]) == (product, "served")
    assert page(client, reader, "for_you") == before
    again = Service.open(given)
    row = again.engine.state.users.ids.row(reader)
    assert row is not None
    (held,) = again.engine.state.preferences.of(row, again.engine.clock.now())
    assert (held.kind, held.name) == ("product", "without_profiling")
    assert client.get(f"/steering/{reader}").json()["preferences"] == []
    client.put(f"/transparency/{reader}", json={"product": "for_you"})
    assert page(client, reader) == before


def test_the_main_parameters_are_ordered_by_what_was_measured(
    client: TestClient, service: Service, tmp_path: Path
) -> None:
    found = client.get("/transparency").json()
    assert found["measured"] is None
    names = [one["name"] for one in found["parameters"]]
    assert {"InNetwork", "HeavyRanker", "Unsafe", "Steering", "Budgeted"} <= {*names}
    report = service.engine.settings.artifacts / "report" / f"{service.engine.model_version}.json"
    measured = {
        kind: {"kind": kind.split(":")[0], "name": kind.split(":")[1],
               "differences": {METRIC: {"value": value, "low": value, "high": value}}}
        for kind, value in {
            "source:Graph": 0.3, "rescorer:Safety": -0.4, "features:tweet": 0.1
        }.items()
    }  # fmt: skip
    report.parent.mkdir()
    report.write_text(json.dumps({"ablation": measured}))
    try:
        found = client.get("/transparency.json").json()
    finally:
        report.unlink()
        report.parent.rmdir()  # these artifacts are everybody's
    first = [(one["name"], one["effect"]["value"]) for one in found["parameters"][:3]]
    assert first == [("Safety", -0.4), ("Graph", 0.3), ("tweet", 0.1)]
    assert found["measured"] == {"bundle": service.engine.model_version, "metric": METRIC}
    assert all(one["effect"] is None for one in found["parameters"][3:])


def test_it_is_a_page_for_people(client: TestClient) -> None:
    html = client.get("/transparency", headers={"Accept": "text/html,*/*"})
    assert html.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in html.headers["content-security-policy"]
    data = client.get("/transparency").json()
    for part in ("change", "rights"):
        assert all(one["what"] in html.text for one in data[part])
    assert all(one["what"] in html.text and one["how_long"] in html.text for one in data["kept"])
    assert "was not measured" in html.text
    assert "http" not in html.text


def test_the_page_speaks_german(client: TestClient) -> None:
    """Every sentence of it: what has no German would stand there in English."""
    asked = {"Accept": "text/html", "Accept-Language": "de-DE,de;q=0.9"}
    preferred = client.get("/transparency", headers=asked).text
    chosen = client.get("/transparency?language=de", headers={"Accept": "text/html"}).text
    assert preferred == chosen
    assert '<html lang="de">' in chosen
    english = client.get("/transparency?language=en", headers=asked).text
    assert '<html lang="en">' in english
    for cell in re.findall(r"<(?:h1|h2|dd|dt|td|p|small|a)\b[^>]*>([^<]{12,})<", english):
        assert cell.strip() not in chosen, cell
    assert "Whole answers" not in chosen
    assert "30 Minuten" in chosen


def test_the_retention_that_is_named_is_that_of_the_settings(
    client: TestClient, service: Service
) -> None:
    kept = {one["what"]: one["how_long"] for one in client.get("/transparency").json()["kept"]}
    assert kept["Whole answers"] == "30 minutes"
    assert "365 days" in kept["What you did: likes, replies, follows, mutes, blocks"]
    assert "24 hours" in kept["What you were shown"]


def test_ones_own_data_is_all_that_is_kept_and_erasure_ends_it(
    client: TestClient, service: Service, reader: str
) -> None:
    shown = client.get(f"/timeline/{reader}").json()["items"][0]["tweet_id"]
    client.post(f"/steering/{reader}", json={"text": "less jazz"})
    like = {"action": "mute_word", "user_id": reader, "text": "spoiler"}
    offset = client.post("/events", json={"events": [like]}).json()["offset"]
    client.get(f"/steering/{reader}", params={"after_offset": offset})
    mine = client.get(f"/users/{reader}/data").json()
    assert shown in mine["memory"]["served_lately"]
    assert {"kind": "topic", "name": "jazz", "verb": "less"}.items() <= mine["memory"][
        "preferences"
    ][0].items()
    assert mine["memory"]["mutes"][0]["text"] == "spoiler"
    assert [one["record"] for one in mine["log"]] == ["served", "preference", "event"]
    assert shown in mine["log"][0]["shown"]
    assert mine["answers"] == 1
    assert mine["memory"]["about_people"]
    client.delete(f"/users/{reader}")
    left = client.get(f"/users/{reader}/data").json()
    assert left["memory"]["preferences"] == left["memory"]["mutes"] == []
    assert left["memory"]["about_people"] == left["memory"]["seen"] == []
    assert left["answers"] == 0


def test_nobody_elses_data_is_shown(given: Settings, service: Service, reader: str) -> None:
    path = f"/users/{reader}/data"
    with TestClient(
        create_app(given, service=service), base_url=HERE, client=("10.1.2.3", 1)
    ) as far:
        assert far.get(path).status_code == 403
    private = given.model_copy(update={"token_secret": SecretStr(SECRET)})
    with TestClient(create_app(private, engine=service.engine), base_url=HERE) as client:
        for sub, status in ((reader, 200), ("another", 403)):
            bearer = f"Bearer {jwt.encode({'sub': sub}, SECRET, 'HS256')}"
            assert client.get(path, headers={"Authorization": bearer}).status_code == status
        assert client.get(path).status_code == 401
