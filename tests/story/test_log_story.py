"""Somebody reads the log."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.observability import logs
from app.serving.engine import Engine
from app.sources.graph import Graph


class Log:
    """What is written while somebody listens."""

    def __init__(self, formatter: logging.Formatter, level: int = logging.INFO) -> None:
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(formatter)
        self.level = level

    def __enter__(self) -> Log:
        self.before = logging.getLogger("app").level
        logging.getLogger("app").setLevel(self.level)
        logging.getLogger().addHandler(self.handler)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self.handler)
        logging.getLogger("app").setLevel(self.before)

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]


@pytest.fixture
def json_log() -> Iterator[Log]:
    with Log(logs.Json()) as log:
        yield log


def test_a_request_leaves_one_line(client: TestClient, json_log: Log, reader: str) -> None:
    client.get(f"/timeline/{reader}?limit=1", headers={"X-Request-ID": "seven"})
    (line,) = json_log.objects
    assert line["request_id"] == "seven"
    assert (line["method"], line["path"]) == ("GET", f"/timeline/{reader}")
    assert (line["status"], line["served_by"]) == (200, "for_you")
    assert line["milliseconds"] > 0
    assert line["level"] == "info"


def test_what_a_component_says_names_the_request(
    client: TestClient, json_log: Log, reader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("two\nlines")

    monkeypatch.setattr(Graph, "fetch", fail)
    client.get(f"/timeline/{reader}", headers={"X-Request-ID": "eight"})
    warning, request = json_log.objects
    assert warning["request_id"] == request["request_id"] == "eight"
    assert warning["level"] == "warning"
    assert "OSError: two\nlines" in warning["error"]


def test_machines_that_ask_all_day_long_are_not_worth_a_line(
    client: TestClient, json_log: Log
) -> None:
    for path in ("/livez", "/readyz", "/metrics"):
        client.get(path)
    assert json_log.lines == []
    client.get("/readyz?colour=red")
    assert json_log.objects[0]["status"] == 422


def test_a_path_cannot_forge_a_line(client: TestClient) -> None:
    with Log(logs.Pretty()) as log:
        client.get("/nope%0A12:00:00 INFO all is well", headers={"X-Request-ID": "nine"})
    (line,) = log.lines
    assert "GET /nope%0A12:00:00%20INFO" in line
    assert "status=404" in line
    assert line.endswith("[nine]")


def test_outside_a_request_there_is_no_name() -> None:
    log = logging.getLogger("app.somewhere")
    with Log(logs.Json()) as as_json, Log(logs.Pretty()) as as_text:
        log.info("it is %s", "late")
    assert as_json.objects[0]["message"] == "it is late"
    assert "request_id" not in as_json.objects[0]
    assert as_text.lines[0].endswith("INFO    it is late")


@pytest.mark.parametrize(
    ("form", "kind"), [("auto", logs.Json), ("json", logs.Json), ("pretty", logs.Pretty)]
)
def test_the_form_is_json_unless_somebody_watches(
    monkeypatch: pytest.MonkeyPatch, form: str, kind: type[logging.Formatter]
) -> None:
    monkeypatch.setattr("sys.stderr", io.StringIO())  # no terminal
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    before = logging.getLogger().level
    try:
        logs.install(form, "warning")
        (handler,) = logging.getLogger().handlers
        assert isinstance(handler.formatter, kind)
    finally:
        logging.getLogger().setLevel(before)


def test_other_pages_may_call_it_only_where_they_are_named(
    client: TestClient, tiny_engine: Engine
) -> None:
    from_elsewhere = {"Origin": "https://example.org"}
    assert "access-control-allow-origin" not in client.get("/livez", headers=from_elsewhere).headers
    settings = tiny_engine.settings.model_copy(update={"cors_origins": ("https://example.org",)})
    with TestClient(create_app(settings, tiny_engine)) as open_client:
        allowed = open_client.get("/livez", headers=from_elsewhere).headers
        refused = open_client.get("/livez", headers={"Origin": "https://example.com"}).headers
    assert allowed["access-control-allow-origin"] == "https://example.org"
    assert "access-control-allow-origin" not in refused


def test_a_message_that_is_no_unicode_is_a_line_too() -> None:
    record = logging.makeLogRecord({"msg": "half a pair: \ud800", "fields": {"large": 2**80}})
    line = json.loads(logs.Json().format(record))
    assert (line["message"], line["large"]) == ("half a pair: \ud800", 2**80)
