"""Prometheus metrics of requests and of pipeline components: a request adds to rows of numbers,
which become series when somebody collects them.

One process keeps its numbers in memory. Several that answer at one address keep them together in
the folder that `PROMETHEUS_MULTIPROC_DIR` names.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Metric, ProcessCollector
from prometheus_client.registry import Collector

from app.observability.counts import Counts, OwnCounts, Row, SharedCounts
from app.observability.families import (
    ACTIONS,
    ANSWERS,
    FALLBACKS,
    FAMILIES,
    LOOP_FAILURES,
    REQUEST_SECONDS,
    SERVED,
    Counter,
    Histogram,
)
from app.observability.trace_counts import TraceCounts
from app.pipeline.trace import Trace

SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
FALLBACK: Final = "fallback"  # the product that answers where another failed


class Metrics(Collector):
    """The numbers of one application."""

    def __init__(self) -> None:
        folder = os.environ.get(SHARED)
        self._counts: Counts = OwnCounts() if folder is None else SharedCounts(Path(folder))
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        if folder is None:
            ProcessCollector(registry=self._registry)
        self._row = cache(self._new_row)
        self._traces = TraceCounts(self._counts)
        self._row(FALLBACKS)

    def request(self, method: str, route: str, status: int, served_by: str, seconds: float) -> None:
        """Count an answer."""
        row = self._row(REQUEST_SECONDS, method, route, str(status), served_by)
        row[bisect_left(ANSWERS, seconds)] += 1
        row[-1] += seconds
        if served_by == FALLBACK:
            self._row(FALLBACKS)[0] += 1

    def trace(self, trace: Trace) -> None:
        """Count what every component did for one request."""
        self._traces.add(trace)

    def loop_failed(self, loop: str) -> None:
        """Count a failure of a background loop."""
        self._row(LOOP_FAILURES, loop)[0] += 1

    def served(self, sources: Sequence[str]) -> None:
        """Count tweets that were served, by the source of each."""
        for source in {*sources}:
            self._row(SERVED, source)[0] += sources.count(source)

    def acted(self, action: str, source: str) -> None:
        """Count what somebody did with a tweet that they were served."""
        self._row(ACTIONS, action, source)[0] += 1

    def collected(self) -> CollectorRegistry:
        """The counts of this process, or of all processes that answer at this address."""
        return self._registry

    def collect(self) -> Iterable[Metric]:
        rows = self._counts.rows()
        for family in FAMILIES:
            yield family.metric(
                (key[1:], row) for key, row in rows.items() if key[0] == family.name
            )

    def _new_row(self, family: Counter | Histogram, *labels: str) -> Row:
        return self._counts.row((family.name, *labels), family.width)
