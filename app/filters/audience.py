"""Drops tweets that the viewer may not see, by the visibility that their authors gave them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import CandidateBatch, Mask, Rows
from app.pipeline.components import Ground
from app.pipeline.query import Query
from ml.kernels import kernel
from ml.schema import VISIBILITIES
from ml.state.feature_state import FeatureState
from ml.state.structures.packed import Numbers
from ml.state.tables.audience import FOLLOWERS, MENTIONED, PUBLIC, UNLISTED
from ml.state.tables.neighborhood import absent, place_among


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody sees public tweets, followers of the author also the unlisted ones and those for
    followers, and the mentioned what is for the mentioned; authors see their own.

    A tweet that is unknown, or whose visibility is, is seen by nobody but its author.
    """

    state: FeatureState

    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        audience = self.state.tweets.audience
        return _seen(
            batch.tweet,
            batch.author,
            audience.visibility,
            audience.mentions.data,
            audience.mentions.start,
            audience.mentions.length,
            query.viewer,
            query.neighborhood.following,
        )

    def grounds(self, query: Query, row: CandidateBatch) -> Mapping[str, Ground]:
        audience = self.state.tweets.audience
        return {
            "visibility": VISIBILITIES[audience.visibility[row.tweet[0]]],
            "follows_author": not absent(row.author, query.neighborhood.following)[0],
            "mentioned": bool(audience.mentioned(query.viewer, row.tweet)[0]),
        }


@kernel
def _seen(
    tweet: Rows,
    author: Rows,
    visibility: NDArray[np.int8],
    mentioned: Numbers,
    start: NDArray[np.int64],
    length: NDArray[np.int32],
    viewer: int,
    following: Rows,
) -> Mask:
    sees = np.empty(len(tweet), np.bool_)
    sees[:] = False
    for i in range(len(tweet)):
        row = tweet[i]
        if row < 0:
            continue
        to = visibility[row]
        if to == PUBLIC or (author[i] == viewer and viewer >= 0):
            sees[i] = True
        elif to in (UNLISTED, FOLLOWERS):
            sees[i] = place_among(author[i], following) >= 0
        elif to == MENTIONED and viewer >= 0:
            for place in range(start[row], start[row] + length[row]):
                sees[i] |= mentioned[place] == viewer
    return sees
