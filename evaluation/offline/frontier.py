"""What does a budget buy? The same pages under every budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import CandidateBatch
from app.pipeline.mixer import MixerPipeline
from app.selectors.blocks import BLOCK
from app.selectors.budgeted import Budgeted
from app.selectors.exploration import Exploration
from app.settings import Settings
from evaluation.metrics.resample import Figure, mean, resample
from evaluation.offline import dataset, requests
from evaluation.offline.replay_evaluation import ReplayEnvironment, in_time
from evaluation.policies import simple
from evaluation.policies.policy import PRODUCT, Best, Moment
from ml.arrays import Rows
from ml.bundle import Bundle
from ml.dataset.tables import Tables
from ml.errors import DataError

BUDGETS: Final = (0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1)
FIGURES: Final = ("value", "lost", "all sources", "authors", "topics")
OVER: Final = 2  # tweets by one author

Values = NDArray[np.float64]


def frontier(
    tables: Tables, data: Path, bundle: Bundle, settings: Settings, most: int
) -> dict[float, Mapping[str, Figure]]:
    """By budget, over the first ten places of at most so many visits: how far the planted value is
    on the way from random to the oracle; what the page lost of its own value; on which share of the
    pages every source that should be present is, and more than two tweets are by one author; and
    how many topics there are.

    Raises:
        DataError: nothing is planted, so nobody knows what a page is worth.
    """
    given = dataset.of_tables(tables, data, bundle)
    if given.truth is None:
        raise DataError(f"{data} has no planted truth, so nobody knows what a page is worth")
    visits = requests.of(given, most)
    stage = ReplayEnvironment.set(given, settings, bundle)
    ends = Best(simple.random, in_window=True), Best(simple.oracle, in_window=True)
    worth = np.full((len(ends), len(visits)), np.nan)
    found = np.full((len(BUDGETS), len(FIGURES), len(visits)), np.nan)
    for visit in in_time(stage, visits):
        moment = stage.moment(int(visits.user[visit]), int(visits.at[visit]))
        for end, policy in enumerate(ends):
            worth[end, visit] = _worth(moment, policy.show(moment).tweet[:BLOCK])
        served = stage.engine.products[PRODUCT].run(moment.query)
        mixer = served.product.mixer
        selector = mixer.selector
        if isinstance(selector, Exploration):
            selector = selector.selector  # what is tried by chance has no price
        if isinstance(selector, Budgeted):
            for place, budget in enumerate(BUDGETS):
                under = replace(mixer, selector=replace(selector, budget=budget))
                found[place, :, visit] = _page(moment, under, served.pool)
    weights = resample(len(visits))
    random, oracle = (mean(one, weights) for one in worth)
    points: dict[float, Mapping[str, Figure]] = {}
    for place, budget in enumerate(BUDGETS):
        figures = {name: mean(found[place, at], weights) for at, name in enumerate(FIGURES)}
        way = figures["value"].share_of_way(random, oracle)
        points[budget] = figures | ({"way": way} if way else {})
    return points


def _page(moment: Moment, mixer: MixerPipeline, pool: CandidateBatch) -> list[float]:
    """The `FIGURES` of a page."""
    query = moment.query._replace(limit=BLOCK)
    selection = mixer.selector.select(query, pool, mixer.candidates)
    page = pool.take(selection.order)
    marks = np.bitwise_or.reduce(page.sources)
    due = [bit for bit, one in enumerate(mixer.candidates) if one.present]
    topics = moment.state.tweets.tags[page.tweet, 0]
    _, by_author = np.unique(page.author[page.author >= 0], return_counts=True)
    return [
        _worth(moment, page.tweet),
        float(selection.cost.sum()),
        float(all(marks >> bit & 1 for bit in due)) if due else np.nan,
        float(by_author.max(initial=0) > OVER),
        float(len(np.unique(topics[topics > 0]))),
    ]


def _worth(moment: Moment, tweet: Rows) -> float:
    """The mean planted value of ten places; an empty one has none."""
    return float(moment.worth(tweet).sum()) / BLOCK
