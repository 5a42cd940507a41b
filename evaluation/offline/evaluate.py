"""The whole evaluation, in the order in which it happens."""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.settings import Settings
from evaluation.metrics.resample import Figures, resample
from evaluation.metrics.slate_metrics import SlateMetrics
from evaluation.offline import ablation, breakdown, dataset, heads, held_out, requests, safety
from evaluation.offline.ablation import Earned
from evaluation.offline.breakdown import Breakdown
from evaluation.offline.dataset import TEMPORAL, Dataset
from evaluation.offline.heads import HeadReport
from evaluation.offline.replay_evaluation import ReplayEnvironment, ask
from evaluation.offline.requests import Requests
from evaluation.offline.safety import SafetyReport
from evaluation.policies import logistic, registry, simple
from evaluation.policies.policy import ORACLE, PRODUCT, Best, Policy
from evaluation.policies.product import Funnel, Product
from ml.actions import Action
from ml.bundle import Bundle
from ml.dataset import tables as tables_on_disk
from ml.dataset.tables import Tables

ABLATION_CELLS: Final = 20_000_000  # visits times tweets, so that ablation ends in any world
BREAKDOWN: Final = (PRODUCT, "logistic", "heuristic", "following", "popular", "random", "oracle")


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that the report is made of."""

    dataset: Dataset
    bundle: Bundle
    settings: Settings
    asked_at: Requests
    judged_by_log: int  # visits after which the viewer engaged with anything that could be shown
    metrics: dict[str, Figures]  # by policy
    sources: dict[str, Figures]  # each candidate source alone
    heads: list[HeadReport]
    safety: SafetyReport
    ablation: list[Earned]
    by_source: dict[str, Figures]
    by_user: Breakdown
    by_author: Breakdown
    funnel: Funnel
    missing: tuple[str, ...]
    seconds: dict[str, float] = field(default_factory=dict)


def evaluate(
    data: Path,
    bundle: Bundle,
    settings: Settings,
    *,
    tables: Tables | None = None,
    cut: int | None = None,
    ablate: bool = True,
) -> Findings:
    """Ask everybody, judge everybody.

    Args:
        tables: those of `data`, where they were read before.

    Raises:
        DataError: the tables are not what they should be, or hold nothing out.
    """
    watch = _Seconds()
    with watch("read"):
        tables = tables_on_disk.read(data) if tables is None else tables
        given = dataset.of_tables(tables, data, bundle, cut)
        everybody = requests.of(given)
        stage = ReplayEnvironment.set(given, settings, bundle)
    with watch("logistic"):
        timed = given.protocol == TEMPORAL
        regression = logistic.train(given, bundle) if timed else None
    policies, absent = registry.neighbours(stage.engine, given, regression)
    alone = registry.sources(stage.engine)
    with watch("visits"):
        asked = ask(stage, everybody, {**policies, **alone})
        judge = SlateMetrics(given, asked, resample(len(everybody)))
        figures = {name: judge.figures(name) for name in [*policies, *alone]}
    served = policies[PRODUCT]
    assert isinstance(served, Product)
    with watch("heads"):
        seen = bool((given.held_out.action == Action.IMPRESSION).any())
        rows = held_out.score(given, bundle, regression) if seen else None
        by_head = list(heads.report(rows)) if rows else []
        unsafe = safety.report(given, bundle)
    with watch("ablation"):
        answered = served.funnel.asked
        earned = _ablate(given, settings, bundle, everybody, answered) if ablate else []
    some = [name for name in BREAKDOWN if name in policies]
    return Findings(
        given,
        bundle,
        settings,
        everybody,
        int((judge.wanted > 0).sum()),
        metrics={name: figures[name] for name in policies},
        sources={name: figures[name] for name in alone},
        heads=by_head,
        safety=unsafe,
        ablation=earned,
        by_source=breakdown.by_source(judge, PRODUCT),
        by_user=breakdown.by_user(judge, some),
        by_author=breakdown.by_author(judge, some),
        funnel=served.funnel,
        missing=(*_missing(stage, rows is None, unsafe), *absent),
        seconds=watch.seconds,
    )


def _ablate(
    given: Dataset,
    settings: Settings,
    bundle: Bundle,
    everybody: Requests,
    answered: Collection[str],
) -> list[Earned]:
    """The product and all that it is without, put to the same visits."""
    most = max(ABLATION_CELLS // len(given.tweets), 100)
    some = everybody.some(most)
    stage = ReplayEnvironment.set(given, settings, bundle)
    parts = ablation.parts(stage.engine, bundle, answered)
    policies: dict[str, Policy] = {PRODUCT: Product(stage.engine.products[PRODUCT])}
    if given.truth:
        policies[ORACLE] = Best(simple.oracle)
    asked = ask(stage, some, {**policies, **{part.label: part.policy for part in parts}})
    judge = SlateMetrics(given, asked, resample(len(some)))
    whole = judge.figures(PRODUCT)
    return [ablation.earned(part, whole, judge.figures(part.label)) for part in parts]


def _missing(stage: ReplayEnvironment, no_heads: bool, unsafe: SafetyReport) -> Iterator[str]:
    """What the data could not feed, or could not judge."""
    yield from (f"data:{name}" for name in stage.dataset.tables.missing)
    yield from (f"product:{name}" for name in stage.engine.missing)
    if no_heads:
        yield "heads: there are no timed impressions after the cut to test them on"
    for name in ("nsfw", "toxicity"):
        if name not in unsafe:
            yield f"safety:{name} (no model, or no labelled tweet after the cut)"


class _Seconds:
    """How long each part took; each is named on standard error as it begins."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        print(f"evaluate: {name}", file=sys.stderr, flush=True)
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 1)
