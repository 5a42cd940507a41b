"""The listwise stage as it serves: the value of a tweet by all evidence there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from app.pipeline.batch import Column
from app.pipeline.query import Query
from app.retrieval.co_engaged import CoEngaged
from ml.evidence.columns import Evidence
from ml.features import Pairs
from ml.models.listwise import Listwise
from ml.state.feature_state import FeatureState

EVIDENCE: Final = "evidence."  # what the columns of contributions begin with
MOST: Final = 30.0  # of |log x|: x / (1 + x) stays between 0 and 1 in single precision


@dataclass(frozen=True, slots=True)
class ListwiseStage:
    """The fused value of the heads is one column of its evidence."""

    model: Listwise
    evidence: Evidence
    co_engaged: CoEngaged

    @classmethod
    def of(cls, model: Listwise, state: FeatureState) -> Self:
        return cls(model, Evidence.of(state, model), CoEngaged(state))

    def weigh(
        self, query: Query, pairs: Pairs, features: Column, heads: Column, similarity: Column
    ) -> dict[str, Column]:
        """`base_score` x / (1 + x) of the value x of each tweet, and what each piece of evidence
        adds to log x: with the offset they add up to it.

        Args:
            pairs: of the viewer of the query, at its moment.
            features: (tweets, features) of the pairs.
            heads: (tweets,) the score by the heads alone, in 0-1.
            similarity: (tweets,) probability by the embeddings alone.
        """
        if not len(pairs):
            return {"base_score": heads}
        odds = heads.astype(np.float64)
        item_item = self.co_engaged.of(query)
        added = self.model.contributions(
            self.evidence.columns(
                pairs, item_item, features, odds / (1 - odds), similarity.astype(np.float64)
            )
        )
        log_value = added.sum(axis=1, dtype=np.float64) + self.model.offset
        score = 1 / (1 + np.exp(-np.clip(log_value, -MOST, MOST)))
        return {
            "base_score": score.astype(np.float32),
            f"{EVIDENCE}offset": np.full(len(pairs), self.model.offset, np.float32),
            **{f"{EVIDENCE}{name}": added[:, i] for i, name in enumerate(self.model.columns)},
        }
