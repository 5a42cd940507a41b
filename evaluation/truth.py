"""The planted chances, asked by our rows: nobody but evaluation may open this."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from datagen.world import World
from ml.arrays import Rows, Times
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users

UNSAFE: Final = 0.5  # the share of harm from which on a tweet deserves its label

Chances = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Truth:
    """A world, and where our users and tweets are in it."""

    world: World
    user: Rows  # the world's row of each of ours; -1 of an account that the world does not know
    tweet: Rows

    @classmethod
    def read(cls, folder: Path, users: Users, tweets: Tweets) -> Truth | None:
        """The truth beside a dataset; None where nobody planted it."""
        return cls.of(World.load(folder), users, tweets) if folder.is_dir() else None

    @classmethod
    def of(cls, world: World, users: Users, tweets: Tweets) -> Truth:
        user, tweet = (table.ids.all_ids().cast(int).to_numpy() for table in (users, tweets))
        known = np.isin(user, world.users.user_id)
        rows = np.full(len(user), -1, np.int32)
        rows[known] = world.user_rows(user[known])
        return cls(world, rows, world.tweet_rows(tweet))

    def probabilities(self, viewer: Rows, tweet: Rows, at: Times) -> dict[str, Chances]:
        """P(action | examined) for each head, for each pair."""
        return dict(self.world.probabilities(self.user[viewer], self.tweet[tweet], at))

    def engagement(self, viewer: int, tweet: Rows, at: int) -> Chances:
        """P(engagement | examined) of many tweets for one viewer at one moment."""
        n = len(tweet)
        moment = np.full(n, at, np.int64)
        return self.probabilities(np.full(n, viewer, np.int32), tweet, moment)["engagement"]

    def toxic(self, tweet: Rows) -> NDArray[np.bool_]:
        harmful: NDArray[np.bool_] = self.world.tweets.toxic[self.tweet[tweet]] > UNSAFE
        return harmful

    def nsfw(self, tweet: Rows) -> NDArray[np.bool_]:
        harmful: NDArray[np.bool_] = self.world.tweets.nsfw[self.tweet[tweet]] > UNSAFE
        return harmful
