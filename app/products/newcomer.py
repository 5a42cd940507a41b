"""The feed of a viewer that nothing is known about yet."""

from __future__ import annotations

from dataclasses import replace

from app.pipeline.candidate_pipeline import CandidatePipeline
from app.pipeline.mixer import MixerPipeline
from app.products import shared_stages
from app.rankers.heuristic import Heuristic
from app.settings import Settings
from app.sources.popular import Popular
from ml.embeddings.encoder import Encoder
from ml.state.feature_state import FeatureState


def newcomer(
    for_you: MixerPipeline, state: FeatureState, encoder: Encoder, settings: Settings
) -> MixerPipeline:
    """For You with popular tweets only, ranked by their reception: no taste is known."""
    popular = Popular(shared_stages.fresh_tweets(state, settings))
    return replace(
        for_you,
        candidates=[CandidatePipeline(popular, settings.newcomer_limit)],
        scoring=replace(for_you.scoring, ranker=Heuristic(state, encoder)),
    )
