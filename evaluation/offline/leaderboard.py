"""Is the product better than one line of SQL? Asked on the last tenth before the bundle's cut.

That part must not have been learned from: the ranker is only calibrated on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from app.settings import Settings
from evaluation.metrics.resample import Figure, Figures, resample
from evaluation.metrics.slate_metrics import SlateMetrics
from evaluation.offline import requests
from evaluation.offline.dataset import SPLIT, TEMPORAL, Dataset
from evaluation.offline.replay_evaluation import ReplayEnvironment, ask
from evaluation.policies import registry
from evaluation.policies.policy import ORACLE, PRODUCT, Policy
from evaluation.report.numbers import number
from evaluation.truth import Truth
from ml import memory
from ml.actions import ENGAGEMENTS
from ml.bundle import Bundle
from ml.bundle.leaderboard import Leaderboard, Standing
from ml.dataset.tables import Tables
from ml.state.updates import tables_to_events
from ml.state.updates.last_reading import LastReading
from ml.training import crossfit, exposure

PART: Final = 0.1  # of the interactions before the cut
MOST: Final = 1_000  # visits
BY_TRUTH: Final = "value@10"
BY_LOG: Final = ("ndcg@10", "recall@20")
ERRORS: Final = 3.0  # beyond so many standard errors it is not chance: ten figures are compared


def leaderboard(bundle: Bundle, tables: Tables, data: Path, settings: Settings) -> Leaderboard:
    """The product beside simple policies on the last tenth before the bundle's cut.

    Args:
        bundle: what the product serves with.
        tables: those that it was trained on.
        data: their folder; the planted truth beside them decides, where there is one.
    """
    dataset = held_out_before_the_cut(bundle, tables, data)
    is_biased = dataset.truth is None and exposure.is_logged(dataset.known)
    known, dataset = LastReading(dataset.known), dataset.without_log()
    del tables  # the log is as large as the state
    memory.give_back()
    stage = ReplayEnvironment.set(dataset, settings, bundle, known)
    visits = requests.of(dataset, MOST)
    judge = compared(stage, visits, registry.simple_policies(stage.engine, dataset))
    metrics = [BY_TRUTH, *BY_LOG] if dataset.truth else BY_LOG
    timed = dataset.protocol == TEMPORAL
    return Leaderboard(
        since=dataset.cut if timed else 0,
        until=bundle.manifest.as_of if timed else 0,
        visits=len(visits),
        decided_by=metrics[0],
        is_biased=is_biased,
        standings=standings({name: judge.judged(name) for name in judge.asked.slates}, metrics),
    )


def compared(
    stage: ReplayEnvironment, visits: requests.Requests, policies: Mapping[str, Policy]
) -> SlateMetrics:
    """All of these policies asked at all of these visits."""
    return SlateMetrics(stage.dataset, ask(stage, visits, policies), resample(len(visits)))


def standings(figures: Mapping[str, Figures], metrics: Sequence[str]) -> list[Standing]:
    """One per policy and metric, the product first; what knows the truth cannot be lost to."""
    return [
        _standing(name, metric, by[metric], figures[PRODUCT][metric])
        for metric in metrics
        for name, by in figures.items()
    ]


def held_out_before_the_cut(bundle: Bundle, tables: Tables, data: Path) -> Dataset:
    """Everything before the cut, its last tenth held out; without times, one of the folds that the
    models were not fitted on."""
    users, tweets = tables_to_events.catalog(tables)
    events = tables_to_events.events(tables, users, tweets)
    name, planted = data.resolve().name, Truth.read(data / "truth", users, tweets)
    if tables.has_times:
        known = events.before(bundle.manifest.as_of)
        engaged = known.at[np.isin(known.action, ENGAGEMENTS)]
        since = int(np.quantile(engaged, 1 - PART)) if len(engaged) else bundle.manifest.as_of
        later = known[known.at >= since]
        return Dataset(name, tables, users, tweets, known, later, since, TEMPORAL, planted)
    mine = (events.tweet >= 0) & np.isin(events.action, ENGAGEMENTS)
    mine &= crossfit.fold_of(events.user, events.tweet) == crossfit.CALIBRATION_FOLD
    cut = int(events.at.max(initial=0))
    later = replace(events[mine], at=np.full(int(mine.sum()), cut))
    return Dataset(name, tables, users, tweets, events[~mine], later, cut, SPLIT, planted)


def _standing(name: str, metric: str, figure: Figure, product: Figure) -> Standing:
    ahead = product - figure
    (low, high), (ahead_low, ahead_high) = figure.interval, ahead.interval
    return Standing(
        policy=name,
        metric=metric,
        value=number(figure.value),
        low=number(low),
        high=number(high),
        ahead=number(ahead.value),
        ahead_low=number(ahead_low),
        ahead_high=number(ahead_high),
        loses=name not in (PRODUCT, ORACLE) and ahead.value < 0 and ahead.beyond(ERRORS),
    )
