"""Figures as JSON holds them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final

from evaluation.metrics.resample import Figure, Figures
from evaluation.policies.policy import ORACLE, RANDOM

DIGITS: Final = 6

Json = dict[str, Any]  # what JSON can hold


def figure_of(figure: Figure) -> Json:
    low, high = figure.interval
    return {"value": number(figure.value), "low": number(low), "high": number(high)}


def with_share(
    figures: Figures, policies: Mapping[str, Figures], *, interval: bool = False
) -> Json:
    """Figures, each with its `share` of the way from random to the oracle where both are known."""
    start, end = policies.get(RANDOM, {}), policies.get(ORACLE, {})
    found: Json = plain(figures)
    for name in figures.keys() & start.keys() & end.keys():
        share = figures[name].share_of_way(start[name], end[name])
        if share:
            found[name]["share"] = number(share.value)
            if interval:
                low, high = share.interval
                found[name] |= {"share_low": number(low), "share_high": number(high)}
    return found


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
