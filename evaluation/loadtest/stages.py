"""Where the time of an answer goes, from the traces that answers carry."""

from __future__ import annotations

import json
from typing import Any, Final

import polars as pl

from evaluation.loadtest.closed_loop_load import Run

OUTSIDE: Final = "outside"  # HTTP, ids to rows and back, JSON
MILLIS: Final = [
    pl.col("millis").mean().alias("mean"),
    pl.col("millis").quantile(0.99).alias("p99"),
]


def spent(explained: Run) -> list[dict[str, Any]]:
    """Milliseconds per stage, each followed by its components, in the order in which they ran."""
    spans = _spans(explained.bodies)
    inside = spans.group_by("request").agg(pl.col("millis").sum()).sort("request")["millis"]
    outside = pl.DataFrame({"stage": OUTSIDE, "millis": explained.millis - inside.to_numpy()})
    stages = pl.concat([_sum(spans), outside]).group_by("stage", maintain_order=True).agg(MILLIS)
    parts = spans.group_by("stage", "component", maintain_order=True)
    components = parts.agg(*MILLIS, pl.col("rows_out").mean().alias("rows"))
    rows: list[dict[str, Any]] = []
    for stage in stages.to_dicts():
        rows.append({"stage": stage["stage"], "component": None, **stage, "rows": None})
        rows += components.filter(stage=stage["stage"]).to_dicts()
    return rows


def _spans(bodies: list[bytes]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"request": request, **span, "millis": span["micros"] / 1000}
            for request, body in enumerate(bodies)
            for span in json.loads(body)["trace"]
        ]
    )


def _sum(spans: pl.DataFrame) -> pl.DataFrame:
    """What each request spent in each stage."""
    whole = spans.group_by("request", "stage", maintain_order=True).agg(pl.col("millis").sum())
    return whole.select("stage", "millis")
