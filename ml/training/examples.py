"""Training examples: impressions, labelled by the actions that followed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ml.actions import ENGAGEMENTS, Action
from ml.arrays import Rows, Times
from ml.heads import HEADS
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.tables.tweets import Tweets

ATTRIBUTION_SECONDS: Final = 24 * 3600  # an action belongs to the last impression before it
NEGATIVES: Final = 4  # sampled per positive where the data has no impressions
WINDOW_AT_LEAST: Final = 2_000
LABELS: Final = sorted({action for head in HEADS for action in head.actions})
EVERYTHING_HOURS: Final = 1e6  # a century


@dataclass(frozen=True, slots=True)
class Examples:
    """Rows in the order of time. `label` is (rows, heads), whether an action of the head followed;
    `weight` says how much a row counts."""

    viewer: Rows
    tweet: Rows
    at: Times
    position: NDArray[np.float32]  # NaN where unknown
    label: NDArray[np.bool_]
    weight: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.at)

    def __getitem__(self, rows: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Examples:
        return Examples(
            self.viewer[rows],
            self.tweet[rows],
            self.at[rows],
            self.position[rows],
            self.label[rows],
            self.weight[rows],
        )


def of_impressions(events: Events, tweets: Tweets) -> Examples:
    """One row per impression, labelled by the actions that followed."""
    shown = np.flatnonzero(events.action == Action.IMPRESSION)
    user, tweet, at = events.user[shown], events.tweet[shown], events.at[shown]
    label = np.zeros((len(shown), len(HEADS)), np.bool_)
    acted = events[np.isin(events.action, LABELS)]
    on_tweet = acted[acted.tweet >= 0]
    _label(label, on_tweet, _shown_before(user, tweet, at, on_tweet, on_tweet.tweet))
    on_author = acted[(acted.tweet < 0) & (acted.action != Action.FOLLOW)]
    author = tweets.author[tweet]
    _label(label, on_author, _shown_before(user, author, at, on_author, on_author.target))
    weight = np.ones(len(shown), np.float32)
    return Examples(user, tweet, at, events.position[shown], label, weight)


def sample_negatives(
    events: Events, state: FeatureState, window_hours: float | None, rng: np.random.Generator
) -> Examples:
    """Examples without impressions: engagements, and sampled negatives of the same moment.

    Half of the negatives are drawn uniformly from the window, which is all there is where it has
    no length, half by engagement count.

    Negatives are weighted back to a uniform draw, so that popularity keeps its worth. `state` has
    seen the same events: a tweet that the viewer ever engaged with is no negative.
    """
    did = events[np.isin(events.action, ENGAGEMENTS)]
    _, first = np.unique(did.user.astype(np.int64) << 32 | did.tweet, return_index=True)
    kinds = did
    did = did[np.sort(first)]
    label = np.zeros((len(did), len(HEADS)), np.bool_)
    for column, head in enumerate(HEADS):
        of_head = kinds[np.isin(kinds.action, head.actions)]
        label[:, column] = _holds(of_head, did)

    half, hours = NEGATIVES // 2, EVERYTHING_HOURS if window_hours is None else window_hours
    at = np.repeat(did.at, half)
    uniform = state.draw_fresh(at, hours, WINDOW_AT_LEAST, rng)
    oldest = np.searchsorted(did.at, at - int(hours * 3600))
    newest = np.searchsorted(did.at, at, "right")
    popular = did.tweet[rng.integers(oldest, newest)]
    tweet = np.concatenate([uniform, popular])
    user = np.tile(np.repeat(did.user, half), 2)
    chance = _share(did.tweet, tweet, np.tile(oldest, 2), np.tile(newest, 2))
    window = np.tile(state.fresh_count(at, hours, WINDOW_AT_LEAST), 2)
    weight = 2 / (1 + chance * window)  # uniform over the mixture of uniform and popular
    fresh = ~state.engaged.any(ENGAGEMENTS, user, tweet)
    unknown = np.full(len(did) + int(fresh.sum()), np.nan, np.float32)
    both = Examples(
        np.concatenate([did.user, user[fresh]]),
        np.concatenate([did.tweet, tweet[fresh]]),
        np.concatenate([did.at, np.tile(at, 2)[fresh]]),
        unknown,
        np.concatenate([label, np.zeros((int(fresh.sum()), len(HEADS)), np.bool_)]),
        np.concatenate([np.ones(len(did)), weight[fresh]]).astype(np.float32),
    )
    return both[np.argsort(both.at, kind="stable")]


def _holds(events: Events, pairs: Events) -> NDArray[np.bool_]:
    """Whether each pair of user and tweet has such an event."""
    key = events.user.astype(np.int64) << 32 | events.tweet
    return np.isin(pairs.user.astype(np.int64) << 32 | pairs.tweet, key)


def _share(
    log: Rows, asked: Rows, start: NDArray[np.intp], end: NDArray[np.intp]
) -> NDArray[np.float64]:
    """The share of `log[start:end]` that is the tweet asked for, row by row."""
    span = np.int64(len(log) + 1)
    places = np.sort(log * span + np.arange(len(log)))
    within = np.searchsorted(places, asked * span + end) - np.searchsorted(
        places, asked * span + start
    )
    share: NDArray[np.float64] = within / np.maximum(end - start, 1)
    return share


def _label(label: NDArray[np.bool_], acted: Events, row: Rows) -> None:
    """Label the row of each action for the heads that it counts for; -1 is none."""
    for column, head in enumerate(HEADS):
        followed = row[np.isin(acted.action, head.actions)]
        label[followed[followed >= 0], column] = True


def _shown_before(user: Rows, key: Rows, at: Times, acted: Events, acted_key: Rows) -> Rows:
    """The position of the last impression to the same user, of the same key, within a day before
    each action; -1 where there is none."""
    actions = pl.DataFrame({"user": acted.user, "key": acted_key, "at": acted.at})
    impressions = pl.DataFrame({"user": user, "key": key, "at": at}).with_row_index("row")
    impressions = impressions.join(  # few are followed by anything
        actions, on=["user", "key"], how="semi", maintain_order="left"
    )
    joined = actions.join_asof(
        impressions,
        on="at",
        by=["user", "key"],
        tolerance=ATTRIBUTION_SECONDS,
        check_sortedness=False,
    )
    return joined["row"].cast(pl.Int64).fill_null(-1).to_numpy()
