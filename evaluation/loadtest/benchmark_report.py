"""The figures as a table: the ratios first, because they travel between machines; then where the
time of an answer goes, from the traces that answers carry."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from evaluation.loadtest.closed_loop_load import Run
from evaluation.report.numbers import Json
from evaluation.report.text import text_table

OUTSIDE: Final = "outside"  # HTTP, ids to rows and back, JSON
MILLIS: Final = [
    pl.col("millis").mean().alias("mean"),
    pl.col("millis").quantile(0.99).alias("p99"),
]


@dataclass(frozen=True, slots=True)
class BenchmarkReport:
    """The figures of a benchmark; it promises nothing, so nothing can be broken."""

    figures: Json
    kept: ClassVar[bool] = True

    def document(self) -> Json:
        return self.figures

    def table(self) -> str:
        """What `bench` found, as people read it."""
        ratio, ours, bare = (self.figures[name] for name in ("ratio", "for_you", "bare"))
        plan, machine = self.figures["plan"], self.figures["machine"]
        rows = [
            _row(f"requests/s, {plan['connections']} at once", ours, bare, "per_second", ",.0f"),
            _row("one at a time, p50 ms", ours, bare, "p50", ".2f"),
            _row("one at a time, p99 ms", ours, bare, "p99", ".2f"),
        ]
        ratios = [f"1/{ratio['throughput']:.1f}", f"{ratio['p50']:.1f}×", ""]
        about = (
            f"one worker on {' and '.join(machine['uvicorn'])}, {plan['users']:,} users, median of "
            f"{plan['rounds']} rounds, a body of {self.figures['body_bytes'] / 1000:.1f} kB; "
            f"{machine['cpus']} processors, load {machine['load_before']:.1f} before"
        )
        compared = [[*row, ratio] for row, ratio in zip(rows, ratios, strict=True)]
        table = text_table(["", "For You", "bare route", "ratio"], compared)
        return "\n".join([table, about, "", _stages(self.figures["stages"])])


def _row(title: str, ours: Json, bare: Json, name: str, form: str) -> list[str]:
    return [title, f"{ours[name]:{form}}", f"{bare[name]:{form}}"]


def _stages(stages: list[Json]) -> str:
    rows = [
        [
            row["stage"] if row["component"] is None else f"  {row['component']}",
            f"{row['mean']:.3f}",
            f"{row['p99']:.3f}",
            "" if row["rows"] is None else f"{row['rows']:.0f}",
        ]
        for row in stages
    ]
    return text_table(["one at a time", "mean ms", "p99 ms", "rows"], rows)


def spent(explained: Run) -> list[Json]:
    """Milliseconds per stage, each followed by its components, in the order in which they ran."""
    spans = _spans(explained.bodies)
    inside = spans.group_by("request").agg(pl.col("millis").sum()).sort("request")["millis"]
    outside = pl.DataFrame({"stage": OUTSIDE, "millis": explained.millis - inside.to_numpy()})
    stages = pl.concat([_sum(spans), outside]).group_by("stage", maintain_order=True).agg(MILLIS)
    parts = spans.group_by("stage", "component", maintain_order=True)
    components = parts.agg(*MILLIS, pl.col("rows_out").mean().alias("rows"))
    rows: list[Json] = []
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
