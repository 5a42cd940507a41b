"""What a ranker computes features of: the viewer of a query, and each of its tweets."""

from __future__ import annotations

from app.pipeline.batch import CandidateBatch
from app.pipeline.query import Query
from ml.embeddings.encoder import Encoder
from ml.features.pairs import Pairs
from ml.state.feature_state import FeatureState


def pairs_of(state: FeatureState, encoder: Encoder, query: Query, batch: CandidateBatch) -> Pairs:
    """A pair per row."""
    return Pairs.of_one(
        state, encoder, query.viewer, batch.tweet, query.now, query.neighborhood, query.vector
    )
