"""What budgets buy: a table for a terminal, data for programs, and a plot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from evaluation.metrics.resample import Figure
from evaluation.report.numbers import Json, plain
from evaluation.report.plots import alone, lines
from evaluation.report.text import text_table

COLUMNS: Final = {  # how each figure is written
    "way": ".1%",
    "lost": ".2%",
    "all sources": ".0%",
    "authors": ".0%",
    "topics": ".2f",
}
NAMES: Final = {
    "way": "of the way to the oracle",
    "all sources": "pages with every source",
    "authors": "pages with three by one author",
}
ABOUT: Final = (
    "By budget: the way to the oracle, pages with every source, and pages with three tweets by one "
    "author."
)

Points = Mapping[float, Mapping[str, Figure]]


def document(points: Points) -> Json:
    """By budget, then by figure."""
    return {"frontier": {f"{budget:g}": plain(figures) for budget, figures in points.items()}}


def table(points: Points) -> str:
    """One row per budget; each figure with its 95 % interval."""
    rows = [
        [f"{budget:.1%}", *(_cell(figures.get(name), form) for name, form in COLUMNS.items())]
        for budget, figures in points.items()
    ]
    header = ["budget", "way", "lost", "all sources", "3 by one author", "topics"]
    return text_table(header, rows)


def plot(points: Points) -> str:
    """The same as a picture that stands alone: SVG."""
    series = {
        label: [100 * figures[name].value for figures in points.values()]
        for name, label in NAMES.items()
    }
    budgets = [100 * budget for budget in points]
    across = "budget of a page, % of its value"
    return alone(lines("What a budget buys", series, across, "%", budgets), ABOUT)


def _cell(figure: Figure | None, form: str) -> str:
    if figure is None:
        return "–"
    low, high = figure.interval
    return f"{figure.value:{form}} [{low:{form}}, {high:{form}}]"
