"""Everybody lives through the same days once per policy."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import repeat
from multiprocessing import get_context

import torch

from app.settings import Settings
from evaluation.metrics.resample import Figure, resample
from evaluation.policies.specification import PolicySpec
from evaluation.simulation.figures import Reader
from evaluation.simulation.plan import Plan
from evaluation.simulation.simulator import TimedEvent, live
from evaluation.simulation.trajectory import Trajectory
from ml.progress import tracked


@dataclass(frozen=True, slots=True)
class Lived:
    """What became of the panel, and how long it took to find out."""

    diary: Trajectory
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """Figures by policy."""

    plan: Plan
    figures: dict[str, dict[str, Figure]]
    by_day: dict[str, dict[str, list[Figure]]]
    seconds: dict[str, float] = field(default_factory=dict)

    def ahead(self, reference: str) -> dict[str, dict[str, Figure]]:
        """By how much the reference is above each other policy."""
        base = self.figures[reference]
        return {
            label: {name: base[name] - figure for name, figure in figures.items()}
            for label, figures in self.figures.items()
            if label != reference
        }


@dataclass(frozen=True)
class Life:
    """One policy's days: a name for it, what comes, who feeds, and who meddles."""

    label: str
    plan: Plan
    contestant: PolicySpec
    meddling: Sequence[TimedEvent] = ()


def read(lived: Mapping[str, Lived], plan: Plan) -> Outcome:
    """The figures of those who lived the same days."""
    reader = Reader(plan, resample(len(plan.panel)))
    return Outcome(
        plan,
        {label: reader.figures(one.diary) for label, one in lived.items()},
        {label: reader.by_day(one.diary) for label, one in lived.items()},
        {label: one.seconds for label, one in lived.items()},
    )


def live_all(lives: Sequence[Life], settings: Settings, workers: int = 1) -> dict[str, Lived]:
    """Each with its own copy of the world; the same, however many work at it at once."""
    with ExitStack() as stack:
        each: Callable[..., Iterable[Lived]] = map
        if workers > 1:
            pool = ProcessPoolExecutor(workers, get_context("spawn"))
            each = stack.enter_context(pool).map
        lived = tracked(each(_live, lives, repeat(settings)), "simulation", "policies", len(lives))
        return {life.label: one for life, one in zip(lives, lived, strict=True)}


def _live(life: Life, settings: Settings) -> Lived:
    torch.set_num_threads(1)
    start = time.perf_counter()
    diary = live(life.plan, settings, life.contestant, life.meddling)
    return Lived(diary, round(time.perf_counter() - start, 1))
