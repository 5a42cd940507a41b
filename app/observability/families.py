"""The families of metrics: what each counts, and its rows of numbers as Prometheus has them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

ANSWERS: Final = (0.0005, 0.001, 0.002, 0.003, 0.004, 0.006, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5)
STEPS: Final = (0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.1, 1)

Series = tuple[tuple[str, ...], NDArray[np.float64]]
"""The values of the labels, and the row of numbers."""


@dataclass(frozen=True, slots=True, eq=False)  # rows are looked up by its identity
class Counter:
    """A row is one number."""

    name: str
    about: str
    labels: tuple[str, ...] = ()
    width = 1

    def metric(self, series: Iterable[Series]) -> Metric:
        metric = CounterMetricFamily(self.name, self.about, labels=self.labels)
        for values, row in series:
            metric.add_metric(values, row[0])
        return metric


@dataclass(frozen=True, slots=True, eq=False)  # rows are looked up by its identity
class Histogram:
    """A row is a number per bucket, of which the last has no bound, and then the sum."""

    name: str
    about: str
    labels: tuple[str, ...]
    bounds: tuple[float, ...]

    @property
    def width(self) -> int:
        return len(self.bounds) + 2

    def metric(self, series: Iterable[Series]) -> Metric:
        metric = HistogramMetricFamily(self.name, self.about, labels=self.labels)
        bounds = [*map(repr, map(float, self.bounds)), "+Inf"]
        for values, row in series:
            buckets = list(zip(bounds, row[:-1].cumsum().tolist(), strict=True))
            metric.add_metric(values, buckets, row[-1])
        return metric


REQUEST_SECONDS: Final = Histogram(
    "foryou_request_seconds",
    "The time to answer, by what was asked and by the product that answered.",
    ("method", "route", "status", "served_by"),
    ANSWERS,
)
FALLBACKS: Final = Counter("foryou_fallbacks", "Answers of the last resort, after a failure.")
STAGE_SECONDS: Final = Histogram(
    "foryou_stage_seconds",
    "The time that a request spends in a stage of its pipeline.",
    ("stage",),
    STEPS,
)
COMPONENT_SECONDS: Final = Histogram(
    "foryou_component_seconds", "The time of one component.", ("stage", "component"), STEPS
)
COMPONENT_ROWS: Final = Counter(
    "foryou_component_rows",
    "The rows that went into a component and that came out; at the stage `retrieve` these are a "
    "source's candidates.",
    ("stage", "component", "direction"),
)
COMPONENT_FAILURES: Final = Counter(
    "foryou_component_failures", "How often a component failed.", ("stage", "component")
)
LOOP_FAILURES: Final = Counter(
    "foryou_loop_failures",
    "How often a background loop failed; each goes on after that.",
    ("loop",),
)
SERVED: Final = Counter(
    "foryou_served", "Tweets that were served, by the first source that proposed each.", ("source",)
)
ACTIONS: Final = Counter(
    "foryou_actions",
    "What users did with tweets that they were served lately, by the source that served them.",
    ("action", "source"),
)
FAMILIES: Final[tuple[Counter | Histogram, ...]] = (
    REQUEST_SECONDS,
    FALLBACKS,
    STAGE_SECONDS,
    COMPONENT_SECONDS,
    COMPONENT_ROWS,
    COMPONENT_FAILURES,
    LOOP_FAILURES,
    SERVED,
    ACTIONS,
)
