"""The figures as a table: the ratios first, because they travel between machines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from evaluation.report.numbers import Json
from evaluation.report.text import text_table


@dataclass(frozen=True, slots=True)
class BenchmarkReport:
    """The figures of a benchmark; it promises nothing, so nothing can be broken."""

    figures: Json
    kept: ClassVar[bool] = True

    def table(self) -> str:
        return table(self.figures)

    def document(self) -> Json:
        return self.figures


def table(figures: Json) -> str:
    """What `bench` found, as people read it."""
    ratio, ours, bare = figures["ratio"], figures["for_you"], figures["bare"]
    plan, machine = figures["plan"], figures["machine"]
    rows = [
        [
            f"requests/s, {plan['connections']} at once",
            f"{ours['per_second']:,.0f}",
            f"{bare['per_second']:,.0f}",
            f"1/{ratio['throughput']:.1f}",
        ],
        ["one at a time, p50 ms", *_two(ours, bare, "p50"), f"{ratio['p50']:.1f}×"],
        ["one at a time, p99 ms", *_two(ours, bare, "p99"), ""],
    ]
    about = (
        f"one worker on {' and '.join(machine['uvicorn'])}, {plan['users']:,} users, median of "
        f"{plan['rounds']} rounds, a body of {figures['body_bytes'] / 1000:.1f} kB; "
        f"{machine['cpus']} processors, load {machine['load_before']:.1f} before"
    )
    return "\n".join(
        [text_table(["", "For You", "bare route", "ratio"], rows), about, "", _stages(figures)]
    )


def _two(ours: Json, bare: Json, name: str) -> tuple[str, str]:
    return f"{ours[name]:.2f}", f"{bare[name]:.2f}"


def _stages(figures: Json) -> str:
    rows = [
        [
            row["stage"] if row["component"] is None else f"  {row['component']}",
            f"{row['mean']:.3f}",
            f"{row['p99']:.3f}",
            "" if row["rows"] is None else f"{row['rows']:.0f}",
        ]
        for row in figures["stages"]
    ]
    return text_table(["one at a time", "mean ms", "p99 ms", "rows"], rows)
