"""The figures of a benchmark as a table: the ratios first, because they travel between machines;
then where the time of an answer goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from evaluation.loadtest.starts import in_words
from evaluation.report.numbers import Json
from evaluation.report.text import text_table

REST: Final = "the rest"
ABOUT_REST: Final = "HTTP, routing, parameters, the log line, and the event log's threads"
RECORDED: Final = (
    "recorded of the version in numpy (34db18b): 1/23 to 1/25 of a bare route's throughput, and "
    "5 to 6 ms of CPU per request beside its 0.23 ms"
)
NAMES: Final = {"for_you": "For You", "bare": "bare route", "before": "version before"}
MEASURED: Final = (
    ("requests/s, at once", "per_second", ",.0f"),
    ("one at a time, p50 ms", "p50", ".2f"),
    ("one at a time, p99 ms", "p99", ".2f"),
    ("CPU of a request, µs", "cpu_micros", ",.0f"),
)


@dataclass(frozen=True, slots=True)
class BenchmarkReport:
    """The figures of a benchmark; it promises nothing, so nothing can be broken."""

    figures: Json
    kept: ClassVar[bool] = True

    def document(self) -> Json:
        return self.figures

    def table(self) -> str:
        """What `bench` found, as people read it."""
        figures, plan, machine = self.figures, self.figures["plan"], self.figures["machine"]
        names = [name for name in NAMES if name in figures]
        ratio = figures["ratio"]
        ratios = [f"1/{ratio['throughput']:.1f}"]
        ratios += [f"{ratio[name]:.1f}×" for name in ("p50", "p99", "cpu_micros")]
        rows = [
            [title, *(f"{figures[name][figure]:{form}}" for name in names), times]
            for (title, figure, form), times in zip(MEASURED, ratios, strict=True)
        ]
        about = (
            f"one worker on {' and '.join(machine['uvicorn'])}, {plan['connections']} connections "
            f"at once, {plan['users']:,} users, median of {plan['rounds']} rounds, a body of "
            f"{figures['body_bytes'] / 1000:.1f} kB; {machine['cpus']} processors, load "
            f"{machine['load_before']:.1f} before; asking took "
            f"{figures['for_you']['client_micros']:.0f} µs of CPU per request"
        )
        before = RECORDED
        if "before" in ratio:
            before = f"the version before takes {ratio['before']:.1f}× the CPU"
        head = ["", *(NAMES[name] for name in names), "times bare"]
        found = figures["starts"]
        started = [in_words(found)] if found else []
        lines = [text_table(head, rows), about, before, *started, "", _parts(parts(figures))]
        return "\n".join(lines)


def parts(figures: Json) -> list[Json]:
    """All parts of a request. Their times are medians, which a busy machine moves least; the rest
    is what is missing to the CPU of the whole."""
    stages = [row for row in figures["parts"] if row["component"] is None]
    rest = figures["for_you"]["cpu_micros"] - sum(row["p50"] for row in stages)
    return [
        *figures["parts"],
        {"stage": REST, "component": None, "p50": rest, "p99": None, "rows": None},
    ]


def _parts(rows: list[Json]) -> str:
    cells = [
        [
            row["stage"] if row["component"] is None else f"  {row['component']}",
            f"{row['p50']:.0f}",
            "" if row["p99"] is None else f"{row['p99']:.0f}",
            "" if row["rows"] is None else f"{row['rows']:.0f}",
        ]
        for row in rows
    ]
    return text_table(["of a request", "p50 µs", "p99 µs", "rows"], cells)
