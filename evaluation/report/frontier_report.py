"""What budgets buy: a table for a terminal, data for programs, and a plot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from evaluation.metrics.resample import Figure
from evaluation.report.numbers import Json, plain
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
WIDTH, HEIGHT, LEFT, RIGHT, EDGE = 760, 300, 44, 220, 34
COLOURS: Final = ("#0b6bcb", "#2f855a", "#b7791f")  # readable on white and on black

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
    most = max(points)
    wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - 2 * EDGE

    def at(budget: float, share: float) -> str:
        return f"{LEFT + budget / most * wide:.1f},{HEIGHT - EDGE - share * tall:.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'font-family="system-ui, sans-serif" font-size="13">',
        "<title>What a budget buys</title>",
        "<desc>By budget: the way to the oracle, pages with every source, and pages with three "
        "tweets by one author.</desc>",
        "<style>svg { fill: #5b6672 } "
        "@media (prefers-color-scheme: dark) { svg { fill: #9aa7b4 } }</style>",
        f'<path d="M{at(0, 1)} L{at(0, 0)} L{at(most, 0)}" fill="none" stroke="#9aa7b4"/>',
    ]
    for budget in points:
        x, y = at(budget, 0).split(",")
        if budget == 0 or budget >= 0.01:
            parts.append(
                f'<text x="{x}" y="{float(y) + 18}" text-anchor="middle">{budget:.0%}</text>'
            )
    for share in (0.0, 0.5, 1.0):
        x, y = at(0, share).split(",")
        parts.append(
            f'<text x="{float(x) - 6}" y="{float(y) + 4}" text-anchor="end">{share:.0%}</text>'
        )
    for (name, label), colour in zip(NAMES.items(), COLOURS, strict=True):
        line = [(budget, figures[name].value) for budget, figures in points.items()]
        d = " ".join(at(*one) for one in line)
        x, y = at(*line[-1]).split(",")
        parts.append(
            f'<polyline points="{d}" fill="none" stroke="{colour}" stroke-width="2"/>'
            f'<text x="{float(x) + 8}" y="{float(y) + 4}" fill="{colour}">{label}</text>'
        )
    return "".join([*parts, "</svg>\n"])


def _cell(figure: Figure | None, form: str) -> str:
    if figure is None:
        return "–"
    low, high = figure.interval
    return f"{figure.value:{form}} [{low:{form}}, {high:{form}}]"
