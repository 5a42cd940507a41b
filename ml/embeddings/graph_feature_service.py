"""Graph Feature Service: what do the people you follow have in common with a candidate?"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.state.feature_state import FeatureState
from ml.state.tables.neighborhood import SAMPLED, times_among

PROOF_HOURS: Final = 7 * 24.0  # how long an engagement counts as social proof


def followees_following(state: FeatureState, viewer: Rows, author: Rows) -> NDArray[np.float64]:
    """(pairs,) how many of the viewer's followees follow the author."""
    viewers, position = np.unique(viewer, return_inverse=True)
    followee, owner = state.graph.followees(viewers, SAMPLED)
    second, step = state.graph.followees(followee, SAMPLED)
    return _times_met(owner[step], second, position, author)


def followees_engaged(
    state: FeatureState, viewer: Rows, tweet: Rows, now: Times
) -> NDArray[np.float64]:
    """(pairs,) how many of the viewer's followees engaged with the tweet lately."""
    viewers, position = np.unique(viewer, return_inverse=True)
    followee, owner = state.graph.followees(viewers, SAMPLED)
    engaged, at, there = state.history.of(followee)  # (followees, LENGTH)
    latest = np.zeros(len(viewers), np.int64)
    np.maximum.at(latest, position, now)
    there &= at > latest[owner][:, None] - int(PROOF_HOURS * 3600)
    owners = np.broadcast_to(owner[:, None], engaged.shape)
    return _times_met(owners[there], engaged[there], position, tweet)


def engaged_by(state: FeatureState, followee: Rows, tweet: Rows, now: int) -> NDArray[np.float64]:
    """(tweets,) how many of these users engaged with each tweet lately."""
    engaged, at, there = state.history.of(followee)  # (followees, LENGTH)
    there &= at > now - int(PROOF_HOURS * 3600)
    return times_among(tweet, np.sort(engaged[there])).astype(np.float64)


def _times_met(
    owner: NDArray[np.integer], met: Rows, asker: NDArray[np.integer], asked: Rows
) -> NDArray[np.float64]:
    """How often each (asker, asked) stands among the (owner, met)."""
    span = np.int64(2**32)
    keys = np.sort(owner * span + met)
    wanted = asker * span + asked
    return (np.searchsorted(keys, wanted, "right") - np.searchsorted(keys, wanted, "left")).astype(
        np.float64
    )
