"""What was measured, the bars it is held to, and how people read it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from evaluation.report.numbers import Json
from evaluation.report.text import text_table


@dataclass(frozen=True, slots=True)
class Bar:
    """One promise: what it says, what was found, and whether that keeps it."""

    says: str
    found: str
    kept: bool


@dataclass(frozen=True, slots=True)
class SloReport:
    """Every bar of a command, and the figures behind them."""

    bars: list[Bar]
    figures: Json
    notes: list[str] = field(default_factory=list)

    @property
    def kept(self) -> bool:
        return all(bar.kept for bar in self.bars)

    def table(self) -> str:
        """A line per bar."""
        rows = [[bar.says, bar.found, "kept" if bar.kept else "BROKEN"] for bar in self.bars]
        return "\n".join([text_table(["promise", "found", ""], rows), *self.notes])

    def document(self) -> Json:
        """As JSON holds it, with the machine it was taken on."""
        bars = [{"says": bar.says, "found": bar.found, "kept": bar.kept} for bar in self.bars]
        machine = {"cpus": os.cpu_count(), "load": os.getloadavg()[0]}
        return {"format": 1, "bars": bars, "figures": self.figures, "machine": machine}


def quantiles(millis: ArrayLike) -> Json:
    """The middle and the tail of some durations."""
    p50, p99, most = np.quantile(np.asarray(millis, np.float64), [0.5, 0.99, 1])
    return {"count": int(np.size(millis)), "p50": p50, "p99": p99, "max": most}


def spread(name: str, found: Json) -> str:
    """Quantiles as a line of notes."""
    return f"  {name}: p50 {found['p50']:.1f} ms, p99 {found['p99']:.1f} ms ({found['count']})"


def most(says: str, found: float, limit: float, unit: str = "") -> Bar:
    """What may be no more than a limit."""
    return Bar(f"{says} ≤ {limit:,g}{unit}", f"{found:,.4g}{unit}", bool(found <= limit))


def least(says: str, found: float, limit: float, unit: str = "") -> Bar:
    """What must be no less than a limit."""
    return Bar(f"{says} ≥ {limit:,g}{unit}", f"{found:,.7g}{unit}", bool(found >= limit))


def none(says: str, faults: int) -> Bar:
    """What must not have happened."""
    return Bar(f"{says}: 0", f"{faults:,}", faults == 0)
