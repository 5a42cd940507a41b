"""Drops replies to deleted tweets, and to authors whom a block or the viewer's mute keeps away.

A reply without the tweet it answers makes little sense, and repeats what the viewer does not want
to see. The rule is about the tweet that is answered, not about those further up: X hides such
replies as well. A parent that was never here hides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import CandidateBatch, Mask, Rows
from app.pipeline.components import Ground
from app.pipeline.query import Query
from ml.kernels import kernel
from ml.state.feature_state import FeatureState
from ml.state.tables.neighborhood import absent, places_among

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class HiddenParent:
    state: FeatureState
    hides: bool = True  # else every reply stays

    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        if not self.hides:
            return batch.everything()
        excluded = query.neighborhood.excluded_authors
        tweets, threads = self.state.tweets, self.state.tweets.threads
        return _shown(
            batch.tweet,
            threads.parent,
            threads.parent_author,
            threads.parent_deleted,
            tweets.deleted,
            excluded,
        )

    def grounds(self, query: Query, row: CandidateBatch) -> Mapping[str, Ground]:
        tweets, excluded = self.state.tweets, query.neighborhood.excluded_authors
        author = tweets.threads.parent_author[row.tweet]
        return {
            "hides_replies": self.hides,
            "parent_deleted": bool(tweets.threads.answers_deleted(row.tweet, tweets.deleted)[0]),
            "parent_author_excluded": not absent(author, excluded)[0],
        }


@kernel
def _shown(
    tweet: Rows, parent: Rows, parent_author: Rows, gone: Flags, deleted: Flags, excluded: Rows
) -> Mask:
    keep, author = np.empty(len(tweet), np.bool_), np.empty(len(tweet), np.int32)
    for i in range(len(tweet)):
        author[i] = parent_author[tweet[i]]
    places = places_among(author, excluded)
    for i in range(len(tweet)):
        answered = parent[tweet[i]]
        is_gone = gone[tweet[i]] or (answered >= 0 and deleted[answered])
        keep[i] = places[i] < 0 and not is_gone
    return keep
