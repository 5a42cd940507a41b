"""Somebody watches the service from outside, by its numbers."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from fastapi.testclient import TestClient
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families as families

from app import observability
from app.main import create_app
from app.observability.metrics import Metrics
from app.rankers.heavy import HeavyRanker
from app.serving.engine import Engine
from app.sources.graph import Graph

DASHBOARD = Path(observability.__file__).with_name("grafana.json")
ROOT = Path(__file__).parents[2]
OBSERVE = ROOT / "deploy" / "observe"
COUNT = "foryou_request_seconds_count"
Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


class Watched:
    """A service, and what it counted."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def __call__(self, name: str, **labels: str) -> float:
        """The sum of all series of that name with these labels."""
        return sum(
            value
            for (series, known), value in self.series().items()
            if series == name and labels.items() <= dict(known).items()
        )

    def series(self) -> Series:
        page = self.client.get("/metrics")
        assert page.status_code == 200
        return read(page.text)


def read(page: str) -> Series:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families(page)
        for sample in family.samples
    }


@pytest.fixture
def watched(tiny_engine: Engine) -> Iterator[Watched]:
    """A service of its own, so that nobody else is counted."""
    app = create_app(tiny_engine.settings, tiny_engine)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Watched(client)


def test_a_request_is_counted_by_what_was_asked_and_by_who_answered(
    watched: Watched, reader: str
) -> None:
    for path in (f"/timeline/{reader}", "/timeline/never-met", "/timeline/1?limit=0"):
        watched.client.get(path)
    route = "/timeline/{user_id}"
    assert watched(COUNT, route=route, status="200", served_by="for_you") == 1
    assert watched(COUNT, route=route, status="200", served_by="newcomer") == 1
    assert watched(COUNT, route=route, status="422", served_by="") == 1
    assert watched("foryou_fallbacks_total") == 0


def test_rows_and_times_are_those_of_the_trace(watched: Watched, reader: str) -> None:
    spans = watched.client.get(f"/timeline/{reader}?explain=true").json()["trace"]
    for stage, component in {(span["stage"], span["component"]) for span in spans}:
        who = {"stage": stage, "component": component}
        runs = [span for span in spans if who.items() <= span.items()]  # some run more than once
        for way in ("in", "out"):
            rows = sum(span[f"rows_{way}"] for span in runs)
            assert watched("foryou_component_rows_total", direction=way, **who) == rows
    candidates = watched("foryou_component_rows_total", stage="retrieve", direction="out")
    assert candidates > 0
    for stage in {span["stage"] for span in spans}:
        micros = [span["micros"] for span in spans if span["stage"] == stage]  # each rounded down
        assert watched("foryou_stage_seconds_count", stage=stage) == 1
        seconds = watched("foryou_stage_seconds_sum", stage=stage)
        assert seconds == pytest.approx(sum(micros) / 1e6, abs=len(micros) / 1e6)


def test_what_strangers_make_up_names_no_series(watched: Watched) -> None:
    for word in ("a", "b", "c"):
        watched.client.get(f"/{word}")
        watched.client.request(word.upper(), "/livez")
    asked = [dict(labels) for name, labels in watched.series() if name == COUNT]
    assert sorted((labels["method"], labels["route"]) for labels in asked) == [
        ("GET", "none"),
        ("other", "/livez"),
    ]


def test_a_source_that_fails_is_counted(
    watched: Watched, reader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Graph, "fetch", fail)
    assert watched.client.get(f"/timeline/{reader}").json()["missing"][-1] == "Graph"
    assert watched("foryou_component_failures_total", component="Graph") == 1
    assert watched("foryou_component_failures_total") == 1


def test_a_fallback_is_counted(
    watched: Watched, reader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HeavyRanker, "score", fail)
    assert watched.client.get(f"/timeline/{reader}").json()["served_by"] == "fallback"
    assert watched("foryou_fallbacks_total") == 1
    assert watched("foryou_component_failures_total", component="HeavyRanker") == 1


def test_our_own_mistake_is_counted_and_keeps_its_name(tiny_engine: Engine) -> None:
    app = create_app(tiny_engine.settings, replace(tiny_engine, hydrate=None))  # type: ignore[arg-type]
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/timeline/1", headers={"X-Request-ID": "mine"})
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] == "mine"
    assert "mine" in answer.json()["detail"]


def test_what_is_served_and_what_is_not_there_can_be_seen(
    watched: Watched, tiny_engine: Engine
) -> None:
    assert watched("foryou_bundle_info", version=tiny_engine.model_version, clock="world") == 1
    assert watched("foryou_users") == len(tiny_engine.state.users)
    lacking = create_app(tiny_engine.settings, replace(tiny_engine, missing=("report",)))
    with TestClient(lacking) as client:
        assert Watched(client)("foryou_missing", part="report") == 1


def test_actions_are_counted_by_the_source_of_what_was_served(
    live: TestClient, reader: str
) -> None:
    watched = Watched(live)
    items = live.get(f"/timeline/{reader}").json()["items"]
    sources = [item["source"] for item in items]
    for source in sources:
        assert watched("foryou_served_total", source=source) == sources.count(source)

    acted = [("like", items[0]), ("like", items[1]), ("not_interested", items[1])]
    events = [
        {"action": action, "user_id": reader, "tweet_id": item["tweet_id"], "event_id": f"{i}"}
        for i, (action, item) in enumerate(acted)
    ]
    stranger = {"action": "report", "user_id": "nobody", "tweet_id": items[0]["tweet_id"]}
    for batch in ([*events, stranger], events):  # the second time they are duplicates
        offset = live.post("/events", json={"events": batch}).json()["offset"]
        live.get(f"/timeline/{reader}?after_offset={offset}&peek=true")
    for action, source in {(action, item["source"]) for action, item in acted}:
        count = sum((action, source) == (a, item["source"]) for a, item in acted)
        assert watched("foryou_actions_total", action=action, source=source) == count
    assert watched("foryou_actions_total") == len(acted)


def test_five_alerts_ask_for_what_there_is(live: TestClient, reader: str) -> None:
    live.get(f"/timeline/{reader}")
    known = {name for name, _ in Watched(live).series()}
    (group,) = yaml.safe_load((OBSERVE / "alerts.yml").read_text())["groups"]
    assert len(group["rules"]) == 5
    for rule in group["rules"]:
        asked = set(re.findall(r"foryou_\w+", rule["expr"]))
        assert asked - {"foryou_loop_failures_total"} <= known  # which begins with the first
        assert rule["annotations"].keys() == {"summary", "remedy"}


def test_compose_finds_what_it_mounts_and_whom_it_collects_from() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    watching = {name for name, one in services.items() if one.get("profiles") == ["observe"]}
    assert watching == {"prometheus", "grafana"}
    for name in watching:
        here = [mount.split(":")[0] for mount in services[name]["volumes"]]
        assert all((ROOT / path).exists() for path in here if path.startswith("."))
    config = yaml.safe_load((OBSERVE / "prometheus.yml").read_text())
    ((target,),) = (
        one["targets"] for job in config["scrape_configs"] for one in job["static_configs"]
    )
    assert target.split(":")[0] in services
    (source,) = yaml.safe_load((OBSERVE / "grafana/datasources/prometheus.yml").read_text())[
        "datasources"
    ]
    assert source["url"] == "http://prometheus:9090"


COUNT_TWICE = """
from app.observability.metrics import Metrics
from prometheus_client import generate_latest
metrics = Metrics()
metrics.request("GET", "/timeline/{user_id}", 200, "fallback", 0.002)
metrics.request("GET", "/timeline/{user_id}", 200, "for_you", 0.002)
print(generate_latest(metrics.collected()).decode())
"""


def test_the_dashboard_asks_for_what_there_is(live: TestClient, reader: str) -> None:
    like(live, reader, live.get(f"/timeline/{reader}").json()["items"][:1])
    known = {name for name, _ in Watched(live).series()}
    panels = json.loads(DASHBOARD.read_text())["panels"]
    asked = {
        name
        for panel in panels
        for target in panel["targets"]
        for name in re.findall(r"foryou_\w+", target["expr"])
    }
    assert asked
    assert asked <= known


def test_several_processes_are_added_up(tmp_path: Path) -> None:
    environment = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    pages = [
        subprocess.run(
            [sys.executable, "-c", COUNT_TWICE],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    for processes, page in enumerate(pages, start=1):
        counted = read(page)
        asked = [v for (name, _), v in counted.items() if name == COUNT]
        assert asked == [processes, processes]
        assert counted["foryou_fallbacks_total", frozenset()] == processes


def test_a_page_without_requests_is_a_page() -> None:
    assert read(generate_latest(Metrics().collected()).decode())


def like(live: TestClient, user: str, items: list[dict[str, str]]) -> None:
    """Like some tweets, and wait until the service knows."""
    events = [{"action": "like", "user_id": user, "tweet_id": item["tweet_id"]} for item in items]
    offset = live.post("/events", json={"events": events}).json()["offset"]
    assert live.get(f"/timeline/{user}?after_offset={offset}&peek=true").status_code == 200


def fail(*_: object) -> None:
    raise OSError("out of order")
