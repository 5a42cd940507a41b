"""An encoder for when no model has been trained: it finds nothing near and nothing unsafe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np

from ml.arrays import Rows, Times
from ml.embeddings.communities import MemberTable
from ml.embeddings.encoder import EncodedTweets, Vectors
from ml.state.feature_state import FeatureState
from ml.state.structures.aside import adopt, aside
from ml.state.structures.growable import GrowableColumns
from ml.state.updates.apply_records import AppliedRecords


@dataclass
class NullEncoder(GrowableColumns):
    FILL: ClassVar[Mapping[str, float]] = {"authors": 0}

    tweets: EncodedTweets
    authors: Vectors
    members: MemberTable = field(default_factory=MemberTable.nobody)

    @classmethod
    def of(cls, state: FeatureState) -> NullEncoder:
        nothing, unknown = np.zeros((0, 1), np.float32), np.empty(0, np.float32)
        encoder = cls(EncodedTweets(nothing, nothing, nsfw=unknown, toxicity=unknown), nothing)
        encoder.extend(state)
        return encoder

    def extend(self, state: FeatureState, taken: AppliedRecords | None = None) -> None:
        self.lengthen(len(state.users))
        self.members.extend(state.users.ids)
        self.tweets.lengthen(len(state.tweets))

    def keep(self, state: FeatureState, tweets: Rows) -> None:
        for name in self.tweets.FILL:
            setattr(self.tweets, name, getattr(self.tweets, name)[tweets])

    def aside(self) -> Self:
        """A copy to be changed by `keep` while others read this."""
        return aside(self)

    def adopt(self, changed: Self) -> None:
        """Hold what a changed copy holds."""
        adopt(self, changed)

    def viewers(self, state: FeatureState, viewer: Rows, now: Times) -> Vectors:
        return np.zeros((len(viewer), 1), np.float32)
