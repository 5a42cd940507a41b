"""The product beside `popular` for people who join with a few actions, or with none."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np

from app.settings import Settings
from evaluation.metrics.resample import Figure, over
from evaluation.metrics.slate_metrics import AT
from evaluation.newcomers.joining import Joining
from evaluation.offline import dataset, requests
from evaluation.offline.leaderboard import BY_LOG, BY_TRUTH, compared
from evaluation.offline.replay_evaluation import ReplayEnvironment
from evaluation.offline.requests import Requests
from evaluation.policies import registry, simple
from evaluation.policies.policy import ORACLE, PRODUCT, Best, Policy
from evaluation.policies.product import Product
from ml.arrays import Rows
from ml.bundle import Bundle
from ml.dataset.tables import Tables
from ml.errors import DataError

POPULAR: Final = "popular"
TOGETHER: Final = 4  # newcomers whose first pages are compared


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be measured."""

    known: Sequence[int] = (0, 3, 10)  # actions that each newcomer has done
    people: int = 300
    seed: int = 7
    is_tied: bool = False  # whether they bring their profile and whom they follow


@dataclass(frozen=True, slots=True)
class Measured:
    """Newcomers of whom so much is known."""

    known: int
    people: int
    figures: Mapping[str, Mapping[str, Figure]]  # by policy, then by metric
    decided_by: str
    products: Mapping[str, int]  # by the product that answered
    shared: float  # of the rows of two first pages, the mean over two of each four newcomers
    repeated: float  # of the rows of four first pages, those that are on more than one

    @property
    def over_popular(self) -> Figure:
        """Times what `popular` has."""
        product, popular = (self.figures[name][self.decided_by] for name in (PRODUCT, POPULAR))
        return Figure(over(product.draws, popular.draws))


def measure(
    tables: Tables, data: Path, bundle: Bundle, settings: Settings, wanted: Wanted
) -> Iterator[Measured]:
    """For each number of actions the same people, with the first so many of the same actions.

    The models are those of the bundle, which learned from all that these people did.

    Raises:
        DataError: nobody in the tables did enough, or nothing is held out.
    """
    whole = dataset.of_tables(tables, data, bundle)
    joining = Joining.drawn(
        tables, whole.cut, max(wanted.known), wanted.people, wanted.seed, wanted.is_tied
    )
    if not len(joining.who):
        raise DataError(
            f"{data}: too few people did {max(wanted.known)} things before the cut and one after it"
        )
    for count in wanted.known:
        print(f"newcomers: {count} actions known", file=sys.stderr, flush=True)
        given = dataset.of_tables(joining.known(tables, whole.cut, count), data, bundle, whole.cut)
        if given.truth:
            given = replace(given, truth=joining.truth(given.truth))
        yield _measured(given, bundle, settings, joining, count)


def _measured(
    given: dataset.Dataset, bundle: Bundle, settings: Settings, joining: Joining, count: int
) -> Measured:
    stage = ReplayEnvironment.set(given, settings, bundle)
    product = Product(stage.engine.products[PRODUCT])
    policies: dict[str, Policy] = registry.simple_policies(stage.engine, given)
    policies[PRODUCT] = product
    if given.truth:
        policies[ORACLE] = Best(simple.oracle)
    visits = _of(requests.of(given, len(given.users)), stage, joining)
    judge = compared(stage, visits, policies)
    metrics = [BY_TRUTH, *BY_LOG] if given.truth else BY_LOG
    figures = {name: judge.judged(name) for name in policies}
    pages = judge.asked.slates[PRODUCT].tweet
    return Measured(
        count,
        len(visits),
        {name: {metric: by[metric] for metric in metrics} for name, by in figures.items()},
        metrics[0],
        product.funnel.asked,
        shared=_shared(pages),
        repeated=_repeated(pages),
    )


def _of(visits: Requests, stage: ReplayEnvironment, joining: Joining) -> Requests:
    """The visits of those who join."""
    who = stage.dataset.users.ids.rows(joining.who)
    theirs = np.isin(visits.user, who)
    return Requests(visits.user[theirs], visits.at[theirs])


def _shared(pages: Rows) -> float:
    """Of the rows of a page, those that are also on another of the four, on average over two."""
    both = [
        len(np.intersect1d(one, other)) / AT
        for four in _fours(pages)
        for one, other in combinations(four, 2)
    ]
    return float(np.mean(both)) if both else float("nan")


def _repeated(pages: Rows) -> float:
    """Of all rows on four pages, those that are on more than one of them."""
    parts = []
    for four in _fours(pages):
        _, count = np.unique(four[four >= 0], return_counts=True)
        parts.append(count[count > 1].sum() / max(count.sum(), 1))
    return float(np.mean(parts)) if parts else float("nan")


def _fours(pages: Rows) -> list[Rows]:
    """The first pages of four newcomers who came one after the other, and so on."""
    starts = range(0, len(pages) - TOGETHER + 1, TOGETHER)
    return [pages[start : start + TOGETHER, :AT] for start in starts]
