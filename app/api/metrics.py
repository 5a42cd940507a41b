"""GET /metrics: the metrics that Prometheus collects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector

from app.api.dependencies import EngineInUse, MetricsInUse
from app.schemas.parameters import NoParameters
from app.serving.engine import Engine

router = APIRouter(tags=["operations"])


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(
    _: Annotated[NoParameters, Query()], engine: EngineInUse, counted: MetricsInUse
) -> PlainTextResponse:
    """Counts and latencies of requests, stages, components and failures, and the bundle that is
    served."""
    # Not async, so that it runs in a thread: reading the counts of several processes takes a while.
    served = CollectorRegistry(auto_describe=False)
    served.register(Served(engine))
    page = generate_latest(served) + generate_latest(counted.collected())
    return PlainTextResponse(page, media_type=CONTENT_TYPE_PLAIN_0_0_4)


@dataclass(frozen=True, slots=True, eq=False)  # a registry hashes its collectors
class Served(Collector):
    """Gauges of the bundle and data that are served; every process reports the same values."""

    engine: Engine

    def collect(self) -> Iterable[Metric]:
        engine = self.engine
        ranker = type(engine.products["for_you"].mixer.scoring.ranker).__name__
        facts = {"version": engine.model_version, "ranker": ranker, "clock": engine.clock.mode}
        yield InfoMetricFamily("foryou_bundle", "What ranks, and by which clock.", facts)
        missing = GaugeMetricFamily(
            "foryou_missing", "A model that is not there, and so takes no part.", labels=["part"]
        )
        for part in engine.missing:
            missing.add_metric([part], 1)
        yield missing
        if engine.bundle:
            yield GaugeMetricFamily(
                "foryou_bundle_as_of_seconds",
                "The newest thing that the bundle has learned from, in unix time.",
                engine.bundle.manifest.as_of,
            )
        yield GaugeMetricFamily(
            "foryou_clock_seconds", "What time it is in here, in unix time.", engine.clock.now()
        )
        yield GaugeMetricFamily("foryou_users", "Who is known.", len(engine.state.users))
        yield GaugeMetricFamily("foryou_tweets", "What is known.", len(engine.state.tweets))
