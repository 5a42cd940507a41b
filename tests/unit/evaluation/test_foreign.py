"""Anybody's data: a split without times, times without impressions, or neither."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from app.settings import Settings
from evaluation.offline import dataset, requests
from evaluation.offline.evaluate import evaluate
from evaluation.report import document, page, terminal
from evaluation.report.parts import bar
from evaluation.report.plots import bars
from ml import bundle
from ml.actions import ENGAGEMENTS
from ml.bundle import Bundle
from ml.errors import DataError
from ml.training import train
from ml.training.options import TrainingOptions
from ml.training.visits import Choices

KEPT = {
    "users": ["user_id", "interests"],
    "tweets": ["tweet_id", "author_id", "topic"],
    "follows": ["follower_id", "followee_id"],
    "interactions": ["user_id", "action", "tweet_id"],
}
ENGAGED = [action.label for action in ENGAGEMENTS]


@pytest.fixture(scope="module")
def split(tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same people, had somebody split what they did and thrown the times away."""
    folder = tmp_path_factory.mktemp("split")
    for name, columns in KEPT.items():
        table = pl.read_parquet(tiny_data / f"{name}.parquet", columns=columns)
        if name == "interactions":
            held_out = pl.Series(np.random.default_rng(0).random(len(table)) < 0.2)
            said = pl.when(held_out).then(pl.lit("test")).otherwise(pl.lit("train"))
            table = table.with_columns(split=said).filter(pl.col("action").is_in(ENGAGED))
        table.write_parquet(folder / f"{name}.parquet")
    artifacts = tmp_path_factory.mktemp("split-artifacts")
    train.train(folder, artifacts, TrainingOptions())
    return folder, artifacts


@pytest.fixture(scope="module")
def judged(split: tuple[Path, Path]) -> dict[str, Any]:
    data, artifacts = split
    trained = bundle.load(artifacts)
    assert trained is not None
    settings = Settings(artifacts=artifacts, data_dir=data)
    return document.document(evaluate(data, trained, settings))


def test_every_test_user_and_every_source_is_judged(
    judged: dict[str, Any], split: tuple[Path, Path]
) -> None:
    done = pl.read_parquet(split[0] / "interactions.parquet")
    test_users = done.filter(pl.col("split") == "test")["user_id"].n_unique()
    assert judged["protocol"]["kind"] == "split"
    assert judged["protocol"]["visits"] == test_users
    for figures in (*judged["sources"].values(), judged["metrics"]["for_you"]):
        for k in (10, 20):
            for name in ("recall", "ndcg", "precision"):
                assert figures[f"{name}@{k}"]["value"] >= 0


def test_train_rows_are_known_and_test_rows_are_not(split: tuple[Path, Path]) -> None:
    data, artifacts = split
    trained = bundle.load(artifacts)
    assert trained is not None
    given = dataset.read(data, trained)
    held_out = pl.read_parquet(data / "interactions.parquet").filter(pl.col("split") == "test")
    assert len(given.held_out) == len(held_out)
    done = pl.read_parquet(data / "interactions.parquet")
    train = int(np.isin(given.events.action, ENGAGEMENTS).sum())
    assert train + len(held_out) == len(done)
    assert given.known is given.events


def test_a_split_is_ranked_in_full_where_there_are_times_too(
    tiny_data: Path, tiny_bundle: Bundle, tmp_path: Path
) -> None:
    for name in KEPT:
        table = pl.read_parquet(tiny_data / f"{name}.parquet")
        if name == "interactions":
            held_out = pl.Series(np.random.default_rng(0).random(len(table)) < 0.2)
            table = table.with_columns(
                split=pl.when(held_out).then(pl.lit("test")).otherwise(pl.lit("train"))
            )
        table.write_parquet(tmp_path / f"{name}.parquet")
    given = dataset.read(tmp_path, tiny_bundle)
    assert given.protocol == "split"
    assert given.known is given.events
    assert given.cut >= given.tweets.created_at.max(), "every tweet is there to be ranked"
    everybody = requests.of(given)
    assert (everybody.at == given.cut).all()
    wanted = Choices.of(given.held_out)
    later = [len(wanted.after(int(user), given.cut)) for user in everybody.user]
    done = pl.read_parquet(tmp_path / "interactions.parquet")
    test = done.filter((pl.col("split") == "test") & pl.col("action").is_in(ENGAGED))
    assert sum(later) == len(test.unique(["user_id", "tweet_id"]))
    assert len(requests.of(given, most=10)) == 10
    assert requests.of(given, most=10).user.tolist() == requests.of(given, most=10).user.tolist()


def test_without_labels_there_is_a_dash(judged: dict[str, Any]) -> None:
    assert judged["metrics"]["for_you"]["unsafe@10"]["value"] is None
    for by in judged["by_source"].values():
        assert by["unsafe"]["value"] is None
    assert "–" in bars("", [bar("nothing", judged["metrics"]["for_you"]["unsafe@10"])], "")


def test_the_report_says_what_the_data_could_not_feed(judged: dict[str, Any]) -> None:
    said = "\n".join(judged["missing"])
    for lack in ("impressions", "tweets.text", "nsfw", "logistic", "newest", "oracle"):
        assert lack in said
    assert judged["heads"] == {}
    assert "value@10" not in judged["metrics"]["for_you"]
    assert "recall@20" in terminal.table(judged)
    assert "recall@20" in page.page(judged)


def test_times_without_impressions_or_truth(tiny_data: Path, tmp_path: Path) -> None:
    data, artifacts = tmp_path / "data", tmp_path / "artifacts"
    data.mkdir()
    for name in KEPT:
        pl.read_parquet(tiny_data / f"{name}.parquet").write_parquet(data / f"{name}.parquet")
    train.train(data, artifacts, TrainingOptions())
    trained = bundle.load(artifacts)
    assert trained is not None
    settings = Settings(artifacts=artifacts, data_dir=data)
    found = document.document(evaluate(data, trained, settings, ablate=False))
    assert found["protocol"]["kind"] == "temporal"
    assert {"logistic", "newest", "following"} <= set(found["metrics"])
    assert "oracle" not in found["metrics"]
    assert "heads: " in "\n".join(found["missing"])


def test_neither_times_nor_a_split_holds_nothing_out(
    split: tuple[Path, Path], tmp_path: Path
) -> None:
    data, artifacts = split
    for name in KEPT:
        table = pl.read_parquet(data / f"{name}.parquet")
        table.drop("split", strict=False).write_parquet(tmp_path / f"{name}.parquet")
    trained = bundle.load(artifacts)
    assert trained is not None
    with pytest.raises(DataError, match="neither times nor a split"):
        dataset.read(tmp_path, trained)
