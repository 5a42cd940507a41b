"""One small world, planted once for all who look at it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from datagen.generate import generate
from datagen.parameters import Parameters
from datagen.world import World

UNTIL = 1_772_323_200  # 2026-03-01


@dataclass(frozen=True)
class Planted:
    """The tables, the truth, and the impressions as rows of the truth."""

    tables: dict[str, pl.DataFrame]
    world: World
    user: NDArray[np.int32]
    tweet: NDArray[np.int32]
    at: NDArray[np.int64]

    def truth(self) -> dict[str, NDArray[np.float32]]:
        return self.world.probabilities(self.user, self.tweet, self.at)

    def followed_by(self, *actions: str) -> NDArray[np.bool_]:
        """Whether one of the actions followed each impression."""
        shown = self.tables["impressions"].with_row_index("row").sort("created_at")
        acts = self.tables["interactions"].filter(pl.col("action").is_in(actions))
        matched = acts.sort("created_at").join_asof(
            shown,
            on="created_at",
            by=["user_id", "tweet_id"],
            check_sortedness=False,
        )
        label = np.zeros(shown.height, np.bool_)
        label[matched["row"].to_numpy()] = True
        return label


@pytest.fixture(scope="session")
def planted() -> Planted:
    tables, world = generate(Parameters(seed=7, scale=0.1, until=UNTIL))
    shown = tables["impressions"]
    return Planted(
        tables,
        world,
        world.user_rows(shown["user_id"].to_numpy()),
        world.tweet_rows(shown["tweet_id"].to_numpy()),
        shown["created_at"].dt.epoch("s").to_numpy(),
    )
