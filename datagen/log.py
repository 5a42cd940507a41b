"""The impressions and interactions tables, built from simulated behaviour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from datagen.parameters import instants
from datagen.world import World
from ml.actions import ON_USERS, Action

Columns = dict[str, NDArray[Any]]  # by name, each of its own type


def impressions_table(world: World, batches: Sequence[Columns]) -> pl.DataFrame:
    """The impressions table in order of time."""
    rows = _stack(batches)
    return pl.DataFrame(
        {
            "user_id": world.users.user_id[rows["user"]],
            "tweet_id": world.tweets.tweet_id[rows["tweet"]],
            "created_at": instants(rows["at"]),
            "position": rows["position"],
            "propensity": rows["propensity"],
            "request_id": rows["request"],
        }
    )


def interactions_table(world: World, batches: Sequence[Columns]) -> pl.DataFrame:
    """The interactions table in order of time; acts on people name both tweet and person."""
    rows = _stack(batches)
    label = np.array([action.label for action in Action])
    people = pl.lit(pl.Series(np.isin(rows["action"], ON_USERS)))
    return pl.DataFrame(
        {
            "user_id": world.users.user_id[rows["user"]],
            "action": label[rows["action"]],
            "tweet_id": world.tweets.tweet_id[rows["tweet"]],
            "target_user_id": world.users.user_id[rows["author"]],
            "created_at": instants(rows["at"]),
            "event_id": np.arange(1, len(rows["at"]) + 1),
        }
    ).with_columns(pl.when(people).then(pl.col("target_user_id")))


def _stack(batches: Sequence[Columns]) -> Columns:
    stacked = {name: np.concatenate([b[name] for b in batches]) for name in batches[0]}
    order = np.argsort(stacked["at"], kind="stable")
    return {name: column[order] for name, column in stacked.items()}
