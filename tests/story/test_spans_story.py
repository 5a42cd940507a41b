"""Somebody looks at a slow request in the traces that they collect from all their services."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app import main
from app.serving.engine import Engine
from app.serving.service import Service
from app.settings import InvalidSettingError, Settings

sdk = pytest.importorskip("opentelemetry.sdk", reason="traces need the extra `otlp`")

from opentelemetry.sdk.trace import ReadableSpan  # noqa: E402
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor  # noqa: E402
from opentelemetry.sdk.trace.export.in_memory_span_exporter import (  # noqa: E402
    InMemorySpanExporter,
)

from app.observability.spans import Spans  # noqa: E402

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def collected() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def traced(
    tiny_engine: Engine, collected: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    monkeypatch.setattr(main, "tracing", lambda _: Spans(SimpleSpanProcessor(collected)))
    with TestClient(main.create_app(tiny_engine.settings, tiny_engine)) as client:
        yield client


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def test_traces_are_sent_though_the_service_could_not_end_well(
    tiny_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    collected = InMemorySpanExporter()
    spans = Spans(BatchSpanProcessor(collected, schedule_delay_millis=600_000))
    monkeypatch.setattr(main, "tracing", lambda _: spans)

    async def stop(service: Service) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(Service, "stop", stop)
    serving = ExitStack()
    client = serving.enter_context(TestClient(main.create_app(tiny_engine.settings, tiny_engine)))
    client.get("/users?limit=1")
    assert not collected.get_finished_spans()
    with pytest.raises(OSError, match="the disk is gone"):
        serving.close()
    assert collected.get_finished_spans()


def test_a_request_is_a_span_over_its_components(
    traced: TestClient, collected: InMemorySpanExporter, reader: str
) -> None:
    answer = traced.get(f"/timeline/{reader}?explain=true", headers={"traceparent": PARENT})
    *parts, request = collected.get_finished_spans()
    facts = attributes(request)
    assert request.name == "GET /timeline/{user_id}"
    assert facts["foryou.served_by"] == "for_you"
    assert facts["foryou.request_id"] == answer.headers["x-request-id"]
    assert facts["http.response.status_code"] == 200
    assert request.parent is not None
    assert f"{request.parent.trace_id:032x}" in PARENT
    trace = answer.json()["trace"]
    assert [one.name for one in parts] == [f"{s['stage']} {s['component']}" for s in trace]
    assert [attributes(one)["foryou.rows_out"] for one in parts] == [s["rows_out"] for s in trace]
    assert request.start_time is not None
    assert request.end_time is not None
    starts = []
    for part, span in zip(parts, trace, strict=True):
        assert part.parent is not None
        assert part.parent.span_id == request.context.span_id
        assert part.start_time is not None
        assert part.end_time is not None
        assert request.start_time <= part.start_time <= part.end_time <= request.end_time
        assert (part.end_time - part.start_time) // 1000 == span["micros"]
        starts.append(part.start_time)
    assert starts == sorted(starts)


def test_a_source_that_fails_is_an_error_below_an_answer(
    traced: TestClient,
    collected: InMemorySpanExporter,
    reader: str,
    tiny_engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = tiny_engine.products["for_you"].mixer.candidates[0].source

    def fetch(*_: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(type(source), "fetch", fetch)
    assert traced.get(f"/timeline/{reader}?peek=true").status_code == 200
    *parts, request = collected.get_finished_spans()
    failed = [one for one in parts if not one.status.is_ok and one.status.description]
    assert [one.name for one in failed] == [f"retrieve {type(source).__name__}"]
    assert request.status.description is None


def test_probes_have_no_span(traced: TestClient, collected: InMemorySpanExporter) -> None:
    for path in ("/livez", "/readyz", "/metrics"):
        assert traced.get(path).status_code == 200
    assert collected.get_finished_spans() == ()


def test_nothing_is_sent_where_no_collector_is_set() -> None:
    assert main.tracing(Settings()) is None


def test_an_extra_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = builtins.__import__

    def importing(name: str, *rest: Any) -> Any:
        if name == "app.observability.spans":
            raise ModuleNotFoundError("no", name="opentelemetry")
        return found(name, *rest)

    monkeypatch.setattr(builtins, "__import__", importing)
    settings = Settings(otlp_endpoint="http://127.0.0.1:4318")  # type: ignore[arg-type]
    with pytest.raises(InvalidSettingError, match="pip install 'foryou\\[otlp\\]'"):
        main.tracing(settings)
