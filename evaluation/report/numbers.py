"""Figures as JSON holds them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final

from evaluation.metrics.resample import Figure

DIGITS: Final = 6

Json = dict[str, Any]  # what JSON can hold


def figure_of(figure: Figure) -> Json:
    low, high = figure.interval
    return {"value": number(figure.value), "low": number(low), "high": number(high)}


def number(value: float) -> float | None:
    """Rounded, so that the last bit of a sum does not matter; null where there is no number."""
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None


def plain(value: Any) -> Any:  # what JSON can hold
    """Figures at any depth, among other things."""
    if isinstance(value, Figure):
        return figure_of(value)
    if isinstance(value, Mapping):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return number(value) if isinstance(value, float) else value


def written(report: Json) -> str:
    """A report as it stands in its file."""
    return json.dumps(report, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
