"""How likely was the old feed to show what it showed? Of that, impressions may say."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from evaluation.offline.dataset import Dataset
from ml.actions import Action
from ml.arrays import Rows

LEAST: Final = 0.01  # no impression counts for more than a hundred


def inverse(dataset: Dataset) -> NDArray[np.float64] | None:
    """(impressions,) one over the chance of each that is not held out by a split; None where
    nobody logged it.

    They are in the order of time, and of equal times in the order of the table, as in
    `ml.state.updates.tables_to_events`.
    """
    shown = dataset.tables.impressions.filter(
        (dataset.tables.impressions["split"] != "test").fill_null(True)
    )
    if not len(shown) or shown["propensity"].null_count():
        return None
    in_time = np.argsort(shown["created_at"].to_numpy(), kind="stable")
    found: NDArray[np.float64] = 1 / np.maximum(shown["propensity"].to_numpy()[in_time], LEAST)
    return found


def inverse_after_the_cut(dataset: Dataset, user: Rows, tweet: Rows) -> NDArray[np.float64] | None:
    """(pairs,) one over the chance of the first impression from the cut on of each tweet to each
    user; 0 where there was none. None where nobody logged it."""
    weight = inverse(dataset)
    if weight is None:
        return None
    shown = dataset.events[dataset.events.action == Action.IMPRESSION]
    later = shown.at >= dataset.cut
    weight = weight[: len(shown)]  # a dataset may end before its tables do
    shown, weight = shown[later], weight[later]
    pair, first = np.unique(_pairs(shown.user, shown.tweet), return_index=True)
    wanted = _pairs(user, tweet)
    place = np.searchsorted(pair, wanted)
    there = np.append(pair, -1)[place] == wanted
    found = np.zeros(len(wanted))
    found[there] = weight[first[place[there]]]
    return found


def _pairs(user: Rows, tweet: Rows) -> NDArray[np.int64]:
    return user.astype(np.int64) << 32 | tweet
