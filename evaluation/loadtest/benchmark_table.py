"""The figures as a table: the ratios first, because they travel between machines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

Json = dict[str, Any]  # what JSON can hold


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
    head = f"{'':<30}{'For You':>10}{'bare route':>12}{'ratio':>9}"
    rows = [
        _row(
            f"requests/s, {plan['connections']} at once",
            f"{ours['per_second']:,.0f}",
            f"{bare['per_second']:,.0f}",
            f"1/{ratio['throughput']:.1f}",
        ),
        _row("one at a time, p50 ms", *_two(ours, bare, "p50"), f"{ratio['p50']:.1f}×"),
        _row("one at a time, p99 ms", *_two(ours, bare, "p99"), ""),
    ]
    about = (
        f"one worker on {' and '.join(machine['uvicorn'])}, {plan['users']:,} users, median of "
        f"{plan['rounds']} rounds, a body of {figures['body_bytes'] / 1000:.1f} kB; "
        f"{machine['cpus']} processors, load {machine['load_before']:.1f} before"
    )
    return "\n".join([head, *rows, about, "", *_stages(figures["stages"])])


def _row(name: str, ours: str, bare: str, ratio: str) -> str:
    return f"{name:<30}{ours:>10}{bare:>12}{ratio:>9}".rstrip()


def _two(ours: Json, bare: Json, name: str) -> tuple[str, str]:
    return f"{ours[name]:.2f}", f"{bare[name]:.2f}"


def _stages(rows: list[Json]) -> list[str]:
    lines = [f"{'one at a time':<30}{'mean ms':>10}{'p99 ms':>12}{'rows':>9}"]
    for row in rows:
        name = row["stage"] if row["component"] is None else f"  {row['component']}"
        count = "" if row["rows"] is None else f"{row['rows']:.0f}"
        lines.append(f"{name:<30}{row['mean']:>10.3f}{row['p99']:>12.3f}{count:>9}".rstrip())
    return lines
