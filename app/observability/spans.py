"""Requests as OpenTelemetry traces: a span each, and below it one for every component that ran."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from time import perf_counter_ns, time_ns
from typing import Final, Self

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from app.pipeline.trace import Trace

PARENT: Final = TraceContextTextMapPropagator()  # of W3C, as proxies and clients send it
SERVER_ERROR: Final = 500


class Spans:
    """What becomes of finished requests is with the processor; it is not waited for."""

    def __init__(self, processor: SpanProcessor) -> None:
        about = {"service.name": "foryou", "service.version": version("foryou")}
        self._provider = TracerProvider(resource=Resource.create(about))
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("foryou")

    @classmethod
    def to(cls, endpoint: str) -> Self:
        """Send them in batches to a collector, by a thread of its own, over OTLP and HTTP."""
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
        return cls(BatchSpanProcessor(exporter))

    def add(
        self,
        name: str,
        status: int,
        start: float,
        seconds: float,
        facts: Mapping[str, str],
        headers: Mapping[str, str],
        trace: Trace | None,
    ) -> None:
        """A request that has just been answered.

        Args:
            start: when it began, by the counter that the trace has.
            seconds: how long it took.
            facts: its attributes.
            headers: of the request; `traceparent` is the span that it belongs to.
            trace: of the product that answered, where one did.
        """
        epoch = time_ns() - perf_counter_ns()  # of that counter
        began = epoch + int(start * 1e9)
        span = self._tracer.start_span(
            name,
            context=PARENT.extract(headers),
            kind=SpanKind.SERVER,
            attributes={**facts, "http.response.status_code": status},
            start_time=began,
        )
        if status >= SERVER_ERROR:
            span.set_status(Status(StatusCode.ERROR))
        if trace is not None:
            below = set_span_in_context(span)
            for (stage, component, rows_in), rows_out, at, took, error in trace.laps:
                part = self._tracer.start_span(
                    f"{stage} {component}",
                    context=below,
                    attributes={"foryou.rows_in": rows_in, "foryou.rows_out": rows_out},
                    start_time=epoch + at,
                )
                if error is not None:
                    part.set_status(Status(StatusCode.ERROR, error))
                part.end(epoch + at + took)
        span.end(began + int(seconds * 1e9))

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()
