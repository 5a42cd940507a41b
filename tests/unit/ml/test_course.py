"""A course of training, from tables to a bundle that says what it is."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ml import bundle
from ml.__main__ import main
from ml.bundle import Bundle
from ml.dataset.tables import read
from ml.errors import DataError
from ml.features import Pairs
from ml.state.feature_state import FeatureState
from ml.training import train
from ml.training.enough import require_enough
from ml.training.freshness import reason_to_train
from ml.training.options import TrainingOptions


@pytest.fixture(scope="module")
def timeless(tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same people, had nobody kept times, impressions, texts or labels."""
    folder = tmp_path_factory.mktemp("timeless")
    for name, kept in {
        "users": ["user_id", "interests"],
        "tweets": ["tweet_id", "author_id", "topic"],
        "follows": ["follower_id", "followee_id"],
        "interactions": ["user_id", "action", "tweet_id", "target_user_id"],
    }.items():
        pl.read_parquet(tiny_data / f"{name}.parquet", columns=kept).write_parquet(
            folder / f"{name}.parquet"
        )
    return folder


def files_of(artifacts: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(artifacts)): path.read_bytes()
        for path in sorted(artifacts.rglob("*"))
        if path.is_file()
    }


def test_training_twice_gives_the_same_bytes(
    tiny_data: Path, tiny_artifacts: Path, tmp_path: Path
) -> None:
    train.train(tiny_data, tmp_path, TrainingOptions())
    assert files_of(tmp_path) == files_of(tiny_artifacts)


def test_nothing_after_the_cut_touches_the_models(
    tiny_data: Path, tiny_bundle: Bundle, tiny_artifacts: Path, tmp_path: Path
) -> None:
    """Whoever did whatever after the cut, the bundle is the same to the byte."""
    data, cut = tmp_path / "data", tiny_bundle.manifest.as_of
    shutil.copytree(tiny_data, data, ignore=shutil.ignore_patterns("truth"))
    for name in ("interactions", "impressions"):
        frame = pl.read_parquet(data / f"{name}.parquet")
        late = (pl.col("created_at").dt.epoch("s") >= cut) & pl.col("tweet_id").is_not_null()
        others = frame.filter(late).select(pl.col("tweet_id").shuffle(seed=1))
        known, after = frame.filter(~late), frame.filter(late)
        pl.concat([known, after.with_columns(others)]).write_parquet(data / f"{name}.parquet")
    train.train(data, tmp_path / "artifacts", TrainingOptions())
    published = tmp_path / "artifacts", tiny_artifacts
    ours, theirs = (files_of(folder / tiny_bundle.version) for folder in published)
    assert ours.keys() == theirs.keys()
    differ = {name for name, content in ours.items() if content != theirs[name]}
    assert differ == {"source.json"}  # which names the tables, and is no part of what serves


def test_every_head_is_trained_and_calibrated(tiny_bundle: Bundle) -> None:
    assert set(tiny_bundle.manifest.heads) >= {"engagement", "like", "retweet", "reply"}
    for card in tiny_bundle.manifest.heads.values():
        assert 0 < card.mean < 0.2
    assert tiny_bundle.manifest.parameters.keys() >= {"two_tower", "heavy_ranker"}


def test_a_row_scores_the_same_alone_or_among_many(
    tiny_bundle: Bundle, tiny_state: FeatureState
) -> None:
    tweets = tiny_state.by_time[-500:]
    encoder, now = tiny_bundle.encode(tiny_state), tiny_state.newest
    together = tiny_bundle.predict(Pairs.of_one(tiny_state, encoder, 3, tweets, now))
    for row in range(0, len(tweets), 37):
        alone = tiny_bundle.predict(Pairs.of_one(tiny_state, encoder, 3, tweets[[row]], now))
        for head, column in together.items():
            np.testing.assert_allclose(alone[head][0], column[row], rtol=1e-5)


def test_data_without_times_or_impressions_trains(timeless: Path, tmp_path: Path) -> None:
    train.train(timeless, tmp_path, TrainingOptions())
    trained = bundle.load(tmp_path)
    assert trained is not None
    assert {"impressions", "interactions.created_at", "model:nsfw"} <= set(trained.manifest.missing)
    assert any("follow no impression" in note for note in trained.manifest.notes)
    assert any("no times" in note for note in trained.manifest.notes)
    assert trained.manifest.heads["engagement"].metrics["auc"] > 0.6


def test_a_head_without_examples_is_missing_and_not_served(tiny_data: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(tiny_data, data, ignore=shutil.ignore_patterns("truth"))
    path = data / "interactions.parquet"
    pl.read_parquet(path).filter(pl.col("action") != "reply").write_parquet(path)
    train.train(data, tmp_path / "artifacts", TrainingOptions())
    trained = bundle.load(tmp_path / "artifacts")
    state = bundle.load_state(tmp_path / "artifacts")
    assert trained is not None
    assert state is not None
    assert "head:reply" in trained.manifest.missing
    x = Pairs.of_one(state, trained.encode(state), 0, state.by_time[-5:], state.newest)
    assert set(trained.predict(x)) == {"similarity", *trained.manifest.heads}
    assert "reply" not in trained.predict(x)


def test_it_says_why_it_trains_again(
    tiny_data: Path, timeless: Path, tiny_artifacts: Path, tmp_path: Path
) -> None:
    assert reason_to_train(tiny_data, tiny_artifacts) is None
    assert "holds no bundle" in str(reason_to_train(tiny_data, tmp_path))
    assert "the data is not" in str(reason_to_train(timeless, tiny_artifacts))


def test_the_command_line_tells_what_was_trained(
    tiny_data: Path, tiny_artifacts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = ["train", "--data", str(tiny_data), "--out", str(tiny_artifacts), "--if-needed"]
    assert main(train) == 0
    assert "up to date" in capsys.readouterr().out
    assert main(["bundles", "--artifacts", str(tiny_artifacts)]) == 0
    assert capsys.readouterr().out.startswith("* ")


def test_too_little_to_learn_from_is_one_line(
    tiny_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    shutil.copytree(tiny_data, data, ignore=shutil.ignore_patterns("truth"))
    path = data / "interactions.parquet"
    pl.read_parquet(path).head(10).write_parquet(path)
    assert main(["train", "--data", str(data), "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "at least 50 are needed" in error
    assert not (tmp_path / "out").exists()
    assert main(["check", str(data)]) == 2
    printed = capsys.readouterr()
    assert (printed.err, f"{data} can be read" in printed.out) == (error, True)


def test_one_engagement_is_one(tiny_data: Path, tmp_path: Path) -> None:
    tables = read(tiny_data)
    first = tables.interactions.filter(pl.col("action") == "like")
    with pytest.raises(DataError, match=r"has 1 engagement to learn from \(likes"):
        require_enough(tmp_path, replace(tables, interactions=first.head(1)), None)
    few, many = (replace(tables, interactions=first.head(count)) for count in (49, 50))
    with pytest.raises(DataError, match="has 49 engagements"):
        require_enough(tmp_path, few, None)
    require_enough(tmp_path, many, None)
