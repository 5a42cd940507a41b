"""Plots as text: inline SVG in the page's own colours, sharp at any size and in any light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

import numpy as np

from evaluation.report.style import LINES

WIDTH: Final = 640
ROW: Final = 26
LABEL: Final = 215  # room for names on the left
VALUE: Final = 66  # room for numbers on the right
SQUARE: Final = 220  # the side of a reliability curve
EDGE: Final = 30
TALL: Final = 240  # of a plot over time
NAME: Final = 18  # the height of one of its names


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart; `low` and `high` are its interval. Without a value it has no bar."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    strong: bool = False  # the one that the chart is about


def bars(title: str, rows: Sequence[Bar], form: str = ".3f") -> str:
    """Horizontal bars from zero, which may lie inside, each with its interval as a line."""
    ends = [x for row in rows for x in (row.value, row.low, row.high) if x is not None]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    scale = (WIDTH - LABEL - VALUE) / ((high - low) or 1)

    def x(value: float) -> float:
        return LABEL + (value - low) * scale

    parts = []
    for place, row in enumerate(rows):
        top, middle = place * ROW, (place + 0.5) * ROW
        left, right = sorted((x(0), x(row.value or 0)))
        number = "–" if row.value is None else f"{row.value:{form}}"
        parts.append(
            f'<text x="{LABEL - 8}" y="{middle + 4:.1f}" class="name">{escape(row.label)}</text>'
            f'<rect x="{left:.1f}" y="{top + 5}" width="{max(right - left, 1):.1f}" '
            f'height="{ROW - 10}" class="{"strong" if row.strong else "bar"}"/>'
            f'<text x="{WIDTH - VALUE + 8}" y="{middle + 4:.1f}">{number}</text>'
        )
        if row.low is not None and row.high is not None:
            parts.append(_line(x(row.low), middle, x(row.high), middle, "interval"))
    height = ROW * len(rows)
    parts.append(_line(x(0), 0, x(0), height, "axis"))
    return _svg(title, WIDTH, height, parts)


def curve(title: str, predicted: Sequence[float], observed: Sequence[Bar]) -> str:
    """Predicted against observed rates with intervals; the diagonal is the truth."""
    known = [(p, bar) for p, bar in zip(predicted, observed, strict=True) if bar.value is not None]
    most = max([*predicted, *(bar.high or bar.value or 0 for _, bar in known)], default=1) or 1
    scale = (SQUARE - EDGE - 8) / most

    def x(value: float) -> float:
        return EDGE + value * scale

    def y(value: float) -> float:
        return SQUARE - EDGE - value * scale

    parts = [_line(x(0), y(0), x(most), y(most), "axis")]
    for p, bar in known:
        if bar.low is not None and bar.high is not None:
            parts.append(_line(x(p), y(bar.low), x(p), y(bar.high), "interval"))
        parts.append(
            f'<circle cx="{x(p):.1f}" cy="{y(bar.value or 0):.1f}" r="3.5" class="strong"/>'
        )
    parts.append(f'<text x="{EDGE}" y="{SQUARE - 8}">predicted, up to {most:.3f}</text>')
    return _svg(title, SQUARE, SQUARE, parts)


def lines(title: str, series: Sequence[tuple[str, Sequence[float]]], form: str = ".3f") -> str:
    """Values over steps of time, one line each; their names on the right, the highest end first."""
    values = [value for _, line in series for value in line]
    low, high = min([0.0, *values]), max(values, default=1.0) or 1.0
    steps = max((len(line) for _, line in series), default=1)
    wide, tall = (WIDTH - EDGE - LABEL) / max(steps - 1, 1), TALL - 2 * EDGE

    def y(value: float) -> float:
        return TALL - EDGE - (value - low) / ((high - low) or 1) * tall

    parts = [_line(EDGE, y(low), WIDTH - LABEL, y(low), "axis")]
    ends = [line[-1] if line else 0.0 for _, line in series]
    ranks = {place: rank for rank, place in enumerate(np.argsort(ends)[::-1].tolist())}
    for place, (name, line) in enumerate(series):
        points = " ".join(f"{EDGE + step * wide:.1f},{y(v):.1f}" for step, v in enumerate(line))
        colour = place % len(LINES)
        parts.append(
            f'<polyline points="{points}" class="line{colour}"/>'
            f'<text x="{WIDTH - LABEL + 8}" y="{14 + NAME * ranks[place]}" class="name{colour}">'
            f"{escape(name)} {ends[place]:{form}}</text>"
        )
    parts.append(f'<text x="{EDGE}" y="{TALL - 8}">1</text>')
    parts.append(f'<text x="{WIDTH - LABEL - 14}" y="{TALL - 8}">{steps}</text>')
    return _svg(title, WIDTH, TALL, parts)


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def _svg(title: str, width: int, height: int, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" style="max-width:{width}px">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )
