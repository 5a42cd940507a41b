"""Where the time of a request goes: its components by their traces, and what stands around them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl

from app.api import serializers
from app.api.json_response import PrivateJson
from app.observability.metrics import Metrics
from app.pipeline.trace import Trace
from app.serving.engine import Engine, build_engine
from app.settings import Settings
from evaluation.report.numbers import Json

LIMIT: Final = 10  # tweets on a page
FIGURES: Final = [
    pl.col("micros").median().alias("p50"),
    pl.col("micros").quantile(0.99).alias("p99"),
]


def of_traces(bodies: Sequence[bytes]) -> list[Json]:
    """Microseconds per stage, each followed by its components, in the order in which they ran."""
    return _parts([json.loads(body)["trace"] for body in bodies])


def around(settings: Settings, users: Sequence[str]) -> list[Json]:
    """The same for what is done before and after the product; measured in this process."""
    engine, counted = build_engine(settings), Metrics()
    for _ in range(2):  # the first time warms up
        traces = [_around(engine, user, counted) for user in users]
    return _parts([[span._asdict() for span in trace.spans] for trace in traces])


def _around(engine: Engine, user: str, counted: Metrics) -> Trace:
    product, trace = engine.products["for_you"], Trace()
    trace.begin("hydrate", engine.hydrate, 1)
    query = engine.hydrate.query(user, LIMIT)
    trace.end(1)
    served = product.run(query)
    trace.begin("serialize", served, len(served.batch))
    PrivateJson(serializers.timeline(engine, user, query, served, "benchmark"))
    trace.end(len(served.batch))
    trace.begin("count", counted, len(served.trace.laps))
    counted.trace(served.trace)
    trace.end(len(served.trace.laps))
    return trace


def _parts(traces: Sequence[Sequence[Json]]) -> list[Json]:
    spans = pl.DataFrame(list(_numbered(traces)))
    per_stage = spans.group_by("request", "stage", maintain_order=True).agg(pl.col("micros").sum())
    stages = per_stage.group_by("stage", maintain_order=True).agg(FIGURES)
    components = spans.group_by("stage", "component", maintain_order=True).agg(
        *FIGURES, pl.col("rows_out").mean().alias("rows")
    )
    rows: list[Json] = []
    for stage in stages.to_dicts():
        rows.append({"component": None, **stage, "rows": None})
        rows += components.filter(stage=stage["stage"]).to_dicts()
    return rows


def _numbered(traces: Sequence[Sequence[Json]]) -> Iterator[Json]:
    for request, spans in enumerate(traces):
        for span in spans:
            names = ("stage", "component", "rows_out", "micros")
            yield {"request": request} | {name: span[name] for name in names}
