"""The figures of a benchmark as a page: two pictures, and nothing that needs a network."""

from __future__ import annotations

from html import escape

from evaluation.loadtest.benchmark_report import ABOUT_REST, NAMES, REST, BenchmarkReport, parts
from evaluation.report.numbers import Json
from evaluation.report.parts import plate, section, shell
from evaluation.report.svg import Bar, bars

TITLE = "What does a request cost?"


def page(report: BenchmarkReport) -> str:
    """The whole page."""
    figures = report.figures
    named = [(name, title) for name, title in NAMES.items() if name in figures]
    cost = [
        Bar(title, figures[name]["cpu_micros"], strong=name == "for_you") for name, title in named
    ]
    stages = [row for row in parts(figures) if row["component"] is None]
    about = f"microseconds per request; {REST} is {ABOUT_REST}"
    body = [
        f"<h1>{TITLE}</h1>",
        section("Beside a bare route", plate(bars("CPU", cost, ",.0f"), "microseconds of CPU")),
        section("By part", plate(bars("parts", [_bar(row) for row in stages], ",.0f"), about)),
        section("By component", plate(bars("components", _components(figures), ",.0f"), "µs")),
        section("In numbers", f"<pre>{escape(report.table())}</pre>"),
    ]
    return shell(TITLE, "\n".join(body))


def _bar(row: Json) -> Bar:
    return Bar(row["stage"], row["p50"])


def _components(figures: Json) -> list[Bar]:
    """The dearest first."""
    rows = [row for row in figures["parts"] if row["component"] is not None]
    rows.sort(key=lambda row: -row["p50"])
    return [Bar(f"{row['stage']}: {row['component']}", row["p50"]) for row in rows]
