"""The figures of a benchmark as a page: two pictures, and nothing that needs a network."""

from __future__ import annotations

from html import escape

from evaluation.loadtest.benchmark_report import ABOUT_REST, NAMES, REST, BenchmarkReport, parts
from evaluation.report.numbers import Json
from evaluation.report.parts import plate, section, shell
from evaluation.report.plots import Bar, bars

MICROS = "microseconds per request"
TITLE = "What does a request cost?"


def page(report: BenchmarkReport) -> str:
    """The whole page."""
    figures = report.figures
    named = [(name, title) for name, title in NAMES.items() if name in figures]
    cost = [
        Bar(title, figures[name]["cpu_micros"], strong=name == "for_you") for name, title in named
    ]
    stages = [row for row in parts(figures) if row["component"] is None]
    by_stage, dearest = [_bar(row) for row in stages], _components(figures)
    about = f"{REST} is {ABOUT_REST}"
    body = [
        f"<h1>{TITLE}</h1>",
        section("Beside a bare route", plate(bars("CPU", cost, MICROS, ",.0f"), "of CPU")),
        section("By part", plate(bars("Parts", by_stage, MICROS, ",.0f"), about)),
        section("By component", plate(bars("Parts", dearest, MICROS, ",.0f"), "of each")),
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
