"""Prometheus metrics of requests and of pipeline components.

One process keeps its numbers in memory. Several that answer at one address keep them together in
the folder that `PROMETHEUS_MULTIPROC_DIR` names.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.multiprocess import MultiProcessCollector

from app.pipeline.trace import Trace

SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
FALLBACK: Final = "fallback"  # the product that answers where another failed
ANSWERS: Final = (0.0005, 0.001, 0.002, 0.003, 0.004, 0.006, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5)
STEPS: Final = (0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.1, 1)

# The library has no types for these two. When each series began is one more, for nobody.
disable_created_metrics()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class _Component:
    """The series of one component at one stage, looked up once."""

    seconds: Histogram
    rows_in: Counter
    rows_out: Counter
    failures: Counter


class Metrics:
    """The numbers of one application."""

    def __init__(self) -> None:
        self._own = own = CollectorRegistry(auto_describe=False)
        self._requests = Histogram(
            "foryou_request_seconds",
            "The time to answer, by what was asked and by the product that answered.",
            ["method", "route", "status", "served_by"],
            buckets=ANSWERS,
            registry=own,
        )
        self._fallbacks = Counter(
            "foryou_fallbacks", "Answers of the last resort, after a failure.", registry=own
        )
        self._stages = Histogram(
            "foryou_stage_seconds",
            "The time that a request spends in a stage of its pipeline.",
            ["stage"],
            buckets=STEPS,
            registry=own,
        )
        self._seconds = Histogram(
            "foryou_component_seconds",
            "The time of one component.",
            ["stage", "component"],
            buckets=STEPS,
            registry=own,
        )
        self._rows = Counter(
            "foryou_component_rows",
            "The rows that went into a component and that came out; at the stage `retrieve` these "
            "are a source's candidates.",
            ["stage", "component", "direction"],
            registry=own,
        )
        self._failures = Counter(
            "foryou_component_failures",
            "How often a component failed.",
            ["stage", "component"],
            registry=own,
        )
        self._loops = Counter(
            "foryou_loop_failures",
            "How often a background loop failed; each goes on after that.",
            ["loop"],
            registry=own,
        )
        self._stage = cache(self._stages.labels)  # looking up costs as much as counting
        self._component = cache(self._series)
        if SHARED not in os.environ:
            ProcessCollector(registry=own)

    def request(self, method: str, route: str, status: int, served_by: str, seconds: float) -> None:
        """Count an answer."""
        self._requests.labels(method, route, str(status), served_by).observe(seconds)
        if served_by == FALLBACK:
            self._fallbacks.inc()

    def trace(self, trace: Trace) -> None:
        """Count what every component did for one request."""
        stages: dict[str, float] = {}
        for span in trace.spans:
            seconds = span.micros / 1e6
            stages[span.stage] = stages.get(span.stage, 0.0) + seconds
            component = self._component(span.stage, span.component)
            component.seconds.observe(seconds)
            component.rows_in.inc(span.rows_in)
            component.rows_out.inc(span.rows_out)
            if span.error is not None:
                component.failures.inc()
        for stage, seconds in stages.items():
            self._stage(stage).observe(seconds)

    def loop_failed(self, loop: str) -> None:
        """Count a failure of a background loop."""
        self._loops.labels(loop).inc()

    def collected(self) -> CollectorRegistry:
        """The counts of this process, or of all processes that answer at this address."""
        if SHARED not in os.environ:
            return self._own
        everybody = CollectorRegistry(auto_describe=False)
        MultiProcessCollector(everybody)  # type: ignore[no-untyped-call]
        return everybody

    def _series(self, stage: str, component: str) -> _Component:
        return _Component(
            self._seconds.labels(stage, component),
            self._rows.labels(stage, component, "in"),
            self._rows.labels(stage, component, "out"),
            self._failures.labels(stage, component),
        )
