"""Whatever happens after the cut, no recommendation at the cut is another."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from app.rankers import heavy
from app.settings import Settings
from evaluation.offline import dataset
from evaluation.offline.dataset import Dataset
from evaluation.offline.replay_evaluation import ReplayEnvironment
from evaluation.policies.product import Product
from ml.actions import ENGAGEMENTS
from ml.bundle import Bundle
from ml.features import NAMES, Pairs, matrix

Change = Callable[[Path, pl.Expr], None]


def permuted(folder: Path, late: pl.Expr) -> None:
    """Everybody does it to some other tweet."""
    late &= pl.col("tweet_id").is_not_null()
    for name in ("interactions", "impressions"):
        table = pl.read_parquet(folder / f"{name}.parquet")
        others = table.filter(late).with_columns(pl.col("tweet_id").shuffle(seed=1))
        pl.concat([table.filter(~late), others]).write_parquet(folder / f"{name}.parquet")


def deleted(folder: Path, late: pl.Expr) -> None:
    """Nothing happens any more, and nobody writes."""
    for name in ("interactions", "impressions", "tweets", "follows"):
        table = pl.read_parquet(folder / f"{name}.parquet")
        table.filter(~late).write_parquet(folder / f"{name}.parquet")


def invented(folder: Path, late: pl.Expr) -> None:
    """A flood of tweets, everybody likes what they see, and all who are followed follow back."""
    tweets = pl.read_parquet(folder / "tweets.parquet")
    flood = tweets.filter(late).with_columns(
        pl.col("tweet_id") + tweets["tweet_id"].max(), conversation_id=None, in_reply_to_id=None
    )
    pl.concat([tweets, flood], how="vertical_relaxed").write_parquet(folder / "tweets.parquet")
    done = pl.read_parquet(folder / "interactions.parquet")
    seen = pl.read_parquet(folder / "impressions.parquet").filter(late)
    liked = seen.select("user_id", "tweet_id", "created_at", action=pl.lit("like"))
    both = pl.concat([done, liked], how="diagonal_relaxed")
    both.write_parquet(folder / "interactions.parquet")
    follows = pl.read_parquet(folder / "follows.parquet")
    back = follows.select(follower_id="followee_id", followee_id="follower_id")
    new = back.join(follows, on=["follower_id", "followee_id"], how="anti")
    new = new.with_columns(created_at=seen["created_at"].max())
    pl.concat([follows, new], how="diagonal_relaxed").write_parquet(folder / "follows.parquet")


CHANGES: tuple[Change, ...] = (permuted, deleted, invented)


def changed(data: Path, cut: int, change: Change, folder: Path) -> Path:
    shutil.copytree(data, folder, ignore=shutil.ignore_patterns("truth"))
    change(folder, pl.col("created_at").dt.epoch("s") >= cut)
    return folder


def at_the_cut(given: Dataset, bundle: Bundle, settings: Settings) -> list[list[str]]:
    """What everybody is shown, as ids."""
    stage = ReplayEnvironment.set(given, settings, bundle)
    product = Product(stage.engine.products["for_you"])
    shown = (product.show(stage.moment(user, given.cut)).tweet for user in range(len(given.users)))
    return [given.tweets.ids.ids(tweet) for tweet in shown]


@pytest.mark.parametrize("change", CHANGES)
def test_no_recommendation_depends_on_what_comes_later(
    change: Change,
    tiny_data: Path,
    tiny_dataset: Dataset,
    tiny_bundle: Bundle,
    tiny_settings: Settings,
    tmp_path: Path,
) -> None:
    folder = changed(tiny_data, tiny_dataset.cut, change, tmp_path / "data")
    other = dataset.read(folder, tiny_bundle)
    assert len(other.held_out) != len(tiny_dataset.held_out) or change is permuted
    before = at_the_cut(tiny_dataset, tiny_bundle, tiny_settings)
    assert at_the_cut(other, tiny_bundle, tiny_settings) == before
    assert all(len(shown) >= 10 for shown in before)


@pytest.mark.parametrize("change", CHANGES)
def test_a_feature_that_is_secretly_the_label_is_caught(
    change: Change,
    tiny_data: Path,
    tiny_dataset: Dataset,
    tiny_bundle: Bundle,
    tiny_settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same test, with one feature that knows what everybody will do."""
    folder = changed(tiny_data, tiny_dataset.cut, change, tmp_path / "data")
    shown = []
    for given in (tiny_dataset, dataset.read(folder, tiny_bundle)):
        with monkeypatch.context() as patch:
            patch.setattr(heavy, "matrix", secret(given))
            shown.append(at_the_cut(given, tiny_bundle, tiny_settings))
    assert shown[0] != shown[1]


def secret(given: Dataset) -> Callable[[Pairs], NDArray[np.float32]]:
    """Features, of which one is whether the viewer will engage with the tweet."""
    later = given.held_out[np.isin(given.held_out.action, ENGAGEMENTS)]
    wanted = later.user.astype(np.int64) << 32 | later.tweet

    def features(x: Pairs) -> NDArray[np.float32]:
        known = matrix(x)
        will_engage = np.isin(x.viewer.astype(np.int64) << 32 | x.tweet, wanted)
        known[:, NAMES.index("tweet_engagement_rate")] = will_engage * 3.0
        return known

    return features
