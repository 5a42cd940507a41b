"""Everybody lives through the same days once per policy."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context

import numpy as np
import torch

from app.settings import Settings
from evaluation.metrics.resample import Figure, resample
from evaluation.policies.specification import PolicySpec
from evaluation.simulation.figures import Reader
from evaluation.simulation.plan import Plan
from evaluation.simulation.simulator import Tick, TimedEvent, live
from evaluation.simulation.trajectory import Trajectory
from ml.bundle import load_state
from ml.progress import progress


@dataclass(frozen=True, slots=True)
class Lived:
    """What became of the panel, and how long it took to find out."""

    diary: Trajectory
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """Figures by policy."""

    plan: Plan
    diaries: dict[str, Trajectory]
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


def read(lived: Mapping[str, Lived], plan: Plan, settings: Settings) -> Outcome:
    """The figures of those who lived the same days."""
    reader = reader_of(plan, settings)
    diaries = {label: one.diary for label, one in lived.items()}
    return Outcome(
        plan,
        diaries,
        {label: reader.figures(diary) for label, diary in diaries.items()},
        {label: reader.by_day(diary) for label, diary in diaries.items()},
        {label: one.seconds for label, one in lived.items()},
    )


def reader_of(plan: Plan, settings: Settings) -> Reader:
    """Who reads the diaries of a plan."""
    return Reader(plan, _allow_nsfw(plan, settings), resample(len(plan.panel)))


def _allow_nsfw(plan: Plan, settings: Settings) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Who of the panel asked for nudity."""
    state = load_state(settings.artifacts)
    assert state is not None
    ids = plan.world.users.user_id[plan.panel]
    allows = dict(zip(plan.onward.users["user_id"], plan.onward.users["sensitive_ok"], strict=True))
    known = [state.users.ids.row(str(id_)) for id_ in ids]
    return np.array(
        [
            bool(allows.get(id_, False)) if row is None else bool(state.users.sensitive_ok[row])
            for id_, row in zip(ids.tolist(), known, strict=True)
        ]
    )


def live_all(lives: Sequence[Life], settings: Settings, workers: int = 1) -> dict[str, Lived]:
    """Each with its own copy of the world; the same, however many work at it at once."""
    if workers <= 1:
        lived = []
        for life in lives:
            with _bar(life) as tick:
                lived.append(_live(life, settings, tick))
    else:
        with (
            ProcessPoolExecutor(workers, get_context("spawn")) as pool,
            progress(len(lives), "simulation", "policies") as shown,
        ):
            waiting = [pool.submit(_live, life, settings) for life in lives]
            for one in waiting:
                one.add_done_callback(lambda _: shown.update())
            lived = [one.result() for one in waiting]
    return {life.label: one for life, one in zip(lives, lived, strict=True)}


def _live(life: Life, settings: Settings, tick: Tick = lambda _: None) -> Lived:
    torch.set_num_threads(1)
    start = time.perf_counter()
    diary = live(life.plan, settings, life.contestant, tick, life.meddling)
    return Lived(diary, round(time.perf_counter() - start, 1))


@contextmanager
def _bar(life: Life) -> Iterator[Tick]:
    """How far the days of one policy are."""
    total = life.plan.onward.until - life.plan.onward.since
    with progress(total, life.label, "seconds") as shown:
        done = 0

        def tick(now: int) -> None:
            nonlocal done
            shown.update(now - done)
            done = now

        yield tick
