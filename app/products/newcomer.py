"""The feed of a viewer that nothing is known about yet."""

from __future__ import annotations

from dataclasses import replace

from app.pipeline.candidate_pipeline import CandidatePipeline
from app.pipeline.mixer import MixerPipeline
from app.products import shared_stages
from app.settings import Settings
from app.sources.popular import Popular
from ml.state.feature_state import FeatureState


def newcomer(for_you: MixerPipeline, state: FeatureState, settings: Settings) -> MixerPipeline:
    """For You with popular tweets only: the ranker knows the tweets, if not the viewer."""
    popular = Popular(shared_stages.fresh_tweets(state, settings), settings.source_half_life_hours)
    return replace(
        for_you,
        candidates=[CandidatePipeline(popular, settings.newcomer_limit)],
        selector=shared_stages.exploring(for_you.selector, state, settings),
    )
