"""Everybody lives through the same days once per policy."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import repeat
from multiprocessing import get_context

from app.settings import Settings
from evaluation.policies.specification import PolicySpec
from evaluation.simulation.plan import Plan
from evaluation.simulation.simulator import TimedEvent, live
from evaluation.simulation.trajectory import Trajectory
from ml import threads
from ml.progress import tracked


@dataclass(frozen=True, slots=True)
class Lived:
    """What became of the panel, and how long it took to find out."""

    diary: Trajectory
    seconds: float


@dataclass(frozen=True)
class Life:
    """One policy's days: a name for it, what comes, who feeds, and who meddles."""

    label: str
    plan: Plan
    contestant: PolicySpec
    meddling: Sequence[TimedEvent] = ()


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
    threads.use_one()
    start = time.perf_counter()
    diary = live(life.plan, settings, life.contestant, life.meddling)
    return Lived(diary, round(time.perf_counter() - start, 1))
