"""What the old feed hardly showed counts for more, so that resembling it earns nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from app.settings import Settings
from evaluation.metrics.resample import resample
from evaluation.metrics.slate_metrics import SlateMetrics
from evaluation.offline import propensity, requests
from evaluation.offline.dataset import Dataset
from evaluation.offline.propensity import LEAST
from evaluation.offline.replay_evaluation import Asked, ReplayEnvironment, ask
from evaluation.policies import simple
from evaluation.policies.policy import Best
from ml.bundle import Bundle

PLACES = 10


@pytest.fixture(scope="module")
def asked(tiny_dataset: Dataset, tiny_bundle: Bundle, tiny_settings: Settings) -> Asked:
    stage = ReplayEnvironment.set(tiny_dataset, tiny_settings, tiny_bundle)
    feeds = {"following": Best(simple.following), "random": Best(simple.random)}
    return ask(stage, requests.of(tiny_dataset), feeds)


def judged(dataset: Dataset, asked: Asked, chance: pl.Expr | None) -> SlateMetrics:
    """As if impressions had been logged with these chances."""
    shown = dataset.tables.impressions.with_columns(propensity=chance)
    given = replace(dataset, tables=replace(dataset.tables, impressions=shown))
    return SlateMetrics(given, asked, resample(len(asked.visits)))


def found(asked: Asked, name: str) -> np.ndarray:
    """(relevant,) which of all that people went on to engage with was shown."""
    visit, tweet = asked.relevant
    shown = asked.slates[name].tweet[:, :PLACES]
    return np.array([t in shown[v] for v, t in zip(visit, tweet, strict=True)])


def test_where_everything_was_as_likely_it_is_the_share_found(
    tiny_dataset: Dataset, asked: Asked
) -> None:
    judge = judged(tiny_dataset, asked, pl.lit(0.3))
    counts = judge.inverse_propensity
    assert counts is not None
    there = counts > 0
    assert there.mean() > 0.9
    for name in asked.slates:
        wanted = found(asked, name)[there].mean()
        assert judge.judged(name)[f"recall_ips@{PLACES}"].value == pytest.approx(wanted)


def test_what_was_ten_times_as_unlikely_counts_ten_times(
    tiny_dataset: Dataset, asked: Asked
) -> None:
    odd = pl.col("tweet_id").hash(1) % 2 == 1
    judge = judged(tiny_dataset, asked, pl.when(odd).then(0.05).otherwise(0.5))
    counts = judge.inverse_propensity
    assert counts is not None
    assert set(counts) <= {0.0, 2.0, 20.0}
    hit = found(asked, "following")
    wanted = counts[hit].sum() / counts.sum()
    figure = judge.judged("following")[f"recall_ips@{PLACES}"]
    assert 0 < wanted < 1
    assert figure.value == pytest.approx(wanted)


def test_no_impression_counts_without_bounds(tiny_dataset: Dataset, asked: Asked) -> None:
    counts = judged(tiny_dataset, asked, pl.lit(1e-6)).inverse_propensity
    assert counts is not None
    assert counts.max() == 1 / LEAST


def test_without_propensities_there_is_no_such_figure(tiny_dataset: Dataset, asked: Asked) -> None:
    judge = judged(tiny_dataset, asked, pl.lit(None, pl.Float64))
    assert propensity.inverse(judge.dataset) is None
    assert not any(name.startswith("recall_ips") for name in judge.judged("following"))
