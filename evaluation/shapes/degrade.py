"""What may be wrong with a dataset, one thing at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from datagen.follow_graph import NEVER
from datagen.parameters import DAY
from evaluation.shapes.planted import Planted
from ml.actions import ON_TWEETS, Action

HELD_OUT: Final = 0.2  # of the pairs, where there are no times to cut at
SPARSER: Final = 10
SLOWER: Final = 42  # a half-life of 12 hours becomes one of three weeks
SMALLER: Final = 0.05
PAIR: Final = ("user_id", "tweet_id")
FOLLOWING: Final = [Action.FOLLOW.label, Action.UNFOLLOW.label]


@dataclass(frozen=True, slots=True)
class Shape:
    """A way in which a dataset differs from the planted world."""

    about: str
    degrade: Callable[[Planted, int], Planted] = lambda planted, seed: planted
    scale: float = 1.0  # of the world, before it is degraded


def no_times(planted: Planted, seed: int) -> Planted:
    """No times at all; a fifth of the pairs of user and tweet is held out by a `split` column."""
    drawn = _pairs(planted).sample(fraction=HELD_OUT, seed=seed).with_columns(split=pl.lit("test"))
    split = {
        name: planted.tables[name].join(drawn, on=PAIR, how="left", maintain_order="left")
        for name in ("interactions", "impressions")
    }
    train = pl.col("split").fill_null("train")
    split = {name: table.with_columns(train) for name, table in split.items()}
    return planted.with_tables(**split).without_columns("created_at")


def no_follows(planted: Planted, seed: int) -> Planted:
    done = planted.tables["interactions"].filter(~pl.col("action").is_in(FOLLOWING))
    return planted.with_tables(interactions=done).without("follows")


def no_impressions(planted: Planted, seed: int) -> Planted:
    return planted.without("impressions")


def no_content(planted: Planted, seed: int) -> Planted:
    return planted.without_columns("text", "topic", "hashtags", "interests")


def one_tweet_per_author(planted: Planted, seed: int) -> Planted:
    """Every tweet by an account of its own, which nobody follows: follows are between viewers."""
    tweets, users = planted.tables["tweets"], planted.tables["users"]
    ids = np.concatenate([users["user_id"].to_numpy(), tweets["tweet_id"].to_numpy()])
    first = int(ids.max()) + 1
    author = pl.Series("author_id", np.arange(first, first + len(tweets)))
    accounts = pl.DataFrame({"user_id": author}, schema={"user_id": users.schema["user_id"]})
    everybody = pl.concat([users, accounts], how="diagonal")
    return planted.with_tables(tweets=tweets.with_columns(author), users=everybody)


def slow(planted: Planted, seed: int) -> Planted:
    """All that happened took so many times as long, and what people like fades as slowly."""
    world, until = planted.world, planted.world.parameters.until

    def stretched(at: NDArray[np.int64]) -> NDArray[np.int64]:
        # What is too long ago for a date happened at the beginning of time.
        slower = np.maximum(until - (until - np.minimum(at, until)) * SLOWER, DAY)
        return np.where(at == NEVER, NEVER, slower)

    def retimed(table: pl.DataFrame) -> pl.DataFrame:
        seconds = table["created_at"].dt.epoch("s").to_numpy()
        later = pl.Series(stretched(seconds) * 1000).cast(table.schema["created_at"])
        return table.with_columns(created_at=later)

    half_life = world.weights.half_life_hours * SLOWER
    slower = replace(
        world,
        weights=replace(world.weights, half_life_hours=half_life),
        users=replace(world.users, joined=stretched(world.users.joined)),
        tweets=replace(world.tweets, created=stretched(world.tweets.created)),
        follow_graph=replace(world.follow_graph, since=stretched(world.follow_graph.since)),
    )
    return Planted({name: retimed(table) for name, table in planted.tables.items()}, slower)


def sparse(planted: Planted, seed: int) -> Planted:
    """What happened with one in ten pairs of user and tweet; what is between people stays."""
    kept = _pairs(planted).sample(fraction=1 / SPARSER, seed=seed)
    done, shown = planted.tables["interactions"], planted.tables["impressions"]
    about_tweet = pl.col("action").is_in([action.label for action in ON_TWEETS])
    some = done.join(kept, on=PAIR, how="semi", maintain_order="left")
    return planted.with_tables(
        interactions=pl.concat([some.filter(about_tweet), done.filter(~about_tweet)]),
        impressions=shown.join(kept, on=PAIR, how="semi", maintain_order="left"),
    )


def _pairs(planted: Planted) -> pl.DataFrame:
    """Every pair of user and tweet of which anything is known."""
    both = [planted.tables[name].select(PAIR) for name in ("interactions", "impressions")]
    return pl.concat(both).drop_nulls().unique(maintain_order=True)


SHAPES: Final = {
    "whole": Shape("the planted world as it is"),
    "no-times": Shape("no times, a fifth of the pairs held out by chance", no_times),
    "no-follows": Shape("nobody follows anybody", no_follows),
    "no-impressions": Shape("nobody logged what was shown", no_impressions),
    "no-content": Shape("no text, topics, hashtags or interests", no_content),
    "one-tweet-per-author": Shape("every tweet by an account of its own", one_tweet_per_author),
    "slow": Shape("half-lives of three weeks", slow),
    "sparse": Shape("a tenth of what happened between people and tweets", sparse),
    "small": Shape("5 % of the users and tweets", scale=SMALLER),
}
