"""People of a dataset as they were when they joined: of what they did, a few actions are left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl

from evaluation.truth import Truth
from ml.actions import ENGAGEMENTS, ON_TWEETS
from ml.dataset.tables import Tables

SHARE: Final = 0.15  # of those who did enough, at most: the others are who a newcomer meets
ENGAGED: Final = [action.label for action in ENGAGEMENTS]
ABOUT_TWEETS: Final = [action.label for action in ON_TWEETS]
PAIR: Final = ("user_id", "tweet_id")


@dataclass(frozen=True, slots=True)
class Joining:
    """Some people, and the order in which their actions come back.

    What they wrote, and who follows them, belongs to another account of the same person: a
    newcomer has written nothing.
    """

    pairs: pl.DataFrame  # user, tweet and its number among those of the user, from 0
    is_tied: bool  # whether they bring their profile and whom they follow

    @classmethod
    def drawn(
        cls, tables: Tables, cut: int, most_known: int, people: int, seed: int, is_tied: bool
    ) -> Joining:
        """Draw people who engaged with `most_known` tweets before the cut, and after it again.

        Args:
            cut: unix seconds; without times what the `split` holds out comes after it.
            most_known: how many actions any of them will be left, at most.
            people: how many, at most.
        """
        engaged = tables.interactions.filter(pl.col("action").is_in(ENGAGED))
        before = _before(tables, cut)
        later = engaged.filter(~before)["user_id"].unique()
        pairs = engaged.filter(before, pl.col("user_id").is_in(later.implode()))
        pairs = pairs.select(PAIR).unique().sort(PAIR)
        rng = np.random.default_rng(seed)
        pairs = pairs[rng.permutation(len(pairs))]
        pairs = pairs.with_columns(place=pl.int_range(pl.len()).over("user_id"))
        able = pairs.filter(pl.col("place") == max(most_known, 1) - 1)["user_id"].sort()
        count = min(people, int(len(able) * SHARE))
        who = able.gather(np.sort(rng.choice(len(able), count, replace=False)))
        return cls(pairs.filter(pl.col("user_id").is_in(who.implode())), is_tied)

    @property
    def who(self) -> pl.Series:
        """The ids of these people."""
        return self.pairs["user_id"].unique().sort()

    def known(self, tables: Tables, cut: int, count: int) -> Tables:
        """The tables had they joined late, and done so few things by the cut."""
        kept = self.pairs.filter(pl.col("place") < count).select(PAIR)
        alias, theirs = self._alias(tables), pl.col("user_id").is_in(self.who.implode())
        before = _before(tables, cut)
        is_kept = pl.struct(PAIR).is_in(kept.select(pl.struct(PAIR)).to_series().implode())
        about_tweets = pl.col("action").is_in(ABOUT_TWEETS)
        stays = is_kept & about_tweets | (~about_tweets if self.is_tied else pl.lit(False))
        follows = _renamed(tables.follows, "followee_id", alias)
        if not self.is_tied:
            follows = follows.filter(~pl.col("follower_id").is_in(self.who.implode()))
        return replace(
            tables,
            users=self._users(tables.users, alias),
            tweets=_renamed(tables.tweets, "author_id", alias),
            follows=follows,
            interactions=_renamed(
                tables.interactions.filter(~theirs | ~before | stays), "target_user_id", alias
            ),
            impressions=tables.impressions.filter(~theirs | ~before | is_kept),
        )

    def truth(self, truth: Truth) -> Truth:
        """The same chances, but for ties that they do not have."""
        if self.is_tied:
            return truth
        world, graph = truth.world, truth.world.follow_graph
        strangers = world.user_rows(self.who.cast(pl.Int64).to_numpy())
        stays = ~np.isin(graph.follower, strangers)
        graph = replace(
            graph, key=graph.key[stays], since=graph.since[stays], strength=graph.strength[stays]
        )
        return replace(truth, world=replace(world, follow_graph=graph))

    def _alias(self, tables: Tables) -> pl.DataFrame:
        """The other account of each."""
        ids, who = tables.users["user_id"], self.who
        if ids.dtype == pl.String:
            return pl.DataFrame({"user_id": who, "alias": who + " (before)"})
        highest = max(abs(int(one)) for one in ids)
        return pl.DataFrame({"user_id": who, "alias": pl.Series(range(len(who))) + highest + 1})

    def _users(self, users: pl.DataFrame, alias: pl.DataFrame) -> pl.DataFrame:
        """With the other accounts, which have the profiles unless a newcomer brings them."""
        who = pl.col("user_id").is_in(self.who.implode())
        others = _renamed(users.filter(who), "user_id", alias)
        if not self.is_tied:
            blank = [pl.when(~who).then(name).alias(name) for name in users.columns[1:]]
            users = users.with_columns(blank)
        return pl.concat([users, others])


def _before(tables: Tables, cut: int) -> pl.Expr:
    """Which rows may be known."""
    if tables.has_split:
        return pl.col("split").ne_missing("test")
    return pl.col("created_at").fill_null(0) < cut


def _renamed(frame: pl.DataFrame, column: str, alias: pl.DataFrame) -> pl.DataFrame:
    """The column with the other account in place of each of these people."""
    old, new = alias["user_id"], alias["alias"].cast(alias["user_id"].dtype)
    return frame.with_columns(pl.col(column).replace(old, new))
