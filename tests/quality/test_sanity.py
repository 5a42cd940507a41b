"""An evaluation is believed only if it puts in their places those whose places are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pytest

from app.pipeline.batch import CandidateBatch, Column
from app.pipeline.components import Ranker
from app.pipeline.query import Query
from app.settings import Settings
from evaluation.metrics.resample import resample
from evaluation.metrics.slate_metrics import SlateMetrics
from evaluation.offline import requests
from evaluation.offline.dataset import Dataset
from evaluation.offline.replay_evaluation import ReplayEnvironment, ask
from evaluation.policies import simple
from evaluation.policies.policy import Best, Moment, Policy, Values
from evaluation.policies.product import Product, with_ranker
from ml.arrays import Rows
from ml.bundle import Bundle

BY_TRUTH: Final = [f"{name}@{k}" for name in ("value", "value_ndcg") for k in (5, 10, 20)]
FLOORS: Final = {  # on the tiny world, a little below the first honest run
    "for_you": 0.30,  # of the way from random to the oracle, in value@10
    "oracle_ranker": 0.80,  # how much of the oracle the candidates hold
}
CHANCE: Final = 0.1  # of the way to the oracle: how far apart dice may land in a world so small


@dataclass(frozen=True)
class Chance:
    """A ranker that throws dice."""

    def score(self, query: Query, batch: CandidateBatch) -> dict[str, Column]:
        dice = np.random.default_rng(query.seed + 1)
        return {"base_score": dice.random(len(batch)).astype(np.float32)}


@dataclass(frozen=True, slots=True)
class Shuffled:
    """A ranker whose scores are handed out to the wrong tweets: what is left is no ranking."""

    ranker: Ranker

    def score(self, query: Query, batch: CandidateBatch) -> dict[str, Column]:
        shuffled = np.random.default_rng(query.seed).permutation(len(batch))
        return {name: col[shuffled] for name, col in self.ranker.score(query, batch).items()}


def shuffled_oracle(moment: Moment, tweet: Rows) -> Values:
    """All the right chances, given to the wrong tweets."""
    return np.random.default_rng(moment.query.seed).permutation(moment.worth(tweet))


@pytest.fixture(scope="module")
def judge(tiny_dataset: Dataset, tiny_bundle: Bundle, tiny_settings: Settings) -> SlateMetrics:
    """Each of them asked by everybody, at five moments."""
    stage = ReplayEnvironment.set(tiny_dataset, tiny_settings, tiny_bundle)
    product = stage.engine.products["for_you"]
    policies: dict[str, Policy] = {
        "for_you": Product(product),
        "shuffled": Product(with_ranker(product, Shuffled)),
        "chance": Product(with_ranker(product, lambda ranker: Chance())),
        "shuffled_oracle": Best(shuffled_oracle, in_window=True),
        "random": Best(simple.random, in_window=True),
        "oracle": Best(simple.oracle, in_window=True),
    }
    everybody = requests.of(tiny_dataset)
    asked = ask(stage, everybody, policies)
    return SlateMetrics(tiny_dataset, asked, resample(len(everybody)))


@pytest.mark.parametrize("metric", BY_TRUTH)
def test_nobody_beats_the_oracle(report: dict[str, Any], metric: str) -> None:
    best = report["metrics"]["oracle"][metric]["value"]
    for policy, figures in {**report["metrics"], **report["sources"]}.items():
        assert figures[metric]["value"] <= best, policy


@pytest.mark.parametrize("metric", BY_TRUTH)
def test_random_is_at_nothing_and_the_oracle_at_all_of_the_way(
    report: dict[str, Any], metric: str
) -> None:
    assert report["metrics"]["random"][metric]["share"] == 0
    assert report["metrics"]["oracle"][metric]["share"] == 1


def test_shuffled_scores_fall_to_random(judge: SlateMetrics) -> None:
    figures = {name: judge.figures(name) for name in judge.asked.slates}
    for metric in ("value@10", "value_ndcg@10"):
        by = {name: figure[metric] for name, figure in figures.items()}
        whole_way = (by["oracle"] - by["random"]).value
        assert abs((by["shuffled_oracle"] - by["random"]).value) < CHANCE * whole_way
        assert abs((by["shuffled"] - by["chance"]).value) < CHANCE * whole_way
        difference = by["for_you"] - by["shuffled"]
        assert difference.significant
        assert difference.value > 0


def test_the_oracle_predicts_best(report: dict[str, Any]) -> None:
    for name in ("engagement", "like"):
        by = report["heads"][name]["by"]
        best = max(by, key=lambda who: by[who]["auc"]["value"])
        assert best == "oracle"


def test_the_feed_is_not_worse_than_it_was(report: dict[str, Any]) -> None:
    for policy, floor in FLOORS.items():
        assert report["metrics"][policy]["value@10"]["share"] >= floor, policy


def test_the_feed_beats_those_who_know_less(report: dict[str, Any]) -> None:
    by = {name: figures["value@10"]["value"] for name, figures in report["metrics"].items()}
    for neighbour in ("following", "newest", "popular", "random"):
        assert by["for_you"] > by[neighbour], neighbour


def test_every_slate_is_full(report: dict[str, Any]) -> None:
    assert report["metrics"]["for_you"]["filled@10"]["value"] == 1
