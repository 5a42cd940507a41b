"""What is learned from: an impression and what followed it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ml.heads import HEADS
from ml.log.events import Events, Rows, Times
from ml.schema import ENGAGEMENTS, Action
from ml.state.catalog import Tweets
from ml.state.feature_state import FeatureState

ATTRIBUTION_SECONDS: Final = 24 * 3600  # an action belongs to the last impression before it
NEGATIVES: Final = 4  # drawn per positive where the data has no impressions
WINDOW_HOURS: Final = 168.0
WINDOW_AT_LEAST: Final = 2_000


@dataclass(frozen=True, slots=True)
class Examples:
    """Rows in the order of time. `label` is (rows, heads), 1 where the head's action followed."""

    viewer: Rows
    tweet: Rows
    at: Times
    position: NDArray[np.float32]  # NaN where unknown
    label: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.at)

    def __getitem__(self, rows: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Examples:
        return Examples(
            self.viewer[rows],
            self.tweet[rows],
            self.at[rows],
            self.position[rows],
            self.label[rows],
        )


def of_impressions(events: Events, tweets: Tweets) -> Examples:
    """One row per impression, labelled by the actions that followed."""
    shown = events[events.action == Action.IMPRESSION]
    label = np.zeros((len(shown), len(HEADS)), np.float32)
    for column, head in enumerate(HEADS):
        acted = events[np.isin(events.action, head.actions)]
        on_tweet = acted.tweet >= 0
        label[_shown_before(shown, shown.tweet, acted[on_tweet], acted.tweet[on_tweet]), column] = 1
        on_author = ~on_tweet & (acted.action != Action.FOLLOW)
        author = tweets.author[shown.tweet]
        rows = _shown_before(shown, author, acted[on_author], acted.target[on_author])
        label[rows, column] = 1
    return Examples(shown.user, shown.tweet, shown.at, shown.position, label)


def drawn(events: Events, state: FeatureState, rng: np.random.Generator) -> Examples:
    """Where nobody logged impressions: engagements, and for each some tweets of that moment's
    window, half uniformly and half by how often they were engaged with.

    `state` has seen the same events: a tweet that the viewer ever engaged with is no negative.
    """
    did = events[np.isin(events.action, ENGAGEMENTS)]
    _, first = np.unique(did.user.astype(np.int64) << 32 | did.tweet, return_index=True)
    did = did[np.sort(first)]
    label = np.zeros((len(did), len(HEADS)), np.float32)
    for column, head in enumerate(HEADS):
        label[np.isin(did.action, head.actions), column] = 1

    half = NEGATIVES // 2
    uniform = state.draw_fresh(np.repeat(did.at, half), WINDOW_HOURS, WINDOW_AT_LEAST, rng)
    oldest = np.searchsorted(did.at, did.at - int(WINDOW_HOURS * 3600))
    newest = np.searchsorted(did.at, did.at, "right")
    popular = did.tweet[rng.integers(np.repeat(oldest, half), np.repeat(newest, half))]
    tweet = np.concatenate([uniform.reshape(-1, half), popular.reshape(-1, half)], axis=1)
    user = np.repeat(did.user, NEGATIVES)
    fresh = ~state.engaged.any(ENGAGEMENTS, user, tweet.ravel())
    negatives = Examples(
        user[fresh],
        tweet.ravel()[fresh],
        np.repeat(did.at, NEGATIVES)[fresh],
        np.full(int(fresh.sum()), np.nan, np.float32),
        np.zeros((int(fresh.sum()), len(HEADS)), np.float32),
    )
    positives = Examples(did.user, did.tweet, did.at, np.full(len(did), np.nan, np.float32), label)
    both = Examples(
        *(
            np.concatenate([getattr(positives, name), getattr(negatives, name)])
            for name in ("viewer", "tweet", "at", "position", "label")
        )
    )
    return both[np.argsort(both.at, kind="stable")]


def _shown_before(shown: Events, shown_key: Rows, acted: Events, acted_key: Rows) -> Rows:
    """The position of the last impression of the same key before each action, where there is one
    within a day."""
    impressions = pl.DataFrame(
        {"user": shown.user, "key": shown_key, "at": shown.at}
    ).with_row_index("row")
    actions = pl.DataFrame({"user": acted.user, "key": acted_key, "at": acted.at})
    joined = actions.sort("at").join_asof(
        impressions.sort("at"),
        on="at",
        by=["user", "key"],
        tolerance=ATTRIBUTION_SECONDS,
        check_sortedness=False,
    )
    return joined["row"].drop_nulls().to_numpy()
