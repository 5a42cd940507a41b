"""Figures as JSON holds them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from evaluation.metrics.resample import Figure

DIGITS: Final = 6

Json = dict[str, Any]  # what JSON can hold


def nested(figures: Mapping[str, Any]) -> Json:
    """Figures at any depth."""
    return {
        name: figure_of(inner) if isinstance(inner, Figure) else nested(inner)
        for name, inner in figures.items()
    }


def figure_of(figure: Figure) -> Json:
    low, high = figure.interval
    return {"value": number(figure.value), "low": number(low), "high": number(high)}


def number(value: float) -> float | None:
    """Rounded, so that the last bit of a sum does not matter; null where there is no number."""
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
